"""The ledger keeps what it was given, only ever grows, and shows where somebody changed it."""

import asyncio
import json
import random
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from workstation.errors import DataDirectoryError, DataDirectoryInUse, LedgerDamaged, StoreFull
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
from workstation.model.margin import MarginMode
from workstation.model.orders import (
    Bracket,
    Fill,
    OrderIntent,
    OrderKind,
    OrderReport,
    OrderState,
    Purpose,
    Refusal,
    Side,
    Target,
    Trail,
    TrailMode,
)
from workstation.model.positions import FundingPayment, PaymentKind
from workstation.runtime.clock import ManualClock
from workstation.store.ledger import SqliteLedger, open_ledger
from workstation.store.ledger_chain import START, TRIGGERS, check_export, entry_hash
from workstation.store.ledger_schema import LEDGER_FILE, MIGRATIONS, LedgerMigration, open_ledger_file

INTENT = OrderIntent(
    "paper",
    "TAOUSDT",
    Side.BUY,
    OrderKind.LIMIT,
    Decimal("1.50"),
    Purpose.OPEN,
    price=Decimal("420.10"),
    bracket=Bracket(
        Decimal("400"), (Target(Decimal("460"), Decimal("0.5")),), trail=Trail(TrailMode.INCREMENT)
    ),
    leverage=Decimal(3),
    margin_mode=MarginMode.ISOLATED,
    setup="ai_alt_breakout",
    thesis="break of 420 – “held” ✓",
    intent_id="a" * 32,
)


def fill(trade_id: int, size: str = "0.5", side: Side = Side.BUY) -> Fill:
    return Fill(
        "paper", "TAOUSDT", trade_id, "c" * 32, "7", side, Decimal("420.10"), Decimal(size), Decimal("0.1"),
        "USDT", True, 1_000 + trade_id,
    )  # fmt: skip


FUNDING = FundingPayment("paper", "TAOUSDT", 28_800_000, Decimal("-0.063"), "USDT", Decimal("0.0001"))
RECORDS: tuple[LedgerRecord, ...] = (
    INTENT,
    Evidence("a" * 32, "volume", "automatic", "pass", "1.8×", "≥ 1.5×", "candles", 5, "00ff"),
    Approval("a" * 32, "c" * 32, 5, "ai_alt_breakout 1", "{}", INTENT),
    BlockedIntent(INTENT, (Refusal("size", "too large"),), Decimal("421")),
    OrderNote("c" * 32, OrderState.UNKNOWN, "no answer"),
    OrderReport(
        "paper", "TAOUSDT", "c" * 32, "7", OrderState.OPEN, 1_000, Decimal(0), Side.BUY, OrderKind.LIMIT,
        Decimal("1.50"),
    ),
    fill(1),
    FUNDING,
    Override("a" * 32, "kind", "news breakout, spread 1 tick", 1, 60_001),
    StopMove("a" * 32, "TAOUSDT", Decimal("400"), Decimal("410")),
    TrailStarted("a" * 32, "peak", Decimal("0.5"), Decimal("12.5")),
    PositionAdopted("paper", "TAOUSDT", 5, Decimal("-1.5"), Decimal("420.10")),
    SettingChange("daily_loss", "2 %", "1.5 %", "a bad week"),
)  # fmt: skip


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[SqliteLedger]:
    with open_ledger(tmp_path, clock=ManualClock(77)) as opened:
        yield opened


def tampering(data_dir: Path) -> sqlite3.Connection:
    """A connection of somebody who takes the guards away first."""
    connection = sqlite3.connect(data_dir / LEDGER_FILE)
    for name in TRIGGERS:
        connection.execute(f"DROP TRIGGER {name}")
    return connection


def put_guards_back(connection: sqlite3.Connection) -> None:
    script = MIGRATIONS[0].script
    connection.executescript(script[script.index("CREATE TRIGGER") :])
    connection.commit()
    connection.close()


def test_every_kind_of_record_comes_back_as_it_was_in_a_later_run(tmp_path: Path) -> None:
    with open_ledger(tmp_path, clock=ManualClock(77)) as ledger:
        assert ledger.append(*RECORDS).result() == len(RECORDS)

    with open_ledger(tmp_path) as ledger:
        entries = ledger.entries()
        assert tuple(entry.record for entry in entries) == RECORDS
        assert [entry.seq for entry in entries] == list(range(1, len(RECORDS) + 1))
        assert {entry.time_ms for entry in entries} == {77}
        assert str(entries[0].record.size) == "1.50"  # type: ignore[union-attr]
        assert [entry.record for entry in ledger.entries(Fill, FundingPayment)] == [fill(1), FUNDING]
        assert [entry.seq for entry in ledger.entries(from_seq=11)] == [11, 12, 13]


def test_the_file_waits_for_the_disk_and_lets_nobody_else_in(tmp_path: Path, ledger: SqliteLedger) -> None:
    read = ledger._call
    assert read(lambda: ledger._connection.execute("PRAGMA synchronous").fetchone()) == (2,)
    assert read(lambda: ledger._connection.execute("PRAGMA journal_mode").fetchone()) == ("wal",)
    with pytest.raises(DataDirectoryInUse, match="another Preflight"):
        open_ledger(tmp_path)


def test_a_fill_and_a_funding_payment_are_kept_once(ledger: SqliteLedger) -> None:
    ledger.append(fill(1), FUNDING).result()
    ledger.append(fill(1), fill(2), FUNDING).result()
    ledger.append(fill(2, side=Side.SELL)).result()  # we traded with ourselves: two fills of one trade

    kept = [entry.record for entry in ledger.entries()]
    assert kept == [fill(1), FUNDING, fill(2), fill(2, side=Side.SELL)]


def test_an_order_is_approved_once_and_the_appends_around_a_bad_one_are_kept(ledger: SqliteLedger) -> None:
    approval = Approval("a" * 32, "c" * 32, 5, "", "{}", INTENT)
    futures = [ledger.append(record) for record in (approval, fill(1), approval, fill(2))]

    assert [future.exception() is None for future in futures] == [True, True, False, True]
    assert isinstance(futures[2].exception(), DataDirectoryError)
    assert [entry.seq for entry in ledger.entries()] == [1, 2, 3]
    assert ledger.check().is_whole


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entries SET body = '{}' WHERE seq = 1",
        "UPDATE entries SET hash = x'00'",
        "DELETE FROM entries",
        "INSERT OR REPLACE INTO entries VALUES (1, 1, 'fill', '{}', x'00')",
        "INSERT INTO entries VALUES (99, 1, 'fill', '{}', x'00')",
    ],
)
def test_no_statement_changes_or_removes_an_entry(tmp_path: Path, statement: str) -> None:
    with open_ledger(tmp_path) as ledger:
        ledger.append(*RECORDS).result()
    connection = sqlite3.connect(tmp_path / LEDGER_FILE)

    with pytest.raises(sqlite3.IntegrityError, match=r"only ever added|follows the newest"):
        connection.execute(statement)
    connection.close()


def test_any_change_behind_the_guards_back_is_found_and_located(tmp_path: Path) -> None:
    random_changes = random.Random(20_261_121)
    with open_ledger(tmp_path) as ledger:
        for trade_id in range(40):
            ledger.append(fill(trade_id)).result()
    pristine = (tmp_path / LEDGER_FILE).read_bytes()
    for _ in range(12):
        (tmp_path / LEDGER_FILE).write_bytes(pristine)
        connection = tampering(tmp_path)
        seq = random_changes.randint(1, 40)
        column, value = random_changes.choice(
            [("time_ms", 5), ("kind", "funding"), ("body", '{"amount":"1"}'), ("hash", bytes(32))]
        )
        connection.execute(f"UPDATE entries SET {column} = ? WHERE seq = ?", (value, seq))
        put_guards_back(connection)
        with open_ledger(tmp_path) as ledger:
            found = ledger.check()
        assert not found.is_whole
        assert found.broken_at == seq


def test_missing_entries_guards_and_a_rewritten_chain_are_found(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as ledger:
        ledger.append(*map(fill, range(9))).result()
    pristine, anchor = (tmp_path / LEDGER_FILE).read_bytes(), (tmp_path / "ledger.head").read_bytes()

    connection = tampering(tmp_path)
    connection.execute("DELETE FROM entries WHERE seq = 5")
    put_guards_back(connection)
    with open_ledger(tmp_path) as ledger:
        assert ledger.check().broken_at == 5

    (tmp_path / LEDGER_FILE).write_bytes(pristine)
    (tmp_path / "ledger.head").write_bytes(anchor)
    connection = tampering(tmp_path)
    connection.execute("DELETE FROM entries WHERE seq > 6")
    put_guards_back(connection)
    with open_ledger(tmp_path) as ledger:
        assert ledger.check().broken_at == 7
        ledger.append(*map(fill, range(20, 25))).result()  # a new tail hides the loss from the hashes alone
        assert "written anew" in ledger.check().what

    (tmp_path / LEDGER_FILE).write_bytes(pristine)
    (tmp_path / "ledger.head").write_bytes(anchor)
    connection = tampering(tmp_path)
    connection.commit()
    connection.close()
    with open_ledger(tmp_path) as ledger:
        assert "guards" in ledger.check().what


def test_an_export_proves_itself_and_shows_what_was_changed(tmp_path: Path, ledger: SqliteLedger) -> None:
    ledger.append(*RECORDS).result()
    target = tmp_path / "ledger.jsonl"

    assert ledger.export(target) == len(RECORDS)
    lines = target.read_bytes().splitlines()
    assert json.loads(lines[0])["body"]["price"] == "420.10"
    assert check_export(lines) == ledger.check()
    changed = [
        line.replace(b'"420.10"', b'"120.10"') if number == 6 else line for number, line in enumerate(lines)
    ]
    assert check_export(changed).broken_at == 7
    assert check_export(lines[:4] + lines[5:]).broken_at == 5
    with pytest.raises(LedgerDamaged):
        check_export([b"{"])
    with pytest.raises(DataDirectoryError):
        ledger.export(target)


def test_the_views_show_each_kind_in_columns(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as ledger:
        ledger.append(*RECORDS).result()
    connection = sqlite3.connect(tmp_path / LEDGER_FILE)

    assert connection.execute("SELECT trade_id, price, is_maker FROM fill_view").fetchall() == [
        (1, "420.10", 1)
    ]
    assert connection.execute("SELECT thesis FROM intent_view").fetchone() == (INTENT.thesis,)
    connection.close()


def test_a_newer_schema_is_a_step_with_a_copy_before_it_and_an_older_program_refuses_it(
    tmp_path: Path,
) -> None:
    with open_ledger(tmp_path) as ledger:
        ledger.append(fill(1)).result()
    now = MIGRATIONS[-1].version
    newer = (*MIGRATIONS, LedgerMigration(now + 1, "CREATE TABLE notes (note TEXT) STRICT;"))

    open_ledger_file(tmp_path, newer).close()

    assert (tmp_path / f"ledger.sqlite.schema{now}.bak").exists()
    with pytest.raises(LedgerDamaged, match="newer Preflight"):
        open_ledger(tmp_path)
    broken = (*newer, LedgerMigration(now + 2, "CREATE TABLE more (a TEXT); CREATE TABLE entries (a TEXT);"))
    with pytest.raises(DataDirectoryError):
        open_ledger_file(tmp_path, broken)
    connection = open_ledger_file(tmp_path, newer)  # the failed step left nothing behind
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert tables == {"entries", "notes"}
    connection.close()


def test_insurance_may_be_paid_in_the_millisecond_of_a_settlement_and_each_is_kept_once(
    tmp_path: Path,
) -> None:
    old = open_ledger_file(tmp_path, MIGRATIONS[:1])
    settled = '{"venue":"paper","symbol":"TAOUSDT","event_ms":28800000,"amount":"-0.063","asset":"USDT"}'
    head = entry_hash(START, 1, "funding", 1, settled)
    old.execute("INSERT INTO entries VALUES (1, 1, 'funding', ?, ?)", (settled, head))
    old.close()
    taken = replace(FUNDING, amount=Decimal("-2.5"), kind=PaymentKind.INSURANCE)

    with open_ledger(tmp_path) as ledger:
        for payment in (FUNDING, taken, taken):
            ledger.append(payment).result()
        kept = [entry.record for entry in ledger.entries(FundingPayment)]
        assert ledger.check().is_whole

    assert [(one.amount, one.kind) for one in kept if isinstance(one, FundingPayment)] == [
        (Decimal("-0.063"), PaymentKind.FUNDING),
        (Decimal("-2.5"), PaymentKind.INSURANCE),
    ]


def test_what_is_no_ledger_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / LEDGER_FILE
    path.write_bytes(b"not a database at all" * 300)
    with pytest.raises(LedgerDamaged):
        open_ledger(tmp_path)
    assert path.read_bytes().startswith(b"not a database")
    path.unlink()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE other (a)")
    connection.commit()
    connection.close()
    with pytest.raises(LedgerDamaged, match="no ledger"):
        open_ledger(tmp_path)


def test_a_full_disk_refuses_the_write_and_the_next_one_succeeds(ledger: SqliteLedger) -> None:
    ledger.append(fill(1)).result()
    (pages,) = ledger._call(lambda: ledger._connection.execute("PRAGMA page_count").fetchone())
    ledger._call(lambda: ledger._connection.execute(f"PRAGMA max_page_count = {pages}").fetchone())
    large = Override("", "rule", "x" * 200_000, 0, 0)

    with pytest.raises(StoreFull, match="no order can leave"):
        ledger.append(large).result()

    ledger._call(lambda: ledger._connection.execute("PRAGMA max_page_count = 1000000").fetchone())
    assert ledger.append(large).result() == 2
    assert ledger.check().is_whole


async def test_whoever_stops_waiting_for_a_write_stops_neither_it_nor_the_ledger(
    ledger: SqliteLedger,
) -> None:
    for trade_id in range(30):
        waiting = asyncio.ensure_future(asyncio.wrap_future(ledger.append(fill(trade_id))))
        await asyncio.sleep(0)
        waiting.cancel()

    assert len(ledger.entries()) == 30
    assert not ledger.append(fill(99)).cancel()


def test_a_killed_writer_loses_nothing_that_it_was_told_is_safe(tmp_path: Path, repository: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from workstation.store.ledger import open_ledger\n"
        "from workstation.model.ledger import OrderNote\n"
        "ledger = open_ledger(Path(sys.argv[1]))\n"
        "while True:\n"
        "    seq = ledger.append(OrderNote('c', None, 'x'), OrderNote('c', None, 'y')).result()\n"
        "    print(seq, flush=True)\n"
    )
    told = 0
    for _ in range(3):
        child = subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, cwd=repository
        )
        assert child.stdout is not None
        for _ in range(25):
            told = int(child.stdout.readline())
        child.kill()
        rest = child.communicate()[0].splitlines()
        told = max([told, *(int(line) for line in rest if line.isdigit())])
        with open_ledger(tmp_path) as ledger:
            found = ledger.check()
        assert found.is_whole
        assert found.entries >= told
        assert found.entries % 2 == 0  # both records of an append, or neither
