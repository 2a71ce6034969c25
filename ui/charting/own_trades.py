"""What of the trader's own belongs on a chart: fills, the entry, orders at work, the liquidation price."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from ui import format
from workstation.model.instrument import Instrument
from workstation.model.orders import Fill, Order, OrderKind, Purpose, Side
from workstation.trading.portfolio import Portfolio


@dataclass(frozen=True, slots=True)
class OwnLine:
    """A price of the trader's own.

    Attributes:
        key: what it is, for the axis.
        price: quote per base unit.
        words: what stands on the line.
        role: token of the theme that colours it.
        dashed: it is no order: nothing rests there.
    """

    key: str
    price: float
    words: str
    role: str
    dashed: bool = False


def own_lines(portfolio: Portfolio, instrument: Instrument, marks: Mapping[str, Decimal]) -> list[OwnLine]:
    """The lines of one symbol: entry, orders at work, liquidation.

    Args:
        portfolio: of the account.
        instrument: the symbol shown.
        marks: mark prices by symbol; a liquidation that cannot be told without one is left out.
    """
    symbol = instrument.symbol
    position = portfolio.position(symbol)
    lines = []
    if position.size:
        side = "long" if position.size > 0 else "short"
        size = format.size(abs(float(position.size)), instrument.size_decimals)
        lines.append(OwnLine("entry", float(position.entry_price), f"{side} {size}", "accent", dashed=True))
        account = portfolio.account(portfolio.contracts[symbol].settlement_asset, marks)
        point = account.liquidations().get(symbol)
        if point is not None:
            mark = marks.get(symbol)
            away = "" if not mark else f" {format.percent(float(point.price / mark) - 1, 1, signed=True)}"
            lines.append(
                OwnLine("liquidation", float(point.price), f"liquidation{away}", "danger", dashed=True)
            )
    for number, order in enumerate(portfolio.working(symbol)):
        line = _order_line(order, position.entry_price, instrument, f"order {number}")
        if line is not None:
            lines.append(line)
    return lines


def _order_line(order: Order, entry: Decimal, instrument: Instrument, key: str) -> OwnLine | None:
    intent = order.intent
    price = intent.trigger_price if intent.trigger_price is not None else intent.price
    if price is None:
        return None
    size = format.size(float(order.remaining_size), instrument.size_decimals)
    verb = "buy" if intent.side is Side.BUY else "sell"
    if intent.purpose is Purpose.PROTECT:
        name = intent.leg or ("stop" if intent.kind in (OrderKind.STOP, OrderKind.TRAILING) else "target")
        role = "down" if name.startswith("stop") else "up"
        away = f" {format.percent(float(price / entry) - 1, 2, signed=True)}" if entry else ""
        words = f"{name}{away} · {verb} {size}"
    else:
        role, words = "accent", f"{verb} {intent.kind.value.replace('_', ' ')} {size}"
    if order.cancel_asked:
        words += " · cancelling"
    return OwnLine(key, float(price), words, role)


def fill_words(fill: Fill, instrument: Instrument) -> str:
    """One fill in words, for its tool tip."""
    verb = "Liquidated: " if fill.is_liquidation else ""
    verb += "bought" if fill.side is Side.BUY else "sold"
    size = format.size(float(fill.size), instrument.size_decimals)
    price = format.price(float(fill.price), instrument.price_decimals)
    how = "maker" if fill.is_maker else "taker"
    words = (
        f"{verb} {size} {instrument.size_unit} at {price}\n{format.utc_time(fill.event_ms, with_ms=True)} UTC"
    )
    return f"{words[0].upper()}{words[1:]} · {how} · fee {fill.fee:f} {fill.fee_asset}"
