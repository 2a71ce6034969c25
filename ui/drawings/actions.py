"""What can be done with drawings that are there: delete, copy, paste, lock, hide, nudge, undo, and alerts."""

from typing import Protocol

from msgspec.structs import replace

from ui.drawings import clipboard
from ui.drawings.clipboard import Copied
from ui.drawings.edits import nudged, pasted
from ui.drawings.hand import DrawingHand, Sheet
from ui.drawings.store import DrawingStore
from workstation.model.drawings import Drawing, DrawingKind
from workstation.model.levels import AlertRule, AlertTrigger

NUDGE_PX = 8
"""How far an arrow key moves in time where bars are not of equal width."""


class MarketSheet(Sheet, Protocol):
    """A sheet that knows which market it shows."""

    @property
    def market(self) -> tuple[str, str] | None: ...
    @property
    def timeframe_ms(self) -> int: ...


class DrawingActions:
    """Changes what is selected, or the market's drawings as a whole; each call is one step to undo."""

    def __init__(
        self, sheet: MarketSheet, hand: DrawingHand, store: DrawingStore, *, levels_only: bool
    ) -> None:
        self._sheet, self._hand, self._store = sheet, hand, store
        self._levels_only = levels_only

    def delete(self) -> None:
        """Take away what is selected; Ctrl+Z brings it back."""
        if self._sheet.market is not None:
            self._store.book.remove(*self._sheet.market, [item.drawing_id for item in self._hand.selected])

    def duplicate(self) -> None:
        """Put a copy of what is selected beside it, and select that."""
        self._paste(self._hand.selected, same_market=True)

    def copy(self) -> None:
        """Put what is selected on the clipboard."""
        if self._sheet.market is not None and self._hand.selected:
            clipboard.copy(Copied(*self._sheet.market, self._hand.selected[: clipboard.MOST]))

    def paste(self) -> None:
        """Put what is on the clipboard onto this market."""
        copied = clipboard.paste()
        if copied is not None and self._sheet.market is not None:
            drawings = tuple(
                item for item in copied.drawings if not self._levels_only or item.kind is DrawingKind.LEVEL
            )
            self._paste(drawings, same_market=(copied.venue, copied.symbol) == self._sheet.market)

    def lock(self) -> None:
        """Lock what is selected, or unlock it if all of it is locked."""
        selected = self._hand.selected
        locked = not all(item.locked for item in selected)
        self._sheet.put([replace(item, locked=locked) for item in selected])

    def hide(self) -> None:
        """Hide what is selected, alone; showing all brings it back."""
        self._sheet.put([replace(item, visible=False) for item in self._hand.selected])

    def select_all(self) -> None:
        """Select every drawing that can be seen."""
        self._hand.select(frozenset(item.drawing_id for item in self._sheet.shown))

    def nudge(self, bars: int, ticks: int) -> None:
        """Move what is selected by whole bars and ticks."""
        shown = self._sheet.bars
        by_ms = self._sheet.mapping.ms_per_px * NUDGE_PX
        if shown is not None and shown.timeframe_ms:
            by_ms = float(shown.timeframe_ms)
        up = ticks * (self._sheet.step.tick or self._sheet.mapping.price_per_px)
        self._sheet.put(
            [
                nudged(item, 0.0 if item.kind is DrawingKind.LEVEL else bars * by_ms, up, self._sheet.step)
                for item in self._hand.selected
                if not item.locked
            ]
        )

    def undo(self) -> None:
        """Take back the newest change of this market's drawings."""
        if self._hand.tool is not None or self._hand.work:
            self._hand.cancel()  # what is not finished is the newest of all
        elif self._sheet.market is not None:
            self._store.book.undo(*self._sheet.market)

    def redo(self) -> None:
        """Make the change again that was taken back last."""
        if self._sheet.market is not None:
            self._store.book.redo(*self._sheet.market)

    @property
    def timeframe_ms(self) -> int:
        """Width of the candles whose close an alert means that is set here."""
        return self._sheet.timeframe_ms

    def set_alert(self, drawing: Drawing, trigger: AlertTrigger | None) -> None:
        """Tell of a level, or do so no longer."""
        alert = None if trigger is None else AlertRule(trigger, self._sheet.timeframe_ms)
        self._sheet.put([replace(drawing, alert=alert)])

    def toggle_alert(self) -> None:
        """Tell when the levels selected are crossed; of none, if all of them tell of something."""
        levels = [item for item in self._hand.selected if item.kind is DrawingKind.LEVEL]
        rule = AlertRule(AlertTrigger.CROSS) if any(item.alert is None for item in levels) else None
        self._sheet.put([replace(item, alert=rule and (item.alert or rule)) for item in levels])

    def _paste(self, drawings: tuple[Drawing, ...], *, same_market: bool) -> None:
        mapping = self._sheet.mapping
        point = self._hand.point
        about = (
            (point.time_ms, point.price)
            if point is not None
            else (mapping.time_at(mapping.width / 2), mapping.price_at(mapping.height / 2))
        )
        copies = pasted(drawings, mapping, self._sheet.step, same_market=same_market, about=about)
        if self._sheet.put(copies):
            self._hand.select(frozenset(item.drawing_id for item in copies))
