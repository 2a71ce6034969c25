"""The review screen on ten thousand round trips: until its first paint, and a search in its list."""

import time
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget

from tests.benchmarks.dressed import dressed_application
from tests.benchmarks.result import Result
from tests.ui.review.made_trips import ACCOUNT, many_trips
from ui.links import LinkGroups
from ui.panel import Panel, PanelServices
from ui.panels.counterfactuals import CounterfactualsPanel
from ui.panels.entry import EntryPanel
from ui.panels.time_machine import TimeMachinePanel
from ui.panels.trips import TripsPanel
from ui.theme import ThemeSource
from workstation.app import Workstation
from workstation.journal.journal import Journal
from workstation.model.instrument import ContractKind
from workstation.model.journal import AccountKind, ContractTerms, JournalAccount

TRIPS = 10_000
PAINT_MS, SEARCH_MS = 200.0, 50.0
ROUNDS = 5
KINDS: tuple[type[Panel], ...] = (TripsPanel, TimeMachinePanel, CounterfactualsPanel, EntryPanel)


def run(_shared_data: Path, scratch: Path) -> list[Result]:
    """Measure both, the journal read already as it is beside a running desk."""
    application = dressed_application()
    with Journal(scratch / "review") as journal:
        _fill(journal)
        workstation = Workstation(None, None)
        painted = [_first_paint(application, workstation, journal) for _ in range(ROUNDS)]
        searched = _search(application, workstation, journal)
        workstation.close()
    value = float(np.median(painted))
    return [
        Result(
            f"first paint of the review screen on {TRIPS:,} round trips",
            value,
            "ms",
            f"≤ {PAINT_MS:g}",
            value <= PAINT_MS,
            "made, read, counted, summed and painted",
        ),
        Result(
            f"a letter in the search over {TRIPS:,} round trips until painted, median",
            searched,
            "ms",
            f"≤ {SEARCH_MS:g}",
            searched <= SEARCH_MS,
        ),
    ]


def _fill(journal: Journal) -> None:
    trips = many_trips(TRIPS)
    symbols = {one.trip.symbol for one in trips}
    terms = [
        ContractTerms("binance_usdm", symbol, "USDT", one, ContractKind.LINEAR, one)
        for symbol in symbols
        for one in [trips[0].trip.contract_size]
    ]
    fills = [part.fill for one in trips for part in one.trip.parts]
    account = JournalAccount(ACCOUNT, "Paper", AccountKind.PAPER)
    journal.add_imported(account, fills, [], terms, "fills.csv", "0" * 64)
    journal.refresh()


def _panels(workstation: Workstation, journal: Journal) -> tuple[QWidget, list[Panel]]:
    services = PanelServices(workstation, ThemeSource(), LinkGroups())
    services.journal = journal
    window = QWidget()
    layout = QHBoxLayout(window)
    panels = [kind(services) for kind in KINDS]
    for panel in panels:
        layout.addWidget(panel)
    window.resize(2_560, 1_440)
    return window, panels


def _first_paint(application: QApplication, workstation: Workstation, journal: Journal) -> float:
    started = time.perf_counter()
    window, panels = _panels(workstation, journal)
    window.show()
    for panel in panels:
        panel.refresh()
    window.grab()
    taken = (time.perf_counter() - started) * 1000
    first = panels[0]
    assert isinstance(first, TripsPanel)
    assert len(first.index) >= TRIPS * 0.9
    for panel in panels:
        panel.put_away()
    window.deleteLater()
    application.processEvents()
    return taken


def _search(application: QApplication, workstation: Workstation, journal: Journal) -> float:
    window, panels = _panels(workstation, journal)
    window.show()
    trips = panels[0]
    assert isinstance(trips, TripsPanel)
    trips.refresh()
    taken = []
    for number in range(20):
        started = time.perf_counter()
        trips.search.setText("btc"[: number % 3 + 1])
        trips.eventFilter(trips.search, _enter())
        trips.list.grab()
        taken.append((time.perf_counter() - started) * 1000)
    for panel in panels:
        panel.put_away()
    window.deleteLater()
    application.processEvents()
    return float(np.median(taken))


def _enter() -> QKeyEvent:
    return QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier)
