"""Answers about an account: balances, positions, trades, income, and the settings that can be changed."""

from decimal import Decimal
from typing import Any

from workstation.simulator import rest_errors
from workstation.simulator.rest_errors import ApiError
from workstation.simulator.rest_query import Query
from workstation.simulator.trading import refusals
from workstation.simulator.trading.account import ASSET, MAKER_FEE, TAKER_FEE, ZERO, Holding
from workstation.simulator.trading.trader import Trader
from workstation.simulator.trading.wire import money, plain

_WEEK_MS = 7 * 86_400_000


class AccountAnswers:
    """Answers about one account."""

    def __init__(self, trader: Trader) -> None:
        """Answer from this account."""
        self._trader = trader
        self._account, self._writer = trader.account, trader.writer

    # --- money ----------------------------------------------------------------------------------------

    def balance(self, _: Query) -> Any:
        account = self._account
        free = self._trader.desk.available()
        return [
            {
                "accountAlias": "sim",
                "asset": ASSET,
                "balance": money(account.wallet),
                "crossWalletBalance": money(account.cross_wallet),
                "crossUnPnl": money(sum(map(account.profit, account.crossed), ZERO)),
                "availableBalance": money(max(ZERO, free)),
                "maxWithdrawAmount": money(max(ZERO, min(free, account.cross_wallet))),
                "marginAvailable": True,
                "updateTime": self._trader.told_ms(),
            }
        ]

    def account_v2(self, _: Query) -> Any:
        account = self._account
        positions = [
            self._v2_position(holding)
            for symbol in account.specs
            for side in (("LONG", "SHORT") if account.hedged else ("BOTH",))
            for holding in (account.holding(symbol, side),)
        ]
        head = {
            "feeTier": 0,
            "canTrade": True,
            "canDeposit": True,
            "canWithdraw": True,
            "multiAssetsMargin": False,
            "tradeGroupId": -1,
            "updateTime": 0,
        }
        return head | self._sums() | {"positions": positions}

    def account_v3(self, _: Query) -> Any:
        rows = []
        for holding in self._account.held():
            row = self._writer.risk_row(self._account, holding)
            names = ("symbol", "positionSide", "positionAmt", "isolatedMargin", "notional", "isolatedWallet")
            more = ("initialMargin", "maintMargin", "updateTime")
            rows.append(
                {name: row[name] for name in (*names, *more)} | {"unrealizedProfit": row["unRealizedProfit"]}
            )
        return self._sums() | {"positions": rows}

    def _sums(self) -> dict[str, Any]:
        account, desk = self._account, self._trader.desk
        held = list(account.held())
        profit = sum(map(account.profit, held), ZERO)
        cross_profit = sum(map(account.profit, account.crossed), ZERO)
        bound = sum(map(account.initial_margin, held), ZERO)
        ordered = sum((account.order_margin(symbol, desk.working(symbol)) for symbol in account.specs), ZERO)
        maintenance = sum(map(account.maintenance, held), ZERO)
        free = max(ZERO, desk.available())
        figures = {
            "InitialMargin": bound + ordered,
            "MaintMargin": maintenance,
            "WalletBalance": account.wallet,
            "UnrealizedProfit": profit,
            "MarginBalance": account.wallet + profit,
            "PositionInitialMargin": bound,
            "OpenOrderInitialMargin": ordered,
            "CrossWalletBalance": account.cross_wallet,
            "CrossUnPnl": cross_profit,
        }
        asset = {name[0].lower() + name[1:]: money(amount) for name, amount in figures.items()}
        asset |= {"asset": ASSET, "availableBalance": money(free), "maxWithdrawAmount": money(free)}
        asset |= {"marginAvailable": True, "updateTime": self._trader.told_ms()}  # type: ignore[dict-item]
        sums: dict[str, Any] = {f"total{name}": money(amount) for name, amount in figures.items()}
        return sums | {"availableBalance": money(free), "maxWithdrawAmount": money(free), "assets": [asset]}

    def _v2_position(self, holding: Holding) -> dict[str, Any]:
        account = self._account
        row = self._writer.risk_row(account, holding)
        setting = account.settings[holding.symbol]
        orders = account.order_margin(holding.symbol, self._trader.desk.working(holding.symbol))
        return {
            "symbol": holding.symbol,
            "initialMargin": money(account.initial_margin(holding) + orders),
            "maintMargin": row["maintMargin"],
            "unrealizedProfit": row["unRealizedProfit"],
            "positionInitialMargin": row["positionInitialMargin"],
            "openOrderInitialMargin": money(orders),
            "leverage": str(setting.leverage),
            "isolated": setting.isolated,
            "entryPrice": row["entryPrice"],
            "breakEvenPrice": row["breakEvenPrice"],
            "maxNotional": self._most_notional(holding.symbol, setting.leverage),
            "bidNotional": "0",
            "askNotional": "0",
            "positionSide": holding.position_side,
            "positionAmt": row["positionAmt"],
            "notional": row["notional"],
            "isolatedWallet": row["isolatedWallet"],
            "isolatedMargin": row["isolatedMargin"],
            "updateTime": holding.updated_ms,
        }

    # --- positions ------------------------------------------------------------------------------------

    def position_risk_v3(self, query: Query) -> Any:
        symbol = self._asked_symbol(query)
        return [self._writer.risk_row(self._account, holding) for holding in self._account.held(symbol)]

    def position_risk_v2(self, query: Query) -> Any:
        account = self._account
        asked = self._asked_symbol(query)
        rows = []
        for symbol in account.specs if asked is None else (asked,):
            setting = account.settings[symbol]
            for side in ("LONG", "SHORT") if account.hedged else ("BOTH",):
                row = self._writer.risk_row(account, account.holding(symbol, side))
                rows.append(
                    row
                    | {
                        "leverage": str(setting.leverage),
                        "marginType": "isolated" if setting.isolated else "cross",
                        "isAutoAddMargin": "false",
                        "maxNotionalValue": self._most_notional(symbol, setting.leverage),
                    }
                )
        return rows

    # --- history --------------------------------------------------------------------------------------

    def user_trades(self, query: Query) -> Any:
        symbol = self._symbol(query)
        from_id, order_id = query.integer("fromId"), query.integer("orderId")
        start_ms, end_ms = query.times()
        if start_ms is not None and end_ms is not None and end_ms - start_ms > _WEEK_MS:
            raise ApiError(-1127, "More than 7 days between startTime and endTime.")
        if from_id is not None and (start_ms is not None or end_ms is not None):
            raise ApiError(-1128, "Combination of optional parameters invalid.")
        rows = [
            trade
            for trade in self._account.trades
            if trade.symbol == symbol
            and (from_id is None or trade.trade_id >= from_id)
            and (order_id is None or trade.order_id == order_id)
            and (start_ms is None or trade.time_ms >= start_ms)
            and (end_ms is None or trade.time_ms <= end_ms)
        ]
        limit = query.limit(500, 1000)
        rows = rows[-limit:] if from_id is None and start_ms is None else rows[:limit]
        return [self._writer.trade_row(trade) for trade in rows]

    def income(self, query: Query) -> Any:
        symbol, kind = self._asked_symbol(query), query.optional("incomeType")
        start_ms, end_ms = query.times()
        rows = [
            row
            for row in self._account.income
            if (symbol is None or row.symbol == symbol)
            and (kind is None or row.kind == kind)
            and (start_ms is None or row.time_ms >= start_ms)
            and (end_ms is None or row.time_ms <= end_ms)
        ]
        limit = query.limit(100, 1000)
        first = ((query.integer("page") or 1) - 1) * limit
        rows = rows[first : first + limit] if start_ms is not None or first else rows[-limit:]
        return [self._writer.income_row(row) for row in rows]

    # --- settings -------------------------------------------------------------------------------------

    def commission_rate(self, query: Query) -> Any:
        return {
            "symbol": self._symbol(query),
            "makerCommissionRate": plain(MAKER_FEE),
            "takerCommissionRate": plain(TAKER_FEE),
            "rpiCommissionRate": "0",
        }

    def account_config(self, _: Query) -> Any:
        return {
            "feeTier": 0,
            "canTrade": True,
            "canDeposit": True,
            "canWithdraw": True,
            "dualSidePosition": self._account.hedged,
            "updateTime": 0,
            "multiAssetsMargin": False,
            "tradeGroupId": -1,
        }

    def symbol_config(self, query: Query) -> Any:
        asked = self._asked_symbol(query)
        return [
            {
                "symbol": symbol,
                "marginType": "ISOLATED" if setting.isolated else "CROSSED",
                "isAutoAddMargin": False,
                "leverage": setting.leverage,
                "maxNotionalValue": self._most_notional(symbol, setting.leverage),
            }
            for symbol, setting in self._account.settings.items()
            if asked in (None, symbol)
        ]

    def position_mode(self, _: Query) -> Any:
        return {"dualSidePosition": self._account.hedged}

    def set_position_mode(self, query: Query) -> Any:
        hedged = query.flag("dualSidePosition")
        if hedged is None:
            raise rest_errors.missing("dualSidePosition")
        if hedged is self._account.hedged:
            raise refusals.same_position_mode()
        if not self._trader.desk.is_idle or self._trader.algos.waiting():
            raise refusals.position_mode_with_orders()
        if any(self._account.held()):
            raise refusals.position_mode_with_position()
        self._account.hedged = hedged
        return {"code": 200, "msg": "success"}

    def set_leverage(self, query: Query) -> Any:
        symbol, leverage = self._symbol(query), query.integer("leverage")
        if leverage is None:
            raise rest_errors.missing("leverage")
        account = self._account
        setting, spec = account.settings[symbol], account.specs[symbol]
        if not 1 <= leverage <= spec.max_leverage:
            raise refusals.bad_leverage(leverage)
        held = list(account.held(symbol))
        if held and setting.isolated and leverage < setting.leverage:
            raise refusals.lower_isolated_leverage()
        if sum((abs(account.notional(holding)) for holding in held), ZERO) > Decimal(
            self._most_notional(symbol, leverage)
        ):
            raise refusals.above_leverage()
        before, setting.leverage = setting.leverage, leverage
        if held and leverage < before and self._trader.desk.available() < 0:
            setting.leverage = before
            raise ApiError(-2028, "Leverage is smaller than permitted: insufficient margin balance.")
        self._trader.tell(self._writer.setting_update(account, symbol, self._trader.told_ms()))
        most = self._most_notional(symbol, leverage)
        return {"leverage": leverage, "maxNotionalValue": most, "symbol": symbol}

    def set_margin_mode(self, query: Query) -> Any:
        symbol, mode = self._symbol(query), query.text("marginType")
        if mode not in ("ISOLATED", "CROSSED"):
            raise rest_errors.not_valid("marginType")
        setting = self._account.settings[symbol]
        if setting.isolated is (mode == "ISOLATED"):
            raise refusals.same_margin_mode()
        if self._trader.desk.working(symbol) or self._trader.algos.waiting(symbol):
            raise refusals.margin_mode_with_orders()
        if any(self._account.held(symbol)):
            raise refusals.margin_mode_with_position()
        setting.isolated = mode == "ISOLATED"
        return {"code": 200, "msg": "success"}

    def move_margin(self, query: Query) -> Any:
        """Add to the margin of an isolated position (type 1) or take from it (type 2)."""
        symbol, amount, kind = self._symbol(query), query.required("amount"), query.integer("type")
        account = self._account
        if kind not in (1, 2) or amount <= 0:
            raise rest_errors.not_valid("type" if kind not in (1, 2) else "amount")
        holding = account.holding(symbol, query.optional("positionSide") or "BOTH")
        if not account.settings[symbol].isolated:
            raise ApiError(-4046, "Cannot add position margin: position is crossed.")
        if not holding.size:
            raise ApiError(-4054, "Cannot add position margin: position is 0.")
        if kind == 1 and self._trader.desk.available() < amount:
            raise ApiError(-4050, "Cross balance insufficient.")
        if kind == 2 and holding.margin + min(
            ZERO, account.profit(holding)
        ) - amount < account.initial_margin(holding):
            raise ApiError(-4051, "Isolated balance insufficient.")
        holding.margin += amount if kind == 1 else -amount
        update = self._writer.account_update(account, "MARGIN_TRANSFER", self._trader.told_ms(), [holding])
        self._trader.tell(update)
        return {
            "amount": plain(amount),
            "code": 200,
            "msg": "Successfully modify position margin.",
            "type": kind,
        }

    # --- the user data stream -------------------------------------------------------------------------

    def keep_stream(self, _: Query) -> Any:
        if not self._trader.listen_key:
            raise ApiError(-1125, "This listenKey does not exist.")
        return {"listenKey": self._trader.listen_key}

    def close_stream(self, _: Query) -> Any:
        self._trader.close_stream()
        return {}

    # --- reading --------------------------------------------------------------------------------------

    def _symbol(self, query: Query) -> str:
        symbol = query.text("symbol")
        if symbol not in self._account.specs:
            raise rest_errors.invalid_symbol()
        return symbol

    def _asked_symbol(self, query: Query) -> str | None:
        return self._symbol(query) if query.optional("symbol") else None

    def _most_notional(self, symbol: str, leverage: int) -> str:
        allowed = [tier for tier in self._account.tiers(symbol).tiers if tier.max_leverage >= leverage]
        cap = allowed[-1].notional_cap
        return plain(cap) if cap is not None else "0"
