"""The ledger's chain: records as canonical text, each entry's hash over the one before, and their check."""

import hashlib
import os
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import msgspec

from workstation.errors import LedgerDamaged
from workstation.model.ledger import (
    Approval,
    BlockedIntent,
    Evidence,
    LedgerRecord,
    OrderNote,
    Override,
    PositionAdopted,
    SettingChange,
    StopMove,
    TrailStarted,
)
from workstation.model.orders import Fill, OrderIntent, OrderReport
from workstation.model.positions import FundingPayment

KINDS: dict[str, type] = {
    "intent": OrderIntent,
    "evidence": Evidence,
    "approval": Approval,
    "blocked_intent": BlockedIntent,
    "order_note": OrderNote,
    "order_report": OrderReport,
    "fill": Fill,
    "funding": FundingPayment,
    "override": Override,
    "stop_move": StopMove,
    "trail_started": TrailStarted,
    "position_adopted": PositionAdopted,
    "setting_change": SettingChange,
}
"""The name that each kind of record has in the file; a name once used is never given another meaning."""

KIND_OF = {record_type: kind for kind, record_type in KINDS.items()}
assert set(KIND_OF) == set(get_args(LedgerRecord))

TRIGGERS = ("entries_never_change", "entries_never_leave", "entries_only_follow")
"""What keeps any program from changing the table; that they are there is part of the check."""

START = bytes(32)
"""What the first entry's hash is reckoned over."""

_encoder = msgspec.json.Encoder(order="deterministic")
_decoders: dict[str, msgspec.json.Decoder[Any]] = {
    kind: msgspec.json.Decoder(record_type) for kind, record_type in KINDS.items()
}


@dataclass(frozen=True, slots=True)
class ChainCheck:
    """What a check of the whole chain found.

    Attributes:
        entries: how many there are.
        head: hexadecimal hash of the newest: noted elsewhere, it proves later that nothing was changed.
        broken_at: seq of the first entry that is not what was written; None where all are.
        what: one sentence on what is wrong; empty where nothing is.
    """

    entries: int
    head: str
    broken_at: int | None
    what: str

    @property
    def is_whole(self) -> bool:
        """Whether every entry is as it was written."""
        return not self.what


def encode(record: LedgerRecord) -> tuple[str, str]:
    """Return a record's kind and its canonical text: JSON with sorted keys, Decimals as they are written."""
    return KIND_OF[type(record)], _encoder.encode(record).decode()


def decode(seq: int, kind: str, body: str) -> LedgerRecord:
    """Return the record of an entry.

    Raises:
        LedgerDamaged: it is of a kind or shape that this version does not know.
    """
    decoder = _decoders.get(kind)
    if decoder is None:
        raise LedgerDamaged(f"Ledger entry {seq} is of a kind that a newer Preflight wrote: {kind[:40]!r}.")
    try:
        record: LedgerRecord = decoder.decode(body)
    except msgspec.MsgspecError as error:
        raise LedgerDamaged(f"Ledger entry {seq} cannot be read: {error}. Run preflight doctor.") from None
    return record


def entry_hash(previous: bytes, seq: int, kind: str, time_ms: int, body: str) -> bytes:
    """Return an entry's SHA-256 over the hash before it and all that it holds."""
    held = f'[{seq},"{kind}",{time_ms}]\n{body}'
    return hashlib.sha256(previous + held.encode()).digest()


def check_rows(rows: Iterable[tuple[int, str, int, str, bytes]]) -> ChainCheck:
    """Follow (seq, kind, time_ms, body, hash) from the first entry on; stop at the first that is wrong."""
    previous, count = START, 0
    for seq, kind, time_ms, body, held in rows:
        if seq != count + 1:
            what = f"Entry {count + 1} is missing: after {count} comes {seq}."
            return ChainCheck(count, previous.hex(), count + 1, what)
        if entry_hash(previous, seq, kind, time_ms, body) != held:
            what = f"Entry {seq} ({kind}) is not what was written, or the one before it is not."
            return ChainCheck(count, previous.hex(), seq, what)
        previous, count = held, seq
    return ChainCheck(count, previous.hex(), None, "")


def check_chain(connection: sqlite3.Connection, anchor: tuple[int, str] | None = None) -> ChainCheck:
    """Check every entry of an open ledger, its guards, and that it still holds an entry noted earlier.

    Args:
        connection: of the ledger, on its thread.
        anchor: (seq, hexadecimal hash) of an entry noted when the ledger was last closed.
    """
    query = "SELECT seq, kind, time_ms, body, hash FROM entries ORDER BY seq"
    with closing(connection.execute(query)) as rows:
        found = check_rows(rows)
    if not found.is_whole:
        return found
    there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")}
    gone = [name for name in TRIGGERS if name not in there]
    if gone:
        what = f"The guards against changes were taken away ({', '.join(gone)})."
        return ChainCheck(found.entries, found.head, None, what)
    if anchor is not None:
        seq, head = anchor
        if seq > found.entries:
            what = f"Entries {found.entries + 1} to {seq} were there when the ledger was closed and are gone."
            return ChainCheck(found.entries, found.head, found.entries + 1, what)
        row = connection.execute("SELECT hash FROM entries WHERE seq = ?", (seq,)).fetchone()
        if seq and row[0].hex() != head:
            what = f"The entries up to {seq} were written anew since the ledger was last closed."
            return ChainCheck(found.entries, found.head, None, what)
    return found


def read_anchor(path: Path) -> tuple[int, str] | None:
    """Return the entry noted when the ledger was last closed; None where none can be read."""
    try:
        seq, head = path.read_text(encoding="ascii").split()
        return int(seq), head
    except (OSError, ValueError):
        return None


def write_anchor(path: Path, seq: int, head: bytes) -> None:
    """Note the newest entry beside the ledger."""
    draft = path.with_suffix(".tmp")
    draft.write_text(f"{seq} {head.hex()}\n", encoding="ascii")
    os.replace(draft, path)


def export_rows(rows: Iterable[tuple[int, str, int, str, bytes]]) -> Iterable[bytes]:
    """Yield each entry as a line of JSON that `check_export` can prove again."""
    for seq, kind, time_ms, body, held in rows:
        line = {"seq": seq, "kind": kind, "time_ms": time_ms, "body": msgspec.Raw(body.encode())}
        yield msgspec.json.encode({**line, "hash": held.hex()}) + b"\n"


class _ExportedLine(msgspec.Struct):
    seq: int
    kind: str
    time_ms: int
    body: msgspec.Raw
    hash: str


def check_export(lines: Iterable[bytes]) -> ChainCheck:
    """Check an exported ledger, line by line, as `check_chain` checks the file.

    Raises:
        LedgerDamaged: a line is no exported entry.
    """

    def rows() -> Iterable[tuple[int, str, int, str, bytes]]:
        for number, line in enumerate(lines, start=1):
            try:
                entry = msgspec.json.decode(line, type=_ExportedLine)
                yield (
                    entry.seq,
                    entry.kind,
                    entry.time_ms,
                    bytes(entry.body).decode(),
                    bytes.fromhex(entry.hash),
                )
            except ValueError as error:
                raise LedgerDamaged(f"Line {number} is no ledger entry: {error}") from None

    return check_rows(rows())
