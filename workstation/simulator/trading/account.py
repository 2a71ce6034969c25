"""A margin account: wallet, holdings and settings, booked exactly, and its margin at the present marks."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, ROUND_UP, Decimal

from workstation.analytics.liquidation import Exposure, liquidation_point
from workstation.analytics.margin import HeldPosition, cross_margin, maintenance_margin
from workstation.model.margin import TierTable
from workstation.simulator.trading.orders import AccountTrade, Income, VenueOrder
from workstation.simulator.universe import SymbolSpec

ASSET = "USDT"
DEFAULT_LEVERAGE = 20
MAKER_FEE, TAKER_FEE = Decimal("0.0002"), Decimal("0.0005")
LIQUIDATION_FEE = Decimal("0.0125")
CENT = Decimal("1e-8")
ZERO = Decimal(0)
_MOST_ROWS = 20_000


def rounded(amount: Decimal) -> Decimal:
    """Return money with the eight digits that the venue books."""
    return amount.quantize(CENT, ROUND_HALF_EVEN)


def tier_table(spec: SymbolSpec) -> TierTable:
    """Return a symbol's brackets, exact."""
    return TierTable.from_rates(
        [
            (
                Decimal(str(tier.floor)),
                Decimal(str(tier.cap)),
                Decimal(str(tier.maintenance_rate)),
                Decimal(tier.max_leverage),
            )
            for tier in spec.brackets
        ]
    )


@dataclass(slots=True)
class Setting:
    """What a symbol is set to."""

    leverage: int = DEFAULT_LEVERAGE
    isolated: bool = False


@dataclass(slots=True)
class Holding:
    """One position: of a symbol in one-way mode, of one of its sides in hedge mode.

    Attributes:
        size: signed base units, long > 0.
        cost: what that size was bought for, of the same sign: the entry price is cost / size.
        margin: the isolated wallet; 0 if cross.
        realised: of all time, before fees.
    """

    symbol: str
    position_side: str
    size: Decimal = ZERO
    cost: Decimal = ZERO
    margin: Decimal = ZERO
    realised: Decimal = ZERO
    updated_ms: int = 0

    @property
    def entry(self) -> Decimal:
        """Average price of what is held; 0 when flat."""
        return self.cost / self.size if self.size else ZERO


@dataclass(slots=True)
class Account:
    """The account of the demo key.

    Attributes:
        specs: what is traded.
        mark_of: the present mark price of a symbol.
        wallet: all money without open profits; isolated margins are within it.
        hedged: longs and shorts of a symbol are held beside one another.
    """

    specs: Mapping[str, SymbolSpec]
    mark_of: Callable[[str], Decimal]
    wallet: Decimal = Decimal(10_000)
    hedged: bool = False
    holdings: dict[tuple[str, str], Holding] = field(default_factory=dict)
    trades: list[AccountTrade] = field(default_factory=list)
    income: list[Income] = field(default_factory=list)
    settings: dict[str, Setting] = field(default_factory=dict)
    _tiers: dict[str, TierTable] = field(default_factory=dict)
    _income_id: int = 0

    def __post_init__(self) -> None:
        self.settings = {symbol: Setting() for symbol in self.specs}
        for symbol, spec in self.specs.items():
            self.settings[symbol].leverage = min(DEFAULT_LEVERAGE, spec.max_leverage)
        self._tiers = {symbol: tier_table(spec) for symbol, spec in self.specs.items()}

    # --- what it holds --------------------------------------------------------------------------------

    def holding(self, symbol: str, position_side: str = "BOTH") -> Holding:
        """Return a position, flat where there is none."""
        key = (symbol, position_side)
        return self.holdings.get(key) or Holding(symbol, position_side)

    def held(self, symbol: str | None = None) -> Iterator[Holding]:
        """Every position that is not flat, of one symbol or of all."""
        return (
            holding
            for holding in self.holdings.values()
            if holding.size and (symbol is None or holding.symbol == symbol)
        )

    def is_isolated(self, holding: Holding) -> bool:
        """Whether its own margin alone answers for it."""
        return self.settings[holding.symbol].isolated

    def tiers(self, symbol: str) -> TierTable:
        """A symbol's brackets."""
        return self._tiers[symbol]

    # --- booking --------------------------------------------------------------------------------------

    def book(self, order: VenueOrder, trade_id: int, price: Decimal, size: Decimal, *, is_maker: bool,
             time_ms: int) -> AccountTrade:  # fmt: skip
        """Book a fill; `size` in base units, positive. Return it as it was booked."""
        key = (order.symbol, order.position_side)
        holding = self.holdings.setdefault(key, Holding(*key))
        setting = self.settings[order.symbol]
        signed = size * order.side
        closing = min(size, abs(holding.size)) * order.side if holding.size * signed < 0 else ZERO
        realised = ZERO
        if closing:
            share = -closing / holding.size
            of_cost, of_margin = rounded(holding.cost * share), rounded(holding.margin * share)
            if holding.size + closing == 0:
                of_cost, of_margin = holding.cost, holding.margin
            realised = rounded(-closing * price - of_cost)
            holding.size += closing
            holding.cost -= of_cost
            holding.margin -= of_margin
            holding.realised += realised
        if opening := signed - closing:
            holding.size += opening
            holding.cost += opening * price
            if setting.isolated:
                posted = abs(opening) * price / setting.leverage
                holding.margin += posted.quantize(CENT, ROUND_UP)
        fee = rounded(size * price * (MAKER_FEE if is_maker else TAKER_FEE))
        holding.updated_ms = time_ms
        if realised:
            self._earn("REALIZED_PNL", order.symbol, realised, time_ms, trade_id)
        self._earn("COMMISSION", order.symbol, -fee, time_ms, trade_id)
        trade = AccountTrade(
            order.symbol, trade_id, order.order_id, order.side, order.position_side, price, size, fee,
            realised, is_maker, time_ms,
        )  # fmt: skip
        self.trades.append(trade)
        _shorten(self.trades)
        return trade

    def settle(self, symbol: str, rate: Decimal, mark: Decimal, time_ms: int) -> list[Holding]:
        """Pay or receive funding: −size · mark · rate. Return the positions that it concerned."""
        concerned = list(self.held(symbol))
        for holding in concerned:
            amount = rounded(-holding.size * mark * rate)
            if self.is_isolated(holding):
                holding.margin += amount
            self._earn("FUNDING_FEE", symbol, amount, time_ms)
        return concerned

    def earn(self, kind: str, symbol: str, amount: Decimal, time_ms: int) -> None:
        """Add money for another reason: a transfer, or what the insurance fund pays or takes."""
        self._earn(kind, symbol, rounded(amount), time_ms)

    def _earn(
        self, kind: str, symbol: str, amount: Decimal, time_ms: int, trade_id: int | None = None
    ) -> None:
        self.wallet += amount
        self._income_id += 1
        self.income.append(Income(self._income_id, symbol, kind, amount, time_ms, trade_id))
        _shorten(self.income)

    # --- margin at the present marks ------------------------------------------------------------------

    @property
    def cross_wallet(self) -> Decimal:
        """The wallet without what is posted to isolated positions."""
        return self.wallet - sum((holding.margin for holding in self.held()), ZERO)

    def profit(self, holding: Holding) -> Decimal:
        """Open profit at the mark."""
        return holding.size * self.mark_of(holding.symbol) - holding.cost

    def notional(self, holding: Holding) -> Decimal:
        """Worth at the mark, signed."""
        return holding.size * self.mark_of(holding.symbol)

    def initial_margin(self, holding: Holding) -> Decimal:
        """What the position binds at the mark."""
        return abs(self.notional(holding)) / self.settings[holding.symbol].leverage

    def maintenance(self, holding: Holding) -> Decimal:
        """What must remain for the position."""
        return maintenance_margin(abs(self.notional(holding)), self._tiers[holding.symbol])

    @property
    def crossed(self) -> list[Holding]:
        """The positions that the whole wallet answers for."""
        return [holding for holding in self.held() if not self.is_isolated(holding)]

    @property
    def cross_equity(self) -> Decimal:
        """What answers for them."""
        return self.cross_wallet + sum(map(self.profit, self.crossed), ZERO)

    def order_margin(self, symbol: str, orders: Iterable[VenueOrder]) -> Decimal:
        """What the open orders of a symbol bind beyond its positions: the worse of all buys and all sells."""
        spec = self.specs[symbol]
        unit = spec.tick_size * spec.lot_size
        worth: dict[tuple[str, int], Decimal] = {}
        for order in orders:
            if not order.reduce_only:
                key = (order.position_side, order.side)
                worth[key] = worth.get(key, ZERO) + order.left_lots * order.price_ticks * unit
        total = ZERO
        for side in {key[0] for key in worth}:
            present = self.notional(self.holding(symbol, side))
            buys, sells = worth.get((side, 1), ZERO), worth.get((side, -1), ZERO)
            if side != "BOTH":  # the other side of a hedge only closes
                buys, sells = (buys, ZERO) if side == "LONG" else (ZERO, sells)
            total += max(abs(present + buys), abs(present - sells)) - abs(present)
        return max(ZERO, total) / self.settings[symbol].leverage

    def available(self, open_orders: Mapping[str, Iterable[VenueOrder]]) -> Decimal:
        """What is free for new orders; negative where more is bound than there is."""
        free = self.cross_equity - sum(map(self.initial_margin, self.crossed), ZERO)
        return free - sum((self.order_margin(symbol, orders) for symbol, orders in open_orders.items()), ZERO)

    def liquidation_price(self, holding: Holding) -> Decimal:
        """Mark at which the position is closed by force; 0 where none does."""
        if self.is_isolated(holding):
            margin = holding.margin
        else:
            others = [self._as_held(other) for other in self.crossed if other is not holding]
            margin = cross_margin(self.cross_wallet, others)
        exposure = Exposure(holding.size, holding.entry)
        point = liquidation_point(exposure, margin, self._tiers[holding.symbol])
        return point.price if point is not None else ZERO

    def _as_held(self, holding: Holding) -> HeldPosition:
        exposure = Exposure(holding.size, holding.entry)
        return HeldPosition(exposure, self.mark_of(holding.symbol), self._tiers[holding.symbol])

    def ruined(self, symbol: str) -> list[Holding]:
        """The positions that their margin no longer carries, at the new mark of a symbol."""
        ruined = [
            holding
            for holding in self.held(symbol)
            if self.is_isolated(holding)
            and holding.margin + self.profit(holding) <= self.maintenance(holding)
        ]
        crossed = self.crossed
        if crossed and self.cross_equity <= sum(map(self.maintenance, crossed), ZERO):
            ruined += crossed
        return ruined


def _shorten(rows: list[Income] | list[AccountTrade]) -> None:
    if len(rows) > _MOST_ROWS:
        del rows[: len(rows) - _MOST_ROWS // 2]
