"""Which colour of the theme a study's line has."""

from PySide6.QtGui import QColor

from ui.theme import Theme

_SERIES = {"series1": "violet", "series2": "amber", "series3": "blue", "series4": "green"}
SERIES_COUNT = len(_SERIES)


def is_series(role: str) -> bool:
    """Whether a role is that of a series."""
    return role in _SERIES


def series_color(theme: Theme, number: int) -> QColor:
    """The colour of series `number`, from 0."""
    return theme.link_colors[list(_SERIES.values())[number % SERIES_COUNT]]


def series_role(role: str, number: int) -> str:
    """The role of series `number` (from 0) in place of any other series'; another role as it is."""
    return list(_SERIES)[number % SERIES_COUNT] if role in _SERIES else role


def role_color(theme: Theme, role: str, value: float = 0.0) -> QColor:
    """The colour of a role: a token of the theme, "series1" … "series4", or "sign" of a value."""
    if role == "sign":
        return theme.up if value >= 0 else theme.down
    if role in _SERIES:
        return theme.link_colors[_SERIES[role]]
    color = getattr(theme, role, None)
    return color if isinstance(color, QColor) else theme.muted
