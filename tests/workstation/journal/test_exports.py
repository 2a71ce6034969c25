"""The journal leaves for other programs exact, whole, and unable to run anything there."""

import csv
import json
from decimal import Decimal as D
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.errors import DataDirectoryError, StoreFull
from workstation.journal import exports
from workstation.journal.exports import ExportStopped, inert, write_tables
from workstation.journal.round_trips import round_trips
from workstation.journal.tables import JournalTable, iso, journal_tables
from workstation.model.journal import (
    AccountKind,
    ContractTerms,
    Diary,
    JournalAccount,
    ReviewedTrip,
    Tag,
    TagGroup,
    TripNote,
)
from workstation.model.orders import Fill, Side

ACCOUNT = JournalAccount("paper/test", "Paper", AccountKind.PAPER)
HOSTILE = '=HYPERLINK("http://x","y")'


def _trip(text: str = HOSTILE) -> ReviewedTrip:
    fills = [
        Fill("v", "AAAUSDT", number, "c", "o", side, D(price), D("0.3"), D(fee), "USDT", False, time_ms)
        for number, side, price, fee, time_ms in (
            (1, Side.BUY, "100.10", "0.0123", 1_700_000_000_123),
            (2, Side.SELL, "99", "0.01", 1_700_000_060_456),
        )
    ]
    (trip,) = round_trips(ACCOUNT.key, fills, {("v", "AAAUSDT"): ContractTerms("v", "AAAUSDT", "USDT")})
    tags = frozenset({Tag(TagGroup.MISTAKE, "@SUM(A1)"), Tag(TagGroup.SETUP, "a;b")})
    return ReviewedTrip(trip, TripNote(trip.trip_id, text, tags, text=text, edited_ms=1, followed=False))


def _tables(*trips: ReviewedTrip) -> tuple[JournalTable, ...]:
    return journal_tables([ACCOUNT], trips, [Diary("2026-11-21", "-- calm\n+1")])


def test_csv_numbers_are_exact_times_iso_and_text_cannot_run(tmp_path: Path) -> None:
    write_tables(_tables(_trip()), tmp_path / "out", "csv")
    with (tmp_path / "out" / "trips.csv").open(newline="", encoding="utf-8-sig") as file:
        (row,) = csv.DictReader(file)
    assert (row["pnl"], row["fees"], row["net_pnl"]) == ("-0.33", "0.0223", "-0.3523")
    assert (row["opened_utc"], row["held_s"]) == ("2023-11-14T22:13:20.123Z", "60.333")
    assert row["setup"] == "'" + HOSTILE
    with (tmp_path / "out" / "diary.csv").open(newline="", encoding="utf-8-sig") as file:
        assert next(csv.DictReader(file))["text"] == "'-- calm\n+1"


def test_json_and_parquet_say_the_same_as_csv(tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    for kind in ("json", "parquet"):
        write_tables(_tables(_trip()), tmp_path / kind, kind)
    (told,) = json.loads((tmp_path / "json" / "trips.json").read_text(), parse_float=D)
    assert (told["pnl"], told["net_pnl"], told["setup"]) == (D("-0.33"), D("-0.3523"), HOSTILE)
    columns = "pnl, net_pnl, setup, epoch_ms(opened_utc), followed_process"
    query = f"SELECT {columns} FROM '{tmp_path}/parquet/trips.parquet'"
    found = duckdb.connect().execute(query).fetchall()
    assert found == [(D("-0.33"), D("-0.3523"), HOSTILE, 1_700_000_000_123, False)]


@given(st.text())
def test_no_text_begins_as_a_formula_and_none_is_lost(text: str) -> None:
    made = inert(text)
    assert made in (text, "'" + text)
    assert not made.lstrip().startswith(("=", "@", "＝", "＠"))  # noqa: RUF001 - full width
    first = made.lstrip()[:1]
    assert first not in ("+", "-", "＋", "－") or made.replace(".", "").lstrip("+-").isdigit()  # noqa: RUF001


def test_negative_numbers_stay_numbers() -> None:
    assert [inert(text) for text in ("-5", "-0.25", "+3", "-5+1", "\t=1", " =1")] == [
        "-5", "-0.25", "+3", "'-5+1", "'\t=1", "' =1",
    ]  # fmt: skip


def test_a_folder_in_use_is_left_and_a_cancelled_export_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "kept").touch()
    with pytest.raises(DataDirectoryError, match="not an empty folder"):
        write_tables(_tables(), tmp_path / "mine", "csv")
    with pytest.raises(ExportStopped):
        write_tables(_tables(), tmp_path / "new", "csv", cancelled=lambda: True)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_a_full_disk_is_named_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(exports.os, "fsync", full)
    with pytest.raises(StoreFull, match="is full"):
        write_tables(_tables(_trip()), tmp_path / "new", "json")
    assert not list(tmp_path.iterdir())


def test_a_moment_that_is_not_known_is_empty() -> None:
    assert iso(None) is None
    assert iso(0) is None
