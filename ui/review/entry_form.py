"""The form of one round trip: what was planned and checked, and everything the trader says of it."""

from collections import Counter
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from ui import format
from ui.review.checklist_titles import ChecklistTitles
from ui.review.draft import Draft
from ui.review.entry_tables import EvidenceTable, PlanTable
from ui.review.evidence_rows import counts, evidence_rows, judged_at_ms
from ui.review.feelings_grid import FeelingsGrid
from ui.review.note_edit import NoteEdit
from ui.review.plan_rows import plan_rows
from ui.review.section import Section, SectionLine
from ui.review.shots import ShotsView
from ui.review.tags_edit import TagsEdit
from ui.review.verdict_edit import VerdictEdit
from ui.theme import Density, Theme
from workstation.errors import PreflightError
from workstation.journal.accounts import without_sample
from workstation.journal.journal import Journal
from workstation.journal.margin_facts import MarginFacts
from workstation.model.journal import Attachment, Feelings, ReviewedTrip, TagGroup, TripNote

TIMES = ("before", "during", "after")


class EntryForm(QScrollArea):
    """Shows a round trip and hands what is said of it to a draft."""

    book_wanted = Signal(object)
    """The moment at which the checklist was judged, milliseconds."""
    add_wanted = Signal()

    def __init__(
        self, draft: Draft[TripNote], titles: ChecklistTitles, theme: Theme, density: Density, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._draft, self._titles = draft, titles
        self._journal: Journal | None = None
        self._one: ReviewedTrip | None = None
        self.plan = PlanTable(theme, density)
        self.evidence = EvidenceTable(theme, density)
        self.book_line = SectionLine("", theme, density)
        self.book_line.is_button = True
        self.book_line.clicked.connect(self._show_book)
        self.feelings = FeelingsGrid(TIMES, theme, density)
        self.feelings.answered.connect(self._felt)
        self.tags = TagsEdit(theme, density, self._used)
        self.tags.changed.connect(lambda tags: draft.change(tags=tags))
        self.notes = NoteEdit("Notes", "Reason, in the trade, lesson. Markdown.", theme)
        self.notes.typed.connect(lambda text: draft.change(typed=True, text=text))
        self.notes.left.connect(self._leave)
        self.verdict = VerdictEdit(theme, density)
        self.verdict.changed.connect(lambda followed: draft.change(followed=followed))
        self.verdict.broken_typed.connect(lambda text: draft.change(typed=True, broken=text))
        self.verdict.left.connect(self._leave)
        self.shots = ShotsView(theme, density, self._path_of)
        self._plan = Section("", theme, density, self.plan)
        self._evidence = Section("Checklist", theme, density, self.evidence, self.book_line)
        self._feelings = Section("", theme, density, self.feelings)
        self._tags = Section("Tags", theme, density, self.tags)
        self._notes = Section("Notes", theme, density, self.notes, inset=True)
        self._verdict = Section("Verdict", theme, density, self.verdict)
        self._shots = Section("Pictures and files", theme, density, self.shots)
        self._plan.line.hide()
        self._feelings.line.setFixedHeight(1)
        self._notes.line.is_button = self._shots.line.is_button = True
        self._notes.line.clicked.connect(self._turn_notes)
        self._shots.line.clicked.connect(self.add_wanted)
        self.notes.mode_changed.connect(self._say_notes)
        inner = QWidget(self)
        layout = QVBoxLayout(inner)
        layout.setContentsMargins(0, 0, 0, 4)
        layout.setSpacing(0)
        for section in self._sections:
            layout.addWidget(section)
        layout.addStretch(1)
        # As narrow as the panel is, whatever its parts would like.
        inner.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setWidget(inner)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        draft.signals.changed.connect(self._show_note)
        self.set_look(theme, density)

    @property
    def _sections(self) -> tuple[Section, ...]:
        return (
            self._plan,
            self._evidence,
            self._feelings,
            self._tags,
            self._notes,
            self._verdict,
            self._shots,
        )

    def set_look(self, theme: Theme, density: Density) -> None:
        """Use these colours and heights from now on."""
        self.setStyleSheet(
            f"QScrollArea, QScrollArea > QWidget > QWidget {{ background: {theme.panel.name()}; }}"
        )
        for section in self._sections:
            section.set_look(theme, density)
        for table in (self.plan, self.evidence):
            table.set_look(theme, density)
        self.book_line.set_look(theme, density)
        self.feelings.set_look(theme, density)
        self.tags.set_look(theme, density)
        self.notes.set_theme(theme)
        self.verdict.set_look(theme, density)
        self.shots.set_look(theme, density)

    # What it shows.

    def show_trip(self, journal: Journal, one: ReviewedTrip) -> None:
        """Show a round trip; what is said of it comes from the draft."""
        if one is self._one:
            return
        is_other = self._one is None or self._one.trip.trip_id != one.trip.trip_id
        self._journal, self._one = journal, one
        self.plan.show_rows(plan_rows(one))
        rows = evidence_rows(one, self._titles.rows_of(one.setup))
        self.evidence.show_rows(rows)
        self._evidence.setVisible(bool(rows))
        judged = judged_at_ms(one)
        sent = f", order sent {format.utc_time(judged, with_ms=True)[:-2]}" if judged else ""
        self._evidence.line.say(f"Checklist{sent}", counts(rows))
        book = next((row.book_hash for row in one.evidence if row.book_hash), "")
        self.book_line.setVisible(bool(book))
        if book:
            self.book_line.say(f"book {book[:4]} {book[4:8]} … {book[-4:]}", [("show this book", "accent")])
        self._show_note()
        if is_other:
            self.verticalScrollBar().setValue(0)

    def show_margin(self, margin: MarginFacts | None) -> None:
        """What the liquidation price of the round trip that is shown rests on has become known."""
        if self._one is not None:
            self.plan.show_rows(plan_rows(self._one, margin))

    def _show_note(self) -> None:
        note, one = self._draft.words, self._one
        if note is None or one is None or note.trip_id != one.trip.trip_id:
            return
        self.feelings.show_feelings({time: getattr(note, time) for time in TIMES})
        name = self._titles.name_of(one.setup)
        conditions = [f"{words}" for words in one.conditions.values() if words]
        self.tags.show_tags(note.tags, name, conditions)
        self.notes.show_text(note.text)
        rules = [row.title for row in self.evidence.rows]
        self.verdict.show_verdict(note.followed, note.broken, [*rules, *self._broken_before()])
        self.shots.show_attachments(note.attachments)
        number = len(note.attachments)
        self._shots.line.say("Pictures and files", [(str(number), "muted"), ("add", "accent")])
        self._say_notes()

    def _say_notes(self) -> None:
        mode = "edit" if self.notes.is_read else "read"
        self._notes.line.say("Notes", [("Markdown", "muted"), (mode, "accent")])

    # What is said.

    def _felt(self, time: str, feelings: Feelings) -> None:
        fields: dict[str, Any] = {time: feelings}
        self._draft.change(**fields)

    def _leave(self) -> None:
        self._draft.flush()
        self._draft.end_run()

    def _turn_notes(self) -> None:
        if self.notes.is_read:
            self.notes.edit()
        else:
            self.notes.read()

    def _show_book(self) -> None:
        if self._one is not None:
            self.book_wanted.emit(judged_at_ms(self._one))

    # What is known.

    def _path_of(self, attachment: Attachment) -> Path:
        assert self._journal is not None
        return self._journal.attachment_path(attachment)

    def path_of(self, attachment: Attachment) -> Path | None:
        """Where a file lies; None where it cannot be told."""
        try:
            return self._path_of(attachment)
        except PreflightError:
            return None

    def _used(self, group: TagGroup) -> list[str]:
        if self._journal is None:
            return []
        used = Counter(
            tag.name
            for one in without_sample(self._journal.trips(None))
            for tag in one.note.tags
            if tag.group is group
        )
        return [name for name, _ in used.most_common()]

    def _broken_before(self) -> list[str]:
        if self._journal is None:
            return []
        trips = without_sample(self._journal.trips(None))
        used = Counter(one.note.broken for one in trips if one.note.broken)
        return [words for words, _ in used.most_common(30)]
