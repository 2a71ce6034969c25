"""The trading side of the exchange: one account, its orders, and what the market's events do to them."""

import secrets
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

import msgspec

from workstation.simulator.events import FundingEvent, MarketEvent, MarkPriceEvent, TradeEvent
from workstation.simulator.market import SimulatedMarket
from workstation.simulator.rest_info import price_text, size_text
from workstation.simulator.streams import Hub
from workstation.simulator.trading.account import LIQUIDATION_FEE, ZERO, Account, Holding
from workstation.simulator.trading.algo import AlgoDesk
from workstation.simulator.trading.desk import OrderDesk
from workstation.simulator.trading.wire import AccountWriter

MARGIN_CALL_AT = Decimal("0.8")
"""Maintenance margin over equity from which on a warning is sent, once."""

STREAM_PREFIX = "user"
"""What listen keys begin with, so that faults can name the user data stream: "user*"."""


class Trader:
    """What the demo key trades with."""

    def __init__(
        self,
        markets: Mapping[str, SimulatedMarket],
        hub: Hub,
        now_ms: Callable[[], int],
        skew_ms: Callable[[], int],
    ) -> None:
        """Open the account.

        Args:
            hub: carries the user data stream.
            now_ms: simulated time; skew_ms: how wrong the venue's clock is now.
        """
        self._markets = markets
        self._hub = hub
        self._now_ms = now_ms
        self._skew_ms = skew_ms
        self.listen_key = ""
        self.writer = AccountWriter(
            {symbol: price_text(market.spec) for symbol, market in markets.items()},
            {symbol: size_text(market.spec) for symbol, market in markets.items()},
        )
        specs = {symbol: market.spec for symbol, market in markets.items()}
        self.account = Account(specs, self._mark)
        self.desk = OrderDesk(self.account, markets, self.writer, self.told_ms, self.tell)
        self.algos = AlgoDesk(self.account, self.desk, markets, self.writer, self.told_ms, self.tell)
        self._warned = False

    def told_ms(self) -> int:
        """The time as the venue tells it."""
        return self._now_ms() + self._skew_ms()

    def _mark(self, symbol: str) -> Decimal:
        return Decimal(f"{self._markets[symbol].mark.mark:.8f}")

    # --- user data stream -----------------------------------------------------------------------------

    def open_stream(self) -> str:
        """Return the listen key, a new one if there is none."""
        self.listen_key = self.listen_key or STREAM_PREFIX + secrets.token_hex(30)
        return self.listen_key

    def close_stream(self) -> None:
        """Let nobody hear more; the next key is another."""
        if self.listen_key:
            self.tell({"e": "listenKeyExpired", "E": self.told_ms(), "listenKey": self.listen_key})
        self.listen_key = ""

    def tell(self, event: dict[str, Any]) -> None:
        """Send an event to who follows the user data stream."""
        if self.listen_key:
            self._hub.publish(self.listen_key, msgspec.json.encode(event))

    # --- what the market does -------------------------------------------------------------------------

    def take(self, events: Iterable[MarketEvent]) -> None:
        """Take what has happened: fills of ours first, then marks, last prices and settlements in order."""
        self.desk.take_fills()
        if not any(self.account.held()) and not self.algos.waiting():
            return
        for event in events:
            if isinstance(event, TradeEvent):
                tick = self._markets[event.symbol].spec.tick_size
                self.algos.look(event.symbol, "CONTRACT_PRICE", event.price_ticks * tick)
            elif isinstance(event, MarkPriceEvent):
                self.algos.look(event.symbol, "MARK_PRICE", Decimal(f"{event.mark:.8f}"))
                self._judge_margin(event.symbol)
            elif isinstance(event, FundingEvent):
                self._settle(event)

    def _settle(self, event: FundingEvent) -> None:
        rate, mark = Decimal(f"{event.rate:.8f}"), Decimal(f"{event.mark:.8f}")
        account = self.account
        concerned = account.settle(event.symbol, rate, mark, event.time_ms)
        if concerned:
            isolated = [holding for holding in concerned if account.is_isolated(holding)]
            self.tell(self.writer.account_update(account, "FUNDING_FEE", self.told_ms(), isolated))

    def _judge_margin(self, symbol: str) -> None:
        account = self.account
        ruined = account.ruined(symbol)
        if ruined:
            for name in {holding.symbol for holding in ruined}:
                self.desk.cancel_all(name)
            for holding in ruined:
                self._liquidate(holding)
            return
        crossed = account.crossed
        wanted = sum(map(account.maintenance, crossed), ZERO)
        endangered = [
            holding
            for holding in account.held()
            if account.is_isolated(holding)
            and account.maintenance(holding) >= MARGIN_CALL_AT * (holding.margin + account.profit(holding))
        ]
        if crossed and wanted >= MARGIN_CALL_AT * account.cross_equity:
            endangered += crossed
        if endangered and not self._warned:
            self.tell(self.writer.margin_call(account, self.told_ms(), endangered))
        self._warned = bool(endangered)

    def _liquidate(self, holding: Holding) -> None:
        """Close by force; a fee and what is missing are settled with the insurance fund."""
        account, symbol = self.account, holding.symbol
        isolated = account.is_isolated(holding)
        margin = holding.margin if isolated else account.cross_wallet
        spec = self._markets[symbol].spec
        bankrupt = max(spec.tick_size, holding.entry - margin / holding.size)
        wallet_before = account.wallet
        order = self.desk.force_out(symbol, holding.position_side, int(bankrupt / spec.tick_size))
        if holding.size:
            return  # the book was empty: the rest follows with the next mark
        left = margin + account.wallet - wallet_before
        if not isolated and any(account.crossed):
            return  # the others stand for it, and are closed too
        fee = LIQUIDATION_FEE * order.worth * spec.tick_size * spec.lot_size
        cleared = -left if left < 0 else -min(left, fee)
        account.earn("INSURANCE_CLEAR", symbol, cleared, self.told_ms())
        self.tell(self.writer.account_update(account, "INSURANCE_CLEAR", self.told_ms(), []))
