"""The watchlist shows each symbol's market, sorts, filters and copies, and chooses the linked symbol."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from tests.ui.live import SpokenFeed
from ui.panel import Condition, PanelServices
from ui.panels.watchlist import READ_EVERY, WatchlistPanel
from ui.theme import LIGHT
from workstation.exchange.replay_feed import ReplayFeed
from workstation.metrics.registry import HOLD_S, METRIC_BY_KEY
from workstation.model.derivatives import FundingRate, Ticker
from workstation.model.feed_status import FeedState
from workstation.model.instrument import ContractKind


@pytest.fixture
def three(desk: Any, instrument: Callable[..., Any]) -> Any:
    """A desk with three symbols: one rose, one fell, one has not traded."""
    for symbol in ("BTCUSDT", "ETHUSDT", "SOLUSDT"):
        desk.add(instrument(symbol))
    desk.trade((0, 1, 60_000.0, 1.0), (100, 1, 60_600.0, 2.0))
    desk.trade((0, 1, 2_000.0, 3.0), (100, -1, 1_990.0, 1.0), symbol="ETHUSDT")
    return desk


def refreshed(panel: WatchlistPanel, times: int = READ_EVERY) -> WatchlistPanel:
    for _ in range(times):
        panel.services.workstation.clock.advance(2 * HOLD_S)  # type: ignore[attr-defined]
        panel.refresh()
    return panel


def symbols(panel: WatchlistPanel) -> list[str]:
    return [row[0] for row in panel.table.visible_rows()]


def test_each_symbol_has_its_price_change_volume_and_spread(three: Any) -> None:
    three.book({60_599.9: 1.0}, {60_600.0: 1.0}, snapshot=True)
    panel = three.open(WatchlistPanel, width=700)
    assert panel.table.visible_columns == ["Symbol", "Last", "Chg %", "Vol USDT", "Sprd bp", "Trades /s"]
    btc, eth, sol = panel.table.visible_rows()
    assert btc[:5] == ("BTCUSDT", "60\u2009600.0", "+1.00", "181 k", "0.02")
    assert eth[:5] == ("ETHUSDT", "1\u2009990.0", "−0.50", "8.0 k", "—")
    assert sol == ("SOLUSDT", "—", "—", "—", "—", "—")


def test_the_change_says_since_when(three: Any, qtbot: QtBot) -> None:
    panel = three.open(WatchlistPanel, width=700)
    titles = panel.table.visible_columns
    for x in range(0, 700, 4):
        qtbot.mouseMove(panel.table, QPoint(x, 10))
        if "23:54:15 UTC" in panel.table.toolTip():
            break
    assert "Change since 23:54:15 UTC" in panel.table.toolTip()
    assert "Chg %" in titles


def test_a_click_and_enter_choose_the_linked_symbol(three: Any, qtbot: QtBot) -> None:
    panel = three.open(WatchlistPanel)
    qtbot.mouseClick(panel.table, Qt.MouseButton.LeftButton, pos=QPoint(20, 25 * 2 + 5))
    assert three.link.symbol == "ETHUSDT"
    qtbot.keyClick(panel.table, Qt.Key.Key_Down)
    assert three.link.symbol == "ETHUSDT"
    qtbot.keyClick(panel.table, Qt.Key.Key_Return)
    assert three.link.symbol == "SOLUSDT"


def test_a_title_sorts_largest_first_then_smallest_then_as_given(three: Any, qtbot: QtBot) -> None:
    panel = three.open(WatchlistPanel)
    qtbot.keyClick(panel.table, Qt.Key.Key_3)
    assert symbols(panel) == ["BTCUSDT", "ETHUSDT", "SOLUSDT"]
    qtbot.keyClick(panel.table, Qt.Key.Key_3)
    assert symbols(panel) == ["ETHUSDT", "BTCUSDT", "SOLUSDT"], "what has no figure stays last"
    qtbot.keyClick(panel.table, Qt.Key.Key_3)
    assert panel.table.sort is None
    qtbot.mouseClick(panel.table, Qt.MouseButton.LeftButton, pos=QPoint(20, 10))
    assert panel.table.sort == (0, False)


def test_sorting_follows_the_market_without_swapping_at_every_figure(three: Any) -> None:
    panel = three.open(WatchlistPanel)
    panel.table.set_sort((2, True))
    three.trade((200, 1, 3_000.0, 1.0), symbol="ETHUSDT")
    refreshed(panel)
    assert symbols(panel)[0] == "BTCUSDT"
    refreshed(panel, READ_EVERY * 8)
    assert symbols(panel)[0] == "ETHUSDT"


def test_the_filter_narrows_and_escape_shows_all(three: Any, qtbot: QtBot) -> None:
    panel = three.open(WatchlistPanel)
    qtbot.keyClick(panel.table, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(panel.table.filter_field, "sol")
    assert symbols(panel) == ["SOLUSDT"]
    qtbot.keyClick(panel.table.filter_field, Qt.Key.Key_Return)
    qtbot.keyClick(panel.table, Qt.Key.Key_Return)
    assert three.link.symbol == "SOLUSDT"
    qtbot.keyClick(panel.table, Qt.Key.Key_Escape)
    assert len(symbols(panel)) == 3


def test_escape_leaves_the_filter_field_too(three: Any, qtbot: QtBot) -> None:
    panel = three.open(WatchlistPanel)
    qtbot.keyClick(panel.table, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(panel.table.filter_field, Qt.Key.Key_Escape)
    assert not panel.table.filter_field.isVisible()


def test_the_row_of_the_cursor_or_all_rows_are_copied(three: Any, qtbot: QtBot) -> None:
    panel = three.open(WatchlistPanel)
    qtbot.keyClick(panel.table, Qt.Key.Key_End)
    qtbot.keyClick(panel.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text().splitlines()[1].split("\t")[0] == "SOLUSDT"
    qtbot.keyClick(panel.table, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(panel.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert len(lines) == 4
    assert lines[1].startswith("BTCUSDT\t60600.0\t+1.00\t")


def test_a_changed_price_lights_up_and_fades(three: Any) -> None:
    panel = refreshed(three.open(WatchlistPanel), 6)
    assert not panel.table.fading_cells
    three.trade((300, 1, 60_601.0, 1.0))
    refreshed(panel)
    assert ("BTCUSDT", 1) in panel.table.fading_cells
    refreshed(panel, 8)
    assert not panel.table.fading_cells


def test_nothing_is_repainted_while_nothing_changes(three: Any, count_paints: Any) -> None:
    panel = refreshed(three.open(WatchlistPanel), 9)
    paints = count_paints(panel.table)
    refreshed(panel, 9)
    assert paints.take() == 0


def test_a_narrow_list_keeps_symbol_price_and_change(three: Any) -> None:
    panel = three.open(WatchlistPanel, width=240)
    assert panel.table.visible_columns == ["Symbol", "Last", "Chg %"]


def test_more_rows_than_room_scroll_with_the_cursor(
    desk: Any, instrument: Callable[..., Any], qtbot: QtBot
) -> None:
    for number in range(60):
        desk.add(instrument(f"COIN{number:02d}"))
    panel = desk.open(WatchlistPanel, height=300)
    assert symbols(panel)[0] == "COIN00"
    qtbot.keyClick(panel.table, Qt.Key.Key_End)
    assert "COIN59" in symbols(panel)
    assert "COIN00" not in symbols(panel)
    qtbot.keyClick(panel.table, Qt.Key.Key_Home)
    assert symbols(panel)[0] == "COIN00"


def test_volume_of_inverse_contracts_is_their_face_value(desk: Any, instrument: Callable[..., Any]) -> None:
    desk.add(instrument(kind=ContractKind.INVERSE, contract_size=Decimal(100), quote="USD"))
    desk.trade((0, 1, 60_000.0, 45.0))
    panel = desk.open(WatchlistPanel, width=700)
    assert panel.table.visible_columns[3] == "Vol USD"
    assert panel.table.visible_rows()[0][3] == "4.5 k"


def test_without_symbols_it_says_so(desk: Any) -> None:
    assert desk.open(WatchlistPanel).condition is Condition.EMPTY


def test_its_age_is_that_of_the_newest_data_of_any_symbol(three: Any) -> None:
    panel = three.open(WatchlistPanel)
    three.clock.advance(3)
    three.trade((400, 1, 1.0, 1.0), symbol="ETHUSDT")
    assert panel.data_age_s() == 0.0


def test_the_order_is_kept(three: Any) -> None:
    panel = three.open(WatchlistPanel)
    panel.table.set_sort((2, False))
    other = three.open(WatchlistPanel)
    other.restore_state(panel.save_state())
    assert other.table.sort == (2, False)
    for wrong in ({"sort": [99, True]}, {"sort": "up"}, {}, {"sort": [None, 1]}):
        other.restore_state(wrong)
        assert other.table.sort == (2, False)


def test_a_rewound_market_is_read_afresh_and_a_theme_taken(three: Any) -> None:
    panel = refreshed(three.open(WatchlistPanel))
    three.workstation.market.reset()
    panel.market_reset()
    refreshed(panel)
    assert panel.table.visible_rows()[0][1] == "—"
    three.services.themes.set_theme(LIGHT)
    image = panel.table.grab().toImage()
    assert image.pixelColor(200, image.height() - 10) == LIGHT.panel


@pytest.mark.real_data
def test_a_recorded_market_fills_its_row(btc_desk: Any, shared_data: Path) -> None:
    feed = ReplayFeed(shared_data / "captures" / "binance_usdm_BTCUSDT_2024-08-08.gz")
    for batches in feed.batches():
        for batch in batches:
            btc_desk.workstation.take(batch)
    feed.close()
    (row,) = btc_desk.open(WatchlistPanel, width=700).table.visible_rows()
    assert row[:5] == ("BTCUSDT", "61\u2009659.8", "−0.23", "150 M", "0.02")
    assert float(row[5]) > 1


def ticker(symbol: str, last: str, opened: str) -> Ticker:
    volume = Decimal(1_000)
    prices = Decimal(last), Decimal(opened), Decimal(last), Decimal(opened)
    return Ticker("binance_usdm", symbol, 0, *prices, volume, Decimal(2_500_000))


def test_a_venue_gives_the_day_and_funding_in_its_own_figures(
    live_services: PanelServices, spoken: SpokenFeed, qtbot: QtBot
) -> None:
    spoken.list("BTCUSDT")
    spoken.list("ETHUSDT", "ETH")
    spoken.say(FeedState.LIVE, symbol="BTCUSDT")
    spoken.say(FeedState.STALE, "No data since …", symbol="ETHUSDT")
    spoken.say(FeedState.REFUSED, "There is no NOSUCH.", symbol="NOSUCH")
    spoken.say(FeedState.LIVE)
    market = spoken.workstation.market
    market.take_news(ticker("BTCUSDT", "60600", "60000"))
    market.take_news(FundingRate("binance_usdm", "BTCUSDT", 0, Decimal("0.0001"), 8.0, 1))
    market.take_news(FundingRate("binance_usdm", "ETHUSDT", 0, Decimal("-0.0002"), 4.0, 1))
    panel = refreshed(shown(live_services, qtbot))
    assert panel.table.visible_columns == [
        *("Symbol", "Last", "24 h %", "Vol ×", "Fund %", "Sprd bp", "ρ BTC")
    ]
    btc, eth, nosuch = panel.table.visible_rows()
    assert btc == ("BTCUSDT", "60\u2009600.0", "+1.00", "—", "+0.0100", "—", "—")
    assert eth[:5] == ("ETHUSDT · stale", "—", "—", "—", "−0.0200")
    assert nosuch[:3] == ("NOSUCH", "refused", "—")
    spoken.trade("BTCUSDT", 61_200.0)
    assert refreshed(panel).table.visible_rows()[0][1:3] == ("61\u2009200.0", "+2.00")
    assert token_of(panel, "BTCUSDT", "funding_rate") == "text"
    assert token_of(panel, "ETHUSDT", "funding_rate") == "muted", "it holds no longer"
    spoken.say(FeedState.LIVE, symbol="ETHUSDT")
    refreshed(panel)
    assert token_of(panel, "ETHUSDT", "funding_rate") == "warn", "high for four hours"


def token_of(panel: WatchlistPanel, symbol: str, key: str) -> str:
    place = [metric.key for metric in panel.metrics].index(key)
    return panel.table._given[symbol][place + 1].token


def shown(services: PanelServices, qtbot: QtBot, width: int = 800) -> WatchlistPanel:
    panel = WatchlistPanel(services)
    qtbot.addWidget(panel)
    panel.resize(width, 400)
    panel.symbol_changed()
    panel.show()
    panel.refresh()
    return panel


def test_keys_add_and_remove_symbols_of_a_venue(
    live_services: PanelServices, spoken: SpokenFeed, qtbot: QtBot
) -> None:
    for symbol in ("BTCUSDT", "ETHUSDT", "SOLUSDT"):
        spoken.list(symbol, symbol[:3])
        spoken.say(FeedState.LIVE, symbol=symbol)
    spoken.say(FeedState.LIVE)
    asked: list[str] = []
    wanted: list[tuple[str, ...]] = []
    live_services.search = asked.append
    live_services.on_wanted = wanted.append
    panel = refreshed(shown(live_services, qtbot))
    qtbot.keyClick(panel.table, Qt.Key.Key_Insert)
    assert asked == ["Follow "]
    qtbot.keyClick(panel.table, Qt.Key.Key_Delete)
    assert wanted == [("ETHUSDT", "SOLUSDT")]
    assert live_services.links.first.symbol == "ETHUSDT"
    assert symbols(refreshed(panel)) == ["ETHUSDT", "SOLUSDT"]
    live_services.follow("TAOUSDT")
    assert wanted[-1] == ("ETHUSDT", "SOLUSDT", "TAOUSDT")
    spoken.trade("BTCUSDT", 61_000.0)  # it was under way


def test_the_sort_is_kept_by_what_it_sorts_by(
    live_services: PanelServices, spoken: SpokenFeed, qtbot: QtBot
) -> None:
    spoken.list("BTCUSDT")
    panel = refreshed(shown(live_services, qtbot))
    panel.table.set_sort((4, True))
    saved = panel.save_state()
    assert saved["sort"] == ["funding_rate", True]
    panel.set_metrics(["funding_rate", "last"])
    refreshed(panel)
    assert panel.table.sort == (1, True), "it follows its column"
    other = WatchlistPanel(live_services)
    qtbot.addWidget(other)
    other.restore_state(saved)
    refreshed(other)
    assert other.table.sort == (4, True)


def test_any_metric_can_be_a_column_and_columns_are_remembered(three: Any, qtbot: QtBot) -> None:
    panel = refreshed(three.open(WatchlistPanel, width=900))
    menu = panel._columns_menu(None)
    offered = {action.text(): action for group in menu.findChildren(QMenu) for action in group.actions()}
    assert {metric.title for metric in METRIC_BY_KEY.values()} <= set(offered)
    offered["Book imbalance"].trigger()
    offered["Last"].trigger()
    menu.close()
    assert panel.table.visible_columns == ["Symbol", "Chg %", "Vol USDT", "Sprd bp", "Trades /s", "Imb"]
    other = three.open(WatchlistPanel, width=900)
    other.restore_state(panel.save_state())
    refreshed(other)
    assert other.table.visible_columns == panel.table.visible_columns
    other.set_metrics(())
    assert refreshed(other).table.visible_columns[1] == "Last"


@pytest.mark.parametrize(
    "wrong", [{"replay": ["nosuch"]}, {"replay": "last"}, {"replay": [1, 1]}, {"replay": []}, 7]
)
def test_columns_that_are_not_known_are_passed_over(three: Any, wrong: object) -> None:
    panel = refreshed(three.open(WatchlistPanel, width=900))
    panel.restore_state({"columns": wrong})
    assert refreshed(panel).table.visible_columns[1] == "Last"


def test_a_dragged_title_moves_its_column_and_does_not_sort(three: Any, qtbot: QtBot) -> None:
    panel = refreshed(three.open(WatchlistPanel, width=700))
    ends = {column: (left + right) / 2 for column, left, right in panel.table._places}
    start, end = QPoint(round(ends[3]), 10), QPoint(round(ends[1]), 10)
    qtbot.mousePress(panel.table, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(panel.table, end)
    qtbot.mouseRelease(panel.table, Qt.MouseButton.LeftButton, pos=end)
    assert refreshed(panel).table.visible_columns[:4] == ["Symbol", "Vol USDT", "Last", "Chg %"]
    assert panel.table.sort is None


def test_a_cell_says_where_its_figure_comes_from_and_how_old_it_is(three: Any, qtbot: QtBot) -> None:
    panel = refreshed(three.open(WatchlistPanel, width=700))
    three.clock.advance(4)
    tip = panel._tip("BTCUSDT", 1)
    assert tip == "BTCUSDT, Last: 60\u2009600.0 USDT · binance_usdm trades · 5 s old"
    assert panel._tip("SOLUSDT", 1) == "SOLUSDT, Last: no data. Nothing has been traded yet."
