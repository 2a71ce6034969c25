"""Opens the window: the program and the desk around it, run in one event loop and both ended cleanly."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial
from pathlib import Path

import qasync
from PySide6.QtCore import QSize, QTimer
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from ui.alerting.commands import add_alert_commands
from ui.alerting.notices import AlertNotices
from ui.checklists.commands import add_checklist_commands
from ui.commands import Command
from ui.desk.whole import WholeDesk
from ui.desk_commands import add_desk_commands
from ui.drawings.store import DrawingStore
from ui.error_hooks import errors_told, qt_messages_logged
from ui.frame_clock import FrameClock
from ui.help.commands import Help
from ui.journal_files.commands import JournalFiles
from ui.keys.keymap import Keymap
from ui.links import LinkGroups
from ui.market_switch import MarketSwitch, SwitchEvents
from ui.markets import OFFLINE_KEY, REPLAY_KEY, MarketChoice, Markets, OpenMarket
from ui.panel import PanelServices
from ui.panels import PANELS
from ui.pictures.commands import add_picture_commands
from ui.preferences.book import SettingsBook
from ui.preferences.scale import apply_scale, restart
from ui.preferences.wiring import Preferences
from ui.review.commands import add_review_commands
from ui.review.journal_keeper import JournalKeeper
from ui.review.moment_pictures import MomentPictures
from ui.rituals.commands import Rituals
from ui.salvage_window import ask_to_rescue
from ui.style_sheet import dress
from ui.theme import DENSITIES, SIDE_PAIRS, THEMES, Theme, ThemeSource, load_fonts, ui_font
from ui.ticket.desk_commands import add_trading_commands
from ui.welcome.welcome import Welcome
from workstation import __version__
from workstation.alerts.book import AlertBook
from workstation.errors import BadFigure, PreflightError, StoreDamaged, StoreForeign
from workstation.events.calendar import Calendar
from workstation.journal.restore import put_in_place
from workstation.runtime.bus import Fault
from workstation.runtime.clock import SystemClock
from workstation.runtime.ending import AskedToEnd
from workstation.scanner.screens import ScreenBook
from workstation.settings import Settings, WindowOptions, has_settings, load_settings
from workstation.trading.sectors import load_sectors

log = logging.getLogger(__name__)

ICON = Path(__file__).parent / "resources" / "preflight.svg"
DEFAULT_SIZE = QSize(1600, 900)
NO_DISPLAY_SECONDS = 8.0
NO_DISPLAY_SCREENSHOT = Path("preflight-screenshot.png")
SCREENSHOT_AFTER_S = 5.0
VENUE_TIMEFRAME_MS = 60_000


def run_window(options: WindowOptions) -> int:
    """Open the window, run until it is closed, and return the exit status.

    Raises:
        PreflightError: the capture, the data directory or the screenshot's place cannot be used; nothing has
            been shown.
    """
    if options.screenshot is not None and not options.screenshot.absolute().parent.is_dir():
        raise PreflightError(f"{options.screenshot} cannot be written: there is no such directory")
    options = _for_this_display(options)
    put_in_place(options.data_dir)  # a backup that was chosen before the restart
    settings, complaint = load_settings(options.data_dir)
    scale_is_ours = apply_scale(settings.scale_percent)
    markets = Markets(options, settings)
    with AskedToEnd() as asked:
        # The simulated exchange starts while Qt does.
        application = None
        try:
            market = markets.open(markets.first)
        except StoreForeign:
            raise
        except StoreDamaged as error:
            if options.exit_after_s is not None or options.screenshot is not None:
                raise  # nobody is there to be asked
            application = _application()
            if not ask_to_rescue(options.data_dir, str(error), _dressed(application, options, settings)):
                return 0
            market = markets.open(markets.first)
        try:
            application = application or _application()
            if asked:
                market.close()
                return 0
            desk = Desk(application, markets, market, options, settings)
            if complaint is not None:
                market.workstation.bus.publish(Fault("Settings", complaint))
            with qt_messages_logged(), qasync.QEventLoop(application) as loop, desk.catching_errors(loop):
                if asked:
                    desk.end()
                status = int(loop.run_until_complete(desk.run()))
        except BaseException:
            market.close()
            raise
    return restart(scale_is_ours=scale_is_ours) if desk.restart_wanted else status


class Desk:
    """The window and everything that belongs to it, around one market after another."""

    def __init__(
        self,
        application: QApplication,
        markets: Markets,
        market: OpenMarket,
        options: WindowOptions,
        settings: Settings,
    ) -> None:
        self._application = application
        self._markets = markets
        self._options = options
        is_first = not has_settings(options.data_dir)
        self.book = SettingsBook(settings, options.data_dir, application)
        self.restart_wanted = False
        """The program is to begin anew once this desk has been put away."""
        self._ended = asyncio.Event()
        self.themes = _dressed(application, options, settings)
        self.themes.changed.connect(self._look_changed)
        self.drawings = DrawingStore(options.data_dir)
        self.alert_book, alert_complaint = AlertBook.open(options.data_dir / "alerts" / "alerts.json")
        self.calendar, calendar_complaint = _calendar(options.data_dir)
        self.keymap, keymap_complaint = Keymap.open(options.data_dir / "keymap.json")
        self.services = PanelServices(
            market.workstation,
            self.themes,
            LinkGroups(),
            self.drawings,
            self.alert_book,
            self.calendar,
        )
        self.services.screens = ScreenBook(options.data_dir / "scanner" / "screens.json")
        self.journal = JournalKeeper(self.services, options.data_dir, application)
        self.drawings.troubled.connect(self._drawings_troubled)
        if market.choice.key != REPLAY_KEY:
            # Venues tell the past by the minute; a recording is too short for that.
            for link in self.services.links:
                link.set_timeframe(VENUE_TIMEFRAME_MS)
        self.services.on_wanted = self._symbols_chosen
        self._whole: WholeDesk | None = None
        self.switch = MarketSwitch(
            self.services, markets, market, SwitchEvents(self._market_changed, self._market_chosen)
        )
        self.clock = FrameClock(market.workstation.bus)
        self.whole = self._whole = WholeDesk(
            self.services,
            self.clock,
            PANELS,
            options.data_dir / "layouts",
            market.choice.mode,
            QIcon(str(ICON)),
            self.keymap,
        )
        self.window = self.whole.main
        self.window.top_bar.markets.set_choices(markets.choices)
        self.window.top_bar.markets.chosen.connect(self.switch.switch)
        self.notices = AlertNotices(
            self.services,
            self.window,
            options.data_dir / "alerts" / "sounds",
            settings.alerts,
            lambda chosen: self._remember(alerts=chosen),
        )
        self.moment_pictures = MomentPictures(
            self.services,
            lambda: self.whole.bench.panels,
            lambda: self.book.settings.pictures.moments,
            self.window,
        )
        self._market_changed(market.choice)
        add_desk_commands(self.whole, self.end)
        add_alert_commands(self.whole, self.notices)
        add_trading_commands(self.whole)
        add_review_commands(self.whole)
        add_checklist_commands(self.whole)
        self.preferences = Preferences(
            self.whole, self.book, self.notices, markets, self.switch, self.end_to_restart
        )
        add_picture_commands(self.whole, self.notices.stack)
        self.rituals = Rituals(self.whole, self.notices.stack, lambda: self.book.settings.review_day)
        self.journal_files = JournalFiles(self.whole, self.book, self.end_to_restart)
        self.help = Help(self.whole, QSize(*settings.help_size), self._help_resized)
        self.welcome = Welcome(
            self.whole, self.book, markets, self.switch, self.end_to_restart, is_first=is_first
        )
        if alert_complaint:
            market.workstation.bus.publish(Fault("Alerts", alert_complaint))
        if calendar_complaint:
            market.workstation.bus.publish(Fault("Calendar", calendar_complaint))
        if keymap_complaint:
            market.workstation.bus.publish(Fault("Keys", keymap_complaint))
        self.window.commands.add_source(self._market_commands)
        self.window.close_wanted.connect(self.end)
        self.whole.session.changed.connect(self._workspace_changed)

    def end(self) -> None:
        """Begin to put the desk away."""
        self._ended.set()

    def end_to_restart(self) -> None:
        """Begin to put the desk away; the program begins anew afterwards."""
        self.restart_wanted = True
        self.end()

    async def run(self) -> int:
        """Show the window, run until it is closed, and put everything away."""
        self._show()
        self.clock.start()
        self.switch.start()
        self.journal.start()
        self.journal_files.start()
        try:
            await self._ended.wait()
        finally:
            if self._options.screenshot is not None and self._options.exit_after_s is not None:
                self._take_screenshot()
            self.clock.stop()
            self.services.pictures.finish()
            self.moment_pictures.finish()
            self.notices.close()
            self.journal_files.put_away()
            self.rituals.put_away()
            self.welcome.stop()
            self.whole.put_away()
            self.drawings.close()
            self.services.statistics.close()
            await self.switch.stop()
            self.journal.close()
            self._save_alerts()
            self.calendar.close()
            self.whole.close()
        return 0

    def _save_alerts(self) -> None:
        """Keep what was changed while no market ran; whoever watches one keeps the rest."""
        try:
            if not self.alert_book.is_saved:
                self.alert_book.save()
        except PreflightError as error:
            log.error("alerts are not kept: %s", error)

    def _show(self) -> None:
        size = None if self._options.size is None else QSize(*self._options.size)
        if size is None and self._application.platformName() == "offscreen":
            size = DEFAULT_SIZE  # whose screen is made up, and small
        if size is None:
            self.whole.stand_first(DEFAULT_SIZE)
        workspace = "review" if self._options.offline else self.book.settings.workspace
        self.whole.show(workspace, size)
        after_s = self._options.exit_after_s
        if not self._options.offline and after_s is None:  # a run that ends by itself has nobody to welcome
            self.welcome.show()
        if after_s == 0:
            self.window.first_painted.connect(self.end)
        elif after_s is not None:
            QTimer.singleShot(round(after_s * 1000), self.window, self.end)
        elif self._options.screenshot is not None:
            QTimer.singleShot(round(SCREENSHOT_AFTER_S * 1000), self.window, self._take_screenshot)

    def _take_screenshot(self) -> None:
        path = self._options.screenshot
        assert path is not None
        if self.window.grab().save(str(path), "PNG"):
            _say(f"A picture of the window is in {path}")
        else:
            message = f"The picture could not be written to {path}"
            _say(message)
            self.services.workstation.bus.publish(Fault("Screenshot", message))

    def _market_changed(self, choice: MarketChoice) -> None:
        if self._whole is not None:
            kind = choice.mode.words.partition(" · ")[0].capitalize()
            self._whole.main.top_bar.markets.set_current(choice)
            self._whole.show_market(kind, choice.title, choice.mode)
            self.notices.listen(self.services.workstation.bus)
            self.moment_pictures.listen()

    def _workspace_changed(self) -> None:
        if self.book.settings.workspace != self.whole.session.key and not self._options.offline:
            self._remember(workspace=self.whole.session.key)

    def _drawings_troubled(self, words: str) -> None:
        self.services.workstation.bus.publish(Fault("Drawings", words))

    def _market_chosen(self, choice: MarketChoice) -> None:
        if choice.key not in (REPLAY_KEY, OFFLINE_KEY):
            self._remember(venue=choice.key)

    def _symbols_chosen(self, symbols: tuple[str, ...]) -> None:
        self._markets.remember(self.switch.choice.key, symbols)
        self._remember(watchlists=dict(self._markets.watchlists))

    def _market_commands(self, _query: str) -> list[Command]:
        return [
            Command(f"Market {choice.title}", partial(self.switch.switch, choice.key))
            for choice in self._markets.choices
            if choice != self.switch.choice
        ]

    def _look_changed(self, theme: Theme) -> None:
        themes = self.themes
        dress(self._application, theme, themes.density)
        self._remember(theme=theme.name, density=themes.density.name, sides=themes.sides.name)

    def _help_resized(self, size: QSize) -> None:
        self._remember(help_size=(size.width(), size.height()))

    def _remember(self, **chosen: object) -> None:
        """Keep what the trader has chosen for the next run."""
        self.book.take(**chosen)

    def catching_errors(self, loop: asyncio.AbstractEventLoop) -> AbstractContextManager[None]:
        """Bring errors of slots and tasks to the fault bar, and make SIGINT and SIGTERM close the window."""
        return errors_told(loop, lambda fault: self.services.workstation.bus.publish(fault), self.end)


def _application() -> QApplication:
    application = QApplication(["preflight"])
    application.setApplicationName("Preflight")
    application.setApplicationVersion(__version__)
    application.setDesktopFileName("preflight")
    # The loop ends when the desk has been put away, not when Qt sees no window.
    application.setQuitOnLastWindowClosed(False)
    return application


def _dressed(application: QApplication, options: WindowOptions, settings: Settings) -> ThemeSource:
    """Give the application its fonts and colours; return where these are chosen."""
    load_fonts()
    application.setStyle("Fusion")
    application.setFont(ui_font())
    themes = ThemeSource(
        THEMES[options.theme or settings.theme], DENSITIES[settings.density], SIDE_PAIRS[settings.sides]
    )
    dress(application, themes.theme, themes.density)
    return themes


def _calendar(data_dir: Path) -> tuple[Calendar, str]:
    """Open the calendar; return it, and a sentence about what could not be used."""
    complaint = ""
    try:
        sectors = load_sectors(data_dir)
    except BadFigure as error:
        sectors, complaint = load_sectors(), str(error)
    calendar = Calendar.open(data_dir / "calendar" / "calendar.json", sectors.of)
    calendar.warm(SystemClock().now_ms())
    return calendar, calendar.trouble or complaint


def _for_this_display(options: WindowOptions) -> WindowOptions:
    """Without a display, paint where nobody looks for a few seconds and leave a picture; say so."""
    if (
        not sys.platform.startswith("linux")
        or os.environ.get("DISPLAY")
        or os.environ.get("WAYLAND_DISPLAY")
        or os.environ.get("QT_QPA_PLATFORM")
    ):
        return options
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    seconds = NO_DISPLAY_SECONDS if options.exit_after_s is None else options.exit_after_s
    picture = (options.screenshot or NO_DISPLAY_SCREENSHOT).absolute()
    _say(f"This machine has no display: Preflight paints offscreen for {seconds:g} s and leaves a picture.")
    return replace(options, exit_after_s=seconds, screenshot=picture)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
