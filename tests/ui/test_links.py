"""Panels of one colour show one symbol, one timeframe, one crosshair."""

from pytestqt.qtbot import QtBot

from ui.links import LINK_COLOR_NAMES, Crosshair, LinkGroup, LinkGroups, PanelLink
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


def test_a_timeframe_of_many_weeks_is_told_whole(qtbot: QtBot) -> None:
    groups = LinkGroups()
    link = PanelLink(groups)
    heard = told(link)
    groups.first.set_timeframe(52 * 7 * 86_400_000)
    assert heard == [52 * 7 * 86_400_000]


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


def linked(groups: LinkGroups, name: str) -> LinkGroup:
    group = groups.group(name)
    assert group is not None
    return group


def told(link: PanelLink) -> list[object]:
    heard: list[object] = []
    for signal in (link.symbol_changed, link.timeframe_changed, link.crosshair_moved):
        signal.connect(heard.append)
    return heard


def test_two_charts_of_one_colour_may_have_timeframes_of_their_own(qtbot: QtBot) -> None:
    groups = LinkGroups()
    groups.first.set_symbol("BTCUSDT")
    fast, slow = PanelLink(groups), PanelLink(groups)
    slow.share(timeframe=False)
    slow.set_timeframe(3_600_000)
    fast.set_timeframe(60_000)
    assert (fast.timeframe_ms, slow.timeframe_ms) == (60_000, 3_600_000)
    fast.set_symbol("ETHUSDT")
    assert slow.symbol == groups.first.symbol == "ETHUSDT"
    assert groups.first.timeframe_ms == 60_000


def test_a_panel_on_its_own_goes_on_showing_what_it_showed_and_hears_nobody(qtbot: QtBot) -> None:
    groups = LinkGroups()
    groups.first.set_symbol("BTCUSDT")
    groups.first.set_timeframe(60_000)
    link = PanelLink(groups)
    heard = told(link)
    link.join(None)
    assert (link.symbol, link.timeframe_ms, link.color_name, heard) == ("BTCUSDT", 60_000, "", [])
    groups.first.set_symbol("ETHUSDT")
    groups.first.set_crosshair(Crosshair(1.0, 2.0, None))
    assert (link.symbol, heard) == ("BTCUSDT", [])
    link.set_symbol("SOLUSDT")
    assert (heard, groups.first.symbol) == (["SOLUSDT"], "ETHUSDT")
    link.join(groups.first)
    assert heard == ["SOLUSDT", "ETHUSDT"]


def test_another_group_is_told_of_once_and_only_where_it_differs(qtbot: QtBot) -> None:
    groups = LinkGroups()
    for group in groups:
        group.set_symbol("BTCUSDT")
    link = PanelLink(groups)
    heard = told(link)
    linked(groups, "green").set_timeframe(60_000)
    link.join(linked(groups, "green"))
    assert heard == [60_000]
    linked(groups, "green").set_symbol("ETHUSDT")
    groups.first.set_symbol("SOLUSDT")
    assert heard == [60_000, "ETHUSDT"]


def test_the_crosshair_is_shared_by_colour_whatever_else_is(qtbot: QtBot) -> None:
    groups = LinkGroups()
    one, other, alone = PanelLink(groups), PanelLink(groups), PanelLink(groups)
    other.share(symbol=False, timeframe=False)
    alone.join(None)
    heard, unheard = told(other), told(alone)
    crosshair = Crosshair(1.0, 2.0, one)
    one.set_crosshair(crosshair)
    assert (heard, unheard) == ([crosshair], [])


def test_whoever_names_a_symbol_of_his_own_is_counted_until_he_leaves(qtbot: QtBot) -> None:
    groups = LinkGroups()
    link = PanelLink(groups)
    assert len(list(groups.everyone())) == 4
    link.share(symbol=False)
    link.join(None)
    assert len(list(groups.everyone())) == 5
    link.leave()
    assert len(list(groups.everyone())) == 4


def test_a_moment_is_asked_of_the_panels_of_one_colour(qtbot: QtBot) -> None:
    groups = LinkGroups()
    one, other, alone = PanelLink(groups), PanelLink(groups), PanelLink(groups)
    alone.join(None)
    asked: list[float] = []
    other.moment_wanted.connect(asked.append)
    alone.moment_wanted.connect(lambda _: asked.append(-1.0))
    one.go_to(1_723_075_200_000.0)
    alone.go_to(5.0)
    assert asked == [1_723_075_200_000.0]
