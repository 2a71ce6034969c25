"""The paper venue fills as the queue, the tape and the rules of margin have it, and remembers all of it."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from tests.workstation.trading.market_made import SYMBOL, MadeMarket, approved, made_venue
from workstation.errors import DataDirectoryError, OrderRejected, VenueError
from workstation.exchange.paper_venue import PaperVenue
from workstation.market.order_book import ASK, BID
from workstation.model.margin import MarginMode
from workstation.model.orders import (
    Fill,
    OrderIntent,
    OrderKind,
    OrderState,
    Purpose,
    Side,
    TimeInForce,
    TriggerBy,
)

D = Decimal
BOUGHT, SOLD = 1, -1


def order(side: Side, kind: OrderKind, size: str, price: str | None = None, **changes: object) -> OrderIntent:
    purpose = changes.pop("purpose", Purpose.OPEN)
    assert isinstance(purpose, Purpose)
    made = OrderIntent(
        "paper", SYMBOL, side, kind, D(size), purpose, price=None if price is None else D(price)
    )
    return replace(made, **changes)  # type: ignore[arg-type]


BUY_LIMIT = order(Side.BUY, OrderKind.LIMIT, "1", "59999")


@pytest.fixture
def venue(tmp_path: Path) -> PaperVenue:
    return made_venue(tmp_path, deposit="100000")


@pytest.fixture
def market(venue: PaperVenue) -> MadeMarket:
    made = MadeMarket(venue)
    made.snapshot([(59_999.0, 4.0), (59_998.0, 3.0)], [(60_000.0, 0.5), (60_001.0, 2.0)])
    made.mark_at(60_000)
    return made


async def placed(venue: PaperVenue, intent: OrderIntent) -> str:
    one = approved(intent)
    await venue.place(one)
    return one.client_order_id


async def filled(venue: PaperVenue, client_order_id: str) -> Decimal:
    report = await venue.find_order(SYMBOL, client_order_id)
    assert report is not None
    return report.filled_size


async def state(venue: PaperVenue, client_order_id: str) -> OrderState:
    report = await venue.find_order(SYMBOL, client_order_id)
    assert report is not None
    return report.state


async def test_a_resting_order_waits_for_all_that_was_before_it(
    venue: PaperVenue, market: MadeMarket
) -> None:
    mine = await placed(venue, BUY_LIMIT)  # 4 are before it

    market.trade(SOLD, 59_999.0, 3.0)
    assert await filled(venue, mine) == 0
    market.trade(SOLD, 59_999.0, 1.25)
    assert await filled(venue, mine) == D("0.25")
    market.trade(BOUGHT, 60_000.0, 9.0)  # the other side's trades are none of its business
    assert await filled(venue, mine) == D("0.25")
    market.trade(SOLD, 59_999.0, 5.0)
    assert await state(venue, mine) is OrderState.FILLED
    fills = await venue.fills_since(SYMBOL, 0)
    assert [(fill.price, fill.size, fill.is_maker) for fill in fills] == [
        (D(59_999), D("0.25"), True),
        (D(59_999), D("0.75"), True),
    ]
    assert fills[0].fee == D("0.25") * 59_999 * D("0.0002")


async def test_cancels_before_it_shorten_the_queue_by_their_share(
    venue: PaperVenue, market: MadeMarket
) -> None:
    mine = await placed(venue, BUY_LIMIT)
    market.level(BID, 59_999.0, 8.0)  # 4 more behind it
    market.level(BID, 59_999.0, 4.0)  # half of the level cancels: half of those before it

    market.trade(SOLD, 59_999.0, 2.0)
    assert await filled(venue, mine) == 0
    market.level(BID, 59_999.0, 2.0)  # that trade, told again by the book: no second step forward
    market.trade(SOLD, 59_999.0, 0.5)

    assert await filled(venue, mine) == D("0.5")


async def test_a_trade_through_its_price_and_a_better_offer_fill_it(
    venue: PaperVenue, market: MadeMarket
) -> None:
    through = await placed(venue, BUY_LIMIT)
    market.trade(SOLD, 59_998.0, 0.001)
    assert await state(venue, through) is OrderState.FILLED

    offered = await placed(venue, BUY_LIMIT)
    market.level(BID, 59_999.0, 0.0)
    market.level(ASK, 59_999.0, 0.4)
    assert await filled(venue, offered) == D("0.4")
    assert (await venue.fills_since(SYMBOL, 0))[-1].price == D(59_999)


async def test_a_taker_walks_the_book_and_takes_each_level_once(
    venue: PaperVenue, market: MadeMarket
) -> None:
    await placed(venue, order(Side.BUY, OrderKind.MARKET, "1"))
    fills = await venue.fills_since(SYMBOL, 0)
    assert [(fill.price, fill.size, fill.is_maker) for fill in fills] == [
        (D(60_000), D("0.5"), False),
        (D(60_001), D("0.5"), False),
    ]
    assert fills[1].fee == D("0.5") * 60_001 * D("0.0005")

    second = await placed(venue, order(Side.BUY, OrderKind.MARKET, "2"))
    assert await state(venue, second) is OrderState.EXPIRED  # the book held no more
    assert await filled(venue, second) == D("1.5")


async def test_time_in_force_and_post_only_are_kept(venue: PaperVenue, market: MadeMarket) -> None:
    fok = order(Side.BUY, OrderKind.LIMIT, "1", "60000", time_in_force=TimeInForce.FOK)
    assert await state(venue, await placed(venue, fok)) is OrderState.EXPIRED
    ioc = await placed(venue, replace(fok, time_in_force=TimeInForce.IOC))
    assert (await state(venue, ioc), await filled(venue, ioc)) == (OrderState.EXPIRED, D("0.5"))
    post = replace(fok, time_in_force=TimeInForce.GTC, post_only=True, price=D(60_001))
    assert await state(venue, await placed(venue, post)) is OrderState.EXPIRED
    assert len(await venue.fills_since(SYMBOL, 0)) == 1


async def test_latency_keeps_an_order_and_its_cancel_from_the_moment_they_were_sent(tmp_path: Path) -> None:
    venue = made_venue(tmp_path, latency_ms=50)
    market = MadeMarket(venue)
    market.snapshot([(59_999.0, 1.0)], [(60_000.0, 5.0)])
    market.mark_at(60_000)
    mine = await placed(venue, order(Side.BUY, OrderKind.MARKET, "0.1"))
    market.level(ASK, 60_000.0, 0.0)
    market.level(ASK, 60_010.0, 5.0)  # the offer was gone before the request was there
    assert await filled(venue, mine) == 0

    market.wait(60)

    assert (await venue.fills_since(SYMBOL, 0))[0].price == D(60_010)
    resting = await placed(venue, order(Side.BUY, OrderKind.LIMIT, "0.1", "59999"))
    market.wait(60)
    await venue.cancel(SYMBOL, resting)
    market.trade(SOLD, 59_998.0, 1.0)  # within the latency: too late to be cancelled
    assert await state(venue, resting) is OrderState.FILLED


async def test_stops_trigger_by_the_price_they_watch_and_reduce_only(
    venue: PaperVenue, market: MadeMarket
) -> None:
    await placed(venue, order(Side.BUY, OrderKind.MARKET, "0.5"))
    stop = order(
        Side.SELL, OrderKind.STOP, "2", purpose=Purpose.PROTECT, trigger_price=D(59_500), reduce_only=True
    )
    by_mark = await placed(venue, stop)
    by_last = await placed(venue, replace(stop, trigger_by=TriggerBy.LAST, trigger_price=D(59_000)))

    market.trade(SOLD, 59_400.0, 0.001)
    assert await state(venue, by_mark) is OrderState.OPEN  # the last price is not the mark
    market.mark_at(59_500)
    assert await filled(venue, by_mark) == D("0.5")
    assert await state(venue, by_mark) is OrderState.EXPIRED
    market.trade(SOLD, 58_900.0, 0.001)
    assert await filled(venue, by_last) == 0  # nothing left to reduce
    assert await venue.positions() == []


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (replace(BUY_LIMIT, size=D("0.0005")), "multiple"),
        (replace(BUY_LIMIT, price=D("59999.05")), "multiple"),
        (replace(BUY_LIMIT, size=D(100)), "Margin is insufficient"),
        (replace(BUY_LIMIT, symbol="NOPE"), "not traded"),
        (replace(BUY_LIMIT, side=Side.SELL, reduce_only=True), "nothing to reduce"),
        (order(Side.SELL, OrderKind.STOP, "1", trigger_price=D(60_500)), "trigger at once"),
    ],
)
async def test_what_a_venue_would_refuse_is_refused(
    venue: PaperVenue, market: MadeMarket, bad: OrderIntent, words: str
) -> None:
    with pytest.raises(OrderRejected, match=words):
        await venue.place(approved(bad))
    assert await venue.open_orders() == []


async def test_a_client_order_id_is_taken_once(venue: PaperVenue, market: MadeMarket) -> None:
    one = approved(BUY_LIMIT)
    await venue.place(one)

    with pytest.raises(VenueError) as caught:  # and not a rejection: the order is there
        await venue.place(one)
    assert not isinstance(caught.value, OrderRejected)
    assert len(await venue.open_orders()) == 1


async def test_funding_is_settled_once_at_its_time_at_the_mark(venue: PaperVenue, market: MadeMarket) -> None:
    await placed(venue, order(Side.BUY, OrderKind.MARKET, "0.5"))
    due = market.now_ms + 100
    market.funding_at("0.0001", due)
    market.mark_at(60_200)

    market.wait(99)
    assert len(await venue.payments_since(0)) == (1 if market.now_ms >= due else 0)
    market.wait(10)
    market.wait(10)

    (payment,) = await venue.payments_since(0)
    assert (payment.event_ms, payment.amount) == (due, D("-3.01"))  # 0.5 · 60200 · 0.0001, the long pays
    balance = (await venue.balances())[0].wallet
    assert balance == D(100_000) - D("0.5") * 60_000 * D("0.0005") - D("3.01")


@pytest.mark.parametrize("mode", list(MarginMode))
async def test_the_mark_liquidates_what_is_down_to_its_maintenance_margin(
    tmp_path: Path, mode: MarginMode
) -> None:
    venue = made_venue(tmp_path, deposit="3100" if mode is MarginMode.CROSS else "20000")
    market = MadeMarket(venue)
    market.snapshot([(59_999.0, 1.0)], [(60_000.0, 5.0)])
    market.mark_at(60_000)
    await venue.set_up(SYMBOL, D(10), mode)
    await placed(venue, order(Side.BUY, OrderKind.MARKET, "0.5"))
    before = (await venue.balances())[0].wallet
    held = (await venue.positions())[0]
    margin = held.margin if mode is MarginMode.ISOLATED else before
    # By hand: margin + 0.5 · (P − 60000) = 0.5 · P · 0.004 in the first bracket.
    ends = (30_000 - float(margin)) / (0.5 * 0.996)

    market.trade(SOLD, ends - 500, 0.001)  # the last price liquidates nobody
    market.mark_at(round(ends + 1, 1))
    assert len(await venue.positions()) == 1
    market.mark_at(round(ends - 1, 1))

    assert await venue.positions() == []
    fill = (await venue.fills_since(SYMBOL, 0))[-1]
    assert fill.is_liquidation
    after = (await venue.balances())[0].wallet
    assert abs((before - after) - margin) < D("0.06")  # the margin, to the tick of its price


async def test_a_restart_brings_back_account_orders_and_settings(tmp_path: Path) -> None:
    venue = made_venue(tmp_path, deposit="50000")
    market = MadeMarket(venue)
    market.snapshot([(59_999.0, 4.0)], [(60_000.0, 0.5)])
    market.mark_at(60_000)
    await venue.set_up(SYMBOL, D(7), MarginMode.ISOLATED)
    await placed(venue, order(Side.BUY, OrderKind.MARKET, "0.3"))
    resting = await placed(venue, BUY_LIMIT)
    stop = await placed(
        venue,
        order(
            Side.SELL,
            OrderKind.STOP,
            "0.3",
            purpose=Purpose.PROTECT,
            trigger_price=D(59_000),
            reduce_only=True,
        ),
    )
    gone = await placed(venue, replace(BUY_LIMIT, price=D(59_000)))
    await venue.cancel(SYMBOL, gone)
    told = (
        await venue.positions(),
        await venue.balances(),
        await venue.fills_since(SYMBOL, 0),
        {report.client_order_id: report.state for report in await venue.open_orders()},
    )
    venue.close()
    with (tmp_path / "paper.jsonl").open("ab") as file:
        file.write(b'{"kind":"Fill","body":{"ven')  # a kill in the middle of a line

    again = PaperVenue("paper", tmp_path / "paper.jsonl", latency_ms=0)

    assert again.symbols_in_use == {SYMBOL}
    orders = {report.client_order_id: report.state for report in await again.open_orders()}
    balances = [replace(one, event_ms=0) for one in await again.balances()]
    assert (await again.positions(), balances, await again.fills_since(SYMBOL, 0), orders) == (
        told[0],
        [replace(one, event_ms=0) for one in told[1]],
        *told[2:],
    )
    assert set(orders) == {resting, stop}
    assert await again.setting(SYMBOL) == await venue.setting(SYMBOL)
    market.venue = again
    market.mark_at(58_900)
    market.trade(SOLD, 59_998.0, 9.0)
    assert await filled(again, stop) == D("0.3")
    again.close()
    with (tmp_path / "paper.jsonl").open("ab") as file:
        file.write(b"nonsense\n")
    with pytest.raises(DataDirectoryError, match="no sense"):
        PaperVenue("paper", tmp_path / "paper.jsonl")


async def test_the_same_data_lead_to_the_same_account(tmp_path: Path) -> None:
    runs: list[list[Fill]] = []
    for folder in ("first", "second"):
        venue = made_venue(tmp_path / folder, deposit="100000")
        market = MadeMarket(venue)
        market.snapshot([(59_999.0, 4.0)], [(60_000.0, 0.5)])
        market.mark_at(60_000)
        await placed(venue, BUY_LIMIT)
        await placed(venue, order(Side.BUY, OrderKind.MARKET, "0.2"))
        for step in range(40):
            market.trade(SOLD if step % 3 else BOUGHT, 59_999.0, 0.1 + step / 50)
        runs.append([replace(fill, client_order_id="") for fill in await venue.fills_since(SYMBOL, 0)])
        venue.close()

    assert len(runs[0]) > 2
    assert runs[0] == runs[1]
