"""Candles as Binance writes them: rows of REST answers and events of kline streams."""

import numpy as np

from workstation.simulator.klines import (
    BUY_QUOTE,
    BUY_VOLUME,
    CLOSE,
    HIGH,
    LOW,
    OPEN,
    OPEN_MS,
    QUOTE_VOLUME,
    TRADES,
    VOLUME,
    Rows,
)
from workstation.simulator.wire_text import StepText


def kline_rows(rows: Rows, interval_ms: int, price: StepText, size: StepText) -> list[list[int | str]]:
    """/fapi/v1/klines: candles of trades."""
    p, q = price.decimals, size.decimals
    money = p + q
    return [
        [
            int(row[OPEN_MS]),
            f"{row[OPEN]:.{p}f}",
            f"{row[HIGH]:.{p}f}",
            f"{row[LOW]:.{p}f}",
            f"{row[CLOSE]:.{p}f}",
            f"{row[VOLUME]:.{q}f}",
            int(row[OPEN_MS]) + interval_ms - 1,
            f"{row[QUOTE_VOLUME]:.{money}f}",
            int(row[TRADES]),
            f"{row[BUY_VOLUME]:.{q}f}",
            f"{row[BUY_QUOTE]:.{money}f}",
            "0",
        ]
        for row in rows
    ]


def price_rows(rows: Rows, interval_ms: int) -> list[list[int | str]]:
    """Candles of a price that is not traded: mark, index, premium; they have no volumes."""
    return [
        [
            int(row[OPEN_MS]),
            f"{row[OPEN]:.8f}",
            f"{row[HIGH]:.8f}",
            f"{row[LOW]:.8f}",
            f"{row[CLOSE]:.8f}",
            "0",
            int(row[OPEN_MS]) + interval_ms - 1,
            "0",
            int(row[TRADES]),
            "0",
            "0",
            "0",
        ]
        for row in rows
    ]


def kline_event(
    symbol: str,
    interval: str,
    interval_ms: int,
    row: "np.ndarray[tuple[int], np.dtype[np.float64]]",
    time_ms: int,
    *,
    closed: bool,
    price: StepText,
    size: StepText,
) -> bytes:
    """`<symbol>@kline_<interval>`; trade ids are not kept by candle and are written as −1."""
    p, q = price.decimals, size.decimals
    money = p + q
    open_ms = int(row[OPEN_MS])
    return (
        f'{{"e":"kline","E":{time_ms},"s":"{symbol}","k":{{"t":{open_ms},"T":{open_ms + interval_ms - 1},'
        f'"s":"{symbol}","i":"{interval}","f":-1,"L":-1,"o":"{row[OPEN]:.{p}f}","c":"{row[CLOSE]:.{p}f}",'
        f'"h":"{row[HIGH]:.{p}f}","l":"{row[LOW]:.{p}f}","v":"{row[VOLUME]:.{q}f}","n":{int(row[TRADES])},'
        f'"x":{"true" if closed else "false"},"q":"{row[QUOTE_VOLUME]:.{money}f}",'
        f'"V":"{row[BUY_VOLUME]:.{q}f}","Q":"{row[BUY_QUOTE]:.{money}f}","B":"0"}}}}'
    ).encode()
