"""The paper venue's account: wallet, positions, margin, funding, liquidation; written down first."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal

from workstation.analytics.funding import funding_cash_flow
from workstation.analytics.margin import initial_margin
from workstation.analytics.venue_rules import round_stop
from workstation.errors import DataDirectoryError, OrderRejected
from workstation.exchange.paper_journal import Deposit, JournalRecord, PaperJournal
from workstation.exchange.paper_market import PaperMarket, PaperOrder
from workstation.model.derivatives import FundingRate
from workstation.model.margin import MarginMode
from workstation.model.orders import Fill, OrderIntent, Side
from workstation.model.positions import Balance, FundingPayment, SymbolSetting
from workstation.ports import AccountEvent
from workstation.trading.account import Account
from workstation.trading.contracts import Contract
from workstation.trading.portfolio import Portfolio

log = logging.getLogger(__name__)

FIRST_SETTING = (Decimal(5), MarginMode.CROSS)
"""What a symbol is set to before anybody sets it."""

_HOUR_MS = 3_600_000
_BOOKED = Decimal("1e-8")
_ZERO = Decimal(0)


class PaperAccount:
    """What the paper venue knows of its only customer's money."""

    def __init__(
        self,
        venue: str,
        journal: PaperJournal,
        markets: Mapping[str, PaperMarket],
        emit: Callable[[AccountEvent], None],
    ) -> None:
        """Keep an account; marks and times are those of `markets`, `emit` is told what happens."""
        self.venue = venue
        self.portfolio = Portfolio(venue)
        self.settings: dict[str, SymbolSetting] = {}
        self.deposits: dict[str, Decimal] = {}
        self.fills: dict[str, list[Fill]] = {}
        self.funding: list[FundingPayment] = []
        self.failed = ""
        """Why nothing is taken any more; empty while all is well."""
        self._journal = journal
        self._markets = markets
        self._emit = emit
        self._rates: dict[str, FundingRate] = {}
        self._last_id = 0

    def next_id(self) -> int:
        """Return an id for an order or a trade that was never given before."""
        self._last_id += 1
        return self._last_id

    @property
    def now_ms(self) -> int:
        """Newest venue time seen."""
        return max((market.now_ms for market in self._markets.values()), default=0)

    def setting(self, symbol: str) -> SymbolSetting:
        """Return what a symbol is set to."""
        return self.settings.get(symbol) or SymbolSetting(symbol, *FIRST_SETTING)

    def set_up(self, setting: SymbolSetting) -> None:
        """Set a symbol."""
        self.settings[setting.symbol] = setting
        self.portfolio.set_symbol(setting)

    def balance(self, asset: str) -> Balance:
        """Return the wallet of a coin: deposits and all that was earned and paid."""
        realised, fees, funding = self.portfolio.earned(asset)
        wallet = self.deposits.get(asset, _ZERO) + realised - fees + funding
        return Balance(self.venue, asset, wallet, self.now_ms)

    def account(self, asset: str) -> Account:
        """Return the wallet of a coin with its positions at the present marks."""
        self.portfolio.set_balance(self.balance(asset))
        known = {
            symbol: market.mark_price
            for symbol, market in self._markets.items()
            if market.mark_price is not None
        }
        return self.portfolio.account(asset, known)

    def check_margin(self, intent: OrderIntent, price: Decimal, working: Mapping[str, PaperOrder]) -> None:
        """Refuse what the free margin does not carry, orders that work counted.

        Raises:
            OrderRejected: it does not.
        """
        contract = self.portfolio.contracts[intent.symbol]
        held = self.portfolio.position(intent.symbol).size
        if abs(held + intent.size * intent.side.sign) <= abs(held):
            return
        worth = contract.exposure(intent.size, price).notional(price)
        needed = initial_margin(worth, self.setting(intent.symbol).leverage) + worth * contract.taker_rate
        free = self.account(contract.settlement_asset).figures().free_margin - self._pending_margin(working)
        if needed > free:
            raise OrderRejected(f"Margin is insufficient: {needed:.2f} needed, {free:.2f} free", code="-2019")

    def room(self, order: PaperOrder) -> Decimal:
        """How much of an order may be filled now: a reduce-only one no more than the position."""
        if not order.intent.reduce_only:
            return order.remaining
        held = self.portfolio.position(order.intent.symbol).size
        return max(_ZERO, min(order.remaining, -held * order.intent.side.sign))

    def take_fill(
        self, order: PaperOrder, price: Decimal, size: Decimal, is_maker: bool, event_ms: int
    ) -> None:
        """Book a fill of an order, its fee by the side it was on."""
        contract = self.portfolio.contracts[order.intent.symbol]
        rate = contract.maker_rate if is_maker else contract.taker_rate
        fee = (contract.exposure(size, price).notional(price) * rate).quantize(_BOOKED)
        self._book(
            Fill(
                self.venue,
                contract.symbol,
                self.next_id(),
                order.client_order_id,
                order.venue_order_id,
                order.intent.side,
                price,
                size,
                fee,
                contract.settlement_asset,
                is_maker,
                event_ms,
            )
        )

    def take_rate(self, rate: FundingRate) -> None:
        """Note the rate of the next settlement."""
        self._rates[rate.symbol] = rate

    def settle_funding(self, symbol: str, now_ms: int) -> None:
        """Settle every funding time that has passed, at the last rate and mark heard before it."""
        rate = self._rates.get(symbol)
        while rate is not None and 0 < rate.next_funding_ms <= now_ms:
            due_ms = rate.next_funding_ms
            self._pay_funding(symbol, rate, due_ms)
            interval_ms = max(1, round(rate.interval_hours * _HOUR_MS))
            rate = self._rates[symbol] = replace(rate, next_funding_ms=due_ms + interval_ms)

    def liquidate(self, symbol: str, event_ms: int) -> None:
        """Close what the mark has brought down to its maintenance margin, at its bankruptcy price."""
        held = self.portfolio.positions.get(symbol)
        if held is None:
            return
        account = self.account(self.portfolio.contracts[symbol].settlement_asset)
        if held.margin_mode is MarginMode.ISOLATED:
            mark, point = account.marks.get(symbol), account.liquidations().get(symbol)
            side = 1 if held.size > 0 else -1
            if mark is not None and point is not None and (mark - point.price) * side <= 0:
                self._close_bankrupt(account, {symbol: held.margin}, event_ms)
            return
        cross = [name for name, one in account.positions.items() if one.margin_mode is MarginMode.CROSS]
        values = account.held()
        if any(name not in values for name in cross):
            return  # without every mark and table nobody can say that the margin is used up
        profits = sum((values[name].unrealised_pnl for name in cross), _ZERO)
        equity = account.wallet - account.isolated_margin + profits
        if equity > sum((values[name].maintenance_margin for name in cross), _ZERO):
            return
        worths = {name: values[name].exposure.notional(values[name].mark_price) for name in cross}
        total = sum(worths.values(), _ZERO)
        # Each position's part of what is left, reckoned from its entry instead of the mark.
        margins = {name: equity * worths[name] / total - values[name].unrealised_pnl for name in cross}
        self._close_bankrupt(account, margins, event_ms)

    def restore(self, record: JournalRecord) -> None:
        """Take in a record of the journal that concerns money."""
        if isinstance(record, Deposit):
            self.deposits[record.asset] = self.deposits.get(record.asset, _ZERO) + record.amount
        elif isinstance(record, Contract):
            self.portfolio.add_contract(record)
        elif isinstance(record, SymbolSetting):
            self.set_up(record)
        elif isinstance(record, FundingPayment):
            self.funding.append(record)
            self.portfolio.take(record)
        elif isinstance(record, Fill):
            self.note_id(record.trade_id)
            self.fills.setdefault(record.symbol, []).append(record)
            self.portfolio.take(record)

    def note_id(self, used: int) -> None:
        """Never give this id again."""
        self._last_id = max(self._last_id, used)

    def write(self, record: JournalRecord) -> None:
        """Write down what has happened; where that fails nothing more is taken from then on."""
        try:
            self._journal.append(record)
        except DataDirectoryError as error:
            self.failed = f"The paper account cannot be written: {error}"
            log.error("%s", self.failed)

    def _book(self, fill: Fill) -> None:
        self.write(fill)
        self.fills.setdefault(fill.symbol, []).append(fill)
        self.portfolio.take(fill)
        self._emit(fill)
        self._emit(self.balance(fill.fee_asset))

    def _pay_funding(self, symbol: str, rate: FundingRate, due_ms: int) -> None:
        held, mark = self.portfolio.position(symbol), self._markets[symbol].mark_price
        if held.is_flat or mark is None:
            return
        contract = self.portfolio.contracts[symbol]
        worth = contract.exposure(held.size, held.entry_price).notional(mark).copy_sign(held.size)
        amount = funding_cash_flow(worth, rate.rate).quantize(_BOOKED)
        asset = contract.settlement_asset
        payment = FundingPayment(self.venue, symbol, due_ms, amount, asset, rate.rate, held.size, mark)
        self.write(payment)
        self.funding.append(payment)
        self.portfolio.take(payment)
        self._emit(payment)
        self._emit(self.balance(asset))

    def _close_bankrupt(self, account: Account, margins: Mapping[str, Decimal], event_ms: int) -> None:
        for symbol, margin in margins.items():
            held, contract = account.positions[symbol], account.contracts[symbol]
            exposure = contract.exposure(held.size, held.entry_price)
            x, tick = exposure.entry - margin / exposure.slope, contract.rules.tick_size
            price = round_stop(held.size, exposure.at(x), tick) if x > 0 else tick
            side = Side.SELL if held.size > 0 else Side.BUY
            self._book(
                Fill(
                    self.venue,
                    symbol,
                    self.next_id(),
                    "",
                    "",
                    side,
                    price,
                    abs(held.size),
                    _ZERO,
                    contract.settlement_asset,
                    False,
                    event_ms,
                    is_liquidation=True,
                )
            )

    def _pending_margin(self, working: Mapping[str, PaperOrder]) -> Decimal:
        total = _ZERO
        for order in working.values():
            intent = order.intent
            price = intent.price or intent.trigger_price or self._markets[intent.symbol].mark_price
            if order.state.is_final or intent.reduce_only or price is None or not order.remaining:
                continue
            exposure = self.portfolio.contracts[intent.symbol].exposure(order.remaining, price)
            total += exposure.notional(price) / self.setting(intent.symbol).leverage
        return total
