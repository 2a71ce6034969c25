"""Round trips of the journal on a live chart: found under the pointer, and opened in review by a click."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.ui.review.made_trips import made_trip
from ui.panel import PanelServices
from ui.review.journal_marks import JournalMarks
from ui.theme import DARK
from ui.widgets.time_price_plot import TimePricePlot
from workstation.app import Workstation
from workstation.journal.journal import Journal
from workstation.model.instrument import ContractKind
from workstation.model.journal import AccountKind, ContractTerms, JournalAccount

MINUTE_MS = 60_000


@pytest.fixture
def journal(tmp_path: Path, services: PanelServices, replayed: Workstation) -> Iterator[Journal]:
    """One paper round trip before the market's time, and one after it."""
    state = replayed.market.states["BTCUSDT"]
    venue, now = state.instrument.venue, int(state.market_ms)
    with Journal(tmp_path / "data") as made:
        fills = []
        for number, opened_ms in ((1, now - 60 * MINUTE_MS), (3, now + 60 * MINUTE_MS)):
            fills += [part.fill for part in made_trip(number, opened_ms=opened_ms).trip.parts]
        assert {fill.venue for fill in fills} == {venue}
        terms = ContractTerms(venue, "BTCUSDT", "USDT", Decimal(1), ContractKind.LINEAR, Decimal("0.0005"))
        account = JournalAccount("paper", "Paper", AccountKind.PAPER)
        made.add_imported(account, fills, [], [terms], "fills.csv", "0" * 64)
        made.refresh()
        services.journal = made
        yield made


def test_a_click_on_a_ring_opens_its_review_and_the_future_is_not_known(
    services: PanelServices, replayed: Workstation, journal: Journal, qtbot: QtBot
) -> None:
    plot = TimePricePlot(DARK)
    qtbot.addWidget(plot)
    plot.resize(800, 500)
    plot.show()
    drawing = False
    marks = JournalMarks(plot, services, lambda: drawing)
    marks.refresh(replayed.market.states["BTCUSDT"])
    assert marks.item.count == 1
    first = journal.trips()[0].trip
    plot.set_view(
        time=(first.opened_ms - MINUTE_MS, first.opened_ms + 10 * MINUTE_MS), price=(61_600.0, 61_900.0)
    )
    asked: list[str] = []
    services.review_trip = asked.append
    at = QPointF(plot.mapping.x(first.opened_ms), plot.mapping.y(61_830.0)).toPoint()
    QTest.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert asked == [first.trip_id]
    drawing = True
    QTest.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert len(asked) == 1
    assert not plot.grab().isNull()
