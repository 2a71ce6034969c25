"""What the trader holds, as metrics ask for it: plain shares of the equity, by symbol and by sector."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HeldBook:
    """A book of positions at the marks of now.

    Attributes:
        weights: worth of each position for the equity, short negative.
        sectors: the same, net, by sector.
        sector_of: the sector of a coin.
        unknown: symbols held whose mark is not known.
        version: equal as long as the positions are the same, whatever their worth.
    """

    weights: Mapping[str, float]
    sectors: Mapping[str, float]
    sector_of: Callable[[str], str]
    unknown: tuple[str, ...] = ()
    version: Hashable = 0
