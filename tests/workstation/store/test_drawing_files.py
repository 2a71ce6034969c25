import os
from collections import Counter
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workstation.errors import DataDirectoryError
from workstation.model.drawings import ANCHORS, Anchor, Drawing, DrawingKind, DrawingStyle, new_drawing
from workstation.model.levels import AlertRule, AlertTrigger
from workstation.store.drawing_files import MOST_BYTES, MOST_DRAWINGS, DrawingFiles, LoadedDrawings

MARKET = ("binance_usdm", "BTCUSDT")


def one_of_each() -> tuple[Drawing, ...]:
    points = (Anchor(1_723_161_255_000, 61_654.1), Anchor(1_723_161_300_000, 61_700.0), Anchor(5, 0.00001234))
    drawn = [new_drawing(kind, points[:count], DrawingStyle("warn", 2)) for kind, count in ANCHORS.items()]
    changes = {"name": "high of Monday ↑", "alert": AlertRule(AlertTrigger.CLOSE, 300_000), "locked": True}
    drawn[0] = msgspec.structs.replace(drawn[0], **changes)
    return tuple(drawn)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def files(tmp_path: Path) -> DrawingFiles:
    return DrawingFiles(tmp_path / "drawings")


def test_what_is_saved_is_what_is_loaded(files: DrawingFiles) -> None:
    files.save(*MARKET, one_of_each()[:1])
    drawings = one_of_each()
    files.save(*MARKET, drawings)
    assert files.load(*MARKET).drawings == drawings


def test_markets_whose_names_differ_by_case_or_signs_have_files_of_their_own(files: DrawingFiles) -> None:
    symbols = ("kPEPE", "KPEPE", "BTC/USDT:USDT", "BTC-USDT-SWAP", "..", "我踏马来了USDT")
    paths = [files.path("binance_usdm", symbol) for symbol in symbols]
    assert len({str(path).casefold() for path in paths}) == len(symbols)
    assert {path.parent for path in paths} == {files.path(*MARKET).parent}
    assert files.path("..", "BTC").resolve().is_relative_to(files.path(*MARKET).parents[1].resolve())


def test_a_file_of_another_market_is_refused(files: DrawingFiles) -> None:
    files.save("bybit", "BTCUSDT", one_of_each())
    path = files.path(*MARKET)
    path.parent.mkdir(parents=True)
    os.replace(files.path("bybit", "BTCUSDT"), path)
    loaded = files.load(*MARKET)
    assert loaded.drawings == ()
    assert "belongs to BTCUSDT on bybit" in loaded.complaint


def test_a_bad_file_is_put_aside_and_the_one_before_it_is_shown(files: DrawingFiles) -> None:
    before = one_of_each()
    files.save(*MARKET, before)
    files.save(*MARKET, before[:2])
    path = files.path(*MARKET)
    for number in (1, 2):  # each keeps a name of its own
        path.write_bytes(b"not drawings %d" % number)
        loaded = files.load(*MARKET)
        assert loaded.drawings == before
        assert loaded.writable
        assert "before the last change" in loaded.complaint
        assert f".broken-{number}" in loaded.complaint or number == 1
    kept = contents(path.parent)
    assert kept["BTCUSDT.json.broken"] == b"not drawings 1"
    assert kept["BTCUSDT.json.broken-2"] == b"not drawings 2"


def test_nothing_is_lost_when_the_one_before_is_bad_too(files: DrawingFiles) -> None:
    for _ in range(2):
        files.save(*MARKET, one_of_each())
    path = files.path(*MARKET)
    path.write_bytes(b"bad")
    path.with_name("BTCUSDT.json.last").write_bytes(b"worse")
    assert files.load(*MARKET).drawings == ()
    for _ in range(3):
        files.save(*MARKET, one_of_each())
    assert {b"bad", b"worse"} <= set(contents(path.parent).values())


def test_a_later_version_is_put_aside_untouched(files: DrawingFiles) -> None:
    path = files.path(*MARKET)
    path.parent.mkdir(parents=True)
    path.write_text('{"version": 2, "venue": "binance_usdm", "symbol": "BTCUSDT", "sheets": []}')
    loaded = files.load(*MARKET)
    assert "it is of version 2, not 1" in loaded.complaint
    assert list(contents(path.parent)) == ["BTCUSDT.json.broken"]


def test_a_file_that_cannot_be_read_is_never_written_over(files: DrawingFiles) -> None:
    files.path(*MARKET).mkdir(parents=True)  # a folder where the file should be
    loaded = files.load(*MARKET)
    assert not loaded.writable
    assert "left as it is" in loaded.complaint
    with pytest.raises(DataDirectoryError, match="BTCUSDT cannot be kept"):
        files.save(*MARKET, ())


def test_more_than_can_be_read_back_is_not_written(files: DrawingFiles) -> None:
    line = one_of_each()[1]
    with pytest.raises(DataDirectoryError, match="delete some"):
        files.save(*MARKET, (line,) * (MOST_DRAWINGS + 1))
    files.save(*MARKET, one_of_each())
    with files.path(*MARKET).open("ab") as file:
        file.write(b" " * MOST_BYTES)
    assert "too large" in files.load(*MARKET).complaint


@settings(max_examples=int(os.environ.get("PREFLIGHT_DRAWING_MUTATIONS", "60")))
@given(
    edits=st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.binary(max_size=3)), min_size=1, max_size=4
    ),
    cut=st.floats(0, 1),
)
def test_a_file_changed_by_chance_is_loaded_or_kept_and_refused(
    tmp_path_factory: pytest.TempPathFactory, edits: list[tuple[float, bytes]], cut: float
) -> None:
    files = DrawingFiles(tmp_path_factory.mktemp("drawings"))
    good = one_of_each()
    files.save(*MARKET, good[:3])
    files.save(*MARKET, good)
    path = files.path(*MARKET)
    text = bytearray(path.read_bytes())
    for where, piece in edits:
        at = int(where * len(text))
        text[at : at + len(piece)] = piece
    mutated = bytes(text if cut > 0.5 else text[: int(2 * cut * len(text))])
    path.write_bytes(mutated)
    before = contents(path.parent)
    loaded = files.load(*MARKET)
    after = contents(path.parent)
    assert not Counter(before.values()) - Counter(after.values())  # every byte is there, by whatever name
    if loaded.complaint:
        assert loaded.drawings == good[:3]
        assert files.load(*MARKET) == LoadedDrawings(good[:3])  # the next run begins where this one does
    else:
        # Whatever it says now it holds together, and is what will be kept.
        files.save(*MARKET, loaded.drawings)
        assert files.load(*MARKET) == loaded


@pytest.mark.parametrize("kind", list(DrawingKind))
def test_what_does_not_hold_together_cannot_be_made(kind: DrawingKind) -> None:
    with pytest.raises(ValueError, match="points"):
        new_drawing(kind, (Anchor(0, 1.0),) * (ANCHORS[kind] + 1))
    with pytest.raises(ValueError, match="not a price"):
        new_drawing(kind, (Anchor(0, float("inf")),) * ANCHORS[kind])
    made = new_drawing(kind, (Anchor(0, 1.0),) * ANCHORS[kind])
    if kind is not DrawingKind.LEVEL:
        with pytest.raises(ValueError, match="no alert"):
            msgspec.structs.replace(made, alert=AlertRule(AlertTrigger.TOUCH))
