"""The chip says how the feed does, and its menu opens other markets."""

from decimal import Decimal

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from tests.ui.live import START_MS, VENUE, SpokenFeed
from ui.condition_view import Condition
from ui.market_button import MarketButton, details_of
from ui.markets import SIMULATED, MarketChoice, live_mode
from ui.services import Notice, PanelServices
from workstation.model.columns import TRADE, MarketBatch
from workstation.model.derivatives import Ticker
from workstation.model.feed_status import ClockSkew, FeedCounters, FeedState, TradesBackfilled

CHOICES = (
    MarketChoice("simulated", "Simulated exchange", SIMULATED),
    MarketChoice("binance_usdm", "Binance USDⓈ-M", live_mode("Binance USDⓈ-M")),
)


@pytest.fixture
def button(live_services: PanelServices, qtbot: QtBot) -> MarketButton:
    made = MarketButton(live_services)
    qtbot.addWidget(made)
    made.set_choices(CHOICES)
    made.set_current(CHOICES[1])
    return made


def words(button: MarketButton) -> tuple[str, str, bool]:
    button.refresh()
    assert not button.grab().isNull()
    return button.chip.words, button.chip.token, button.chip.reached


def test_it_follows_the_feed_through_its_states(
    button: MarketButton, spoken: SpokenFeed, live_services: PanelServices
) -> None:
    assert words(button) == ("connecting", "warn", False)
    spoken.say(FeedState.DISCONNECTED, "Not reached.")
    spoken.workstation.clock.advance(4.0)  # type: ignore[attr-defined]
    assert words(button) == ("disconnected 4 s", "danger", False)
    spoken.list("BTCUSDT")
    spoken.list("ETHUSDT", "ETH")
    spoken.say(FeedState.LIVE)
    assert words(button) == ("", "up", True)
    spoken.say(FeedState.STALE, "No data since …", symbol="ETHUSDT")
    assert words(button) == ("1 stale", "warn", True)
    spoken.say(FeedState.REPAIRING, "The book is fetched anew.", symbol="ETHUSDT")
    assert words(button) == ("1 repairing", "warn", True)
    spoken.say(FeedState.LIVE, symbol="ETHUSDT")
    spoken.trade("BTCUSDT", 61_700.0)
    spoken.workstation.clock.advance(3.0)  # type: ignore[attr-defined]
    assert words(button) == ("silent 3 s", "warn", False)
    spoken.say(FeedState.REFUSED, "The venue refuses to serve this computer.")
    assert words(button) == ("refused", "danger", False)
    live_services.notice = Notice(Condition.LOADING, "Another market is being opened.")
    assert words(button) == ("", "muted", False)


def test_latency_is_the_way_to_us_without_the_difference_of_the_clocks(
    button: MarketButton, spoken: SpokenFeed
) -> None:
    spoken.list("BTCUSDT")
    spoken.say(FeedState.LIVE)
    rows = np.zeros(60, TRADE)
    rows["event_ms"] = START_MS
    rows["recv_ns"] = (START_MS + 5_018) * 1_000_000  # our clock is five seconds ahead
    rows["price"] = rows["size"] = 1.0
    spoken.workstation.take(MarketBatch(VENUE, "BTCUSDT", trades=rows))
    assert words(button)[0] == "", "not known without the clocks' difference"
    spoken.workstation.bus.publish(ClockSkew(VENUE, -5_000.0, 4.0))
    assert words(button) == ("18 ms", "up", True)
    spoken.workstation.bus.publish(ClockSkew(VENUE, -4_000.0, 4.0))
    assert words(button) == ("1018 ms", "warn", True)


def test_a_longer_figure_moves_nothing_beside_it(
    button: MarketButton, spoken: SpokenFeed, live_services: PanelServices
) -> None:
    spoken.list("BTCUSDT")
    spoken.say(FeedState.LIVE)
    spoken.workstation.bus.publish(ClockSkew(VENUE, 0.0, 1.0))
    widths = set()
    for way_ms in (3, 18, 240):
        rows = np.zeros(60, TRADE)
        rows["event_ms"], rows["recv_ns"] = START_MS, (START_MS + way_ms) * 1_000_000
        spoken.workstation.take(MarketBatch(VENUE, "BTCUSDT", trades=rows))
        assert words(button)[0] == f"{way_ms} ms"
        widths.add(button.sizeHint().width())
    assert len(widths) == 1


def test_the_tool_tip_has_the_details_as_plain_text(spoken: SpokenFeed, live_services: PanelServices) -> None:
    spoken.say(FeedState.DISCONNECTED, "<b>The venue</b> is away.")
    live = spoken.workstation.live
    assert live is not None
    live._tell(FeedCounters(VENUE, messages=12_345, sequence_gaps=2, snapshots=16, reconnects=1))
    live._tell(TradesBackfilled(VENUE, "BTCUSDT", 1, 9, 7, 2))
    details = details_of(live_services)
    assert details.startswith("&lt;b&gt;The venue&lt;/b&gt; is away.<br>")
    for part in ("12\u2009345", "gaps: 2", "fetched: 16", "fetched late: 0, lost: 0", "Reconnects: 1"):
        assert part in details


def test_the_menu_marks_what_is_open_and_picks_another(button: MarketButton, qtbot: QtBot) -> None:
    assert [action.text() for action in button.offered.values()] == ["Simulated exchange", "Binance USDⓈ-M"]
    assert button.offered["binance_usdm"].isChecked()
    with qtbot.waitSignal(button.chosen) as picked:
        button.offered["simulated"].trigger()
    assert picked.args == ["simulated"]


def test_a_ticker_alone_is_no_trade(spoken: SpokenFeed, live_services: PanelServices) -> None:
    spoken.list("BTCUSDT")
    numbers = (Decimal(1),) * 6
    spoken.workstation.market.take_news(Ticker(VENUE, "BTCUSDT", START_MS, *numbers))
    assert live_services.feed.data_age_s() is None
