"""What a draft comes to: orders, size, costs, effects, and what keeps it from being sent."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from ui.ticket.draft import MOST_RUNGS, Draft, EntryKind
from ui.ticket.effects import effects
from ui.ticket.reckoned import FIELD_OF, Reckoned, read_figure
from ui.ticket.size_reckoning import size_of
from ui.ticket.sizing_methods import draft_loss
from workstation.account_desk import AccountDesk
from workstation.analytics.book_walk import walk_book
from workstation.analytics.costs import break_even_price
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
from workstation.trading.contracts import Contract
from workstation.trading.intents import rounded
from workstation.trading.risk import Situation, funding_paid_rate

_ZERO, _ONE = Decimal(0), Decimal(1)


def reckon(draft: Draft, symbol: str, trading: AccountDesk) -> Reckoned:
    """Work a draft out in the market and the account of now."""
    found = _reckoned(draft, symbol, trading)
    if found.whole is None and not draft.reduce_only:
        # Nothing to send yet: its checklist is shown all the same.
        found.verdict = trading.checklists.verdict(asked_intent(found, symbol, trading))
    return found


def asked_intent(found: Reckoned, symbol: str, trading: AccountDesk) -> OrderIntent:
    """What a checklist is judged for: the whole order, or as much as a ticket without one says."""
    draft = found.draft
    return found.whole or OrderIntent(
        trading.venue.venue, symbol, draft.side, OrderKind.LIMIT, _ZERO, Purpose.OPEN, setup=draft.setup
    )


def _reckoned(draft: Draft, symbol: str, trading: AccountDesk) -> Reckoned:
    found = Reckoned(draft)
    situation = trading.situation(symbol)
    contract = found.contract = situation.market.contract
    found.atr = read_atr(trading, symbol)
    levels = situation.market.bids if draft.side is Side.BUY else situation.market.asks
    found.best = levels[0][0] if levels else None
    _read_prices(found, situation)
    leverage = read_figure(found, "leverage", draft.leverage, "Leverage")
    hold = read_figure(found, "hold", draft.hold, "The planned hold", optional=True)
    give_back = read_figure(found, "give_back", draft.give_back, "The share given back")
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
    found.begun = intent
    size = size_of(found, intent, situation, trading)
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


def read_atr(trading: AccountDesk, symbol: str) -> float | None:
    """The average true range of a symbol; None where it is not known."""
    reading = trading.read("atr", symbol)
    return reading.value if reading.state is ReadingState.OK else None


def _read_prices(found: Reckoned, situation: Situation) -> None:
    draft, market = found.draft, situation.market
    if draft.kind is not EntryKind.MARKET:
        found.entry = read_figure(found, "entry", draft.entry, "Entry")
    if draft.kind.is_scaled:
        title = "Retest" if draft.kind is EntryKind.HALVES else "The last rung"
        found.far = read_figure(found, "far", draft.far, title)
    if not draft.reduce_only:
        found.stop = read_figure(found, "stop", draft.stop, "Stop")
        needs_target = draft.trail is None
        found.target = read_figure(found, "target", draft.target, "Target", optional=not needs_target)
    if draft.kind is EntryKind.MARKET:
        levels = market.asks if draft.side is Side.BUY else market.bids
        found.entry = levels[0][0] if levels else None
        if not levels:
            found.faults["kind"] = "There is no book to take from"


def _entry_prices(found: Reckoned, situation: Situation) -> list[Decimal]:
    """The prices of the orders, the first at the entry; sets what is paid on average."""
    draft, entry, contract = found.draft, found.entry, situation.market.contract
    assert contract is not None
    if entry is None or (draft.kind.is_scaled and found.far is None):
        return []
    count = 2 if draft.kind is EntryKind.HALVES else 1
    if draft.kind is EntryKind.LADDER:
        rungs = read_figure(found, "rungs", draft.rungs, "Rungs")
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


def _make_orders(found: Reckoned, intent: OrderIntent, prices: Sequence[Decimal], contract: Contract) -> None:
    """Part the size over the orders; what the steps leave over goes to the one nearest to the stop."""
    count, lot = len(prices), contract.rules.lot_size
    part = floor_to_step(intent.size / count, lot)
    if not part:
        found.faults["size"] = f"Too small to be parted into {count} orders"
        return
    sizes = [part] * count
    nearest = min(range(count), key=lambda place: intent.side.sign * prices[place])
    sizes[nearest] += intent.size - part * count  # elsewhere it would lose more than the whole at its average
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
        # What slips is within the entry already, which is the average through the book.
        found.break_even = break_even_price(exposure, entry_rate, contract.taker_rate, -found.funding)
    except BadFigure as error:
        found.faults["hold"] = str(error)
    if found.stop is None:
        return
    found.risk_money = draft_loss(intent, situation, contract, found)
    equity = situation.account.figures().equity
    found.risk_rate = found.risk_money / equity if equity > 0 else None
    loss = -exposure.profit(found.stop)
    if found.target is not None and loss > 0:
        found.reward_risk = exposure.profit(found.target) / loss


def _work_effects_out(
    found: Reckoned, situation: Situation, trading: AccountDesk, contract: Contract
) -> None:
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


def _judge(found: Reckoned, trading: AccountDesk) -> None:
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
