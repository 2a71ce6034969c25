"""A simulated exchange in a process of its own, and the truth that its admin side tells."""

import asyncio
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

REPOSITORY = Path(__file__).resolve().parents[2]
STOP_S = 10.0
AWAY_S = 0.02


@dataclass(frozen=True, slots=True)
class EngineBook:
    """The engine's own book: sizes by price as the wire would say them, and the update it stands at."""

    update_id: int
    bids: dict[float, float]
    asks: dict[float, float]


@dataclass(slots=True)
class VenueProcess:
    """`preflight simulate`, reached on loopback.

    Attributes:
        url: where.
        process: the program.
    """

    url: str
    process: "subprocess.Popen[bytes]" = field(repr=False)

    def get(self, path: str, **query: object) -> Any:
        """GET a path and return the JSON."""
        return self._ask(path, query, None)

    def post(self, path: str, body: object = None, **query: object) -> Any:
        """POST a path and return the JSON."""
        return self._ask(path, query, msgspec.json.encode(body))

    async def state(self, **query: object) -> dict[str, Any]:
        """What `/admin/state` tells; asked on a thread, so that the caller's loop goes on."""
        while True:
            try:
                state: dict[str, Any] = await asyncio.to_thread(self.get, "/admin/state", **query)
            except OSError:  # it is away for a restart
                await asyncio.sleep(AWAY_S)
            else:
                return state

    async def book(self, symbol: str) -> EngineBook:
        """The engine's book at the end of a depth event, which followers can have too."""
        book = (await self.state(symbol=symbol, align=1))["book"]
        bids, asks = ({float(price): float(size) for price, size in book[side]} for side in ("bids", "asks"))
        return EngineBook(book["last_update_id"], bids, asks)

    async def inject(self, *faults: dict[str, object]) -> None:
        """Let faults happen now."""
        await asyncio.to_thread(self.post, "/admin/faults", list(faults))

    async def hits(self, kind: str) -> int:
        """How many messages a kind of fault has hit so far."""
        found = await asyncio.to_thread(self.get, "/admin/faults")
        return int(found["messages_hit"].get(kind, 0))

    def close(self) -> None:
        """End the program."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        try:
            self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()

    def _ask(self, path: str, query: dict[str, object], body: bytes | None) -> Any:
        address = self.url + path + ("?" + urllib.parse.urlencode(query) if query else "")
        with urllib.request.urlopen(urllib.request.Request(address, body), timeout=30) as answer:
            return msgspec.json.decode(answer.read())


@contextmanager
def simulated(
    *, seed: int, speed: float = 1.0, symbols: Sequence[str] = (), days: float = 0.01, port: int = 0
) -> Iterator[VenueProcess]:
    """Run a simulated exchange for as long as this lasts; it ends with this process, however that ends."""
    command = [*(sys.executable, "-m", "workstation", "simulate", "--until-stdin-ends")]
    command += ["--seed", str(seed), "--speed", f"{speed:g}", "--days", f"{days:g}", "--port", str(port)]
    if symbols:
        command += ["--symbols", ",".join(symbols)]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=REPOSITORY, start_new_session=True
    )
    assert process.stdout is not None
    venue = VenueProcess("", process)
    try:
        venue.url = msgspec.json.decode(process.stdout.readline())["url"]
        yield venue
    finally:
        venue.close()
