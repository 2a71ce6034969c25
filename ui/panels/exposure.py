"""Exposure: what all positions are together, by sector, factor and group, now and after the ticket."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import ClassVar

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui import format
from ui.commands import Command
from ui.correlation.cell_text import base_name
from ui.exposure.bars import FACTOR, GROUP, SECTOR
from ui.exposure.exposure_view import ExposureView
from ui.exposure.movements import MovementSource
from ui.exposure.reading import read_exposure
from ui.exposure.sector_file import SectorFile
from ui.panel import PanelServices
from ui.positions.account_panel import AccountPanel, Part
from ui.theme import Theme
from ui.widgets.scrolled import scrolled
from workstation.errors import BadFigure


class ExposurePanel(AccountPanel):
    """The book as one: whose story, whose beta, how many bets."""

    kind: ClassVar[str] = "exposure"
    title: ClassVar[str] = "Exposure"
    rate_hz: ClassVar[float] = 2.0
    parts: ClassVar[Sequence[Part]] = (
        Part(SECTOR, "Sector", "By sector (S)", Qt.Key.Key_S),
        Part(FACTOR, "Factor", "By factor: BTC, ETH, the AI coins (F)", Qt.Key.Key_F),
        Part(GROUP, "Group", "By groups that move alike (G)", Qt.Key.Key_G),
    )

    def __init__(self, services: PanelServices, parent: QWidget | None = None) -> None:
        super().__init__(services, parent)
        self.source = MovementSource()
        self.view = ExposureView(self.theme)
        self._sectors = SectorFile()
        self._area = scrolled(self.view, self)
        body = QWidget(self)
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._area, 1)
        layout.addWidget(self.says)
        self.set_body(body)
        self.setFocusProxy(self.view)
        self.header.menu.addAction("Edit sectors…\tE").triggered.connect(lambda: self.edit_sectors())

    # The panel's hooks.

    def refresh(self) -> None:
        trading = self.account_shown()
        if trading is None:
            return
        try:
            changed = self._sectors.look(trading)
        except BadFigure as error:
            self.say(f"{error}. The sectors stay as they were.", is_wrong=True)
        else:
            if changed:
                self.say("Sectors are read anew.")
        self.source.refresh(self.services.workstation)
        movements = self.source.movements
        reading = read_exposure(trading, self.services.tickets, self.link.symbol, movements)
        if reading is None:
            self.view.show_reading(None, self.part)
            self.header.set_detail("")
            return
        self.view.show_reading(reading, self.part)
        what = "now → after the ticket" if reading.planned is not None else "now"
        self.header.set_subject(self.title, f"{what} · % of equity")
        details = [(f"equity {format.price(float(reading.equity), 0)} {reading.asset}", "muted")]
        book = reading.after or reading.now
        if book.left_out:
            names = ", ".join(base_name(symbol) for symbol in book.left_out)
            words = f"β and risk without {names}" if movements is not None else "β and risk not known yet"
            details.insert(0, (words, "warn"))
        self.header.set_detail(details)

    def edit_sectors(self) -> None:
        """Open the trader's file of sectors, which is begun if there is none; it is read as it is saved."""
        trading = self.services.trading
        if trading is None or trading.data_dir is None:
            self.say("Sectors are kept in the data directory, and there is none", is_wrong=True)
            return
        try:
            path = self._sectors.begin(trading.data_dir)
        except OSError as error:
            self.say(f"The file of sectors cannot be written: {error}", is_wrong=True)
            return
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
        self.say(f"{path} counts as soon as it is saved")

    def part_changed(self) -> None:
        self.says.hide()

    def theme_changed(self, theme: Theme) -> None:
        self.view.set_theme(theme)

    def market_reset(self) -> None:
        self.source.forget()

    def put_away(self) -> None:
        self.source.close()
        super().put_away()

    def save_state(self) -> dict[str, object]:
        return {"part": self.part}

    def restore_state(self, saved: Mapping[str, object]) -> None:
        self.show_part(str(saved.get("part")))

    def keys(self) -> list[tuple[str, str]]:
        return [
            ("S  F  G", "By sector, factor, group"),
            ("E", "Edit the sectors"),
            ("Ctrl+C", "Copy the figures"),
            ("Esc", "Put the message away"),
        ]

    def commands(self) -> list[Command]:
        return [
            *(
                Command(f"Exposure by {part.title.lower()}", partial(self.show_part, part.key))
                for part in self.parts
            ),
            Command("Edit the sectors of coins", self.edit_sectors, "E"),
        ]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if event.modifiers():
            super().keyPressEvent(event)
        elif self.part_of_key(key):
            self.show_part(self.part_of_key(key))
        elif key == Qt.Key.Key_E:
            self.edit_sectors()
        elif key == Qt.Key.Key_Escape and self.says.isVisible():
            self.says.hide()
        else:
            super().keyPressEvent(event)
