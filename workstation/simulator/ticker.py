"""The statistics of one market's last 24 hours."""

import msgspec

from workstation.simulator.klines import (
    HIGH,
    LOW,
    MINUTE_MS,
    OPEN,
    OPEN_MS,
    QUOTE_VOLUME,
    TRADES,
    VOLUME,
    Klines,
)
from workstation.simulator.tape import Tape

DAY_MS = 86_400_000


class Ticker24h(msgspec.Struct, frozen=True):
    """The last day, prices in quote units, volume in base units."""

    open_ms: int
    close_ms: int
    open: float
    high: float
    low: float
    last: float
    last_lots: int
    volume: float
    quote_volume: float
    first_trade_id: int
    last_trade_id: int
    trades: int


def ticker_24h(bars: Klines, tape: Tape, last_price: float, now_ms: int) -> Ticker24h:
    """Return the statistics of the last 24 hours, or of what there is."""
    rows = bars.candles(MINUTE_MS, limit=DAY_MS // MINUTE_MS)
    newest = tape.trades(1)
    count = int(rows[:, TRADES].sum())
    return Ticker24h(
        open_ms=int(rows[0, OPEN_MS]),
        close_ms=now_ms,
        open=float(rows[0, OPEN]),
        high=float(rows[:, HIGH].max()),
        low=float(rows[:, LOW].min()),
        last=last_price,
        last_lots=newest[0].lots if newest else 0,
        volume=float(rows[:, VOLUME].sum()),
        quote_volume=float(rows[:, QUOTE_VOLUME].sum()),
        first_trade_id=max(1, tape.last_id - count + 1),
        last_trade_id=tape.last_id,
        trades=count,
    )
