"""At entry and exit the panels in view are kept with their trade, bounded in size, unless not wanted."""

import asyncio
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from tests.ui.ticket.trade_floor import SYMBOL, VENUE, TradeFloor
from ui.panel import Panel
from ui.panels.depth import DepthPanel
from ui.panels.ladder import LadderPanel
from ui.panels.tape import TapePanel
from ui.review import moment_pictures
from ui.review.moment_pictures import MOST_BYTES, MOST_SIDE, MomentPictures, encoded
from workstation.journal.journal import Journal
from workstation.model.orders import Fill, Side

WANTED = {"moments": True}


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[TradeFloor]:
    made = TradeFloor(tmp_path)
    made.services.journal = Journal(tmp_path)
    yield made
    made.services.journal.close()
    made.account.close()


@pytest.fixture
def taking(qtbot: QtBot, floor: TradeFloor, monkeypatch: pytest.MonkeyPatch) -> Iterator[MomentPictures]:
    monkeypatch.setattr(moment_pictures, "SETTLE_MS", 20)
    monkeypatch.setattr(moment_pictures, "WAIT_MS", 20)
    panels: dict[str, Panel] = {
        "ladder": LadderPanel(floor.services),
        "depth": DepthPanel(floor.services),
        "tape": TapePanel(floor.services),  # of another kind
        "ladder-2": LadderPanel(floor.services),  # of another symbol
        "depth-2": DepthPanel(floor.services),  # behind another tab
    }
    panels["ladder-2"].set_link(None)
    panels["ladder-2"].link.set_symbol("ETHUSDT")
    for name, panel in panels.items():
        qtbot.addWidget(panel)
        panel.resize(300, 200)
        panel.setVisible(name != "depth-2")
    made = MomentPictures(floor.services, lambda: panels, lambda: WANTED["moments"])
    yield made
    made.finish()
    for panel in panels.values():
        panel.put_away()


def fill(floor: TradeFloor, number: int, side: Side, size: str) -> None:
    """Book a fill the way the desk does."""
    made = Fill(
        VENUE, SYMBOL, number, "", "7", side, Decimal(60_000), Decimal(size), Decimal(0), "USDT", True, number
    )
    asyncio.run(floor.account.floor.desk.books.take(made))


def names(journal: Journal, place: int) -> list[tuple[str, str]]:
    return sorted((one.role, one.name) for one in journal.trips()[place].note.attachments)


def test_panels_of_the_symbol_in_view_are_kept_with_the_trade_that_opened_and_closed(
    qtbot: QtBot, floor: TradeFloor, taking: MomentPictures
) -> None:
    journal = floor.services.journal
    assert journal is not None
    entry = [("entry", "BTCUSDT entry depth.png"), ("entry", "BTCUSDT entry ladder.png")]
    exit_ = [("exit", "BTCUSDT exit depth.png"), ("exit", "BTCUSDT exit ladder.png")]

    fill(floor, 1, Side.BUY, "1")
    fill(floor, 2, Side.BUY, "1")  # makes it larger: no moment of its own
    journal.refresh()
    qtbot.waitUntil(lambda: len(names(journal, 0)) == 2)
    assert names(journal, 0) == entry
    (one, _) = journal.trips()[0].note.attachments
    assert QImage.fromData(journal.attachment_path(one).read_bytes()).width() == 300

    fill(floor, 3, Side.SELL, "3")  # closes it and opens the other side
    journal.refresh()
    qtbot.waitUntil(lambda: len(names(journal, 0)) == 4 and len(names(journal, 1)) == 2)
    assert (names(journal, 0), names(journal, 1)) == (entry + exit_, entry)
    assert journal.undo() is None


def test_nothing_is_taken_where_it_is_not_wanted(
    qtbot: QtBot, floor: TradeFloor, taking: MomentPictures, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(WANTED, "moments", False)
    journal = floor.services.journal
    assert journal is not None
    fill(floor, 1, Side.BUY, "1")
    journal.refresh()
    qtbot.wait(100)
    assert names(journal, 0) == []


def test_a_picture_is_never_larger_than_what_is_kept() -> None:
    noise = np.random.default_rng(5).integers(0, 256, (1_500, 4_000, 4), np.uint8)
    picture = QImage(noise.tobytes(), 4_000, 1_500, QImage.Format.Format_RGB32)
    data, ending = encoded(picture)
    assert ending == "jpg"
    assert len(data) < 2 * MOST_BYTES
    assert QImage.fromData(data).width() == MOST_SIDE
