"""A paper account's ledger as a busy trader would have filled it, evidence and first deposit included."""

from decimal import Decimal
from pathlib import Path

import numpy as np

from workstation.exchange.paper_journal import PAPER_BOOK, Deposit, PaperJournal
from workstation.journal.journal import Journal
from workstation.model.journal import Excursion, Feelings, Tag, TagGroup, TripNote
from workstation.model.ledger import Approval, Evidence, LedgerRecord, Override
from workstation.model.orders import Bracket, Fill, OrderIntent, OrderKind, Purpose, Side
from workstation.runtime.clock import ManualClock
from workstation.store.ledger import open_ledger

KEY = "paper/binance_usdm"
START_MS = 1_707_609_600_000  # 2024-02-11
DAY_MS = 86_400_000
SETUPS = ("breakout-retest", "failed-high-low", "funding-squeeze", "range-fade", "alt-short-7")
SYMBOLS = ("BTCUSDT", "ETHUSDT", "SOLUSDT", "IOUSDT", "NEARUSDT", "1000PEPEUSDT", "TAOUSDT", "RENDERUSDT")
RULES = ("volume", "spread", "funding", "open_interest", "correlation", "event", "calm")


def write_ledger(data_dir: Path, trips: int, *, seed: int = 6, evidence: bool = True) -> None:
    """Write round trips of one entry and one exit each, about 1.2 a day, with a stop 10 away from 1,000."""
    random = np.random.default_rng(seed)
    records: list[LedgerRecord] = []
    opened = START_MS
    for number in range(trips):
        opened += int(random.exponential(DAY_MS / 1.2))
        is_long = bool(random.random() < 0.55)
        symbol = SYMBOLS[int(random.random() ** 2 * len(SYMBOLS))]
        way, back = (Side.BUY, Side.SELL) if is_long else (Side.SELL, Side.BUY)
        sign = 1 if is_long else -1
        r = float(random.exponential(1.55)) if random.random() < 0.46 else -float(random.uniform(0.4, 1.05))
        size = Decimal(str(round(float(random.uniform(4, 9)), 3)))
        exit_price = Decimal(1000) + sign * Decimal(str(round(10 * r, 2)))
        intent = OrderIntent(
            "paper", symbol, way, OrderKind.LIMIT, size, Purpose.OPEN, price=Decimal(1000),
            bracket=Bracket(Decimal(1000 - 10 * sign)),
            setup=SETUPS[int(random.random() ** 1.5 * len(SETUPS))],
            intent_id=f"{number:032d}",
        )  # fmt: skip
        order = f"o{number}"
        if evidence:
            states = ["fail" if random.random() < 0.08 else "pass" for _ in RULES]
            records += [
                Evidence(intent.intent_id, rule, "automatic", state, "1", "≥ 1")
                for rule, state in zip(RULES, states, strict=True)
            ]
            lifted = ",".join(
                f"checklist.{rule}" for rule, state in zip(RULES, states, strict=True) if state == "fail"
            )
            if lifted:
                records.append(Override(intent.intent_id, lifted, "thin but small", opened, opened))
        records.append(Approval(intent.intent_id, order, opened, "retest 1", "{}", intent))
        closed = opened + int(random.exponential(2 * 3_600_000)) + 30_000
        for place, (side, price, moment) in enumerate(
            ((way, Decimal(1000), opened), (back, exit_price, closed))
        ):
            fee = (price * size * Decimal("0.0002")).quantize(Decimal("0.000001"))
            records.append(
                Fill(
                    "binance_usdm", symbol, 2 * number + place + 1, "" if place else order,
                    f"{number}.{place}", side, price, size, fee, "USDT", not place, moment,
                )
            )  # fmt: skip
    book = PaperJournal(data_dir / KEY / PAPER_BOOK)
    book.append(Deposit("USDT", Decimal(8_000), START_MS))
    book.close()
    with open_ledger(data_dir / KEY, clock=ManualClock(START_MS)) as ledger:
        for first in range(0, len(records), 5_000):
            ledger.append(*records[first : first + 5_000]).result()


def review(journal: Journal, *, seed: int = 7) -> None:
    """Say something of most round trips, and measure most of them, as trader and desk do in time."""
    random = np.random.default_rng(seed)
    conditions = {}
    for one in journal.trips():
        trip = one.trip
        won = trip.net_pnl > 0
        risk = float(trip.initial_risk or 0)
        against = (
            -risk * float(random.uniform(0.05, 0.9)) if won else min(-risk * 0.8, float(trip.net_pnl) * 1.02)
        )
        forth = max(float(trip.net_pnl) * 1.2, 0.0) if won else risk * float(random.exponential(0.4))
        source = "tape" if random.random() < 0.85 else "1h"
        journal.save_excursion(
            trip.trip_id, Excursion(990.0, 1010.0, trip.opened_ms, trip.opened_ms, against, forth, source)
        )
        hour = trip.opened_ms // 3_600_000 % 24
        session = "Asia" if hour < 8 else "Europe" if hour < 13 else "US" if hour < 21 else "late US"
        conditions[trip.trip_id] = {
            "session": session,
            "volatility regime": "high" if random.random() < 0.3 else "usual",
        }
        if random.random() < 0.9:
            tags = {Tag(TagGroup.EMOTION, ("calm", "rushed", "tired")[int(random.integers(3))])}
            if random.random() < 0.15:
                tags.add(Tag(TagGroup.MISTAKE, "stop by hand"))
            followed = bool(random.random() < 0.64)
            note = TripNote(trip.trip_id, tags=frozenset(tags), before=Feelings(2, 4, 1), followed=followed)
            journal.save_note(note)
    journal.save_conditions(conditions)
