"""An export as a table: its encoding, separator and header found, its rows with their line numbers."""

import codecs
import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from workstation.journal.imports.rows import ImportRefused, watched

MOST_BYTES = 1 << 30
MOST_JSON_BYTES = 200_000_000
MOST_HEADER_LINES = 8
"""Lines above a header that may say something else: whose account, which time zone."""
_SNIFFED = 65_536
_SEPARATORS = (",", ";", "\t", "|")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

Recognise = Callable[[frozenset[str]], bool]


@dataclass(frozen=True, slots=True)
class Head:
    """The beginning of an export.

    Attributes:
        headings: of its columns, as they are written.
        above: what stands above them.
        separator: between cells; empty for JSON.
        encoding: of the file.
        line: of the headings; 0 for JSON.
        sample: the first rows below, for a preview.
    """

    headings: tuple[str, ...]
    above: str
    separator: str
    encoding: str
    line: int
    sample: tuple[tuple[str, ...], ...]

    @property
    def names(self) -> frozenset[str]:
        """The headings as formats know them."""
        return frozenset(map(plain_heading, self.headings))

    @property
    def is_json(self) -> bool:
        """Whether rows are JSON objects, counted one by one."""
        return not self.separator


def plain_heading(heading: str) -> str:
    """A heading without its case, its blanks and the time zone that it may name."""
    words = " ".join(heading.replace("\ufeff", " ").split()).casefold()
    cut = words.find("(utc")
    return words[:cut].rstrip() if cut > 0 else words


def read_head(path: Path, recognise: Recognise) -> Head:
    """Find out how an export is written; without a header that is recognised the first full line is it.

    Raises:
        ImportRefused: it cannot be read, is no table, or is a workbook.
    """
    start, size = _start(path)
    if size > MOST_BYTES:
        raise ImportRefused(f"{path.name} is larger than any export: {size / 1e9:.1f} GB.")
    if start[:4] == b"PK\x03\x04":
        raise ImportRefused(f"{path.name} is a workbook or an archive: save its sheet as CSV, or unpack it.")
    encoding = _encoding(start)
    text = start.decode(encoding, errors="ignore")
    if not text.strip():
        raise ImportRefused(f"{path.name} is empty.")
    if text.lstrip("\ufeff \t\r\n")[:1] in "[{":
        records = _records(path, encoding)
        headings = tuple(dict.fromkeys(name for record in records for name in record))
        sample = tuple(tuple(_cell(record.get(name)) for name in headings) for record in records[:20])
        return Head(headings, "", "", encoding, 0, sample)
    return _table_head(path, text, encoding, recognise)


def rows_of(
    path: Path,
    head: Head,
    progress: Callable[[float], None],
    cancelled: Callable[[], bool],
) -> Iterator[tuple[int, Sequence[str]]]:
    """Yield the line (of JSON: the number of the record) and the cells of every row below the headings.

    Raises:
        ImportRefused: a line cannot be read; it says which.
        ImportCancelled: `cancelled` said so.
    """
    rows = _json_rows(path, head) if head.is_json else _table_rows(path, head, progress)
    yield from watched(rows, cancelled)
    progress(1.0)


def _start(path: Path) -> tuple[bytes, int]:
    try:
        with path.open("rb") as file:
            return file.read(_SNIFFED), path.stat().st_size
    except OSError as error:
        raise ImportRefused(f"{path} cannot be read: {error.strerror}") from None


def _encoding(start: bytes) -> str:
    for mark, name in _BOMS:
        if start.startswith(mark):
            return name
    # Half of UTF-16 text in Latin letters is zeros, at even or at odd places.
    if start.count(b"\0") > len(start) // 4:
        return "utf-16-le" if start[1::2].count(0) > start[::2].count(0) else "utf-16-be"
    return "utf-8"


def _table_head(path: Path, text: str, encoding: str, recognise: Recognise) -> Head:
    found: Head | None = None
    for separator in sorted(_SEPARATORS, key=lambda mark: -text.count(mark)):
        lines = _first_lines(text, separator)
        for place, (line, cells) in enumerate(lines[:MOST_HEADER_LINES]):
            if len(cells) > 1 and recognise(frozenset(map(plain_heading, cells))):
                return _head(lines, place, separator, encoding)
            if found is None and len(cells) > 2:
                found = _head(lines, place, separator, encoding)
            del line
    if found is None:
        raise ImportRefused(f"{path.name} is no table: no line has several cells.")
    return found


def _first_lines(text: str, separator: str) -> list[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    lines: list[tuple[int, list[str]]] = []
    try:
        for cells in reader:
            lines.append((reader.line_num, cells))
            if len(lines) >= MOST_HEADER_LINES + 20:
                break
    except csv.Error:
        pass  # the whole reading says what is wrong, and where
    return lines


def _head(lines: list[tuple[int, list[str]]], place: int, separator: str, encoding: str) -> Head:
    line, cells = lines[place]
    width = len(cells)
    while width and not cells[width - 1].strip():
        width -= 1
    above = "\n".join(separator.join(row) for _, row in lines[:place])
    sample = tuple(tuple(row) for _, row in lines[place + 1 :] if any(cell.strip() for cell in row))
    return Head(tuple(cells[:width]), above, separator, encoding, line, sample[:20])


class _Counted(io.RawIOBase):
    """A file that says how much of it was read."""

    def __init__(self, file: BinaryIO, size: int, progress: Callable[[float], None]) -> None:
        self._file, self._size, self._progress, self._read = file, max(size, 1), progress, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        part = self._file.read(len(buffer))
        buffer[: len(part)] = part
        self._read += len(part)
        self._progress(min(self._read / self._size, 1.0))
        return len(part)


def _table_rows(
    path: Path, head: Head, progress: Callable[[float], None]
) -> Iterator[tuple[int, Sequence[str]]]:
    width, line = len(head.headings), 0
    try:
        with path.open("rb") as file:
            counted = io.BufferedReader(_Counted(file, path.stat().st_size, progress), 1 << 18)
            text = io.TextIOWrapper(counted, encoding=head.encoding, errors="strict", newline="")
            reader = csv.reader(text, delimiter=head.separator, strict=True)
            for cells in reader:
                first, line = line + 1, reader.line_num
                if line <= head.line or not any(map(str.strip, cells)):
                    continue
                if len(cells) != width:
                    if len(cells) < width or any(map(str.strip, cells[width:])):
                        raise ImportRefused(f"there are {len(cells)} cells; the header has {width}.", first)
                    cells = cells[:width]
                yield first, cells
    except OSError as error:
        raise ImportRefused(f"{path} cannot be read: {error.strerror}") from None
    except csv.Error as error:
        raise ImportRefused(
            f"the quotes of a cell do not close, or it is too long ({error}).", line + 1
        ) from None
    except UnicodeError:
        words = (
            f"what follows is no {head.encoding.removesuffix('-sig').upper()} text: save the file as UTF-8."
        )
        raise ImportRefused(words, line + 1) from None


def _json_rows(path: Path, head: Head) -> Iterator[tuple[int, Sequence[str]]]:
    for place, record in enumerate(_records(path, head.encoding), start=1):
        yield place, [_cell(record.get(name)) for name in head.headings]


def _records(path: Path, encoding: str) -> list[dict[str, Any]]:
    try:
        if path.stat().st_size > MOST_JSON_BYTES:
            raise ImportRefused(f"{path.name} is too large for JSON: export it as CSV.")
        told = json.loads(
            path.read_bytes().decode(encoding),
            parse_float=Decimal,
            parse_int=str,
            parse_constant=_not_finite,
        )
    except OSError as error:
        raise ImportRefused(f"{path} cannot be read: {error.strerror}") from None
    except json.JSONDecodeError as error:
        raise ImportRefused(f"this is no JSON: {error.msg}.", error.lineno) from None
    except (ValueError, RecursionError) as error:
        raise ImportRefused(f"{path.name} is no JSON: {error}.") from None
    return _list_in(told, path)


def _list_in(told: object, path: Path, depth: int = 0) -> list[dict[str, Any]]:
    """The records themselves, or what a venue's answer has under "data" and "list"."""
    if isinstance(told, list):
        for place, record in enumerate(told, start=1):
            if not isinstance(record, dict):
                raise ImportRefused(f"record {place} is no JSON object.")
        return told
    if isinstance(told, dict) and depth < 3:
        for name in ("data", "result", "list", "entrustedList", "orderList", "fillList"):
            if isinstance(told.get(name), list | dict):
                return _list_in(told[name], path, depth + 1)
    raise ImportRefused(f"{path.name} holds no list of records.")


def _not_finite(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number")


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | dict):
        return json.dumps(value, default=str)
    return str(value)
