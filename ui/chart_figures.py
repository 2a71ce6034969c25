"""The words and figures of a chart's header: the candle's, the mark price's and funding's."""

import math
from datetime import UTC, datetime

from ui import format
from workstation.analytics.volume_multiple import BREAKOUT_MULTIPLE, HOUR_MS, volume_multiple
from workstation.market.state import SymbolState
from workstation.model.columns import Records
from workstation.model.instrument import ContractKind

FIGURE_SPACE = "\u2007"
HIGH_FUNDING_RATE = 0.0003
"""Funding of eight hours from which it is worth a look."""

KIND_WORDS = {
    ContractKind.LINEAR: "perpetual",
    ContractKind.INVERSE: "inverse perpetual",
    ContractKind.SPOT: "spot",
}


def candle_parts(state: SymbolState, row: Records, volume_digits: int) -> list[tuple[str, str]]:
    """Open, high, low, close, change and volume of a candle, in texts whose widths do not change."""
    instrument = state.instrument
    parts = [
        (f"{name} {format.price(float(row[field]), instrument.price_decimals)}", "muted")
        for name, field in (("O", "open"), ("H", "high"), ("L", "low"), ("C", "close"))
    ]
    change = float(row["close"]) / float(row["open"]) - 1
    text = format.percent(change, signed=True)
    token = {"+": "up", format.MINUS: "down"}.get(text[0], "muted")
    parts.append((text.rjust(len("+0.00 %"), FIGURE_SPACE), token))
    volume = format.size(float(row["volume"]), instrument.size_decimals).rjust(volume_digits, FIGURE_SPACE)
    parts.append((f"V {volume} {instrument.size_unit}", "muted"))
    return parts


LEAST_KNOWN_DAYS = 1.0
"""An average that rests on less says nothing about what is usual."""


def multiple_part(state: SymbolState, row: Records, timeframe_ms: int) -> tuple[str, str] | None:
    """A candle's volume against the average of the days before: "1.8 × 30-day"; None where that is not known.

    Hourly candles of the symbol are kept from the first call on.
    """
    hours = state.candles(HOUR_MS).rows()
    if not len(hours):
        return None
    volume = float(row["volume"])
    multiple, days = volume_multiple(
        int(row["open_ms"]), timeframe_ms, volume, hours["open_ms"], hours["volume"]
    )
    if days < LEAST_KNOWN_DAYS or not math.isfinite(multiple):
        return None
    words = f"{format.price(multiple, 1)} × {days:.0f}-day"
    return words, "up" if multiple >= BREAKOUT_MULTIPLE else "muted"


def funding_part(state: SymbolState, now_ms: float) -> tuple[str, str] | None:
    """The funding rate and the time to its settlement: "funding +0.0100 % in 3:12:05"; None without one.

    Args:
        now_ms: the venue's time.
    """
    funding = state.funding
    if funding is None:
        return None
    rate = float(funding.rate)
    token = "warn" if abs(rate) * 8 / funding.interval_hours >= HIGH_FUNDING_RATE else "muted"
    words = f"funding {format.signed(rate * 100, 4)} %"
    left_s = (funding.next_funding_ms - now_ms) / 1000
    if not funding.next_funding_ms or left_s < 0:
        return words, token
    moment = datetime.fromtimestamp(left_s, UTC)
    hours = int(left_s // 3600)
    return f"{words} in {hours}:{moment:%M:%S}", token


def mark_price(state: SymbolState) -> float | None:
    """The mark price as the venue last said it; None without one."""
    return None if state.mark is None else float(state.mark.mark_price)
