"""The whole floor under its supervisor: it reconciles, trades, protects, and comes back after a restart."""

import asyncio
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from tests.workstation.trading.desk_room import LONG
from tests.workstation.trading.market_made import CONTRACT, INSTRUMENT, SYMBOL, MadeMarket, made_venue
from tests.workstation.trading.test_gate import Verdict
from workstation.exchange.paper_venue import PaperVenue
from workstation.market.state import Market
from workstation.model.columns import MarketBatch
from workstation.model.derivatives import MarkPrice
from workstation.runtime.bus import Bus, Fault
from workstation.runtime.clock import ManualClock, SystemClock
from workstation.runtime.supervisor import Supervisor
from workstation.store.ledger import open_ledger
from workstation.trading.desk import Submitted
from workstation.trading.floor import MarketClock, TradingFloor
from workstation.trading.risk import HardLimits


class _Both(MadeMarket):
    """Tells the desk's market and the paper venue, in that order, as the program does."""

    def __init__(self, venue: PaperVenue, market: Market) -> None:
        self._market = market
        super().__init__(venue)

    def _tell(self, batch: MarketBatch) -> None:
        state = self._market.apply(batch)
        assert self.venue is not None
        self.venue.take(batch, state.book)

    def mark_at(self, price: float) -> None:
        super().mark_at(price)
        assert self.mark is not None
        self._market.take_news(MarkPrice("paper", SYMBOL, self.now_ms, self.mark))


async def until(holds: object, what: str) -> None:
    for _ in range(400):
        if holds():  # type: ignore[operator]
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"never: {what}")


async def test_a_floor_trades_protects_and_comes_back(tmp_path: Path) -> None:
    faults: list[Fault] = []
    for run in ("first", "second"):
        bus, clock = Bus(), SystemClock()
        bus.subscribe(Fault, faults.append)
        market = Market(bus, clock)
        market.add(INSTRUMENT)
        venue, ledger = made_venue(tmp_path, deposit="20000"), open_ledger(tmp_path)
        made = _Both(venue, market)
        limits = replace(HardLimits(), reward_risk=Decimal(1))
        floor = TradingFloor(
            venue, ledger, market, bus, clock, contracts=(CONTRACT,), limits=lambda chosen=limits: chosen
        )
        assert floor.desk.frozen
        supervisor = Supervisor(bus)
        floor.start(supervisor)
        await until(lambda desk=floor.desk: not desk.frozen, "reconciled")
        made.snapshot([(59_999.0, 5.0)], [(60_000.0, 5.0)])
        made.mark_at(60_000)
        if run == "first":
            result = await floor.desk.submit(replace(LONG, price=Decimal(60_000)), Verdict())
            assert isinstance(result, Submitted), result
        stop = floor.portfolio.stop_price
        await until(lambda stop=stop: stop(SYMBOL) == Decimal(59_000), "protected")
        assert floor.portfolio.position(SYMBOL).size == Decimal("0.1")
        await supervisor.stop_all()
        await floor.finish()
        ledger.close()
        venue.close()
    assert faults == []


def test_a_replay_is_traded_in_its_own_time() -> None:
    machine = ManualClock(1_700_000_000_000)
    market = Market(Bus(), machine)
    state = market.add(INSTRUMENT)
    clock = MarketClock(market, machine)
    assert clock.now_ms() == machine.now_ms()

    state.market_ms = 5_000
    machine.advance(2.0)

    assert (clock.now_ms(), clock.monotonic()) == (5_000, 2.0)
