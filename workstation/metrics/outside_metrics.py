"""Metrics of series from outside: one for each key that may be declared, also while it is not."""

import re
from functools import lru_cache

from workstation.metrics.facts import SymbolFacts
from workstation.metrics.metric import Metric, NoData, Reading, ReadingState, Unit
from workstation.outside.book import OutsideBook
from workstation.outside.source import KEY, PREFIX

_NAME = re.compile(f"{PREFIX}({KEY})")


def outside_metric(key: str, book: OutsideBook | None = None) -> Metric | None:
    """Return the metric of a key that begins with "outside_"; None for any other.

    It exists whether a source declares it or not: an alert or a checklist that names it outlives the file.

    Args:
        book: has the declarations; one that is in it gives the metric its title, unit and digits.
    """
    if _NAME.fullmatch(key) is None:
        return None
    name = key.removeprefix(PREFIX)
    series = None if book is None else book.series.get(name)
    if series is None:
        return _metric(name, name.replace("_", " ").capitalize(), "", 2)
    return _metric(name, series.source.title, series.source.unit, series.source.decimals)


def declared_metrics(book: OutsideBook | None) -> tuple[Metric, ...]:
    """The metrics of all series that are declared now, in the order of their files."""
    found = () if book is None else (outside_metric(PREFIX + name, book) for name in book.series)
    return tuple(metric for metric in found if metric is not None)


@lru_cache(maxsize=256)
def _metric(name: str, title: str, unit: str, decimals: int) -> Metric:
    return Metric(
        PREFIX + name,
        title,
        title,
        Unit.NUMBER,
        ("outside",),
        None,
        f"newest value of the series {name} from outside",
        "declared in the folder outside of the data directory",
        _never,
        decimals=decimals,
        own_unit=unit,
    )


def read_outside(metric: Metric, book: OutsideBook | None, now_ms: int) -> Reading:
    """What a series from outside is now; it is the same for every symbol."""
    key = metric.key.removeprefix(PREFIX)
    series = None if book is None else book.series.get(key)
    if series is None:
        return Reading(None, 0, "outside", ReadingState.NO_DATA, f"No source declares the series {key}")
    value, source = series.newest, f"outside {key}"
    if value is None:
        why = series.trouble or "The source has not been looked at yet"
        return Reading(None, 0, source, ReadingState.NO_DATA, why)
    time_ms = int(series.times[-1])
    # One look that failed does not make a value old.
    if series.age_s(now_ms) <= series.source.max_age_s:
        return Reading(value, time_ms, source, ReadingState.OK)
    why = series.trouble or f"The newest value is {series.age_s(now_ms) / 60:.0f} min old"
    return Reading(value, time_ms, source, ReadingState.STALE, why)


def _never(_facts: SymbolFacts) -> float:
    raise NoData("It is read from its source, not from a market")
