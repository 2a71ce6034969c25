"""The form in which an event is entered or changed: it says at once when it takes place, or what is wrong."""

from datetime import UTC, datetime

import msgspec
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QWidget,
)

from ui.calendar.words import KIND_WORDS, moment_words, window_words
from ui.theme import AGE_PX, BODY_PX, HEADER_PX, ThemeSource, ui_font
from workstation.errors import BadFigure
from workstation.events.calendar import checked
from workstation.events.event import (
    KINDS,
    RULE_OF_KIND,
    CalendarEvent,
    WindowRule,
    new_event_id,
    occurrence_of,
)
from workstation.events.recurrence import starts

ZONES = (
    "UTC",
    "America/New_York",
    "America/Chicago",
    "Europe/London",
    "Europe/Berlin",
    "Asia/Dubai",
    "Asia/Singapore",
    "Asia/Hong_Kong",
    "Asia/Shanghai",
    "Asia/Tokyo",
    "Australia/Sydney",
)
_SCOPES = (("All symbols", "all"), ("Symbols or coins", "symbols"), ("A sector", "sector"))
_RULES = (("As its kind", ""), ("No entry", "no entry"), ("Reduce", "reduce"), ("Note only", "note"))
_REPEATS = (
    ("Once", ""),
    ("Daily", "FREQ=DAILY"),
    ("Weekdays", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
    ("Weekly", "FREQ=WEEKLY"),
    ("Monthly", "FREQ=MONTHLY"),
    ("Yearly", "FREQ=YEARLY"),
)
_LOOK_AHEAD_MS = 400 * 86_400_000


class EventForm(QFrame):
    """Fields of one event, a line that says what they come to, and a button that keeps it."""

    done = Signal(object)
    """The `CalendarEvent` to be kept."""
    left = Signal()
    """Nothing is to be changed."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._event: CalendarEvent | None = None
        self._now_ms = 0
        self.title = self._edit("Title", "FOMC minutes")
        self.date = self._edit("Date", "2026-03-18")
        self.time = self._edit("Time", "18:00")
        self.zone = self._combo("Time zone", [(zone, zone) for zone in ZONES])
        self.zone.setEditable(True)
        self.all_day = QCheckBox("All day", self)
        self.length = self._edit("Minutes it lasts", "0")
        self.kind = self._combo("Kind", [(KIND_WORDS[kind], kind) for kind in KINDS])
        self.scope = self._combo("Concerns", list(_SCOPES))
        self.names = self._edit("Names", "WLD, ARB")
        self.rule = self._combo("Window", list(_RULES))
        self.before = self._edit("Minutes before", "120")
        self.after = self._edit("Minutes after", "120")
        self.cut = self._edit("Size cut, %", "40")
        self.leverage = self._edit("Leverage at most", "5")
        self.repeat = self._combo("Repeats", list(_REPEATS))
        self.repeat.setEditable(True)
        self.repeat.setToolTip("Or a rule of RFC 5545, such as FREQ=MONTHLY;BYDAY=1FR")
        self.alerts = self._edit("Told before, minutes", "60, 10")
        self.note = self._edit("Note", "what to do then")
        self.preview = QLabel("", self)
        self.preview.setFont(ui_font(HEADER_PX))
        self.preview.setWordWrap(True)
        self.preview.setTextFormat(Qt.TextFormat.PlainText)
        self.save_button = QPushButton("Keep", self)
        self.save_button.clicked.connect(self.save)
        self.cancel_button = QPushButton("Cancel", self)
        self.cancel_button.clicked.connect(self.left)
        self._labels: list[QLabel] = []
        self._lay_out()
        for combo in (self.zone, self.kind, self.scope, self.rule, self.repeat):
            combo.currentTextChanged.connect(lambda _text: self._changed())
        for edit in self.findChildren(QLineEdit):
            edit.textChanged.connect(lambda _text: self._changed())
        self.all_day.toggled.connect(lambda _on: self._changed())
        themes.changed.connect(self.refresh_look)
        self.refresh_look()

    # What it shows.

    def open(self, event: CalendarEvent | None, now_ms: int) -> None:
        """Show an event to change it, or an empty form; take the keyboard."""
        self._event, self._now_ms = event, now_ms
        moment = datetime.fromtimestamp((now_ms // 3_600_000 + 1) * 3_600, UTC)
        shown = event or CalendarEvent("new", "-", moment.strftime("%Y-%m-%dT%H:%M:%S"), kind="macro")
        self.title.setText(event.title if event is not None else "")
        self.date.setText(shown.start[:10])
        self.time.setText(shown.start[11:16])
        self.zone.setEditText(shown.zone or "as imported")
        self.zone.setEnabled(not shown.zone_rules)
        self.all_day.setChecked(shown.all_day)
        self.length.setText(f"{shown.duration_s / 60:g}")
        self.names.setText(", ".join(shown.names))
        rule = shown.rule or RULE_OF_KIND[shown.kind]
        for combo, data in (
            (self.kind, shown.kind),
            (self.scope, shown.scope),
            (self.rule, "" if shown.rule is None else rule.effect),
        ):
            combo.setCurrentIndex(max(0, combo.findData(data)))
        self.before.setText(f"{rule.before_m:g}")
        self.after.setText(f"{rule.after_m:g}")
        self.cut.setText(f"{rule.size_cut_rate * 100:g}")
        self.leverage.setText("" if rule.most_leverage is None else f"{rule.most_leverage:g}")
        place = self.repeat.findData(shown.repeat)
        self.repeat.setCurrentIndex(max(0, place))
        if place < 0:
            self.repeat.setEditText(shown.repeat)
        self.alerts.setText(", ".join(f"{minutes:g}" for minutes in shown.alert_m))
        self.note.setText(shown.note)
        self.save_button.setText("Keep" if event is not None else "Add")
        self.show()
        self._changed()
        self.title.setFocus(Qt.FocusReason.OtherFocusReason)
        self.title.selectAll()

    def refresh_look(self) -> None:
        """Use the colours in force."""
        theme = self._themes.theme
        for label in self._labels:
            label.setStyleSheet(f"color: {theme.muted.name()};")
        ground, edge = theme.panel.name(), theme.hairline.name()
        self.setStyleSheet(f"EventForm {{ background: {ground}; border-top: 1px solid {edge}; }}")
        self._changed()

    def _changed(self) -> None:
        by_kind = not self.rule.currentData()
        effect = self.rule.currentData() or RULE_OF_KIND[self.kind.currentData()].effect
        self.names.setEnabled(self.scope.currentData() != "all")
        self.time.setEnabled(not self.all_day.isChecked())
        for edit, used in (
            (self.before, not by_kind and effect != "note"),
            (self.after, not by_kind and effect != "note"),
            (self.cut, effect == "reduce"),
            (self.leverage, effect == "reduce"),
        ):
            edit.setEnabled(used)
        if not self.isVisible() and self._event is None and not self.title.text():
            return
        said, token = self._said()
        color = getattr(self._themes.theme, token)
        self.preview.setText(said)
        self.preview.setStyleSheet(f"color: {color.name()};")

    def _said(self) -> tuple[str, str]:
        try:
            event = self.event_now()
            coming = starts(event, self._now_ms, self._now_ms + _LOOK_AHEAD_MS)
            first = coming[0] if coming else starts(event, 0, self._now_ms + 40 * _LOOK_AHEAD_MS)[-1]
        except BadFigure as error:
            return str(error), "warn"
        except (IndexError, ValueError, OverflowError):
            return "It never takes place", "warn"
        one = occurrence_of(event, first)
        then = f", {len(coming)} times within 400 days" if event.repeat else ""
        when = "Next" if coming else "It was"
        return f"{when} {moment_words(first)} UTC{then}. {window_words(one)}.", "muted"

    # What it comes to.

    def event_now(self) -> CalendarEvent:
        """The event as the fields have it.

        Raises:
            BadFigure: a field cannot be used.
        """
        if not self.title.text().strip():
            raise BadFigure("title", "What is it called?")
        day, clock = self.date.text().strip(), self.time.text().strip()
        if self.all_day.isChecked():
            clock = "00:00"
        try:
            moment = datetime.strptime(f"{day} {clock}", "%Y-%m-%d %H:%M")  # noqa: DTZ007 - clocks of a zone
        except ValueError:
            raise BadFigure("date", "Write the date as 2026-03-18 and the time as 18:00") from None
        before = self._event
        length_s = round(60 * _number(self.length, "Minutes it lasts", 0.0))
        rules = before.zone_rules if before is not None else ""
        changes = {
            "title": self.title.text().strip(),
            "start": moment.strftime("%Y-%m-%dT%H:%M:%S"),
            "zone": "" if rules else self.zone.currentText().strip() or "UTC",
            "all_day": self.all_day.isChecked(),
            "duration_s": length_s or (86_400 if self.all_day.isChecked() else 0),
            "kind": self.kind.currentData(),
            "scope": self.scope.currentData(),
            "names": self._names(),
            "rule": self._rule(),
            "repeat": self._repeat(),
            "alert_m": self._alerts(),
            "note": self.note.text().strip(),
        }
        base = before or CalendarEvent(new_event_id(), "-", "2000-01-01T00:00:00")
        return checked(msgspec.structs.replace(base, **changes))

    def _names(self) -> tuple[str, ...]:
        if self.scope.currentData() == "all":
            return ()
        return tuple(self.names.text().replace(",", " ").replace(";", " ").split())

    def _rule(self) -> WindowRule | None:
        effect = self.rule.currentData()
        if not effect:
            return None
        try:
            return msgspec.convert(
                {
                    "effect": effect,
                    "before_m": _number(self.before, "Minutes before", 0.0),
                    "after_m": _number(self.after, "Minutes after", 0.0),
                    "size_cut_rate": _number(self.cut, "Size cut", 0.0) / 100,
                    "most_leverage": _number(self.leverage, "Leverage", 0.0) or None,
                },
                WindowRule,
            )
        except msgspec.ValidationError as error:
            raise BadFigure("rule", f"The window cannot be used: {error}") from None

    def _repeat(self) -> str:
        text = self.repeat.currentText().strip()
        return dict(_REPEATS).get(text, text.upper().removeprefix("RRULE:"))

    def _alerts(self) -> tuple[float, ...]:
        told = self.alerts.text().replace(";", ",").split(",")
        try:
            return tuple(sorted({float(one) for one in told if one.strip()}, reverse=True))
        except ValueError:
            raise BadFigure("alerts", "Told before: write minutes, such as 60, 10") from None

    def save(self) -> None:
        """Hand the event over, or say what is wrong."""
        try:
            self.done.emit(self.event_now())
        except BadFigure:
            self._changed()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.save()
        else:
            super().keyPressEvent(event)

    # Made of.

    def _edit(self, name: str, example: str) -> QLineEdit:
        edit = QLineEdit(self)
        edit.setAccessibleName(name)
        edit.setPlaceholderText(example)
        edit.setFont(ui_font(BODY_PX))
        return edit

    def _combo(self, name: str, choices: list[tuple[str, str]]) -> QComboBox:
        combo = QComboBox(self)
        combo.setAccessibleName(name)
        combo.setFont(ui_font(BODY_PX))
        for words, data in choices:
            combo.addItem(words, data)
        combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        combo.setMinimumContentsLength(8)
        return combo

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(10, 8, 10, 8)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(3)
        lines: tuple[tuple[tuple[str, QWidget, int], ...], ...] = (
            (("Title", self.title, 4), ("Kind", self.kind, 2)),
            (
                ("Date", self.date, 2),
                ("Time", self.time, 1),
                ("", self.all_day, 1),
                ("Time zone", self.zone, 2),
            ),
            (
                ("Lasts, min", self.length, 1),
                ("Repeats", self.repeat, 2),
                ("Concerns", self.scope, 2),
                ("Which", self.names, 1),
            ),
            (
                ("Window", self.rule, 2),
                ("Before, min", self.before, 1),
                ("After, min", self.after, 1),
                ("Size cut, %", self.cut, 1),
                ("Leverage ≤", self.leverage, 1),
            ),
            (("Told before, min", self.alerts, 2), ("Note", self.note, 4)),
        )
        for row, fields in enumerate(lines):
            column = 0
            for words, widget, span in fields:
                label = QLabel(words, self)
                label.setFont(ui_font(AGE_PX))
                self._labels.append(label)
                grid.addWidget(label, 2 * row, column, 1, span)
                grid.addWidget(widget, 2 * row + 1, column, 1, span)
                column += span
        foot = QHBoxLayout()
        foot.addWidget(self.preview, 1)
        foot.addWidget(self.cancel_button)
        foot.addWidget(self.save_button)
        grid.addLayout(foot, 2 * len(lines), 0, 1, 6)
        for column in range(6):
            grid.setColumnStretch(column, 1)


def _number(edit: QLineEdit, name: str, empty: float) -> float:
    text = edit.text().strip().replace(",", ".")
    if not text or not edit.isEnabled():
        return empty
    try:
        return float(text)
    except ValueError:
        raise BadFigure(name, f"{name}: {text!r} is no number") from None
