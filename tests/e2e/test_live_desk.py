"""The desk on live markets: simulated, unreachable, killed, and back again; nothing is left behind."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

PATIENCE_S = 60.0
CLEAN_EXIT_S = 5.0
STALE_S = 2.0
LOOK_S = 1.0
"""How long it may take to ask for a fault and to hear of it, beside what is measured."""
NOWHERE = "http://127.0.0.1:9"
PANELS = {"chart", "depth", "ladder", "tape", "watchlist", "ticket", "positions"}
"""Those in front of their tabs in the Trade workspace."""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills and signals are of Unix")


class DrivenDesk:
    """A desk in a process of its own, and what it says."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def say(self, *words: str) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(" ".join(words) + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer

    def until(self, holds: Callable[[dict[str, Any]], bool], within_s: float = PATIENCE_S) -> dict[str, Any]:
        """The first report for which this holds."""
        deadline = time.monotonic() + within_s
        while True:
            report = self.say("report")
            if holds(report):
                return report
            if time.monotonic() > deadline:
                raise AssertionError(json.dumps(report, indent=1, ensure_ascii=False))
            time.sleep(0.1)


@contextmanager
def desk(data_dir: Path, *arguments: str, **environment: str) -> Iterator[DrivenDesk]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.e2e.desk_driver", str(data_dir), *arguments],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield DrivenDesk(process)
    finally:
        children = family(process.pid)
        if process.poll() is None:
            process.kill()
        process.communicate()
        psutil.wait_procs(children, timeout=PATIENCE_S)


def family(process_id: int) -> list[psutil.Process]:
    """Every process that a process has started."""
    try:
        return psutil.Process(process_id).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def whole_family(opened: DrivenDesk) -> list[psutil.Process]:
    """The exchange, the feed and the trading process, once all three are there."""
    deadline = time.monotonic() + PATIENCE_S
    while len(children := family(opened.process.pid)) != 3:
        assert time.monotonic() < deadline, children
        time.sleep(0.1)
    return children


def is_filled(report: dict[str, Any]) -> bool:
    """Every panel shows a live market."""
    panels = report["panels"]
    return all(panel["condition"] == "LIVE" and panel["body"] for panel in panels.values())


def is_disconnected(report: dict[str, Any]) -> bool:
    """Every panel says that there is no connection."""
    return all(panel["condition"] == "DISCONNECTED" for panel in report["panels"].values())


def test_it_opens_on_a_simulated_market_filled_at_once_and_ends_cleanly(tmp_path: Path) -> None:
    with desk(tmp_path / "data") as opened:
        first = opened.say("report")
        assert set(first["panels"]) == PANELS
        assert first["mode"] == "SIMULATED"
        report = opened.until(lambda report: is_filled(report) and len(report["symbols"]) == 14)
        assert report["link"] == report["panels"]["chart"]["subject"][0] == "BTCUSDT"
        assert "BTCUSDT" in report["listed"]
        assert report["fault"] == ""
        report = opened.until(
            lambda report: (
                report["candles"]["BTCUSDT"] > 1_000
                and any(words.startswith("BTCUSDT funding ") for words in report["status"])
            )
        )
        assert any(" msg/s · 0 gaps · lag " in words for words in report["status"])
        assert opened.say("picture", str(tmp_path / "window.png")) == {"saved": True}
        children = whole_family(opened)
        began = time.monotonic()
        opened.say("end")
        assert opened.process.wait(PATIENCE_S) == 0
        assert time.monotonic() - began <= CLEAN_EXIT_S
        assert opened.process.stderr is not None
        assert "Traceback" not in opened.process.stderr.read()
        assert psutil.wait_procs(children, timeout=CLEAN_EXIT_S)[1] == []


def test_symbols_come_and_go_and_are_followed_again_next_time(tmp_path: Path) -> None:
    with desk(tmp_path / "data") as opened:
        opened.until(lambda report: len(report["symbols"]) == 14 and bool(report["listed"]))
        opened.say("run", "follow", "aixbt")
        report = opened.until(lambda report: report["trades"].get("AIXBTUSDT", 0) > 0)
        assert report["link"] == "AIXBTUSDT"
        report = opened.say("run", "remove", "aixbt")
        assert "AIXBTUSDT" not in report["symbols"]
        assert report["link"] == "BTCUSDT"
        opened.say("run", "remove", "ethusdt")
        opened.say("end")
        opened.process.wait(PATIENCE_S)
    kept = json.loads((tmp_path / "data" / "settings.json").read_text())["watchlists"]["simulated"]
    assert "ETHUSDT" not in kept
    assert len(kept) == 13


def test_a_venue_that_cannot_be_reached_says_so_in_every_panel_and_there_is_a_way_back(
    tmp_path: Path,
) -> None:
    with desk(tmp_path / "data", "binance_usdm", NOWHERE) as opened:
        report = opened.until(is_disconnected)
        assert report["mode"] == "LIVE DATA · Binance USDⓈ-M"
        for kind in PANELS:
            assert "Binance USDⓈ-M cannot be reached at" in report["panels"][kind]["sentence"]
        opened.until(lambda report: report["chip"].startswith("disconnected"), within_s=2)
        for _ in range(2):
            opened.say("switch", "simulated")
            opened.until(lambda report: report["panels"]["chart"]["condition"] == "LOADING", within_s=2)
            report = opened.until(is_filled)
            assert report["mode"] == "SIMULATED"
            opened.say("switch", "binance_usdm")
            opened.until(lambda report: report["market"] == "binance_usdm")
            report = opened.until(is_disconnected)
            assert report["symbols"] == []
        opened.say("end")
        assert opened.process.wait(PATIENCE_S) == 0
    assert json.loads((tmp_path / "data" / "settings.json").read_text())["venue"] == "binance_usdm"


def test_a_feed_process_that_dies_is_said_to_be_dead_and_comes_back(tmp_path: Path) -> None:
    with desk(tmp_path / "data") as opened:
        opened.until(is_filled)
        killed = opened.say("kill_feed")["killed"]
        died = time.monotonic()
        report = opened.until(lambda report: report["panels"]["ladder"]["condition"] == "STALE")
        assert time.monotonic() - died < 2.0
        assert report["panels"]["ladder"]["age"].startswith(("lost", "stale"))
        assert report["panels"]["ladder"]["sentence"]
        before = report["trades"]["BTCUSDT"]
        report = opened.until(
            lambda report: is_filled(report) and report["trades"]["BTCUSDT"] > before, within_s=30
        )
        assert report["feed_process"] not in (None, killed)
        assert report["feed_restarts"] == 1


def ask_for(address: str, **fault: object) -> None:
    """Let the simulated exchange fail."""
    request = urllib.request.Request(
        f"{address}/admin/faults",
        data=json.dumps(fault).encode(),
        headers={"Content-Type": "application/json"},
        method="POST",
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status == 200


def test_what_goes_wrong_on_the_way_is_seen_within_two_seconds_and_passes(tmp_path: Path) -> None:
    with desk(tmp_path / "data") as opened:
        address = opened.until(lambda report: is_filled(report) and len(report["symbols"]) == 14)["address"]

        ask_for(address, kind="silence", duration_s=5.0)
        began = time.monotonic()
        report = opened.until(lambda report: report["panels"]["ladder"]["condition"] == "STALE")
        assert time.monotonic() - began < STALE_S + LOOK_S
        assert report["panels"]["ladder"]["age"].startswith("stale")
        opened.until(is_filled)

        ask_for(address, kind="silence", duration_s=5.0, streams="btcusdt@depth*")
        report = opened.until(lambda report: report["panels"]["ladder"]["condition"] == "STALE")
        assert report["panels"]["watchlist"]["condition"] == "LIVE"
        opened.until(is_filled)

        fetched = opened.say("report")["books_fetched"]
        ask_for(address, kind="skip", streams="btcusdt@depth*")
        opened.until(lambda report: report["books_fetched"] > fetched and is_filled(report))

        reconnects = opened.say("report")["reconnects"]
        ask_for(address, kind="drop")
        report = opened.until(lambda report: report["reconnects"] > reconnects and is_filled(report))
        assert report["feed_restarts"] == 0
        assert report["fault"] == ""


def test_nothing_outlives_a_desk_that_is_killed(tmp_path: Path) -> None:
    with desk(tmp_path / "data") as opened:
        opened.until(is_filled)
        children = whole_family(opened)
        opened.process.send_signal(signal.SIGKILL)
        opened.process.wait()
        assert psutil.wait_procs(children, timeout=CLEAN_EXIT_S)[1] == []
