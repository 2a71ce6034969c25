"""The small sheet on which a drawing's words, looks and alert are changed."""

from math import isfinite

from msgspec.structs import replace
from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ui import format
from ui.drawings.display_list import color_of
from ui.drawings.edits import PriceStep, anchor_at
from ui.drawings.icons import swatch_icon, tool_icon, width_icon
from ui.theme import AGE_PX, Theme, ui_font
from workstation.model.drawings import (
    COLORS,
    MOST_NAME_CHARACTERS,
    MOST_RATIO,
    MOST_RATIOS,
    Drawing,
    DrawingKind,
)
from workstation.model.levels import AlertRule, AlertTrigger

WIDTH_PX = 224
WIDTHS = (1, 2, 3)
BUTTON_PX = 22
_TRIGGERS = (None, AlertTrigger.CROSS, AlertTrigger.TOUCH, AlertTrigger.CLOSE)


def alert_words(trigger: AlertTrigger | None, timeframe_ms: int) -> str:
    """What an alert waits for, in the trader's words."""
    if trigger is None:
        return "No alert"
    if trigger is AlertTrigger.CLOSE:
        return f"Alert at a {format.timeframe(timeframe_ms)} close beyond"
    return "Alert when crossed" if trigger is AlertTrigger.CROSS else "Alert when touched"


def parsed_ratios(text: str) -> tuple[float, ...]:
    """The ratios typed: "0 0.5 1" or "0; 0,5; 1"; a comma is a point where it stands between digits.

    Raises:
        ValueError: not numbers, none at all, or too many; the text says which.
    """
    words = text.replace(";", " ").replace(", ", " ").replace(",", ".").split()
    try:
        ratios = tuple(float(word) for word in words)
    except ValueError:
        raise ValueError("Ratios are numbers: 0 0.382 0.618 1") from None
    if not 1 <= len(ratios) <= MOST_RATIOS:
        raise ValueError(f"1 to {MOST_RATIOS} ratios, please")
    if not all(isfinite(ratio) and abs(ratio) <= MOST_RATIO for ratio in ratios):
        raise ValueError(f"Ratios lie within ±{MOST_RATIO:g}")
    return ratios


def parsed_price(text: str) -> float:
    """The price typed.

    Raises:
        ValueError: it is none.
    """
    plain = "".join(text.split()).replace(format.THIN_SPACE, "").replace(format.MINUS, "-")
    try:
        # A comma groups thousands where there is a point, and is the point where there is none.
        price = float(plain.replace(",", "") if "." in plain else plain.replace(",", "."))
    except ValueError:
        raise ValueError("A price is a number") from None
    if not isfinite(price):
        raise ValueError("A price is a number")
    return price


class DrawingEditor(QFrame):
    """Opens beside a drawing; every change is handed on at once, Esc or a click elsewhere closes it."""

    edited = Signal(object)
    """A `Drawing` as it should be now."""
    delete_requested = Signal()
    duplicate_requested = Signal()
    closed = Signal(object)
    """The `Drawing` as it was left."""

    def __init__(self, theme: Theme, plot: QWidget) -> None:
        super().__init__(plot)
        self._theme, self._plot = theme, plot
        self._drawing: Drawing | None = None
        self._step = PriceStep()
        self._timeframe_ms = 60_000
        self.setFixedWidth(WIDTH_PX)
        # A click on one of its buttons must not hand the keyboard to what lies below.
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(6)
        self.name_field = QLineEdit(self)
        self.name_field.setMaxLength(MOST_NAME_CHARACTERS)
        self.name_field.editingFinished.connect(self._name_typed)
        self.name_field.returnPressed.connect(self.dismiss)
        layout.addWidget(self.name_field)
        self.price_field = QLineEdit(self)
        self.price_field.setAccessibleName("Price")
        self.price_field.setToolTip("Price of the level")
        self.price_field.editingFinished.connect(self._price_typed)
        layout.addWidget(self.price_field)
        self.ratios_field = QLineEdit(self)
        self.ratios_field.setAccessibleName("Ratios")
        self.ratios_field.setToolTip("Ratios of the retracement, with spaces between")
        self.ratios_field.editingFinished.connect(self._ratios_typed)
        layout.addWidget(self.ratios_field)
        self.alert_box = QComboBox(self)
        self.alert_box.setAccessibleName("Alert")
        self.alert_box.activated.connect(self._alert_picked)
        layout.addWidget(self.alert_box)
        self.complaint = QLabel(self)
        self.complaint.setFont(ui_font(AGE_PX))
        self.complaint.setTextFormat(Qt.TextFormat.PlainText)
        self.complaint.setWordWrap(True)
        layout.addWidget(self.complaint)
        self.swatches = {name: self._button(f"Colour {name}") for name in COLORS}
        self.widths = {width: self._button(f"{width} px wide") for width in WIDTHS}
        looks = QHBoxLayout()
        looks.setSpacing(0)
        for name, button in self.swatches.items():
            button.clicked.connect(lambda _=False, name=name: self._restyle(color=name))
            looks.addWidget(button)
        looks.addStretch(1)
        for width, button in self.widths.items():
            button.setCheckable(True)
            button.clicked.connect(lambda _=False, width=width: self._restyle(width=width))
            looks.addWidget(button)
        layout.addLayout(looks)
        self.lock_button = self._button("Lock: it cannot be moved by hand (L)")
        self.lock_button.setCheckable(True)
        self.lock_button.clicked.connect(lambda on: self._change(locked=on))
        self.copy_button = self._button("Duplicate (Ctrl+D)")
        self.copy_button.clicked.connect(self.duplicate_requested)
        self.delete_button = self._button("Delete (Del)")
        self.delete_button.clicked.connect(self._delete)
        last = QHBoxLayout()
        last.setSpacing(0)
        for button in (self.lock_button, self.copy_button):
            last.addWidget(button)
        last.addStretch(1)
        last.addWidget(self.delete_button)
        layout.addLayout(last)
        self.hide()
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._on_focus)

    @property
    def drawing(self) -> Drawing | None:
        """What is edited, as it is now; None while the sheet is closed."""
        return self._drawing

    def open(self, drawing: Drawing, step: PriceStep, timeframe_ms: int, at: QPoint) -> None:
        """Edit a drawing.

        Args:
            drawing: what is edited.
            step: of the instrument's prices.
            timeframe_ms: whose close an alert "beyond" means if it is chosen now.
            at: where on the plot to open, px; the sheet may lie beyond the plot, but never beyond its window.
        """
        self.dismiss()
        self._drawing, self._step = drawing, step
        alert = drawing.alert
        self._timeframe_ms = alert.timeframe_ms if alert is not None else max(1_000, timeframe_ms)
        is_text, is_level = drawing.kind is DrawingKind.TEXT, drawing.kind is DrawingKind.LEVEL
        self.name_field.setPlaceholderText("Text" if is_text else "Name")
        self.name_field.setAccessibleName("Text" if is_text else "Name")
        self.name_field.setText(drawing.name)
        self.price_field.setVisible(is_level)
        self.price_field.setText(f"{drawing.anchors[0].price:.{step.decimals}f}")
        self.ratios_field.setVisible(drawing.kind is DrawingKind.FIBONACCI)
        self.ratios_field.setText(" ".join(f"{ratio:g}" for ratio in drawing.ratios))
        self.ratios_field.setCursorPosition(0)
        self.alert_box.setVisible(is_level)
        self.alert_box.clear()
        for trigger in _TRIGGERS:
            self.alert_box.addItem(alert_words(trigger, self._timeframe_ms))
        self.alert_box.setCurrentIndex(_TRIGGERS.index(None if alert is None else alert.trigger))
        for button in self.widths.values():
            button.setVisible(not is_text)
        self._complain("")
        self._show_looks()
        window = self._plot.window()
        self.setParent(window)
        self.adjustSize()
        corner = self._plot.mapTo(window, at)
        self.move(
            max(0, min(corner.x(), window.width() - self.width())),
            max(0, min(corner.y(), window.height() - self.height())),
        )
        self.show()
        self.raise_()
        self.name_field.setFocus(Qt.FocusReason.PopupFocusReason)
        self.name_field.selectAll()

    def dismiss(self) -> None:
        """Close the sheet; the keyboard goes back to the plot."""
        if self._drawing is not None:
            had_focus = self._holds(QApplication.focusWidget())
            self.hide()
            self.setParent(self._plot)
            if had_focus:
                self._plot.setFocus(Qt.FocusReason.OtherFocusReason)

    def set_theme(self, theme: Theme) -> None:
        """Use these colours."""
        self._theme = theme
        if self._drawing is not None:
            self._show_looks()
        self.update()

    def hideEvent(self, event: QHideEvent) -> None:
        # What was typed and not confirmed counts: nobody types a name to lose it.
        for field, take in (
            (self.name_field, self._name_typed),
            (self.price_field, self._price_typed),
            (self.ratios_field, self._ratios_typed),
        ):
            if field.isModified():
                take()
        drawing, self._drawing = self._drawing, None
        super().hideEvent(event)
        if drawing is not None:
            self.closed.emit(drawing)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        event.accept()  # none of them is the desk's while something is typed

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.control)
        painter.setPen(self._theme.hairline)
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    # Inside.

    def _button(self, words: str) -> QToolButton:
        button = QToolButton(self)
        button.setStyleSheet("QToolButton { padding: 0px; min-height: 0px; }")
        button.setFixedSize(BUTTON_PX, BUTTON_PX)
        button.setIconSize(QSize(16, 16))
        button.setToolTip(words)
        button.setAccessibleName(words)
        return button

    def _show_looks(self) -> None:
        drawing, theme = self._drawing, self._theme
        assert drawing is not None
        for name, button in self.swatches.items():
            ring = theme.text if name == drawing.style.color else None
            button.setIcon(swatch_icon(color_of(name, theme), ring))
        for width, button in self.widths.items():
            button.setChecked(width == drawing.style.width)
            button.setIcon(width_icon(width, theme.text))
        self.lock_button.setChecked(drawing.locked)
        for button, sign in (
            (self.lock_button, "lock"),
            (self.copy_button, "copy"),
            (self.delete_button, "trash"),
        ):
            button.setIcon(tool_icon(sign, theme.text))

    def _change(self, **changes: object) -> None:
        before = self._drawing
        if before is None:
            return
        now = replace(before, **changes)
        if now != before:
            self._drawing = now
            self._show_looks()
            self.edited.emit(now)

    def _restyle(self, **changes: object) -> None:
        if self._drawing is not None:
            self._change(style=replace(self._drawing.style, **changes))

    def _name_typed(self) -> None:
        self.name_field.setModified(False)
        self._change(name=self.name_field.text().strip())

    def _price_typed(self) -> None:
        drawing = self._drawing
        if drawing is None or not self.price_field.isModified():
            return
        try:
            price = self._step.rounded(parsed_price(self.price_field.text()))
        except ValueError as error:
            self._complain(str(error))
            return
        self.price_field.setModified(False)
        self._complain("")
        self._change(anchors=(anchor_at(drawing.anchors[0].time_ms, price),))

    def _ratios_typed(self) -> None:
        if self._drawing is None or not self.ratios_field.isModified():
            return
        try:
            ratios = parsed_ratios(self.ratios_field.text())
        except ValueError as error:
            self._complain(str(error))
            return
        self.ratios_field.setModified(False)
        self._complain("")
        self._change(ratios=ratios)

    def _alert_picked(self, index: int) -> None:
        trigger = _TRIGGERS[index]
        self._change(alert=None if trigger is None else AlertRule(trigger, self._timeframe_ms))

    def _delete(self) -> None:
        self.dismiss()
        self.delete_requested.emit()

    def _on_focus(self, _before: QWidget | None, now: QWidget | None) -> None:
        if self._drawing is not None and now is not None and not self._holds(now):
            self.dismiss()

    def _holds(self, widget: QWidget | None) -> bool:
        """Whether a widget belongs to the sheet; the list of a box is a window of its own."""
        while widget is not None and widget is not self:
            widget = widget.parentWidget()
        return widget is self

    def _complain(self, words: str) -> None:
        self.complaint.setText(words)
        self.complaint.setVisible(bool(words))
        self.complaint.setStyleSheet(f"color: {self._theme.warn.name()}")
        self.adjustSize()
