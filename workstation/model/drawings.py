"""What a trader draws on a chart: a kind, the market moments and prices it hangs on, and how it looks."""

from enum import Enum
from math import isfinite
from typing import Literal
from uuid import uuid4

import msgspec

from workstation.model.levels import AlertRule

MOST_NAME_CHARACTERS = 200
MOST_RATIOS = 24
MOST_RATIO = 100.0
GREATEST_WIDTH_PX = 4
GREATEST_PRICE = 1e15
GREATEST_TIME_MS = 10**14

FIBONACCI_RATIOS = (0.0, 0.236, 0.382, 0.5, 0.618, 0.786, 1.0)
"""The ratios of a new retracement."""

DrawingColor = Literal["accent", "up", "down", "warn", "violet", "text"]
"""A colour by its part on the desk; the theme in force has the colour itself."""
COLORS: tuple[DrawingColor, ...] = ("accent", "up", "down", "warn", "violet", "text")


class DrawingKind(Enum):
    """What can be drawn."""

    LEVEL = "level"  # a price, at all times
    TREND = "trend"  # a line between two points
    RAY = "ray"  # a line from a point through another and on
    RECTANGLE = "rectangle"  # between two opposite corners
    FIBONACCI = "fibonacci"  # parts of the way back from the second point to the first
    TEXT = "text"  # words at a point
    MEASURED_MOVE = "measured_move"  # the move from the first to the second point again, from the third


ANCHORS = {
    DrawingKind.LEVEL: 1,
    DrawingKind.TREND: 2,
    DrawingKind.RAY: 2,
    DrawingKind.RECTANGLE: 2,
    DrawingKind.FIBONACCI: 2,
    DrawingKind.TEXT: 1,
    DrawingKind.MEASURED_MOVE: 3,
}
"""How many points each kind hangs on."""


class Anchor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A point of the market that a drawing hangs on.

    Attributes:
        time_ms: venue's time, UTC ms; for a level, where it was drawn.
        price: quote per base unit.

    Raises:
        ValueError: no market has such a moment or price.
    """

    time_ms: int
    price: float

    def __post_init__(self) -> None:
        if not abs(self.time_ms) <= GREATEST_TIME_MS:
            raise ValueError(f"{self.time_ms} is not a moment")
        if not (isfinite(self.price) and abs(self.price) <= GREATEST_PRICE):
            raise ValueError(f"{self.price} is not a price")


class DrawingStyle(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a drawing looks.

    Attributes:
        color: its part on the desk.
        width: of its lines, px.

    Raises:
        ValueError: there are no lines so thin or thick, or no such colour.
    """

    color: DrawingColor = "accent"
    width: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.width <= GREATEST_WIDTH_PX:
            raise ValueError(f"lines are 1 to {GREATEST_WIDTH_PX} px wide, not {self.width}")
        if self.color not in COLORS:
            raise ValueError(f"{self.color!r} is not a colour of drawings")


class Drawing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One drawing.

    Attributes:
        drawing_id: its own for ever; a copy has another.
        kind: what it is.
        anchors: what it hangs on, as many points as `ANCHORS` says, in the order they were set.
        style: how it looks.
        name: what is written at it; of a text, all there is.
        ratios: of a Fibonacci retracement, in the order they were written; empty for every other kind.
        alert: of a level, what is to be told; None for every other kind.
        locked: it cannot be moved by hand.
        visible: it is painted.

    Raises:
        ValueError: it does not hold together.
    """

    drawing_id: str
    kind: DrawingKind
    anchors: tuple[Anchor, ...]
    style: DrawingStyle = DrawingStyle()
    name: str = ""
    ratios: tuple[float, ...] = ()
    alert: AlertRule | None = None
    locked: bool = False
    visible: bool = True

    def __post_init__(self) -> None:
        if not 1 <= len(self.drawing_id) <= 64:
            raise ValueError("a drawing has an id of 1 to 64 characters")
        if len(self.anchors) != ANCHORS[self.kind]:
            raise ValueError(
                f"a {self.kind.value} hangs on {ANCHORS[self.kind]} points, not {len(self.anchors)}"
            )
        if len(self.name) > MOST_NAME_CHARACTERS:
            raise ValueError(f"a name has at most {MOST_NAME_CHARACTERS} characters, not {len(self.name)}")
        if bool(self.ratios) != (self.kind is DrawingKind.FIBONACCI) or len(self.ratios) > MOST_RATIOS:
            raise ValueError(f"a {self.kind.value} has not {len(self.ratios)} ratios")
        if not all(isfinite(ratio) and abs(ratio) <= MOST_RATIO for ratio in self.ratios):
            raise ValueError(f"ratios lie within ±{MOST_RATIO:g}")
        if self.alert is not None and self.kind is not DrawingKind.LEVEL:
            raise ValueError(f"a {self.kind.value} has no alert")


def new_drawing(kind: DrawingKind, anchors: tuple[Anchor, ...], style: DrawingStyle | None = None) -> Drawing:
    """Make a drawing that never was before, as the tool of its kind does."""
    ratios = FIBONACCI_RATIOS if kind is DrawingKind.FIBONACCI else ()
    return Drawing(new_id(), kind, anchors, style or DrawingStyle(), ratios=ratios)


def copy_of(drawing: Drawing) -> Drawing:
    """The same drawing under an id of its own, neither locked nor hidden."""
    return msgspec.structs.replace(drawing, drawing_id=new_id(), locked=False, visible=True)


def new_id() -> str:
    """An id that no drawing has."""
    return uuid4().hex
