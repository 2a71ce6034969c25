"""Counterfactuals: the same entry with other exits, filled on what was recorded, net of fees and funding."""

import time
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from ui.commands import Command
from ui.panel import Condition, Panel, PanelServices
from ui.positions.figures import exact
from ui.review.outcome_table import OutcomeTable, exit_marks
from ui.review.outcomes import Outcomes
from ui.review.trip_words import price_places
from ui.theme import AGE_PX, Theme, ui_font
from workstation.journal.counterfactuals import CounterfactualTable
from workstation.model.journal import RoundTrip

LONG_S = 0.3
"""What takes longer shows how far it is, and can be stopped."""
LOW_PX = 240
"""A panel less high than this keeps its room for the rows."""


class CounterfactualsPanel(Panel):
    """What the round trip that review looks at would have brought with other exits."""

    kind: ClassVar[str] = "counterfactuals"
    title: ClassVar[str] = "Counterfactuals"
    rate_hz: ClassVar[float] = 8.0
    of_symbol: ClassVar[bool] = False
    of_market: ClassVar[bool] = False

    def __init__(self, services: PanelServices, parent: QWidget | None = None) -> None:
        super().__init__(services, parent)
        self._outcomes: Outcomes | None = None
        self._store: object = None
        self._shown: CounterfactualTable | None = None
        self.table = OutcomeTable(self.theme, services.themes.density, self)
        self.table.chosen.connect(services.selection.set_moment)
        self.notes = QLabel("", self)
        self.notes.setFont(ui_font(AGE_PX))
        self.notes.setTextFormat(Qt.TextFormat.PlainText)
        self.notes.setWordWrap(True)
        self.notes.setContentsMargins(12, 2, 12, 6)
        self._began_s = time.monotonic()
        self.stop_button = QToolButton(self)
        self.stop_button.setToolTip("Stop reckoning other exits, or begin anew (Esc)")
        self.stop_button.clicked.connect(lambda _=False: self.stop_or_go_on())
        self.stop_button.hide()
        body = QWidget(self)
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.table, 1)
        foot = QHBoxLayout()
        foot.setContentsMargins(0, 0, 8, 4)
        foot.addWidget(self.notes, 1)
        foot.addWidget(self.stop_button)
        layout.addLayout(foot)
        self.set_body(body)
        self.setFocusProxy(self.table)
        self.header.set_subject("Counterfactuals", "same entry, other exits · net of fees and funding")
        self.theme_changed(self.theme)

    def refresh(self) -> None:
        journal, selection = self.services.journal, self.services.selection
        one = None if journal is None else journal.trip(selection.trip_id)
        store = self.services.workstation.store
        if one is None:
            self._shown = None
            self.set_condition(
                Condition.EMPTY, "No round trip is chosen.", "Choose one in the list of round trips."
            )
            return
        if one.trip.is_open:
            self._shown = None
            selection.set_marks(())
            self.set_condition(
                Condition.EMPTY, "It is still open: other exits are reckoned once it is closed."
            )
            return
        if store is None:
            self._put_outcomes_away()
            sentence = "No store of ticks is open, so nothing is known of what came after."
            self.set_condition(Condition.EMPTY, sentence, "Open a market that is recorded.")
            return
        if store is not self._store:
            self._put_outcomes_away()
            self._store, self._outcomes = store, Outcomes(store.history)
        assert self._outcomes is not None
        table = self._outcomes.look(one.trip)
        if self._outcomes.error:
            self.set_condition(Condition.ERROR, self._outcomes.error, "The rest of the review goes on.")
        elif table is None:
            self._shown = None
            self.set_condition(Condition.LOADING, "Other exits are being reckoned on what was recorded.")
        else:
            self.set_condition(Condition.LIVE)
            self._show_table(table, one.trip)
        self._show_progress(table)

    def _show_table(self, table: CounterfactualTable, trip: RoundTrip) -> None:
        if table is self._shown:
            return
        self._shown = table
        self.table.show_table(table, trip, price_places(trip))
        self.services.selection.set_marks(exit_marks(table))
        if not table.is_whole:
            self.notes.setText("")
            return
        risk = trip.initial_risk
        unit = f"1 R = {exact(risk, 2)} {trip.asset}" if risk else "R is not known: there was no first stop"
        self.notes.setText(" · ".join((unit, *table.notes)))
        self.notes.setToolTip("")

    def _show_progress(self, table: CounterfactualTable | None) -> None:
        """Say how far it has come, and offer to stop what takes long or to go on."""
        assert self._outcomes is not None
        outcomes, now_s = self._outcomes, time.monotonic()
        is_whole = table is not None and table.is_whole
        is_working = not is_whole and not outcomes.is_stopped and not outcomes.error
        if not is_working:
            self._began_s = now_s
        takes_long = is_working and now_s - self._began_s > LONG_S
        self.stop_button.setVisible(takes_long or outcomes.is_stopped)
        self.stop_button.setText("Go on" if outcomes.is_stopped else "Stop")
        done = 0 if table is None else len(table.rows)
        if table is not None and is_whole:
            known = sum(row.is_known for row in table.rows)
            self.header.set_detail([(f"{known} of {table.count} known", "muted")])
        elif outcomes.is_stopped:
            self.header.set_detail([(f"stopped after {done} rows", "warn")])
        elif takes_long:
            share = "" if table is None else f" {done} of {table.count}"
            self.header.set_detail([(f"reckoning{share}", "accent")])

    def stop_or_go_on(self) -> None:
        """Stop reckoning; once stopped, begin anew."""
        if self._outcomes is None:
            return
        if self._outcomes.is_stopped:
            self._outcomes.go_on()
        else:
            self._outcomes.stop()
        self.refresh()

    def theme_changed(self, theme: Theme) -> None:
        self.table.set_look(theme, self.services.themes.density)
        self.notes.setStyleSheet(f"color: {theme.muted.name()};")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.notes.setVisible(self.height() >= LOW_PX)

    def put_away(self) -> None:
        self._put_outcomes_away()
        super().put_away()

    def keys(self) -> list[tuple[str, str]]:
        return [
            ("↑ ↓", "Another exit"),
            ("Enter", "Go to its moment in the time machine"),
            ("J  K", "The next and the previous round trip"),
            ("Ctrl+C", "Copy the table"),
            ("Esc", "Stop reckoning, once it takes long; go on"),
        ]

    def commands(self) -> list[Command]:
        return [Command("Copy the counterfactuals", self.copy, "Ctrl+C", lambda: self._shown is not None)]

    def copy(self) -> None:
        """Put the table on the clipboard."""
        QGuiApplication.clipboard().setText(self.table.copy_text())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif key == Qt.Key.Key_Escape and not self.stop_button.isHidden():
            self.stop_or_go_on()
        elif key in (Qt.Key.Key_J, Qt.Key.Key_K) and not event.modifiers():
            self.services.selection.step(1 if key == Qt.Key.Key_J else -1)
        else:
            super().keyPressEvent(event)

    def _put_outcomes_away(self) -> None:
        if self._outcomes is not None:
            self._outcomes.close()
        self._outcomes = self._store = self._shown = None
