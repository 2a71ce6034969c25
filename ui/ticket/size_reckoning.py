"""The size of an order: as typed, or what follows from the risk, the range, the book and what is held."""

from dataclasses import replace
from decimal import Decimal

import numpy as np

from ui.ticket.draft import Sizing
from ui.ticket.reckoned import Reckoned, read_figure
from workstation.account_desk import AccountDesk
from workstation.analytics.book_walk import largest_within
from workstation.analytics.sizing import (
    MOST_RISK,
    correlated_size_share,
    liquidity_size,
    reduced,
    regime_factor,
    size_by_risk,
)
from workstation.analytics.venue_rules import floor_to_step
from workstation.errors import BadFigure
from workstation.metrics.metric import ReadingState
from workstation.model.orders import OrderIntent, Side
from workstation.trading.account import risk_to_stop
from workstation.trading.contracts import Contract
from workstation.trading.plan import lost_at_stop, wary_correlations
from workstation.trading.risk import Situation, funding_paid_rate

_ZERO, _ONE = Decimal(0), Decimal(1)
WILD_CUT = Decimal("0.3")
ATR_MULTIPLE = Decimal(2)
DEPTH_SHARE = Decimal("0.1")
DEPTH_WITHIN = Decimal("0.001")
MOST_JOINT_RISK = Decimal("0.04")
"""Of the equity: what everything open may lose together where the size minds what is held."""


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
    equity = situation.account.figures().equity
    if equity <= 0:
        found.faults["risk"] = "The account is empty, or not known yet"
        return None
    try:
        return _sized(found, intent, situation, trading, equity, risk / 100)
    except BadFigure as error:
        name = "risk" if error.field in ("risk", "account") else "stop" if "stop" in error.field else "size"
        found.faults[name] = str(error)
        return None


def _sized(
    found: Reckoned,
    intent: OrderIntent,
    situation: Situation,
    trading: AccountDesk,
    equity: Decimal,
    rate: Decimal,
) -> Decimal:
    contract, draft = situation.market.contract, found.draft
    assert contract is not None
    assert found.stop is not None
    lot = contract.rules.lot_size
    if rate > MOST_RISK:
        raise BadFigure("risk", f"More than {MOST_RISK:.0%} of the account is no risk of one trade")
    unit = draft_loss(replace(intent, size=_ONE), situation, contract, found)
    if unit <= 0:
        side = "below" if draft.side is Side.BUY else "above"
        raise BadFigure("stop_price", f"The stop of this order lies {side} its entry")
    if draft.sizing is Sizing.ATR:
        if not found.atr:
            raise BadFigure("size", "The average true range is not known yet: size by the stop instead")
        distance = Decimal(repr(found.atr)) * ATR_MULTIPLE
        unit = max(unit, distance * contract.rules.contract_size)
    rate *= trading.events.risk_share(contract.symbol, contract.base, trading.clock.now_ms())
    sized = size_by_risk(equity, rate, unit, lot)
    if draft.sizing in (Sizing.ATR, Sizing.REGIME):
        wild = trading.read("atr_regime", contract.symbol)
        if wild.state is ReadingState.OK and wild.value:
            factor = regime_factor(Decimal(repr(wild.value)), _ONE, WILD_CUT)
            sized = reduced(sized, (factor,), lot)
    if draft.sizing is Sizing.LIQUID:
        levels = situation.market.asks if draft.side is Side.BUY else situation.market.bids
        return min(sized.size, liquidity_size(largest_within(levels, DEPTH_WITHIN), DEPTH_SHARE, lot))
    if draft.sizing is Sizing.CORRELATED:
        share = _share_beside(intent, situation, trading, sized.loss_at_stop, equity)
        return floor_to_step(sized.raw_size * share, lot)
    if not sized.size:
        raise BadFigure("risk", f"Not even the smallest size, {lot:f}, fits this risk")
    return sized.size


def _share_beside(
    intent: OrderIntent, situation: Situation, trading: AccountDesk, lost: Decimal, equity: Decimal
) -> Decimal:
    """The share of an order that keeps what everything open may lose within its budget."""
    risks: dict[str, float] = {}
    for symbol, held in situation.account.positions.items():
        risk = risk_to_stop(situation.account, symbol, situation.stops.get(symbol))
        if risk is not None and risk.from_mark > 0 and symbol != intent.symbol:
            risks[symbol] = float(risk.from_mark.copy_sign(held.size))
    names = [*risks, intent.symbol]
    signs = [1 if risk >= 0 else -1 for risk in risks.values()] + [intent.side.sign]
    matrix = wary_correlations(names, signs, trading.correlation)
    candidate = float(lost) * intent.side.sign
    budget = float(equity * MOST_JOINT_RISK)
    share = correlated_size_share(np.array(list(risks.values())), candidate, matrix, budget)
    return Decimal(repr(share))


def draft_loss(intent: OrderIntent, situation: Situation, contract: Contract, found: Reckoned) -> Decimal:
    """What the stop of a draft costs, as the gate reckons it; 0 where it lies on the wrong side."""
    entry, stop = found.entry_price, found.stop
    assert entry is not None
    assert stop is not None
    size = intent.size * intent.side.sign
    if contract.exposure(size, entry).profit(stop) >= 0:
        return _ZERO
    return lost_at_stop(contract, size, entry, stop, funding_paid_rate(intent, situation.market))
