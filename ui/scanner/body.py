"""What the scanner's panel is made of: the line of controls, the table, and the bar that offers to undo."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.alerting.undo_bar import UndoBar
from ui.panel import PanelServices
from ui.scanner.controls import ScanControls
from ui.scanner.table_view import ScanTable
from ui.theme import Theme


class ScanBody(QWidget):
    """Holds the three, one above the other."""

    def __init__(self, services: PanelServices, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.controls = ScanControls(services.themes, self)
        self.table = ScanTable(theme, services.themes.density, self)
        self.table.setAccessibleName("Scanner")
        self.undo_bar = UndoBar(self)
        self.undo_bar.set_theme(theme)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.controls)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.undo_bar)
