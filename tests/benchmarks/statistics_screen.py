"""The statistics screen over 10,000 round trips: first paint, another measure, a picture pointed at."""

import gc
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

from PySide6.QtWidgets import QApplication

from tests.benchmarks.dressed import dressed_application
from tests.benchmarks.result import Result
from tests.ui.statistics.made_ledger import review, write_ledger
from ui.links import LinkGroups
from ui.panel import PanelServices
from ui.panels.statistics import StatisticsPanel
from ui.statistics.source import StatisticsSource
from ui.theme import ThemeSource
from workstation.app import Workstation
from workstation.journal.journal import Journal
from workstation.journal.statistics.table import Measure

TRIPS = 10_000
FIRST_LIMIT_MS, SWITCH_LIMIT_MS = 200.0, 50.0
OPENINGS, SWITCHES = 5, 12
SIZE = (2_080, 700)


def run(_shared_data: Path, scratch: Path) -> list[Result]:
    """Open the panel on a journal that is known, then switch its measure to and fro."""
    application = dressed_application()
    write_ledger(scratch, TRIPS, evidence=False)
    with Journal(scratch) as journal:
        journal.refresh()
        review(journal)
        journal.flush()
        return _measure(application, journal)


def _measure(application: QApplication, journal: Journal) -> list[Result]:
    workstation = Workstation(None, None)
    firsts, switches, judged = [], [], []
    count = 0
    for opening in range(OPENINGS):
        services = PanelServices(workstation, ThemeSource(), LinkGroups())
        services.journal = journal
        gc.collect()
        began = time.perf_counter()
        panel = StatisticsPanel(services)
        panel.resize(*SIZE)
        panel.show()
        source = services.statistics
        _until(application, partial(_is_found, source))
        panel.grab()
        firsts.append((time.perf_counter() - began) * 1e3)
        _until(application, partial(_is_judged, source))
        judged.append((time.perf_counter() - began) * 1e3)
        count = len(panel.found.table) if panel.found is not None else 0
        if opening == OPENINGS - 1:
            measures = list(Measure)
            for step in range(SWITCHES):
                began = time.perf_counter()
                panel.set_measure(measures[step % len(measures)])
                panel.grab()
                switches.append((time.perf_counter() - began) * 1e3)
        panel.put_away()
        source.close()
        panel.deleteLater()
    workstation.close()
    first, switch = median(firsts), max(switches)
    size = f"{SIZE[0]} × {SIZE[1]}"
    return [
        Result(
            f"statistics: opened on {count:,} round trips, until painted",
            first,
            "ms",
            f"≤ {FIRST_LIMIT_MS:g}",
            first <= FIRST_LIMIT_MS,
            f"{size}, tiles and pictures",
        ),
        Result("statistics: until every group is judged too", median(judged), "ms"),
        Result(
            "statistics: another of $, %, R until painted, the slowest",
            switch,
            "ms",
            f"≤ {SWITCH_LIMIT_MS:g}",
            switch <= SWITCH_LIMIT_MS,
            size,
        ),
    ]


def _is_found(source: StatisticsSource) -> bool:
    return source.found is not None


def _is_judged(source: StatisticsSource) -> bool:
    return not source.is_working


def _until(application: QApplication, is_so: Callable[[], bool]) -> None:
    end = time.perf_counter() + 60
    while not is_so() and time.perf_counter() < end:
        application.processEvents()
        time.sleep(0.0005)
    assert is_so()
