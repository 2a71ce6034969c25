"""Streams with a pace of their own: slower depth, partial books, candles, tickers, liquidations, arrays."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from workstation.simulator.events import DepthEvent
from workstation.simulator.faults_active import ActiveFaults
from workstation.simulator.klines import CLOSE, OPEN_MS, TRADES
from workstation.simulator.rest_query import INTERVALS_MS
from workstation.simulator.streams import Hub
from workstation.simulator.streams_depth import DepthMerge
from workstation.simulator.streams_publish import Channel
from workstation.simulator.wire_rows import kline_event
from workstation.simulator.wire_ticker import mini_ticker_event, ticker_event

TICK_MS = 50
"""The market is advanced to each multiple of this, where paced streams may be due."""

_KLINE_MS = 250
_SECOND_MS = 1_000
_TICKER_MS = 2_000
_MARK_SLOW_MS = 3_000
_QUOTES_ALL_MS = 5_000
_PARTIAL = re.compile(r"depth(5|10|20)(?:@(100|250|500)ms)?")
_MERGED = {"depth": 250, "depth@250ms": 250, "depth@500ms": 500}


@dataclass(slots=True)
class _Partial:
    stream: str
    channel: Channel
    levels: int
    pace_ms: int
    last_id: int = 0


@dataclass(slots=True)
class _Candle:
    stream: str
    channel: Channel
    interval: str
    pushed: tuple[float, float, float] = (0.0, 0.0, 0.0)  # open time, trades and close of the last push


@dataclass(slots=True)
class _Plan:
    """What somebody follows of the paced streams."""

    partials: dict[str, _Partial] = field(default_factory=dict)
    candles: dict[str, _Candle] = field(default_factory=dict)
    tickers: dict[str, Channel] = field(default_factory=dict)
    mini_tickers: dict[str, Channel] = field(default_factory=dict)


class PacedStreams:
    """Publishes to the hub what is due at each tick of simulated time."""

    def __init__(self, channels: Mapping[str, Channel], hub: Hub, faults: ActiveFaults) -> None:
        """Publish the paced streams of these symbols."""
        self._channels = channels
        self._by_name = {symbol.lower(): channel for symbol, channel in channels.items()}
        self._hub = hub
        self._faults = faults
        self._plan = _Plan()
        self._planned = -1

    def tick(self, now_ms: int) -> None:
        """Push what is due at `now_ms`, a multiple of `TICK_MS` that the market has just reached."""
        if self._planned != self._hub.version:
            self._planned = self._hub.version
            self._plan = self._make_plan()
        skew_ms = self._faults.skew_ms
        if now_ms % 250 == 0:
            self._push_merged(now_ms, skew_ms)
        for partial in self._plan.partials.values():
            if now_ms % partial.pace_ms == 0:
                self._push_partial(partial, skew_ms)
        if now_ms % _KLINE_MS == 0:
            for candle in self._plan.candles.values():
                self._push_candle(candle, now_ms, skew_ms)
        if now_ms % _SECOND_MS == 0:
            self._push_liquidations(skew_ms)
            self._push_tickers(now_ms, skew_ms)
            self._push_arrays(now_ms, skew_ms)

    def _make_plan(self) -> _Plan:
        plan, before = _Plan(), self._plan
        paces: dict[str, set[int]] = {name: set() for name in self._by_name}
        for stream in self._hub.followed:
            name, _, kind = stream.partition("@")
            channel = self._by_name.get(name)
            if channel is None:
                continue
            if kind in _MERGED:
                paces[name].add(_MERGED[kind])
            elif match := _PARTIAL.fullmatch(kind):
                plan.partials[stream] = before.partials.get(stream) or _Partial(
                    stream, channel, int(match[1]), int(match[2] or 250)
                )
            elif kind.startswith("kline_") and kind[6:] in INTERVALS_MS:
                plan.candles[stream] = before.candles.get(stream) or _Candle(stream, channel, kind[6:])
            elif kind == "ticker":
                plan.tickers[stream] = channel
            elif kind == "miniTicker":
                plan.mini_tickers[stream] = channel
        for name, channel in self._by_name.items():
            channel.merges = {pace: channel.merges.get(pace) or DepthMerge() for pace in paces[name]}
        return plan

    def _push_merged(self, now_ms: int, skew_ms: int) -> None:
        for channel in self._channels.values():
            for pace_ms, merge in channel.merges.items():
                if now_ms % pace_ms == 0 and (event := merge.take()) is not None:
                    payload = channel.writer.depth(event, skew_ms)
                    for kind, pace in _MERGED.items():
                        if pace == pace_ms:
                            self._hub.publish(channel.prefix + kind, payload)

    def _push_partial(self, partial: _Partial, skew_ms: int) -> None:
        view = partial.channel.market.depth(partial.levels)
        if view.last_update_id == partial.last_id:
            return
        before = partial.last_id or view.last_update_id - 1
        partial.last_id = view.last_update_id
        event = DepthEvent(
            symbol=partial.channel.writer.symbol,
            time_ms=view.time_ms,
            first_id=before + 1,
            last_id=view.last_update_id,
            prev_id=before,
            bids=view.bids,
            asks=view.asks,
        )
        self._hub.publish(partial.stream, partial.channel.writer.depth(event, skew_ms))

    def _push_candle(self, candle: _Candle, now_ms: int, skew_ms: int) -> None:
        channel, interval_ms = candle.channel, INTERVALS_MS[candle.interval]
        rows = channel.market.klines(interval_ms, limit=2)
        for row in rows:
            closed = row[OPEN_MS] + interval_ms <= now_ms
            state = (float(row[OPEN_MS]), -1.0 if closed else float(row[TRADES]), float(row[CLOSE]))
            # Push the open candle as it changes, and each candle once when it closes.
            if row[OPEN_MS] < candle.pushed[0] or state == candle.pushed:
                continue
            if closed and not candle.pushed[0]:
                continue
            candle.pushed = state
            payload = kline_event(
                channel.writer.symbol,
                candle.interval,
                interval_ms,
                row,
                now_ms + skew_ms,
                closed=closed,
                price=channel.writer.price,
                size=channel.writer.size,
            )
            self._hub.publish(candle.stream, payload)

    def _push_liquidations(self, skew_ms: int) -> None:
        for channel in self._channels.values():
            if channel.liquidation is not None:
                payload = channel.writer.liquidation(channel.liquidation, skew_ms)
                channel.liquidation = None
                self._hub.publish(channel.prefix + "forceOrder", payload)
                self._hub.publish("!forceOrder@arr", payload)

    def _push_tickers(self, now_ms: int, skew_ms: int) -> None:
        if now_ms % _TICKER_MS == 0:
            for stream, channel in self._plan.tickers.items():
                self._hub.publish(stream, _ticker(channel, skew_ms))
            for stream, channel in self._plan.mini_tickers.items():
                self._hub.publish(stream, _mini_ticker(channel, skew_ms))

    def _push_arrays(self, now_ms: int, skew_ms: int) -> None:
        channels = self._channels.values()
        self._push_array("!ticker@arr", lambda: (_ticker(channel, skew_ms) for channel in channels))
        self._push_array("!miniTicker@arr", lambda: (_mini_ticker(channel, skew_ms) for channel in channels))
        self._push_array("!markPrice@arr@1s", lambda: self._marks(skew_ms))
        if now_ms % _MARK_SLOW_MS == 0:
            self._push_array("!markPrice@arr", lambda: self._marks(skew_ms))
        if now_ms % _QUOTES_ALL_MS == 0 and self._hub.follows("!bookTicker"):
            for channel in channels:
                if channel.quote is not None:
                    self._hub.publish("!bookTicker", channel.writer.book_ticker(channel.quote, skew_ms))

    def _marks(self, skew_ms: int) -> Iterable[bytes]:
        for channel in self._channels.values():
            if channel.mark is not None:
                yield channel.writer.mark_price(channel.mark, skew_ms)

    def _push_array(self, stream: str, items: Callable[[], Iterable[bytes]]) -> None:
        if self._hub.follows(stream):
            self._hub.publish(stream, b"[" + b",".join(items()) + b"]")


def _ticker(channel: Channel, skew_ms: int) -> bytes:
    return ticker_event(channel.market, channel.writer.price, channel.writer.size, skew_ms)


def _mini_ticker(channel: Channel, skew_ms: int) -> bytes:
    return mini_ticker_event(channel.market, channel.writer.price, channel.writer.size, skew_ms)
