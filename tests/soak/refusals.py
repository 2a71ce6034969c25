"""What cannot be followed, and what a trader is told of it."""

import contextlib
import http.server
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.soak.desk import WatchedDesk
from tests.soak.venue import REPOSITORY, VenueProcess, simulated
from workstation.app import Workstation
from workstation.model.feed_status import FeedProblem, FeedState


@dataclass(frozen=True, slots=True)
class Refusal:
    """One case.

    Attributes:
        case: what was asked for.
        wanted, found: the kind of trouble that had to be told, and that was.
        words: the sentence.
        others_go_on: whether symbols that can be followed were; None where there were none.
    """

    case: str
    wanted: str
    found: str
    words: str
    others_go_on: bool | None

    @property
    def is_right(self) -> bool:
        return self.found == self.wanted and bool(self.words) and self.others_go_on is not False


async def run_refusals(data_dir: Path) -> list[Refusal]:
    """Ask for all that cannot be had."""
    with simulated(seed=5, symbols=("BTCUSDT",)) as venue:
        results = await _symbols(venue)
        for status, problem in (
            (401, FeedProblem.NO_PERMISSION),
            (403, FeedProblem.NO_PERMISSION),
            (451, FeedProblem.NO_PERMISSION),
            (429, FeedProblem.RATE_LIMITED),
            (418, FeedProblem.RATE_LIMITED),
        ):
            await venue.inject({"kind": "refuse", "status": status, "duration_s": 8.0})
            results.append(await _venue(f"the venue answers {status}", venue.url, problem, recovers=True))
        results.append(_second_instance(venue, data_dir))
    results.append(await _venue("nobody listens there", _free_address(), FeedProblem.UNREACHABLE))
    with _web_site() as address:
        results.append(await _venue("another web site", address, FeedProblem.WRONG_URL))
    return results


async def _symbols(venue: VenueProcess) -> list[Refusal]:
    workstation = Workstation.for_venue(
        "simulated", ["NOSUCHUSDT", "AGIXUSDT", "BTCUSDT"], None, base_url=venue.url
    )
    desk = WatchedDesk(workstation, venue)
    live = workstation.live
    assert live is not None
    await workstation.start()
    try:
        await desk.until(lambda: len(live.symbol_status) == 3, 20.0, "three statuses")
        await desk.until_live()
        goes_on = live.symbol_status["BTCUSDT"].state is FeedState.LIVE
        return [
            Refusal(
                f"{name} symbol",
                problem.value,
                live.symbol_status[symbol].problem.value,
                live.symbol_status[symbol].words,
                goes_on,
            )
            for name, symbol, problem in (
                ("unknown", "NOSUCHUSDT", FeedProblem.UNKNOWN_SYMBOL),
                ("delisted", "AGIXUSDT", FeedProblem.DELISTED_SYMBOL),
            )
        ]
    finally:
        await workstation.stop()


async def _venue(case: str, url: str, problem: FeedProblem, *, recovers: bool = False) -> Refusal:
    workstation = Workstation.for_venue("simulated", ["BTCUSDT"], None, base_url=url)
    live = workstation.live
    assert live is not None
    desk = WatchedDesk(workstation, VenueProcess(url, None))  # type: ignore[arg-type]
    await workstation.start()
    try:
        await desk.until(lambda: live.status.problem is not FeedProblem.NONE, 30.0, case)
        status = live.status
        if recovers:
            await desk.until_live(30.0)
        return Refusal(case, problem.value, status.problem.value, status.words, True if recovers else None)
    finally:
        await workstation.stop()


def _second_instance(venue: VenueProcess, data_dir: Path) -> Refusal:
    """A second desk over the same data directory is turned away in one sentence; the first goes on."""
    command = [*(sys.executable, "-m", "workstation", "record", "--venue", "simulated")]
    command += ["--symbols", "BTCUSDT", "--url", venue.url, "--data-dir", str(data_dir)]
    first = subprocess.Popen([*command, "--for", "60"], cwd=REPOSITORY, stdout=subprocess.DEVNULL)
    try:
        while not (data_dir / "ticks.duckdb").exists():
            if first.poll() is not None:
                break
        second = subprocess.run(
            [*command, "--for", "1"], cwd=REPOSITORY, capture_output=True, text=True, timeout=30, check=False
        )
        goes_on = first.poll() is None
    finally:
        first.terminate()
        first.wait(10)
    said = second.stderr.strip().replace(str(data_dir), "DIR")
    found = "refused" if second.returncode == 2 and len(said.splitlines()) == 1 else f"{second.returncode}"
    return Refusal("a second desk on the same data", "refused", found, said, goes_on)


def _free_address() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


@contextlib.contextmanager
def _web_site() -> Iterator[str]:
    """A web server that is no venue."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(404)
            self.end_headers()
            self.wfile.write(b"<html>Not here</html>")

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
