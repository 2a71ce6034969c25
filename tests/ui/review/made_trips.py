"""Round trips for tests of the review screen: a plan, fills that add up, and what was said of them."""

from decimal import Decimal
from pathlib import Path
from random import Random

from workstation.journal.journal import Journal
from workstation.model.instrument import ContractKind
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
    TripFill,
    TripNote,
)
from workstation.model.orders import Fill, Side

ACCOUNT, VENUE = "paper", "binance_usdm"
START_MS = 1_723_075_200_000  # 2024-08-08
MINUTE_MS = 60_000


def made_trip(
    number: int,
    *,
    symbol: str = "BTCUSDT",
    account: str = ACCOUNT,
    opened_ms: int = START_MS,
    held_ms: int | None = 5 * MINUTE_MS,
    direction: Direction = Direction.SHORT,
    entry: str = "61830.0",
    exit: str = "61700.0",
    size: str = "0.800",
    risk: str | None = "60.72",
    setup: str = "Failed high",
    note: TripNote | None = None,
) -> ReviewedTrip:
    """One entry, one exit, 0.02 % paid on each; still open without a time that it was held."""
    trip_id = f"{account}|{VENUE}|{symbol}|{number}"
    entry_price, exit_price, held = Decimal(entry), Decimal(exit), Decimal(size)
    opens = Side.BUY if direction is Direction.LONG else Side.SELL
    pnl = direction.sign * held * (exit_price - entry_price)
    parts = [_part(number, symbol, opens, entry_price, held, opened_ms, Decimal(0), opens=True)]
    if held_ms is not None:
        closes = opens.opposite
        parts.append(
            _part(number + 500_000, symbol, closes, exit_price, held, opened_ms + held_ms, pnl, opens=False)
        )
    trip = RoundTrip(
        trip_id,
        account,
        VENUE,
        symbol,
        "USDT",
        direction,
        opened_ms,
        None if held_ms is None else opened_ms + held_ms,
        held,
        entry_price,
        None if held_ms is None else exit_price,
        pnl if held_ms is not None else Decimal(0),
        sum((part.fee for part in parts), Decimal(0)),
        Decimal(0),
        tuple(parts),
        setup=setup,
        initial_risk=None if risk is None else Decimal(risk),
        kind=ContractKind.LINEAR,
    )
    return ReviewedTrip(trip, note or TripNote(trip_id))


def _part(
    number: int,
    symbol: str,
    side: Side,
    price: Decimal,
    size: Decimal,
    at_ms: int,
    pnl: Decimal,
    *,
    opens: bool,
) -> TripFill:
    fee = price * size * Decimal("0.0002")
    fill = Fill(
        VENUE, symbol, number, f"order{number}", str(number), side, price, size, fee, "USDT", True, at_ms
    )
    return TripFill(fill, size, fee, opens, pnl)


def many_trips(count: int, seed: int = 6) -> list[ReviewedTrip]:
    """Round trips over months, of several setups, tags and verdicts; the newest last."""
    chance, trips = Random(seed), []
    symbols = ("BTCUSDT", "ETHUSDT", "SOLUSDT", "1000PEPEUSDT", "NEARUSDT", "TAOUSDT")
    setups = ("Failed high/low", "Range fade", "Breakout retest", "Funding squeeze", "Alt short, 7 pts")
    for number in range(count):
        trip_id = f"{ACCOUNT}|{VENUE}|{(symbol := chance.choice(symbols))}|{number}"
        tags = {Tag(TagGroup.EMOTION, chance.choice(("calm", "rushed", "tired", "fear")))}
        if chance.random() < 0.2:
            tags.add(Tag(TagGroup.MISTAKE, chance.choice(("stop by hand", "early exit"))))
        followed = chance.choice((True, True, False, None))
        note = TripNote(
            trip_id,
            tags=frozenset(tags),
            before=Feelings(2, 3, 1),
            text="**Reason.** A level was rejected twice." if chance.random() < 0.5 else "",
            followed=followed,
            reviewed_ms=0 if followed is None else START_MS,
        )
        trips.append(
            made_trip(
                number,
                symbol=symbol,
                opened_ms=START_MS + number * 37 * MINUTE_MS,
                direction=chance.choice(list(Direction)),
                exit=f"{61_830 + chance.gauss(5, 90):.1f}",
                setup=chance.choice(setups),
                note=note,
            )
        )
    return trips


DAY_MS = 86_400_000
OPENED_MS = 1_723_161_308_000  # 2024-08-08 23:55:08


def made_journal(folder: Path) -> Journal:
    """A journal with five round trips on three days, of two symbols, made of fills by the journal itself."""
    journal = Journal(folder)
    fills: list[Fill] = []
    for number, symbol in enumerate(("BTCUSDT", "ETHUSDT", "BTCUSDT", "ETHUSDT", "BTCUSDT")):
        one = made_trip(
            10 * number + 1,
            symbol=symbol,
            opened_ms=OPENED_MS + number * DAY_MS // 2,
            direction=Direction.LONG if number % 2 else Direction.SHORT,
            exit=f"{61_800 + 40 * number}.0",
        )
        fills += [part.fill for part in one.trip.parts]
    terms = [
        ContractTerms(VENUE, symbol, "USDT", Decimal(1), ContractKind.LINEAR, Decimal("0.0005"))
        for symbol in ("BTCUSDT", "ETHUSDT")
    ]
    account = JournalAccount("import/test", "Test", AccountKind.IMPORTED)
    journal.add_imported(account, fills, [], terms, "fills.csv", "0" * 64)
    journal.refresh()
    assert len(journal.trips()) == 5
    return journal
