"""What the sample journal's trader meant to do: when, in what, which way, how large, and in which mood."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

import numpy as np

from workstation.analytics.venue_rules import round_limit
from workstation.journal.sample_market import DAY_MS, HOUR_MS, MINUTE_MS, SAMPLE_VENUE, SampleMarket
from workstation.model.journal import Direction
from workstation.model.orders import Bracket, OrderIntent, OrderKind, Purpose, Side, Target, TriggerBy

START = Decimal(10_000)
"""Balance before the first trade."""
RISK_RATE = Decimal("0.008")
TAKER_RATE, MAKER_RATE = Decimal("0.0005"), Decimal("0.0002")
WARM_DAYS = 12
"""Of prices before the first trade: what conditions look back on."""
LEVERAGE = Decimal(3)
TILT_TIMES = 1.8
"""So much more than usual is risked in haste."""
_HOURS = np.array([1, 1, 1, 1, 1, 1, 2, 4, 6, 7, 5, 4, 5, 8, 10, 9, 7, 6, 4, 3, 3, 2, 1, 1], np.float64)


class Mood(Enum):
    """How a trade is traded."""

    PLAN = "plan"  # stop and targets do it
    EVEN = "even"  # the stop goes to the entry after +1 R
    EARLY = "early"  # closed by hand when a part of the profit was given back
    LOOSE = "loose"  # the stop is moved away when it is near
    TILT = "tilt"  # against a rule, and larger, soon after a loss


@dataclass(frozen=True, slots=True)
class Plan:
    """One trade as it was wanted.

    Attributes:
        market: of its coin.
        place: row of the minute at whose close it is wanted.
        mood: how it will be traded.
        intent: as a ticket would make it.
        overridden: rows of its checklist that failed and were overridden; of one that was blocked, those
            that blocked it.
        is_blocked: the gate refused it, and it was left at that.
        text: what was written as the exit, before the entry.
    """

    market: SampleMarket
    place: int
    mood: Mood
    intent: OrderIntent
    overridden: tuple[str, ...]
    is_blocked: bool
    text: str

    @property
    def time_ms(self) -> int:
        """When it is wanted, a few seconds before the minute ends."""
        return int(self.market.candles["open_ms"][self.place]) + MINUTE_MS - 7_000

    @property
    def direction(self) -> Direction:
        """Which way."""
        return Direction.LONG if self.intent.side is Side.BUY else Direction.SHORT


_RULES = {
    "ai_breakout_long": ("volume", "spread", "calm", "retest", "volatility"),
    "alt_short": ("flow", "calm", "structure", "premium"),
    "funding_swing": ("volatility", "calm", "trend", "costs"),
}
_EXITS = {
    "ai_breakout_long": "Wrong below the low of the retest; half off at the first target, then the rest.",
    "alt_short": "Wrong above the last lower high; covered at the two targets, or when funding turns.",
    "funding_swing": "Wrong beyond the range of the day; out at the target or after a day.",
}


def plans(markets: Sequence[SampleMarket], random: np.random.Generator) -> Iterator[Plan]:
    """Yield what is wanted, the oldest first.

    Args:
        markets: with `WARM_DAYS` of prices before the first trade.
        random: decides all that is free.
    """
    first = markets[0]
    begins_ms = int(first.candles["open_ms"][0]) + WARM_DAYS * DAY_MS
    ends_ms = int(first.candles["open_ms"][-1]) + MINUTE_MS
    busy_until_ms = 0
    for day_ms in range(begins_ms, ends_ms - DAY_MS, DAY_MS):
        weekend = (day_ms // DAY_MS + 4) % 7 in (0, 6)
        count = int(random.choice(5, p=(0.6, 0.3, 0.1, 0, 0) if weekend else (0.12, 0.25, 0.35, 0.2, 0.08)))
        hours = np.sort(random.choice(24, size=count, replace=False, p=_HOURS / _HOURS.sum()))
        for hour in hours:
            time_ms = day_ms + int(hour) * HOUR_MS + int(random.integers(0, 60)) * MINUTE_MS
            if time_ms < busy_until_ms:
                continue
            busy_until_ms = time_ms + 20 * MINUTE_MS
            market = markets[int(random.choice(len(markets), p=(0.28, 0.22, 0.2, 0.3)))]
            yield _plan(market, market.place(time_ms), random)


def _plan(market: SampleMarket, place: int, random: np.random.Generator) -> Plan:
    closes = market.candles["close"]
    price = float(closes[place])
    rise = price / float(closes[place - 360]) - 1
    if random.random() < 0.2:
        setup, side = "funding_swing", Side.SELL if rise > 0 else Side.BUY
    elif rise > 0:
        setup, side = "ai_breakout_long", Side.BUY
    else:
        setup, side = "alt_short", Side.SELL
    mood = _mood(random)
    is_blocked = random.random() < 0.11
    broken: tuple[str, ...] = ()
    if mood is Mood.TILT:
        # A trade in haste takes whichever way the last quarter of an hour went.
        side = Side.BUY if price > closes[place - 15] else Side.SELL
        setup = "ai_breakout_long" if side is Side.BUY else "alt_short"
    if mood is Mood.TILT or is_blocked:
        rules = _RULES[setup]
        count = 2 if random.random() < 0.3 else 1
        broken = tuple(rules[place] for place in sorted(random.choice(len(rules), count, replace=False)))
    intent = _intent(market, place, side, setup, mood, random)
    return Plan(market, place, mood, intent, broken, is_blocked, _EXITS[setup])


def _mood(random: np.random.Generator) -> Mood:
    return (Mood.PLAN, Mood.EVEN, Mood.EARLY, Mood.LOOSE, Mood.TILT)[
        int(random.choice(5, p=(0.42, 0.2, 0.15, 0.08, 0.15)))
    ]


def _intent(
    market: SampleMarket, place: int, side: Side, setup: str, mood: Mood, random: np.random.Generator
) -> OrderIntent:
    coin = market.coin
    hour = place // 60
    hours = market.hours[hour - 14 : hour]
    reach = float((hours["high"] - hours["low"]).mean()) * float(random.uniform(1.1, 1.7))
    price = Decimal(str(market.candles["close"][place]))
    distance = Decimal(str(round(reach, 8)))
    sign = side.sign
    stop = round_limit(side is Side.BUY, price - sign * distance, coin.tick)
    risk = START * RISK_RATE * (Decimal(str(TILT_TIMES)) if mood is Mood.TILT else Decimal(1))
    size = risk / (abs(price - stop) + 2 * TAKER_RATE * price) // coin.lot * coin.lot
    steps = ("1.6", "3.1") if setup != "funding_swing" else ("2.2",)
    prices = [
        round_limit(side is Side.SELL, price + sign * distance * Decimal(one), coin.tick) for one in steps
    ]
    share = Decimal(1) / len(prices)
    return OrderIntent(
        SAMPLE_VENUE,
        coin.symbol,
        side,
        OrderKind.MARKET,
        max(size, coin.lot),
        Purpose.OPEN,
        bracket=Bracket(stop, tuple(Target(one, share) for one in prices), TriggerBy.LAST),
        leverage=LEVERAGE,
        setup=setup,
        thesis=_EXITS[setup],
        hold_ms=DAY_MS,
        intent_id=random.bytes(16).hex(),
    )
