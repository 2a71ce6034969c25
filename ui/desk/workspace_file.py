"""One workspace on disk: written whole or not at all, earlier states kept, a bad file set aside."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ui.desk.schema import MOST_BYTES, Unusable, Workspace, decode, encode
from workstation.runtime.whole_file import write_file

EARLIER = "earlier"
SET_ASIDE = "set-aside"
KEPT_EARLIER = 5
KEPT_ASIDE = 10
EARLIER_EVERY_S = 600.0
"""How old the newest earlier state is before another is kept: else five savings would be all of them."""
_STAMP = "%Y%m%d-%H%M%S-%f"


class LayoutUnusable(Exception):
    """A saved workspace cannot be used; the text says why, where it was set aside and how to go back."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """A state of a workspace that was kept.

    Attributes:
        path: its file.
        time: when it was saved, UTC.
    """

    path: Path
    time: datetime


class WorkspaceFile:
    """A workspace's file, and its earlier states beside it."""

    def __init__(
        self, path: Path, shipped: Workspace | None = None, now: Callable[[], datetime] | None = None
    ) -> None:
        self.path = path
        self._shipped = shipped
        self._now = now or _utc

    def load(self) -> Workspace | None:
        """Return the saved workspace; None if there is none.

        Raises:
            LayoutUnusable: the file cannot be used. It has been set aside, so that the next save does not
                destroy it.
        """
        try:
            return decode(_read(self.path), self._shipped)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise LayoutUnusable(self._told(error.strerror or str(error), None)) from error
        except Unusable as error:
            raise LayoutUnusable(self._told(str(error), self._set_aside())) from error

    def save(self, workspace: Workspace, *, durably: bool = True) -> None:
        """Replace the file in one step; the state that was there is kept if the last one kept is old enough.

        Args:
            workspace: what to keep.
            durably: wait until the disk has it.

        Raises:
            OSError: it cannot be written; the file that was there is untouched.
            TypeError: a panel's view is nothing that JSON knows.
            Unusable: it is too large.
        """
        data = encode(workspace)
        earlier = self.earlier()
        if not earlier or (self._now() - earlier[0].time).total_seconds() >= EARLIER_EVERY_S:
            self.keep()
        write_file(self.path, data, durably=durably)

    def keep(self) -> None:
        """Keep the state that is on disk as an earlier one; nothing happens if there is none."""
        try:
            data = _read(self.path)
        except OSError:
            return
        newest = next(iter(self.earlier()), None)
        with contextlib.suppress(OSError):
            if newest is not None and newest.path.read_bytes() == data:
                return
        write_file(self._stamped(EARLIER), data, durably=False)
        _drop_oldest(self._earlier_files(), KEPT_EARLIER)

    def earlier(self) -> list[Earlier]:
        """The earlier states, the newest first."""
        found = []
        for path in self._earlier_files():
            stamp = path.stem[len(self.path.stem) + 1 :]
            with contextlib.suppress(ValueError):
                found.append(Earlier(path, datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC)))
        return found

    def load_earlier(self, earlier: Earlier) -> Workspace:
        """Read an earlier state.

        Raises:
            LayoutUnusable: it is gone or damaged.
        """
        try:
            return decode(_read(earlier.path), self._shipped)
        except (OSError, Unusable) as error:
            raise LayoutUnusable(f"The earlier layout cannot be used: {error}.") from error

    def forget(self) -> None:
        """Remove the file and its earlier states."""
        for path in (self.path, *self._earlier_files()):
            with contextlib.suppress(FileNotFoundError):
                path.unlink()

    def _earlier_files(self) -> list[Path]:
        return _stamped_files(self.path.parent / EARLIER, self.path.stem)

    def _stamped(self, folder: str) -> Path:
        return self.path.parent / folder / f"{self.path.stem}.{self._now().strftime(_STAMP)}.json"

    def _set_aside(self) -> Path | None:
        aside = self._stamped(SET_ASIDE)
        try:
            aside.parent.mkdir(parents=True, exist_ok=True)
            os.replace(self.path, aside)
        except OSError:
            return None
        _drop_oldest(_stamped_files(aside.parent, self.path.stem), KEPT_ASIDE)
        return aside

    def _told(self, why: str, aside: Path | None) -> str:
        kept = "" if aside is None else f" It is kept as {SET_ASIDE}/{aside.name}."
        earlier = self.earlier()
        back = ""
        if earlier:
            command = f"Go back to the layout of {earlier[0].time:%d %b %H:%M} UTC"
            back = f' "{command}" (Ctrl+K) brings the last good one back.'
        return f"The saved layout was not used: {why}.{kept} The default layout is shown.{back}"


def _read(path: Path) -> bytes:
    """The file's first bytes, one more than a workspace may have at most."""
    with path.open("rb") as file:
        return file.read(MOST_BYTES + 1)


def _utc() -> datetime:
    return datetime.now(UTC)


def _stamped_files(folder: Path, stem: str) -> list[Path]:
    """Files kept of one workspace, the newest first."""

    def found() -> Iterator[Path]:
        with contextlib.suppress(OSError):
            for path in folder.iterdir():
                # Not a glob: names of workspaces hold what a glob would take for a pattern.
                if path.suffix == ".json" and path.stem.rpartition(".")[0] == stem:
                    yield path

    return sorted(found(), reverse=True)


def _drop_oldest(paths: list[Path], kept: int) -> None:
    for path in paths[kept:]:
        with contextlib.suppress(OSError):
            path.unlink()
