"""Exact figures of money and prices as text: decimals as booked, thin-space thousands, a true minus."""

from decimal import Decimal
from math import nan

from ui import format
from ui.widgets.table_rows import Cell


def exact(value: Decimal | None, decimals: int) -> str:
    """A figure with so many decimals: −1234.5, 2 → "−1 234.50"; None is a dash, and nothing has no sign."""
    if value is None or not value.is_finite():
        return format.NO_FIGURE
    if not round(value, decimals):
        value = abs(value)
    return f"{value:,.{decimals}f}".replace(",", format.THIN_SPACE).replace("-", format.MINUS)


def signed(value: Decimal | None, decimals: int = 2) -> str:
    """The same with its sign always shown; what rounds to nothing has none."""
    if value is None or not value.is_finite():
        return format.NO_FIGURE
    return ("+" if round(value, decimals) > 0 else "") + exact(value, decimals)


def trend(value: Decimal | None, decimals: int = 2) -> str:
    """The theme's token of a gain or a loss; what is shown as nothing with so many decimals is neither."""
    if value is None or not value.is_finite() or not round(value, decimals):
        return "muted"
    return "up" if value > 0 else "down"


def cell(text: str, value: Decimal | float | None, token: str = "text") -> Cell:
    """A cell that is sorted by a figure; without one it comes last."""
    missing = value is None
    return Cell(text, nan if value is None else float(value), "dim" if missing else token)


def words(text: str, token: str = "text") -> Cell:
    """A cell that is sorted by its text."""
    return Cell(text, text, token)
