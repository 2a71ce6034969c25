"""Whatever the figures: at the liquidation price, and only there, equity is the maintenance margin."""

from decimal import Decimal
from fractions import Fraction
from random import Random

from tests.workstation.analytics import made
from tests.workstation.analytics.made import gained, holds, number, sliced_margin, table_around, worth
from workstation.analytics.costs import break_even_price, net_pnl
from workstation.analytics.figures import ZERO
from workstation.analytics.liquidation import (
    ClosingFee,
    Exposure,
    bankruptcy_price,
    liquidation_point,
    shared_liquidation,
)
from workstation.analytics.margin import (
    HeldPosition,
    check_stop,
    cross_liquidations,
    isolated_margin,
    maintenance_margin,
)
from workstation.errors import BadFigure
from workstation.model.margin import TierTable

NEARLY = Fraction(1, 10**18)
MORE, LESS = Fraction(1_000_001, 10**6), Fraction(999_999, 10**6)


def left_over(
    held: Exposure,
    at: Fraction,
    margin: Decimal,
    table: TierTable,
    fee_rate: Decimal = ZERO,
    closing_fee: ClosingFee = ClosingFee.LEFT_OUT,
) -> Fraction:
    """Return equity − what the venue requires at a price, in fractions."""
    equity = Fraction(margin) + gained(held, at)
    required = sliced_margin(worth(held, at), table)
    if closing_fee is ClosingFee.REQUIRED:
        required += worth(held, at) * Fraction(fee_rate)
    bust = bankruptcy_price(held, margin, fee_rate=fee_rate)
    if closing_fee is ClosingFee.SET_ASIDE and bust is not None:
        at_bust = Fraction(bust)
        fee = worth(held, at_bust) * Fraction(fee_rate)
        # There margin, loss and fee cancel out: shown here, not taken on trust.
        assert abs(Fraction(margin) + gained(held, at_bust) - fee) <= NEARLY * scale_of(held, at_bust, margin)
        equity -= fee
    return equity - required


def scale_of(held: Exposure, at: Fraction, margin: Decimal) -> Fraction:
    """Return how large the figures are that cancel out."""
    return abs(Fraction(margin)) + worth(held, at) + worth(held, Fraction(held.entry_price))


@holds(3)
def test_equity_equals_maintenance_margin_at_the_liquidation_price(random: Random) -> None:
    held, fee, convention = made.exposure(random), made.fee_rate(random), made.convention(random)
    table = table_around(random, held.notional(held.entry_price))
    margin = isolated_margin(held, made.leverage(random), fee_rate=fee, closing_fee=convention)
    margin *= number(random, 50, 300, 2)

    point = liquidation_point(held, margin, table, fee_rate=fee, closing_fee=convention)

    is_long = held.size > 0
    if point is None:
        # Nowhere on the losing side, down to a millionth or up to a million times the entry.
        for power in range(7):
            at = Fraction(held.entry_price) * Fraction(10) ** (-power if is_long else power)
            assert left_over(held, at, margin, table, fee, convention) > 0
        return
    end = Fraction(point.price)
    nearly = NEARLY * scale_of(held, end, margin)
    assert abs(left_over(held, end, margin, table, fee, convention)) <= nearly
    better, worse = (MORE, LESS) if is_long else (LESS, MORE)
    assert left_over(held, end * better, margin, table, fee, convention) > 0
    assert left_over(held, end * worse, margin, table, fee, convention) < 0
    # The bracket is that of the notional there, or the one beside it on their common border.
    floor, cap = Fraction(point.tier.notional_floor), point.tier.notional_cap
    assert floor - nearly <= worth(held, end)
    assert cap is None or worth(held, end) <= Fraction(cap) + nearly


@holds()
def test_more_margin_never_brings_liquidation_nearer(random: Random) -> None:
    held, fee, convention = made.exposure(random), made.fee_rate(random), made.convention(random)
    table = table_around(random, held.notional(held.entry_price))
    margin = isolated_margin(held, made.leverage(random))
    more = margin * number(random, 1001, 3000, 3)
    first = liquidation_point(held, margin, table, fee_rate=fee, closing_fee=convention)
    second = liquidation_point(held, more, table, fee_rate=fee, closing_fee=convention)
    if first is None:
        assert second is None
    elif second is not None:
        assert second.price < first.price if held.size > 0 else second.price > first.price


@holds()
def test_margin_is_continuous_where_brackets_meet(random: Random) -> None:
    around = number(random, 1, 10**9, 2)
    table = table_around(random, around)
    assert Fraction(maintenance_margin(around, table)) == sliced_margin(Fraction(around), table)
    for before, tier in zip(table.tiers, table.tiers[1:], strict=False):
        border = tier.notional_floor
        below = border * before.maintenance_rate - before.maintenance_amount
        assert abs(below - maintenance_margin(border, table)) <= border * Decimal("1e-20")
        hair = border * Decimal("1e-9")
        grown = maintenance_margin(border + hair, table) - maintenance_margin(border - hair, table)
        assert 0 < grown < 2 * hair


@holds(2)
def test_a_hedged_pair_lives_just_between_its_liquidation_prices(random: Random) -> None:
    kind, price = made.kind(random), made.price(random)
    legs = [
        Exposure(side * made.size(random), price * number(random, 50, 200, 2), kind=kind) for side in (1, -1)
    ]
    notional = sum((leg.notional(price) for leg in legs), ZERO)
    table = table_around(random, notional)
    margin = notional * number(random, 1, 300, 2)

    def left(at: Fraction) -> Fraction:
        equity = Fraction(margin) + sum(gained(leg, at) for leg in legs)
        return equity - sum(sliced_margin(worth(leg, at), table) for leg in legs)

    try:
        found = shared_liquidation(legs, margin, table)
    except BadFigure:
        for power in range(-6, 7):
            assert left(Fraction(price) * Fraction(3) ** power) <= 0
        return
    both = found.below is not None and found.above is not None
    is_narrow = both and found.above < found.below * Decimal("1.00001")  # type: ignore[operator]
    for end, inside, outside in ((found.below, MORE, LESS), (found.above, LESS, MORE)):
        if end is None:
            continue
        at = Fraction(end)
        scale = sum(scale_of(leg, at, margin) for leg in legs)
        assert abs(left(at)) <= Fraction(1, 10**16) * scale
        assert left(at * outside) < 0
        assert is_narrow or left(at * inside) > 0


@holds()
def test_each_cross_position_ends_where_the_whole_account_meets_its_margin(random: Random) -> None:
    book = {}
    for name in range(random.randint(2, 5)):
        held = Exposure(made.size(random) * random.choice((1, -1)), made.price(random))
        table = table_around(random, held.notional(held.entry_price))
        book[str(name)] = HeldPosition(held, held.entry_price * number(random, 70, 130, 2), table)
    notional = sum((held.exposure.notional(held.mark_price) for held in book.values()), ZERO)
    wallet = notional * number(random, 1, 100, 2)
    for symbol, point in cross_liquidations(wallet, book).items():
        if point is None:
            continue
        left = scale = Fraction(wallet)
        for name_, other in book.items():
            at = Fraction(point.price if name_ == symbol else other.mark_price)
            left += gained(other.exposure, at) - sliced_margin(worth(other.exposure, at), other.tiers)
            scale += scale_of(other.exposure, at, ZERO)
        assert abs(left) <= NEARLY * scale


@holds()
def test_no_stop_at_or_beyond_liquidation_is_accepted(random: Random) -> None:
    held = made.exposure(random)
    table = table_around(random, held.notional(held.entry_price))
    margin = isolated_margin(held, made.leverage(random))
    point = liquidation_point(held, margin, table)
    if point is None:
        return
    entry = held.entry_price
    # A share of the way from entry to liquidation: from behind the entry to twice as far; or just there.
    way = random.choice((number(random, -2000, 20_000, 4), Decimal(1)))
    stop = entry + (point.price - entry) * way
    if stop <= 0:
        return
    left = left_over(held, Fraction(stop), margin, table)
    is_protective = stop < entry if held.size > 0 else stop > entry
    try:
        check_stop(held.size, entry, stop, point.price)
    except BadFigure:
        assert left <= NEARLY * scale_of(held, Fraction(stop), margin) or not is_protective
    else:
        assert left > 0
        assert is_protective


@holds()
def test_a_trade_closed_at_break_even_has_earned_nothing_and_lost_nothing(random: Random) -> None:
    held, entry_rate, exit_rate = made.exposure(random), made.fee_rate(random), made.fee_rate(random)
    notional = held.notional(held.entry_price)
    funding = -notional * number(random, -100, 100, 5)
    price = break_even_price(held, entry_rate, exit_rate, funding)
    assert abs(net_pnl(held, price, entry_rate, exit_rate, funding)) <= notional * Decimal("1e-20")
    fees = worth(held, Fraction(held.entry_price)) * Fraction(entry_rate)
    fees += worth(held, Fraction(price)) * Fraction(exit_rate)
    assert abs(gained(held, Fraction(price)) - fees + Fraction(funding)) <= Fraction(notional) * NEARLY
