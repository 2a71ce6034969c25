"""Trades the plans of the sample journal on its prices, and tells them as the entries of a ledger."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import count

import numpy as np

from workstation.journal.sample_evidence import SampleChecklists
from workstation.journal.sample_market import (
    ASSET,
    MINUTE_MS,
    SAMPLE_VENUE,
    SampleMarket,
)
from workstation.journal.sample_plans import MAKER_RATE, TAKER_RATE, Mood, Plan, plans
from workstation.model.ledger import Approval, BlockedIntent, LedgerRecord, Override, StopMove
from workstation.model.orders import (
    Fill,
    OrderIntent,
    OrderKind,
    OrderReport,
    OrderState,
    Purpose,
)
from workstation.model.positions import FundingPayment

_ZERO = Decimal(0)
_HELD_MINUTES = 22 * 60
_CENTS = Decimal("0.00000001")


@dataclass(frozen=True, slots=True)
class Entry:
    """A record of the ledger with the moment at which it was written."""

    time_ms: int
    record: LedgerRecord


@dataclass(frozen=True, slots=True)
class SampleTrip:
    """A trade that was traded, for whoever writes its note.

    Attributes:
        trade_id: of its first fill.
        plan: what was meant.
        closed_ms: when it ended.
        r: about what it brought, before fees, as a multiple of its risk.
        ended: "stop", "target", "by hand" or "time".
    """

    trade_id: int
    plan: Plan
    closed_ms: int
    r: float
    ended: str


@dataclass(slots=True)
class _Walk:
    """A position under way."""

    plan: Plan
    size: Decimal
    entry: Decimal
    stop: Decimal
    held: Decimal
    entries: list[Entry] = field(default_factory=list)
    won: Decimal = _ZERO


class SampleTrader:
    """Trades the made-up market for some months; the same seed trades the same trades."""

    def __init__(self, markets: Sequence[SampleMarket], random: np.random.Generator) -> None:
        self.trips: list[SampleTrip] = []
        self.blocked: list[Plan] = []
        self._markets, self._random = markets, random
        self._checklists = SampleChecklists(random)
        self._trade_ids = count(1)

    def entries(self) -> list[Entry]:
        """Return everything that happened, in the order it was written."""
        found: list[Entry] = []
        busy_until_ms: dict[str, int] = {}
        for plan in plans(self._markets, self._random):
            symbol = plan.intent.symbol
            if plan.time_ms < busy_until_ms.get(symbol, 0):
                continue
            found += self._asked(plan)
            if plan.is_blocked:
                self.blocked.append(plan)
                continue
            traded = self._trade(plan)
            found += traded
            busy_until_ms[symbol] = self.trips[-1].closed_ms + 30 * MINUTE_MS
        found.sort(key=lambda entry: entry.time_ms)  # records of one moment stay in their order
        return found

    def _asked(self, plan: Plan) -> Iterator[Entry]:
        """The checklist, and what the gate said."""
        intent, now_ms = plan.intent, plan.time_ms
        verdict = self._checklists.judge(plan)
        for row in verdict.evidence:
            yield Entry(now_ms, row)
        if plan.is_blocked:
            mark = Decimal(str(plan.market.candles["close"][plan.place]))
            yield Entry(now_ms, BlockedIntent(intent, verdict.refusals, mark))
            return
        if verdict.refusals:
            rules = ",".join(one.field for one in verdict.refusals)
            reason = "The move is under way, and the next one may be days off."
            yield Entry(now_ms, Override(intent.intent_id, rules, reason, now_ms - 75_000, now_ms - 15_000))

    def _trade(self, plan: Plan) -> list[Entry]:
        candles, place = plan.market.candles, plan.place
        tick = plan.market.coin.tick
        intent = plan.intent
        sign = intent.side.sign
        bracket = intent.bracket
        assert bracket is not None
        first_id = next(self._trade_ids)
        close = Decimal(str(candles["close"][place]))
        low, high = Decimal(str(candles["low"][place])), Decimal(str(candles["high"][place]))
        price = min(high, max(low, close + sign * tick))
        walk = _Walk(plan, intent.size, price, bracket.stop_price, intent.size)
        title = self._checklists.title(intent.setup)
        approval = Approval(intent.intent_id, intent.intent_id, plan.time_ms, title, "", intent)
        walk.entries.append(Entry(plan.time_ms, approval))
        self._fills(walk, intent, plan.time_ms, price, first_id, is_maker=False)
        stop = self._protects(walk, "stop", bracket.stop_price, intent.size)
        begun_ms = plan.time_ms + 400
        self._opens(walk, stop, begun_ms)
        targets = self._targets(walk)
        for order in targets:
            self._opens(walk, order, begun_ms)
        ended, closed_ms = self._walk(walk, stop, targets)
        risk = abs(price - bracket.stop_price) * intent.size
        walk.entries += self._funding(plan, closed_ms, walk)
        self.trips.append(SampleTrip(first_id, plan, closed_ms, float(walk.won / risk), ended))
        return walk.entries

    def _walk(self, walk: _Walk, stop: OrderIntent, targets: list[OrderIntent]) -> tuple[str, int]:
        """Go minute by minute until nothing is held; return how it ended, and when."""
        plan = walk.plan
        candles, sign = plan.market.candles, plan.intent.side.sign
        risk = float(abs(walk.entry - walk.stop))
        best, moved = 0.0, False
        last = min(len(candles) - 1, plan.place + _HELD_MINUTES)
        entry = float(walk.entry)
        for row in range(plan.place + 1, last + 1):
            candle = candles[row]
            opened_ms = int(candle["open_ms"])
            against, ahead = ("low", "high") if sign > 0 else ("high", "low")
            if (float(candle[against]) - float(walk.stop)) * sign <= 0:
                opened = Decimal(str(candle["open"]))
                price = min(walk.stop, opened) if sign > 0 else max(walk.stop, opened)
                self._exit(walk, stop, opened_ms + 21_000, price, is_maker=False)
                self._ends(walk, targets, opened_ms + 21_600)
                return "stop", opened_ms + 21_000
            for target in list(targets):
                assert target.price is not None
                if (float(candle[ahead]) - float(target.price)) * sign > 0:
                    self._exit(walk, target, opened_ms + 34_000, target.price, is_maker=True)
                    targets.remove(target)
            if not walk.held:
                self._ends(walk, [stop], opened_ms + 34_700)
                return "target", opened_ms + 34_000
            at_r = (float(candle["close"]) - entry) * sign / risk
            best = max(best, (float(candle[ahead]) - entry) * sign / risk)
            closes_ms = opened_ms + 55_000
            if plan.mood is Mood.EARLY and best > 0.7 and at_r < 0.35:
                return self._by_hand(walk, [stop, *targets], closes_ms, candle["close"])
            if plan.mood is Mood.EVEN and not moved and at_r > 1:
                stop, moved = self._move(walk, stop, walk.entry, closes_ms, ""), True
            if plan.mood in (Mood.LOOSE, Mood.TILT) and not moved and at_r < -0.85:
                further = walk.stop - sign * abs(walk.entry - walk.stop) * Decimal("0.6")
                further = further.quantize(plan.market.coin.tick)
                stop = self._move(walk, stop, further, closes_ms, "The level below still holds on the hour.")
                moved = True
        self._by_hand(walk, [stop, *targets], int(candles["open_ms"][last]) + 55_000, candles["close"][last])
        return "time", int(candles["open_ms"][last]) + 55_000

    def _by_hand(
        self, walk: _Walk, working: Sequence[OrderIntent], now_ms: int, close: float
    ) -> tuple[str, int]:
        order = self._reduces(walk, Purpose.EXIT, OrderKind.MARKET, walk.held)
        self._exit(walk, order, now_ms, Decimal(str(close)), is_maker=False)
        self._ends(walk, working, now_ms + 300)
        return "by hand", now_ms

    # Orders.

    def _protects(self, walk: _Walk, leg: str, price: Decimal, size: Decimal) -> OrderIntent:
        order = self._reduces(walk, Purpose.PROTECT, OrderKind.STOP, size)
        return replace(order, leg=leg, trigger_price=price)

    def _targets(self, walk: _Walk) -> list[OrderIntent]:
        bracket = walk.plan.intent.bracket
        assert bracket is not None
        left, lot, found = walk.size, walk.plan.market.coin.lot, []
        for number, target in enumerate(bracket.targets, start=1):
            is_last = number == len(bracket.targets)
            size = left if is_last else walk.size * target.share // lot * lot
            if size:
                order = self._reduces(walk, Purpose.PROTECT, OrderKind.LIMIT, size)
                found.append(replace(order, leg=f"target {number}", price=target.price))
            left -= size
        return found

    def _reduces(self, walk: _Walk, purpose: Purpose, kind: OrderKind, size: Decimal) -> OrderIntent:
        intent = walk.plan.intent
        return OrderIntent(
            SAMPLE_VENUE,
            intent.symbol,
            intent.side.opposite,
            kind,
            size,
            purpose,
            reduce_only=True,
            parent_id=intent.intent_id,
            intent_id=self._random.bytes(16).hex(),
        )

    def _move(self, walk: _Walk, stop: OrderIntent, price: Decimal, now_ms: int, thesis: str) -> OrderIntent:
        price = price.quantize(walk.plan.market.coin.tick)
        moved = self._protects(walk, "stop", price, walk.held)
        intent = walk.plan.intent
        move = StopMove(intent.intent_id, intent.symbol, walk.stop, price, thesis)
        walk.entries.append(Entry(now_ms, move))
        self._opens(walk, moved, now_ms)
        self._ends(walk, [stop], now_ms + 250)
        walk.stop = price
        return moved

    def _opens(self, walk: _Walk, order: OrderIntent, now_ms: int) -> None:
        approval = Approval(order.intent_id, order.intent_id, now_ms, "", "", order)
        walk.entries += [Entry(now_ms, approval), Entry(now_ms, _report(order, OrderState.OPEN, now_ms))]

    def _ends(self, walk: _Walk, working: Sequence[OrderIntent], now_ms: int) -> None:
        walk.entries += [Entry(now_ms, _report(one, OrderState.CANCELLED, now_ms)) for one in working]

    def _exit(self, walk: _Walk, order: OrderIntent, now_ms: int, price: Decimal, *, is_maker: bool) -> None:
        size = min(order.size, walk.held)
        if order.purpose is Purpose.EXIT:
            approval = Approval(order.intent_id, order.intent_id, now_ms, "", "", order)
            walk.entries.append(Entry(now_ms, approval))
        order = replace(order, size=size)
        self._fills(walk, order, now_ms, price, next(self._trade_ids), is_maker=is_maker)
        walk.held -= size
        walk.won += (price - walk.entry) * walk.plan.intent.side.sign * size

    def _fills(
        self, walk: _Walk, order: OrderIntent, now_ms: int, price: Decimal, trade_id: int, *, is_maker: bool
    ) -> None:
        fee = (order.size * price * (MAKER_RATE if is_maker else TAKER_RATE)).quantize(_CENTS)
        fill = Fill(
            SAMPLE_VENUE,
            order.symbol,
            trade_id,
            order.intent_id,
            str(trade_id),
            order.side,
            price,
            order.size,
            fee,
            ASSET,
            is_maker,
            now_ms,
        )
        report = _report(order, OrderState.FILLED, now_ms, order.size)
        walk.entries += [Entry(now_ms, fill), Entry(now_ms, report)]

    def _funding(self, plan: Plan, closed_ms: int, walk: _Walk) -> Iterator[Entry]:
        """What was paid and received while something was held."""
        fills = [entry.record for entry in walk.entries if isinstance(entry.record, Fill)]
        for settled in plan.market.funding:
            at_ms = settled.settled_ms
            if not plan.time_ms < at_ms < closed_ms:
                continue
            size = sum((one.size * one.side.sign for one in fills if one.event_ms <= at_ms), _ZERO)
            mark = Decimal(str(plan.market.candles["open"][plan.market.place(at_ms)]))
            amount = (-size * mark * settled.rate).quantize(_CENTS)
            if amount:
                paid = FundingPayment(
                    SAMPLE_VENUE, plan.intent.symbol, at_ms, amount, ASSET, settled.rate, size, mark
                )
                yield Entry(at_ms, paid)


def _report(order: OrderIntent, state: OrderState, now_ms: int, filled: Decimal = _ZERO) -> OrderReport:
    return OrderReport(
        SAMPLE_VENUE,
        order.symbol,
        order.intent_id,
        order.intent_id,
        state,
        now_ms,
        filled,
        order.side,
        order.kind,
        order.size,
        order.price,
        order.trigger_price,
        order.reduce_only,
    )
