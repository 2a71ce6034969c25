"""The welcome as the desk has it: when it is shown, what its choices do, and its commands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QFileDialog

from ui import format
from ui.commands import Command
from ui.desk.whole import WholeDesk
from ui.desk.workspaces import SHIPPED, shipped
from ui.market_switch import MarketSwitch
from ui.markets import Markets
from ui.preferences.book import SettingsBook
from ui.welcome.sample_hand import SampleHand
from ui.welcome.tour import Tour
from ui.welcome.welcome_card import WelcomeCard
from workstation.data_folder import choose_data_dir, chosen_data_dir, default_data_dir
from workstation.errors import DataDirectoryError
from workstation.exchange.venues import SIMULATED
from workstation.model.feed_status import FeedState

LOOK_EVERY_MS = 500


class Welcome(QObject):
    """The welcome, the tour and the sample journal of one desk."""

    def __init__(
        self,
        desk: WholeDesk,
        book: SettingsBook,
        markets: Markets,
        switch: MarketSwitch,
        restart: Callable[[], None],
        *,
        is_first: bool,
    ) -> None:
        """Give the desk its commands; `show` shows the welcome where it is due.

        Args:
            is_first: nothing was kept in this data directory before.
        """
        super().__init__(desk.main)
        self._desk, self._book, self._switch = desk, book, switch
        self.sample = SampleHand(desk.services, desk.main)
        self.tour = Tour(desk)
        self.card = WelcomeCard(
            markets.choices, [(key, shipped(key)) for key in SHIPPED], desk.services.themes, desk.main
        )
        self._folder_note = ""
        desk.services.add_sample = self.sample.add
        if is_first:
            book.take(welcome=True)
        card = self.card
        card.put_away.connect(self.put_away)
        card.tour_wanted.connect(self.start_tour)
        card.market_chosen.connect(switch.switch)
        card.workspace_chosen.connect(desk.session.switch)
        card.sample_wanted.connect(self._add_or_remove)
        card.folder_wanted.connect(self.choose_folder)
        card.restart_wanted.connect(restart)
        self.sample.changed.connect(self._look)
        desk.session.changed.connect(self._look)
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_EVERY_MS)
        self._timer.timeout.connect(self._look)
        desk.commands.add(
            Command("Welcome", self.open, id="welcome.open", words="first start help begin new"),
            Command("Welcome tour", self.start_tour, id="welcome.tour", words="first trade help begin learn"),
            Command("Next step of the tour", self.tour.next, "Alt+N", self._is_touring, "welcome.tour.next"),
            Command(
                "Step of the tour before", self.tour.back, "Alt+P", self._can_go_back, "welcome.tour.back"
            ),
            Command("End the tour", self.tour.end, "", self._is_touring, "welcome.tour.end", words="skip"),
            Command(
                "Add the sample journal",
                self.sample.add,
                "",
                lambda: self.sample.can_be_changed and not self.sample.is_there,
                "welcome.sample.add",
                words="example demo made-up trades",
            ),
            Command(
                "Remove the sample journal",
                self.sample.ask_to_remove,
                "",
                lambda: self.sample.can_be_changed and self.sample.is_there,
                "welcome.sample.remove",
                words="example demo made-up trades delete",
            ),
            Command(
                "Choose the folder of the data",
                self.choose_folder,
                id="welcome.folder",
                words="directory disk where kept",
            ),
        )

    def show(self) -> None:
        """Show the welcome if it was not put away yet; the windows are there."""
        if self._book.settings.welcome:
            self.open()

    def open(self) -> None:
        """Show the welcome, whether or not it was put away."""
        self.tour.stop()
        self._look()
        # Where it hides least of what moves: the ticket and the watchlist stay free.
        bench = self._desk.bench
        kinds = ("ticket", "watchlist", "chart")
        places = [panel for kind in kinds for panel in bench.of_kind(kind) if panel.isVisible()]
        main = self._desk.main
        self.card.show_beside(
            [panel.rect().translated(panel.mapTo(main, panel.rect().topLeft())) for panel in places]
        )
        self._timer.start()

    def put_away(self) -> None:
        """Hide the welcome until it is asked for."""
        self._timer.stop()
        self.card.hide()
        if self._book.settings.welcome:
            self._book.take(welcome=False)

    def start_tour(self) -> None:
        """Put the welcome away and begin the tour."""
        self.put_away()
        self.tour.start()

    def stop(self) -> None:
        """The desk closes: look at nothing any more, and leave what is remembered as it is."""
        self._timer.stop()
        self.tour.stop()

    def choose_folder(self) -> None:
        """Ask for another folder of the data, without holding anything up."""
        dialog = QFileDialog(self._desk.main, "Where the data are kept", str(self._book.data_dir.parent))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(lambda path: self.use_folder(Path(path)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def use_folder(self, folder: Path) -> None:
        """Keep the data in another folder from the next start on, if they can be kept there."""
        try:
            choose_data_dir(folder)
        except DataDirectoryError as error:
            self._folder_note = str(error)
        else:
            self._folder_note = ""
        self.open()

    def _add_or_remove(self) -> None:
        if self.sample.is_there:
            self.sample.ask_to_remove()
        else:
            self.sample.add()

    def _is_touring(self) -> bool:
        return self.tour.is_running

    def _can_go_back(self) -> bool:
        return self.tour.place > 0

    def _look(self) -> None:
        """Say what is so now."""
        card, sample = self.card, self.sample
        card.show_market(
            self._switch.choice,
            is_simulated=self._switch.choice.key == SIMULATED.key,
            is_live=self._is_live(),
        )
        card.show_workspace(self._desk.session.key)
        card.show_sample(
            is_there=sample.is_there,
            is_busy=sample.is_busy,
            can_be_changed=sample.can_be_changed,
            trouble=sample.trouble,
        )
        self._show_folder()
        if card.isVisible():
            card.place()

    def _is_live(self) -> bool:
        """Whether prices of the linked symbol come."""
        services = self._desk.services
        symbol = services.links.first.symbol
        state, standing = services.workstation.market.state(symbol), services.feed.standing(symbol)
        told = standing is None or standing.state is FeedState.LIVE
        return told and state is not None and state.health.last_data is not None

    def _show_folder(self) -> None:
        here = self._book.data_dir.absolute()
        chosen = chosen_data_dir()
        store = self._desk.services.workstation.store
        if self._folder_note:
            self.card.show_folder(str(here), self._folder_note, can_restart=False)
        elif chosen is not None and chosen != here:
            note = f"From the next start on: {chosen}. What is here stays here."
            self.card.show_folder(str(here), note, can_restart=True)
        elif here != default_data_dir().absolute():
            note = "Named by --data-dir when this was started: that goes before a choice."
            self.card.show_folder(str(here), note, can_restart=False)
        else:
            free = "" if store is None else f"{format.data_size(store.bytes_free())} free. "
            self.card.show_folder(str(here), f"{free}Nothing leaves this computer.", can_restart=False)
