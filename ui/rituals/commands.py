"""The rituals as the desk has them: commands, their windows, and commitments handed to every account."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from ui.alerting.toasts import ToastStack
from ui.commands import Command
from ui.desk.whole import WholeDesk
from ui.rituals.commitments_window import CommitmentsWindow
from ui.rituals.loss_window import LossWindow
from ui.rituals.playbook_window import PlaybookWindow
from ui.rituals.readiness_window import ReadinessWindow
from ui.rituals.week_hint import WeekHint
from ui.rituals.weekly_window import WeeklyWindow
from workstation.journal.journal import Journal
from workstation.model.rituals import Commitment
from workstation.runtime.clock import SystemClock

LOOK_EVERY_MS = 1_000


class Rituals(QObject):
    """The rituals of one desk."""

    def __init__(self, desk: WholeDesk, stack: ToastStack, review_day: Callable[[], int]) -> None:
        """Give the desk its commands, and the hint at its top.

        Args:
            desk: to be given them.
            stack: of notices, in which losses are told.
            review_day: weekday of the weekly review, 0 is Monday.
        """
        super().__init__(desk.main)
        self._desk, self._stack, self._review_day = desk, stack, review_day
        self._clock = SystemClock()
        self._weekly: WeeklyWindow | None = None
        self._loss: LossWindow | None = None
        self._playbook: PlaybookWindow | None = None
        self._readiness: ReadinessWindow | None = None
        self._commitments: CommitmentsWindow | None = None
        self._offered: set[str] = set()
        self.hint = WeekHint(desk.services, review_day, desk.main.top_bar)
        self.hint.wanted.connect(self.open_weekly)
        desk.services.selection.rule_wanted.connect(self.open_rule)
        desk.main.top_bar.show_hint(self.hint)

        def has_journal() -> bool:
            return desk.services.journal is not None

        def has_loss() -> bool:
            trading = desk.services.trading
            return has_journal() and trading is not None and bool(trading.rituals.owed())

        desk.commands.add(
            Command(
                "Weekly review",
                self.open_weekly,
                "Ctrl+Shift+R",
                has_journal,
                "rituals.week",
                words="wizard ritual commitment sunday",
            ),
            Command(
                "Review a loss",
                self.open_loss,
                "Ctrl+Shift+J",
                has_loss,
                "rituals.loss",
                words="post-loss after",
            ),
            Command(
                "Playbook", self.open_playbook, "", has_journal, "rituals.playbook", words="setup page rules"
            ),
            Command(
                "Readiness for real money, ramp of size",
                self.open_readiness,
                "",
                has_journal,
                "rituals.readiness",
                words="paper live thirty days size ramp",
            ),
            Command(
                "Commitments",
                self.open_commitments,
                "",
                has_journal,
                "rituals.commitments",
                words="promise lift take back rule",
            ),
        )
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_EVERY_MS)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    def put_away(self) -> None:
        """Keep what is being typed; the desk closes."""
        self._timer.stop()
        for window in (self._weekly, self._loss, self._playbook, self._readiness, self._commitments):
            if window is not None:
                window.put_away()

    @property
    def _journal(self) -> Journal:
        journal = self._desk.services.journal
        assert journal is not None
        return journal

    def open_weekly(self) -> None:
        """Show the weekly review where it was left."""
        self._week().open()

    def open_rule(self, trip_id: str) -> None:
        """Show the commitment of the week, filled in from a round trip."""
        if self._desk.services.journal is not None:
            self._week().propose(trip_id)

    def _week(self) -> WeeklyWindow:
        if self._weekly is None:
            services = self._desk.services
            self._weekly = WeeklyWindow(
                self._journal,
                self._clock.now_ms,
                lambda trip_id: services.review_trip(trip_id),
                self._promise,
                services.themes,
                self._review_day,
                self._desk.main,
            )
        return self._weekly

    def open_loss(self) -> None:
        """Show the form of the newest loss that waits."""
        trading = self._desk.services.trading
        if trading is None:
            return
        if self._loss is None:
            self._loss = LossWindow(self._desk.services, self._clock.now_ms, self._desk.main)
        self._loss.open()

    def open_playbook(self) -> None:
        """Show the page of a setup."""
        if self._playbook is None:
            services = self._desk.services
            self._playbook = PlaybookWindow(
                services, lambda trip_id: services.review_trip(trip_id), self._desk.main
            )
        self._playbook.open()

    def open_readiness(self) -> None:
        """Show what paper has shown, and the ramp."""
        if self._readiness is None:
            self._readiness = ReadinessWindow(self._desk.services, self._clock.now_ms, self._desk.main)
        self._readiness.open()

    def open_commitments(self) -> None:
        """Show what was promised."""
        if self._commitments is None:
            self._commitments = CommitmentsWindow(self._desk.services, self._clock.now_ms, self._desk.main)
        self._commitments.open()

    def _promise(self, commitment: Commitment) -> None:
        trading = self._desk.services.trading
        if trading is not None:
            trading.rituals.book.adopt(commitment)

    def _look(self) -> None:
        """Hand what was promised to the account that is open, and offer to look back on a fresh loss."""
        journal, trading = self._desk.services.journal, self._desk.services.trading
        if journal is None or trading is None:
            return
        now_ms = self._clock.now_ms()
        for one in journal.rituals.commitments():
            if one.until_ms > now_ms:
                trading.rituals.book.adopt(one)
        owed = trading.rituals.owed()
        fresh = [one for one in owed if one.loss_id not in self._offered]
        self._offered.update(one.loss_id for one in fresh)
        if fresh:
            rules = trading.limit_book.rules()
            must = "before anything is opened" if len(owed) > rules.unreviewed_losses else "while it is fresh"
            self._stack.add(f"Loss in {fresh[0].symbol}", f"Look back on it {must}", self.open_loss)
