"""The words of a depth panel's header and legend: the stretch looked at, the cell, and what rests there."""

from math import floor, isnan

import numpy as np

from ui import format
from ui.depth.depth_item import DepthItem
from ui.depth.palette_legend import LegendWords
from workstation.market.depth_level import DepthLevel
from workstation.market.depth_map import DepthMap
from workstation.model.instrument import Instrument

Parts = tuple[tuple[str, str], ...]
"""Texts, each with the token of the theme that colours it."""

DAY_MS = 86_400_000
WIDE_SPREAD = 0.005
"""A spread from which a market is too thin to trade: it is flagged."""


def cell_words(instrument: Instrument, source: DepthMap, level: DepthLevel) -> tuple[str, str]:
    """Length and height of the cells on screen: "0.5 s", "1.0"."""
    bucket_s = source.bucket_ms * level.buckets / 1000
    bucket = f"{bucket_s:g} s" if bucket_s < 60 else format.timeframe(int(bucket_s * 1000))
    return bucket, format.price(source.bin_size * level.bins, max(1, instrument.price_decimals))


def stretch_words(from_ms: float, to_ms: float) -> str:
    """The stretch of time looked at: "2024-08-08 23:50 – 23:55", with both days where they differ."""
    first_day, last_day = format.utc_date(from_ms), format.utc_date(to_ms)
    with_seconds = to_ms - from_ms < 600_000
    end = len("23:59:59") if with_seconds else len("23:59")
    first, last = format.utc_time(from_ms)[:end], format.utc_time(to_ms)[:end]
    return (
        f"{first_day} {first} – {last}"
        if first_day == last_day
        else f"{first_day} {first} – {last_day} {last}"
    )


def stored_words(source: DepthMap) -> str:
    """How far a map reaches that has no live part: "stored until 2024-08-08 23:59:30"."""
    newest_ms = source.buckets[1] * source.bucket_ms
    return f"stored until {format.utc_date(newest_ms)} {format.utc_time(newest_ms)}"


def flow_parts(flow: tuple[float, float] | None) -> Parts:
    """Spread (a fraction of the middle) and imbalance of a moment."""
    if flow is None:
        return ()
    spread, imbalance = flow
    token = "warn" if spread >= WIDE_SPREAD else "muted"
    return (
        (f"spread {format.price(spread * 1e4, 2)} bp", token),
        (f"imbalance {format.signed(imbalance)}", "muted"),
    )


def point_parts(
    instrument: Instrument, source: DepthMap, heatmap: DepthItem, pointer: tuple[float, float] | None
) -> Parts:
    """The read-out of the cell under the crosshair."""
    if pointer is None:
        return ()
    time_ms, price = pointer
    bin_size = source.bin_size * heatmap.level.bins
    size = heatmap.size_at(time_ms, price)
    rests = "not known" if size is None else f"{format.compact(size)} {instrument.size_unit}"
    parts = [
        (format.price(floor(price / bin_size) * bin_size, instrument.price_decimals), "text"),
        (rests, "text"),
    ]
    column_ms = source.bucket_ms * heatmap.level.buckets
    ((bid, ask),) = source.best(heatmap.level, np.array([time_ms // column_ms], np.int64)).tolist()
    if size is not None and not isnan(bid + ask):
        away = (floor(price / bin_size) + 0.5) * bin_size / ((bid + ask) / 2) - 1
        parts.append((f"{format.percent(away, 3, signed=True)} from mid", "muted"))
    moment = format.utc_time(time_ms, with_ms=column_ms < 1000)
    if source.buckets[1] * source.bucket_ms - time_ms > DAY_MS:
        moment = f"{format.utc_date(time_ms)} {moment}"
    parts.append((moment, "muted"))
    return tuple(parts)


def legend_words(
    instrument: Instrument,
    cell: str,
    heatmap: DepthItem,
    least_trade: float | None,
    *,
    fixed: bool,
    linear: bool,
) -> LegendWords | None:
    """What the legend says; None while nothing rests in view.

    Args:
        least_trade: size from which trades are drawn, 0 for all; None where none are.
    """
    top_size = heatmap.top_size
    if top_size is None:
        return None
    dots = ""
    if least_trade is not None:
        dots = (
            f"trades ≥ {format.compact(least_trade)} {instrument.size_unit}" if least_trade else "all trades"
        )
    scale = f"{'linear' if linear else 'log'}, {'fixed' if fixed else 'visible P99'}"
    return LegendWords(top_size, instrument.size_unit, cell, scale, dots)
