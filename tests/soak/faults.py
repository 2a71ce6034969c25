"""Every kind of fault, injected into a desk that runs: when it is flagged, and when it is mended."""

import asyncio
import os
import random
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.soak.desk import LOOK_S, WatchedDesk

FLAG_WITHIN_S = 2.0
RECOVERY_LIMIT_S = 60.0
HIT_S = 0.1
"""What was emitted so long after a fault's end must be at the desk: by then every fault has hit something."""
Tables = list[dict[str, object]]


@dataclass(frozen=True, slots=True)
class Injection:
    """One fault to happen.

    Attributes:
        kind: its name in tables.
        faults: what `/admin/faults` is posted; empty for what is done to the feed process instead.
        lasts_s: how long it goes on.
        silent: the symbols whose data it stops.
        tampers: the kind of message fault that must have hit before it counts as over; None for none.
    """

    kind: str
    faults: Tables
    lasts_s: float = 0.0
    silent: tuple[str, ...] = ()
    tampers: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an injected fault.

    Attributes:
        unflagged_s: the longest time that data of a symbol were old while the desk did not say so; None for
            faults that stop no symbol's data.
        recovery_s: from the fault's end until the desk had, whole, all that the engine had emitted by then.
    """

    kind: str
    unflagged_s: float | None
    recovery_s: float


def _stream(symbol: str, kind: str) -> str:
    return f"{symbol.lower()}@{kind}"


def _of_requests(fault: dict[str, object]) -> Callable[[random.Random, Sequence[str]], tuple[Tables, float]]:
    """A fault of requests while there is something to be asked for: holes in a book and in trades."""

    def made(rng: random.Random, symbols: Sequence[str]) -> tuple[Tables, float]:
        symbol = rng.choice(symbols)
        holes: Tables = [
            {"kind": "skip", "count": 1, "streams": _stream(symbol, kind)} for kind in ("depth*", "trade")
        ]
        lasts_s = rng.uniform(0.5, 2.0)
        return [{**fault, "duration_s": lasts_s}, *holes], lasts_s

    return made


REQUEST_FAULTS: dict[str, dict[str, object]] = {
    **{
        f"refused {status}": {"kind": "refuse", "status": status} for status in (403, 418, 429, 451, 500, 503)
    },
    "slow answers": {"kind": "slow", "delay_s": 1.5},
    **{f"{body} body": {"kind": "body", "body": body} for body in ("empty", "html", "cut")},
}
MESSAGE_FAULTS = {
    "skipped depth": ("skip", "depth*"),
    "skipped trades": ("skip", "trade"),
    "reordered depth": ("reorder", "depth*"),
    "reordered trades": ("reorder", "trade"),
    "duplicated depth": ("duplicate", "depth*"),
    "duplicated trades": ("duplicate", "trade"),
    "malformed depth": ("malformed", "depth*"),
    "malformed trades": ("malformed", "trade"),
    "malformed, any": ("malformed", "*"),
    "truncated frame": ("truncated", "*"),
}
STALLS = (
    *("all connections dropped", "one connection dropped", "restart", "feed process killed"),
    *("silence, all", "silence, one symbol", "silence, one symbol's book", "silence, one symbol's trades"),
)
SKEWS_MS = {"clock 3 s ahead": 3_000, "clock 1 h ahead": 3_600_000, "clock 1 h behind": -3_600_000}
KINDS = (*STALLS, *MESSAGE_FAULTS, *REQUEST_FAULTS, *SKEWS_MS)
RECONNECTING = frozenset(
    {"all connections dropped", "restart", "feed process killed", "silence, all", "truncated frame"}
)
"""After these every book is fetched anew: few of them fit into a minute of the venue's limits."""


def injection(kind: str, rng: random.Random, symbols: Sequence[str]) -> Injection:
    """Draw one fault of a kind.

    Args:
        symbols: busy ones, of which those that are hit are drawn.
    """
    symbol = rng.choice(symbols)
    lasts_s = rng.uniform(2.2, 3.5)
    match kind:
        case "all connections dropped":
            return Injection(kind, [{"kind": "drop"}])
        case "one connection dropped":
            return Injection(kind, [{"kind": "drop", "share": 0.01}])
        case "restart":
            lasts_s = rng.uniform(0.5, 3.0)
            return Injection(kind, [{"kind": "restart", "duration_s": lasts_s}], lasts_s, tuple(symbols))
        case "feed process killed":
            return Injection(kind, [])
        case "silence, all":
            return Injection(kind, [{"kind": "silence", "duration_s": lasts_s}], lasts_s, tuple(symbols))
        case "silence, one symbol":
            stream = _stream(symbol, "*")
            fault = {"kind": "silence", "duration_s": lasts_s, "streams": stream}
            return Injection(kind, [fault], lasts_s, (symbol,))
        case "silence, one symbol's book" | "silence, one symbol's trades":
            stream = _stream(symbol, "depth*" if kind.endswith("book") else "trade")
            return Injection(kind, [{"kind": "silence", "duration_s": lasts_s, "streams": stream}], lasts_s)
    if kind in SKEWS_MS:
        lasts_s = rng.uniform(0.5, 2.0)
        return Injection(kind, [{"kind": "skew", "skew_ms": SKEWS_MS[kind], "duration_s": lasts_s}], lasts_s)
    if kind in REQUEST_FAULTS:
        faults, lasts_s = _of_requests(REQUEST_FAULTS[kind])(rng, symbols)
        return Injection(kind, faults, lasts_s)
    tampering, streams = MESSAGE_FAULTS[kind]
    count = 1 if tampering == "truncated" else rng.randint(1, 4)
    stream = streams if streams == "*" else _stream(symbol, streams)
    return Injection(kind, [{"kind": tampering, "count": count, "streams": stream}], tampers=tampering)


async def inject(desk: WatchedDesk, fault: Injection) -> Outcome:
    """Let a fault happen, follow the desk until it has all again, and return how that went.

    Raises:
        TimeoutError: the desk did not recover.
    """
    venue = desk.venue
    hits_before = await venue.hits(fault.tampers) if fault.tampers else 0
    watch = _Watch(desk, fault.silent)
    watching = asyncio.create_task(watch.run())
    began = time.monotonic()
    try:
        if fault.faults:
            await venue.inject(*fault.faults)
        else:
            _kill_feed(desk)
        await asyncio.sleep(max(0.0, began + fault.lasts_s - time.monotonic()))
        if fault.tampers:
            while await venue.hits(fault.tampers) == hits_before:
                await asyncio.sleep(LOOK_S)
        ended = time.monotonic()
        await asyncio.sleep(HIT_S)
        emitted = (await venue.state())["emitted"]
        await desk.until(lambda: desk.has(emitted), RECOVERY_LIMIT_S, f"recovery from {fault.kind}")
        recovery_s = time.monotonic() - ended
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
    return Outcome(fault.kind, watch.unflagged_s if fault.silent else None, recovery_s)


class _Watch:
    """Notes how old the data of symbols that fall silent get without a flag."""

    def __init__(self, desk: WatchedDesk, silent: Sequence[str]) -> None:
        self._desk = desk
        self._silent = silent
        self.unflagged_s = 0.0

    async def run(self) -> None:
        while True:
            for symbol in self._silent:
                if symbol in self._desk.symbols and not self._desk.is_flagged(symbol):
                    self.unflagged_s = max(self.unflagged_s, self._desk.age_s(symbol))
            await asyncio.sleep(LOOK_S)


def _kill_feed(desk: WatchedDesk) -> None:
    live = desk.workstation.live
    assert live is not None
    assert live.process_id is not None
    os.kill(live.process_id, signal.SIGKILL)
