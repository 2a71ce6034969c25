"""The journal from 100,000 fills: round trips, their table, and every statistic of them."""

import gc
import time
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from statistics import median

import numpy as np

from tests.benchmarks.result import Result
from workstation.journal.conditions import conditions_of
from workstation.journal.round_trips import round_trips
from workstation.journal.statistics import series
from workstation.journal.statistics.days import by_day
from workstation.journal.statistics.groups import groups
from workstation.journal.statistics.rules import rule_ledger
from workstation.journal.statistics.summary import summary
from workstation.journal.statistics.table import Measure, TripTable
from workstation.journal.statistics.twin import Like, twin
from workstation.model.journal import (
    AccountKind,
    ContractTerms,
    Direction,
    Feelings,
    JournalAccount,
    ReviewedTrip,
    RoundTrip,
    Tag,
    TagGroup,
    TripNote,
)
from workstation.model.ledger import Evidence
from workstation.model.orders import Bracket, Fill, OrderIntent, OrderKind, Purpose, Side

FILLS = 100_000
FILLS_A_TRIP = (2, 3, 4, 4)  # how many a round trip has, in turn: 3.25 on average
SYMBOLS = tuple(f"COIN{number}USDT" for number in range(40))
VENUE, ACCOUNT = "binance_usdm", JournalAccount("paper", "Paper", AccountKind.PAPER)
STARTS = {(ACCOUNT.key, "USDT"): 100_000.0}
START_MS = 1_704_067_200_000
TWIN_TRIPS = 10_000
LIMIT_S, TWIN_MS = 1.0, 5.0
ROUNDS, TWINS = 5, 200


def run(_shared_data: Path, _scratch: Path) -> list[Result]:
    """Measure the whole way, its two halves, and the twin."""
    fills, orders = made_fills()
    terms = {
        (VENUE, symbol): ContractTerms(VENUE, symbol, "USDT", taker_rate=Decimal("0.0005"))
        for symbol in SYMBOLS
    }
    reviewed = as_reviewed(round_trips(ACCOUNT.key, fills, terms, orders))
    gc.collect()
    folding, reckoning = [], []
    trips: list[RoundTrip] = []
    for _ in range(ROUNDS):
        folding.append(_seconds(lambda: trips.append(round_trips(ACCOUNT.key, fills, terms, orders)[-1])))
        reckoning.append(_seconds(lambda: every_statistic(reviewed)))
    table = TripTable.of(reviewed, [ACCOUNT], STARTS)
    assert summary(table)["total_money"].value is not None
    paid = sum((fill.fee for fill in fills), Decimal(0))
    assert abs(table.fees.sum() - float(paid)) < 1e-6 * float(paid)
    whole = median(folding) + median(reckoning)
    check = f"{len(table):,} round trips, fees add up"
    return [
        Result(
            f"journal: {FILLS:,} fills to round trips and all statistics",
            whole,
            "s",
            f"≤ {LIMIT_S:g}",
            whole <= LIMIT_S,
            check,
        ),
        Result("journal: of it round trips", median(folding), "s"),
        Result("journal: of it table, figures, groups, rules, series", median(reckoning), "s"),
        _twin(reviewed[:TWIN_TRIPS]),
    ]


def every_statistic(reviewed: list[ReviewedTrip]) -> None:
    """Whatever the statistics screen shows, but the Monte Carlo, which runs when it is asked for."""
    table = TripTable.of(reviewed, [ACCOUNT], STARTS)
    summary(table)
    groups(table)
    rule_ledger(table)
    series.equity(table, Measure.R)
    series.histogram(table.r, series.R_STEP)
    series.excursions(table, Measure.R)
    series.hour_grid(table, Measure.R)
    by_day(table, Measure.R)


def _twin(reviewed: list[ReviewedTrip]) -> Result:
    table = TripTable.of(reviewed, [ACCOUNT], STARTS)
    like = Like("setup 1", Direction.LONG, SYMBOLS[0], {"session": "US", "moon phase": "full moon"})
    taken = [_seconds(lambda: twin(table, like)) * 1000 for _ in range(TWINS)]
    found = twin(table, like)
    value = float(np.percentile(taken, 95))
    return Result(
        f"journal: twin of an order among {len(table):,} round trips, p95",
        value,
        "ms",
        f"≤ {TWIN_MS:g}",
        value <= TWIN_MS,
        f"{found.count} like it",
    )


def _seconds(what: Callable[[], object]) -> float:
    started = time.perf_counter()
    what()
    return time.perf_counter() - started


def made_fills() -> tuple[list[Fill], dict[str, OrderIntent]]:
    """Return fills of round trips in turn in each of the symbols, and the intents of their entries."""
    random = np.random.default_rng(17)
    fills: list[Fill] = []
    orders: dict[str, OrderIntent] = {}
    number = 0
    while len(fills) < FILLS:
        symbol = SYMBOLS[number % len(SYMBOLS)]
        count = min(FILLS_A_TRIP[number % len(FILLS_A_TRIP)], FILLS - len(fills))
        if count < 2:
            break
        is_long = bool(random.random() < 0.6)
        entry, leaving = (Side.BUY, Side.SELL) if is_long else (Side.SELL, Side.BUY)
        price = Decimal(str(round(float(random.uniform(95, 105)), 2)))
        intent = OrderIntent(
            VENUE,
            symbol,
            entry,
            OrderKind.LIMIT,
            Decimal(count - 1),
            Purpose.OPEN,
            price=price,
            bracket=Bracket(price - (2 if is_long else -2)),
            setup=f"setup {number % 6}",
        )
        orders[intent.intent_id] = intent
        first_ms = START_MS + number * 600_000
        for part in range(count):
            last = part == count - 1
            moved = Decimal(str(round(float(random.normal(0, 1.5)), 2))) if last else Decimal(0)
            size = Decimal(count - 1) if last else Decimal(1)
            fills.append(
                Fill(
                    VENUE,
                    symbol,
                    len(fills) + 1,
                    "" if last else intent.intent_id,
                    str(len(fills)),
                    leaving if last else entry,
                    price + moved,
                    size,
                    (price * size * Decimal("0.0005")).quantize(Decimal("0.00000001")),
                    "USDT",
                    not last,
                    first_ms + part * 90_000,
                )
            )
        number += 1
    return fills, orders


def as_reviewed(trips: list[RoundTrip]) -> list[ReviewedTrip]:
    """Return the trips as if reviewed: conditions, five rows of a checklist, notes on some."""
    known = conditions_of(trips, None)
    rows = ("volume", "spread", "funding", "correlation", "calm")
    passed = tuple(Evidence("", row, "automatic", "pass", "1", "≥ 1") for row in rows)
    lifted = (replace(passed[0], state="fail"), *passed[1:])
    early = frozenset({Tag(TagGroup.MISTAKE, "early exit")})
    return [
        ReviewedTrip(
            trip,
            TripNote(
                trip.trip_id,
                tags=early if place % 9 == 0 else frozenset(),
                before=Feelings(1 + place % 5) if place % 2 else Feelings(),
                followed=None if place % 4 == 0 else place % 3 > 0,
            ),
            evidence=lifted if place % 8 == 0 else passed,
            conditions=known[trip.trip_id],
        )
        for place, trip in enumerate(trips)
    ]
