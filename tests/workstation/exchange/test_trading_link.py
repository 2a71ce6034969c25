"""Orders over the wire: one request each, lost answers found by name, the account's stream whole again."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from tests.workstation.exchange.live_desk import Venue
from tests.workstation.trading.market_made import approved
from workstation.errors import OrderRejected, VenueError
from workstation.exchange.trading_link import ProcessVenue
from workstation.model.margin import MarginMode
from workstation.model.orders import Fill, OrderIntent, OrderKind, OrderReport, OrderState, Purpose, Side
from workstation.model.positions import Balance
from workstation.ports import AccountEvent
from workstation.simulator.child import SimulatorChild
from workstation.simulator.rest_query import API_KEY, API_SECRET

pytestmark = pytest.mark.asyncio(loop_scope="module")

D = Decimal
SYMBOL = "BTCUSDT"


class Account:
    """A venue through its process, and what its stream has said."""

    def __init__(self, venue: ProcessVenue, admin: Venue) -> None:
        self.venue = venue
        self.admin = admin
        self.events: list[AccountEvent] = []
        self.running = asyncio.create_task(venue.run(self.events.append))

    async def until(self, what: Callable[[], Any], within_s: float = 15.0) -> None:
        began = time.monotonic()
        while not what():
            assert time.monotonic() - began < within_s, self.events[-5:]
            await asyncio.sleep(0.01)

    def reports(self, client_order_id: str) -> list[OrderState]:
        return [
            event.state
            for event in self.events
            if isinstance(event, OrderReport) and event.client_order_id == client_order_id
        ]

    def fills(self, client_order_id: str) -> list[Fill]:
        return [
            event
            for event in self.events
            if isinstance(event, Fill) and event.client_order_id == client_order_id
        ]

    async def price(self) -> Decimal:
        return D((await self.admin.get("/fapi/v1/ticker/price?symbol=BTCUSDT"))["price"])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def account() -> AsyncIterator[Account]:
    child = SimulatorChild(days=0.01)
    child.launch()
    url = await child.listening()
    venue = ProcessVenue("simulated", venue="simulated", api_key=API_KEY, secret=API_SECRET, base_url=url)
    async with aiohttp.ClientSession() as session:
        account = Account(venue, Venue(url, session))
        await account.until(lambda: any(isinstance(event, Balance) for event in account.events))
        yield account
        account.running.cancel()
        await asyncio.gather(account.running, return_exceptions=True)
    await child.stop()


def intent(side: Side, size: str, price: Decimal | None = None, **changes: Any) -> OrderIntent:
    kind = OrderKind.MARKET if price is None else OrderKind.LIMIT
    made = OrderIntent("simulated", SYMBOL, side, kind, D(size), Purpose.OPEN, price=price)
    return replace(made, **changes)


async def test_an_order_is_placed_told_of_filled_and_booked_the_same_by_stream_and_question(
    account: Account,
) -> None:
    venue = account.venue
    order = approved(intent(Side.BUY, "0.010"))
    report = await venue.place(order)
    assert (report.state, report.filled_size) == (OrderState.FILLED, D("0.010"))
    await account.until(lambda: OrderState.FILLED in account.reports(order.client_order_id))
    streamed = account.fills(order.client_order_id)
    asked = [
        fill for fill in await venue.fills_since(SYMBOL, 0) if fill.client_order_id == order.client_order_id
    ]
    assert asked == streamed
    assert sum(fill.size for fill in asked) == D("0.010")
    (position,) = await venue.positions()
    assert (position.symbol, position.size) == (SYMBOL, D("0.010"))
    (balance,) = await venue.balances()
    fees = sum((fill.fee for fill in asked), D(0))
    assert balance.wallet == 10_000 - fees
    closing = approved(intent(Side.SELL, "0.010", reduce_only=True))
    assert (await venue.place(closing)).state is OrderState.FILLED
    assert await venue.positions() == ()


async def test_orders_of_both_books_are_found_and_cancelled_by_name(account: Account) -> None:
    venue, price = account.venue, await account.price()
    limit = approved(intent(Side.BUY, "0.010", round(price * D("0.97"), 1)))
    stop = approved(
        intent(
            Side.SELL,
            "0.010",
            kind=OrderKind.STOP,
            trigger_price=round(price * D("0.96"), 1),
            reduce_only=True,
        )
    )
    for order in (limit, stop):
        assert (await venue.place(order)).state is OrderState.OPEN
        found = await venue.find_order(SYMBOL, order.client_order_id)
        assert found is not None
        assert found.kind is order.intent.kind
    assert {report.client_order_id for report in await venue.open_orders()} == {
        limit.client_order_id,
        stop.client_order_id,
    }
    for order in (limit, stop):
        await venue.cancel(SYMBOL, order.client_order_id)
        await venue.cancel(SYMBOL, order.client_order_id)  # once more is no error
        found = await venue.find_order(SYMBOL, order.client_order_id)
        assert found is not None
        assert found.state is OrderState.CANCELLED
    assert await venue.open_orders() == ()
    assert await venue.find_order(SYMBOL, "0" * 32) is None


async def test_only_codes_that_mean_it_are_rejections(account: Account) -> None:
    venue, price = account.venue, await account.price()
    for bad, code in (
        (intent(Side.BUY, "900"), "-2019"),
        (intent(Side.SELL, "0.010", reduce_only=True), "-2022"),
        (intent(Side.BUY, "0.010", round(price * 2, 1)), "-4016"),
        (intent(Side.BUY, "0.010", round(price * D("1.01"), 1), post_only=True), "-5022"),
    ):
        with pytest.raises(OrderRejected) as rejected:
            await venue.place(approved(bad))
        assert rejected.value.code == code


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "refuse", "status": 504},
        {"kind": "refuse", "status": 502},
        {"kind": "refuse", "status": 500},
        {"kind": "reset"},
        {"kind": "body", "body": "cut"},
        {"kind": "body", "body": "empty"},
        {"kind": "body", "body": "html"},
        {"kind": "body", "body": "gzip"},
    ],
    ids=lambda fault: f"{fault['kind']} {fault.get('body', fault.get('status', ''))}".strip(),
)
@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_lost_answer_is_no_rejection_and_the_order_is_found_by_its_name(
    account: Account, fault: dict[str, Any], when: str
) -> None:
    venue, price = account.venue, await account.price()
    order = approved(intent(Side.BUY, "0.010", round(price * D("0.97"), 1)))
    hit = {**fault, "when": when, "count": 1, "duration_s": 5.0, "paths": "POST /fapi/v1/order"}
    await account.admin.fault(hit)
    with pytest.raises(Exception) as lost:  # noqa: PT011 - whatever it is, but no rejection
        await venue.place(order)
    assert not isinstance(lost.value, OrderRejected)
    found = await venue.find_order(SYMBOL, order.client_order_id)
    if fault["kind"] == "body" or when == "after":
        assert found is not None
        assert found.state is OrderState.OPEN
        await venue.cancel(SYMBOL, order.client_order_id)
    else:
        assert found is None


async def test_settings_are_set_and_read_back(account: Account) -> None:
    venue = account.venue
    assert await venue.open_orders() == ()  # of all that was lost above nothing is left
    for mode in (MarginMode.ISOLATED, MarginMode.ISOLATED, MarginMode.CROSS):
        await venue.set_up("ETHUSDT", D(7), mode)
        setting = await venue.setting("ETHUSDT")
        assert (setting.leverage, setting.margin_mode) == (7, mode)


async def test_a_stream_that_is_cut_tells_every_open_order_again(account: Account) -> None:
    venue, price = account.venue, await account.price()
    order = approved(intent(Side.BUY, "0.010", round(price * D("0.97"), 1)))
    await venue.place(order)
    await account.until(lambda: account.reports(order.client_order_id))
    account.events.clear()
    await account.admin.fault({"kind": "drop"})
    await account.until(lambda: OrderState.OPEN in account.reports(order.client_order_id))
    await venue.cancel(SYMBOL, order.client_order_id)
    await account.until(lambda: OrderState.CANCELLED in account.reports(order.client_order_id))


async def test_what_was_filled_while_the_stream_was_cut_is_told_once_it_is_back(account: Account) -> None:
    venue = account.venue
    # The key of the stream is refused for a while, so that the fill happens with nobody listening.
    await account.admin.fault(
        {"kind": "refuse", "status": 503, "duration_s": 1.0, "paths": "POST /fapi/v1/listenKey"}
    )
    await account.admin.fault({"kind": "drop"})
    await asyncio.sleep(0.2)
    order = approved(intent(Side.BUY, "0.010"))
    assert (await venue.place(order)).state is OrderState.FILLED
    assert not account.fills(order.client_order_id)
    await account.until(lambda: sum(fill.size for fill in account.fills(order.client_order_id)) == D("0.010"))
    await venue.place(approved(intent(Side.SELL, "0.010", reduce_only=True)))


async def test_a_process_that_is_killed_comes_back_and_what_was_asked_of_it_is_an_error(
    account: Account,
) -> None:
    venue = account.venue
    await account.admin.fault({"kind": "slow", "delay_s": 1.0, "count": 1, "paths": "GET /fapi/v3/balance"})
    asked = asyncio.create_task(venue.balances())
    await asyncio.sleep(0.2)
    assert venue.process_id is not None
    os.kill(venue.process_id, signal.SIGKILL)
    with pytest.raises(VenueError):
        await asked
    with pytest.raises(OrderRejected, match="Not sent"):
        await venue.place(approved(intent(Side.BUY, "0.010")))
    assert (await venue.balances())[0].asset == "USDT"
    assert venue.restarts > 0
