"""Runs faults at their times: those of a plan from the start, and those posted while the exchange runs."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from math import ceil

from workstation.runtime.clock import Clock
from workstation.simulator.faults import Drop, Fault, FaultPlan, Restart
from workstation.simulator.faults_active import ActiveFaults
from workstation.simulator.streams import Hub

MOST_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class FiredFault:
    """A fault that has begun, and when by the wall clock (UTC milliseconds)."""

    fault: Fault
    began_ms: int


class FaultSchedule:
    """Fires faults; the same plan and seed give the same gaps and choices."""

    def __init__(
        self,
        plan: FaultPlan,
        active: ActiveFaults,
        hub: Hub,
        clock: Clock,
        restart: Callable[[float], Awaitable[None]],
    ) -> None:
        """Fire into `active` and `hub`; `restart` takes the seconds to be away."""
        self._plan = plan
        self._active = active
        self._hub = hub
        self._clock = clock
        self._restart = restart
        self._posted = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._choices = random.Random(f"{plan.seed} choices")
        self.fired: list[FiredFault] = []

    def start(self) -> None:
        """Begin the plan: its seconds count from now."""
        for fault in self._plan.fault:
            self.post(fault)

    def post(self, fault: Fault) -> None:
        """Let one fault happen `at_s` from now, and again if it repeats."""
        gaps = random.Random(f"{self._plan.seed} gaps {self._posted}")
        self._posted += 1
        task = asyncio.get_running_loop().create_task(self._run(fault, gaps), name=f"fault {fault}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        """Fire nothing more."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, fault: Fault, gaps: random.Random) -> None:
        if fault.at_s:
            await asyncio.sleep(fault.at_s)
        left = 1 if fault.every_s is None else fault.times
        while True:
            await self._fire(fault)
            if left is not None:
                left -= 1
                if left <= 0:
                    return
            if fault.every_s is not None:
                await asyncio.sleep(gaps.expovariate(1 / fault.every_s))

    async def _fire(self, fault: Fault) -> None:
        self.fired.append(FiredFault(fault, self._clock.now_ms()))
        del self.fired[:-MOST_REMEMBERED]
        match fault:
            case Drop():
                clients = sorted(self._hub.clients, key=lambda client: client.number)
                self._hub.drop(self._choices.sample(clients, ceil(fault.share * len(clients))))
            case Restart():
                await self._restart(fault.duration_s)
            case _:
                self._active.begin(fault)
