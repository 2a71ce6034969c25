"""The tour: three steps on the desk's own panels, which are opened where they are missing."""

from PySide6.QtCore import QObject, QTimer, Signal

from ui.desk.whole import WholeDesk
from ui.panel import Panel
from ui.welcome.spotlight import Spotlight
from ui.welcome.steps import STEPS, Step, TourFacts
from ui.welcome.tour_card import TourCard

LOOK_EVERY_MS = 300


class Tour(QObject):
    """Follows what is so: a task is done when the desk says so, never because somebody pressed Next."""

    ended = Signal()
    """It was gone through, or skipped."""

    def __init__(self, desk: WholeDesk) -> None:
        super().__init__(desk.main)
        self._desk = desk
        self._facts: TourFacts | None = None
        self.place = -1
        """Of the step shown; −1 while there is none."""
        self._stood: tuple[str, tuple[str, ...]] = ("", ())
        self._light: Spotlight | None = None
        self.card = TourCard(desk.services.themes, desk.main)
        self.card.next_wanted.connect(self.next)
        self.card.back_wanted.connect(self.back)
        self.card.put_away.connect(self.end)
        self.card.panel_wanted.connect(self._open_panels)
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_EVERY_MS)
        self._timer.timeout.connect(self.look)

    @property
    def is_running(self) -> bool:
        """Whether a step is shown."""
        return self.place >= 0

    @property
    def step(self) -> Step:
        """The one that is shown."""
        return STEPS[self.place]

    @property
    def done(self) -> tuple[bool, ...]:
        """Which tasks of the step shown are done, in their order."""
        facts = self._facts
        assert facts is not None
        return tuple(task.is_done(facts) for task in self.step.tasks)

    def start(self) -> None:
        """Begin at the first step."""
        self._facts = TourFacts(self._desk.services)
        self._go(0)
        self._timer.start()

    def next(self) -> None:
        """Go to the next step; after the last one the tour ends."""
        if self.place + 1 < len(STEPS):
            self._go(self.place + 1)
        else:
            self.end()

    def back(self) -> None:
        """Go to the step before."""
        if self.place > 0:
            self._go(self.place - 1)

    def end(self) -> None:
        """Put light and card away."""
        if self.is_running:
            self.stop()
            self.ended.emit()

    def stop(self) -> None:
        """Show nothing any more; the desk closes, or the tour begins anew."""
        self._timer.stop()
        self.place = -1
        self.card.hide()
        self._put_light_out()

    # Below: what is shown.

    def _go(self, place: int) -> None:
        self.place = place
        self._stood = ("", ())
        self.look()

    def look(self) -> None:
        """Look how things stand, and show it; it is done a few times a second."""
        facts = self._facts
        assert facts is not None
        facts.look()
        stands = self.step.workspace(facts), self.step.panels(facts)
        if stands != self._stood:  # a step begins, or goes on elsewhere
            self._stood = stands
            self._open_panels()
        self._show()

    def _open_panels(self) -> None:
        """Let the panels of the step stand in front; those that were closed are opened."""
        workspace, kinds = self._stood
        bench, actions = self._desk.bench, self._desk.actions
        if any(not bench.of_kind(kind) for kind in kinds):
            self._desk.session.switch(workspace)
        for kind in kinds:
            there = bench.of_kind(kind)
            name = there[0].instance_id if there else actions.add(kind)
            if name is None:
                continue
            window = bench.window_of(name)
            if window is not None:
                if window.area.zoomed not in (None, name):
                    window.area.zoom(None)
                window.area.bring_up(name)
        self._show()

    def _show(self) -> None:
        _, kinds = self._stood
        bench, main = self._desk.bench, self._desk.main
        found = {kind: bench.of_kind(kind) for kind in kinds}
        missing = [bench.maker.kinds[kind].title.lower() for kind, panels in found.items() if not panels]
        shown: list[Panel] = [panels[0] for panels in found.values() if panels]
        self.card.show_step(self.step, self.place + 1, len(STEPS), self.done, " and ".join(missing))
        # Panels in a window of their own are lit there.
        window = bench.window_of(shown[0].instance_id) if shown else main
        window = window or main
        here = [one for one in shown if one.isVisible() and bench.window_of(one.instance_id) is window]
        if self._light is None or self._light.parent() is not window:
            self._put_light_out()
            self._light = Spotlight(self._desk.services.themes, window)
        self._light.show_on(here)
        self._light.raise_()
        self.card.show_beside(self._light.lit if window is main else ())

    def _put_light_out(self) -> None:
        if self._light is not None:
            self._light.hide()
            self._light.deleteLater()
            self._light = None
