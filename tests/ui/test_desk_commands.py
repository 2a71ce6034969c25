"""The palette finds symbols: those followed, and those that the venue trades."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.ui.live import VENUE, SpokenFeed
from ui.desk_commands import MOST_OFFERED, desk_commands
from ui.frame_clock import FrameClock
from ui.main_window import MainWindow
from ui.markets import live_mode
from ui.panel import PanelServices
from ui.workspace import WorkspaceFile
from workstation.model.feed_status import FeedState, VenueListing

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


@pytest.fixture
def window(
    live_services: PanelServices,
    spoken: SpokenFeed,
    sample_kinds: tuple[type, ...],
    tmp_path: Path,
    qtbot: QtBot,
) -> MainWindow:
    for symbol in ("BTCUSDT", "ETHUSDT"):
        spoken.list(symbol, symbol[:3])
        spoken.say(FeedState.LIVE, symbol=symbol)
    spoken.say(FeedState.LIVE)
    made = MainWindow(
        live_services,
        FrameClock(spoken.workstation.bus),
        sample_kinds,
        WorkspaceFile(tmp_path / "trade.json"),
        live_mode("Binance USDⓈ-M"),
    )
    qtbot.addWidget(made)
    made.commands.add(*desk_commands(made, lambda: None))
    return made


def names(window: MainWindow, query: str) -> list[str]:
    return [command.name for command in window.commands.matching(query)]


def run(window: MainWindow, query: str) -> None:
    window.commands.matching(query)[0].run()


def test_a_followed_symbol_goes_before_those_that_could_be(window: MainWindow, spoken: SpokenFeed) -> None:
    spoken.workstation.bus.publish(
        VenueListing(VENUE, ("BTCDOMUSDT", "BTCUSDC", "BTCUSDT", "ETHBTC", "SOLUSDT"))
    )
    found = names(window, "btc")
    assert found[:4] == ["Symbol BTCUSDT", "Follow BTCUSDC", "Follow BTCDOMUSDT", "Follow ETHBTC"]
    assert "Follow SOLUSDT" not in found
    assert not [name for name in found if name.startswith("Remove")]
    assert names(window, "remove btc")[0] == "Remove BTCUSDT from the watchlist"
    assert names(window, "theme")[0].startswith("Theme ")


def test_following_one_shows_it(window: MainWindow, spoken: SpokenFeed, live_services: PanelServices) -> None:
    spoken.workstation.bus.publish(VenueListing(VENUE, ("SOLUSDT",)))
    told: list[tuple[str, ...]] = []
    live_services.on_wanted = told.append
    run(window, "follow sol")
    assert live_services.links.first.symbol == "SOLUSDT"
    assert told == [("BTCUSDT", "ETHUSDT", "SOLUSDT")]
    spoken.list("SOLUSDT", "SOL")
    assert names(window, "sol")[0] == "Symbol SOLUSDT"
    run(window, "remove sol")
    assert live_services.links.first.symbol == "BTCUSDT"
    assert told[-1] == ("BTCUSDT", "ETHUSDT")


def test_a_venue_of_thousands_is_narrowed_down(window: MainWindow, spoken: SpokenFeed) -> None:
    spoken.workstation.bus.publish(VenueListing(VENUE, tuple(f"C{n}USDT" for n in range(3_000))))
    offered = [name for name in names(window, "usdt") if name.startswith("Follow ")]
    assert len(offered) == MOST_OFFERED
    assert names(window, "c2999usdt")[0] == "Follow C2999USDT"


def test_before_the_venue_has_said_what_it_trades_what_is_typed_may_be_followed(window: MainWindow) -> None:
    assert "Follow TAOUSDT" in names(window, "taousdt")


def test_a_market_without_a_recording_has_nothing_to_steer(window: MainWindow) -> None:
    assert window.top_bar.transport is None
    assert not [name for name in names(window, "") if "eplay" in name or name == "Play or pause"]
