"""Histories drawn from the trades on a thread of their own: told how far, and called off at any time."""

from PySide6.QtCore import QObject, Signal

from ui.beside import Lane, Note, OneThread, Wanted
from workstation.journal.statistics.monte_carlo import MonteCarlo, MonteCarloResult, monte_carlo
from workstation.journal.statistics.table import Floats


class Drawing(QObject):
    """One drawing at a time; another one calls it off."""

    changed = Signal()
    """The share that is done, or the result, is another."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.share = 0.0
        """Of the drawing that runs, 0 to 1."""
        self.result: MonteCarloResult | None = None
        self.error = ""
        self._thread = OneThread("monte-carlo")
        self._lane = Lane(self._thread, self)
        self._lane.noted.connect(self._come_so_far)
        self._lane.told.connect(self._take)

    @property
    def is_running(self) -> bool:
        """Whether something is being drawn."""
        return self._lane.is_busy

    def start(self, results: Floats, what: MonteCarlo) -> None:
        """Draw; what runs is called off."""
        self.cancel()
        self.result, self.error, self.share = None, "", 0.0

        def draw(is_wanted: Wanted, note: Note) -> MonteCarloResult | None:
            def go_on(share: float) -> bool:
                note(share)
                return is_wanted()

            return monte_carlo(results, what, go_on=go_on)

        self._lane.begin(draw)
        self.changed.emit()

    def cancel(self) -> None:
        """Call off what runs."""
        if self._lane.is_busy:
            self._lane.call_off()
            self.changed.emit()

    def close(self) -> None:
        """Draw nothing any longer."""
        self.cancel()
        self._thread.close(wait=True)

    def _come_so_far(self, share: float) -> None:
        self.share = share
        self.changed.emit()

    def _take(self, told: object) -> None:
        self.error = str(told) if isinstance(told, BaseException) else ""
        self.result = told if isinstance(told, MonteCarloResult) else None
        self.changed.emit()
