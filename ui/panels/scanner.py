"""The scanner: every symbol of the venue in one table, narrowed, sorted, and held against a checklist."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import ClassVar

import msgspec
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from ui.alerting.undo_bar import UndoBar
from ui.commands import Command
from ui.desk.name_prompt import NamePrompt
from ui.market_cells import tip_of
from ui.panel import Condition, Panel, PanelServices
from ui.scanner.choice import USUAL_SORT, Choice
from ui.scanner.columns import CHECKS, OBSTACLE, ScanColumn, column_of
from ui.scanner.controls import ScanControls
from ui.scanner.copying import copied_text
from ui.scanner.feed import ScanFeed
from ui.scanner.keys import KEYS
from ui.scanner.menus import fill_checklists, fill_columns, fill_screens
from ui.scanner.table_view import ScanTable
from ui.scanner.words import checklist_words, nothing_words, rows_tip, sort_words
from ui.theme import Theme
from workstation.alerts.expression import ExpressionError
from workstation.errors import BadFigure
from workstation.metrics.registry import METRIC_BY_KEY
from workstation.model.orders import Side
from workstation.scanner.judging import AccountView, AutomaticPart, automatic_part
from workstation.scanner.narrowing import Narrowing, read_narrowing
from workstation.scanner.ranking import clicked
from workstation.scanner.scan import PASSED, SYMBOL, Query, Scan
from workstation.scanner.screens import Screen
from workstation.trading.sectors import load_sectors


class ScannerPanel(Panel):
    """Shows all symbols; the cursor and the pointer hold their rows where they are."""

    kind: ClassVar[str] = "scanner"
    title: ClassVar[str] = "Scanner"
    rate_hz: ClassVar[float] = 60.0
    of_symbol: ClassVar[bool] = False
    veiled: ClassVar[bool] = False  # each row says how it stands

    def __init__(self, services: PanelServices, parent: QWidget | None = None) -> None:
        super().__init__(services, parent)
        self.choice = Choice()
        self.follows_cursor = False
        self._narrowing = Narrowing()
        self._shown_query: Query | None = None
        self._said_waiting = False
        self._titled: tuple[object, list[ScanColumn]] = (None, [])
        self._part: tuple[object, AutomaticPart | None] = (None, None)
        self._shipped_sectors = load_sectors()
        self._prompt: NamePrompt | None = None
        self.controls = ScanControls(services.themes, self)
        self.table = ScanTable(self.theme, services.themes.density, self)
        self.table.setAccessibleName("Scanner")
        self.undo_bar = UndoBar(self)
        self.undo_bar.wanted.connect(self.undo)
        self.undo_bar.set_theme(self.theme)
        body = QWidget(self)
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.controls)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.undo_bar)
        self.set_body(body)
        self.setFocusProxy(self.table)
        self._connect()
        menu = self.header.menu
        menu.addSeparator()
        menu.addAction("Columns…\tT").triggered.connect(lambda _=False: self.choose_columns())
        self._link_action: QAction = menu.addAction("Linked panels follow the cursor\tL")
        self._link_action.setCheckable(True)
        self._link_action.triggered.connect(lambda _=False: self.toggle_link())
        self._begin()

    def _connect(self) -> None:
        table, controls = self.table, self.controls
        table.chosen.connect(self.show_symbol)
        table.moved.connect(self._cursor_moved)
        table.title_clicked.connect(self._sort_by)
        table.column_dragged.connect(self._drag_column)
        table.width_dragged.connect(self._set_width)
        table.title_menu_asked.connect(self._show_title_menu)
        table.row_menu_asked.connect(self._show_row_menu)
        table.cell_tip = self._tip
        controls.narrowed.connect(self._narrow)
        controls.left.connect(table.setFocus)
        controls.fitting_toggled.connect(lambda _on: self._ask())
        controls.screens.menu().aboutToShow.connect(self._fill_screens)
        controls.checklist.menu().aboutToShow.connect(self._fill_checklists)

    def _begin(self) -> None:
        """Look over the market that is open now."""
        workstation = self.services.workstation
        self._read_from = workstation
        self.scan = Scan(
            workstation.scanned,
            self._sector_of,
            self._view,
            workstation.clock.now_ms,
            workstation.clock.monotonic,
        )
        self.feed = ScanFeed(self.scan, self.table, self.services.feed.standing, self._held)
        self._set_columns()
        self._ask()

    # What is asked.

    def _ask(self) -> None:
        """Ask what is chosen; the rows come in the new order whatever holds them."""
        fitting = self.controls.fitting.isChecked()
        self.scan.ask(Query(self._narrowing, self.choice.keys, self._asked_part(), fitting))
        self.controls.screens.setText(self.choice.screen_name or "Screens")

    def _asked_part(self) -> AutomaticPart | None:
        """The chosen checklist's automatic part; None while there is none, or nobody to trade."""
        trading = self.services.trading
        template = None if trading is None else trading.checklists.template(self.choice.checklist)
        version = template, self.choice.side
        if self._part[0] != version:
            side = Side.SELL if self.choice.side == "short" else Side.BUY
            self._part = version, None if template is None else automatic_part(template, side)
            name = "No checklist" if template is None else template.name
            self.controls.checklist.setText(name)
        return self._part[1]

    def _view(self) -> AccountView | None:
        trading = self.services.trading
        if trading is None:
            return None
        return AccountView(trading.account(), trading.day(), trading.sectors, trading.correlation)

    def _sector_of(self, base: str) -> str:
        trading = self.services.trading
        return (self._shipped_sectors if trading is None else trading.sectors).of(base)

    def _held(self, symbol: str) -> int:
        portfolio = self.services.portfolio
        held = None if portfolio is None else portfolio.positions.get(symbol)
        return 0 if held is None or not held.size else 1 if held.size > 0 else -1

    # What is shown.

    def refresh(self) -> None:
        services = self.services
        if services.workstation is not self._read_from:
            self._begin()
        if not services.workstation.scanned.symbols:
            self.header.set_subject(self.title, "")
            self.header.set_detail("")
            if services.workstation.live is not None:
                self.cover("No symbol is followed.", "Follow one: Ctrl+K and its name.", Condition.EMPTY)
            else:
                self.cover(
                    "There is nothing to look over.", "Open a market in the menu at the top.", Condition.EMPTY
                )
            return
        if self._asked_part() != self.scan.query.part:
            self._ask()
        is_new = self.feed.step()
        found = self.scan.found
        if found is None or found.query != self.scan.query:
            if found is None:
                self.cover(f"Looking over {len(services.workstation.scanned.symbols)} symbols…")
            return
        if self.condition not in (Condition.LIVE, Condition.STALE):
            self.set_condition(Condition.LIVE)
        if is_new:
            self._show_found()
        self.table.settle()
        if is_new or self._said_waiting != bool(self.table.waiting):
            self._said_waiting = bool(self.table.waiting)
            self._say_what()

    def _show_found(self) -> None:
        found = self.scan.found
        assert found is not None
        self._set_columns()
        is_asked = found.query != self._shown_query
        self._shown_query = found.query
        self.table.set_rows(found.rows, now=is_asked)
        fits = (symbol for symbol in found.rows if (one := self.scan.standing(symbol)) and one.fits)
        self.table.set_lit(frozenset(fits) if found.query.part is not None else frozenset())
        self.table.say_nothing("" if found.rows else nothing_words(found))

    def _say_what(self) -> None:
        found = self.scan.found
        if found is None:
            return
        count = f"{found.of} symbols" if found.of != 1 else "1 symbol"
        shown = f" · {len(found.rows)} shown" if len(found.rows) != found.of else ""
        unsaid = f" · {found.unsaid} no data" if found.unsaid else ""
        self.header.set_subject(self.title, f"{count}{shown}{unsaid} · {sort_words(found.query.keys)}")
        detail = []
        if self.table.waiting:
            detail.append(("order held while you point", "warn"))
        if found.query.part is not None:
            detail.append((f"{found.fitting} fit", "up" if found.fitting else "muted"))
            detail.append((checklist_words(found.query.part), "muted"))
        self.header.set_detail(detail)

    def _set_columns(self) -> None:
        states = self.services.workstation.market.states
        version = self.choice.columns, tuple(states)
        if self._titled[0] != version:
            instruments = [state.instrument for state in states.values()]
            columns = [column_of(key, instruments) for key in (SYMBOL, *self.choice.columns)]
            self._titled = version, columns
        self.table.set_columns(self._titled[1], self.choice.widths, self.choice.keys)

    def _tip(self, symbol: str, key: str) -> str:
        if key in (CHECKS, PASSED, OBSTACLE):
            words = self.scan.in_words(symbol)
            return "" if words is None else rows_tip(symbol, words, self._part[1])
        workstation = self.services.workstation
        metric = METRIC_BY_KEY.get(key if key != "breakout" else "breakout_stage")
        if metric is None:
            of_feed = self.services.feed.standing(symbol)
            followed = workstation.scanned.is_followed(symbol)
            if not followed:
                return (
                    f"{symbol} is listed, not followed: the day's figures alone are known. Insert follows it."
                )
            return of_feed.words if of_feed is not None else ""
        reading = workstation.scanned.read(metric, symbol)
        return tip_of(metric, reading, symbol, workstation.scanned.state(symbol), workstation.clock.now_ms())

    # Choices.

    def _narrow(self, narrowing: Narrowing) -> None:
        self._narrowing = narrowing
        self._ask()

    def show_symbol(self, symbol: str) -> None:
        """Show a symbol in linked panels."""
        if symbol:
            self.link.set_symbol(symbol)

    def _cursor_moved(self, symbol: str) -> None:
        if self.follows_cursor:
            self.link.set_symbol(symbol)

    def toggle_link(self) -> None:
        """Let linked panels follow the cursor, or only Enter and clicks."""
        self.follows_cursor = not self.follows_cursor
        self._link_action.setChecked(self.follows_cursor)

    def _sort_by(self, key: str, adds: bool) -> None:
        column = column_of(key, ())
        if column.sorts:
            self.choice = replace(
                self.choice, keys=clicked(self.choice.keys, column.sorts, text=column.words, adds=adds)
            )
            self._set_columns()
            self._ask()

    def use_checklist(self, key: str, side: str) -> None:
        """Hold rows against another checklist, "" for none."""
        self.choice = replace(self.choice, checklist=key, side=side)
        if not key:
            self.controls.fitting.setChecked(False)
        self._ask()

    def _choose_columns(self, choice: Choice) -> None:
        self.choice = choice
        if self.table.columns:
            self._set_columns()

    def set_columns(self, keys: tuple[str, ...]) -> None:
        """Show these columns after the symbol's; none at all stands for the usual ones."""
        self._choose_columns(self.choice.with_columns(keys))

    def usual_columns(self) -> None:
        """Show the usual columns, as wide as they usually are."""
        self._choose_columns(replace(self.choice.with_columns(()), widths={}))

    def _toggle_column(self, key: str) -> None:
        self._choose_columns(self.choice.toggled(key))

    def _drag_column(self, key: str, onto: str) -> None:
        self._choose_columns(self.choice.dragged(key, onto))

    def _set_width(self, key: str, wide: int) -> None:
        self.choice = self.choice.widened(key, wide)
        self._set_columns()

    # Screens.

    def present(self, name: str) -> Screen:
        """What is asked and shown now, as a screen of that name."""
        fitting = self.controls.fitting.isChecked()
        return self.choice.screen(name, self._narrowing.text, fitting_only=fitting)

    def use_screen(self, name: str) -> None:
        """Ask and show what was saved under a name."""
        screen = self.services.screens.screen(name)
        if screen is not None:
            self.choice = replace(self.choice, screen_name=screen.name)
            self._use(screen)

    def _use(self, screen: Screen) -> None:
        try:
            self._narrowing = read_narrowing(screen.text)
        except ExpressionError:
            self._narrowing = Narrowing()  # the field says what is wrong with it
        self.choice = self.choice.of_screen(screen)
        self.controls.set_text(screen.text)
        self.controls.fitting.setChecked(screen.fitting_only)
        self._choose_columns(self.choice)
        self._ask()

    def save_screen(self, name: str) -> None:
        """Keep what is asked and shown under a name.

        Raises:
            BadFigure: it cannot be kept.
        """
        self.services.screens.save(self.present(" ".join(name.split())))
        self.choice = replace(self.choice, screen_name=" ".join(name.split()))
        self._ask()

    def save_as(self) -> None:
        """Ask for a name to keep it under."""
        if self._prompt is None:
            self._prompt = NamePrompt(self.services.themes, self.window())
        self._prompt.ask("Save this screen as", self.choice.screen_name, self._save_named)

    def _save_named(self, name: str) -> None:
        try:
            self.save_screen(name)
        except (BadFigure, msgspec.ValidationError) as error:
            raise ValueError(str(error)) from None

    def _save_over(self) -> None:
        try:
            self.save_screen(self.choice.screen_name)
        except BadFigure as error:
            self.undo_bar.offer(str(error), undoable=False)

    def remove_screen(self, name: str) -> None:
        """Remove one of the trader's own screens; it can be undone."""
        try:
            removed = self.services.screens.remove(name)
        except BadFigure as error:
            self.undo_bar.offer(str(error), undoable=False)
            return
        if removed:
            self.choice = replace(self.choice, screen_name="")
            self.undo_bar.offer(f"The screen “{name}” was removed.", undoable=True)
            self._ask()

    def undo(self) -> None:
        """Bring the screen back that was removed last."""
        try:
            name = self.services.screens.undo()
        except BadFigure as error:
            self.undo_bar.offer(str(error), undoable=False)
            return
        self.undo_bar.hide()
        if name:
            self.use_screen(name)

    # Menus.

    def _fill_screens(self) -> None:
        fill_screens(
            self.controls.screens.menu(),
            self.services.screens,
            self.choice.screen_name,
            self.use_screen,
            self.save_as,
            self._save_over,
            self.remove_screen,
        )

    def _fill_checklists(self) -> None:
        trading = self.services.trading
        templates = () if trading is None else tuple(trading.checklists.book.templates.by_key.values())
        menu = self.controls.checklist.menu()
        fill_checklists(menu, templates, (self.choice.checklist, self.choice.side), self.use_checklist)

    def choose_columns(self) -> None:
        """Open the menu of all that can be a column."""
        self._columns_menu("").popup(self.table.mapToGlobal(QPoint(12, self.table.row_height)))

    def _columns_menu(self, key: str) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if key:
            column = column_of(key, ())
            if column.sorts:
                menu.addAction(f"Sort by {column.title}").triggered.connect(lambda: self._sort_by(key, False))
                menu.addAction("Sort by it too\tShift+click").triggered.connect(
                    lambda: self._sort_by(key, True)
                )
            if key != SYMBOL:
                menu.addAction(f"Remove {column.title}").triggered.connect(lambda: self._toggle_column(key))
            menu.addAction("As wide as usual").triggered.connect(lambda: self._set_width(key, 0))
            menu.addSeparator()
        fill_columns(menu, self.choice.columns, self._toggle_column, self.usual_columns)
        return menu

    def _show_title_menu(self, key: str, at: QPoint) -> None:
        self._columns_menu(key).popup(at)

    def _show_row_menu(self, symbol: str, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(f"Show {symbol}\tEnter").triggered.connect(lambda: self.show_symbol(symbol))
        if not self.services.workstation.scanned.is_followed(symbol):
            menu.addAction(f"Follow {symbol}\tIns").triggered.connect(lambda: self.services.follow(symbol))
        menu.addAction("Copy row\tC").triggered.connect(lambda: self.copy(every=False))
        menu.addAction("Copy every row shown\tShift+C").triggered.connect(lambda: self.copy(every=True))
        menu.popup(at)

    # Keys.

    def copy(self, *, every: bool) -> None:
        """Put the cursor's row on the clipboard, or every row shown: tab-separated, with titles."""
        table = self.table
        symbols = table.rows if every else (table.cursor_on,) if table.cursor_on else ()
        for symbol in symbols:
            self.feed.make_row(symbol)
        text = copied_text(table, symbols, self.scan.standing)
        QGuiApplication.clipboard().setText(text)

    def make_alert(self) -> None:
        """Offer an alert for every followed symbol that comes to satisfy the filter."""
        if self._narrowing.expression is not None:
            self.services.search(f"alert all {self._narrowing.text}")
        else:
            self.undo_bar.offer(
                "An alert needs a condition: type one into the filter, such as spread_bps > 20.",
                undoable=False,
            )

    def follow(self) -> None:
        """Follow the cursor's symbol, so that its book and trades come in."""
        symbol = self.table.cursor_on
        scanned = self.services.workstation.scanned
        if symbol and self.services.workstation.live is not None and not scanned.is_followed(symbol):
            self.services.follow(symbol)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, table = Qt.Key(event.key()), self.table
        shift = event.modifiers() == Qt.KeyboardModifier.ShiftModifier
        moves = {
            Qt.Key.Key_Up: -1,
            Qt.Key.Key_Down: 1,
            Qt.Key.Key_PageUp: -table.page,
            Qt.Key.Key_PageDown: table.page,
            Qt.Key.Key_Home: -len(table.rows),
            Qt.Key.Key_End: len(table.rows),
        }
        plain: dict[Qt.Key, Callable[[], object]] = {
            Qt.Key.Key_F: lambda: self.controls.field.setFocus(),
            Qt.Key.Key_S: self.controls.screens.showMenu,
            Qt.Key.Key_K: self.controls.checklist.showMenu,
            Qt.Key.Key_P: self.controls.fitting.toggle,
            Qt.Key.Key_A: self.make_alert,
            Qt.Key.Key_T: self.choose_columns,
            Qt.Key.Key_C: lambda: self.copy(every=False),
            Qt.Key.Key_L: self.toggle_link,
            Qt.Key.Key_Insert: self.follow,
            Qt.Key.Key_Return: lambda: self.show_symbol(table.cursor_on),
            Qt.Key.Key_Enter: lambda: self.show_symbol(table.cursor_on),
            Qt.Key.Key_Left: lambda: table.scroll_columns(-1),
            Qt.Key.Key_Right: lambda: table.scroll_columns(1),
        }
        number = int(key) - int(Qt.Key.Key_1)
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy(every=False)
        elif event.matches(QKeySequence.StandardKey.Undo):
            self.undo()
        elif event.matches(QKeySequence.StandardKey.Find):
            self.controls.field.setFocus()
        elif shift and key == Qt.Key.Key_C:
            self.copy(every=True)
        elif event.modifiers() & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier):
            super().keyPressEvent(event)
        elif key in moves:
            table.move_cursor(moves[key])
        elif key in plain and not shift:
            plain[key]()
        elif key == Qt.Key.Key_Escape and (self.controls.text or self.controls.error):
            self.controls.set_text("")
        elif 0 <= number < min(9, len(table.columns)):
            self._sort_by(table.columns[number].key, shift)
        else:
            super().keyPressEvent(event)

    # The desk's hooks.

    def symbol_changed(self) -> None:
        self.table.set_linked(self.link.symbol)

    def theme_changed(self, theme: Theme) -> None:
        self.table.set_look(theme, self.services.themes.density)
        self.controls.set_theme()
        self.undo_bar.set_theme(theme)

    def reset_view(self) -> None:
        self.choice = replace(self.choice, screen_name="", keys=USUAL_SORT)
        self.controls.set_text("")
        self.controls.fitting.setChecked(False)
        self.usual_columns()
        self._ask()

    def data_age_s(self) -> float | None:
        return self.services.feed.data_age_s()

    def save_state(self) -> dict[str, object]:
        fitting = self.controls.fitting.isChecked()
        saved = self.choice.saved(self._narrowing.text, fitting_only=fitting)
        return {**saved, "follows_cursor": self.follows_cursor}

    def restore_state(self, saved: Mapping[str, object]) -> None:
        self.choice, screen = self.choice.restored(saved)
        if saved.get("follows_cursor") is True and not self.follows_cursor:
            self.toggle_link()
        if screen is not None:
            self._use(screen)

    def keys(self) -> list[tuple[str, str]]:
        return list(KEYS)

    def commands(self) -> list[Command]:
        screens = self.services.screens.screens
        return [
            Command("Scanner: filter", self.controls.field.setFocus, "F"),
            Command("Scanner: save this screen as…", self.save_as),
            Command("Scanner: only rows that satisfy the checklist", self.controls.fitting.toggle, "P"),
            Command("Scanner: alert from the filter", self.make_alert, "A"),
            Command("Scanner: copy every row shown", lambda: self.copy(every=True), "Shift+C"),
            *(
                Command(f"Scanner: {screen.name}", partial(self.use_screen, screen.name))
                for screen in screens
            ),
        ]
