"""What a crash would do to an account: stops that hold or do not, and the liquidations it would cause."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from workstation.analytics.margin import maintenance_margin
from workstation.errors import BadFigure
from workstation.model.margin import MarginMode
from workstation.model.positions import Position
from workstation.trading.account import Account

_ZERO = Decimal(0)
_STEPS_A_MINUTE = 5


@dataclass(frozen=True, slots=True)
class Scenario:
    """A move of every price.

    Attributes:
        name: on screen.
        move_rate: of every symbol that is not named, a fraction (−0.08 is −8 %).
        moves: of single symbols.
        minutes: how long it takes. 0: prices jump, and no stop is filled on the way; else they fall evenly
            and stops are filled where they stand, less the slippage.
        slippage_rate: how much worse than its trigger a stop is filled, a fraction.
    """

    name: str
    move_rate: Decimal
    moves: Mapping[str, Decimal] = field(default_factory=dict)
    minutes: int = 0
    slippage_rate: Decimal = _ZERO

    def __post_init__(self) -> None:
        for rate in (self.move_rate, *self.moves.values()):
            if not rate.is_finite() or rate <= -1:
                raise BadFigure("move_rate", "A price cannot fall by 100 % and more")
        if self.minutes < 0 or not _ZERO <= self.slippage_rate < 1:
            raise BadFigure("minutes", "A crash takes some minutes or none, and slippage is a fraction")


def jump(percent: int) -> Scenario:
    """Return the scenario of a jump of every price."""
    return Scenario(f"{percent:+d} %".replace("-", "−"), Decimal(percent) / 100)


def fast_crash(percent: int, minutes: int = 12, slippage_rate: Decimal = Decimal("0.005")) -> Scenario:
    """Return the scenario of a fall within minutes, in which stops are filled late."""
    name = f"{minutes} minutes, {percent:+d} %".replace("-", "−")
    return Scenario(name, Decimal(percent) / 100, minutes=minutes, slippage_rate=slippage_rate)


SCENARIOS = (jump(-5), jump(-8), jump(-15), fast_crash(-15))
"""What a portfolio is held against unless the trader says otherwise."""


@dataclass(frozen=True, slots=True)
class Closed:
    """A position that the crash closed.

    Attributes:
        symbol: the venue's spelling.
        mark_price: at which it happened.
        pnl: realised by it, against the entry, fee included.
        after_minutes: since the start; 0 in a jump.
    """

    symbol: str
    mark_price: Decimal
    pnl: Decimal
    after_minutes: Decimal


@dataclass(frozen=True, slots=True)
class StressResult:
    """How an account comes out of a scenario, in its coin.

    Attributes:
        scenario: what was played.
        equity_before, equity_after: wallet and open profits.
        liquidated, stopped: in the order in which it happened.
        unknown: symbols left out, their mark or tiers not being known.
        changes: by symbol, what it makes of each position against now. A cross wallet that is lost is more
            than its positions' sum: the rest is what the insurance fund keeps.
    """

    scenario: Scenario
    equity_before: Decimal
    equity_after: Decimal
    liquidated: tuple[Closed, ...]
    stopped: tuple[Closed, ...]
    unknown: tuple[str, ...]
    changes: Mapping[str, Decimal]

    @property
    def pnl(self) -> Decimal:
        """What the scenario costs."""
        return self.equity_after - self.equity_before


def run_scenario(
    account: Account, scenario: Scenario, stops: Mapping[str, Decimal] | None = None
) -> StressResult:
    """Play a scenario.

    An isolated position that is liquidated loses its margin. A cross wallet that is liquidated is taken to be
    lost as a whole: what is left above the bankruptcy price goes to the venue's insurance fund.

    Args:
        account: as it stands.
        scenario: what happens to prices.
        stops: trigger price by symbol of the positions that have a stop.
    """
    run = _Run(account, scenario, stops or {})
    steps = max(1, scenario.minutes * _STEPS_A_MINUTE)
    for step in range(1, steps + 1):
        run.move(Decimal(step) / steps)
    return run.result()


class _Run:
    """One scenario under way."""

    def __init__(self, account: Account, scenario: Scenario, stops: Mapping[str, Decimal]) -> None:
        self._account = account
        self._scenario = scenario
        self._stops = stops
        self._open = dict.fromkeys(account.held())
        self._wallet = account.wallet
        self._equity_before = account.figures().equity
        self._marks = {symbol: account.marks[symbol] for symbol in self._open}
        points = account.liquidations()
        self._isolated_ends = {
            symbol: point.price
            for symbol in self._open
            if self._is_isolated(symbol) and (point := points.get(symbol)) is not None
        }
        self._liquidated: list[Closed] = []
        self._stopped: list[Closed] = []

    def move(self, share: Decimal) -> None:
        """Take every price that share of its way."""
        scenario = self._scenario
        before = dict(self._marks)
        for symbol in self._open:
            rate = scenario.moves.get(symbol, scenario.move_rate)
            self._marks[symbol] = self._account.marks[symbol] * (1 + rate * share)
        minutes = scenario.minutes * share
        for symbol in list(self._open):
            stop = self._stops.get(symbol) if scenario.minutes else None
            end = self._isolated_ends.get(symbol)
            stop_hit = stop is not None and self._is_past(symbol, stop)
            end_hit = end is not None and self._is_past(symbol, end)
            if stop_hit and end_hit:  # within one step both: the nearer one came first
                assert stop is not None
                assert end is not None
                stop_hit = abs(stop - before[symbol]) < abs(end - before[symbol])
                end_hit = not stop_hit
            if stop_hit and stop is not None:
                self._stop(symbol, stop, minutes)
            elif end_hit and end is not None:
                self._lose(symbol, end, self._position(symbol).margin, minutes)
        self._check_cross(minutes)

    def result(self) -> StressResult:
        profits = {symbol: self._profit(symbol, self._marks[symbol]) for symbol in self._open}
        ends = profits | {one.symbol: one.pnl for one in (*self._liquidated, *self._stopped)}
        return StressResult(
            self._scenario,
            self._equity_before,
            self._wallet + sum(profits.values(), _ZERO),
            tuple(self._liquidated),
            tuple(self._stopped),
            self._account.unknown,
            {symbol: end - self._profit(symbol, self._account.marks[symbol]) for symbol, end in ends.items()},
        )

    def _stop(self, symbol: str, stop: Decimal, minutes: Decimal) -> None:
        position = self._position(symbol)
        slipped = self._scenario.slippage_rate.copy_sign(position.size)
        price = stop * (1 - slipped)
        contract = self._account.contracts[symbol]
        exposure = contract.exposure(position.size, position.entry_price)
        pnl = exposure.profit(price) - exposure.notional(price) * contract.taker_rate
        if self._is_isolated(symbol):
            pnl = max(pnl, -position.margin)  # no more than was posted
        self._wallet += pnl
        del self._open[symbol]
        self._stopped.append(Closed(symbol, stop, pnl, minutes))

    def _lose(self, symbol: str, price: Decimal, lost: Decimal, minutes: Decimal) -> None:
        self._wallet -= lost
        del self._open[symbol]
        self._liquidated.append(Closed(symbol, price, -lost, minutes))

    def _check_cross(self, minutes: Decimal) -> None:
        cross = [symbol for symbol in self._open if not self._is_isolated(symbol)]
        if not cross:
            return
        profits = {symbol: self._profit(symbol, self._marks[symbol]) for symbol in cross}
        posted = sum((self._position(symbol).margin for symbol in self._open if symbol not in profits), _ZERO)
        equity = self._wallet - posted + sum(profits.values(), _ZERO)
        kept = _ZERO
        for symbol in cross:
            position, contract = self._position(symbol), self._account.contracts[symbol]
            assert contract.rules.tiers is not None  # or it would be unknown
            worth = contract.exposure(position.size, position.entry_price).notional(self._marks[symbol])
            kept += maintenance_margin(worth, contract.rules.tiers)
        if equity > kept:
            return
        for symbol in cross:
            self._liquidated.append(Closed(symbol, self._marks[symbol], profits[symbol], minutes))
            del self._open[symbol]
        self._wallet = posted

    def _is_past(self, symbol: str, price: Decimal) -> bool:
        """Whether the mark has reached a price on a position's losing side."""
        mark = self._marks[symbol]
        return mark <= price if self._position(symbol).size > 0 else mark >= price

    def _profit(self, symbol: str, price: Decimal) -> Decimal:
        position = self._position(symbol)
        return self._account.contracts[symbol].exposure(position.size, position.entry_price).profit(price)

    def _position(self, symbol: str) -> Position:
        return self._account.positions[symbol]

    def _is_isolated(self, symbol: str) -> bool:
        return self._position(symbol).margin_mode is MarginMode.ISOLATED
