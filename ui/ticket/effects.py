"""What an order does to its account: margin, risk, sector, liquidations, each now and afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from ui import format
from workstation.analytics.liquidation import LiquidationPoint
from workstation.metrics.metric import NoData
from workstation.trading.account import Account, Correlation, sector_exposure
from workstation.trading.contracts import Contract
from workstation.trading.order_metrics import open_risk
from workstation.trading.sectors import Sectors, sector_title

MOST_OTHERS = 4


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing that an order changes.

    Attributes:
        title: in the left column.
        now, after: as text; `now` is empty where there is one figure only.
        role: token of the theme for the figure afterwards.
        why: for its tool tip.
    """

    title: str
    now: str
    after: str
    role: str = "text"
    why: str = ""


def effects(
    before: Account,
    after: Account,
    contract: Contract,
    stops: Mapping[str, Decimal],
    stop_price: Decimal,
    entry_price: Decimal,
    atr: float | None,
    correlation: Correlation,
    sectors: Sectors,
) -> tuple[list[Effect], Decimal | None]:
    """Return the rows of "what it does to me", and the liquidation price afterwards.

    Args:
        before, after: the account without and with the order.
        contract: of the order's symbol.
        stops: protective stops of what is held. stop_price, entry_price: of the order.
        atr: of the symbol; None where it is not known.
        correlation, sectors: for the risk and the exposure of all that is held together.
    """
    symbol = contract.symbol
    decimals = decimals_of(contract.rules.tick_size)
    was, then = before.liquidations(), after.liquidations()
    point = then.get(symbol)
    liquidation = None if point is None else point.price
    rows = [
        Effect(
            "Liquidation",
            _point_words(symbol in before.positions, was.get(symbol), decimals),
            _point_words(symbol in after.positions, point, decimals),
        )
    ]
    held = after.positions.get(symbol)
    if liquidation is not None and held is not None:
        away = abs(liquidation / entry_price - 1)
        sign = 1 if held.size > 0 else -1
        beyond = sign * (stop_price - liquidation)
        parts = [format.percent(float(away), 1)]
        if atr:
            parts.append(f"{format.price(float(beyond) / atr, 1)} ATR")
        rows.append(
            Effect(
                "distance · beyond the stop by",
                "",
                " · ".join(parts),
                "text" if beyond > 0 else "danger",
                "From the entry to liquidation, and from the stop to it",
            )
        )
    now_figures, then_figures = before.figures(), after.figures()
    rows.append(
        Effect(
            "Margin used",
            _share(now_figures.used_margin, now_figures.equity),
            _share(then_figures.used_margin, then_figures.equity),
            "warn" if then_figures.used_margin * 2 > then_figures.equity else "text",
            "Initial margin of every position, of the equity",
        )
    )
    rows.append(
        Effect(
            "Portfolio risk, correlated",
            _risk(before, stops, correlation),
            _risk(after, {**stops, symbol: stop_price}, correlation),
            why="What all positions lose together until their stops, of the equity",
        )
    )
    sector = sectors.of(contract.base)
    rows.append(
        Effect(
            f"{sector_title(sector)} exposure",
            _sector(before, sectors, sector),
            _sector(after, sectors, sector),
            why="Long less short of the coin's sector, of the equity",
        )
    )
    rows += _others(before, after, was, then, symbol)
    return rows, liquidation


def decimals_of(step: Decimal) -> int:
    """Digits behind the decimal point that a step needs."""
    return max(0, -int(step.normalize().as_tuple().exponent))


def _point_words(held: bool, point: LiquidationPoint | None, decimals: int) -> str:
    if not held:
        return format.NO_FIGURE
    return "none" if point is None else format.price(float(point.price), decimals)


def _share(part: Decimal, whole: Decimal) -> str:
    return format.percent(float(part / whole), 1) if whole > 0 else format.NO_FIGURE


def _risk(account: Account, stops: Mapping[str, Decimal], correlation: Correlation) -> str:
    try:
        return _share(open_risk(account, stops, correlation), account.figures().equity)
    except NoData:
        return format.NO_FIGURE


def _sector(account: Account, sectors: Sectors, sector: str) -> str:
    held = next((one for one in sector_exposure(account, sectors) if one.sector == sector), None)
    return _share(held.net if held is not None else Decimal(0), account.figures().equity)


def _others(
    before: Account,
    after: Account,
    was: Mapping[str, LiquidationPoint | None],
    then: Mapping[str, LiquidationPoint | None],
    symbol: str,
) -> list[Effect]:
    """Other positions whose liquidation moves, the one that comes nearest first."""
    found: list[tuple[float, Effect]] = []
    for other, point in then.items():
        mark = after.marks.get(other)
        if other == symbol or point is None or mark is None:
            continue
        earlier = was.get(other)
        if earlier is not None and abs(earlier.price - point.price) <= mark * Decimal("1e-6"):
            continue
        distance = float(abs(point.price / mark - 1))
        nearer = earlier is None or abs(point.price - mark) < abs(earlier.price - mark)
        side = "long" if after.positions[other].size > 0 else "short"
        text = f"{float(point.price):.6g}"
        now = "none" if earlier is None else f"{float(earlier.price):.6g}"
        role = "danger" if distance < 0.05 else "warn" if nearer else "text"
        why = f"{format.percent(distance, 1)} from its mark afterwards"
        base = before.contracts[other].base
        found.append((distance, Effect(f"{base} {side} liquidation", now, text, role, why)))
    return [effect for _, effect in sorted(found, key=lambda pair: pair[0])[:MOST_OTHERS]]
