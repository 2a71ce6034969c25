"""What every venue's decoder does: turn one raw message into rows of its symbol's builder."""

from typing import Protocol

from workstation.exchange.batching import BatchBuilder


class UnknownMessage(ValueError):
    """The message is of no kind or symbol that is followed."""


class Decoder(Protocol):
    """Reads the raw messages of one venue."""

    def decode(self, seq: int, recv_ns: int, payload: bytes) -> BatchBuilder:
        """Add one message to its symbol's builder, which is returned.

        Args:
            seq: the message's number in its recording.
            recv_ns: when it was received, our clock, UTC nanoseconds.
            payload: the message as the venue sent it, JSON.

        Raises:
            msgspec.DecodeError: not JSON, or not with the fields of its kind.
            UnknownMessage: of no kind or symbol that is followed.
        """
        ...
