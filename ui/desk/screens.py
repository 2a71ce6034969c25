"""The monitors: which are there, and where windows stand on them so that nothing is ever off screen."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Literal, NamedTuple

import msgspec
from PySide6.QtGui import QGuiApplication

LEAST_WIDTH = 320
LEAST_HEIGHT = 200
"""What a window needs to be read; it gets less only where the screen itself is smaller."""
CASCADE_PX = 32
SAME_PX = 12
"""Windows whose corners are nearer than this would hide each other."""

_Pixel = Annotated[int, msgspec.Meta(ge=-100_000, le=100_000)]
_Margin = Annotated[int, msgspec.Meta(ge=0, le=10_000)]
_Length = Annotated[int, msgspec.Meta(ge=1, le=100_000)]
Standing = Literal["normal", "maximised", "full"]


class Screen(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One monitor, in Qt's pixels.

    Attributes:
        name: the system's; equal ones are numbered.
        x, y: of its upper left corner on the plane of all monitors.
        width, height: its own.
        scale: device pixels a pixel.
        margins: left, top, right and bottom, what bars of the system take of it.
    """

    name: Annotated[str, msgspec.Meta(max_length=80)]
    x: _Pixel
    y: _Pixel
    width: _Length
    height: _Length
    scale: Annotated[float, msgspec.Meta(gt=0, le=16)] = 1.0
    margins: tuple[_Margin, _Margin, _Margin, _Margin] = (0, 0, 0, 0)

    @property
    def free(self) -> "Rect":
        """The part that windows may use; all of it if the bars leave nothing."""
        left, top, right, bottom = self.margins
        width, height = self.width - left - right, self.height - top - bottom
        if width < 1 or height < 1:
            return Rect(self.x, self.y, self.width, self.height)
        return Rect(self.x + left, self.y + top, width, height)


class Place(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a window stands, told from the upper left corner of its screen."""

    screen: Annotated[str, msgspec.Meta(max_length=80)]
    x: _Pixel
    y: _Pixel
    width: _Length
    height: _Length
    standing: Standing = "normal"


class Rect(NamedTuple):
    """A place on the plane of all monitors, and how the window fills its screen."""

    x: int
    y: int
    width: int
    height: int
    standing: Standing = "normal"


def live_screens() -> tuple[Screen, ...]:
    """The monitors that are there now, the primary one first."""
    primary = QGuiApplication.primaryScreen()
    found: list[Screen] = []
    names: dict[str, int] = {}
    for screen in sorted(QGuiApplication.screens(), key=lambda screen: screen is not primary):
        name = screen.name()[:70] or "screen"
        names[name] = names.get(name, 0) + 1
        whole, free = screen.geometry(), screen.availableGeometry()
        found.append(
            Screen(
                name if names[name] == 1 else f"{name} #{names[name]}",
                whole.x(),
                whole.y(),
                max(1, whole.width()),
                max(1, whole.height()),
                round(screen.devicePixelRatio(), 3),
                (
                    max(0, free.left() - whole.left()),
                    max(0, free.top() - whole.top()),
                    max(0, whole.right() - free.right()),
                    max(0, whole.bottom() - free.bottom()),
                ),
            )
        )
    return tuple(found)


def same_set(one: Iterable[Screen], other: Iterable[Screen]) -> bool:
    """Whether two sets of monitors are the same in all but the bars on them."""

    def bare(screens: Iterable[Screen]) -> set[Screen]:
        return {msgspec.structs.replace(screen, margins=(0, 0, 0, 0)) for screen in screens}

    return bare(one) == bare(other)


def place_of(rect: Rect, screens: Sequence[Screen]) -> Place:
    """Where `rect` stands, told from the screen that shows most of it, else the nearest of them."""
    screen = max(screens, key=lambda screen: (_overlap(rect, screen), -_distance(rect, screen)))
    x, y = (max(-100_000, min(100_000, value)) for value in (rect.x - screen.x, rect.y - screen.y))
    width, height = (max(1, min(100_000, value)) for value in (rect.width, rect.height))
    return Place(screen.name, x, y, width, height, rect.standing)


def fit(places: Mapping[str, Place], had: Sequence[Screen], screens: Sequence[Screen]) -> dict[str, Rect]:
    """Where windows stand on the monitors that are there.

    A window of a monitor that is there, unchanged, stands where it stood. One of a monitor that has another
    size now keeps its share of it. One of a monitor that is gone goes to the likeliest other: one that was
    not there before, else the nearest. Every window lies wholly on one screen, and none right upon another.

    Args:
        places: of windows, by their id.
        had: the monitors that the places were told from.
        screens: the monitors now, the primary one first; not empty.
    """
    by_name = {screen.name: screen for screen in screens}
    old = {screen.name: screen for screen in had}
    taken: list[Rect] = []
    placed: dict[str, Rect] = {}
    for window, place in places.items():
        was = old.get(place.screen)
        target = by_name.get(place.screen) or _stand_in(was, old, screens)
        rect = _free(_clamped(place, was, target), target, taken)
        taken.append(rect)
        placed[window] = rect
    return placed


def _stand_in(was: Screen | None, old: Mapping[str, Screen], screens: Sequence[Screen]) -> Screen:
    """The monitor that takes over what stood on one that is gone."""
    if was is None:
        return screens[0]
    new = [screen for screen in screens if screen.name not in old]
    if new:
        return min(new, key=lambda screen: abs(screen.width - was.width) + abs(screen.height - was.height))
    middle = Rect(was.x, was.y, was.width, was.height)
    return min(screens, key=lambda screen: _distance(middle, screen))


def _clamped(place: Place, was: Screen | None, target: Screen) -> Rect:
    x, y, width, height = float(place.x), float(place.y), float(place.width), float(place.height)
    if was is not None and (was.width, was.height) != (target.width, target.height):
        across, down = target.width / was.width, target.height / was.height
        x, width, y, height = x * across, width * across, y * down, height * down
    free = target.free
    whole_width = min(free.width, max(LEAST_WIDTH, round(width)))
    whole_height = min(free.height, max(LEAST_HEIGHT, round(height)))
    left = min(max(free.x, target.x + round(x)), free.x + free.width - whole_width)
    top = min(max(free.y, target.y + round(y)), free.y + free.height - whole_height)
    return Rect(left, top, whole_width, whole_height, place.standing)


def _free(rect: Rect, screen: Screen, taken: Sequence[Rect]) -> Rect:
    """`rect` moved until it hides no other window's corner, as far as the screen has room."""
    for _ in range(len(taken)):
        if not any(abs(rect.x - one.x) < SAME_PX and abs(rect.y - one.y) < SAME_PX for one in taken):
            return rect
        free = screen.free
        right, bottom = free.x + free.width, free.y + free.height
        x, y = rect.x + CASCADE_PX, rect.y + CASCADE_PX
        least_width, least_height = min(LEAST_WIDTH, free.width), min(LEAST_HEIGHT, free.height)
        if x + least_width > right or y + least_height > bottom:
            return rect
        rect = rect._replace(x=x, y=y, width=min(rect.width, right - x), height=min(rect.height, bottom - y))
    return rect


def _overlap(rect: Rect, screen: Screen) -> int:
    across = min(rect.x + rect.width, screen.x + screen.width) - max(rect.x, screen.x)
    down = min(rect.y + rect.height, screen.y + screen.height) - max(rect.y, screen.y)
    return max(0, across) * max(0, down)


def _distance(rect: Rect, screen: Screen) -> float:
    across = rect.x + rect.width / 2 - screen.x - screen.width / 2
    down = rect.y + rect.height / 2 - screen.y - screen.height / 2
    return across * across + down * down
