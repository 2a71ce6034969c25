"""What every venue's decoder does: turn raw messages into rows of their symbols' builders."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec


@dataclass(frozen=True, slots=True)
class BadMessage:
    """A message that could not be read: its number in the recording, and why."""

    seq: int
    reason: str


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
    """Decodes many JSON messages of one type in one call, and singly only where one of them is bad."""

    def __init__(self, message_type: Any) -> None:
        """Decode into `message_type`; numbers in strings are read as numbers."""
        self._one: Callable[[bytes], Any] = msgspec.json.Decoder(message_type, strict=False).decode
        self._many: Callable[[bytes], list[Any]] = msgspec.json.Decoder(
            list[message_type],
            strict=False,
        ).decode

    def decode(
        self, seqs: Sequence[int], payloads: Sequence[bytes], bad: list[BadMessage]
    ) -> tuple[Sequence[int], list[Any]]:
        """Return (positions, messages) of the payloads that could be read; the others are added to `bad`."""
        try:
            messages = self._many(b"[" + b",".join(payloads) + b"]")
            if len(messages) == len(payloads):
                return range(len(payloads)), messages
        except msgspec.DecodeError:
            pass
        positions, messages = [], []
        for position, payload in enumerate(payloads):
            try:
                messages.append(self._one(payload))
                positions.append(position)
            except msgspec.DecodeError as error:
                bad.append(BadMessage(int(seqs[position]), str(error)))
        return positions, messages
