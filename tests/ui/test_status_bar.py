"""The desk's own health in one line."""

import time
from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from ui import format
from ui.frame_clock import FrameClock
from ui.panel import PanelServices
from ui.status_bar import StatusBar
from workstation.app import Workstation


@pytest.fixture
def words(services: PanelServices, clock: FrameClock, qtbot: QtBot) -> Callable[[], list[str]]:
    bar = StatusBar(services, clock)
    qtbot.addWidget(bar)
    bar.resize(1200, 24)

    def read() -> list[str]:
        bar.refresh()
        assert not bar.grab().isNull()
        return [text for text, _ in bar.left + bar.right]

    return read


def test_it_says_what_the_desk_costs_how_the_feed_runs_and_what_is_stored(
    words: Callable[[], list[str]], replayed: Workstation, clock: FrameClock
) -> None:
    frame(clock, 3.14)
    desk, feed, store, utc = words()
    assert desk == "desk 3.1 ms/frame"
    assert feed.startswith("feed ")
    assert feed.endswith(" msg/s · 0 gaps")
    assert store == "nothing is stored"
    assert utc == f"UTC {format.utc_time(replayed.clock.now_ms())}"


def frame(clock: FrameClock, work_ms: float) -> None:
    clock._refresh_ms = work_ms
    clock._close_frame(time.perf_counter())


def test_a_desk_that_paints_nothing_is_idle(words: Callable[[], list[str]], clock: FrameClock) -> None:
    clock._refresh_ms = 40.0
    clock._close_frame(time.perf_counter() - 60.0)
    assert words()[0] == "desk idle"


class Recorder:
    """Stands where the recorder is: the bar asks for four figures."""

    def __init__(self) -> None:
        self.rows_stored = {"trades": 21_313, "quotes": 66_089}
        self.queued_rows = 0
        self.failed: str | None = None

    def bytes_on_disk(self) -> int:
        return 1_900_000


def test_it_says_what_the_store_does(words: Callable[[], list[str]], workstation: Workstation) -> None:
    recorder = Recorder()
    workstation.recorder = recorder  # type: ignore[assignment]
    assert words()[2:4] == [f"ticks stored {format.count(87_402)} · 1.9 MB", "store ok"]
    recorder.queued_rows = 1_200
    assert words()[3] == f"store {format.count(1_200)} waiting"
    recorder.failed = "the disk is full"
    assert words()[3] == "store stopped"
    workstation.recorder = None


def test_a_desk_over_its_frame_budget_is_marked(
    services: PanelServices, clock: FrameClock, qtbot: QtBot
) -> None:
    bar = StatusBar(services, clock)
    qtbot.addWidget(bar)
    for _ in range(20):
        frame(clock, 30.0)
    bar.refresh()
    assert bar.left[0] == ("desk 30.0 ms/frame", "warn")
