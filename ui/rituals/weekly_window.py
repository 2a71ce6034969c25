"""The weekly review: seven steps from what happened to one commitment, by keys alone or by mouse."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ui.journal_files.sheet import Sheet
from ui.review.checklist_titles import ChecklistTitles
from ui.rituals.from_trip import rule_of
from ui.rituals.ritual_words import KIND_WORDS, span_words, units
from ui.rituals.step_list import StepList
from ui.rituals.week_pages import (
    COMMITMENT,
    FELT,
    HAPPENED,
    NOTES,
    RULES,
    STEPS,
    TRADES,
    UNREVIEWED,
    WEEK,
    WeekPages,
)
from ui.theme import HEADER_PX, Theme, ThemeSource
from workstation.errors import JournalReadOnly
from workstation.journal.journal import Journal
from workstation.journal.report.week import week_name
from workstation.journal.rituals.week import WeekFacts, current_week, day_ms, promised_until, week_facts
from workstation.model.journal import AccountKind, Feelings
from workstation.model.rituals import Commitment, Rule, RuleShape, WeeklyReview
from workstation.trading.commitments import promise_words

WIDTH_PX, HEIGHT_PX = 1_120, 720
SAVE_AFTER_MS, LOOK_EVERY_MS = 500, 1_000
_HINTS = {
    TRADES: "↑ ↓ choose, O opens the trade in the time machine; “Weekly review” brings you back here",
    UNREVIEWED: "↑ ↓ choose, O opens the trade to be reviewed; “Weekly review” brings you back here",
    FELT: "1 … 5 answer, ↑ ↓ choose, Del takes back",
    NOTES: "Markdown. Ctrl+Enter goes on",
    COMMITMENT: "↑ ↓ choose the kind, Tab goes on, Enter finishes",
}


class WeeklyWindow(Sheet):
    """One week at a time; whatever is typed is kept at once, so that Esc, or a kill, loses nothing."""

    def __init__(
        self,
        journal: Journal,
        now_ms: Callable[[], int],
        open_trip: Callable[[str], None],
        promise: Callable[[Commitment], None],
        themes: ThemeSource,
        weekday: Callable[[], int],
        parent: QWidget,
    ) -> None:
        """Review weeks of a journal.

        Args:
            journal: of the data directory.
            now_ms: our clock.
            open_trip: shows a round trip in the time machine.
            promise: hands a commitment to the account that is open.
            themes: the look.
            weekday: of reviews, 0 is Monday.
            parent: the desk.
        """
        super().__init__("Weekly review", themes, parent)
        self._journal, self._now_ms, self._around = journal, now_ms, parent
        self._open_trip, self._promise, self._weekday = open_trip, promise, weekday
        self.monday = date(1970, 1, 5)
        self.review = WeeklyReview("")
        self.facts: WeekFacts | None = None
        self._kind: AccountKind | None = None
        self._seen = -1
        self._is_offered = False
        self._titles = ChecklistTitles()
        self._make()
        self.resize(WIDTH_PX, HEIGHT_PX)
        self._save_timer = QTimer(self)
        self._save_timer.setSingleShot(True)
        self._save_timer.setInterval(SAVE_AFTER_MS)
        self._save_timer.timeout.connect(self.save)
        self._look_timer = QTimer(self)
        self._look_timer.setInterval(LOOK_EVERY_MS)
        self._look_timer.timeout.connect(self._look)
        self.task.done.connect(self._take)
        themes.changed.connect(self._set_theme)
        self._set_theme(themes.theme)

    # Opening and leaving.

    def open(self, monday: date | None = None) -> None:
        """Show the review of a week where it was left; that which is due, or the newest, without one."""
        monday = monday or current_week(self._now_ms(), self._weekday())
        self._titles.look(self._journal.data_dir)
        if monday != self.monday or not self.isVisible():
            self.monday, self.facts = monday, None
            self.review = self._journal.rituals.week(week_name(monday))
            self._fill()
        self._read()
        self._look_timer.start()
        room = self._around.size()
        self.resize(min(WIDTH_PX, room.width() - 20), min(HEIGHT_PX, room.height() - 20))
        self.show()
        self.raise_()
        self.activateWindow()
        self.go(min(max(0, self.review.step), COMMITMENT))

    def propose(self, trip_id: str) -> None:
        """Show the commitment of the newest review, filled in from a round trip unless one was promised."""
        self.open()
        one = self._journal.trip(trip_id)
        if one is not None and self._made is None:
            rule, reason = rule_of(one, self._titles.rows_of(one.setup), self._titles.name_of(one.setup))
            self.form.show_rule(rule, reason)
            self.review = replace(self.review, draft=rule, draft_reason=reason, edited_ms=0)
        self.go(COMMITMENT)

    def back_out(self) -> None:
        """Leave; everything that was typed is kept, and the review goes on here next time."""
        self.save()
        self._look_timer.stop()
        self.task.cancel()
        self.hide()

    def put_away(self) -> None:
        """Keep everything and end: the desk closes."""
        if self.review.week:
            self.back_out()

    def save(self) -> None:
        """Keep the review as it stands."""
        self._save_timer.stop()
        now = replace(
            self.review,
            text=self.text.toPlainText(),
            draft=self.form.rule if self._made is None else self.review.draft,
            draft_reason=self.form.reason.text() if self._made is None else self.review.draft_reason,
        )
        if now == self.review and now.edited_ms:
            return
        was_seen = self._journal.version == self._seen
        try:
            self._journal.rituals.save_week(now)
        except JournalReadOnly as error:
            self.say(str(error), "danger")
            return
        self.review = replace(now, edited_ms=self._now_ms())
        if was_seen:
            self._seen = self._journal.version

    # Steps.

    @property
    def step(self) -> int:
        """The step that is shown."""
        return self.pages.currentIndex()

    def go(self, step: int) -> None:
        """Show a step and keep that it was reached."""
        if not 0 <= step < len(STEPS):
            return
        self.pages.setCurrentIndex(step)
        self.review = replace(self.review, step=step, edited_ms=0)
        self.save()
        self.back.setEnabled(step > 0)
        self.main.setText("Finish" if step == COMMITMENT else "Next")
        self.say(_HINTS.get(step, "Enter goes on, Alt+← goes back, Esc leaves and keeps everything"))
        self._show_steps()
        self._show_finish()
        focus: dict[int, QWidget] = {
            TRADES: self.pages.trades,
            UNREVIEWED: self.pages.unreviewed,
            FELT: self.feelings,
            NOTES: self.text,
            COMMITMENT: self.form.shapes if self._made is None else self.main,
        }
        focus.get(step, self.main).setFocus(Qt.FocusReason.OtherFocusReason)

    def go_on(self) -> None:
        """The next step; at the last one the review is finished."""
        if self.step < COMMITMENT:
            self.go(self.step + 1)
        elif self._made is not None or not self.form.fault:
            self._finish()
        else:
            self.say(self.form.fault, "warn")

    def _finish(self) -> None:
        rule, now_ms = self.form.rule, self._now_ms()
        try:
            if rule is not None and self._made is None:
                until_ms = promised_until(self.monday, now_ms)
                reason = " ".join(self.form.reason.text().split())
                made = Commitment(self.review.week, rule, reason, now_ms, now_ms, until_ms)
                self._journal.rituals.save_commitment(made)
                self._promise(made)
            self.review = replace(self.review, finished_ms=now_ms, edited_ms=0)
        except JournalReadOnly as error:
            self.say(str(error), "danger")
            return
        self.back_out()

    @property
    def _made(self) -> Commitment | None:
        return self._journal.rituals.commitment(self.review.week)

    # What is shown.

    def _make(self) -> None:
        theme = self.themes.theme
        self.title = self.words("", 18, weight=600)
        self.under = self.words("", HEADER_PX, muted=True)
        self.kind = QComboBox(self)
        self.kind.setAccessibleName("Accounts")
        self.kind.setToolTip("Whose trades: money of unlike kinds is never added up")
        self.kind.activated.connect(lambda _place: self._choose_kind())
        self.earlier = self.button("Week before", lambda: self._turn(-7))
        self.later = self.button("Week after", lambda: self._turn(7))
        self.later.setToolTip("Ctrl+PgDown")
        self.earlier.setToolTip("Ctrl+PgUp")
        head = QHBoxLayout()
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.title)
        words.addWidget(self.under)
        head.addLayout(words, 1)
        for widget in (self.kind, self.earlier, self.later):
            head.addWidget(widget)
        self.steps = StepList(STEPS, theme, self)
        self.steps.chosen.connect(self.go)
        self.pages = WeekPages(theme, self.themes.density, self)
        self.text, self.form, self.feelings = self.pages.text, self.pages.form, self.pages.feelings
        for rows in (self.pages.trades, self.pages.unreviewed):
            rows.opened.connect(self._look_at)
        self.pages.trades.currentCellChanged.connect(lambda *_place: self._show_said())
        self.feelings.answered.connect(self._felt_week)
        self.text.textChanged.connect(lambda: self._save_timer.start())
        self.form.changed.connect(self._form_changed)
        middle = QHBoxLayout()
        middle.setSpacing(22)
        middle.addWidget(self.steps)
        middle.addWidget(self.pages, 1)
        self.body.addLayout(head)
        self.body.addSpacing(8)
        self.body.addLayout(middle, 1)
        self.back: QPushButton = self.button("Back", lambda: self.go(self.step - 1))
        self.back.setToolTip("Alt+←")
        self.main: QPushButton = self.button("Next", self.go_on, is_main=True)
        self.main.setToolTip("Enter, or Ctrl+Enter")
        self.foot.addWidget(self.back)
        self.foot.addWidget(self.main)
        for keys, pressed in (
            ("Ctrl+Return", self.go_on),
            ("Ctrl+Enter", self.go_on),
            ("Alt+Right", self.go_on),
            ("Alt+Left", lambda: self.go(self.step - 1)),
            ("Ctrl+PgUp", lambda: self._turn(-7)),
            ("Ctrl+PgDown", lambda: self._turn(7)),
        ):
            QShortcut(QKeySequence(keys), self, pressed)

    def _fill(self) -> None:
        """Show what was written in this week's review."""
        self._is_offered = False
        self.text.blockSignals(True)
        self.text.setPlainText(self.review.text)
        self.text.blockSignals(False)
        self.feelings.show_feelings({WEEK: self.review.feelings})
        self.form.show_rule(self.review.draft, self.review.draft_reason)
        self.title.setText(f"Week {self.monday.isocalendar()[1]}, {span_words(day_ms(self.monday))}")
        self.later.setEnabled(self.monday < current_week(self._now_ms(), self._weekday()))
        self.pages.clear(self.themes.theme)

    def _show(self) -> None:
        facts, theme = self.facts, self.themes.theme
        if facts is None:
            return
        self.pages.show_facts(theme, facts, self._titles.rows_of(""))
        self._show_said()
        self.kind.blockSignals(True)
        self.kind.clear()
        for kind in facts.kinds:
            self.kind.addItem(KIND_WORDS[kind], kind)
        self.kind.setCurrentIndex(max(0, self.kind.findData(facts.kind)))
        self.kind.setVisible(len(facts.kinds) > 1)
        self.kind.blockSignals(False)
        whose = "no trades yet" if facts.kind is None else f"{KIND_WORDS[facts.kind].lower()} accounts"
        done = " · finished" if self.review.finished_ms else ""
        self.under.setText(
            f"Trades by the day they were closed, UTC · {whose} · net of fees and funding{done}"
        )
        if not self._is_offered:  # what is being typed is not touched when trades are read again
            self._is_offered = True
            self.form.offer(self._names(facts), self._now_ms(), promised_until(self.monday, self._now_ms()))
            self.form.show_rule(self.review.draft, self.review.draft_reason)
        made = self._made
        self.pages.show_made(
            ""
            if made is None
            else f"{promise_words(made)}.\nReason: {made.reason}\n\nIt counts already. To take it back, say "
            "“Commitments” in the palette: that needs a reason and the wait of a looser limit."
        )
        self._show_steps()
        self._show_finish()

    def _look_at(self, trip_id: str) -> None:
        """Make room for the time machine; the review goes on here when it is opened again."""
        self.back_out()
        self._open_trip(trip_id)

    def _show_said(self) -> None:
        """Show what was written of the trade that is chosen."""
        trip_id = self.pages.trades.current_id
        self.pages.show_said(self._journal.note(trip_id).text if trip_id else "")

    def _names(self, facts: WeekFacts) -> Mapping[RuleShape, Sequence[tuple[str, str]]]:
        used = list(dict.fromkeys(one.setup for one in facts.trips if one.setup))
        setups = list(dict.fromkeys([*used, *self._titles.setups]))
        rows = self._titles.rows_of("")
        broken = [one.rule for one in facts.broken if one.rule in rows]
        symbols = list(dict.fromkeys(one.trip.symbol for one in facts.trips))
        return {
            RuleShape.SETUP: [(key, self._titles.name_of(key)) for key in setups],
            RuleShape.SYMBOL: [(symbol, symbol) for symbol in symbols],
            RuleShape.ROW: [(key, rows[key]) for key in dict.fromkeys([*broken, *sorted(rows)])],
        }

    def _show_steps(self) -> None:
        facts = self.facts
        notes = [""] * len(STEPS)
        if facts is not None:
            result = "" if facts.week.r is None else f" · {units(facts.week.r)}"
            notes[HAPPENED] = f"n {facts.week.n}{result}"
            notes[RULES] = f"{len(facts.broken)} broken" if facts.broken else "none broken"
            notes[UNREVIEWED] = f"{len(facts.unreviewed)} waiting" if facts.unreviewed else "nothing waits"
        notes[NOTES] = "written" if self.review.text else ""
        rule: Rule | None = self.review.draft
        notes[COMMITMENT] = "made" if self._made is not None else "chosen" if rule is not None else ""
        self.steps.show_step(self.step, notes)

    def _show_finish(self) -> None:
        if self.step == COMMITMENT:
            fault = "" if self._made is not None else self.form.fault
            self.main.setEnabled(not fault)
        else:
            self.main.setEnabled(True)

    # What happens.

    def _form_changed(self) -> None:
        if self.isVisible() and self.facts is not None:
            self._save_timer.start()
            self._show_finish()

    def _felt_week(self, _time: str, feelings: Feelings) -> None:
        self.review = replace(self.review, feelings=feelings, edited_ms=0)
        self.save()

    def _turn(self, days: int) -> None:
        monday = self.monday + timedelta(days=days)
        if monday <= current_week(self._now_ms(), self._weekday()):
            self.save()
            self.monday = date(1970, 1, 5)
            self.open(monday)

    def _choose_kind(self) -> None:
        self._kind = self.kind.currentData()
        self._read()

    def _look(self) -> None:
        if self.isVisible() and self._journal.version != self._seen and not self.task.is_running:
            self._read()

    def _read(self) -> None:
        journal, monday, now_ms, kind = self._journal, self.monday, self._now_ms(), self._kind
        self._seen = journal.version
        self.task.start(lambda _progress, _cancelled: week_facts(journal, monday, now_ms, kind))

    def _take(self, facts: object) -> None:
        if isinstance(facts, WeekFacts) and facts.monday == self.monday:
            self.save()
            self.facts = facts
            self._show()

    def _set_theme(self, theme: Theme) -> None:
        self.steps.set_theme(theme)
        self.pages.set_theme(theme, self.themes.density)
        self._show()
