"""Sections of named figures with a verdict each, flowing into as many columns as there is room for."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui import format
from ui.theme import AGE_PX, HEADER_PX, Density, Theme, tint, ui_font

PADDING = 10
COLUMN_WIDTH = 230
WIDEST_COLUMN = 420
LINE_HEIGHT = 38
MOST_VERDICT_LINES = 6
ONE_LINE_WIDTH = 330


class Verdict(Enum):
    """How it stands with a section; the value is the theme's token of its sign."""

    OK = "up"
    WATCH = "warn"
    BAD = "danger"
    NONE = "dim"


@dataclass(frozen=True, slots=True)
class Figure:
    """A label, its value as shown, and the theme's token that colours the value.

    Attributes:
        bar: shares of the width from 0 to 1, under the figure one after the other, each with its token.
    """

    label: str
    value: str
    token: str = "text"
    bar: tuple[tuple[float, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """Figures that belong together.

    Attributes:
        title: what they are about.
        verdict, words: how it stands and why, in a sentence.
        figures: label and value, one a row.
        line: (age in seconds, value) of a measure over the last `line_span_s`, newest first.
        line_label: what the line shows; "" for no line.
    """

    title: str
    verdict: Verdict
    words: str
    figures: tuple[Figure, ...]
    line: tuple[tuple[float, float], ...] = ()
    line_label: str = ""
    line_span_s: float = 60.0


@dataclass(frozen=True, slots=True)
class _Placed:
    """Where a section stands: its box, the height of its words, and the top of its first figure."""

    box: QRect
    words_height: int
    figures_top: int


class FiguresView(QWidget):
    """Paints sections; a figure that changes repaints its own row and moves nothing."""

    def __init__(self, theme: Theme, density: Density, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._font, self._strong, self._small = ui_font(HEADER_PX), ui_font(HEADER_PX, 600), ui_font(AGE_PX)
        self._metrics, self._small_metrics = QFontMetricsF(self._font), QFontMetricsF(self._small)
        self._sections: tuple[Section, ...] = ()
        self._placed: list[_Placed] = []
        self.set_look(theme, density)

    def set_look(self, theme: Theme, density: Density) -> None:
        """Use these colours and heights from now on."""
        self._theme = theme
        self._row_height = density.row_height - 4
        self._lay_out()

    def set_sections(self, sections: Sequence[Section]) -> None:
        """Show these; what is unchanged is not painted again."""
        before, self._sections = self._sections, tuple(sections)
        if [_shape(section) for section in before] != [_shape(section) for section in self._sections]:
            self._lay_out()
            return
        for old, new, placed in zip(before, self._sections, self._placed, strict=True):
            if old.verdict is not new.verdict:
                self.update(placed.box)
                continue
            for row, (one, other) in enumerate(zip(old.figures, new.figures, strict=True)):
                if one != other:
                    y = placed.figures_top + row * self._row_height
                    self.update(QRect(placed.box.left(), y, placed.box.width(), self._row_height))
            if old.line != new.line:
                self.update(self._line_box(new, placed))

    @property
    def sections(self) -> tuple[Section, ...]:
        """The sections shown."""
        return self._sections

    def visible_rows(self) -> list[tuple[str, str, str]]:
        """(section, label, value) of every figure, in the order shown."""
        return [
            (section.title, figure.label, figure.value)
            for section in self._sections
            for figure in section.figures
        ]

    @property
    def verdicts(self) -> dict[str, tuple[Verdict, str]]:
        """The verdict and words of each section, by its title."""
        return {section.title: (section.verdict, section.words) for section in self._sections}

    def _lay_out(self) -> None:
        """Put each section into the column that is shortest so far."""
        columns = max(1, min(len(self._sections), self.width() // COLUMN_WIDTH))
        width = min(self.width() // columns, WIDEST_COLUMN)
        bottoms = [6] * columns
        self._placed = []
        for section in self._sections:
            column = bottoms.index(min(bottoms))
            top = bottoms[column]
            words = self._words_height(section, width)
            figures_top = top + self._row_height + words + 4
            line = LINE_HEIGHT + 6 if section.line_label else 0
            height = figures_top - top + len(section.figures) * self._row_height + line
            self._placed.append(_Placed(QRect(column * width, top, width, height), words, figures_top))
            bottoms[column] = top + height + 12
        self.setMinimumHeight(max(bottoms))
        self.update()

    def _words_height(self, section: Section, width: int) -> int:
        """Room for the words; what common words need is kept free always, so that a change moves nothing."""
        line = self._small_metrics.height()
        room = QRectF(0, 0, width - 2 * PADDING - 14, MOST_VERDICT_LINES * line)
        text = self._small_metrics.boundingRect(room, int(Qt.TextFlag.TextWordWrap), section.words)
        kept_free = line if width >= ONE_LINE_WIDTH or not section.line_label else 2 * line
        return round(min(max(text.height(), kept_free), room.height()))

    def _line_box(self, section: Section, placed: _Placed) -> QRect:
        top = placed.figures_top + len(section.figures) * self._row_height + 4
        return QRect(placed.box.left() + PADDING, top, placed.box.width() - 2 * PADDING, LINE_HEIGHT)

    # Painting.

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), self._theme.panel)
        for section, placed in zip(self._sections, self._placed, strict=True):
            if not placed.box.intersects(event.rect()):
                continue
            if event.rect().top() < placed.figures_top:
                self._paint_title(painter, section, placed)
            for row, figure in enumerate(section.figures):
                y = placed.figures_top + row * self._row_height
                if event.rect().top() < y + self._row_height and y <= event.rect().bottom():
                    self._paint_figure(painter, figure, placed.box, y)
            if section.line_label and self._line_box(section, placed).intersects(event.rect()):
                self._paint_line(painter, section, self._line_box(section, placed))

    def _paint_title(self, painter: QPainter, section: Section, placed: _Placed) -> None:
        theme, box = self._theme, placed.box
        left = box.left() + PADDING
        color: QColor = getattr(theme, section.verdict.value)
        self._paint_sign(
            painter, section.verdict, color, QPointF(left + 4, box.top() + self._row_height / 2 + 0.5)
        )
        painter.setFont(self._strong)
        painter.setPen(theme.text)
        line = box.top() + round((self._row_height + self._metrics.capHeight()) / 2)
        painter.drawText(round(left + 14), line, section.title)
        painter.setFont(self._small)
        painter.setPen(color if section.verdict in (Verdict.WATCH, Verdict.BAD) else theme.muted)
        words = QRectF(
            left + 14,
            box.top() + self._row_height - 2,
            box.width() - 2 * PADDING - 14,
            placed.words_height + 2,
        )
        painter.drawText(words, int(Qt.TextFlag.TextWordWrap), section.words)

    def _paint_sign(self, painter: QPainter, verdict: Verdict, color: QColor, at: QPointF) -> None:
        """A disc, a triangle or a square: the shape says it without the colour."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        if verdict is Verdict.WATCH:
            tip, left, right = QPointF(0, -4.5), QPointF(-4.5, 3.5), QPointF(4.5, 3.5)
            painter.drawPolygon(QPolygonF([at + tip, at + left, at + right]))
        elif verdict is Verdict.BAD:
            painter.drawRect(QRectF(at.x() - 3.5, at.y() - 3.5, 7, 7))
        elif verdict is Verdict.OK:
            painter.drawEllipse(at, 3.5, 3.5)
        else:
            painter.setPen(QPen(color, 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(at, 3.0, 3.0)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _paint_figure(self, painter: QPainter, figure: Figure, box: QRect, y: int) -> None:
        theme = self._theme
        line = y + round((self._row_height + self._metrics.capHeight()) / 2)
        left, right = box.left() + PADDING + 14, box.right() - PADDING
        painter.setFont(self._font)
        value_width = self._metrics.horizontalAdvance(figure.value)
        painter.setPen(theme.muted)
        label = self._metrics.elidedText(
            figure.label, Qt.TextElideMode.ElideRight, right - left - value_width - 8
        )
        painter.drawText(round(left), line, label)
        color: QColor = getattr(theme, figure.token)
        painter.setPen(color)
        painter.drawText(round(right - value_width), line, figure.value)
        x = left
        for share, token in figure.bar:
            length = round((right - left) * min(1.0, max(0.0, share)))
            painter.fillRect(x, y + self._row_height - 3, min(length, right - x), 2, getattr(theme, token))
            x += length

    def _paint_line(self, painter: QPainter, section: Section, box: QRect) -> None:
        """The measure over the last minute as columns one pixel's width and more, from a common zero."""
        theme = self._theme
        top, bottom = box.top() + 2, box.bottom()
        left = box.left() + 14
        painter.fillRect(left, bottom, box.right() - left, 1, theme.hairline)
        most = max((value for _, value in section.line), default=0.0)
        painter.setFont(self._small)
        painter.setPen(theme.muted)
        if most <= 0:
            painter.drawText(round(left), bottom - 6, f"{section.line_label}: none in view")
            return
        span = section.line_span_s
        scale_x, scale_y = (box.right() - left) / span, (bottom - top - 12) / most
        width = max(1, round(scale_x) - 1)
        fill = tint(theme.accent, 0.55)
        for age, value in section.line:
            height = round(value * scale_y)
            if 0 <= age < span and height:
                x = round(box.right() - (age + 1) * scale_x)
                painter.fillRect(max(left, x), bottom - height, width, height, fill)
        text = f"peak {format.rate(most)}"
        painter.drawText(QPointF(left, top + self._small_metrics.capHeight()), section.line_label)
        painter.drawText(
            QPointF(
                box.right() - self._small_metrics.horizontalAdvance(text),
                top + self._small_metrics.capHeight(),
            ),
            text,
        )

    def resizeEvent(self, _event: QResizeEvent) -> None:
        self._lay_out()

    def sizeHint(self) -> QSize:
        return QSize(260, 400)


def _shape(section: Section) -> tuple[object, ...]:
    """All that decides where things stand; values are not part of it."""
    return (
        section.title,
        section.words,
        section.line_label,
        tuple(figure.label for figure in section.figures),
    )
