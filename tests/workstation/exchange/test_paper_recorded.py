"""On a recorded market, paper fills keep the queue: held against the tape and the book by a plain count."""

from dataclasses import replace
from decimal import Decimal
from itertools import islice
from math import inf
from pathlib import Path

import pytest

from tests.workstation.trading.market_made import CONTRACT, approved
from workstation.exchange.paper_venue import PaperVenue
from workstation.exchange.replay_feed import ReplayFeed
from workstation.market.order_book import BID, BookStatus
from workstation.market.state import SymbolState
from workstation.model.columns import MarketBatch
from workstation.model.orders import Fill, OrderIntent, OrderKind, OrderState, Purpose, Side
from workstation.runtime.clock import ManualClock

BATCHES = 12
SIZE = Decimal("0.05")


@pytest.fixture(scope="module")
def read(shared_data: Path) -> tuple[SymbolState, list[MarketBatch]]:
    feed = ReplayFeed(shared_data / "captures" / "binance_usdm_BTCUSDT_2024-08-08.gz", speed=inf)
    batches = [batch for part in islice(feed.batches(), BATCHES) for batch in part]
    instrument = feed.instruments[0]
    feed.close()
    return SymbolState(instrument, ManualClock()), batches


def cut(batch: MarketBatch, pieces: int) -> list[MarketBatch]:
    """The same messages in smaller batches."""
    seqs = sorted(
        {*batch.trades["seq"].tolist(), *batch.updates["seq"].tolist(), *batch.quotes["seq"].tolist()}
    )
    ends = batch.updates["levels"].cumsum()
    starts = ends - batch.updates["levels"]
    parts = []
    for number in range(pieces):
        some = seqs[number * len(seqs) // pieces : (number + 1) * len(seqs) // pieces]
        if not some:
            continue
        inside = [
            (rows["seq"] >= some[0]) & (rows["seq"] <= some[-1]) for rows in (batch.trades, batch.updates)
        ]
        updates = batch.updates[inside[1]]
        levels = batch.levels[:0]
        if len(updates):
            levels = batch.levels[starts[inside[1]][0] : ends[inside[1]][-1]]
        trades = batch.trades[inside[0]]
        parts.append(
            replace(
                batch,
                trades=trades,
                quotes=batch.quotes[:0],
                updates=updates,
                levels=levels,
                last_seq=some[-1],
            )
        )
    return parts


async def traded(
    folder: Path, read: tuple[SymbolState, list[MarketBatch]], pieces: int = 1
) -> tuple[list[Fill], int]:
    """Rest a bid at the best price as soon as there is a book; return its fills and where it was placed."""
    made, batches = read
    state = SymbolState(made.instrument, ManualClock())
    venue = PaperVenue(state.instrument.venue, folder / "paper.jsonl", latency_ms=0)
    contract = replace(CONTRACT, venue=venue.venue, symbol=state.instrument.symbol)
    venue.add_contract(contract)
    placed_seq, order = -1, None
    for batch in batches:
        for piece in cut(batch, pieces) if order is not None else [batch]:
            state.apply(piece)
            venue.take(piece, state.book)
        if order is None and state.book.status is BookStatus.LIVE:
            price = Decimal(repr(state.book.best_bid))
            intent = OrderIntent(
                venue.venue, contract.symbol, Side.BUY, OrderKind.LIMIT, SIZE, Purpose.OPEN, price=price
            )
            order = approved(intent)
            await venue.place(order)
            placed_seq = batch.last_seq
    assert order is not None
    report = await venue.find_order(contract.symbol, order.client_order_id)
    assert report is not None
    assert report.state is OrderState.FILLED
    fills = [replace(fill, client_order_id="") for fill in await venue.fills_since(contract.symbol, 0)]
    venue.close()
    return fills, placed_seq


@pytest.mark.real_data
async def test_a_bid_is_filled_no_sooner_than_the_tape_allows(
    tmp_path: Path, read: tuple[SymbolState, list[MarketBatch]]
) -> None:
    fills, placed_seq = await traded(tmp_path / "one", read)
    price = fills[0].price
    assert {fill.price for fill in fills} == {price}
    assert sum(fill.size for fill in fills) == SIZE
    assert all(fill.is_maker for fill in fills)

    # By a plain count: until the first fill the tape shows a seller at the price or below after the placing.
    state = SymbolState(read[0].instrument, ManualClock())
    ahead = 0.0
    sold_at = sold_through = 0.0
    done = False
    for batch in read[1]:
        state.apply(batch)
        if batch.last_seq <= placed_seq:
            ahead = state.book.size_at(BID, float(price))
            continue
        for trade in batch.trades:
            if done or trade["side"] > 0:
                continue
            if trade["event_ms"] > fills[-1].event_ms:
                done = True
            elif trade["price"] == float(price):
                sold_at += float(trade["size"])
            elif trade["price"] < float(price):
                sold_through += float(trade["size"])
    assert ahead > 0
    assert sold_at + sold_through > 0
    # Without a trade through it, at least our own size had to be sold at the price.
    assert sold_through > 0 or sold_at >= float(SIZE)

    again, _ = await traded(tmp_path / "two", read, pieces=40)
    assert again == fills
