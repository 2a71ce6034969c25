"""A journal over a made ledger, and panels of its statistics."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.statistics.made_ledger import review, write_ledger
from ui.panel import Panel, PanelServices
from workstation.journal.journal import Journal

TRIPS = 90


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    write_ledger(tmp_path, TRIPS)
    with Journal(tmp_path) as opened:
        opened.refresh()
        review(opened)
        yield opened


@pytest.fixture
def reading(services: PanelServices, journal: Journal) -> Iterator[PanelServices]:
    """Services with that journal."""
    services.journal = journal
    yield services
    services.statistics.close()


@pytest.fixture
def opened(reading: PanelServices, qtbot: QtBot) -> Iterator[Callable[..., Any]]:
    """Opens a panel and waits until all is worked out."""
    made: list[Panel] = []

    def open_panel(kind: type[Panel], width: int = 1600, height: int = 900) -> Panel:
        panel = kind(reading)
        made.append(panel)
        panel.resize(width, height)
        panel.show()
        panel.refresh()
        qtbot.waitUntil(lambda: reading.statistics.found is not None and not reading.statistics.is_working)
        panel.refresh()
        return panel

    yield open_panel
    for panel in made:
        panel.put_away()
        panel.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
