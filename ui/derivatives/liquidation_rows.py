"""Rows of forced closings: what was closed, at which price, what it was worth; and what an hour comes to."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from ui import format
from ui.widgets.table_rows import Cell, Column, Row
from workstation.market.state import SymbolState
from workstation.model.derivatives import Liquidation
from workstation.model.instrument import ContractKind, Instrument

HOUR_MS = 3_600_000
MOST_ROWS = 200
LARGE_VALUE = 100_000.0
"""Quote units from which a row stands out."""

COLUMNS = (
    Column("Time", "The venue's time, UTC", 9, 0, left=True),
    Column("Symbol", "The contract", 11, 4, left=True),
    Column("Closed", "Which side was closed by force: a long by selling, a short by buying", 6, 0, left=True),
    Column("Price", "Average price where the venue says it, else the order's", 10, 1),
    Column("Size", "In coins, or contracts if inverse", 9, 2),
    Column("Value", "Price × size, in quote units", 9, 0),
    Column("Venue", "Who closed it", 12, 5, left=True),
)


@dataclass(frozen=True, slots=True)
class HourSums:
    """What was closed by force within an hour, in quote units, and how often."""

    long_value: float = 0.0
    short_value: float = 0.0
    long_count: int = 0
    short_count: int = 0


def value_of(item: Liquidation, instrument: Instrument) -> float:
    """What a forced closing was worth, in quote units."""
    size = float(item.size) * float(instrument.contract_size)
    return size if instrument.kind is ContractKind.INVERSE else size * float(item.price)


def hour_sums(states: Sequence[SymbolState], now_ms: int) -> HourSums:
    """Return what the last hour comes to; of any size, whatever rows are shown."""
    values, counts = {"sell": 0.0, "buy": 0.0}, {"sell": 0, "buy": 0}
    for state in states:
        for item in reversed(state.liquidations):
            if item.event_ms < now_ms - HOUR_MS:
                break
            values[item.side] += value_of(item, state.instrument)
            counts[item.side] += 1
    return HourSums(values["sell"], values["buy"], counts["sell"], counts["buy"])


def rows_of(states: Sequence[SymbolState], least_value: float) -> list[Row]:
    """Return the newest closings worth at least so much, the newest first."""
    found: list[tuple[int, int, Liquidation, Instrument, float]] = []
    for state in states:
        kept = 0
        for place in range(len(state.liquidations) - 1, -1, -1):
            item = state.liquidations[place]
            value = value_of(item, state.instrument)
            if value >= least_value:
                found.append((item.event_ms, place, item, state.instrument, value))
                kept += 1
                if kept == MOST_ROWS:
                    break
    found.sort(key=lambda one: (-one[0], -one[1]))
    seen: dict[str, int] = {}
    rows: list[Row] = []
    for at_ms, _, item, instrument, value in found[:MOST_ROWS]:
        # Alike in every figure they may be two: a key of their own keeps both.
        key = f"{item.symbol} {at_ms} {item.side} {item.price} {item.size}"
        seen[key] = seen.get(key, 0) + 1
        rows.append((f"{key} {seen[key]}", _cells(item, instrument, value)))
    return rows


@lru_cache(maxsize=4 * MOST_ROWS)
def _cells(item: Liquidation, instrument: Instrument, value: float) -> tuple[Cell, ...]:
    is_long = item.side == "sell"
    token = "down" if is_long else "up"
    return (
        Cell(format.utc_time(item.event_ms), float(item.event_ms), "muted"),
        Cell(item.symbol, item.symbol),
        Cell("long" if is_long else "short", "long" if is_long else "short", token),
        Cell(format.price(float(item.price), instrument.price_decimals), float(item.price)),
        Cell(format.size(float(item.size), instrument.size_decimals), float(item.size)),
        Cell(format.compact(value), value, "warn" if value >= LARGE_VALUE else "text"),
        Cell(item.venue, item.venue, "muted"),
    )
