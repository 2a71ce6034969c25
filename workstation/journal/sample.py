"""The sample journal: some months of made-up trades to look around in, added and removed as a whole."""

import shutil
from collections.abc import Iterable
from contextlib import suppress
from itertools import groupby
from pathlib import Path
from typing import Protocol

import numpy as np

from workstation.errors import DataDirectoryError, JournalReadOnly
from workstation.journal.accounts import SAMPLE_FOLDER
from workstation.journal.journal import Journal
from workstation.journal.keeping import TripKeeping
from workstation.journal.sample_market import (
    ASSET,
    DAY_MS,
    HOUR_MS,
    MINUTE_MS,
    SAMPLE_VENUE,
    SampleMarket,
    sample_markets,
)
from workstation.journal.sample_plans import START, TAKER_RATE
from workstation.journal.sample_trades import Entry, SampleTrader
from workstation.journal.sample_words import sample_notes
from workstation.market.candle_merge import CandleSource
from workstation.model.journal import Attachment, ContractTerms
from workstation.ports import PastStore
from workstation.runtime.clock import ManualClock
from workstation.store.ledger import open_ledger

SEED = 75
DAYS = 116
"""Of prices; trading begins `sample_plans.WARM_DAYS` later."""
_DRAFT = ".sample"


class SampleStore(PastStore, Protocol):
    """Where the made-up prices are kept."""

    def wait_until_below(self, rows: int) -> None:
        """Wait until at most `rows` rows are queued."""
        ...


def has_sample(data_dir: Path) -> bool:
    """Whether the sample journal was added to a data directory."""
    return (data_dir / SAMPLE_FOLDER).is_dir()


def add_sample(journal: Journal, store: SampleStore | None, *, seed: int = SEED) -> int:
    """Add the sample journal, of the months before last Monday; return how many trades it has.

    Its trades lie in a ledger of their own, its prices under a venue of their own, its notes among the
    journal's. It takes a second or two, and is there whole or not at all: not for the window's thread.

    Args:
        journal: that gets it.
        store: for its prices; None leaves it without excursions and other exits.
        seed: other seeds make other trades.

    Raises:
        JournalReadOnly: another process writes this journal.
        StoreFull, DataDirectoryError: it was not added.
    """
    if journal.is_read_only:
        raise JournalReadOnly("Another Preflight has this journal open: the sample journal is added there.")
    data_dir = journal.data_dir
    remove_sample(journal, store, None)
    until_ms = _last_monday(journal.clock.now_ms())
    markets = sample_markets(until_ms, DAYS, seed)
    random = np.random.default_rng(seed)
    trader = SampleTrader(markets, random)
    entries = trader.entries()
    draft = data_dir / _DRAFT
    _write_ledger(draft, entries)
    if store is not None:
        _write_prices(store, markets)
    journal.account_words.write(
        sample_notes(SAMPLE_FOLDER, SAMPLE_VENUE, trader.trips, random),
        [ContractTerms(SAMPLE_VENUE, one.coin.symbol, ASSET, taker_rate=TAKER_RATE) for one in markets],
        {f"{SAMPLE_FOLDER}|{ASSET}": START},
    )
    try:
        draft.rename(data_dir / SAMPLE_FOLDER)
    except OSError as error:
        raise _failed(data_dir, error) from error
    journal.refresh()
    return len(trader.trips)


def remove_sample(journal: Journal, store: SampleStore | None, keeping: TripKeeping | None) -> None:
    """Remove the sample journal wholly: trades, words, prices, what was reckoned, and nothing else.

    What is left of one that was added or removed by half goes too. Not for the window's thread.

    Args:
        journal: that has it.
        store: that has its prices.
        keeping: that has reckoned its plans left alone.

    Raises:
        JournalReadOnly: another process writes this journal.
        StoreFull, DataDirectoryError: something of it is still there; removing it again goes on.
    """
    if journal.is_read_only:
        raise JournalReadOnly("Another Preflight has this journal open: the sample journal is removed there.")
    data_dir = journal.data_dir
    trips = [one.trip for one in journal.trips(SAMPLE_FOLDER)]
    also = {
        "shadows": {trade.intent.intent_id for trade in journal.missed(SAMPLE_FOLDER)},
        "losses": {f"{trip.symbol}|{trip.opened_ms}" for trip in trips},
    }
    pictures = _pictures_of_it_alone(journal)
    for folder in (data_dir / SAMPLE_FOLDER, data_dir / _DRAFT):
        if folder.exists():
            try:
                shutil.rmtree(folder)
            except OSError as error:
                raise _failed(data_dir, error) from error
    journal.refresh()  # from here on nothing new is found out about its trades
    journal.account_words.forget(SAMPLE_FOLDER, SAMPLE_VENUE, also)
    for picture in pictures:
        with suppress(OSError):
            journal.attachment_path(picture).unlink()
    if store is not None:
        store.drop_past_of(SAMPLE_VENUE)
    if keeping is not None:
        keeping.forget(SAMPLE_FOLDER)


def _pictures_of_it_alone(journal: Journal) -> list[Attachment]:
    """What the trader kept with its trades, and with no other trade."""
    elsewhere, here = set(), []
    for one in journal.trips():
        for attachment in one.note.attachments:
            if one.trip.account == SAMPLE_FOLDER:
                here.append(attachment)
            else:
                elsewhere.add(attachment.sha256)
    return [one for one in here if one.sha256 not in elsewhere]


def _write_ledger(folder: Path, entries: Iterable[Entry]) -> None:
    clock, written_ms = ManualClock(), 0
    with open_ledger(folder, clock=clock) as ledger:
        writing = []
        for time_ms, those in groupby(entries, key=lambda entry: entry.time_ms):
            clock.advance((time_ms - written_ms) / 1000)
            written_ms = time_ms
            writing.append(ledger.append(*(entry.record for entry in those)))
        for one in writing:
            one.result()


def _write_prices(store: SampleStore, markets: Iterable[SampleMarket]) -> None:
    for market in markets:
        symbol = market.coin.symbol
        store.put_candles(SAMPLE_VENUE, symbol, MINUTE_MS, market.candles, CandleSource.VENUE)
        store.put_candles(SAMPLE_VENUE, symbol, HOUR_MS, market.hours, CandleSource.VENUE)
        store.put_funding(market.funding)
    store.wait_until_below(0)  # else what is found out about the trades would find no prices


def _last_monday(now_ms: int) -> int:
    """The midnight at which this week began, UTC: so the same days of the week are traded each time."""
    days = now_ms // DAY_MS
    return (days - (days + 3) % 7) * DAY_MS  # day 0 was a Thursday


def _failed(data_dir: Path, error: OSError) -> DataDirectoryError:
    return DataDirectoryError(f"The sample journal in {data_dir} cannot be changed: {error.strerror}.")
