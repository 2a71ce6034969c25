"""A workspace as a button: where its panels stand, drawn small, with its name."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from ui.desk.schema import Workspace
from ui.desk.tree import Node, Split
from ui.theme import HEADER_PX, ThemeSource, mix, ui_font

WIDTH_PX, HEIGHT_PX = 128, 92
_PICTURE_PX = 64
_GAP = 2.0


class WorkspaceButton(QAbstractButton):
    """Shows a workspace's places; checked while it is the one that is open."""

    def __init__(self, workspace: Workspace, about: str, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._root: Node | None = workspace.windows[0].root
        self._themes = themes
        self.setText(workspace.name)
        self.setToolTip(about)
        self.setAccessibleName(f"{workspace.name}: {about}")
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        return QSize(WIDTH_PX, HEIGHT_PX)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._themes.theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_strong = self.isChecked() or self.hasFocus()
        painter.setPen(QPen(theme.accent if is_strong else theme.hairline, 1.4 if is_strong else 1.0))
        painter.setBrush(mix(theme.control, theme.text, 0.06) if self.underMouse() else theme.control)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 5, 5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(mix(theme.control, theme.accent if self.isChecked() else theme.muted, 0.42))
        self._draw(painter, self._root, QRectF(9, 9, self.width() - 18.0, _PICTURE_PX - 9.0))
        painter.setPen(theme.text)
        painter.setFont(ui_font(HEADER_PX, 600 if self.isChecked() else 400))
        words = QRectF(6, _PICTURE_PX, self.width() - 12.0, self.height() - _PICTURE_PX - 4.0)
        painter.drawText(words, Qt.AlignmentFlag.AlignCenter, self.text())

    def _draw(self, painter: QPainter, node: Node | None, room: QRectF) -> None:
        if not isinstance(node, Split):
            inner = room.adjusted(_GAP / 2, _GAP / 2, -_GAP / 2, -_GAP / 2)
            painter.drawRoundedRect(inner, 1.5, 1.5)
            return
        whole, at = sum(part.share for part in node.parts), 0.0
        for part in node.parts:
            share = part.share / whole
            if node.along == "row":
                place = QRectF(
                    room.left() + at * room.width(), room.top(), share * room.width(), room.height()
                )
            else:
                place = QRectF(
                    room.left(), room.top() + at * room.height(), room.width(), share * room.height()
                )
            self._draw(painter, part, place)
            at += share
