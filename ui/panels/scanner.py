"""The scanner: every symbol of the venue in one table, narrowed, sorted, and held against a checklist."""

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QMenu, QWidget

from ui.commands import Command
from ui.panel import Condition, Panel, PanelServices
from ui.scanner import menus, words
from ui.scanner.account_side import AccountSide
from ui.scanner.body import ScanBody
from ui.scanner.choice import USUAL_SORT, Choice
from ui.scanner.columns import ScanColumn, column_of
from ui.scanner.commands import scanner_commands
from ui.scanner.copying import copied_text
from ui.scanner.feed import ScanFeed
from ui.scanner.key_hand import Acts, KeyHand
from ui.scanner.keys import KEYS
from ui.scanner.saved import SavedScreens
from ui.scanner.tips import cell_tip
from ui.theme import Theme
from workstation.alerts.expression import ExpressionError
from workstation.scanner.judging import AutomaticPart
from workstation.scanner.narrowing import Narrowing, read_narrowing
from workstation.scanner.ranking import clicked
from workstation.scanner.scan import SYMBOL, Query, Scan
from workstation.scanner.screens import Screen


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
        self._account = AccountSide(services)
        body = ScanBody(services, self.theme, self)
        self.controls, self.table, self.undo_bar = body.controls, body.table, body.undo_bar
        self.screens = SavedScreens(
            lambda: services.screens, services.themes, self.undo_bar, self.present, self._use, self._named
        )
        self.undo_bar.wanted.connect(self.screens.undo)
        self.set_body(body)
        self.setFocusProxy(self.table)
        self._hand = KeyHand(
            self.table,
            self._acts(),
            self.show_symbol,
            self._sort_by,
            lambda every: self.copy(every=every),
            self.screens.undo,
            self._escape,
        )
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
            self._account.sector_of,
            self._account.view,
            workstation.clock.now_ms,
            workstation.clock.monotonic,
        )
        self.feed = ScanFeed(self.scan, self.table, self.services.feed.standing, self._account.held)
        self._set_columns()
        self._ask()

    # What is asked.

    def _ask(self) -> None:
        """Ask what is chosen; the rows come in the new order whatever holds them."""
        fitting = self.controls.fitting.isChecked()
        self.scan.ask(Query(self._narrowing, self.choice.keys, self._asked_part(), fitting))
        self.controls.screens.setText(self.choice.screen_name or "Screens")

    def _asked_part(self) -> AutomaticPart | None:
        part = self._account.part(self.choice.checklist, self.choice.side)
        self.controls.checklist.setText(self._account.checklist_name)
        return part

    # What is shown.

    def refresh(self) -> None:
        services = self.services
        if services.workstation is not self._read_from:
            self._begin()
        if not services.workstation.scanned.symbols:
            self.header.set_subject(self.title, "")
            self.header.set_detail("")
            self.cover(*words.nothing_followed_words(services.workstation.live is not None), Condition.EMPTY)
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
        self.feed.fill()
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
        self.table.say_nothing("" if found.rows else words.nothing_words(found))

    def _say_what(self) -> None:
        found = self.scan.found
        if found is None:
            return
        self.header.set_subject(self.title, words.count_words(found))
        self.header.set_detail(words.detail_words(found, is_held=bool(self.table.waiting)))

    def _set_columns(self) -> None:
        states = self.services.workstation.market.states
        version = self.choice.columns, tuple(states)
        if self._titled[0] != version:
            instruments = [state.instrument for state in states.values()]
            columns = [column_of(key, instruments) for key in (SYMBOL, *self.choice.columns)]
            self._titled = version, columns
        self.table.set_columns(self._titled[1], self.choice.widths, self.choice.keys)

    def _tip(self, symbol: str, key: str) -> str:
        return cell_tip(self.services, self.scan, symbol, key)

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
        self._choose_columns(self.choice.widened(key, wide))

    # Screens.

    def present(self, name: str) -> Screen:
        """What is asked and shown now, as a screen of that name."""
        fitting = self.controls.fitting.isChecked()
        return self.choice.screen(name, self._narrowing.text, fitting_only=fitting)

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

    def _named(self, name: str) -> None:
        self.choice = replace(self.choice, screen_name=name)
        self._ask()

    def save_as(self) -> None:
        """Ask for a name to keep what is asked and shown under."""
        self.screens.ask_name(self.window(), self.choice.screen_name)

    # Menus.

    def _fill_screens(self) -> None:
        screens, name = self.screens, self.choice.screen_name
        menus.fill_screens(
            self.controls.screens.menu(),
            self.services.screens,
            name,
            screens.use,
            self.save_as,
            lambda: screens.save_over(name),
            screens.remove,
        )

    def _fill_checklists(self) -> None:
        menu, templates = self.controls.checklist.menu(), self._account.templates
        menus.fill_checklists(menu, templates, (self.choice.checklist, self.choice.side), self.use_checklist)

    def choose_columns(self) -> None:
        """Open the menu of all that can be a column."""
        self._columns_menu("").popup(self.table.mapToGlobal(QPoint(12, self.table.row_height)))

    def _columns_menu(self, key: str) -> QMenu:
        menu = menus.passing_menu(self)
        if key:
            menus.fill_title(menu, key, self._sort_by, self._toggle_column, self._set_width)
        menus.fill_columns(menu, self.choice.columns, self._toggle_column, self.usual_columns)
        return menu

    def _show_title_menu(self, key: str, at: QPoint) -> None:
        self._columns_menu(key).popup(at)

    def _show_row_menu(self, symbol: str, at: QPoint) -> None:
        menu = menus.passing_menu(self)
        followed = self.services.workstation.scanned.is_followed(symbol)
        follow = None if followed else self.services.follow
        menus.fill_row(menu, symbol, self.show_symbol, follow, lambda every: self.copy(every=every))
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
            self.undo_bar.offer(words.NO_CONDITION, undoable=False)

    def follow(self) -> None:
        """Follow the cursor's symbol, so that its book and trades come in."""
        symbol = self.table.cursor_on
        scanned = self.services.workstation.scanned
        if symbol and self.services.workstation.live is not None and not scanned.is_followed(symbol):
            self.services.follow(symbol)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._hand.take(event):
            super().keyPressEvent(event)

    def _escape(self) -> bool:
        if not (self.controls.text or self.controls.error):
            return False
        self.controls.set_text("")
        return True

    def _acts(self) -> Acts:
        controls = self.controls
        return {
            Qt.Key.Key_F: controls.field.setFocus,
            Qt.Key.Key_S: controls.screens.showMenu,
            Qt.Key.Key_K: controls.checklist.showMenu,
            Qt.Key.Key_P: controls.fitting.toggle,
            Qt.Key.Key_A: self.make_alert,
            Qt.Key.Key_T: self.choose_columns,
            Qt.Key.Key_L: self.toggle_link,
            Qt.Key.Key_Insert: self.follow,
        }

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
        return scanner_commands(
            (screen.name for screen in self.services.screens.screens),
            self.screens.use,
            self._acts(),
            self.save_as,
            lambda: self.copy(every=True),
        )
