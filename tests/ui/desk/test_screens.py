"""Windows on monitors that come, go and change: always on one that is there, and where they were if it is."""

from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from ui.desk.screens import (
    LEAST_HEIGHT,
    LEAST_WIDTH,
    Place,
    Rect,
    Screen,
    fit,
    live_screens,
    place_of,
    same_set,
)

LEFT = Screen("DP-1", 0, 0, 2560, 1440)
RIGHT = Screen("DP-2", 2560, 0, 1920, 1080)
LAPTOP = Screen("eDP-1", 0, 0, 1440, 900, 2.0)


@st.composite
def screens(draw: st.DrawFn) -> tuple[Screen, ...]:
    """One to four monitors beside each other, some with bars of the system."""
    made: list[Screen] = []
    x = draw(st.integers(-4000, 0))
    names = draw(
        st.lists(
            st.sampled_from(("DP-1", "DP-2", "HDMI-1", "eDP-1", "USB-C")), unique=True, min_size=1, max_size=4
        )
    )
    for name in names:
        width, height = draw(st.integers(200, 5120)), draw(st.integers(150, 2880))
        margins = draw(st.tuples(*[st.integers(0, 60)] * 4))
        made.append(
            Screen(
                name,
                x,
                draw(st.integers(-900, 900)),
                width,
                height,
                draw(st.sampled_from((1.0, 1.5, 2.0))),
                margins,
            )
        )
        x += width
    return tuple(made)


places = st.builds(
    Place,
    screen=st.sampled_from(("DP-1", "DP-2", "HDMI-1", "eDP-1", "USB-C", "gone")),
    x=st.integers(-100_000, 100_000),
    y=st.integers(-100_000, 100_000),
    width=st.integers(1, 100_000),
    height=st.integers(1, 100_000),
    standing=st.sampled_from(("normal", "maximised", "full")),
)
windows = st.dictionaries(st.sampled_from(("main", "window-2", "window-3", "window-4")), places, max_size=4)


def holds(screen: Screen, rect: Rect) -> bool:
    free = screen.free
    return (
        free.x <= rect.x
        and free.y <= rect.y
        and rect.x + rect.width <= free.x + free.width
        and rect.y + rect.height <= free.y + free.height
    )


@given(windows, screens(), screens())
def test_no_window_is_ever_off_screen(
    kept: dict[str, Place], had: tuple[Screen, ...], now: tuple[Screen, ...]
) -> None:
    fitted = fit(kept, had, now)
    assert fitted.keys() == kept.keys()
    for name, rect in fitted.items():
        on = [screen for screen in now if holds(screen, rect)]
        assert on, rect
        free = on[0].free
        assert rect.width >= min(LEAST_WIDTH, free.width)
        assert rect.height >= min(LEAST_HEIGHT, free.height)
        assert rect.standing == kept[name].standing


@given(windows, screens())
def test_what_has_been_fitted_stays_where_it_is(kept: dict[str, Place], now: tuple[Screen, ...]) -> None:
    once = fit(kept, now, now)
    told = {name: place_of(rect, now) for name, rect in once.items()}
    assert fit(told, now, now) == once


def test_on_the_same_monitors_windows_stand_where_they_stood() -> None:
    kept = {"main": Place("DP-1", 100, 50, 1200, 800), "window-2": Place("DP-2", 10, 20, 900, 700)}
    assert fit(kept, (LEFT, RIGHT), (LEFT, RIGHT)) == {
        "main": Rect(100, 50, 1200, 800),
        "window-2": Rect(2570, 20, 900, 700),
    }


def test_a_monitor_in_another_place_takes_its_windows_along() -> None:
    moved = Screen("DP-2", -1920, 200, 1920, 1080)
    kept = {"window-2": Place("DP-2", 10, 20, 900, 700)}
    assert fit(kept, (LEFT, RIGHT), (LEFT, moved)) == {"window-2": Rect(-1910, 220, 900, 700)}


def test_windows_of_a_monitor_that_is_gone_come_to_one_that_is_there_without_hiding_each_other() -> None:
    kept = {"main": Place("DP-1", 0, 0, 2560, 1440), "window-2": Place("DP-2", 0, 0, 1920, 1080)}
    fitted = fit(kept, (LEFT, RIGHT), (LAPTOP,))
    assert fitted["main"] == Rect(0, 0, 1440, 900)
    assert fitted["window-2"] == Rect(32, 32, 1408, 868)


def test_a_new_monitor_takes_over_from_the_one_that_is_gone() -> None:
    new = Screen("HDMI-1", 2560, 0, 3840, 2160)
    kept = {"window-2": Place("DP-2", 960, 540, 960, 540)}
    assert fit(kept, (LEFT, RIGHT), (LEFT, new)) == {"window-2": Rect(2560 + 1920, 1080, 1920, 1080)}


def test_a_monitor_of_another_size_keeps_the_windows_share_of_it() -> None:
    small = Screen("DP-1", 0, 0, 1280, 720)
    assert fit({"main": Place("DP-1", 1280, 0, 1280, 1440)}, (LEFT,), (small,)) == {
        "main": Rect(640, 0, 640, 720)
    }


def test_bars_of_the_system_are_kept_free_and_make_no_other_set() -> None:
    barred = Screen("DP-1", 0, 0, 2560, 1440, margins=(0, 40, 0, 60))
    assert fit({"main": Place("DP-1", 0, 0, 2560, 1440)}, (LEFT,), (barred,)) == {
        "main": Rect(0, 40, 2560, 1340)
    }
    assert same_set((LEFT, RIGHT), (RIGHT, barred))
    assert not same_set((LEFT, RIGHT), (LEFT,))
    assert not same_set((LEFT,), (Screen("DP-1", 0, 0, 2560, 1440, 2.0),))


def test_a_place_is_told_from_the_screen_that_shows_most_of_the_window() -> None:
    assert place_of(Rect(2500, 100, 900, 700), (LEFT, RIGHT)) == Place("DP-2", -60, 100, 900, 700)
    assert place_of(Rect(9000, 100, 900, 700), (LEFT, RIGHT)).screen == "DP-2"


def test_the_screens_of_this_machine_are_read(qtbot: QtBot) -> None:
    found = live_screens()
    assert found
    assert found[0].free.width >= 200
    assert len({screen.name for screen in found}) == len(found)
