"""What the one button of a ticket says: what will happen, or which row locks it."""

from ui import format
from ui.ticket.draft import EntryKind
from ui.ticket.effects import Effect, decimals_of
from ui.ticket.reckoned import Reckoned
from workstation.model.orders import Side


def order_words(found: Reckoned) -> str:
    """What will be sent: "Buy 0.42 ETH limit 3 412.5, risk 98.40 USDT"."""
    contract, size = found.contract, found.size
    assert contract is not None
    assert size is not None
    draft = found.draft
    verb = "Buy" if draft.side is Side.BUY else "Sell"
    lot, tick = decimals_of(contract.rules.lot_size), decimals_of(contract.rules.tick_size)
    words = f"{verb} {format.size(float(size), lot)} {contract.base}"
    price = format.price(None if found.entry is None else float(found.entry), tick)
    if draft.kind is EntryKind.MARKET:
        words += " at the market"
    elif draft.kind is EntryKind.LIMIT:
        words += f" limit {price}"
    else:
        far = format.price(None if found.far is None else float(found.far), tick)
        words += f" in {len(found.legs)} limits {price} … {far}"
    if draft.reduce_only:
        return f"{words}, reduce-only"
    if found.risk_money is not None:
        words += f", risk {format.price(float(found.risk_money), 2)} {contract.settlement_asset}"
    return words


def lock_words(found: Reckoned) -> str:
    """Why it cannot be sent: the field or row concerned, what speaks hardest first."""
    if found.faults:
        return next(iter(found.faults.values()))
    refusals = (*found.hard, *found.refusals)
    if refusals:
        first = refusals[0]
        name, _, why = first.words.partition(": ")
        if first.field.startswith("checklist."):
            return f"Locked by “{name}”: {why}"
        return first.words
    return "Fill in entry, stop and target"


def more_words(found: Reckoned) -> str:
    """How much else speaks against it."""
    count = len(found.faults) + len(found.refusals) - 1
    return "" if count <= 0 else "1 more reason" if count == 1 else f"{count} more reasons"


def cost_rows(found: Reckoned) -> list[Effect]:
    """The block "size and cost"."""
    contract = found.contract
    if contract is None or found.size is None or found.notional is None:
        return []
    asset, lot = contract.settlement_asset, decimals_of(contract.rules.lot_size)
    tick = decimals_of(contract.rules.tick_size)
    quantity = f"{format.size(float(found.size), lot)} {contract.base}"
    rows = [Effect("Quantity", "", f"{quantity} · {format.price(float(found.notional), 0)} {asset}")]
    if len(found.legs) > 1:
        sizes = " + ".join(format.size(float(size), lot) for _, size in found.legs)
        rows.append(Effect("Orders", "", sizes))
    parts = [found.fees, found.slippage, found.funding]
    words = " + ".join(
        format.price(float(part), 2).replace("+ −", "− ") for part in parts if part is not None
    ).replace("+ −", "− ")
    title = "Fees + slippage + funding" if found.slippage is not None else "Fee"
    rows.append(
        Effect(title, "", f"{words} {asset}", why="Both ends as a taker unless post-only; planned hold")
    )
    if found.break_even is not None:
        rows.append(Effect("Break-even", "", format.price(float(found.break_even), tick)))
    if found.tier is not None:
        number, rate = found.tier
        rows.append(Effect("Margin tier", "", f"{number} · maintenance {format.percent(float(rate), 2)}"))
    return rows
