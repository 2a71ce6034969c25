"""Numbers and times out of the cells of an export: exact, strict, and in the spellings that venues use."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

MOST_DIGITS = 40
"""Of a number; more than any venue books."""
GREATEST = Decimal(10) ** 18
EARLIEST_MS, LATEST_MS = 1_230_768_000_000, 4_102_444_800_000  # 2009, before any coin, to 2100

_PLAIN = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?", re.ASCII)
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?", re.ASCII)
_POINT_THOUSANDS = re.compile(r"[+-]?\d{1,3}(\.\d{3})+,\d*", re.ASCII)
_GAPS = dict.fromkeys(map(ord, " \t\u00a0\u202f\u2009'’_"))
_MINUS = {0x2212: "-", 0x2013: "-"}
_OFFSET = re.compile(r"(?:UTC|GMT)?\s*(-{1,2}|[+−])(\d{1,2})(?::?(\d{2}))?", re.ASCII | re.IGNORECASE)
_DIGITS = re.compile(r"\d+(\.\d+)?", re.ASCII)
_DAY = r"(?P<y>\d{4}|\d{2})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})"
_CLOCK = r"(?P<H>\d{1,2}):(?P<M>\d{2})(?::(?P<S>\d{2})(?P<f>[.,]\d{1,9})?)?"
_ZONE = r"\s*(?P<z>Z|UTC|GMT|[+-]\d{2}:?\d{2})?"
_YEAR_FIRST = re.compile(rf"{_DAY}(?:[T ]\s*{_CLOCK})?{_ZONE}", re.ASCII)
_CLOCK_FIRST = re.compile(rf"{_CLOCK}\s+{_DAY}", re.ASCII)
_YEAR_LAST = re.compile(
    rf"(?P<a>\d{{1,2}})[-/.](?P<b>\d{{1,2}})[-/.](?P<y>\d{{4}})(?:[T ,]\s*{_CLOCK})?{_ZONE}", re.ASCII
)


class BadCell(ValueError):
    """A cell says nothing that could be meant; the text says what is wrong with it."""


@lru_cache(1 << 16)
def number(text: str, *, comma_is_point: bool = False) -> Decimal:
    """Return the number of a cell, exactly as it is written there; the same object for the same text.

    Thousands may be set apart by spaces, commas or apostrophes; a sign of plus or minus may lead it.

    Args:
        comma_is_point: a single comma stands before the decimals ("1,5"), as where semicolons part the cells.

    Raises:
        BadCell: it is no number, not a finite one, or beyond what any account books.
    """
    plain = text
    if _PLAIN.fullmatch(plain) is None:
        plain = _without_groups(text, comma_is_point)
    if not _PLAIN.fullmatch(plain):
        raise BadCell(f"{_quoted(text)} is no number")
    if len(plain) > MOST_DIGITS:
        raise BadCell(f"{_quoted(text)} has more digits than any venue books")
    value = Decimal(plain)
    if abs(value) >= GREATEST:
        raise BadCell(f"{_quoted(text)} is greater than any account")
    return value


def _without_groups(text: str, comma_is_point: bool) -> str:
    """The text of a number without what sets its thousands apart, with a point before its decimals."""
    plain = text.translate(_GAPS).translate(_MINUS)
    if _THOUSANDS.fullmatch(plain) and not (comma_is_point and plain.count(",") == 1 and "." not in plain):
        plain = plain.replace(",", "")
    elif _POINT_THOUSANDS.fullmatch(plain):
        plain = plain.replace(".", "").replace(",", ".")
    elif plain.count(",") == 1 and "." not in plain:
        plain = plain.replace(",", ".")
    return plain


def amount_and_coin(text: str) -> tuple[str, str]:
    """Part "0.2952 USDT" or "0.01BTC" into its number and its coin; the coin may be missing."""
    found = re.fullmatch(
        r"\s*([+−–\-]?[\d.,\s]+(?:[eE][+-]?\d+)?)\s*([A-Za-z0-9]*[A-Za-z][A-Za-z0-9]*)?\s*", text
    )
    return (text, "") if found is None else (found[1].strip(), found[2] or "")


def time_ms(text: str, zone: tzinfo, *, day_first: bool = True) -> int:
    """Return the moment of a cell in milliseconds since 1970, UTC.

    Args:
        zone: of times that do not say theirs.
        day_first: "03/04/2026" is the third of April, not the fourth of March.

    Raises:
        BadCell: it is no time, or one at which there was nothing to trade.
    """
    plain = text.strip()
    if _DIGITS.fullmatch(plain) and len(plain.partition(".")[0]) >= 9:
        found = _since_1970(Decimal(plain))
    else:
        found = _spelled(plain, zone, day_first)
    if not EARLIEST_MS <= found < LATEST_MS:
        raise BadCell(f"{_quoted(text)} is no time at which anything was traded")
    return found


def zone_of(name: str) -> tzinfo:
    """Return the time zone of "UTC", "UTC+8", "+05:30" or a name such as "Europe/Berlin".

    Raises:
        BadCell: there is no such zone.
    """
    plain = name.strip()
    if plain.upper() in ("UTC", "GMT", "Z", ""):
        return UTC
    offset = _OFFSET.fullmatch(plain)
    if offset is not None and int(offset[2]) <= 14 and int(offset[3] or 0) < 60:
        # "UTC--6" is how Binance names its files: a hyphen, then the sign.
        ahead = -1 if offset[1] in ("--", "-", "−") else 1
        return timezone(ahead * timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0)))
    try:
        return ZoneInfo(plain)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadCell(
            f"There is no time zone {_quoted(name)}; UTC+8 or Europe/Berlin are such names"
        ) from None


def zone_in(heading: str) -> tzinfo | None:
    """Return the zone that a heading names ("Trade Time(UTC+0)", "Time Zone:UTC+8"), or None."""
    found = re.search(r"UTC\s*([+-]\d{1,2}(?::?\d{2})?)?", heading, re.IGNORECASE)
    if found is None:
        return None
    try:
        return zone_of(f"UTC{found[1] or ''}")
    except BadCell:
        return None


def _since_1970(value: Decimal) -> int:
    for digits, per_ms in ((11, Decimal("0.001")), (14, 1), (17, 1_000), (20, 1_000_000)):
        if value < Decimal(10) ** digits:
            return int(value / per_ms)
    return LATEST_MS


def _spelled(plain: str, zone: tzinfo, day_first: bool) -> int:
    parts = _YEAR_LAST.fullmatch(plain)
    if parts is not None:
        first, second = int(parts["a"]), int(parts["b"])
        day, month = (first, second) if (day_first and second <= 12) or first > 12 else (second, first)
    else:
        parts = _YEAR_FIRST.fullmatch(plain) or _CLOCK_FIRST.fullmatch(plain)
        if parts is None:
            raise BadCell(f"{_quoted(plain)} is no time")
        day, month = int(parts["d"]), int(parts["m"])
    year = int(parts["y"])
    said = parts.groupdict().get("z")
    fraction = (parts["f"] or ".0")[1:]
    try:
        moment = datetime(
            year + 2000 if year < 100 else year,
            month,
            day,
            int(parts["H"] or 0),
            int(parts["M"] or 0),
            int(parts["S"] or 0),
            tzinfo=_offset(said) if said else zone,
        )
        whole = moment - datetime(1970, 1, 1, tzinfo=UTC)
    except (ValueError, OverflowError):
        raise BadCell(f"{_quoted(plain)} is no time") from None
    return (whole.days * 86_400 + whole.seconds) * 1_000 + int(fraction[:3].ljust(3, "0"))


def _offset(said: str) -> tzinfo:
    return UTC if said in ("Z", "UTC", "GMT") else zone_of(said)


def _quoted(text: str) -> str:
    shown = text.strip()
    return repr(shown if len(shown) <= 40 else f"{shown[:39]}…")
