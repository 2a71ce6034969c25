"""The fields of one row of a checklist: what is measured or asked, and from where on it passes."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from itertools import pairwise

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QCompleter,
    QGridLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QWidget,
)

from ui.checklists.draft import SIDE_WORDS, Kind, RowDraft, words_of
from ui.metric_text import explanation, unit_words
from ui.theme import AGE_PX, BODY_PX, Theme, ui_font
from workstation.metrics.registry import metric_groups
from workstation.trading.checklist_desk import METRIC_KEYS, metric_of
from workstation.trading.checklist_template import OPERATOR_WORDS

_LINES: tuple[tuple[str, str, tuple[Kind, ...], str], ...] = (
    ("title", "Title", ("automatic", "manual", "emotional", "signals"), "As it stands on the ticket"),
    ("metric", "Measured", ("automatic",), ""),
    ("question", "Question", ("manual", "emotional"), "What the trader is asked, in full"),
    ("threshold", "Passes where", ("automatic",), ""),
    ("watch", "Watched from", ("automatic", "emotional"), "Milder: between the two it passes, and is marked"),
    (
        "max_age",
        "At most old, s",
        ("automatic",),
        "Seconds; an older value is no data. Empty: the metric's own",
    ),
    ("text", "Letters to write", ("manual",), "With a yes; 0 for none"),
    ("low", "1 stands for", ("emotional",), ""),
    ("high", "5 stands for", ("emotional",), ""),
    ("least", "Passes from", ("emotional", "signals"), ""),
    ("rows", "Rows that count", ("signals",), ""),
)
_NARROW = {"threshold", "watch", "max_age", "text", "least"}
_KEY = Qt.ItemDataRole.UserRole


class RowForm(QWidget):
    """Shows one row in fields; tells what becomes of it with every letter."""

    edited = Signal(object, str)
    """The `RowDraft`, and the field that was changed."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._row: RowDraft | None = None
        self._filling = False
        self.lines: dict[str, QLineEdit] = {}
        self._labels: dict[str, QLabel] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 4, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(3, 1)
        self.measured = self._metric_box()
        self.operator = QComboBox(self)
        self.operator.setAccessibleName("How it is compared")
        self.operator.activated.connect(lambda _: self._take("operator", self.operator.currentData()))
        self.unit = QLabel(self)
        self.unit.setMinimumWidth(60)
        self.rows = QListWidget(self)
        self.rows.setAccessibleName("Rows that count")
        self.rows.setMaximumHeight(110)
        self.rows.itemChanged.connect(lambda _: self._take_rows())
        for place, (name, title, _kinds, hint) in enumerate(_LINES):
            label = self._labels[name] = QLabel(title, self)
            label.setFont(ui_font(AGE_PX))
            grid.addWidget(label, place, 0)
            if name == "metric":
                grid.addWidget(self.measured, place, 1, 1, 3)
            elif name == "rows":
                grid.addWidget(self.rows, place, 1, 1, 3)
            elif name == "threshold":
                grid.addWidget(self.operator, place, 1)
                grid.addWidget(self._line(name, title, hint), place, 2)
                grid.addWidget(self.unit, place, 3)
            elif name in _NARROW:
                grid.addWidget(self._line(name, title, hint), place, 1)
                says = self._labels[f"{name}_hint"] = QLabel(hint, self)
                says.setFont(ui_font(AGE_PX))
                grid.addWidget(says, place, 2, 1, 2)
            else:
                grid.addWidget(self._line(name, title, hint), place, 1, 1, 3)
        last = len(_LINES)
        self.required = self._box("Locks the ticket", "Without it the row only tells", "required")
        self.by_side = self._box(
            "Counts for the side", "Positive is in the order's favour, for a short too", "by_side"
        )
        self.unsigned = self._box("Without its sign", "Only how far it is from zero", "size")
        self.side = QComboBox(self)
        self.side.setAccessibleName("Asked of")
        self.side.setToolTip("Of which orders the row is asked")
        for key, words in SIDE_WORDS.items():
            self.side.addItem(words, key)
        self.side.activated.connect(lambda _: self._take("side", self.side.currentData()))
        grid.addWidget(self.required, last, 1)
        grid.addWidget(self.side, last, 2)
        self._flags = (self.by_side, self.unsigned)
        flags = QGridLayout()
        flags.setContentsMargins(12, 0, 0, 0)
        flags.setHorizontalSpacing(16)
        for place, flag in enumerate(self._flags):
            flags.addWidget(flag, 0, place)
        flags.setColumnStretch(2, 1)
        grid.addLayout(flags, last, 3)
        others: dict[str, tuple[QWidget, ...]] = {
            "metric": (self.measured,),
            "threshold": (self.operator, self.lines["threshold"]),
            "rows": (self.rows,),
        }
        chain = [one for name, *_ in _LINES for one in others.get(name, (self.lines.get(name),)) if one]
        chain += [self.required, self.side, *self._flags]
        for before, after in pairwise(chain):
            QWidget.setTabOrder(before, after)

    # What is shown.

    def show_row(self, row: RowDraft | None, others: Sequence[RowDraft], faults: Mapping[str, str]) -> None:
        """Show a row, with what is wrong by field; None for none."""
        self._filling = True
        fresh = row is None or self._row is None or row.key != self._row.key
        self._row = row
        self.setVisible(row is not None)
        if row is not None:
            self._show(row, others, fresh)
        self._filling = False
        marked: dict[str, QWidget] = {
            **self.lines,
            "metric": self.measured,
            "rows": self.rows,
            "operator": self.operator,
        }
        for name, widget in marked.items():
            self._mark(widget, faults.get(name, ""))

    def _show(self, row: RowDraft, others: Sequence[RowDraft], fresh: bool) -> None:
        for name, _title, kinds, _hint in _LINES:
            shown = row.kind in kinds
            widgets: tuple[QWidget | None, ...] = (
                self._labels[name],
                self._labels.get(f"{name}_hint"),
                self.lines.get(name),
            )
            for widget in widgets:
                if widget is not None:
                    widget.setVisible(shown)
        automatic = row.kind == "automatic"
        for widget in (self.measured, self.operator, self.unit, *self._flags):
            widget.setVisible(automatic)
        self.rows.setVisible(row.kind == "signals")
        for name, line in self.lines.items():
            text = getattr(row, name)
            if line.text() != text:
                line.setText(text)
                if fresh:
                    line.setCursorPosition(0)
        for flag, on in (
            (self.required, row.required),
            (self.by_side, row.by_side),
            (self.unsigned, row.size),
        ):
            flag.setChecked(on)
        self.side.setCurrentIndex(self.side.findData(row.side))
        if automatic:
            self._show_metric(row, fresh)
        elif row.kind == "signals":
            self._show_others(row, others)

    def _show_metric(self, row: RowDraft, fresh: bool) -> None:
        known = row.metric in METRIC_KEYS
        if fresh:
            _offer_metrics(self.measured, row.metric if known else "")
        place = self.measured.findData(row.metric)
        if known and self.measured.currentIndex() != place:
            self.measured.setCurrentIndex(place)
        elif not known and fresh:
            self.measured.setCurrentIndex(-1)
            self.measured.setEditText("")
        words = words_of(metric_of(row.metric)) if known else ()
        signs = ("is", "is not") if words else (">=", "<=", ">", "<")
        if [self.operator.itemData(place) for place in range(self.operator.count())] != list(signs):
            self.operator.clear()
            for sign, said in OPERATOR_WORDS.items():
                if sign in signs:
                    self.operator.addItem(said, sign)
        self.operator.setCurrentIndex(self.operator.findData(row.operator))
        self.unit.setText(" · ".join(words) if words else unit_words(metric_of(row.metric)) if known else "")
        for name in ("watch", "watch_hint"):
            self._labels[name].setVisible(not words)
        self.lines["watch"].setVisible(not words)
        for flag in self._flags:
            flag.setVisible(not words)
        self.measured.setProperty("hint", explanation(metric_of(row.metric)) if known else "")

    def _show_others(self, row: RowDraft, others: Sequence[RowDraft]) -> None:
        countable = [other for other in others if other.key != row.key]
        if [self.rows.item(place).data(_KEY) for place in range(self.rows.count())] != [
            other.key for other in countable
        ]:
            self.rows.clear()
            for other in countable:
                item = QListWidgetItem(other.title or other.key)
                item.setData(_KEY, other.key)
                self.rows.addItem(item)
        for place, other in enumerate(countable):
            on = Qt.CheckState.Checked if other.key in row.rows else Qt.CheckState.Unchecked
            self.rows.item(place).setCheckState(on)

    def _mark(self, widget: QWidget, fault: str) -> None:
        if widget.property("fault") != fault:
            widget.setProperty("fault", fault)
            widget.setStyleSheet(f"border-color: {self._danger};" if fault else "")
            widget.setAccessibleDescription(fault)
        hint = str(widget.property("hint") or "")
        widget.setToolTip(fault or hint)

    def set_theme(self, theme: Theme) -> None:
        """Use these colours from now on."""
        self._danger = theme.danger.name()
        for label in (*self._labels.values(), self.unit):
            label.setStyleSheet(f"color: {theme.muted.name()};")

    # What it tells.

    def _take(self, name: str, value: object) -> None:
        if self._row is not None and not self._filling and getattr(self._row, name) != value:
            self.edited.emit(replace(self._row, **{name: value}), name)  # type: ignore[arg-type]

    def _take_metric(self, place: int) -> None:
        key = str(self.measured.itemData(place))
        if self._row is None or self._filling or key == self._row.metric:
            return
        words = words_of(metric_of(key))
        changed = replace(self._row, metric=key)
        if bool(words) != (changed.operator in ("is", "is not")):
            changed = replace(changed, operator="is" if words else ">=", threshold="", watch="")
        if not changed.title:
            changed = replace(changed, title=metric_of(key).title)
        self.edited.emit(changed, "metric")

    def _take_rows(self) -> None:
        items = (self.rows.item(place) for place in range(self.rows.count()))
        chosen = tuple(item.data(_KEY) for item in items if item.checkState() is Qt.CheckState.Checked)
        self._take("rows", chosen)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """What was typed of a metric and names none goes back to the one in force."""
        if event.type() == QEvent.Type.FocusOut and self._row is not None and self._row.metric:
            place = self.measured.findData(self._row.metric)
            self.measured.setEditText(self.measured.itemText(place))
        return False

    # Making.

    def _line(self, name: str, title: str, hint: str) -> QLineEdit:
        assert name in {field.name for field in fields(RowDraft)}
        line = self.lines[name] = QLineEdit(self)
        line.setAccessibleName(title)
        line.setProperty("hint", hint)
        line.setFont(ui_font(BODY_PX))
        if name in _NARROW:
            line.setFixedWidth(110)
        line.textEdited.connect(lambda text: self._take(name, text))
        return line

    def _box(self, words: str, hint: str, name: str) -> QCheckBox:
        box = QCheckBox(words, self)
        box.setToolTip(hint)
        box.clicked.connect(lambda on: self._take(name, on))
        return box

    def _metric_box(self) -> QComboBox:
        box = QComboBox(self)
        box.setEditable(True)
        box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        box.setAccessibleName("What is measured")
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        _offer_metrics(box, "")
        completer = QCompleter(box.model(), box)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        box.setCompleter(completer)
        editor = box.lineEdit()
        assert editor is not None
        editor.setPlaceholderText("Type a part of its name: spread, funding, risk …")
        editor.installEventFilter(self)
        box.activated.connect(self._take_metric)
        return box


def _offer_metrics(box: QComboBox, named: str) -> None:
    """List whatever can be measured; series from outside come and go, what a row names stays."""
    declared = {metric.key for _, metrics in metric_groups() for metric in metrics}
    keys = {*METRIC_KEYS, *declared, *([named] if named else [])}
    offered = [(metric_of(key).title, key) for key in keys]
    offered.sort(key=lambda one: (one[0].casefold(), one[1]))
    if offered == [(box.itemText(place), box.itemData(place)) for place in range(box.count())]:
        return
    box.clear()
    for title, key in offered:
        box.addItem(title, key)
        box.setItemData(box.count() - 1, explanation(metric_of(key)), Qt.ItemDataRole.ToolTipRole)
