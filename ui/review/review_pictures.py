"""Keeps a picture of the panels of review with the round trip that is chosen."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject

from ui.panel import Panel
from ui.pictures.painting import picture_of
from ui.review.attaching import Attaching
from ui.services import PanelServices
from workstation.runtime.bus import Fault

KINDS = ("time_machine", "counterfactuals")
"""Panels that show what the trader is looking at of a round trip."""


class ReviewPictures(QObject):
    """Takes one picture of each of them that is in view; a thread writes them."""

    def __init__(
        self, services: PanelServices, panels: Callable[[], Mapping[str, Panel]], parent: QObject
    ) -> None:
        """Take pictures of these panels, by id."""
        super().__init__(parent)
        self._services, self._panels = services, panels
        self._attaching = Attaching(self)
        self._attaching.told.connect(self._told)

    @property
    def can_take(self) -> bool:
        """Whether a round trip is chosen, can be written about, and is in view."""
        journal = self._services.journal
        chosen = bool(self._services.selection.trip_id)
        return journal is not None and not journal.is_read_only and chosen and bool(self._shown())

    def take(self) -> None:
        """Keep pictures of what is in view."""
        self._attaching.use(self._services.journal)
        for panel in self._shown():
            name = f"{panel.title.lower()}.png"
            self._attaching.add_picture(self._services.selection.trip_id, picture_of(panel), name)

    def put_away(self) -> None:
        """Finish what is being written."""
        self._attaching.put_away()

    def _shown(self) -> list[Panel]:
        found = [panel for panel in self._panels().values() if panel.kind in KINDS and panel.isVisible()]
        return sorted(found, key=lambda panel: KINDS.index(panel.kind))

    def _told(self, sentence: str, is_wrong: bool) -> None:
        if is_wrong:
            self._services.workstation.bus.publish(Fault("Review", sentence))
