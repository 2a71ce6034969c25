"""Restoring a backup: all of it is proven before anything is replaced, and what is replaced is kept."""

import hashlib
import os
import shutil
import zipfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO

import msgspec

from workstation.errors import DataDirectoryError, DataDirectoryInUse, PreflightError, StoreFull
from workstation.journal.backup import (
    ASIDE,
    FORMAT,
    MANIFEST,
    BackedUp,
    BackupCancelled,
    Manifest,
    free_bytes,
    is_kept,
    kept_files,
)
from workstation.journal.exports import writing_error
from workstation.store.database_copies import database_trouble, is_database, is_in_use

MARKER = ".restore.json"
"""A restore that is wanted: whoever opens the directory next finishes it."""
STAGED = ".restore-staged.json"
"""One that is proven and waits for the trader's word."""
MOST_MANIFEST_BYTES = 50_000_000
_PIECE = 1 << 20
_IS_LINK = 0o12


class BadBackup(PreflightError):
    """A file is no backup, or not as it was made; nothing was changed."""


class _Staged(msgspec.Struct, frozen=True):
    """A restore whose files are all on the disk and proven, and only have to be put in their place.

    Attributes:
        draft, aside: folders below the data directory.
        old, new: names on its top level that go aside, and that come.
    """

    draft: str
    aside: str
    old: tuple[str, ...]
    new: tuple[str, ...]


def read_manifest(path: Path) -> Manifest:
    """Return what a backup says of itself; its files are not read.

    Raises:
        BadBackup: it is no backup, is of a newer kind, or names files that no backup holds.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return _manifest(archive, path)
    except (OSError, zipfile.BadZipFile, NotImplementedError) as error:
        raise BadBackup(
            f"{path} cannot be read as a backup: {getattr(error, 'strerror', None) or error}"
        ) from None


def check_backup(
    path: Path,
    progress: Callable[[float], None] = lambda _share: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Manifest:
    """Prove every file of a backup by its hash.

    Raises:
        BadBackup: something is not as it was made.
        BackupCancelled: `cancelled` said so.
    """
    return _walk(path, None, progress, cancelled)


def stage(
    path: Path,
    data_dir: Path,
    now_ms: int,
    progress: Callable[[float], None] = lambda _share: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Manifest:
    """Unpack a backup beside what it will replace, and prove it; nothing comes of it before `confirm`.

    Raises:
        BadBackup: something is not as it was made, or would lie outside the data directory.
        StoreFull, DataDirectoryError: it cannot be unpacked.
        BackupCancelled: `cancelled` said so. In each case nothing was changed.
    """
    stamp = f"{datetime.fromtimestamp(now_ms / 1_000, UTC):%Y-%m-%d-%H%M%S}"
    draft = data_dir / f".restore-{stamp}-{os.getpid()}.part"
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        manifest = read_manifest(path)
        wanted = sum(one.size for one in manifest.files)
        if wanted > free_bytes(data_dir):
            raise StoreFull(
                f"The disk of {data_dir} has no room for the {wanted / 1e6:,.0f} MB of this backup."
            )
        drop_staged(data_dir)
        if not (data_dir / MARKER).exists():
            for leftover in data_dir.glob(".restore-*.part"):
                shutil.rmtree(leftover, ignore_errors=True)  # of one that was killed
        draft.mkdir()
        _walk(path, draft, progress, cancelled)
        old = {found.relative_to(data_dir).parts[0] for found in kept_files(data_dir)}
        new = {PurePosixPath(one.path).parts[0] for one in manifest.files}
        aside = f"{ASIDE}/{stamp}"
        count = 1
        while (data_dir / aside).exists():
            count += 1
            aside = f"{ASIDE}/{stamp}-{count}"
        staged = _Staged(draft.name, aside, tuple(sorted(old)), tuple(sorted(new)))
        marker = data_dir / f"{STAGED}.part"
        with marker.open("wb") as file:
            file.write(msgspec.json.encode(staged))
            file.flush()
            os.fsync(file.fileno())
        os.replace(marker, data_dir / STAGED)
    except BaseException as error:
        shutil.rmtree(draft, ignore_errors=True)
        if isinstance(error, OSError):
            raise writing_error(error, data_dir) from None
        raise
    return manifest


def confirm(data_dir: Path) -> None:
    """Want what was staged: `put_in_place` finishes it, now or at the next start.

    Raises:
        DataDirectoryError: nothing was staged, or it cannot be written.
    """
    try:
        os.replace(data_dir / STAGED, data_dir / MARKER)
    except OSError as error:
        raise writing_error(error, data_dir) from None


def put_in_place(data_dir: Path) -> Path | None:
    """Finish a restore that was confirmed, also one that was interrupted; nothing else may use the directory.

    Returns:
        Where what was replaced is kept; None where nothing was confirmed.

    Raises:
        DataDirectoryInUse: a desk has it open.
        DataDirectoryError: a file cannot be moved; another try goes on where this one ended.
    """
    marker = data_dir / MARKER
    try:
        staged = msgspec.json.decode(marker.read_bytes(), type=_Staged)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise DataDirectoryError(f"{marker} cannot be read: {error}; move it away to go on.") from None
    _demand_sole_use(data_dir)
    draft, aside = data_dir / staged.draft, data_dir / staged.aside
    try:
        aside.mkdir(parents=True, exist_ok=True)
        for name in staged.old:
            if (data_dir / name).exists() and not (aside / name).exists():
                os.rename(data_dir / name, aside / name)
        for name in staged.new:
            if (draft / name).exists():
                os.rename(draft / name, data_dir / name)
        shutil.rmtree(draft, ignore_errors=True)
        marker.unlink()
    except OSError as error:
        raise writing_error(error, data_dir) from None
    return aside


def drop_staged(data_dir: Path) -> None:
    """Forget a restore that was staged and not confirmed."""
    with suppress(OSError, ValueError):
        staged = msgspec.json.decode((data_dir / STAGED).read_bytes(), type=_Staged)
        (data_dir / STAGED).unlink()
        shutil.rmtree(data_dir / staged.draft, ignore_errors=True)


def restore(
    path: Path,
    data_dir: Path,
    now_ms: int,
    progress: Callable[[float], None] = lambda _share: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> tuple[Manifest, Path]:
    """Prove a backup, then put it in place of what is there; return what it was, and where the rest is kept.

    Raises:
        BadBackup, StoreFull, DataDirectoryError, DataDirectoryInUse, BackupCancelled: nothing was replaced.
    """
    if data_dir.is_dir():
        _demand_sole_use(data_dir)
    manifest = stage(path, data_dir, now_ms, progress, cancelled)
    confirm(data_dir)
    aside = put_in_place(data_dir)
    assert aside is not None
    return manifest, aside


def _demand_sole_use(data_dir: Path) -> None:
    for lock in sorted(data_dir.rglob("*.lock")):
        if lock.relative_to(data_dir).parts[0] == ASIDE:
            continue
        if is_in_use(lock):
            raise DataDirectoryInUse(f"{data_dir} is open in another Preflight: close it first.")


def _manifest(archive: zipfile.ZipFile, path: Path) -> Manifest:
    try:
        entry = archive.getinfo(MANIFEST)
    except KeyError:
        raise BadBackup(f"{path} is no backup: it has no manifest.") from None
    if entry.file_size > MOST_MANIFEST_BYTES:
        raise BadBackup(f"{path} is no backup: its manifest is too large.")
    try:
        with archive.open(entry) as file:
            manifest = msgspec.json.decode(file.read(MOST_MANIFEST_BYTES), type=Manifest)
    except (ValueError, zlib.error, zipfile.BadZipFile, EOFError) as error:
        raise BadBackup(f"{path}: its manifest cannot be read ({error}).") from None
    if manifest.format > FORMAT:
        raise BadBackup(f"{path} was made by Preflight {manifest.version}, which is newer: restore it there.")
    names = [entry.filename for entry in archive.infolist() if entry.filename != MANIFEST]
    told = [one.path for one in manifest.files]
    if sorted(names) != sorted(told) or len({name.casefold() for name in told}) != len(told):
        raise BadBackup(f"{path}: its files are not those that it says it has.")
    for one in manifest.files:
        _demand_safe(one.path, path)
        entry = archive.getinfo(one.path)
        if entry.file_size != one.size or entry.external_attr >> 28 == _IS_LINK or entry.flag_bits & 1:
            raise BadBackup(f"{path}: {one.path!r} is not what it says it is.")
    return manifest


def _demand_safe(name: str, path: Path) -> None:
    """Refuse what would lie anywhere but below the data directory, or where no backup puts anything."""
    parts = name.split("/")
    is_safe = (
        name.isprintable()
        and not PureWindowsPath(name).anchor
        and "\\" not in name
        and ":" not in name
        and all(
            part not in ("", ".", "..") and len(part) < 256 and part == part.rstrip(" .") for part in parts
        )
        and is_kept(PurePosixPath(name))
    )
    if not is_safe:
        raise BadBackup(f"{path}: {name[:80]!r} does not belong in a backup; nothing was unpacked.")


def _walk(
    path: Path, into: Path | None, progress: Callable[[float], None], cancelled: Callable[[], bool]
) -> Manifest:
    """Read every file and hold it against its hash; unpack it where a folder is named."""
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = _manifest(archive, path)
            total, done = max(sum(one.size for one in manifest.files), 1), 0
            for one in manifest.files:
                if cancelled():
                    raise BackupCancelled("It was cancelled; nothing was changed.")
                target = None if into is None else into / one.path
                if target is not None:
                    target.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(one.path) as file:
                    _copy(file, one, target, path)
                done += one.size
                progress(done / total)
            if into is not None:
                _demand_sound(into, manifest, path)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise BadBackup(f"{path} is damaged: {error}; nothing was changed.") from None
    return manifest


def _copy(file: IO[bytes], one: BackedUp, target: Path | None, path: Path) -> None:
    digest, left = hashlib.sha256(), one.size
    out = None if target is None else target.open("xb")
    try:
        while piece := file.read(min(_PIECE, left + 1)):
            left -= len(piece)
            if left < 0:
                break
            digest.update(piece)
            if out is not None:
                out.write(piece)
        if left or digest.hexdigest() != one.sha256:
            raise BadBackup(f"{path} is damaged: {one.path} is not what was backed up; nothing was changed.")
        if out is not None:
            out.flush()
            os.fsync(out.fileno())
    finally:
        if out is not None:
            out.close()


def _demand_sound(folder: Path, manifest: Manifest, path: Path) -> None:
    for one in manifest.files:
        unpacked = folder / one.path
        if one.trouble or not is_database(unpacked):
            continue
        trouble = database_trouble(unpacked, beside=unpacked.parent)
        if trouble:
            raise BadBackup(f"{path}: {one.path} does not hold together; nothing was changed. {trouble}")
