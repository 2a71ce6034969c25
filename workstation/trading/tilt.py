"""Tilt, from what the trader does and not from what is said: how hastily, how large, how restlessly."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median

from workstation.model.orders import Order, OrderIntent, OrderState, Purpose
from workstation.trading.trading_day import DayFacts

CALM_GAP_MS = 15 * 60_000
"""An entry so long after a loss is not one of revenge."""
CANCEL_SPAN_MS = 5 * 60_000
RESTLESS_CANCELS = 3.0
"""Entries cancelled a minute, over the span above, that make that part full."""
JUMP = 3.0
"""So many times the usual size make that part full."""
COMPARED = 10
_FEWEST = 3  # with fewer entries nothing is usual
_REMEMBERED_MS = 60 * 60_000  # what was done longer ago tells nothing of now


@dataclass(frozen=True, slots=True)
class TiltPart:
    """One sign of tilt.

    Attributes:
        title: on screen.
        share: of the whole score at most; all add up to 1.
        value: 0 calm to 1.
        words: what was measured.
    """

    title: str
    share: float
    value: float
    words: str


@dataclass(frozen=True, slots=True)
class Tilt:
    """All signs together.

    Attributes:
        parts: each sign.
    """

    parts: tuple[TiltPart, ...]

    @property
    def score(self) -> float:
        """0 calm to 1."""
        return sum(part.share * part.value for part in self.parts)

    @property
    def words(self) -> str:
        """The signs that count, the strongest first."""
        strong = sorted(self.parts, key=lambda part: -part.share * part.value)
        return ", ".join(part.words for part in strong if part.share * part.value >= 0.05)


def tilt_of(
    day: DayFacts, orders: Sequence[Order], session_limit_ms: int, intent: OrderIntent | None = None
) -> Tilt:
    """Return how far the trader's behaviour is from calm.

    Args:
        day: losses and session.
        orders: every order, the oldest first.
        session_limit_ms: after which a break is due.
        intent: that is being judged; None to look at what was done.
    """
    entries = [
        order
        for order in orders
        if order.intent.purpose is Purpose.OPEN
        and order.state not in (OrderState.REJECTED, OrderState.ABSENT)
        and order.created_ms <= day.now_ms
    ]
    return Tilt(
        (
            _haste(day, entries, asked=intent is not None),
            _size(day, entries, intent),
            _cancels(day, entries),
            _session(day, session_limit_ms),
        )
    )


def _haste(day: DayFacts, entries: Sequence[Order], *, asked: bool) -> TiltPart:
    """The gap between the newest loss and the first entry after it."""
    loss = day.last_loss_ms
    after = [order.created_ms for order in entries if order.created_ms >= loss] if loss else []
    at = after[0] if after else day.now_ms if asked and loss else None
    if at is None or day.now_ms - at > _REMEMBERED_MS:
        return TiltPart("Re-entry after a loss", 0.35, 0.0, "none")
    gap = max(0, at - loss)
    words = f"an entry {gap / 60_000:.0f} min after a loss"
    return TiltPart("Re-entry after a loss", 0.35, max(0.0, 1 - gap / CALM_GAP_MS), words)


def _size(day: DayFacts, entries: Sequence[Order], intent: OrderIntent | None) -> TiltPart:
    """The newest entry, or the one being judged, against the usual worth."""
    worths = [float(worth) for order in entries if (worth := _worth(order.intent)) is not None]
    newest = None if intent is None else _worth(intent)
    if intent is None and worths and day.now_ms - entries[-1].created_ms <= _REMEMBERED_MS:
        newest = Decimal(worths.pop())
    if newest is None or len(worths) < _FEWEST:
        return TiltPart("Size against the usual", 0.3, 0.0, "usual")
    times = float(newest) / median(worths[-COMPARED:])
    value = min(1.0, max(0.0, (times - 1) / (JUMP - 1)))
    return TiltPart("Size against the usual", 0.3, value, f"{times:.1f}x the usual size")


def _worth(intent: OrderIntent) -> Decimal | None:
    """Quote units of an entry; what has no price of its own is reckoned by its stop."""
    price = intent.price or intent.trigger_price
    if price is None and intent.bracket is not None:
        price = intent.bracket.stop_price
    return None if price is None else intent.size * price


def _cancels(day: DayFacts, entries: Sequence[Order]) -> TiltPart:
    since = day.now_ms - CANCEL_SPAN_MS
    cancelled = sum(
        order.state is OrderState.CANCELLED and since <= order.updated_ms <= day.now_ms for order in entries
    )
    a_minute = cancelled / (CANCEL_SPAN_MS / 60_000)
    value = min(1.0, a_minute / RESTLESS_CANCELS)
    return TiltPart("Cancels", 0.2, value, f"{a_minute:.1f} cancels a minute")


def _session(day: DayFacts, limit_ms: int) -> TiltPart:
    """Nothing in the first half of a session, then more and more."""
    value = min(1.0, max(0.0, 2 * day.session_ms / limit_ms - 1))
    return TiltPart("Time at the desk", 0.15, value, f"{day.session_ms / 60_000:.0f} min without a break")
