"""The hard limits: what no order may break whatever the checklist says, each told in the field concerned."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from workstation.analytics.book_walk import walk_book
from workstation.analytics.funding import settlement_times
from workstation.analytics.margin import check_stop, initial_margin
from workstation.analytics.venue_rules import check_order, round_limit
from workstation.errors import BadFigure
from workstation.model.derivatives import FundingRate
from workstation.model.orders import Bracket, OrderIntent, OrderKind, Refusal, Side
from workstation.trading.account import Account, risk_to_stop
from workstation.trading.contracts import Contract
from workstation.trading.plan import lost_at_stop, reward_to_risk, stop_fill

Levels = tuple[tuple[Decimal, Decimal], ...]
"""(price, size) of one side of a book, best first."""

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class HardLimits:
    """What caps every order; kept apart from layouts and changed only with a reason and a wait.

    Attributes:
        order_notional, position_notional: quote units, of one order and of a position with it.
        leverage: of any position.
        price_deviation_rate: of a limit or trigger price from the mark, a fraction.
        slippage_rate: most that a market order may pay beyond the best price, a fraction.
        orders_per_minute: opening orders.
        book_age_ms, mark_age_ms: older than that, nothing is opened on it.
        risk_rate: most of the equity that a trade may lose at its stop, costs included, a fraction.
        reward_risk: least reward at the targets for the risk to the stop.
        override_wait_ms: between asking for an override and using it.
        override_reason: least characters of its reason.
    """

    order_notional: Decimal = Decimal(50_000)
    position_notional: Decimal = Decimal(100_000)
    leverage: Decimal = Decimal(10)
    price_deviation_rate: Decimal = Decimal("0.05")
    slippage_rate: Decimal = Decimal("0.003")
    orders_per_minute: int = 20
    book_age_ms: int = 5_000
    mark_age_ms: int = 5_000
    risk_rate: Decimal = Decimal("0.02")
    reward_risk: Decimal = Decimal(2)
    override_wait_ms: int = 60_000
    override_reason: int = 12


@dataclass(frozen=True, slots=True)
class MarketView:
    """What is known of a symbol at the moment of an order.

    Attributes:
        contract: None where the venue has not said what it is.
        is_open: it is traded now.
        frozen: why nothing may be opened at this venue now (unreachable, not reconciled, clock stepped), a
            sentence; empty where it may.
        mark_price: None before the first. mark_age_ms: since it was heard.
        last_price: of the newest trade; None before the first.
        bids, asks: best first.
        book_age_ms: since the book was last heard of; None where there is none or it is broken.
        funding: the venue's estimate of the next settlement; None where it has not said one.
        now_ms: the venue's time, for the settlements of a planned hold.
    """

    contract: Contract | None = None
    is_open: bool = True
    frozen: str = ""
    mark_price: Decimal | None = None
    mark_age_ms: int = 0
    last_price: Decimal | None = None
    bids: Levels = ()
    asks: Levels = ()
    book_age_ms: int | None = None
    funding: FundingRate | None = None
    now_ms: int = 0


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything that an intent is judged in.

    Attributes:
        market: of the intent's symbol.
        account: the wallet that it is settled in.
        stops: protective stop by symbol of the positions that have one.
        pending: opening orders that work, of all symbols: they will want margin too.
        missing: signed size that the venue says was filled in the market's symbol, its fills still under way.
    """

    market: MarketView
    account: Account
    stops: Mapping[str, Decimal] = field(default_factory=dict)
    pending: Sequence[OrderIntent] = ()
    missing: Decimal = _ZERO


def opening_refusals(
    intent: OrderIntent, situation: Situation, limits: HardLimits, recent_orders: int
) -> list[Refusal]:
    """Return every hard limit that a rounded, well-formed intent to open would break.

    Where the market is not known well enough to reckon, that is said and the figures behind it are left out.

    Args:
        intent, situation, limits: what is judged, in what, by what.
        recent_orders: opening orders approved within the last minute.
    """
    market = situation.market
    found = list(_market_refusals(market, limits))
    if recent_orders >= limits.orders_per_minute:
        words = f"{recent_orders} orders within a minute: wait; the limit is {limits.orders_per_minute}"
        found.append(Refusal("", words))
    if intent.kind is OrderKind.MARKET:
        words = "A market order to open pays the spread and the slippage: use a limit, or say why not"
        found.append(Refusal("kind", words, may_override=True))
    contract, mark = market.contract, market.mark_price
    if contract is None or mark is None:
        return found
    try:
        entry = _entry_price(intent, market, limits)
    except BadFigure as error:
        return [*found, Refusal(error.field, str(error))]
    found += _price_refusals(intent, market, mark, entry, limits)
    found += _size_refusals(intent, situation, contract, entry, limits)
    found += _bracket_refusals(intent, situation, contract, entry, limits)
    return found


def _market_refusals(market: MarketView, limits: HardLimits) -> Iterator[Refusal]:
    if market.frozen:
        yield Refusal("", market.frozen)
    if market.contract is None:
        yield Refusal("symbol", "The venue has not said yet how this symbol is traded")
    elif market.contract.rules.tiers is None:
        yield Refusal(
            "symbol", "The venue's margin tiers are not known yet: no liquidation price can be said"
        )
    if not market.is_open:
        yield Refusal("symbol", "This market is closed now: nothing can be opened")
    if market.mark_price is None:
        yield Refusal("symbol", "There is no mark price yet: margin and liquidation cannot be reckoned")
    elif market.mark_age_ms > limits.mark_age_ms:
        yield Refusal(
            "symbol", f"The mark price is {market.mark_age_ms / 1000:.1f} s old: wait until it is live"
        )
    if market.book_age_ms is None or not market.bids or not market.asks:
        yield Refusal("symbol", "There is no whole order book: nothing is opened blind")
    elif market.book_age_ms > limits.book_age_ms:
        yield Refusal(
            "symbol", f"The order book is {market.book_age_ms / 1000:.1f} s old: wait until it is live"
        )


def _entry_price(intent: OrderIntent, market: MarketView, limits: HardLimits) -> Decimal:
    """What the order is expected to be filled at.

    Raises:
        BadFigure: the book cannot fill a market order within the slippage allowed.
    """
    if intent.kind is OrderKind.MARKET:
        levels = market.asks if intent.side is Side.BUY else market.bids
        walk = walk_book(levels, intent.size)
        if walk.is_partial or walk.slippage_rate > limits.slippage_rate:
            held = "holds less than that" if walk.is_partial else f"would slip {walk.slippage_rate:.2%}"
            raise BadFigure("size", f"The book is too thin: it {held}; {limits.slippage_rate:.2%} is allowed")
        return walk.average_price
    price = intent.price if intent.price is not None else intent.trigger_price
    assert price is not None  # well-formed
    return price


def _price_refusals(
    intent: OrderIntent, market: MarketView, mark: Decimal, entry: Decimal, limits: HardLimits
) -> Iterator[Refusal]:
    prices = (("price", intent.price), ("trigger_price", intent.trigger_price))
    for name, price in prices:
        if price is not None and abs(price / mark - 1) > limits.price_deviation_rate:
            words = f"{price:f} is {abs(price / mark - 1):.1%} from the mark {mark:f}"
            yield Refusal(name, f"{words}; the limit is {limits.price_deviation_rate:.1%}")
    sign = intent.side.sign
    best = market.asks if intent.side is Side.BUY else market.bids
    if intent.kind is OrderKind.LIMIT and best:
        beyond = sign * (entry - best[0][0])
        if intent.post_only and beyond >= 0:
            yield Refusal("price", f"Post-only, but {entry:f} would trade at once against {best[0][0]:f}")
        elif beyond / best[0][0] > limits.price_deviation_rate:
            yield Refusal("price", f"{entry:f} reaches far through the book, whose best is {best[0][0]:f}")
    if intent.kind.is_conditional and intent.trigger_price is not None:
        through = sign * (intent.trigger_price - mark)
        if through <= 0 if intent.kind is OrderKind.STOP else through >= 0:
            yield Refusal("trigger_price", f"The trigger is already passed: the mark is {mark:f}")


def _size_refusals(
    intent: OrderIntent, situation: Situation, contract: Contract, entry: Decimal, limits: HardLimits
) -> Iterator[Refusal]:
    account, rules = situation.account, contract.rules
    held = account.positions.get(intent.symbol)
    held_size = held.size if held is not None else _ZERO
    leverage = _leverage(intent, account)
    signed = intent.size * intent.side.sign
    if rules.tiers is not None:
        try:
            # A limit or trigger price is on the grid; what a market order averages need not be.
            grid = entry if intent.kind is not OrderKind.MARKET else round_limit(True, entry, rules.tick_size)
            check_order(rules, signed, grid, leverage, held_size=held_size)
        except BadFigure as error:
            yield Refusal(error.field, str(error))
    if leverage > limits.leverage:
        yield Refusal("leverage", f"{leverage:f}x is more than your limit of {limits.leverage:f}x")
    beside = sum((one.size for one in _same_trade(intent, situation)), _ZERO) * intent.side.sign
    worth = rules.quote_value(intent.size, entry)
    after = rules.quote_value(held_size + beside + signed, entry)
    if worth > limits.order_notional:
        words = f"An order of {worth:,.0f} is more than your limit of {limits.order_notional:,.0f}"
        yield Refusal("size", words)
    if after > limits.position_notional and abs(held_size + beside + signed) > abs(held_size):
        words = f"The position would be worth {after:,.0f}; your limit is {limits.position_notional:,.0f}"
        yield Refusal("size", words)
    needed = initial_margin(contract.exposure(signed, entry).notional(entry), max(Decimal(1), leverage))
    fee = contract.exposure(signed, entry).notional(entry) * contract.taker_rate
    waiting = sum((_pending_margin(one, account) for one in situation.pending), _ZERO)
    free = account.figures().free_margin - waiting
    if needed + fee > free:
        words = (
            f"Needs {needed + fee:,.2f} {account.asset} of margin and fee; {max(_ZERO, free):,.2f} are free"
        )
        yield Refusal("size", words)


def _same_trade(intent: OrderIntent, situation: Situation) -> list[OrderIntent]:
    """The orders that work for the same position: rungs of a ladder, or tickets sent one after another."""
    return [one for one in situation.pending if one.symbol == intent.symbol and one.side is intent.side]


def trade_loss(
    intent: OrderIntent, situation: Situation, contract: Contract, entry: Decimal, stop_price: Decimal
) -> Decimal:
    """Return what the stop costs with what is held and works on the same side of the same symbol.

    Args:
        intent: to open or add. contract: of its symbol.
        entry: what it is expected to be filled at. stop_price: of its bracket.

    Returns:
        In the settlement coin, fees and the funding of the planned hold included; stops leave
        through the book as it is. What is held without a stop counts with all that it can lose.
    """
    account, sign = situation.account, intent.side.sign
    beside, signed = _same_trade(intent, situation), intent.size * sign
    left = situation.market.bids if intent.side is Side.BUY else situation.market.asks
    together = sum((one.size for one in beside), intent.size)

    def fill(stop: Decimal) -> Decimal:
        return stop_fill(left, together, stop, sign)

    lost = lost_at_stop(
        contract, signed, entry, fill(stop_price), funding_paid_rate(intent, situation.market)
    )
    held = account.positions.get(intent.symbol)
    if held is not None and held.size * signed > 0:
        already = risk_to_stop(account, intent.symbol, situation.stops.get(intent.symbol))
        lost += max(_ZERO, already.from_entry) if already is not None else _ZERO
    mark = account.marks.get(intent.symbol)
    return lost + sum((_pending_loss(one, contract, mark, fill) for one in beside), _ZERO)


def _pending_loss(
    intent: OrderIntent, contract: Contract, mark: Decimal | None, fill: Callable[[Decimal], Decimal]
) -> Decimal:
    price = intent.price or intent.trigger_price or mark
    if price is None or intent.bracket is None:
        return _ZERO
    signed = intent.size * intent.side.sign
    return max(_ZERO, lost_at_stop(contract, signed, price, fill(intent.bracket.stop_price), _ZERO))


def _pending_margin(intent: OrderIntent, account: Account) -> Decimal:
    contract = account.contracts.get(intent.symbol)
    price = intent.price or intent.trigger_price or account.marks.get(intent.symbol)
    if contract is None or price is None or contract.settlement_asset != account.asset:
        return _ZERO
    return contract.exposure(intent.size, price).notional(price) / _leverage(intent, account)


def _leverage(intent: OrderIntent, account: Account) -> Decimal:
    held = account.positions.get(intent.symbol)
    return intent.leverage or (held.leverage if held is not None else Decimal(1))


def _bracket_refusals(
    intent: OrderIntent, situation: Situation, contract: Contract, entry: Decimal, limits: HardLimits
) -> Iterator[Refusal]:
    bracket, account = intent.bracket, situation.account
    if bracket is None:
        yield Refusal("bracket.stop_price", "Exit before entry: an order to open needs a stop")
        return
    signed = intent.size * intent.side.sign
    try:
        check_stop(signed, entry, bracket.stop_price, None)
    except BadFigure as error:
        yield Refusal("bracket.stop_price", str(error))
        return
    yield from _reward_refusals(intent, bracket, contract, entry, limits)
    if contract.rules.tiers is not None:
        yield from _liquidation_refusals(intent, bracket, situation, contract, entry)
    lost = trade_loss(intent, situation, contract, entry, bracket.stop_price)
    equity = account.figures().equity
    if lost > equity * limits.risk_rate:
        share = f"{lost / equity:.2%} of the account" if equity > 0 else "more than the account holds"
        words = (
            f"The stop would cost {lost:,.2f} {account.asset}, {share}; the limit is {limits.risk_rate:.2%}"
        )
        yield Refusal("size", words)


def funding_paid_rate(intent: OrderIntent, market: MarketView) -> Decimal:
    """Return what funding costs over the planned hold, a fraction of the notional; received is negative.

    0 where no hold is planned or the venue has not said its rate and next settlement.
    """
    funding = market.funding
    if funding is None or not intent.hold_ms or not funding.next_funding_ms:
        return _ZERO
    interval = Decimal(str(funding.interval_hours))
    times = settlement_times(market.now_ms, intent.hold_ms, funding.next_funding_ms, interval)
    return funding.rate * intent.side.sign * len(times)


def _reward_refusals(
    intent: OrderIntent,
    bracket: Bracket,
    contract: Contract,
    entry: Decimal,
    limits: HardLimits,
) -> Iterator[Refusal]:
    if not bracket.targets:
        if bracket.trail is None:
            yield Refusal("bracket.targets", "Exit before entry: give a target, or a trailing stop")
        return
    try:
        reward = reward_to_risk(contract, intent.size * intent.side.sign, entry, bracket)
    except BadFigure as error:
        yield Refusal("bracket.targets", str(error))
        return
    if reward < limits.reward_risk:
        words = f"Reward to risk is {reward:.2f}; at least {limits.reward_risk:f} is asked for"
        yield Refusal("bracket.targets", words, may_override=True)


def _liquidation_refusals(
    intent: OrderIntent, bracket: Bracket, situation: Situation, contract: Contract, entry: Decimal
) -> Iterator[Refusal]:
    account = situation.account
    after = account.after(
        contract, intent.side, intent.size, entry, leverage=intent.leverage, margin_mode=intent.margin_mode
    )
    points, before = after.liquidations(), account.liquidations()
    if intent.symbol in after.positions:
        if intent.symbol not in points:
            missing = ", ".join(after.unknown)
            yield Refusal(
                "symbol", f"The liquidation price cannot be said without mark and tiers of {missing}"
            )
            return
        point, size = points[intent.symbol], after.positions[intent.symbol].size
        if point is not None and size * intent.side.sign > 0:
            try:
                check_stop(size, entry, bracket.stop_price, point.price)
            except BadFigure as error:
                yield Refusal("bracket.stop_price", str(error))
    for symbol, stop in situation.stops.items():
        held, then = after.positions.get(symbol), points.get(symbol)
        if symbol == intent.symbol or held is None or then is None:
            continue
        side = 1 if held.size > 0 else -1
        was = before.get(symbol)
        if side * (stop - then.price) <= 0 and (was is None or side * (stop - was.price) > 0):
            yield Refusal(
                "size", f"{symbol} would be liquidated at {then.price:.8g}, before its stop {stop:f}"
            )
