"""A box of names and figures beside the cell that it tells of."""

from PySide6.QtCore import QRectF, QSizeF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from ui.theme import AGE_PX, Theme, ui_font

LINE_PX = 17


def paint_tip(
    painter: QPainter, cell: QRectF, rows: list[tuple[str, str]], within: QSizeF, theme: Theme
) -> None:
    """Paint rows of (name, figure), the first as the title, on the side of the cell that has room."""
    font = ui_font(AGE_PX)
    metrics = QFontMetricsF(font)
    names = max(metrics.horizontalAdvance(name) for name, _ in rows)
    values = max(metrics.horizontalAdvance(value) for _, value in rows)
    width, height = min(names + values + 34, within.width() - 4.0), LINE_PX * len(rows) + 10
    x = cell.right() + 8 if cell.right() + 8 + width < within.width() else cell.left() - 8 - width
    y = cell.bottom() + 8 if cell.bottom() + 8 + height < within.height() else cell.top() - 8 - height
    box = QRectF(min(max(2.0, x), within.width() - width - 2), max(2.0, y), width, height)
    painter.setPen(QPen(theme.dim, 1))
    painter.setBrush(theme.control)
    painter.drawRoundedRect(box.toRect(), 4, 4)
    for number, (name, value) in enumerate(rows):
        line = QRectF(box.left() + 9, box.top() + 5 + number * LINE_PX, width - 18, LINE_PX)
        painter.setFont(ui_font(AGE_PX, 600) if number == 0 else font)
        painter.setPen(theme.text if number == 0 else theme.muted)
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)
        painter.setPen(theme.text)
        painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, value)
