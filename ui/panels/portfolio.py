"""The portfolio: equity, margin, risk, exposure and stress of the account, with its limits and guardrails."""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QMenu,
    QVBoxLayout,
    QWidget,
)

from ui import format
from ui.commands import Command
from ui.panel import PanelServices
from ui.positions import portfolio_sections as sections
from ui.positions.account_panel import AccountPanel, Part
from ui.positions.balance_form import BalanceForm
from ui.positions.figures import words
from ui.positions.limit_form import LimitForm
from ui.positions.scenario_line import scenario_line
from ui.theme import Theme
from ui.widgets.figures_view import FiguresView
from ui.widgets.scrolled import scrolled
from ui.widgets.table import Table
from ui.widgets.table_rows import Cell, Column, Row
from workstation.account_desk import ASSET
from workstation.errors import BadFigure, PreflightError
from workstation.paper_desk import PaperDesk
from workstation.trading.guardrails import RailState
from workstation.trading.limit_book import LimitBook
from workstation.trading.limit_rules import LIMIT_BY_KEY, LIMITS
from workstation.trading.stress import SCENARIOS, Scenario, fast_crash, jump

OVERVIEW, LIMIT_PART, HISTORY = "overview", "limits", "history"
MOST_SCENARIOS = 12
_LIMIT_COLUMNS = (
    Column("Limit", "What is limited", 18, 0, left=True),
    Column("In force", "What counts now", 14, 0),
    Column("Asked for", "A looser figure that waits", 14, 1),
    Column("Counts in", "How long it still waits", 10, 1),
    Column("Reason", "As it was typed", 30, 2, left=True),
)
_HISTORY_COLUMNS = (
    Column("Limit", "What was changed", 18, 0, left=True),
    Column("When", "UTC", 16, 0),
    Column("Before", "What counted then", 12, 1),
    Column("After", "What was asked for", 12, 0),
    Column("Counted from", "At once if tighter, else after the wait", 16, 2),
    Column("Reason", "As it was typed", 30, 3, left=True),
)


class PortfolioPanel(AccountPanel):
    """The account as a whole, and what holds its trader back."""

    kind: ClassVar[str] = "portfolio"
    title: ClassVar[str] = "Portfolio"
    rate_hz: ClassVar[float] = 1.0
    parts: ClassVar[Sequence[Part]] = (
        Part(OVERVIEW, "Account", "Account (A)", Qt.Key.Key_A),
        Part(LIMIT_PART, "Limits", "Limits (L)", Qt.Key.Key_L),
        Part(HISTORY, "Changes", "Changes of limits (C)", Qt.Key.Key_C),
    )

    def __init__(self, services: PanelServices, parent: QWidget | None = None) -> None:
        super().__init__(services, parent)
        self._own: list[tuple[int, int]] = []
        """Own scenarios: per cent, and minutes (0 for a jump)."""
        self._tasks: set[asyncio.Task[None]] = set()
        density = services.themes.density
        self.view = FiguresView(self.theme, density)
        self.view.setAccessibleName("Portfolio")
        self._area = scrolled(self.view, self)
        self.scenario = scenario_line(
            "Another scenario",
            "Another scenario: −20, or −20 in 30 for 30 minutes; again removes it",
            self._take_scenario,
            self,
        )
        self.limits = Table(_LIMIT_COLUMNS, self.theme, density, self)
        self.limits.setAccessibleName("Limits")
        self.limits.menu_asked.connect(self._limit_menu)
        self.history = Table(_HISTORY_COLUMNS, self.theme, density, self)
        self.history.setAccessibleName("Changes of limits")
        self.form = LimitForm(self)
        self.form.wanted.connect(self._change)
        self.form.left.connect(self.limits.setFocus)
        self.balance = BalanceForm(self)
        self.balance.wanted.connect(self._begin_with)
        self.balance.left.connect(self._area.setFocus)
        body = QWidget(self)
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for widget in (self._area, self.limits, self.history):
            layout.addWidget(widget, 1)
        for line in (self.scenario, self.says, self.form, self.balance):
            layout.addWidget(line)
        self.set_body(body)
        self.setFocusProxy(self._area)
        self.header.menu.addAction("Another scenario…\tN").triggered.connect(self.ask_scenario)
        self._begin_action = self.header.menu.addAction("Starting balance…\tB")
        self._begin_action.triggered.connect(self.ask_balance)
        self.part_changed()
        self.theme_changed(self.theme)

    # The panel's hooks.

    def refresh(self) -> None:
        trading = self.account_shown()
        if trading is None:
            return
        self._begin_action.setEnabled(isinstance(trading, PaperDesk))
        account, book = trading.account(), trading.limit_book
        standings = trading.guardrails.standings(account)
        shut = [one for one in standings if one.state is RailState.SHUT]
        self.header.set_subject("Portfolio", "")
        self.header.set_detail([(f"locked: {shut[0].title.lower()}", "danger")] if shut else "")
        if self.part == OVERVIEW:
            results = sections.played(trading, account, self.scenarios)
            self.view.set_sections(
                [
                    sections.account_section(trading, account, trading.day(), book.rules()),
                    sections.rails_section(standings),
                    sections.stress_section(results),
                    sections.sector_section(trading, account),
                ]
            )
        elif self.part == LIMIT_PART:
            self.limits.set_rows([_limit_row(key, book) for key in LIMIT_BY_KEY])
        else:
            self.history.set_rows(_history_rows(book))

    def theme_changed(self, theme: Theme) -> None:
        density = self.services.themes.density
        self.view.set_look(theme, density)
        for table in (self.limits, self.history):
            table.set_look(theme, density)
        for form in (self.form, self.balance):
            form.set_theme(theme)

    def save_state(self) -> dict[str, object]:
        return {"part": self.part, "scenarios": [list(one) for one in self._own]}

    def restore_state(self, saved: Mapping[str, object]) -> None:
        part, own = saved.get("part"), saved.get("scenarios")
        self.show_part(str(part))
        if isinstance(own, list):
            self._own = [
                (one[0], one[1])
                for one in own[:MOST_SCENARIOS]
                if isinstance(one, list | tuple)
                and len(one) == 2
                and all(isinstance(figure, int) for figure in one)
                and -99 <= one[0] <= 1000
                and 0 <= one[1] <= 1440
            ]

    def keys(self) -> list[tuple[str, str]]:
        return [
            ("A  L  C", "Account, limits, changes of limits"),
            ("N", "Another scenario"),
            ("B", "Starting balance of a paper account"),
            ("E", "Change the limit"),
            ("U", "Take back what waits"),
            ("Ctrl+C", "Copy the row"),
        ]

    def commands(self) -> list[Command]:
        return [
            Command("Starting balance of the paper account", self.ask_balance, "B", self._is_paper),
            Command("Another stress scenario", self.ask_scenario, "N"),
        ]

    def _is_paper(self) -> bool:
        return isinstance(self.services.trading, PaperDesk)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if event.modifiers():
            super().keyPressEvent(event)
        elif self.part_of_key(key):
            self.show_part(self.part_of_key(key))
        elif key == Qt.Key.Key_B:
            self.ask_balance()
        elif key == Qt.Key.Key_N and self.part == OVERVIEW:
            self.ask_scenario()
        elif key == Qt.Key.Key_Escape and self.scenario.isVisible():
            self.scenario.hide()
            self._area.setFocus()
        elif key == Qt.Key.Key_E and self.part == LIMIT_PART:
            self.edit_limit(self.limits.current)
        elif key == Qt.Key.Key_U and self.part == LIMIT_PART:
            self.take_back(self.limits.current)
        else:
            super().keyPressEvent(event)

    # What it does.

    @property
    def scenarios(self) -> tuple[Scenario, ...]:
        """What the account is held against: the usual ones and the trader's own."""
        own = (fast_crash(percent, minutes) if minutes else jump(percent) for percent, minutes in self._own)
        return (*SCENARIOS, *own)

    def part_changed(self) -> None:
        self._area.setVisible(self.part == OVERVIEW)
        self.limits.setVisible(self.part == LIMIT_PART)
        self.history.setVisible(self.part == HISTORY)
        for line in (self.scenario, self.says, self.balance):
            line.hide()
        if self.part != LIMIT_PART:
            self.form.hide()

    def ask_scenario(self) -> None:
        """Ask for another scenario to hold the account against."""
        self.show_part(OVERVIEW)
        self.scenario.show()
        self.scenario.setFocus()

    def ask_balance(self) -> None:
        """Ask for the balance that a paper account begins with."""
        self.show_part(OVERVIEW)
        trading = self.services.trading
        if isinstance(trading, PaperDesk):
            balance = trading.floor.portfolio.balance(ASSET)
            self.balance.open(ASSET, None if balance is None else balance.wallet)
        elif trading is not None:
            self.say("Only a paper account takes a starting balance: this one is its venue's", True)

    def edit_limit(self, key: str) -> None:
        """Ask for another figure of a limit."""
        trading, spec = self.services.trading, LIMIT_BY_KEY.get(_key_of(key))
        if trading is not None and spec is not None:
            book = trading.limit_book
            self.form.open(spec, book.figures()[spec.key], book.rules())

    def take_back(self, key: str) -> None:
        """Take back a looser figure that waits."""
        trading, spec = self.services.trading, LIMIT_BY_KEY.get(_key_of(key))
        if trading is None or spec is None:
            return
        if trading.limit_book.pending(spec.key) is None:
            self.say(f"Nothing waits for {spec.title.lower()}")
        else:
            self._begin(self._told(trading.limit_book.revoke(spec.key), f"{spec.title} stays as it is"))

    # Inside.

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work, name="Limits")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _told(self, work: Coroutine[Any, Any, Any], otherwise: str) -> None:
        try:
            await work
        except PreflightError as error:
            self.say(str(error), is_wrong=True)
        else:
            self.say(otherwise)
        self.refresh()

    def _change(self, key: str, figure: Decimal, reason: str) -> None:
        trading, spec = self.services.trading, LIMIT_BY_KEY[key]
        if trading is None:
            return
        book = trading.limit_book
        looser = spec.is_looser(figure, book.figures()[key])
        wait = format.duration(book.rules().loosen_wait_ms / 1000)
        said = f"counts in {wait}; U takes it back" if looser else "counts from now on"
        self._begin(self._told(book.change(key, figure, reason), f"{spec.title} {spec.text(figure)} {said}"))

    def _begin_with(self, asset: str, amount: Decimal, _reason: str) -> None:
        trading = self.services.trading
        if not isinstance(trading, PaperDesk):
            return
        try:
            trading.begin_with(amount)
        except PreflightError as error:
            self.say(str(error), True)
            return
        self.say(f"The account begins with {format.price(float(amount), 2)} {asset}")
        self.refresh()

    def _limit_menu(self, key: str, where: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Change…\tE").triggered.connect(lambda: self.edit_limit(key))
        menu.addAction("Take back what waits\tU").triggered.connect(lambda: self.take_back(key))
        menu.addAction("Copy row").triggered.connect(self.limits.copy)
        menu.popup(where)

    def _take_scenario(self) -> None:
        try:
            one = _scenario_of(self.scenario.text())
        except BadFigure as error:
            self.say(str(error), is_wrong=True)
            return
        self._own = [other for other in self._own if other != one] if one in self._own else [*self._own, one]
        self._own = self._own[-MOST_SCENARIOS:]
        self.scenario.clear()
        self.says.hide()
        self.refresh()


def _scenario_of(text: str) -> tuple[int, int]:
    """Read "−20" or "−20 in 30".

    Raises:
        BadFigure: it is neither.
    """
    move, _, minutes = text.replace("−", "-").replace("%", "").replace("min", "").partition("in")
    try:
        percent, length = int(Decimal(move.strip())), int(Decimal(minutes.strip() or 0))
    except (InvalidOperation, ValueError, OverflowError):
        raise BadFigure("scenario", "Type a move in per cent, like −20, or −20 in 30") from None
    if not -99 <= percent <= 1000 or not percent or not 0 <= length <= 1440:
        raise BadFigure("scenario", "A move lies between −99 % and +1000 %, and takes a day at most")
    return percent, length


def _key_of(row: str) -> str:
    """The limit of a row, whose key begins with the title for the filter."""
    return row.rpartition("\t")[2]


def _limit_row(key: str, book: LimitBook) -> Row:
    spec, waits = LIMIT_BY_KEY[key], book.pending(key)
    left = format.duration(book.left_ms(key) / 1000) if waits else format.NO_FIGURE
    return f"{spec.title}\t{key}", (
        words(spec.title),
        Cell(spec.text(book.figures()[key]), float(LIMITS.index(spec))),
        words(spec.text(waits.figure) if waits else format.NO_FIGURE, "warn" if waits else "dim"),
        words(left, "warn" if waits else "dim"),
        words(waits.reason if waits else "", "muted"),
    )


def _history_rows(book: LimitBook) -> list[Row]:
    rows: list[Row] = []
    for number, one in reversed(list(enumerate(book.history))):
        spec = one.spec
        token = "warn" if one.due_ms else "text"
        when = f"{format.utc_date(one.time_ms)} {format.utc_time(one.time_ms)}"
        due = f"{format.utc_date(one.due_ms)} {format.utc_time(one.due_ms)}" if one.due_ms else "at once"
        cells = (
            words(spec.title),
            Cell(when, float(number)),
            words(spec.text(one.before), "muted"),
            words(spec.text(one.after), token),
            words(due, "muted"),
            words(one.reason, "muted"),
        )
        rows.append((f"{spec.title}\t{number}", cells))
    return rows
