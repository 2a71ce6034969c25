"""What venues stream, and how ccxt is asked for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any


class Stream(Enum):
    """What can be streamed."""

    TRADES = "trades"
    BOOKS = "order books"
    QUOTES = "best prices"
    MARKS = "mark price"
    LIQUIDATIONS = "liquidations"
    FUNDING = "funding"
    TICKERS = "24 h tickers"


@dataclass(frozen=True, slots=True)
class Call:
    """How ccxt subscribes to a stream.

    Attributes:
        method: of the exchange object.
        one_by_one: it takes one symbol, not a list.
        params: handed on as `params`.
        limit: handed on as `limit` where it is not None.
        most: symbols in one call.
        every_s: it brings something of each symbol at least this often; None where nobody promises that.
    """

    method: str
    one_by_one: bool = False
    params: Mapping[str, Any] = field(default_factory=dict)
    limit: int | None = None
    most: int = 50
    every_s: float | None = None
