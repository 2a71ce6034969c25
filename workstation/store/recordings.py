"""The store's register: which recordings there are, of which instruments, and how far each is committed."""

from decimal import Decimal

import duckdb

from workstation.model.instrument import ContractKind, Instrument, SequenceRule
from workstation.ports import Recording


def load_recordings(connection: duckdb.DuckDBPyConnection) -> list[Recording]:
    """Every recording, oldest first."""
    rows = connection.execute(
        "SELECT recording_id, identity, committed_seq, complete, venue, symbol, kind, tick_size, lot_size, "
        "contract_size, base, quote, sequence_rule "
        "FROM recordings JOIN instruments USING (instrument_id) ORDER BY recording_id"
    ).fetchall()
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
        )
        for (
            recording_id,
            identity,
            committed_seq,
            complete,
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


def find_recording(
    connection: duckdb.DuckDBPyConnection, identity: str, instrument: Instrument
) -> Recording | None:
    """The recording of this identity, venue and symbol, with the instrument's facts as they were stored."""
    for recording in load_recordings(connection):
        stored = recording.instrument
        if recording.identity == identity and (stored.venue, stored.symbol) == (
            instrument.venue,
            instrument.symbol,
        ):
            return recording
    return None


def add_recording(
    connection: duckdb.DuckDBPyConnection, identity: str, source: str, instrument: Instrument, started_ms: int
) -> Recording:
    """Register a new recording; the caller holds the transaction."""
    ((recording_id,),) = connection.execute(
        "INSERT INTO recordings SELECT coalesce(max(recording_id), 0) + 1, ?, ?, ?, ?, -1, false "
        "FROM recordings RETURNING recording_id",
        [identity, source, _instrument_id(connection, instrument), started_ms],
    ).fetchall()
    return Recording(int(recording_id), identity, instrument, committed_seq=-1, complete=False)


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
