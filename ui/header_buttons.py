"""The small buttons of a panel's header: its link, the way to a window of its own, its menu."""

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QIcon, QPainter, QPaintEvent, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from ui.links import LINK_COLOR_NAMES
from ui.theme import Theme, mix

ON_ITS_OWN = "On its own"
MARK_PX = 9.0


def paint_link_mark(painter: QPainter, middle: QPointF, color_name: str, theme: Theme) -> None:
    """The mark of a link group: a shape of its own besides the colour; a ring for a panel on its own."""
    x, y, half = middle.x(), middle.y(), MARK_PX / 2
    box = QRectF(x - half, y - half, MARK_PX, MARK_PX)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if color_name not in LINK_COLOR_NAMES:
        painter.setPen(QPen(theme.muted, 1.4))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(box.adjusted(1, 1, -1, -1))
        return
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.link_colors[color_name])
    shape = LINK_COLOR_NAMES.index(color_name)
    if shape == 0:
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 2, 2)
    elif shape == 1:
        painter.drawEllipse(box)
    elif shape == 2:
        painter.drawPolygon(
            QPolygonF(
                [QPointF(x, y - half), QPointF(x + half + 0.5, y + half), QPointF(x - half - 0.5, y + half)]
            )
        )
    else:
        half += 0.8
        painter.drawPolygon(
            QPolygonF(
                [QPointF(x, y - half), QPointF(x + half, y), QPointF(x, y + half), QPointF(x - half, y)]
            )
        )


class LinkButton(QToolButton):
    """The mark of the panel's link group; its menu moves the panel to another, or shares less."""

    group_chosen = Signal(str)
    """Name of the colour; "" for on its own."""
    symbol_shared = Signal(bool)
    timeframe_shared = Signal(bool)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._color_name = ""
        self._shares_all = True
        menu = QMenu(self)
        self.setMenu(menu)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setFixedSize(18, 20)
        groups = QActionGroup(self)
        self._groups: dict[str, QAction] = {}
        for name in (*LINK_COLOR_NAMES, ""):
            action = menu.addAction(name.capitalize() if name else ON_ITS_OWN)
            action.setCheckable(True)
            action.setActionGroup(groups)
            action.setData(name)
            action.triggered.connect(lambda _=False, name=name: self.group_chosen.emit(name))
            self._groups[name] = action
        menu.addSeparator()
        self.symbol_action = menu.addAction("Share the symbol")
        self.timeframe_action = menu.addAction("Share the timeframe")
        for action, told in (
            (self.symbol_action, self.symbol_shared),
            (self.timeframe_action, self.timeframe_shared),
        ):
            action.setCheckable(True)
            action.triggered.connect(told)
        self._draw_marks()

    def set_theme(self, theme: Theme) -> None:
        """Use these colours from now on."""
        self._theme = theme
        self._draw_marks()
        self.update()

    def show_link(self, color_name: str, *, shares_symbol: bool, shares_timeframe: bool) -> None:
        """Show the group of that colour ("" for none) and what is shared with it."""
        self._color_name = color_name
        self._shares_all = shares_symbol and shares_timeframe
        self._groups[color_name].setChecked(True)
        for action, shared in (
            (self.symbol_action, shares_symbol),
            (self.timeframe_action, shares_timeframe),
        ):
            action.setChecked(shared)
            action.setEnabled(bool(color_name))
        own = [
            word
            for word, shared in (("symbol", shares_symbol), ("timeframe", shares_timeframe))
            if not shared
        ]
        if not color_name:
            words = "On its own: no symbol, timeframe or crosshair is shared"
        else:
            words = f"Linked: {color_name}" + (f", with its own {' and '.join(own)}" if own else "")
        self.setToolTip(words)
        self.setAccessibleName(words)
        self.update()

    def _draw_marks(self) -> None:
        for name, action in self._groups.items():
            icon = QIcon()
            for state in (QIcon.State.Off, QIcon.State.On):
                pixmap = QPixmap(48, 48)
                pixmap.setDevicePixelRatio(3)
                pixmap.fill(Qt.GlobalColor.transparent)
                painter = QPainter(pixmap)
                paint_link_mark(painter, QPointF(8, 8), name, self._theme)
                if state is QIcon.State.On:
                    painter.setPen(QPen(self._theme.text, 1.2))
                    painter.setBrush(Qt.BrushStyle.NoBrush)
                    painter.drawRoundedRect(QRectF(0.8, 0.8, 14.4, 14.4), 3, 3)
                painter.end()
                icon.addPixmap(pixmap, QIcon.Mode.Normal, state)
            action.setIcon(icon)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.hasFocus() or self.underMouse():
            _focus_ring(painter, self, self._theme)
        middle = QPointF(self.width() / 2, self.height() / 2)
        paint_link_mark(painter, middle, self._color_name, self._theme)
        if self._color_name and not self._shares_all:
            # A notch in the surface's colour: linked, but not in everything.
            painter.setPen(QPen(self._theme.panel, 2))
            painter.drawLine(QPointF(middle.x() - 5, middle.y() + 5), QPointF(middle.x() + 5, middle.y() - 5))


class PopOutButton(QToolButton):
    """A square that an arrow leaves: the panel goes to a window of its own."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setToolTip("Move to a window of its own")
        self.setAccessibleName("Move to a window of its own")
        self.setFixedSize(20, 20)

    def set_theme(self, theme: Theme) -> None:
        """Use these colours from now on."""
        self._theme = theme
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.hasFocus() or self.underMouse():
            _focus_ring(painter, self, self._theme)
        painter.setPen(QPen(self._theme.text if self.underMouse() else self._theme.muted, 1.2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        x, y = self.width() / 2, self.height() / 2
        painter.drawPolyline(
            [
                QPointF(x - 0.5, y - 3.5),
                QPointF(x - 4.5, y - 3.5),
                QPointF(x - 4.5, y + 4.5),
                QPointF(x + 3.5, y + 4.5),
                QPointF(x + 3.5, y + 0.5),
            ]
        )
        painter.drawLine(QPointF(x - 0.5, y + 0.5), QPointF(x + 4.5, y - 4.5))
        painter.drawPolyline(
            [QPointF(x + 1.5, y - 4.5), QPointF(x + 4.5, y - 4.5), QPointF(x + 4.5, y - 1.5)]
        )


class MenuButton(QToolButton):
    """Three dots that open the panel's menu."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setToolTip("Panel menu")
        self.setAccessibleName("Panel menu")
        self.setFixedSize(22, 20)

    def set_theme(self, theme: Theme) -> None:
        """Use these colours from now on."""
        self._theme = theme
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.hasFocus() or self.underMouse():
            _focus_ring(painter, self, self._theme)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.text if self.underMouse() else self._theme.muted)
        for shift in (-5, 0, 5):
            painter.drawEllipse(QRectF(self.width() / 2 + shift - 1.25, self.height() / 2 - 1.25, 2.5, 2.5))


def _focus_ring(painter: QPainter, button: QToolButton, theme: Theme) -> None:
    """The button's hover surface, with a ring in the accent when it has the keyboard."""
    painter.setPen(QPen(theme.accent, 1) if button.hasFocus() else Qt.PenStyle.NoPen)
    painter.setBrush(mix(theme.control, theme.text, 0.08) if button.underMouse() else Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(QRectF(button.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
