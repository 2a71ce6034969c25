"""Work beside the window: only the newest counts, what was overtaken is not told, and errors are not lost."""

import threading
import time
from collections.abc import Callable, Hashable

import pytest
from pytestqt.qtbot import QtBot

from ui.beside import Beside, Lane, Note, OneThread, Wanted


def wait_for(beside: Beside[int], stamp: Hashable, work: int) -> None:
    until = time.monotonic() + 5
    while beside.is_busy and time.monotonic() < until:
        time.sleep(0.001)
    beside.follow(stamp, lambda: lambda: work)


def test_a_stamp_is_worked_out_once_and_what_is_forgotten_never_comes() -> None:
    beside: Beside[int] = Beside("test")
    gate = threading.Event()

    def slow() -> int:
        gate.wait(5)
        return 1

    assert not beside.follow("a", lambda: slow)
    began = beside.is_busy
    assert began
    beside.forget()
    gate.set()
    beside.follow("b", lambda: lambda: 2)
    while beside.is_busy:
        time.sleep(0.001)
    assert beside.follow("b", lambda: lambda: 3)
    assert (beside.found, beside.working) == (2, False)
    assert not beside.follow("b", lambda: lambda: 3)
    beside.close()


def test_what_went_wrong_is_raised_and_tried_again() -> None:
    beside: Beside[int] = Beside("test")

    def fails() -> int:
        raise ArithmeticError("no")

    beside.follow("a", lambda: fails)
    while beside.is_busy:
        time.sleep(0.001)
    with pytest.raises(ArithmeticError):
        beside.follow("a", lambda: fails)
    beside.follow("a", lambda: lambda: 4)
    wait_for(beside, "a", 4)
    assert beside.found == 4
    beside.close()


def test_a_lane_tells_of_the_newest_alone(qtbot: QtBot) -> None:
    thread = OneThread("test")
    lane = Lane(thread)
    told: list[object] = []
    noted: list[object] = []
    ran: list[str] = []
    lane.told.connect(told.append)
    lane.noted.connect(noted.append)
    gate = threading.Event()

    def work(name: str) -> Callable[[Wanted, Note], str]:
        def run(is_wanted: Wanted, note: Note) -> str:
            ran.append(name)
            note(f"{name} begun")
            gate.wait(5)
            return f"{name} wanted" if is_wanted() else f"{name} overtaken"

        return run

    for name in ("first", "second", "third"):
        lane.begin(work(name))
        qtbot.wait(5)
    gate.set()
    qtbot.waitUntil(lambda: bool(told))
    assert (told, noted[-1], lane.is_busy) == (["third wanted"], "third begun", False)
    assert ran[-1] == "third"
    assert "second" not in ran
    lane.begin(lambda _wanted, _note: 1 / 0)
    qtbot.waitUntil(lambda: len(told) == 2)
    assert isinstance(told[1], ZeroDivisionError)
    lane.begin(lambda _wanted, _note: 5)
    lane.call_off()
    thread.close(wait=True)
    qtbot.wait(5)
    assert len(told) == 2
