"""What typing in one field of a ticket means for the others: which are changed, and which follow."""

from dataclasses import fields
from decimal import Decimal
from typing import Any

from ui.ticket.draft import Draft, Unreadable, number, signed_number
from ui.ticket.effects import decimals_of
from ui.ticket.reckoned import Reckoned
from workstation.analytics.venue_rules import floor_to_step
from workstation.model.orders import Side

FIRST_STOP_ATR = Decimal("1.5")
FIRST_STOP_RATE = Decimal("0.005")
LEAST_STOP_RATE = Decimal("0.0015")
FIRST_REWARD = Decimal("2.1")
_PLAIN = frozenset(field.name for field in fields(Draft))
_HUNDRED = Decimal(100)


def changes_of(found: Reckoned, name: str, text: str, equity: Decimal) -> dict[str, Any]:
    """Return what changes in a draft when a field is typed in.

    The size follows from the risk until a size is typed, and the risk from the size until a risk is typed.
    Distances, true ranges and reward are other ways to say a price: they move the price they stand beside.

    Args:
        found: the draft as it was worked out last.
        name, text: of the field.
        equity: of the account, for money at risk.

    Returns:
        Fields of the draft; empty while what is typed cannot be read.
    """
    if name == "risk":
        return {"risk": text, "size": ""}
    if name in _PLAIN:
        return {name: text}
    try:
        return _derived(found, name, text, equity)
    except Unreadable:
        return {}


def _derived(found: Reckoned, name: str, text: str, equity: Decimal) -> dict[str, Any]:
    sign, entry = Decimal(found.draft.side.sign), found.entry_price or found.entry
    if name == "risk_money":
        money = number(text, "Money at risk")
        return {"risk": plain(money / equity * _HUNDRED, 4), "size": ""} if equity > 0 else {}
    if name == "reward":
        if entry is None or found.stop is None:
            return {}
        return {"target": price_text(found, entry + (entry - found.stop) * number(text, "Reward"))}
    price, _, how = name.rpartition("_")
    base = found.best if price == "entry" else entry
    if base is None:
        return {}
    # Without a sign a stop lies on the losing side and a target on the winning one.
    way = {"stop": -sign, "target": sign}.get(price, -sign)
    if how == "rate":
        said = signed_number(text, "Distance")
        is_signed = text.strip()[:1] in "+-−"
        return {price: price_text(found, base * (1 + (said if is_signed else said * way) / _HUNDRED))}
    if how == "atr" and found.atr:
        return {price: price_text(found, base + way * number(text, "Distance") * Decimal(repr(found.atr)))}
    return {}


def stepped(found: Reckoned, name: str, steps: int) -> dict[str, Any]:
    """Return what changes when a field is moved by so many steps up."""
    draft, contract = found.draft, found.contract
    if contract is None:
        return {}
    if name in ("entry", "far", "stop", "target"):
        value = getattr(found, name)
        return {} if value is None else {name: price_text(found, value + steps * contract.rules.tick_size)}
    step = {
        "risk": Decimal("0.05"),
        "leverage": Decimal(1),
        "hold": Decimal(1),
        "give_back": Decimal(5),
        "rungs": Decimal(1),
        "size": contract.rules.lot_size,
    }.get(name)
    if step is None:
        return {}
    now = found.size if name == "size" else _read(getattr(draft, name))
    if now is None or now + steps * step <= 0:
        return {}
    changes: dict[str, Any] = {name: format_decimal(now + steps * step)}
    return changes | ({"size": ""} if name == "risk" else {})


def first_prices(found: Reckoned, side: Side) -> dict[str, Any]:
    """Return prices to begin with: the best of our side, a stop of some true ranges, a target worth it."""
    if found.contract is None or found.best is None:
        return {}
    entry, sign = found.best, Decimal(side.sign)
    away = entry * FIRST_STOP_RATE
    if found.atr:
        away = max(Decimal(repr(found.atr)) * FIRST_STOP_ATR, entry * LEAST_STOP_RATE)
    return {
        "entry": price_text(found, entry),
        "stop": price_text(found, entry - sign * away),
        "target": price_text(found, entry + sign * away * FIRST_REWARD),
        "far": price_text(found, entry - sign * away / 2),
    }


def mirrored(found: Reckoned) -> dict[str, Any]:
    """Return stop, target and far end on the other side of the entry."""
    entry = found.entry
    if entry is None:
        return {}
    return {
        name: price_text(found, 2 * entry - price)
        for name in ("stop", "target", "far")
        if (price := getattr(found, name)) is not None and 2 * entry > price
    }


def price_text(found: Reckoned, price: Decimal) -> str:
    """A price on the venue's steps, as it stands in a field."""
    assert found.contract is not None
    tick = found.contract.rules.tick_size
    on_step = floor_to_step(price + tick / 2, tick) if price > tick else tick
    return f"{on_step:.{decimals_of(tick)}f}"


def format_decimal(value: Decimal) -> str:
    """A figure as it is typed: no exponent, no trailing zeros behind the point."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def plain(value: Decimal, decimals: int) -> str:
    """A figure with so many decimals at most, as it is typed."""
    return format_decimal(value.quantize(Decimal(1).scaleb(-decimals)))


def _read(text: str) -> Decimal | None:
    try:
        return number(text, "It")
    except Unreadable:
        return None
