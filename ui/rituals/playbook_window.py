"""The playbook: a page for each setup with its words, its rules, what it brought, and examples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QImageReader, QKeyEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QPlainTextEdit,
    QScrollArea,
    QStackedWidget,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from ui.journal_files.sheet import Sheet
from ui.review.checklist_titles import ChecklistTitles
from ui.review.markdown_view import MarkdownView
from ui.rituals.ritual_words import Cell, heading, line, table
from ui.rituals.trip_rows import TripRows
from ui.services import PanelServices
from ui.statistics.words import figure_interval, figure_text
from ui.theme import BODY_PX, HEADER_PX, Theme, ui_font
from workstation.errors import JournalReadOnly, PreflightError
from workstation.journal.accounts import without_sample
from workstation.journal.statistics.summary import NO_TRIPS, Summary, summary
from workstation.journal.statistics.table import TripTable
from workstation.model.journal import ReviewedTrip
from workstation.model.rituals import PlaybookPage

_FIGURES = ("trades", "win_rate", "expectancy_r", "total_r", "profit_factor", "sqn", "drawdown_r", "followed")
SAVE_AFTER_MS = 500
WIDTH_PX, HEIGHT_PX = 1_180, 900
PICTURE = QSize(300, 169)
MOST_PICTURES = 3


class PlaybookWindow(Sheet):
    """A list of setups, and the page of one."""

    def __init__(self, services: PanelServices, open_trip: Callable[[str], None], parent: QWidget) -> None:
        super().__init__("Playbook", services.themes, parent)
        self._services, self._around = services, parent
        self._titles = ChecklistTitles()
        self._setups: list[str] = []
        self.page = PlaybookPage("")
        theme = services.themes.theme
        self.list = QListWidget(self)
        self.list.setAccessibleName("Setups")
        self.list.setFont(ui_font(BODY_PX))
        self.list.setFixedWidth(240)
        self.list.setStyleSheet("QListWidget::item { padding: 5px 8px; }")
        self.title = self.words("", 18, weight=600)
        self.under = self.words("", HEADER_PX, muted=True)
        self.view = MarkdownView(theme, self)
        self.view.edit_wanted.connect(self.edit)
        self.view.setFixedHeight(150)
        self.text = QPlainTextEdit(self)
        self.text.setAccessibleName("Description, Markdown")
        self.text.setPlaceholderText("What the setup is, when it is taken, when it is left alone. Markdown")
        self.text.setFont(ui_font(BODY_PX))
        self.text.setTabChangesFocus(True)
        self.text.setFixedHeight(150)
        self.words_of = QStackedWidget(self)
        self.words_of.addWidget(self.view)
        self.words_of.addWidget(self.text)
        self.words_of.setFixedHeight(150)
        self.edit_button = self.button("Edit (F2)", self.edit)
        self.facts = QTextBrowser(self)
        self.facts.setFrameShape(QTextBrowser.Shape.NoFrame)
        self.facts.setFont(ui_font(BODY_PX))
        self.facts.setStyleSheet("QTextBrowser { background: transparent; border: none; }")
        self.facts.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.facts.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.examples = TripRows(theme, self)
        self.examples.setFixedHeight(136)
        self.examples.opened.connect(open_trip)
        self.examples.currentCellChanged.connect(lambda *_place: self._show_pictures())
        self.pictures = [QLabel(self) for _ in range(MOST_PICTURES)]
        pictures = QHBoxLayout()
        for label in self.pictures:
            label.setFixedSize(PICTURE)
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setTextFormat(Qt.TextFormat.PlainText)
            pictures.addWidget(label)
        pictures.addStretch(1)
        self.add_button = self.button("Add the trade in review", self._add)
        self.remove_button = self.button("Remove example", self._remove)
        buttons = QHBoxLayout()
        self.examples_say = self.words("Examples", HEADER_PX, muted=True)
        buttons.addWidget(self.examples_say, 1)
        for button in (self.add_button, self.remove_button):
            buttons.addWidget(button)
        head = QHBoxLayout()
        words = QVBoxLayout()
        words.addWidget(self.title)
        words.addWidget(self.under)
        head.addLayout(words, 1)
        head.addWidget(self.edit_button)
        right = QVBoxLayout()
        right.addLayout(head)
        right.addWidget(self.words_of)
        right.addWidget(self.facts)
        right.addLayout(buttons)
        right.addWidget(self.examples)
        right.addLayout(pictures)
        whole = QHBoxLayout()
        whole.setSpacing(18)
        whole.addWidget(self.list)
        inner = QWidget(self)
        right.setContentsMargins(0, 0, 10, 0)
        right.addStretch(1)
        inner.setLayout(right)
        area = QScrollArea(self)
        area.setWidget(inner)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setStyleSheet("QScrollArea, QScrollArea > QWidget > QWidget { background: transparent; }")
        whole.addWidget(area, 1)
        self.body.addLayout(whole, 1)
        self.list.currentRowChanged.connect(lambda _row: self._choose())
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SAVE_AFTER_MS)
        self._timer.timeout.connect(self.save)
        self.text.textChanged.connect(self._timer.start)
        self.task.done.connect(self._take)
        services.themes.changed.connect(self._set_theme)

    def open(self) -> None:
        """Show the page that was shown last."""
        journal = self._services.journal
        if journal is None:
            return
        self._titles.look(journal.data_dir)
        traded = {one.setup for one in without_sample(journal.trips()) if one.setup}
        written = {page.setup for page in journal.rituals.pages()}
        self._setups = sorted({*self._titles.setups, *traded, *written}, key=self._titles.name_of)
        before = self.page.setup
        self.list.blockSignals(True)
        self.list.clear()
        self.list.addItems([self._titles.name_of(key) for key in self._setups])
        self.list.setCurrentRow(self._setups.index(before) if before in self._setups else 0)
        self.list.blockSignals(False)
        self._choose()
        room = self._around.size()
        self.resize(min(WIDTH_PX, room.width() - 20), min(HEIGHT_PX, room.height() - 20))
        self.show()
        self.raise_()
        self.activateWindow()
        self.list.setFocus()

    def edit(self) -> None:
        """Edit the words, or go back to reading them."""
        if self.words_of.currentWidget() is self.text:
            self.save()
            self.words_of.setCurrentWidget(self.view)
            self.list.setFocus()
        else:
            self.words_of.setCurrentWidget(self.text)
            self.text.setFocus()

    def save(self) -> None:
        """Keep the words."""
        self._timer.stop()
        text = self.text.toPlainText()
        if self.page.setup and text != self.page.text:
            self._keep(replace(self.page, text=text))
        self.view.show_markdown(self.page.text or "*Nothing is written of this setup yet.*")

    def back_out(self) -> None:
        """Out of the words, then out of the window; everything is kept."""
        self.save()
        if self.words_of.currentWidget() is self.text:
            self.edit()
        else:
            super().back_out()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_F2:
            self.edit()
            return
        super().keyPressEvent(event)

    # Below.

    def _keep(self, page: PlaybookPage) -> None:
        journal = self._services.journal
        assert journal is not None
        try:
            journal.rituals.save_page(page)
        except JournalReadOnly as error:
            self.say(str(error), "danger")
            return
        self.page = page

    def _choose(self) -> None:
        journal, row = self._services.journal, self.list.currentRow()
        if journal is None or not 0 <= row < len(self._setups):
            return
        self.save()
        self.page = journal.rituals.page(self._setups[row])
        self.title.setText(self._titles.name_of(self.page.setup))
        self.text.blockSignals(True)
        self.text.setPlainText(self.page.text)
        self.text.blockSignals(False)
        self.words_of.setCurrentWidget(self.view)
        self.save()
        setup, accounts = self.page.setup, journal.accounts()
        trips = without_sample(journal.trips())

        def work(_progress: object, _cancelled: object) -> Summary:
            return summary(TripTable.of([one for one in trips if one.setup == setup], accounts))

        self.task.start(work)
        self._show_examples()

    def _take(self, found: object) -> None:
        if not isinstance(found, Summary):
            return
        theme, n = self.themes.theme, found["trades"].n
        rows: list[list[Cell]] = []
        for key in _FIGURES if n else ():
            one = found[key]
            few = ", few" if one.few else ""
            rows.append(
                [
                    (one.what.name, "text"),
                    (figure_text(one, found.asset) if one.value is not None else one.reason, "text"),
                    (figure_interval(one, found.asset), "muted"),
                    (f"n {one.n}{few}", "muted"),
                ]
            )
        self.facts.setHtml(
            heading(theme, "What it brought, net, all accounts")
            + (table(theme, ("Figure", "", "95 %", ""), rows) if n else line(theme, NO_TRIPS, "muted"))
            + heading(theme, "Its rules, from its checklist")
            + self._rules()
        )
        self._fit()
        self.under.setText(f"{n} closed {'trade' if n == 1 else 'trades'}")

    def _fit(self) -> None:
        """Give the figures the height that they need."""
        self.facts.document().setTextWidth(self.facts.viewport().width())
        self.facts.setFixedHeight(round(self.facts.document().size().height()) + 4)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _rules(self) -> str:
        rows = self._titles.rules_of(self.page.setup)
        theme = self.themes.theme
        if not rows:
            return line(
                theme, "There is no checklist of this name: “Checklists” in the palette adds one.", "muted"
            )
        return "".join(line(theme, words) for words in rows)

    def _examples_now(self) -> list[ReviewedTrip]:
        journal = self._services.journal
        found = [] if journal is None else [journal.trip(trip_id) for trip_id in self.page.examples]
        return [one for one in found if one is not None]

    def _show_examples(self) -> None:
        found = self._examples_now()
        self.examples.show_trips([(str(place + 1), one) for place, one in enumerate(found)])
        self.examples_say.setText(
            "Examples; O opens one in the time machine"
            if found
            else "No example yet: choose a trade in review"
        )
        self.remove_button.setEnabled(bool(found))
        self.examples.setVisible(bool(found))
        self._show_pictures()

    def _show_pictures(self) -> None:
        journal = self._services.journal
        one = None if journal is None else journal.trip(self.examples.current_id)
        shots = () if one is None else one.note.attachments[:MOST_PICTURES]
        for place, label in enumerate(self.pictures):
            label.clear()
            label.setVisible(place < len(shots))
            if journal is None or place >= len(shots):
                continue
            try:
                reader = QImageReader(str(journal.attachment_path(shots[place])))
            except PreflightError:
                continue
            size = reader.size()
            if size.isValid():
                reader.setScaledSize(size.scaled(PICTURE, Qt.AspectRatioMode.KeepAspectRatio))
            image = reader.read()
            if image.isNull():
                label.setText(f"{shots[place].name}: no picture")
            else:
                label.setPixmap(QPixmap.fromImage(image))

    def _add(self) -> None:
        trip_id = self._services.selection.trip_id
        if not trip_id:
            self.say("Choose a trade in review first", "warn")
        elif trip_id not in self.page.examples:
            self._keep(replace(self.page, examples=(*self.page.examples, trip_id)))
            self._show_examples()

    def _remove(self) -> None:
        gone = self.examples.current_id
        self._keep(replace(self.page, examples=tuple(one for one in self.page.examples if one != gone)))
        self._show_examples()

    def _set_theme(self, theme: Theme) -> None:
        self.view.set_theme(theme)
        self.examples.set_theme(theme)
        self._choose()
