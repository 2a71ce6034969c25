"""The pages of the weekly review: what is read, what is chosen, what is typed, a page for each step."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QStackedWidget, QTextBrowser, QVBoxLayout, QWidget

from ui.review.feelings_grid import FeelingsGrid
from ui.review.markdown_view import MarkdownView
from ui.rituals import week_words
from ui.rituals.commitment_form import CommitmentForm
from ui.rituals.day_bars import DayBars
from ui.rituals.ritual_words import line
from ui.rituals.trip_rows import TripRows
from ui.theme import BODY_PX, HEADER_PX, Density, Theme, ui_font
from workstation.journal.rituals.week import WeekFacts

STEPS = ("What happened", "Best and worst", "Rules", "Feelings", "To finish first", "Notes", "Commitment")
HAPPENED, TRADES, RULES, FELT, UNREVIEWED, NOTES, COMMITMENT = range(len(STEPS))
WEEK = "the week"
"""The time that the feelings of a review are of."""


class WeekPages(QStackedWidget):
    """Shows a week's facts; the window knows the review."""

    def __init__(self, theme: Theme, density: Density, parent: QWidget) -> None:
        super().__init__(parent)
        self._muted: list[QLabel] = []
        self.happened, self.rules, self.felt = (self._browser() for _ in range(3))
        self.bars = DayBars(theme, self)
        self.trades, self.unreviewed = TripRows(theme, self), TripRows(theme, self)
        self.trades.setFixedHeight(108)
        self.said = MarkdownView(theme, self)
        self.said.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.said.setMinimumHeight(160)
        self.unreviewed_says, self.trades_say = self._words(""), self._words("", muted=True)
        self.feelings = FeelingsGrid((WEEK,), theme, density, self)
        self.feelings.setMaximumWidth(420)
        self.text = QPlainTextEdit(self)
        self.text.setAccessibleName("Notes on the week")
        self.text.setPlaceholderText("What did this week teach? What will be the same again, what not?")
        self.text.setFont(ui_font(BODY_PX + 1))
        self.text.setTabChangesFocus(True)
        self.form = CommitmentForm(theme, self)
        self.made_says = self._words("")
        self.made_says.setAlignment(Qt.AlignmentFlag.AlignTop)
        for widgets in (
            (self.happened, self._words("By day", HEADER_PX, muted=True), self.bars),
            (self.trades_say, self.trades, self.said, None),
            (self.rules,),
            (self.felt, self._words("The week as a whole", HEADER_PX, muted=True), self.feelings, None),
            (self.unreviewed_says, self.unreviewed),
            (self.text,),
            (self.made_says, self.form),
        ):
            self.addWidget(self._page(widgets))
        self.set_theme(theme, density)

    def clear(self, theme: Theme) -> None:
        """Say that the week is being read."""
        for browser in (self.happened, self.rules, self.felt):
            browser.setHtml(line(theme, "The week is being read …", "muted"))
        self.bars.show_days(())
        self.trades.show_trips(())
        self.unreviewed.show_trips(())

    def show_facts(self, theme: Theme, facts: WeekFacts, rows: Mapping[str, str]) -> None:
        """Show a week; `rows` are titles of checklist rows by key."""
        self.happened.setHtml(week_words.happened(theme, facts))
        self.rules.setHtml(week_words.rules(theme, facts, rows))
        self.felt.setHtml(week_words.felt(theme, facts))
        self.bars.show_days(facts.days)
        chosen = [("best", facts.best), ("worst", facts.worst)]
        self.trades.show_trips([(word, one) for word, one in chosen if one is not None])
        self.trades_say.setText(
            "No trade was closed in this week."
            if facts.best is None
            else "Look at both again before you judge them: was it the process, or the market?"
        )
        self.unreviewed.show_trips([("", one) for one in facts.unreviewed])
        waiting = len(facts.unreviewed)
        self.unreviewed_says.setText(
            f"{waiting} of {facts.week.n} trades wait for their review. Finish them first, or go on."
            if waiting
            else "Every trade of this week is reviewed."
        )

    def show_said(self, text: str) -> None:
        """Show what was written of the trade that is chosen."""
        self.said.show_markdown(text.strip() or "*Nothing was written of this trade yet.*")
        self.said.setVisible(bool(self.trades.current_id))

    def show_made(self, words: str) -> None:
        """Show what was promised already in place of the form; empty shows the form."""
        self.form.setVisible(not words)
        self.made_says.setVisible(bool(words))
        self.made_says.setText(words)

    def set_theme(self, theme: Theme, density: Density) -> None:
        """Use these colours from now on."""
        for part in (self.bars, self.trades, self.unreviewed, self.said, self.form):
            part.set_theme(theme)
        self.feelings.set_look(theme, density)
        for label in self._muted:
            label.setStyleSheet(f"color: {theme.muted.name()};")
        self.text.setStyleSheet(
            f"QPlainTextEdit {{ background: {theme.control.name()}; color: {theme.text.name()};"
            f" border: 1px solid {theme.hairline.name()}; border-radius: 4px; padding: 6px; }}"
            f" QPlainTextEdit:focus {{ border-color: {theme.accent.name()}; }}"
        )
        for browser in (self.happened, self.rules, self.felt):
            browser.setStyleSheet("QTextBrowser { background: transparent; border: none; }")

    def _words(self, text: str, px: int = BODY_PX, *, muted: bool = False) -> QLabel:
        label = QLabel(text, self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setFont(ui_font(px))
        label.setWordWrap(True)
        if muted:
            self._muted.append(label)
        return label

    def _page(self, widgets: Sequence[QWidget | None]) -> QWidget:
        page = QWidget(self)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for widget in widgets:
            if widget is None:
                column.addStretch(1)
            else:
                column.addWidget(widget)
        return page

    def _browser(self) -> QTextBrowser:
        browser = QTextBrowser(self)
        browser.setFrameShape(QTextBrowser.Shape.NoFrame)
        browser.setOpenLinks(False)
        browser.setFont(ui_font(BODY_PX))
        browser.document().setDefaultFont(ui_font(BODY_PX))
        browser.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        browser.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        return browser
