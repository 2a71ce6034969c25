"""The size of an order: as typed, or what follows from the risk by the method chosen."""

from decimal import Decimal

from ui.ticket.reckoned import Reckoned, read_figure
from ui.ticket.sizing_methods import size_by
from workstation.account_desk import AccountDesk
from workstation.analytics.venue_rules import floor_to_step
from workstation.errors import BadFigure
from workstation.model.orders import OrderIntent
from workstation.trading.risk import Situation


def size_of(
    found: Reckoned, intent: OrderIntent, situation: Situation, trading: AccountDesk
) -> Decimal | None:
    """The size typed, or the one that follows from the risk; None with the reason in its field."""
    draft, contract = found.draft, situation.market.contract
    assert contract is not None
    lot = contract.rules.lot_size
    if draft.size.strip():
        size = read_figure(found, "size", draft.size, "Size")
        if size is not None and floor_to_step(size, lot) == 0:
            found.faults["size"] = f"Size: less than the smallest step {lot:f}"
            return None
        return None if size is None else floor_to_step(size, lot)
    if draft.reduce_only:
        held = situation.account.positions.get(contract.symbol)
        if held is None:
            found.faults["reduce_only"] = "Nothing is held that could be reduced"
            return None
        return abs(held.size)
    risk = read_figure(found, "risk", draft.risk, "Risk")
    if risk is None or found.stop is None:
        return None
    try:
        return size_by(draft.sizing, found, intent, situation, trading, risk / 100).size
    except BadFigure as error:
        name = "risk" if error.field in ("risk", "account") else "stop" if "stop" in error.field else "size"
        found.faults[name] = str(error)
        return None
