"""Spot, dated futures and ratios as each venue's answers spell them, read into one shape."""

from decimal import Decimal
from typing import Any

import pytest

from workstation.exchange.beside_contract import BybitBeside, OkxBeside, coin_of
from workstation.exchange.past_rest import OkxPast
from workstation.model.instrument import ContractKind, Instrument, SequenceRule

EXPIRY_MS = 1_798_185_600_000


class Answers:
    """ccxt's side of a venue: its markets, and the venue's own answers by endpoint as its pages show them."""

    def __init__(self, markets: dict[str, Any], **answers: Any) -> None:
        self.markets = markets
        self.answers = answers
        self.asked: list[tuple[str, Any]] = []

    def __getattr__(self, name: str) -> Any:
        async def answer(request: Any) -> Any:
            self.asked.append((name, request))
            return self.answers[name]

        return answer


def contract(symbol: str, base: str = "BTC") -> Instrument:
    step = Decimal("0.1")
    return Instrument(
        "v", symbol, ContractKind.LINEAR, step, step, Decimal(1), base, "USDT", SequenceRule.FULL_SNAPSHOTS
    )


def future(market_id: str, base: str = "BTC", **changes: Any) -> dict[str, Any]:
    market = {"id": market_id, "future": True, "active": True, "expiry": EXPIRY_MS, "linear": True}
    return market | {"base": base, "quote": "USDT"} | changes


@pytest.mark.parametrize(
    ("base", "coin", "many"),
    [
        ("BTC", "BTC", 1),
        ("1000PEPE", "PEPE", 1000),
        ("SHIB1000", "SHIB", 1000),
        ("1MBABYDOGE", "BABYDOGE", 10**6),
        ("1INCH", "1INCH", 1),
        ("10000SATS", "SATS", 10_000),
    ],
)
def test_contracts_of_many_coins_are_told_from_coins_with_digits(base: str, coin: str, many: int) -> None:
    assert coin_of(base) == (coin, many)


async def test_bybit_tells_spot_for_all_and_each_dated_future() -> None:
    rows = [
        {"symbol": "BTCUSDT", "bid1Price": "60000", "ask1Price": "60001"},
        {"symbol": "PEPEUSDT", "bid1Price": "0.00001", "ask1Price": "0.000011"},
        {"symbol": "XUSDT", "bid1Price": "", "ask1Price": "1"},
    ]
    exchange = Answers({}, publicGetV5MarketTickers={"result": {"list": rows}, "time": 5})
    found = await BybitBeside(exchange, "bybit").spot_prices(
        [contract("BTCUSDT"), contract("1000PEPEUSDT", "1000PEPE"), contract("XUSDT", "X")], 7
    )
    assert [(spot.symbol, spot.market, spot.bid, spot.ask, spot.event_ms) for spot in found] == [
        ("BTCUSDT", "BTCUSDT", Decimal(60000), Decimal(60001), 7),
        ("1000PEPEUSDT", "PEPEUSDT", Decimal("0.01"), Decimal("0.011"), 7),
    ]
    marked = {"symbol": "BTCUSDT-25DEC26", "markPrice": "61000", "indexPrice": "60000"}
    markets = {
        "a": future("BTCUSDT-25DEC26"),
        "b": future("ETHUSDT-25DEC26", "ETH"),
        "c": future("X", active=False),
    }
    exchange = Answers(markets, publicGetV5MarketTickers={"result": {"list": [marked]}, "time": 5})
    (dated,) = await BybitBeside(exchange, "bybit").dated_prices(contract("BTCUSDT"))
    assert (dated.symbol, dated.future, dated.expires_ms) == ("BTCUSDT", "BTCUSDT-25DEC26", EXPIRY_MS)
    assert (dated.mark_price, dated.index_price, dated.event_ms) == (Decimal(61000), Decimal(60000), 5)


async def test_okx_tells_spot_and_all_dated_futures_of_a_coin_at_once() -> None:
    exchange = Answers(
        {"a": future("BTC-USDT-261225")},
        publicGetMarketTickers={"data": [{"instId": "BTC-USDT", "bidPx": "60000", "askPx": "60001"}]},
        publicGetPublicMarkPrice={
            "data": [
                {"instId": "BTC-USDT-261225", "markPx": "61000", "ts": "9"},
                {"instId": "BTC-USDT-270326", "markPx": "62000", "ts": "9"},  # not among the markets
            ]
        },
        publicGetMarketIndexTickers={"data": [{"instId": "BTC-USDT", "idxPx": "60000.5"}]},
    )
    beside = OkxBeside(exchange, "okx")
    (spot,) = await beside.spot_prices([contract("BTC-USDT-SWAP")], 7)
    assert (spot.symbol, spot.market, spot.middle) == ("BTC-USDT-SWAP", "BTC-USDT", Decimal("60000.5"))
    (dated,) = await beside.dated_prices(contract("BTC-USDT-SWAP"))
    assert (dated.future, dated.mark_price, dated.index_price) == (
        "BTC-USDT-261225",
        Decimal(61000),
        Decimal("60000.5"),
    )


async def test_ratios_are_paged_by_as_many_as_a_venue_gives() -> None:
    hour_ms = 3_600_000
    asked: list[tuple[int, int]] = []

    class Exchange:
        def __init__(self) -> None:
            self.has = {"fetchLongShortRatioHistory": True}
            self.timeframes = {"1h": "1H"}

        def parse_timeframe(self, name: str) -> int:
            return {"1h": 3_600}[name]

        async def fetch_long_short_ratio_history(
            self, _symbol: str, _period: str, since: int, _limit: int, params: Any
        ) -> list[dict[str, Any]]:
            asked.append((since, params["until"]))
            first = -(-since // hour_ms)
            return [
                {"timestamp": hour * hour_ms, "longShortRatio": 1 + hour / 1000}
                for hour in range(first, params["until"] // hour_ms + 1)
            ]

    market = {"symbol": "BTC/USDT:USDT", "id": "BTC-USDT-SWAP"}
    found = await OkxPast(Exchange(), "okx", "OKX").long_short(market, hour_ms, 0, 250 * hour_ms)
    assert [item.event_ms for item in found] == [hour * hour_ms for hour in range(250)]
    assert found[10].accounts == Decimal("1.01")
    assert [until + 1 - since for since, until in asked] == [100 * hour_ms, 100 * hour_ms, 50 * hour_ms]
