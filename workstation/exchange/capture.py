"""Capture files: raw messages as a venue sent them, one a line, `<receive ns> <JSON>`, plain or gzipped."""

import zlib
from collections.abc import Iterator
from pathlib import Path

from workstation.errors import BadCapture

_CHUNK_BYTES = 256 * 1024
_GZIP_MAGIC = b"\x1f\x8b"
NOT_A_LINE = "a line is '<receive ns> <JSON>'"
_LONGEST_LINE_BYTES = 64 * 1024 * 1024


class CaptureReader:
    """Reads a capture's lines and knows how far into the file it is.

    A gzip that was cut off gives every whole line before the cut, and then `truncated` is true.
    """

    def __init__(self, path: Path) -> None:
        """Open a capture.

        Raises:
            BadCapture: there is no such file, or it cannot be read.
        """
        self.path = path
        if path.is_dir():
            raise BadCapture(f"{path} is a directory; name a capture file")
        try:
            self._file = path.open("rb")
            self.total_bytes = path.stat().st_size
        except FileNotFoundError:
            raise BadCapture(f"{path} does not exist") from None
        except OSError as error:
            raise BadCapture(f"{path} cannot be read: {error.strerror}") from None
        self.read_bytes = 0
        """Bytes of the file taken in so far, of `total_bytes`."""
        self.truncated = False

    def close(self) -> None:
        """Close the file; reading is over."""
        self._file.close()

    def lines(self) -> Iterator[bytes]:
        """Yield each line from the start, without its end.

        Raises:
            BadCapture: the file cannot be read further, or holds no lines at all.
        """
        self._file.seek(0)
        self.read_bytes = 0
        self.truncated = False
        rest = b""
        for chunk in self._chunks():
            *lines, rest = (rest + chunk).split(b"\n")
            if len(rest) > _LONGEST_LINE_BYTES:
                raise BadCapture(f"{self.path} is not a capture: it has a line of over 64 MB")
            yield from lines
        # A last line without its end is whole in a plain file and torn in a gzip that was cut off.
        if rest and not self.truncated:
            yield rest

    def _chunks(self) -> Iterator[bytes]:
        raw = self._read()
        if not raw.startswith(_GZIP_MAGIC):
            while raw:
                yield raw
                raw = self._read()
            return
        inflate = zlib.decompressobj(wbits=31)
        while raw:
            try:
                yield inflate.decompress(raw)
            except zlib.error:
                self.truncated = True
                return
            raw = inflate.unused_data
            if inflate.eof:
                # Captures that were appended to are several gzip members in a row.
                inflate = zlib.decompressobj(wbits=31)
                raw = raw or self._read()
                if raw and not raw.startswith(_GZIP_MAGIC):
                    return  # padding behind the last member
                if not raw:
                    return
            else:
                raw = self._read()
        self.truncated = True

    def _read(self) -> bytes:
        try:
            raw = self._file.read(_CHUNK_BYTES)
        except OSError as error:
            raise BadCapture(f"{self.path} cannot be read: {error.strerror}") from None
        self.read_bytes += len(raw)
        return raw


def split_line(line: bytes) -> tuple[int, bytes]:
    """Return (receive time in UTC nanoseconds, raw JSON) of a capture's line.

    Raises:
        ValueError: the line does not begin with a time and a space.
    """
    stamp, _, payload = line.partition(b" ")
    if not payload or not stamp.isdigit():
        raise ValueError(NOT_A_LINE)
    return int(stamp), payload
