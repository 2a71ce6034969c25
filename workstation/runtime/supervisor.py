"""The Supervisor: every background task has a name, an owner, a restart rule and an end."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from workstation.runtime.bus import Bus, Fault

log = logging.getLogger(__name__)

RESTART_DELAYS_S = (0.5, 1.0, 2.0, 5.0, 10.0)


class Supervisor:
    """Starts, names, restarts and cancels every task of the program.

    A task that raises is reported on the bus as a `Fault`. One started with `restart=True` is started again
    after a delay that grows with each failure in a row.
    """

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def start(
        self, name: str, run: Callable[[], Awaitable[None]], *, restart: bool = False
    ) -> asyncio.Task[None]:
        """Run `run()` as the task `name` (the words shown when it fails).

        Raises:
            ValueError: a task of that name is running.
        """
        if name in self._tasks:
            raise ValueError(f"a task named {name!r} is running")
        task = asyncio.get_running_loop().create_task(self._keep(name, run, restart), name=name)
        self._tasks[name] = task
        task.add_done_callback(lambda _: self._tasks.pop(name, None))
        return task

    async def stop(self, name: str) -> None:
        """Cancel one task and wait until it has ended; nothing happens if it is not running."""
        task = self._tasks.get(name)
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def stop_all(self) -> None:
        """Cancel every task, newest first, and wait until all have ended, also those started meanwhile."""
        while self._tasks:
            tasks = list(reversed(self._tasks.values()))
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    @property
    def running(self) -> tuple[str, ...]:
        """Names of the tasks that have not ended, oldest first."""
        return tuple(self._tasks)

    async def _keep(self, name: str, run: Callable[[], Awaitable[None]], restart: bool) -> None:
        failures = 0
        while True:
            started = asyncio.get_running_loop().time()
            try:
                await run()
                return
            except Exception as error:
                log.exception("%s failed", name)
                self._bus.publish(Fault(name, str(error) or type(error).__name__, error))
                # One that fails while it is being cancelled is not started again: it would outlive its owner.
                task = asyncio.current_task()
                if not restart or (task is not None and task.cancelling()):
                    return
                if asyncio.get_running_loop().time() - started > RESTART_DELAYS_S[-1]:
                    failures = 0
                await asyncio.sleep(RESTART_DELAYS_S[min(failures, len(RESTART_DELAYS_S) - 1)])
                failures += 1
