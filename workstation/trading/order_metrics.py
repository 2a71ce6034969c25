"""What can be known of an order before it is sent: the metrics of the order and of the account with it."""

from collections.abc import Mapping
from decimal import Decimal
from math import isfinite

from workstation.analytics.book_walk import walk_book
from workstation.errors import BadFigure
from workstation.metrics.metric import NoData, Unit
from workstation.model.orders import Side
from workstation.trading.account import Account, Correlation, portfolio_heat, risk_to_stop, sector_exposure
from workstation.trading.order_facts import OrderFacts
from workstation.trading.own_metric import OwnMetric
from workstation.trading.pending import with_pending
from workstation.trading.plan import lost_at_stop, reward_to_risk, stop_fill
from workstation.trading.risk import funding_paid_rate

DEPTH_RATE = Decimal("0.005")
"""The book within this share of the best price is what an order is held against."""

_ZERO = Decimal(0)

OrderMetric = OwnMetric[OrderFacts]


def _risk(facts: OrderFacts) -> float:
    intent = facts.intent
    funding_rate = funding_paid_rate(intent, facts.situation.market)
    size = facts.size * intent.side.sign
    market = facts.situation.market
    left = market.bids if intent.side is Side.BUY else market.asks
    stop = stop_fill(left, facts.size, facts.stop_price, intent.side.sign)
    return float(lost_at_stop(facts.contract, size, facts.entry_price, stop, funding_rate) / facts.equity)


def _reward_risk(facts: OrderFacts, *, net: bool) -> float:
    intent, bracket = facts.intent, facts.intent.bracket
    if bracket is None or not bracket.targets:
        raise NoData("There is no target yet")
    funding_rate = funding_paid_rate(intent, facts.situation.market) if net else None
    try:
        return float(
            reward_to_risk(
                facts.contract, facts.size * intent.side.sign, facts.entry_price, bracket, funding_rate
            )
        )
    except BadFigure as error:
        raise NoData(str(error)) from None


def _leverage(facts: OrderFacts) -> float:
    intent, account = facts.intent, facts.situation.account
    held = account.positions.get(intent.symbol)
    return float(intent.leverage or (held.leverage if held is not None else Decimal(1)))


def _account_leverage(facts: OrderFacts) -> float:
    leverage = facts.after_all.account.figures().leverage
    if leverage is None:
        raise NoData("The account would be empty")
    return float(leverage)


def _liquidation_price(facts: OrderFacts) -> Decimal | None:
    after, symbol = facts.after, facts.intent.symbol
    points = after.liquidations()
    if symbol not in after.positions:
        return None
    if symbol not in points:
        raise NoData(f"The mark or the margin tiers of {', '.join(after.unknown)} are not known")
    point = points[symbol]
    return None if point is None else Decimal(point.price)


def _liquidation_distance(facts: OrderFacts) -> float:
    price = _liquidation_price(facts)
    entry = facts.entry_price
    return float("inf") if price is None else float(abs(price / entry - 1))


def _stop_before_liquidation(facts: OrderFacts) -> float:
    price = _liquidation_price(facts)
    if price is None:
        return float("inf")
    if facts.atr is None or facts.atr <= 0:
        raise NoData("The average true range is not known")
    return facts.intent.side.sign * float(facts.stop_price - price) / facts.atr


def _stop_in_atr(facts: OrderFacts) -> float:
    if facts.atr is None or facts.atr <= 0:
        raise NoData("The average true range is not known")
    return float(abs(facts.entry_price - facts.stop_price)) / facts.atr


def _depth_to_size(facts: OrderFacts) -> float:
    market = facts.situation.market
    levels = market.asks if facts.intent.side is Side.BUY else market.bids
    if not levels:
        raise NoData("There is no whole order book")
    best = levels[0][0]
    held = sum((size for price, size in levels if abs(price / best - 1) <= DEPTH_RATE), _ZERO)
    return float(held / facts.size)


def _slippage(facts: OrderFacts) -> float:
    market = facts.situation.market
    levels = market.asks if facts.intent.side is Side.BUY else market.bids
    walk = walk_book(levels, facts.size) if levels else None
    if walk is None or walk.is_partial:
        raise NoData("The book does not hold that much")
    return float(walk.slippage_rate)


def _funding_cost(facts: OrderFacts) -> float:
    if facts.situation.market.funding is None:
        raise NoData("The venue has not said its funding")
    return float(funding_paid_rate(facts.intent, facts.situation.market))


def _correlation_held(facts: OrderFacts) -> float:
    """The strongest correlation that adds to what is held or under way: 0 with nothing of either."""
    found = 0.0
    for symbol, held in with_pending(facts.situation).account.positions.items():
        if symbol == facts.intent.symbol:
            continue
        known = facts.correlation(facts.intent.symbol, symbol)
        if not isfinite(known):
            raise NoData(f"The correlation with {symbol} is not known")
        found = max(found, known * (1 if held.size > 0 else -1) * facts.intent.side.sign)
    return found


def _sector_exposure(facts: OrderFacts) -> float:
    after = facts.after_all.account
    sector = facts.sectors.of(facts.contract.base)
    held = next((one for one in sector_exposure(after, facts.sectors) if one.sector == sector), None)
    return 0.0 if held is None else float(abs(held.net) / facts.equity)


def open_risk(account: Account, stops: Mapping[str, Decimal], correlation: Correlation) -> Decimal:
    """Return √(wᵀCw) of what the positions can lose until their stops, in the account's coin.

    Raises:
        NoData: the mark of a position is not known.
    """
    risks: dict[str, Decimal] = {}
    for symbol, held in account.positions.items():
        risk = risk_to_stop(account, symbol, stops.get(symbol))
        if risk is None:
            raise NoData(f"The mark price of {symbol} is not known")
        if risk.from_mark > 0:
            risks[symbol] = risk.from_mark.copy_sign(held.size)
    return portfolio_heat(risks, correlation)


def _portfolio_risk(facts: OrderFacts) -> float:
    _, after = facts.stop_price, facts.after_all  # without a stop of its own there is no answer yet
    return float(open_risk(after.account, after.stops, facts.correlation) / facts.equity)


_OWN_RULE = "a rule of Preflight's own"

ORDER_METRICS: tuple[OrderMetric, ...] = (
    OrderMetric(
        "order_risk_rate",
        "Risk of the trade",
        Unit.RATE,
        "lost at the stop, out through the book, with fees both ways and funding of the hold, of the equity",
        _OWN_RULE,
        _risk,
    ),
    OrderMetric(
        "order_reward_risk",
        "Reward to risk",
        Unit.TIMES,
        "profit at the targets, by their shares, for the loss at the stop, before costs",
        _OWN_RULE,
        lambda facts: _reward_risk(facts, net=False),
    ),
    OrderMetric(
        "order_net_reward_risk",
        "Reward to risk after costs",
        Unit.TIMES,
        "the same with fees both ways and funding over the planned hold",
        _OWN_RULE,
        lambda facts: _reward_risk(facts, net=True),
    ),
    OrderMetric(
        "order_leverage", "Leverage", Unit.TIMES, "that the position is opened with", _OWN_RULE, _leverage, 1
    ),
    OrderMetric(
        "account_leverage",
        "Leverage of the account",
        Unit.TIMES,
        "notional of all positions, of this order and of those that work, for the equity",
        _OWN_RULE,
        _account_leverage,
    ),
    OrderMetric(
        "liquidation_distance_rate",
        "Liquidation",
        Unit.RATE,
        "from the entry to the price that liquidates the position, of the entry",
        "the venue's rules of margin",
        _liquidation_distance,
        1,
    ),
    OrderMetric(
        "stop_liquidation_atr",
        "Stop before liquidation",
        Unit.TIMES,
        "from the stop to the liquidation price, in average true ranges; negative lies beyond it",
        _OWN_RULE,
        _stop_before_liquidation,
        1,
    ),
    OrderMetric(
        "stop_atr",
        "Stop in true ranges",
        Unit.TIMES,
        "from the entry to the stop, in average true ranges",
        _OWN_RULE,
        _stop_in_atr,
        1,
    ),
    OrderMetric(
        "depth_to_size",
        "Depth for the size",
        Unit.TIMES,
        "resting within 0.5 % of the best price on the side that is taken, for the size of the order",
        _OWN_RULE,
        _depth_to_size,
        0,
    ),
    OrderMetric(
        "slippage_rate",
        "Slippage at the market",
        Unit.RATE,
        "average price of the size through the book now, against the best",
        "walking the order book",
        _slippage,
        3,
    ),
    OrderMetric(
        "funding_hold_rate",
        "Funding over the hold",
        Unit.RATE,
        "paid at the settlements within the planned hold, of the notional; received is negative",
        "the venue's estimate of the next settlement",
        _funding_cost,
        3,
    ),
    OrderMetric(
        "correlation_held",
        "Correlation with what is held",
        Unit.NUMBER,
        "the highest with a position or an order that works, counted with both sides: 1 would double it",
        "hourly returns",
        _correlation_held,
    ),
    OrderMetric(
        "sector_exposure_rate",
        "Exposure of the sector",
        Unit.RATE,
        "long less short of the coin's sector with this order and those that work, of the equity",
        _OWN_RULE,
        _sector_exposure,
        0,
    ),
    OrderMetric(
        "portfolio_risk_rate",
        "Risk of everything open",
        Unit.RATE,
        "√(wᵀCw) of what all positions and orders that work lose until their stops, of the equity",
        "variance of a sum of correlated losses",
        _portfolio_risk,
    ),
)

ORDER_METRIC_BY_KEY = {metric.key: metric for metric in ORDER_METRICS}
