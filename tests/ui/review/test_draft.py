"""Nothing that was typed is lost: it is kept after a pause, and before anything else is opened."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ui.review.draft import Draft
from workstation.journal.journal import Journal
from workstation.model.journal import Feelings, TripNote


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal(tmp_path) as made:
        yield made


@pytest.fixture
def draft(qapp: QApplication, journal: Journal) -> Draft[TripNote]:
    parent = QObject(qapp)
    made: Draft[TripNote] = Draft(
        parent, lambda book, key: book.note(key), lambda book, note, on: book.save_note(note, goes_on=on)
    )
    made.open(journal, "a")
    return made


def test_typing_is_kept_after_a_pause(draft: Draft[TripNote], journal: Journal, qtbot: QtBot) -> None:
    draft.change(typed=True, text="A")
    assert not draft.is_kept
    assert journal.note("a").text == ""
    qtbot.waitUntil(lambda: journal.note("a").text == "A")
    journal.flush()
    draft.follow()
    assert draft.is_kept


def test_opening_another_keeps_what_was_typed(draft: Draft[TripNote], journal: Journal) -> None:
    draft.change(typed=True, text="half a sentence")
    draft.open(journal, "b")
    assert journal.note("a").text == "half a sentence"
    assert draft.words == TripNote("b")


def test_a_run_of_typing_is_undone_as_one_and_a_click_by_itself(
    draft: Draft[TripNote], journal: Journal
) -> None:
    for text in ("o", "on", "one"):
        draft.change(typed=True, text=text)
        draft.flush()
    draft.change(followed=False)
    draft.go_back(undo=True)
    assert (journal.note("a").text, journal.note("a").followed) == ("one", None)
    draft.go_back(undo=True)
    assert journal.note("a").text == ""
    draft.go_back(undo=False)
    assert draft.words is not None
    assert draft.words.text == "one"


def test_what_others_write_meanwhile_is_not_overwritten(draft: Draft[TripNote], journal: Journal) -> None:
    draft.change(typed=True, text="mine")
    journal.save_note(TripNote("a", before=Feelings(tension=4)))
    draft.flush()
    note = journal.note("a")
    assert (note.text, note.before.tension) == ("mine", 4)


def test_what_cannot_be_kept_stays_open_and_says_why(tmp_path: Path, qapp: QApplication) -> None:
    Journal(tmp_path).close()
    with Journal(tmp_path, read_only=True) as journal:
        parent = QObject(qapp)
        draft: Draft[TripNote] = Draft(
            parent, lambda book, key: book.note(key), lambda book, note, on: book.save_note(note, goes_on=on)
        )
        draft.open(journal, "a")
        draft.change(typed=True, text="unkept")
        draft.open(journal, "b")
        assert draft.trouble
        assert not draft.is_kept
        assert draft.words is not None
        assert draft.words.text == "unkept"
