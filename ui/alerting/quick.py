"""Alerts typed in one line: "alert BTCUSDT > 62000", "alert ETHUSDT spread_bps > 20"."""

import re
from collections.abc import Sequence
from typing import Literal

from workstation.alerts.expression import ExpressionError, parse
from workstation.alerts.rules import AlertCondition, Formula, PriceCross
from workstation.metrics.registry import METRIC_BY_KEY

_LEAD = re.compile(r"^\s*alerts?\b(\s+me)?(\s+(when|if|on))?\s*", re.IGNORECASE)
_PRICE = re.compile(
    r"^(?:price|last)?\s*(?P<how>crosses\s+above|crosses\s+below|crosses|cross|above|below|over|under|at|"
    r">=|<=|>|<|=)?\s*(?P<number>\d[\d\s,\u2009]*(?:\.\d*)?|\.\d+)(?P<suffix>[kM]?)$",
    re.IGNORECASE,
)
_UP, _DOWN = (">", ">=", "above", "over", "crosses above"), ("<", "<=", "below", "under", "crosses below")
_EVERY = ("ALL", "EVERY", "ANY")


def is_quick(text: str) -> bool:
    """Whether somebody is typing an alert, with something behind the word."""
    lead = _LEAD.match(text)
    return lead is not None and bool(text[lead.end() :].strip())


def parse_quick(text: str, symbols: Sequence[str], linked: str) -> tuple[tuple[str, ...], AlertCondition]:
    """Return the symbols that a line names, () for every one, and what it waits for.

    Args:
        text: the line, with or without the word "alert" in front.
        symbols: those that are followed; a line may name one by its beginning if that is one's alone.
        linked: the one meant where the line names none.

    Raises:
        ExpressionError: it cannot be read.
    """
    rest = _LEAD.sub("", text).strip()
    first, _, behind = rest.partition(" ")
    scope: tuple[str, ...] = (linked,) if linked else ()
    named = _symbol(first, symbols)
    if first.upper() in _EVERY:
        scope, rest = (), behind.strip()
    elif named is not None:
        scope, rest = (named,), behind.strip()
    price = _PRICE.match(rest)
    if price is not None:
        return scope, _price_cross(price)
    parse(rest)
    return scope, Formula(rest)


def _symbol(word: str, symbols: Sequence[str]) -> str | None:
    """The symbol that a word means; None where it is a metric, or no symbol or several begin so."""
    if not word or word in METRIC_BY_KEY:
        return None
    begun = [symbol for symbol in symbols if symbol.upper().startswith(word.upper())]
    exact = [symbol for symbol in begun if symbol.upper() == word.upper()]
    found = exact or begun
    # The coin alone names its shortest symbol: BTC is BTCUSDT and not BTCUSDT-260327.
    return min(found, key=len) if found else None


def _price_cross(match: re.Match[str]) -> PriceCross:
    how = " ".join((match["how"] or "").lower().split())
    way: Literal["up", "down", "either"] = "up" if how in _UP else "down" if how in _DOWN else "either"
    number = float(re.sub(r"[\s,\u2009]", "", match["number"]))
    price = number * {"k": 1e3, "m": 1e6}.get(match["suffix"].lower(), 1.0)
    if not 0 < price <= 1e15:
        raise ExpressionError("A price is above zero", match.start("number"), match.end("number"))
    return PriceCross(price, way)
