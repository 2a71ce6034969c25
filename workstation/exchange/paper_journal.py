"""The paper venue's own memory: lines that are only ever added, each on the disk before it counts."""

import os
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import msgspec

from workstation.errors import DataDirectoryError
from workstation.model.orders import Fill, OrderIntent, OrderState
from workstation.model.positions import FundingPayment, SymbolSetting
from workstation.trading.contracts import Contract

PAPER_BOOK = "paper.jsonl"
"""Its file, in the folder of the account."""


@dataclass(frozen=True, slots=True)
class Deposit:
    """Paper money was put in, or taken out if negative."""

    asset: str
    amount: Decimal
    event_ms: int


@dataclass(frozen=True, slots=True)
class Placed:
    """The venue took an order."""

    intent: OrderIntent
    client_order_id: str
    venue_order_id: str
    event_ms: int


@dataclass(frozen=True, slots=True)
class Triggered:
    """A conditional order became a market or limit order."""

    client_order_id: str
    event_ms: int


@dataclass(frozen=True, slots=True)
class Ended:
    """An order ended otherwise than by its last fill."""

    client_order_id: str
    state: OrderState
    words: str
    event_ms: int


JournalRecord = Deposit | Contract | SymbolSetting | Placed | Triggered | Ended | Fill | FundingPayment
"""What is written down; a contract as it was when an order in it was first placed."""

_TYPES: dict[str, type] = {kind.__name__: kind for kind in get_args(JournalRecord)}


class _Line(msgspec.Struct):
    kind: str
    body: msgspec.Raw


def first_balances(path: Path) -> dict[str, Decimal]:
    """Return what was put into an account before its first fill, by coin, without opening it to be written.

    Empty where there is no such file, or a line of it makes no sense.
    """
    found: dict[str, Decimal] = {}
    try:
        with path.open("rb") as lines:
            for line in lines:
                head = msgspec.json.decode(line, type=_Line)
                if head.kind == Fill.__name__:
                    break
                if head.kind == Deposit.__name__:
                    put = msgspec.json.decode(head.body, type=Deposit)
                    found[put.asset] = found.get(put.asset, Decimal(0)) + put.amount
    except (OSError, msgspec.MsgspecError):
        return {}
    return found


class PaperJournal:
    """Lines of JSON. A line that a kill cut off was never promised to anybody, and is dropped."""

    def __init__(self, path: Path) -> None:
        """Open a journal, or make it where there is none.

        Raises:
            DataDirectoryError: it cannot be opened, or a line of it makes no sense.
        """
        self._path = path
        self.records: list[JournalRecord] = []
        """What was there when it was opened."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            data = path.read_bytes() if path.exists() else b""
            whole = data[: data.rfind(b"\n") + 1]
            self.records = [self._decode(line) for line in whole.splitlines()]
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
            self._length = len(whole)
            os.ftruncate(self._file, self._length)
        except OSError as error:
            raise DataDirectoryError(f"{path} cannot be opened: {error.strerror}") from None

    def append(self, *records: JournalRecord) -> None:
        """Write records in one go and wait for the disk.

        Raises:
            DataDirectoryError: they could not be written; nothing of them is left.
        """
        lines = [msgspec.json.encode({"kind": type(record).__name__, "body": record}) for record in records]
        data = b"".join(line + b"\n" for line in lines)
        try:
            os.lseek(self._file, self._length, os.SEEK_SET)
            written = 0
            while written < len(data):
                written += os.write(self._file, data[written:])
            os.fsync(self._file)
        except OSError as error:
            with suppress(OSError):
                os.ftruncate(self._file, self._length)
            raise DataDirectoryError(f"{self._path} cannot be written: {error.strerror}") from None
        self._length += len(data)

    def close(self) -> None:
        """Release the file."""
        os.close(self._file)

    def _decode(self, line: bytes) -> Any:
        try:
            read = msgspec.json.decode(line, type=_Line)
            return msgspec.json.decode(read.body, type=_TYPES[read.kind])
        except (msgspec.MsgspecError, KeyError) as error:
            raise DataDirectoryError(f"{self._path} holds a line that makes no sense: {error}") from None
