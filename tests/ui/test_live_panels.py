"""Every panel on a venue that connects, serves, falls silent, is lost, and refuses."""

import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from tests.ui.live import SpokenFeed
from ui.panel import Condition, Panel, PanelServices
from ui.panels import PANELS
from ui.services import Notice
from workstation.model.feed_status import FeedProblem, FeedState

# Correlations are of closed bars, a term structure is of dated futures: the first trades and books of a
# perpetual are nothing to show yet.
NOT_AT_ONCE = ("correlation", "term_structure")
AT_ONCE = [kind for kind in PANELS if kind.kind not in NOT_AT_ONCE and kind.of_market]
every_panel = pytest.mark.parametrize("kind", AT_ONCE, ids=lambda kind: kind.kind)
every_market_panel = pytest.mark.parametrize(
    "kind", [kind for kind in AT_ONCE if kind.kind != "feed_health"], ids=lambda kind: kind.kind
)
of_symbol = pytest.mark.parametrize(
    "kind", [kind for kind in AT_ONCE if kind.of_symbol], ids=lambda kind: kind.kind
)


def opened(kind: type[Panel], services: PanelServices, qtbot: QtBot, width: int = 600) -> Panel:
    panel = kind(services)
    qtbot.addWidget(panel)
    panel.resize(width, 400)
    panel.show()
    panel.symbol_changed()
    look(panel)
    return panel


def look(panel: Panel) -> Panel:
    """What the frame clock does."""
    for _ in range(4):
        panel.refresh()
    panel.update_condition()
    return panel


def serve(spoken: SpokenFeed) -> None:
    """BTCUSDT is served, with a book and a trade."""
    spoken.list("BTCUSDT")
    spoken.say(FeedState.LIVE, symbol="BTCUSDT")
    spoken.say(FeedState.LIVE)
    spoken.book("BTCUSDT", 61_699.9, 61_700.0)
    spoken.trade("BTCUSDT", 61_700.0)


@every_market_panel
def test_before_the_first_data_it_says_what_the_feed_says(
    kind: type[Panel], live_services: PanelServices, spoken: SpokenFeed, qtbot: QtBot
) -> None:
    panel = opened(kind, live_services, qtbot)
    assert (panel.condition, panel.condition_sentence) == (Condition.LOADING, "Starting the feed process.")
    words = "The venue cannot be reached: check the network; it is tried again by itself."
    spoken.say(FeedState.DISCONNECTED, words, problem=FeedProblem.UNREACHABLE)
    look(panel)
    assert (panel.condition, panel.condition_sentence) == (Condition.DISCONNECTED, words)
    assert "menu at the top" in panel._condition_view.hint
    assert panel.header.age_text == ""
    serve(spoken)
    assert look(panel).condition is Condition.LIVE


@every_panel
def test_while_the_desk_opens_a_market_every_panel_says_so(
    kind: type[Panel], live_services: PanelServices, spoken: SpokenFeed, qtbot: QtBot
) -> None:
    live_services.notice = Notice(Condition.LOADING, "The market is being opened.")
    panel = opened(kind, live_services, qtbot)
    assert (panel.condition, panel.condition_sentence) == (Condition.LOADING, "The market is being opened.")
    live_services.notice = None
    serve(spoken)
    assert look(panel).condition is Condition.LIVE


@every_panel
def test_data_that_stopped_two_seconds_ago_are_called_stale(
    kind: type[Panel], live_services: PanelServices, spoken: SpokenFeed, qtbot: QtBot
) -> None:
    serve(spoken)
    panel = opened(kind, live_services, qtbot)
    assert (panel.condition, panel.header.age_text) == (Condition.LIVE, "0.0 s")
    spoken.workstation.clock.advance(2.1)  # type: ignore[attr-defined]
    look(panel)
    assert (panel.condition, panel.header.age_text) == (Condition.STALE, "stale 2 s")
    assert panel._veil.isVisible() is panel.veiled
    spoken.book("BTCUSDT", 61_699.9, 61_700.0)
    look(panel)
    assert (panel.condition, panel._veil.isVisible()) == (Condition.LIVE, False)


@of_symbol
def test_a_lost_connection_leaves_what_was_shown_under_a_veil_with_the_reason(
    kind: type[Panel], live_services: PanelServices, spoken: SpokenFeed, qtbot: QtBot
) -> None:
    serve(spoken)
    panel = opened(kind, live_services, qtbot)
    clear = image_of(panel)
    spoken.workstation.clock.advance(4.0)  # type: ignore[attr-defined]
    spoken.say(FeedState.DISCONNECTED, "Not connected; it is tried again.", symbol="BTCUSDT")
    spoken.workstation.clock.advance(3.0)  # type: ignore[attr-defined]
    look(panel)
    assert panel.header.age_text == "disconnected 3 s"
    assert (panel.condition, panel.condition_sentence) == (
        Condition.STALE,
        "Not connected; it is tried again.",
    )
    if kind.veiled:
        assert panel._veil.words == "Not connected; it is tried again."
        assert image_of(panel) != clear
    panel.resize(300, 400)
    assert look(panel).header.age_text == "lost 3 s"
    spoken.say(FeedState.DISCONNECTED, "Not connected; it is tried again.", symbol="BTCUSDT", attempts=2)
    assert look(panel).header.age_text == "lost 3 s", "another attempt that failed is the same loss"
    assert panel.condition_sentence == "Not connected; it is tried again. (2 attempts so far)"
    spoken.say(FeedState.CONNECTING, "Connecting to the venue.", symbol="BTCUSDT")
    assert look(panel).condition is Condition.STALE
    spoken.say(FeedState.LIVE, symbol="BTCUSDT")
    spoken.book("BTCUSDT", 61_699.9, 61_700.0)
    look(panel)
    assert (panel.condition, panel.header.age_text) == (Condition.LIVE, "0.0 s")


def image_of(panel: Panel) -> bytes:
    image = panel.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    return bytes(image.constBits())


@of_symbol
def test_a_feed_process_that_ended_makes_every_symbols_word_void(
    kind: type[Panel], live_services: PanelServices, spoken: SpokenFeed, qtbot: QtBot
) -> None:
    serve(spoken)
    panel = opened(kind, live_services, qtbot)
    spoken.say(FeedState.DISCONNECTED, "The feed process ended.", problem=FeedProblem.FEED_PROCESS)
    assert look(panel).header.age_text == "disconnected 0.0 s"
    spoken.say(FeedState.CONNECTING, "Connecting.")
    assert look(panel).header.age_text == "reconnecting 0.0 s"
    spoken.say(FeedState.LIVE, symbol="BTCUSDT")
    spoken.say(FeedState.LIVE)
    assert look(panel).condition is Condition.LIVE


@of_symbol
def test_a_repair_shows_as_a_badge_and_covers_nothing(
    kind: type[Panel], live_services: PanelServices, spoken: SpokenFeed, qtbot: QtBot
) -> None:
    serve(spoken)
    panel = opened(kind, live_services, qtbot)
    spoken.say(FeedState.REPAIRING, "The order book is fetched anew.", symbol="BTCUSDT")
    look(panel)
    assert (panel.condition, panel.header.age_text) == (Condition.LIVE, "repairing")
    assert panel.header._age.toolTip() == "The order book is fetched anew."


@of_symbol
def test_a_symbol_that_the_venue_refuses_says_so_in_the_panels_that_show_it(
    kind: type[Panel], live_services: PanelServices, spoken: SpokenFeed, qtbot: QtBot
) -> None:
    serve(spoken)
    words = "The venue has no symbol 'NOSUCH': check the spelling."
    spoken.say(FeedState.REFUSED, words, symbol="NOSUCH", problem=FeedProblem.UNKNOWN_SYMBOL)
    panel = opened(kind, live_services, qtbot)
    panel.link.set_symbol("NOSUCH")
    look(panel)
    assert (panel.condition, panel.condition_sentence) == (Condition.EMPTY, words)
    panel.link.set_symbol("ELSEWHERE")
    assert look(panel).condition_sentence == "ELSEWHERE is not followed."


@pytest.mark.parametrize("kind", [kind for kind in PANELS if kind.of_book], ids=lambda kind: kind.kind)
def test_a_book_that_stands_still_is_old_though_trades_go_on(
    kind: type[Panel], live_services: PanelServices, spoken: SpokenFeed, qtbot: QtBot
) -> None:
    serve(spoken)
    panel = opened(kind, live_services, qtbot)
    spoken.workstation.clock.advance(5.0)  # type: ignore[attr-defined]
    spoken.trade("BTCUSDT", 61_701.0, 5_000)
    look(panel)
    assert (panel.condition, panel.header.age_text) == (Condition.STALE, "stale 5 s")
