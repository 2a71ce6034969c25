"""What the trader declares of a series from outside: where it is, how it is read, and what is plausible."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec

from workstation.model.text import printable

FOLDER = "outside"
"""In the data directory: every TOML file in it is read."""
MOST_SOURCES = 50
MOST_BYTES = 64 * 1024
LEAST_INTERVAL_S = 10
MOST_INTERVAL_S = 7 * 86_400
PREFIX = "outside_"
"""Before its key in the name of a series' metric."""
KEY = r"[a-z][a-z0-9_]{0,30}"
_INTERVAL = re.compile(r"^\s*(\d{1,6})\s*(s|m|h|d)\s*$")
_UNITS_S = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}

Path_ = Annotated[str, msgspec.Meta(max_length=300)]
Finite = Annotated[float, msgspec.Meta(ge=-1e15, le=1e15)]


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One series.

    Attributes:
        key: its name; metrics call it "outside_" and the key.
        title: on screen.
        kind: how it is written.
        value: where the value is: a column's title, or a path such as "data.price" or "0.value".
        time: where its time is; "" takes the time at which it was fetched.
        rows: of JSON, the path of the list of rows; "" where there is one value alone.
        url: where it is fetched, or
        file: where it lies; a relative path begins at the folder of the declarations.
        interval: how often it is looked at: "30s", "15m", "4h", "1d".
        unit: in which it is shown.
        least, most: what is plausible; a value beyond is not believed.
        max_age: how old the newest value may be, as `interval`; "" three intervals.
        decimals: shown behind the point.
    """

    key: Annotated[str, msgspec.Meta(pattern=f"^{KEY}$")]
    title: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    kind: Literal["csv", "json"]
    value: Path_
    time: Path_ = ""
    rows: Path_ = ""
    url: Annotated[str, msgspec.Meta(max_length=2_000)] = ""
    file: Annotated[str, msgspec.Meta(max_length=1_000)] = ""
    interval: Annotated[str, msgspec.Meta(max_length=12)] = "15m"
    unit: Annotated[str, msgspec.Meta(max_length=16)] = ""
    least: Finite | None = None
    most: Finite | None = None
    max_age: Annotated[str, msgspec.Meta(max_length=12)] = ""
    decimals: Annotated[int, msgspec.Meta(ge=0, le=8)] = 2

    def __post_init__(self) -> None:
        if bool(self.url) == bool(self.file):
            raise ValueError('give either "url" or "file"')
        if self.url:
            try:
                parts = urlsplit(self.url)
            except ValueError as error:
                raise ValueError(f"url: {error}") from None
            if parts.scheme not in ("http", "https") or not parts.hostname:
                raise ValueError("url: it must begin with http:// or https://")
            if parts.username or parts.password:
                raise ValueError("url: no password belongs into this file")
        if not LEAST_INTERVAL_S <= self.interval_s <= MOST_INTERVAL_S:
            raise ValueError(f"interval: from {LEAST_INTERVAL_S}s to 7d")
        seconds_of(self.max_age or self.interval, "max_age")
        if self.least is not None and self.most is not None and self.least > self.most:
            raise ValueError("least is more than most")
        if self.kind == "csv" and self.rows:
            raise ValueError('rows: only "json" has them')

    @property
    def interval_s(self) -> int:
        """Seconds between two looks."""
        return seconds_of(self.interval, "interval")

    @property
    def max_age_s(self) -> int:
        """Seconds after which its newest value is stale."""
        return seconds_of(self.max_age, "max_age") if self.max_age else 3 * self.interval_s

    @property
    def metric_key(self) -> str:
        """As expressions and checklists name it."""
        return PREFIX + self.key


@dataclass(frozen=True, slots=True)
class Mistake:
    """A declaration that cannot be used.

    Attributes:
        file: its name.
        words: which, and what is wrong with it, a sentence.
    """

    file: str
    words: str


def seconds_of(text: str, name: str) -> int:
    """Return a length of time written as "15m" in seconds.

    Raises:
        ValueError: it is none.
    """
    match = _INTERVAL.match(text)
    if match is None:
        raise ValueError(f"{name}: {text!r} is no length of time; write 30s, 15m, 4h or 1d")
    return int(match[1]) * _UNITS_S[match[2]]


def load_sources(folder: Path) -> tuple[tuple[Source, ...], tuple[Mistake, ...]]:
    """Return what the files of a folder declare, and what of them cannot be used."""
    sources: dict[str, Source] = {}
    mistakes: list[Mistake] = []
    try:
        paths = sorted(path for path in folder.glob("*.toml") if path.is_file())
    except OSError:
        paths = []
    for path in paths:
        for place, told in enumerate(_tables(path, mistakes), 1):
            name = f"source {place}"
            if isinstance(told, dict) and isinstance(told.get("key"), str):
                name = printable(told["key"])[:40]
            try:
                source = msgspec.convert(told, Source)
            except (msgspec.ValidationError, ValueError, RecursionError) as error:
                mistakes.append(Mistake(path.name, f"{name}: {printable(str(error))}"))
                continue
            if source.key in sources:
                mistakes.append(Mistake(path.name, f"{name}: another source has this key"))
            elif len(sources) == MOST_SOURCES:
                mistakes.append(Mistake(path.name, f"{name}: more than {MOST_SOURCES} sources"))
            else:
                sources[source.key] = source
    return tuple(sources.values()), tuple(mistakes)


def _tables(path: Path, mistakes: list[Mistake]) -> list[object]:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ValueError("it is too large")
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        mistakes.append(Mistake(path.name, f"It cannot be read: {printable(str(error))}"))
        return []
    tables = told.get("source", [])
    if not isinstance(tables, list) or set(told) - {"source"}:
        mistakes.append(Mistake(path.name, "Each source stands below a line [[source]]"))
        return tables if isinstance(tables, list) else []
    return tables
