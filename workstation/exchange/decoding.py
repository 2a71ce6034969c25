"""What every venue's decoder does: turn raw messages into rows of their symbols' builders."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Protocol

import msgspec

from workstation.model.text import printable

UNREADABLE = (ValueError, RecursionError)
"""What decoding raises when a message is not what it should be: broken, of another type, nested too deep."""

Id = Annotated[int, msgspec.Meta(ge=-1, le=2**63 - 1)]
"""A venue's number of an update or a trade; -1 stands for none."""

TimeMs = Annotated[int, msgspec.Meta(ge=0, le=4_102_444_800_000)]
"""A venue's time, ms since 1970, to the end of the year 2099: beyond it is a broken number."""


@dataclass(frozen=True, slots=True)
class BadMessage:
    """A message that could not be read: its number in the recording, and why.

    The reason may hold what the message said; nothing in it steers the terminal that shows it.
    """

    seq: int
    reason: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "reason", printable(self.reason))


class Decoder(Protocol):
    """Reads the raw messages of one venue."""

    def decode(
        self, seqs: Sequence[int], recv_ns: Sequence[int], payloads: Sequence[bytes]
    ) -> list[BadMessage]:
        """Add messages to their symbols' builders and return those that cannot be read.

        Args:
            seqs: the messages' numbers in their recording, increasing.
            recv_ns: when each was received, our clock, UTC nanoseconds.
            payloads: the messages as the venue sent them, JSON.
        """
        ...


class ManyDecoder:
    """Decodes many JSON messages of one type; a bad one is set aside and never touches its neighbours.

    Each message is decoded by itself: decoding them joined into one document is no faster, and there the end
    of one broken message could complete the beginning of another.
    """

    def __init__(self, message_type: Any) -> None:
        """Decode into `message_type`; numbers in strings are read as numbers."""
        self._decode: Callable[[bytes | str], Any] = msgspec.json.Decoder(message_type, strict=False).decode

    def decode(self, payloads: Sequence[bytes | str]) -> tuple[Sequence[int], list[Any], dict[int, str]]:
        """Return the positions and messages of what could be read, and why by position of what could not."""
        try:
            return range(len(payloads)), list(map(self._decode, payloads)), {}
        except UNREADABLE:
            pass
        messages: dict[int, Any] = {}
        unread: dict[int, str] = {}
        for position, payload in enumerate(payloads):
            try:
                messages[position] = self._decode(payload)
            except UNREADABLE as error:
                unread[position] = str(error)
        return list(messages), list(messages.values()), unread
