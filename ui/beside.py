"""Work on a thread beside the window's, of which only the newest that was asked for counts.

Who looks at each refresh follows a `Beside`; who wants to be told begins work on a `Lane`. Several lanes may
share a thread, so that what lives on it is never touched by two at once.
"""

from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

from PySide6.QtCore import QObject, Signal

Found = TypeVar("Found")
Wanted = Callable[[], bool]
"""Whether what is being worked on is still the newest: long work asks now and then, and ends if not."""
Note = Callable[[object], None]
"""Says something on the way, how far it has come."""


class OneThread:
    """A thread that is begun when first needed, and does one thing after another."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._threads: ThreadPoolExecutor | None = None

    def submit(self, work: Callable[[], Found]) -> "Future[Found]":
        """Do something when all before it is done."""
        if self._threads is None:
            self._threads = ThreadPoolExecutor(1, thread_name_prefix=self._name)
        return self._threads.submit(work)

    def close(self, *, wait: bool = False) -> None:
        """End it; what has not begun is left out.

        Args:
            wait: until what is under way has been done.
        """
        if self._threads is not None:
            self._threads.shutdown(wait=wait, cancel_futures=True)
            self._threads = None


class Beside(Generic[Found]):
    """Works something out whenever its stamp is another; one at a time, and only the newest that was wanted.

    Attributes:
        found: the newest that was found; None before the first.
        version: grows with everything found.
    """

    def __init__(self, name: str) -> None:
        self._thread = OneThread(name)
        self._job: Future[Found] | None = None
        self._asked: Hashable = object()
        self.found: Found | None = None
        self.version = 0

    @property
    def working(self) -> bool:
        """Whether something is under way, or done and not taken in."""
        return self._job is not None

    @property
    def is_busy(self) -> bool:
        """Whether something is under way: `follow` would do nothing."""
        return self._job is not None and not self._job.done()

    def follow(self, stamp: Hashable, prepare: Callable[[], Callable[[], Found]]) -> bool:
        """Take in what has been found, and begin anew if the stamp is another; return whether there is news.

        Args:
            stamp: equal as long as the same would be found.
            prepare: takes what is needed of the market, here and now, and returns what works on that alone.

        Raises:
            Exception: whatever the work raised; it is tried again.
        """
        news = False
        if self._job is not None and self._job.done():
            job, self._job = self._job, None
            if job.exception() is not None:
                self._asked = object()
            self.found = job.result()
            self.version += 1
            news = True
        if self._job is None and stamp != self._asked:
            self._asked = stamp
            self._job = self._thread.submit(prepare())
        return news

    def forget(self) -> None:
        """What was found holds no longer."""
        if self._job is not None:
            self._job.cancel()
            self._job = None
        self.found, self._asked = None, object()
        self.version += 1

    def close(self) -> None:
        """End the thread once it has done what is under way."""
        self._thread.close()


class Lane(QObject):
    """Begins work on a thread and tells what came of the newest; what was overtaken is not told."""

    told = Signal(object)
    """What the work returned, or the exception that ended it; on the window's thread."""
    noted = Signal(object)
    """What the work said of itself on the way, by `note`; likewise."""
    _ended = Signal(object, object)
    _said = Signal(object, object)

    def __init__(self, thread: OneThread, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread = thread
        self._newest: object | None = None
        self._ended.connect(self._end)
        self._said.connect(self._say)

    @property
    def is_busy(self) -> bool:
        """Something was begun, and nothing has been told of it."""
        return self._newest is not None

    def begin(self, work: Callable[[Wanted, Note], object]) -> None:
        """Work something out; what was begun before is overtaken.

        Args:
            work: is given what says whether it is still wanted, and by what it may say something on the way,
                which `noted` tells; it touches nothing of the window.
        """
        mark = self._newest = object()

        def is_wanted() -> bool:
            return mark is self._newest

        def note(said: object) -> None:
            if is_wanted():
                self._said.emit(mark, said)

        def run() -> None:
            if not is_wanted():
                return
            found: object
            try:
                found = work(is_wanted, note)
            except Exception as error:  # whatever it is, it is told where it can be seen
                found = error
            if is_wanted():
                self._ended.emit(mark, found)

        self._thread.submit(run)

    def call_off(self) -> None:
        """Nothing is told of what was begun."""
        self._newest = None

    def _end(self, mark: object, found: object) -> None:
        if mark is self._newest:
            self._newest = None
            self.told.emit(found)

    def _say(self, mark: object, said: object) -> None:
        if mark is self._newest:
            self.noted.emit(said)
