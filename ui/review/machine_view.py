"""What the time machine shows: plots, figures, book and tape of one moment, and the bars that move it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSplitter, QVBoxLayout, QWidget

from ui import format
from ui.review.cursor_figures import CursorFigures, cursor_rows
from ui.review.machine_parts import own_marks, place_words, price_tags, span_of
from ui.review.selection import ExitMark
from ui.review.trip_facts import TripFacts
from ui.review.trip_items import After
from ui.review.trip_picture import trip_picture
from ui.review.trip_plots import TripPlots
from ui.review.trip_scrub import Moment, TripScrub
from ui.review.trip_transport import TripTransport
from ui.review.trip_words import price_places
from ui.theme import AGE_PX, Density, Theme, ui_font
from ui.widgets.ladder_rows import default_multiple
from ui.widgets.ladder_view import LadderView
from ui.widgets.scrub_bar import STEPS
from ui.widgets.tape_view import TapeView
from workstation.journal.margin_facts import no_liquidation
from workstation.journal.moments import TripMoment
from workstation.journal.trip_machine import TripMachine
from workstation.market.order_book import BookStatus
from workstation.market.state import SymbolState
from workstation.model.journal import ReviewedTrip, RoundTrip

SIDE_PX = 252
ROOMY_PX = 560
"""From this width on book and tape have room."""
_MOMENT_ROLES = {"entry": "down", "exit": "up", "part exit": "up", "add": "accent", "stop moved": "muted"}


class MachineView(QWidget):
    """Reads a `TripMachine`; it moves nothing itself, and says which moment was asked for."""

    moment_wanted = Signal(object)
    """A moment in milliseconds; not of type int, of which Qt has 32 bits."""

    def __init__(self, theme: Theme, density: Density, parent: QWidget) -> None:
        super().__init__(parent)
        self._machine: TripMachine | None = None
        self._begun: SymbolState | None = None
        self._pictured: object = None
        self._told: object = None
        self.plots = TripPlots(theme, self)
        self.plots.moment_wanted.connect(self.moment_wanted)
        self.figures = CursorFigures(theme, density, self)
        self.ladder = LadderView(theme, density, self)
        self.tape = TapeView(theme, density, self)
        self.scrub = TripScrub(theme, self._words_at, self)
        self.scrub.setAccessibleName("Position in the round trip")
        self.scrub.sliderMoved.connect(lambda value: self._ask(value))
        self.scrub.actionTriggered.connect(lambda _action: self._ask(self.scrub.sliderPosition()))
        self.transport = TripTransport(theme, self)
        self.notice = QLabel("", self)
        self.notice.setFont(ui_font(AGE_PX))
        self.notice.setTextFormat(Qt.TextFormat.PlainText)
        self.notice.setContentsMargins(10, 3, 10, 3)
        self.notice.setWordWrap(True)
        self.notice.hide()
        self._lay_out()

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
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(upper, 1)
        layout.addWidget(self.notice)
        layout.addWidget(self.scrub)
        layout.addWidget(self.transport)

    def _ask(self, value: int) -> None:
        if self._machine is not None:
            self.moment_wanted.emit(self.moment_at(value / STEPS))

    def show_machine(self, machine: TripMachine | None) -> None:
        """Show another round trip's machine; None shows nothing."""
        if self._machine is not None:
            self.plots.show_machine(None)
        self._machine, self._begun, self._pictured, self._told = machine, None, None, None
        if machine is not None:
            self.plots.show_machine(machine)

    def forget_words(self) -> None:
        """Write everything anew at the next `show_all`."""
        self._told = None

    def show_all(
        self, one: ReviewedTrip, after: After, marks: tuple[ExitMark, ...], facts: TripFacts
    ) -> bool:
        """Show the round trip at the cursor; return whether the cursor, or what is known, is another.

        Args:
            one: the round trip of the machine.
            after: how what came after the cursor is shown.
            marks: other exits.
            facts: its margin, and its plan left alone.
        """
        machine = self._machine
        assert machine is not None
        pictured = (machine.orders, facts.version, one.excursion, marks, machine.tape)
        if pictured != self._pictured:
            self._pictured = pictured
            self._show_trip(one, machine, marks, facts)
        moment = machine.moment()
        money = None if moment.net_pnl is None else float(moment.net_pnl)
        self.plots.refresh(machine.moment_ms, after, money)
        self._show_book(machine, machine.state)
        told = (
            machine.moment_ms,
            machine.is_playing,
            machine.is_waiting,
            machine.notice,
            facts.version,
            machine.state,
        )
        if told == self._told:
            return False
        self._told = told
        self._show_moment(one.trip, machine, facts, moment)
        return True

    def _show_trip(
        self, one: ReviewedTrip, machine: TripMachine, marks: tuple[ExitMark, ...], facts: TripFacts
    ) -> None:
        """What does not move with the cursor: lines, marks, the way of the money."""
        trip, tape = one.trip, machine.tape
        assert tape is not None
        decimals = price_places(trip) if tape.instrument is None else tape.instrument.price_decimals
        for plot in (self.plots.chart_plot, self.plots.depth_plot):
            plot.set_price_decimals(decimals)
        self.plots.show_picture(trip_picture(one, machine), marks)
        risk = None if not trip.initial_risk else float(trip.initial_risk)
        passive = None if facts.passive is None else machine.path_of(facts.passive)
        self.plots.money.show_path(machine.path(), risk, trip.asset, trip.closed_ms, passive)
        first_ms, last_ms = span_of(machine)
        length = max(1, last_ms - first_ms)
        moments = [
            Moment((ms - first_ms) / length, words, _MOMENT_ROLES.get(words, "muted"))
            for ms, words in machine.marks
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
        self, trip: RoundTrip, machine: TripMachine, facts: TripFacts, moment: TripMoment
    ) -> None:
        state = machine.state
        why = "being read"
        if facts.margin is not None:
            why = no_liquidation(trip, facts.margin.contract, facts.margin.wallet, facts.margin.no_wallet)
        funding = None if state is None else state.funding
        time_text = format.utc_time(moment.moment_ms, with_ms=True)[:-1]
        self.figures.show_rows(time_text, cursor_rows(trip, moment, price_places(trip), funding, why))
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

    def set_look(self, theme: Theme, density: Density) -> None:
        """Use these colours and heights from now on."""
        self.plots.set_theme(theme)
        self.figures.set_look(theme, density)
        self.ladder.set_look(theme, density)
        self.tape.set_look(theme, density)
        self.scrub.set_theme(theme)
        self.transport.set_theme(theme)
        self.notice.setStyleSheet(f"color: {theme.warn.name()};")
        self._told = None

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._side.setVisible(self.width() >= ROOMY_PX)
        self._side.setFixedWidth(min(SIDE_PX, max(190, self.width() // 4)))

    def moment_at(self, share: float) -> int:
        """The moment at a share of the scrub bar's way."""
        if self._machine is None:
            return 0
        first_ms, last_ms = span_of(self._machine)
        return int(first_ms + share * (last_ms - first_ms))

    def _words_at(self, share: float) -> str:
        return f"{format.utc_time(self.moment_at(share))} UTC" if self._machine is not None else ""
