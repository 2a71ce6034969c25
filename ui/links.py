"""Link groups: panels of one colour show one symbol, one timeframe and one crosshair."""

from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

LINK_COLOR_NAMES = ("blue", "amber", "violet", "green")
DEFAULT_TIMEFRAME_MS = 5_000


@dataclass(frozen=True, slots=True)
class Crosshair:
    """Where the pointer is in the market, for every panel of the group to show.

    Attributes:
        time_ms: venue's time, UTC ms; None when the pointer has left or points at a price alone.
        price: quote per base unit; None when the pointer has left or points at a time alone.
        source: the panel that has the pointer, so that it can leave its own message alone.
    """

    time_ms: float | None
    price: float | None
    source: object


class LinkGroup(QObject):
    """What the panels of one colour have in common."""

    symbol_changed = Signal(str)
    timeframe_changed = Signal(int)
    crosshair_moved = Signal(object)
    """A `Crosshair`."""

    def __init__(self, color_name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._color_name = color_name
        self._symbol = ""
        self._timeframe_ms = DEFAULT_TIMEFRAME_MS

    @property
    def color_name(self) -> str:
        """One of `LINK_COLOR_NAMES`; the theme has the colour itself."""
        return self._color_name

    @property
    def symbol(self) -> str:
        """The venue's spelling; "" while none is chosen."""
        return self._symbol

    @property
    def timeframe_ms(self) -> int:
        """Width of a candle, ms."""
        return self._timeframe_ms

    def set_symbol(self, symbol: str) -> None:
        """Show another symbol in every panel of the group."""
        if symbol != self._symbol:
            self._symbol = symbol
            self.symbol_changed.emit(symbol)

    def set_timeframe(self, timeframe_ms: int) -> None:
        """Use another candle width (ms, > 0) in every panel of the group."""
        if timeframe_ms != self._timeframe_ms:
            self._timeframe_ms = timeframe_ms
            self.timeframe_changed.emit(timeframe_ms)

    def set_crosshair(self, crosshair: Crosshair) -> None:
        """Tell the group where the pointer is."""
        self.crosshair_moved.emit(crosshair)


class LinkGroups(QObject):
    """The link groups of the desk, one for each colour; the first is where panels start."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._groups = {name: LinkGroup(name, self) for name in LINK_COLOR_NAMES}

    @property
    def first(self) -> LinkGroup:
        """The group that a new panel joins."""
        return self._groups[LINK_COLOR_NAMES[0]]

    def group(self, color_name: str) -> LinkGroup | None:
        """The group of that colour; None if there is no such colour."""
        return self._groups.get(color_name)

    def __iter__(self) -> Iterator[LinkGroup]:
        return iter(self._groups.values())
