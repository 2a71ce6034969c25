"""What a trade costs and must earn: fees, break-even, required profit, reward against risk."""

from dataclasses import dataclass
from decimal import Decimal

from workstation.analytics.figures import ONE, ZERO, not_negative, positive, rate
from workstation.analytics.liquidation import Exposure
from workstation.errors import BadFigure
from workstation.model.instrument import ContractKind


@dataclass(frozen=True, slots=True)
class Fees:
    """Fees of both ends of a trade, in quote units (coin if inverse); negative is a rebate."""

    entry: Decimal
    exit: Decimal

    @property
    def total(self) -> Decimal:
        """Both together."""
        return self.entry + self.exit


def round_trip_fees(exposure: Exposure, exit_price: Decimal, entry_rate: Decimal, exit_rate: Decimal) -> Fees:
    """Return the fees of opening and closing: each rate on the notional at its own price.

    Args:
        exposure: size and entry.
        exit_price: quote per base unit.
        entry_rate, exit_rate: maker or taker, fractions; a rebate is negative.
    """
    rate("entry_fee_rate", entry_rate)
    rate("exit_fee_rate", exit_rate)
    return Fees(
        exposure.notional(exposure.entry_price) * entry_rate, exposure.notional(exit_price) * exit_rate
    )


def net_pnl(
    exposure: Exposure,
    exit_price: Decimal,
    entry_rate: Decimal,
    exit_rate: Decimal,
    funding_cash_flow: Decimal = ZERO,
) -> Decimal:
    """Return what a trade brings after fees and funding, in quote units (coin if inverse).

    Args:
        exposure, exit_price, entry_rate, exit_rate: as in `round_trip_fees`.
        funding_cash_flow: sum over the settlements; negative is paid.
    """
    fees = round_trip_fees(exposure, exit_price, entry_rate, exit_rate)
    return exposure.profit(exit_price) - fees.total + funding_cash_flow


def break_even_price(
    exposure: Exposure, entry_rate: Decimal, exit_rate: Decimal, funding_cash_flow: Decimal = ZERO
) -> Decimal:
    """Return the exit price at which the trade has earned its fees and its funding.

    Args:
        exposure, entry_rate, exit_rate, funding_cash_flow: as in `net_pnl`.

    Raises:
        BadFigure: no positive price earns them.
    """
    rate("entry_fee_rate", entry_rate)
    rate("exit_fee_rate", exit_rate)
    size, slope = abs(exposure.slope), exposure.slope
    # slope · (x − entry) − size · entry · f_in − size · x · f_out + funding = 0
    x = (slope * exposure.entry + size * exposure.entry * entry_rate - funding_cash_flow) / (
        slope - size * exit_rate
    )
    if x <= 0:
        raise BadFigure("funding", "No price earns these fees and this funding back")
    return exposure.at(x)


@dataclass(frozen=True, slots=True)
class RequiredProfit:
    """What a trade must move before it earns anything.

    Attributes:
        spread, fees, slippage, funding: quote units (coin if inverse); funding received is negative.
        total: their sum.
        move_rate: the same as a fraction of the entry notional.
    """

    spread: Decimal
    fees: Decimal
    slippage: Decimal
    funding: Decimal
    total: Decimal
    move_rate: Decimal


def required_profit(
    exposure: Exposure,
    entry_rate: Decimal,
    exit_rate: Decimal,
    *,
    spread_rate: Decimal = ZERO,
    slippage_rate: Decimal = ZERO,
    funding_cash_flow: Decimal = ZERO,
) -> RequiredProfit:
    """Return spread + fees + slippage + funding of a trade closed where it was opened.

    Args:
        exposure, entry_rate, exit_rate, funding_cash_flow: as in `net_pnl`.
        spread_rate: (ask − bid) / mid, paid once over both ends.
        slippage_rate: of both ends together, beyond the best price.
    """
    notional = exposure.notional(exposure.entry_price)
    fees = round_trip_fees(exposure, exposure.entry_price, entry_rate, exit_rate).total
    spread = notional * not_negative("spread_rate", spread_rate)
    slippage = notional * not_negative("slippage_rate", slippage_rate)
    total = spread + fees + slippage - funding_cash_flow
    return RequiredProfit(spread, fees, slippage, -funding_cash_flow, total, total / notional)


@dataclass(frozen=True, slots=True)
class RewardRisk:
    """Reward against risk, as multiples of the risk.

    Attributes:
        gross: of the prices alone.
        net: of money after fees and funding; None where the stop itself would earn.
        win_rate_needed: share of winners at which net reward and risk cancel out.
    """

    gross: Decimal
    net: Decimal | None
    win_rate_needed: Decimal | None


def reward_risk(
    exposure: Exposure,
    stop_price: Decimal,
    target_price: Decimal,
    *,
    entry_rate: Decimal = ZERO,
    exit_rate: Decimal = ZERO,
    funding_cash_flow: Decimal = ZERO,
) -> RewardRisk:
    """Return what is won at the target for what is lost at the stop.

    Args:
        exposure, entry_rate, exit_rate, funding_cash_flow: as in `net_pnl`; the funding counts in both.
        stop_price, target_price: quote per base unit, on either side of the entry.

    Raises:
        BadFigure: stop or target on the wrong side.
    """
    risk, reward = -exposure.profit(stop_price), exposure.profit(target_price)
    name = "long" if exposure.size > 0 else "short"
    if risk <= 0:
        raise BadFigure("stop_price", f"At that stop the {name} would not lose: it is on the wrong side")
    if reward <= 0:
        raise BadFigure("target_price", f"At that target the {name} would not win: it is on the wrong side")
    net_loss = -net_pnl(exposure, stop_price, entry_rate, exit_rate, funding_cash_flow)
    net_win = net_pnl(exposure, target_price, entry_rate, exit_rate, funding_cash_flow)
    if net_loss <= 0:
        return RewardRisk(reward / risk, None, None)
    needed = net_loss / (net_loss + net_win) if net_win > 0 else None
    return RewardRisk(reward / risk, net_win / net_loss, needed)


def target_for(exposure: Exposure, stop_price: Decimal, multiple: Decimal) -> Decimal:
    """Return the price at which a trade has won a multiple of its risk, before costs.

    Raises:
        BadFigure: the stop is on the wrong side, or no positive price wins that much.
    """
    positive("multiple", multiple)
    risk = -exposure.profit(stop_price)
    if risk <= 0:
        raise BadFigure("stop_price", "The stop is on the wrong side of the entry")
    x = exposure.entry + multiple * risk / exposure.slope
    if x <= 0:
        raise BadFigure("multiple", f"No price wins {multiple:f} times that risk")
    return exposure.at(x)


def give_back_stop(
    exposure: Exposure, peak_price: Decimal, share: Decimal = Decimal("0.5"), *, locked_pnl: Decimal = ZERO
) -> Decimal:
    """Return the trailing stop that gives back a share of a profit.

    Args:
        exposure: size and entry.
        peak_price: best price seen in the trade.
        share: given back; 0.5 is half.
        locked_pnl: profit at which the last stop stands: 0 gives back a share of the whole peak profit,
            else of the increment above it (from 1000 to 2000: 1500 stays locked, not 1000).

    Raises:
        BadFigure: there is no profit above what is locked.
    """
    if not 0 <= share < ONE:
        raise BadFigure("share", "The share given back lies between 0 and 1, below 1")
    peak = exposure.profit(peak_price)
    if peak <= locked_pnl:
        raise BadFigure("peak_price", "There is no profit above what is locked: the stop stays where it is")
    kept = locked_pnl + (peak - locked_pnl) * (ONE - share)
    return exposure.at(exposure.entry + kept / exposure.slope)


def account_loss_rate(notional: Decimal, move_rate: Decimal, account: Decimal) -> Decimal:
    """Return what an adverse move takes from the account: a 2 % stop at 50x loses the margin, not all."""
    return not_negative("notional", notional) * move_rate / positive("account", account)


def size_in_contracts(coins: Decimal, contract_size: Decimal, kind: ContractKind, price: Decimal) -> Decimal:
    """Return how many contracts so many coins are; an inverse contract is worth quote units, not coins."""
    positive("contract_size", contract_size)
    if kind is ContractKind.INVERSE:
        return coins * positive("price", price) / contract_size
    return coins / contract_size
