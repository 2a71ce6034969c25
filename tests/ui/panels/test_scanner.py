"""The scanner's panel: what is asked by keys, what is remembered, and that rows stay under the pointer."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QMouseEvent
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.ui.ticket.trade_floor import INSTRUMENT, VENUE, TradeFloor
from tests.workstation.scanner.test_scan import ticker
from ui.format import NO_FIGURE
from ui.panel import Condition
from ui.panels.scanner import ScannerPanel
from ui.scanner.columns import CHECKS, USUAL_COLUMNS
from workstation.model.feed_status import VenueBoard
from workstation.scanner.ranking import SortKey
from workstation.scanner.screens import ScreenBook

NAMES = ("ETHUSDT", "SOLUSDT", "TAOUSDT")


class Scanned:
    """The panel on a market of four symbols."""

    def __init__(self, folder: Path, qtbot: QtBot) -> None:
        self.floor = TradeFloor(folder)
        market = self.floor.workstation.market
        for name in NAMES:
            market.add(replace(INSTRUMENT, symbol=name, base=name[:3]))
        for name, last in zip(("BTCUSDT", *NAMES), ("110", "120", "90", "105"), strict=True):
            self.tell(name, last)
        self.floor.services.screens = ScreenBook(folder / "screens.json")
        self.panel = ScannerPanel(self.floor.services)
        qtbot.addWidget(self.panel)
        self.panel.resize(1_600, 300)
        self.panel.show()
        self.panel.choice = replace(self.panel.choice, keys=(SortKey("change_24h_rate"),))
        self.panel.use_checklist("plain", "long")

    def tell(self, name: str, last: str) -> None:
        self.floor.workstation.market.take_news(replace(ticker(name, last), venue=VENUE))

    def rounds(self, count: int = 1) -> None:
        """Refresh until all symbols have been looked over so often."""
        panel, ends = self.panel, time.monotonic() + 10
        wanted = panel.scan.rounds + count
        while (panel.scan.rounds < wanted or panel.table.unread) and time.monotonic() < ends:
            panel.refresh()
            time.sleep(0.002)

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(self.panel.table, key, modifier)

    def point_at(self, y: int) -> None:
        at = QPointF(200, y)
        none = Qt.MouseButton.NoButton
        event = QMouseEvent(QMouseEvent.Type.MouseMove, at, at, none, none, Qt.KeyboardModifier.NoModifier)
        self.panel.table.mouseMoveEvent(event)


@pytest.fixture
def scanned(tmp_path: Path, qtbot: QtBot) -> Iterator[Scanned]:
    scanned = Scanned(tmp_path, qtbot)
    scanned.rounds()
    yield scanned
    scanned.panel.put_away()
    scanned.floor.account.close()


ORDER = ("ETHUSDT", "BTCUSDT", "TAOUSDT", "SOLUSDT")


def test_rows_stand_in_order_with_their_figures(scanned: Scanned) -> None:
    table = scanned.panel.table
    assert scanned.panel.condition is Condition.LIVE
    assert table.rows == ORDER
    assert table.text("ETHUSDT", "change_24h_rate") == "+20.00"
    assert table.text("ETHUSDT", "spread_bps") == NO_FIGURE, "without a book there is no spread"
    assert scanned.panel.scan.standing("BTCUSDT").fits  # type: ignore[union-attr]
    assert not scanned.panel.scan.standing("ETHUSDT").fits  # type: ignore[union-attr]


def test_rows_keep_their_places_under_the_pointer_while_figures_go_on(scanned: Scanned) -> None:
    table = scanned.panel.table
    scanned.point_at(table.row_height + 5)
    scanned.tell("SOLUSDT", "150")
    time.sleep(0.21)
    scanned.rounds(2)
    scanned.panel.feed.make_row("SOLUSDT")
    assert table.rows == ORDER
    assert table.text("SOLUSDT", "change_24h_rate") == "+50.00"
    assert "order held" in scanned.panel.header.detail
    scanned.point_at(2)
    scanned.rounds()
    assert table.rows == ("SOLUSDT", "ETHUSDT", "BTCUSDT", "TAOUSDT")


def test_what_the_trader_asks_for_comes_at_once_even_under_the_pointer(scanned: Scanned) -> None:
    scanned.point_at(scanned.panel.table.row_height + 5)
    scanned.panel.controls.set_text("change_24h_rate > 7%")
    scanned.rounds()
    assert scanned.panel.table.rows == ("ETHUSDT", "BTCUSDT")


def test_a_filter_that_cannot_be_read_says_why_and_leaves_the_rows(scanned: Scanned) -> None:
    scanned.panel.controls.set_text("chnge_24h_rate > 7%")
    scanned.rounds()
    assert "did you mean change_24h_rate" in scanned.panel.controls.error
    assert scanned.panel.table.rows == ORDER
    scanned.key(Qt.Key.Key_Escape)
    assert not scanned.panel.controls.error


def test_the_first_word_of_a_condition_does_not_empty_the_rows_before_the_field_is_left(
    scanned: Scanned,
) -> None:
    scanned.panel.controls.set_text("chan")
    scanned.rounds()
    assert scanned.panel.table.rows == ORDER
    QTest.keyClick(scanned.panel.controls.field, Qt.Key.Key_Return)
    scanned.rounds()
    assert not scanned.panel.table.rows


def test_a_filter_that_nothing_fits_says_so(scanned: Scanned) -> None:
    scanned.panel.controls.set_text("change_24h_rate > 99%")
    scanned.rounds()
    assert scanned.panel.table.rows == ()
    assert scanned.panel.table.nothing.startswith("None of 4 symbols fits the filter")


def test_keys_move_link_copy_sort_and_show_what_fits(scanned: Scanned) -> None:
    panel, table = scanned.panel, scanned.panel.table
    scanned.key(Qt.Key.Key_Home)
    scanned.key(Qt.Key.Key_Return)
    assert panel.link.symbol == "ETHUSDT"
    scanned.key(Qt.Key.Key_L)
    scanned.key(Qt.Key.Key_Down)
    assert panel.link.symbol == "BTCUSDT", "linked panels follow the cursor"
    scanned.key(Qt.Key.Key_C)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert len(lines) == 2
    assert lines[1].startswith("BTCUSDT\t")
    assert lines[1].split("\t")[1 + USUAL_COLUMNS.index(CHECKS)] == "pass"
    scanned.key(Qt.Key.Key_C, Qt.KeyboardModifier.ShiftModifier)
    assert len(QGuiApplication.clipboard().text().splitlines()) == 5
    scanned.key(Qt.Key.Key_1)
    scanned.rounds()
    assert table.rows == tuple(sorted(ORDER))
    scanned.key(Qt.Key.Key_P)
    scanned.rounds()
    assert table.rows == ("BTCUSDT",)


def test_an_alert_of_the_filter_is_offered_for_every_symbol(scanned: Scanned) -> None:
    asked: list[str] = []
    scanned.floor.services.search = asked.append
    scanned.key(Qt.Key.Key_A)
    assert not asked
    assert "needs a condition" in scanned.panel.undo_bar.words.text()
    scanned.panel.controls.set_text("change_24h_rate > 7%")
    scanned.key(Qt.Key.Key_A)
    assert asked == ["alert all change_24h_rate > 7%"]


def test_a_screen_is_saved_used_removed_and_brought_back(scanned: Scanned) -> None:
    panel, book = scanned.panel, scanned.floor.services.screens
    panel.controls.set_text("change_24h_rate > 7%")
    panel.set_columns(("last", "change_24h_rate"))
    panel.screens.save("  My   movers ")
    panel.screens.use("Everything")
    assert (panel.controls.text, panel.choice.columns) == ("", USUAL_COLUMNS)
    panel.screens.use("my movers")
    assert (panel.controls.text, panel.choice.columns) == (
        "change_24h_rate > 7%",
        ("last", "change_24h_rate"),
    )
    panel.screens.remove("My movers")
    assert book.screen("My movers") is None
    scanned.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert book.screen("My movers") is not None
    assert panel.choice.screen_name == "My movers"


def test_columns_are_moved_widened_and_remembered_with_all_that_is_asked(
    scanned: Scanned, qtbot: QtBot
) -> None:
    panel = scanned.panel
    panel.table.column_dragged.emit("last", "atr_rate")
    panel.table.width_dragged.emit("sector", 150)
    panel.controls.set_text("meme")
    panel.table.title_clicked.emit("last", False)
    panel.table.title_clicked.emit("sector", True)
    other = ScannerPanel(scanned.floor.services)
    qtbot.addWidget(other)
    other.restore_state(panel.save_state())
    assert other.save_state() == panel.save_state()
    assert other.choice.columns.index("last") == USUAL_COLUMNS.index("atr_rate")
    assert other.choice.widths == {"sector": 150}
    assert other.choice.keys == (SortKey("last"), SortKey("sector", descending=False))
    other.restore_state({"shown": {"name": 3}, "widths": {"last": "wide"}, "screen": None})
    other.put_away()


def test_what_is_only_listed_is_shown_with_its_days_figures_and_said_to_be(scanned: Scanned) -> None:
    listed = replace(INSTRUMENT, symbol="FETUSDT", base="FET")
    board = VenueBoard(VENUE, (listed,), (replace(ticker("FETUSDT", "130"), venue=VENUE),))
    scanned.floor.workstation.bus.publish(board)
    scanned.rounds(2)
    table = scanned.panel.table
    assert table.rows[0] == "FETUSDT"
    assert table.text("FETUSDT", "symbol") == "FETUSDT listed"
    assert table.text("FETUSDT", "change_24h_rate") == "+30.00"
    assert "Insert follows it" in table.cell_tip("FETUSDT", "symbol")


def test_a_click_shows_the_symbol_and_a_title_sorts(scanned: Scanned) -> None:
    table = scanned.panel.table
    QTest.mouseClick(table, Qt.MouseButton.LeftButton, pos=QPoint(30, table.row_height * 2 + 5))
    assert scanned.panel.link.symbol == "BTCUSDT"
    QTest.mouseClick(table, Qt.MouseButton.LeftButton, pos=QPoint(30, 5))
    assert scanned.panel.choice.keys == (SortKey("symbol", descending=False),)
