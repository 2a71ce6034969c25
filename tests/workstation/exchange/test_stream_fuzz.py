"""Whatever a venue sends, its decoder neither raises nor makes a number that was not sent."""

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workstation.exchange.batching import BatchBuilder
from workstation.exchange.venues import VENUES

SOUND = {
    "binance_usdm": (
        "BTCUSDT",
        '{"e":"depthUpdate","E":5,"T":4,"s":"BTCUSDT","U":1,"u":2,"pu":0,"b":[["100.5","2"]],"a":[["101","0"]]}',
        '{"e":"trade","E":5,"T":4,"s":"BTCUSDT","t":7,"p":"100.5","q":"0.076","X":"MARKET","m":false}',
        '{"e":"markPriceUpdate","E":5,"s":"BTCUSDT","p":"1.5","i":"1.4","P":"1.4","r":"0.0001","T":9}',
        '{"e":"24hrTicker","E":5,"s":"BTCUSDT","c":"1","o":"2","h":"3","l":"4","v":"5","q":"6","L":7}',
    ),
    "bybit": (
        "BTCUSDT",
        '{"topic":"orderbook.200.BTCUSDT","type":"snapshot","ts":1,"data":'
        '{"s":"BTCUSDT","b":[["100.5","2"]],"a":[["101","1"]],"u":9,"seq":1},"cts":1}',
        '{"topic":"publicTrade.BTCUSDT","type":"snapshot","ts":1,"data":[{"T":1,"s":"BTCUSDT","S":"Buy",'
        '"v":"0.010","p":"100.5","i":"9dc75fca-4bdd-4773-9f78-6f5d7ab2a110"}]}',
        '{"topic":"tickers.BTCUSDT","type":"snapshot","ts":1,"data":{"symbol":"BTCUSDT","markPrice":"1.5",'
        '"fundingRate":"0.0001","nextFundingTime":"1673280000000","fundingIntervalHour":"8"}}',
    ),
    "okx": (
        "BTC-USDT",
        '{"arg":{"channel":"books","instId":"BTC-USDT"},"action":"snapshot","data":[{"asks":[["101","1","0","1"]],'
        '"bids":[["100.5","2","0","1"]],"ts":"1","seqId":5,"prevSeqId":-1,"checksum":7}]}',
        '{"arg":{"channel":"trades","instId":"BTC-USDT"},"data":[{"instId":"BTC-USDT","tradeId":"7","px":"100.5",'
        '"sz":"1","side":"buy","ts":"1"}]}',
        '{"arg":{"channel":"funding-rate","instId":"BTC-USDT"},"data":[{"instId":"BTC-USDT","fundingRate":"0.1",'
        '"fundingTime":"1","nextFundingTime":"28800001","ts":"1"}]}',
    ),
    "hyperliquid": (
        "BTC",
        '{"channel":"l2Book","data":{"coin":"BTC","time":1,"levels":[[{"px":"100.5","sz":"1"}],[]]}}',
        '{"channel":"trades","data":[{"coin":"BTC","side":"B","px":"100.5","sz":"1","time":1,"tid":7}]}',
        '{"channel":"activeAssetCtx","data":{"coin":"BTC","ctx":{"funding":"0.1","openInterest":"2",'
        '"oraclePx":"3","markPx":"4"}}}',
    ),
}
FRAGMENTS = (
    '"',
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "-",
    "1e999",
    "null",
    "NaN",
    "\\u0000",
    "0" * 40,
    "9" * 30,
    "é",
)


@st.composite
def spoilt(draw: st.DrawFn, text: str) -> str:
    """A message with a piece cut out, put in, or exchanged."""
    for _ in range(draw(st.integers(1, 3))):
        begin = draw(st.integers(0, len(text)))
        end = min(len(text), begin + draw(st.integers(0, 12)))
        text = text[:begin] + draw(st.sampled_from(("", *FRAGMENTS))) + text[end:]
    return text


def test_every_decoder_of_ours_is_spoilt() -> None:
    # The simulated exchange speaks Binance's protocol to Binance's decoder.
    assert set(SOUND) == set(VENUES) - {"simulated"}, "sound messages of each venue belong into SOUND"


@pytest.mark.parametrize("key", SOUND)
@settings(max_examples=100)
@given(data=st.data())
def test_spoilt_messages_are_set_aside_or_sound(key: str, data: st.DataObject) -> None:
    symbol, *messages = SOUND[key]
    builder = BatchBuilder(key, symbol)
    decoder = VENUES[key].decoder(key, {symbol: builder}, {"*": 8.0})
    texts = [data.draw(spoilt(data.draw(st.sampled_from(messages)))) for _ in range(4)]
    bad = decoder.decode(list(range(4)), [1] * 4, texts)
    assert all(message.reason.isprintable() for message in bad)
    batch = builder.take()
    for rows in (batch.trades["price"], batch.quotes["bid_price"], batch.levels["price"]):
        assert np.isfinite(rows).all()
        assert (rows > 0).all()
    msgspec.msgpack.encode(decoder.news)
