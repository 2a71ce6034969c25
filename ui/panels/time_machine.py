"""The time machine: a round trip played again with its market, book, tape, own orders and money."""

import time
from collections.abc import Mapping
from typing import ClassVar, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSplitter, QVBoxLayout, QWidget

from ui import format
from ui.commands import Command
from ui.panel import Condition, Panel, PanelServices
from ui.review.cursor_figures import CursorFigures, cursor_rows
from ui.review.machine_parts import ContractWanted, own_marks, place_words, price_tags, span_of
from ui.review.trip_items import After
from ui.review.trip_picture import trip_picture
from ui.review.trip_plots import TripPlots
from ui.review.trip_scrub import Moment, TripScrub
from ui.review.trip_transport import StepSize, TripTransport
from ui.review.trip_words import price_places
from ui.theme import AGE_PX, Theme, ui_font
from ui.widgets.ladder_rows import default_multiple
from ui.widgets.ladder_view import LadderView
from ui.widgets.scrub_bar import STEPS
from ui.widgets.tape_view import TapeView
from workstation.journal.moments import TripMoment
from workstation.journal.own_orders import OwnOrderFiles
from workstation.journal.time_machine import SPEEDS
from workstation.journal.trip_machine import TripMachine
from workstation.market.order_book import BookStatus
from workstation.market.state import SymbolState
from workstation.model.journal import ReviewedTrip
from workstation.runtime.clock import SystemClock

Item = TypeVar("Item")

SIDE_PX = 252
ROOMY_PX = 560
"""From this width on book and tape have room."""
HALF_SECOND_MS = 500
_MOMENT_ROLES = {"entry": "down", "exit": "up", "part exit": "up", "add": "accent", "stop moved": "muted"}


class TimeMachinePanel(Panel):
    """Plays what is stored of a market around the round trip that review looks at."""

    kind: ClassVar[str] = "time_machine"
    title: ClassVar[str] = "Time machine"
    rate_hz: ClassVar[float] = 30.0
    of_symbol: ClassVar[bool] = False
    of_journal: ClassVar[bool] = True

    def __init__(self, services: PanelServices, parent: QWidget | None = None) -> None:
        super().__init__(services, parent)
        self.machine: TripMachine | None = None
        self._one: ReviewedTrip | None = None
        self._store: object = None
        self._contract: ContractWanted | None = None
        self._begun: SymbolState | None = None
        self._pictured: object = None
        self._told: object = None
        self.after = After.DIM
        self.step_size = StepSize.HALF_SECOND
        self.speed = 5.0
        theme, density = self.theme, services.themes.density
        self.plots = TripPlots(theme, self)
        self.plots.moment_wanted.connect(self.go_to)
        self.figures = CursorFigures(theme, density, self)
        self.ladder = LadderView(theme, density, self)
        self.tape = TapeView(theme, density, self)
        self.scrub = TripScrub(theme, self._words_at, self)
        self.scrub.setAccessibleName("Position in the round trip")
        self.scrub.sliderMoved.connect(lambda value: self.go_to(self._moment_at(value / STEPS)))
        self.scrub.actionTriggered.connect(
            lambda _action: self.go_to(self._moment_at(self.scrub.sliderPosition() / STEPS))
        )
        self.transport = TripTransport(theme, self)
        self.transport.played.connect(self.toggle)
        self.transport.stepped.connect(self.step)
        self.transport.jumped.connect(lambda side: self.go_to_entry() if side < 0 else self.go_to_exit())
        self.transport.speed_chosen.connect(self.set_speed)
        self.transport.step_chosen.connect(lambda word: self.set_step(StepSize(word)))
        self.transport.after_chosen.connect(lambda word: self.set_after(After(word)))
        self.notice = QLabel("", self)
        self.notice.setFont(ui_font(AGE_PX))
        self.notice.setTextFormat(Qt.TextFormat.PlainText)
        self.notice.setContentsMargins(10, 3, 10, 3)
        self.notice.setWordWrap(True)
        self.notice.hide()
        self._lay_out()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        services.selection.changed.connect(self._choice_changed)
        services.selection.moment_changed.connect(self._moment_changed)
        self.set_speed(self.speed)
        self.set_step(self.step_size)
        self.set_after(self.after)
        self.theme_changed(theme)

    def _lay_out(self) -> None:
        self._side = QWidget(self)
        self._side.setFixedWidth(SIDE_PX)
        column = QVBoxLayout(self._side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        book = QSplitter(Qt.Orientation.Vertical, self._side)
        book.setHandleWidth(3)
        book.addWidget(self.ladder)
        book.addWidget(self.tape)
        book.setStretchFactor(0, 3)
        book.setStretchFactor(1, 1)
        column.addWidget(self.figures)
        column.addWidget(book, 1)
        upper = QHBoxLayout()
        upper.setSpacing(3)
        upper.addWidget(self.plots, 1)
        upper.addWidget(self._side)
        body = QWidget(self)
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(upper, 1)
        layout.addWidget(self.notice)
        layout.addWidget(self.scrub)
        layout.addWidget(self.transport)
        self.set_body(body)

    # The panel's hooks.

    def refresh(self) -> None:
        journal, selection = self.services.journal, self.services.selection
        one = None if journal is None else journal.trip(selection.trip_id)
        store = self.services.workstation.store
        if one is None:
            self._put_machine_away()
            sentence = "No round trip is chosen."
            self.set_condition(Condition.EMPTY, sentence, "Choose one in the list of round trips.")
            return
        if store is None:
            self._put_machine_away()
            self.set_condition(
                Condition.EMPTY,
                "No store of ticks is open, so there is no market to go back to.",
                "Open a market that is recorded.",
            )
            return
        if self._one is None or self._one.trip is not one.trip or store is not self._store:
            self._open(one)
        self._one = one
        machine = self.machine
        assert machine is not None
        assert self._contract is not None
        machine.refresh(time.monotonic())
        machine.past_reader.follow(self._contract)
        if machine.error:
            self.set_condition(Condition.ERROR, machine.error, "The rest of the review goes on.")
            return
        if machine.tape is None:
            self.set_condition(Condition.LOADING, "What is stored of the market is being looked up.")
            return
        if machine.tape.instrument is None:
            self.set_condition(Condition.EMPTY, machine.notice, "Plan, fills and notes are in the entry.")
            return
        self.set_condition(Condition.LIVE)
        self._show_all(one, machine)

    def _show_all(self, one: ReviewedTrip, machine: TripMachine) -> None:
        moment_ms = machine.moment_ms
        pictured = (
            machine.orders,
            machine.contract,
            one.excursion,
            self.services.selection.marks,
            machine.tape,
        )
        if pictured != self._pictured:
            self._pictured = pictured
            self._show_trip(one, machine)
        state = machine.state
        moment = machine.moment()
        self.plots.refresh(moment_ms, self.after, None if moment.net_pnl is None else float(moment.net_pnl))
        self._show_book(machine, state)
        told = (moment_ms, machine.is_playing, machine.is_waiting, machine.notice, machine.contract, state)
        if told != self._told:
            self._told = told
            self._show_moment(one, machine, state, moment)
            self.services.selection.set_moment(moment_ms)

    def _show_trip(self, one: ReviewedTrip, machine: TripMachine) -> None:
        """What does not move with the cursor: lines, marks, the way of the money."""
        trip, tape = one.trip, machine.tape
        assert tape is not None
        assert tape.instrument is not None
        for plot in (self.plots.chart_plot, self.plots.depth_plot):
            plot.set_price_decimals(tape.instrument.price_decimals)
        self.plots.show_picture(trip_picture(one, machine), self.services.selection.marks)
        risk = None if not trip.initial_risk else float(trip.initial_risk)
        self.plots.money.show_path(machine.path(), risk, trip.asset, trip.closed_ms)
        first_ms, last_ms = span_of(machine)
        length = max(1, last_ms - first_ms)
        moments = [
            Moment((ms - first_ms) / length, words, _MOMENT_ROLES.get(words, "muted"))
            for ms, words in machine.marks
            if words != "stop moved" or trip.opened_ms < ms <= (trip.closed_ms or last_ms)
        ]
        closed_ms = trip.closed_ms or last_ms
        held = ((trip.opened_ms - first_ms) / length, (closed_ms - first_ms) / length)
        gaps = [
            (max(0.0, (gap.from_ms - first_ms) / length), min(1.0, (gap.to_ms - first_ms) / length))
            for gap in tape.gaps
            if gap.to_ms > first_ms and gap.from_ms < last_ms
        ]
        self.scrub.set_recording(first_ms / 1000, length / 1000, gaps)
        self.scrub.set_moments(moments, held)
        count = format.count(int(tape.seconds["trades"].sum()))
        gaps_words = f"{len(tape.gaps)} gap{'' if len(tape.gaps) == 1 else 's'}"
        self.header.set_detail(
            [(f"tape {count} trades", "muted"), (gaps_words, "warn" if tape.gaps else "up")]
        )

    def _show_book(self, machine: TripMachine, state: SymbolState | None) -> None:
        if state is not self._begun:
            self._begun = state
            self.ladder.forget_market()
            self.tape.forget_market()
            if state is not None:
                price = float(machine.trip.entry_price)
                self.ladder.set_instrument(state.instrument, default_multiple(state.instrument, price))
                self.tape.set_trades(state.instrument, state.trades, 0.0)
        if state is None or not self._side.isVisible():
            return
        if state.book.status is BookStatus.LIVE:
            self.ladder.show_book(state.book, state.last_price, state.last_side)
        self.tape.refresh()

    def _show_moment(
        self, one: ReviewedTrip, machine: TripMachine, state: SymbolState | None, moment: TripMoment
    ) -> None:
        trip, places = one.trip, price_places(one.trip)
        funding = None if state is None else state.funding
        time_text = format.utc_time(moment.moment_ms, with_ms=True)[:-1]
        self.figures.show_rows(time_text, cursor_rows(trip, moment, places, funding))
        self.ladder.set_own(tuple(own_marks(machine, moment)))
        self.plots.show_tags(price_tags(moment))
        self.transport.show_playing(machine.is_playing)
        words = place_words(trip, moment.moment_ms)
        self.transport.show_moment(moment.moment_ms, words)
        first_ms, last_ms = span_of(machine)
        if not self.scrub.isSliderDown():
            share = (moment.moment_ms - first_ms) / max(1, last_ms - first_ms)
            self.scrub.blockSignals(True)
            self.scrub.setValue(round(min(1.0, max(0.0, share)) * STEPS))
            self.scrub.blockSignals(False)
        notice = machine.notice or ("Reading…" if machine.is_waiting and machine.is_playing else "")
        self.notice.setText(notice)
        self.notice.setVisible(bool(notice))

    def theme_changed(self, theme: Theme) -> None:
        density = self.services.themes.density
        self.plots.set_theme(theme)
        self.figures.set_look(theme, density)
        self.ladder.set_look(theme, density)
        self.tape.set_look(theme, density)
        self.scrub.set_theme(theme)
        self.transport.set_theme(theme)
        self.notice.setStyleSheet(f"color: {theme.warn.name()};")
        self._told = None

    def put_away(self) -> None:
        self._put_machine_away()
        super().put_away()

    def reset_view(self) -> None:
        self.plots.show_whole()

    def save_state(self) -> dict[str, object]:
        return {"speed": self.speed, "step": self.step_size.value, "after": self.after.value}

    def restore_state(self, saved: Mapping[str, object]) -> None:
        speed, step, after = saved.get("speed"), saved.get("step"), saved.get("after")
        if isinstance(speed, int | float) and speed in SPEEDS:
            self.set_speed(float(speed))
        if step in {size.value for size in StepSize}:
            self.set_step(StepSize(str(step)))
        if after in {one.value for one in After}:
            self.set_after(After(str(after)))

    def keys(self) -> list[tuple[str, str]]:
        return [
            ("Space", "Play, pause"),
            (",  .", "A step back, a step on"),
            ("E  X", "To the entry, to the exit"),
            ("[  ]", "Slower, faster"),
            ("S", "The next size of a step: event, half a second, candle"),
            ("H", "What came after the cursor: hide, dim, show"),
            ("+  −", "Less time, more time"),
            ("Home", "The whole round trip"),
            ("J  K", "The next and the previous round trip"),
            ("Enter", "Write about it"),
        ]

    def commands(self) -> list[Command]:
        def there() -> bool:
            return self.machine is not None

        return [
            Command("Play or pause the time machine", self.toggle, "Space", there),
            Command("Go to the entry of the round trip", self.go_to_entry, "E", there),
            Command("Go to the exit of the round trip", self.go_to_exit, "X", there),
        ]

    # What it does.

    def toggle(self) -> None:
        """Play, or pause."""
        machine = self.machine
        if machine is not None:
            if machine.is_playing:
                machine.pause()
            else:
                machine.play()

    def step(self, direction: int) -> None:
        """Go a step on (+1) or back (−1)."""
        machine = self.machine
        if machine is None:
            return
        machine.pause()
        if self.step_size is StepSize.EVENT:
            machine.step_event(direction)
        elif self.step_size is StepSize.HALF_SECOND:
            machine.step(direction * HALF_SECOND_MS)
        else:
            machine.step_candle(self.plots.bar_width_ms, direction)

    def go_to(self, moment_ms: int) -> None:
        """Stand at a moment."""
        if self.machine is not None:
            self.machine.seek(moment_ms)

    def go_to_entry(self) -> None:
        """Stand at the first fill."""
        if self.machine is not None:
            self.machine.go_to_entry()

    def go_to_exit(self) -> None:
        """Stand at the last fill."""
        if self.machine is not None:
            self.machine.go_to_exit()

    def set_speed(self, speed: float) -> None:
        """Play so many market seconds a second."""
        self.speed = speed
        self.transport.speeds.set_chosen(f"{speed:g}")
        if self.machine is not None:
            self.machine.set_speed(speed)

    def set_step(self, size: StepSize) -> None:
        """Let a step go so far."""
        self.step_size = size
        self.transport.steps.set_chosen(size.value)

    def set_after(self, after: After) -> None:
        """Hide, dim or show what came after the cursor."""
        self.after = after
        self.transport.after.set_chosen(after.value)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        jumps = {Qt.Key.Key_E: self.go_to_entry, Qt.Key.Key_X: self.go_to_exit, Qt.Key.Key_Space: self.toggle}
        steps = {Qt.Key.Key_Comma: -1, Qt.Key.Key_Period: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        zooms = {Qt.Key.Key_Plus: 0.8, Qt.Key.Key_Equal: 0.8, Qt.Key.Key_Minus: 1.25}
        others = {Qt.Key.Key_J: 1, Qt.Key.Key_K: -1}
        if event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier):
            super().keyPressEvent(event)
        elif key in jumps:
            jumps[key]()
        elif key in steps:
            self.step(steps[key])
        elif key in zooms:
            self.plots.zoom(zooms[key])
        elif key in others:
            self.services.selection.step(others[key])
        elif key in (Qt.Key.Key_BracketLeft, Qt.Key.Key_BracketRight):
            self._change_speed(1 if key == Qt.Key.Key_BracketRight else -1)
        elif key == Qt.Key.Key_S:
            self.set_step(_next(self.step_size, list(StepSize)))
        elif key == Qt.Key.Key_H:
            self.set_after(_next(self.after, list(After)))
        elif key == Qt.Key.Key_Home:
            self.plots.show_whole()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.services.selection.ask_for_entry()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._side.setVisible(self.width() >= ROOMY_PX)
        self._side.setFixedWidth(min(SIDE_PX, max(190, self.width() // 4)))

    # Inside.

    def _open(self, one: ReviewedTrip) -> None:
        self._put_machine_away()
        journal, store = self.services.journal, self.services.workstation.store
        assert journal is not None
        assert store is not None
        self._store = store
        self._one = one
        self.machine = TripMachine(store.history, SystemClock(), one.trip, OwnOrderFiles(journal.data_dir))
        self.machine.set_speed(self.speed)
        self._contract = ContractWanted(self.machine)
        wanted = self.services.selection.moment_ms
        if wanted is not None:
            self.machine.seek(wanted)
        self.plots.show_machine(self.machine)
        trip = one.trip
        span = f"{format.utc_date(trip.opened_ms)} {format.utc_time(trip.opened_ms)} – "
        span += "open" if trip.closed_ms is None else format.utc_time(trip.closed_ms)
        self.header.set_subject("Time machine", f"{trip.symbol} {trip.direction.value} · {span} UTC")
        self.header.set_detail("")

    def _put_machine_away(self) -> None:
        if self.machine is not None:
            self.plots.show_machine(None)
            self.machine.close()
        self.machine = self._one = self._contract = self._begun = None
        self._pictured = self._told = None
        self.header.set_subject("Time machine", "")
        self.header.set_detail("")

    def _choice_changed(self, _trip_id: str) -> None:
        self._told = None

    def _moment_changed(self, moment_ms: int | None) -> None:
        machine = self.machine
        if machine is not None and moment_ms is not None and moment_ms != machine.moment_ms:
            machine.pause()
            machine.seek(moment_ms)

    def _change_speed(self, steps: int) -> None:
        place = min(max(SPEEDS.index(self.speed) + steps, 0), len(SPEEDS) - 1)
        self.set_speed(SPEEDS[place])

    def _moment_at(self, share: float) -> int:
        if self.machine is None:
            return 0
        first_ms, last_ms = span_of(self.machine)
        return int(first_ms + share * (last_ms - first_ms))

    def _words_at(self, share: float) -> str:
        return f"{format.utc_time(self._moment_at(share))} UTC" if self.machine is not None else ""


def _next(item: Item, items: list[Item]) -> Item:
    return items[(items.index(item) + 1) % len(items)]
