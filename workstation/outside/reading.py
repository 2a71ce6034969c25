"""Reads what a source has sent: rows of a table or of JSON, each believed only if it is plausible."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import StringIO
from itertools import islice
from math import isfinite
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from workstation.model.text import printable
from workstation.outside.source import Source

MOST_ROWS = 50_000
GREATEST = 1e15
_EARLIEST_MS = 315_532_800_000  # 1980
_AHEAD_MS = 86_400_000
_SECONDS_BELOW, _MS_BELOW, _US_BELOW = 1e11, 1e14, 1e17


class BadSource(Exception):
    """What a source sent, or that it sent nothing, cannot be used; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Taken:
    """The usable rows of one look.

    Attributes:
        times: (n,) UTC milliseconds, rising, none twice.
        values: (n,) in the source's unit, finite.
        ignored: rows that were left out.
        why: what was wrong with the first of them; "" if none was.
    """

    times: npt.NDArray[np.int64]
    values: npt.NDArray[np.float64]
    ignored: int = 0
    why: str = ""


def read_source(source: Source, content: bytes, now_ms: int) -> Taken:
    """Return the rows of what a source has sent.

    Args:
        source: how it is written.
        content: as it came.
        now_ms: our clock: the time of a value that has none, and what no time may be beyond.

    Raises:
        BadSource: nothing in it can be used.
    """
    pairs = _json_pairs(source, content) if source.kind == "json" else _csv_pairs(source, content)
    found: dict[int, float] = {}
    ignored, why, place = 0, "", 0
    for place, (time, value) in enumerate(islice(pairs, MOST_ROWS), 1):
        try:
            number = _number(value, source)
            found[now_ms if time is _NO_TIME else _time_ms(time, now_ms)] = number
        except BadSource as error:
            ignored += 1
            why = why or (f"row {place}: {error}" if place > 1 or ignored > 1 else str(error))
    if not found:
        raise BadSource(why or "It has no rows")
    times = np.array(sorted(found), np.int64)
    values = np.array([found[at_ms] for at_ms in times.tolist()])
    return Taken(times, values, ignored, why)


_NO_TIME = object()


def _number(value: object, source: Source) -> float:
    if isinstance(value, _Missing):
        raise BadSource(value.words)
    if isinstance(value, str):
        value = value.strip().replace("\u2009", "").replace(" ", "")
    if isinstance(value, bool) or not isinstance(value, int | float | str) or value == "":
        raise BadSource(f"{_shown(value)} is no number: is {source.value!r} the right place?")
    try:
        number = float(value)
    except (ValueError, OverflowError):
        raise BadSource(f"{_shown(value)} is no number: is {source.value!r} the right place?") from None
    if not isfinite(number):
        raise BadSource(f"{_shown(value)} is no finite number")
    if abs(number) > GREATEST:
        raise BadSource(f"{_shown(value)} is beyond all measure")
    if source.least is not None and number < source.least:
        raise BadSource(f"{number:g} is below the least, {source.least:g}: is the unit another?")
    if source.most is not None and number > source.most:
        raise BadSource(f"{number:g} is above the most, {source.most:g}: is the unit another?")
    return number


def _time_ms(told: object, now_ms: int) -> int:
    if isinstance(told, str):
        plain = told.strip()
        try:
            told = float(plain)
        except ValueError:
            told = _iso_ms(plain)
    if isinstance(told, bool) or not isinstance(told, int | float) or not isfinite(told):
        raise BadSource(f"{_shown(told)} is no time")
    size = abs(told)
    scale = 1e3 if size < _SECONDS_BELOW else 1.0 if size < _MS_BELOW else 1e-3 if size < _US_BELOW else 1e-6
    at_ms = round(told * scale)
    if not _EARLIEST_MS <= at_ms <= now_ms + _AHEAD_MS:
        raise BadSource(f"{_shown(told)} is a time that cannot be")
    return at_ms


def _iso_ms(text: str) -> float:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadSource(f"{_shown(text)} is no time: 2026-03-18T18:00Z, or seconds since 1970") from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.timestamp() * 1000


def _json_pairs(source: Source, content: bytes) -> Iterator[tuple[object, object]]:
    try:
        whole: Any = msgspec.json.decode(content)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise BadSource(f"It is no JSON: {printable(str(error))[:120]}") from None
    rows = _at(whole, source.rows) if source.rows else whole
    if not source.rows:
        return iter([_pair(whole, source)])
    if not isinstance(rows, list):
        raise BadSource(f"At {source.rows!r} there is no list of rows, but {_shown(rows)}")
    return (_pair(row, source) for row in rows[-MOST_ROWS:])


def _pair(row: object, source: Source) -> tuple[object, object]:
    try:
        value = _at(row, source.value)
        return (_at(row, source.time) if source.time else _NO_TIME), value
    except BadSource as error:
        return _NO_TIME, _Missing(str(error))


@dataclass(frozen=True, slots=True)
class _Missing:
    """Stands for a value that is not there."""

    words: str


def _at(whole: Any, path: str) -> Any:
    """What a path such as "data.0.price" leads to."""
    found = whole
    walked: list[str] = []
    for name in path.split(".") if path else ():
        walked.append(name)
        if isinstance(found, dict) and name in found:
            found = found[name]
        elif isinstance(found, list) and name.lstrip("-").isdigit() and -len(found) <= int(name) < len(found):
            found = found[int(name)]
        else:
            has = ", ".join(map(str, islice(found, 6))) if isinstance(found, dict) else type(found).__name__
            raise BadSource(f"There is nothing at {'.'.join(walked)!r}; it has: {printable(has)[:80]}")
    return found


def _csv_pairs(source: Source, content: bytes) -> Iterator[tuple[object, object]]:
    text = content.decode("utf-8-sig", errors="replace")
    if "\0" in text[:1_000]:
        raise BadSource("It is no text, so no CSV")
    first = next((line for line in text.splitlines() if line.strip()), "")
    rows = csv.reader(StringIO(text, newline=""), delimiter=max(",;\t", key=first.count))
    try:
        titles = [title.strip() for title in next(rows, [])]
    except csv.Error as error:
        raise BadSource(f"It is no CSV: {error}") from None
    value_at = _column(titles, source.value)
    time_at = _column(titles, source.time) if source.time else None

    def pairs() -> Iterator[tuple[object, object]]:
        while True:
            try:
                row = next(rows, None)
            except csv.Error as error:
                yield _NO_TIME, _Missing(f"the line cannot be read: {error}")
                continue
            if row is None:
                return
            if not any(cell.strip() for cell in row):
                continue
            if max(value_at, time_at or 0) >= len(row):
                yield _NO_TIME, _Missing("the line is too short")
                continue
            yield (_NO_TIME if time_at is None else row[time_at]), row[value_at]

    return pairs()


def _column(titles: list[str], name: str) -> int:
    if name in titles:
        return titles.index(name)
    has = printable(", ".join(titles))[:100]
    raise BadSource(f"There is no column {name!r}; the first line has: {has or 'nothing'}")


def _shown(value: object) -> str:
    return repr(printable(str(value)[:40]))
