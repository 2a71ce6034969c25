"""What panels of statistics share: they follow one source, and what the list is narrowed down to."""

from typing import ClassVar

from PySide6.QtGui import QAction, QShowEvent
from PySide6.QtWidgets import QWidget

from ui.panel import Condition, Panel, PanelServices
from ui.review.trip_words import SAMPLE_OFFER
from ui.statistics import words
from ui.statistics.found import Statistics
from ui.statistics.picture import Picture
from workstation.journal.statistics.table import Measure
from workstation.model.journal import AccountKind

_SPACE = " · "


class StatisticsBase(Panel):
    """A panel of what round trips teach, of whatever choice of them the review is looking at."""

    rate_hz: ClassVar[float] = 4.0
    of_symbol: ClassVar[bool] = False
    of_market: ClassVar[bool] = False

    def __init__(self, services: PanelServices, parent: QWidget | None = None) -> None:
        super().__init__(services, parent)
        self.measure = Measure.R
        self.offer(SAMPLE_OFFER, lambda: services.add_sample())
        services.statistics.changed.connect(self._arrived)
        services.selection.wanted_changed.connect(self._ask)

    # What a heir says.

    def show_found(self) -> None:
        """Show what was found, in the measure in force."""

    # What they share.

    @property
    def found(self) -> Statistics | None:
        """The statistics shown; None before they are known."""
        return self.services.statistics.found

    def scope_words(self) -> str:
        """Which round trips they are: whose, of which setups, of which days."""
        found = self.found
        if found is None or not len(found.table):
            return ""
        wanted, table = found.wanted, found.table
        kind = found.kind
        parts = [] if kind is None else ["SAMPLE" if kind is AccountKind.SAMPLE else kind.value]
        if wanted.account:
            parts = [next((one.title for one in found.accounts if one.key == wanted.account), wanted.account)]
        names = [found.names.get(one, one) or "no setup" for one in sorted(wanted.setups)]
        parts.append("all setups" if not names else names[0] if len(names) == 1 else f"{len(names)} setups")
        if wanted.side is not None:
            parts.append(wanted.side.value)
        if wanted.tags or wanted.emotions or wanted.words.strip() or wanted.standing:
            parts.append("narrowed down")
        parts.append(words.span(float(table.closed_ms[0]), float(table.closed_ms[-1])))
        return _SPACE.join(parts)

    def refresh(self) -> None:
        journal, source = self.services.journal, self.services.statistics
        if journal is None:
            why = "It is kept in the data directory: the status bar says why."
            self.set_condition(Condition.EMPTY, "There is no journal.", why)
            return
        if not journal.trips(None) and source.found is None:
            self.set_condition(
                Condition.EMPTY,
                "No round trip yet: figures come with the first that is closed.",
                "Trade on paper, or import a venue's export: Ctrl+K, import.",
            )
            return
        source.look(journal, self.services.selection.wanted)
        if source.error:
            self.set_condition(Condition.ERROR, source.error, "It is tried again.")
        elif source.found is None:
            self.set_condition(Condition.LOADING, "Working out the statistics …")
        else:
            if self.condition is not Condition.LIVE:
                self.set_condition(Condition.LIVE)
            self.show_found()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def _ask(self) -> None:
        if self.isVisible():
            self.refresh()

    def _arrived(self) -> None:
        if self.isVisible():
            self.refresh()

    def follow(self, picture: Picture) -> None:
        """Let a picture choose round trips and narrow them down; offer its copying in the panel's menu."""
        picture.trip_chosen.connect(self.services.selection.choose)
        picture.narrowed.connect(self.services.selection.set_wanted)

    def add_copying(self, copy: QAction, copy_csv: QAction) -> None:
        """Offer copying in the panel's menu."""
        self.header.menu.addSeparator()
        self.header.menu.addActions([copy, copy_csv])
