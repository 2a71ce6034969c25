"""Writes the journal for other programs, as CSV, JSON or Parquet: exact, whole or not at all, inert."""

import csv
import errno
import os
import re
import shutil
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Literal, get_args

import msgspec

from workstation.errors import DataDirectoryError, PreflightError, StoreFull
from workstation.journal.tables import Cell, JournalTable, plain
from workstation.store.journal_parquet import write_parquet

ExportKind = Literal["csv", "json", "parquet"]
KINDS: tuple[ExportKind, ...] = get_args(ExportKind)

# A spreadsheet runs a cell as a formula if it begins with one of these, in full width too, whatever blanks
# come before it. What is a number stays one: "-5" is no formula.
_STARTS = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)
_INERT = "'"


class ExportStopped(PreflightError):
    """The export was cancelled; nothing was written."""


def inert(text: str) -> str:
    """Text that a spreadsheet shows and never runs; an apostrophe leads it where it has to."""
    if _NUMBER.fullmatch(text):
        return text
    bare = text.lstrip(" \n\v\f\u00a0\ufeff\u200b")
    return _INERT + text if text.startswith(_STARTS) or bare.startswith(_STARTS) else text


def write_tables(
    tables: Sequence[JournalTable],
    out: Path,
    kind: ExportKind,
    progress: Callable[[float], None] = lambda _share: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> tuple[Path, ...]:
    """Write one file a table into a folder, which appears when everything is in it.

    Args:
        tables: what to write; one without rows has its header all the same.
        out: a folder that does not exist yet, or is empty.
        kind: of files.
        progress: told the share that is done, 0 … 1.
        cancelled: asked now and then.

    Returns:
        The files.

    Raises:
        DataDirectoryError: `out` is in use, or cannot be written.
        StoreFull: the disk is full; nothing is left behind.
        ExportStopped: `cancelled` said so.
    """
    out = out.absolute()
    if out.exists() and not (out.is_dir() and not any(out.iterdir())):
        raise DataDirectoryError(f"{out} exists and is not an empty folder: name another.")
    draft = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        rows, done = max(sum(len(table.rows) for table in tables), 1), 0
        for table in tables:
            if cancelled():
                raise ExportStopped("The export was cancelled; nothing was written.")
            _write(table, draft / f"{table.name}.{kind}", kind)
            done += len(table.rows)
            progress(done / rows)
        if out.exists():
            out.rmdir()
        os.rename(draft, out)
    except OSError as error:
        raise writing_error(error, out) from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return tuple(out / f"{table.name}.{kind}" for table in tables)


def writing_error(error: OSError, path: Path) -> PreflightError:
    """What a failed write means, in words that say what to do."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StoreFull(f"The disk of {path} is full: nothing was written. Free some space and try again.")
    return DataDirectoryError(f"{path} cannot be written: {error.strerror or error}")


def write_whole(path: Path, data: bytes) -> None:
    """Write a file that is there whole or not at all.

    Raises:
        DataDirectoryError, StoreFull: it cannot be written; what was there before is.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with draft.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    except OSError as error:
        raise writing_error(error, path) from None
    finally:
        with suppress(OSError):
            draft.unlink()


def _write(table: JournalTable, path: Path, kind: ExportKind) -> None:
    if kind == "parquet":
        write_parquet(path, [(column.name, column.kind) for column in table.columns], table.rows)
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        if kind == "csv":
            # With a mark at its front spreadsheets take it for UTF-8.
            file.write("\ufeff")
            writer = csv.writer(file)
            writer.writerow([column.name for column in table.columns])
            writer.writerows([_csv(cell) for cell in row] for row in table.rows)
        else:
            file.write("[\n")
            file.write(",\n".join(_objects(table)))
            file.write("\n]\n" if table.rows else "]\n")
        file.flush()
        os.fsync(file.fileno())


def _objects(table: JournalTable) -> Iterable[str]:
    names = [column.name for column in table.columns]
    encoder = msgspec.json.Encoder(decimal_format="number")
    for row in table.rows:
        yield encoder.encode(dict(zip(names, map(_json, row), strict=True))).decode()


def _json(cell: Cell) -> Cell:
    return Decimal(plain(cell)) if isinstance(cell, Decimal) else cell


def _csv(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, Decimal):
        return plain(cell)
    if isinstance(cell, str):
        return inert(cell)
    return repr(cell)
