"""An account on the wire: rows of REST answers and events of the user data stream, in Binance's shapes."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from workstation.simulator.trading.account import ASSET, ZERO, Account, Holding
from workstation.simulator.trading.orders import AccountTrade, AlgoOrder, Income, VenueOrder
from workstation.simulator.wire_text import StepText

Row = dict[str, Any]


def money(amount: Decimal) -> str:
    """Write an amount with eight digits."""
    return f"{amount:.8f}"


def plain(number: Decimal) -> str:
    """Write a number with the digits that it has."""
    return f"{number.normalize():f}"


class AccountWriter:
    """Writes what belongs to an account; times are moved by the skew that is on."""

    def __init__(self, price: Mapping[str, StepText], size: Mapping[str, StepText]) -> None:
        """Write prices and sizes with these digits, by symbol."""
        self._price = price
        self._size = size

    def average(self, order: VenueOrder) -> str:
        """Average price of an order's fills."""
        if not order.filled_lots:
            return "0.00"
        step = self._price[order.symbol].step
        return f"{order.worth * step / order.filled_lots:.8f}"

    # --- REST -----------------------------------------------------------------------------------------

    def order_row(self, order: VenueOrder) -> Row:
        """An order as requests are answered."""
        price, size = self._price[order.symbol], self._size[order.symbol]
        algo = order.algo
        worth = order.worth * price.step * size.step
        return {
            "orderId": order.order_id,
            "symbol": order.symbol,
            "status": order.status,
            "clientOrderId": order.client_id,
            "price": price(order.price_ticks) if order.price_ticks else "0",
            "avgPrice": self.average(order),
            "origQty": size(order.lots),
            "executedQty": size(order.filled_lots),
            "cumQty": size(order.filled_lots),
            "cumQuote": money(worth),
            "timeInForce": order.time_in_force,
            "type": order.kind,
            "reduceOnly": order.reduce_only,
            "closePosition": algo is not None and algo.close_position,
            "side": "BUY" if order.side > 0 else "SELL",
            "positionSide": order.position_side,
            "stopPrice": plain(algo.trigger) if algo is not None else "0",
            "workingType": algo.working_type if algo is not None else "CONTRACT_PRICE",
            "priceProtect": False,
            "origType": order.original_kind,
            "priceMatch": "NONE",
            "selfTradePreventionMode": "EXPIRE_MAKER",
            "goodTillDate": 0,
            "time": order.created_ms,
            "updateTime": order.updated_ms,
        }

    def algo_row(self, algo: AlgoOrder) -> Row:
        """A conditional order as requests are answered."""
        price, size = self._price[algo.symbol], self._size[algo.symbol]
        order = algo.order
        return {
            "algoId": algo.algo_id,
            "clientAlgoId": algo.client_id,
            "algoType": "CONDITIONAL",
            "orderType": algo.kind,
            "symbol": algo.symbol,
            "side": "BUY" if algo.side > 0 else "SELL",
            "positionSide": algo.position_side,
            "timeInForce": algo.time_in_force,
            "quantity": size(algo.lots),
            "algoStatus": algo.status,
            "actualOrderId": str(order.order_id) if order is not None else "",
            "actualPrice": self.average(order) if order is not None else "0.00000",
            "actualQty": size(order.filled_lots) if order is not None else "0.00000",
            "triggerPrice": plain(algo.trigger),
            "price": price(algo.price_ticks) if algo.price_ticks else "0",
            "icebergQuantity": None,
            "tpTriggerPrice": "0.000",
            "tpPrice": "0.000",
            "slTriggerPrice": "0.000",
            "slPrice": "0.000",
            "tpOrderType": "",
            "selfTradePreventionMode": "EXPIRE_MAKER",
            "workingType": algo.working_type,
            "priceMatch": "NONE",
            "closePosition": algo.close_position,
            "priceProtect": False,
            "reduceOnly": algo.reduce_only,
            "activatePrice": plain(algo.activate_price) if algo.activate_price is not None else "",
            "callbackRate": plain(algo.callback_rate) if algo.callback_rate is not None else "",
            "createTime": algo.created_ms,
            "updateTime": algo.updated_ms,
            "triggerTime": algo.triggered_ms,
            "goodTillDate": 0,
            "failReason": algo.reason,
        }

    def trade_row(self, trade: AccountTrade) -> Row:
        """A fill of /fapi/v1/userTrades."""
        return {
            "symbol": trade.symbol,
            "id": trade.trade_id,
            "orderId": trade.order_id,
            "side": "BUY" if trade.side > 0 else "SELL",
            "price": plain(trade.price),
            "qty": plain(trade.size),
            "realizedPnl": money(trade.realised),
            "quoteQty": plain(trade.price * trade.size),
            "commission": money(trade.fee),
            "commissionAsset": ASSET,
            "time": trade.time_ms,
            "positionSide": trade.position_side,
            "buyer": trade.side > 0,
            "maker": trade.is_maker,
        }

    def income_row(self, income: Income) -> Row:
        """A change of the wallet of /fapi/v1/income."""
        return {
            "symbol": income.symbol,
            "incomeType": income.kind,
            "income": money(income.amount),
            "asset": ASSET,
            "time": income.time_ms,
            "info": income.kind,
            "tranId": income.income_id,
            "tradeId": "" if income.trade_id is None else str(income.trade_id),
        }

    def risk_row(self, account: Account, holding: Holding) -> Row:
        """A position of /fapi/v3/positionRisk."""
        notional = account.notional(holding)
        isolated = account.is_isolated(holding)
        profit = account.profit(holding)
        binds = account.initial_margin(holding)
        return {
            "symbol": holding.symbol,
            "positionSide": holding.position_side,
            "positionAmt": plain(holding.size),
            "entryPrice": f"{holding.entry:.8f}",
            "breakEvenPrice": f"{holding.entry:.8f}",
            "markPrice": f"{account.mark_of(holding.symbol):.8f}",
            "unRealizedProfit": money(profit),
            "liquidationPrice": money(account.liquidation_price(holding) if holding.size else ZERO),
            "isolatedMargin": money(holding.margin + profit if isolated and holding.size else ZERO),
            "notional": money(notional),
            "marginAsset": ASSET,
            "isolatedWallet": money(holding.margin),
            "initialMargin": money(binds),
            "maintMargin": money(account.maintenance(holding) if holding.size else ZERO),
            "positionInitialMargin": money(binds),
            "openOrderInitialMargin": "0",
            "adl": 1 if holding.size else 0,
            "bidNotional": "0",
            "askNotional": "0",
            "updateTime": holding.updated_ms,
        }

    # --- user data stream -----------------------------------------------------------------------------

    def order_update(
        self, order: VenueOrder, execution: str, now_ms: int, trade: AccountTrade | None = None
    ) -> Row:
        """ORDER_TRADE_UPDATE; `execution` is NEW, TRADE, AMENDMENT, CANCELED or EXPIRED."""
        price, size = self._price[order.symbol], self._size[order.symbol]
        algo = order.algo
        update: Row = {
            "s": order.symbol,
            "c": order.client_id,
            "S": "BUY" if order.side > 0 else "SELL",
            "o": order.kind,
            "f": order.time_in_force,
            "q": size(order.lots),
            "p": price(order.price_ticks) if order.price_ticks else "0",
            "ap": self.average(order) if order.filled_lots else "0",
            "sp": plain(algo.trigger) if algo is not None else "0",
            "x": execution,
            # At its birth it has traded nothing, whatever becomes of it in the same moment.
            "X": "NEW" if execution == "NEW" else order.status,
            "i": order.order_id,
            "l": plain(trade.size) if trade is not None else "0",
            "z": size(0 if execution == "NEW" else order.filled_lots),
            "L": plain(trade.price) if trade is not None else "0",
            "T": trade.time_ms if trade is not None else now_ms,
            "t": trade.trade_id if trade is not None else 0,
            "b": "0",
            "a": "0",
            "m": trade is not None and trade.is_maker,
            "R": order.reduce_only,
            "wt": algo.working_type if algo is not None else "CONTRACT_PRICE",
            "ot": order.original_kind,
            "ps": order.position_side,
            "cp": algo is not None and algo.close_position,
            "rp": money(trade.realised) if trade is not None else "0",
            "pP": False,
            "si": algo.algo_id if algo is not None else 0,
            "ss": 0,
            "V": "EXPIRE_MAKER",
            "pm": "NONE",
            "gtd": 0,
        }
        if trade is not None:
            update |= {"N": ASSET, "n": money(trade.fee)}
        return {"e": "ORDER_TRADE_UPDATE", "E": now_ms, "T": update["T"], "o": update}

    def algo_update(self, algo: AlgoOrder, now_ms: int) -> Row:
        """ALGO_UPDATE."""
        price, size = self._price[algo.symbol], self._size[algo.symbol]
        order = algo.order
        return {
            "e": "ALGO_UPDATE",
            "T": now_ms,
            "E": now_ms,
            "o": {
                "caid": algo.client_id,
                "aid": algo.algo_id,
                "at": "CONDITIONAL",
                "o": algo.kind,
                "s": algo.symbol,
                "S": "BUY" if algo.side > 0 else "SELL",
                "ps": algo.position_side,
                "f": algo.time_in_force,
                "q": size(algo.lots),
                "X": algo.status,
                "ai": str(order.order_id) if order is not None else "",
                "ap": self.average(order) if order is not None else "0.00000",
                "aq": size(order.filled_lots) if order is not None else "0.00000",
                "act": order.kind if order is not None else "0",
                "tp": plain(algo.trigger),
                "p": price(algo.price_ticks) if algo.price_ticks else "0",
                "V": "EXPIRE_MAKER",
                "wt": algo.working_type,
                "pm": "NONE",
                "cp": algo.close_position,
                "pP": False,
                "R": algo.reduce_only,
                "tt": algo.triggered_ms,
                "gtd": 0,
                "rm": algo.reason,
            },
        }

    def account_update(self, account: Account, why: str, now_ms: int, changed: Iterable[Holding]) -> Row:
        """ACCOUNT_UPDATE for a reason such as ORDER or FUNDING_FEE."""
        return {
            "e": "ACCOUNT_UPDATE",
            "E": now_ms,
            "T": now_ms,
            "a": {
                "m": why,
                "B": [
                    {"a": ASSET, "wb": money(account.wallet), "cw": money(account.cross_wallet), "bc": "0"}
                ],
                "P": [self._position(account, holding) for holding in changed],
            },
        }

    def _position(self, account: Account, holding: Holding) -> Row:
        return {
            "s": holding.symbol,
            "pa": plain(holding.size),
            "ep": f"{holding.entry:.8f}",
            "bep": f"{holding.entry:.8f}",
            "cr": money(holding.realised),
            "up": money(account.profit(holding)),
            "mt": "isolated" if account.is_isolated(holding) else "cross",
            "iw": money(holding.margin),
            "ps": holding.position_side,
            "ma": ASSET,
        }

    def margin_call(self, account: Account, now_ms: int, endangered: Iterable[Holding]) -> Row:
        """MARGIN_CALL."""
        return {
            "e": "MARGIN_CALL",
            "E": now_ms,
            "cw": money(account.cross_wallet),
            "p": [
                {
                    "s": holding.symbol,
                    "ps": holding.position_side,
                    "pa": plain(holding.size),
                    "mt": "ISOLATED" if account.is_isolated(holding) else "CROSSED",
                    "iw": money(holding.margin),
                    "mp": f"{account.mark_of(holding.symbol):.8f}",
                    "up": money(account.profit(holding)),
                    "mm": money(account.maintenance(holding)),
                }
                for holding in endangered
            ],
        }

    def setting_update(self, account: Account, symbol: str, now_ms: int) -> Row:
        """ACCOUNT_CONFIG_UPDATE: the leverage of a symbol was changed."""
        leverage = account.settings[symbol].leverage
        return {"e": "ACCOUNT_CONFIG_UPDATE", "E": now_ms, "T": now_ms, "ac": {"s": symbol, "l": leverage}}
