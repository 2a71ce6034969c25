"""The drawings of every market in memory: changed in steps that can be undone, heard of, and kept on disk."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import msgspec

from workstation.errors import PreflightError
from workstation.model.drawings import Drawing, DrawingKind
from workstation.model.levels import AlertRule, Level
from workstation.store.drawing_files import MOST_DRAWINGS, DrawingFiles, LoadedDrawings

Drawings = tuple[Drawing, ...]
Market = tuple[str, str]
"""Venue and symbol."""


class TooManyDrawings(PreflightError):
    """A market has as many drawings as can be kept."""


@dataclass(slots=True)
class _Sheet:
    """What is known of one market's drawings."""

    drawings: Drawings
    writable: bool
    undone: list[Drawings] = field(default_factory=list)
    done: list[Drawings] = field(default_factory=list)
    levels: tuple[Level, ...] | None = None


class DrawingBook:
    """The drawings of every market; a `LevelBook` too.

    Everything is asked for and changed on one thread. Another one writes the files: of changes that come
    faster than the disk takes them, only the newest state of a market is written.
    """

    def __init__(self, files: DrawingFiles | None, report: Callable[[str], None]) -> None:
        """Keep drawings.

        Args:
            files: where they are kept; None keeps them no longer than this run.
            report: told in one sentence of what could not be read or kept; also from the writing thread.
        """
        self._files = files
        self._report = report
        self._sheets: dict[Market, _Sheet] = {}
        self._listeners: dict[object, Callable[[str, str], None]] = {}
        self._version = 0
        self._unsaved: dict[Market, Drawings] = {}
        self._refused: dict[Market, Drawings] = {}
        self._wake = threading.Condition()
        self._writing = False
        self._closed = False
        self._writer: threading.Thread | None = None

    # What is there.

    @property
    def version(self) -> int:
        """Another after every change of any market's drawings."""
        return self._version

    def drawings(self, venue: str, symbol: str) -> Drawings:
        """The drawings of a market in the order they are painted, hidden ones too."""
        return self._sheet((venue, symbol)).drawings

    def levels(self, venue: str, symbol: str) -> tuple[Level, ...]:
        """The levels of a market, the lowest first; those that are not painted too."""
        sheet = self._sheet((venue, symbol))
        if sheet.levels is None:
            found = (
                Level(item.drawing_id, venue, symbol, item.anchors[0].price, item.name, item.alert)
                for item in sheet.drawings
                if item.kind is DrawingKind.LEVEL
            )
            sheet.levels = tuple(sorted(found, key=lambda level: level.price))
        return sheet.levels

    def subscribe(self, listener: Callable[[str, str], None]) -> Callable[[], None]:
        """Call `listener` with venue and symbol after every change of drawings; return what ends that."""
        key = object()
        self._listeners[key] = listener

        def unsubscribe() -> None:
            self._listeners.pop(key, None)

        return unsubscribe

    # What can be done.

    def put(self, venue: str, symbol: str, drawings: Iterable[Drawing]) -> None:
        """Add drawings, or change those whose ids are there already, as one step.

        Raises:
            TooManyDrawings: nothing is changed.
        """
        changed = {item.drawing_id: item for item in drawings}
        before = self.drawings(venue, symbol)
        after = [changed.pop(item.drawing_id, item) for item in before]
        after += changed.values()
        if len(after) > max(MOST_DRAWINGS, len(before)):
            raise TooManyDrawings(f"{symbol} has {len(before)} drawings and can have no more: delete some.")
        self._step(venue, symbol, tuple(after))

    def remove(self, venue: str, symbol: str, drawing_ids: Iterable[str]) -> None:
        """Take drawings away as one step; ids that are not there are passed over."""
        gone = set(drawing_ids)
        kept = tuple(item for item in self.drawings(venue, symbol) if item.drawing_id not in gone)
        self._step(venue, symbol, kept)

    def set_alert(self, venue: str, symbol: str, level_id: str, alert: AlertRule | None) -> None:
        """Watch a level, or do so no longer; one that is gone is passed over."""
        for item in self.drawings(venue, symbol):
            if item.drawing_id == level_id and item.kind is DrawingKind.LEVEL:
                self.put(venue, symbol, [msgspec.structs.replace(item, alert=alert)])

    def can_undo(self, venue: str, symbol: str) -> bool:
        """A step of this session can be taken back."""
        return bool(self._sheet((venue, symbol)).done)

    def can_redo(self, venue: str, symbol: str) -> bool:
        """A step that was taken back can be taken again."""
        return bool(self._sheet((venue, symbol)).undone)

    def undo(self, venue: str, symbol: str) -> bool:
        """Take the newest step back; False if there is none."""
        sheet = self._sheet((venue, symbol))
        if not sheet.done:
            return False
        sheet.undone.append(sheet.drawings)
        self._show(venue, symbol, sheet, sheet.done.pop())
        return True

    def redo(self, venue: str, symbol: str) -> bool:
        """Take the step again that was taken back last; False if there is none."""
        sheet = self._sheet((venue, symbol))
        if not sheet.undone:
            return False
        sheet.done.append(sheet.drawings)
        self._show(venue, symbol, sheet, sheet.undone.pop())
        return True

    def flush(self) -> None:
        """Wait until everything is on disk, or has been reported."""
        with self._wake:
            self._wake.wait_for(lambda: not self._unsaved and not self._writing)

    def close(self) -> None:
        """Write what is left and end the writing thread; the drawings can still be read."""
        with self._wake:
            # What the disk would not take before, it may take now.
            self._unsaved = self._refused | self._unsaved
            self._refused = {}
            self._closed = True
            self._wake.notify_all()
        if self._writer is not None:
            self._writer.join()
            self._writer = None

    # Inside.

    def _sheet(self, market: Market) -> _Sheet:
        sheet = self._sheets.get(market)
        if sheet is None:
            loaded = LoadedDrawings(()) if self._files is None else self._files.load(*market)
            sheet = self._sheets[market] = _Sheet(loaded.drawings, loaded.writable)
            if loaded.complaint:
                self._report(loaded.complaint)
        return sheet

    def _step(self, venue: str, symbol: str, after: Drawings) -> None:
        sheet = self._sheet((venue, symbol))
        if after != sheet.drawings:
            sheet.done.append(sheet.drawings)
            sheet.undone.clear()
            self._show(venue, symbol, sheet, after)

    def _show(self, venue: str, symbol: str, sheet: _Sheet, drawings: Drawings) -> None:
        sheet.drawings, sheet.levels = drawings, None
        self._version += 1
        if sheet.writable and self._files is not None:
            self._save((venue, symbol), drawings, self._files)
        for listener in tuple(self._listeners.values()):
            listener(venue, symbol)

    def _save(self, market: Market, drawings: Drawings, files: DrawingFiles) -> None:
        with self._wake:
            self._unsaved[market] = drawings
            if self._writer is None and not self._closed:
                self._writer = threading.Thread(
                    target=self._write, args=(files,), name="Drawings", daemon=True
                )
                self._writer.start()
            self._wake.notify_all()

    def _write(self, files: DrawingFiles) -> None:
        while True:
            with self._wake:
                self._wake.wait_for(lambda: self._unsaved or self._closed)
                if not self._unsaved:
                    return
                market = next(iter(self._unsaved))
                drawings = self._unsaved.pop(market)
                self._writing = True
            try:
                files.save(*market, drawings)
                refused = False
            except PreflightError as error:
                self._report(str(error))
                refused = True
            with self._wake:
                self._writing = False
                self._refused.pop(market, None)
                if refused:
                    self._refused[market] = drawings
                self._wake.notify_all()
