"""Sources on a loopback server that is slow, endless, packed, circular or wrong: the desk goes on."""

import asyncio
import contextlib
import gzip
import threading
import time
import tracemalloc
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from aiohttp import web

from workstation.outside.book import Series, SeriesState
from workstation.outside.fetching import Fetch
from workstation.outside.reading import BadSource
from workstation.outside.source import Source
from workstation.outside.watch import OutsideWatch
from workstation.runtime.clock import ManualClock
from workstation.store.ticks import open_store

NOW_MS = 1_790_000_000_000
BOMB = gzip.compress(b"0" * 40_000_000)


class Server:
    """Answers as a test wants."""

    def __init__(self) -> None:
        self.value = "57.5"
        self.asked = 0
        self.root = ""

    async def good(self, _request: web.Request) -> web.Response:
        self.asked += 1
        return web.Response(text=f'{{"v": {self.value}}}')

    async def packed(self, _request: web.Request) -> web.Response:
        body = gzip.compress(b'{"v": 3}')
        return web.Response(body=body, headers={"Content-Encoding": "gzip"})

    async def bomb(self, _request: web.Request) -> web.Response:
        return web.Response(body=BOMB, headers={"Content-Encoding": "gzip"})

    async def endless(self, request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        with contextlib.suppress(ConnectionError):
            while True:
                await answer.write(b"1" * 65_536)
        return answer

    async def drip(self, request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        with contextlib.suppress(ConnectionError):
            while True:
                await answer.write(b" ")
                await asyncio.sleep(0.05)
        return answer

    async def missing(self, _request: web.Request) -> web.Response:
        return web.Response(status=404)

    async def circle(self, _request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": f"{self.root}/circle"})

    async def elsewhere(self, _request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": "file:///etc/hostname"})


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    made = Server()
    app = web.Application()
    for name in ("good", "packed", "bomb", "endless", "drip", "missing", "circle", "elsewhere"):
        app.router.add_get(f"/{name}", getattr(made, name))
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.root = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield made
    await runner.cleanup()


def source(url: str) -> Source:
    return Source("s", "S", "json", "v", url=url)


async def fetched(server: Server, name: str, **more: float) -> bytes:
    fetch = Fetch(source(f"{server.root}/{name}"), Path(), **more)  # type: ignore[arg-type]
    return await asyncio.to_thread(fetch.run)


async def test_what_is_there_is_fetched_packed_or_not(server: Server) -> None:
    assert await fetched(server, "good") == b'{"v": 57.5}'
    assert await fetched(server, "packed") == b'{"v": 3}'


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("bomb", "more than 1 MB"),
        ("endless", "more than 1 MB"),
        ("drip", "within 0.3 s"),
        ("missing", "answers 404"),
        ("circle", "from address to address"),
        ("elsewhere", "cannot be reached"),
    ],
)
async def test_hostile_answers_end_soon_and_are_named(server: Server, name: str, said: str) -> None:
    with pytest.raises(BadSource, match=said):
        await fetched(server, name, timeout_s=0.3 if name == "drip" else 20, most_bytes=1 << 20)


async def test_nobody_there_is_named() -> None:
    with pytest.raises(BadSource, match="cannot be reached"):
        await asyncio.to_thread(Fetch(source("http://127.0.0.1:1/"), Path()).run)


async def test_a_look_can_be_ended_from_outside(server: Server) -> None:
    fetch = Fetch(source(f"{server.root}/drip"), Path())
    look = asyncio.create_task(asyncio.to_thread(fetch.run))
    await asyncio.sleep(0.2)
    fetch.cancel()
    with pytest.raises(BadSource):
        await look


async def test_files_are_read_and_what_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"v\n1\n")
    made = Source("s", "S", "csv", "v", file="a.csv")
    assert Fetch(made, tmp_path).run() == b"v\n1\n"
    with pytest.raises(BadSource, match="more than 0 MB"):
        Fetch(made, tmp_path, most_bytes=2).run()
    (tmp_path / "a.csv").unlink()
    with pytest.raises(BadSource, match="There is no file"):
        Fetch(made, tmp_path).run()


def declare(folder: Path, *sources: str) -> None:
    folder.mkdir(exist_ok=True)
    text = "".join(f'[[source]]\ntitle = "T"\nkind = "json"\nvalue = "v"\n{one}\n' for one in sources)
    (folder / "mine.toml").write_text(text)


async def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < end
        await asyncio.sleep(0.02)


async def test_values_are_stored_come_back_and_a_failing_source_harms_no_other(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workstation.outside.watch.LOOK_S", 0.02)
    folder, clock = tmp_path / "outside", ManualClock(NOW_MS)
    declare(
        folder, f'key = "good"\nurl = "{server.root}/good"', f'key = "bad"\nurl = "{server.root}/missing"'
    )
    with open_store(tmp_path, clock=clock) as store:
        watch = OutsideWatch(folder, store, clock)
        task = asyncio.create_task(watch.run())
        await until(lambda: len(series_of(watch)) == 2 and series_of(watch)["bad"].failures == 1)
        await until(lambda: series_of(watch)["good"].newest == 57.5)
        good, bad = series_of(watch)["good"], series_of(watch)["bad"]
        assert good.state(NOW_MS) is SeriesState.LIVE
        assert bad.state(NOW_MS) is SeriesState.FAILING
        assert "404" in bad.trouble

        server.value = "99"
        clock.advance(16)  # the failing one is asked again, the other is not due
        await until(lambda: bad.failures == 2)
        assert (server.asked, good.newest) == (1, 57.5)
        clock.advance(15 * 60)
        await until(lambda: good.newest == 99)
        server.value = '"none"'
        clock.advance(15 * 60)
        await until(lambda: good.failures == 1)
        assert good.newest == 99
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    with open_store(tmp_path, clock=clock) as store:
        again = OutsideWatch(folder, store, clock)
        task = asyncio.create_task(again.run())
        await until(lambda: "good" in series_of(again) and len(series_of(again)["good"].times) >= 2)
        assert series_of(again)["good"].values.tolist()[:2] == [57.5, 99]
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def series_of(watch: OutsideWatch) -> dict[str, Series]:
    return watch.book.series


async def test_ending_the_watch_does_not_wait_for_a_slow_source(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workstation.outside.watch.LOOK_S", 0.02)
    declare(tmp_path / "outside", f'key = "slow"\nurl = "{server.root}/drip"')
    watch = OutsideWatch(tmp_path / "outside", None, ManualClock(NOW_MS))
    before = threading.active_count()
    task = asyncio.create_task(watch.run())
    await asyncio.sleep(0.4)
    task.cancel()
    await asyncio.wait_for(asyncio.gather(task, return_exceptions=True), 5)
    assert threading.active_count() <= before + 5


async def test_a_changed_file_is_read_again_and_a_broken_one_keeps_nothing_from_the_others(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workstation.outside.watch.LOOK_S", 0.02)
    folder, clock = tmp_path / "outside", ManualClock(NOW_MS)
    watch = OutsideWatch(folder, None, clock)
    task = asyncio.create_task(watch.run())
    await asyncio.sleep(0.05)
    declare(folder, f'key = "good"\nurl = "{server.root}/good"')
    (folder / "broken.toml").write_text("[[source]\n")
    clock.advance(3)
    await until(lambda: "good" in series_of(watch) and series_of(watch)["good"].newest == 57.5)
    assert [one.file for one in watch.book.mistakes] == ["broken.toml"]
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_small_answer_that_holds_gigabytes_is_unpacked_no_further_than_is_wanted(
    server: Server,
) -> None:
    tracemalloc.start()
    with pytest.raises(BadSource, match="more than 1 MB"):
        await fetched(server, "bomb", most_bytes=1 << 20)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10 << 20
