"""Simulated markets beside recorded ones: `python -m tests.benchmarks.simulator` writes docs/simulator.md."""

import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt
import orjson

from tests.benchmarks import simulator_page
from tests.benchmarks.result import Result
from tests.conftest import shared_data_folder
from workstation.exchange.replay_feed import ReplayFeed
from workstation.market.state import Market
from workstation.runtime.bus import Bus
from workstation.runtime.clock import SystemClock
from workstation.simulator.calibration import (
    FlowStatistics,
    ReturnStatistics,
    TouchStatistics,
    depth_within,
    flow_statistics,
    return_statistics,
    touch_statistics,
)
from workstation.simulator.events import BookTickerEvent, DepthEvent, MarketEvent, TradeEvent
from workstation.simulator.exchange import SimulatedExchange
from workstation.simulator.prices import DAY_MINUTES, MINUTE_MS, PriceProcess
from workstation.simulator.universe import PROFILES, UNIVERSE

SEED = 5
START_MS = 1_760_000_000_000
RECORDED_S = 345
THIN_RECORDED = ("SUSHIUSDT", "AKROUSDT", "KEEPUSDT", "CTKUSDT")
THIN_SIMULATED = ("TAOUSDT", "FETUSDT", "LPTUSDT", "NMRUSDT")
YEAR_DAYS = 365
DEPTH_EVERY_S = 2
SPEED_SECONDS = 300

Floats = npt.NDArray[np.float64]
Pairs = list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class MarketStatistics:
    """What one market did for some minutes."""

    symbol: str
    flow: FlowStatistics
    touch: TouchStatistics
    depth: tuple[float, ...]  # medians, quote units
    messages_per_s: tuple[float, float]  # depth updates, quotes
    levels_per_update: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything the page shows.

    Attributes:
        minutes: BTC recorded, BTC simulated as lively as that, BTC simulated as it usually is.
        thin_recorded, thin_simulated: spread and depth of thin markets.
        returns: (symbol, recorded, simulated) hourly, over a year each.
        quarters: the same of 15 minutes.
        correlations: (recorded, simulated) matrices of hourly returns, in the order of `returns`.
        funding: (venue and coin, hours, quantiles 5 %, 50 %, 95 % and share at the interest rate).
    """

    minutes: tuple[MarketStatistics, ...]
    thin_recorded: tuple[MarketStatistics, ...]
    thin_simulated: tuple[MarketStatistics, ...]
    returns: list[tuple[str, ReturnStatistics, ReturnStatistics]]
    quarters: list[tuple[str, ReturnStatistics, ReturnStatistics]]
    correlations: tuple[Floats, Floats]
    funding: list[tuple[str, tuple[float, ...]]]
    speed: list[Result]


def run(shared_data: Path, scratch: Path) -> list[Result]:
    """Measure how fast all markets are made."""
    started = time.perf_counter()
    exchange = SimulatedExchange(seed=SEED, start_ms=START_MS)
    opened = time.perf_counter()
    exchange.fill_history(30)
    filled = time.perf_counter()
    events = 0
    for second in range(1, SPEED_SECONDS + 1):
        events += len(exchange.advance(START_MS + second * 1000))
    seconds = time.perf_counter() - filled
    count = len(exchange.markets)
    lively = f"{events / SPEED_SECONDS:.0f} events/s of simulated time"
    return [
        Result(f"simulator: {count} markets opened and warmed up", opened - started, "s"),
        Result(
            f"simulator: 30 days of history of {count} markets",
            filled - opened,
            "s",
            target="≤ 3",
            met=filled - opened <= 3.0,
        ),
        Result("simulator: events made on one core", events / seconds, "events/s", check=lively),
        Result("simulator: cost of an event", seconds / events * 1e6, "µs"),
        Result(
            f"simulator: faster than time, {count} markets",
            SPEED_SECONDS / seconds,
            "×",
            target="≥ 20",
            met=SPEED_SECONDS / seconds >= 20.0,
        ),
    ]


def compare(shared_data: Path) -> Comparison:
    """Hold the simulated markets against the recordings."""
    hourly = shared_data / "candles" / "binance_usdm_1h_2024-10_2025-10.parquet"
    quarterly = shared_data / "candles" / "binance_usdm_15m_2024-10_2025-10.parquet"
    symbols = recorded_symbols(hourly)
    recorded, simulated = recorded_returns(hourly, symbols), simulated_returns(symbols, 60)
    fine = [symbol for symbol in recorded_symbols(quarterly) if symbol in UNIVERSE]
    fine_recorded, fine_simulated = recorded_returns(quarterly, fine), simulated_returns(fine, 15)
    lively = [simulated_minutes("BTCUSDT", 1.15, 1.45), simulated_minutes("BTCUSDT", 0.6, 0.9)]
    return Comparison(
        minutes=(recorded_minutes(shared_data), *lively),
        thin_recorded=tuple(recorded_thin(shared_data)),
        thin_simulated=tuple(simulated_minutes(symbol, 0.6, 1.2) for symbol in THIN_SIMULATED),
        returns=_pairs(symbols, recorded, simulated),
        quarters=_pairs(fine, fine_recorded, fine_simulated),
        correlations=(correlation(recorded), correlation(simulated)),
        funding=[*recorded_funding(shared_data), *simulated_funding()],
        speed=run(shared_data, Path()),
    )


def _pairs(
    symbols: Sequence[str], recorded: Sequence[Floats], simulated: Sequence[Floats]
) -> list[tuple[str, ReturnStatistics, ReturnStatistics]]:
    return [
        (symbol, return_statistics(one[np.isfinite(one)]), return_statistics(two))
        for symbol, one, two in zip(symbols, recorded, simulated, strict=True)
    ]


def correlation(returns: Sequence[Floats]) -> Floats:
    """Return the correlation matrix, each pair over the times both have."""
    count = len(returns)
    matrix = np.eye(count)
    for row in range(count):
        for column in range(row):
            both = np.isfinite(returns[row]) & np.isfinite(returns[column])
            rho = np.corrcoef(returns[row][both], returns[column][both])[0, 1]
            matrix[row, column] = matrix[column, row] = rho
    return matrix


# --- recorded -----------------------------------------------------------------------------------------


def recorded_symbols(path: Path) -> list[str]:
    """Return the symbols of the universe that a file of candles holds, in the universe's order."""
    with duckdb.connect() as connection:
        rows = connection.execute("SELECT DISTINCT symbol FROM read_parquet(?)", [str(path)]).fetchall()
    held = {row[0] for row in rows}
    return [symbol for symbol in UNIVERSE if symbol in held]


def recorded_returns(path: Path, symbols: Sequence[str]) -> list[Floats]:
    """Return log returns on one grid of time, nan where a symbol was not listed."""
    with duckdb.connect() as connection:
        tables = {}
        for symbol in symbols:
            query = "SELECT ts, close FROM read_parquet(?) WHERE symbol = ? ORDER BY ts"
            tables[symbol] = connection.execute(query, [str(path), symbol]).fetchnumpy()
    step = int(np.diff(tables[symbols[0]]["ts"][:2])[0])
    first = min(int(table["ts"][0]) for table in tables.values())
    last = max(int(table["ts"][-1]) for table in tables.values())
    returns = []
    for table in tables.values():
        closes = np.full((last - first) // step + 1, np.nan)
        closes[(table["ts"] - first) // step] = table["close"]
        returns.append(np.diff(np.log(closes)))
    return returns


def recorded_minutes(shared_data: Path) -> MarketStatistics:
    """Return the statistics of the recorded BTCUSDT tape, quotes and rebuilt book."""
    feed = ReplayFeed(shared_data / "captures" / "binance_usdm_BTCUSDT_2024-08-08.gz")
    market = Market(Bus(), SystemClock())
    for instrument in feed.instruments:
        market.add(instrument)
    book = market.states["BTCUSDT"].book
    trades, quotes, depth = [], [], []
    levels = updates = 0
    sampled_ms = 0
    for batches in feed.batches():
        for batch in batches:
            market.apply(batch)
            trades.append(batch.trades)
            quotes.append(batch.quotes)
            changes = batch.updates[~batch.updates["is_snapshot"]]
            updates += len(changes)
            levels += int(changes["levels"].sum())
            if book.bids and book.event_ms >= sampled_ms + DEPTH_EVERY_S * 1000:
                sampled_ms = book.event_ms
                bids, asks = (list(zip(*book.top(side, 5_000), strict=True)) for side in (1, -1))
                if bids[0][0] < asks[0][0]:
                    depth.append(depth_within(bids, asks))
    feed.close()
    tape, quote = np.concatenate(trades), np.concatenate(quotes)
    times = tape["event_ms"].astype(np.int64)
    sides = tape["side"].astype(np.int64)
    when = quote["event_ms"].astype(np.int64)
    return MarketStatistics(
        "BTCUSDT",
        flow_statistics(times, sides, tape["price"], tape["size"]),
        touch_statistics(when, quote["bid_price"], quote["ask_price"], 0.1),
        tuple(float(value) for value in np.median(np.array(depth), axis=0)),
        (updates / RECORDED_S, len(quote) / RECORDED_S),
        levels / max(1, updates),
    )


def recorded_thin(shared_data: Path) -> Iterator[MarketStatistics]:
    """Yield the statistics of half a minute of thin markets, recorded in 2021."""
    folder = shared_data / "payloads" / "cryptofeed"
    books: dict[str, tuple[Pairs, Pairs]] = {}
    for line in (folder / "BINANCE_FUTURES.http.0.0").read_bytes().splitlines():
        address, _, body = line.partition(b": ")
        if b"/depth?symbol=" in address:
            symbol = address.partition(b"symbol=")[2].partition(b"&")[0].decode()
            found = orjson.loads(body)
            books[symbol] = (_numbers(found["bids"]), _numbers(found["asks"]))
    messages: dict[str, dict[str, list[dict[str, object]]]] = {}
    for line in (folder / "BINANCE_FUTURES.ws.1.0").read_bytes().splitlines():
        _, found_brace, body = line.partition(b": {")
        if not found_brace or not body.startswith(b'"stream"'):
            continue
        data = orjson.loads(b"{" + body)["data"]
        messages.setdefault(data["s"], {}).setdefault(data["e"], []).append(data)
    for symbol in THIN_RECORDED:
        yield _thin(symbol, books[symbol], messages[symbol])


def _numbers(levels: list[list[str]]) -> Pairs:
    return [(float(price), float(size)) for price, size in levels]


def _thin(
    symbol: str, book: tuple[Pairs, Pairs], messages: dict[str, list[dict[str, object]]]
) -> MarketStatistics:
    quotes, depth = messages["bookTicker"], messages["depthUpdate"]
    tape = messages.get("aggTrade", [])
    when, bids, asks = (np.array([float(str(quote[key])) for quote in quotes]) for key in "Tba")
    times = np.array([int(str(trade["T"])) for trade in tape])
    sides = np.array([-1 if trade["m"] else 1 for trade in tape])
    prices, sizes = (np.array([float(str(trade[key])) for trade in tape]) for key in "pq")
    seconds = (when[-1] - when[0]) / 1000.0
    steps = np.diff(sorted({price for price, _ in book[0] + book[1]}))
    levels = sum(len(update["b"]) + len(update["a"]) for update in depth)  # type: ignore[arg-type]
    return MarketStatistics(
        symbol,
        flow_statistics(times, sides, prices, sizes),
        touch_statistics(when.astype(np.int64), bids, asks, float(steps.min())),
        depth_within(*book),
        (len(depth) / seconds, len(quotes) / seconds),
        levels / len(depth),
    )


def recorded_funding(shared_data: Path) -> list[tuple[str, tuple[float, ...]]]:
    """Return quantiles of recorded funding rates, in basis points per settlement."""
    path = str(shared_data / "multivenue" / "funding_rates.parquet")
    query = """
        SELECT venue || ' ' || coin, quantile_cont(funding_rate * 1e4, [0.05, 0.5, 0.95]),
               avg((abs(funding_rate - 0.0001) < 1e-9)::INT)
        FROM read_parquet(?) WHERE coin IN ('BTC', 'SOL') AND venue = 'binance' GROUP BY 1 ORDER BY 1
    """
    with duckdb.connect() as connection:
        rows = connection.execute(query, [path]).fetchall()
    return [(f"recorded {name}", (*quantiles, share)) for name, quantiles, share in rows]


# --- simulated ----------------------------------------------------------------------------------------


def simulated_returns(symbols: Sequence[str], minutes: int) -> list[Floats]:
    """Return a year of log returns of the index."""
    process = PriceProcess(SEED, [UNIVERSE[symbol] for symbol in symbols], START_MS)
    first = START_MS // MINUTE_MS // DAY_MINUTES
    year = np.concatenate([process.day(first + number).returns for number in range(YEAR_DAYS)])
    grouped = year.reshape(-1, minutes, len(symbols)).sum(axis=1)
    return list(grouped.T)


def lively_start_ms(symbol: str, low: float, high: float) -> int:
    """Return a moment from which the symbol's volatility stays in a range for as long as the recording is."""
    process = PriceProcess(SEED, [UNIVERSE[symbol]], START_MS)
    minutes = RECORDED_S // 60 + 2
    for number in range(START_MS // MINUTE_MS // DAY_MINUTES, 1 << 30):
        vol = process.day(number).vol[:, 0]
        inside = np.convolve((vol >= low) & (vol <= high), np.ones(minutes), "valid") == minutes
        if inside.any():
            return (number * DAY_MINUTES + int(np.flatnonzero(inside)[0]) + 1) * MINUTE_MS
    raise AssertionError("unreachable")


def simulated_minutes(symbol: str, low: float, high: float) -> MarketStatistics:
    """Return the statistics of a simulated market over as long as the recording is."""
    start_ms = lively_start_ms(symbol, low, high)
    exchange = SimulatedExchange(seed=SEED, start_ms=start_ms, symbols=[symbol])
    market = exchange.markets[symbol]
    tick, lot = float(market.spec.tick_size), float(market.spec.lot_size)
    events: list[MarketEvent] = []
    depth = []
    for second in range(1, RECORDED_S + 1):
        events += exchange.advance(start_ms + second * 1000)
        if second % DEPTH_EVERY_S == 0:
            view = market.depth(5_000)
            bids, asks = (
                [(ticks * tick, lots * lot) for ticks, lots in side] for side in (view.bids, view.asks)
            )
            if bids and asks:
                depth.append(depth_within(bids, asks))
    trades = [event for event in events if isinstance(event, TradeEvent)]
    quotes = [event for event in events if isinstance(event, BookTickerEvent)]
    updates = [event for event in events if isinstance(event, DepthEvent)]
    return MarketStatistics(
        symbol,
        flow_statistics(
            np.array([event.time_ms for event in trades]),
            np.array([-1 if event.buyer_is_maker else 1 for event in trades]),
            np.array([event.price_ticks * tick for event in trades]),
            np.array([event.lots * lot for event in trades]),
        ),
        touch_statistics(
            np.array([event.time_ms for event in quotes]),
            np.array([event.bid_ticks * tick for event in quotes]),
            np.array([event.ask_ticks * tick for event in quotes]),
            tick,
        ),
        tuple(float(value) for value in np.median(np.array(depth), axis=0)),
        (len(updates) / RECORDED_S, len(quotes) / RECORDED_S),
        sum(len(event.bids) + len(event.asks) for event in updates) / len(updates),
    )


def simulated_funding() -> list[tuple[str, tuple[float, ...]]]:
    """Return quantiles of simulated funding rates, in basis points per settlement, of both venues."""
    found = []
    for name, profile in PROFILES.items():
        exchange = SimulatedExchange(
            seed=SEED,
            profile=profile,
            start_ms=START_MS,
            symbols=["BTCUSDT", "SOLUSDT", "TAOUSDT", "LPTUSDT"],
        )
        exchange.fill_history(90)
        for symbol, market in exchange.markets.items():
            rates = np.array([event.rate for event in market.funding_history(limit=10_000)]) * 1e4
            interest = market.spec.funding_interval_hours / 8.0
            quantiles = (float(value) for value in np.quantile(rates, (0.05, 0.5, 0.95)))
            share = float((np.abs(rates - interest) < 1e-5).mean())
            found.append((f"simulated {name} {symbol}", (*quantiles, share)))
    return found


def main() -> int:
    """Compare, and write the page."""
    shared_data = shared_data_folder()
    if shared_data is None:
        print("The comparison needs the recorded market data: set PREFLIGHT_SHARED_DATA.", file=sys.stderr)
        return 2
    page = simulator_page.write(compare(shared_data))
    print(page)
    return 0


if __name__ == "__main__":
    sys.exit(main())
