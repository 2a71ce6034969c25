"""Every panel on an empty, a live, a stale and a rewound market, small and large, in both themes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ui.panel import Condition, Panel, PanelServices
from ui.panels import PANELS
from ui.style_sheet import dress
from ui.theme import COMPACT, DARK, LIGHT, NORMAL, ROOMY, Theme
from workstation.app import Workstation

every_panel = pytest.mark.parametrize("kind", PANELS, ids=lambda kind: kind.kind)


def placed(
    kind: type[Panel], services: PanelServices, qtbot: QtBot, width: int = 600, height: int = 400
) -> Panel:
    panel = kind(services)
    qtbot.addWidget(panel)
    panel.resize(width, height)
    panel.show()
    panel.symbol_changed()
    panel.refresh()
    panel.update_condition()
    return panel


@pytest.fixture(autouse=True)
def _traded(workstation: Workstation, tmp_path: Path) -> None:
    """An account trades the market, or panels of trading have nothing to show."""
    workstation.trade_on_paper(tmp_path)


@pytest.fixture
def _dressed_anew(services: PanelServices, qapp: QApplication) -> Iterator[None]:
    """Fields and buttons of the toolkit follow the theme as on the desk."""
    services.themes.changed.connect(lambda theme: dress(qapp, theme, services.themes.density))
    yield
    dress(qapp, DARK, NORMAL)


def colors_of(panel: Panel) -> set[str]:
    image = panel.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    words = np.frombuffer(image.constBits(), np.uint32)
    return {f"#{word & 0xFFFFFF:06x}" for word in np.unique(words).tolist()}


def test_kinds_are_stable_keys_and_each_there_once() -> None:
    kinds = [panel.kind for panel in PANELS]
    assert len(set(kinds)) == len(kinds)
    assert all(kind.isidentifier() and kind == kind.lower() for kind in kinds)
    assert all(panel.title and panel.rate_hz > 0 for panel in PANELS)


@every_panel
def test_an_empty_market_is_shown_as_such(kind: type[Panel], services: PanelServices, qtbot: QtBot) -> None:
    panel = placed(kind, services, qtbot)
    assert panel.header.age_text == ""
    assert len(colors_of(panel)) > 3


# Correlations need bars that have closed, a term structure dated futures, which a recording of minutes of one
# perpetual has not; the journal shows what is kept, whatever the market does: they have tests of their own.
at_once = pytest.mark.parametrize(
    "kind",
    [kind for kind in PANELS if kind.kind not in ("correlation", "term_structure") and kind.of_market],
    ids=lambda kind: kind.kind,
)


@at_once
@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
@pytest.mark.parametrize("size", [(240, 160), (1600, 1000)], ids=["small", "large"])
def test_a_live_market_is_shown_at_any_size_in_any_theme(
    kind: type[Panel],
    theme: Theme,
    size: tuple[int, int],
    services: PanelServices,
    replayed: Workstation,
    qtbot: QtBot,
) -> None:
    services.themes.set_theme(theme)
    replayed.clock.monotonic = lambda: replayed.market.states["BTCUSDT"].health.last_data or 0.0  # type: ignore[method-assign]
    replayed.feed.finished = False  # type: ignore[union-attr]
    panel = placed(kind, services, qtbot, *size)
    assert panel.condition is Condition.LIVE
    assert panel.header.age_text == "0.0 s"
    colors = colors_of(panel)
    assert theme.panel.name() in colors
    assert len(colors) > 20


@at_once
def test_a_stale_market_says_so(
    kind: type[Panel], services: PanelServices, replayed: Workstation, qtbot: QtBot
) -> None:
    newest = max(state.health.last_data or 0.0 for state in replayed.market.states.values())
    replayed.clock.monotonic = lambda: newest + 30.0  # type: ignore[method-assign]
    replayed.feed.finished = False  # type: ignore[union-attr]
    panel = placed(kind, services, qtbot)
    assert panel.header.age_text == "stale 30 s"


@every_panel
def test_a_rewound_market_is_forgotten(
    kind: type[Panel], services: PanelServices, replayed: Workstation, qtbot: QtBot
) -> None:
    panel = placed(kind, services, qtbot)
    replayed.market.reset()
    panel.market_reset()
    panel.refresh()
    panel.update_condition()
    assert not panel.grab().isNull()


@every_panel
def test_an_unknown_symbol_breaks_nothing(
    kind: type[Panel], services: PanelServices, replayed: Workstation, qtbot: QtBot
) -> None:
    panel = placed(kind, services, qtbot)
    services.links.first.set_symbol("NOSUCH")
    panel.refresh()
    panel.update_condition()
    services.links.first.set_symbol("ETHUSDT")
    panel.refresh()
    assert not panel.grab().isNull()


@every_panel
@pytest.mark.usefixtures("_dressed_anew")
def test_a_new_look_is_taken_over_at_once(
    kind: type[Panel], services: PanelServices, replayed: Workstation, qtbot: QtBot
) -> None:
    panel = placed(kind, services, qtbot)
    for density in (COMPACT, ROOMY):
        services.themes.set_density(density)
        panel.refresh()
        assert not panel.grab().isNull()
    services.themes.set_theme(LIGHT)
    panel.refresh()
    assert not {DARK.window.name(), DARK.panel.name(), DARK.control.name()} & colors_of(panel)


@every_panel
@pytest.mark.parametrize(
    "saved", [{}, {"unknown": 1}, {key: [None] for key in ("timeframe", "view", "zoom")}]
)
def test_settings_that_are_wrong_are_ignored(
    kind: type[Panel], saved: dict[str, Any], services: PanelServices, replayed: Workstation, qtbot: QtBot
) -> None:
    panel = placed(kind, services, qtbot)
    panel.restore_state(saved)
    panel.restore_state({key: object() for key in panel.save_state()})
    panel.restore_state(panel.save_state())
    panel.refresh()


@every_panel
def test_keys_are_pairs_of_words(kind: type[Panel], services: PanelServices, qtbot: QtBot) -> None:
    pairs = placed(kind, services, qtbot).keys()
    for key, does in pairs:
        assert key
        assert does
