"""The form in which an alert is made or changed: it says at once what would be told, and what is wrong."""

from collections.abc import Callable, Sequence

import msgspec
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QWidget,
)

from ui import metric_text
from ui.alerting.expression_edit import ExpressionEdit
from ui.alerting.form_choices import (
    COOLDOWNS_S,
    EXPIRIES_S,
    HELD_S,
    KINDS,
    SIDES,
    WAYS,
    apart_words,
    end_words,
    held_words,
    sound_words,
    typed_number,
)
from ui.theme import AGE_PX, BODY_PX, HEADER_PX, ThemeSource, ui_font
from workstation.alerts.expression import ExpressionError
from workstation.alerts.rules import (
    MOST_NOTE_CHARACTERS,
    SOUNDS,
    AlertCondition,
    Formula,
    PriceCross,
    Rule,
    Threshold,
    new_rule_id,
)
from workstation.metrics.metric import Unit
from workstation.metrics.registry import METRIC_BY_KEY, metric_groups
from workstation.model.instrument import Instrument

EVERY_SYMBOL = "Every symbol"


class FormError(ValueError):
    """What is wrong with its `field`."""

    def __init__(self, words: str, field: QWidget) -> None:
        super().__init__(words)
        self.field = field


class AlertForm(QFrame):
    """Fields of one alert, a line that says what it would say now, and a button that watches it."""

    done = Signal(object)
    """The `Rule` to be watched."""
    left = Signal()
    """Nothing is to be changed."""
    sound_wanted = Signal(str)
    """A sound is to be heard."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._rule: Rule | None = None
        self._market = ""
        self._linked = ""
        self._expiry_shown = 0
        self._now_ms: Callable[[], int] = lambda: 0
        self._instrument: Callable[[str], Instrument | None] = lambda _symbol: None
        self.symbol = self._combo("Symbol", [])
        self.symbol.setEditable(True)
        self.kind = self._combo("What to wait for", [(name, name) for name in KINDS])
        self.way = self._combo("Direction", [(words, way) for way, words in WAYS])
        self.price = self._edit("Price", "62 000")
        self.metric_box = self._combo("Metric", [])
        self.metric_box.setMaxVisibleItems(20)
        self.side = self._combo("Side", [(words, side) for side, words in SIDES])
        self.value = self._edit("Value", "0.05")
        self.unit = QLabel("", self)
        self.hysteresis = self._edit("Again after going back by", "0")
        self.expression = ExpressionEdit(themes, self)
        self._offer_metrics("")
        self.repeat = self._combo("How often", [("Once", "once"), ("Every time", "every")])
        self.cooldown = self._combo("Apart", [(apart_words(value), value) for value in COOLDOWNS_S])
        self.held = self._combo("Holds for", [(held_words(value), value) for value in HELD_S])
        self.expires = self._combo("Ends", [(end_words(value), value) for value in EXPIRIES_S])
        self.sound = self._combo("Sound", [(sound_words(sound), sound) for sound in SOUNDS])
        self.note = self._edit("Note", "why, and what to do then")
        self.note.setMaxLength(MOST_NOTE_CHARACTERS)
        self.preview = QLabel("", self)
        self.preview.setFont(ui_font(HEADER_PX))
        self.preview.setWordWrap(True)
        self.preview.setTextFormat(Qt.TextFormat.PlainText)
        self.save_button = QPushButton("Watch", self)
        self.save_button.clicked.connect(self.save)
        self.cancel_button = QPushButton("Cancel", self)
        self.cancel_button.clicked.connect(self.left)
        self._lay_out()
        for combo in self.findChildren(QComboBox):
            combo.currentIndexChanged.connect(lambda _index: self._changed())
        self.symbol.editTextChanged.connect(lambda _text: self._changed())
        for edit in (self.price, self.value, self.hysteresis, self.expression, self.note):
            edit.textChanged.connect(lambda _text: self._changed())
        self.sound.activated.connect(lambda _index: self.sound_wanted.emit(self.sound.currentData()))
        self.on_preview: Callable[[Rule], tuple[str, str]] = lambda _rule: ("", "muted")
        """Says what a rule would say now, and the theme's token for it."""
        themes.changed.connect(self.refresh)

    # What it shows.

    def open(
        self,
        market: str,
        symbols: Sequence[str],
        linked: str,
        now_ms: Callable[[], int],
        instrument: Callable[[str], Instrument | None],
        rule: Rule | None = None,
        condition: AlertCondition | None = None,
        scope: tuple[str, ...] | None = None,
    ) -> None:
        """Show a rule to change it, an empty form, or one with a condition in it; take the keyboard."""
        self._market, self._rule, self._linked = market, rule, linked
        self._now_ms, self._instrument = now_ms, instrument
        self.symbol.blockSignals(True)
        self.symbol.clear()
        self.symbol.addItems([EVERY_SYMBOL, *symbols])
        wanted = rule.symbols if rule is not None else scope if scope is not None else (linked,)
        self.symbol.setEditText(", ".join(wanted) if wanted and wanted[0] else EVERY_SYMBOL)
        self.symbol.blockSignals(False)
        shown = rule or Rule("new", market or "-", (), condition or PriceCross(1.0))
        self._offer_metrics(shown.condition.metric if isinstance(shown.condition, Threshold) else "")
        self._show_condition(shown.condition if rule or condition else None)
        for combo, data in (
            (self.repeat, shown.repeat),
            (self.cooldown, shown.cooldown_s),
            (self.held, shown.held_s),
            (self.sound, shown.sound),
        ):
            combo.setCurrentIndex(max(0, combo.findData(data)))
        self.expires.setCurrentIndex(0)
        if rule is not None and rule.expires_ms is not None:
            left_s = (rule.expires_ms - now_ms()) / 1_000
            nearest = min(range(1, len(EXPIRIES_S)), key=lambda place: abs(EXPIRIES_S[place] - left_s))
            self.expires.setCurrentIndex(nearest)
        self._expiry_shown = self.expires.currentIndex()
        self.note.setText(shown.note)
        self.save_button.setText("Save" if rule is not None else "Watch")
        self._changed()
        self.show()
        fields: tuple[QWidget, ...] = (self.price, self.value, self.expression)
        fields[self.kind.currentIndex()].setFocus(Qt.FocusReason.OtherFocusReason)

    def _offer_metrics(self, named: str) -> None:
        """List every metric of numbers: series from outside come and go, what a rule names stays."""
        offered = [
            metric for _, metrics in metric_groups() for metric in metrics if metric.unit is not Unit.WORD
        ]
        if named and named not in (metric.key for metric in offered):
            offered.append(METRIC_BY_KEY[named])
        box, chosen = self.metric_box, self.metric_box.currentData()
        box.blockSignals(True)
        box.clear()
        for metric in offered:
            box.addItem(metric.title, metric.key)
        box.setCurrentIndex(max(0, box.findData(chosen)))
        box.blockSignals(False)
        self.expression.offer(metric.key for _, metrics in metric_groups() for metric in metrics)

    def _show_condition(self, condition: AlertCondition | None) -> None:
        for edit in (self.price, self.value, self.hysteresis, self.expression):
            edit.clear()
        match condition:
            case PriceCross():
                self.kind.setCurrentIndex(0)
                self.way.setCurrentIndex(self.way.findData(condition.direction))
                self.price.setText(f"{condition.price:.12g}")
                self.hysteresis.setText(f"{condition.hysteresis:.12g}" if condition.hysteresis else "")
            case Threshold():
                self.kind.setCurrentIndex(1)
                self.metric_box.setCurrentIndex(self.metric_box.findData(condition.metric))
                self.side.setCurrentIndex(self.side.findData(condition.side))
                self.value.setText(metric_text.typed(condition.of, condition.value))
                back = metric_text.typed(condition.of, condition.hysteresis)
                self.hysteresis.setText(back if condition.hysteresis else "")
            case Formula():
                self.kind.setCurrentIndex(2)
                self.expression.setText(condition.text)
            case _:
                self.kind.setCurrentIndex(0)

    def refresh(self) -> None:
        """Say again what it would say: the market goes on."""
        if not self.isHidden():
            self._say()

    # What it gives.

    def rule(self) -> Rule:
        """The rule that the fields make.

        Raises:
            FormError: a field is wrong; the text says how.
        """
        condition = self._condition()
        expiry_s = float(self.expires.currentData())
        expires_ms = self._now_ms() + round(expiry_s * 1_000) if expiry_s else None
        held = self._rule
        if held is not None and self.expires.currentIndex() == self._expiry_shown:
            expires_ms = held.expires_ms  # it was not touched, and the time goes on
        changes: dict[str, object] = {
            "symbols": self._symbols(),
            "condition": condition,
            "repeat": self.repeat.currentData(),
            "cooldown_s": float(self.cooldown.currentData()),
            "held_s": 0.0 if isinstance(condition, PriceCross) else float(self.held.currentData()),
            "expires_ms": expires_ms,
            "sound": self.sound.currentData(),
            "note": self.note.text().strip(),
        }
        made = held or Rule(new_rule_id(), self._market, (), condition, created_ms=self._now_ms())
        return msgspec.structs.replace(made, **changes)

    def _symbols(self) -> tuple[str, ...]:
        text = self.symbol.currentText().strip()
        if text.casefold() == EVERY_SYMBOL.casefold():
            return ()
        names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
        if not names:
            raise FormError("Which symbol? Name one, or choose every symbol", self.symbol)
        if any(len(name) > 64 for name in names):
            raise FormError("A symbol has at most 64 characters", self.symbol)
        return names

    def _condition(self) -> AlertCondition:
        kind = self.kind.currentIndex()
        if kind == 2:
            try:
                return Formula(self.expression.text())
            except ExpressionError as error:
                self.expression.set_wrong(
                    (error.start, error.end) if self.expression.text().strip() else None
                )
                raise FormError(str(error), self.expression) from None
        if kind == 0:
            price = self._number(self.price, "A price, such as 62 000")
            if not 0 < price <= 1e15:
                raise FormError("A price is above zero", self.price)
            return PriceCross(price, self.way.currentData(), self._hysteresis())
        metric = METRIC_BY_KEY[self.metric_box.currentData()]
        scale = 0.01 if metric.unit is Unit.RATE else 1.0
        value = (
            self._number(self.value, f"A number in {metric.own_unit or metric.unit.value or 'figures'}")
            * scale
        )
        if abs(value) > 1e15:
            raise FormError("This is beyond anything that is traded", self.value)
        return Threshold(metric.key, self.side.currentData(), value, self._hysteresis() * scale)

    def _hysteresis(self) -> float:
        if not self.hysteresis.text().strip():
            return 0.0
        value = self._number(self.hysteresis, "How far it must go back, a number")
        if not 0 <= value <= 1e15:
            raise FormError("It cannot go back by less than nothing", self.hysteresis)
        return value

    def _number(self, edit: QLineEdit, example: str) -> float:
        value = typed_number(edit.text())
        if value is None:
            typed = edit.text().strip()
            raise FormError(f"{typed[:20]!r} is not a number. {example}" if typed else example, edit)
        return value

    def save(self) -> None:
        """Watch what the fields say; where they say nothing sound, go to the field concerned."""
        try:
            rule = self.rule()
        except FormError as error:
            error.field.setFocus(Qt.FocusReason.OtherFocusReason)
            self._say()
            return
        self.done.emit(rule)

    # How it behaves.

    def _changed(self) -> None:
        kind = self.kind.currentIndex()
        for widget, of in self._of_kind:
            widget.setVisible(kind in of)
        self.cooldown.setVisible(self.repeat.currentData() == "every")
        metric = METRIC_BY_KEY[self.metric_box.currentData()]
        symbols = self.symbol.currentText().split(",")
        instrument = self._instrument(symbols[0].strip()) or self._instrument(self._linked)
        of_price = kind == 0
        unit = (
            (instrument.quote if instrument else "")
            if of_price
            else metric_text.unit_of(metric, [instrument] if instrument else [])
        )
        self.unit.setText(unit)
        self.metric_box.setToolTip(metric_text.explanation(metric))
        self._say()

    def _say(self) -> None:
        """Show what it would say now, or what is wrong."""
        theme = self._themes.theme
        self.expression.set_wrong(None)
        try:
            words, token = self.on_preview(self.rule())
        except FormError as error:
            words, token = str(error), "danger" if self._is_filled(error.field) else "muted"
        self.preview.setText(words)
        self.preview.setStyleSheet(f"color: {getattr(theme, token).name()};")
        self.setStyleSheet(
            f"AlertForm {{ background: {theme.control.name()}; border-top: 1px solid "
            f"{theme.hairline.name()}; }} AlertForm QLineEdit, AlertForm QComboBox "
            f"{{ background: {theme.panel.name()}; }}"
        )

    def _is_filled(self, field: QWidget) -> bool:
        return isinstance(field, QComboBox) or (isinstance(field, QLineEdit) and bool(field.text().strip()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.save()
        else:
            super().keyPressEvent(event)

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(10, 8, 10, 8)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(6)
        value_line, often_line, note_line = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        back = self._label("back by")
        self._of_kind: tuple[tuple[QWidget, tuple[int, ...]], ...] = (
            (self.way, (0,)),
            (self.price, (0,)),
            (self.metric_box, (1,)),
            (self.side, (1,)),
            (self.value, (1,)),
            (self.unit, (0, 1)),
            (back, (0, 1)),
            (self.hysteresis, (0, 1)),
            (self.expression, (2,)),
            (self.held, (1, 2)),
        )
        for widget, stretch in (
            (self.metric_box, 4),
            (self.way, 1),
            (self.side, 0),
            (self.price, 2),
            (self.value, 1),
            (self.unit, 0),
            (back, 0),
            (self.hysteresis, 1),
            (self.expression, 1),
        ):
            value_line.addWidget(widget, stretch)
        for widget in (self.repeat, self.cooldown, self.held, self.expires):
            often_line.addWidget(widget, 1)
        note_line.addWidget(self.sound, 1)
        note_line.addWidget(self.note, 3)
        first = QHBoxLayout()
        first.addWidget(self.symbol, 2)
        first.addWidget(self.kind, 2)
        last = QHBoxLayout()
        last.addWidget(self.preview, 1)
        last.addWidget(self.cancel_button)
        last.addWidget(self.save_button)
        for row, (label, line) in enumerate(
            (("Watch", first), ("When", value_line), ("Tell", often_line), ("With", note_line))
        ):
            grid.addWidget(self._label(label), row, 0)
            line.setSpacing(6)
            grid.addLayout(line, row, 1)
        grid.addLayout(last, 4, 0, 1, 2)
        grid.setColumnStretch(1, 1)

    def _label(self, words: str) -> QLabel:
        label = QLabel(words, self)
        label.setFont(ui_font(AGE_PX))
        return label

    def _edit(self, name: str, example: str) -> QLineEdit:
        edit = QLineEdit(self)
        edit.setAccessibleName(name)
        edit.setToolTip(name)
        edit.setPlaceholderText(example)
        edit.setFont(ui_font(BODY_PX))
        edit.setMinimumWidth(48)
        return edit

    def _combo(self, name: str, entries: Sequence[tuple[str, object]]) -> QComboBox:
        combo = QComboBox(self)
        combo.setAccessibleName(name)
        combo.setToolTip(name)
        combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        for words, data in entries:
            combo.addItem(words, data)
        # Room for the longest entry, unless there are many: the popup shows those whole.
        combo.setMinimumContentsLength(min(10, max((len(words) for words, _ in entries), default=6)))
        return combo
