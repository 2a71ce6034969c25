"""The faults that are on now: asked at each message that is sent and each request that is answered."""

import random
from collections import Counter
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from workstation.runtime.clock import Clock
from workstation.simulator.faults import (
    Duplicate,
    Malformed,
    MessageFault,
    Reorder,
    RequestFault,
    Silence,
    Skew,
    Skip,
    Truncated,
)


@dataclass(slots=True)
class _Owed:
    fault: MessageFault
    left: int


@dataclass(slots=True)
class _OfRequests:
    fault: RequestFault
    until: float
    left: int  # requests to hit; below 0 without end


@dataclass(frozen=True, slots=True)
class Tampered:
    """What to send instead of one message: payloads in order, and whether the last is cut in its frame."""

    payloads: tuple[bytes, ...]
    cut_last: bool = False


@dataclass(slots=True)
class ActiveFaults:
    """The faults that are on now, asked at each message and each request.

    `touches_streams` is False while nothing concerns streams, so that the usual path costs one look.
    """

    clock: Clock
    random: random.Random
    touches_streams: bool = False
    messages_hit: Counter[str] = field(default_factory=Counter)
    requests_hit: Counter[str] = field(default_factory=Counter)
    _silences: list[tuple[Silence, float]] = field(default_factory=list)
    _owed: list[_Owed] = field(default_factory=list)
    _held: dict[str, bytes] = field(default_factory=dict)
    _requests: list[_OfRequests] = field(default_factory=list)
    _skew: tuple[Skew, float] | None = None

    def begin(self, fault: Silence | MessageFault | RequestFault | Skew) -> None:
        """Turn a fault on, for its duration or its count of messages."""
        now = self.clock.monotonic()
        if isinstance(fault, Silence):
            self._silences.append((fault, now + fault.duration_s))
        elif isinstance(fault, Skew):
            self._skew = (fault, now + fault.duration_s)
        elif isinstance(fault, RequestFault):
            self._requests.append(_OfRequests(fault, now + fault.duration_s, fault.count or -1))
        else:
            self._owed.append(_Owed(fault, fault.count))
        self.touches_streams = bool(self._silences or self._owed or self._held)

    @property
    def skew_ms(self) -> int:
        """How far the venue's clock is ahead of the true one, milliseconds."""
        if self._skew is None:
            return 0
        fault, until = self._skew
        if self.clock.monotonic() >= until:
            self._skew = None
            return 0
        return fault.skew_ms

    def tamper(self, stream: str, payload: bytes) -> Tampered:
        """Return what to send on `stream` in place of `payload`."""
        now = self.clock.monotonic()
        self._silences = [(fault, until) for fault, until in self._silences if now < until]
        result = Tampered((payload,))
        if any(fnmatchcase(stream, fault.streams) for fault, _ in self._silences):
            self.messages_hit["silence"] += 1
            result = Tampered(())
        elif (held := self._held.pop(stream, None)) is not None:
            result = Tampered((payload, held))
        else:
            owed = next((owed for owed in self._owed if fnmatchcase(stream, owed.fault.streams)), None)
            if owed is not None:
                owed.left -= 1
                if owed.left == 0:
                    self._owed.remove(owed)
                result = self._spoil(owed.fault, stream, payload)
        self.touches_streams = bool(self._silences or self._owed or self._held)
        return result

    def _spoil(self, fault: MessageFault, stream: str, payload: bytes) -> Tampered:
        self.messages_hit[type(fault).__name__.lower()] += 1
        match fault:
            case Skip():
                return Tampered(())
            case Reorder():
                self._held[stream] = payload
                return Tampered(())
            case Duplicate():
                return Tampered((payload, payload))
            case Malformed():
                return Tampered((payload[: self.random.randrange(1, len(payload))],))
            case Truncated():
                return Tampered((payload,), cut_last=True)

    def of_request(self, method: str, path: str) -> tuple[RequestFault, ...]:
        """Return the faults that hit this request: each draws its share anew."""
        if not self._requests:
            return ()
        now = self.clock.monotonic()
        self._requests = [kept for kept in self._requests if now < kept.until and kept.left != 0]
        hits = [
            kept
            for kept in self._requests
            if fnmatchcase(f"{method} {path}" if " " in kept.fault.paths else path, kept.fault.paths)
            and self.random.random() < kept.fault.share
        ]
        for kept in hits:
            self.requests_hit[type(kept.fault).__name__.lower()] += 1
            kept.left -= 1
        return tuple(kept.fault for kept in hits)
