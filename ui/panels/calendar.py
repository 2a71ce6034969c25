"""Calendar: the next two days on a strip, every event in a list, and what may not be entered now."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QFileDialog, QLabel, QVBoxLayout, QWidget

from ui import format
from ui.alerting.undo_bar import UndoBar
from ui.calendar.complete import say_complete, take_back_complete
from ui.calendar.controls import KEYS, CalendarControls
from ui.calendar.form import EventForm
from ui.calendar.import_form import ImportForm
from ui.calendar.menu import event_menu
from ui.calendar.reader import ImportReader
from ui.calendar.rows import COLUMNS, key_of, occurrence_of_key, row_of
from ui.calendar.strip import BEFORE_MS, SPAN_MS, STRIP_PX, CalendarStrip, StripView, in_span
from ui.calendar.words import NOTHING, detail_words, tip_words
from ui.commands import Command
from ui.panel import Panel, PanelServices
from ui.theme import BODY_PX, Theme, ui_font
from ui.widgets.table import Table
from workstation.errors import BadFigure
from workstation.events.calendar import Calendar
from workstation.events.event import CalendarEvent, Occurrence
from workstation.events.imports import ImportDraft
from workstation.events.natural import moon_between, settlements

DAY_MS = 86_400_000
AHEAD_MS = 120 * DAY_MS
PAST_MS = 120 * DAY_MS
MOST_ROWS = 500
LIST_PX = STRIP_PX + 90
"""Height of the body from which the list has room below the strip."""
WORDY_PX = 560


class CalendarPanel(Panel):
    """Shows what is near, lets events be entered, imported and taken back, and says what that forbids."""

    kind: ClassVar[str] = "calendar"
    title: ClassVar[str] = "Calendar"
    rate_hz: ClassVar[float] = 2.0
    of_market: ClassVar[bool] = False

    def __init__(self, services: PanelServices, parent: QWidget | None = None) -> None:
        super().__init__(services, parent)
        self.setAcceptDrops(True)
        self._shown: list[Occurrence] = []
        self._listed: object = None
        self._near: list[Occurrence] = []
        self._near_of: object = None
        self._import_path = Path()
        self.strip = CalendarStrip(self.theme, self)
        self.strip.chosen.connect(self._show_linked)
        self.strip.opened.connect(lambda one: self.edit(one))
        self.table = Table(COLUMNS, self.theme, services.themes.density, self)
        self.table.setAccessibleName("Events")
        self.table.chosen.connect(self._row_chosen)
        self.table.menu_asked.connect(self._menu)
        self.table.cell_tip = self._tip
        self.nothing = QLabel(NOTHING, self)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.nothing.setWordWrap(True)
        self.nothing.setFont(ui_font(BODY_PX))
        self.nothing.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.form = EventForm(services.themes, self)
        self.form.done.connect(self._save)
        self.form.left.connect(self._close_forms)
        self.imports = ImportForm(services.themes, self)
        self.imports.taken.connect(self._take)
        self.imports.left.connect(self._close_forms)
        self.imports.zone_chosen.connect(lambda zone: self.read_file(self._import_path, zone))
        self.undo_bar = UndoBar(self)
        self.undo_bar.wanted.connect(self.undo)
        self.reader = ImportReader(self)
        self.reader.told.connect(self._read)
        for form in (self.form, self.imports):
            form.hide()
        body = QWidget(self)
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.strip)
        for part in (self.table, self.nothing, self.imports):
            layout.addWidget(part, 1)
        layout.addWidget(self.undo_bar)
        layout.addWidget(self.form)
        self.set_body(body)
        self.controls = CalendarControls(self.header, self)
        self.controls.past_wanted.connect(self.show_past)
        self.controls.import_wanted.connect(self.ask_for_file)
        self.controls.new_wanted.connect(lambda: self.edit(None))
        self.setFocusProxy(self.table)
        self.theme_changed(self.theme)

    # What it shows.

    @property
    def calendar(self) -> Calendar:
        """The trader's."""
        return self.services.calendar

    @property
    def now_ms(self) -> int:
        """The market's time: a recording has a past of its own; ours where no market runs."""
        workstation = self.services.workstation
        state = self.state
        if workstation.feed is not None and state is not None and state.market_ms:
            return int(state.market_ms)
        return workstation.clock.now_ms()

    def refresh(self) -> None:
        now_ms, calendar = self.now_ms, self.calendar
        state = self.state
        if (calendar.version, now_ms // 60_000) != self._near_of:
            self._near_of = calendar.version, now_ms // 60_000
            self._near = calendar.between(now_ms - BEFORE_MS, now_ms + SPAN_MS)
            self._near += moon_between(now_ms - BEFORE_MS, now_ms + SPAN_MS)
        funding = None if state is None else state.funding
        times = () if funding is None else tuple(settlements(funding, now_ms - BEFORE_MS, now_ms + SPAN_MS))
        predicted = ""
        if funding is not None:
            predicted = f"{format.percent(float(funding.rate), 4, signed=True)} predicted"
            times = tuple(ms for ms in times if ms > now_ms) or times
        self.strip.show_view(StripView(now_ms, in_span(self._near, now_ms), times, predicted))
        self._say(now_ms)
        self._list(now_ms)
        if calendar.trouble and self.undo_bar.isHidden():
            self.undo_bar.offer(calendar.trouble, undoable=False)

    def _say(self, now_ms: int) -> None:
        state, calendar = self.state, self.calendar
        symbol = self.link.symbol
        base = "" if state is None else state.instrument.base
        standing = calendar.standing(symbol, base, now_ms)
        # In a narrow header what holds now is worth more than what is shown.
        what = "the past, UTC" if self.controls.shows_past else "next 48 h, UTC"
        self.header.set_subject("Calendar", what if self.width() >= WORDY_PX else "")
        self.header.set_detail(detail_words(standing, symbol, now_ms, is_known=calendar.is_known(now_ms)))

    def _list(self, now_ms: int) -> None:
        calendar, past = self.calendar, self.controls.shows_past
        stamp = calendar.version, now_ms // 60_000, past
        if stamp != self._listed:
            self._listed = stamp
            if past:
                shown = calendar.between(now_ms - PAST_MS, now_ms) + moon_between(now_ms - PAST_MS, now_ms)
                shown = [one for one in shown if one.start_ms <= now_ms and not one.holds(now_ms)]
            else:
                shown = calendar.between(now_ms, now_ms + AHEAD_MS) + moon_between(now_ms, now_ms + AHEAD_MS)
                shown = [
                    one
                    for one in shown
                    if one.start_ms >= now_ms or one.until_ms > now_ms or one.end_ms > now_ms
                ]
            shown.sort(key=lambda one: one.start_ms, reverse=past)
            self._shown = shown[:MOST_ROWS]
            self.table.set_rows([row_of(one, now_ms) for one in self._shown])
        is_empty = not calendar.events
        held = any(part.hasFocus() for part in (self.table, self.nothing))
        roomy = self.height() - self.header.height() >= LIST_PX
        forms = not self.form.isHidden() or not self.imports.isHidden()
        self.strip.setVisible(self.imports.isHidden() and (roomy or self.form.isHidden()))
        listing = roomy and self.imports.isHidden()
        empty_shown = is_empty and not calendar.is_known(now_ms) and not forms
        self.nothing.setVisible(listing and empty_shown)
        self.table.setVisible(listing and not empty_shown)
        front = self.nothing if not self.nothing.isHidden() else self.table
        self.setFocusProxy(front if not front.isHidden() else self.strip)
        if held and not front.hasFocus():
            front.setFocus()

    def show_past(self, shown: bool) -> None:
        """Show what was, or what is ahead."""
        self.controls.show_past(shown)
        self.refresh()

    # What can be done.

    def edit(self, one: Occurrence | None) -> None:
        """Open the form for an event; None for a new one."""
        event = None if one is None else self.calendar.event(one.event.event_id)
        if one is not None and event is None:
            return  # the moon is reckoned, not entered
        self._close_forms()
        self.form.open(event, self.now_ms)
        self.refresh()

    def _save(self, event: CalendarEvent) -> None:
        try:
            self.calendar.put(event)
        except BadFigure as error:
            self.form.preview.setText(str(error))
            return
        self._close_forms()
        self._offer_undo()

    def remove(self, one: Occurrence) -> None:
        """Remove an event, all its times; it can be undone."""
        if self.calendar.event(one.event.event_id) is not None:
            self.calendar.remove([one.event.event_id])
            self._offer_undo()

    def leave_out(self, one: Occurrence) -> None:
        """Take one time of a series out of it; it can be undone."""
        if one.event.repeat:
            self.calendar.leave_out(one)
            self._offer_undo()
        else:
            self.remove(one)

    def looked_through(self) -> None:
        """Say that no event is missing for a week; it is written down with the account."""
        say_complete(self.services, self.now_ms)
        self._offer_undo()

    def undo(self) -> None:
        """Take the last change back."""
        words = take_back_complete(self.services) or self.calendar.undo()
        self.undo_bar.hide()
        if words and self.calendar.undoable:
            self.undo_bar.offer(f"Taken back: {words}", undoable=True)
        self.refresh()

    def _offer_undo(self) -> None:
        self.undo_bar.offer(self.calendar.undoable, undoable=True)
        self.refresh()

    def _close_forms(self) -> None:
        self.form.hide()
        self.imports.hide()
        self.refresh()
        self.table.setFocus()

    # Imports.

    def ask_for_file(self) -> None:
        """Let the trader choose a file; the desk goes on meanwhile."""
        dialog = QFileDialog(
            self, "Import events", "", "Calendars and tables (*.ics *.ical *.csv *.txt);;All files (*)"
        )
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda path: self.read_file(Path(path)))
        dialog.open()

    def read_file(self, path: Path, zone: str = "UTC") -> None:
        """Read a file and show what it would bring."""
        self._import_path = path
        self.undo_bar.offer(f"Reading {path.name} …", undoable=False)
        calendar, now_ms = self.calendar, self.now_ms
        self.reader.read(
            path,
            calendar.by_uid,
            zone,
            lambda draft: calendar.prepare((*draft.new, *draft.changed), now_ms),
        )

    def _read(self, draft: ImportDraft | None, words: str) -> None:
        self.undo_bar.hide()
        if draft is None:
            self.undo_bar.offer(f"{words}. Nothing was imported.", undoable=False)
        else:
            self.form.hide()
            self.imports.open(draft)
        self.refresh()

    def _take(self, draft: ImportDraft) -> None:
        try:
            self.calendar.take(draft, self.services.workstation.clock.now_ms())
        except BadFigure as error:
            self.undo_bar.offer(str(error), undoable=False)
            return
        self._close_forms()
        self._offer_undo()

    def remove_import(self, import_id: str) -> None:
        """Remove what an import has brought; it can be undone."""
        self.calendar.remove_import(import_id)
        self._offer_undo()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() and any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        files = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if files:
            event.acceptProposedAction()
            self.read_file(Path(files[0]))

    # Rows.

    def _row_chosen(self, key: str) -> None:
        one = occurrence_of_key(key, self._shown)
        if one is not None:
            self._show_linked(one)

    def _show_linked(self, one: Occurrence) -> None:
        """Show the first market that an event concerns in linked panels."""
        self.table.set_chosen(key_of(one))
        if one.event.scope == "symbols":
            states = self.services.workstation.market.states
            concerned = (
                symbol
                for symbol, state in states.items()
                if one.event.concerns(symbol, state.instrument.base, "")
            )
            symbol = next(concerned, "")
            if symbol:
                self.link.set_symbol(symbol)

    def _tip(self, key: str, _column: int) -> str:
        one = occurrence_of_key(key, self._shown)
        return "" if one is None else tip_words(one, self.now_ms)

    def _menu(self, key: str, at: QPoint) -> None:
        one = occurrence_of_key(key, self._shown)
        if one is not None and self.calendar.event(one.event.event_id) is not None:
            found = next((two for two in self.calendar.imports if two.import_id == one.event.source), None)
            event_menu(
                self,
                one.event,
                found,
                edit=lambda: self.edit(one),
                leave_out=lambda: self.leave_out(one),
                remove=lambda: self.remove(one),
                remove_import=self.remove_import,
            ).popup(at)

    # Keys and hooks.

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, plain = event.key(), not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        one = occurrence_of_key(self.table.current, self._shown)
        if event.matches(QKeySequence.StandardKey.Undo):
            self.undo()
        elif plain and key in (Qt.Key.Key_Insert, Qt.Key.Key_N):
            self.edit(None)
        elif plain and key == Qt.Key.Key_I:
            self.ask_for_file()
        elif plain and key == Qt.Key.Key_P:
            self.show_past(not self.controls.shows_past)
        elif plain and key == Qt.Key.Key_L:
            self.looked_through()
        elif key == Qt.Key.Key_Escape and not (self.form.isHidden() and self.imports.isHidden()):
            self._close_forms()
        elif one is not None and plain and key in (Qt.Key.Key_E, Qt.Key.Key_F2):
            self.edit(one)
        elif one is not None and key == Qt.Key.Key_Delete:
            (self.remove if plain else self.leave_out)(one)
        else:
            super().keyPressEvent(event)

    def keys(self) -> list[tuple[str, str]]:
        return list(KEYS)

    def commands(self) -> list[Command]:
        removals = [
            Command(f"Calendar: remove all from {one.name}", partial(self.remove_import, one.import_id))
            for one in reversed(self.calendar.imports[-8:])
        ]
        return [
            Command("Calendar: new event", lambda: self.edit(None), "Insert"),
            Command("Calendar: import events", self.ask_for_file, "I"),
            Command("Calendar: no event is missing this week", self.looked_through, "L"),
            *removals,
        ]

    def theme_changed(self, theme: Theme) -> None:
        self.strip.set_theme(theme)
        self.table.set_look(theme, self.services.themes.density)
        self.nothing.setStyleSheet(f"color: {theme.muted.name()}; background: {theme.panel.name()};")
        self.undo_bar.set_theme(theme)

    def symbol_changed(self) -> None:
        self.refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._list(self.now_ms)

    def reset_view(self) -> None:
        self.table.close_filter()
        self.table.set_sort(None)
        self.show_past(False)

    def save_state(self) -> dict[str, object]:
        return {"past": self.controls.shows_past}

    def restore_state(self, saved: Mapping[str, object]) -> None:
        self.controls.show_past(saved.get("past") is True)

    def put_away(self) -> None:
        self.reader.close()
        super().put_away()
