"""The page that holds simulated markets against recorded ones: docs/simulator.md."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from workstation.simulator.calibration import (
    DEPTH_BPS,
    FANO_WINDOWS_MS,
    SIDE_LAGS,
    SIZE_QUANTILES,
    VOLATILITY_LAGS,
    ReturnStatistics,
)
from workstation.simulator.universe import UNIVERSE

if TYPE_CHECKING:
    from tests.benchmarks.simulator import Comparison, MarketStatistics

PAGE = Path(__file__).resolve().parents[2] / "docs" / "simulator.md"

INTRODUCTION = """\
# The simulated exchange beside recorded markets

Written by `python -m tests.benchmarks.simulator`. One function computes each statistic for both sides
(`workstation/simulator/calibration.py`).

How a market is made: an index (common, altcoin and sector factors and own noise, fat tails, rare shocks,
regimes of volatility, a random clock within the minute) → makers who keep a ladder of orders around
index × (1 + premium + impact), patiently → takers who arrive in clusters (Hawkes, two exponential kernels,
branching 0.82, livelier when the price is) → a price-time matching engine. Mark, premium index, funding and
liquidations follow the exchange's rules. Every event comes out of the engine; the seed decides all of it.
"""

BESIDE_NOTE = """\
* **Spot**: `/api/v3/ticker/price` and `/api/v3/ticker/bookTicker` quote each coin around its index.
  There is no spot book: the index is what spot markets trade at, so mark − spot is mark − index but for
  the spread.
* **Dated futures**: this quarter's and the next's of BTC and ETH, delivered on its last Friday at 08:00
  UTC, with books, trades, candles and marks of their own. They share the index of their perpetual and
  stand above it by 4.6 to 6.1 % a year, times what is left. They pay no funding; none is begun within
  two days of its delivery, and one that a run outlives trades on at its index.
* **Who is long**: of every lot that is opened or handed over a long and a short holder are kept, of the
  crowd (2,500 USDT an account) or large (300,000). The crowd follows the trend of a day, liquidations
  fall on it. So the long/short ratios are counted, and move against those of the largest.
* **Funding intervals**: WLDUSDT goes from 8 to 4 hours four minutes after the start, and to 1 hour
  after twelve; `POST /admin/funding?symbol=…&hours=…` changes any. `/fapi/v1/fundingInfo` tells it at
  once, the time of the next settlement moves with it.
* **Liquidations** come by themselves, a dozen a minute over all markets.
* **The past**: as many days by the minute as are asked for, then hours up to 90 days, with their
  funding and 31 days of ratios. The hours are drawn by the same factors while the market runs already:
  it opens no later for them, and whoever asks for them at once waits a fifth of a second.
"""

FLOW_NOTE = """\
Recorded: Binance USDⓈ-M, 8 August 2024, 345 s, an unusually lively evening. Simulated: the same length, once
with a volatility like the recording's, once in the calmer half of the time. The simulated book and tape carry
fewer messages by design: the whole exchange of 16 symbols tells about as much as this one symbol did.
"""

THIN_NOTE = """\
Recorded: about 30 s of four thin contracts in July 2021, the only recorded thin books at hand. Simulated:
four of the thin markets. They are not the same coins: compare the shapes, not the sizes.
"""

RETURNS_NOTE = """\
Recorded: one year (October 2024 to 2025) of hourly candles. Simulated: one year of the index with one seed.
"""

FUNDING_NOTE = """\
Rates in basis points per settlement (8 h, but 4 h for TAO and LPT); the last column is the share of
settlements at the interest rate. Recorded: a year to March 2026. Simulated: 90 days of venues `a` and `b`.
"""

SHORT = """\
## Where it falls short

The parameters were set by these same recordings; nothing was kept back to test them on.

* **Single days.** The recorded year holds 10 October 2025 and some coins' own disasters, which alone make
  kurtoses of 50 to 600; the simulated shocks are smaller, so the thin altcoins' tails are thinner.
* **Memory over days.** The size of returns is remembered nearly as recorded over one and six hours, but less
  over a day: days are drawn one by one, so that any minute follows from the seed alone.
* **Bursts.** Within a second orders cluster less than recorded (two fifths of the Fano factor);
  over ten seconds they come close. Changes over a second have a smaller kurtosis and, where minutes are as
  lively as recorded, a smaller deviation: the worst milliseconds (a sweep that fifty follow) are missing.
* **Depth.** The thin books are deeper beyond 25 bp than those recorded in 2021; BTC's agrees within 10 bp and
  is thinner than recorded at 25 bp.
* **Funding.** SOL's is at the interest rate more often than recorded, and no altcoin's has been compared.
* **Messages.** A tenth of the recorded quotes, half of the depth updates, fewer levels in each.
* **Not compared**, for want of a recording that the locked packages can read: one-minute candles (hence 15
  minutes and the tape), the book beyond 25 bp of BTC, depth of today's altcoins, open interest and how often
  positions are liquidated.
"""


def write(found: "Comparison") -> str:
    """Write the page and return it."""
    parts = [
        INTRODUCTION,
        "## Speed\n",
        _table(("what", "found"), ([r.name, f"{_short(r.value)} {r.unit}"] for r in found.speed)),
        "## Beside the perpetuals\n",
        BESIDE_NOTE,
        "## Order flow and best prices: BTCUSDT\n",
        FLOW_NOTE,
        _flow(found.minutes),
        "## Thin markets\n",
        THIN_NOTE,
        _thin((*found.thin_recorded, *found.thin_simulated)),
        "## Hourly returns\n",
        RETURNS_NOTE,
        _returns(found.returns),
        _correlations(found),
        "## Returns of 15 minutes\n",
        _returns(found.quarters),
        "## Funding\n",
        FUNDING_NOTE,
        _table(
            ("", "5 %", "median", "95 %", "at interest rate"),
            ([name, *(_short(value) for value in row[:3]), f"{row[3]:.0%}"] for name, row in found.funding),
        ),
        SHORT,
    ]
    page = "\n".join(parts)
    PAGE.write_text(page, encoding="utf-8")
    return page


def _flow(markets: "Sequence[MarketStatistics]") -> str:
    rows: list[list[str]] = []

    def add(name: str, values: Iterable[float]) -> None:
        rows.append([name, *(_short(value) for value in values)])

    add("taker orders a second", (m.flow.orders_per_s for m in markets))
    add("trades a second", (m.flow.trades_per_s for m in markets))
    for index, window in enumerate(FANO_WINDOWS_MS):
        add(f"Fano factor of orders, {window / 1000:g} s", (m.flow.fano[index] for m in markets))
    for index, lag in enumerate(SIDE_LAGS):
        add(f"autocorrelation of side, lag {lag}", (m.flow.side_memory[index] for m in markets))
    for index, share in enumerate(SIZE_QUANTILES):
        add(f"order size, {share:.0%} quantile, USDT", (m.flow.size_usd[index] for m in markets))
    add("order size, mean, USDT", (m.flow.size_mean_usd for m in markets))
    add("order size, deviation of logarithm", (m.flow.size_log_sd for m in markets))
    add("spread, bp", (m.touch.spread_bps for m in markets))
    add("spread, median, ticks", (m.touch.spread_ticks_p50 for m in markets))
    add("spread, 99 % quantile, ticks", (m.touch.spread_ticks_p99 for m in markets))
    add("share of 100 ms in which the middle moved", (m.touch.moved_share for m in markets))
    add("volatility of the middle over 1 s, bp", (m.touch.vol_1s_bps for m in markets))
    add("variance ratio, 30 s to 1 s", (m.touch.variance_ratio_30s for m in markets))
    add("kurtosis of changes over 1 s", (m.touch.kurtosis_1s for m in markets))
    for index, bps in enumerate(DEPTH_BPS):
        if bps <= 25:
            add(f"resting within {bps} bp a side, median, 1000 USDT", (m.depth[index] / 1e3 for m in markets))
    add("depth updates a second", (m.messages_per_s[0] for m in markets))
    add("levels an update", (m.levels_per_update for m in markets))
    add("quotes a second", (m.messages_per_s[1] for m in markets))
    return _table(("", "recorded", "simulated, as lively", "simulated, calm"), rows)


def _thin(markets: "Sequence[MarketStatistics]") -> str:
    rows = [
        [
            market.symbol + ("" if market.symbol in UNIVERSE else " (recorded)"),
            _short(market.touch.spread_bps),
            *(_short(value / 1e3) for value in market.depth[2:]),
            _short(market.flow.size_usd[1]),
            _short(market.flow.size_log_sd),
            _short(market.messages_per_s[0]),
            _short(market.messages_per_s[1]),
        ]
        for market in markets
    ]
    depth = [f"within {bps} bp, 1000 USDT" for bps in DEPTH_BPS[2:]]
    heads = ("", "spread, bp", *depth, "median order, USDT", "log deviation", "updates/s", "quotes/s")
    return _table(heads, rows)


def _returns(rows: list[tuple[str, ReturnStatistics, ReturnStatistics]]) -> str:
    lags = [f"memory of size, lag {lag}" for lag in VOLATILITY_LAGS]
    return _table(
        ("recorded / simulated", "deviation, bp", "kurtosis", *lags),
        (
            [
                symbol,
                f"{one.vol_bps:.1f} / {two.vol_bps:.1f}",
                f"{one.kurtosis:.0f} / {two.kurtosis:.0f}",
                *(f"{a:.2f} / {b:.2f}" for a, b in zip(one.memory, two.memory, strict=True)),
            ]
            for symbol, one, two in rows
        ),
    )


def _correlations(found: "Comparison") -> str:
    recorded, simulated = found.correlations
    symbols = [row[0] for row in found.returns]
    sectors = [UNIVERSE[symbol].sector for symbol in symbols]
    pairs = [(row, column) for row in range(len(symbols)) for column in range(row)]

    def mean(chosen: Iterable[tuple[int, int]]) -> list[str]:
        rows = list(chosen)
        return [f"{np.mean([matrix[pair] for pair in rows]):.2f}" for matrix in (recorded, simulated)]

    def of(one: str, two: str) -> list[tuple[int, int]]:
        return [pair for pair in pairs if sorted((sectors[pair[0]], sectors[pair[1]])) == sorted((one, two))]

    gaps = [abs(recorded[pair] - simulated[pair]) for pair in pairs]
    rows = [
        ["major – major", *mean(of("major", "major"))],
        ["major – AI", *mean(of("major", "ai"))],
        ["AI – AI", *mean(of("ai", "ai"))],
        ["meme – the rest", *mean([*of("major", "meme"), *of("ai", "meme")])],
        ["all pairs", *mean(pairs)],
    ]
    table = _table(("mean correlation of hourly returns", "recorded", "simulated"), rows)
    worst = pairs[int(np.argmax(gaps))]
    named = f"{symbols[worst[0]]} – {symbols[worst[1]]}"
    return (
        f"{table}\nOver {len(pairs)} pairs the two differ by {np.mean(gaps):.3f} on average"
        f" and by {max(gaps):.2f} at most ({named}).\n"
    )


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def _short(value: float) -> str:
    if value != value:
        return "—"
    if abs(value) >= 1_000:
        return f"{value:,.0f}"
    if abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
