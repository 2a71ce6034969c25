"""What a draft comes to: orders, size, costs, effects, and what keeps it from being sent."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from math import isfinite

import numpy as np

from ui.ticket.draft import MOST_RUNGS, Draft, EntryKind, Sizing, Unreadable, number
from ui.ticket.effects import Effect, effects
from workstation.analytics.book_walk import largest_within, walk_book
from workstation.analytics.costs import break_even_price
from workstation.analytics.sizing import (
    MOST_RISK,
    correlated_size_share,
    liquidity_size,
    reduced,
    regime_factor,
    size_by_risk,
)
from workstation.analytics.venue_rules import floor_to_step, round_limit
from workstation.errors import BadFigure
from workstation.metrics.metric import ReadingState
from workstation.model.margin import MarginMode
from workstation.model.orders import (
    Bracket,
    OrderIntent,
    OrderKind,
    Purpose,
    Refusal,
    Side,
    Target,
    Trail,
)
from workstation.paper_desk import PaperDesk
from workstation.trading.account import risk_to_stop
from workstation.trading.checklist import Verdict
from workstation.trading.contracts import Contract
from workstation.trading.intents import rounded
from workstation.trading.risk import Situation, funding_paid_rate

_ZERO, _ONE = Decimal(0), Decimal(1)
WILD_CUT = Decimal("0.3")
ATR_MULTIPLE = Decimal(2)
DEPTH_SHARE = Decimal("0.1")
DEPTH_WITHIN = Decimal("0.001")
MOST_JOINT_RISK = Decimal("0.04")
"""Of the equity: what everything open may lose together where the size minds what is held."""

FIELD_OF = {
    "price": "entry",
    "bracket.stop_price": "stop",
    "bracket.targets": "target",
    "bracket.trail": "give_back",
    "hold_ms": "hold",
    "leverage": "leverage",
    "size": "size",
    "side": "side",
    "kind": "kind",
    "post_only": "post_only",
    "setup": "setup",
    "override": "override",
}
"""Which field of the ticket a refusal belongs to; others are told beside the button."""


@dataclass(slots=True)
class Reckoned:
    """A draft, worked out.

    Attributes:
        draft: what was worked out.
        faults: by field, why its text cannot stand.
        contract: None where the market is not known yet.
        atr: average true range; None where it is not known.
        best: price of our side of the book, from which the entry is measured.
        entry, far, stop, target: as they read; None where they do not.
        entry_price: what is paid on average; None where it cannot be said.
        size: of all orders together. legs: price and size of each.
        intents: what would be sent, the first of which is judged for all.
        whole: all of it as one order, which checklist and gate judge.
        verdict: of the checklist. refusals: all that speaks against it.
        risk_money, risk_rate: lost at the stop with costs, and that of the equity.
        reward_risk: before costs.
        fees, slippage, funding: over the planned hold, in the account's coin; break_even with all of them.
        tier: number of the margin bracket, and its maintenance rate.
        rows: what it does to the account. liquidation: of the position afterwards.
    """

    draft: Draft
    faults: dict[str, str] = field(default_factory=dict)
    contract: Contract | None = None
    atr: float | None = None
    best: Decimal | None = None
    entry: Decimal | None = None
    far: Decimal | None = None
    stop: Decimal | None = None
    target: Decimal | None = None
    entry_price: Decimal | None = None
    size: Decimal | None = None
    legs: tuple[tuple[Decimal | None, Decimal], ...] = ()
    intents: tuple[OrderIntent, ...] = ()
    whole: OrderIntent | None = None
    verdict: Verdict | None = None
    refusals: tuple[Refusal, ...] = ()
    risk_money: Decimal | None = None
    risk_rate: Decimal | None = None
    reward_risk: Decimal | None = None
    notional: Decimal | None = None
    fees: Decimal | None = None
    slippage: Decimal | None = None
    funding: Decimal | None = None
    break_even: Decimal | None = None
    tier: tuple[int, Decimal] | None = None
    rows: Sequence[Effect] = ()
    liquidation: Decimal | None = None

    @property
    def hard(self) -> tuple[Refusal, ...]:
        """What no reason lifts."""
        return tuple(refusal for refusal in self.refusals if not refusal.may_override)

    @property
    def can_send(self) -> bool:
        """Whether nothing speaks against it."""
        return self.whole is not None and not self.faults and not self.refusals

    @property
    def can_override(self) -> bool:
        """Whether a reason and a wait would let it pass."""
        return self.whole is not None and not self.faults and bool(self.refusals) and not self.hard


def reckon(draft: Draft, symbol: str, trading: PaperDesk) -> Reckoned:
    """Work a draft out in the market and the account of now."""
    found = _reckoned(draft, symbol, trading)
    if found.whole is None and not draft.reduce_only:
        # Nothing to send yet: its checklist is shown all the same.
        begun = OrderIntent(
            trading.venue.venue, symbol, draft.side, OrderKind.LIMIT, _ZERO, Purpose.OPEN, setup=draft.setup
        )
        found.verdict = trading.checklists.verdict(begun)
    return found


def _reckoned(draft: Draft, symbol: str, trading: PaperDesk) -> Reckoned:
    found = Reckoned(draft)
    situation = trading.situation(symbol)
    contract = found.contract = situation.market.contract
    found.atr = read_atr(trading, symbol)
    levels = situation.market.bids if draft.side is Side.BUY else situation.market.asks
    found.best = levels[0][0] if levels else None
    _read_prices(found, situation)
    leverage = _figure(found, "leverage", draft.leverage, "Leverage")
    hold = _figure(found, "hold", draft.hold, "The planned hold", optional=True)
    give_back = _figure(found, "give_back", draft.give_back, "The share given back")
    if contract is None:
        found.refusals = (Refusal("symbol", "The venue has not said yet how this symbol is traded"),)
        return found
    prices = _entry_prices(found, situation)
    if found.faults.keys() - {"risk", "size"} or leverage is None or give_back is None or not prices:
        return found
    intent = OrderIntent(
        contract.venue,
        contract.symbol,
        draft.side,
        OrderKind.MARKET if draft.kind is EntryKind.MARKET else OrderKind.LIMIT,
        _ZERO,
        Purpose.REDUCE if draft.reduce_only else Purpose.OPEN,
        price=None if draft.kind is EntryKind.MARKET else found.entry_price,
        time_in_force=draft.time_in_force,
        post_only=draft.post_only,
        reduce_only=draft.reduce_only,
        bracket=_bracket(found, give_back),
        leverage=None if draft.reduce_only else leverage,
        margin_mode=MarginMode.ISOLATED if draft.isolated else MarginMode.CROSS,
        setup=draft.setup,
        hold_ms=0 if hold is None else int(hold * 3_600_000),
        intent_id=draft.order_id,
    )
    size = _size(found, intent, situation, trading)
    if size is None or not size:
        return found
    found.size = size
    _make_orders(found, replace(intent, size=size), prices, contract)
    if found.whole is None:
        return found
    try:
        _work_costs_out(found, situation, contract)
        _work_effects_out(found, situation, trading, contract)
    except BadFigure as error:
        found.faults[FIELD_OF.get(error.field, error.field)] = str(error)
    except ArithmeticError:
        found.faults["size"] = "These figures are out of any market's reach"
    _judge(found, trading)
    return found


def read_atr(trading: PaperDesk, symbol: str) -> float | None:
    """The average true range of a symbol; None where it is not known."""
    reading = trading.read("atr", symbol)
    return reading.value if reading.state is ReadingState.OK else None


def _read_prices(found: Reckoned, situation: Situation) -> None:
    draft, market = found.draft, situation.market
    if draft.kind is not EntryKind.MARKET:
        found.entry = _figure(found, "entry", draft.entry, "Entry")
    if draft.kind.is_scaled:
        title = "Retest" if draft.kind is EntryKind.HALVES else "The last rung"
        found.far = _figure(found, "far", draft.far, title)
    if not draft.reduce_only:
        found.stop = _figure(found, "stop", draft.stop, "Stop")
        needs_target = draft.trail is None
        found.target = _figure(found, "target", draft.target, "Target", optional=not needs_target)
    if draft.kind is EntryKind.MARKET:
        levels = market.asks if draft.side is Side.BUY else market.bids
        found.entry = levels[0][0] if levels else None
        if not levels:
            found.faults["kind"] = "There is no book to take from"


def _figure(found: Reckoned, name: str, text: str, title: str, *, optional: bool = False) -> Decimal | None:
    if optional and not text.strip():
        return None
    try:
        return number(text, title)
    except Unreadable as error:
        found.faults[name] = str(error)
        return None


def _entry_prices(found: Reckoned, situation: Situation) -> list[Decimal]:
    """The prices of the orders, the first at the entry; sets what is paid on average."""
    draft, entry, contract = found.draft, found.entry, situation.market.contract
    assert contract is not None
    if entry is None or (draft.kind.is_scaled and found.far is None):
        return []
    count = 2 if draft.kind is EntryKind.HALVES else 1
    if draft.kind is EntryKind.LADDER:
        rungs = _figure(found, "rungs", draft.rungs, "Rungs")
        if rungs is None:
            return []
        if rungs != int(rungs) or not 2 <= rungs <= MOST_RUNGS:
            found.faults["rungs"] = f"A ladder has 2 to {MOST_RUNGS} rungs"
            return []
        count = int(rungs)
    tick, buys = contract.rules.tick_size, draft.side is Side.BUY
    if draft.kind is EntryKind.MARKET:
        found.entry_price = entry
        return [entry]
    far = found.far if found.far is not None and count > 1 else entry
    step = (far - entry) / (count - 1) if count > 1 else _ZERO
    prices = [round_limit(buys, entry + step * place, tick) for place in range(count)]
    if len(set(prices)) < count:
        found.faults["far"] = "The orders lie on one another: take the ends further apart"
        return []
    found.entry_price = round_limit(buys, sum(prices, _ZERO) / count, tick)
    return prices


def _bracket(found: Reckoned, give_back: Decimal) -> Bracket | None:
    draft = found.draft
    if draft.reduce_only or found.stop is None:
        return None
    trail = None if draft.trail is None else Trail(draft.trail, give_back / 100)
    targets = () if found.target is None else (Target(found.target),)
    return Bracket(found.stop, targets, trail=trail)


def _size(found: Reckoned, intent: OrderIntent, situation: Situation, trading: PaperDesk) -> Decimal | None:
    """The size typed, or the one that follows from the risk; None with the reason in its field."""
    draft, contract = found.draft, situation.market.contract
    assert contract is not None
    lot = contract.rules.lot_size
    if draft.size.strip():
        size = _figure(found, "size", draft.size, "Size")
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
    risk = _figure(found, "risk", draft.risk, "Risk")
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
    trading: PaperDesk,
    equity: Decimal,
    rate: Decimal,
) -> Decimal:
    contract, draft = situation.market.contract, found.draft
    assert contract is not None
    assert found.stop is not None
    lot = contract.rules.lot_size
    if rate > MOST_RISK:
        raise BadFigure("risk", f"More than {MOST_RISK:.0%} of the account is no risk of one trade")
    unit = _lost(replace(intent, size=_ONE), situation, contract, found)
    if unit <= 0:
        side = "below" if draft.side is Side.BUY else "above"
        raise BadFigure("stop_price", f"The stop of this order lies {side} its entry")
    if draft.sizing is Sizing.ATR:
        if not found.atr:
            raise BadFigure("size", "The average true range is not known yet: size by the stop instead")
        distance = Decimal(repr(found.atr)) * ATR_MULTIPLE
        unit = max(unit, distance * contract.rules.contract_size)
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
    intent: OrderIntent, situation: Situation, trading: PaperDesk, lost: Decimal, equity: Decimal
) -> Decimal:
    """The share of an order that keeps what everything open may lose within its budget."""
    risks: dict[str, float] = {}
    for symbol, held in situation.account.positions.items():
        risk = risk_to_stop(situation.account, symbol, situation.stops.get(symbol))
        if risk is not None and risk.from_mark > 0 and symbol != intent.symbol:
            risks[symbol] = float(risk.from_mark.copy_sign(held.size))
    names = [*risks, intent.symbol]
    signs = [1.0 if risk >= 0 else -1.0 for risk in risks.values()] + [float(intent.side.sign)]
    matrix = np.eye(len(names))
    for row, one in enumerate(names):
        for column in range(row):
            known = trading.correlation(one, names[column])
            # What is not known counts against the trader.
            known = known if isfinite(known) else signs[row] * signs[column]
            matrix[row, column] = matrix[column, row] = known
    candidate = float(lost) * intent.side.sign
    budget = float(equity * MOST_JOINT_RISK)
    share = correlated_size_share(np.array(list(risks.values())), candidate, matrix, budget)
    return Decimal(repr(share))


def _lost(intent: OrderIntent, situation: Situation, contract: Contract, found: Reckoned) -> Decimal:
    """What the stop costs with fees both ways and the funding paid, as the gate reckons it."""
    entry, stop = found.entry_price, found.stop
    assert entry is not None
    assert stop is not None
    exposure = contract.exposure(intent.size * intent.side.sign, entry)
    fees = (exposure.notional(entry) + exposure.notional(stop)) * contract.taker_rate
    paid = max(_ZERO, funding_paid_rate(intent, situation.market)) * exposure.notional(entry)
    gross = exposure.profit(stop)
    return fees + paid - gross if gross < 0 else _ZERO


def _make_orders(found: Reckoned, intent: OrderIntent, prices: Sequence[Decimal], contract: Contract) -> None:
    """Part the size over the orders; what the steps leave over goes to the first one."""
    count, lot = len(prices), contract.rules.lot_size
    part = floor_to_step(intent.size / count, lot)
    if not part:
        found.faults["size"] = f"Too small to be parted into {count} orders"
        return
    sizes = [intent.size - part * (count - 1), *[part] * (count - 1)]
    try:
        found.whole = rounded(intent, contract)
        if count == 1:
            found.intents = (found.whole,)
        else:
            found.intents = tuple(
                rounded(
                    replace(
                        intent,
                        intent_id=intent.intent_id if place == 0 else f"{intent.intent_id[:-2]}{place:02x}",
                        parent_id=intent.intent_id,
                        price=price,
                        size=size,
                    ),
                    contract,
                )
                for place, (price, size) in enumerate(zip(prices, sizes, strict=True))
            )
    except BadFigure as error:
        found.faults[FIELD_OF.get(error.field, "size")] = str(error)
        return
    found.legs = tuple((one.price, one.size) for one in found.intents)


def _work_costs_out(found: Reckoned, situation: Situation, contract: Contract) -> None:
    intent, entry, size = found.whole, found.entry_price, found.size
    assert intent is not None
    assert entry is not None
    assert size is not None
    market, draft = situation.market, found.draft
    takes = draft.kind is EntryKind.MARKET
    slipped = _ZERO
    if takes:
        levels = market.asks if draft.side is Side.BUY else market.bids
        walk = walk_book(levels, size)
        found.entry_price = entry = walk.average_price
        slipped = walk.slippage_rate
    exposure = contract.exposure(size * draft.side.sign, entry)
    found.notional = notional = exposure.notional(entry)
    tiers = contract.rules.tiers
    if tiers is not None:
        tier = tiers.tier_of(notional)
        found.tier = (tiers.tiers.index(tier) + 1, tier.maintenance_rate)
    if draft.reduce_only:
        found.fees = notional * contract.taker_rate
        return
    # A limit order may still take: what is shown is the dearer way, as the gate reckons it.
    entry_rate = contract.maker_rate if draft.post_only else contract.taker_rate
    leaving = found.stop or entry
    found.fees = notional * entry_rate + exposure.notional(leaving) * contract.taker_rate
    found.slippage = notional * slipped
    found.funding = funding_paid_rate(intent, market) * notional
    try:
        found.break_even = break_even_price(
            exposure, entry_rate, contract.taker_rate, -(found.funding + found.slippage)
        )
    except BadFigure as error:
        found.faults["hold"] = str(error)
    if found.stop is None:
        return
    found.risk_money = _lost(intent, situation, contract, found)
    equity = situation.account.figures().equity
    found.risk_rate = found.risk_money / equity if equity > 0 else None
    loss = -exposure.profit(found.stop)
    if found.target is not None and loss > 0:
        found.reward_risk = exposure.profit(found.target) / loss


def _work_effects_out(found: Reckoned, situation: Situation, trading: PaperDesk, contract: Contract) -> None:
    intent, entry, size = found.whole, found.entry_price, found.size
    assert intent is not None
    assert entry is not None
    assert size is not None
    if contract.rules.tiers is None or situation.market.mark_price is None:
        return
    after = situation.account.after(
        contract,
        intent.side,
        size,
        entry,
        leverage=intent.leverage,
        margin_mode=None if intent.purpose.reduces else intent.margin_mode,
    )
    found.rows, found.liquidation = effects(
        situation.account,
        after,
        contract,
        situation.stops,
        found.stop or situation.stops.get(contract.symbol) or entry,
        entry,
        found.atr,
        trading.correlation,
        trading.sectors,
    )


def _judge(found: Reckoned, trading: PaperDesk) -> None:
    """Ask checklist and gate, and put each refusal into the field it is about."""
    assert found.whole is not None
    desk = trading.floor.desk
    found.verdict = None if found.draft.reduce_only else trading.checklists.verdict(found.whole)
    refusals = list(desk.judge(found.whole, found.verdict))
    for place, leg in ((0, "entry"), (-1, "far")) if len(found.intents) > 1 else ():
        for refusal in desk.judge(found.intents[place], found.verdict):
            if refusal.field == "price" or (refusal.field == "size" and not place):
                name = leg if refusal.field == "price" else "size"
                refusals.append(Refusal(f"ticket.{name}", refusal.words, refusal.may_override))
    told: dict[str, Refusal] = {}
    for refusal in refusals:
        told.setdefault(refusal.words, refusal)
    found.refusals = tuple(told.values())


def field_of(refusal: Refusal) -> str:
    """The field of the ticket that a refusal is shown in; "" beside the button."""
    if refusal.field.startswith("ticket."):
        return refusal.field.removeprefix("ticket.")
    return FIELD_OF.get(refusal.field, "")
