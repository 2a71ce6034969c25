"""The form in which a commitment is chosen: a shape of rule, its figure, and the reason for it."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from ui.theme import BODY_PX, HEADER_PX, Theme, ui_font
from workstation.errors import BadFigure
from workstation.model.rituals import Rule, RuleShape
from workstation.trading.commitments import checked, day_words, rule_words

NONE_WORDS = "No commitment this week"
SHAPE_WORDS = {
    RuleShape.TRADES: "So many entries a day at most",
    RuleShape.HOURS: "No entries between two hours",
    RuleShape.SETUP: "No entries of a setup",
    RuleShape.SYMBOL: "No entries in a symbol",
    RuleShape.LEVERAGE: "So much leverage at most",
    RuleShape.RISK: "So much risk a trade at most",
    RuleShape.PAUSE: "A pause after every loss",
    RuleShape.ROW: "A checklist row without override",
}
_FIGURES = {
    RuleShape.TRADES: (0.0, 200.0, 0, 1.0, "entries a day", 3.0),
    RuleShape.LEVERAGE: (1.0, 125.0, 0, 1.0, "x", 3.0),
    RuleShape.RISK: (0.01, 20.0, 2, 0.1, "% of the equity", 0.5),
    RuleShape.PAUSE: (1.0, 1440.0, 0, 5.0, "minutes", 30.0),
}
_SHAPES: tuple[RuleShape | None, ...] = (None, *RuleShape)
_NAMED = (RuleShape.SETUP, RuleShape.SYMBOL, RuleShape.ROW)


class CommitmentForm(QWidget):
    """Arrows choose the shape, Tab goes on to its figure and to the reason."""

    changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._names: Mapping[RuleShape, Sequence[tuple[str, str]]] = {}
        self._made_ms = self._until_ms = 0
        self._is_filling = False
        self.shapes = QListWidget(self)
        self.shapes.setAccessibleName("Kind of rule")
        self.shapes.setFont(ui_font(BODY_PX))
        self.shapes.setFixedWidth(290)
        for shape in _SHAPES:
            self.shapes.addItem(NONE_WORDS if shape is None else SHAPE_WORDS[shape])
        self.figure = QDoubleSpinBox(self)
        self.figure.setAccessibleName("Figure")
        self.figure.setFixedWidth(110)
        self.unit = self._label()
        self.from_hour, self.to_hour = QSpinBox(self), QSpinBox(self)
        for box, name, most in ((self.from_hour, "From hour, UTC", 23), (self.to_hour, "To hour, UTC", 24)):
            box.setRange(0, most)
            box.setSuffix(":00")
            box.setAccessibleName(name)
            box.setFixedWidth(80)
        self.from_hour.setValue(22)
        self.to_hour.setValue(6)
        self.until_word = self._label("to")
        self.name = QComboBox(self)
        self.name.setAccessibleName("Which one")
        self.name.setMinimumWidth(260)
        self.reason = QLineEdit(self)
        self.reason.setAccessibleName("Reason")
        self.reason.setPlaceholderText("Why? It is kept with the commitment, and asked for next week")
        self.reason.setMaxLength(300)
        self.asks, self.says, self.preview = self._label(), self._label(), self._label()
        self.preview.setWordWrap(True)
        for field in (self.figure, self.from_hour, self.to_hour, self.name, self.reason):
            field.setFont(ui_font(BODY_PX))
        fields = QHBoxLayout()
        for widget in (self.figure, self.unit, self.from_hour, self.until_word, self.to_hour, self.name):
            fields.addWidget(widget)
        fields.addStretch(1)
        right = QVBoxLayout()
        right.setSpacing(10)
        right.addWidget(self.asks)
        right.addLayout(fields)
        right.addWidget(self.reason)
        right.addWidget(self.says)
        right.addSpacing(10)
        right.addWidget(self.preview)
        right.addStretch(1)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(18)
        whole.addWidget(self.shapes)
        whole.addLayout(right, 1)
        self.shapes.currentRowChanged.connect(lambda _row: self._shape_chosen())
        self.figure.valueChanged.connect(lambda _value: self._tell())
        self.from_hour.valueChanged.connect(lambda _value: self._tell())
        self.to_hour.valueChanged.connect(lambda _value: self._tell())
        self.name.currentIndexChanged.connect(lambda _place: self._tell())
        self.reason.textEdited.connect(lambda _text: self._tell())
        self.set_theme(theme)
        self.shapes.setCurrentRow(0)

    def _label(self, words: str = "") -> QLabel:
        label = QLabel(words, self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setFont(ui_font(HEADER_PX))
        return label

    def offer(
        self, names: Mapping[RuleShape, Sequence[tuple[str, str]]], made_ms: int, until_ms: int
    ) -> None:
        """Offer setups, symbols and rows as (key, title), for a commitment that would be made now."""
        self._names, self._made_ms, self._until_ms = names, made_ms, until_ms
        self._shape_chosen()

    @property
    def shape(self) -> RuleShape | None:
        """The shape that is chosen; None for no commitment."""
        return _SHAPES[max(0, self.shapes.currentRow())]

    @property
    def rule(self) -> Rule | None:
        """The rule as it stands in the form; None for no commitment."""
        shape = self.shape
        if shape is None:
            return None
        figure = Decimal(0)
        if shape in _FIGURES:
            figure = Decimal(f"{self.figure.value():.{self.figure.decimals()}f}")
            figure = figure / 100 if shape is RuleShape.RISK else figure
        is_hours = shape is RuleShape.HOURS
        named = shape in _NAMED and self.name.currentIndex() >= 0
        return Rule(
            shape,
            figure,
            self.from_hour.value() if is_hours else 0,
            self.to_hour.value() if is_hours else 0,
            str(self.name.currentData()) if named else "",
            self.name.currentText() if named else "",
        )

    @property
    def fault(self) -> str:
        """Why it cannot be promised yet; empty where it can."""
        rule = self.rule
        if rule is None:
            return ""
        try:
            checked(rule, self.reason.text())
        except BadFigure as error:
            return str(error)
        return ""

    def show_rule(self, rule: Rule | None, reason: str) -> None:
        """Show a rule as it was being chosen."""
        self._is_filling = True
        try:
            self.shapes.setCurrentRow(_SHAPES.index(None if rule is None else rule.shape))
            self.reason.setText(reason)
            if rule is not None:
                self._shape_chosen()
                if rule.shape in _FIGURES:
                    scale = 100 if rule.shape is RuleShape.RISK else 1
                    self.figure.setValue(float(rule.figure * scale))
                elif rule.shape is RuleShape.HOURS:
                    self.from_hour.setValue(rule.from_hour)
                    self.to_hour.setValue(rule.to_hour)
                elif rule.name:
                    if self.name.findData(rule.name) < 0:
                        self.name.addItem(rule.title or rule.name, rule.name)
                    self.name.setCurrentIndex(self.name.findData(rule.name))
        finally:
            self._is_filling = False
        self._tell()

    def set_theme(self, theme: Theme) -> None:
        """Use these colours from now on."""
        for label in (self.unit, self.until_word, self.asks):
            label.setStyleSheet(f"color: {theme.muted.name()};")
        self.says.setStyleSheet(f"color: {theme.warn.name()};")
        self.preview.setStyleSheet(
            f"color: {theme.text.name()}; background: {theme.control.name()}; padding: 8px;"
        )
        self.shapes.setStyleSheet(
            "QListWidget::item { padding: 6px 8px; border-radius: 4px; }"
            f" QListWidget::item:selected {{ background: {theme.control.name()}; color: {theme.text.name()};"
            f" border-left: 3px solid {theme.accent.name()}; }}"
        )

    def _shape_chosen(self) -> None:
        shape, before = self.shape, self._is_filling
        self._is_filling = True
        is_figure, is_hours, is_named = shape in _FIGURES, shape is RuleShape.HOURS, shape in _NAMED
        if shape in _FIGURES:
            least, most, decimals, step, unit, usual = _FIGURES[shape]
            self.figure.setDecimals(decimals)
            self.figure.setRange(least, most)
            self.figure.setSingleStep(step)
            self.figure.setValue(usual)
            self.unit.setText(unit)
        if is_named and shape is not None:
            self.name.clear()
            for key, title in self._names.get(shape, ()):
                self.name.addItem(title, key)
        for widget, is_shown in (
            (self.figure, is_figure),
            (self.unit, is_figure),
            (self.from_hour, is_hours),
            (self.until_word, is_hours),
            (self.to_hour, is_hours),
            (self.name, is_named),
            (self.reason, shape is not None),
            (self.preview, shape is not None),
        ):
            widget.setVisible(is_shown)
        words = "A week can end without a promise. One rule kept is worth more than three intended."
        self.asks.setText(words if shape is None else f"{SHAPE_WORDS[shape]}, until {self._until}")
        self._is_filling = before
        self._tell()

    @property
    def _until(self) -> str:
        return f"the end of {day_words(self._until_ms - 1)}" if self._until_ms else "the end of next week"

    def _tell(self) -> None:
        if self._is_filling:
            return
        rule, fault = self.rule, self.fault
        self.says.setText(fault)
        if rule is not None:
            made = day_words(self._made_ms)
            self.preview.setText(
                f"The ticket will say: “Your commitment of {made}: {rule_words(rule)}”. It counts at once; "
                "exits stay free; no override lifts it."
            )
        self.changed.emit()
