"""Pictures of every panel from the running program: `make screenshots` writes docs/images/panels.

Each sheet shows one panel at one scale: roomy, dense and empty, dark above and light below. Panels named
after the command have theirs taken alone. The market is the simulated exchange's, so the pictures differ
from run to run as markets do.
"""

import asyncio
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import qasync
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

from tests.screenshots.scene import declare_series, set_scene
from ui.app import Desk
from ui.links import LinkGroups
from ui.markets import Markets
from ui.panel import Panel, PanelServices
from ui.panels import PANELS
from ui.pictures.painting import picture_of
from ui.theme import COMPACT, DARK, LIGHT, NORMAL, Density
from workstation.alerts.rules import PriceCross, Rule, Threshold
from workstation.app import Workstation
from workstation.runtime.collector import collect_seldom
from workstation.settings import Settings, WindowOptions

REPOSITORY = Path(__file__).resolve().parents[2]
FOLDER = REPOSITORY / "docs" / "images" / "panels"
SCALES = (100, 200)
"""Dots for each of the desk's, in per cent."""
LIVE_S = 45.0
"""The market runs for so long before the pictures are taken, so that books, tapes and maps have something."""
SEED = 11
THEMES = (DARK, LIGHT)
HEIGHT = 420
GAP = 12


@dataclass(frozen=True, slots=True)
class Look:
    """How a panel is shown: its width, its spacing, and the view it restores."""

    name: str
    width: int
    density: Density
    view: Mapping[str, object]


def studies(*keys: str) -> Mapping[str, object]:
    """The view of a chart with these studies."""
    return {
        "studies": [
            {"key": key, "study": key, "values": {}, "series": place} for place, key in enumerate(keys)
        ]
    }


VIEWS: dict[str, dict[str, Mapping[str, object]]] = {
    "chart": {"roomy": studies("ema", "vwap"), "dense": studies("bollinger", "rsi", "cvd")},
    "ladder": {"dense": {"sums": True}},
}
"""What some panels show beyond what they open with, by look."""
CONDITIONS = (
    PriceCross(125_000.0, "up"),
    Threshold("spread_rate", "above", 0.005),
    Threshold("volume_multiple", "above", 1.5),
    Threshold("funding_8h_rate", "above", 0.0005),
    Threshold("trade_rate", "above", 0.5),
)
"""Alerts for the panel that lists them; the last is told at once."""


def looks(kind: type[Panel]) -> list[Look]:
    """The looks of one kind of panel."""
    views = VIEWS.get(kind.kind, {})
    return [
        Look("roomy", 640, NORMAL, views.get("roomy", {})),
        Look("dense", 300, COMPACT, views.get("dense", {})),
        Look("empty", 300, NORMAL, {}),
    ]


async def sheets_of(kind: type[Panel], desk: Desk, nothing: PanelServices) -> list[QImage]:
    """Show a panel in every look and theme, and put the pictures side by side: a sheet for each scale."""
    taken = [await pictures(kind, look, desk, nothing) for look in looks(kind)]
    return [sheet([[one[row][scale] for one in taken] for row in range(len(THEMES))]) for scale in SCALES]


def sheet(rows: list[list[QImage]]) -> QImage:
    """Pictures in rows, with room between them."""
    ratio = rows[0][0].devicePixelRatio()
    width = sum(round(one.width() / ratio) for one in rows[0]) + GAP * (len(rows[0]) + 1)
    height = 2 * HEIGHT + 3 * GAP
    made = QImage(round(width * ratio), round(height * ratio), QImage.Format.Format_RGB32)
    made.setDevicePixelRatio(ratio)
    made.fill(DARK.dim)
    painter = QPainter(made)
    for row, found in enumerate(rows):
        left = GAP
        for one in found:
            painter.drawImage(left, GAP + row * (HEIGHT + GAP), one)
            left += round(one.width() / ratio) + GAP
    painter.end()
    return made


async def pictures(
    kind: type[Panel], look: Look, desk: Desk, nothing: PanelServices
) -> list[dict[int, QImage]]:
    """Open a panel as the window does, let it settle, and take its pictures by theme and scale."""
    services = nothing if look.name == "empty" else desk.services
    for one in (desk.services, nothing):
        one.themes.set_theme(DARK)
        one.themes.set_density(look.density)
    panel = kind(services)
    panel.resize(look.width, HEIGHT)
    panel.symbol_changed()
    panel.restore_state(look.view)
    panel.show()
    await settle(panel, 3 if services is nothing else 25)
    taken = []
    for theme in THEMES:
        for one in (desk.services, nothing):
            one.themes.set_theme(theme)
        await settle(panel, 3)
        taken.append({scale: picture_of(panel, twice=scale == 200) for scale in SCALES})
    panel.put_away()
    panel.close()
    panel.deleteLater()
    return taken


async def settle(panel: Panel, refreshes: int) -> None:
    """Let a panel read the market as often as its clock would."""
    for _ in range(refreshes):
        panel.refresh()
        panel.update_condition()
        await asyncio.sleep(0.04)


def take(kinds: Sequence[type[Panel]]) -> None:
    """Run the program without a screen and write the sheets of these panels."""
    collect_seldom()
    with tempfile.TemporaryDirectory(prefix="preflight-screenshots-") as scratch:
        declare_series(Path(scratch))
        options = WindowOptions(None, 1.0, Path(scratch), size=(1600, 900), seed=SEED)
        markets = Markets(options, Settings())
        market = markets.open(markets.first)
        application = QApplication(sys.argv[:1])
        application.setQuitOnLastWindowClosed(False)
        desk = Desk(application, markets, market, options, Settings())
        empty = Workstation(None, None)
        nothing = PanelServices(empty, desk.themes, LinkGroups())

        async def taken() -> None:
            running = asyncio.ensure_future(desk.run())
            await asyncio.sleep(LIVE_S / 3)
            for number, condition in enumerate(CONDITIONS):
                rule = Rule(f"rule{number}", market.choice.key, ("BTCUSDT",), condition, sound="none")
                desk.services.alerts.put(rule)
            await set_scene(desk)
            await asyncio.sleep(2 * LIVE_S / 3)
            desk.whole.main.hide()  # whoever takes pictures of panels one by one need not paint the desk too
            for kind in kinds:
                for scale, made in zip(SCALES, await sheets_of(kind, desk, nothing), strict=True):
                    path = FOLDER / f"{kind.kind}-{scale}.png"
                    made.save(str(path), "PNG")
                    print(f"{path.relative_to(REPOSITORY)}", flush=True)
            desk.end()
            await running

        with qasync.QEventLoop(application) as loop, desk.catching_errors(loop):
            loop.run_until_complete(taken())
        empty.close()


def main() -> int:
    """Take the pictures of the panels named, of all where none is."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    FOLDER.mkdir(parents=True, exist_ok=True)
    named = sys.argv[1:]
    by_kind = {kind.kind: kind for kind in PANELS}
    take([by_kind[name] for name in named] or PANELS)
    return 0


if __name__ == "__main__":
    sys.exit(main())
