"""Every task has a name, is restarted where that was asked for, and ends when it is told to."""

import asyncio

import pytest

from workstation.runtime import supervisor as supervisor_module
from workstation.runtime.bus import Bus, Fault
from workstation.runtime.supervisor import RESTART_DELAYS_S, Supervisor


@pytest.fixture
def bus() -> Bus:
    return Bus()


@pytest.fixture
def supervisor(bus: Bus) -> Supervisor:
    return Supervisor(bus)


@pytest.fixture
def faults(bus: Bus) -> list[Fault]:
    heard: list[Fault] = []
    bus.subscribe(Fault, heard.append)
    return heard


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Restarts after thousandths of the real delays."""
    delays = tuple(delay / 1000 for delay in RESTART_DELAYS_S)
    monkeypatch.setattr(supervisor_module, "RESTART_DELAYS_S", delays)


async def forever() -> None:
    await asyncio.Event().wait()


async def test_running_tasks_are_named_oldest_first(supervisor: Supervisor) -> None:
    supervisor.start("Feed", forever)
    task = supervisor.start("Recorder", forever)
    assert supervisor.running == ("Feed", "Recorder")
    assert task.get_name() == "Recorder"
    await supervisor.stop_all()
    assert supervisor.running == ()


async def test_a_name_belongs_to_one_task_until_that_has_ended(supervisor: Supervisor) -> None:
    supervisor.start("Feed", forever)
    with pytest.raises(ValueError, match="Feed"):
        supervisor.start("Feed", forever)
    await supervisor.stop("Feed")
    supervisor.start("Feed", forever)
    assert supervisor.running == ("Feed",)
    await supervisor.stop_all()


async def test_a_task_that_returns_is_not_started_again(supervisor: Supervisor, faults: list[Fault]) -> None:
    runs = []

    async def once() -> None:
        runs.append(1)

    await supervisor.start("Length", once, restart=True)
    assert runs == [1]
    assert faults == []
    assert supervisor.running == ()


@pytest.mark.logs_warnings
async def test_a_task_that_fails_is_reported_under_its_name(
    supervisor: Supervisor, faults: list[Fault]
) -> None:
    async def fail() -> None:
        raise OSError("the disk is gone")

    await supervisor.start("Recorder", fail)
    assert [(fault.where, fault.message) for fault in faults] == [("Recorder", "the disk is gone")]
    assert isinstance(faults[0].error, OSError)
    assert supervisor.running == ()


@pytest.mark.logs_warnings
async def test_an_error_without_words_is_told_by_its_kind(
    supervisor: Supervisor, faults: list[Fault]
) -> None:
    async def fail() -> None:
        raise TimeoutError

    await supervisor.start("Feed", fail)
    assert faults[0].message == "TimeoutError"


@pytest.mark.logs_warnings
@pytest.mark.usefixtures("quick")
async def test_a_task_is_restarted_until_it_succeeds(supervisor: Supervisor, faults: list[Fault]) -> None:
    runs = []

    async def third_time() -> None:
        runs.append(1)
        if len(runs) < 3:
            raise RuntimeError(f"attempt {len(runs)}")

    await supervisor.start("Feed", third_time, restart=True)
    assert len(runs) == 3
    assert [fault.message for fault in faults] == ["attempt 1", "attempt 2"]


@pytest.mark.logs_warnings
async def test_delays_grow_with_each_failure_in_a_row(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    real_sleep = asyncio.sleep

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        await real_sleep(0)

    monkeypatch.setattr(asyncio, "sleep", sleep)

    async def fail() -> None:
        if len(slept) == 7:
            return
        raise RuntimeError("no")

    await supervisor.start("Feed", fail, restart=True)
    assert slept == [*RESTART_DELAYS_S, RESTART_DELAYS_S[-1], RESTART_DELAYS_S[-1]]


@pytest.mark.logs_warnings
async def test_a_task_waiting_to_be_restarted_can_be_stopped(supervisor: Supervisor) -> None:
    failed = asyncio.Event()

    async def fail() -> None:
        failed.set()
        raise RuntimeError("no")

    supervisor.start("Feed", fail, restart=True)
    await failed.wait()
    await asyncio.wait_for(supervisor.stop("Feed"), 0.2)
    assert supervisor.running == ()


async def test_stopping_what_does_not_run_does_nothing(supervisor: Supervisor) -> None:
    await supervisor.stop("Feed")
    await supervisor.stop_all()


async def test_stopping_waits_until_a_task_has_cleaned_up(supervisor: Supervisor) -> None:
    cleaned = []

    async def careful() -> None:
        try:
            await forever()
        finally:
            await asyncio.sleep(0.01)
            cleaned.append(1)

    supervisor.start("Recorder", careful)
    await asyncio.sleep(0)
    await supervisor.stop_all()
    assert cleaned == [1]


@pytest.mark.logs_warnings
@pytest.mark.usefixtures("quick")
async def test_a_task_that_fails_while_it_is_cancelled_is_not_started_again(supervisor: Supervisor) -> None:
    runs = []

    async def clumsy() -> None:
        runs.append(1)
        try:
            await forever()
        finally:
            raise OSError("the file was closed already")

    supervisor.start("Recorder", clumsy, restart=True)
    await asyncio.sleep(0)
    await asyncio.wait_for(supervisor.stop_all(), 1)
    assert runs == [1]
    assert supervisor.running == ()


async def test_a_task_started_while_all_are_stopped_is_stopped_too(supervisor: Supervisor) -> None:
    async def hydra() -> None:
        try:
            await forever()
        finally:
            supervisor.start("Head", forever)

    supervisor.start("Hydra", hydra)
    await asyncio.sleep(0)
    await asyncio.wait_for(supervisor.stop_all(), 1)
    assert supervisor.running == ()
    assert len(asyncio.all_tasks()) == 1, "only this test is left"
