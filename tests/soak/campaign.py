"""Faults by the hundred into headless desks, each with a seed, and what the store holds at the end."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.soak.desk import watched
from tests.soak.faults import KINDS, RECONNECTING, Outcome, inject, injection
from tests.soak.stored import stored_symbols
from tests.soak.venue import simulated

SYMBOLS = ("BTCUSDT", "ETHUSDT", "SOLUSDT", "WLDUSDT")
RECONNECTS_PER_MINUTE = 12
"""More, with these symbols, and the venue's limits would be what is measured."""


@dataclass(slots=True)
class CampaignReport:
    """What the faults of one seed showed.

    Attributes:
        failures: what was not mended within a minute, in words.
        books_unequal: of the comparisons with the engine's book, one after every fault.
        missing: trade ids that the store has not, of those that the engine emitted meanwhile.
        fetched, lost: trades that came by REST, and that the venue would not give.
        gap_columns: depth columns that the store marks as gaps.
    """

    seed: int
    outcomes: list[Outcome] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    book_checks: int = 0
    books_unequal: int = 0
    trades: int = 0
    missing: int = 0
    repeated: int = 0
    fetched: int = 0
    lost: int = 0
    gap_columns: int = 0
    columns: int = 0


async def run_campaign(
    data_dir: Path, *, seed: int, count: int, speed: float = 5.0, say: Callable[[str], None] = print
) -> CampaignReport:
    """Inject `count` faults, every kind as often as every other, one after the other."""
    rng = random.Random(seed)
    report = CampaignReport(seed)
    kinds = [kind for _ in range(-(-count // len(KINDS))) for kind in rng.sample(KINDS, len(KINDS))][:count]
    with simulated(seed=seed, speed=speed, symbols=SYMBOLS) as venue:
        async with watched(venue, SYMBOLS, data_dir) as desk:
            for number, kind in enumerate(kinds, 1):
                try:
                    await desk.until_current(60.0)
                    outcome = await inject(desk, injection(kind, rng, SYMBOLS))
                    report.outcomes.append(outcome)
                    say(f"{number}/{count} {kind}: whole again after {outcome.recovery_s:.2f} s")
                except TimeoutError as error:
                    report.failures.append(f"{kind}: {error}")
                    say(f"{number}/{count} {kind}: {error}")
                    desk.give_up()
                report.book_checks += 1
                report.books_unequal += not await desk.compare_book(rng.choice(SYMBOLS))
                if kind in RECONNECTING:
                    await asyncio.sleep(60 / RECONNECTS_PER_MINUTE - 3)
            state = await venue.state()
            await desk.until(lambda: desk.has(state["emitted"]), 60.0, "all that was emitted")
            first_ids = {symbol: seen.first_id for symbol, seen in desk.trades.items()}
            report.fetched = sum(backfill.found for backfill in desk.backfills)
            report.lost = sum(backfill.lost for backfill in desk.backfills)
    for symbol, found in stored_symbols(data_dir).items():
        ids = found.trades["trade_id"]
        report.trades += len(ids)
        report.repeated += found.repeated
        report.missing += found.missing + max(0, int(ids.min()) - first_ids[symbol])
        report.missing += max(0, state["emitted"][symbol]["last_trade_id"] - int(ids.max()))
        report.gap_columns += found.gaps
        report.columns += found.columns
    return report
