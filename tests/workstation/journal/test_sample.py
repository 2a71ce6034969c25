"""The sample journal is rich, the same from the same seed, marked, and goes without leaving anything."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from time import monotonic

import numpy as np
import pytest

from tests.workstation.journal.stored_market import fill
from workstation.journal.accounts import without_sample
from workstation.journal.follower import JournalFollower, StoredConditions
from workstation.journal.journal import Journal
from workstation.journal.keeping import TripKeeping
from workstation.journal.report.trade import trade_report
from workstation.journal.report.week import week_report
from workstation.journal.sample import add_sample, has_sample, remove_sample
from workstation.journal.sample_market import HOUR_MS, MINUTE_MS, SAMPLE_VENUE
from workstation.journal.shadow import StoredShadows
from workstation.journal.tables import journal_tables
from workstation.market.candle_merge import CandleSource
from workstation.market.candles import CANDLE
from workstation.market.past_reader import Wanting
from workstation.model.journal import AccountKind, Diary, TripNote
from workstation.model.orders import Side
from workstation.runtime.clock import ManualClock
from workstation.store.ledger import open_ledger
from workstation.store.ticks import DuckTickStore, open_store

NOW_MS = 1_790_000_000_000
OWN = "paper/binance_usdm"
OWN_TRIP = f"{OWN}|binance_usdm|BTCUSDT|1"


@dataclass
class Around:
    """A data directory with an own trade in it, and the sample journal beside."""

    data_dir: Path
    store: DuckTickStore
    journal: Journal
    before: object = None

    def contents(self) -> object:
        """All that is kept, as far as it can be compared."""
        self.journal.flush()
        found = self.journal.store.load()
        history = self.store.history()
        candles = {
            (venue, symbol): len(history.candles(venue, symbol, MINUTE_MS, 0, 2**60)[0])
            for venue, symbol in (("binance_usdm", "BTCUSDT"), (SAMPLE_VENUE, "BTCUSDT"))
        }
        funding = len(history.funding(SAMPLE_VENUE, "BTCUSDT", 0, 2**60))
        history.close()
        files = {
            str(path.relative_to(self.data_dir))
            for path in self.data_dir.rglob("*")
            if path.is_file() and not path.name.endswith((".wal", "-wal", "-shm", ".lock", "-journal"))
        }
        return found.bodies, found.edits, candles, funding, files - {"journal/passive.json"}


@pytest.fixture(scope="module")
def around(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Around]:
    data_dir = tmp_path_factory.mktemp("sample")
    with open_ledger(data_dir / OWN, clock=ManualClock(NOW_MS)) as ledger:
        ledger.append(
            fill(1, Side.BUY, "100", "1", NOW_MS - HOUR_MS), fill(2, Side.SELL, "101", "1", NOW_MS)
        ).result()
    with open_store(data_dir) as store, Journal(data_dir, clock=ManualClock(NOW_MS)) as journal:
        candles = np.zeros(60, CANDLE)
        candles["open_ms"] = np.arange(60) * MINUTE_MS
        store.put_candles("binance_usdm", "BTCUSDT", MINUTE_MS, candles, CandleSource.VENUE)
        store.wait_until_below(0)
        journal.refresh()
        journal.save_note(TripNote(OWN_TRIP, text="mine"))
        journal.save_diary(Diary("2026-09-21", "mine too"))
        made = Around(data_dir, store, journal)
        found_out(made)
        made.before = made.contents()
        add_sample(journal, store)
        yield made


def found_out(around: Around) -> TripKeeping:
    """Let everything be found out that the desk finds out beside trading."""
    follower = JournalFollower(around.journal)
    follower.look()
    keeping = TripKeeping(around.journal)
    keeping.use(around.store)
    history = around.store.history()
    wanted: tuple[Wanting, ...] = (StoredConditions(follower), StoredShadows(around.journal), keeping)
    for one in wanted:
        for _ in range(200):
            jobs = one.jobs(monotonic())
            if not jobs:
                break
            for _key, job in jobs:
                one.put(job(history), monotonic())
    history.close()
    return keeping


def test_it_is_an_account_of_its_own_kind_and_holds_months_of_whole_trades(around: Around) -> None:
    journal = around.journal
    (account,) = [one for one in journal.accounts() if one.kind is AccountKind.SAMPLE]
    trips = journal.trips(account.key)
    assert 100 <= len(trips) <= 200
    assert account.title.startswith("SAMPLE")
    assert {one.trip.venue for one in trips} == {SAMPLE_VENUE}
    assert all(one.trip.closed_ms and one.trip.closed_ms <= NOW_MS for one in trips)
    assert all(one.trip.r_multiple is not None and one.evidence for one in trips)
    assert max(one.trip.closed_ms or 0 for one in trips) - trips[0].trip.opened_ms > 90 * 24 * HOUR_MS
    assert sum(bool(one.overrides) for one in trips) >= 8
    assert sum(bool(one.stop_moves) for one in trips) >= 10
    assert len({one.setup for one in trips}) == 3
    waiting = [one for one in trips if not one.note.reviewed_ms]
    assert 3 <= len(waiting) <= 10
    assert all(one.note.tags and one.note.before.tension for one in trips if one.note.reviewed_ms)
    assert len(journal.missed(account.key)) >= 10
    assert journal.start_said(account.key, "USDT") == Decimal(10_000)
    assert not journal.troubles


def test_no_fill_is_outside_of_what_was_traded_in_its_minute(around: Around) -> None:
    history = around.store.history()
    for one in around.journal.trips("sample"):
        for part in one.trip.parts:
            at_ms = part.fill.event_ms
            (candle,), _ = history.candles(
                SAMPLE_VENUE, one.trip.symbol, MINUTE_MS, at_ms - MINUTE_MS + 1, at_ms + 1
            )
            assert candle["low"] <= float(part.fill.price) <= candle["high"]
    history.close()


def test_its_ledger_is_a_whole_chain(around: Around) -> None:
    with open_ledger(around.data_dir / "sample") as ledger:
        assert ledger.check().is_whole


def test_it_is_named_in_reports_and_left_out_of_what_is_counted_across_accounts(around: Around) -> None:
    journal = around.journal
    one = journal.trips("sample")[0]
    (account,) = [found for found in journal.accounts() if found.key == "sample"]
    assert "SAMPLE, made up" in trade_report(one, account, NOW_MS).html()
    assert (
        account.title
        in week_report(
            datetime.fromtimestamp((one.trip.closed_ms or 0) / 1000, UTC).date(),
            (account,),
            (one,),
            (),
            NOW_MS,
        ).html()
    )
    assert [found.trip.trip_id for found in without_sample(journal.trips())] == [OWN_TRIP]
    tables = journal_tables(journal.accounts(), (one,), ())
    (trips,) = [table for table in tables if table.name == "trips"]
    kinds = [column.name for column in trips.columns].index("account_kind")
    assert trips.rows[0][kinds] == "sample"


def test_removing_it_leaves_everything_else_as_it_was(around: Around) -> None:
    journal = around.journal
    keeping = found_out(around)
    trips = journal.trips("sample")
    shadows = [journal.shadow(trade.intent.intent_id) for trade in journal.missed("sample")]
    assert all(shadows)
    assert all(one.excursion is not None and len(one.conditions) == 4 for one in trips)
    assert keeping.passive_r.keys() == {one.trip.trip_id for one in trips}
    # The trader wrote on it, and undoes something of it.
    picture = journal.attach(b"a picture", "level.png")
    journal.save_note(TripNote(trips[0].trip.trip_id, text="looked at", attachments=(picture,)))
    journal.save_note(TripNote(trips[1].trip.trip_id, text="looked at"))
    journal.undo()
    assert has_sample(around.data_dir)

    remove_sample(journal, around.store, keeping)

    assert not has_sample(around.data_dir)
    assert [one.trip.trip_id for one in journal.trips()] == [OWN_TRIP]
    assert around.contents() == around.before
    assert not keeping.passive_r
    assert journal.undo() == "Diary of 2026-09-21"
    journal.redo()
    remove_sample(journal, around.store, keeping)  # again changes nothing
    assert around.contents() == around.before
    # And it comes back the same, trade by trade.
    assert add_sample(journal, around.store) == len(trips)
    assert [one.trip for one in journal.trips("sample")] == [one.trip for one in trips]
    add_sample(journal, None, seed=2)
    assert [one.trip for one in journal.trips("sample")] != [one.trip for one in trips]
    remove_sample(journal, around.store, keeping)
    assert around.contents() == around.before
