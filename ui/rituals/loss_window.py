"""The look back on a loss: four short answers, while it is fresh."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QWidget

from ui.journal_files.sheet import Sheet
from ui.positions.figures import signed
from ui.review.feelings_grid import FeelingsGrid
from ui.rituals.ritual_words import when_words
from ui.services import PanelServices
from ui.theme import BODY_PX, HEADER_PX, Theme, ui_font
from workstation.errors import JournalReadOnly
from workstation.model.journal import Feelings
from workstation.model.rituals import LossReview
from workstation.trading.ritual_guard import OwedReview

_VERDICTS = (("Not answered", None), ("Yes, the process was followed", True), ("No, it was not", False))


class LossWindow(Sheet):
    """One loss after another, the newest first; a draft is kept at every letter."""

    def __init__(self, services: PanelServices, now_ms: Callable[[], int], parent: QWidget) -> None:
        super().__init__("After a loss", services.themes, parent)
        self._services, self._now_ms = services, now_ms
        self.owed: OwedReview | None = None
        self.review = LossReview("")
        self.title = self.words("", 18, weight=600)
        self.under = self.words("", HEADER_PX, muted=True)
        self.happened = self._line("What happened, in a line")
        self.followed = QComboBox(self)
        self.followed.setAccessibleName("Was the process followed?")
        self.followed.setFont(ui_font(BODY_PX))
        for words, verdict in _VERDICTS:
            self.followed.addItem(words, verdict)
        self.feelings = FeelingsGrid(("now",), services.themes.theme, services.themes.density, self)
        self.feelings.setMaximumWidth(420)
        self.next_action = self._line("What you do next: a walk, one more look at the plan, no trade today")
        for widget in (
            self.title,
            self.under,
            self._asks("What happened?"),
            self.happened,
            self._asks("Was the process followed?"),
            self.followed,
            self._asks("How does it feel?"),
            self.feelings,
            self._asks("What do you do next?"),
            self.next_action,
        ):
            self.body.addWidget(widget)
        self.body.addStretch(1)
        self.main = self.button("Done", self.finish, is_main=True)
        self.foot.addWidget(self.main)
        self.happened.textEdited.connect(lambda text: self._edit(happened=text))
        self.next_action.textEdited.connect(lambda text: self._edit(next_action=text))
        self.followed.activated.connect(lambda place: self._edit(followed=_VERDICTS[place][1]))
        self.feelings.answered.connect(self._felt)
        services.themes.changed.connect(self._set_look)
        self.resize(620, 520)

    def _asks(self, words: str) -> QLabel:
        return self.words(words, HEADER_PX, muted=True)

    def _line(self, hint: str) -> QLineEdit:
        field = QLineEdit(self)
        field.setPlaceholderText(hint)
        field.setAccessibleName(hint)
        field.setFont(ui_font(BODY_PX))
        field.setMaxLength(400)
        return field

    def open(self) -> None:
        """Show the newest loss that waits; close where none does."""
        trading, journal = self._services.trading, self._services.journal
        owed = () if trading is None else trading.rituals.owed()
        if not owed or journal is None:
            self.done(0)
            return
        self.owed = owed[0]
        self.review = journal.rituals.loss(self.owed.loss_id)
        self._show(owed)
        self.show()
        self.raise_()
        self.activateWindow()
        self.happened.setFocus()

    def finish(self) -> None:
        """Keep the answers for good; the next loss that waits is shown."""
        trading, journal = self._services.trading, self._services.journal
        if self.review.missing or trading is None or journal is None:
            self.say(self.review.missing or "No account trades this market", "warn")
            return
        self.review = replace(self.review, done_ms=self._now_ms())
        try:
            journal.rituals.save_loss(self.review)
        except JournalReadOnly as error:
            self.say(str(error), "danger")
            return
        words = f"{self.review.happened} Next: {self.review.next_action}"
        trading.rituals.book.note_review(self.review.loss_id, words)
        self.open()

    def _show(self, owed: tuple[OwedReview, ...]) -> None:
        one = owed[0]
        self.title.setText(f"Loss in {one.symbol}")
        units = "" if one.units is None else f"{signed(one.units)} R of the day, "
        row = f" · {one.in_row} losses in a row" if one.in_row > 1 else ""
        more = f" · {len(owed) - 1} more after this" if len(owed) > 1 else ""
        self.under.setText(f"{units}{signed(one.net)}, closed {when_words(one.closed_ms)} UTC{row}{more}")
        self.happened.setText(self.review.happened)
        self.next_action.setText(self.review.next_action)
        answers = [verdict for _, verdict in _VERDICTS]
        self.followed.setCurrentIndex(answers.index(self.review.followed))
        self.feelings.show_feelings({"now": self.review.feelings})
        self._tell()

    def _edit(self, **changes: object) -> None:
        self.review = replace(self.review, **changes)  # type: ignore[arg-type]
        journal = self._services.journal
        if journal is not None:
            try:
                journal.rituals.save_loss(self.review)
            except JournalReadOnly as error:
                self.say(str(error), "danger")
                return
        self._tell()

    def _felt(self, _time: str, feelings: Feelings) -> None:
        self._edit(feelings=feelings)

    def _tell(self) -> None:
        self.main.setEnabled(not self.review.missing)
        self.say(self.review.missing or "Enter keeps it")

    def _set_look(self, theme: Theme) -> None:
        self.feelings.set_look(theme, self._services.themes.density)
