"""What the portfolio panel tells of the account: sums, exposure, stress and guardrails, in sections."""

from collections.abc import Sequence
from decimal import Decimal

from ui import format
from ui.positions.figures import exact, signed, trend
from ui.widgets.figures_view import Figure, Section, Verdict
from workstation.account_desk import AccountDesk
from workstation.metrics.metric import NoData
from workstation.trading.account import Account, risk_to_stop, sector_exposure
from workstation.trading.guardrails import RailStanding, RailState
from workstation.trading.limit_rules import DayRules
from workstation.trading.order_metrics import open_risk
from workstation.trading.sectors import sector_title
from workstation.trading.stress import Scenario, StressResult, run_scenario
from workstation.trading.trading_day import DayFacts

_RAILS = {RailState.OPEN: "up", RailState.NEAR: "warn", RailState.SHUT: "danger"}


def rate(value: Decimal | float | None, decimals: int = 1) -> str:
    """A fraction as per cent."""
    return format.NO_FIGURE if value is None else f"{exact(Decimal(str(value)) * 100, decimals)} %"


def stops_of(trading: AccountDesk, account: Account) -> dict[str, Decimal]:
    """The trigger of every proven stop, by symbol."""
    portfolio = trading.floor.portfolio
    found = ((symbol, portfolio.stop_price(symbol)) for symbol in account.positions)
    return {symbol: stop for symbol, stop in found if stop is not None}


def open_risk_rate(trading: AccountDesk, account: Account) -> Decimal | None:
    """√(w′Cw) of what positions can lose to their stops, of the equity; None where it cannot be said."""
    equity = account.figures().equity
    if equity <= 0:
        return None
    try:
        return open_risk(account, stops_of(trading, account), trading.correlation) / equity
    except NoData:
        return None


def effective_bets(trading: AccountDesk, account: Account) -> Decimal | None:
    """How many independent bets the open risk is spread over: (sum of risks / √(w′Cw))²; None without any."""
    stops = stops_of(trading, account)
    risks = [risk_to_stop(account, symbol, stops.get(symbol)) for symbol in account.positions]
    plain = sum((risk.from_mark for risk in risks if risk is not None and risk.from_mark > 0), Decimal(0))
    try:
        joint = open_risk(account, stops, trading.correlation)
    except NoData:
        return None
    return (plain / joint) ** 2 if joint > 0 else None


def account_section(trading: AccountDesk, account: Account, day: DayFacts, rules: DayRules) -> Section:
    """Equity, the day, margin and risk."""
    sums, asset = account.figures(), account.asset
    risk, bets = open_risk_rate(trading, account), effective_bets(trading, account)
    unit = None if day.equity_before is None else day.equity_before * rules.risk_unit_rate
    units = None if day.pnl is None or not unit else day.pnl / unit
    share = None if day.loss_rate is None else -day.loss_rate
    cap = rules.portfolio_risk_rate
    over = risk is not None and risk >= cap
    used = sums.used_margin / sums.equity if sums.equity > 0 else None
    bad = over or (sums.margin_ratio is not None and sums.margin_ratio >= Decimal("0.5"))
    unknown = ", ".join(account.unknown)
    words = f"Marks or margin tiers are missing for {unknown}" if unknown else ""
    return Section(
        "Account",
        Verdict.BAD if bad else Verdict.WATCH if unknown else Verdict.OK,
        words,
        (
            Figure("Equity", f"{exact(sums.equity, 2)} {asset}"),
            Figure("Wallet", f"{exact(account.wallet, 2)} {asset}", "muted"),
            Figure("Day", f"{signed(day.pnl)} {asset}", trend(day.pnl)),
            Figure("Day in R", f"{signed(units, 1)} R of −{rules.daily_loss_units:f} R", trend(units, 1)),
            Figure("Day of equity", rate(share, 2), trend(day.pnl)),
            Figure("Margin used", f"{exact(sums.used_margin, 2)} · {rate(used)}"),
            Figure("Margin free", f"{exact(sums.free_margin, 2)} {asset}"),
            Figure("Margin ratio", rate(sums.margin_ratio)),
            Figure("Leverage", f"{exact(sums.leverage, 2)}x"),
            Figure("Open risk √w′Cw", f"{rate(risk, 2)} of {rate(cap)}", "danger" if over else "text"),
            Figure("Independent bets", format.NO_FIGURE if bets is None else exact(bets, 1)),
        ),
    )


def rails_section(standings: Sequence[RailStanding]) -> Section:
    """Every guardrail; the words of what is shut."""
    worst = next((one for one in standings if one.state is RailState.SHUT), None)
    near = next((one for one in standings if one.state is RailState.NEAR), None)
    verdict = Verdict.BAD if worst else Verdict.WATCH if near else Verdict.OK
    words = worst.words if worst else near.words if near else ""
    figures = tuple(
        Figure(one.title, f"{one.figure} · {one.state.value}", _RAILS[one.state]) for one in standings
    )
    return Section("Guardrails", verdict, words, figures)


def sector_section(trading: AccountDesk, account: Account) -> Section:
    """What is held of each sector, long and short, for the equity."""
    equity = account.figures().equity
    figures = []
    for one in sector_exposure(account, trading.sectors):
        share = one.gross / equity if equity > 0 else None
        parts = [f"long {exact(one.long, 0)}"] if one.long else []
        parts += [f"short {exact(one.short, 0)}"] if one.short else []
        heavy = share is not None and share > 1
        # A bar as long as the room is the whole equity.
        bar = tuple(
            (float(part / equity), token)
            for part, token in ((one.long, "up"), (one.short, "down"))
            if part and equity > 0
        )
        value = f"{' · '.join(parts)} · {rate(share, 0)}"
        figures.append(Figure(sector_title(one.sector), value, "warn" if heavy else "text", bar))
    return Section("Exposure by sector", Verdict.NONE, "" if figures else "Nothing is held", tuple(figures))


def stress_section(results: Sequence[StressResult]) -> Section:
    """What each scenario would cost, and whom it would liquidate."""
    figures, worst = [], Verdict.OK
    for one in results:
        share = one.pnl / one.equity_before if one.equity_before > 0 else None
        token = "danger" if one.liquidated else trend(one.pnl)
        figures.append(Figure(one.scenario.name, f"{signed(one.pnl)} · {rate(share)}", token))
        for closed in one.liquidated:
            worst = Verdict.BAD
            value = f"{signed(closed.pnl)} at {exact(closed.mark_price, 4)}"
            figures.append(Figure(f"   liquidates {closed.symbol}", value, "danger"))
    words = "Some of these would liquidate" if worst is Verdict.BAD else ""
    return Section("Stress", worst, words, tuple(figures))


def played(trading: AccountDesk, account: Account, scenarios: Sequence[Scenario]) -> list[StressResult]:
    """Play scenarios on the account as it stands."""
    stops = stops_of(trading, account)
    return [run_scenario(account, scenario, stops) for scenario in scenarios]
