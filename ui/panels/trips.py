"""The round trips of the journal: found, filtered, summed up by day, and stepped through."""

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLineEdit, QMenu, QToolButton, QVBoxLayout, QWidget

from ui.commands import Command
from ui.panel import Condition, Panel, PanelServices
from ui.review import trip_chips
from ui.review.checklist_titles import ChecklistTitles
from ui.review.filter_chips import FilterChips, unmarked
from ui.review.queue import next_unreviewed
from ui.review.trip_columns import Sort, TripColumn, Unit
from ui.review.trip_filter import TripFilter
from ui.review.trip_footer import TripFooter
from ui.review.trip_index import TripIndex
from ui.review.trip_list import TripList
from ui.review.trip_words import SAMPLE_OFFER, trip_table_text
from ui.theme import BODY_PX, Theme, ui_font
from workstation.model.journal import AccountKind, JournalAccount

LOW_PX = 420
"""With less height left for the list the chips are folded away until they are asked for."""
SEARCH_AFTER_MS = 80
_UNITS = ((Unit.MONEY, "$"), (Unit.RATE, "%"), (Unit.R, "R"))
_UNIT_TIPS = {
    Unit.MONEY: "Net P&L in the settlement coin ($)",
    Unit.RATE: "Net P&L of the value at entry (%)",
    Unit.R: "Net P&L in units of the risk at entry (R)",
}


class TripsPanel(Panel):
    """The list that the review screen steps through."""

    kind: ClassVar[str] = "trips"
    title: ClassVar[str] = "Round trips"
    rate_hz: ClassVar[float] = 4.0
    of_symbol: ClassVar[bool] = False
    of_market: ClassVar[bool] = False

    def __init__(self, services: PanelServices, parent: QWidget | None = None) -> None:
        super().__init__(services, parent)
        self.index = TripIndex((), {})
        self._accounts: tuple[JournalAccount, ...] = ()
        self._seen: tuple[object, int] | None = None
        self._places: list[int] = []
        self._shows_chips: bool | None = None  # None: where there is room
        density = services.themes.density
        self.search = QLineEdit(self)
        self.search.setPlaceholderText("Symbol, tag or text in the notes")
        self.search.setAccessibleName("Search round trips")
        self.search.setToolTip("Words that all of them have (Ctrl+F)")
        self.search.setClearButtonEnabled(True)
        self.search.setFont(ui_font(BODY_PX))
        self.search.installEventFilter(self)
        self._search_soon = QTimer(self)
        self._search_soon.setSingleShot(True)
        self._search_soon.setInterval(SEARCH_AFTER_MS)
        self._search_soon.timeout.connect(self._searched)
        self.search.textChanged.connect(self._search_soon.start)
        self.fold_button = QToolButton(self)
        self.fold_button.setText("Filter")
        self.fold_button.setCheckable(True)
        self.fold_button.setToolTip("Show the filters (F)")
        self.fold_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.fold_button.clicked.connect(self.toggle_filters)
        self.chips = FilterChips(self.theme, density, self)
        self.chips.asked.connect(services.selection.set_wanted)
        self._titles = ChecklistTitles()
        self.chips.setup_name = self._titles.name_of
        self.list = TripList(self.theme, density, self)
        self.list.setup_name = self._titles.name_of
        self.list.chosen.connect(services.selection.choose)
        self.list.entry_wanted.connect(services.selection.ask_for_entry)
        self.list.menu_asked.connect(self._open_menu)
        self.list.sort_changed.connect(self._tell_order)
        self.footer = TripFooter(self.theme, self)
        self._lay_out()
        self.setFocusProxy(self.list)
        self._unit_buttons = self._make_unit_buttons()
        self.offer(SAMPLE_OFFER, lambda: services.add_sample())
        services.selection.changed.connect(self._choice_changed)
        services.selection.wanted_changed.connect(self._wanted_changed)
        self.theme_changed(self.theme)

    def _lay_out(self) -> None:
        body = QWidget(self)
        line = QHBoxLayout()
        line.setContentsMargins(8, 6, 8, 4)
        line.setSpacing(4)
        line.addWidget(self.search, 1)
        line.addWidget(self.fold_button)
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(line)
        layout.addWidget(self.chips)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.footer)
        self.set_body(body)

    def _make_unit_buttons(self) -> dict[Unit, QToolButton]:
        group, buttons = QButtonGroup(self), {}
        for unit, words in _UNITS:
            button = QToolButton(self)
            button.setText(words)
            button.setToolTip(_UNIT_TIPS[unit])
            button.setCheckable(True)
            button.setChecked(unit is self.list.unit)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(lambda _=False, unit=unit: self.list.set_unit(unit))
            group.addButton(button)
            buttons[unit] = button
        self.header.add_control(*buttons.values())
        return buttons

    @property
    def wanted(self) -> TripFilter:
        """What the list is narrowed down to, and the statistics with it."""
        return self.services.selection.wanted

    # The panel's hooks.

    def refresh(self) -> None:
        journal = self.services.journal
        if journal is None:
            self.set_condition(
                Condition.EMPTY,
                "There is no journal.",
                "It is kept in the data directory: the status bar says why.",
            )
            return
        if self._seen != (journal, journal.version):
            self._seen = (journal, journal.version)
            self._accounts = journal.accounts()
            self._titles.look(journal.data_dir)
            kinds = {account.key: account.kind for account in self._accounts}
            self.index = TripIndex(journal.trips(None), kinds, self.index)
            self._show_filtered()
        if not len(self.index):
            self.set_condition(
                Condition.EMPTY,
                "No round trip yet: one is written when a position has been opened, by itself.",
                "Trade on paper, or import a venue's export: Ctrl+K, import.",
            )
            return
        self.set_condition(Condition.LIVE)
        self.footer.show_rows(*self.list.rows_in_view)

    def theme_changed(self, theme: Theme) -> None:
        density = self.services.themes.density
        self.chips.set_look(theme, density)
        self.list.set_look(theme, density)
        self.footer.set_theme(theme)

    def reset_view(self) -> None:
        self.search.clear()
        self.list.set_sort(None)
        self._shows_chips = None
        self._take(TripFilter())

    def save_state(self) -> dict[str, object]:
        wanted = self.wanted
        return {
            "unit": self.list.unit.value,
            "kind": None if wanted.kind is None else wanted.kind.value,
            "account": wanted.account,
            "days": wanted.days,
            "filters": self._shows_chips,
            "sort": None
            if self.list.sort is None
            else [self.list.sort.column.name, self.list.sort.descending],
        }

    def restore_state(self, saved: Mapping[str, object]) -> None:
        units = {unit.value: unit for unit, _ in _UNITS}
        unit = saved.get("unit")
        if isinstance(unit, str) and unit in units:
            self.list.set_unit(units[unit])
            self._unit_buttons[units[unit]].setChecked(True)
        kind, account, days = saved.get("kind"), saved.get("account"), saved.get("days")
        wanted = self.wanted
        if isinstance(kind, str) and kind in {one.value for one in AccountKind}:
            wanted = replace(wanted, kind=AccountKind(kind))
        if isinstance(account, str):
            wanted = replace(wanted, account=account)
        if isinstance(days, int) and days in (0, *trip_chips.RANGES):
            wanted = replace(wanted, days=days)
        self._take(wanted)
        shows, sort = saved.get("filters"), saved.get("sort")
        self._shows_chips = shows if isinstance(shows, bool) else None
        if isinstance(sort, list) and len(sort) == 2 and sort[0] in TripColumn.__members__:
            self.list.set_sort(Sort(TripColumn[sort[0]], bool(sort[1])))
        self._fold()

    def keys(self) -> list[tuple[str, str]]:
        return [
            ("J  K", "The next and the previous round trip"),
            ("↑ ↓ PgUp PgDn", "Step through the list"),
            ("Home  End", "The newest, the oldest"),
            ("Enter", "Write about it"),
            ("N", "The next one that is not reviewed"),
            ("Ctrl+F", "Search"),
            ("F", "Show or hide the filters"),
            ("Esc", "Take the search and the filters back"),
            ("U", "Money, per cent, R"),
            ("Ctrl+C", "Copy the list"),
        ]

    def commands(self) -> list[Command]:
        return [
            Command("Search round trips", self.open_search, "Ctrl+F"),
            Command("Show every round trip of the account", lambda: self._take(self.wanted.widened())),
            Command("Copy the list of round trips", self.copy, "Ctrl+C"),
        ]

    # What it does.

    def next_unreviewed(self) -> None:
        """Choose the next round trip that waits for its review."""
        journal = self.services.journal
        found = "" if journal is None else next_unreviewed(journal, self.services.selection)
        if found:
            self.services.selection.choose(found)

    def open_search(self) -> None:
        """Put the keyboard into the search field."""
        self.search.setFocus()
        self.search.selectAll()

    def show_filters(self, shown: bool) -> None:
        """Show or hide the chips, whatever room there is."""
        self._shows_chips = shown
        self._fold()

    def toggle_filters(self) -> None:
        """Show the chips if they are hidden, else hide them."""
        self.show_filters(not self.chips.isVisibleTo(self))

    def step_unit(self) -> None:
        """Let the next figure stay where there is room for one: money, per cent, R."""
        units = [unit for unit, _ in _UNITS]
        unit = units[(units.index(self.list.unit) + 1) % len(units)]
        self._unit_buttons[unit].setChecked(True)
        self.list.set_unit(unit)

    def copy(self) -> None:
        """Put the list in view on the clipboard: tab-separated, with titles."""
        QGuiApplication.clipboard().setText(trip_table_text(self.index, self.list.order))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, plain = Qt.Key(event.key()), not event.modifiers()
        if plain and key in (Qt.Key.Key_J, Qt.Key.Key_K):
            self.list.step(1 if key == Qt.Key.Key_J else -1)
        elif plain and key == Qt.Key.Key_N:
            self.next_unreviewed()
        elif plain and key == Qt.Key.Key_F:
            self.toggle_filters()
        elif plain and key == Qt.Key.Key_U:
            self.step_unit()
        elif event.modifiers() == Qt.KeyboardModifier.ControlModifier and key == Qt.Key.Key_F:
            self.open_search()
        elif event.modifiers() == Qt.KeyboardModifier.ControlModifier and key == Qt.Key.Key_C:
            self.copy()
        elif plain and key == Qt.Key.Key_Escape and (self.wanted.is_narrowed or self.search.text()):
            self.search.clear()
            self._take(self.wanted.widened())
            self.list.setFocus()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """From the search field Enter and the arrows lead into the list."""
        if watched is self.search and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down):
                self._searched()
                self.list.setFocus()
                if self.services.selection.place is None:
                    self.list.step(1)
                return True
            if event.key() == Qt.Key.Key_Escape:
                self.search.clear()
                self.list.setFocus()
                return True
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold()

    # Inside.

    def _fold(self) -> None:
        roomy = self.height() - self.chips.sizeHint().height() >= LOW_PX
        shown = roomy if self._shows_chips is None else self._shows_chips
        self.chips.setVisible(shown)
        self.fold_button.setChecked(shown)

    def _searched(self) -> None:
        self._search_soon.stop()
        if self.search.text() != self.wanted.words:
            self._take(replace(self.wanted, words=self.search.text()))

    def _take(self, wanted: TripFilter) -> None:
        self.services.selection.set_wanted(wanted)

    def _wanted_changed(self) -> None:
        if self.search.text() != self.wanted.words:
            self.search.setText(self.wanted.words)
        self._show_filtered()

    def _show_filtered(self) -> None:
        index, wanted = self.index, self.wanted
        self._places = index.matching(wanted).tolist()
        self.list.show_trips(index, self._places)
        self.chips.show_filter(index, index.facets(wanted), wanted, self._accounts)
        self.footer.show_sums(index.sums(self._places))
        self._tell_order()
        chosen = self.services.selection
        if self._places and chosen.trip_id not in index.places:
            chosen.choose(index.trips[self._places[0]].trip.trip_id)
        self.list.set_chosen(chosen.trip_id)
        reviewed = sum(bool(index.trips[place].note.reviewed_ms) for place in self._places)
        self.header.set_detail(
            [(f"reviewed {reviewed} of {len(self._places)}", "muted")] if self._places else ""
        )
        narrowed = wanted.is_narrowed
        self.fold_button.setText("Filter •" if narrowed else "Filter")
        self._fold()

    def _tell_order(self) -> None:
        self.services.selection.set_order(self.list.order)
        order = "newest first" if self.list.sort is None else "sorted"
        is_sample = self.index.kind_of(self.wanted) is AccountKind.SAMPLE
        self.header.set_subject("Round trips", f"SAMPLE · {order}" if is_sample else order)

    def _choice_changed(self, trip_id: str) -> None:
        self.list.set_chosen(trip_id)

    def _open_menu(self, trip_id: str, where: QPoint) -> None:
        self.services.selection.choose(trip_id)
        trip = self.index.trips[self.index.places[trip_id]].trip
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Write about it\tEnter").triggered.connect(self.services.selection.ask_for_entry)
        menu.addAction(f"Show {unmarked(trip.symbol)} in linked panels").triggered.connect(
            lambda: self.link.set_symbol(trip.symbol)
        )
        only = menu.addAction(f"Only {unmarked(trip.symbol)}")
        only.triggered.connect(lambda: self.search.setText(trip.symbol))
        menu.addSeparator()
        menu.addAction("Copy list\tCtrl+C").triggered.connect(self.copy)
        menu.popup(where)
