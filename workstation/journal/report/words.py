"""Figures of a report as text: true minus signs, thin groups, UTC."""

import html
from datetime import UTC, datetime
from decimal import Decimal

MINUS = "\u2212"
NONE = "\u2013"
_THIN = "\u202f"


def esc(text: str) -> str:
    """Text as HTML: whatever it holds, it is shown and nothing of it is markup."""
    return html.escape("".join(mark if mark.isprintable() or mark in "\n\t" else "\ufffd" for mark in text))


def money(value: Decimal | float | None, decimals: int = 2) -> str:
    """A signed amount."""
    if value is None:
        return NONE
    text = f"{abs(value):,.{decimals}f}".replace(",", _THIN)
    if not any(mark in "123456789" for mark in text):
        return text
    return f"{'+' if value > 0 else MINUS}{text}"


def plain(value: Decimal | None, most: int = 8) -> str:
    """A price or size, without zeros that say nothing, to `most` decimals."""
    if value is None:
        return NONE
    text = f"{round(value, most):,f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace(",", _THIN).replace("-", MINUS)


def price(value: Decimal | None) -> str:
    """An average price, to eight digits where it does not end before."""
    if value is None:
        return NONE
    return plain(
        value, max(0, 7 - max(value.adjusted(), 0)) if value.adjusted() >= 0 else 8 - value.adjusted()
    )


def whole(text: str) -> str:
    """Text that stays on one line."""
    return text.replace(" ", "\u00a0")


def ratio(value: float | None, decimals: int = 2) -> str:
    """A bare number."""
    return NONE if value is None else f"{value:,.{decimals}f}".replace(",", _THIN).replace("-", MINUS)


def multiple(value: Decimal | float | None) -> str:
    """A result in R."""
    return NONE if value is None else f"{money(value)}{_THIN}R"


def share(value: float | None) -> str:
    """A fraction in percent."""
    return NONE if value is None else f"{value * 100:.1f}{_THIN}%".replace("-", MINUS)


def held(held_ms: int | float | None) -> str:
    """How long, in its two largest units."""
    if held_ms is None:
        return "open"
    seconds = int(held_ms // 1_000)
    for size, unit, smaller, small_unit in (
        (86_400, "d", 3_600, "h"),
        (3_600, "h", 60, "m"),
        (60, "m", 1, "s"),
    ):
        if seconds >= size:
            return f"{seconds // size}{_THIN}{unit} {seconds % size // smaller:02d}{_THIN}{small_unit}"
    return f"{seconds}{_THIN}s"


def moment(time_ms: int | None, form: str = "%a %d %b %H:%M") -> str:
    """A moment, UTC."""
    return NONE if time_ms is None else f"{datetime.fromtimestamp(time_ms / 1_000, UTC):{form}}"


def tone(value: Decimal | float | None) -> str:
    """The class of a result: won, lost or neither."""
    return "flat" if not value else "up" if value > 0 else "down"
