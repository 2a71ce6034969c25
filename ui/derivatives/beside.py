"""One thing after another worked out on a thread beside the window's."""

from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

Found = TypeVar("Found")


class Beside(Generic[Found]):
    """Works something out whenever its stamp is another; one at a time, and only the newest that was wanted.

    Attributes:
        found: the newest that was found; None before the first.
        version: grows with everything found.
    """

    def __init__(self, name: str) -> None:
        self._threads = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._job: Future[Found] | None = None
        self._asked: Hashable = object()
        self.found: Found | None = None
        self.version = 0

    @property
    def working(self) -> bool:
        """Whether something is under way."""
        return self._job is not None

    def follow(self, stamp: Hashable, prepare: Callable[[], Callable[[], Found]]) -> bool:
        """Take in what has been found, and begin anew if the stamp is another; return whether there is news.

        Args:
            stamp: equal as long as the same would be found.
            prepare: takes what is needed of the market, here and now, and returns what works on that alone.

        Raises:
            Exception: whatever the work raised.
        """
        news = False
        if self._job is not None and self._job.done():
            job, self._job = self._job, None
            self.found = job.result()
            self.version += 1
            news = True
        if self._job is None and stamp != self._asked:
            self._asked = stamp
            self._job = self._threads.submit(prepare())
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
        self._threads.shutdown(wait=False, cancel_futures=True)
