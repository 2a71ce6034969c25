"""The trader's own keys over the defaults: one change at a time, each of which can be taken back."""

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from ui.keys import keymap_file
from ui.keys.keymap_file import Changes

MOST_UNDONE = 100


class Keymap(QObject):
    """Which keys a command is on, by its id; the defaults are the commands' own."""

    changed = Signal()
    """Some command is on other keys."""

    def __init__(self, changes: Changes | None = None, path: Path | None = None) -> None:
        super().__init__()
        self._changes: dict[str, tuple[str, ...]] = dict(changes or {})
        self._path = path
        self._before: list[dict[str, tuple[str, ...]]] = []

    @classmethod
    def open(cls, path: Path) -> tuple["Keymap", str]:
        """The keymap kept at `path`, and a sentence if it could not be read."""
        changes, complaint = keymap_file.load(path)
        return cls(changes, path), complaint

    @property
    def changes(self) -> Changes:
        """What differs from the defaults."""
        return self._changes

    def keys_of(self, name: str, default: tuple[str, ...]) -> tuple[str, ...]:
        """The keys in force of what is called `name`, the foremost first."""
        return self._changes.get(name, default) if name else default

    def change(self, wanted: Mapping[str, tuple[str, ...] | None]) -> None:
        """Put commands on other keys in one step that can be undone; None gives one its default back.

        Raises:
            DataDirectoryError: it holds for this run and cannot be kept.
        """
        after = dict(self._changes)
        for name, keys in wanted.items():
            if keys is None:
                after.pop(name, None)
            else:
                after[name] = keys
        self._become(after)

    def replace_all(self, changes: Changes) -> None:
        """Take over another keymap, or the defaults for an empty one; errors as in `change`."""
        self._become(dict(changes))

    @property
    def can_undo(self) -> bool:
        """There is a change to take back."""
        return bool(self._before)

    def undo(self) -> None:
        """Take the last change back; errors as in `change`."""
        if self._before:
            self._set(self._before.pop())

    def _become(self, after: dict[str, tuple[str, ...]]) -> None:
        if after != self._changes:
            self._before = [*self._before[-MOST_UNDONE + 1 :], self._changes]
            self._set(after)

    def _set(self, changes: dict[str, tuple[str, ...]]) -> None:
        self._changes = changes
        self.changed.emit()
        if self._path is not None:
            keymap_file.save(self._path, changes)
