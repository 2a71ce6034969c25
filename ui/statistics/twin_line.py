"""The twin of an order, in the ticket: how the trader's last entries like it ended."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from ui import format
from ui.review.plain_tip import plain_tip
from ui.statistics.source import StatisticsSource
from ui.statistics.words import FEW_WORDS, figure, interval, token
from ui.theme import AGE_PX, ThemeSource, mix, ui_font
from workstation.account_desk import AccountDesk
from workstation.journal.conditions import MOON, SESSION, moon_of, session_of
from workstation.journal.journal import Journal
from workstation.journal.statistics.figure import Estimate
from workstation.journal.statistics.table import Floats, Measure, TripTable
from workstation.journal.statistics.twin import Like, Twin, twin
from workstation.model.journal import AccountKind, Direction
from workstation.model.orders import Side

_LEFT_PX, _LINE_PX = 10, 16
_BAR_PX = 4
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_KINDS = {"PAPER": AccountKind.PAPER, "DEMO": AccountKind.SIMULATED}


@dataclass(frozen=True, slots=True)
class _Asked:
    table: TripTable
    setup: str
    direction: Direction
    symbol: str
    hour: int


class TwinLine(QWidget):
    """Two lines and a bar a trade; nothing at all while no setup is chosen."""

    def __init__(self, themes: ThemeSource, source: StatisticsSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes, self._source = themes, source
        self._asked: _Asked | None = None
        self.twin: Twin | None = None
        """How they ended; None while nothing is asked or known."""
        self._r: Floats = np.empty(0)
        self._font, self._strong = ui_font(AGE_PX), ui_font(AGE_PX, 600)
        self._metrics = QFontMetricsF(self._font)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Your last entries like this")
        themes.changed.connect(self.update)
        self.hide()

    def ask(self, journal: Journal | None, trading: AccountDesk, setup: str, side: Side, symbol: str) -> None:
        """Say what is planned; nothing is looked for anew unless that or the journal has changed."""
        if journal is None or not setup:
            self._show(None, None)
            return
        kind = _KINDS.get(trading.title, AccountKind.LIVE)
        table = self._source.whole(journal, kind)
        if table is None:  # it is being laid out, or there is no round trip
            self._show(None, None)
            return
        now_ms = trading.clock.now_ms()
        direction = Direction.LONG if side is Side.BUY else Direction.SHORT
        asked = _Asked(table, setup, direction, symbol, now_ms // 3_600_000)
        if asked == self._asked:
            return
        conditions = {SESSION: session_of(now_ms), MOON: moon_of(now_ms) or ""}
        like = Like(setup, direction, symbol, conditions)
        self._show(asked, twin(table, like, group_of=lambda name: trading.sectors.of(_base(name))))

    def _show(self, asked: _Asked | None, found: Twin | None) -> None:
        self._asked, self.twin = asked, found
        self.setVisible(found is not None)
        if asked is not None and found is not None:
            self._r = asked.table.r[found.places]
            self.setAccessibleDescription("; ".join(self.words))
        self.update()

    @property
    def words(self) -> tuple[str, str]:
        """Both lines."""
        one = self.twin
        if one is None:
            return "", ""
        if not one.count:
            return "No entry like this yet", "the first of this setup and side"
        won, mean = one.win_rate, one.mean_r
        first = f"{format.percent(won.value, 0)} won"
        if mean.value is not None:
            first += f" · {figure(mean.value, Measure.R)} R"
        parts = [f"95 % {_share_interval(won)}"]
        if mean.low is not None:
            parts.append(f"{interval(mean.low, mean.high, Measure.R)} R")
        return first, " · ".join(parts)

    @property
    def _worst(self) -> str:
        one = self.twin
        return "" if one is None or one.worst_r is None else f" · worst {figure(one.worst_r, Measure.R)}"

    @property
    def tip(self) -> str:
        """What was looked at, and how wide."""
        one = self.twin
        if one is None:
            return ""
        near = ", in like conditions" if one.in_like_conditions else ""
        lines = [f"The last {one.count} round trips with this setup and side: {one.likeness.value}{near}"]
        if one.held.value is not None:
            lines.append(f"Held {format.duration(one.held.value / 1000)}, the median")
        if one.worst_r is not None:
            lines.append(f"The worst brought {figure(one.worst_r, Measure.R)} R")
        missing = one.count - one.mean_r.n
        if missing:
            lines.append(f"{missing} had no stop, so no R")
        lines.append(FEW_WORDS if one.few else "")
        return "\n".join(line for line in lines if line)

    def sizeHint(self) -> QSize:
        return QSize(240, 2 * _LINE_PX + 8)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 2 * _LINE_PX + 8)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), plain_tip(self.tip), self)
            return True
        return super().event(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        one, theme, painter = self.twin, self._themes.theme, QPainter(self)
        if one is None:
            return
        painter.fillRect(QRectF(_LEFT_PX, 0, self.width() - 2 * _LEFT_PX, 1), theme.hairline)
        upper = QRectF(_LEFT_PX, 4, self.width() - 2 * _LEFT_PX, _LINE_PX)
        lower = upper.translated(0, _LINE_PX)
        first, second = self.words
        painter.setFont(self._font)
        painter.setPen(theme.muted)
        if not one.count:
            painter.drawText(upper, _LEFT, first)
            painter.drawText(lower, _LEFT, second)
            return
        right = upper.right()
        free = upper.width() - QFontMetricsF(self._strong).horizontalAdvance(first) - 8
        free -= self._metrics.horizontalAdvance("few") + 8 if one.few else 0
        last = "one" if one.count == 1 else one.count
        for words in (f"Your last {last} like this", f"Last {one.count}", ""):
            if self._metrics.horizontalAdvance(words) <= free:
                painter.drawText(upper, _LEFT, words)
                break
        if one.few:
            painter.setPen(theme.warn)
            painter.drawText(upper, _RIGHT, "few")
            right -= self._metrics.horizontalAdvance("few") + 8
        painter.setFont(self._strong)
        painter.setPen(getattr(theme, token(one.mean_r.value)) if _is_sure(one.mean_r) else theme.text)
        painter.drawText(QRectF(upper.left(), upper.top(), right - upper.left(), _LINE_PX), _RIGHT, first)
        painter.setFont(self._font)
        painter.setPen(theme.muted)
        bars = len(self._r) * (_BAR_PX + 1)
        room = lower.width() - bars - 10
        if self._metrics.horizontalAdvance(second + self._worst) <= room:
            second += self._worst
        elif self._metrics.horizontalAdvance(second) > room:
            room = lower.width()
        painter.drawText(QRectF(lower.right() - room, lower.top(), room, _LINE_PX), _RIGHT, second)
        if room < lower.width():
            self._paint_bars(painter, QRectF(lower.left(), lower.top() + 1, bars, _LINE_PX - 2))

    def _paint_bars(self, painter: QPainter, box: QRectF) -> None:
        """A bar a trade, oldest first: up what was won, down what was lost, in R."""
        theme = self._themes.theme
        known = np.nan_to_num(self._r)
        high, low = max(1.0, float(known.max())), min(-1.0, float(known.min()))
        zero = box.top() + box.height() * high / (high - low)
        for place, value in enumerate(known.tolist()):
            tall = max(1.0, abs(value) / (high - low) * box.height())
            color = mix(theme.panel, theme.up if value > 0 else theme.down, 0.85)
            x = box.left() + place * (_BAR_PX + 1)
            painter.fillRect(QRectF(x, zero - tall if value > 0 else zero, _BAR_PX, tall), color)


def _base(symbol: str) -> str:
    """The coin of a symbol as venues spell linear contracts; itself where it is spelled otherwise."""
    plain = symbol.upper().replace("-SWAP", "").split("_")[0].replace("-", "")
    return next((plain.removesuffix(coin) for coin in ("USDT", "USDC", "USD") if plain.endswith(coin)), plain)


def _share_interval(one: Estimate) -> str:
    if one.low is None or one.high is None:
        return ""
    return f"{one.low * 100:.0f} – {one.high * 100:.0f} %"


def _is_sure(one: Estimate) -> bool:
    return one.low is not None and one.high is not None and (one.low > 0 or one.high < 0)
