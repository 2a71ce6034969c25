"""Checklists are changed with a reason, kept in the ledger first, taken back, and read anew from the disk."""

import os
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from workstation.errors import BadFigure
from workstation.model.ledger import SettingChange
from workstation.runtime.clock import ManualClock
from workstation.store.ledger import SqliteLedger, open_ledger
from workstation.trading.checklist_book import CHANGE_WAIT_S, FOUND, OUTSIDE, ChecklistBook
from workstation.trading.checklist_desk import METRIC_KEYS
from workstation.trading.checklist_files import toml_text
from workstation.trading.checklist_template import AutomaticRow, Template, line_of, read_template

WHY = "five losses on wide spreads"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def ledger(tmp_path: Path, clock: ManualClock) -> Iterator[SqliteLedger]:
    made = open_ledger(tmp_path / "account", clock=clock)
    yield made
    made.close()


@pytest.fixture
def book(tmp_path: Path, clock: ManualClock, ledger: SqliteLedger) -> ChecklistBook:
    return ChecklistBook(tmp_path, METRIC_KEYS, clock, ledger)


def hedge(book: ChecklistBook, **changes: object) -> Template:
    found = book.template("hedge")
    assert found is not None
    return msgspec.structs.replace(found, **changes)


async def test_a_change_is_a_new_version_kept_with_its_reason_and_lets_nothing_pass_for_a_minute(
    book: ChecklistBook, ledger: SqliteLedger, clock: ManualClock, tmp_path: Path
) -> None:
    before = hedge(book)
    kept = await book.save(hedge(book, name="My hedge"), f"  {WHY} ")
    assert (kept.version, kept.name) == (before.version + 1, "My hedge")
    assert book.template("hedge") == kept
    assert book.templates.own == {"hedge"}
    (entry,) = ledger.entries(SettingChange)
    assert entry.record == SettingChange("checklist.hedge", toml_text(before), toml_text(kept), WHY)
    assert book.left_s("hedge") == CHANGE_WAIT_S
    clock.advance(CHANGE_WAIT_S - 1)
    again = ChecklistBook(tmp_path, METRIC_KEYS, clock, ledger)  # a restart does not shorten the wait
    assert 0 < again.left_s("hedge") <= 1
    assert [change.version for change in again.history("hedge")] == [2]
    clock.advance(1)
    assert book.left_s("hedge") == 0


async def test_a_change_without_a_reason_or_with_a_row_that_cannot_be_changes_nothing(
    book: ChecklistBook, ledger: SqliteLedger, tmp_path: Path
) -> None:
    with pytest.raises(BadFigure, match="at least 12") as refused:
        await book.save(hedge(book), "because")
    assert refused.value.field == "reason"
    rows = (AutomaticRow("made_up", "Made up", metric="no_such", threshold=1.0),)
    with pytest.raises(BadFigure) as wrong:
        await book.save(hedge(book, rows=rows), WHY)
    assert wrong.value.field == "made_up"
    with pytest.raises(BadFigure, match="shipped"):
        await book.remove("hedge", WHY)
    assert not ledger.entries(SettingChange)
    assert not list((tmp_path / "checklists").glob("*"))


async def test_what_was_changed_or_removed_is_taken_back_and_no_version_is_used_twice(
    book: ChecklistBook,
) -> None:
    shipped = hedge(book)
    await book.save(hedge(book, name="Two"), WHY)
    await book.remove("hedge", WHY)
    assert book.template("hedge") == shipped
    assert await book.undo() == "hedge"
    assert (hedge(book).name, hedge(book).version) == ("Two", 3)
    assert await book.undo() == "hedge"
    assert hedge(book) == shipped
    assert not book.can_undo
    kept = await book.save(hedge(book, name="Four"), WHY)
    assert kept.version == 4


async def test_where_the_ledger_takes_nothing_nothing_is_changed(
    book: ChecklistBook, ledger: SqliteLedger, tmp_path: Path
) -> None:
    ledger.close()
    with pytest.raises(ValueError, match="closed"):
        await book.save(hedge(book, name="Two"), WHY)
    assert not (tmp_path / "checklists").exists()
    assert hedge(book).name == "Hedge"


async def test_a_file_that_cannot_be_written_leaves_the_old_one_and_says_so(
    book: ChecklistBook, ledger: SqliteLedger, tmp_path: Path
) -> None:
    (tmp_path / "checklists").write_text("in the way")
    with pytest.raises(BadFigure, match="cannot be written"):
        await book.save(hedge(book, name="Two"), WHY)
    assert hedge(book).name == "Hedge"
    assert not book.can_undo
    reasons = [entry.record.reason for entry in ledger.entries(SettingChange)]  # type: ignore[union-attr]
    assert reasons[0] == WHY
    assert reasons[1].startswith("Not kept:")


async def test_files_changed_outside_are_read_anew_and_a_broken_one_is_told_with_its_line(
    book: ChecklistBook, ledger: SqliteLedger, tmp_path: Path
) -> None:
    kept = await book.save(hedge(book, name="Two"), WHY)
    assert not book.look()
    path = tmp_path / "checklists" / "hedge.toml"
    path.write_text(toml_text(msgspec.structs.replace(kept, name="Three")))
    os.utime(path, ns=(1, 1))
    assert book.look()
    assert hedge(book).name == "Three"
    assert book.history("hedge")[-1].reason == OUTSIDE
    assert book.left_s("hedge") == CHANGE_WAIT_S
    lines = path.read_text().splitlines()
    place = next(place for place, line in enumerate(lines) if line.startswith("threshold"))
    lines[place] = "threshold ="
    path.write_text("\n".join(lines))
    assert book.look()
    (broken,) = book.templates.broken
    assert (broken.path, broken.line) == (path, place + 1)
    assert hedge(book).name == "Hedge"  # as after a restart: the shipped one


async def test_a_file_changed_while_the_program_was_closed_waits_after_the_start_too(
    book: ChecklistBook, ledger: SqliteLedger, clock: ManualClock, tmp_path: Path
) -> None:
    kept = await book.save(hedge(book, name="Two"), WHY)
    clock.advance(CHANGE_WAIT_S + 1)
    assert book.left_s("hedge") == 0
    eased = msgspec.structs.replace(kept, name="Three")
    (tmp_path / "checklists" / "hedge.toml").write_text(toml_text(eased))

    again = ChecklistBook(tmp_path, METRIC_KEYS, clock, ledger)

    assert hedge(again).name == "Three"
    assert again.left_s("hedge") == CHANGE_WAIT_S


def test_a_file_dropped_in_while_the_program_was_closed_waits_but_not_those_an_account_begins_with(
    tmp_path: Path, clock: ManualClock, ledger: SqliteLedger
) -> None:
    folder = tmp_path / "checklists"
    folder.mkdir()
    (folder / "own.toml").write_text(TEXT)
    first = ChecklistBook(tmp_path, METRIC_KEYS, clock, ledger)
    assert first.left_s("own") == 0
    assert not first.history("own")
    assert [entry.record.reason for entry in ledger.entries(SettingChange)] == [FOUND]  # type: ignore[union-attr]

    (folder / "eased.toml").write_text(TEXT.replace('"own"', '"eased"'))
    again = ChecklistBook(tmp_path, METRIC_KEYS, clock, ledger)

    assert again.left_s("own") == 0
    assert again.left_s("eased") == CHANGE_WAIT_S
    assert [change.reason for change in again.history("eased")] == [OUTSIDE]
    clock.advance(CHANGE_WAIT_S)
    assert ChecklistBook(tmp_path, METRIC_KEYS, clock, ledger).left_s("eased") == 0


TEXT = """key = "own"
name = "Own"
version = 1

[[row]]
kind = "manual"
key = "a"
title = "A"
question = "?"

[[row]]
kind = "automatic"
key = "b"
title = "B"
metric = "spread_rate"
threshold = 1.0
"""


@pytest.mark.parametrize(
    ("found", "written", "line"),
    [
        ("version = 1", "version = 0", 3),
        ("version = 1", "version = ", 3),
        ("threshold = 1.0", 'threshold = "1"', 16),
        ("threshold = 1.0", "threshold = nan", 11),
        ("spread_rate", "no_such", 11),
        ('key = "b"', 'key = "a"', 5),
        ('title = "B"\n', "", 11),
    ],
)
def test_what_is_wrong_with_a_file_is_told_with_its_line(found: str, written: str, line: int) -> None:
    assert line_of(TEXT, ".row[1].metric") == 15
    read_template(TEXT, METRIC_KEYS)
    with pytest.raises(BadFigure) as wrong:
        read_template(TEXT.replace(found, written, 1), METRIC_KEYS)
    assert wrong.value.line == line  # type: ignore[attr-defined]


def test_a_new_checklist_has_a_key_of_its_own(book: ChecklistBook) -> None:
    assert book.new_key("Breakout, 2nd try!") == "breakout_2nd_try"
    assert book.new_key("Hedge") == "hedge_2"
    assert book.new_key("2×") == "own_2"
    assert book.new_key("×") == "own"
