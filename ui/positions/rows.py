"""The rows of positions, working orders, fills and alarms of one account."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ui import format
from ui.positions.figures import cell, exact, signed, trend, words
from ui.widgets.table_rows import Cell, Column, Row
from workstation.analytics.liquidation import LiquidationPoint
from workstation.model.orders import Fill, Order, OrderState, Purpose
from workstation.model.positions import Position
from workstation.trading.account import Account
from workstation.trading.brackets import Ward, wards_of
from workstation.trading.contracts import Contract
from workstation.trading.portfolio import Portfolio

POSITION_COLUMNS = (
    Column("Symbol", "What is held", 9, 0, left=True),
    Column("Side", "Long or short", 5, 1),
    Column("Size", "In the venue's unit", 8, 1),
    Column("Entry", "Average price of what is still open", 9, 2),
    Column("Mark", "The price that margin and liquidation go by", 9, 3),
    Column("Stop", "Trigger of the protective stop that is proven to work at the venue", 9, 2),
    Column("Trail", "Where the trailing stop stands; a dash while none follows", 9, 7),
    Column(
        "Liquidation", "Mark price at which the venue closes the position, the others standing still", 9, 4
    ),
    Column("away", "From the mark to the liquidation", 7, 4),
    Column("R now", "P&L for the risk from entry to the first stop", 5, 3),
    Column("P&L", "Open and realised profit of this round, net of fees and funding", 9, 0, fades=True),
    Column("Fees", "Paid in this round", 7, 6),
    Column("Funding", "Received less paid in this round", 7, 6),
    Column("Held", "Since the round's first fill", 8, 5),
    Column("Setup", "The checklist that the entry passed", 14, 8),
)
ORDER_COLUMNS = (
    Column("Symbol", "What it trades", 9, 0, left=True),
    Column("Order", "What it is for", 8, 1, left=True),
    Column("Side", "Which way it trades", 5, 1),
    Column("Size", "Of the whole order, in the venue's unit", 8, 0),
    Column("Filled", "So far", 8, 3),
    Column("Price", "Of a limit order", 9, 1),
    Column("Trigger", "At which a conditional order begins to trade", 9, 2),
    Column("Age", "Since it was approved", 8, 4),
    Column("State", "As far as it is proven", 26, 0),
)
FILL_COLUMNS = (
    Column("Symbol", "What was traded", 9, 0, left=True),
    Column("Time", "The venue's, UTC", 12, 0),
    Column("Side", "Which way", 5, 1),
    Column("Size", "In the venue's unit", 8, 0),
    Column("Price", "Of this execution", 9, 0),
    Column("Fee", "Positive is paid", 9, 2),
    Column("Role", "Whether it rested in the book", 10, 3),
    Column("Order", "What the order was for", 8, 3),
)
ALARM_COLUMNS = (
    Column("Symbol", "What it is about", 9, 0, left=True),
    Column("Alarm", "What is wrong", 14, 0, left=True),
    Column("What to do", "In a sentence", 60, 0, left=True),
)

BARE_S = 3.0
"""A part of a position may stand so long without a proven stop before that is told."""

_STATES = {
    OrderState.CREATED: ("being proven", "warn"),
    OrderState.SENT: ("on its way", "muted"),
    OrderState.UNKNOWN: ("unknown: being proven", "warn"),
    OrderState.OPEN: ("on venue", "muted"),
    OrderState.PARTIALLY_FILLED: ("partly filled", "text"),
}


@dataclass(frozen=True, slots=True)
class Held:
    """One position with all that a row tells of it; money in the account's coin.

    Attributes:
        position, contract: what is held and how it is traded.
        mark: None before it is known.
        stop: trigger of the proven stop; None without one.
        trail: where the trailing stop stands; None while none follows.
        liquidation: None where no price is; `liquidation_known` tells whether that could be said.
        pnl: open and realised, net of fees and funding; None without a mark.
        risk: from the entries to their first stops; None where no entry here explains the position.
        setup: of its newest entry.
    """

    position: Position
    contract: Contract
    mark: Decimal | None
    stop: Decimal | None
    trail: Decimal | None
    liquidation: Decimal | None
    liquidation_known: bool
    pnl: Decimal | None
    risk: Decimal | None
    setup: str

    @property
    def units(self) -> Decimal | None:
        """P&L in R; None where it cannot be said."""
        return None if self.pnl is None or not self.risk else self.pnl / self.risk

    @property
    def away_rate(self) -> Decimal | None:
        """From the mark to the liquidation, a fraction of the mark."""
        if self.mark is None or self.liquidation is None:
            return None
        return abs(self.mark - self.liquidation) / self.mark


def held_positions(portfolio: Portfolio, account: Account) -> list[Held]:
    """Return every position that is not flat, by symbol."""
    points: Mapping[str, LiquidationPoint | None] = account.liquidations()
    found = []
    for symbol, position in sorted(account.positions.items()):
        wards = [ward for ward in wards_of(portfolio, symbol) if ward.held]
        point, open_pnl = points.get(symbol), account.unrealised_pnl(symbol)
        stop = portfolio.stop_price(symbol)
        trails = any(ward.intent_id in portfolio.trails or ward.bracket.trail for ward in wards)
        found.append(
            Held(
                position,
                account.contracts[symbol],
                account.marks.get(symbol),
                stop,
                stop if trails else None,
                None if point is None else point.price,
                symbol in points,
                None if open_pnl is None else open_pnl + position.net_pnl,
                _risk(account.contracts[symbol], wards),
                wards[-1].entry.intent.setup if wards else "",
            )
        )
    return found


def _risk(contract: Contract, wards: Sequence[Ward]) -> Decimal | None:
    """What the entries put at risk when they were filled, to their first stops."""
    risk = Decimal(0)
    for ward in wards:
        entry = ward.entry.average_price
        if entry is not None:
            size = ward.filled * ward.entry.intent.side.sign
            risk -= contract.exposure(size, entry).profit(ward.bracket.stop_price)
    return risk if risk > 0 else None


def position_row(held: Held, now_ms: int, setups: Mapping[str, str]) -> Row:
    """One position; `setups` are the names of checklists by their keys."""
    position, rules = held.position, held.contract.rules
    tick, lot = _decimals(rules.tick_size), _decimals(rules.lot_size)
    long = position.size > 0
    away = held.away_rate
    near = away is not None and away < Decimal("0.05")
    held_s = max(0.0, (now_ms - position.opened_ms) / 1000)
    no_liquidation = "none" if held.liquidation_known else format.NO_FIGURE
    units = held.units
    cells: tuple[Cell, ...] = (
        words(position.symbol),
        words("long" if long else "short", "up" if long else "down"),
        cell(exact(abs(position.size), lot), abs(position.size)),
        cell(exact(position.entry_price, tick), position.entry_price),
        cell(exact(held.mark, tick), held.mark),
        Cell("missing", float("-inf"), "danger")
        if held.stop is None
        else cell(exact(held.stop, tick), held.stop),
        cell(exact(held.trail, tick), held.trail),
        cell(no_liquidation if held.liquidation is None else exact(held.liquidation, tick), held.liquidation),
        cell(
            format.NO_FIGURE if away is None else f"{exact(away * 100, 1)} %",
            away,
            "danger" if near else "text",
        ),
        cell(signed(units, 1), units, trend(units, 1)),
        cell(signed(held.pnl), held.pnl, trend(held.pnl)),
        cell(signed(-position.fees), -position.fees, "muted"),
        cell(signed(position.funding), position.funding, "muted"),
        cell(format.duration(held_s), held_s, "muted"),
        words(setups.get(held.setup, held.setup) or format.NO_FIGURE, "muted"),
    )
    return position.symbol, cells


def order_row(order: Order, contract: Contract | None, now_ms: int) -> Row:
    """One working order."""
    intent = order.intent
    tick = 2 if contract is None else _decimals(contract.rules.tick_size)
    lot = 3 if contract is None else _decimals(contract.rules.lot_size)
    state, token = _STATES.get(order.state, (order.state.value, "muted"))
    if order.cancel_asked:
        state, token = f"{state}, cancel asked for", "warn"
    elif intent.reduce_only and order.state is OrderState.OPEN:
        state = "reduce only, on venue"
    age_s = (now_ms - order.created_ms) / 1000
    return order.client_order_id, (
        words(intent.symbol),
        words(order_words(order), "text" if intent.purpose is Purpose.OPEN else "muted"),
        words(intent.side.value, "up" if intent.side.sign > 0 else "down"),
        cell(exact(intent.size, lot), intent.size),
        cell(exact(order.filled_size, lot), order.filled_size, "text" if order.filled_size else "dim"),
        cell(exact(intent.price, tick), intent.price),
        cell(exact(intent.trigger_price, tick), intent.trigger_price),
        cell(format.duration(max(0.0, age_s)), age_s, "muted"),
        words(state, token),
    )


def order_words(order: Order) -> str:
    """What an order is for, as short as can be."""
    intent = order.intent
    if intent.leg:
        return intent.leg
    return "entry" if intent.purpose is Purpose.OPEN else intent.purpose.value


def fill_row(fill: Fill, contract: Contract | None, order: Order | None) -> Row:
    """One execution."""
    tick = 2 if contract is None else _decimals(contract.rules.tick_size)
    lot = 3 if contract is None else _decimals(contract.rules.lot_size)
    role, token = ("maker", "muted") if fill.is_maker else ("taker", "muted")
    if fill.is_liquidation:
        role, token = "liquidation", "danger"
    return f"{fill.symbol} {fill.event_ms} {fill.trade_id} {fill.side.value}", (
        words(fill.symbol),
        cell(format.utc_time(fill.event_ms, with_ms=True), fill.event_ms),
        words(fill.side.value, "up" if fill.side.sign > 0 else "down"),
        cell(exact(fill.size, lot), fill.size),
        cell(exact(fill.price, tick), fill.price),
        cell(f"{exact(fill.fee, 4)} {fill.fee_asset}", fill.fee, "muted"),
        words(role, token),
        words("" if order is None else order_words(order), "muted"),
    )


def alarm_rows(portfolio: Portfolio, missing: Mapping[str, str], frozen: str) -> list[Row]:
    """What of trading wants the trader's eye now.

    Args:
        portfolio: of the account.
        missing: why a position stands without a proven stop, by symbol.
        frozen: why nothing may be opened; empty where it may.
    """
    found: list[Row] = []
    for symbol, why in sorted(missing.items()):
        found.append((f"stop {symbol}", (words(symbol), words("no stop", "danger"), words(why))))
    for order in portfolio.working():
        if order.state is OrderState.UNKNOWN:
            said = f"The venue is being asked what became of it; nothing is sent twice. {order.words}"
            cells = (words(order.intent.symbol), words("order unknown", "warn"), words(said.strip()))
            found.append((f"order {order.client_order_id}", cells))
    for order_id, report in sorted(portfolio.foreign_orders.items()):
        said = f"A {report.kind.value} order works at the venue that was not placed here: cancel it there"
        found.append(
            (f"foreign {order_id}", (words(report.symbol), words("foreign order", "warn"), words(said)))
        )
    if frozen:
        found.append(("frozen", (words("all"), words("nothing opens", "warn"), words(frozen))))
    return found


def _decimals(step: Decimal) -> int:
    exponent = step.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def uncovered(portfolio: Portfolio, symbol: str) -> Decimal:
    """Return how much of a position no stop covers that the venue has confirmed; 0 where all is covered."""
    covered = sum(
        (
            ward.held
            for ward in wards_of(portfolio, symbol)
            if any(order.state in (OrderState.OPEN, OrderState.PARTIALLY_FILLED) for order in ward.stops)
        ),
        Decimal(0),
    )
    return max(Decimal(0), abs(portfolio.position(symbol).size) - covered)
