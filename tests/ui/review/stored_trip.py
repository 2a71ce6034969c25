"""A stored minute of a market and a round trip in it, for the panels that play it again."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

from tests.workstation.journal.stored_market import START_MS, SYMBOL, VENUE, StoredMarket, fill
from ui.panel import PanelServices
from workstation.journal.journal import Journal
from workstation.model.instrument import ContractKind
from workstation.model.journal import AccountKind, ContractTerms, JournalAccount
from workstation.model.orders import Side
from workstation.store.ticks import open_store

SECONDS = 60
ENTRY_MS, EXIT_MS = START_MS + 20_000, START_MS + 40_000


@contextmanager
def stored_trip(folder: Path, services: PanelServices) -> Iterator[Journal]:
    """Sold 1 at 100 after 20 s, bought back at 99 after 40 s; price falls by 0.1 a second from 102 on."""
    with open_store(folder) as store, Journal(folder) as journal:
        market = StoredMarket(store)
        market.book(START_MS, [(1, 101.9, 5.0), (-1, 102.1, 5.0)], whole=True)
        for second in range(SECONDS):
            price = 102.0 - second / 10
            at_ms = START_MS + second * 1_000
            market.book(at_ms + 100, _levels(price))
            market.trade(at_ms + 200, round(price, 1), 0.5, -1)
        market.done()
        fills = [
            fill(1, Side.SELL, "100", "1", ENTRY_MS, "0.02", maker=True),
            fill(2, Side.BUY, "98", "1", EXIT_MS, "0.05"),
        ]
        terms = ContractTerms(VENUE, SYMBOL, "USDT", Decimal(1), ContractKind.LINEAR, Decimal("0.0005"))
        account = JournalAccount("import/test", "Test", AccountKind.IMPORTED)
        journal.add_imported(account, fills, [], [terms], "fills.csv", "0" * 64)
        journal.refresh()
        services.journal = journal
        services.workstation.store = store
        services.selection.choose(journal.trips()[0].trip.trip_id)
        try:
            yield journal
        finally:
            services.workstation.store = None


def _levels(price: float) -> list[tuple[int, float, float]]:
    """The best prices move a step down: the old best bid goes, a new ask and a new bid come."""
    best_bid, best_ask = round(price - 0.1, 1), round(price + 0.1, 1)
    gone = [(1, round(best_bid + 0.1, 1), 0.0)]
    return [*gone, (1, best_bid, 5.0), (-1, best_ask, 5.0)]
