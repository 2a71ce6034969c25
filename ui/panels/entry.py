"""The entry of a round trip: what was planned, checked and filled, and what the trader says of it."""

from collections.abc import Mapping
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QButtonGroup, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from ui import format
from ui.commands import Command
from ui.panel import Condition, Panel, PanelServices
from ui.review.checklist_titles import ChecklistTitles
from ui.review.day_form import DayForm
from ui.review.draft import Draft
from ui.review.entry_files import EntryFiles
from ui.review.entry_foot import EntryFoot
from ui.review.entry_form import EntryForm
from ui.review.queue import next_unreviewed
from ui.review.trip_facts import TripFacts
from ui.theme import Theme
from workstation.journal.accounts import is_sample
from workstation.model.journal import Diary, ReviewedTrip, TagGroup, TripNote

DAY_MS = 86_400_000
TRADE, DAY = "trade", "day"


class EntryPanel(Panel):
    """Everything said of the round trip that review looks at is kept as it is said."""

    kind: ClassVar[str] = "entry"
    title: ClassVar[str] = "Entry"
    rate_hz: ClassVar[float] = 4.0
    of_symbol: ClassVar[bool] = False
    of_market: ClassVar[bool] = False

    def __init__(self, services: PanelServices, parent: QWidget | None = None) -> None:
        super().__init__(services, parent)
        self._seen: tuple[object, int, str] | None = None
        self._facts: TripFacts | None = None
        self._facts_shown = -1
        self._titles = ChecklistTitles()
        self.draft: Draft[TripNote] = Draft(
            self,
            lambda journal, key: journal.note(key),
            lambda book, note, on: book.save_note(note, goes_on=on),
        )
        self.diary: Draft[Diary] = Draft(
            self,
            lambda journal, key: journal.diary(key),
            lambda book, day, on: book.save_diary(day, goes_on=on),
        )
        density = services.themes.density
        self.form = EntryForm(self.draft, self._titles, self.theme, density, self)
        self.day_form = DayForm(self.diary, self.theme, density, self)
        self.files = EntryFiles(self.form, services.selection, services.themes, self.draft.flush, self)
        self.files.told.connect(self.say)
        self.form.book_wanted.connect(services.selection.set_moment)
        self.pages = QStackedWidget(self)
        self.pages.addWidget(self.form)
        self.pages.addWidget(self.day_form)
        self.foot = EntryFoot(services.workstation.clock.monotonic, self)
        self.foot.save_wanted.connect(self.save_and_next)
        self.foot.undo_wanted.connect(lambda: self.go_back(undo=True))
        self.foot.rule_wanted.connect(self.make_rule)
        self.foot.export_wanted.connect(self.export)
        self._lay_out()
        self._tabs = self._make_tabs()
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            shortcut = QShortcut(
                QKeySequence(keys), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut
            )
            shortcut.activated.connect(self.save_and_next)
        services.selection.changed.connect(self._choice_changed)
        services.selection.order_changed.connect(self._name_it)
        services.selection.entry_wanted.connect(self.write)
        for draft in (self.draft, self.diary):
            draft.signals.state_changed.connect(self._say_state)
        self.theme_changed(self.theme)

    def _lay_out(self) -> None:
        body = QWidget(self)
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.pages, 1)
        layout.addWidget(self.foot)
        self.set_body(body)

    def _make_tabs(self) -> dict[str, QToolButton]:
        group, tabs = QButtonGroup(self), {}
        for key, words, tip in (
            (TRADE, "Trade", "The round trip (D)"),
            (DAY, "Day", "The diary of its day (D)"),
        ):
            button = QToolButton(self)
            button.setText(words)
            button.setToolTip(tip)
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(lambda _=False, key=key: self.show_page(key))
            group.addButton(button)
            tabs[key] = button
        tabs[TRADE].setChecked(True)
        self.header.add_control(*tabs.values())
        return tabs

    # The panel's hooks.

    @property
    def trip(self) -> ReviewedTrip | None:
        """The round trip that is looked at."""
        journal = self.services.journal
        return None if journal is None else journal.trip(self.services.selection.trip_id)

    def refresh(self) -> None:
        journal = self.services.journal
        self.files.use(journal)
        if self.foot.forget_what_is_old():
            self._say_state()
        if journal is None:
            self.set_condition(Condition.EMPTY, "There is no journal.", "The status bar says why.")
            return
        one = self.trip
        if one is None:
            self._show_nothing()
            return
        seen = (journal, journal.version, one.trip.trip_id)
        if seen != self._seen:
            self._seen = seen
            self._titles.look(journal.data_dir)
            day = format.utc_date(one.trip.opened_ms)
            self.draft.open(journal, one.trip.trip_id)
            self.diary.open(journal, day)
            self.form.show_trip(journal, one)
            self._facts, self._facts_shown = TripFacts(journal, one.trip), -1
            from_ms = one.trip.opened_ms // DAY_MS * DAY_MS
            of_day = [
                other
                for other in journal.trips(one.trip.account)
                if from_ms <= other.trip.opened_ms < from_ms + DAY_MS
            ]
            self.day_form.show_day(day, of_day)
            self._name_it()
        self._follow_facts()
        self.draft.follow()
        self.diary.follow()
        self.set_condition(Condition.LIVE)

    def _follow_facts(self) -> None:
        """Have what the liquidation price rests on read, and show it."""
        facts, reader = self._facts, self.services.workstation.past_reader
        if facts is None:
            return
        if reader is not None:
            reader.follow(facts)
        if facts.version != self._facts_shown:
            self._facts_shown = facts.version
            self.form.show_margin(facts.margin)

    def _show_nothing(self) -> None:
        self._seen = self._facts = None
        self.draft.open(None, "")
        self.diary.open(None, "")
        self.header.set_subject("Entry", "")
        self.header.set_detail("")
        self.set_condition(
            Condition.EMPTY,
            "No round trip is chosen.",
            "Choose one in the list of round trips; one is written by itself with every position.",
        )

    def theme_changed(self, theme: Theme) -> None:
        density = self.services.themes.density
        self.form.set_look(theme, density)
        self.day_form.set_look(theme, density)
        self.foot.set_theme(theme)
        self._say_state()

    def put_away(self) -> None:
        self.draft.flush()
        self.diary.flush()
        self.files.put_away()
        super().put_away()

    def hideEvent(self, event: object) -> None:
        self.draft.flush()
        self.diary.flush()
        super().hideEvent(event)  # type: ignore[arg-type]

    def save_state(self) -> dict[str, object]:
        return {"page": DAY if self.pages.currentWidget() is self.day_form else TRADE}

    def restore_state(self, saved: Mapping[str, object]) -> None:
        page = saved.get("page")
        if page in (TRADE, DAY):
            self.show_page(str(page))

    def keys(self) -> list[tuple[str, str]]:
        return [
            ("Ctrl+Enter", "Save as reviewed, and on to the next one that is not"),
            ("J  K", "The next and the previous round trip"),
            ("N", "Write the notes; Esc leaves them"),
            ("T  M", "Add a tag of the emotion, of a mistake"),
            ("G", "Feelings: arrows move, 1 … 5 answer, Delete takes back"),
            ("Y  X", "Followed the process: yes, no"),
            ("D", "The diary of the day, and back"),
            ("Ctrl+V", "Add the picture that was copied"),
            ("Ctrl+Shift+S", "Keep a picture of the time machine and the other exits with it"),
            ("Ctrl+Z  Ctrl+Shift+Z", "Undo, do again"),
        ]

    def commands(self) -> list[Command]:
        def chosen() -> bool:
            return self.trip is not None

        return [
            Command("Save the review and go on", self.save_and_next, "Ctrl+Return", chosen),
            Command("Add a picture or file to the entry…", self.files.choose, available=chosen),
            Command("Write the diary of the day", lambda: self.show_page(DAY), available=chosen),
            Command("Make a gate rule of this trade…", self.make_rule, available=chosen),
            Command("Take the review back", self.take_review_back, available=chosen),
        ]

    # What it does.

    def show_page(self, page: str) -> None:
        """Show the round trip, or the diary of its day."""
        self._tabs[page].setChecked(True)
        self.pages.setCurrentWidget(self.day_form if page == DAY else self.form)
        self.foot.show_for_trade(page == TRADE)
        self._say_state()

    def write(self) -> None:
        """Put the keyboard into the notes."""
        self.refresh()
        if self.trip is not None:
            self.show_page(TRADE)
            self.form.ensureWidgetVisible(self.form.notes)
            self.form.notes.edit()

    def save_and_next(self) -> None:
        """The review is done: keep it, and choose the next round trip that waits for its own."""
        journal, one = self.services.journal, self.trip
        if journal is None or one is None:
            return
        self.draft.flush()
        if one.trip.is_open:
            self.say("It is still open: it is reviewed once it is closed. What you wrote is kept.")
            return
        self.draft.change(reviewed_ms=int(self.services.workstation.clock.now_ms()))
        if self.draft.trouble:
            return
        found = next_unreviewed(journal, self.services.selection)
        if found:
            self.services.selection.choose(found)
        else:
            self.say("Every round trip of the list is reviewed.")
        self.setFocus()

    def take_review_back(self) -> None:
        """The round trip waits for its review again; what was written stays."""
        self.draft.change(reviewed_ms=0)

    def go_back(self, *, undo: bool) -> None:
        """Undo the newest change of the journal, or do it again."""
        draft = self.diary if self.pages.currentWidget() is self.day_form else self.draft
        words = draft.go_back(undo=undo)
        self.draft.follow()
        self.diary.follow()
        self.say(words)

    def make_rule(self) -> None:
        """Hand what went wrong over to the form of commitments; what was typed is kept before."""
        self.draft.flush()
        self.services.selection.ask_for_rule()

    def export(self, what: str) -> None:
        """Have this trade, or the journal, written to a file; what was typed is in it."""
        self.draft.flush()
        self.diary.flush()
        self.services.selection.ask_for_export(what)

    def say(self, sentence: str, is_wrong: bool = False) -> None:
        """Tell what came of something, for some seconds."""
        self.foot.say(sentence, is_wrong)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, plain = Qt.Key(event.key()), not event.modifiers()
        tags = {Qt.Key.Key_T: TagGroup.EMOTION, Qt.Key.Key_M: TagGroup.MISTAKE}
        both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        if event.matches(QKeySequence.StandardKey.Undo):
            self.go_back(undo=True)
        elif event.matches(QKeySequence.StandardKey.Redo) or (
            key == Qt.Key.Key_Z and event.modifiers() == both
        ):
            self.go_back(undo=False)
        elif event.matches(QKeySequence.StandardKey.Paste):
            self.files.paste()
        elif plain and key in (Qt.Key.Key_J, Qt.Key.Key_K):
            self.services.selection.step(1 if key == Qt.Key.Key_J else -1)
        elif plain and key == Qt.Key.Key_N:
            self.write()
        elif plain and key in tags:
            self.form.ensureWidgetVisible(self.form.tags)
            self.form.tags.open(tags[key])
        elif plain and key == Qt.Key.Key_G:
            self.form.ensureWidgetVisible(self.form.feelings)
            self.form.feelings.setFocus()
        elif plain and key in (Qt.Key.Key_Y, Qt.Key.Key_X):
            self.form.ensureWidgetVisible(self.form.verdict)
            self.form.verdict.answer(key == Qt.Key.Key_Y)
        elif plain and key == Qt.Key.Key_D:
            self.show_page(TRADE if self.pages.currentWidget() is self.day_form else DAY)
        elif plain and key == Qt.Key.Key_Escape and QGuiApplication.focusObject() is not self:
            self.setFocus()
        else:
            super().keyPressEvent(event)

    # Inside.

    def _choice_changed(self, _trip_id: str) -> None:
        if self.isVisible():
            self.refresh()

    def _name_it(self) -> None:
        one, selection = self.trip, self.services.selection
        if one is None:
            return
        place, trip = selection.place, one.trip
        number = "" if place is None else f"{len(selection.order) - place} of {len(selection.order)} · "
        sample = "SAMPLE · " if is_sample(one) else ""
        self.header.set_subject("Entry", f"{sample}{number}{trip.symbol} {trip.direction.value}")
        self._say_state()

    def _say_state(self) -> None:
        """Say in the header when it was edited, and below whether it is kept."""
        draft = self.diary if self.pages.currentWidget() is self.day_form else self.draft
        words = draft.words
        edited = 0 if words is None else words.edited_ms
        details = [(f"edited {format.utc_time(edited)}", "muted")] if edited else []
        if isinstance(words, TripNote) and words.reviewed_ms:
            details.append(("reviewed", "up"))
        if not draft.is_kept:
            details = [("not kept", "danger") if draft.trouble else ("saving", "accent")]
        self.header.set_detail(details)
        self.foot.say_state(draft.is_kept, draft.trouble)
