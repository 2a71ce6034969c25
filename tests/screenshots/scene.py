"""What pictures show beside the market: a journal, positions, a planned order, events, an outside series."""

import asyncio
import math
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from tests.workstation.trading.test_gate import Verdict
from ui.app import Desk
from ui.review.trip_filter import TripFilter
from workstation.account_desk import AccountDesk
from workstation.events.imports import read_import
from workstation.journal.accounts import SAMPLE_FOLDER
from workstation.journal.sample import add_sample
from workstation.market.order_book import ASK, BID
from workstation.model.journal import AccountKind
from workstation.model.margin import MarginMode
from workstation.model.orders import Bracket, OrderIntent, OrderKind, Purpose, Side, Target
from workstation.trading.desk import Submitted

D = Decimal
HELD = (("BTCUSDT", Side.BUY, 6_000), ("TAOUSDT", Side.BUY, 1_000), ("SOLUSDT", Side.SELL, 2_000))
"""Symbol, side and value of what is held."""
RESTING = ("ETHUSDT", Side.BUY, 1_500)
PLANNED = "BTCUSDT"
EVENTS = (
    (0.12, "Unlock", "symbols", "no entry", "WLD"),
    (0.6, "Minutes of the Fed", "", "reduce", ""),
    (1.2, "Consumer prices", "", "no entry", ""),
    (1.7, "Upgrade", "symbols", "note", "TAO"),
)
"""Days from now, title, whom it concerns, the rule of its window, and the coin."""
PATIENCE_S = 30.0


def declare_series(folder: Path) -> None:
    """Write a series from outside with its declaration, before the program starts."""
    outside = folder / "outside"
    outside.mkdir(parents=True)
    now_s = int(time.time())
    rows = [f"{now_s - day * 86_400},{54 + 3 * math.sin(day / 9):.2f}" for day in range(90, -1, -1)]
    (outside / "dominance.csv").write_text("time,value\n" + "\n".join(rows) + "\n", encoding="utf-8")
    (outside / "series.toml").write_text(
        '[[source]]\nkey = "btc_dominance"\ntitle = "Bitcoin dominance"\nkind = "csv"\n'
        'file = "dominance.csv"\nvalue = "value"\ntime = "time"\ninterval = "1d"\nunit = "%"\n',
        encoding="utf-8",
    )


def fill_calendar(desk: Desk) -> None:
    """Import some events of the next two days."""
    now = datetime.now(UTC)
    lines = ["title,start,zone,rule,symbols"]
    for days, title, _, rule, coin in EVENTS:
        lines.append(f"{title},{now + timedelta(days=days):%Y-%m-%dT%H:%M},UTC,{rule},{coin}")
    draft = read_import("events.csv", "\n".join(lines).encode(), {})
    desk.calendar.take(draft, int(time.time() * 1000))


async def set_scene(desk: Desk) -> None:
    """Add the sample journal, open positions on the demo account, and fill a ticket in."""
    fill_calendar(desk)
    services = desk.services
    journal, trading = services.journal, services.trading
    assert journal is not None
    assert trading is not None
    await asyncio.to_thread(add_sample, journal, services.workstation.store)
    for symbol, side, value in HELD:
        await _open(desk, trading, symbol, side, value, crossing=True)
    await _open(desk, trading, *RESTING, crossing=False)
    best = _best(desk, PLANNED, Side.BUY)
    services.tickets.edit(
        PLANNED,
        setup="ai_breakout_long",
        entry=f"{best:.1f}",
        stop=f"{best * D('0.988'):.1f}",
        target=f"{best * D('1.03'):.1f}",
        risk="0.5",
    )
    await asyncio.sleep(3.0)
    newest = max(journal.trips(SAMPLE_FOLDER), key=lambda one: one.trip.opened_ms)
    services.selection.set_wanted(TripFilter(kind=AccountKind.SAMPLE))
    services.selection.choose(newest.trip.trip_id)


async def _open(
    desk: Desk, trading: AccountDesk, symbol: str, side: Side, value: int, *, crossing: bool
) -> None:
    instrument = desk.services.workstation.market.states[symbol].instrument
    began, best = time.monotonic(), _best(desk, symbol, side)

    def away(rate: str) -> Decimal:
        return (best * (1 + side.sign * D(rate))).quantize(instrument.tick_size)

    intent = OrderIntent(
        "simulated",
        symbol,
        side,
        OrderKind.LIMIT,
        (value / best).quantize(instrument.lot_size),
        Purpose.OPEN,
        price=away("0.002" if crossing else "-0.004"),
        bracket=Bracket(away("-0.02"), (Target(away("0.05")),)),
        leverage=D(5),
        margin_mode=MarginMode.ISOLATED,
        setup="swing",
    )
    # Right after the start the account is being reconciled, and the gate says so.
    while not isinstance(found := await trading.floor.desk.submit(intent, Verdict()), Submitted):
        assert time.monotonic() - began < PATIENCE_S, found
        await asyncio.sleep(0.5)


def _best(desk: Desk, symbol: str, side: Side) -> Decimal:
    book = desk.services.workstation.market.states[symbol].book
    return D(repr(float(book.top(ASK if side is Side.BUY else BID, 1)[0][0])))
