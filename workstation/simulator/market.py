"""One simulated market: its book, its traders, its derivative's prices, and what it has told so far."""

from collections import deque
from collections.abc import Sequence
from math import ceil, exp, sqrt, tanh

import numpy as np

from workstation.simulator.dated import carry_of
from workstation.simulator.events import (
    AggTradeEvent,
    BookTickerEvent,
    DepthEvent,
    FundingEvent,
    Levels,
    LiquidationEvent,
    MarketEvent,
    TradeEvent,
)
from workstation.simulator.flow import MAKER, Draws, Makers, Takers, activity_of, stress_of
from workstation.simulator.funding import FundingBook, MarkState
from workstation.simulator.history import BASIS_TAU_MINUTES, Opening, draw_past
from workstation.simulator.holders import Holders, Ratios
from workstation.simulator.klines import MINUTE_MS, Klines, Rows
from workstation.simulator.liquidations import Positions
from workstation.simulator.matching import BUY, Fill, MatchingEngine, Order, Outcome, TimeInForce
from workstation.simulator.older import Joint, older_past
from workstation.simulator.outside import (
    ACCOUNT_OWNER,
    FIRST_CLIENT_OWNER,
    AccountFill,
    DepthView,
    NewOrder,
)
from workstation.simulator.prices import STEP_MS, PriceProcess
from workstation.simulator.samples import Samples
from workstation.simulator.tape import Tape
from workstation.simulator.ticker import Ticker24h, ticker_24h
from workstation.simulator.universe import SymbolSpec, VenueProfile

TAKER, FORCED = 2, 3
DEPTH_MS = 100
MARK_MS = 1_000
ENTRIES_MS = 60_000

_NEVER = 1 << 62
_SWEEP_BPS = 30.0  # a taker's worst price from the best
_IMPACT_BPS = 2.0  # what a taker order as large as the depth within 10 bp moves the fair price
_IMPACT_FADE_MS = 6_000.0
_LEAST_LIVELY = 0.5  # of the usual arrivals, in the quietest moment of a minute
_BASIS_TAU_S = 60.0 * BASIS_TAU_MINUTES


class SimulatedMarket:
    """One symbol. Everything it does is decided by the seed, and does not depend on how time is cut up."""

    def __init__(
        self,
        spec: SymbolSpec,
        profile: VenueProfile,
        process: PriceProcess,
        column: int,
        *,
        seed: int,
        start_ms: int,
    ) -> None:
        self.spec = spec
        self._profile = profile
        self._process = process
        self._column = column
        self._seed = (seed, 5, *profile.name.encode(), 0, *spec.symbol.encode())
        self._draws = Draws(np.random.default_rng(self._seed))
        self._tick = float(spec.tick_size)
        self._lot = float(spec.lot_size)
        self._now_ms = start_ms
        draws = self._draws
        self._basis_sd = spec.basis_bps * profile.basis_scale * 1e-4
        self._basis_mean = 0.0 if spec.delivery_ms else profile.basis_mean_bps * 1e-4
        self._basis = self._basis_mean + self._basis_sd * draws.normal()
        self._carry = carry_of(spec, start_ms)
        self._impact = 0.0
        self._impact_ms = start_ms
        self._minute = start_ms // MINUTE_MS
        self._read_minute()
        self.engine = MatchingEngine(first_update_id=10_000_000_000 + start_ms // 7, first_order_id=1)
        self._makers = Makers(spec, profile, self.engine, draws)
        self._takers = Takers(spec, profile, draws)
        self._makers.open(self._fair_ticks(start_ms))
        self._last_ticks = self.engine.bids.keys[-1]
        price = self._last_ticks * self._tick
        self.bars = Klines(start_ms, price, tick=self._tick, lot=self._lot)
        self.funding = FundingBook(spec, start_ms, self.index(start_ms))
        self.positions = Positions(spec, draws, price)
        self.holders = Holders(spec, price, (*self._seed, 2))
        self.interest = Samples()
        self.ratios = Samples()
        self.tape = Tape(spec.symbol, first_id=start_ms // 1000)
        self._top: tuple[int, int, int, int] = (0, 0, 0, 0)
        self._last_depth_id = self.engine.update_id
        self._take_changes()
        self._opening = Opening(
            time_ms=start_ms,
            price_ticks=self._last_ticks,
            basis=self._basis,
            basis_sd=self._basis_sd,
            basis_mean=self._basis_mean,
            lots=self.positions.lots,
            first_id=self.tape.last_id + 1,
        )
        self._joint: Joint | None = None
        self._forced: deque[tuple[int, int, int]] = deque()
        self._out: list[MarketEvent] = []
        self._account_fills: list[AccountFill] = []
        self._maker_ms = 100.0 if spec.takers_per_s >= 3 else 200.0 if spec.takers_per_s >= 0.8 else 300.0
        self._taker_at = float(start_ms)
        self._taker_comes = False
        self._next_maker = start_ms + 1
        self._next_taker = self._schedule_taker(start_ms)
        self._next_depth = (start_ms // DEPTH_MS + 1) * DEPTH_MS
        self._next_mark = (start_ms // MARK_MS + 1) * MARK_MS
        self._next_forced = _NEVER

    # --- time -----------------------------------------------------------------------------------------

    def advance(self, to_ms: int) -> list[MarketEvent]:
        """Let everything up to and including `to_ms` happen and return it, oldest first."""
        while True:
            now = min(
                self._next_maker, self._next_taker, self._next_forced, self._next_depth, self._next_mark
            )
            if now > to_ms:
                break
            self._now_ms = now
            if now >= (self._minute + 1) * MINUTE_MS:
                self._minute += 1
                self._roll()
            if now == self._next_maker:
                self._let_makers_act(now)
            elif now == self._next_taker:
                self._let_taker_act(now)
            elif now == self._next_forced:
                self._force_one(now)
            elif now == self._next_depth:
                self._next_depth = now + DEPTH_MS
                self._tell_depth(now)
            else:
                self._next_mark = now + MARK_MS
                self._mark(now)
        self._now_ms = to_ms
        out, self._out = self._out, []
        return out

    def index(self, now_ms: int) -> float:
        """Return the index, quote per base unit; only for moments of the current minute."""
        return self._index[(now_ms - self._minute * MINUTE_MS) // STEP_MS]

    def _read_minute(self) -> None:
        minute = self._process.minute(self._minute)
        self._index: list[float] = np.exp(minute.path[:, self._column]).tolist()
        self._liveliness = minute.liveliness
        vol = self._process.vol(self._minute)[self._column]
        self._stress = float(stress_of(vol))
        self._activity = float(activity_of(vol))

    def _roll(self) -> None:
        self._read_minute()
        self.bars.roll()
        self.funding.roll()
        now_ms, base = self._minute * MINUTE_MS, self.positions.lots * self._lot
        self._carry = carry_of(self.spec, now_ms)
        self.interest.note(now_ms, base, base * self.funding.mark)
        self._count_holders()
        found = self.holders.ratios
        self.ratios.note(now_ms, found.accounts, found.top_accounts, found.top_positions)

    def _count_holders(self) -> None:
        """Let the minute's turnover and liquidations change who holds."""
        positions = self.positions
        for side, share in positions.liquidated.items():
            if share:
                self.holders.liquidated(side, min(1.0, share))
                positions.liquidated[side] = 0.0
        self.holders.minute(self._last_ticks * self._tick, positions.turned_lots / max(1.0, positions.lots))
        positions.turned_lots = 0.0

    # --- traders --------------------------------------------------------------------------------------

    def _fair_ticks(self, now_ms: int) -> float:
        if self._impact:
            self._impact *= exp((self._impact_ms - now_ms) / _IMPACT_FADE_MS)
        self._impact_ms = now_ms
        return self.index(now_ms) * (1.0 + self._carry + self._basis + self._impact) / self._tick

    def _let_makers_act(self, now: int) -> None:
        self._next_maker = now + int(self._maker_ms * (0.5 + self._draws.uniform()))
        engine = self.engine
        before = engine.update_id
        skipped = before + 1 + int(self._draws.uniform() * 40)  # other symbols' updates in between
        engine.update_id = skipped
        self._makers.step(self._fair_ticks(now), self._stress)
        if engine.update_id == skipped:
            engine.update_id = before  # nothing changed: the id of the book is still that of its last change
        self._tell_quote(now)

    def _schedule_taker(self, now: int) -> int:
        # Within a second the market may have become livelier or calmer: then it is drawn anew.
        step = (now - self._minute * MINUTE_MS) // STEP_MS
        lively = self._liveliness[min(step, len(self._liveliness) - 1)]
        activity = self._activity * max(_LEAST_LIVELY, lively)
        seconds, self._taker_comes = self._takers.next_after(activity, 1.0)
        self._taker_at += 1000.0 * seconds
        return ceil(self._taker_at)

    def _let_taker_act(self, now: int) -> None:
        engine = self.engine
        if self._taker_comes and engine.bids.keys and engine.asks.keys:
            bid, ask = engine.bids.keys[-1], -engine.asks.keys[-1]
            fair = self._fair_ticks(now)
            width = 0.5 * (ask - bid) + fair * 0.3e-4 * self._stress
            side = self._takers.side(0.3 * tanh((fair - 0.5 * (bid + ask)) / width))
            lots = self._takers.lots(self._stress)
            best = ask if side == BUY else bid
            limit = best + side * max(1, int(best * _SWEEP_BPS * 1e-4))
            outcome = engine.submit(side, lots, limit, TimeInForce.IOC, TAKER)
            self._tell_fills(side, outcome.fills, now)
            self.positions.traded(outcome.filled_lots)
            self._push(side, outcome.filled_lots)
            self._tell_quote(now)
            book = engine.asks if side == BUY else engine.bids
            if not book.keys or book.keys[-1] * book.sign != best:
                # The best price is gone: makers hurry.
                self._next_maker = min(self._next_maker, now + 3 + int(20 * self._draws.uniform()))
        self._next_taker = self._schedule_taker(now)

    def _push(self, side: int, lots: int) -> None:
        depth = self.spec.depth_usd * self._profile.depth_scale
        share = lots * self._lot * self._last_ticks * self._tick / depth
        push = side * _IMPACT_BPS * 1e-4 * sqrt(share)
        self._impact = min(0.01, max(-0.01, self._impact + push))

    def _force_one(self, now: int) -> None:
        side, lots, bankrupt_ticks = self._forced.popleft()
        self._next_forced = now + 150 + int(250 * self._draws.uniform()) if self._forced else _NEVER
        self._force(side, lots, bankrupt_ticks, max(1, bankrupt_ticks), now)

    def _force(self, side: int, lots: int, bankrupt_ticks: int, limit_ticks: int | None, now: int) -> Outcome:
        outcome = self.engine.submit(side, lots, limit_ticks, TimeInForce.IOC, FORCED)
        fills, filled = outcome.fills, outcome.filled_lots
        worth = sum(fill.price_ticks * fill.lots for fill in fills)
        self._tell_fills(side, fills, now)
        self._push(side, filled)
        average = worth / filled if filled else 0.0
        last = fills[-1].lots if fills else 0
        self._out.append(
            LiquidationEvent(self.spec.symbol, now, side, bankrupt_ticks, average, lots, filled, last)
        )
        self._tell_quote(now)
        return outcome

    # --- prices of the derivative ---------------------------------------------------------------------

    def _mark(self, now: int) -> None:
        index = self.index(now)
        keep = exp(-1.0 / _BASIS_TAU_S)
        noise = self._basis_sd * sqrt(1.0 - keep * keep) * self._draws.normal()
        self._basis = self._basis_mean + (self._basis - self._basis_mean) * keep + noise
        event, settled = self.funding.second(now, index, self.engine, self._last_ticks * self._tick)
        self._out.append(event)
        if settled is not None:
            self._out.append(settled)
        if now % ENTRIES_MS == 0:
            self.positions.settle_entries(self._last_ticks * self._tick)
        for side, lots, bankrupt in self.positions.due(event.mark):
            self._forced.append((side, lots, max(1, round(bankrupt / self._tick))))
        if self._forced and self._next_forced == _NEVER:
            self._next_forced = now + 1 + int(100 * self._draws.uniform())

    # --- what it tells --------------------------------------------------------------------------------

    def _tell_fills(self, side: int, fills: Sequence[Fill], now: int) -> None:
        if not fills:
            return
        bought = side == BUY
        for trade_id, fill in enumerate(fills, self.tape.last_id + 1):
            self.bars.trade(fill.price_ticks, fill.lots, bought)
            maker = fill.maker
            if not maker.lots and maker.owner == MAKER:
                self._makers.forget(maker)
            if maker.owner == ACCOUNT_OWNER:
                self._account_fills.append(
                    AccountFill(maker.order_id, fill.price_ticks, fill.lots, trade_id, now)
                )
        self.tape.print(now, bought, fills, self._out)
        self._last_ticks = fills[-1].price_ticks

    def _tell_quote(self, now: int) -> None:
        bids, asks = self.engine.bids, self.engine.asks
        if not bids.keys or not asks.keys:
            return
        bid, ask = bids.keys[-1], asks.keys[-1]
        top = (bid, bids.levels[bid].lots, -ask, asks.levels[ask].lots)
        if top != self._top:
            self._top = top
            self._out.append(BookTickerEvent(self.spec.symbol, now, self.engine.update_id, *top))

    def _tell_depth(self, now: int) -> None:
        engine = self.engine
        if not engine.first_changed_id:
            return
        first, last, before = engine.first_changed_id, engine.update_id, self._last_depth_id
        bids, asks = self._take_changes()
        self._out.append(DepthEvent(self.spec.symbol, now, first, last, before, bids, asks))

    def _take_changes(self) -> tuple[Levels, Levels]:
        engine = self.engine
        engine.first_changed_id = 0
        self._last_depth_id = engine.update_id
        return engine.bids.take_changes(), engine.asks.take_changes()

    # --- orders from outside --------------------------------------------------------------------------

    def submit(self, order: NewOrder) -> Outcome:
        """Match an order now. What it causes is told by the next `advance`, stamped with the present moment.

        Raises:
            ValueError: the size or the price is not positive.
        """
        now = self._now_ms
        outcome = self.engine.submit(
            order.side, order.lots, order.price_ticks, order.time_in_force, order.owner
        )
        self._tell_fills(order.side, outcome.fills, now)
        if outcome.filled_lots:
            self.positions.traded(outcome.filled_lots)
            self._push(order.side, outcome.filled_lots)
        self._tell_quote(now)
        return outcome

    def cancel(self, order_id: int) -> Order | None:
        """Take an order of the outside out of the book; None if it is not there, or not of the outside."""
        order = self.engine.orders.get(order_id)
        if order is None or order.owner < FIRST_CLIENT_OWNER:
            return None
        self.engine.cancel(order_id)
        self._tell_quote(self._now_ms)
        return order

    def reduce(self, order_id: int, lots: int) -> None:
        """Make a resting order of the outside smaller; it keeps its place in the queue."""
        self.engine.reduce(order_id, lots)
        self._tell_quote(self._now_ms)

    def liquidate(self, side: int, lots: int, bankrupt_ticks: int) -> Outcome:
        """Close a position of the account by force, at whatever price there is."""
        return self._force(side, lots, bankrupt_ticks, None, self._now_ms)

    def take_account_fills(self) -> list[AccountFill]:
        """Return the fills of the account's resting orders since the call before, oldest first."""
        fills, self._account_fills = self._account_fills, []
        return fills

    @property
    def last_ticks(self) -> int:
        """Price of the newest trade, in ticks."""
        return self._last_ticks

    # --- the past --------------------------------------------------------------------------------------

    def fill_history(self, log_index: Rows, vol: Rows) -> None:
        """Draw a past from the index that led to the opening and put it before what has happened since."""
        past = draw_past(self.spec, self._profile, self._opening, log_index, vol, (*self._seed, 1))
        self.bars.extend_back(past.bars)
        self._joint = past.joint
        self.funding.adopt(past)
        self.interest.extend_back(past.interest)
        self.tape.extend_back(past.trades, past.aggregates)

    def fill_older(self, log_index: Rows, vol: Rows) -> None:
        """Draw the hours before the minutes, and who has held since; once, behind `fill_history`."""
        if self._joint is None:
            raise ValueError("the minutes are drawn first")
        older = older_past(self.spec, self._profile, self._joint, log_index, vol, (*self._seed, 3))
        self.bars.put_hours_before(older.hours)
        self.funding.put_before(older.settled)
        for held in reversed(older.holders):
            self.ratios.extend_back(held.rows())
        if older.holders:
            self.holders.go_on_from(older.holders[-1])

    # --- what can be asked ----------------------------------------------------------------------------

    def depth(self, limit: int) -> DepthView:
        """Return the book's best `limit` levels of each side."""
        engine = self.engine
        return DepthView(engine.update_id, self._now_ms, engine.bids.best(limit), engine.asks.best(limit))

    def trades(self, limit: int, from_id: int | None = None) -> list[TradeEvent]:
        """Return trades by id; see `Tape.trades`."""
        return self.tape.trades(limit, from_id)

    def agg_trades(
        self,
        limit: int,
        from_id: int | None = None,
        start_ms: int | None = None,
        end_ms: int | None = None,
    ) -> list[AggTradeEvent]:
        """Return aggregate trades; see `Tape.agg_trades`."""
        return self.tape.agg_trades(limit, from_id, start_ms, end_ms)

    def klines(
        self, interval_ms: int, start_ms: int | None = None, end_ms: int | None = None, limit: int = 500
    ) -> Rows:
        """Return candles of trades; see `Klines.candles`."""
        return self.bars.candles(interval_ms, start_ms, end_ms, limit)

    @property
    def mark(self) -> MarkState:
        """The mark of the last second."""
        return self.funding.state

    def funding_history(
        self, start_ms: int | None = None, end_ms: int | None = None, limit: int = 100
    ) -> list[FundingEvent]:
        """Return settlements; see `FundingBook.history`."""
        return self.funding.history(start_ms, end_ms, limit)

    @property
    def long_short(self) -> Ratios:
        """Who is long and who is short now."""
        return self.holders.ratios

    def open_interest(self) -> float:
        """Return base units."""
        return round(self.positions.lots) * self._lot

    def ticker_24h(self) -> Ticker24h:
        """Return the statistics of the last 24 hours, or of what there is."""
        return ticker_24h(self.bars, self.tape, self._last_ticks * self._tick, self._now_ms)
