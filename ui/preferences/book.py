"""The settings in force: read by their paths, changed one at a time, and kept."""

from collections.abc import Callable
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, Signal

from workstation.errors import DataDirectoryError
from workstation.settings import DECLARED, Settings, save_settings, value_at, with_value


class SettingsBook(QObject):
    """Holds the settings; whoever puts one in force listens to `changed`."""

    changed = Signal(str)
    """The path of a declared setting that has another value."""
    troubled = Signal(str)
    """Settings hold for this run and cannot be kept; why, one sentence."""

    def __init__(self, settings: Settings, data_dir: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._data_dir = data_dir
        self.setters: dict[str, Callable[[object], None]] = {}
        """What changes a setting that is in another's hands: it tells `take` itself, if it agrees."""

    @property
    def settings(self) -> Settings:
        """All of them."""
        return self._settings

    @property
    def data_dir(self) -> Path:
        """Where they are kept, beside everything else."""
        return self._data_dir

    def value(self, path: str) -> object:
        """A setting's value."""
        return value_at(self._settings, path)

    def set(self, path: str, value: object) -> None:
        """Give a setting another value, in force at once.

        Raises:
            ValueError: it cannot have it.
        """
        become = with_value(self._settings, path, value)
        setter = self.setters.get(path)
        if setter is not None:
            setter(value)
        else:
            self._become(become)

    def take(self, **chosen: object) -> None:
        """Keep what was chosen elsewhere, by the fields of `Settings`."""
        self._become(msgspec.structs.replace(self._settings, **chosen))

    def default(self, path: str) -> object:
        """The value that a setting has if nothing was chosen."""
        return value_at(Settings(), path)

    def _become(self, settings: Settings) -> None:
        before, self._settings = self._settings, settings
        try:
            save_settings(self._data_dir, settings)
        except DataDirectoryError as error:
            self.troubled.emit(str(error))
        for declared in DECLARED:
            if value_at(before, declared.path) != value_at(settings, declared.path):
                self.changed.emit(declared.path)
