"""Where the panels stand: default layouts as data, and what is kept of a layout between two runs."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import msgspec
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget

from ui.widgets.timeframe_picker import GREATEST_TIMEFRAME_MS

LAYOUT_VERSION = 1
MOST_BYTES = 256 * 1024


# -- default layouts ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tabs:
    """One place with one panel, or several behind tabs, by kind."""

    kinds: tuple[str, ...]
    share: float


@dataclass(frozen=True, slots=True)
class Split:
    """Parts beside each other ("row") or above each other ("column"); `share` is of what holds it."""

    orientation: Qt.Orientation
    parts: tuple[Split | Tabs, ...]
    share: float = 1.0


def row(*parts: Split | Tabs, share: float = 1.0) -> Split:
    """Parts side by side."""
    return Split(Qt.Orientation.Horizontal, parts, share)


def column(*parts: Split | Tabs, share: float = 1.0) -> Split:
    """Parts above each other."""
    return Split(Qt.Orientation.Vertical, parts, share)


TRADE_LAYOUT = row(
    column(Tabs(("watchlist",), 0.52), Tabs(("feed_health",), 0.48), share=0.2),
    column(Tabs(("chart",), 0.50), Tabs(("depth",), 0.50), share=0.475),
    Tabs(("ladder",), 0.155),
    Tabs(("tape",), 0.17),
)


def arrange(window: QMainWindow, docks: Mapping[str, QDockWidget], layout: Split) -> None:
    """Put every dock where `layout` has its kind; one that it does not name goes behind the last as a tab."""
    for dock in docks.values():
        dock.setFloating(False)
        window.removeDockWidget(dock)
    if not docks:
        return
    pruned = _prune(layout, docks) or Tabs(tuple(docks), 1.0)
    window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, docks[_first(pruned)])
    _place(window, docks, pruned)
    named = set(_kinds(pruned))
    last = list(_kinds(pruned))[-1]
    for kind, dock in docks.items():
        if kind not in named:
            window.tabifyDockWidget(docks[last], dock)
        dock.show()
    _raise_first_tabs(docks, pruned)
    _resize(window, docks, pruned, window.width(), window.height())


def _prune(part: Split | Tabs, docks: Mapping[str, QDockWidget]) -> Split | Tabs | None:
    """The layout without the kinds that there is no panel for."""
    if isinstance(part, Tabs):
        kinds = tuple(kind for kind in part.kinds if kind in docks)
        return Tabs(kinds, part.share) if kinds else None
    parts = tuple(kept for inner in part.parts if (kept := _prune(inner, docks)) is not None)
    return Split(part.orientation, parts, part.share) if parts else None


def _kinds(part: Split | Tabs) -> Iterator[str]:
    if isinstance(part, Tabs):
        yield from part.kinds
    else:
        for inner in part.parts:
            yield from _kinds(inner)


def _first(part: Split | Tabs) -> str:
    return next(_kinds(part))


def _place(window: QMainWindow, docks: Mapping[str, QDockWidget], part: Split | Tabs) -> None:
    """Divide the place where the part's first dock stands; outer splits first, so that inner ones nest."""
    if isinstance(part, Tabs):
        for before, kind in zip(part.kinds, part.kinds[1:], strict=False):
            window.tabifyDockWidget(docks[before], docks[kind])
        return
    for beside, inner in zip(part.parts, part.parts[1:], strict=False):
        window.splitDockWidget(docks[_first(beside)], docks[_first(inner)], part.orientation)
    for inner in part.parts:
        _place(window, docks, inner)


def _raise_first_tabs(docks: Mapping[str, QDockWidget], part: Split | Tabs) -> None:
    if isinstance(part, Tabs):
        docks[part.kinds[0]].raise_()
        return
    for inner in part.parts:
        _raise_first_tabs(docks, inner)


def _resize(
    window: QMainWindow, docks: Mapping[str, QDockWidget], part: Split | Tabs, width: int, height: int
) -> None:
    if isinstance(part, Tabs):
        return
    flat = part.orientation == Qt.Orientation.Horizontal
    room = width if flat else height
    whole = sum(inner.share for inner in part.parts)
    sizes = [max(1, round(room * inner.share / whole)) for inner in part.parts]
    window.resizeDocks([docks[_first(inner)] for inner in part.parts], sizes, part.orientation)
    for inner, size in zip(part.parts, sizes, strict=True):
        _resize(window, docks, inner, size if flat else width, height if flat else size)


def clamp_to_screen(window: QWidget) -> None:
    """Bring a window whose screen is gone back to one that is there, and make it no larger than that."""
    frame = window.frameGeometry()
    screens = QGuiApplication.screens()
    seen = max(screens, key=lambda screen: _area(screen.availableGeometry() & frame))
    there = seen.availableGeometry()
    title = QRect(frame.left(), frame.top(), frame.width(), min(40, frame.height()))
    if _area(there & title) >= 0.25 * _area(title) and there.contains(title.center().x(), title.top() + 1):
        return
    width, height = min(frame.width(), there.width()), min(frame.height(), there.height())
    window.resize(width, height)
    window.move(there.center().x() - width // 2, max(there.top(), there.center().y() - height // 2))


def _area(rect: QRect) -> int:
    return max(0, rect.width()) * max(0, rect.height())


# -- what is kept ---------------------------------------------------------------------------------------

Word = Annotated[str, msgspec.Meta(max_length=64)]


class SavedPanel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One panel: its link group's colour and what its `save_state` gave."""

    link: Word
    view: dict[Word, Any]


class SavedLink(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the panels of one link group show."""

    symbol: Word
    timeframe_ms: Annotated[int, msgspec.Meta(ge=1_000, le=GREATEST_TIMEFRAME_MS)]


class SavedWorkspace(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A window as it was left. `geometry` and `docks` are Qt's own bytes, guarded by `digest`."""

    version: int
    geometry: bytes
    docks: bytes
    digest: Word
    panels: dict[Word, SavedPanel]
    links: dict[Word, SavedLink]


def digest(geometry: bytes, docks: bytes) -> str:
    """Fingerprint of Qt's bytes: only those that we wrote are ever given back to Qt to parse."""
    return hashlib.blake2b(len(geometry).to_bytes(4, "big") + geometry + docks, digest_size=16).hexdigest()


class LayoutUnusable(Exception):
    """A saved layout cannot be used; the text says why and where it has been put aside."""


class WorkspaceFile:
    """One workspace on disk: JSON, read with a schema, written whole or not at all."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def load(self) -> SavedWorkspace | None:
        """Return the saved workspace; None if there is none.

        Raises:
            LayoutUnusable: the file is damaged, too large, or of another version. It has been renamed to
                "….broken", so that the next save does not destroy it.
        """
        try:
            if self.path.stat().st_size > MOST_BYTES:
                raise msgspec.ValidationError("it is too large to be a layout")
            saved = msgspec.json.decode(self.path.read_bytes(), type=SavedWorkspace)
            if saved.version != LAYOUT_VERSION:
                raise msgspec.ValidationError(f"it is of version {saved.version}, not {LAYOUT_VERSION}")
            if saved.digest != digest(saved.geometry, saved.docks):
                raise msgspec.ValidationError("its contents have been changed")
        except FileNotFoundError:
            return None
        except (OSError, ValueError, RecursionError) as error:
            raise LayoutUnusable(self._put_aside(str(error))) from error
        return saved

    def save(self, workspace: SavedWorkspace) -> None:
        """Replace the file in one step.

        Raises:
            OSError: it cannot be written; the file that was there is untouched.
        """
        text = msgspec.json.format(msgspec.json.encode(workspace), indent=1)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self.path.parent, prefix=self.path.name, suffix=".new")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, self.path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(name)
            raise

    def _put_aside(self, why: str) -> str:
        aside = self.path.with_name(self.path.name + ".broken")
        try:
            os.replace(self.path, aside)
        except OSError:
            return f"The saved layout was not used: {why}. The default layout is shown."
        return (
            f"The saved layout was not used: {why}. It is kept as {aside.name}; the default layout is shown."
        )
