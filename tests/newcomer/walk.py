"""The newcomer's first minutes, by mouse and keyboard alone, to a trade in the journal."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtGui import QColor, QImage

from tests.newcomer.screen import Screen, until
from workstation.journal.journal import Journal
from workstation.model.journal import ReviewedTrip

ACCENT = "#6ea8fe"
PLAN = "Wrong below the stop; out at the target."
NOTE = "My first trade here: planned, sent, closed. Next time I wait for the target."
SEED = "11"
STUCK = "stuck.png"
"""Picture of the screen when the walk could not go on."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A step that was done.

    Attributes:
        name: of its picture, without an ending.
        words: what was done.
        at_s: seconds since the program was started.
    """

    name: str
    words: str
    at_s: float


class Newcomer:
    """Somebody who has never seen the desk, in front of one screen."""

    def __init__(self, screen: Screen, home: Path, pictures: Path) -> None:
        self._screen, self._home, self._pictures = screen, home, pictures
        self.moments: list[Moment] = []
        self._began = 0.0
        self._program_ended: Callable[[], bool] = lambda: True

    def walk(self) -> None:
        """Do it all; `moments` tell what was done when.

        Raises:
            TimeoutError: something did not become so.
        """
        with self._program():
            try:
                for step in (self._first_sight, self._market, self._ticket, self._close, self._write):
                    step()
            except TimeoutError:
                self._screen.keep(self._pictures / STUCK)
                raise

    # One step after the other.

    def _first_sight(self) -> None:
        self._until("the desk is painted, the welcome over it", lambda: self._button() is not None, 90)
        self._until("prices and the account have come", self._has_account)
        time.sleep(12)  # a newcomer reads the card; the desk behind it comes alive
        self._keep("1-welcome", "The desk is live, the welcome stands over it")
        found = self._button()
        assert found is not None
        self._screen.click(*found)

    def _market(self) -> None:
        time.sleep(2)
        self._screen.click(60, 154)  # the second row of the watchlist
        time.sleep(3)
        self._keep("2-market", "The market: another one chosen in the watchlist")
        self._screen.press("alt+n")

    def _ticket(self) -> None:
        screen = self._screen
        time.sleep(1.5)
        screen.click(1420, 84)  # the setup
        time.sleep(0.7)
        screen.type("fi")
        screen.press("Return")
        time.sleep(0.7)
        screen.click(1428, 222)  # the exit, in the checklist
        time.sleep(0.5)
        screen.type(PLAN)
        screen.press("Return")
        screen.click(1532, 244)  # how it feels
        time.sleep(1)
        screen.press("b")  # buy: entry, stop and target are proposed
        time.sleep(1)
        screen.press("shift+Up", times=8)  # a little above the best ask: filled at once
        screen.click(1405, 387)  # the target
        screen.press("shift+Up", times=25)  # farther by as much: reward to risk stays above two
        time.sleep(2)
        self._keep("3-ticket", "The ticket: every row passes, the stop lies far before liquidation")
        screen.press("ctrl+Return")
        self._until("the order is filled", lambda: self._trip() is not None)
        time.sleep(1.5)
        self._keep("4-position", "The order is filled: a position with its stop and its target")

    def _close(self) -> None:
        self._screen.press("alt+n")
        time.sleep(1.5)
        self._screen.press("alt+4")
        self._until("the position is closed, and in the journal", self._is_closed)
        time.sleep(6)  # review is brought up, and the time machine reads the trade
        self._keep("5-journal", "Closed: the trade is in the journal, by itself")

    def _write(self) -> None:
        screen = self._screen
        screen.click(90, 260)
        screen.press("Return")
        time.sleep(1)
        screen.type(NOTE)
        self._until("the note is kept", self._is_written)
        screen.roll_down(1440, 600)
        time.sleep(1)
        self._keep("6-note", "The note is written; the tour is at its end")
        screen.press("alt+n")

    # What a newcomer sees, and what the disk says of it.

    def _keep(self, name: str, words: str) -> None:
        moment = Moment(name, words, time.monotonic() - self._began)
        self._screen.keep(self._pictures / f"{name}.png")
        self.moments.append(moment)

    def _until(self, what: str, is_so: Callable[[], bool], within_s: float = 60.0) -> None:
        def is_so_or_ended() -> bool:
            if self._program_ended():
                raise TimeoutError(f"the program has ended: {what}")
            return is_so()

        until(what, is_so_or_ended, within_s)

    def _button(self) -> tuple[int, int] | None:
        """Middle of the button that the welcome asks to press: the widest block in the accent's colour."""
        return widest_block(self._screen.look(), ACCENT)

    def _has_account(self) -> bool:
        """Whether the exchange's play money is there: from then on orders can leave."""
        return any((self._data / "demo").rglob("ledger.sqlite"))

    def _trip(self) -> ReviewedTrip | None:
        """The trade, as anybody may read it from the journal on the disk."""
        if not (self._data / "journal").exists():
            return None
        with Journal(self._data, read_only=True) as journal:
            journal.refresh()
            return next(iter(journal.trips()), None)

    def _is_closed(self) -> bool:
        one = self._trip()
        return one is not None and not one.trip.is_open

    def _is_written(self) -> bool:
        one = self._trip()
        return one is not None and NOTE in one.note.text

    @property
    def trip(self) -> ReviewedTrip:
        """The trade."""
        found = self._trip()
        assert found is not None
        return found

    @property
    def _data(self) -> Path:
        return self._home / ".local" / "share" / "preflight"

    @contextmanager
    def _program(self) -> Iterator[None]:
        """The real program, in an empty home."""
        environment = {
            name: value for name, value in self._screen.environment.items() if not name.startswith("XDG_")
        }
        environment["HOME"] = str(self._home)
        self._began = time.monotonic()
        program = subprocess.Popen(
            [sys.executable, "-m", "ui", "--seed", SEED], env=environment, cwd=self._home
        )
        self._program_ended = lambda: program.poll() is not None
        try:
            yield
        finally:
            program.terminate()
            program.wait(30)


def widest_block(picture: QImage, color: str, least: int = 120) -> tuple[int, int] | None:
    """Return the middle of the widest row of dots of a colour, half its height lower; None without any.

    Args:
        picture: where it is looked for.
        color: "#rrggbb".
        least: width in dots.
    """
    wanted, found = QColor(color).rgb(), (0, 0, 0)
    for y in range(0, picture.height(), 4):
        run = 0
        for x in range(0, picture.width(), 2):
            run = run + 2 if picture.pixel(x, y) == wanted else 0
            if run > found[0]:
                found = (run, x - run // 2, y)
    return (found[1], found[2] + 12) if found[0] >= least else None
