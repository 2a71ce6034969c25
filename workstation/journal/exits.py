"""Lets another exit take the place of what happened: a rule held against how price went, event by event."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from workstation.analytics.venue_rules import floor_to_step
from workstation.journal.exit_path import Floats, Market, Path, Taken
from workstation.journal.tape_map import frame_words
from workstation.market.order_book import ASK, BID
from workstation.model.instrument import ContractKind
from workstation.model.orders import Trail, TrailMode

STILL_OPEN = "still open"

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Entry:
    """A fill that opened: when, what size (positive), at what price (quote per base unit), for what fee."""

    event_ms: int
    size: Decimal
    price: Decimal
    fee: Decimal


@dataclass(frozen=True, slots=True)
class ExitRule:
    """When a position is closed.

    Attributes:
        stop_price: where a stop stands; None without one.
        by_mark: the stop and the trail watch the mark price, where it is stored.
        targets: (price, share of what was opened), nearest first.
        trail: how the stop follows; None leaves it where it is.
        trail_from: profit of one unit of price from which it follows (quote per base unit).
        until_ms: closed at market at this moment, venue's clock; None: never by time.
    """

    stop_price: Decimal | None = None
    by_mark: bool = False
    targets: tuple[tuple[Decimal, Decimal], ...] = ()
    trail: Trail | None = None
    trail_from: float = 0.0
    until_ms: int | None = None


@dataclass(frozen=True, slots=True)
class ExitFill:
    """A part that was closed.

    Attributes:
        event_ms: when; the opening of the candle where only that is known.
        price, size: quote per base unit; positive, in the venue's unit.
        is_maker: rested, and was traded through.
        why: "stop", "trail", "target 1", "time", or "still open".
        source: "book", "next trade", "traded through", or the candle that it was read from.
        slipped: how much worse than the price that triggered it; 0 where nothing triggered it.
    """

    event_ms: int
    price: Decimal
    size: Decimal
    is_maker: bool
    why: str
    source: str
    slipped: Decimal = _ZERO


def run_exit(
    rule: ExitRule, entries: Sequence[Entry], market: Market, sign: int, kind: ContractKind, lot_size: Decimal
) -> tuple[list[Entry], list[ExitFill]]:
    """Return what was opened before everything was closed, and how it was closed.

    Of a stop and a target in the same candle the stop counts. Entries after the last exit are not made.

    Args:
        rule: when to close.
        entries: oldest first.
        market: how price went since the first of them.
        sign: +1 long, −1 short.
        kind: how size turns into money: a trail gives back a share of money, not of price.
        lot_size: to which shares are shortened.
    """
    walk = _Walk(rule, market, sign, kind)
    made: list[Entry] = []
    exits: list[ExitFill] = []
    held = opened = _ZERO
    done: set[int] = set()
    for number, entry in enumerate(entries):
        if number and not held:
            break
        made.append(entry)
        held, opened = held + entry.size, opened + entry.size
        walk.average = float(sum(one.size * one.price for one in made) / opened)
        end_ms = entries[number + 1].event_ms if number + 1 < len(entries) else market.ends_ms + 1
        walk.begin(entry.event_ms)
        while held:
            event = walk.next_event(end_ms, done)
            if event is None:
                break
            why, at_ms, trigger, place = event
            if why.startswith("target"):
                index = int(why.split()[1]) - 1
                done.add(index)
                size = _share(rule, index, opened, held, lot_size)
                if size:
                    frame_ms = int(market.trades.frames[place])
                    source = frame_words(frame_ms) if frame_ms else "traded through"
                    exits.append(ExitFill(at_ms, rule.targets[index][0], size, True, why, source))
                    held -= size
                continue
            exits += _closed(market, why, at_ms, trigger, held, sign)
            held = _ZERO
    if held:
        exits += _left_open(market, held)
    return made, exits


def _share(rule: ExitRule, index: int, opened: Decimal, held: Decimal, lot_size: Decimal) -> Decimal:
    is_last = index == len(rule.targets) - 1 and sum(share for _, share in rule.targets) >= 1
    wanted = held if is_last else floor_to_step(opened * rule.targets[index][1], lot_size)
    return min(wanted, held)


def _closed(
    market: Market, why: str, at_ms: int, trigger: Decimal | None, held: Decimal, sign: int
) -> list[ExitFill]:
    taken: list[Taken] = market.take(at_ms, held, BID if sign > 0 else ASK, trigger)
    if not taken:
        return _left_open(market, held)
    return [
        ExitFill(
            part.event_ms,
            part.price,
            part.size,
            False,
            why,
            part.source,
            _ZERO if trigger is None else (trigger - part.price) * sign,
        )
        for part in taken
    ]


def _left_open(market: Market, held: Decimal) -> list[ExitFill]:
    """Nothing closed it as far as anything is known: valued at the last price."""
    if not len(market.trades):
        return []
    price = Decimal(repr(float(market.trades.closes[-1])))
    frame_ms = int(market.trades.frames[-1])
    source = frame_words(frame_ms) if frame_ms else "last trade"
    return [ExitFill(int(market.trades.times[-1]), price, held, False, STILL_OPEN, source)]


_Event = tuple[str, int, Decimal | None, int]
"""(why, when, the price that triggered it, its place in the trades)."""


class _Walk:
    """Looks for what happens next; places only ever move forward."""

    def __init__(self, rule: ExitRule, market: Market, sign: int, kind: ContractKind) -> None:
        self._rule = rule
        self._trades = market.trades
        self._watched = market.marks if rule.by_mark else market.trades
        self._sign = sign
        self._is_inverse = kind is ContractKind.INVERSE
        self._place = self._watched_place = 0
        self.average = 0.0
        self._best: Floats | None = None
        if rule.trail is not None:
            path = self._watched
            extreme = np.maximum.accumulate(path.highs) if sign > 0 else np.minimum.accumulate(path.lows)
            # Within a candle its own best may have come after its worst: what counts is the best before it.
            self._best = np.concatenate((extreme[:1], extreme[:-1])) if len(extreme) else extreme

    def begin(self, after_ms: int) -> None:
        """Look only at what came after a moment."""
        self._place = max(self._place, int(np.searchsorted(self._trades.times, after_ms, side="right")))
        place = int(np.searchsorted(self._watched.times, after_ms, side="right"))
        self._watched_place = max(self._watched_place, place)

    def next_event(self, end_ms: int, done: set[int]) -> _Event | None:
        """Return what happens first before a moment; None where nothing does."""
        events: list[tuple[int, int, _Event]] = []
        stop = self._stop(end_ms)
        if stop is not None:
            events.append((stop[1], 0, stop))
        until_ms = self._rule.until_ms
        if until_ms is not None and until_ms < end_ms:
            events.append((until_ms, 1, ("time", until_ms, None, -1)))
        for index, (price, _) in enumerate(self._rule.targets):
            if index not in done:
                place = self._through(float(price), end_ms)
                if place is not None:
                    at_ms = int(self._trades.times[place])
                    events.append((at_ms, 2 + index, (f"target {index + 1}", at_ms, None, place)))
        if not events:
            return None
        event = min(events)[2]
        self._move_to(event[1])
        return event

    def _move_to(self, at_ms: int) -> None:
        self._place = max(self._place, int(np.searchsorted(self._trades.times, at_ms)))
        self._watched_place = max(self._watched_place, int(np.searchsorted(self._watched.times, at_ms)))

    def _through(self, price: float, end_ms: int) -> int | None:
        end = int(np.searchsorted(self._trades.times, end_ms))
        part = slice(self._place, end)
        hit = self._trades.highs[part] > price if self._sign > 0 else self._trades.lows[part] < price
        return self._place + int(np.argmax(hit)) if hit.any() else None

    def _stop(self, end_ms: int) -> _Event | None:
        path: Path = self._watched
        end = int(np.searchsorted(path.times, end_ms))
        first = self._watched_place
        worst = path.lows[first:end] if self._sign > 0 else path.highs[first:end]
        if not len(worst):
            return None
        fixed = None if self._rule.stop_price is None else float(self._rule.stop_price)
        stops = np.full(len(worst), -np.inf * self._sign if fixed is None else fixed)
        trails = self._trail(first, end)
        if trails is not None:
            stops = np.maximum(stops, trails) if self._sign > 0 else np.minimum(stops, trails)
        hit = (worst - stops) * self._sign <= 0
        if not hit.any():
            return None
        place = int(np.argmax(hit))
        at = float(stops[place])
        is_fixed = fixed is not None and at == fixed
        trigger = self._rule.stop_price if is_fixed else Decimal(repr(round(at, 10)))
        return ("stop" if is_fixed else "trail", int(path.times[first + place]), trigger, -1)

    def _trail(self, first: int, end: int) -> Floats | None:
        """Where the trailing stop stands at each place; infinitely far before it begins."""
        trail = self._rule.trail
        if trail is None or self._best is None:
            return None
        # From the first price on: where it began must not depend on how far is looked at once.
        best, sign = self._best[:end], self._sign
        profit = (self._worth(best) - self._worth(self.average)) * sign
        began = np.logical_or.accumulate(
            ((best - self.average) * sign >= self._rule.trail_from) & (profit > 0)
        )
        base = 0.0
        if trail.mode is TrailMode.INCREMENT and began.any():
            base = float(profit[int(np.argmax(began))])
        worth = self._worth(self.average) + (base + (profit - base) * (1 - float(trail.share))) * sign
        stops = -1 / worth if self._is_inverse else worth
        trails: Floats = np.where(began & (profit > base), stops, -np.inf * sign)
        return trails[first:]

    def _worth(self, price: Floats | float) -> Floats:
        prices = np.asarray(price, np.float64)
        return -1 / prices if self._is_inverse else prices
