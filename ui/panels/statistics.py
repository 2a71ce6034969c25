"""The statistics of the journal: figures, and the pictures that they come from."""

from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from ui import format
from ui.commands import Command
from ui.panel import PanelServices
from ui.review.filter_chips import FilterChips
from ui.statistics.base_panel import StatisticsBase
from ui.statistics.board import Board
from ui.statistics.breakdown_picture import BreakdownPicture
from ui.statistics.calendar_picture import CalendarPicture
from ui.statistics.day_drawer import DayDrawer
from ui.statistics.equity_picture import EquityPicture
from ui.statistics.fan_picture import FanPicture
from ui.statistics.figures_picture import FiguresPicture
from ui.statistics.found import Statistics
from ui.statistics.hours_picture import HoursPicture
from ui.statistics.passive_picture import PassivePicture
from ui.statistics.rules_picture import RulesPicture
from ui.statistics.spread_pictures import ExcursionsPicture, HistogramPicture
from ui.statistics.start_form import StartForm
from ui.statistics.tiles import Tiles, tiles_of
from ui.statistics.words import MEASURE_TIPS, MEASURE_TITLES
from ui.theme import HEADER_PX, Theme, ui_font
from workstation.analytics.performance import FEW
from workstation.errors import PreflightError
from workstation.journal.statistics.table import Measure

LOW_PX = 280
"""Below this height tiles have two lines, and what an account began with is asked for by key."""
DRAWER_FROM_PX = 620
"""Narrower than this the day takes the whole width."""


class StatisticsPanel(StatisticsBase):
    """Tiles, and the board of pictures; the choice of round trips is the list's."""

    kind: ClassVar[str] = "statistics"
    title: ClassVar[str] = "Statistics"

    def __init__(self, services: PanelServices, parent: QWidget | None = None) -> None:
        super().__init__(services, parent)
        theme, density = self.theme, services.themes.density
        self._shown: tuple[object, ...] = ()
        self._measure_chosen = False
        self.chips = FilterChips(theme, density, self)
        self.chips.asked.connect(services.selection.set_wanted)
        self.chips.hide()
        self.tiles = Tiles(theme, self)
        self.breakdown, self.fan = BreakdownPicture(theme), FanPicture(theme)
        self.passive, self.calendar = PassivePicture(theme), CalendarPicture(theme)
        self.board = Board(
            (
                EquityPicture(theme),
                HistogramPicture(theme),
                self.calendar,
                HoursPicture(theme),
                RulesPicture(theme),
                self.breakdown,
                ExcursionsPicture(theme),
                self.fan,
                self.passive,
                FiguresPicture(theme),
            ),
            theme,
            self,
        )
        self.drawer = DayDrawer(theme, density, self)
        self.drawer.trip_chosen.connect(services.selection.choose)
        self.drawer.closed.connect(self._day_closed)
        self.calendar.day_wanted.connect(self.open_day)
        self.start_form = StartForm(self)
        self.start_form.wanted.connect(self._keep_start)
        self.start_button = QToolButton(self)
        self.start_button.setFont(ui_font(HEADER_PX))
        self.start_button.clicked.connect(self.ask_start)
        self.start_button.hide()
        self._lay_out()
        for picture in self.board.pictures:
            self.follow(picture)
        self.filter_button = QToolButton(self)
        self.filter_button.setText("Filter")
        self.filter_button.setCheckable(True)
        self.filter_button.setToolTip("Narrow the round trips down, here and in the list (F)")
        self.filter_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.filter_button.clicked.connect(self.toggle_filters)
        self.header.add_control(self.filter_button)
        self._measure_buttons = self._make_measure_buttons()
        self._fill_pictures_menu()
        self.setFocusProxy(self.board)
        self.board.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.theme_changed(theme)

    def _lay_out(self) -> None:
        body = QWidget(self)
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        line.addWidget(self.board, 1)
        line.addWidget(self.drawer)
        asking = QHBoxLayout()
        asking.setContentsMargins(8, 0, 8, 0)
        asking.addWidget(self.start_button)
        asking.addStretch(1)
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for widget in (self.chips, self.tiles, self.start_form):
            layout.addWidget(widget)
        layout.addLayout(asking)
        layout.addLayout(line, 1)
        self.set_body(body)

    def _make_measure_buttons(self) -> dict[Measure, QToolButton]:
        group, buttons = QButtonGroup(self), {}
        for measure, words in MEASURE_TITLES.items():
            button = buttons[measure] = QToolButton(self)
            button.setText(words)
            button.setToolTip(f"{MEASURE_TIPS[measure]} · U")
            button.setCheckable(True)
            button.setChecked(measure is self.measure)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(partial(self.set_measure, measure))
            group.addButton(button)
        self.header.add_control(*buttons.values())
        return buttons

    def _fill_pictures_menu(self) -> None:
        menu = self.header.menu
        menu.addSeparator()
        pictures = menu.addMenu("Pictures")
        self._picture_actions: dict[str, QAction] = {}
        for picture in self.board.pictures:
            action = self._picture_actions[picture.key] = pictures.addAction(picture.title)
            action.setCheckable(True)
            action.setChecked(True)
            action.triggered.connect(self._pictures_chosen)
        copy, copy_csv = (
            QAction("Copy picture's figures", self),
            QAction("Copy picture's figures as CSV", self),
        )
        copy.triggered.connect(lambda: self.copy())
        copy_csv.triggered.connect(lambda: self.copy(","))
        self.add_copying(copy, copy_csv)

    # What is shown.

    def show_found(self) -> None:
        found, source, keeping = self.found, self.services.statistics, self.services.keeping
        if found is None:
            return
        if keeping is not None:
            self.passive.show_passive(keeping.passive_r, keeping.passive_waiting)
        self.drawer.follow()
        if not self._shown or self._shown[0] is not found:
            self._choose_measure(found)
        shown = (found, source.judged, self.measure)
        self._say_what(found, is_working=source.is_working)
        if all(now is before for now, before in zip(shown, self._shown or (None,) * 3, strict=True)):
            return
        is_other = not self._shown or self._shown[0] is not found
        self._shown = shown
        judged = source.judged
        if judged is not None and judged.of is found:
            self.chips.show_filter(judged.index, judged.facets, found.wanted, found.accounts)
        if is_other:
            self.drawer.show_trips(found.table)
            self._offer_start(found)
        self.tiles.show_tiles(tiles_of(found, self.measure))
        for picture in self.board.pictures:
            picture.show_found(found, source.judged, self.measure)

    def _say_what(self, found: Statistics, *, is_working: bool) -> None:
        self.header.set_subject("Statistics", self.scope_words() or "no closed round trip in this choice")
        detail = [(f"n {format.count(len(found.table))}", "muted"), ("net of fees and funding", "muted")]
        if is_working:
            detail.insert(0, ("working it out", "accent"))
        elif 0 < len(found.table) < FEW:
            detail.insert(1, ("few", "warn"))
        self.header.set_detail(detail)
        self.filter_button.setText("Filter •" if found.wanted.is_narrowed else "Filter")

    def _offer_start(self, found: Statistics) -> None:
        owners = found.without_start
        titles = {one.key: one.title for one in found.accounts}
        if owners:
            key, asset = owners[0]
            more = f" and {len(owners) - 1} more" if len(owners) > 1 else ""
            said = f"What did {titles.get(key, key)}{more} begin with, in {asset}?"
            self.start_button.setText(f"{said}  Per cent and relative drawdowns need it (S)")
        has_room = self.height() >= LOW_PX and not self.start_form.isVisibleTo(self)
        self.start_button.setVisible(bool(owners) and has_room)

    def _choose_measure(self, found: Statistics) -> None:
        """Begin with money where no round trip has an R, unless the trader has chosen."""
        has_r = found.summary["total_r"].value is not None
        if not self._measure_chosen and len(found.table):
            self.measure = Measure.R if has_r else Measure.MONEY
            self._measure_buttons[self.measure].setChecked(True)

    def set_measure(self, measure: Measure, _checked: bool = False) -> None:
        """Show results in another measure."""
        self._measure_chosen = True
        self.measure = measure
        self._measure_buttons[measure].setChecked(True)
        self.show_found()

    def step_measure(self) -> None:
        """The next measure: money, per cent, R."""
        measures = list(Measure)
        self.set_measure(measures[(measures.index(self.measure) + 1) % len(measures)])

    def toggle_filters(self) -> None:
        """Show or hide the chips."""
        self.chips.setVisible(not self.chips.isVisibleTo(self))
        self.filter_button.setChecked(self.chips.isVisibleTo(self))

    def _pictures_chosen(self) -> None:
        chosen = {key for key, action in self._picture_actions.items() if action.isChecked()}
        self.board.set_shown([one.key for one in self.board.pictures if one.key in chosen])

    def copy(self, separator: str = "\t") -> None:
        """Copy the picture that has the keyboard, else every figure."""
        (self.board.current or self.board.picture("figures")).copy(separator)

    # A day, and what an account began with.

    def open_day(self, day: int) -> None:
        """Open the drawer of a day, counted from 1970."""
        journal, found = self.services.journal, self.found
        if journal is not None and found is not None:
            self.drawer.open(journal, found.table, day)
            self.board.setVisible(self.width() >= DRAWER_FROM_PX)

    def _day_closed(self) -> None:
        self.board.show()
        self.calendar.setFocus()

    def ask_start(self) -> None:
        """Ask what the first account without a known start began with; else correct what was said."""
        journal, found = self.services.journal, self.found
        if journal is None or found is None or not len(found.table):
            return
        newest = found.table.trips[-1].trip
        key, asset = found.without_start[0] if found.without_start else (newest.account, newest.asset)
        titles = {one.key: one.title for one in found.accounts}
        start = found.table.starts.get((key, asset))
        known = None if start is None else Decimal(repr(start))
        self.start_button.hide()
        self.start_form.open(key, titles.get(key, key), asset, known)

    def _keep_start(self, account: str, balance: Decimal, _reason: str) -> None:
        journal = self.services.journal
        if journal is None:
            return
        try:
            journal.save_start(account, self.start_form.asset, balance)
        except PreflightError as error:
            self.start_button.setText(f"Not kept: {error}")
            self.start_button.show()
            return
        self.refresh()

    # The desk's hooks.

    def theme_changed(self, theme: Theme) -> None:
        density = self.services.themes.density
        self.chips.set_look(theme, density)
        self.tiles.set_theme(theme)
        self.board.set_theme(theme)
        self.drawer.set_look(theme, density)
        self.start_form.set_theme(theme)

    def reset_view(self) -> None:
        self.board.set_whole("")
        for action in self._picture_actions.values():
            action.setChecked(True)
        self._pictures_chosen()
        self.set_measure(Measure.R)
        self._measure_chosen = False

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.tiles.set_low(self.height() < LOW_PX)
        if self.found is not None:
            self._offer_start(self.found)

    def save_state(self) -> dict[str, object]:
        return {
            "measure": self.measure.value if self._measure_chosen else "",
            "pictures": self.board.shown,
            "whole": self.board.whole,
            "dimension": self.breakdown.dimension.key,
        }

    def restore_state(self, saved: Mapping[str, object]) -> None:
        measure, pictures, whole = saved.get("measure"), saved.get("pictures"), saved.get("whole")
        if measure in {one.value for one in Measure}:
            self.set_measure(Measure(str(measure)))
        if isinstance(pictures, list):
            self.board.set_shown([one for one in pictures if isinstance(one, str)])
            for key, action in self._picture_actions.items():
                action.setChecked(key in self.board.shown)
        if isinstance(whole, str):
            self.board.set_whole(whole)
        self.breakdown.set_dimension(str(saved.get("dimension", "")))

    def put_away(self) -> None:
        self.fan.drawing.close()
        self.drawer.diary.flush()
        super().put_away()

    def keys(self) -> list[tuple[str, str]]:
        return [
            ("U", "Money, per cent, R"),
            ("F", "Show or hide the filters"),
            ("1 … 9  0", "One picture alone, and back"),
            ("[  ]", "The picture before, the next one"),
            ("← ↑ → ↓", "Point at a figure in the picture"),
            ("Enter", "Open what is pointed at; else the picture alone"),
            ("D", "Break down by the next dimension"),
            ("M", "Monte Carlo: draw anew"),
            ("S", "What the account began with"),
            ("PgUp  PgDn", "More pictures"),
            ("Ctrl+C", "Copy the picture's figures"),
            ("Ctrl+Shift+C", "Copy them as CSV"),
            ("Esc", "Back: call off, close the day, all pictures, all round trips"),
        ]

    def commands(self) -> list[Command]:
        return [
            Command("Statistics: money, per cent, R", self.step_measure, "U"),
            Command("Statistics: what the account began with", self.ask_start, "S"),
            Command("Statistics: copy as CSV", lambda: self.copy(","), "Ctrl+Shift+C"),
            *(
                Command(f"Statistics: {picture.title}", partial(self.board.toggle_whole, picture.key))
                for picture in self.board.pictures
            ),
            *(
                Command(f"Statistics by {action.text().lower()}", partial(self._break_down, place))
                for place, action in enumerate(self.breakdown.button.menu().actions())
            ),
        ]

    def _break_down(self, place: int) -> None:
        self.breakdown.button.menu().actions()[place].trigger()
        if self.breakdown.key not in self.board.shown or self.board.whole:
            self.board.set_whole(self.breakdown.key)
        self.board.reveal(self.breakdown.key)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        control, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
        number = key - Qt.Key.Key_1 if key != Qt.Key.Key_0 else 9
        if key == Qt.Key.Key_C and event.modifiers() == control:
            self.copy()
        elif key == Qt.Key.Key_C and event.modifiers() == control | shift:
            self.copy(",")
        elif event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
        elif 0 <= number < len(self.board.pictures):
            self.board.toggle_whole(self.board.pictures[number].key)
        elif key == Qt.Key.Key_U:
            self.step_measure()
        elif key == Qt.Key.Key_F:
            self.toggle_filters()
        elif key == Qt.Key.Key_S:
            self.ask_start()
        elif key == Qt.Key.Key_D:
            self.breakdown.keyPressEvent(event)
        elif key == Qt.Key.Key_M:
            self.fan.draw()
        elif key == Qt.Key.Key_Escape and self.drawer.day is not None:
            self.drawer.leave()
        elif key == Qt.Key.Key_Escape and self.services.selection.wanted.is_narrowed:
            self.services.selection.set_wanted(self.services.selection.wanted.widened())
        else:
            super().keyPressEvent(event)
