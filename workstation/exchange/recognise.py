"""Tells from a capture's first lines which venue it is from, which instruments it holds and their steps."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from math import gcd
from statistics import median_low
from typing import Any

import msgspec

from workstation.exchange.capture import split_line
from workstation.model.instrument import ContractKind, Instrument, SequenceRule

# Known quote coins, longest first, to split a symbol such as BTCUSDT that the venue does not split for us.
_QUOTES = ("FDUSD", "USDT", "USDC", "BUSD", "TUSD", "USD", "EUR", "BTC", "ETH", "BNB")

_SCALE = 12  # decimal places in which steps are sought
_MOST_DIGITS = 8
"""Digits from the first of a price to its tick: no venue quotes finer, and one broken number must not."""

ENOUGH_NUMBERS = 5_000
"""Prices of one symbol after which its steps are taken as known."""

_LONGEST_SYMBOL = 40
_LONGEST_NUMBER = 40


@dataclass(slots=True)
class _Seen:
    """What the first lines say of one symbol."""

    venue: str | None = None
    prices: list[int] = field(default_factory=list)  # in 10^-12
    size_step: int = 0  # greatest common divisor so far, in 10^-12

    def add(self, prices: Sequence[str], sizes: Sequence[str]) -> None:
        if len(self.prices) < ENOUGH_NUMBERS:
            scaled = list(map(_scaled, prices))
            self.size_step = gcd(self.size_step, *map(_scaled, sizes))
            self.prices += scaled

    @property
    def tick_size(self) -> Decimal:
        finest = 10 ** max(0, len(str(median_low(self.prices))) - _MOST_DIGITS)
        return _step(gcd(*(price // finest * finest for price in self.prices)))


@dataclass(slots=True)
class Recognised:
    """The instruments that a capture's head names, by the venue's symbol, and how much of it was readable."""

    lines: int = 0
    messages: int = 0
    """Lines that hold a time and a JSON object, of whatever venue."""
    seen: dict[str, _Seen] = field(default_factory=dict)

    @property
    def instruments(self) -> tuple[Instrument, ...]:
        """What was found, sorted by symbol."""
        return tuple(_instrument(symbol, seen) for symbol, seen in sorted(self.seen.items()) if seen.prices)


def recognise(lines: Iterable[bytes]) -> Recognised:
    """Read a capture's first lines; those that cannot be read are only counted."""
    found = Recognised()
    for line in lines:
        found.lines += 1
        try:
            message = msgspec.json.decode(split_line(line)[1])
            if isinstance(message, dict):
                found.messages += 1
                _look_at(message, found.seen)
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
            continue
    return found


def _look_at(message: dict[str, Any], seen: dict[str, _Seen]) -> None:
    """Note what one message tells, if it is of a kind that we replay."""
    data = message.get("data", message)
    channel = message.get("channel")
    if channel == "l2Book":
        of_coin = _of(data["coin"], seen, "hyperliquid")
        for level in (*data["levels"][0], *data["levels"][1]):
            of_coin.add([level["px"]], [level["sz"]])
    elif channel == "trades":
        for trade in data:
            _of(trade["coin"], seen, "hyperliquid").add([trade["px"]], [trade["sz"]])
    elif "lastUpdateId" in data:
        _look_at_binance_snapshot(data, seen)
    elif message.get("stream", data["s"]).partition("@")[0].lower() != data["s"].lower():
        # One of the two is broken, and a symbol too many would leave snapshots without an owner.
        return
    elif data.get("e") == "depthUpdate":
        of_symbol = _of(data["s"], seen, _binance_venue(data["s"], is_futures="pu" in data))
        _add_levels(of_symbol, data["b"] + data["a"])
    elif data.get("e") == "trade":
        # Only spot trades carry the field M, which Binance says to ignore.
        of_symbol = _of(data["s"], seen, _binance_venue(data["s"], is_futures="M" not in data))
        of_symbol.add([data["p"]], [data["q"]])
    elif data.get("e", "bookTicker") == "bookTicker" and isinstance(data.get("b"), str):
        of_symbol = _of(data["s"], seen, _binance_venue(data["s"], is_futures="e" in data))
        of_symbol.add([data["b"], data["a"]], [data["B"], data["A"]])


def _of(symbol: str, seen: dict[str, _Seen], venue: str) -> _Seen:
    """Return what is known of a symbol of `venue`.

    Raises:
        ValueError: it is no symbol that could be shown.
    """
    if not (symbol.isprintable() and 0 < len(symbol) <= _LONGEST_SYMBOL):
        raise ValueError(symbol)
    of_symbol = seen.setdefault(symbol, _Seen())
    of_symbol.venue = venue
    return of_symbol


def _binance_venue(symbol: str, *, is_futures: bool) -> str:
    if not is_futures:
        return "binance_spot"
    # Coin-margined contracts are quoted in USD, USDⓈ-M ones in coins worth one; both may have a date behind.
    return "binance_coinm" if symbol.partition("_")[0].endswith("USD") and "_" in symbol else "binance_usdm"


def _look_at_binance_snapshot(data: dict[str, Any], seen: dict[str, _Seen]) -> None:
    of_symbol = seen.get(data.get("symbol", ""))
    if of_symbol is None and len(seen) == 1:
        (of_symbol,) = seen.values()
    if of_symbol is not None:
        _add_levels(of_symbol, data["bids"] + data["asks"])


def _add_levels(of_symbol: _Seen, levels: list[list[str]]) -> None:
    of_symbol.add([price for price, _ in levels], [size for _, size in levels])


def _scaled(number: str) -> int:
    if len(number) > _LONGEST_NUMBER:
        raise ValueError("no price or size has so many digits")
    whole, _, fraction = number.partition(".")
    return int(whole + fraction[:_SCALE].ljust(_SCALE, "0"))


def _step(divisor: int) -> Decimal:
    """Return the largest power of ten that divides all numbers seen.

    Never coarser than the venue's own step, which a capture does not carry: numbers that share a larger
    divisor by chance must not be rounded to it. 1 if only zeros were seen.
    """
    if not divisor:
        return Decimal(1)
    power = 0
    while divisor % 10 ** (power + 1) == 0 and power < _SCALE:
        power += 1
    return Decimal(1).scaleb(power - _SCALE)


def _instrument(symbol: str, seen: _Seen) -> Instrument:
    venue = seen.venue or "binance_usdm"
    tick_size, lot_size = seen.tick_size, _step(seen.size_step)
    if venue == "hyperliquid":
        base, quote = symbol, "USDC"
    else:
        pair = symbol.partition("_")[0]
        quote = next((coin for coin in _QUOTES if pair.endswith(coin) and pair != coin), "")
        base = pair.removesuffix(quote) if quote else pair
    if venue == "binance_coinm":
        # Binance COIN-M contracts are worth 100 USD for BTC and 10 USD for every other coin.
        kind, contract_size = ContractKind.INVERSE, Decimal(100 if base == "BTC" else 10)
    else:
        kind = ContractKind.SPOT if venue == "binance_spot" else ContractKind.LINEAR
        contract_size = Decimal(1)
    rule = {
        "binance_spot": SequenceRule.BINANCE_SPOT,
        "hyperliquid": SequenceRule.FULL_SNAPSHOTS,
    }.get(venue, SequenceRule.BINANCE_FUTURES)
    return Instrument(venue, symbol, kind, tick_size, lot_size, contract_size, base, quote, rule)
