"""`preflight calc` on the command line: the ticket's arithmetic without a window."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from decimal import Decimal

import msgspec
from rich.console import Console
from rich.table import Table

from workstation.analytics import costs, funding, sizing
from workstation.analytics.figures import ONE, ZERO, positive
from workstation.analytics.liquidation import (
    ClosingFee,
    Exposure,
    bankruptcy_price,
    liquidation_point,
)
from workstation.analytics.margin import (
    check_leverage,
    check_stop,
    effective_leverage,
    isolated_margin,
    liquidation_buffer,
    maintenance_margin,
    margin_ratio,
)
from workstation.analytics.venue_rules import VenueRules, check_order, largest_size
from workstation.calc_form import FLAGS, OPTIONS, Form
from workstation.errors import BadFigure

EXIT_OK = 0
EXIT_FAILED = 1

_FIGURE_STARTS = frozenset(".0123456789")

Figures = dict[str, Decimal | int | str | None]


class _FigureParser(argparse.ArgumentParser):
    """Takes -0.01% and -1e-4 for the figures they are, where argparse sees options."""

    def parse_known_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """Join an option and the negative figure behind it."""
        joined: list[str] = []
        for part in sys.argv[1:] if args is None else args:
            if joined and joined[-1].startswith("--") and part[:1] == "-" and part[1:2] in _FIGURE_STARTS:
                joined[-1] += f"={part}"
            else:
                joined.append(part)
        return super().parse_known_args(joined, namespace)


def add_calc_options(parser: argparse.ArgumentParser) -> None:
    """Declare `preflight calc` and its calculations.

    Figures are taken as text and read by the calculations, which refuse them in a trader's words.
    """
    commands = parser.add_subparsers(
        dest="calculation", metavar="calculation", required=True, parser_class=_FigureParser
    )
    for name, (_, about, options) in _CALCULATIONS.items():
        command = commands.add_parser(name, help=about, description=f"{about[:1].upper()}{about[1:]}.")
        for option in options.split():
            if option in FLAGS:
                command.add_argument(f"--{option}", action="store_true", help=FLAGS[option])
            else:
                metavar, meaning = OPTIONS[option]
                command.add_argument(f"--{option}", metavar=metavar, help=meaning)
        command.add_argument("--json", action="store_true", help="print the result as JSON")


def run_calc(arguments: argparse.Namespace) -> int:
    """Reckon and print.

    Raises:
        BadFigure: a figure is missing or cannot be; the command line shows it on one line.
    """
    found = _CALCULATIONS[arguments.calculation][0](Form(arguments))
    try:
        if arguments.json:
            encoder = msgspec.json.Encoder(decimal_format="number")
            print(msgspec.json.format(encoder.encode(found), indent=2).decode())
        else:
            _print_figures(found)
        print(end="", flush=True)
    except OSError as error:
        # What is left to write would fail again when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        print(f"preflight: the result cannot be shown: {error.strerror}", file=sys.stderr)
        return EXIT_FAILED
    return EXIT_OK


def _liquidation(form: Form) -> Figures:
    exposure, tiers, convention = form.exposure(), form.needed_tiers(), form.closing_fee()
    fee = form.get("fee")
    if convention is not ClosingFee.LEFT_OUT and form.maybe("fee") is None:
        raise BadFigure("fee", "--fee is missing: this venue counts the taker fee of closing")
    leverage = form.maybe("leverage")
    wallet, margin = form.maybe("wallet"), form.maybe("margin")
    if sum(given is not None for given in (leverage, wallet, margin)) != 1:
        raise BadFigure("margin", "Give one of --margin or --leverage (isolated) or --wallet (cross)")
    if leverage is not None:
        at_entry = tiers.tier_of(exposure.notional(exposure.entry_price))
        check_leverage(leverage, at_entry)
        margin = isolated_margin(exposure, leverage, fee_rate=fee, closing_fee=convention)
    elif wallet is not None:
        margin = wallet - form.get("others-margin") + form.get("others-pnl")
    assert margin is not None
    point = liquidation_point(exposure, margin, tiers, fee_rate=fee, closing_fee=convention)
    mark = form.get("mark", exposure.entry_price)
    equity, notional = margin + exposure.profit(mark), exposure.notional(mark)
    required = maintenance_margin(notional, tiers)
    found: Figures = {
        "liquidation_price": None if point is None else point.price,
        "bankruptcy_price": bankruptcy_price(
            exposure, margin, fee_rate=fee if convention is ClosingFee.SET_ASIDE else ZERO
        ),
        "margin": margin,
        "maintenance_margin": required,
        "margin_ratio": margin_ratio(required, equity),
        "effective_leverage": effective_leverage(notional, equity),
    }
    stop = form.maybe("stop")
    if point is None:
        found["note"] = "no price liquidates this position"
    else:
        found["tier_floor"] = point.tier.notional_floor
        found["tier_rate"] = point.tier.maintenance_rate
        found["tier_amount"] = point.tier.maintenance_amount
        buffer = liquidation_buffer(exposure.size, mark, point.price, atr=form.maybe("atr"), stop_price=stop)
        found |= {"buffer_rate": buffer.rate, "buffer_atr": buffer.atrs, "stop_room": buffer.stop_room}
    if stop is not None:
        check_stop(exposure.size, exposure.entry_price, stop, None if point is None else point.price)
    return found


def _size(form: Form) -> Figures:
    entry, stop, atr = form.need("entry"), form.maybe("stop"), form.maybe("atr")
    account, risk = form.need("account"), form.get("risk", Decimal("0.01"))
    lot = positive("lot", form.get("lot", Decimal("0.001")))
    multiple = form.get("multiple", Decimal(2))
    if stop is None:
        if atr is None:
            raise BadFigure("stop", "--stop is missing: a stop, or --atr with --multiple, decides the size")
        stop = entry - form.side() * positive("atr", atr) * positive("multiple", multiple)
    side = 1 if stop < entry else -1
    if form.text("side") is not None:
        side = form.side()
        check_stop(Decimal(side), entry, stop, None)
    one = Exposure(Decimal(side), entry)
    paid = -funding.total_cash_flow(form.funding(one)) / entry
    loss = sizing.unit_risk(
        entry,
        stop,
        entry_fee_rate=form.get("fee-in"),
        exit_fee_rate=form.get("fee-out", form.get("fee-in")),
        slippage_rate=form.get("slippage"),
        funding_paid_rate=paid,
    )
    position = sizing.size_by_risk(account, risk, loss, lot)
    position = sizing.reduced(position, [ONE - form.get("cut")], lot)
    notional = position.size * entry
    found: Figures = {
        "size": position.size,
        "raw_size": position.raw_size,
        "notional": notional,
        "unit_risk": loss,
        "risk_money": account * risk,
        "loss_at_stop": position.loss_at_stop,
        "stop_price": stop,
        "account_leverage": sizing.leverage_needed(notional, account),
    }
    leverage, tiers = form.maybe("leverage"), form.tiers()
    if leverage is not None and tiers is not None:
        # The venue's own caps are checked again after rounding, and so is the stop against liquidation.
        tick = Decimal(1).scaleb(int(entry.as_tuple().exponent))
        rules = VenueRules(tick, lot, min_notional=form.get("min-notional"), tiers=tiers)
        most = largest_size(rules, entry, leverage)
        if most is not None and position.size > most:
            raise BadFigure("size", f"{position.size:f} is above the {most:f} that this leverage allows")
        held = Exposure(check_order(rules, side * position.size, entry, leverage), entry)
        fee, convention = form.get("fee-out", form.get("fee-in")), form.closing_fee()
        margin = isolated_margin(held, leverage, fee_rate=fee, closing_fee=convention)
        point = liquidation_point(held, margin, tiers, fee_rate=fee, closing_fee=convention)
        end = None if point is None else point.price
        check_stop(held.size, entry, stop, end)
        found |= {"margin": margin, "liquidation_price": end}
    elif position.size == 0:
        raise BadFigure("size", f"Not even one step of {lot:f} fits into this risk")
    elif notional < form.get("min-notional"):
        raise BadFigure("size", f"A position of {notional:f} is worth less than the smallest order")
    return found


def _funding(form: Form) -> Figures:
    exposure = form.exposure()
    rate, interval = form.need("funding-rate"), form.get("interval", Decimal(8))
    settlements = form.funding(exposure)
    total = funding.total_cash_flow(settlements)
    return {
        "settlements": len(settlements),
        "cash_flow": total,
        "share_of_notional": total / exposure.notional(exposure.entry_price),
        "each": settlements[0].cash_flow if settlements else ZERO,
        "per_8h_rate": funding.rate_per(rate, interval, Decimal(8)),
        "per_day_rate": funding.rate_per(rate, interval, Decimal(24)),
        "yearly_rate": funding.yearly_rate(rate, interval),
        "compounded_yearly_rate": funding.compounded_yearly_rate(rate, interval),
        "over_baseline_rate": funding.excess_over_baseline(rate, interval),
        "who_pays": "nobody" if rate == 0 else "longs pay shorts" if rate > 0 else "shorts pay longs",
    }


def _margin(form: Form) -> Figures:
    exposure, tiers = form.exposure(), form.needed_tiers()
    leverage = form.need("leverage")
    notional = exposure.notional(exposure.entry_price)
    largest, tier = tiers.largest_notional, tiers.tier_of(notional)
    if largest is not None and notional > largest:
        raise BadFigure(
            "size", f"The position would be worth {notional:.8g}; at most {largest:f} may be held"
        )
    check_leverage(leverage, tier)
    return {
        "notional": notional,
        "initial_margin": isolated_margin(
            exposure, leverage, fee_rate=form.get("fee"), closing_fee=form.closing_fee()
        ),
        "maintenance_margin": maintenance_margin(notional, tiers),
        "tier_floor": tier.notional_floor,
        "tier_cap": tier.notional_cap,
        "tier_rate": tier.maintenance_rate,
        "tier_amount": tier.maintenance_amount,
        "max_leverage": tier.max_leverage,
        "largest_notional": largest,
    }


def _break_even(form: Form) -> Figures:
    exposure = form.exposure()
    fee_in = form.get("fee-in")
    fee_out = form.get("fee-out", fee_in)
    paid = funding.total_cash_flow(form.funding(exposure))
    price = costs.break_even_price(exposure, fee_in, fee_out, paid)
    needed = costs.required_profit(
        exposure,
        fee_in,
        fee_out,
        spread_rate=form.get("spread"),
        slippage_rate=form.get("slippage"),
        funding_cash_flow=paid,
    )
    found: Figures = {
        "break_even_price": price,
        "break_even_move": price / exposure.entry_price - ONE,
        "required_profit": needed.total,
        "required_move": needed.move_rate,
        "fees": needed.fees,
        "spread": needed.spread,
        "slippage": needed.slippage,
        "funding": needed.funding,
    }
    stop, target = form.maybe("stop"), form.maybe("target")
    if stop is not None and target is not None:
        ratio = costs.reward_risk(
            exposure, stop, target, entry_rate=fee_in, exit_rate=fee_out, funding_cash_flow=paid
        )
        found |= {
            "reward_risk": ratio.gross,
            "net_reward_risk": ratio.net,
            "win_rate_needed": ratio.win_rate_needed,
        }
    return found


def _fees(form: Form) -> Figures:
    exposure, fee_in = form.exposure(), form.need("fee-in")
    exit_price = form.get("exit", exposure.entry_price)
    fees = costs.round_trip_fees(exposure, exit_price, fee_in, form.get("fee-out", fee_in))
    notional = exposure.notional(exposure.entry_price)
    return {
        "entry_fee": fees.entry,
        "exit_fee": fees.exit,
        "fees": fees.total,
        "share_of_notional": fees.total / notional,
        "gross_pnl": exposure.profit(exit_price),
        "net_pnl": exposure.profit(exit_price) - fees.total,
    }


def _print_figures(found: Figures) -> None:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="dim")
    table.add_column(justify="right")
    for name, value in found.items():
        table.add_row(name.replace("_", " "), _shown(value))
    Console().print(table)


def _shown(value: Decimal | int | str | None) -> str:
    if value is None:
        return "—"
    if not isinstance(value, Decimal):
        return str(value)
    # Ten digits are more than any price has; the exact figure is in --json.
    digits = max(0, min(12, 9 - value.adjusted())) if value else 0
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


_POSITION = "side size entry inverse contract-size"
_TABLE = "tiers symbol rate max-leverage"
_HOLD = "funding-rate interval hold first"
_CALCULATIONS: dict[str, tuple[Callable[[Form], Figures], str, str]] = {
    "liquidation": (
        _liquidation,
        "the mark price that liquidates a position, and how far away it is",
        f"{_POSITION} venue margin leverage wallet others-margin others-pnl {_TABLE} fee mark atr stop",
    ),
    "size": (
        _size,
        "the size that loses a fixed share of the account at its stop",
        f"account risk side entry stop atr multiple fee-in fee-out slippage {_HOLD} cut lot min-notional "
        f"leverage venue {_TABLE}",
    ),
    "funding": (_funding, "what holding a position through its settlements costs", f"{_POSITION} {_HOLD}"),
    "margin": (
        _margin,
        "initial and maintenance margin, and the bracket they come from",
        f"{_POSITION} leverage venue fee {_TABLE}",
    ),
    "breakeven": (
        _break_even,
        "where a trade has earned its costs, and what it wins for what it risks",
        f"{_POSITION} fee-in fee-out {_HOLD} spread slippage stop target",
    ),
    "fees": (_fees, "the fees of opening and closing", f"{_POSITION} exit fee-in fee-out"),
}
