"""What is listed and by which rules: exchangeInfo, leverageBracket and fundingInfo in Binance's shapes."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from workstation.simulator.universe import SymbolSpec
from workstation.simulator.wire_text import StepText

_DAY_MS = 86_400_000
_NEVER_MS = 4_133_404_800_000  # 2100-12-25, the delivery date of a contract that has none
_LISTED_MS = 1_569_398_400_000  # 2019-09-25
_MOST_TICKS = 10_000_000
_MOST_LOTS = 10_000_000
_SUB_TYPES = {"major": "PoW", "ai": "AI", "meme": "Meme"}


@dataclass(frozen=True, slots=True)
class Delisted:
    """A contract that was settled: still listed, no longer traded."""

    symbol: str
    base: str
    quote: str
    tick_size: Decimal
    lot_size: Decimal


DELISTED = {
    "AGIXUSDT": Delisted("AGIXUSDT", "AGIX", "USDT", Decimal("0.0001"), Decimal(1)),
    "OCEANUSDT": Delisted("OCEANUSDT", "OCEAN", "USDT", Decimal("0.0001"), Decimal(1)),
}


def price_text(spec: SymbolSpec | Delisted) -> StepText:
    """How prices of a symbol are written."""
    return StepText(spec.tick_size)


def size_text(spec: SymbolSpec | Delisted) -> StepText:
    """How sizes of a symbol are written."""
    return StepText(spec.lot_size)


def exchange_info(specs: list[SymbolSpec], now_ms: int, weight_per_minute: int) -> dict[str, Any]:
    """/fapi/v1/exchangeInfo."""
    symbols = [
        _symbol(
            spec,
            "TRADING",
            _SUB_TYPES.get(spec.sector, spec.sector),
            spec.min_notional,
            spec.delivery_ms or _NEVER_MS,
            spec.contract_type,
        )
        for spec in specs
    ]
    # A settled contract keeps the day on which it was.
    settled_ms = now_ms // _DAY_MS * _DAY_MS - 30 * _DAY_MS
    symbols += [_symbol(gone, "SETTLING", "AI", Decimal(5), settled_ms) for gone in DELISTED.values()]
    return {
        "timezone": "UTC",
        "serverTime": now_ms,
        "futuresType": "U_MARGINED",
        "rateLimits": [
            _rate_limit("REQUEST_WEIGHT", "MINUTE", 1, weight_per_minute),
            _rate_limit("ORDERS", "MINUTE", 1, 1200),
            _rate_limit("ORDERS", "SECOND", 10, 300),
        ],
        "exchangeFilters": [],
        "assets": [
            {"asset": "USDT", "marginAvailable": True, "autoAssetExchange": "-10000"},
        ],
        "symbols": symbols,
    }


def _rate_limit(kind: str, interval: str, number: int, limit: int) -> dict[str, Any]:
    return {"rateLimitType": kind, "interval": interval, "intervalNum": number, "limit": limit}


def _symbol(
    spec: SymbolSpec | Delisted,
    status: str,
    sub_type: str,
    min_notional: Decimal,
    delivery_ms: int,
    contract_type: str = "PERPETUAL",
) -> dict[str, Any]:
    price, size = price_text(spec), size_text(spec)
    return {
        "symbol": spec.symbol,
        "pair": spec.base + spec.quote,
        "contractType": contract_type,
        "deliveryDate": delivery_ms,
        "onboardDate": _LISTED_MS,
        "status": status,
        "maintMarginPercent": "2.5000",
        "requiredMarginPercent": "5.0000",
        "baseAsset": spec.base,
        "quoteAsset": spec.quote,
        "marginAsset": spec.quote,
        "pricePrecision": price.decimals,
        "quantityPrecision": size.decimals,
        "baseAssetPrecision": 8,
        "quotePrecision": 8,
        "underlyingType": "COIN",
        "underlyingSubType": [sub_type],
        "triggerProtect": "0.0500",
        "liquidationFee": "0.012500",
        "marketTakeBound": "0.05",
        "maxMoveOrderLimit": 10000,
        "filters": [
            {
                "filterType": "PRICE_FILTER",
                "minPrice": price(1),
                "maxPrice": price(_MOST_TICKS),
                "tickSize": price(1),
            },
            {"filterType": "LOT_SIZE", "minQty": size(1), "maxQty": size(_MOST_LOTS), "stepSize": size(1)},
            {
                "filterType": "MARKET_LOT_SIZE",
                "minQty": size(1),
                "maxQty": size(_MOST_LOTS // 10),
                "stepSize": size(1),
            },
            {"filterType": "MAX_NUM_ORDERS", "limit": 200},
            {"filterType": "MAX_NUM_ALGO_ORDERS", "limit": 10},
            {"filterType": "MIN_NOTIONAL", "notional": str(min_notional)},
            {
                "filterType": "PERCENT_PRICE",
                "multiplierUp": "1.0500",
                "multiplierDown": "0.9500",
                "multiplierDecimal": "4",
            },
        ],
        "orderTypes": [
            "LIMIT",
            "MARKET",
            "STOP",
            "STOP_MARKET",
            "TAKE_PROFIT",
            "TAKE_PROFIT_MARKET",
            "TRAILING_STOP_MARKET",
        ],
        "timeInForce": ["GTC", "IOC", "FOK", "GTX", "GTD"],
    }


def leverage_brackets(spec: SymbolSpec) -> dict[str, Any]:
    """One symbol of /fapi/v1/leverageBracket."""
    return {
        "symbol": spec.symbol,
        "notionalCoef": 1.0,
        "brackets": [
            {
                "bracket": tier.bracket,
                "initialLeverage": tier.max_leverage,
                "notionalCap": _plain(tier.cap),
                "notionalFloor": _plain(tier.floor),
                "maintMarginRatio": tier.maintenance_rate,
                "cum": tier.maintenance_amount,
            }
            for tier in spec.brackets
        ],
    }


def _plain(value: float) -> int | float:
    """Write a notional as the venue does: whole where it is."""
    return int(value) if value == int(value) else value


def funding_info(spec: SymbolSpec, interval_hours: int) -> dict[str, Any]:
    """One symbol of /fapi/v1/fundingInfo: interval, cap and floor."""
    return {
        "symbol": spec.symbol,
        "adjustedFundingRateCap": f"{spec.funding_cap:.8f}",
        "adjustedFundingRateFloor": f"{spec.funding_floor:.8f}",
        "fundingIntervalHours": interval_hours,
        "disclaimer": False,
    }
