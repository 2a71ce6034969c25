"""Backups: all but ticks and pictures in one file, each part with its hash; made daily, fourteen kept."""

import hashlib
import os
import re
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

import msgspec

from workstation import __version__
from workstation.errors import DataDirectoryError, PreflightError
from workstation.journal.exports import writing_error
from workstation.store.database_copies import CopyFailed, copy_database, database_trouble, is_database

FORMAT = 1
MANIFEST = "manifest.json"
FOLDER = "backups"
ASIDE = "replaced"
"""Where what a restore replaced is kept."""
DAILY_KEPT = 14

# Ticks are far larger than all the rest and are kept by their own rules; sounds are made anew.
_NOT_TOP = frozenset({FOLDER, ASIDE, "pictures", "exports", "cache"})
_NOT_ENDS = (".lock", "-wal", "-shm", "-journal", ".part", ".tmp", ".bak", ".duckdb", ".duckdb.wal")
_NOT_FOLDERS = frozenset({"alerts/sounds"})
_DAILY = re.compile(r"preflight-\d{4}-\d{2}-\d{2}\.zip", re.ASCII)
_PIECE = 1 << 20


class BackupCancelled(PreflightError):
    """The trader ended it; nothing was changed."""


class BackedUp(msgspec.Struct, frozen=True):
    """One file in a backup.

    Attributes:
        path: below the data directory, with slashes.
        size, sha256: of its bytes in the backup.
        trouble: what was wrong with it when it was copied; empty where nothing was.
    """

    path: str
    size: int
    sha256: str
    trouble: str = ""


class Manifest(msgspec.Struct, frozen=True):
    """What a backup says of itself.

    Attributes:
        format: of backups; a newer one than `FORMAT` cannot be restored.
        version: of the program that made it.
        made_ms: our clock.
        files: all but this one.
    """

    format: int
    version: str
    made_ms: int
    files: tuple[BackedUp, ...]

    @property
    def troubles(self) -> tuple[str, ...]:
        """What was damaged already, a sentence each."""
        return tuple(f"{one.path}: {one.trouble}" for one in self.files if one.trouble)


def is_kept(path: PurePosixPath) -> bool:
    """Whether a file below the data directory belongs in a backup."""
    parts = path.parts
    return not (
        parts[0] in _NOT_TOP
        or any(part.startswith(".") for part in parts)
        or path.name.endswith(_NOT_ENDS)
        or any(str(folder) in _NOT_FOLDERS for folder in path.parents)
    )


def kept_files(data_dir: Path) -> list[Path]:
    """Return every file that belongs in a backup, sorted; links are not followed."""
    found = []
    for folder, folders, names in os.walk(data_dir):
        here = Path(folder)
        folders[:] = [name for name in folders if not (here / name).is_symlink()]
        if here == data_dir:
            folders[:] = [name for name in folders if name not in _NOT_TOP]
        for name in names:
            path = here / name
            if is_kept(PurePosixPath(path.relative_to(data_dir).as_posix())) and path.is_file():
                found.append(path)
    return sorted(path for path in found if not path.is_symlink())


def make_backup(
    data_dir: Path,
    target: Path,
    made_ms: int,
    progress: Callable[[float], None] = lambda _share: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Manifest:
    """Write a backup of a data directory, whoever trades there meanwhile; it appears when it is whole.

    What is damaged is copied as it is and said in the manifest.

    Raises:
        StoreFull: the disk is full; nothing is left behind.
        DataDirectoryError: something cannot be read or written, or there is nothing to back up.
        BackupCancelled: `cancelled` said so.
    """
    paths = kept_files(data_dir)
    if not paths:
        raise DataDirectoryError(f"There is nothing in {data_dir} to back up.")
    draft = target.with_name(f".{target.name}.{os.getpid()}.part")
    total = max(sum(path.stat().st_size for path in paths if path.exists()), 1)
    done = 0
    files: list[BackedUp] = []
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with (
            tempfile.TemporaryDirectory(dir=target.parent, prefix=".copy-", suffix=".part") as copies,
            draft.open("wb") as raw,
        ):
            with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
                for path in paths:
                    if cancelled():
                        raise BackupCancelled("The backup was cancelled; earlier ones are kept.")
                    size = path.stat().st_size if path.exists() else 0
                    name = path.relative_to(data_dir).as_posix()
                    one = _add(archive, path, name, Path(copies) / "copy")
                    if one is not None:
                        files.append(one)
                    done += size
                    progress(min(done / total, 1.0))
                manifest = Manifest(FORMAT, __version__, made_ms, tuple(files))
                archive.writestr(MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=1))
            raw.flush()
            os.fsync(raw.fileno())
        os.replace(draft, target)
    except OSError as error:
        raise writing_error(error, target) from None
    finally:
        with suppress(OSError):
            draft.unlink()
    return manifest


def daily_backup(
    data_dir: Path,
    folder: Path,
    now_ms: int,
    keep: int = DAILY_KEPT,
    cancelled: Callable[[], bool] = lambda: False,
) -> Manifest | None:
    """Make today's backup unless there is one, then let the oldest daily ones go.

    Where something is damaged no earlier backup goes: it may be the last that is sound.

    Args:
        data_dir: the data directory.
        folder: of the backups.
        now_ms: our clock.
        keep: how many daily ones stay, at least one.
        cancelled: asked now and then.

    Returns:
        What was backed up; None where today's is there already, or there is nothing yet.

    Raises:
        StoreFull, DataDirectoryError, BackupCancelled: it could not be made.
    """
    target = folder / f"preflight-{datetime.fromtimestamp(now_ms / 1_000, UTC):%Y-%m-%d}.zip"
    if target.exists() or not data_dir.is_dir() or not kept_files(data_dir):
        return None
    manifest = make_backup(data_dir, target, now_ms, cancelled=cancelled)
    if not manifest.troubles:
        for old in sorted(daily_backups(folder))[: -max(keep, 1)]:
            with suppress(OSError):
                old.unlink()
    return manifest


def daily_backups(folder: Path) -> Iterator[Path]:
    """The daily backups in a folder."""
    with suppress(OSError):
        yield from (path for path in folder.iterdir() if _DAILY.fullmatch(path.name))


def backup_name(now_ms: int) -> str:
    """What a backup made by hand is called; such ones are never let go."""
    return f"preflight-{datetime.fromtimestamp(now_ms / 1_000, UTC):%Y-%m-%d-%H%M%S}.zip"


def _add(archive: zipfile.ZipFile, path: Path, name: str, copy: Path) -> BackedUp | None:
    source, trouble = path, ""
    try:
        if is_database(path):
            copy.unlink(missing_ok=True)
            try:
                copy_database(path, copy)
                source, trouble = copy, database_trouble(copy)
            except CopyFailed as error:
                trouble = f"It cannot be read ({error}); its bytes are kept as they are."
    except FileNotFoundError:
        return None  # it went away meanwhile
    digest, size = hashlib.sha256(), 0
    entry = zipfile.ZipInfo(name, datetime.now(UTC).timetuple()[:6])
    entry.compress_type = zipfile.ZIP_DEFLATED
    with source.open("rb") as file, archive.open(entry, "w", force_zip64=True) as into:
        while piece := file.read(_PIECE):
            digest.update(piece)
            size += len(piece)
            into.write(piece)
    return BackedUp(name, size, digest.hexdigest(), trouble)


def free_bytes(folder: Path) -> int:
    """How much the disk of a folder takes yet."""
    return shutil.disk_usage(folder).free
