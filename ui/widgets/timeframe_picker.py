"""Choosing how long a bar is: usual timeframes as buttons, any other typed, or bars cut by what is traded."""

import re

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QSizePolicy, QToolButton, QWidget, QWidgetAction

from ui.theme import HEADER_PX, ui_font
from workstation.market.counted_bars import BarRule, BarUnit

_UNITS_MS = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
_TYPED = re.compile(r"\s*(\d{1,5})\s*([smhdw])\s*", re.IGNORECASE)
_RULE = re.compile(r"\s*(\d{1,9}(?:\.\d{1,8})?)\s*([tvr])\s*", re.IGNORECASE)

TIMEFRAMES_MS = tuple(
    n * _UNITS_MS[unit]
    for n, unit in (
        (1, "s"),
        (5, "s"),
        (15, "s"),
        (1, "m"),
        (5, "m"),
        (15, "m"),
        (1, "h"),
        (4, "h"),
        (1, "d"),
    )
)
"""The timeframes that have a button and a key (1 to 9)."""
TYPED_TIP = "90s, 7m, 4h, 1d, 1w; 100t: every 100 trades; 50v: every 50 of size; 20r: every 20 ticks of range"
GREATEST_TIMEFRAME_MS = 52 * _UNITS_MS["w"]


def parse_timeframe(text: str) -> int:
    """Return the milliseconds that "30s", "2m", "4h", "1d" or "1w" stands for.

    Raises:
        ValueError: it stands for none; the message says what does.
    """
    typed = _TYPED.fullmatch(text)
    timeframe_ms = int(typed[1]) * _UNITS_MS[typed[2].lower()] if typed else 0
    if not 0 < timeframe_ms <= GREATEST_TIMEFRAME_MS:
        raise ValueError("Write a number and s, m, h, d or w: 30s, 2m, 6h")
    return timeframe_ms


def timeframe_text(timeframe_ms: int) -> str:
    """A timeframe in the largest unit that it is a whole number of: 5000 → "5s", 90000 → "90s"."""
    unit = next(unit for unit in reversed(_UNITS_MS) if timeframe_ms % _UNITS_MS[unit] == 0)
    return f"{timeframe_ms // _UNITS_MS[unit]}{unit}"


def parse_rule(text: str) -> BarRule:
    """Return the rule that "100t" (trades), "50v" (size) or "20r" (ticks of range) stands for.

    Raises:
        ValueError: it stands for none; the message says what does.
    """
    typed = _RULE.fullmatch(text)
    amount = float(typed[1]) if typed else 0.0
    unit = BarUnit(typed[2].lower()) if typed else BarUnit.TRADES
    if not amount > 0 or (unit is not BarUnit.VOLUME and amount != int(amount)):
        raise ValueError("Write a number and t, v or r: 100t, 50v, 20r")
    return BarRule(unit, amount)


def rule_words(rule: BarRule) -> str:
    """A rule as the header says it: "100-trade", "50-volume", "20-tick range"."""
    words = {BarUnit.TRADES: "trade", BarUnit.VOLUME: "volume", BarUnit.RANGE: "tick range"}
    return f"{rule.amount:g}-{words[rule.unit]}"


class TimeframePicker(QWidget):
    """A row of timeframe buttons, or where there is no room one button; its menu takes any timeframe."""

    picked = Signal(object)
    """Another timeframe is wanted, ms."""
    rule_picked = Signal(object)
    """Bars are wanted that are cut by a `BarRule`."""

    def __init__(self, timeframe_ms: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._timeframe_ms = timeframe_ms
        self._rule: BarRule | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self._buttons = {ms: self._button(timeframe_text(ms)) for ms in TIMEFRAMES_MS}
        self.menu_button = self._button("")
        self.menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu_button.setToolTip("Timeframe: choose one or type any, such as 90s, 4h, 100t, 50v, 20r")
        self.menu_button.setAccessibleName("Timeframe")
        menu = QMenu(self.menu_button)
        group = QActionGroup(menu)
        self._actions: dict[int, QAction] = {}
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for key, (ms, button) in enumerate(self._buttons.items(), 1):
            button.setCheckable(True)
            button.setToolTip(f"{timeframe_text(ms)} candles ({key})")
            button.clicked.connect(lambda _=False, ms=ms: self.picked.emit(ms))
            layout.addWidget(button)
            action = menu.addAction(timeframe_text(ms))
            action.setCheckable(True)
            action.triggered.connect(lambda _=False, ms=ms: self.picked.emit(ms))
            group.addAction(action)
            self._actions[ms] = action
        menu.addSeparator()
        self.typed = QLineEdit()
        self.typed.setPlaceholderText("90s, 6h · 100t, 50v, 20r")
        self.typed.setToolTip(TYPED_TIP)
        self.typed.setFont(ui_font(HEADER_PX))
        self.typed.setAccessibleName("Type a timeframe")
        self.typed.returnPressed.connect(self._take_typed)
        entry = QWidgetAction(menu)
        entry.setDefaultWidget(self.typed)
        menu.addAction(entry)
        menu.aboutToShow.connect(self._begin_typing)
        self.menu_button.setMenu(menu)
        layout.addWidget(self.menu_button)
        self._wide = True
        self.set_wide(False)

    def set_wide(self, wide: bool) -> None:
        """Show every button, or only the one with the menu."""
        if wide != self._wide:
            self._wide = wide
            for button in self._buttons.values():
                button.setVisible(wide)
            self._show_current()

    def set_timeframe(self, timeframe_ms: int) -> None:
        """Mark the timeframe in force."""
        if timeframe_ms != self._timeframe_ms:
            self._timeframe_ms = timeframe_ms
            self._show_current()

    def set_rule(self, rule: BarRule | None) -> None:
        """Mark that bars are cut by a rule; None for the timeframe."""
        if rule != self._rule:
            self._rule = rule
            self._show_current()

    def open_menu(self) -> None:
        """Open the menu with the cursor where a timeframe is typed."""
        self.menu_button.showMenu()

    def wide_width(self) -> int:
        """Width of the whole row, px."""
        return sum(button.sizeHint().width() for button in self._buttons.values()) + self._menu_width()

    def _show_current(self) -> None:
        for ms, button in self._buttons.items():
            button.setChecked(self._rule is None and ms == self._timeframe_ms)
            self._actions[ms].setChecked(self._rule is None and ms == self._timeframe_ms)
        others = self._wide and self._timeframe_ms in self._buttons and self._rule is None
        current = timeframe_text(self._timeframe_ms) if self._rule is None else str(self._rule)
        self.menu_button.setText("…" if others else current)

    def _menu_width(self) -> int:
        return self.menu_button.sizeHint().width()

    def _take_typed(self) -> None:
        text = self.typed.text()
        wanted: int | BarRule
        try:
            wanted = parse_rule(text) if _RULE.fullmatch(text) else parse_timeframe(text)
        except ValueError as error:
            self.typed.clear()
            self.typed.setPlaceholderText(str(error))
            return
        self.menu_button.menu().close()
        if isinstance(wanted, BarRule):
            self.rule_picked.emit(wanted)
        else:
            self.picked.emit(wanted)

    def _begin_typing(self) -> None:
        self.typed.clear()
        self.typed.setFocus()

    def _button(self, text: str) -> QToolButton:
        button = QToolButton(self)
        button.setText(text)
        button.setFont(ui_font(HEADER_PX))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setMinimumSize(QSize(0, 0))
        return button
