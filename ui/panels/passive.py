"""Actual against passive: what managing trades brought over leaving their plans alone."""

from typing import ClassVar

from ui.statistics.passive_picture import PassivePicture
from ui.statistics.picture_panel import PicturePanel
from ui.theme import Theme


class PassivePanel(PicturePanel):
    """Both curves, and how far the plans left alone have been reckoned."""

    kind: ClassVar[str] = "passive"
    title: ClassVar[str] = "Actual against passive"
    shown: PassivePicture

    def make_picture(self, theme: Theme) -> PassivePicture:
        return PassivePicture(theme)

    def show_found(self) -> None:
        keeping = self.services.keeping
        if keeping is not None:
            self.shown.show_passive(keeping.passive_r, keeping.passive_waiting)
        super().show_found()
