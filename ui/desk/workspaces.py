"""The workspaces: three that are shipped, and the trader's own, each a file."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

import msgspec

from ui.desk.schema import Unusable, Workspace, decode, encode
from ui.desk.workspace_file import WorkspaceFile
from workstation.runtime.whole_file import write_file

SHIPPED = ("trade", "review", "context")
"""Keys of the shipped workspaces, in the order of their tabs."""
DELETED = "deleted"
MOST_WORKSPACES = 40
_FOLDER = Path(__file__).parent.parent / "resources" / "workspaces"


class WorkspaceError(ValueError):
    """A workspace cannot be made, named, imported or written; the text says why."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A workspace that can be opened.

    Attributes:
        key: stem of its file.
        name: the trader's, or the shipped one.
    """

    key: str
    name: str

    @property
    def is_shipped(self) -> bool:
        """It came with the program: it can be reset, and neither renamed nor deleted."""
        return self.key in SHIPPED


@cache
def shipped(key: str) -> Workspace:
    """The workspace as it came with the program; `key` is one of `SHIPPED`."""
    return decode((_FOLDER / f"{key}.json").read_bytes())


class Workspaces:
    """The workspaces of one data directory."""

    def __init__(self, folder: Path, now: Callable[[], datetime] | None = None) -> None:
        self.folder = folder
        self._now = now

    def entries(self) -> list[Entry]:
        """Those that can be opened: the shipped ones, then the trader's own by name."""
        own = [Entry(path.stem, _name_in(path)) for path in self._files(self.folder)]
        own.sort(key=lambda entry: (entry.name.casefold(), entry.key))
        return [Entry(key, shipped(key).name) for key in SHIPPED] + [
            entry for entry in own if not entry.is_shipped
        ]

    def entry(self, key: str) -> Entry | None:
        """The workspace of that key; None if there is none."""
        return next((entry for entry in self.entries() if entry.key == key), None)

    def file(self, key: str) -> WorkspaceFile:
        """The file of a workspace, whether it is there or not."""
        basis = shipped(key) if key in SHIPPED else None
        return WorkspaceFile(self.folder / f"{key}.json", basis, self._now)

    def default(self, key: str) -> Workspace:
        """What is shown where nothing was saved: as shipped; an own one has the panels of the first."""
        if key in SHIPPED:
            return shipped(key)
        entry = self.entry(key)
        return msgspec.structs.replace(shipped(SHIPPED[0]), name=entry.name if entry else key[:40])

    def create(self, name: str, workspace: Workspace) -> str:
        """Save a workspace under a new name; return its key.

        Raises:
            WorkspaceError: the name is taken or unusable, or the file cannot be written.
        """
        name = self.usable_name(name)
        if len(self.entries()) >= MOST_WORKSPACES:
            raise WorkspaceError(f"There are {MOST_WORKSPACES} workspaces; delete one first.")
        key = self._new_key(name)
        self._write(key, msgspec.structs.replace(workspace, name=name))
        return key

    def rename(self, key: str, name: str, workspace: Workspace) -> None:
        """Give an own workspace another name; its key and its earlier states stay.

        Raises:
            WorkspaceError: the name is taken or unusable, or the file cannot be written.
        """
        self._write(key, msgspec.structs.replace(workspace, name=self.usable_name(name, of=key)))

    def usable_name(self, name: str, of: str | None = None) -> str:
        """The name without needless spaces.

        Raises:
            WorkspaceError: it is empty, too long or another workspace's.
        """
        name = " ".join("".join(letter if letter.isprintable() else " " for letter in name).split())
        if not name:
            raise WorkspaceError("A workspace needs a name.")
        if len(name) > 40:
            raise WorkspaceError("A name has 40 letters at most.")
        if any(entry.name.casefold() == name.casefold() and entry.key != of for entry in self.entries()):
            raise WorkspaceError(f"There is a workspace {name} already.")
        return name

    def free_name(self, name: str) -> str:
        """`name`, or the first of "name 2", "name 3" … that no workspace has."""
        taken = {entry.name.casefold() for entry in self.entries()}
        number, free = 1, name[:40]
        while free.casefold() in taken:
            number += 1
            free = f"{name[:34]} {number}"
        return free

    def delete(self, key: str) -> None:
        """Put an own workspace away; `bring_back` undoes it.

        Raises:
            WorkspaceError: the file cannot be moved.
        """
        gone = self.folder / DELETED / f"{key}.json"
        try:
            gone.parent.mkdir(parents=True, exist_ok=True)
            os.replace(self.folder / f"{key}.json", gone)
            os.utime(gone)
        except OSError as error:
            raise WorkspaceError(f"The workspace could not be deleted: {error.strerror}.") from error
        for path in self._files(self.folder / DELETED)[10:]:
            with contextlib.suppress(OSError):
                path.unlink()

    def deleted(self) -> list[Entry]:
        """The workspaces that can be brought back, the one deleted last first."""
        return [Entry(path.stem, _name_in(path)) for path in self._files(self.folder / DELETED)]

    def bring_back(self, key: str) -> str:
        """Undo a deletion; return the key, which is another if it was taken meanwhile.

        Raises:
            WorkspaceError: the workspace is gone or damaged.
        """
        path = self.folder / DELETED / f"{key}.json"
        workspace = self._read(path)
        made = self.create(self.free_name(workspace.name), workspace)
        with contextlib.suppress(OSError):
            path.unlink()
        return made

    def import_file(self, path: Path) -> str:
        """Take a workspace from a file as an own one; return its key.

        Raises:
            WorkspaceError: the file cannot be read or is no workspace.
        """
        workspace = self._read(path)
        return self.create(self.free_name(workspace.name), workspace)

    def export_file(self, workspace: Workspace, path: Path) -> None:
        """Write a workspace to a file that `import_file` reads, here or elsewhere.

        Raises:
            WorkspaceError: the file cannot be written.
        """
        try:
            write_file(path, encode(msgspec.structs.replace(workspace, closed=())))
        except (OSError, TypeError, Unusable) as error:
            raise WorkspaceError(f"{path.name} could not be written: {error}.") from error

    def _read(self, path: Path) -> Workspace:
        try:
            return decode(path.read_bytes())
        except OSError as error:
            raise WorkspaceError(f"{path.name} cannot be read: {error.strerror}.") from error
        except Unusable as error:
            raise WorkspaceError(f"{path.name} is no workspace: {error}.") from error

    def _write(self, key: str, workspace: Workspace) -> None:
        try:
            self.file(key).save(workspace)
        except (OSError, TypeError, Unusable) as error:
            raise WorkspaceError(f"The workspace could not be saved: {error}.") from error

    def _new_key(self, name: str) -> str:
        stem = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:32] or "workspace"
        taken = {path.stem for path in self._files(self.folder)} | set(SHIPPED)
        number, key = 1, stem
        while key in taken:
            number += 1
            key = f"{stem}-{number}"
        return key

    def _files(self, folder: Path) -> list[Path]:
        """The workspaces' files in a folder, the one written last first."""
        try:
            found = [(path.stat().st_mtime_ns, path) for path in folder.iterdir() if path.suffix == ".json"]
        except OSError:
            return []
        return [path for _, path in sorted(found, reverse=True)]


class _Named(msgspec.Struct):
    name: str


def _name_in(path: Path) -> str:
    """The name in a file; its stem if it cannot be read, for then it is opened to be told of."""
    try:
        with path.open("rb") as file:
            name = msgspec.json.decode(file.read(1 << 20), type=_Named).name
    except (OSError, ValueError, RecursionError):
        name = ""
    return name[:40].strip() or path.stem[:40]
