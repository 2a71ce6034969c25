"""Follows in the shadow what was wanted and never became a position: by its own stop and targets."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import cast

import numpy as np

from workstation.analytics.liquidation import Exposure
from workstation.journal.exit_path import Market, Path, Taken, market_after
from workstation.journal.exit_rules import DAY_MS, LATENCY_MS
from workstation.journal.exits import STILL_OPEN, Entry, ExitFill, ExitRule, run_exit
from workstation.journal.journal import Journal
from workstation.journal.tape_map import frame_words
from workstation.market.order_book import ASK, BID
from workstation.market.past_reader import Job
from workstation.model.journal import ContractTerms
from workstation.model.missed import MissedTrade, Shadow, ShadowEnd
from workstation.model.orders import OrderIntent, OrderKind, TimeInForce, TriggerBy
from workstation.ports import History, MomentHistory

RESTS_MS = DAY_MS
"""So long an order that waits for its price is followed."""
WITHIN_MS = 7 * DAY_MS
"""So long after it was wanted a trade is followed at most."""
AT_ONCE = 20
AGAIN_MS = 60_000
"""A trade that is still open in the shadow is looked at again after so long."""


def shadow_of(trade: MissedTrade, market: Market, terms: ContractTerms) -> Shadow:
    """Return what a missed trade would have come to.

    A limit order is filled once its price was traded through. Of a stop and a target in the same candle the
    stop counts.

    Args:
        trade: with a bracket.
        market: how price went since it was wanted.
        terms: of its symbol.
    """
    intent = trade.intent
    bracket = intent.bracket
    assert bracket is not None
    taken = _entry(intent, trade.asked_ms, market)
    until_ms = market.ends_ms
    if not taken:
        return Shadow(intent.intent_id, ShadowEnd.NOT_FILLED, known_until_ms=until_ms)
    size = sum((part.size for part in taken), Decimal(0))
    price = sum((part.size * part.price for part in taken), Decimal(0)) / size
    sign = intent.side.sign
    entered = Exposure(sign * size, price, terms.contract_size, terms.kind)
    rule = ExitRule(
        bracket.stop_price,
        market.has_marks and bracket.stop_by is TriggerBy.MARK,
        tuple((target.price, target.share) for target in bracket.targets),
        bracket.trail,
    )
    entry = Entry(taken[-1].event_ms, size, price, entered.notional(price) * terms.taker_rate)
    lot = Decimal(1).scaleb(int(intent.size.normalize().as_tuple().exponent))
    _, exits = run_exit(rule, [entry], market, sign, terms.kind, lot)
    if not exits:
        return Shadow(intent.intent_id, ShadowEnd.NOT_FILLED, known_until_ms=until_ms)
    net = -entry.fee
    for part in exits:
        held = Exposure(sign * part.size, price, terms.contract_size, terms.kind)
        net += held.profit(part.price) - held.notional(part.price) * terms.taker_rate
    stop = bracket.stop_price
    risk = entry.fee + entered.notional(stop) * terms.taker_rate - entered.profit(stop)
    out = sum((part.size for part in exits), Decimal(0))
    return Shadow(
        intent.intent_id,
        _end(exits),
        entry.event_ms,
        exits[-1].event_ms,
        price,
        sum((part.size * part.price for part in exits), Decimal(0)) / out,
        net,
        net / risk if risk > 0 else None,
        ", ".join(dict.fromkeys((taken[0].source, *(part.source for part in exits)))),
        until_ms,
    )


def shadows_of(
    trades: Sequence[tuple[MissedTrade, ContractTerms]], history: MomentHistory, now_ms: int
) -> list[Shadow]:
    """Return what missed trades would have come to by what is stored.

    Args:
        trades: with a bracket each, and the terms of their symbols.
        history: the stored past.
        now_ms: nothing later is looked for.

    Raises:
        DataDirectoryError: the past cannot be read.
    """
    found = []
    for trade, terms in trades:
        intent, to_ms = trade.intent, min(now_ms, trade.asked_ms + WITHIN_MS)
        market = market_after(history, intent.venue, intent.symbol, trade.asked_ms, to_ms, LATENCY_MS)
        if len(market.trades):
            found.append(shadow_of(trade, market, terms))
    return found


class StoredShadows:
    """Asks a reader of the stored past what became of missed trades: a `Wanting`, for one market."""

    def __init__(self, journal: Journal) -> None:
        self.error = ""
        self._journal = journal
        self._asked_ms: dict[str, float] = {}

    def jobs(self, now: float) -> list[Job]:
        """What is to be followed, as one job."""
        due = []
        for account in self._journal.accounts():
            for trade in self._journal.missed(account.key):
                terms = self._journal.terms(trade.intent.venue, trade.intent.symbol)
                if terms is not None and self._is_due(trade, now):
                    due.append((trade, terms))
        if not due:
            return []
        batch = due[-AT_ONCE:]
        names = tuple(trade.intent.intent_id for trade, _ in batch)
        return [(names, partial(_follow, names, batch))]

    def put(self, found: object, now: float) -> None:
        """Take in what the job found."""
        assert isinstance(found, dict)
        shadows: Mapping[str, Shadow | None] = found
        self._asked_ms.update(dict.fromkeys(shadows, now))
        new = [one for one in shadows.values() if one and one != self._journal.shadow(one.intent_id)]
        if new and not self._journal.is_read_only:
            self._journal.save_shadows(new)

    def _is_due(self, trade: MissedTrade, now: float) -> bool:
        if trade.intent.bracket is None:
            return False
        known = self._journal.shadow(trade.intent.intent_id)
        if known is not None and (known.is_final or known.known_until_ms >= trade.asked_ms + WITHIN_MS):
            return False
        asked = self._asked_ms.get(trade.intent.intent_id)
        return asked is None or now - asked >= AGAIN_MS / 1000


def _follow(
    names: Iterable[str], batch: Sequence[tuple[MissedTrade, ContractTerms]], history: History
) -> dict[str, Shadow | None]:
    latest_ms = max(trade.asked_ms for trade, _ in batch) + WITHIN_MS
    found: dict[str, Shadow | None] = dict.fromkeys(names)
    found.update({one.intent_id: one for one in shadows_of(batch, cast(MomentHistory, history), latest_ms)})
    return found


def _entry(intent: OrderIntent, asked_ms: int, market: Market) -> list[Taken]:
    """Return what would have filled the order; nothing where its price was never traded through."""
    side, sign = (ASK if intent.side.sign > 0 else BID), intent.side.sign
    sent_ms, trades = asked_ms, market.trades
    if intent.kind.is_conditional:
        assert intent.trigger_price is not None
        prices = market.marks if intent.trigger_by is TriggerBy.MARK else trades
        up = (sign > 0) == (intent.kind is not OrderKind.TAKE_PROFIT)
        place = _first(prices, float(intent.trigger_price), asked_ms, up=up, through=False)
        if place is None:
            return []
        sent_ms = int(prices.times[place])
        if intent.price is None:
            return market.take(sent_ms, intent.size, side, intent.trigger_price)
    if intent.kind is OrderKind.MARKET or intent.price is None:
        return market.take(sent_ms, intent.size, side)
    if not intent.post_only:
        taken = market.take(sent_ms, intent.size, side)
        if taken and all((intent.price - part.price) * sign >= 0 for part in taken):
            return taken
    if intent.time_in_force is not TimeInForce.GTC:
        return []
    place = _first(trades, float(intent.price), sent_ms + market.latency_ms, up=sign < 0, through=True)
    if place is None:
        return []
    frame_ms = int(trades.frames[place])
    source = frame_words(frame_ms) if frame_ms else "traded through"
    return [Taken(int(trades.times[place]), intent.price, intent.size, source)]


def _first(path: Path, price: float, from_ms: int, *, up: bool, through: bool) -> int | None:
    """Where a price was first reached, or traded through, upwards or downwards; None where it never was."""
    begin, end = np.searchsorted(path.times, (from_ms, from_ms + RESTS_MS))
    prices = (path.highs if up else path.lows)[begin:end]
    if through:
        reached = prices > price if up else prices < price
    else:
        reached = prices >= price if up else prices <= price
    place = int(np.argmax(reached)) if len(reached) else 0
    return int(begin) + place if len(reached) and reached[place] else None


def _end(exits: Sequence[ExitFill]) -> ShadowEnd:
    last = exits[-1].why
    if last == STILL_OPEN:
        return ShadowEnd.OPEN
    return ShadowEnd.TARGETS if last.startswith("target") else ShadowEnd.STOP
