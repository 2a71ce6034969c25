"""Other exits of the same entry, held against plain loops over the tape and the book."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from tests.workstation.journal.stored_market import (
    START_MS,
    SYMBOL,
    VENUE,
    StoredMarket,
    candles,
    fill,
    instrument,
    round_trip,
)
from workstation.analytics.costs import give_back_stop
from workstation.analytics.liquidation import Exposure
from workstation.errors import BadFigure
from workstation.journal.counterfactuals import CounterfactualTable, counterfactuals, passive
from workstation.journal.exit_rules import ExitTerms, contract_of_trip, terms_of
from workstation.journal.moments import pnl_path
from workstation.market.rebuild import rebuild_book
from workstation.model.history import FundingSettlement
from workstation.model.instrument import ContractKind
from workstation.model.journal import RoundTrip
from workstation.model.orders import Side
from workstation.ports import MomentHistory
from workstation.replay import replay
from workstation.store.ticks import DuckTickStore, open_store

D = Decimal
TERMS = ExitTerms(D("0.1"), D("0.001"), D("0.0002"), D("0.0005"), latency_ms=80)
ENTRY_MS = 1_723_161_309_900
HOUR_MS = 3_600_000


@pytest.fixture(scope="module")
def folder(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that holds the recorded market."""
    data_dir = tmp_path_factory.mktemp("recorded")
    replay(shared_data / "captures" / "binance_usdm_BTCUSDT_2024-08-08.gz", data_dir, lambda _: None)
    return data_dir


Tape = list[tuple[int, float]]


@pytest.fixture(scope="module")
def tape(folder: Path) -> Tape:
    """Every trade after the entry, in order, read without the program."""
    plain = duckdb.connect(str(folder / "ticks.duckdb"), read_only=True)
    rows = plain.execute(
        "SELECT event_ms, price FROM trades WHERE event_ms > ? ORDER BY event_ms, seq", [ENTRY_MS]
    ).fetchall()
    plain.close()
    return rows


@pytest.fixture
def recorded(folder: Path, tape: Tape) -> Iterator[MomentHistory]:
    with open_store(folder) as store:
        history = store.history()
        yield history
        history.close()


def short() -> RoundTrip:
    """Sold near the top of the recording, closed by half at a target and by half at a stop moved down."""
    return round_trip(
        [
            fill(1, Side.SELL, "61830.0", "0.8", ENTRY_MS, "9.8928", maker=True),
            fill(2, Side.BUY, "61700.0", "0.4", ENTRY_MS + 130_000, "4.936", maker=True),
            fill(3, Side.BUY, "61719.0", "0.4", ENTRY_MS + 135_000, "12.3438"),
        ],
        stop="61862",
        targets=(("61700", "0.5"), ("61600", "0.5")),
    )


def rows_of(history: MomentHistory, trip: RoundTrip, terms: ExitTerms = TERMS) -> CounterfactualTable:
    return counterfactuals(history, trip, terms)


@pytest.mark.real_data
def test_as_it_happened_is_booked_to_the_last_digit(recorded: MomentHistory) -> None:
    trip = short()
    actual = rows_of(recorded, trip).rows[0]
    assert (actual.key, actual.net_pnl, actual.pnl, actual.fees) == (
        "actual",
        trip.net_pnl,
        D("96.40"),
        D("27.1726"),
    )
    assert (actual.r_multiple, actual.more_pnl, actual.more_r) == (trip.r_multiple, 0, 0)
    times, money = pnl_path(actual.legs(-1), (), recorded.traded_candles(1, 1_000, 0, 2**62))
    assert money[-1] == pytest.approx(float(trip.net_pnl))
    assert times[0] >= ENTRY_MS


@pytest.mark.real_data
def test_best_and_worst_are_those_of_every_trade_tried(tape: Tape, recorded: MomentHistory) -> None:
    trip = short()
    table = rows_of(recorded, trip)
    outcomes = []
    for at_ms, price in tape:
        fee = D(repr(price)) * D("0.8") * TERMS.taker_rate
        net = (D("61830.0") - D(repr(price))) * D("0.8") - D("9.8928") - fee
        outcomes.append((net, at_ms))
    best, worst = table.row("best"), table.row("worst")
    assert best is not None
    assert worst is not None
    assert best.net_pnl == max(net for net, _ in outcomes)
    assert worst.net_pnl == min(net for net, _ in outcomes)
    assert best.exits[0].event_ms == min(at for net, at in outcomes if net == best.net_pnl)


@pytest.mark.real_data
def test_a_target_is_filled_when_price_trades_through_it_and_not_before(
    tape: Tape, recorded: MomentHistory
) -> None:
    table = rows_of(recorded, short())
    held = table.row("stop_held")
    assert held is not None
    assert max(price for _, price in tape) < 61_862  # the stop is never reached
    for part, target in zip(held.exits, ("61700", "61600"), strict=True):
        through = next(at for at, price in tape if price < float(target))
        assert (part.price, part.size, part.is_maker) == (D(target), D("0.4"), True)
        assert part.event_ms == through
    assert held.filled_on == "maker, through"
    fees = D("9.8928") + (D("61700") + D("61600")) * D("0.4") * TERMS.maker_rate
    assert held.net_pnl == (2 * D(61830) - 61700 - 61600) * D("0.4") - fees
    assert held.more_pnl == held.net_pnl - short().net_pnl
    ((trip_id, alone),) = passive(recorded, [short()], [TERMS])
    assert (trip_id, alone) == ("a trip", held)


@pytest.mark.real_data
@pytest.mark.parametrize("key", ["trail_peak", "trail_increment"])
def test_a_trail_goes_as_the_desk_would_let_it_go(tape: Tape, recorded: MomentHistory, key: str) -> None:
    row = rows_of(recorded, short()).row(key)
    assert row is not None
    exposure = Exposure(D("-0.8"), D(61830))
    best = base = None
    stop, trigger_ms = D(61862), 0
    for at_ms, price in tape:
        now = D(repr(price))
        if now >= stop:
            trigger_ms = at_ms
            break
        best = now if best is None else min(best, now)
        if base is None and D(61830) - best >= 32:
            base = exposure.profit(best) if key == "trail_increment" else D(0)
        if base is not None:
            try:
                stop = min(stop, give_back_stop(exposure, best, D("0.5"), locked_pnl=base))
            except BadFigure:
                continue
    assert trigger_ms
    assert row.exits[0].event_ms == trigger_ms + TERMS.latency_ms
    # What it finds is the book of that moment, level by level.
    recording = recorded.recordings()[0]
    seq = recorded.seq_after(1, trigger_ms + TERMS.latency_ms)
    book = rebuild_book(recorded, 1, recording.instrument, seq)
    left = D("0.8")
    for part, price in zip(row.exits, sorted(book.asks), strict=False):
        size = min(left, D(repr(book.asks[price])))
        assert (part.price, part.size, part.is_maker) == (D(repr(price)), size, False)
        left -= size
    assert left == 0


@pytest.mark.real_data
def test_fee_rates_are_those_that_the_trade_paid(recorded: MomentHistory) -> None:
    terms = terms_of(short(), contract_of_trip(recorded, short()))
    assert (terms.maker_rate, terms.taker_rate) == (D("0.0002"), D("0.0005"))
    assert (terms.tick_size, terms.lot_size) == (D("0.1"), D("0.001"))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DuckTickStore]:
    with open_store(tmp_path) as opened:
        yield opened


def long(opened_ms: int, *, stop: str | None = "90", exit_ms: int = 5_000) -> RoundTrip:
    return round_trip(
        [
            fill(1, Side.BUY, "100", "2", opened_ms, "0.1"),
            fill(2, Side.SELL, "101", "2", opened_ms + exit_ms, "0.1"),
        ],
        stop=stop,
        targets=(("110", "0.5"), ("120", "0.5")) if stop else (),
    )


def test_after_the_tape_candles_go_on_and_are_named(store: DuckTickStore) -> None:
    opened = START_MS // HOUR_MS * HOUR_MS
    market = StoredMarket(store)
    market.book(opened, [(1, 99.9, 5.0), (-1, 100.1, 5.0)], whole=True)
    for second in range(1, 60):
        market.book(opened + second * 1_000, [(1, 98.0, float(second))])
        market.trade(opened + second * 1_000, 100.0)
    market.done()
    rows = [(opened + n * HOUR_MS, 100.0, 101.0 + n, 99.0, 100.0 + n) for n in range(7)]
    candles(store, HOUR_MS, [*rows, (opened + 7 * HOUR_MS, 107.0, 112.0, 85.0, 86.0)])
    history = store.history()
    table = rows_of(history, long(opened + 500))
    hold = table.row("hold_4h")
    assert hold is not None
    assert (hold.filled_on, hold.is_coarse) == ("1 h candle only", True)
    # Four hours after the entry lie just behind the opening of the fifth candle.
    assert hold.exit_price == 100
    held = table.row("stop_held")
    assert held is not None
    # Stop and targets in one candle: the stop counts, at its own price.
    assert [(part.why, part.price) for part in held.exits] == [("stop", D(90))]
    assert held.exits[0].event_ms == opened + 7 * HOUR_MS
    history.close()


def test_a_stop_that_a_candle_opens_beyond_is_filled_at_its_opening(store: DuckTickStore) -> None:
    opened = START_MS // HOUR_MS * HOUR_MS
    candles(
        store,
        HOUR_MS,
        [(opened, 100, 101, 99, 100), (opened + HOUR_MS, 84.0, 88.0, 80.0, 82.0)],
    )
    history = store.history()
    held = rows_of(history, long(opened)).row("stop_held")
    assert held is not None
    assert held.exit_price == D("84.0")
    history.close()


def test_what_cannot_be_known_says_why(store: DuckTickStore) -> None:
    history = store.history()
    table = rows_of(history, long(START_MS))
    assert table.rows[0].is_known
    assert {row.missing for row in table.rows[1:]} == {
        "Neither trades nor candles are kept of the time after the entry."
    }
    unplanned = rows_of(history, long(START_MS, stop=None))
    held = unplanned.row("stop_held")
    assert held is not None
    assert held.missing == "No stop was planned, as far as is known."
    history.close()


def test_funding_is_that_of_what_would_have_been_held(store: DuckTickStore) -> None:
    opened = START_MS // HOUR_MS * HOUR_MS + 1
    candles(store, HOUR_MS, [(opened - 1 + n * HOUR_MS, 100, 101, 99, 100) for n in range(9)])
    settled = opened - 1 + 2 * HOUR_MS
    store.put_funding([FundingSettlement(VENUE, SYMBOL, settled, D("0.0001"), 8.0)])
    store.wait_until_below(0)
    history = store.history()
    table = rows_of(history, long(opened))
    one, four = table.row("hold_1h"), table.row("hold_4h")
    assert one is not None
    assert four is not None
    assert one.funding == 0
    assert four.funding == D(-2) * 100 * D("0.0001")  # a long pays
    assert four.net_pnl == four.pnl - four.fees + four.funding
    history.close()


def test_an_inverse_contract_wins_in_coin(store: DuckTickStore) -> None:
    market = StoredMarket(store, instrument(kind=ContractKind.INVERSE))
    for second, price in enumerate((100.0, 105.0, 125.0, 125.0)):
        market.trade(START_MS + second * 1_000, price)
    market.done()
    fills = [fill(1, Side.BUY, "100", "50", START_MS), fill(2, Side.SELL, "105", "50", START_MS + 1_500)]
    trip = round_trip(fills, stop="90", targets=(("120", "1"),), kind=ContractKind.INVERSE)
    history = store.history()
    held = rows_of(history, trip).row("stop_held")
    assert held is not None
    assert held.pnl == D(50) / 100 - D(50) / 120
    assert held.fees == D(50) / 120 * TERMS.maker_rate
    history.close()


def test_an_addition_that_comes_after_the_exit_is_not_made(store: DuckTickStore) -> None:
    market = StoredMarket(store)
    for second, price in enumerate((100.0, 95.0, 89.0, 100.0, 121.0, 121.0)):
        market.trade(START_MS + second * 1_000, price)
    market.done()
    fills = [
        fill(1, Side.BUY, "100", "1", START_MS),
        fill(2, Side.BUY, "100", "1", START_MS + 3_500),
        fill(3, Side.SELL, "121", "2", START_MS + 5_500),
    ]
    history = store.history()
    held = rows_of(history, round_trip(fills, stop="90", targets=(("110", "1"),))).row("stop_held")
    assert held is not None
    assert [entry.size for entry in held.entries] == [D(1)]
    assert sum(part.size for part in held.exits) == 1
    history.close()
