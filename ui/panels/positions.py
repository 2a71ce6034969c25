"""Positions with their working orders, fills, and what of trading wants the trader's eye."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import ClassVar

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLabel, QMenu, QVBoxLayout, QWidget

from ui.panel import PanelServices
from ui.positions import rows
from ui.positions.account_panel import AccountPanel, Part
from ui.positions.hand import PositionHand
from ui.positions.stop_form import StopForm
from ui.theme import HEADER_PX, Theme, ui_font
from ui.widgets.table import Table
from ui.widgets.table_rows import Row
from workstation.account_desk import AccountDesk
from workstation.model.orders import TrailMode
from workstation.trading.portfolio import Portfolio

OPEN, FILLS, ALARMS = "open", "fills", "alarms"
MOST_FILLS = 300
TOLD_S = 8.0
_ANY_HEIGHT = 16_777_215  # Qt's own for no limit
_QUARTERS = (
    ("Close ¼", Decimal("0.25"), Qt.Key.Key_Q, "Shift+Q"),
    ("Close ½", Decimal("0.5"), Qt.Key.Key_H, "Shift+H"),
    ("Close ¾", Decimal("0.75"), Qt.Key.Key_W, "Shift+W"),
    ("Close all", Decimal(1), Qt.Key.Key_X, "Shift+X"),
)
_NOTHING = {
    OPEN: "Nothing is held and no order works.\nA ticket that has passed its checklist opens a position.",
    FILLS: "Nothing was filled yet.",
    ALARMS: "All is well: every position has its stop at the venue, and every order is proven.",
}
_UNREAD = "The account is being read from the venue."


class PositionsPanel(AccountPanel):
    """What is held, what works, what was filled: of the account that trades the open market."""

    kind: ClassVar[str] = "positions"
    title: ClassVar[str] = "Positions"
    rate_hz: ClassVar[float] = 4.0
    parts: ClassVar[Sequence[Part]] = (
        Part(OPEN, "Orders 0", "Positions and orders (O)", Qt.Key.Key_O),
        Part(FILLS, "Fills", "Fills (F)", Qt.Key.Key_F),
        Part(ALARMS, "Alarms", "Alarms (A)", Qt.Key.Key_A),
    )

    def __init__(self, services: PanelServices, parent: QWidget | None = None) -> None:
        super().__init__(services, parent)
        self._filled: tuple[Portfolio, int] | None = None
        self._bare_since: dict[str, float] = {}
        self._told_until = 0.0
        density = services.themes.density
        tables = (rows.POSITION_COLUMNS, rows.ORDER_COLUMNS, rows.FILL_COLUMNS, rows.ALARM_COLUMNS)
        names = ("Positions", "Working orders", "Fills", "Alarms of trading")
        self.positions, self.orders, self.fills, self.alarms = (
            Table(columns, self.theme, density, self) for columns in tables
        )
        for table, name in zip(self._tables, names, strict=True):
            table.setAccessibleName(name)
            table.setMinimumHeight(density.row_height)
            table.chosen.connect(self._chosen)
        self.positions.menu_asked.connect(self._position_menu)
        self.orders.menu_asked.connect(self._order_menu)
        self.alarms.menu_asked.connect(self._alarm_menu)
        self.hand = PositionHand(self)
        self.hand.told.connect(self.say)
        services.hand.told.connect(self.say)
        self.form = StopForm(self)
        self.form.wanted.connect(self._move_stop)
        self.form.left.connect(self.positions.setFocus)
        self.nothing = QLabel("", self)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.nothing.setWordWrap(True)
        self.nothing.setFont(ui_font(HEADER_PX))
        body = QWidget(self)
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for widget in (self.positions, self.orders, self.fills, self.alarms, self.nothing):
            layout.addWidget(widget, 1)
        layout.addWidget(self.says)
        layout.addWidget(self.form)
        self.set_body(body)
        self.setFocusProxy(self.positions)
        self.theme_changed(self.theme)

    @property
    def _tables(self) -> tuple[Table, ...]:
        return (self.positions, self.orders, self.fills, self.alarms)

    # The panel's hooks.

    def refresh(self) -> None:
        trading = self.account_shown()
        if trading is None:
            return
        portfolio, now_ms = trading.floor.portfolio, trading.clock.now_ms()
        held = rows.held_positions(portfolio, trading.account())
        working = portfolio.working()
        templates = trading.checklists.book.templates.by_key
        names = {one.setup: templates[one.setup].name for one in held if one.setup in templates}
        self.positions.set_rows([rows.position_row(one, now_ms, names) for one in held])
        self.positions.step_fades()
        self.orders.set_rows(
            [rows.order_row(one, portfolio.contracts.get(one.intent.symbol), now_ms) for one in working]
        )
        if self.part == FILLS and self._filled != (portfolio, portfolio.version):
            self._filled = (portfolio, portfolio.version)
            self.fills.set_rows(_fill_rows(portfolio))
        alarms = rows.alarm_rows(portfolio, self._missing(trading), trading.floor.desk.frozen)
        self.alarms.set_rows(alarms)
        self._arrange(len(held), len(working), bool(alarms))
        self.buttons[OPEN].setText(f"Orders {len(working)}")
        self.buttons[FILLS].setText("Fills")
        self.buttons[ALARMS].setText(f"Alarms {len(alarms)}" if alarms else "Alarms")
        self.header.set_subject("Positions", str(len(held)))
        missing = any(key.startswith("stop ") for key, _ in alarms)
        sign = ("stop missing", "danger") if missing else ("net of fees and funding", "muted")
        self.header.set_detail([sign])
        if self._told_until and self.services.workstation.clock.monotonic() >= self._told_until:
            self._told_until = 0.0
            self.says.hide()

    def symbol_changed(self) -> None:
        self.positions.set_chosen(self.link.symbol)

    def market_reset(self) -> None:
        self._filled = None
        self._bare_since.clear()

    def theme_changed(self, theme: Theme) -> None:
        for table in self._tables:
            table.set_look(theme, self.services.themes.density)
        self.form.set_theme(theme)
        self.nothing.setStyleSheet(f"color: {theme.muted.name()};")

    def save_state(self) -> dict[str, object]:
        return {"part": self.part, "sort": self.positions.sort}

    def restore_state(self, saved: Mapping[str, object]) -> None:
        part, sort = saved.get("part"), saved.get("sort")
        if part in _NOTHING:
            self.show_part(str(part))
        if (
            isinstance(sort, list | tuple)
            and len(sort) == 2
            and isinstance(sort[0], int)
            and isinstance(sort[1], bool)
        ):
            self.positions.set_sort((sort[0], sort[1]))

    def reset_view(self) -> None:
        self.positions.set_sort(None)
        super().reset_view()

    def keys(self) -> list[tuple[str, str]]:
        return [
            ("Enter, double click", "Show the symbol in linked panels"),
            ("Shift+Q  Shift+H", "Close a quarter, half"),
            ("Shift+W  Shift+X", "Close three quarters, all"),
            ("B", "Stop to break-even"),
            ("S", "Move the stop"),
            ("P  I", "Trail: give back half of the best, or of what is won from here"),
            ("R", "Send a missing stop again"),
            ("Delete", "Cancel the order"),
            ("O  F  A", "Orders, fills, alarms"),
            ("1 … 9", "Sort by a column"),
            ("Ctrl+C", "Copy the row"),
        ]

    # What it does.

    def part_changed(self) -> None:
        self._filled = None

    def say(self, sentence: str, is_wrong: bool = False) -> None:
        """Tell what came of something, for some seconds."""
        super().say(sentence, is_wrong)
        self._told_until = self.services.workstation.clock.monotonic() + TOLD_S

    def move_stop(self, symbol: str) -> None:
        """Ask where the stop of a position goes."""
        portfolio = self.services.portfolio
        if portfolio is not None and not portfolio.position(symbol).is_flat:
            self.form.open(symbol, portfolio.stop_price(symbol), long=portfolio.position(symbol).size > 0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        trading, key = self.services.trading, Qt.Key(event.key())
        shift = event.modifiers() == Qt.KeyboardModifier.ShiftModifier
        if trading is None or (event.modifiers() and not shift):
            super().keyPressEvent(event)
            return
        actions = self._actions(trading, self.positions.current)
        share = next((share for _, share, code, _ in _QUARTERS if code == key), None)
        if shift and share is not None and self.positions.current:
            self.services.hand.close(self.positions.current, trading, share)
        elif not shift and self.part_of_key(key):
            self.show_part(self.part_of_key(key))
        elif not shift and key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self.orders.hasFocus():
            self.hand.cancel(trading, self.orders.current)
        elif not shift and key in actions and self.positions.current:
            actions[key][1]()
        else:
            super().keyPressEvent(event)

    # Inside.

    def _actions(self, trading: AccountDesk, symbol: str) -> dict[Qt.Key, tuple[str, Callable[[], None]]]:
        hand = self.hand
        return {
            Qt.Key.Key_B: ("Stop to break-even", lambda: self.services.hand.break_even(symbol, trading)),
            Qt.Key.Key_S: ("Move the stop…", lambda: self.move_stop(symbol)),
            Qt.Key.Key_P: (
                "Trail: give back half of the best",
                lambda: hand.trail(trading, symbol, TrailMode.PEAK),
            ),
            Qt.Key.Key_I: (
                "Trail: give back half of what is won from here",
                lambda: hand.trail(trading, symbol, TrailMode.INCREMENT),
            ),
            Qt.Key.Key_R: ("Send the stop again", lambda: hand.repair_stop(trading, symbol)),
        }

    def _chosen(self, key: str) -> None:
        symbol = key
        if self.sender() is self.orders and self.services.portfolio is not None:
            order = self.services.portfolio.order(key)
            symbol = "" if order is None else order.intent.symbol
        elif self.sender() in (self.fills, self.alarms):
            symbol = next((part for part in key.split() if part in self._symbols), "")
        if symbol:
            self.link.set_symbol(symbol)

    @property
    def _symbols(self) -> tuple[str, ...]:
        return tuple(self.services.workstation.market.states)

    def _position_menu(self, symbol: str, where: QPoint) -> None:
        menu = self.position_menu(symbol)
        if menu is not None:
            menu.popup(where)

    def position_menu(self, symbol: str) -> QMenu | None:
        """What can be done with a position; None while nothing trades."""
        trading = self.services.trading
        if trading is None:
            return None
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Show on the chart").triggered.connect(lambda: self.link.set_symbol(symbol))
        menu.addSeparator()
        for title, share, _, keys in _QUARTERS:
            action = menu.addAction(f"{title}\t{keys}")
            action.triggered.connect(
                lambda _=False, share=share: self.services.hand.close(symbol, trading, share)
            )
        menu.addSeparator()
        for key, (title, do) in self._actions(trading, symbol).items():
            menu.addAction(f"{title}\t{chr(int(key))}").triggered.connect(lambda _=False, do=do: do())
        menu.addSeparator()
        menu.addAction("Copy row").triggered.connect(self.positions.copy)
        return menu

    def _order_menu(self, client_order_id: str, where: QPoint) -> None:
        trading = self.services.trading
        if trading is not None:
            menu = QMenu(self)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            cancel = menu.addAction("Cancel\tDel")
            cancel.triggered.connect(lambda: self.hand.cancel(trading, client_order_id))
            menu.addAction("Copy row").triggered.connect(self.orders.copy)
            menu.popup(where)

    def _alarm_menu(self, key: str, where: QPoint) -> None:
        trading, symbol = self.services.trading, key.removeprefix("stop ")
        if trading is not None and symbol != key:
            menu = QMenu(self)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            again = menu.addAction("Send the stop again")
            again.triggered.connect(lambda: self.hand.repair_stop(trading, symbol))
            flat = menu.addAction("Close all of it")
            flat.triggered.connect(lambda: self.services.hand.close(symbol, trading, Decimal(1)))
            menu.popup(where)

    def _move_stop(self, symbol: str, price: Decimal, thesis: str) -> None:
        trading = self.services.trading
        if trading is not None:
            self.hand.move_stop(trading, symbol, price, thesis)

    def _missing(self, trading: AccountDesk) -> dict[str, str]:
        """Positions of which a part has stood for some seconds without a proven stop, and what to do."""
        now, found = self.services.workstation.clock.monotonic(), {}
        portfolio = trading.floor.portfolio
        bare = {symbol for symbol in portfolio.positions if rows.uncovered(portfolio, symbol)}
        self._bare_since = {symbol: self._bare_since.get(symbol, now) for symbol in bare}
        for symbol, since in self._bare_since.items():
            if now - since >= rows.BARE_S:
                found[symbol] = (
                    f"{rows.uncovered(portfolio, symbol):f} of it have no proven stop: "
                    "R sends it again, Shift+X closes the position"
                )
        return found

    def _arrange(self, held: int, working: int, alarms: bool) -> None:
        """Show the part that was chosen; positions take no more height than they need over their orders."""
        is_empty = {OPEN: not (held or working), FILLS: not self.fills.visible_rows(), ALARMS: not alarms}
        empty = is_empty[self.part]
        shows_open = self.part == OPEN and not empty
        needed = (held + 1) * self.positions.row_height + 4
        self.positions.setMaximumHeight(needed if working else _ANY_HEIGHT)
        self.positions.setVisible(shows_open and bool(held))
        self.orders.setVisible(shows_open and bool(working))
        self.fills.setVisible(self.part == FILLS and not empty)
        self.alarms.setVisible(self.part == ALARMS and not empty)
        self.nothing.setVisible(empty)
        trading = self.services.trading
        words = _NOTHING[self.part] if trading is not None and trading.is_read else _UNREAD
        self.nothing.setText(words if empty else "")


def _fill_rows(portfolio: Portfolio) -> list[Row]:
    fills = [fill for symbol in portfolio.contracts for fill in portfolio.fills(symbol)]
    fills.sort(key=lambda fill: (fill.event_ms, fill.trade_id), reverse=True)
    return [
        rows.fill_row(fill, portfolio.contracts.get(fill.symbol), portfolio.order(fill.client_order_id))
        for fill in fills[:MOST_FILLS]
    ]
