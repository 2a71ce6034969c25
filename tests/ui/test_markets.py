"""Which markets the desk offers, and which one it opens first."""

from dataclasses import replace
from math import inf
from pathlib import Path

import pytest

from ui.markets import REPLAY, REPLAY_VARIABLE, SIMULATED, Markets
from workstation.errors import PreflightError
from workstation.exchange.venues import VENUES
from workstation.settings import Settings, WindowOptions


@pytest.fixture
def options(tmp_path: Path) -> WindowOptions:
    return WindowOptions(replay=None, speed=inf, data_dir=tmp_path)


def test_without_a_word_it_is_the_simulated_exchange(options: WindowOptions) -> None:
    first = Markets(options, Settings()).first
    assert (first.key, first.mode) == ("simulated", SIMULATED)


def test_every_venue_is_offered_under_its_name_and_none_looks_like_another(options: WindowOptions) -> None:
    markets = Markets(options, Settings())
    assert [choice.key for choice in markets.choices] == list(VENUES)
    assert [choice.title for choice in markets.choices] == [entry.title for entry in VENUES.values()]
    modes = [choice.mode for choice in markets.choices] + [REPLAY]
    assert len({mode.words for mode in modes}) == len(modes)
    assert len({(mode.token, mode.solid) for mode in modes}) == 3


def test_the_capture_asked_for_goes_before_the_one_in_the_environment(
    options: WindowOptions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(REPLAY_VARIABLE, str(tmp_path / "named.gz"))
    assert Markets(options, Settings()).first.title == "Replay of named.gz"
    asked = Markets(replace(options, replay=tmp_path / "asked.gz"), Settings())
    assert asked.first.title == "Replay of asked.gz"
    assert asked.first.mode is REPLAY
    assert asked.choices[-1] == asked.first


def test_a_venue_asked_for_goes_before_the_remembered_one_and_before_the_environment(
    options: WindowOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(REPLAY_VARIABLE, "named.gz")
    markets = Markets(replace(options, venue="binance_usdm"), Settings(venue="simulated"))
    assert markets.first.key == "binance_usdm"


def test_the_remembered_venue_is_opened_again(options: WindowOptions) -> None:
    assert Markets(options, Settings(venue="binance_usdm")).first.key == "binance_usdm"
    assert Markets(options, Settings(venue="gone_with_the_wind")).first.key == "simulated"


def test_a_venue_that_ccxt_alone_knows_is_offered_once_it_is_asked_for(options: WindowOptions) -> None:
    markets = Markets(replace(options, venue="ccxt:kraken"), Settings())
    assert markets.first == markets.choices[-1]
    assert markets.first.key == "ccxt:kraken"


@pytest.mark.parametrize("changes", [{"venue": "nowhere"}, {"venue": "simulated", "replay": Path("x.gz")}])
def test_what_makes_no_sense_is_refused_in_words(options: WindowOptions, changes: dict[str, object]) -> None:
    with pytest.raises(PreflightError):
        Markets(replace(options, **changes), Settings())


def test_symbols_chosen_by_hand_are_followed_again_and_those_of_the_command_line_this_once(
    options: WindowOptions,
) -> None:
    markets = Markets(options, Settings(watchlists={"binance_usdm": ("ETHUSDT",)}))
    assert markets.wanted("binance_usdm") == ("ETHUSDT",)
    assert markets.wanted("simulated")[0] == "BTCUSDT"
    assert len(markets.wanted("simulated")) == 14
    asked = replace(options, venue="binance_usdm", symbols=("SOLUSDT",), url="http://127.0.0.1:9")
    markets = Markets(asked, Settings())
    opened = markets.open(markets.first)
    try:
        assert opened.wanted == ("SOLUSDT",)
        assert opened.workstation.live is not None
        assert opened.workstation.live.base_url == "http://127.0.0.1:9"
        assert opened.simulator is None
    finally:
        opened.close()
