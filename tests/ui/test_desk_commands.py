"""The palette finds symbols: those followed, and those that the venue trades."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.ui.live import VENUE, SpokenFeed
from ui.commands import Command
from ui.desk.whole import WholeDesk
from ui.desk_commands import MOST_OFFERED, add_desk_commands
from ui.frame_clock import FrameClock
from ui.markets import live_mode
from ui.panel import PanelServices
from ui.panels.portfolio import LIMIT_PART, PortfolioPanel
from ui.ticket.desk_commands import add_trading_commands
from workstation.model.feed_status import FeedState, VenueListing

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


@pytest.fixture
def desk(
    live_services: PanelServices,
    spoken: SpokenFeed,
    sample_kinds: tuple[type, ...],
    tmp_path: Path,
    qtbot: QtBot,
) -> WholeDesk:
    for symbol in ("BTCUSDT", "ETHUSDT"):
        spoken.list(symbol, symbol[:3])
        spoken.say(FeedState.LIVE, symbol=symbol)
    spoken.say(FeedState.LIVE)
    made = WholeDesk(
        live_services,
        FrameClock(spoken.workstation.bus),
        sample_kinds,
        tmp_path,
        live_mode("Binance USDⓈ-M"),
    )
    qtbot.addWidget(made.main)
    add_desk_commands(made, lambda: None)
    return made


def names(desk: WholeDesk, query: str) -> list[str]:
    return [command.name for command in desk.commands.matching(query)]


def run(desk: WholeDesk, query: str) -> None:
    desk.commands.matching(query)[0].run()


def test_a_followed_symbol_goes_before_those_that_could_be(desk: WholeDesk, spoken: SpokenFeed) -> None:
    spoken.workstation.bus.publish(
        VenueListing(VENUE, ("BTCDOMUSDT", "BTCUSDC", "BTCUSDT", "ETHBTC", "SOLUSDT"))
    )
    found = names(desk, "btc")
    assert found[:4] == ["Symbol BTCUSDT", "Follow BTCUSDC", "Follow BTCDOMUSDT", "Follow ETHBTC"]
    assert "Follow SOLUSDT" not in found
    assert not [name for name in found if name.startswith("Remove")]
    assert names(desk, "remove btc")[0] == "Remove BTCUSDT from the watchlist"
    assert names(desk, "theme")[0].startswith("Theme ")


def test_following_one_shows_it(desk: WholeDesk, spoken: SpokenFeed, live_services: PanelServices) -> None:
    spoken.workstation.bus.publish(VenueListing(VENUE, ("SOLUSDT",)))
    told: list[tuple[str, ...]] = []
    live_services.on_wanted = told.append
    run(desk, "follow sol")
    assert live_services.links.first.symbol == "SOLUSDT"
    assert told == [("BTCUSDT", "ETHUSDT", "SOLUSDT")]
    spoken.list("SOLUSDT", "SOL")
    assert names(desk, "sol")[0] == "Symbol SOLUSDT"
    run(desk, "remove sol")
    assert live_services.links.first.symbol == "BTCUSDT"
    assert told[-1] == ("BTCUSDT", "ETHUSDT")


def test_a_venue_of_thousands_is_narrowed_down(desk: WholeDesk, spoken: SpokenFeed) -> None:
    spoken.workstation.bus.publish(VenueListing(VENUE, tuple(f"C{n}USDT" for n in range(3_000))))
    offered = [name for name in names(desk, "usdt") if name.startswith("Follow ")]
    assert len(offered) == MOST_OFFERED
    assert names(desk, "c2999usdt")[0] == "Follow C2999USDT"


def test_before_the_venue_has_said_what_it_trades_what_is_typed_may_be_followed(desk: WholeDesk) -> None:
    assert "Follow TAOUSDT" in names(desk, "taousdt")


@pytest.mark.parametrize("typed", ["workspace", "SCREEN", "sampl", "density"])
def test_what_is_called_so_goes_before_following_a_symbol_that_nobody_knows(
    desk: WholeDesk, typed: str
) -> None:
    found = names(desk, typed)
    assert found[0] != f"Follow {typed.upper()}"
    assert f"Follow {typed.upper()}" in found


def test_a_market_without_a_recording_has_nothing_to_steer(desk: WholeDesk) -> None:
    assert desk.main.top_bar.transport is None
    assert not [name for name in names(desk, "") if "eplay" in name or name == "Play or pause"]


def test_what_a_panel_without_the_keyboard_can_do_is_found_and_brings_it_up(
    desk: WholeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.actions.add("sample")
    desk.actions.add("second")
    panel, done = desk.bench.of_kind("sample")[0], []
    monkeypatch.setattr(panel, "commands", lambda: [Command("Add study VWAP", lambda: done.append(1), "W")])
    assert desk.bench.current() is not panel
    (found,) = [command for command in desk.commands.matching("vwap") if command.name == "Add study VWAP"]
    assert not found.key
    found.run()
    assert done == [1]
    assert desk.bench.current() is panel


def test_who_looks_for_limits_finds_them_though_no_panel_of_the_account_is_open(
    live_services: PanelServices, spoken: SpokenFeed, tmp_path: Path, qtbot: QtBot
) -> None:
    clock = FrameClock(spoken.workstation.bus)
    desk = WholeDesk(live_services, clock, (PortfolioPanel,), tmp_path, live_mode("Binance USDⓈ-M"))
    qtbot.addWidget(desk.main)
    add_trading_commands(desk)
    assert not desk.bench.of_kind("portfolio")
    run(desk, "limits")
    (panel,) = desk.bench.of_kind("portfolio")
    assert isinstance(panel, PortfolioPanel)
    assert panel.part == LIMIT_PART
