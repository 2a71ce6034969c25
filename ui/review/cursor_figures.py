"""What a round trip was at the cursor: held, worth, and how far its stop and its liquidation were away."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui import format
from ui.positions.figures import exact, signed, trend
from ui.theme import AGE_PX, HEADER_PX, Density, Theme, ui_font
from workstation.journal.moments import TripMoment
from workstation.model.derivatives import FundingRate
from workstation.model.journal import RoundTrip

_SHORT = {"Liquidation away": "Liq. away"}
_BETWEEN_PX = 8

Row = tuple[str, str, str]
"""(label, value, theme's token of the value)."""


def cursor_rows(
    trip: RoundTrip, moment: TripMoment, places: int, funding: FundingRate | None, no_liquidation: str
) -> list[Row]:
    """The rows of a moment; `no_liquidation` says why the liquidation price is not known, if it is not."""
    rows: list[Row] = []
    held = abs(moment.size)
    side = trip.direction.value
    if held and moment.entry_price is not None:
        rows.append((f"Open {side}", f"{held.normalize():f} @ {exact(moment.entry_price, places)}", "text"))
    else:
        before = moment.moment_ms < trip.opened_ms
        rows.append((f"Open {side}", "not yet" if before else "closed", "muted"))
    rows.append(("Running", _both(moment.r_multiple, moment.net_pnl), trend(moment.net_pnl)))
    settled = moment.realised_pnl - moment.fees + moment.funding
    rows.append(("of it realised", _both(moment.realised_r, settled), trend(settled)))
    mark = moment.mark_price
    rows.append(
        ("Stop away", _away(moment.stop_price, mark, places), "text" if moment.stop_price else "muted")
    )
    targets = moment.target_prices
    rows.append(
        ("Target away", _away(targets[0] if targets else None, mark, places), "text" if targets else "muted")
    )
    rows.append(
        (
            "Liquidation away",
            no_liquidation
            if held and moment.liquidation_price is None and no_liquidation
            else _away(moment.liquidation_price, mark, places),
            "text" if moment.liquidation_price else "muted",
        )
    )
    if funding is not None:
        left_s = (funding.next_funding_ms - moment.moment_ms) / 1000 if funding.next_funding_ms else None
        when = f" in {format.duration(left_s)}" if left_s is not None and left_s > 0 else ""
        rows.append(("Funding", f"{signed(Decimal(str(funding.rate)) * 100, 4)} %{when}", "text"))
    return rows


def label_for(label: str, value: str, room: float, width: Callable[[str], float]) -> str:
    """The label beside a value, which is never cut: where there is no room a shorter one, then none.

    Args:
        label: of the row.
        value: its figures or words.
        room: pixels for both.
        width: of words, pixels.
    """
    for words in (label, _SHORT.get(label, label)):
        if width(words) + _BETWEEN_PX + width(value) <= room:
            return words
    return ""


def _both(r: Decimal | None, money: Decimal | None) -> str:
    if r is None:
        return signed(money)
    return f"{signed(r)} R · {signed(money)}"


def _away(price: Decimal | None, mark: Decimal | None, places: int) -> str:
    if price is None or not mark:
        return format.NO_FIGURE
    return f"{exact(abs(price - mark), places)} · {format.percent(abs(float(price / mark) - 1))}"


class CursorFigures(QWidget):
    """Labels and values under one line with the cursor's time."""

    def __init__(self, theme: Theme, density: Density, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("At the cursor")
        self._font, self._small = ui_font(HEADER_PX), ui_font(AGE_PX)
        self._metrics = QFontMetricsF(self._font)
        self._rows: tuple[Row, ...] = ()
        self._time = ""
        self.set_look(theme, density)

    def set_look(self, theme: Theme, density: Density) -> None:
        """Use these colours and heights from now on."""
        self._theme, self._row_px = theme, density.row_height - 5
        self._fit()

    def show_rows(self, time: str, rows: Sequence[Row]) -> None:
        """Show these."""
        if (time, tuple(rows)) != (self._time, self._rows):
            resized = len(rows) != len(self._rows)
            self._time, self._rows = time, tuple(rows)
            if resized:
                self._fit()
            self.update()

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows shown."""
        return self._rows

    def _fit(self) -> None:
        self.setFixedHeight(self._row_px * (len(self._rows) + 1) + 6)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(220, self.height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._theme
        painter.fillRect(self.rect(), theme.panel)
        room = QRectF(8, 2, self.width() - 16, self._row_px)
        painter.setFont(self._small)
        painter.setPen(theme.muted)
        middle, right = Qt.AlignmentFlag.AlignVCenter, Qt.AlignmentFlag.AlignRight
        painter.drawText(room, middle, "At the cursor")
        painter.drawText(room, middle | right, self._time)
        painter.setFont(self._font)
        metrics = self._metrics
        for label, value, token in self._rows:
            room.translate(0, self._row_px)
            painter.setPen(theme.muted)
            painter.drawText(room, middle, label_for(label, value, room.width(), metrics.horizontalAdvance))
            painter.setPen(getattr(theme, token))
            painter.drawText(room, middle | right, value)
