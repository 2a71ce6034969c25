"""Every number's text: thin-space thousands, a true minus, the venue's decimals, and a dash for no figure."""

import math
from datetime import UTC, datetime

NO_FIGURE = "—"
THIN_SPACE = "\u2009"
MINUS = "\u2212"

_COMPACT_UNITS = ((1e3, "k"), (1e6, "M"), (1e9, "B"), (1e12, "T"))
_DATA_UNITS = ((1e3, "kB"), (1e6, "MB"), (1e9, "GB"), (1e12, "TB"))


def price(value: float | None, decimals: int) -> str:
    """A price with the venue's decimals: 61659.8, 1 → "61 659.8" (the space is thin)."""
    if value is None or not math.isfinite(value):
        return NO_FIGURE
    text = f"{value:,.{decimals}f}".replace(",", THIN_SPACE)
    if text[0] == "-":
        return _true_minus(text)
    return text


def size(value: float | None, decimals: int) -> str:
    """A size with the venue's decimals: 3.554, 3 → "3.554"."""
    return price(value, decimals)


def signed(value: float | None, decimals: int = 2) -> str:
    """A change, its sign always shown: "+0.18", "−0.40"; a change that rounds to nothing has none: "0.00"."""
    text = price(value, decimals)
    if text == NO_FIGURE or text[0] == MINUS or not any("1" <= digit <= "9" for digit in text):
        return text
    return "+" + text


def percent(fraction: float | None, decimals: int = 2, signed: bool = False) -> str:
    """A fraction as per cent: 0.0123 → "1.23 %"; with `signed`, "+1.23 %"."""
    if fraction is None or not math.isfinite(fraction):
        return NO_FIGURE
    value = fraction * 100
    return (_signed(value, decimals) if signed else price(value, decimals)) + " %"


_signed = signed  # `percent` has a parameter of that name


def compact(value: float | None) -> str:
    """A figure where its magnitude is enough: "0.053", "7.25", "12.3 k", "4.5 M", "123 k"."""
    if value is None or not math.isfinite(value):
        return NO_FIGURE
    magnitude = abs(value)
    if magnitude < 999.5:
        decimals = 3 if magnitude < 1 else 2 if magnitude < 10 else 1 if magnitude < 100 else 0
        return price(value, decimals) if magnitude else "0"
    return _in_units(value, _COMPACT_UNITS)


def count(n: int | None) -> str:
    """A whole number: 21313 → "21 313" (the space is thin)."""
    return price(n, 0)


def rate(per_second: float | None) -> str:
    """How often a second: "2 412/s", below ten "0.4/s"."""
    if per_second is None or not math.isfinite(per_second):
        return NO_FIGURE
    return price(per_second, 1 if 0 < abs(per_second) < 9.95 else 0) + "/s"


def data_size(size_bytes: float | None) -> str:
    """A size on disk in decimal units: "812 B", "41.2 kB", "1.9 GB"."""
    if size_bytes is None or not math.isfinite(size_bytes):
        return NO_FIGURE
    if abs(size_bytes) < 999.5:
        return price(size_bytes, 0) + " B"
    return _in_units(size_bytes, _DATA_UNITS)


def age(seconds: float | None) -> str:
    """How old the data are, as short as can be: "0.1 s", "4 s", "2 m", "3 h", "5 d"."""
    if seconds is None or not math.isfinite(seconds):
        return NO_FIGURE
    seconds = max(0.0, seconds)
    if seconds < 0.95:
        return f"{seconds:.1f} s"
    if seconds < 60:
        return f"{max(1, int(seconds))} s"
    if seconds < 3600:
        return f"{int(seconds // 60)} m"
    if seconds < 86400:
        return f"{int(seconds // 3600)} h"
    return f"{int(seconds // 86400)} d"


def duration(seconds: float | None) -> str:
    """A length of time in its two largest units: "48 s", "5 m 12 s", "1 h 42 m", "2 d 3 h"."""
    if seconds is None or not math.isfinite(seconds):
        return NO_FIGURE
    sign = MINUS if seconds <= -1 else ""
    whole = int(abs(seconds))
    if whole < 60:
        return f"{sign}{whole} s"
    if whole < 3600:
        return f"{sign}{whole // 60} m {whole % 60} s"
    if whole < 86400:
        return f"{sign}{whole // 3600} h {whole % 3600 // 60} m"
    return f"{sign}{whole // 86400} d {whole % 86400 // 3600} h"


def timeframe(timeframe_ms: int) -> str:
    """A candle's width in its largest whole unit: "5 s", "15 m", "1 h", "1 d"."""
    seconds = timeframe_ms // 1000
    for unit_s, unit in ((86400, "d"), (3600, "h"), (60, "m")):
        if seconds and seconds % unit_s == 0:
            return f"{seconds // unit_s} {unit}"
    return f"{seconds} s"


def utc_time(ms: float | None, with_ms: bool = False) -> str:
    """Time of day of a moment given in UTC milliseconds since 1970: "23:59:58", with_ms "23:59:58.372"."""
    if ms is None or not math.isfinite(ms):
        return NO_FIGURE
    rest = int(ms) % 86_400_000
    second = rest // 1000
    text = f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"
    return f"{text}.{rest % 1000:03d}" if with_ms else text


def utc_date(ms: float | None) -> str:
    """Day of a moment given in UTC milliseconds since 1970: "2024-08-08"."""
    if ms is None or not math.isfinite(ms):
        return NO_FIGURE
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d")


def _true_minus(text: str) -> str:
    """The text with a true minus, or with none if it rounds to nothing."""
    if any("1" <= digit <= "9" for digit in text):
        return MINUS + text[1:]
    return text[1:]


def _in_units(value: float, units: tuple[tuple[float, str], ...]) -> str:
    """`value` in the unit that leaves one to three digits: one decimal below 100, else none."""
    factor, unit = next((pair for pair in units if abs(value) / pair[0] < 999.5), units[-1])
    scaled = value / factor
    return f"{price(scaled, 1 if abs(scaled) < 99.95 else 0)} {unit}"
