"""Puts settings in force and opens their window: what joins them with the desk."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject

from ui.alerting.notices import AlertNotices
from ui.commands import Command
from ui.desk.whole import WholeDesk
from ui.keys.entries import KeyEntry, entries
from ui.keys.page import KeysPage
from ui.market_switch import MarketSwitch
from ui.markets import REPLAY_KEY, Markets
from ui.preferences.book import SettingsBook
from ui.preferences.window import KEYS, SettingsWindow
from ui.theme import DENSITIES, SIDE_PAIRS, THEMES
from workstation.ports import KeptStore
from workstation.runtime.bus import Fault
from workstation.settings import SCALES, AlertSettings, Declared

_GROUP_OF_PAST = {"funding_rates": "funding", "open_interest_history": "open_interest"}


class Preferences(QObject):
    """The settings of a desk, its commands for them, and their window while it is open."""

    def __init__(
        self,
        desk: WholeDesk,
        book: SettingsBook,
        notices: AlertNotices,
        markets: Markets,
        switch: MarketSwitch,
        restart: Callable[[], None],
    ) -> None:
        """Put the settings of `book` in force.

        Args:
            restart: ends the desk, and begins the program anew.
        """
        super().__init__(desk.main)
        self._desk, self._book, self._markets, self._switch = desk, book, markets, switch
        self._restart = restart
        self._window: SettingsWindow | None = None
        self._counting: asyncio.Future[dict[str, int]] | None = None
        themes = desk.services.themes
        book.setters |= {
            "theme": lambda value: themes.set_theme(THEMES[str(value)]),
            "density": lambda value: themes.set_density(DENSITIES[str(value)]),
            "sides": lambda value: themes.set_sides(SIDE_PAIRS[str(value)]),
            "venue": lambda value: switch.switch(str(value)),
            **{f"alerts.{name}": partial(_choose, notices, name) for name in AlertSettings.__struct_fields__},
        }
        book.changed.connect(self._apply)
        book.troubled.connect(lambda why: desk.services.workstation.bus.publish(Fault("Settings", why)))
        for path in ("reduced_motion", "pictures.folder", "pictures.twice"):
            self._apply(path)
        desk.commands.add(*self._commands())

    def open(self, page: str = "") -> SettingsWindow:
        """Show the settings window, at a page if one is named."""
        if self._window is None:
            self._window = self._make()
        self._window.open_at(page)
        return self._window

    def _commands(self) -> list[Command]:
        book = self._book

        def set_to(path: str, value: object) -> Callable[[], None]:
            return lambda: book.set(path, value)

        def is_other(path: str, value: object) -> bool:
            return book.value(path) != value

        return [
            Command("Settings", self.open, "Ctrl+,", id="desk.settings"),
            Command("Change keys", lambda: self.open(KEYS), id="desk.keymap"),
            *(
                Command(
                    f"Interface scale {percent} %, from the next start",
                    partial(self._scale, percent),
                    "",
                    partial(is_other, "scale_percent", percent),
                    f"look.scale.{percent}",
                )
                for percent in SCALES
            ),
            Command(
                "Reduced motion on",
                set_to("reduced_motion", True),
                "",
                partial(is_other, "reduced_motion", True),
                "look.still",
            ),
            Command(
                "Reduced motion off",
                set_to("reduced_motion", False),
                "",
                partial(is_other, "reduced_motion", False),
                "look.moving",
            ),
            Command("Restart Preflight", self._restart, id="desk.restart"),
        ]

    def _scale(self, percent: int) -> None:
        self.open("Look")  # first, so that it says what is to be done
        self._book.set("scale_percent", percent)

    def _apply(self, path: str) -> None:
        services, settings = self._desk.services, self._book.settings
        if path == "reduced_motion":
            services.themes.reduced_motion = settings.reduced_motion
        elif path == "pictures.folder":
            named = settings.pictures.folder
            services.pictures.folder = Path(named).expanduser() if named else self._book.data_dir / "pictures"
        elif path == "pictures.twice":
            services.pictures.twice = settings.pictures.twice

    # The window.

    def _make(self) -> SettingsWindow:
        desk = self._desk
        names = {kind.kind: kind.title for kind in desk.bench.maker.kinds.values()}
        keys = KeysPage(desk.commands.keymap, self._entries, names, desk.services.themes)
        window = SettingsWindow(self._book, keys, self._choices, desk.services.themes, desk.main)
        window.restart_wanted.connect(self._restart)
        window.sizes_wanted.connect(self._count)
        return window

    def _entries(self) -> list[KeyEntry]:
        one_of_a_kind = {panel.kind: panel for panel in self._desk.bench.panels.values()}
        return entries(self._desk.commands, one_of_a_kind.values(), self._desk.commands.keymap)

    def _choices(self, declared: Declared) -> Sequence[tuple[object, str]]:
        if declared.path != "venue":
            return ()
        return [(choice.key, choice.title) for choice in self._markets.choices if choice.key != REPLAY_KEY]

    def _count(self) -> None:
        """Have what is stored counted beside the window."""
        store = self._desk.services.workstation.store
        if store is None or (self._counting is not None and not self._counting.done()):
            return
        self._counting = asyncio.get_running_loop().run_in_executor(None, stored_bytes, store)
        self._counting.add_done_callback(self._counted)

    def _counted(self, counting: asyncio.Future[dict[str, int]]) -> None:
        if self._window is None or counting.cancelled():
            return
        error = counting.exception()
        if error is not None:
            self._desk.services.workstation.bus.publish(
                Fault("Settings", f"What is stored could not be counted: {error}")
            )
        else:
            self._window.show_sizes(counting.result())


def stored_bytes(store: KeptStore) -> dict[str, int]:
    """Bytes of each kind in the store's file, by the names in `Retention`; meant for a thread of its own.

    Raises:
        PreflightError: the store failed.
    """
    history = store.history()
    try:
        sizes: dict[str, int] = {}
        for part in history.kept_parts():
            sizes[part.group] = sizes.get(part.group, 0) + part.nbytes
        for table, (_, nbytes) in history.past_sizes().items():
            sizes[_GROUP_OF_PAST.get(table, table)] = nbytes
        return sizes
    finally:
        history.close()


def _choose(notices: AlertNotices, name: str, value: object) -> None:
    notices.choose(**{name: bool(value)})
