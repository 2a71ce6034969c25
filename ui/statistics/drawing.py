"""Histories drawn from the trades on a thread of their own: told how far, and called off at any time."""

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from workstation.journal.statistics.monte_carlo import MonteCarlo, MonteCarloResult, monte_carlo
from workstation.journal.statistics.table import Floats


@dataclass(slots=True, eq=False)
class _Run:
    is_wanted: bool = True


class Drawing(QObject):
    """One drawing at a time; another one calls it off."""

    changed = Signal()
    """The share that is done, or the result, is another."""
    _told = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.share = 0.0
        """Of the drawing that runs, 0 to 1."""
        self.result: MonteCarloResult | None = None
        self.error = ""
        self._run: _Run | None = None
        self._threads: ThreadPoolExecutor | None = None
        self._told.connect(self._take)

    @property
    def is_running(self) -> bool:
        """Whether something is being drawn."""
        return self._run is not None

    def start(self, results: Floats, what: MonteCarlo) -> None:
        """Draw; what runs is called off."""
        self.cancel()
        self.result, self.error, self.share = None, "", 0.0
        if self._threads is None:
            self._threads = ThreadPoolExecutor(1, thread_name_prefix="monte-carlo")
        run = self._run = _Run()

        def go_on(share: float) -> bool:
            self._told.emit(run, share)
            return run.is_wanted

        job = self._threads.submit(monte_carlo, results, what, go_on=go_on)
        job.add_done_callback(lambda done: self._tell_end(run, done))
        self.changed.emit()

    def cancel(self) -> None:
        """Call off what runs."""
        if self._run is not None:
            self._run.is_wanted = False
            self._run = None
            self.changed.emit()

    def close(self) -> None:
        """Draw nothing any longer."""
        self.cancel()
        if self._threads is not None:
            self._threads.shutdown(wait=True, cancel_futures=True)
            self._threads = None

    def _tell_end(self, run: _Run, done: "Future[MonteCarloResult | None]") -> None:
        if not done.cancelled() and run.is_wanted:
            self._told.emit(run, done.exception() or done.result())

    def _take(self, run: object, told: object) -> None:
        if run is not self._run:
            return
        if isinstance(told, float):
            self.share = told
        else:
            self._run = None
            self.error = str(told) if isinstance(told, BaseException) else ""
            self.result = told if isinstance(told, MonteCarloResult) else None
        self.changed.emit()
