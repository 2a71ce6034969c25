"""Initial and maintenance margin, what a cross wallet leaves for one position, how near its end one is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from workstation.analytics.figures import ONE, ZERO, not_negative, positive, rate, sign
from workstation.analytics.liquidation import ClosingFee, Exposure, LiquidationPoint, liquidation_point
from workstation.errors import BadFigure
from workstation.model.margin import MarginTier, TierTable

LARGEST_LEVERAGE = Decimal(500)  # no venue offers more: what is above is a slip of the finger

# A liquidation price is rounded far behind any tick: a stop that close to it is not before it.
_LAST_DIGIT = Decimal("1e-18")


def check_leverage(leverage: Decimal, tier: MarginTier | None = None) -> Decimal:
    """Return the leverage if a venue could take it, and this bracket of the table does.

    Raises:
        BadFigure: below 1, absurd, or above what the bracket allows.
    """
    positive("leverage", leverage)
    if leverage < 1:
        raise BadFigure("leverage", f"Leverage starts at 1x, not {leverage:f}x")
    if leverage > LARGEST_LEVERAGE:
        raise BadFigure(
            "leverage", f"No venue offers {leverage:f}x; {LARGEST_LEVERAGE}x is the most there is"
        )
    if tier is not None and leverage > tier.max_leverage:
        raise BadFigure(
            "leverage",
            f"A position of this size may be opened with {tier.max_leverage:f}x at most, not {leverage:f}x",
        )
    return leverage


def initial_margin(notional: Decimal, leverage: Decimal) -> Decimal:
    """Return what opening takes out of the free balance, before fees, in the notional's unit."""
    return not_negative("notional", notional) / check_leverage(leverage)


def maintenance_margin(notional: Decimal, tiers: TierTable) -> Decimal:
    """Return what must remain: notional · rate − amount of its bracket, in the notional's unit."""
    tier = tiers.tier_of(not_negative("notional", notional))
    return notional * tier.maintenance_rate - tier.maintenance_amount


def isolated_margin(
    exposure: Exposure,
    leverage: Decimal,
    *,
    fee_rate: Decimal = ZERO,
    closing_fee: ClosingFee = ClosingFee.LEFT_OUT,
) -> Decimal:
    """Return the margin an isolated position is opened with, in quote units (coin if inverse).

    Bybit adds the fee of closing at the bankruptcy price entry · (1 ∓ 1/leverage).

    Source: Bybit "Initial Margin (USDT contract)".
    """
    rate("fee_rate", fee_rate)
    posted = initial_margin(exposure.notional(exposure.entry_price), leverage)
    if closing_fee is not ClosingFee.SET_ASIDE:
        return posted
    bankrupt_at = exposure.entry - posted / exposure.slope
    return posted + abs(exposure.slope) * bankrupt_at * fee_rate


@dataclass(frozen=True, slots=True)
class HeldPosition:
    """A position of a cross wallet with what is needed to value it.

    Attributes:
        exposure: size and entry.
        mark_price: the venue's present mark, quote per base unit.
        tiers: the symbol's brackets.
    """

    exposure: Exposure
    mark_price: Decimal
    tiers: TierTable

    @property
    def maintenance_margin(self) -> Decimal:
        """At the present mark."""
        return maintenance_margin(self.exposure.notional(self.mark_price), self.tiers)

    @property
    def unrealised_pnl(self) -> Decimal:
        """At the present mark, before fees."""
        return self.exposure.profit(self.mark_price)


def cross_margin(wallet_balance: Decimal, others: Iterable[HeldPosition]) -> Decimal:
    """Return what a cross wallet leaves for one position: balance − margins of the others + their profits.

    Source: Binance FAQ "How to Calculate Liquidation Price of USDⓈ-M Futures Contracts": WB − TMM + UPNL.
    """
    return wallet_balance + sum((held.unrealised_pnl - held.maintenance_margin for held in others), ZERO)


def cross_liquidations(
    wallet_balance: Decimal,
    book: Mapping[str, HeldPosition],
    *,
    fee_rate: Decimal = ZERO,
    closing_fee: ClosingFee = ClosingFee.LEFT_OUT,
) -> dict[str, LiquidationPoint | None]:
    """Return the liquidation point of every position of a cross wallet, the others standing at their marks.

    Called with and without an intended order it says what the order does to the positions already held.
    """
    free = cross_margin(wallet_balance, book.values())
    return {
        symbol: liquidation_point(
            held.exposure,
            free + held.maintenance_margin - held.unrealised_pnl,
            held.tiers,
            fee_rate=fee_rate,
            closing_fee=closing_fee,
        )
        for symbol, held in book.items()
    }


def margin_ratio(maintenance: Decimal, equity: Decimal) -> Decimal | None:
    """Return maintenance margin over equity: danger rises, 1 is liquidation. None without positive equity.

    Binance shows it this way round, OKX the other way.
    """
    return not_negative("maintenance_margin", maintenance) / equity if equity > 0 else None


def effective_leverage(notional: Decimal, equity: Decimal) -> Decimal | None:
    """Return notional over equity; None without positive equity."""
    return not_negative("notional", notional) / equity if equity > 0 else None


@dataclass(frozen=True, slots=True)
class Buffer:
    """How far liquidation is from the mark.

    Attributes:
        rate: fraction of the mark; negative where the mark is already past it.
        atrs: the same in average true ranges; None without one.
        stop_room: how far the stop is from liquidation, as a fraction of the way from mark to liquidation;
            negative: liquidated before the stop. None without a stop.
    """

    rate: Decimal
    atrs: Decimal | None
    stop_room: Decimal | None


def liquidation_buffer(
    size: Decimal,
    mark_price: Decimal,
    liquidation_price: Decimal,
    *,
    atr: Decimal | None = None,
    stop_price: Decimal | None = None,
) -> Buffer:
    """Return how far the mark may move before the position is liquidated.

    Args:
        size: only its sign counts, long > 0.
        mark_price, liquidation_price, stop_price: quote per base unit.
        atr: average true range in quote units.
    """
    positive("mark_price", mark_price)
    positive("liquidation_price", liquidation_price)
    side = sign(size)
    distance = side * (mark_price - liquidation_price)
    stop_room = None
    if stop_price is not None and distance > 0:
        stop_room = side * (positive("stop_price", stop_price) - liquidation_price) / distance
    return Buffer(distance / mark_price, None if atr is None else distance / positive("atr", atr), stop_room)


def check_stop(
    size: Decimal, entry_price: Decimal, stop_price: Decimal, liquidation_price: Decimal | None
) -> Decimal:
    """Return a protective stop if it lies between entry and liquidation, where it can still do its work.

    Raises:
        BadFigure: on the wrong side of the entry, or at or beyond liquidation.
    """
    positive("entry_price", entry_price)
    positive("stop_price", stop_price)
    side = sign(size)
    if side * (entry_price - stop_price) <= 0:
        where, name = ("below", "long") if side > 0 else ("above", "short")
        raise BadFigure("stop_price", f"The stop of a {name} belongs {where} the entry {entry_price:f}")
    if liquidation_price is not None and side * (stop_price - liquidation_price) <= _LAST_DIGIT * stop_price:
        raise BadFigure(
            "stop_price",
            f"The stop {stop_price:f} lies beyond liquidation at {liquidation_price:.8g}: "
            "the position would be gone before it. Less leverage, more margin or a nearer stop",
        )
    return stop_price


def hyperliquid_tiers(rows: Sequence[tuple[Decimal, Decimal | None, Decimal]]) -> TierTable:
    """Return the table of Hyperliquid's rows (floor, cap, highest leverage): half the initial margin is kept.

    Source: Hyperliquid docs "Margin tiers": maintenance rate 1 / (2 · highest leverage).
    """
    return TierTable.from_rates(
        [
            (floor, cap, ONE / (2 * positive("max_leverage", leverage)), leverage)
            for floor, cap, leverage in rows
        ]
    )


def portfolio_maintenance(book: Iterable[HeldPosition]) -> Decimal:
    """Return the sum of the maintenance margins at the present marks, in quote units."""
    return sum((held.maintenance_margin for held in book), ZERO)
