"""What the tests of the window share: fonts, a small generated market, and services around it."""

import time
from collections.abc import Callable, Iterator
from math import inf
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.live import SpokenFeed
from ui.desk.schema import SavedPanel, SavedWindow
from ui.desk.tree import Split, Stack
from ui.desk.whole import WholeDesk
from ui.desk.workbench import Standing
from ui.desk_commands import add_desk_commands
from ui.frame_clock import FrameClock
from ui.links import LinkGroups
from ui.markets import REPLAY
from ui.panel import Panel, PanelServices
from ui.style_sheet import dress
from ui.theme import DARK, NORMAL, ThemeSource, load_fonts, ui_font
from workstation.app import Workstation
from workstation.exchange.live_feed import LiveFeed
from workstation.exchange.replay_feed import ReplayFeed
from workstation.runtime.clock import ManualClock
from workstation.simulator.sample_capture import write_sample_capture


class SamplePanel(Panel):
    """The least that a panel is: it counts what the window does with it."""

    kind = "sample"
    title = "Sample"
    rate_hz = 60.0

    def __init__(self, services: PanelServices, parent: QWidget | None = None) -> None:
        super().__init__(services, parent)
        self.body = QLabel("body")
        self.set_body(self.body)
        self.calls: list[str] = []
        self.raises: Exception | None = None
        self.cost_s = 0.0
        self.view: dict[str, object] = {}

    def refresh(self) -> None:
        self.calls.append("refresh")
        if self.raises is not None:
            raise self.raises
        if self.cost_s:
            time.sleep(self.cost_s)
            self.body.update()

    def symbol_changed(self) -> None:
        self.calls.append("symbol")

    def timeframe_changed(self) -> None:
        self.calls.append("timeframe")

    def market_reset(self) -> None:
        self.calls.append("reset")

    def save_state(self) -> dict[str, object]:
        return self.view

    def restore_state(self, saved: dict[str, object]) -> None:
        self.view = dict(saved)

    def keys(self) -> list[tuple[str, str]]:
        return [("Z", "Zoom in")]


class SecondPanel(SamplePanel):
    """Another kind, so that a window has two places to fill."""

    kind = "second"
    title = "Second"


@pytest.fixture
def sample_kinds() -> tuple[type[SamplePanel], type[SamplePanel]]:
    """Two kinds of panel that count what is done with them."""
    return SamplePanel, SecondPanel


@pytest.fixture
def panel(services: PanelServices, qtbot: QtBot) -> SamplePanel:
    """One panel on its own, shown."""
    made = SamplePanel(services)
    qtbot.addWidget(made)
    made.resize(500, 300)
    made.show()
    return made


@pytest.fixture(autouse=True)
def _dressed(qapp: QApplication) -> Iterator[None]:
    """Give every test the fonts and the style of the desk, once, and let its closed widgets go after it.

    No loop runs between tests that would delete them; a new look is put on all that are still there.
    """
    if qapp.font().family() != "Inter":
        load_fonts()
        qapp.setStyle("Fusion")
        qapp.setFont(ui_font())
        dress(qapp, DARK, NORMAL)
    yield
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


@pytest.fixture(scope="session")
def sample_capture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten generated seconds of three symbols."""
    return write_sample_capture(tmp_path_factory.mktemp("capture") / "sample.gz", seconds=10)


@pytest.fixture
def workstation(sample_capture: Path) -> Iterator[Workstation]:
    """The headless program over the generated capture, nothing replayed yet, nothing stored."""
    made = Workstation(ReplayFeed(sample_capture, speed=inf), None)
    yield made
    made.close()


@pytest.fixture
def replayed(workstation: Workstation) -> Workstation:
    """The same after its whole capture has been taken in."""
    assert workstation.feed is not None
    for batches in workstation.feed.batches():
        for batch in batches:
            workstation.take(batch)
    return workstation


@pytest.fixture
def services(workstation: Workstation) -> PanelServices:
    """What a panel is given; every link group shows the first symbol."""
    links = LinkGroups()
    for link in links:
        link.set_symbol(workstation.market.symbols[0])
    return PanelServices(workstation, ThemeSource(), links)


@pytest.fixture
def spoken(tmp_path: Path) -> Iterator[SpokenFeed]:
    """A program that follows a venue whose feed says what the test lets it say."""
    clock = ManualClock()
    made = Workstation(None, None, clock, live=LiveFeed("binance_usdm", ("BTCUSDT", "ETHUSDT")))
    made.trade_on_paper(tmp_path)
    yield SpokenFeed(made)
    made.close()


@pytest.fixture
def live_services(spoken: SpokenFeed) -> PanelServices:
    """What a panel is given on that venue; every link group shows BTCUSDT."""
    links = LinkGroups()
    for link in links:
        link.set_symbol("BTCUSDT")
    return PanelServices(spoken.workstation, ThemeSource(), links)


@pytest.fixture
def clock(workstation: Workstation) -> Iterator[FrameClock]:
    """A frame clock on the program's bus, not started."""
    made = FrameClock(workstation.bus)
    yield made
    made.stop()


@pytest.fixture
def make_desk(
    services: PanelServices, clock: FrameClock, tmp_path: Path
) -> Iterator[Callable[..., WholeDesk]]:
    """Makes desks that have two kinds of sample panels, workspaces kept under the test's own folder."""
    made: list[WholeDesk] = []

    def make(panels: tuple[type[Panel], ...] = (SamplePanel, SecondPanel)) -> WholeDesk:
        desk = WholeDesk(services, clock, panels, tmp_path / "layouts", REPLAY)
        made.append(desk)
        desk.main.resize(760, 700)
        return desk

    yield make
    for desk in made:
        desk.bench.put_away()
        desk.close()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


@pytest.fixture
def desk(make_desk: Callable[..., WholeDesk], qtbot: QtBot) -> WholeDesk:
    """A desk with its commands, both sample panels side by side, shown."""
    made = make_desk()
    add_desk_commands(made, lambda: None)
    made.show("trade")
    root = Split("row", (Stack(("sample",)), Stack(("second",))))
    panels = {name: SavedPanel(name) for name in ("sample", "second")}
    made.bench.show(Standing((SavedWindow("main", root),), panels, {}), anew=True)
    made.main.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is made.main)
    made.main.setFocus()
    return made
