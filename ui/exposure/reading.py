"""What the exposure and stress panels show: the book now, the book after the ticket, and crashes of both."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from ui import format
from ui.correlation.cell_text import base_name
from ui.correlation.dendrogram import group_letter
from ui.correlation.source import Correlations
from ui.ticket.effects import decimals_of
from ui.ticket.reckoned import Reckoned
from ui.ticket.tickets import Tickets
from workstation.account_desk import AccountDesk
from workstation.errors import BadFigure
from workstation.model.orders import Side
from workstation.trading.account import Account
from workstation.trading.book_exposure import BookExposure, Movements, book_exposure, moves_with_book
from workstation.trading.checklist_template import AutomaticRow
from workstation.trading.crashes import Crash, OwnScenario, beta_scenario, own_scenario, recorded_scenario
from workstation.trading.limit_rules import DayRules
from workstation.trading.stress import Scenario, StressResult, run_scenario
from workstation.trading.trading_day import DayFacts

GROUPS_AT = 0.78
"""Branches of the tree that are, on average, at least so alike make a group."""
BTC_FALLS = (Decimal("-0.05"), Decimal("-0.08"), Decimal("-0.15"))
_DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Planned:
    """The order in the ticket, with what it would leave behind.

    Attributes:
        symbol: of the order. is_long: it buys.
        words: "Buy 0.075 BTC limit 110 446.5". stop: its stop, as text; "" without one.
        risk: money and share lost at the stop, as text; "" where it is not known.
        account: after it.
        sector_cap: of a sector's net exposure, by the checklist; None without such a row.
        correlation_cap: with what is held, likewise.
    """

    symbol: str
    is_long: bool
    words: str
    stop: str
    risk: str
    account: Account
    sector_cap: float | None
    correlation_cap: float | None


@dataclass(frozen=True, slots=True)
class ExposureReading:
    """What the exposure panel shows; everything in shares of the equity of now.

    Attributes:
        equity, asset: of the account.
        now, after: the book; `after` is None without a ticket.
        planned: the ticket; None without one.
        with_book: correlation of the ticket's symbol with what is held; nan where it is not known.
    """

    equity: Decimal
    asset: str
    now: BookExposure
    after: BookExposure | None
    planned: Planned | None
    with_book: float


@dataclass(frozen=True, slots=True)
class StressReading:
    """What the stress panel shows.

    Attributes:
        equity, asset: of the account.
        before, after: the account; `after` is the same without a ticket.
        planned: the ticket; None without one.
        now, then: what every scenario does to each of them.
        day_left: what the day may still lose, in money; None where it is not known.
        limit_words: of that limit, "−3 R".
    """

    equity: Decimal
    asset: str
    before: Account
    after: Account
    planned: Planned | None
    now: tuple[StressResult, ...]
    then: tuple[StressResult, ...]
    day_left: Decimal | None
    limit_words: str


def movements_of(found: Correlations | None) -> Movements | None:
    """How symbols moved, out of what the correlations read; None before the first."""
    if found is None or not found.symbols:
        return None
    groups = {}
    for number, rows in enumerate(found.tree.groups(GROUPS_AT)):
        groups[f"{group_letter(number)} · {len(rows)} alike"] = tuple(found.symbols[row] for row in rows)
    return Movements(
        found.symbols,
        found.returns[-found.span.bars :],
        _DAY_MS / found.span.timeframe_ms,
        dict(zip(found.symbols, found.coins, strict=True)),
        groups,
    )


def planned_order(trading: AccountDesk, tickets: Tickets, symbol: str, account: Account) -> Planned | None:
    """What is in the ticket of a symbol; None where nothing is, or it does not come to an order yet."""
    if not symbol or not tickets.is_armed(symbol):
        return None
    found = tickets.reckoned(symbol, trading)
    intent, contract = found.whole, found.contract
    if intent is None or contract is None or not found.size or not found.entry_price:
        return None
    try:
        after = account.after(
            contract,
            intent.side,
            found.size,
            found.entry_price,
            leverage=intent.leverage,
            margin_mode=None if intent.purpose.reduces else intent.margin_mode,
        )
    except BadFigure:
        return None
    side = "Buy" if intent.side is Side.BUY else "Sell"
    decimals = decimals_of(contract.rules.tick_size)
    size = format.size(float(found.size), decimals_of(contract.rules.lot_size))
    price = format.price(float(found.entry_price), decimals)
    risk = ""
    if found.risk_money is not None and found.risk_rate is not None:
        money = format.price(float(found.risk_money), 2)
        risk = f"risk {money} {account.asset}, {format.percent(float(found.risk_rate))}"
    return Planned(
        symbol,
        intent.side is Side.BUY,
        f"{side} {size} {base_name(symbol)} {intent.kind.value} {price}",
        "" if found.stop is None else f"stop {format.price(float(found.stop), decimals)}",
        risk,
        after,
        _cap(found, "sector_exposure_rate"),
        _cap(found, "correlation_held"),
    )


def read_exposure(
    trading: AccountDesk, tickets: Tickets, symbol: str, movements: Movements | None
) -> ExposureReading | None:
    """Work out the book now and after the ticket; None where there is no equity to hold it against.

    Args:
        trading: the account. tickets: the drafts. symbol: whose ticket counts.
        movements: None where nothing is known of how symbols move.
    """
    account = trading.account()
    equity = account.figures().equity
    if equity <= 0:
        return None
    planned = planned_order(trading, tickets, symbol, account)
    whole = float(equity)
    now = book_exposure(account, whole, movements, trading.sectors)
    after = None if planned is None else book_exposure(planned.account, whole, movements, trading.sectors)
    with_book = float("nan") if planned is None else moves_with_book(planned.symbol, now, movements)
    return ExposureReading(equity, account.asset, now, after, planned, with_book)


def read_stress(
    trading: AccountDesk,
    tickets: Tickets,
    symbol: str,
    movements: Movements | None,
    crashes: Sequence[Crash],
    own: Sequence[OwnScenario],
) -> StressReading | None:
    """Play every scenario on the account now and after the ticket; None without equity.

    Prices jump: no stop is filled on the way. Own scenarios follow the newest crash, older crashes come last.
    """
    account = trading.account()
    equity = account.figures().equity
    if equity <= 0:
        return None
    planned = planned_order(trading, tickets, symbol, account)
    after = account if planned is None else planned.account
    coins = {one: contract.base for one, contract in after.contracts.items() if one in after.positions}
    coins |= {one: account.contracts[one].base for one in account.positions}
    scenarios = _scenarios(coins, _btc_betas(trading, coins, movements), crashes, own)
    now = tuple(run_scenario(account, one) for one in scenarios)
    then = now if planned is None else tuple(run_scenario(after, one) for one in scenarios)
    rules = trading.limit_book.rules()
    words = f"{format.MINUS}{rules.daily_loss_units.normalize():f} R"
    return StressReading(
        equity, account.asset, account, after, planned, now, then, _day_left(trading.day(), rules), words
    )


def _scenarios(
    coins: dict[str, str], betas: dict[str, float], crashes: Sequence[Crash], own: Sequence[OwnScenario]
) -> list[Scenario]:
    return [
        *(beta_scenario(move, coins, betas) for move in BTC_FALLS),
        *(recorded_scenario(crash, coins, betas) for crash in crashes[:1]),
        *(own_scenario(one, coins, betas) for one in own),
        *(recorded_scenario(crash, coins, betas) for crash in crashes[1:]),
    ]


def _btc_betas(trading: AccountDesk, coins: dict[str, str], movements: Movements | None) -> dict[str, float]:
    """To BTC, of those of which it is known."""
    returns = None if movements is None else movements.factors(trading.sectors).get("BTC")
    if movements is None or returns is None:
        return {}
    return {symbol: movements.beta_to(symbol, "BTC", returns) for symbol in coins}


def _day_left(day: DayFacts, rules: DayRules) -> Decimal | None:
    if day.pnl is None or day.equity_before is None:
        return None
    unit = day.equity_before * rules.risk_unit_rate
    return day.pnl + min(rules.daily_loss_units * unit, rules.daily_loss_rate * day.equity_before)


def _cap(found: Reckoned, metric: str) -> float | None:
    """The threshold of an automatic row of the ticket's checklist."""
    rows = () if found.verdict is None else found.verdict.rows
    for judged in rows:
        row = judged.row
        if isinstance(row, AutomaticRow) and row.metric == metric and isinstance(row.threshold, float):
            return row.threshold
    return None
