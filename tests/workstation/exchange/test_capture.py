"""A capture gives every whole line, however it is packed, cut or damaged, in little memory."""

import gzip
import os
import tracemalloc
import zlib
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workstation.errors import BadCapture
from workstation.exchange import capture as capture_module
from workstation.exchange.capture import CaptureReader, split_line

LINES = [b"%d {%s}" % (number, b"x" * (number % 37)) for number in range(3_000)]
PLAIN = b"".join(line + b"\n" for line in LINES)


def read(path: Path) -> tuple[list[bytes], bool]:
    """All lines of a file, and whether it was cut off."""
    reader = CaptureReader(path)
    try:
        return list(reader.lines()), reader.truncated
    finally:
        reader.close()


def read_bytes(folder: Path, content: bytes) -> tuple[list[bytes], bool]:
    path = folder / "capture"
    path.write_bytes(content)
    return read(path)


def test_a_plain_file_gives_its_lines(tmp_path: Path) -> None:
    assert read_bytes(tmp_path, PLAIN) == (LINES, False)


def test_a_last_line_needs_no_end(tmp_path: Path) -> None:
    assert read_bytes(tmp_path, PLAIN[:-1]) == (LINES, False)
    assert read_bytes(tmp_path, gzip.compress(PLAIN[:-1])) == (LINES, False)


def test_a_gzip_gives_its_lines_whatever_it_is_called(tmp_path: Path) -> None:
    assert read_bytes(tmp_path, gzip.compress(PLAIN)) == (LINES, False)


@pytest.mark.parametrize("empty", [b"", gzip.compress(b"")], ids=["plain", "gzip"])
def test_an_empty_file_has_no_lines(tmp_path: Path, empty: bytes) -> None:
    assert read_bytes(tmp_path, empty) == ([], False)


@settings(max_examples=40)
@given(
    parts=st.lists(st.binary(max_size=400), max_size=8),
    zeros=st.integers(0, 5),
    chunk_bytes=st.integers(2, 64),
)
def test_members_in_a_row_are_one_capture_wherever_reads_end(
    tmp_path_factory: pytest.TempPathFactory, parts: list[bytes], zeros: int, chunk_bytes: int
) -> None:
    packed = b"".join(gzip.compress(part) + b"\0" * zeros for part in (b"first", *parts))
    *expected, last = (b"first" + b"".join(parts)).split(b"\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(capture_module, "_CHUNK_BYTES", chunk_bytes)
        found = read_bytes(tmp_path_factory.mktemp("members"), packed)
    assert found == ([*expected, *([last] if last else [])], False)


@settings(max_examples=60)
@given(cut=st.integers(2, len(gzip.compress(PLAIN)) - 1))
def test_a_gzip_cut_anywhere_gives_the_whole_lines_before_the_cut(
    tmp_path_factory: pytest.TempPathFactory, cut: int
) -> None:
    found, truncated = read_bytes(tmp_path_factory.mktemp("cut"), gzip.compress(PLAIN)[:cut])
    assert found == LINES[: len(found)]
    assert truncated


def test_a_cut_loses_no_line_that_could_be_unpacked(tmp_path: Path) -> None:
    packed = gzip.compress(os.urandom(40_000).hex().encode().replace(b"0", b"\n"))
    cut = len(packed) // 2
    expected = zlib.decompressobj(wbits=31).decompress(packed[:cut])
    assert read_bytes(tmp_path, packed[:cut]) == (expected.split(b"\n")[:-1], True)


def test_a_cut_between_a_second_members_first_bytes_is_a_cut(tmp_path: Path) -> None:
    member = gzip.compress(PLAIN)
    for extra in range(1, 19):
        assert read_bytes(tmp_path, member + member[:extra]) == (LINES, True)


def test_padding_behind_a_gzip_is_not_data(tmp_path: Path) -> None:
    assert read_bytes(tmp_path, gzip.compress(PLAIN) + b"\0" * 600_000) == (LINES, False)


@pytest.mark.parametrize("garbage", [b"x", b"\x1f", b"\x1f\x8b", b"\0\0\0hello", b"1 {}\n"])
def test_what_is_no_member_behind_a_gzip_makes_it_incomplete(tmp_path: Path, garbage: bytes) -> None:
    assert read_bytes(tmp_path, gzip.compress(PLAIN) + garbage) == (LINES, True)


def test_a_wrong_checksum_makes_a_gzip_incomplete(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(PLAIN))
    packed[-8] ^= 1
    found, truncated = read_bytes(tmp_path, bytes(packed))
    assert found == LINES[: len(found)]
    assert truncated


def test_a_damaged_member_keeps_what_lies_well_before_the_damage(tmp_path: Path) -> None:
    line = os.urandom(500).hex().encode()
    packed = bytearray(gzip.compress(b"\n".join([line] * 40_000), compresslevel=1))
    at = len(packed) * 3 // 4
    packed[at : at + 50] = bytes(50)
    found, truncated = read_bytes(tmp_path, bytes(packed))
    assert truncated
    assert len(found) > 20_000
    assert set(found[:20_000]) == {line}


def test_the_first_bytes_of_a_gzip_alone_are_cut_off(tmp_path: Path) -> None:
    packed = gzip.compress(PLAIN)
    for length in range(2, 20):
        assert read_bytes(tmp_path, packed[:length]) == ([], True)


def test_reading_can_begin_again(tmp_path: Path) -> None:
    path = tmp_path / "capture"
    path.write_bytes(gzip.compress(PLAIN)[:-100])
    reader = CaptureReader(path)
    first = list(islice(reader.lines(), 5))
    everything = list(reader.lines())
    assert reader.truncated
    assert (reader.read_bytes, reader.total_bytes) == (path.stat().st_size,) * 2
    again = list(islice(reader.lines(), 5))
    assert not reader.truncated, "not known yet"
    reader.close()
    assert first == again == everything[:5]


def _bomb(content: bytes, times: int) -> bytes:
    pack = zlib.compressobj(9, wbits=31)
    return b"".join(pack.compress(content) for _ in range(times)) + pack.flush()


@pytest.fixture(scope="module")
def bombs() -> dict[bytes, bytes]:
    """96 MB of one byte, in a tenth of a megabyte."""
    return {byte: _bomb(byte * (1 << 20), 96) for byte in (b"1", b"\n")}


def test_a_line_without_end_is_refused_in_little_memory(tmp_path: Path, bombs: dict[bytes, bytes]) -> None:
    (tmp_path / "bomb.gz").write_bytes(bombs[b"1"])
    tracemalloc.start()
    try:
        with pytest.raises(BadCapture, match="a line of over 16 MB"):
            read(tmp_path / "bomb.gz")
        assert tracemalloc.get_traced_memory()[1] < 40 << 20
    finally:
        tracemalloc.stop()


def test_short_lines_packed_a_thousandfold_are_read_in_little_memory(
    tmp_path: Path, bombs: dict[bytes, bytes]
) -> None:
    (tmp_path / "bomb.gz").write_bytes(bombs[b"\n"])
    reader = CaptureReader(tmp_path / "bomb.gz")
    tracemalloc.start()
    try:
        assert sum(1 for _ in islice(reader.lines(), 2_000_000)) == 2_000_000
        assert tracemalloc.get_traced_memory()[1] < 40 << 20
    finally:
        tracemalloc.stop()
        reader.close()


def test_a_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadCapture, match="is a directory; name a capture file"):
        CaptureReader(tmp_path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadCapture, match="does not exist"):
        CaptureReader(tmp_path / "no such file")


def test_a_path_that_no_file_can_have_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path / "file" / "below", tmp_path / ("long" * 100)):
        with pytest.raises(BadCapture, match="cannot be read"):
            CaptureReader(path)


@pytest.mark.skipif(os.geteuid() == 0, reason="no file is unreadable to root")
def test_a_file_without_permission_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "capture"
    path.touch(mode=0o000)
    with pytest.raises(BadCapture, match="Permission denied"):
        CaptureReader(path)


def test_a_pipe_is_refused_without_waiting_for_its_writer(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(BadCapture, match="a device or a pipe"):
        CaptureReader(tmp_path / "pipe")


def test_a_line_is_a_time_and_a_message() -> None:
    assert split_line(b'1723161255030314667 {"a": 1}') == (1723161255030314667, b'{"a": 1}')


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b" ",
        b"123",
        b"123 ",
        b"{} 123",
        b"-5 {}",
        b"+5 {}",
        b"1_0 {}",
        b" 5 {}",
        b"9223372036854775808 {}",
        b"9" * 5_000 + b" {}",
        b"\xef\xbb\xbf5 {}",
        b"5\t{}",
        b"1.5 {}",
        "٣ {}".encode(),
    ],
)
def test_what_is_no_line_of_a_capture_is_refused(line: bytes) -> None:
    with pytest.raises(ValueError, match=r"digits|a line is"):
        split_line(line)
