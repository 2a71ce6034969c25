"""A venue's table of margin brackets from a file in the shape of Binance's `leverageBracket` answer."""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from workstation.analytics.figures import figure
from workstation.errors import BadFigure
from workstation.model.margin import MarginTier, TierTable
from workstation.model.text import printable

_LARGEST_FILE = 64 * 1024 * 1024
_SHAPE = "it must be Binance's leverageBracket answer: symbols, each with its brackets"


def read_tiers(path: Path, symbol: str | None) -> TierTable:
    """Return the table of one symbol.

    Args:
        path: JSON: a list of {"symbol", "brackets": [...]}, one such object, or the bare brackets.
        symbol: as the file spells it; None where the file holds only one.

    Raises:
        BadFigure: the file cannot be read, has another shape or lacks the symbol, or its table is not sound.
    """
    name = printable(path.name)
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise BadFigure("tiers", f"The tier table {name} is larger than any venue's")
        data = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal, parse_int=Decimal)
    except OSError as error:
        raise BadFigure("tiers", f"The tier table {name} cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        if isinstance(error, BadFigure):
            raise
        raise BadFigure("tiers", f"The tier table {name} is not JSON; {_SHAPE}") from None
    return TierTable(
        tuple(sorted(map(_tier, _brackets(data, symbol, name)), key=lambda tier: tier.notional_floor))
    )


def _brackets(data: object, symbol: str | None, name: str) -> Sequence[object]:
    if isinstance(data, Mapping):
        data = [data]
    if not isinstance(data, list) or not data or not all(isinstance(row, Mapping) for row in data):
        raise BadFigure("tiers", f"The tier table {name} cannot be understood; {_SHAPE}")
    if not any("brackets" in row for row in data):
        return data
    found = [row for row in data if symbol is None or row.get("symbol") == symbol]
    if not found:
        raise BadFigure("symbol", f"The tier table {name} does not hold {printable(symbol or '')}")
    if len(found) > 1:
        raise BadFigure(
            "symbol", f"The tier table {name} holds {len(found)} symbols: say which with --symbol"
        )
    rows = found[0].get("brackets")
    if not isinstance(rows, list):
        raise BadFigure("tiers", f"The tier table {name} has no brackets; {_SHAPE}")
    return rows


def _tier(row: Any) -> MarginTier:
    if not isinstance(row, Mapping):
        raise BadFigure("tiers", f"A bracket of the tier table is no object; {_SHAPE}")
    # Coin-margined brackets count the quantity instead of the notional.
    kind = "notional" if "notionalFloor" in row else "qty"
    try:
        cap = row[f"{kind}Cap"]
        return MarginTier(
            figure(f"{kind}Floor", row[f"{kind}Floor"]),
            None if cap is None else figure(f"{kind}Cap", cap),
            figure("maintMarginRatio", row["maintMarginRatio"]),
            figure("cum", row["cum"]),
            figure("initialLeverage", row["initialLeverage"]),
        )
    except KeyError as error:
        raise BadFigure("tiers", f"A bracket of the tier table lacks {error}; {_SHAPE}") from None
