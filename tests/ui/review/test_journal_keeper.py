"""The desk has its journal while it runs; where it cannot be opened, the desk goes on and says why."""

import asyncio
from decimal import Decimal
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.ui.ticket.trade_floor import SYMBOL, VENUE, TradeFloor
from ui.review import journal_keeper
from ui.review.journal_keeper import JournalKeeper
from workstation.model.orders import Fill, Side
from workstation.runtime.bus import Fault
from workstation.store.journal_schema import JOURNAL_FILE, JOURNAL_FOLDER


def test_a_trade_of_the_desk_comes_into_the_journal_by_itself_and_by_the_desks_own_terms(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_keeper, "LOOK_EVERY_MS", 20)
    floor = TradeFloor(tmp_path)
    keeper = JournalKeeper(floor.services, tmp_path)
    keeper.start()
    journal = floor.services.journal
    assert journal is not None
    for number, side in enumerate((Side.BUY, Side.SELL), start=1):
        fill = Fill(
            VENUE, SYMBOL, number, "", "7", side, Decimal(60_000 + number), Decimal(2), Decimal(0), "USDT",
            True, number,
        )  # fmt: skip
        asyncio.run(floor.account.floor.desk.books.take(fill))
    qtbot.waitUntil(lambda: [one.trip.pnl for one in journal.trips()] == [2])
    assert journal.terms(VENUE, SYMBOL) is not None
    keeper.close()
    floor.account.close()


def test_a_damaged_journal_is_said_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / JOURNAL_FOLDER / JOURNAL_FILE
    path.parent.mkdir()
    path.write_bytes(b"damaged" * 1_000)
    floor = TradeFloor(tmp_path)
    faults: list[Fault] = []
    floor.workstation.bus.subscribe(Fault, faults.append)
    keeper = JournalKeeper(floor.services, tmp_path)
    keeper.start()
    keeper.close()
    assert floor.services.journal is None
    assert [fault.where for fault in faults] == ["Journal"]
    assert "preflight journal restore" in faults[0].message
    assert path.read_bytes() == b"damaged" * 1_000
    floor.account.close()
