"""What goes through the pipe comes out equal: columns, news, instruments and commands."""

import io
from decimal import Decimal

import numpy as np
import pytest

from workstation.exchange.feed_wire import (
    Frame,
    Open,
    Reconnect,
    RepairBook,
    Stop,
    Subscribe,
    Unsubscribe,
    encode_command,
    encode_frame,
    read_command,
    read_frame,
)
from workstation.model.columns import BOOK_UPDATE, LEVEL, QUOTE, TRADE, MarketBatch
from workstation.model.derivatives import FundingRate, Liquidation, MarkPrice, OpenInterest, Ticker
from workstation.model.feed_status import (
    ClockSkew,
    FeedCounters,
    FeedProblem,
    FeedState,
    FeedStatus,
    TradesBackfilled,
)
from workstation.model.instrument import ContractKind, Instrument, SequenceRule

D = Decimal
NEWS = (
    FeedStatus("v", None, FeedState.STALE, "words", FeedProblem.RATE_LIMITED),
    FeedStatus("v", "S", FeedState.LIVE),
    MarkPrice("v", "S", 1, D("0.10"), D("0.2"), None),
    FundingRate("v", "S", 2, D("-0.0001"), 8.0, 9),
    OpenInterest("v", "S", 3, D("12.50")),
    Liquidation("v", "S", 4, "sell", D("1.5"), D("2")),
    Ticker("v", "S", 5, D(1), D(2), D(3), D(4), D(5), D(6), 7),
    TradesBackfilled("v", "S", 1, 9, 8, 1),
    ClockSkew("v", -3.5, 1.0),
    FeedCounters("v", messages=5),
)
INSTRUMENT = Instrument(
    "v", "S", ContractKind.LINEAR, D("0.10"), D("0.001"), D(1), "A", "B", SequenceRule.BINANCE_FUTURES
)


def batch(symbol: str, rows: int) -> MarketBatch:
    """A batch whose every byte is different."""
    columns = [
        np.frombuffer(np.random.default_rng(rows).bytes(rows * dtype.itemsize), dtype)
        for dtype in (TRADE, QUOTE, BOOK_UPDATE, LEVEL)
    ]
    return MarketBatch("v", symbol, *columns, rows)


def test_a_frame_comes_out_as_it_went_in() -> None:
    batches = [batch("S", 3), batch("T", 1000), batch("Ü", 0)]
    pipe = io.BytesIO(encode_frame(Frame("v", batches, NEWS, (INSTRUMENT,))) + encode_frame(Frame("v")))
    frame = read_frame(pipe)
    assert frame is not None
    assert frame.instruments == [INSTRUMENT]
    assert sorted(map(repr, frame.news)) == sorted(map(repr, NEWS))
    for sent, received in zip(batches, frame.batches, strict=True):
        assert (received.venue, received.symbol, received.last_seq) == (
            sent.venue,
            sent.symbol,
            sent.last_seq,
        )
        for name in ("trades", "quotes", "updates", "levels"):
            assert getattr(sent, name).tobytes() == getattr(received, name).tobytes()
            assert getattr(sent, name).dtype == getattr(received, name).dtype
    assert read_frame(pipe) == Frame("v", [], [], ())
    assert read_frame(pipe) is None


def test_the_end_in_the_middle_of_a_frame_is_the_end() -> None:
    content = encode_frame(Frame("v", [batch("S", 5)], NEWS))
    for size in range(0, len(content), 7):
        assert read_frame(io.BytesIO(content[:size])) is None


def test_what_is_no_frame_is_refused() -> None:
    with pytest.raises(ValueError, match="no frame"):
        read_frame(io.BytesIO(b"\xff" * 100))


@pytest.mark.parametrize(
    "command",
    [
        Open("binance_usdm", "sim", ("A", "B"), "http://127.0.0.1:1", 7, {"A": 5}),
        Subscribe(("A",)),
        Unsubscribe(("A", "B")),
        Reconnect("why"),
        RepairBook("A"),
        Stop(),
    ],
)
def test_a_command_comes_out_as_it_went_in(command: Subscribe) -> None:
    content = encode_command(command)
    assert read_command(io.BytesIO(content)) == command
    assert read_command(io.BytesIO(content[:3])) is None
