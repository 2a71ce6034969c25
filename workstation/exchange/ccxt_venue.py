"""Binance's trading side through ccxt: orders sent once, all else asked for, exact from the raw answers."""

import asyncio
import json
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import ccxt.pro
import msgspec

from workstation.errors import OrderRejected, PreflightError, VenueUnreachable
from workstation.exchange import binance_orders as wire
from workstation.exchange.binance_account_stream import AccountStream
from workstation.exchange.binance_terms import ask_contracts
from workstation.exchange.raw_client import RawHooks, with_raw_transport
from workstation.exchange.skew import measure_skew
from workstation.exchange.venue_faults import fault_of
from workstation.exchange.venue_link import urls_at
from workstation.model.feed_status import ClockSkew
from workstation.model.margin import MarginMode
from workstation.model.orders import Fill, OrderIntent, OrderReport
from workstation.model.positions import Balance, FundingPayment, Position, SymbolSetting
from workstation.ports import AccountEvent
from workstation.trading.contracts import Contract

log = logging.getLogger(__name__)

RECV_WINDOW_MS = 5_000
REQUEST_TIMEOUT_MS = 8_000
SKEW_EVERY_S = 60.0
SKEW_GOOD_FOR_S = 300.0
KEPT_MS = 180 * 86_400_000
"""So far back the venue tells trades."""

_DAYS_AT_ONCE_MS = 7 * 86_400_000 - 1
_PAGE = 1000
_UNKNOWN_ORDER, _NO_SUCH_ORDER, _SAME_MARGIN_MODE = -2011, -2013, -4046
_MOST_NAMES = 50_000


@dataclass(frozen=True, slots=True)
class Credentials:
    """A key of a venue; its secret is in no message and no log."""

    api_key: str
    secret: str = field(repr=False)


class CcxtVenue:
    """One account on Binance USDⓈ-M, or on what speaks its protocol.

    Orders, what is urgent (cancels, and whether an order is there), other questions and the stream each have
    a ccxt of their own: ccxt's throttle is one queue, and an order must not wait behind questions. Amounts
    are taken from the raw answers, as decimals.
    """

    def __init__(
        self, ccxt_id: str, venue: str, title: str, credentials: Credentials, base_url: str | None = None
    ) -> None:
        """Prepare; nothing is asked yet.

        Args:
            ccxt_id: ccxt's name of the venue.
            venue: the desk's name of it; title: the one in sentences.
            base_url: where it is reached instead of its own address.
        """
        self.venue = venue
        self._title = title
        self._ccxt_id = ccxt_id
        self._credentials = credentials
        self._base_url = base_url
        self._orders, self._urgent, self._asks = (self.new_exchange() for _ in range(3))
        self._names: OrderedDict[tuple[str, int], str] = OrderedDict()
        self._skew: ClockSkew | None = None
        self._skew_at = 0.0

    @property
    def unseen_ms(self) -> int:
        """See `TradingVenue.unseen_ms`."""
        return RECV_WINDOW_MS + 2_000

    # --- orders ---------------------------------------------------------------------------------------

    async def place(self, intent: OrderIntent, client_order_id: str) -> OrderReport:
        """See `TradingVenue.place`: whatever is not a code that means it leaves the order unknown."""
        await self._know_the_time()
        conditional, parameters = wire.parameters_of(intent, client_order_id)
        send = self._orders.fapiPrivatePostAlgoOrder if conditional else self._orders.fapiPrivatePostOrder
        try:
            answer = await send(parameters)
        except Exception as error:
            code, words = _code_of(error)
            if code in wire.NOT_TAKEN:
                raise OrderRejected(f"{self._title}: {words}", code=str(code)) from None
            raise self.fault(error) from None
        if conditional:
            algo = msgspec.convert(answer, wire.AlgoRow, strict=False)
            if algo.clientAlgoId != client_order_id:
                raise VenueUnreachable(f"{self._title} answered with another order than was sent.")
            return wire.report_of_algo(self.venue, algo)
        order = msgspec.convert(answer, wire.OrderRow, strict=False)
        if order.clientOrderId != client_order_id:
            raise VenueUnreachable(f"{self._title} answered with another order than was sent.")
        self.name(order.symbol, order.orderId, client_order_id)
        return wire.report_of_order(self.venue, order)

    async def cancel(self, symbol: str, client_order_id: str) -> None:
        """See `TradingVenue.cancel`."""
        asked = {"symbol": symbol, "origClientOrderId": client_order_id}
        if await self._cancelled(self._urgent.fapiPrivateDeleteOrder, asked):
            return
        await self._cancelled(self._urgent.fapiPrivateDeleteAlgoOrder, {"clientAlgoId": client_order_id})

    async def _cancelled(self, send: Any, parameters: dict[str, str]) -> bool:
        try:
            await send(parameters)
        except Exception as error:
            code, _ = _code_of(error)
            if code in (_UNKNOWN_ORDER, _NO_SUCH_ORDER):
                return False
            raise self.fault(error) from None
        return True

    async def find_order(self, symbol: str, client_order_id: str) -> OrderReport | None:
        """See `TradingVenue.find_order`."""
        answer = await self.asked(
            "GetOrder",
            {"symbol": symbol, "origClientOrderId": client_order_id},
            none_for=_NO_SUCH_ORDER,
            by=self._urgent,
        )
        if answer is not None:
            return self._report(answer, client_order_id)
        answer = await self.asked(
            "GetAlgoOrder", {"clientAlgoId": client_order_id}, none_for=_NO_SUCH_ORDER, by=self._urgent
        )
        if answer is None:
            return None
        algo = self._read(answer, wire.AlgoRow)
        if algo.algoStatus not in wire.BECAME_AN_ORDER or not algo.actualOrderId:
            return wire.report_of_algo(self.venue, algo)
        order = await self.asked(
            "GetOrder", {"symbol": symbol, "orderId": algo.actualOrderId}, by=self._urgent
        )
        return self._report(order, client_order_id)

    async def open_orders(self) -> list[OrderReport]:
        """See `TradingVenue.open_orders`."""
        orders, algos = await asyncio.gather(self.asked("GetOpenOrders"), self.asked("GetOpenAlgoOrders"))
        reports = [self._report(row, None) for row in orders]
        return reports + [wire.report_of_algo(self.venue, self._read(row, wire.AlgoRow)) for row in algos]

    # --- what was traded ------------------------------------------------------------------------------

    async def fills_since(self, symbol: str, from_ms: int) -> list[Fill]:
        """See `TradingVenue.fills_since`; no further back than half a year."""
        now_ms = self.venue_ms()
        found: dict[int, wire.TradeRow] = {}
        start_ms = max(from_ms, now_ms - KEPT_MS)
        while start_ms <= now_ms:
            end_ms = start_ms + _DAYS_AT_ONCE_MS
            asked: dict[str, Any] = {"startTime": start_ms, "endTime": end_ms}
            while True:
                rows = await self.asked("GetUserTrades", {"symbol": symbol, "limit": _PAGE, **asked})
                trades = [self._read(row, wire.TradeRow) for row in rows]
                found |= {trade.id: trade for trade in trades}
                if len(trades) < _PAGE:
                    break
                asked = {"fromId": max(trade.id for trade in trades) + 1}
            start_ms = end_ms + 1
        fills = []
        for trade in sorted(found.values(), key=lambda trade: (trade.time, trade.id)):
            name = await self.name_of_order(symbol, trade.orderId)
            fills.append(wire.fill_of_row(self.venue, trade, name))
        return fills

    async def payments_since(self, from_ms: int) -> list[FundingPayment]:
        """See `TradingVenue.payments_since`."""
        start_ms = max(from_ms, self.venue_ms() - KEPT_MS)
        kinds = await asyncio.gather(*(self._income(kind, start_ms) for kind in wire.PAYMENT_KINDS))
        payments = (wire.payment_of_row(self.venue, row) for rows in kinds for row in rows)
        return sorted(payments, key=lambda payment: payment.event_ms)

    async def _income(self, kind: str, start_ms: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        page = 1
        while True:
            asked = {"incomeType": kind, "startTime": start_ms, "limit": _PAGE, "page": page}
            rows = await self.asked("GetIncome", asked)
            found += rows
            if len(rows) < _PAGE:
                return found
            page += 1

    # --- what is held ---------------------------------------------------------------------------------

    async def positions(self) -> list[Position]:
        """See `TradingVenue.positions`."""
        rows, settings = await asyncio.gather(self.asked("V3GetPositionRisk"), self._settings())
        return [
            wire.position_of_row(self.venue, row, settings[str(row["symbol"])])
            for row in rows
            if Decimal(str(row["positionAmt"]))
        ]

    async def balances(self) -> list[Balance]:
        """See `TradingVenue.balances`."""
        rows = await self.asked("V3GetBalance")
        return [
            Balance(self.venue, str(row["asset"]), Decimal(str(row["balance"])), int(row["updateTime"] or 0))
            for row in rows
        ]

    async def setting(self, symbol: str) -> SymbolSetting:
        """See `TradingVenue.setting`."""
        return (await self._settings(symbol))[symbol]

    async def set_up(self, symbol: str, leverage: Decimal, margin_mode: MarginMode) -> None:
        """See `TradingVenue.set_up`."""
        mode = "ISOLATED" if margin_mode is MarginMode.ISOLATED else "CROSSED"
        asked = {"symbol": symbol, "marginType": mode}
        await self.asked("PostMarginType", asked, none_for=_SAME_MARGIN_MODE)
        await self.asked("PostLeverage", {"symbol": symbol, "leverage": int(leverage)})

    async def contracts(self, symbols: Sequence[str]) -> list[Contract]:
        """See `ProcessVenue.contracts`."""
        return await ask_contracts(self, symbols)

    async def _settings(self, symbol: str | None = None) -> dict[str, SymbolSetting]:
        rows = await self.asked("GetSymbolConfig", {"symbol": symbol} if symbol else {})
        settings = map(wire.setting_of_row, rows)
        return {setting.symbol: setting for setting in settings}

    async def run(self, publish: Callable[[AccountEvent], None]) -> None:
        """See `TradingVenue.run`."""
        keeping = asyncio.create_task(self._keep_time(), name="Clock skew")
        try:
            await AccountStream(self, publish).run()
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
            for exchange in (self._orders, self._urgent, self._asks):
                await exchange.close()

    # --- time -----------------------------------------------------------------------------------------

    async def _keep_time(self) -> None:
        while True:
            try:
                await self._measure()
            except Exception as error:
                log.info("the venue's time: %s", self.fault(error))
            await asyncio.sleep(SKEW_EVERY_S)

    async def _measure(self) -> None:
        self._skew = skew = await measure_skew(self.venue, self._server_ms)
        self._skew_at = time.monotonic()
        for exchange in (self._orders, self._urgent, self._asks):
            exchange.options["timeDifference"] = -round(skew.skew_ms)

    async def _server_ms(self) -> float:
        return float((await self._asks.fapiPublicGetTime())["serverTime"])

    async def _know_the_time(self) -> None:
        """Refuse to send what might be carried out late: its time must be known within half the window."""
        if self._skew is None or time.monotonic() - self._skew_at > SKEW_GOOD_FOR_S:
            try:
                await self._measure()
            except Exception as error:
                raise OrderRejected(
                    f"Not sent: the time at {self._title} is not known. {self.fault(error)}", code="clock"
                ) from None
        assert self._skew is not None
        if self._skew.round_trip_ms > RECV_WINDOW_MS:
            raise OrderRejected(
                f"Not sent: {self._title} takes {self._skew.round_trip_ms / 1000:.1f} s to answer.",
                code="clock",
            )

    def venue_ms(self) -> int:
        """The venue's time, as far as it is known."""
        skew_ms = self._skew.skew_ms if self._skew is not None else 0.0
        return int(time.time_ns() / 1e6 + skew_ms)

    # --- asking ---------------------------------------------------------------------------------------

    def new_exchange(
        self, taken: tuple[str, ...] = (), take: Callable[[int, str], None] | None = None
    ) -> Any:
        """Return a ccxt of its own; messages that begin like `taken` go raw to `take`."""
        hooks = RawHooks(taken, take or _ignore, lambda why: log.info("not read: %s", why), _ignore)
        exchange_class = with_raw_transport(getattr(ccxt.pro, self._ccxt_id), object, hooks)
        exchange = exchange_class(
            {
                "apiKey": self._credentials.api_key,
                "secret": self._credentials.secret,
                "timeout": REQUEST_TIMEOUT_MS,
                "rateLimiterAlgorithm": "rollingWindow",
                "options": {"recvWindow": RECV_WINDOW_MS, "fetchCurrencies": False},
            }
        )
        if self._base_url is not None:
            exchange.urls["api"] = urls_at(exchange.urls["api"], self._base_url)
        return exchange

    async def asked(
        self,
        name: str,
        parameters: dict[str, Any] | None = None,
        none_for: int | None = None,
        by: Any = None,
        *,
        scope: str = "Private",
    ) -> Any:
        """Ask, by this ccxt object or the one for questions; None where the code `none_for` refuses.

        Args:
            name: of the question as ccxt spells it, without "fapi" and `scope`, "Private" or "Public".

        Raises:
            VenueError: no answer, or one that is none.
        """
        call = getattr(by or self._asks, f"fapi{scope}{name}")
        try:
            answer = await call(parameters or {})
        except Exception as error:
            if none_for is not None and _code_of(error)[0] == none_for:
                return None
            raise self.fault(error) from None
        if not isinstance(answer, dict | list):
            raise VenueUnreachable(f"{self._title} gave an answer that cannot be read.")
        return answer

    def _read(self, row: Any, shape: Any) -> Any:
        try:
            return msgspec.convert(row, shape, strict=False)
        except msgspec.ValidationError as error:
            raise VenueUnreachable(f"{self._title} gave an answer that cannot be read: {error}") from None

    def _report(self, row: Any, client_order_id: str | None) -> OrderReport:
        order = self._read(row, wire.OrderRow)
        name = client_order_id or self.known_name(order.symbol, order.orderId, order.clientOrderId)
        self.name(order.symbol, order.orderId, name)
        try:
            return replace(wire.report_of_order(self.venue, order), client_order_id=name)
        except KeyError as error:
            raise VenueUnreachable(f"{self._title} says {error} of an order, which is not known.") from None

    def name(self, symbol: str, order_id: int, client_order_id: str) -> None:
        """Remember whose order this is: what a conditional order has become may bear another name."""
        self._names[symbol, order_id] = client_order_id
        while len(self._names) > _MOST_NAMES:
            self._names.popitem(last=False)

    async def name_of_order(self, symbol: str, order_id: int) -> str:
        name = self._names.get((symbol, order_id))
        if name is None:
            asked = {"symbol": symbol, "orderId": order_id}
            answer = await self.asked("GetOrder", asked, none_for=_NO_SUCH_ORDER)
            # The venue forgets orders sooner than trades: such a fill is nobody's.
            name = "" if answer is None else str(answer["clientOrderId"])
            self.name(symbol, order_id, name)
        return name

    def known_name(self, symbol: str, order_id: int, otherwise: str) -> str:
        """The client order id that an order goes by with us."""
        return self._names.get((symbol, order_id), otherwise)

    @property
    def named_symbols(self) -> set[str]:
        """Symbols in which orders have been placed or heard of."""
        return {symbol for symbol, _ in self._names}

    def fault(self, error: BaseException) -> PreflightError:
        """The typed error behind one of ccxt's."""
        return fault_of(error, self._title, self._base_url or self._title)


def _code_of(error: BaseException) -> tuple[int | None, str]:
    """The venue's code and text behind an error, where its answer is whole; else None."""
    text = str(error)
    brace = text.find("{")
    if isinstance(error, ccxt.BaseError) and brace >= 0:
        try:
            answer = json.loads(text[brace:])
            return int(answer["code"]), str(answer["msg"])
        except (ValueError, KeyError, TypeError):
            pass
    return None, text


def _ignore(*_: object) -> None:
    """Takes what nobody asks about."""
