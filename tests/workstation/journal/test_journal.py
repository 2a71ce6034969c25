"""The journal reads every ledger while desks write them, and keeps the trader's words beside the trades."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from tests.workstation.trading.made import made_fill
from workstation.errors import JournalReadOnly
from workstation.journal.journal import Journal
from workstation.model.journal import (
    AccountKind,
    ContractTerms,
    Diary,
    Excursion,
    JournalAccount,
    Tag,
    TagGroup,
    TripNote,
)
from workstation.model.ledger import Approval, BlockedIntent, Evidence, Override, StopMove
from workstation.model.missed import MissedTrade
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
)
from workstation.runtime.clock import ManualClock
from workstation.store.ledger import SqliteLedger, open_ledger
from workstation.store.ledger_chain import TRIGGERS
from workstation.store.ledger_schema import LEDGER_FILE

KEY = "paper/binance_usdm"
LONG = OrderIntent(
    "paper", "TAOUSDT", Side.BUY, OrderKind.LIMIT, Decimal(1), Purpose.OPEN, price=Decimal(100),
    bracket=Bracket(Decimal(90)), setup="retest", intent_id="i" * 32,
)  # fmt: skip
IMPORTED = JournalAccount("import/binance", "Binance export", AccountKind.IMPORTED)


def fill(number: int, side: Side = Side.BUY, price: str = "100", order: str = "") -> Fill:
    return made_fill(number, side, Decimal(1), Decimal(price), client_order_id=order)


def approval(order: str, intent: OrderIntent = LONG) -> Approval:
    return Approval(intent.intent_id, order, 50, "retest 1", "{}", intent)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[SqliteLedger]:
    with open_ledger(tmp_path / KEY, clock=ManualClock(70)) as opened:
        yield opened


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal(tmp_path, clock=ManualClock(80)) as opened:
        yield opened


def test_a_trade_is_there_at_the_next_look_while_the_desk_goes_on_writing(
    ledger: SqliteLedger, journal: Journal
) -> None:
    assert journal.refresh()
    assert journal.trips() == ()
    ledger.append(fill(1)).result()
    journal.refresh()
    assert [one.trip.is_open for one in journal.trips()] == [True]
    ledger.append(fill(2, Side.SELL, "110")).result()
    assert journal.refresh()
    (one,) = journal.trips(KEY)
    assert (one.trip.closed_ms, one.trip.net_pnl) == (2, 10)
    assert journal.accounts() == (JournalAccount(KEY, "Paper · Binance USDⓈ-M", AccountKind.PAPER),)
    version = journal.version
    assert not journal.refresh()
    assert journal.version == version


def test_evidence_overrides_and_stops_of_an_order_are_with_its_trip_also_if_it_replaced_another(
    ledger: SqliteLedger, journal: Journal
) -> None:
    first = replace(LONG, intent_id="f" * 32)
    amended = replace(LONG, parent_id=first.intent_id)
    row = Evidence(first.intent_id, "volume", "automatic", "pass", "1.8×")
    override = Override(first.intent_id, "spread", "thin but small", 1, 2)
    move = StopMove(amended.intent_id, "TAOUSDT", Decimal(90), Decimal(95))
    ledger.append(row, override, approval("c1", first), approval("c2", amended), fill(1, order="c2")).result()
    journal.refresh()
    ledger.append(move).result()
    journal.refresh()
    (one,) = journal.trips()
    assert (one.evidence, one.overrides, one.stop_moves) == ((row,), (override,), (move,))
    assert (one.setup, one.trip.planned, one.trip.initial_risk) == ("retest", amended, 10)


def test_what_was_refused_or_ended_unfilled_is_missed(ledger: SqliteLedger, journal: Journal) -> None:
    blocked = replace(LONG, intent_id="b" * 32)
    refusals = (Refusal("size", "too large"),)
    ended = OrderReport(
        "paper", "TAOUSDT", "c1", "7", OrderState.EXPIRED, 60, Decimal(0), Side.BUY, OrderKind.LIMIT,
        Decimal(1),
    )  # fmt: skip
    replaced = replace(LONG, intent_id="r" * 32)
    ledger.append(
        BlockedIntent(blocked, refusals), BlockedIntent(replace(LONG, purpose=Purpose.EXIT), refusals),
        approval("c1"), ended,
        approval("c2", replaced), replace(ended, client_order_id="c2"),
        approval("c3", replace(LONG, intent_id="n" * 32, parent_id=replaced.intent_id)),
    ).result()  # fmt: skip
    journal.refresh()
    assert journal.missed(KEY) == (
        MissedTrade(KEY, 50, LONG),
        MissedTrade(KEY, 70, blocked, refusals),
    )
    own = MissedTrade(KEY, 60, replace(LONG, intent_id="h" * 32, thesis="saw it, did not dare"))
    journal.save_missed(own)
    assert journal.missed(KEY)[1] == own
    assert journal.undo() == "Missed trade in TAOUSDT"
    assert own not in journal.missed(KEY)


def test_a_chain_that_does_not_hold_is_named_and_everything_is_shown_all_the_same(
    tmp_path: Path, journal: Journal
) -> None:
    for name in ("one", "two"):
        with open_ledger(tmp_path / "paper" / name) as ledger:
            ledger.append(fill(1), fill(2, Side.SELL)).result()
    with open_ledger(tmp_path / "live" / "torn") as ledger:
        for number in range(300):
            ledger.append(fill(number))
    with sqlite3.connect(tmp_path / "paper" / "one" / LEDGER_FILE) as changed:
        for trigger in TRIGGERS:
            changed.execute(f"DROP TRIGGER {trigger}")
        changed.execute("UPDATE entries SET body = replace(body, '\"100\"', '\"50\"') WHERE seq = 1")
    changed.close()
    torn = tmp_path / "live" / "torn" / LEDGER_FILE
    pages = bytearray(torn.read_bytes())
    pages[len(pages) // 2 : len(pages) // 2 + 9000] = b"\xff" * 9000
    torn.write_bytes(pages)

    journal.refresh()
    assert {one.trip.account for one in journal.trips()} == {"paper/one", "paper/two"}
    named = sorted(journal.troubles)
    assert len(named) == 2
    assert named[0].startswith("Live · torn: ")
    assert "damaged" in named[0]
    assert named[1].startswith("Paper · one: Entry 1 (fill) is not what was written")


def test_a_desk_that_was_killed_leaves_a_ledger_that_can_be_read(tmp_path: Path, repository: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from tests.workstation.journal.test_journal import *\n"
        "ledger = open_ledger(Path(sys.argv[1]) / KEY)\n"
        "ledger.append(fill(1), fill(2, Side.SELL)).result()\n"
        "print('written', flush=True); time.sleep(60)\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, cwd=repository
    )
    assert child.stdout is not None
    assert child.stdout.readline() == b"written\n"
    with Journal(tmp_path) as journal:
        journal.refresh()
        assert len(journal.trips()) == 1  # while it lives
    os.kill(child.pid, signal.SIGKILL)
    child.communicate()
    with Journal(tmp_path) as journal:
        journal.refresh()
        assert len(journal.trips()) == 1
        with open_ledger(tmp_path / KEY) as ledger:  # and the next desk goes on
            ledger.append(fill(3)).result()
            journal.refresh()
            assert len(journal.trips()) == 2
    left = {path.name for path in (tmp_path / KEY).iterdir()}
    assert not {name for name in left if name.endswith(("-wal", "-shm"))}


def test_words_are_undone_and_done_again_one_by_one_also_in_a_later_run(
    tmp_path: Path, ledger: SqliteLedger
) -> None:
    ledger.append(fill(1)).result()
    tags = frozenset({Tag(TagGroup.MISTAKE, "chased"), Tag(TagGroup.EMOTION, "angry")})
    with Journal(tmp_path) as journal:
        journal.refresh()
        key = journal.trips()[0].trip.trip_id
        journal.save_note(TripNote(key, text="one", tags=tags))
        for text in ("t", "tw", "two"):
            journal.save_note(TripNote(key, text=text), goes_on=text != "t")
        journal.save_diary(Diary("2026-11-21", "calm"))
        assert journal.undo() == "Diary of 2026-11-21"
        assert journal.diary("2026-11-21") == Diary("2026-11-21")
        assert journal.undo() == "Note of TAOUSDT"
        assert journal.trips()[0].note.tags == tags
    with Journal(tmp_path) as journal:
        journal.refresh()
        assert journal.redo() == "Note of TAOUSDT"
        assert journal.trips()[0].note.text == "two"
        assert journal.redo() == "Diary of 2026-11-21"
        assert journal.redo() is None
        assert [day.text for day in journal.diaries()] == ["calm"]
        for _ in range(3):
            assert journal.undo()
        assert journal.undo() is None
        assert journal.note(key) == TripNote(key)
        journal.save_note(TripNote(key, text="another"))
        assert journal.redo() is None


def test_what_is_found_out_is_kept_beside_the_trip_and_is_no_change_of_the_traders(
    tmp_path: Path, ledger: SqliteLedger
) -> None:
    ledger.append(fill(1)).result()
    excursion = Excursion(95.0, 120.0, 2, 3, -5.0, 20.0, "tape")
    with Journal(tmp_path) as journal:
        journal.refresh()
        key = journal.trips()[0].trip.trip_id
        journal.save_excursion(key, excursion)
        journal.save_conditions({key: {"session": "Asia"}})
        journal.save_conditions({key: {"moon phase": "new moon"}})
        assert journal.undo() is None
    with Journal(tmp_path) as journal:
        journal.refresh()
        (one,) = journal.trips(KEY)
        assert one.excursion == excursion
        assert one.conditions == {"session": "Asia", "moon phase": "new moon"}


def test_importing_twice_or_overlapping_changes_nothing_and_each_import_can_be_taken_back(
    journal: Journal,
) -> None:
    fills = [fill(1), fill(2, Side.SELL, "110"), fill(3), fill(4, Side.SELL, "120")]
    whole = journal.add_imported(IMPORTED, fills, [], [], "all.csv", "00")
    before = journal.trips()
    assert (whole.new_fills, whole.known_fills, len(before)) == (4, 0, 2)
    again = journal.add_imported(IMPORTED, [*fills[2:], fill(5)], [], [], "later.csv", "01")
    assert (again.new_fills, again.known_fills) == (1, 2)
    assert journal.trips()[:2] == before
    journal.undo_import(whole.import_id)
    assert [one.trip.parts[0].fill.trade_id for one in journal.trips()] == [3, 5]
    assert journal.undo() == "Import of all.csv taken back"
    assert journal.trips()[:2] == before
    assert journal.undo() == "Import of later.csv"
    assert journal.trips() == before
    assert [one.is_undone for one in journal.imports()] == [False, True]
    journal.undo_import(whole.import_id)
    assert journal.accounts() == ()


def test_terms_told_later_count_and_coins_that_nothing_tells_of_are_named(
    ledger: SqliteLedger, journal: Journal
) -> None:
    odd = replace(fill(1), symbol="XYZ", fee_asset="QQQ")
    ledger.append(odd, replace(odd, trade_id=2, side=Side.SELL, price=Decimal(101))).result()
    journal.refresh()
    assert journal.trips() == ()
    assert "how XYZ turns into money is not known" in journal.troubles[0]
    journal.know_terms([ContractTerms("paper", "XYZ", "QQQ", Decimal(10))])
    journal.refresh()
    assert (journal.trips()[0].trip.pnl, journal.troubles) == (10, ())


def test_a_second_journal_reads_along_and_changes_nothing(
    tmp_path: Path, ledger: SqliteLedger, journal: Journal
) -> None:
    ledger.append(fill(1)).result()
    journal.refresh()
    key = journal.trips()[0].trip.trip_id
    with Journal(tmp_path) as second:
        second.refresh()
        journal.save_note(TripNote(key, text="seen")).result()
        journal.add_imported(IMPORTED, [fill(9)], [], [], "a.csv", "00")
        assert second.refresh()
        assert second.trips(KEY)[0].note.text == "seen"
        assert len(second.trips(IMPORTED.key)) == 1
        with pytest.raises(JournalReadOnly, match="Another Preflight"):
            second.save_note(TripNote(key))


@pytest.mark.parametrize(
    "folder, title, kind",
    [
        ("paper/replay/1795240250501", "Recording · 21 Nov 2026 05:50 UTC", AccountKind.PAPER),
        ("demo/simulated/1795240250501", "Simulated exchange · 21 Nov 2026 05:50 UTC", AccountKind.SIMULATED),
        ("paper/simulated", "Simulated exchange", AccountKind.SIMULATED),
        ("live/bybit", "Live · Bybit", AccountKind.LIVE),
    ],
)
def test_accounts_are_known_by_where_their_ledger_lies(
    tmp_path: Path, journal: Journal, folder: str, title: str, kind: AccountKind
) -> None:
    for place in (folder, "demo/limits/simulated", "paper/empty"):
        with open_ledger(tmp_path / place) as ledger:
            if place != "paper/empty":  # in which nothing happened, as in most passes of a recording
                ledger.append(fill(1)).result()
    journal.refresh()
    assert journal.accounts() == (JournalAccount(folder, title, kind),)


def test_a_picture_that_the_desk_took_stays_whatever_the_trader_undoes_or_was_writing_meanwhile(
    ledger: SqliteLedger, journal: Journal
) -> None:
    ledger.append(fill(1)).result()
    journal.refresh()
    key = journal.trips()[0].trip.trip_id
    journal.save_note(TripNote(key, text="one"))
    begun = journal.note(key)
    picture = journal.attach(b"png", "chart.png", role="entry", taken_ms=1)
    journal.add_picture(key, picture)
    journal.add_picture(key, picture)
    journal.save_note(replace(begun, text="two"))
    assert journal.trips()[0].note.attachments == (picture,)
    assert (journal.undo(), journal.note(key).text) == ("Note of TAOUSDT", "one")
    assert (journal.undo(), journal.note(key).text) == ("Note of TAOUSDT", "")
    assert journal.note(key).attachments == (picture,)
    assert journal.undo() is None
    journal.save_note(replace(journal.note(key), attachments=()))  # but the trader may take it off
    assert journal.note(key).attachments == ()


def test_an_account_whose_folder_was_taken_away_is_gone_and_one_put_back_is_read_anew(
    tmp_path: Path, journal: Journal
) -> None:
    with open_ledger(tmp_path / KEY) as ledger:
        ledger.append(fill(1), fill(2, Side.SELL)).result()
    journal.refresh()
    (tmp_path / KEY).rename(tmp_path / "aside")
    assert journal.refresh()
    assert (journal.accounts(), journal.trips()) == ((), ())
    (tmp_path / "aside").rename(tmp_path / KEY)
    journal.refresh()
    assert len(journal.trips(KEY)) == 1
    for path in (tmp_path / KEY).iterdir():
        path.unlink()
    with open_ledger(tmp_path / KEY) as ledger:  # another ledger in the same place
        ledger.append(fill(7)).result()
    journal.refresh()
    assert [one.trip.parts[0].fill.trade_id for one in journal.trips()] == [7]
