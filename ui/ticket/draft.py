"""What stands in a ticket: each field as it was typed, and how its text reads as a number."""

import re
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from enum import Enum

from workstation.model.orders import Side, TimeInForce, TrailMode, new_id

_GROUPED = re.compile(r"^-?\d{1,3}(,\d{3})+(\.\d*)?$")
_SPACES = re.compile(r"[\s\u2009\u00a0_]")


class EntryKind(Enum):
    """How a position is entered; its value is on the button."""

    LIMIT = "Limit"
    HALVES = "Bracket ½+½"
    LADDER = "Ladder"
    MARKET = "Market"

    @property
    def key(self) -> str:
        """Its letter in the ticket."""
        return {"HALVES": "H", "LADDER": "G"}.get(self.name, self.name[0])

    @property
    def short(self) -> str:
        """Its name where there is little room."""
        return "½+½" if self is EntryKind.HALVES else self.value

    @property
    def is_scaled(self) -> bool:
        """Whether it is more than one order."""
        return self in (EntryKind.HALVES, EntryKind.LADDER)


class Sizing(Enum):
    """Where the size comes from as long as none is typed; its value is in the picker."""

    FIXED = "Fixed risk"
    REGIME = "Fixed risk, cut when wild"
    ATR = "2 ATR, cut when wild"
    VOLATILITY = "Volatility scaled"
    KELLY = "Quarter Kelly, capped"
    LIQUID = "Fixed risk, ≤ 10 % of depth"
    CORRELATED = "Fixed risk, less what is held"

    @property
    def words(self) -> str:
        """How it finds the size, in a sentence."""
        return _SIZING_WORDS[self]


_SIZING_WORDS = {
    Sizing.FIXED: "Loses the risk typed at the stop; fees and the funding of the planned hold are counted",
    Sizing.REGIME: "The same, less 30 % while ATR(20) is above its mean of 50 hours",
    Sizing.ATR: "As if the stop were at least two average true ranges away, less 30 % while they are wild",
    Sizing.VOLATILITY: "The same, times usual over present volatility where the present one is higher",
    Sizing.KELLY: "A quarter of Kelly from this account's closed trades of the setup, at most the risk typed;"
    " the fixed risk below 30 trades",
    Sizing.LIQUID: "At most a tenth of what rests within 0.1 % of the best price",
    Sizing.CORRELATED: "So much that everything open together stays within 4 % of the equity",
}


MOST_RUNGS = 10


@dataclass(frozen=True, slots=True)
class Draft:
    """One ticket. Figures are texts: what cannot be read is shown where it was typed.

    Attributes:
        side, kind: what is done.
        entry: limit price. far: the other end of a scaled entry: the retest, or the last rung.
        rungs: orders of a ladder.
        stop, target: exit prices; without a target the stop must trail.
        risk: percent of the equity lost at the stop. size: typed by hand; empty: it follows from the risk.
        leverage, isolated: of the position.
        hold: planned, in hours, for the funding to expect.
        post_only, reduce_only, time_in_force: of the entry.
        trail, give_back: how the stop follows, None for not at all; percent given back.
        setup: key of the checklist.
        sizing: how a size that is not typed is found.
        order_id: of the intent; another one after every order sent.
    """

    side: Side = Side.BUY
    kind: EntryKind = EntryKind.LIMIT
    entry: str = ""
    far: str = ""
    rungs: str = "4"
    stop: str = ""
    target: str = ""
    risk: str = "1"
    size: str = ""
    leverage: str = "3"
    isolated: bool = True
    hold: str = "48"
    post_only: bool = False
    reduce_only: bool = False
    time_in_force: TimeInForce = TimeInForce.GTC
    trail: TrailMode | None = None
    give_back: str = "50"
    setup: str = ""
    sizing: Sizing = Sizing.FIXED
    order_id: str = field(default_factory=new_id)


class Unreadable(Exception):
    """A text that is no figure; its words are for the field."""


def number(text: str, title: str) -> Decimal:
    """Return the number that a text says: with spaces or commas between thousands, and a unit behind.

    Raises:
        Unreadable: it says none, or one that is not above zero.
    """
    said = text.strip()
    plain = _SPACES.sub("", said).rstrip("%×x").replace("−", "-")
    if not plain:
        raise Unreadable(f"{title} is missing")
    if _GROUPED.match(plain):
        plain = plain.replace(",", "")
    elif plain.count(",") == 1 and "." not in plain:
        plain = plain.replace(",", ".")
    try:
        value = Decimal(plain)
    except InvalidOperation:
        raise Unreadable(f"{title}: “{said[:20]}” is not a number") from None
    if not value.is_finite():
        raise Unreadable(f"{title} must be a number")
    if value <= 0:
        raise Unreadable(f"{title} must be above zero")
    if not -20 < value.adjusted() < 20:
        raise Unreadable(f"{title} is out of any market's reach")
    return value


def signed_number(text: str, title: str) -> Decimal:
    """Return a number that may be below zero, such as a distance.

    Raises:
        Unreadable: as of `number`.
    """
    said = text.strip().replace("−", "-").lstrip("+")
    if said.startswith("-"):
        return -number(said[1:], title)
    return number(said, title)
