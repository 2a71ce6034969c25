"""The two tables of an entry: plan against fills, and the checklist as it was."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QHelpEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from ui.review.evidence_rows import EvidenceRow
from ui.review.plain_tip import plain_tip
from ui.review.plan_rows import PlanRow
from ui.theme import AGE_PX, HEADER_PX, Density, Theme, mix, ui_font

ICON_PX = 11
AGE_PX_WIDE = 44
PLAN_ROOMY_PX = 300
"""From here on the difference of plan and fill has room; below it is in the tip, and colours the fill."""
ROOMY_PX = 330
"""From here on thresholds and ages have room."""


class _PaintedRows(QWidget):
    """As many rows as there are, each of one height, under one line of titles."""

    def __init__(self, theme: Theme, density: Density, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._font, self._small = ui_font(HEADER_PX), ui_font(AGE_PX)
        self._metrics, self._small_metrics = QFontMetricsF(self._font), QFontMetricsF(self._small)
        self.set_look(theme, density)

    def set_look(self, theme: Theme, density: Density) -> None:
        """Use these colours and heights from now on."""
        self._theme = theme
        self._row_px = density.row_height - 4
        self._pad = density.padding + 2
        self._fit()

    def _lines(self) -> int:
        raise NotImplementedError

    def _tip(self, line: int) -> str:
        raise NotImplementedError

    def _fit(self) -> None:
        self.setFixedHeight(self._row_px * (self._lines() + 1) + 2)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(260, self.height())

    def resizeEvent(self, _event: QResizeEvent) -> None:
        self._fit()

    def _cell(
        self, painter: QPainter, font: QFont, metrics: QFontMetricsF, room: QRectF, text: str, *, right: bool
    ) -> None:
        painter.setFont(font)
        if metrics.horizontalAdvance(text) > room.width():
            text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        painter.drawText(room, side | Qt.AlignmentFlag.AlignVCenter, text)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            line = event.pos().y() // self._row_px - 1
            words = self._tip(line) if 0 <= line < self._lines() else ""
            QToolTip.showText(event.globalPos(), plain_tip(words), self)
            return True
        return super().event(event)


class PlanTable(_PaintedRows):
    """Label, plan, fill, difference."""

    def __init__(self, theme: Theme, density: Density, parent: QWidget | None = None) -> None:
        self._rows: tuple[PlanRow, ...] = ()
        super().__init__(theme, density, parent)
        self.setAccessibleName("Plan against fills")

    @property
    def rows(self) -> tuple[PlanRow, ...]:
        """The rows shown."""
        return self._rows

    def show_rows(self, rows: Sequence[PlanRow]) -> None:
        """Show these."""
        self._rows = tuple(rows)
        self._fit()

    def _lines(self) -> int:
        return len(self._rows)

    def _tip(self, line: int) -> str:
        row = self._rows[line]
        return "\n".join(
            filter(None, (f"{row.label}: plan {row.plan}, fill {row.fill}", row.difference, row.tip))
        )

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._theme
        width, height, pad = float(self.width()), self._row_px, self._pad
        room = width - 2 * pad
        # Labels and differences take what the two figures leave.
        roomy = width >= PLAN_ROOMY_PX
        figure = min(96.0, room * (0.24 if roomy else 0.31))
        label = max(60.0, room * 0.26) if roomy else room - 2 * figure
        lefts = (pad, pad + label, pad + label + figure, pad + label + 2 * figure)
        widths = (label - 6, figure - 6, figure - 6, room - label - 2 * figure)
        shown = 4 if roomy else 3
        painter.setPen(theme.muted)
        for at, text in enumerate(("Plan against fill", "plan", "fill", "difference")[:shown]):
            box = QRectF(lefts[at], 0, widths[at], height)
            self._cell(painter, self._small, self._small_metrics, box, text, right=at > 0)
        for number, row in enumerate(self._rows):
            top = height * (number + 1)
            cells = (
                (row.label, "muted"),
                (row.plan, "text"),
                (row.fill, "text"),
                (row.difference, row.token),
            )
            for at, (text, token) in enumerate(cells[:shown]):
                painter.setPen(getattr(theme, "muted" if text == "—" else token))
                box = QRectF(lefts[at], top, widths[at], height)
                self._cell(painter, self._font, self._metrics, box, text, right=at > 0)


class EvidenceTable(_PaintedRows):
    """State, row, value, threshold and age; under a row the words with which it was overridden."""

    def __init__(self, theme: Theme, density: Density, parent: QWidget | None = None) -> None:
        self._rows: tuple[EvidenceRow, ...] = ()
        self._painted: list[tuple[EvidenceRow, bool]] = []
        super().__init__(theme, density, parent)
        self.setAccessibleName("Checklist as it was")

    @property
    def rows(self) -> tuple[EvidenceRow, ...]:
        """The rows shown."""
        return self._rows

    def show_rows(self, rows: Sequence[EvidenceRow]) -> None:
        """Show these."""
        self._rows = tuple(rows)
        self._painted = []
        for row in self._rows:
            self._painted.append((row, False))
            if row.words:
                self._painted.append((row, True))
        self._fit()

    def _lines(self) -> int:
        return len(self._painted)

    def _tip(self, line: int) -> str:
        row, _ = self._painted[line]
        held = f"{row.value} against {row.threshold}" if row.threshold else row.value
        return "\n".join(filter(None, (f"{row.title}: {row.state}", held, row.tip, row.words)))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        height, pad = self._row_px, self._pad
        roomy = self.width() >= ROOMY_PX
        right = float(self.width() - pad)
        age = AGE_PX_WIDE if roomy else 0.0
        threshold = self.width() * 0.21 if roomy else 0.0
        value = self.width() * (0.24 if roomy else 0.34)
        left = pad + ICON_PX + 8.0
        columns = (
            QRectF(left, 0, right - age - threshold - value - left - 4, height),
            QRectF(right - age - threshold - value, 0, value - 4, height),
            QRectF(right - age - threshold, 0, threshold - 4, height),
            QRectF(right - age, 0, age, height),
        )
        painter.setPen(theme.muted)
        for at, text in enumerate(("row", "value", "threshold", "age")):
            if columns[at].width() > 4:
                self._cell(painter, self._small, self._small_metrics, columns[at], text, right=at > 0)
        for number, (row, is_words) in enumerate(self._painted):
            top = height * (number + 1.0)
            color = getattr(theme, row.token)
            if is_words:
                painter.fillRect(
                    QRectF(left, top + 2, right - left, height - 4), mix(theme.panel, theme.warn, 0.07)
                )
                painter.fillRect(QRectF(left, top + 2, 2, height - 4), theme.warn)
                painter.setPen(theme.muted)
                box = QRectF(left + 8, top, right - left - 8, height)
                self._cell(painter, self._font, self._metrics, box, row.words, right=False)
                continue
            self._icon(painter, row, QPointF(pad, top + (height - ICON_PX) / 2))
            plain = row.state == "pass"
            for at, (text, pen) in enumerate(
                (
                    (row.title, theme.text),
                    (row.value, theme.text if plain else color),
                    (row.threshold, theme.muted),
                    (row.age, theme.muted),
                )
            ):
                if columns[at].width() > 4:
                    painter.setPen(pen)
                    box = columns[at].translated(0, top)
                    self._cell(painter, self._font, self._metrics, box, text, right=at > 0)

    def _icon(self, painter: QPainter, row: EvidenceRow, at: QPointF) -> None:
        """A filled square with a tick, one with a bar to watch, an outline with a cross, or an empty one."""
        theme = self._theme
        color, box = getattr(theme, row.token), QRectF(at.x(), at.y(), ICON_PX, ICON_PX)
        filled = row.state in ("pass", "watch")
        painter.setPen(QPen(color, 1))
        painter.setBrush(color if filled else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box, 2.5, 2.5)
        middle = box.center()
        painter.setPen(QPen(theme.on_accent if filled else color, 1.5))
        if row.state == "pass":
            painter.drawPolyline(
                [middle + QPointF(-2.8, 0.2), middle + QPointF(-0.8, 2.2), middle + QPointF(3, -2.2)]
            )
        elif row.state == "watch":
            painter.drawLine(middle + QPointF(0, -3), middle + QPointF(0, 0.5))
            painter.drawPoint(middle + QPointF(0, 3))
        elif row.state in ("fail", "overridden"):
            painter.drawLine(middle + QPointF(-2.2, -2.2), middle + QPointF(2.2, 2.2))
            painter.drawLine(middle + QPointF(-2.2, 2.2), middle + QPointF(2.2, -2.2))
