"""Round trips made for tests and benchmarks: a result and whatever else matters, the rest is plain."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np

from workstation.model.journal import (
    AccountKind,
    Direction,
    Excursion,
    Feelings,
    JournalAccount,
    ReviewedTrip,
    RoundTrip,
    Tag,
    TagGroup,
    TripNote,
)
from workstation.model.ledger import Evidence, Override

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
MONDAY_MS = 1_704_067_200_000  # 2024-01-01 00:00 UTC
PAPER = JournalAccount("paper", "Paper", AccountKind.PAPER)
STARTS = {("paper", "USDT"): 1_000.0}


def made(
    number: int, net: float | str | Decimal, *, note: TripNote | None = None, **more: Any
) -> ReviewedTrip:
    """Return a long round trip of an hour, the n-th day of 2024, with a net result and a risk of 10."""
    reviewed = {
        name: more.pop(name) for name in ("evidence", "overrides", "excursion", "conditions") if name in more
    }
    fees = more.pop("fees", Decimal(0))
    funding = more.pop("funding", Decimal(0))
    opened = more.pop("opened_ms", MONDAY_MS + number * DAY_MS)
    trip_id = f"paper|binance_usdm|{more.get('symbol', 'BTCUSDT')}|{number}"
    trip = RoundTrip(
        **{
            "trip_id": trip_id,
            "account": "paper",
            "venue": "binance_usdm",
            "symbol": "BTCUSDT",
            "asset": "USDT",
            "direction": Direction.LONG,
            "opened_ms": opened,
            "closed_ms": opened + HOUR_MS,
            "size": Decimal(1),
            "entry_price": Decimal(100),
            "exit_price": Decimal(101),
            "pnl": Decimal(str(net)) + fees - funding,
            "fees": fees,
            "funding": funding,
            "parts": (),
            "initial_risk": Decimal(10),
            **more,
        }
    )
    return ReviewedTrip(trip, note or TripNote(trip_id), **reviewed)


def list_of(results: Sequence[float | str], **more: Any) -> list[ReviewedTrip]:
    """Return round trips with these results, a day apart."""
    return [made(number, result, **more) for number, result in enumerate(results)]


def random_trips(count: int, seed: int, *, edge: float = 0.05) -> list[ReviewedTrip]:
    """Return round trips as a busy trader might have: unlike sizes and setups, notes on some."""
    random = np.random.default_rng(seed)
    r = np.round(np.where(random.random(count) < 0.45, random.exponential(1.5, count), -1.0) + edge - 0.1, 4)
    risk = np.round(random.uniform(20, 90, count), 2)
    kinds = random.random((count, 12))
    starts = MONDAY_MS + np.cumsum(random.integers(1, 4 * HOUR_MS, count))
    held = random.integers(20_000, 40 * HOUR_MS // 10, count)
    symbols = [f"COIN{number}USDT" for number in range(40)]
    rules = ("volume", "spread", "funding", "correlation", "event", "calm", "open_interest", "retest")
    trips = []
    for place in range(count):
        kind = kinds[place]
        amount = Decimal(str(round(float(r[place] * risk[place]), 2)))
        trip_id = f"paper|binance_usdm|{place}|1"
        tags = frozenset({Tag(TagGroup.MISTAKE, "early exit")} if kind[1] < 0.1 else ())
        note = TripNote(
            trip_id,
            tags=tags,
            before=Feelings(1 + int(kind[2] * 5), None, 3) if kind[3] < 0.6 else Feelings(),
            followed=None if kind[4] < 0.2 else bool(kind[4] < 0.75),
        )
        states = ["pass" if one < 0.93 else "fail" for one in (*kind[4:12],)]
        evidence = tuple(
            Evidence(f"i{place}", rule, "automatic", state, "1", "≥ 1")
            for rule, state in zip(rules, states, strict=True)
        )
        lifted = tuple(
            Override(f"i{place}", f"checklist.{rule}", "because", 1, 2)
            for rule, state in zip(rules, states, strict=True)
            if state == "fail"
        )
        opened = int(starts[place])
        trips.append(
            made(
                place,
                amount,
                note=note,
                symbol=symbols[int(kind[0] ** 2 * 40)],
                direction=Direction.LONG if kind[5] < 0.6 else Direction.SHORT,
                opened_ms=opened,
                closed_ms=opened + int(held[place]),
                setup=f"setup {int(kind[6] * 6)}",
                fees=Decimal("1.2"),
                funding=Decimal("-0.05"),
                initial_risk=Decimal(str(risk[place])) if kind[7] < 0.95 else None,
                size=Decimal("12.5"),
                evidence=evidence,
                overrides=lifted,
                excursion=Excursion(99.0, 103.0, opened, opened, -0.7 * float(risk[place]), 30.0, "tape"),
                conditions={"volatility regime": "high" if kind[8] < 0.3 else "usual"},
            )
        )
    return trips
