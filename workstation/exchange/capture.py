"""Capture files: raw messages as a venue sent them, one a line, `<receive ns> <JSON>`, plain or gzipped."""

import stat
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from workstation.errors import BadCapture

_CHUNK_BYTES = 1024 * 1024
_GZIP_MAGIC = b"\x1f\x8b"
NOT_A_LINE = "a line is '<receive ns> <JSON>'"
# The longest messages, whole books of 5,000 levels, take a quarter of a megabyte.
_LONGEST_LINE_BYTES = 16 * 1024 * 1024
_DIGITS_NS = 19  # of today's stamps; those of 19 digits reach the last moment and a little further
LAST_NS = 2**63 - 1
"""The last moment that a recording can name, in the year 2262."""


class CaptureReader:
    """Reads a capture's lines and knows how far into the file it is.

    A gzip that was cut off gives every whole line before the cut, and then `truncated` is true; so does one
    that is damaged. However well a file is compressed, no more than one line and a chunk of it are in memory.
    """

    def __init__(self, path: Path) -> None:
        """Open a capture.

        Raises:
            BadCapture: there is no such file, or it cannot be read.
        """
        self.path = path
        try:
            # Looked at before it is opened: opening a pipe would wait for whoever writes it.
            status = path.stat()
            if stat.S_ISDIR(status.st_mode):
                raise BadCapture(f"{path} is a directory; name a capture file")
            if not stat.S_ISREG(status.st_mode):
                raise BadCapture(f"{path} is not a file that can be replayed: it is a device or a pipe")
            self._file = path.open("rb")
        except FileNotFoundError:
            raise BadCapture(f"{path} does not exist") from None
        except OSError as error:
            raise BadCapture(f"{path} cannot be read: {error.strerror}") from None
        self.total_bytes = status.st_size
        self.read_bytes = 0
        """Bytes of the file taken in so far, of `total_bytes`."""
        self.truncated = False

    def close(self) -> None:
        """Close the file; reading is over."""
        self._file.close()

    def lines(self) -> Iterator[bytes]:
        """Yield each line from the start, without its end; raises as `blocks` does."""
        return chain.from_iterable(self.blocks())

    def blocks(self) -> Iterator[list[bytes]]:
        """Yield the lines from the start, as many at a time as a chunk of the file holds.

        Raises:
            BadCapture: the file cannot be read further, or has a line that no message is as long as.
        """
        self._file.seek(0)
        self.read_bytes = 0
        self.truncated = False
        begun: list[bytes] = []  # pieces of a line whose end is not read yet
        begun_bytes = 0
        for chunk in self._chunks():
            head, newline, others = chunk.partition(b"\n")
            begun.append(head)
            begun_bytes += len(head)
            if begun_bytes > _LONGEST_LINE_BYTES:
                limit = _LONGEST_LINE_BYTES >> 20
                raise BadCapture(f"{self.path} is not a capture: it has a line of over {limit} MB")
            if newline:
                first = b"".join(begun)
                *lines, rest = others.split(b"\n")
                yield [first, *lines]
                begun, begun_bytes = [rest], len(rest)
        # A last line without its end is whole in a plain file and torn in a gzip that was cut off.
        last = b"".join(begun)
        if last and not self.truncated:
            yield [last]

    def _chunks(self) -> Iterator[bytes]:
        raw = self._read()
        if not raw.startswith(_GZIP_MAGIC):
            while raw:
                yield raw
                raw = self._read()
            return
        # Captures that were appended to are several gzip members in a row.
        while raw.startswith(_GZIP_MAGIC):
            inflate = zlib.decompressobj(wbits=31)
            while True:
                try:
                    chunk = inflate.decompress(raw, _CHUNK_BYTES)
                except zlib.error:
                    self.truncated = True
                    return
                if chunk:
                    yield chunk
                if inflate.eof:
                    break
                raw = inflate.unconsumed_tail
                # A full chunk may be only the first part of what was taken in.
                if not raw and len(chunk) < _CHUNK_BYTES:
                    raw = self._read()
                    if not raw:
                        self.truncated = True
                        return
            raw = self._behind(inflate.unused_data)
        # What is neither a member nor padding was one before it was damaged.
        self.truncated = bool(raw)

    def _behind(self, raw: bytes) -> bytes:
        """What follows a gzip member, from its first byte that is not padding; empty at the file's end."""
        raw = raw.lstrip(b"\0")
        while len(raw) < len(_GZIP_MAGIC):
            more = self._read()
            if not more:
                break
            raw = (raw + more).lstrip(b"\0")
        return raw

    def _read(self) -> bytes:
        try:
            raw = self._file.read(_CHUNK_BYTES)
        except OSError as error:
            raise BadCapture(f"{self.path} cannot be read: {error.strerror}") from None
        self.read_bytes += len(raw)
        return raw


@dataclass(frozen=True, slots=True)
class Messages:
    """The messages of some lines of a capture, side by side.

    Attributes:
        seqs: number of each message's line in the file, from 0.
        recv_ns: when each was received, UTC nanoseconds.
        payloads: the raw JSON of each.
        bad_seqs: numbers of the lines that are no messages.
    """

    seqs: Sequence[int] = ()
    recv_ns: Sequence[int] = ()
    payloads: Sequence[bytes] = ()
    bad_seqs: Sequence[int] = ()


def split_lines(lines: list[bytes], first_seq: int) -> Messages:
    """Split lines into times and messages; empty lines are left out.

    All at once where all are good, which is nearly always: a call a line would take a tenth of a replay.
    """
    parts = [line.partition(b" ") for line in lines]
    stamps = [stamp for stamp, _, _ in parts]
    payloads = [payload for _, _, payload in parts]
    if (
        all(payloads)
        and all(stamps)
        and b"".join(stamps).isdigit()
        and len(max(stamps, key=len)) <= _DIGITS_NS
    ):
        times = list(map(int, stamps))
        if max(times) <= LAST_NS:
            return Messages(range(first_seq, first_seq + len(lines)), times, payloads)
    seqs: list[int] = []
    times = []
    good: list[bytes] = []
    bad: list[int] = []
    for seq, line in enumerate(lines, first_seq):
        try:
            recv_ns, payload = split_line(line)
        except ValueError:
            if line.strip():
                bad.append(seq)
            continue
        seqs.append(seq)
        times.append(recv_ns)
        good.append(payload)
    return Messages(seqs, times, good, bad)


def split_line(line: bytes) -> tuple[int, bytes]:
    """Return (receive time in UTC nanoseconds, raw JSON) of a capture's line.

    Raises:
        ValueError: the line does not begin with a time and a space.
    """
    stamp, _, payload = line.partition(b" ")
    if not payload or not stamp.isdigit():
        raise ValueError(NOT_A_LINE)
    recv_ns = int(stamp)
    if recv_ns > LAST_NS:
        raise ValueError(NOT_A_LINE)
    return recv_ns, payload
