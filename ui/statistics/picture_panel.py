"""A panel of one picture of the statistics."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QWidget

from ui.commands import Command
from ui.panel import PanelServices
from ui.statistics.base_panel import StatisticsBase
from ui.statistics.picture import Picture
from ui.theme import Theme


class PicturePanel(StatisticsBase):
    """Shows its picture with the head line in the panel's own."""

    def __init__(self, services: PanelServices, parent: QWidget | None = None) -> None:
        super().__init__(services, parent)
        self.shown = self.make_picture(self.theme)
        self.shown.is_titled = False
        self.follow(self.shown)
        self.set_body(self.shown)
        self.setFocusProxy(self.shown)
        copy, copy_csv = QAction("Copy figures", self), QAction("Copy figures as CSV", self)
        copy.triggered.connect(lambda: self.shown.copy())
        copy_csv.triggered.connect(lambda: self.shown.copy_csv())
        self.add_copying(copy, copy_csv)

    def make_picture(self, theme: Theme) -> Picture:
        """Make the picture that is shown."""
        raise NotImplementedError

    def show_found(self) -> None:
        self.shown.show_found(self.found, self.services.statistics.judged, self.measure)
        self.header.set_subject(self.title, self.scope_words())

    def theme_changed(self, theme: Theme) -> None:
        self.shown.set_theme(theme)

    def keys(self) -> list[tuple[str, str]]:
        return [
            ("← ↑ → ↓", "Point at a figure"),
            ("Enter", "Open what is pointed at"),
            ("Ctrl+C", "Copy the figures"),
            ("Ctrl+Shift+C", "Copy them as CSV"),
        ]

    def commands(self) -> list[Command]:
        return [Command(f"{self.title}: copy as CSV", self.shown.copy_csv, "Ctrl+Shift+C")]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        control, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
        if event.key() == Qt.Key.Key_C and event.modifiers() == control | shift:
            self.shown.copy_csv()
        elif event.key() == Qt.Key.Key_C and event.modifiers() == control:
            self.shown.copy()
        else:
            super().keyPressEvent(event)
