"""Writes a small generated capture, so that the desk has a market to show where no recording is at hand.

The messages have the shape of Binance USDⓈ-M's. The market is a toy: a price that wanders in calm and
lively spells through a book with walls at round prices. It imitates no real market's statistics.
"""

import gzip
import os
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import numpy as np

START_MS = 1_767_225_600_000  # 2026-01-01 00:00 UTC
STEP_MS = 100
DEPTH_LEVELS = 400
WALL_EVERY = 50  # ticks between round prices, where more rests


@dataclass(frozen=True, slots=True)
class SampleSymbol:
    """One generated market."""

    symbol: str
    price: float
    tick: float
    lot: float
    step_ticks: float  # standard deviation of the price's move per 100 ms
    level_size: float  # typical size resting at one tick
    trades_per_s: float


SYMBOLS = (
    SampleSymbol("BTCUSDT", 61_700.0, 0.1, 0.001, 9.0, 0.6, 30.0),
    SampleSymbol("ETHUSDT", 2_690.0, 0.01, 0.001, 5.0, 9.0, 20.0),
    SampleSymbol("TAOUSDT", 431.0, 0.01, 0.01, 3.0, 6.0, 5.0),
)


def write_sample_capture(path: Path, *, seconds: int = 300, seed: int = 7) -> Path:
    """Write a capture of `seconds` of three generated markets; the same seed gives the same bytes.

    Returns:
        The path. Either the whole file is there or none.
    """
    markets = [_Market(symbol, np.random.default_rng((seed, index))) for index, symbol in enumerate(SYMBOLS)]
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".tmp")
    with draft.open("wb") as file, gzip.GzipFile("", "wb", 5, file, mtime=0) as out:
        for step in range(seconds * 1000 // STEP_MS):
            now_ms = START_MS + step * STEP_MS
            for offset, market in enumerate(markets):
                for index, message in enumerate(market.step(now_ms)):
                    received_ns = now_ms * 1_000_000 + offset * 200_000 + index * 1_000
                    out.write(b"%d %s\n" % (received_ns, msgspec.json.encode(message)))
    os.replace(draft, path)
    return path


@dataclass(slots=True)
class _Market:
    of: SampleSymbol
    random: np.random.Generator
    update_id: int = 1_000
    trade_id: int = 1
    bid_tick: int = 0
    drift: float = 0.0
    liveliness: float = 1.0
    book: dict[int, int] = field(default_factory=dict)  # lots by tick: bids up to bid_tick, asks above

    def step(self, now_ms: int) -> list[dict[str, object]]:
        """Return the messages of one step of 100 ms."""
        if not self.book:
            return [self._open(now_ms)]
        random = self.random
        # Lively spells come seldom and fade within a minute; the price drifts back and forth in them.
        self.liveliness = max(1.0, self.liveliness * 0.995)
        if random.random() < 0.002:
            self.liveliness = random.uniform(2.0, 5.0)
        self.drift = 0.98 * self.drift + random.normal(0.0, 0.15 * self.liveliness)
        move = round(self.drift + random.normal(0.0, self.of.step_ticks * 0.3 * self.liveliness))
        count = random.poisson(self.of.trades_per_s * STEP_MS / 1000 * self.liveliness)
        trades = [self._trade(now_ms, buy=random.random() < 0.5 + 0.4 * np.tanh(move)) for _ in range(count)]
        depth = self._depth(now_ms, move)
        return [*trades, depth, self._quote(now_ms)]

    def _open(self, now_ms: int) -> dict[str, object]:
        self.bid_tick = round(self.of.price / self.of.tick)
        low, high = self.bid_tick - DEPTH_LEVELS, self.bid_tick + DEPTH_LEVELS
        self.book = {tick: self._resting(tick) for tick in range(low, high + 1)}
        bids = [self._level(tick) for tick in range(self.bid_tick, low - 1, -1)]
        asks = [self._level(tick) for tick in range(self.bid_tick + 1, high + 1)]
        return {
            "lastUpdateId": self.update_id,
            "E": now_ms,
            "T": now_ms,
            "symbol": self.of.symbol,
            "bids": bids,
            "asks": asks,
        }

    def _depth(self, now_ms: int, move: int) -> dict[str, object]:
        random = self.random
        old_bid, self.bid_tick = self.bid_tick, max(DEPTH_LEVELS * 2, self.bid_tick + move)
        bids: dict[int, int] = {}
        asks: dict[int, int] = {}
        # Where the price passed, one side's levels go and the other side's come.
        for tick in range(old_bid + 1, self.bid_tick + 1):
            asks[tick], bids[tick] = 0, self._resting(tick)
        for tick in range(self.bid_tick + 1, old_bid + 1):
            bids[tick], asks[tick] = 0, self._resting(tick)
        near = random.geometric(0.05, size=12) + random.integers(0, 3, size=12)
        far = random.integers(30, DEPTH_LEVELS, size=6)
        for distance in (*near.tolist(), *far.tolist()):
            if random.random() < 0.5:
                bids[self.bid_tick + 1 - distance] = self._resting(self.bid_tick + 1 - distance)
            else:
                asks[self.bid_tick + distance] = self._resting(self.bid_tick + distance)
        self.book.update(bids)
        self.book.update(asks)
        # What was on the other side before the move is only told once, by the side it is on now.
        self.book.update({tick: lots for tick, lots in (bids if move > 0 else asks).items() if lots})
        first_id, self.update_id = self.update_id + 1, self.update_id + len(bids) + len(asks) + 1
        return {
            "stream": f"{self.of.symbol.lower()}@depth@100ms",
            "data": {
                "e": "depthUpdate",
                "E": now_ms,
                "T": now_ms,
                "s": self.of.symbol,
                "U": first_id,
                "u": self.update_id,
                "pu": first_id - 1,
                "b": [self._text(tick, lots) for tick, lots in bids.items()],
                "a": [self._text(tick, lots) for tick, lots in asks.items()],
            },
        }

    def _trade(self, now_ms: int, *, buy: bool) -> dict[str, object]:
        self.trade_id += 1
        size = max(1, round(self.random.lognormal(-2.2, 1.3) * self.of.level_size / self.of.lot))
        price, text = self._text(self.bid_tick + buy, size)
        return {
            "stream": f"{self.of.symbol.lower()}@trade",
            "data": {
                "e": "trade",
                "E": now_ms,
                "T": now_ms,
                "s": self.of.symbol,
                "t": self.trade_id,
                "p": price,
                "q": text,
                "X": "MARKET",
                "m": not buy,
            },
        }

    def _quote(self, now_ms: int) -> dict[str, object]:
        bid_tick = max(tick for tick in range(self.bid_tick - 50, self.bid_tick + 1) if self.book.get(tick))
        ask_tick = min(tick for tick in range(self.bid_tick + 1, self.bid_tick + 51) if self.book.get(tick))
        bid, bid_size = self._level(bid_tick)
        ask, ask_size = self._level(ask_tick)
        return {
            "stream": f"{self.of.symbol.lower()}@bookTicker",
            "data": {
                "e": "bookTicker",
                "u": self.update_id,
                "s": self.of.symbol,
                "b": bid,
                "B": bid_size,
                "a": ask,
                "A": ask_size,
                "T": now_ms,
                "E": now_ms,
            },
        }

    def _resting(self, tick: int) -> int:
        """Return lots for a price: more the farther from the market, far more at round prices."""
        distance = abs(tick - self.bid_tick)
        share = self.random.exponential() * (0.4 + min(distance, 200) / 120)
        if tick % WALL_EVERY == 0:
            share *= 6.0 + 6.0 * (tick % (WALL_EVERY * 4) == 0)
        return max(1, round(share * self.of.level_size / self.of.lot))

    def _level(self, tick: int) -> tuple[str, str]:
        return self._text(tick, self.book[tick])

    def _text(self, tick: int, lots: int) -> tuple[str, str]:
        return f"{tick * self.of.tick:.2f}", f"{lots * self.of.lot:.3f}"
