"""The bell in the top bar: how many alerts nobody has looked at, and whether they can be heard."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QIcon, QPainter, QPainterPath, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QToolButton, QWidget

from ui.services import PanelServices
from ui.theme import AGE_PX, mix, ui_font

MOST_COUNTED = 99


class AlertBell(QToolButton):
    """Shows the alerts when pressed."""

    def __init__(self, services: PanelServices, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._font = ui_font(AGE_PX, 600)
        self._shown: tuple[int, bool, str] = (-1, False, "")
        self.setFixedHeight(26)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        services.themes.changed.connect(lambda _theme: self.update())
        self.refresh()

    @property
    def words(self) -> str:
        """The number beside the bell; "" for none."""
        unseen = self._shown[0]
        return "" if unseen <= 0 else f"{MOST_COUNTED}+" if unseen > MOST_COUNTED else str(unseen)

    def refresh(self) -> None:
        """Count again."""
        shown = (self._services.alerts.unseen, self._services.quiet, self._services.sound_note)
        if shown == self._shown:
            return
        self._shown = shown
        unseen, quiet, note = shown
        told = "No new alert" if not unseen else "1 new alert" if unseen == 1 else f"{unseen} new alerts"
        parts = [told, "do not disturb" if quiet else "", note]
        tip = ". ".join(part for part in parts if part)
        self.setToolTip(tip)
        self.setAccessibleName(f"Alerts: {tip}")
        width = QFontMetricsF(self._font).horizontalAdvance(self.words)
        self.setFixedWidth(26 + (round(width) + 8 if self.words else 0))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = self._services.themes.theme
        unseen, quiet, _ = self._shown
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.underMouse() or self.hasFocus():
            painter.setPen(QPen(theme.accent, 1) if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(mix(theme.control, theme.text, 0.08) if self.underMouse() else theme.window)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
        color = theme.warn if unseen > 0 else theme.muted
        painter.translate(5, 5)
        paint_bell(painter, color, theme.window, silent=quiet)
        if self.words:
            painter.setFont(self._font)
            painter.setPen(color)
            room = QRectF(19, -5, self.width() - 22, self.height())
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, self.words)


def bell_icon(color: QColor, back: QColor, *, silent: bool) -> QIcon:
    """The bell as a sign on a button, struck through while it is silent."""
    scale = 3  # enough for any display; Qt scales down
    pixmap = QPixmap(16 * scale, 16 * scale)
    pixmap.setDevicePixelRatio(scale)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint_bell(painter, color, back, silent=silent)
    painter.end()
    return QIcon(pixmap)


def paint_bell(painter: QPainter, color: QColor, back: QColor, *, silent: bool) -> None:
    """The bell on a square of 16 px; `back` is what it stands on."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawPath(_bell())
    if silent:
        painter.setPen(QPen(back, 4))
        painter.drawLine(QPointF(2, 14), QPointF(14, 2))
        painter.setPen(QPen(color, 1.6))
        painter.drawLine(QPointF(2, 14), QPointF(14, 2))


def _bell() -> QPainterPath:
    path = QPainterPath(QPointF(2.2, 11.6))
    path.cubicTo(4.2, 10.0, 3.6, 7.6, 4.2, 5.6)
    path.cubicTo(4.8, 3.4, 6.2, 2.4, 8.0, 2.4)
    path.cubicTo(9.8, 2.4, 11.2, 3.4, 11.8, 5.6)
    path.cubicTo(12.4, 7.6, 11.8, 10.0, 13.8, 11.6)
    path.closeSubpath()
    path.addEllipse(QPointF(8.0, 13.0), 1.7, 1.5)
    path.setFillRule(Qt.FillRule.WindingFill)
    return path
