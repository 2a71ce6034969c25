"""The time machine: a round trip played again with its market, book, tape, own orders and money."""

import time
from collections.abc import Mapping
from typing import ClassVar, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from ui import format
from ui.commands import Command
from ui.panel import Condition, Panel, PanelServices
from ui.review.machine_view import MachineView
from ui.review.trip_facts import TripFacts
from ui.review.trip_items import After
from ui.review.trip_transport import StepSize
from ui.theme import Theme
from workstation.journal.accounts import is_sample
from workstation.journal.own_orders import OwnOrderFiles
from workstation.journal.tape_map import TapeMap, frame_words
from workstation.journal.time_machine import SPEEDS
from workstation.journal.trip_machine import TripMachine
from workstation.model.journal import ReviewedTrip
from workstation.runtime.clock import SystemClock

Item = TypeVar("Item")

HALF_SECOND_MS = 500


class TimeMachinePanel(Panel):
    """Plays what is stored of a market around the round trip that review looks at."""

    kind: ClassVar[str] = "time_machine"
    title: ClassVar[str] = "Time machine"
    rate_hz: ClassVar[float] = 30.0
    of_symbol: ClassVar[bool] = False
    of_market: ClassVar[bool] = False

    def __init__(self, services: PanelServices, parent: QWidget | None = None) -> None:
        super().__init__(services, parent)
        self.machine: TripMachine | None = None
        self._one: ReviewedTrip | None = None
        self._store: object = None
        self._facts: TripFacts | None = None
        self._said: TapeMap | None = None
        self.after = After.DIM
        self.step_size = StepSize.HALF_SECOND
        self.speed = 5.0
        self.view = MachineView(self.theme, services.themes.density, self)
        self.view.moment_wanted.connect(self.go_to)
        self.transport = self.view.transport
        self.transport.played.connect(self.toggle)
        self.transport.stepped.connect(self.step)
        self.transport.jumped.connect(lambda side: self.go_to_entry() if side < 0 else self.go_to_exit())
        self.transport.speed_chosen.connect(self.set_speed)
        self.transport.step_chosen.connect(lambda word: self.set_step(StepSize(word)))
        self.transport.after_chosen.connect(lambda word: self.set_after(After(word)))
        self.set_body(self.view)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        services.selection.changed.connect(self._choice_changed)
        services.selection.moment_changed.connect(self._moment_changed)
        self.set_speed(self.speed)
        self.set_step(self.step_size)
        self.set_after(self.after)
        self.theme_changed(self.theme)

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
        assert self._facts is not None
        machine.refresh(time.monotonic())
        machine.past_reader.follow(self._facts)
        if self._facts.margin is not None:
            machine.contract, machine.wallet = self._facts.margin.contract, self._facts.margin.wallet
        if machine.error:
            self.set_condition(Condition.ERROR, machine.error, "The rest of the review goes on.")
            return
        if machine.tape is None:
            self.set_condition(Condition.LOADING, "What is stored of the market is being looked up.")
            return
        if machine.tape.instrument is None and not len(machine.tape.candles):
            self.set_condition(Condition.EMPTY, machine.notice, "Plan, fills and notes are in the entry.")
            return
        self.set_condition(Condition.LIVE)
        self._say_tape(machine.tape)
        if self.view.show_all(one, self.after, self.services.selection.marks, self._facts):
            self.services.selection.set_moment(machine.moment_ms)

    def _say_tape(self, tape: TapeMap) -> None:
        if tape is self._said:
            return
        self._said = tape
        if tape.instrument is None:
            self.header.set_detail([(f"{frame_words(tape.frame_ms)}s only", "warn")])
            return
        count = format.count(int(tape.seconds["trades"].sum()))
        gaps_words = f"{len(tape.gaps)} gap{'' if len(tape.gaps) == 1 else 's'}"
        self.header.set_detail(
            [(f"tape {count} trades", "muted"), (gaps_words, "warn" if tape.gaps else "up")]
        )

    def theme_changed(self, theme: Theme) -> None:
        self.view.set_look(theme, self.services.themes.density)

    def put_away(self) -> None:
        self._put_machine_away()
        super().put_away()

    def reset_view(self) -> None:
        self.view.plots.show_whole()

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
            machine.step_candle(self.view.plots.bar_width_ms, direction)

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
            self.view.plots.zoom(zooms[key])
        elif key in others:
            self.services.selection.step(others[key])
        elif key in (Qt.Key.Key_BracketLeft, Qt.Key.Key_BracketRight):
            self._change_speed(1 if key == Qt.Key.Key_BracketRight else -1)
        elif key == Qt.Key.Key_S:
            self.set_step(_next(self.step_size, list(StepSize)))
        elif key == Qt.Key.Key_H:
            self.set_after(_next(self.after, list(After)))
        elif key == Qt.Key.Key_Home:
            self.view.plots.show_whole()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.services.selection.ask_for_entry()
        else:
            super().keyPressEvent(event)

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
        self._facts = TripFacts(journal, one.trip, with_passive=True)
        wanted = self.services.selection.moment_ms
        if wanted is not None:
            self.machine.seek(wanted)
        self.view.show_machine(self.machine)
        trip = one.trip
        span = f"{format.utc_date(trip.opened_ms)} {format.utc_time(trip.opened_ms)} – "
        span += "open" if trip.closed_ms is None else format.utc_time(trip.closed_ms)
        sample = "SAMPLE · " if is_sample(one) else ""
        self.header.set_subject("Time machine", f"{sample}{trip.symbol} {trip.direction.value} · {span} UTC")
        self.header.set_detail("")

    def _put_machine_away(self) -> None:
        if self.machine is not None:
            self.view.show_machine(None)
            self.machine.close()
        self.machine = self._one = self._facts = self._said = None
        self.header.set_subject("Time machine", "")
        self.header.set_detail("")

    def _choice_changed(self, _trip_id: str) -> None:
        self.view.forget_words()

    def _moment_changed(self, moment_ms: int | None) -> None:
        machine = self.machine
        if machine is not None and moment_ms is not None and moment_ms != machine.moment_ms:
            machine.pause()
            machine.seek(moment_ms)

    def _change_speed(self, steps: int) -> None:
        place = min(max(SPEEDS.index(self.speed) + steps, 0), len(SPEEDS) - 1)
        self.set_speed(SPEEDS[place])


def _next(item: Item, items: list[Item]) -> Item:
    return items[(items.index(item) + 1) % len(items)]
