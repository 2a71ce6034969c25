import asyncio
import json
import socket
from itertools import pairwise

import aiohttp
import pytest

from workstation.simulator import streams


async def messages(websocket, within_s: float = 0.1) -> list[dict]:
    """Return all that is sent until nothing more comes."""
    received = []
    while True:
        try:
            message = await websocket.receive(within_s)
        except TimeoutError:
            return received
        assert message.type is aiohttp.WSMsgType.TEXT, message
        received.append(json.loads(message.data))


def of(received: list[dict], stream: str) -> list[dict]:
    return [message["data"] for message in received if message["stream"] == stream]


async def test_subscriptions_are_answered_by_id_listed_and_ended(venue):
    async with venue.session.ws_connect("/ws") as websocket:
        await websocket.send_json({"method": "SUBSCRIBE", "params": ["btcusdt@trade", "a@b"], "id": 1})
        await websocket.send_json({"method": "LIST_SUBSCRIPTIONS", "id": "two"})
        await venue.advance(5_000)
        first, second, *events = await messages(websocket)
        assert first == {"result": None, "id": 1}
        assert second == {"result": ["btcusdt@trade", "a@b"], "id": "two"}
        assert {event["e"] for event in events} == {"trade"}
        await websocket.send_json({"method": "UNSUBSCRIBE", "params": ["btcusdt@trade"], "id": 3})
        assert await messages(websocket) == [{"result": None, "id": 3}]
        await venue.advance(5_000)
        assert await messages(websocket) == []


SENSELESS = [
    ("no json", 3),
    ('{"params": ["a"], "id": 1}', 2),
    ('{"method": "SUBSCRIBE", "params": [1], "id": 1}', 2),
    ('{"method": "DANCE", "id": 1}', 2),
    ('{"method": "SET_PROPERTY", "params": ["combined", 1], "id": 1}', 1),
    ('{"method": "GET_PROPERTY", "params": ["colour"], "id": 1}', 0),
]


async def test_requests_that_make_no_sense_are_refused_and_the_socket_lives(venue):
    async with venue.session.ws_connect("/ws") as websocket:
        for text, code in SENSELESS:
            await websocket.send_str(text)
            refused = json.loads((await websocket.receive(1)).data)
            assert refused["error"]["code"] == code, text
        await websocket.send_json({"method": "LIST_SUBSCRIPTIONS", "id": 9})
        assert await messages(websocket) == [{"result": [], "id": 9}]


async def test_a_socket_can_change_to_wrapped_messages(venue):
    async with venue.session.ws_connect("/ws/btcusdt@trade") as websocket:
        await websocket.send_json({"method": "SET_PROPERTY", "params": ["combined", True], "id": 1})
        await messages(websocket)
        await venue.advance(5_000)
        assert {message["stream"] for message in await messages(websocket)} == {"btcusdt@trade"}


async def test_a_ping_is_answered_with_its_payload(venue):
    async with venue.session.ws_connect("/ws", autoping=False) as websocket:
        await websocket.ping(b"hello")
        message = await websocket.receive(1)
        assert (message.type, message.data) == (aiohttp.WSMsgType.PONG, b"hello")


async def test_more_than_ten_messages_a_second_end_the_connection(venue):
    async with venue.session.ws_connect("/ws") as websocket:
        for number in range(11):
            await websocket.send_json({"method": "LIST_SUBSCRIPTIONS", "id": number})
        received = [await websocket.receive(1) for _ in range(11)]
        assert [message.type for message in received] == [aiohttp.WSMsgType.TEXT] * 10 + [
            aiohttp.WSMsgType.CLOSE
        ]
        assert websocket.close_code == 1008


async def test_trades_come_with_consecutive_ids_and_exact_digits(venue):
    async with venue.follow("lptusdt@trade", "lptusdt@aggTrade") as websocket:
        await venue.advance(60_000)
        received = await messages(websocket)
    trades, aggregates = of(received, "lptusdt@trade"), of(received, "lptusdt@aggTrade")
    ids = [trade["t"] for trade in trades]
    assert len(ids) > 5
    assert ids == list(range(ids[0], ids[0] + len(ids)))
    assert {len(trade["p"].partition(".")[2]) for trade in trades} == {3}
    assert {len(trade["q"].partition(".")[2]) for trade in trades} == {1}
    assert (aggregates[0]["f"], aggregates[-1]["l"]) == (ids[0], ids[-1])
    assert sum(float(row["q"]) for row in aggregates) == pytest.approx(
        sum(float(trade["q"]) for trade in trades)
    )


@pytest.mark.parametrize("speed", ["", "@0ms", "@100ms", "@250ms", "@500ms"])
async def test_depth_of_every_speed_chains_and_rebuilds_the_engines_book(venue, speed):
    stream = "btcusdt@depth" + speed
    async with venue.follow(stream, "btcusdt@bookTicker") as websocket:
        # To where streams of all speeds begin an interval, so that nothing is left in one at the end.
        now_ms = (await venue.get("/fapi/v1/time"))["serverTime"]
        await venue.advance(500 - now_ms % 500)
        await messages(websocket)
        snapshot = await venue.get("/fapi/v1/depth", symbol="BTCUSDT", limit=1000)
        await venue.advance(10_000)
        received = await messages(websocket)
        state = await venue.get("/admin/state", symbol="BTCUSDT", align=1)
    updates = of(received, stream)
    pace_ms = int(speed.strip("@ms") or 250) or 100
    assert len(updates) == pytest.approx(10_000 / pace_ms, rel=0.1)
    assert updates[0]["pu"] <= snapshot["lastUpdateId"] <= updates[0]["u"]
    assert all(after["pu"] == update["u"] < after["U"] for update, after in pairwise(updates))

    sides = {"b": dict(snapshot["bids"]), "a": dict(snapshot["asks"])}
    quotes = {quote["u"]: quote for quote in of(received, "btcusdt@bookTicker")}
    compared = 0
    for update in updates:
        for side, levels in sides.items():
            for price, size in update[side]:
                levels[price] = size
                if float(size) == 0:
                    del levels[price]
        if quote := quotes.get(update["u"]):
            compared += 1
            assert max(sides["b"], key=float) == quote["b"]
            assert min(sides["a"], key=float) == quote["a"]
            assert (sides["b"][quote["b"]], sides["a"][quote["a"]]) == (quote["B"], quote["A"])
    assert compared or speed in ("", "@250ms", "@500ms")
    assert updates[-1]["u"] == state["book"]["last_update_id"]
    assert sides == {"b": dict(state["book"]["bids"]), "a": dict(state["book"]["asks"])}


async def test_partial_books_are_the_best_levels(venue):
    async with venue.follow("btcusdt@depth5@100ms", "btcusdt@depth20@500ms") as websocket:
        await venue.advance(3_000)
        received = await messages(websocket)
    five, twenty = of(received, "btcusdt@depth5@100ms"), of(received, "btcusdt@depth20@500ms")
    assert {len(update["b"]) for update in five} == {len(update["a"]) for update in five} == {5}
    assert {len(update["b"]) for update in twenty} == {20}
    assert 20 < len(five) <= 30
    assert 5 <= len(twenty) <= 6


async def test_a_candle_is_pushed_as_it_grows_and_once_when_it_closes(venue):
    async with venue.follow("btcusdt@kline_1m") as websocket:
        await venue.advance(150_000)
        candles = [event["k"] for event in of(await messages(websocket), "btcusdt@kline_1m")]
    closed = [candle for candle in candles if candle["x"]]
    assert len(closed) == 2
    assert len(candles) > 100
    for candle in closed:
        (row,) = await venue.get(
            "/fapi/v1/klines", symbol="BTCUSDT", interval="1m", startTime=candle["t"], limit=1
        )
        assert row == [candle[key] for key in ("t", "o", "h", "l", "c", "v", "T", "q", "n", "V", "Q")] + ["0"]
    # Nothing is told of a candle after its close.
    for candle in closed:
        assert [row["x"] for row in candles if row["t"] == candle["t"]][-1]


async def test_marks_and_tickers_keep_their_paces(venue):
    streams_of_interest = (
        "btcusdt@markPrice@1s",
        "btcusdt@markPrice",
        "!markPrice@arr@1s",
        "btcusdt@ticker",
        "!ticker@arr",
        "!miniTicker@arr",
        "!bookTicker",
    )
    async with venue.follow(*streams_of_interest) as websocket:
        now_ms = (await venue.get("/fapi/v1/time"))["serverTime"]
        await venue.advance(30_000 - now_ms % 30_000)
        await messages(websocket)
        await venue.advance(30_000)
        received = await messages(websocket)
    counts = [len(of(received, stream)) for stream in streams_of_interest]
    assert counts == [30, 10, 30, 15, 30, 30, 6 * 2]
    assert [row["s"] for row in of(received, "!ticker@arr")[0]] == ["BTCUSDT", "LPTUSDT"]


async def test_of_liquidations_the_newest_of_each_second_is_told(venue):
    async with venue.follow("!forceOrder@arr") as websocket:
        for _ in range(60):
            await venue.advance(60_000)
            if (await venue.get("/admin/state"))["emitted"]["LPTUSDT"]["liquidations"]:
                break
        received = of(await messages(websocket), "!forceOrder@arr")
    assert received
    assert {event["o"]["S"] for event in received} <= {"BUY", "SELL"}
    assert all(float(event["o"]["ap"]) > 0 and float(event["o"]["l"]) > 0 for event in received)
    # What happens on a full second is told at once and belongs to the second that ends there.
    seconds = [(event["o"]["s"], (event["E"] - 1) // 1000) for event in received]
    assert len(set(seconds)) == len(seconds)


async def test_a_client_that_does_not_read_is_cut_off_and_others_are_not(venue, monkeypatch):
    monkeypatch.setattr(streams, "MAX_UNSENT_BYTES", 100_000)
    reader, writer = await asyncio.open_connection("127.0.0.1", venue.server.port, limit=4096)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    writer.write(
        b"GET /stream?streams=btcusdt@bookTicker HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n"
        b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    await reader.readuntil(b"\r\n\r\n")
    async with venue.follow("lptusdt@markPrice@1s") as websocket:
        for _ in range(60):
            await venue.advance(60_000)
            state = await venue.get("/admin/state")
            if state["clients_too_slow"]:
                break
        assert state["clients_too_slow"] == 1
        assert state["clients"] == 1
        assert len(await messages(websocket)) > 50
    writer.close()
