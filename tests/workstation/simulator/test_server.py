import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import time
from itertools import pairwise

import aiohttp
import pytest

from workstation.errors import PreflightError
from workstation.simulator.server import SimulatorOptions, SimulatorServer

START_MS = 1_767_225_600_000


async def received(websocket, within_s: float = 0.1) -> list[bytes]:
    """Return the texts sent until nothing more comes; the end of the connection is b"end"."""
    texts = []
    while True:
        try:
            message = await websocket.receive(within_s)
        except TimeoutError:
            return texts
        if message.type is not aiohttp.WSMsgType.TEXT:
            return [*texts, b"end"]
        texts.append(message.data.encode())


async def post_and_wait(venue, *faults: dict) -> None:
    before = len((await venue.get("/admin/faults"))["fired"])
    await venue.post("/admin/faults", json=list(faults))
    while len((await venue.get("/admin/faults"))["fired"]) < before + len(faults):
        await asyncio.sleep(0.005)


def trade_ids(texts: list[bytes]) -> list[int]:
    return [json.loads(text)["data"]["t"] for text in texts]


async def test_dropped_sockets_end_without_a_farewell(venue):
    async with venue.follow("btcusdt@trade") as first, venue.follow("btcusdt@trade") as second:
        await post_and_wait(venue, {"kind": "drop", "share": 0.5})
        ends = [await received(websocket) for websocket in (first, second)]
        assert sorted(ends) == [[], [b"end"]]
        assert (await venue.get("/admin/state"))["clients"] == 1


async def test_silence_stops_data_but_answers_pings_and_loses_what_happened(venue):
    async with venue.session.ws_connect("/stream?streams=lptusdt@trade", autoping=False) as websocket:
        await venue.advance(60_000)
        before = trade_ids(await received(websocket))
        await post_and_wait(venue, {"kind": "silence", "duration_s": 1.0})
        await venue.advance(60_000)
        await websocket.ping(b"x")
        assert (await websocket.receive(1)).type is aiohttp.WSMsgType.PONG
        assert await received(websocket, 0.05) == []
        await asyncio.sleep(1.0)
        await venue.advance(60_000)
        after = trade_ids(await received(websocket))
        assert after[0] > before[-1] + 1
        rows = await venue.get("/fapi/v1/trades", symbol="LPTUSDT", limit=1000)
        assert set(range(before[-1] + 1, after[0])) <= {row["id"] for row in rows}


async def test_faults_of_messages_reach_the_wire(venue):
    async with venue.follow("btcusdt@depth@100ms", "lptusdt@trade", "btcusdt@trade") as websocket:
        await post_and_wait(
            venue,
            {"kind": "skip", "count": 2, "streams": "*@depth*"},
            {"kind": "duplicate", "streams": "lptusdt@trade"},
            {"kind": "malformed", "streams": "btcusdt@trade"},
        )
        await venue.advance(60_000)
        texts = await received(websocket)
    messages, malformed = [], 0
    for text in texts:
        try:
            messages.append(json.loads(text))
        except ValueError:
            malformed += 1
    assert malformed == 1
    ids = [message["data"]["t"] for message in messages if message["stream"] == "lptusdt@trade"]
    assert ids[0] == ids[1]
    assert len(set(ids)) == len(ids) - 1
    assert (await venue.get("/admin/faults"))["messages_hit"] == {"skip": 2, "duplicate": 1, "malformed": 1}


async def test_reordered_updates_break_the_chain_but_lose_nothing(venue):
    async with venue.follow("btcusdt@depth@100ms") as websocket:
        await venue.advance(1_000)
        await received(websocket)
        await post_and_wait(venue, {"kind": "reorder"})
        await venue.advance(1_000)
        updates = [json.loads(text)["data"] for text in await received(websocket)]
    assert updates[0]["pu"] == updates[1]["u"]
    ordered = sorted(updates, key=lambda update: update["u"])
    assert all(after["pu"] == update["u"] for update, after in pairwise(ordered))


async def test_a_truncated_frame_ends_the_connection(venue):
    async with venue.follow("btcusdt@trade") as websocket:
        await post_and_wait(venue, {"kind": "truncated"})
        await venue.advance(10_000)
        assert await received(websocket, 1) == [b"end"]
    # The exchange has not suffered.
    async with venue.follow("btcusdt@trade") as websocket:
        await venue.advance(10_000)
        assert len(await received(websocket)) > 1


async def test_requests_are_refused_delayed_and_spoilt_on_demand(venue):
    await post_and_wait(
        venue,
        {"kind": "refuse", "status": 429, "paths": "/fapi/v1/depth", "duration_s": 30},
        {"kind": "refuse", "status": 502, "paths": "/fapi/v1/trades", "duration_s": 30},
        {"kind": "slow", "delay_s": 0.2, "paths": "/fapi/v1/time", "duration_s": 30},
        {"kind": "body", "body": "cut", "paths": "/fapi/v1/exchangeInfo", "duration_s": 30},
    )
    async with venue.session.get("/fapi/v1/depth?symbol=BTCUSDT") as response:
        assert (response.status, response.headers["Retry-After"]) == (429, "30")
        assert (await response.json())["code"] == -1003
    async with venue.session.get("/fapi/v1/trades?symbol=BTCUSDT") as response:
        assert (response.status, response.content_type) == (502, "text/html")
    began = time.monotonic()
    await venue.get("/fapi/v1/time")
    assert time.monotonic() - began >= 0.2
    async with venue.session.get("/fapi/v1/exchangeInfo") as response:
        assert response.status == 200
        with pytest.raises(ValueError, match=r".+"):
            json.loads(await response.text())


async def test_a_plan_runs_from_the_start_and_repeats_as_its_seed_says(tmp_path):
    plan = tmp_path / "faults.toml"
    plan.write_text(
        'seed = 3\n[[fault]]\nkind = "skip"\nevery_s = 0.02\ntimes = 6\n'
        '[[fault]]\nkind = "refuse"\nstatus = 503\nduration_s = 30\n'
    )
    options = SimulatorOptions(days=0, speed=0, symbols=("ETHUSDT",), start_ms=START_MS, faults=plan)
    server = SimulatorServer(options)
    await server.start()
    async with aiohttp.ClientSession(server.url) as session:
        async with session.get("/fapi/v1/time") as response:
            assert response.status == 503
        while True:
            async with session.get("/admin/faults") as response:
                fired = (await response.json())["fired"]
            if len(fired) == 7:
                break
            await asyncio.sleep(0.01)
    await server.stop()
    times = [fault["began_ms"] for fault in fired if fault["fault"]["kind"] == "skip"]
    gaps = random.Random("3 gaps 0")
    wanted = [1000 * gaps.expovariate(1 / 0.02) for _ in range(5)]
    # A busy machine makes them late, never early.
    assert all(
        after - before > gap - 10 for (before, after), gap in zip(pairwise(times), wanted, strict=True)
    )


async def test_a_skewed_clock_shows_in_the_time_and_in_what_is_stamped(venue):
    true_ms = (await venue.get("/fapi/v1/time"))["serverTime"]
    await post_and_wait(venue, {"kind": "skew", "skew_ms": 7_000, "duration_s": 30})
    assert (await venue.get("/fapi/v1/time"))["serverTime"] == true_ms + 7_000
    async with venue.follow("btcusdt@markPrice@1s") as websocket:
        await venue.advance(1_000)
        (text,) = await received(websocket)
    assert true_ms + 7_000 < json.loads(text)["data"]["E"] <= true_ms + 8_000


async def reachable(venue, wanted: bool) -> None:
    """Return when the exchange is reachable, or no longer."""
    began = time.monotonic()
    while time.monotonic() - began < 5:
        try:
            await venue.get("/fapi/v1/time")
        except aiohttp.ClientConnectionError:
            if not wanted:
                return
        else:
            if wanted:
                return
        await asyncio.sleep(0.02)
    raise AssertionError("that took too long")


async def test_a_restart_refuses_connections_and_comes_back_with_the_market(venue):
    before = await venue.get("/admin/state")
    async with venue.follow("btcusdt@trade") as websocket:
        await venue.post("/admin/faults", json={"kind": "restart", "duration_s": 0.5, "at_s": 0.05})
        await reachable(venue, False)
        assert await received(websocket, 1) == [b"end"]
    await reachable(venue, True)
    assert (await venue.get("/admin/state"))["time_ms"] == before["time_ms"]
    await venue.advance(10_000)
    assert (await venue.get("/admin/state"))["emitted"]["BTCUSDT"]["trades"] > 0


async def test_a_burst_trades_at_the_rate_asked_for_with_consecutive_ids(venue):
    async with venue.follow("btcusdt@trade", "lptusdt@trade", "btcusdt@bookTicker") as websocket:
        began = time.monotonic()
        await venue.post("/admin/burst", rate=5_000, seconds=1)
        texts = await received(websocket, 0.5)
        assert 1.0 <= time.monotonic() - began < 6
    assert 5_000 <= len(texts) < 5_100
    for stream in (b"btcusdt@trade", b"lptusdt@trade"):
        ids = trade_ids([text for text in texts if b'"' + stream + b'"' in text])
        assert len(ids) > 500
        assert ids == list(range(ids[0], ids[0] + len(ids)))
    assert (await venue.get("/admin/state"))["burst"]["running"] is False


SENSELESS = [
    ("/admin/faults", '{"kind": "explode"}', 400),
    ("/admin/faults", "no json", 400),
    ("/admin/burst?symbols=NOPE", "", 404),
    ("/admin/burst?rate=much", "", 400),
    ("/admin/advance?ms=-5", "", 400),
]


async def test_senseless_orders_to_the_admin_are_refused(venue):
    for path, body, status in SENSELESS:
        async with venue.session.post(path, data=body) as response:
            assert response.status == status, path


async def test_the_same_seed_and_start_send_the_same_bytes():
    async def run() -> list[bytes]:
        options = SimulatorOptions(seed=9, days=0, speed=0, symbols=("ETHUSDT",), start_ms=START_MS)
        server = SimulatorServer(options)
        await server.start()
        async with (
            aiohttp.ClientSession(server.url) as session,
            session.ws_connect("/stream?streams=ethusdt@trade/ethusdt@depth@100ms") as websocket,
        ):
            async with session.post("/admin/advance?ms=5000"):
                pass
            texts = await received(websocket)
        await server.stop()
        return texts

    first = await run()
    assert len(first) > 40
    assert await run() == first


async def test_its_time_is_ours_although_its_past_took_time_to_fill():
    server = SimulatorServer(SimulatorOptions(days=3, symbols=("BTCUSDT", "LPTUSDT")))
    await server.start()
    try:
        deadline = time.monotonic() + 10
        while abs(server.market.now_ms - time.time_ns() // 1_000_000) > 50:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.02)
    finally:
        await server.stop()


async def test_time_follows_the_wall_clock_at_the_speed_asked_for():
    server = SimulatorServer(SimulatorOptions(days=0, speed=20, symbols=("ETHUSDT",), start_ms=START_MS))
    await server.start()
    began, before_ms = time.monotonic(), server.market.now_ms
    await asyncio.sleep(0.5)
    passed = (server.market.now_ms - before_ms) / 1000 / (time.monotonic() - began)
    await server.stop()
    assert 14 < passed < 20.5


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (SimulatorOptions(symbols=("FOOUSDT",)), "no symbol 'FOOUSDT'"),
        (SimulatorOptions(profile="z"), "no venue 'z'"),
    ],
)
def test_what_cannot_be_simulated_is_refused_with_what_can(options, words):
    with pytest.raises(PreflightError, match=words):
        SimulatorServer(options)


async def test_a_taken_port_is_refused(venue):
    server = SimulatorServer(SimulatorOptions(port=venue.server.port, days=0, symbols=("ETHUSDT",)))
    with pytest.raises(PreflightError, match=f"port {venue.server.port} cannot be used"):
        await server.start()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_program_says_where_it_listens_and_ends_cleanly_by_signal(repository, number):
    with subprocess.Popen(
        [sys.executable, "-m", "workstation", "simulate", "--days", "0", "--symbols", "ethusdt"],
        cwd=repository,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as program:
        try:
            listening = json.loads(program.stdout.readline())
            assert listening["url"] == f"http://127.0.0.1:{listening['port']}"
            program.send_signal(number)
            out, err = program.communicate(timeout=5)
            assert (program.returncode, out, err) == (0, "", "")
        finally:
            program.kill()


PARENT = """
import subprocess, sys, time
command = [sys.executable, "-m", "workstation", "simulate", "--days", "0", "--until-stdin-ends"]
program = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
program.stdout.readline()
print(program.pid, flush=True)
time.sleep(60)
"""


def test_the_program_ends_when_whoever_started_it_is_killed(repository):
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT], cwd=repository, stdout=subprocess.PIPE, text=True
    )
    pid = int(parent.stdout.readline())
    os.kill(pid, 0)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 5
    while running(pid):
        assert time.monotonic() < deadline, "an orphan is left"
        time.sleep(0.05)


def running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    try:  # an ended process that nobody has waited for is not running
        with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
