"""How large a position each method of sizing makes of the same draft; none rounds up or passes a limit."""

from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from ui.ticket.draft import Sizing
from ui.ticket.reckoned import Reckoned, read_figure
from workstation.account_desk import AccountDesk
from workstation.analytics.book_walk import largest_within, walk_book
from workstation.analytics.sizing import (
    MOST_RISK,
    SizedPosition,
    correlated_size_share,
    kelly_fraction,
    kept_within,
    liquidity_size,
    reduced,
    regime_factor,
    size_by_risk,
    volatility_scale,
)
from workstation.analytics.venue_rules import floor_to_step
from workstation.errors import BadFigure
from workstation.metrics.metric import ReadingState
from workstation.model.orders import OrderIntent, OrderKind, Side
from workstation.trading.account import risk_to_stop
from workstation.trading.contracts import Contract
from workstation.trading.plan import lost_at_stop, stop_fill, wary_correlations
from workstation.trading.risk import Situation, funding_paid_rate

_ZERO, _ONE = Decimal(0), Decimal(1)
WILD_CUT = Decimal("0.3")
ATR_MULTIPLE = Decimal(2)
DEPTH_SHARE = Decimal("0.1")
DEPTH_WITHIN = Decimal("0.001")
KELLY_SHARE = Decimal("0.25")
MOST_JOINT_RISK = Decimal("0.04")
"""Of the equity: what everything open may lose together where the size minds what is held."""


@dataclass(frozen=True, slots=True)
class Sized:
    """What a method makes of a draft.

    Attributes:
        size: in the venue's unit, on its step.
        loss: at the stop with costs, in the settlement coin.
        note: what it went by, in a few words.
    """

    size: Decimal
    loss: Decimal
    note: str = ""


def size_by(
    method: Sizing,
    found: Reckoned,
    intent: OrderIntent,
    situation: Situation,
    trading: AccountDesk,
    rate: Decimal,
) -> Sized:
    """Return the size that a method makes of a draft that has an entry and a stop.

    Args:
        rate: of the equity, to be lost at the stop: what the trader typed.

    Raises:
        BadFigure: there is none; the field says what is concerned.
    """
    contract = situation.market.contract
    assert contract is not None
    lot, equity = contract.rules.lot_size, situation.account.figures().equity
    if equity <= 0:
        raise BadFigure("account", "The account is empty, or not known yet")
    if rate > MOST_RISK:
        raise BadFigure("risk", f"More than {MOST_RISK:.0%} of the account is no risk of one trade")

    def loss(size: Decimal) -> Decimal:
        return draft_loss(replace(intent, size=size), situation, contract, found)

    per_unit = loss(lot) / lot  # the least there is: a larger size reaches further into the book
    if per_unit <= 0:
        side = "below" if intent.side is Side.BUY else "above"
        raise BadFigure("stop_price", f"The stop of this order lies {side} its entry")
    note, unit = "", per_unit
    if method is Sizing.ATR:
        if not found.atr:
            raise BadFigure("size", "The average true range is not known yet: size by the stop instead")
        unit = max(unit, Decimal(repr(found.atr)) * ATR_MULTIPLE * contract.rules.contract_size)
        note = "stop nearer than 2 ATR" if unit > per_unit else "stop beyond 2 ATR"
    elif method is Sizing.KELLY:
        rate, note = _kelly_rate(intent.setup, trading, rate)
    share = trading.events.risk_share(contract.symbol, contract.base, trading.clock.now_ms())
    cap = trading.rituals.most_risk_rate()
    risked = rate * share if cap is None else min(rate * share, cap)
    sized = kept_within(size_by_risk(equity, risked, unit, lot), loss, equity * risked, lot)
    if method in (Sizing.ATR, Sizing.REGIME):
        wild = _known(trading, "atr_regime", contract.symbol)
        factor = _ONE if wild is None else regime_factor(wild, _ONE, WILD_CUT)
        sized = reduced(sized, (factor,), lot)
        cut = "range not known: no cut" if wild is None else "wild: cut" if factor < 1 else "calm: no cut"
        note = f"{note}, {cut}" if note else cut
    elif method is Sizing.VOLATILITY:
        usual = _known(trading, "volatility_usual_multiple", contract.symbol)
        if usual is None:
            raise BadFigure("size", "The volatility is not known yet: size by the stop instead")
        factor = volatility_scale(usual, _ONE)
        sized, note = reduced(sized, (factor,), lot), f"× {factor:.2f}"
    size = _limited(method, sized, intent, situation, trading)
    if not size:
        field = "risk" if method in (Sizing.FIXED, Sizing.KELLY) else "size"
        raise BadFigure(field, f"Not even the smallest size, {lot:f}, fits this risk")
    return Sized(size, loss(size), note)


def side_by_side(found: Reckoned, trading: AccountDesk) -> dict[Sizing, Sized | str]:
    """What every method makes of a draft, or why it makes nothing of it; empty where there is none yet."""
    intent, contract = found.begun, found.contract
    if intent is None or contract is None or found.stop is None or found.draft.reduce_only:
        return {}
    risk = read_figure(Reckoned(found.draft), "risk", found.draft.risk, "Risk")
    if risk is None:
        return {}
    situation = trading.situation(contract.symbol)
    made: dict[Sizing, Sized | str] = {}
    for method in Sizing:
        try:
            made[method] = size_by(method, found, intent, situation, trading, risk / 100)
        except BadFigure as error:
            made[method] = str(error)
    return made


def draft_loss(intent: OrderIntent, situation: Situation, contract: Contract, found: Reckoned) -> Decimal:
    """What the stop of a draft is expected to cost; 0 where it lies on the wrong side.

    A market order is filled through the book as it stands, and a stop leaves by the other side of it: it is
    reckoned as much worse than its trigger as that size would be filled there now.
    """
    entry, stop = found.entry_price, found.stop
    assert entry is not None
    assert stop is not None
    market, buys = situation.market, intent.side is Side.BUY
    taken, left = (market.asks, market.bids) if buys else (market.bids, market.asks)
    if intent.kind is OrderKind.MARKET and taken:
        entry = walk_book(taken, intent.size).average_price
    size = intent.size * intent.side.sign
    if contract.exposure(size, entry).profit(stop) >= 0:
        return _ZERO
    stop = stop_fill(left, intent.size, stop, intent.side.sign)
    return lost_at_stop(contract, size, entry, stop, funding_paid_rate(intent, market))


def _limited(
    method: Sizing, sized: SizedPosition, intent: OrderIntent, situation: Situation, trading: AccountDesk
) -> Decimal:
    """The size that depth or what is held leaves of one that fits the risk."""
    contract = situation.market.contract
    assert contract is not None
    lot = contract.rules.lot_size
    if method is Sizing.LIQUID:
        levels = situation.market.asks if intent.side is Side.BUY else situation.market.bids
        return min(sized.size, liquidity_size(largest_within(levels, DEPTH_WITHIN), DEPTH_SHARE, lot))
    if method is Sizing.CORRELATED:
        share = _share_beside(intent, situation, trading, sized.loss_at_stop)
        return floor_to_step(sized.raw_size * share, lot)
    return sized.size


def _kelly_rate(setup: str, trading: AccountDesk, rate: Decimal) -> tuple[Decimal, str]:
    """A quarter of Kelly, which may only take off the risk typed; that risk while the record is short."""
    record = trading.records.of(setup)
    if record.is_few:
        return rate, f"few: {record.count} trades, so the fixed risk"
    win_rate, payoff = record.win_rate, record.payoff
    if win_rate is None or payoff is None:
        return rate, f"{record.count} trades of one kind, so the fixed risk"
    kelly = kelly_fraction(win_rate, payoff, share=KELLY_SHARE, cap=min(rate, trading.limits().risk_rate))
    words = f"{record.count} trades: {win_rate:.0%} won, {payoff:.2f} to 1"
    if not kelly:
        raise BadFigure("risk", f"Kelly risks nothing on this setup ({words})")
    return kelly, words


def _share_beside(intent: OrderIntent, situation: Situation, trading: AccountDesk, lost: Decimal) -> Decimal:
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
    budget = float(situation.account.figures().equity * MOST_JOINT_RISK)
    share = correlated_size_share(np.array(list(risks.values())), candidate, matrix, budget)
    return Decimal(repr(share))


def _known(trading: AccountDesk, metric: str, symbol: str) -> Decimal | None:
    reading = trading.read(metric, symbol)
    return Decimal(repr(reading.value)) if reading.state is ReadingState.OK and reading.value else None
