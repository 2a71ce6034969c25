import hashlib
import hmac
import itertools

import pytest

from workstation.runtime.clock import ManualClock
from workstation.simulator.rest_errors import ApiError
from workstation.simulator.rest_limits import BAN_AFTER_REFUSALS, WeightLimit
from workstation.simulator.rest_query import API_KEY, API_SECRET, KEY_HEADER, Query

MINUTE_MS = 60_000


BAD_REQUESTS = [
    ("/fapi/v1/depth", {}, 400, -1102),
    ("/fapi/v1/depth", {"symbol": "NOPEUSDT"}, 400, -1121),
    ("/fapi/v1/depth", {"symbol": "btcusdt"}, 400, -1121),
    ("/fapi/v1/depth", {"symbol": "AGIXUSDT"}, 400, -1122),
    ("/fapi/v1/depth", {"symbol": "BTCUSDT", "limit": "7"}, 400, -1130),
    ("/fapi/v1/trades", {"symbol": "BTCUSDT", "limit": "1001"}, 400, -1130),
    ("/fapi/v1/trades", {"symbol": "BTCUSDT", "limit": "x"}, 400, -1100),
    ("/fapi/v1/aggTrades", {"symbol": "BTCUSDT", "fromId": "1", "startTime": "1"}, 400, -1128),
    ("/fapi/v1/aggTrades", {"symbol": "BTCUSDT", "startTime": "1", "endTime": "3600002"}, 400, -1127),
    ("/fapi/v1/klines", {"symbol": "BTCUSDT", "interval": "7m"}, 400, -1120),
    (
        "/fapi/v1/klines",
        {"symbol": "BTCUSDT", "interval": "1m", "startTime": "2", "endTime": "1"},
        400,
        -1023,
    ),
    ("/futures/data/openInterestHist", {"symbol": "BTCUSDT", "period": "1m"}, 400, -1130),
    ("/fapi/v1/historicalTrades", {"symbol": "BTCUSDT"}, 401, -2014),
    ("/fapi/v1/leverageBracket", {}, 401, -2014),
    ("/fapi/v1/nothing", {}, 404, -5000),
]


async def test_bad_requests_are_refused_with_the_venues_codes(venue):
    for path, parameters, status, code in BAD_REQUESTS:
        async with venue.session.get(path, params=parameters) as response:
            assert (response.status, (await response.json())["code"]) == (status, code), (path, parameters)


async def test_a_delisted_symbol_is_listed_but_not_trading(venue):
    symbols = {row["symbol"]: row for row in (await venue.get("/fapi/v1/exchangeInfo"))["symbols"]}
    assert symbols["BTCUSDT"]["status"] == "TRADING"
    assert symbols["AGIXUSDT"]["status"] == "SETTLING"
    filters = {row["filterType"]: row for row in symbols["LPTUSDT"]["filters"]}
    assert filters["PRICE_FILTER"]["tickSize"] == "0.001"
    assert filters["LOT_SIZE"]["stepSize"] == "0.1"


async def test_weight_is_counted_in_the_header(venue):
    async with venue.session.get("/fapi/v1/time") as response:
        before = int(response.headers["X-MBX-USED-WEIGHT-1M"])
    async with venue.session.get("/fapi/v1/depth?symbol=BTCUSDT&limit=1000") as response:
        assert int(response.headers["X-MBX-USED-WEIGHT-1M"]) in (before + 20, 20)  # or a new minute began


def test_used_up_weight_is_429_then_418_and_both_end():
    clock = ManualClock(10 * MINUTE_MS)
    limit = WeightLimit(clock, weight_per_minute=10)
    limit.charge(10)
    for _ in range(BAN_AFTER_REFUSALS):
        with pytest.raises(ApiError) as refused:
            limit.charge(1)
        assert refused.value.status == 429
        assert refused.value.headers == {"Retry-After": "60"}
    with pytest.raises(ApiError) as banned:
        limit.charge(1)
    assert (banned.value.status, banned.value.code) == (418, -1003)
    clock.advance(119)
    with pytest.raises(ApiError):
        limit.charge(1)
    clock.advance(2)
    limit.charge(10)


async def test_aggregates_by_id_have_no_holes_and_chain_their_trades(venue):
    await venue.advance(30_000)
    newest = await venue.get("/fapi/v1/aggTrades", symbol="BTCUSDT", limit=1)
    first = newest[0]["a"] - 99
    rows = await venue.get("/fapi/v1/aggTrades", symbol="BTCUSDT", fromId=first, limit=100)
    assert [row["a"] for row in rows] == list(range(first, first + 100))
    assert all(row["l"] + 1 == after["f"] for row, after in itertools.pairwise(rows))


async def test_trades_by_id_need_a_key_and_give_the_ids_asked_for(venue):
    await venue.advance(30_000)
    newest = (await venue.get("/fapi/v1/trades", symbol="BTCUSDT", limit=1))[0]["id"]
    headers = {KEY_HEADER: API_KEY}
    address = f"/fapi/v1/historicalTrades?symbol=BTCUSDT&limit=20&fromId={newest - 19}"
    async with venue.session.get(address, headers=headers) as response:
        assert [row["id"] for row in await response.json()] == list(range(newest - 19, newest + 1))


async def test_a_candle_is_what_its_trades_were(venue):
    await venue.advance(MINUTE_MS * 3)
    open_ms = (await venue.get("/fapi/v1/time"))["serverTime"] // MINUTE_MS * MINUTE_MS - MINUTE_MS
    (row,) = await venue.get(
        "/fapi/v1/klines", symbol="LPTUSDT", interval="1m", startTime=open_ms, endTime=open_ms, limit=1
    )
    trades = await venue.get(
        "/fapi/v1/aggTrades", symbol="LPTUSDT", startTime=open_ms, endTime=open_ms + MINUTE_MS - 1, limit=1000
    )
    assert len(trades) < 1000
    prices = [float(trade["p"]) for trade in trades]
    assert (row[0], row[6]) == (open_ms, open_ms + MINUTE_MS - 1)
    assert [float(text) for text in row[1:5]] == [prices[0], max(prices), min(prices), prices[-1]]
    assert float(row[5]) == pytest.approx(sum(float(trade["q"]) for trade in trades))
    assert row[8] == trades[-1]["l"] - trades[0]["f"] + 1
    bought = sum(float(trade["q"]) for trade in trades if not trade["m"])
    assert float(row[9]) == pytest.approx(bought)


async def test_history_ends_where_the_live_market_begins(venue):
    rows = await venue.get("/fapi/v1/klines", symbol="LPTUSDT", interval="1m", limit=120)
    opens = [row[0] for row in rows]
    assert opens == list(range(opens[0], opens[0] + 120 * MINUTE_MS, MINUTE_MS))
    now_ms = (await venue.get("/fapi/v1/time"))["serverTime"]
    assert opens[-1] == now_ms // MINUTE_MS * MINUTE_MS


async def test_marks_funding_and_open_interest_agree_with_each_other(venue):
    await venue.advance(2_000)
    mark = await venue.get("/fapi/v1/premiumIndex", symbol="LPTUSDT")
    assert float(mark["markPrice"]) == pytest.approx(float(mark["indexPrice"]), rel=0.02)
    assert mark["nextFundingTime"] % (4 * 3_600_000) == 0
    info = {row["symbol"]: row for row in await venue.get("/fapi/v1/fundingInfo")}
    assert info["LPTUSDT"]["fundingIntervalHours"] == 4
    assert abs(float(mark["lastFundingRate"])) <= float(info["LPTUSDT"]["adjustedFundingRateCap"])
    history = await venue.get("/futures/data/openInterestHist", symbol="LPTUSDT", period="5m", limit=10)
    times = [row["timestamp"] for row in history]
    assert times == list(range(times[0], times[0] + 10 * 300_000, 300_000))
    assert float((await venue.get("/fapi/v1/openInterest", symbol="LPTUSDT"))["openInterest"]) > 0


async def test_answers_for_all_symbols_are_lists_of_what_is_traded(venue):
    for path in ("ticker/24hr", "ticker/price", "ticker/bookTicker", "premiumIndex"):
        rows = await venue.get("/fapi/v1/" + path)
        assert [row["symbol"] for row in rows] == ["BTCUSDT", "LPTUSDT"], path


def signed(text: str, *, secret: str = API_SECRET, key: str | None = API_KEY) -> Query:
    text += "&signature=" + hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    return Query(dict(part.split("=") for part in text.split("&")), text, key)


def test_a_signed_request_passes():
    signed("recvWindow=10000&timestamp=1000000").require_signature(1_009_000)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        (signed("timestamp=1000000", key=None), -2014),
        (signed("timestamp=1000000", key="other"), -2015),
        (signed("timestamp=1000000", secret="other"), -1022),
        (signed("timestamp=993999"), -1021),
        (signed("timestamp=1002001"), -1021),
        (signed("timestamp=1000000&recvWindow=70000"), -1131),
        (signed("recvWindow=5000"), -1102),
        (Query({"timestamp": "1000000"}, "timestamp=1000000", API_KEY), -1102),
    ],
)
def test_a_request_that_is_not_rightly_signed_is_refused(query, code):
    with pytest.raises(ApiError) as refused:
        query.require_signature(1_000_000)
    assert refused.value.code == code
