"""Tells from a capture's first lines which venue it is from, which instruments it holds and their steps."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from math import gcd

import msgspec

from workstation.exchange.capture import split_line
from workstation.model.instrument import ContractKind, Instrument, SequenceRule

# Known quote coins, longest first, to split a symbol such as BTCUSDT that the venue does not split for us.
_QUOTES = ("FDUSD", "USDT", "USDC", "BUSD", "TUSD", "USD", "EUR", "BTC", "ETH", "BNB")

_SCALE = 12  # decimal places in which steps are sought
ENOUGH_NUMBERS = 5_000
"""Prices of one symbol after which its steps are taken as known."""


@dataclass(slots=True)
class _Seen:
    """What the first lines say of one symbol."""

    venue: str | None = None
    price_step: int = 0  # greatest common divisor so far, in 10^-12
    size_step: int = 0
    numbers: int = 0

    def add(self, prices: Collection[str], sizes: Collection[str]) -> None:
        if self.numbers < ENOUGH_NUMBERS:
            self.price_step = gcd(self.price_step, *map(_scaled, prices))
            self.size_step = gcd(self.size_step, *map(_scaled, sizes))
            self.numbers += len(prices)


@dataclass(slots=True)
class Recognised:
    """The instruments that a capture's head names, by the venue's symbol, and how much of it was readable."""

    lines: int = 0
    readable: int = 0
    seen: dict[str, _Seen] = field(default_factory=dict)

    @property
    def instruments(self) -> tuple[Instrument, ...]:
        """What was found, sorted by symbol."""
        return tuple(_instrument(symbol, self.seen[symbol]) for symbol in sorted(self.seen))


def recognise(lines: Iterable[bytes]) -> Recognised:
    """Read a capture's first lines; those that cannot be read are only counted."""
    found = Recognised()
    for line in lines:
        found.lines += 1
        try:
            message = msgspec.json.decode(split_line(line)[1])
            found.readable += _look_at(message, found.seen)
        except (ValueError, TypeError, KeyError, AttributeError):
            continue
    return found


def _look_at(message: dict[str, object], seen: dict[str, _Seen]) -> bool:
    """Note what one message tells; return whether it is of a kind we know."""
    data = message.get("data", message)
    if message.get("channel") == "l2Book" and isinstance(data, dict):
        of_coin = seen.setdefault(data["coin"], _Seen("hyperliquid"))
        for level in (*data["levels"][0], *data["levels"][1]):
            of_coin.add([level["px"]], [level["sz"]])
    elif message.get("channel") == "trades" and isinstance(data, list):
        for trade in data:
            seen.setdefault(trade["coin"], _Seen("hyperliquid")).add([trade["px"]], [trade["sz"]])
    elif isinstance(data, dict) and "s" in data and ("p" in data or "b" in data):
        _look_at_binance(data, seen.setdefault(data["s"], _Seen()))
    elif isinstance(data, dict) and "lastUpdateId" in data:
        _look_at_binance_snapshot(data, seen)
    else:
        return False
    return True


def _look_at_binance(data: dict[str, object], of_symbol: _Seen) -> None:
    bids, asks = data.get("b"), data.get("a")
    if isinstance(bids, list) and isinstance(asks, list):
        of_symbol.add([price for price, _ in bids + asks], [size for _, size in bids + asks])
        futures = "pu" in data
    elif "p" in data:
        of_symbol.add([str(data["p"])], [str(data["q"])])
        futures = "M" not in data
    else:
        of_symbol.add([str(data["b"]), str(data["a"])], [str(data["B"]), str(data["A"])])
        futures = "e" in data
    if not futures:
        of_symbol.venue = "binance_spot"
    else:
        of_symbol.venue = "binance_coinm" if "_" in str(data["s"]) else "binance_usdm"


def _look_at_binance_snapshot(data: dict[str, object], seen: dict[str, _Seen]) -> None:
    of_symbol = seen.get(str(data.get("symbol", ""))) or (
        next(iter(seen.values())) if len(seen) == 1 else None
    )
    bids, asks = data["bids"], data["asks"]
    if of_symbol is not None and isinstance(bids, list) and isinstance(asks, list):
        of_symbol.add([price for price, _ in bids + asks], [size for _, size in bids + asks])


def _scaled(number: str) -> int:
    whole, _, fraction = number.partition(".")
    return int(whole + fraction[:_SCALE].ljust(_SCALE, "0"))


def _step(divisor: int) -> Decimal:
    """Return the largest power of ten that divides all numbers seen.

    Never coarser than the venue's own step, which a capture does not carry: numbers that share a larger
    divisor by chance must not be rounded to it.
    """
    power = 0
    while divisor and divisor % 10 ** (power + 1) == 0 and power < _SCALE:
        power += 1
    return Decimal(1).scaleb(power - _SCALE)


def _instrument(symbol: str, seen: _Seen) -> Instrument:
    venue = seen.venue or "binance_usdm"
    tick_size, lot_size = _step(seen.price_step), _step(seen.size_step)
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
