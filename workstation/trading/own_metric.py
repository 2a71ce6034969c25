"""A metric of what is the trader's own, an order or a day: declared and read as those of the market are."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from workstation.errors import BadFigure
from workstation.metrics.metric import NoData, Reading, ReadingState, Unit

Facts = TypeVar("Facts")


@dataclass(frozen=True)  # slots and type parameters do not go together before Python 3.12
class OwnMetric(Generic[Facts]):
    """One thing that can be known from facts of one's own.

    Attributes:
        key, title, unit, formula, source, decimals: as of a `Metric`.
        compute: works it out, or raises `NoData`.
    """

    key: str
    title: str
    unit: Unit
    formula: str
    source: str
    compute: Callable[[Facts], float]
    decimals: int = 2

    def read(self, facts: Facts, now_ms: int) -> Reading:
        """Return what it is now; never raises."""
        try:
            value = self.compute(facts)
        except NoData as reason:
            return Reading(None, 0, self.source, ReadingState.NO_DATA, str(reason))
        except (ArithmeticError, BadFigure):
            return Reading(None, 0, self.source, ReadingState.NO_DATA, "It cannot be reckoned from this")
        return Reading(value, now_ms, self.source, ReadingState.OK)
