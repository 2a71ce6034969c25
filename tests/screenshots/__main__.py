"""Pictures of every panel from the running program: `make screenshots` writes docs/images/panels.

Each sheet shows one panel at one scale: roomy, dense and empty, dark above and light below. The market is the
simulated exchange's, so the pictures differ from run to run as markets do.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
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
from ui.theme import COMPACT, DARK, LIGHT, NORMAL, Density, Theme
from workstation.alerts.rules import PriceCross, Rule, Threshold
from workstation.app import Workstation
from workstation.runtime.collector import collect_seldom
from workstation.settings import Settings, WindowOptions

REPOSITORY = Path(__file__).resolve().parents[2]
FOLDER = REPOSITORY / "docs" / "images" / "panels"
SCALES = ("1", "2")
LIVE_S = 45.0
"""The market runs for so long before the pictures are taken, so that books, tapes and maps have something."""
SEED = 11
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


async def sheet_of(kind: type[Panel], desk: Desk, nothing: PanelServices) -> QImage:
    """Show a panel in every look and theme, and put the pictures side by side."""
    pictures: list[list[QImage]] = []
    for theme in (DARK, LIGHT):
        pictures.append([await picture(kind, look, theme, desk, nothing) for look in looks(kind)])
    ratio = pictures[0][0].devicePixelRatio()
    width = sum(round(one.width() / ratio) for one in pictures[0]) + GAP * (len(pictures[0]) + 1)
    height = 2 * HEIGHT + 3 * GAP
    sheet = QImage(round(width * ratio), round(height * ratio), QImage.Format.Format_RGB32)
    sheet.setDevicePixelRatio(ratio)
    sheet.fill(DARK.dim)
    painter = QPainter(sheet)
    for row, found in enumerate(pictures):
        left = GAP
        for one in found:
            painter.drawImage(left, GAP + row * (HEIGHT + GAP), one)
            left += round(one.width() / ratio) + GAP
    painter.end()
    return sheet


async def picture(kind: type[Panel], look: Look, theme: Theme, desk: Desk, nothing: PanelServices) -> QImage:
    """Open a panel as the window does, let it settle, and take its picture."""
    services = nothing if look.name == "empty" else desk.services
    for one in (desk.services, nothing):
        one.themes.set_theme(theme)
        one.themes.set_density(look.density)
    panel = kind(services)
    panel.resize(look.width, HEIGHT)
    panel.symbol_changed()
    panel.restore_state(look.view)
    panel.show()
    for _ in range(3 if services is nothing else 25):
        panel.refresh()
        panel.update_condition()
        await asyncio.sleep(0.04)
    taken = panel.grab().toImage()
    panel.put_away()
    panel.close()
    panel.deleteLater()
    return taken


def take(scale: str) -> None:
    """Run the program without a screen at one scale and write a sheet for every panel."""
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
            for kind in PANELS:
                sheet = await sheet_of(kind, desk, nothing)
                path = FOLDER / f"{kind.kind}-{int(scale) * 100}.png"
                sheet.save(str(path), "PNG")
                print(f"{path.relative_to(REPOSITORY)}", flush=True)
            desk.end()
            await running

        with qasync.QEventLoop(application) as loop, desk.catching_errors(loop):
            loop.run_until_complete(taken())
        empty.close()


def main() -> int:
    """Take all pictures, each scale in a process of its own; Qt reads the scale when it starts."""
    if len(sys.argv) > 1:
        take(sys.argv[1])
        return 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for scale in SCALES:
        environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": scale}
        subprocess.run(
            [sys.executable, "-m", "tests.screenshots", scale], cwd=REPOSITORY, env=environment, check=True
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
