"""What is listed on the simulated exchange: symbols, steps, margin brackets, and how each market behaves.

Steps, brackets and turnover have the shape and size of Binance USDⓈ-M's contracts; volatility, correlation
and depth follow recordings (see docs/simulator.md). The brackets are the exchange's of October 2024, rounded
into a few classes.
"""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Bracket:
    """One tier of maintenance margin.

    Attributes:
        floor, cap: notional in quote units, floor inclusive.
        maintenance_rate: a fraction.
        maintenance_amount: quote units taken off notional × rate, so that tiers meet without a step.
    """

    bracket: int
    max_leverage: int
    floor: float
    cap: float
    maintenance_rate: float
    maintenance_amount: float


def _brackets(*tiers: tuple[int, float, float]) -> tuple[Bracket, ...]:
    """Build brackets of (max leverage, cap, maintenance rate)."""
    built: list[Bracket] = []
    floor, last_rate, amount = 0.0, 0.0, 0.0
    for number, (leverage, cap, rate) in enumerate(tiers, 1):
        amount += floor * (rate - last_rate)
        built.append(Bracket(number, leverage, floor, cap, rate, round(amount, 6)))
        floor, last_rate = cap, rate
    return tuple(built)


BRACKETS = {
    "deepest": _brackets(
        (125, 5e4, 0.004), (100, 6e5, 0.005), (75, 3e6, 0.0065), (50, 1.2e7, 0.01), (25, 7e7, 0.02),
        (20, 1e8, 0.025), (10, 2.3e8, 0.05), (5, 4.8e8, 0.1), (4, 6e8, 0.125), (3, 8e8, 0.15),
        (2, 1.2e9, 0.25), (1, 1.8e9, 0.5),
    ),
    "deep": _brackets(
        (100, 2e4, 0.005), (75, 1e5, 0.0065), (50, 8e5, 0.01), (25, 4e6, 0.02), (20, 8e6, 0.025),
        (10, 4e7, 0.05), (5, 8e7, 0.1), (4, 1e8, 0.125), (2, 2e8, 0.25), (1, 4e8, 0.5),
    ),
    "middle": _brackets(
        (75, 1e4, 0.01), (50, 1e5, 0.015), (25, 5e5, 0.02), (20, 1e6, 0.025), (10, 5e6, 0.05),
        (5, 1e7, 0.1), (4, 1.25e7, 0.125), (2, 2.5e7, 0.25), (1, 5e7, 0.5),
    ),
    "small": _brackets(
        (50, 5e3, 0.015), (20, 2.5e4, 0.025), (10, 1e5, 0.05), (5, 2.5e5, 0.1), (2, 1e6, 0.125),
        (1, 3e6, 0.5),
    ),
    "smallest": _brackets(
        (20, 5e3, 0.02), (15, 2.5e4, 0.025), (10, 2e5, 0.05), (5, 5e5, 0.1), (4, 1e6, 0.125), (2, 3e6, 0.25),
        (1, 5e6, 0.5),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SymbolSpec:
    """One perpetual contract and the market that trades it.

    Attributes:
        start_price: index at the start of the day the exchange is started on, quote per base unit.
        hour_vol_bps: standard deviation of hourly returns.
        loadings: shares of the common, the altcoin and the sector factor in a return of unit variance.
        hour_volume_usd: turnover of a median hour.
        takers_per_s: taker orders in a calm second, on average.
        depth_usd: quote units resting within 10 bp of the middle, on each side.
        levels: orders that makers keep resting on each side.
        half_spread_bps: what makers keep between the middle and their best price when it is calm.
        open_interest_usd: quote units.
        basis_bps: standard deviation of the slow premium of the contract over its index.
        interval_changes: the exchange changes the hours between two fundings while it runs: (minutes, hours).
        delivery_ms: when a dated future is settled, UTC; 0 of a perpetual. It pays no funding.
        carry_rate: what a dated future stands above its index a year before delivery, on average.
        contract_type: as the exchange lists it.
    """

    symbol: str
    base: str
    quote: str
    sector: str
    tick_size: Decimal
    lot_size: Decimal
    min_notional: Decimal
    brackets: tuple[Bracket, ...]
    funding_interval_hours: int
    funding_cap: float
    start_price: float
    hour_vol_bps: float
    loadings: tuple[float, float, float]
    hour_volume_usd: float
    takers_per_s: float
    depth_usd: float
    levels: int
    half_spread_bps: float
    open_interest_usd: float
    basis_bps: float
    interval_changes: tuple[tuple[int, int], ...] = ()
    delivery_ms: int = 0
    carry_rate: float = 0.0
    contract_type: str = "PERPETUAL"

    @property
    def pair(self) -> str:
        """Whose index it follows: the perpetual's symbol."""
        return self.base + self.quote

    @property
    def min_qty(self) -> Decimal:
        return self.lot_size

    @property
    def funding_floor(self) -> float:
        return -self.funding_cap

    @property
    def max_leverage(self) -> int:
        return self.brackets[0].max_leverage

    @property
    def price_decimals(self) -> int:
        """Digits behind the decimal point of a price."""
        return max(0, -int(self.tick_size.normalize().as_tuple().exponent))

    @property
    def size_decimals(self) -> int:
        """Digits behind the decimal point of a size."""
        return max(0, -int(self.lot_size.normalize().as_tuple().exponent))


@dataclass(frozen=True, slots=True)
class VenueProfile:
    """How a venue differs from the one the symbols describe.

    Attributes:
        depth_scale, spread_scale, activity_scale: factors on what rests, the spread and takers' arrivals.
        basis_mean_bps: what its contracts trade above the index in the long run; it moves its funding.
        basis_scale: factor on the premium's swings.
    """

    name: str
    depth_scale: float = 1.0
    spread_scale: float = 1.0
    activity_scale: float = 1.0
    basis_mean_bps: float = -4.6
    basis_scale: float = 1.0


PROFILES = {
    # Contracts trade below their index most of the time: funding recorded on Binance is mostly below 0.01 %.
    "a": VenueProfile("a"),
    "b": VenueProfile(
        "b", depth_scale=0.45, spread_scale=1.8, activity_scale=0.6, basis_mean_bps=-3.4, basis_scale=1.5
    ),
}

_MAJOR, _AI, _MEME = "major", "ai", "meme"


def _spec(
    base: str, sector: str, steps: tuple[str, str], tiers: str, hours: int, price: float, vol: float,
    loadings: tuple[float, float, float], volume: float, takers: float, depth: float, levels: int,
    half_spread: float, interest: float, basis: float, changes: tuple[tuple[int, int], ...] = (),
) -> SymbolSpec:  # fmt: skip
    return SymbolSpec(
        symbol=base + "USDT",
        base=base,
        quote="USDT",
        sector=sector,
        tick_size=Decimal(steps[0]),
        lot_size=Decimal(steps[1]),
        min_notional=Decimal(100 if tiers == "deepest" else 5),
        brackets=BRACKETS[tiers],
        funding_interval_hours=hours,
        funding_cap=0.003 if tiers == "deepest" else 0.02,
        start_price=price,
        hour_vol_bps=vol,
        loadings=loadings,
        hour_volume_usd=volume * 1e6,
        takers_per_s=takers,
        depth_usd=depth * 1e3,
        levels=levels,
        half_spread_bps=half_spread,
        open_interest_usd=interest * 1e6,
        basis_bps=basis,
        interval_changes=changes,
    )


# Volume and open interest in millions, depth in thousands of quote units.
_TABLE = (
    _spec("BTC", _MAJOR, ("0.1", "0.001"), "deepest", 8, 108_322.2, 48.9, (0.86, 0.10, 0.18),
          512.0, 12.0, 10_000.0, 800, 0.001, 8_500.0, 0.9),
    _spec("ETH", _MAJOR, ("0.01", "0.001"), "deepest", 8, 3_825.18, 77.7, (0.80, 0.34, 0.20),
          432.0, 9.0, 7_500.0, 700, 0.002, 6_000.0, 1.1),
    _spec("SOL", _MAJOR, ("0.01", "0.01"), "deep", 8, 187.34, 94.4, (0.78, 0.32, 0.18),
          131.0, 5.0, 3_000.0, 420, 0.05, 1_400.0, 2.4),
    _spec("TAO", _AI, ("0.01", "0.001"), "middle", 4, 394.45, 126.0, (0.66, 0.48, 0.14),
          4.7, 0.9, 110.0, 260, 1.0, 90.0, 4.0),
    _spec("RENDER", _AI, ("0.001", "0.1"), "middle", 4, 2.437, 129.1, (0.70, 0.52, 0.12),
          1.6, 0.5, 60.0, 200, 0.6, 40.0, 4.0),
    _spec("NEAR", _AI, ("0.001", "1"), "middle", 8, 2.163, 113.0, (0.72, 0.56, 0.05),
          5.0, 0.9, 150.0, 220, 0.5, 90.0, 3.5),
    _spec("FET", _AI, ("0.0001", "1"), "middle", 4, 0.2341, 121.0, (0.66, 0.56, 0.14),
          3.4, 0.7, 80.0, 220, 0.7, 50.0, 4.0),
    _spec("LPT", _AI, ("0.001", "0.1"), "small", 4, 4.826, 148.7, (0.53, 0.44, 0.06),
          0.65, 0.35, 28.0, 180, 1.5, 18.0, 6.0),
    _spec("IO", _AI, ("0.0001", "0.1"), "middle", 4, 0.3223, 142.8, (0.63, 0.53, 0.14),
          0.89, 0.4, 30.0, 180, 1.5, 15.0, 5.0),
    _spec("WLD", _AI, ("0.0001", "1"), "middle", 8, 0.8571, 139.2, (0.62, 0.58, 0.14),
          7.6, 1.1, 160.0, 260, 0.5, 130.0, 4.0, ((4, 4), (12, 1))),
    _spec("ARKM", _AI, ("0.0001", "1"), "middle", 4, 0.3415, 139.7, (0.61, 0.58, 0.14),
          1.2, 0.45, 40.0, 180, 1.2, 25.0, 5.0),
    _spec("NMR", _AI, ("0.01", "0.1"), "smallest", 4, 12.53, 139.4, (0.50, 0.38, 0.02),
          0.21, 0.2, 14.0, 140, 3.0, 9.0, 7.0),
    _spec("GRT", _AI, ("0.00001", "1"), "small", 4, 0.06158, 110.8, (0.73, 0.60, 0.06),
          0.71, 0.35, 40.0, 180, 0.9, 18.0, 4.5),
    _spec("AIXBT", _AI, ("0.00001", "1"), "small", 4, 0.0527, 195.1, (0.53, 0.40, 0.20),
          1.9, 0.5, 45.0, 180, 1.2, 22.0, 7.0),
    _spec("VIRTUAL", _AI, ("0.0001", "0.1"), "middle", 4, 0.7681, 170.0, (0.62, 0.43, 0.20),
          4.4, 0.7, 90.0, 220, 0.9, 50.0, 5.0),
    _spec("1000PEPE", _MEME, ("0.0000001", "1"), "deep", 8, 0.0069, 135.0, (0.70, 0.42, 0.25),
          45.0, 2.0, 600.0, 320, 0.6, 300.0, 3.0),
)  # fmt: skip

UNIVERSE: dict[str, SymbolSpec] = {spec.symbol: spec for spec in _TABLE}
"""Everything that can be listed, by symbol, in the order it is shown."""
