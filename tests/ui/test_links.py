"""Panels of one colour show one symbol, one timeframe, one crosshair."""

from pytestqt.qtbot import QtBot

from ui.links import LINK_COLOR_NAMES, Crosshair, LinkGroups
from ui.theme import DARK, LIGHT


def test_a_group_tells_a_change_and_only_a_change(qtbot: QtBot) -> None:
    groups = LinkGroups()
    group = groups.first
    symbols: list[str] = []
    timeframes: list[int] = []
    group.symbol_changed.connect(symbols.append)
    group.timeframe_changed.connect(timeframes.append)
    for symbol in ("BTCUSDT", "BTCUSDT", "ETHUSDT"):
        group.set_symbol(symbol)
    for timeframe in (60_000, 60_000):
        group.set_timeframe(timeframe)
    assert symbols == ["BTCUSDT", "ETHUSDT"]
    assert timeframes == [60_000]
    assert (group.symbol, group.timeframe_ms) == ("ETHUSDT", 60_000)


def test_groups_are_independent(qtbot: QtBot) -> None:
    groups = LinkGroups()
    groups.first.set_symbol("BTCUSDT")
    assert [group.symbol for group in groups] == ["BTCUSDT", "", "", ""]
    assert groups.group("green") is not groups.first
    assert groups.group("pink") is None


def test_the_crosshair_goes_to_the_whole_group(qtbot: QtBot) -> None:
    groups = LinkGroups()
    group = groups.first
    seen: list[Crosshair] = []
    group.crosshair_moved.connect(seen.append)
    crosshair = Crosshair(1.0, 2.0, self := object())
    group.set_crosshair(crosshair)
    assert seen == [crosshair]
    assert seen[0].source is self


def test_every_theme_has_a_colour_for_every_group() -> None:
    for theme in (DARK, LIGHT):
        assert set(theme.link_colors) == set(LINK_COLOR_NAMES)
