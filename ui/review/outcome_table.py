"""The table of other exits: what each would have brought, beside what happened."""

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from ui import format
from ui.positions.figures import exact, signed, trend
from ui.review.plain_tip import plain_tip
from ui.review.selection import ExitMark
from ui.theme import AGE_PX, HEADER_PX, Density, Theme, mix, ui_font
from workstation.journal.counterfactuals import ACTUAL, Counterfactual, CounterfactualTable
from workstation.journal.exits import ExitFill
from workstation.model.journal import RoundTrip

LETTER_PX = 15
MOST_R = 3.0
"""A bar is as long as this at most; more has an arrow."""
DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class _Column:
    """A column: its title, room in px, whether its texts begin at the left, and how soon it leaves."""

    title: str
    px: int
    left: bool
    priority: int


_EXIT, _WHEN, _PRICE, _ON, _R, _BAR, _NET, _FEES, _FUNDING, _MORE_R, _MORE = range(11)
_COLUMNS = (
    _Column("Exit", 168, True, 0),
    _Column("When, UTC", 160, True, 5),
    _Column("Price", 80, False, 4),
    _Column("Filled on", 150, True, 6),
    _Column("R", 56, False, 0),
    _Column("0 … 3 R", 92, True, 3),
    _Column("P&L", 80, False, 1),
    _Column("Fees", 66, False, 7),
    _Column("Funding", 62, False, 8),
    _Column("Δ R", 60, False, 1),
    _Column("Δ", 80, False, 2),
)
GAP = 12


def letters(table: CounterfactualTable) -> list[str]:
    """A letter for each row, none for what happened."""
    found, number = [], 0
    for row in table.rows:
        if row.key == ACTUAL:
            found.append("")
        else:
            found.append(chr(ord("A") + number))
            number += 1
    return found


def exit_marks(table: CounterfactualTable) -> list[ExitMark]:
    """Where each other exit was filled last, to be marked on a chart."""
    marks = []
    for letter, row in zip(letters(table), table.rows, strict=True):
        if letter and row.exits:
            last = row.exits[-1]
            words = f"{row.title}: {signed(row.r_multiple)} R"
            marks.append(ExitMark(letter, last.event_ms, float(last.price), words))
    return marks


class OutcomeTable(QWidget):
    """Rows with bars; a click or Enter goes to the moment of an exit."""

    chosen = Signal(object)
    """The moment of the exit that was chosen, milliseconds."""

    def __init__(self, theme: Theme, density: Density, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Other exits")
        self._font, self._small = ui_font(HEADER_PX), ui_font(AGE_PX)
        self._strong = ui_font(AGE_PX, 700)
        self._metrics, self._small_metrics = QFontMetricsF(self._font), QFontMetricsF(self._small)
        self._table: CounterfactualTable | None = None
        self._trip: RoundTrip | None = None
        self._places = 2
        self._current = 0
        self._top = 0
        self.set_look(theme, density)

    def set_look(self, theme: Theme, density: Density) -> None:
        """Use these colours and heights from now on."""
        self._theme, self._row_px, self._pad = theme, density.row_height - 2, density.padding + 2
        self.update()

    def show_table(self, table: CounterfactualTable, trip: RoundTrip, places: int) -> None:
        """Show the exits of a round trip, prices with so many decimals."""
        if table is not self._table:
            if trip is not self._trip:
                self._current, self._top = 0, 0
            self._table, self._trip, self._places = table, trip, places
            self.update()

    @property
    def rows(self) -> tuple[Counterfactual, ...]:
        """The rows shown."""
        return () if self._table is None else self._table.rows

    def texts(self, row: Counterfactual) -> list[tuple[str, str]]:
        """(text, token) of every cell."""
        if not row.is_known:
            return [(row.title, "muted"), (row.missing, "muted"), *[("", "muted")] * 9]
        actual = row.key == ACTUAL
        more = "—" if actual else signed(row.more_pnl)
        more_r = "—" if actual or row.more_r is None else signed(row.more_r)
        return [
            (row.title, "text"),
            (self._when(row), "muted"),
            (exact(row.exit_price, self._places), "text"),
            (row.filled_on, "warn" if row.is_coarse else "muted"),
            (signed(row.r_multiple), trend(row.r_multiple)),
            ("", "text"),
            (signed(row.net_pnl), trend(row.net_pnl)),
            (signed(-row.fees), "muted"),
            (signed(row.funding) if row.funding else "0.00", "muted"),
            (more_r, "muted" if actual else trend(row.more_r)),
            (more, "muted" if actual else trend(row.more_pnl)),
        ]

    def _when(self, row: Counterfactual) -> str:
        """The moments of its exits: "23:57:19 · 23:57:24", with the day where it is another."""
        trip = self._trip
        assert trip is not None
        seconds = list(dict.fromkeys(one.event_ms // 1000 * 1000 for one in row.exits))
        words = []
        for ms in seconds[:2] if len(seconds) <= 2 else [seconds[0], seconds[-1]]:
            days = ms // DAY_MS - trip.opened_ms // DAY_MS
            words.append(format.utc_time(ms) + (f" +{days} d" if days else ""))
        return (" · " if len(seconds) <= 2 else " … ").join(words)

    # Painting.

    def _laid_out(self) -> list[tuple[int, float, float]]:
        there = list(range(len(_COLUMNS)))
        room = self.width() - 2 * self._pad

        def needed() -> float:
            return sum(_COLUMNS[at].px for at in there) + GAP * (len(there) - 1)

        while needed() > room and len(there) > 2:
            there.remove(max(there, key=lambda at: _COLUMNS[at].priority))
        spare = max(0.0, room - needed())
        grows = [at for at in (_EXIT, _WHEN, _ON) if at in there]
        places, x = [], float(self._pad)
        for at in there:
            px = _COLUMNS[at].px + (min(spare / len(grows), 90.0) if at in grows else 0.0)
            px += spare * 0.25 if at == _BAR else 0.0
            places.append((at, x, x + px))
            x += px + GAP
        over = x - GAP - self._pad - room
        return (
            [(at, left, right) for at, left, right in places] if over <= 0 else self._squeezed(places, over)
        )

    def _squeezed(
        self, places: list[tuple[int, float, float]], over: float
    ) -> list[tuple[int, float, float]]:
        """The first column gives what is too much."""
        first, left, right = places[0]
        return [(first, left, right - over), *((at, x - over, end - over) for at, x, end in places[1:])]

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, theme, height = QPainter(self), self._theme, self._row_px
        painter.fillRect(self.rect(), theme.panel)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        columns = self._laid_out()
        painter.setFont(self._small)
        painter.setPen(theme.muted)
        asset = "" if self._trip is None else self._trip.asset
        for at, left, right in columns:
            title = f"Δ {asset}" if at == _MORE else f"P&L {asset}" if at == _NET else _COLUMNS[at].title
            side = Qt.AlignmentFlag.AlignLeft if _COLUMNS[at].left else Qt.AlignmentFlag.AlignRight
            reach = 0 if _COLUMNS[at].left else 20
            room = QRectF(left - reach, 0, right - left + reach, height)
            painter.drawText(room, side | Qt.AlignmentFlag.AlignVCenter, title)
        painter.fillRect(0, height - 1, self.width(), 1, theme.hairline)
        if self._table is None:
            return
        marked = letters(self._table)
        for number, row in enumerate(self._table.rows[self._top :], start=self._top):
            top = height * (number - self._top + 1)
            if top > self.height():
                break
            if number == self._current:
                painter.fillRect(0, top, self.width(), height, mix(theme.panel, theme.accent, 0.12))
                painter.fillRect(0, top, 3, height, theme.accent if self.hasFocus() else theme.dim)
            self._paint_row(painter, row, marked[number], top, columns)

    def _paint_row(
        self,
        painter: QPainter,
        row: Counterfactual,
        letter: str,
        top: int,
        columns: list[tuple[int, float, float]],
    ) -> None:
        theme, height = self._theme, self._row_px
        texts = self.texts(row)
        for at, left, right in columns:
            if at == _EXIT:
                self._paint_letter(painter, letter, QPointF(left, top + (height - LETTER_PX) / 2))
                left += LETTER_PX + 8
            if not row.is_known and at == _WHEN:
                right = self.width() - self._pad
            if at == _BAR:
                self._paint_bar(painter, row, QRectF(left, top + height / 2 - 4, right - left, 8))
                continue
            text, token = texts[at]
            painter.setFont(self._font)
            painter.setPen(getattr(theme, token))
            if self._metrics.horizontalAdvance(text) > right - left + 1:
                text = self._metrics.elidedText(text, Qt.TextElideMode.ElideRight, right - left)
            side = Qt.AlignmentFlag.AlignLeft if _COLUMNS[at].left else Qt.AlignmentFlag.AlignRight
            painter.drawText(
                QRectF(left, top, right - left, height), side | Qt.AlignmentFlag.AlignVCenter, text
            )

    def _paint_letter(self, painter: QPainter, letter: str, at: QPointF) -> None:
        theme = self._theme
        box = QRectF(at.x(), at.y(), LETTER_PX, LETTER_PX).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(theme.muted if letter else theme.text, 1))
        painter.setBrush(theme.panel if letter else theme.text)
        painter.drawRoundedRect(box, 3, 3)
        if letter:
            painter.setFont(self._strong)
            painter.setPen(theme.text)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, letter)
        else:
            painter.setBrush(theme.panel)
            painter.drawEllipse(box.center(), 2.5, 2.5)

    def _paint_bar(self, painter: QPainter, row: Counterfactual, box: QRectF) -> None:
        """A bar from nothing to its R; a hairline where 1 R is, an arrow where it is more than fits."""
        theme = self._theme
        if row.r_multiple is None:
            return
        r = float(row.r_multiple)
        least = min(0.0, *(float(one.r_multiple) for one in self.rows if one.r_multiple is not None), 0.0)
        low, high = max(-MOST_R, least), MOST_R
        unit = (box.width() - 8) / (high - low)
        zero = box.left() - low * unit
        end = zero + min(max(r, low), high) * unit
        color = theme.muted if row.is_coarse else theme.up if r >= 0 else theme.down
        left, right = sorted((zero, end))
        painter.fillRect(QRectF(left, box.top(), max(1.0, right - left), box.height()), color)
        painter.fillRect(QRectF(round(zero), box.top() - 3, 1, box.height() + 6), theme.hairline)
        actual = next((one for one in self.rows if one.key == ACTUAL), None)
        if actual is not None and actual.r_multiple is not None:
            at = zero + min(max(float(actual.r_multiple), low), high) * unit
            painter.fillRect(QRectF(round(at), box.top() - 3, 1.5, box.height() + 6), theme.text)
        if r > high:
            tip = box.right() - 1
            middle = box.center().y()
            points = [QPointF(tip - 5, middle - 5), QPointF(tip, middle), QPointF(tip - 5, middle + 5)]
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            painter.drawPolygon(QPolygonF(points))

    # Mouse and keys.

    def _row_at(self, y: float) -> int:
        number = int(y) // self._row_px - 1 + self._top
        return number if y >= self._row_px and 0 <= number < len(self.rows) else -1

    def _go_to(self, number: int) -> None:
        row = self.rows[number]
        if row.exits:
            self.chosen.emit(row.exits[-1].event_ms)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        number = self._row_at(event.position().y())
        if event.button() == Qt.MouseButton.LeftButton and number >= 0:
            self._current = number
            self.update()
            self._go_to(number)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_Home: -99, Qt.Key.Key_End: 99}
        key = Qt.Key(event.key())
        if key in steps and self.rows:
            self._current = min(max(self._current + steps[key], 0), len(self.rows) - 1)
            fitting = max(1, self.height() // self._row_px - 1)
            self._top = min(max(self._top, self._current - fitting + 1), self._current)
            self.update()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.rows:
            self._go_to(self._current)
        else:
            super().keyPressEvent(event)

    def copy_text(self) -> str:
        """All rows for the clipboard, tab-separated, with titles."""
        titles = [column.title for at, column in enumerate(_COLUMNS) if at != _BAR]
        lines = ["\t".join(titles)]
        for row in self.rows:
            cells = [text for at, (text, _) in enumerate(self.texts(row)) if at != _BAR]
            lines.append("\t".join(cell.replace(format.THIN_SPACE, "") for cell in cells))
        return "\n".join(lines)

    def sizeHint(self) -> QSize:
        return QSize(500, self._row_px * 9)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            number = self._row_at(event.pos().y())
            words = ""
            if number >= 0:
                row = self.rows[number]
                said = [
                    f"{row.title}: {row.meaning}",
                    row.missing,
                    row.filled_on,
                    *map(_fill_words, row.exits[:8]),
                ]
                words = "\n".join(filter(None, said))
            QToolTip.showText(event.globalPos(), plain_tip(words), self)
            return True
        return super().event(event)


def _fill_words(one: ExitFill) -> str:
    moment = format.utc_time(one.event_ms, with_ms=True)
    return f"{moment}  {one.size.normalize():f} @ {one.price.normalize():f} {one.why}".rstrip()
