"""Links: panels of one colour show one symbol, one timeframe and one crosshair; one without stands alone."""

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
    timeframe_changed = Signal(object)
    """Width of a candle, ms; not of type int, of which Qt has 32 bits: four weeks are more."""
    crosshair_moved = Signal(object)
    """A `Crosshair`."""
    moment_wanted = Signal(float)
    """A moment that panels which scroll in time are to bring into view, UTC ms."""

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

    def go_to(self, time_ms: float) -> None:
        """Bring a moment (UTC ms) into view in every panel of the group that scrolls in time."""
        self.moment_wanted.emit(time_ms)


class LinkGroups(QObject):
    """The link groups of the desk, one for each colour; the first is where panels start."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._groups = {name: LinkGroup(name, self) for name in LINK_COLOR_NAMES}
        self._alone: list[LinkGroup] = []

    @property
    def first(self) -> LinkGroup:
        """The group that a new panel joins."""
        return self._groups[LINK_COLOR_NAMES[0]]

    def group(self, color_name: str) -> LinkGroup | None:
        """The group of that colour; None if there is no such colour."""
        return self._groups.get(color_name)

    def __iter__(self) -> Iterator[LinkGroup]:
        return iter(self._groups.values())

    def everyone(self) -> Iterator[LinkGroup]:
        """The groups, and after them whatever a panel shows on its own: all that can name a symbol."""
        yield from self._groups.values()
        yield from tuple(self._alone)

    def add_alone(self, group: LinkGroup) -> None:
        """Count a panel's own group in, so that a change of market reaches what it shows."""
        self._alone.append(group)

    def remove_alone(self, group: LinkGroup) -> None:
        """The panel is gone, or shares again what it had on its own."""
        if group in self._alone:
            self._alone.remove(group)


class PanelLink(QObject):
    """What one panel shows: shared with a link group, wholly or in part, or its own.

    It looks like a `LinkGroup` to the panel, which need not know what is shared. Symbol and timeframe are
    shared one by one; the crosshair is shared with whoever is of the same colour.
    """

    symbol_changed = Signal(str)
    timeframe_changed = Signal(object)
    crosshair_moved = Signal(object)
    """A `Crosshair`."""
    moment_wanted = Signal(float)
    """A moment that is to be brought into view, UTC ms."""
    sharing_changed = Signal()
    """Colour, or what is shared, is another."""

    def __init__(self, links: LinkGroups, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._links = links
        self._own = LinkGroup("", self)
        self._group: LinkGroup | None = None
        self._shares_symbol = self._shares_timeframe = True
        self._symbols = self._timeframes = self._own
        self._own.symbol_changed.connect(self._own_symbol)
        self._own.timeframe_changed.connect(self._own_timeframe)
        self.join(links.first)

    @property
    def color_name(self) -> str:
        """The group's; "" while the panel is on its own."""
        return "" if self._group is None else self._group.color_name

    @property
    def group(self) -> LinkGroup | None:
        """The group; None while the panel is on its own."""
        return self._group

    @property
    def shares_symbol(self) -> bool:
        """The symbol is the group's, if there is a group."""
        return self._shares_symbol

    @property
    def shares_timeframe(self) -> bool:
        """The timeframe is the group's, if there is a group."""
        return self._shares_timeframe

    @property
    def own_symbol(self) -> bool:
        """The symbol is the panel's own: not shared, or with nobody."""
        return self._symbols is self._own

    @property
    def own_timeframe(self) -> bool:
        """The timeframe is the panel's own: not shared, or with nobody."""
        return self._timeframes is self._own

    @property
    def symbol(self) -> str:
        """The venue's spelling; "" while none is chosen."""
        return self._symbols.symbol

    @property
    def timeframe_ms(self) -> int:
        """Width of a candle, ms."""
        return self._timeframes.timeframe_ms

    def set_symbol(self, symbol: str) -> None:
        """Show another symbol: here, and wherever it is shared."""
        self._symbols.set_symbol(symbol)

    def set_timeframe(self, timeframe_ms: int) -> None:
        """Use another candle width (ms, > 0): here, and wherever it is shared."""
        self._timeframes.set_timeframe(timeframe_ms)

    def set_crosshair(self, crosshair: Crosshair) -> None:
        """Tell the group where the pointer is; nobody, on one's own."""
        if self._group is not None:
            self._group.set_crosshair(crosshair)

    def go_to(self, time_ms: float) -> None:
        """Have the group's panels show a moment (UTC ms); nobody, on one's own."""
        if self._group is not None:
            self._group.go_to(time_ms)

    def join(self, group: LinkGroup | None) -> None:
        """Share with another group from now on; None for none: what is shown stays as it is."""
        if group is not self._group:
            if self._group is not None:
                self._group.symbol_changed.disconnect(self._group_symbol)
                self._group.timeframe_changed.disconnect(self._group_timeframe)
                self._group.crosshair_moved.disconnect(self._group_crosshair)
                self._group.moment_wanted.disconnect(self.moment_wanted)
            if group is not None:
                group.symbol_changed.connect(self._group_symbol)
                group.timeframe_changed.connect(self._group_timeframe)
                group.crosshair_moved.connect(self._group_crosshair)
                group.moment_wanted.connect(self.moment_wanted)
        self._aim(group, self._shares_symbol, self._shares_timeframe)

    def share(self, *, symbol: bool | None = None, timeframe: bool | None = None) -> None:
        """Share symbol or timeframe with the group, or have one's own; None leaves it as it is."""
        self._aim(
            self._group,
            self._shares_symbol if symbol is None else symbol,
            self._shares_timeframe if timeframe is None else timeframe,
        )

    def leave(self) -> None:
        """The panel is closed: nothing is shared, and nothing of its own is left."""
        self.join(None)
        self._links.remove_alone(self._own)

    def _aim(self, group: LinkGroup | None, shares_symbol: bool, shares_timeframe: bool) -> None:
        symbol, timeframe_ms = self.symbol, self.timeframe_ms
        self._group, self._shares_symbol, self._shares_timeframe = group, shares_symbol, shares_timeframe
        # What was shown goes on being shown until it is shared with somebody who shows something else.
        self._own.set_symbol(symbol)
        self._own.set_timeframe(timeframe_ms)
        self._symbols = group if group is not None and shares_symbol else self._own
        self._timeframes = group if group is not None and shares_timeframe else self._own
        self._links.remove_alone(self._own)
        if self._symbols is self._own:
            self._links.add_alone(self._own)
        self.sharing_changed.emit()
        if self.symbol != symbol:
            self.symbol_changed.emit(self.symbol)
        if self.timeframe_ms != timeframe_ms:
            self.timeframe_changed.emit(self.timeframe_ms)

    def _own_symbol(self, symbol: str) -> None:
        if self._symbols is self._own:
            self.symbol_changed.emit(symbol)

    def _own_timeframe(self, timeframe_ms: int) -> None:
        if self._timeframes is self._own:
            self.timeframe_changed.emit(timeframe_ms)

    def _group_symbol(self, symbol: str) -> None:
        if self._symbols is self._group:
            self.symbol_changed.emit(symbol)

    def _group_timeframe(self, timeframe_ms: int) -> None:
        if self._timeframes is self._group:
            self.timeframe_changed.emit(timeframe_ms)

    def _group_crosshair(self, crosshair: Crosshair) -> None:
        self.crosshair_moved.emit(crosshair)
