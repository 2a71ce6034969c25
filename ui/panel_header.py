"""The one line above every panel: link colour, symbol, what it shows, the age of its data, its menu."""

import math
import re
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QColor,
    QFontMetricsF,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMenu, QSizePolicy, QToolButton, QWidget

from ui import format
from ui.header_buttons import LinkButton, MenuButton, PopOutButton
from ui.theme import AGE_PX, HEADER_PX, NORMAL, PANEL_RADIUS, Density, Theme, tint, ui_font

Detail = str | Sequence[tuple[str, str]]
"""Plain text, or parts of (text, token of the theme that colours it: "text", "muted", "up" …)."""

ROOMY_PX = 300
"""Width from which there is room for the button that moves the panel to a window of its own."""
LEAST_WORDS_PX = 72
"""Less of the words after the symbol is a stub that says nothing: it is left out."""
_SEPARATORS = re.compile(r" {2,}")


class PanelHeader(QWidget):
    """A panel's header line, by which the panel is also dragged to another place."""

    pop_out_requested = Signal()
    close_requested = Signal()
    duplicate_requested = Signal()
    drag_began = Signal(QPoint)
    """The header is dragged; where the pointer is, global."""
    drag_moved = Signal(QPoint)
    drag_ended = Signal(QPoint)
    double_clicked = Signal()

    def __init__(self, theme: Theme, density: Density = NORMAL, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._active = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.link_button = LinkButton(theme, self)
        self._subject = _SubjectLine(theme, self)
        self._age = _AgeMark(theme, self)
        self.menu = QMenu(self)
        self.window_menu: QMenu | None = None
        """The part of the menu that names the windows; filled by the desk when it is opened."""
        self._pressed_at: QPoint | None = None
        self._dragging = False
        self.pop_out_button = PopOutButton(theme, self)
        self.pop_out_button.clicked.connect(self.pop_out_requested)
        self._menu_button = MenuButton(theme, self)
        self._menu_button.setMenu(self.menu)
        self.menu.aboutToShow.connect(self._offer_folded)
        self._controls: list[tuple[QWidget, ...]] = []
        self._left_out: set[QWidget] = set()
        self._folded_entries: list[QAction] = []
        layout = QHBoxLayout(self)
        layout.setContentsMargins(6, 0, 4, 0)
        layout.setSpacing(2)
        layout.addWidget(self.link_button)
        layout.addWidget(self._subject, 1)
        layout.addWidget(self._age)
        layout.addWidget(self.pop_out_button)
        layout.addWidget(self._menu_button)
        self._layout = layout
        self.set_density(density)

    @property
    def subject(self) -> tuple[str, str]:
        """The symbol and the words after it, as last set."""
        return self._subject.symbol, self._subject.what

    @property
    def detail(self) -> str:
        """The detail's text, without colours."""
        return "  ".join(text for text, _ in self._subject.detail)

    def set_subject(self, symbol: str, what: str) -> None:
        """Say what the panel shows: `symbol` in bold, `what` muted after it. Plain text, always."""
        if (symbol, what) != self.subject:
            is_other = symbol != self._subject.symbol
            self._subject.symbol, self._subject.what = symbol, what
            self._subject.update()
            if is_other:
                self._fold()

    def set_detail(self, detail: Detail) -> None:
        """Show figures after the subject; a part (between two spaces) that does not fit is left out whole."""
        if isinstance(detail, str):
            parts = tuple((part, "muted") for part in _SEPARATORS.split(detail) if part)
        else:
            parts = tuple(detail)
        if parts != self._subject.detail:
            self._subject.detail = parts
            self._subject.update()

    def add_control(self, *widgets: QWidget) -> None:
        """Put small widgets at the right, before the age, after those added earlier.

        Where the symbol would not fit beside them, buttons are folded into the panel's menu: those added last
        first, those added together at once. Other widgets stay.
        """
        for widget in widgets:
            widget.setFont(ui_font(HEADER_PX))
            self._layout.insertWidget(self._layout.indexOf(self._age), widget)
        self._controls.append(widgets)
        self._fold()

    def leave_out(self, widget: QWidget, left_out: bool) -> None:
        """Have a button only in the menu, whatever room there is; or where there is room for it."""
        if left_out != (widget in self._left_out):
            (self._left_out.add if left_out else self._left_out.discard)(widget)
            self._fold()

    def _fold(self) -> None:
        """Show as many controls as leave the symbol whole."""
        room = self.width() - self._subject.whole_symbol_px()
        fixed = [self.link_button, self._age, self._menu_button]
        if self.width() >= ROOMY_PX:
            fixed.append(self.pop_out_button)
        self.pop_out_button.setVisible(self.width() >= ROOMY_PX)
        margins = self._layout.contentsMargins()
        room -= margins.left() + margins.right() + sum(self._px(widget) for widget in fixed)
        groups = [[widget for widget in group if widget not in self._left_out] for group in self._controls]
        shown = [widget for group in groups for widget in group]
        needed = sum(self._px(widget) for widget in shown)
        for group in reversed(groups):
            if needed > room and all(isinstance(widget, QToolButton) for widget in group):
                needed -= sum(self._px(widget) for widget in group)
                shown = [widget for widget in shown if widget not in group]
        for widget in (widget for group in self._controls for widget in group):
            if widget.isHidden() == (widget in shown):
                widget.setVisible(widget in shown)

    def _px(self, widget: QWidget) -> int:
        """The width that a widget takes in the line, px."""
        return max(widget.sizeHint().width(), widget.minimumWidth()) + self._layout.spacing()

    def _offer_folded(self) -> None:
        """Put what is folded at the top of the menu."""
        for entry in self._folded_entries:
            self.menu.removeAction(entry)
        self._folded_entries = []
        before = self.menu.actions()[0] if self.menu.actions() else None
        folded = [widget for group in self._controls for widget in group if widget.isHidden()]
        for button in folded:
            if isinstance(button, QToolButton):
                self._folded_entries.append(self._entry_of(button))
        if self._folded_entries:
            line = QAction(self.menu)
            line.setSeparator(True)
            self._folded_entries.append(line)
        for entry in self._folded_entries:
            if before is None:
                self.menu.addAction(entry)
            else:
                self.menu.insertAction(before, entry)

    def _entry_of(self, button: QToolButton) -> QAction:
        """What does in the menu what a button does in the line."""
        words = button.accessibleName() or button.text()
        menu: QMenu | None = button.menu()
        if menu is not None:
            menu.setTitle(words)
            return menu.menuAction()
        entry = QAction(words, self.menu)
        entry.setToolTip(button.toolTip())
        entry.setCheckable(button.isCheckable())
        entry.setChecked(button.isChecked())
        entry.triggered.connect(lambda _=False: button.click())
        return entry

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() is QEvent.Type.LayoutRequest:
            self._fold()  # a button's words, or the age, take more room or less
        return handled

    def set_age(self, seconds: float | None) -> None:
        """Show how old the newest data are; None leaves the place empty."""
        if seconds is None:
            self._age.show_words("", "none")
        else:
            self._age.show_words(format.age(seconds), "live")

    def set_alarm(self, words: str, kind: str, why: str) -> None:
        """Show a badge in place of the age: "stale 4 s".

        Args:
            words: on the badge.
            kind: "stale", "lost" (nothing comes any more) or "repair" (something missing is fetched).
            why: its tool tip.
        """
        self._age.show_words(words, kind, why)

    def set_note(self, words: str) -> None:
        """Show words in place of the age: "paused", "recording ended"."""
        self._age.show_words(words, "note")

    @property
    def alarm_token(self) -> str:
        """Token of the theme that colours the age, or the badge in its place."""
        return self._age.token

    @property
    def age_text(self) -> str:
        """What stands in the place of the age."""
        return self._age.words

    def set_theme(self, theme: Theme) -> None:
        """Use these colours from now on."""
        self._theme = theme
        for part in (self.link_button, self._subject, self._age, self.pop_out_button, self._menu_button):
            part.set_theme(theme)
        self.update()

    def set_active(self, active: bool) -> None:
        """Mark the panel that has the keyboard: its hairline takes the accent."""
        if active != self._active:
            self._active = active
            self.update()

    def set_density(self, density: Density) -> None:
        """Use this height from now on."""
        self.setFixedHeight(density.header_height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self._pressed_at = event.globalPosition().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.globalPosition().toPoint()
        if self._dragging:
            self.drag_moved.emit(at)
        elif (
            self._pressed_at is not None
            and (at - self._pressed_at).manhattanLength() >= QApplication.startDragDistance()
        ):
            self._dragging = True
            self.drag_began.emit(at)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        was_dragging, self._dragging, self._pressed_at = self._dragging, False, None
        if was_dragging:
            self.drag_ended.emit(event.globalPosition().toPoint())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self.double_clicked.emit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.panel)
        # Taller than the line: only the upper corners are round, the body continues below.
        height = self.height() + PANEL_RADIUS
        painter.drawRoundedRect(QRectF(0, 0, self.width(), height), PANEL_RADIUS, PANEL_RADIUS)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        line = self._theme.accent if self._active else self._theme.hairline
        painter.fillRect(0, self.height() - 1, self.width(), 1, line)


class _SubjectLine(QWidget):
    """Symbol, words and detail, painted in one go: labels would lay the header out anew at every figure."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.symbol = ""
        self.what = ""
        self.detail: tuple[tuple[str, str], ...] = ()
        self._bold = ui_font(HEADER_PX, 600)
        self._plain = ui_font(HEADER_PX)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setMinimumWidth(24)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def whole_symbol_px(self) -> int:
        """The width that shows the symbol unelided, px."""
        return math.ceil(QFontMetricsF(self._bold).horizontalAdvance(self.symbol)) + 6

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        bold, plain = QFontMetricsF(self._bold), QFontMetricsF(self._plain)
        baseline = round((self.height() - plain.height()) / 2 + plain.ascent())
        left, right = 2.0, float(self.width())
        painter.setFont(self._bold)
        painter.setPen(self._theme.text)
        symbol = bold.elidedText(self.symbol, Qt.TextElideMode.ElideMiddle, right - left)
        painter.drawText(round(left), baseline, symbol)
        left += bold.horizontalAdvance(symbol) + (8 if symbol else 0)
        painter.setFont(self._plain)
        if self.what and right - left >= min(LEAST_WORDS_PX, plain.horizontalAdvance(self.what)):
            painter.setPen(self._theme.muted)
            what = plain.elidedText(self.what, Qt.TextElideMode.ElideRight, right - left)
            painter.drawText(round(left), baseline, what)
            left += plain.horizontalAdvance(what) + 12
        for text, token in self.detail:
            width = plain.horizontalAdvance(text)
            if left + width > right:
                break  # a figure is shown whole or not at all
            color: QColor = getattr(self._theme, token)
            painter.setPen(color)
            painter.drawText(round(left), baseline, text)
            left += width + 8


class _AgeMark(QWidget):
    """A dot and the age of the data; a badge when they are stale; plain words when time stands still."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._mode = "none"
        self._font = ui_font(AGE_PX)
        self.words = ""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    @property
    def token(self) -> str:
        """Token of the theme that colours it."""
        return _AGE_TOKENS.get(self._mode, "muted")

    def show_words(self, words: str, mode: str, tip: str = "") -> None:
        """Show `words` as "live", an alarm ("stale", "lost", "repair"), a "note" or "none"."""
        if tip != self.toolTip():
            self.setToolTip(tip)
        if (words, mode) == (self.words, self._mode):
            return
        before = self.sizeHint()
        self.words, self._mode = words, mode
        if self.sizeHint() != before:
            self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        if self._mode == "none":
            return QSize(0, 16)
        # A live age has a fixed place, so that "0.9 s" turning to "1 s" moves nothing.
        words = "0.0 s" if self._mode == "live" else self.words
        return QSize(round(QFontMetricsF(self._font).horizontalAdvance(words)) + 18, 16)

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._mode == "none":
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._font)
        width = QFontMetricsF(self._font).horizontalAdvance(self.words)
        text_left = self.width() - width - 4
        middle = self.height() / 2
        color: QColor = getattr(self._theme, self.token)
        is_alarm = self._mode not in ("live", "note")
        painter.setPen(Qt.PenStyle.NoPen)
        if is_alarm:
            painter.setBrush(tint(color, 0.18))
            painter.drawRoundedRect(QRectF(0, middle - 9, self.width(), 18), 4, 4)
        if self._mode in ("note", "lost"):
            # A ring where nothing comes, a disc where something does.
            painter.setPen(QPen(color, 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
        else:
            painter.setBrush(color)
        painter.drawEllipse(QRectF(text_left - 10.5, middle - 2.5, 5, 5))
        painter.setPen(color if is_alarm else self._theme.muted)
        painter.drawText(
            QRectF(text_left, 0, width + 4, self.height()), Qt.AlignmentFlag.AlignVCenter, self.words
        )


_AGE_TOKENS = {"live": "up", "stale": "warn", "repair": "accent", "lost": "danger"}
