"""Faults on demand: what a `--faults` file, or the admin endpoint, can ask of the simulated exchange.

    seed = 4

    [[fault]]
    kind = "drop"
    every_s = 60.0

    [[fault]]
    kind = "silence"
    at_s = 20.0
    duration_s = 3.0
    streams = "btcusdt@*"

The admin endpoint takes the same tables as JSON: POST /admin/faults {"kind": "drop"}.
"""

import tomllib
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from workstation.errors import PreflightError

Seconds = Annotated[float, msgspec.Meta(ge=0)]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Count = Annotated[int, msgspec.Meta(ge=1)]


class BadFaultPlan(PreflightError):
    """A faults file that cannot be read, or asks for something there is not."""


class _Timed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """When a fault happens, in seconds of the wall clock after the server listens (or after it was posted).

    Attributes:
        at_s: the first time.
        every_s: mean of the gaps between repetitions, drawn from the seed (exponential); None for once.
        times: how often in all if it repeats; None for without end.
    """

    at_s: Seconds = 0.0
    every_s: Annotated[float, msgspec.Meta(gt=0)] | None = None
    times: Count | None = None


class Drop(_Timed, frozen=True, tag="drop"):
    """Cut websockets without a farewell; `share` of those open, at least one."""

    share: Share = 1.0


class Silence(_Timed, frozen=True, tag="silence"):
    """Send no data on the streams that match, while pings and requests are answered."""

    duration_s: Seconds = 3.0
    streams: str = "*"


class Skip(_Timed, frozen=True, tag="skip"):
    """Lose `count` messages: a hole in the update or trade ids."""

    count: Count = 1
    streams: str = "*@depth*"


class Reorder(_Timed, frozen=True, tag="reorder"):
    """Send `count` messages after the next of their stream instead of before it."""

    count: Count = 1
    streams: str = "*@depth*"


class Duplicate(_Timed, frozen=True, tag="duplicate"):
    """Send `count` messages twice."""

    count: Count = 1
    streams: str = "*rade"


class Malformed(_Timed, frozen=True, tag="malformed"):
    """Send `count` messages cut short, so that they are no JSON, in sound frames."""

    count: Count = 1
    streams: str = "*"


class Truncated(_Timed, frozen=True, tag="truncated"):
    """Send half a frame and then cut the socket, `count` times."""

    count: Count = 1
    streams: str = "*"


class _OfRequests(_Timed, frozen=True, kw_only=True):
    """Which requests a fault hits.

    Attributes:
        duration_s: it is over after this time, or after `count` requests.
        paths: a pattern of paths, or of a method and a path: "POST /fapi/v1/order".
        share: of those that match.
        when: before the venue has done what was asked, or after: then it is done and only the answer suffers.
    """

    duration_s: Seconds = 2.0
    count: Count | None = None
    paths: str = "*"
    share: Share = 1.0
    when: Literal["before", "after"] = "before"


class Refuse(_OfRequests, frozen=True, tag="refuse"):
    """Answer requests with an error status: 429, 418, 5xx …"""

    status: Annotated[int, msgspec.Meta(ge=400, le=599)] = 503


class Slow(_OfRequests, frozen=True, tag="slow"):
    """Answer requests `delay_s` late."""

    delay_s: Seconds = 2.0
    duration_s: Seconds = 5.0


class Reset(_OfRequests, frozen=True, tag="reset"):
    """Cut the connection of a request instead of answering it."""


class BadBody(_OfRequests, frozen=True, tag="body"):
    """Answer requests with status 200 and a body that is empty, a web page, cut in half, or no gzip."""

    body: Literal["empty", "html", "cut", "gzip"] = "cut"


class Skew(_Timed, frozen=True, tag="skew"):
    """Move the venue's clock, in the server's time and in all that it stamps."""

    skew_ms: int = 3_000
    duration_s: Seconds = 10.0


class Restart(_Timed, frozen=True, tag="restart"):
    """Stop listening and cut all connections; come back on the same port, the market gone on meanwhile."""

    duration_s: Seconds = 3.0


Fault = (
    Drop
    | Silence
    | Skip
    | Reorder
    | Duplicate
    | Malformed
    | Truncated
    | Refuse
    | Slow
    | Reset
    | BadBody
    | Skew
    | Restart
)
RequestFault = Refuse | Slow | Reset | BadBody
MessageFault = Skip | Reorder | Duplicate | Malformed | Truncated


class FaultPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file: a seed for the gaps and choices, and the faults."""

    seed: int = 0
    fault: list[Fault] = []


def load_plan(path: Path) -> FaultPlan:
    """Read a TOML file of `seed = N` and `[[fault]]` tables.

    Raises:
        BadFaultPlan: it is missing or not TOML, or a table names an unknown kind or field.
    """
    try:
        return msgspec.convert(tomllib.loads(path.read_text("utf-8")), FaultPlan)
    except OSError as error:
        raise BadFaultPlan(f"{path} cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise BadFaultPlan(f"{path} is not a plan of faults: {error}") from None
