"""Files kept with the journal: each under the hash of its bytes, written whole or not at all."""

import hashlib
import os
import re
import unicodedata
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from workstation.errors import BadFigure, DataDirectoryError
from workstation.model.journal import Attachment
from workstation.store.journal_schema import ATTACHMENTS, JOURNAL_FOLDER, journal_error

MOST_BYTES = 25_000_000
"""Of one file: pictures and documents, not recordings."""

_NO_NAME = "file"
_MOST_NAME = 120
_SHA256 = re.compile(r"[0-9a-f]{64}")


class AttachmentFiles:
    """The folder `journal/attachments`: a file that is kept twice lies there once."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self.folder = data_dir / JOURNAL_FOLDER / ATTACHMENTS

    def keep(self, source: Path | bytes, name: str, role: str, taken_ms: int) -> Attachment:
        """Copy a file, or keep bytes, and return what they are kept as.

        Args:
            source: a file, or its bytes.
            name: what it is called; whatever of a path is in it is left away.
            role: see `Attachment`.
            taken_ms: our clock.

        Raises:
            BadFigure: it is larger than `MOST_BYTES`, or no file.
            DataDirectoryError, StoreFull: it cannot be read, or not be kept.
        """
        if isinstance(source, Path):
            source = _read(source)
        if len(source) > MOST_BYTES:
            raise BadFigure("attachment", f"{clean_name(name)} is too large: {_too_large(len(source))}")
        digest = hashlib.sha256(source).hexdigest()
        target = self.folder / digest
        if not target.exists():
            try:
                self._write(target, source)
            except OSError as error:
                raise journal_error(error, self._data_dir) from error
        return Attachment(clean_name(name), digest, len(source), role, taken_ms)

    def path(self, attachment: Attachment) -> Path:
        """Return where an attachment lies.

        Raises:
            DataDirectoryError: what it is said to be kept under is no hash.
        """
        if not _SHA256.fullmatch(attachment.sha256):
            raise DataDirectoryError(f"{clean_name(attachment.name)} is not kept by its hash")
        return self.folder / attachment.sha256

    def _write(self, target: Path, data: bytes) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f".{target.name}.{uuid4().hex}")
        try:
            with draft.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(target)
        except BaseException:
            with suppress(OSError):
                draft.unlink()
            raise
        if hasattr(os, "O_DIRECTORY"):  # the name, too, must outlive a power cut
            folder = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)


def clean_name(name: str) -> str:
    """Return a file's name without any path, without what cannot be seen, and not too long."""
    last = re.split(r"[\\/]", name)[-1]
    shown = "".join(letter for letter in last if unicodedata.category(letter)[0] not in "CZ" or letter == " ")
    shown = re.sub(r'[<>:"|?*]', "_", shown).strip(" .")
    if len(shown) > _MOST_NAME:
        stem, dot, ending = shown.rpartition(".")
        keep = dot + ending if dot and len(ending) < 10 else ""
        shown = (stem if keep else shown)[: _MOST_NAME - len(keep)] + keep
    return shown or _NO_NAME


def _too_large(size: int) -> str:
    return f"{size / 1e6:.0f} MB; {MOST_BYTES / 1e6:.0f} MB is the most that is kept with a trade."


def _read(source: Path) -> bytes:
    name = clean_name(source.name)
    try:
        if not source.is_file():
            raise BadFigure("attachment", f"{name} is no file")
        size = source.stat().st_size
        if size > MOST_BYTES:
            raise BadFigure("attachment", f"{name} is too large: {_too_large(size)}")
        return source.read_bytes()
    except OSError as error:
        raise DataDirectoryError(f"{name} cannot be read: {error.strerror}") from None
