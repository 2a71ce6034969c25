"""The mode in which figures are asked what they are: over a window, by pointer and by keys."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from PySide6.QtCore import QPoint, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from ui.help.answer import answer
from ui.help.ask_card import AskCard
from ui.help.figures import Figure, FigureReader
from ui.help.terms import terms_of
from ui.panel import Panel
from ui.theme import HEADER_PX, ThemeSource, tint, ui_font

LOOK_MS = 1_000
READ_AGAIN_S = 0.4
"""How long what a panel has painted is asked before it is let paint again."""
STILL = "Tab next · Enter page · Ctrl+C copy · Esc end"
NOTHING = "Point at a number to see what it is · Tab next · Esc end"
PILL_TOP_PX = 56
HOVER = "Click holds it · Tab next · Enter page · Esc end"


class AskLayer(QWidget):
    """Lies over a window while figures are asked of; Esc, or a click where there is none, ends it."""

    page_wanted = Signal(str)
    """The page of help, with its anchor."""
    ended = Signal()

    def __init__(
        self, themes: ThemeSource, roots: Callable[[], Mapping[QWidget, str]], window: QWidget
    ) -> None:
        """Ask within `window`.

        Args:
            roots: what shows figures there now, each with the kind of its terms.
        """
        super().__init__(window)
        self._themes, self._roots, self._window = themes, roots, window
        self._root: QWidget | None = None
        self._reader: FigureReader | None = None
        self._read_s = 0.0
        self._held = False
        self._focus_before: QWidget | None = None
        self.figure: Figure | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.WhatsThisCursor)
        self.setAccessibleName("What is this number?")
        self.card = AskCard(themes, window)
        self.card.page_wanted.connect(self._open_page)
        self.card.copy_wanted.connect(self.copy)
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._look_again)
        self.hide()

    def begin(self, at: QPoint | None = None, *, hold: bool = False) -> None:
        """Begin to ask.

        Args:
            at: global place of the figure to begin with; None for the one under the pointer, if any.
            hold: the card of that figure stays until it is put away, whatever the pointer does.
        """
        if not self.isVisible():
            self._focus_before = self._window.focusWidget()
        self.setGeometry(self._window.rect())
        self._held = hold
        self.figure, self._root = None, None
        self.card.hide()
        self._timer.start()
        self.show()
        self.raise_()
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        if at is not None:
            self._point_at(self.mapFromGlobal(at))
            if hold and self.figure is None:
                self.end()

    def end(self) -> None:
        """Put card and layer away; the keyboard goes back to where it was."""
        if self.isVisible():
            had_keys = self.hasFocus()
            self._timer.stop()
            self.hide()
            self.card.hide()
            self._root = self._reader = self.figure = None
            if had_keys:
                (self._focus_before or self._window).setFocus(Qt.FocusReason.OtherFocusReason)
            self._focus_before = None
            self.ended.emit()

    def begin_in(self, root: QWidget) -> None:
        """Begin with the first figure of a panel, by keys."""
        self.begin()
        self._enter(root)
        self.step(1)

    def step(self, steps: int) -> None:
        """Go to the next or the last figure of what is asked, around the end."""
        if self._root is None:
            root = next(iter(self._roots()), None)
            if root is None:
                return
            self._enter(root)
        assert self._root is not None
        found = [one for one in self._read(self._root).figures() if one.term is not None]
        if not found:
            return
        here = self.figure
        place = next((n for n, one in enumerate(found) if here is not None and one.is_at(here)), None)
        self._held = True
        self._show(
            found[(place + steps) % len(found)] if place is not None else found[0 if steps > 0 else -1]
        )

    def copy(self) -> None:
        """Put the words of the card on the clipboard."""
        if self.card.isVisible() and self.card.answer is not None:
            QGuiApplication.clipboard().setText(self.card.answer.text())

    # Inside.

    def _look_again(self) -> None:
        """Say the value of the figure anew, unless its words are being selected."""
        if self.figure is None or self._root is None or self.card.underMouse():
            return
        if not self._is_over(self._root):
            self.end()
            return
        now = self._read(self._root).at(self.figure.painted.centre)
        if now is not None and now.is_at(self.figure):
            self._show(now)

    def _point_at(self, at: QPoint) -> None:
        for root in self._roots():
            within = root.mapFrom(self._window, at) if self._is_over(root) else None
            if within is not None and root.rect().contains(within):
                self._enter(root)
                self._show(self._read(root).at(within))
                return
        self._show(None)

    def _is_over(self, root: QWidget) -> bool:
        return root.isVisible() and self._window.isAncestorOf(root)

    def _enter(self, root: QWidget) -> None:
        if root is not self._root:
            self._root, self._reader = root, None

    def _read(self, root: QWidget) -> FigureReader:
        now_s = time.monotonic()
        if self._reader is None or now_s - self._read_s > READ_AGAIN_S:
            self._reader = FigureReader(root, terms_of(self._roots().get(root, "")))
            self._read_s = now_s
        return self._reader

    def _show(self, figure: Figure | None) -> None:
        root = self._root
        panel = root if isinstance(root, Panel) else None
        said = None if figure is None else answer(figure, panel)
        self.figure = None if said is None else figure
        if said is None or figure is None:
            self.card.hide()
        else:
            self.card.show_answer(said, self._box(figure), STILL if self._held else HOVER)
        self.update()

    def _box(self, figure: Figure) -> QRect:
        assert self._root is not None
        text = figure.painted
        left_top = self._root.mapTo(self._window, QPoint(round(text.left), round(text.top)))
        return QRect(left_top.x(), left_top.y(), round(text.right - text.left), round(text.bottom - text.top))

    def _open_page(self, page: str) -> None:
        self.end()
        self.page_wanted.emit(page)

    # Events.

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme, painter = self._themes.theme, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.figure is None:
            painter.setFont(ui_font(HEADER_PX))
            width = painter.fontMetrics().horizontalAdvance(NOTHING) + 28
            pill = QRectF((self.width() - width) / 2, PILL_TOP_PX, width, 28)
            painter.setPen(QPen(theme.accent, 1))
            painter.setBrush(theme.control)
            painter.drawRoundedRect(pill, 14, 14)
            painter.setPen(theme.text)
            painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, NOTHING)
            return
        painter.setPen(QPen(theme.accent, 1))
        painter.setBrush(tint(theme.accent, 0.16))
        box = QRectF(self._box(self.figure)).adjusted(-3.5, -1.5, 3.5, 1.5)
        painter.drawRoundedRect(box, 3, 3)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not self._held:
            self._point_at(event.position().toPoint())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            self.end()
            return
        self._held = True
        self._point_at(event.position().toPoint())
        if self.figure is None:
            self.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Tab: 1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Down: 1,
            Qt.Key.Key_Backtab: -1,
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Up: -1,
        }
        key = Qt.Key(event.key())
        if key in steps:
            self.step(steps[key])
        elif key == Qt.Key.Key_Escape:
            self.end()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.card.answer is not None:
            self._open_page(self.card.answer.page)
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        event.accept()  # whatever else is pressed is not meant for what lies below

    def focusNextPrevChild(self, _next: bool) -> bool:
        """Tab goes from figure to figure."""
        return False
