"""The store's register: which recordings there are, of which instruments, and how far each is committed."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import duckdb

from workstation.model.instrument import ContractKind, Instrument, SequenceRule
from workstation.ports import Recording

_COLUMNS = (
    "SELECT recording_id, identity, committed_seq, complete, part, started_ms, ended_ms, "
    "venue, symbol, kind, tick_size, lot_size, contract_size, base, quote, sequence_rule "
    "FROM recordings JOIN instruments USING (instrument_id)"
)


def load_recordings(connection: duckdb.DuckDBPyConnection) -> list[Recording]:
    """Every recording, oldest first."""
    return _loaded(connection, "true", [])


def load_recording(connection: duckdb.DuckDBPyConnection, recording_id: int) -> Recording | None:
    """One recording; None where there is none of this number."""
    return next(iter(_loaded(connection, "recording_id = ?", [recording_id])), None)


def find_recording(
    connection: duckdb.DuckDBPyConnection, identity: str, instrument: Instrument
) -> Recording | None:
    """The newest part of this identity, venue and symbol, with the instrument's facts as they were stored."""
    where = "identity = ? AND venue = ? AND symbol = ?"
    found = _loaded(connection, where, [identity, instrument.venue, instrument.symbol])
    return max(found, key=lambda recording: recording.part, default=None)


def newest_recording_id(connection: duckdb.DuckDBPyConnection) -> int:
    """The highest id given so far; 0 before the first."""
    ((newest,),) = connection.execute("SELECT coalesce(max(recording_id), 0) FROM recordings").fetchall()
    return int(newest)


def add_recording(
    connection: duckdb.DuckDBPyConnection, recording: Recording, source: str, started_ms: int
) -> None:
    """Register a new recording; the caller holds the transaction."""
    connection.execute(
        "INSERT INTO recordings (recording_id, identity, source, instrument_id, started_ms, committed_seq, "
        "complete, part, ended_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)",
        [
            recording.recording_id,
            recording.identity,
            source,
            _instrument_id(connection, recording.instrument),
            started_ms,
            recording.committed_seq,
            recording.complete,
            recording.part,
        ],
    )


def note_committed(connection: duckdb.DuckDBPyConnection, newest_seq: Mapping[int, int]) -> None:
    """Move recordings' `committed_seq` on to these, by id. The caller holds the transaction."""
    values = ", ".join(f"({recording_id:d}, {seq:d})" for recording_id, seq in newest_seq.items())
    connection.execute(
        f"UPDATE recordings SET committed_seq = seq FROM (VALUES {values}) AS newest (id, seq) "
        "WHERE recording_id = id AND committed_seq < seq"
    )


def close_recording(
    connection: duckdb.DuckDBPyConnection, recording_id: int, ended_ms: int, *, complete: bool
) -> None:
    """Note when a recording ended; one that was once complete stays so. The caller holds the transaction."""
    connection.execute(
        "UPDATE recordings SET complete = complete OR ?, ended_ms = ? WHERE recording_id = ?",
        [complete, ended_ms, recording_id],
    )


def open_again(connection: duckdb.DuckDBPyConnection, recording_id: int) -> None:
    """Note that a recording is being written again. The caller holds the transaction."""
    connection.execute("UPDATE recordings SET ended_ms = 0 WHERE recording_id = ?", [recording_id])


def _loaded(
    connection: duckdb.DuckDBPyConnection, where: str, parameters: Sequence[object]
) -> list[Recording]:
    rows = connection.execute(f"{_COLUMNS} WHERE {where} ORDER BY recording_id", list(parameters)).fetchall()
    return [
        Recording(
            recording_id,
            identity,
            Instrument(
                venue,
                symbol,
                ContractKind(kind),
                Decimal(tick_size),
                Decimal(lot_size),
                Decimal(contract_size),
                base,
                quote,
                SequenceRule(rule),
            ),
            committed_seq,
            complete,
            part,
            started_ms,
            ended_ms,
        )
        for (
            recording_id,
            identity,
            committed_seq,
            complete,
            part,
            started_ms,
            ended_ms,
            venue,
            symbol,
            kind,
            tick_size,
            lot_size,
            contract_size,
            base,
            quote,
            rule,
        ) in rows
    ]


def _instrument_id(connection: duckdb.DuckDBPyConnection, instrument: Instrument) -> int:
    facts = [
        instrument.venue,
        instrument.symbol,
        instrument.kind.value,
        str(instrument.tick_size),
        str(instrument.lot_size),
        str(instrument.contract_size),
        instrument.base,
        instrument.quote,
        instrument.sequence_rule.value,
    ]
    rows = connection.execute(
        "SELECT instrument_id FROM instruments WHERE venue = ? AND symbol = ? AND kind = ? AND tick_size = ? "
        "AND lot_size = ? AND contract_size = ? AND base = ? AND quote = ? AND sequence_rule = ?",
        facts,
    ).fetchall()
    if not rows:
        rows = connection.execute(
            "INSERT INTO instruments SELECT coalesce(max(instrument_id), 0) + 1, ?, ?, ?, ?, ?, ?, ?, ?, ? "
            "FROM instruments RETURNING instrument_id",
            facts,
        ).fetchall()
    ((instrument_id,),) = rows
    return int(instrument_id)
