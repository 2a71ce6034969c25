"""Tells what has fired: by a sound, a notice over the window, one of the system's; each can be silenced."""

from collections.abc import Callable
from pathlib import Path
from typing import cast

import msgspec
from PySide6.QtCore import QObject
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidget

from ui.alerting import words
from ui.alerting.sound_player import SoundPlayer
from ui.alerting.toasts import ToastStack
from ui.services import PanelServices
from workstation.alerts.rules import AlertFired, Firing, Sound
from workstation.runtime.bus import Bus
from workstation.settings import AlertSettings

NOTICE_MS = 10_000


class AlertNotices(QObject):
    """Hears what the open market's alerts tell, and passes it on as the trader has chosen."""

    def __init__(
        self,
        services: PanelServices,
        window: QWidget,
        folder: Path,
        chosen: AlertSettings,
        remember: Callable[[AlertSettings], None],
    ) -> None:
        """Tell in `window`.

        Args:
            folder: where the sounds' files are kept.
            chosen: what is silenced.
            remember: is told when that changes.
        """
        super().__init__(window)
        self._services = services
        self._window = window
        self._remember = remember
        self._unsubscribe: Callable[[], None] = _nothing
        self._tray: QSystemTrayIcon | None = None
        self.chosen = chosen
        self.player = SoundPlayer(folder, self)
        self.stack = ToastStack(services.themes, window)
        self.on_show: Callable[[Firing], None] = lambda _firing: None
        """Shows what a notice is about."""
        services.quiet = chosen.quiet
        services.set_quiet = lambda quiet: self.choose(quiet=quiet)
        services.play_sound = self.hear
        self._note_sound()

    def listen(self, bus: Bus) -> None:
        """Hear this bus from now on, and no other."""
        self._unsubscribe()
        self._unsubscribe = bus.subscribe(AlertFired, lambda event: self.tell(event.firing))

    def close(self) -> None:
        """Tell no more."""
        self._unsubscribe()
        self._unsubscribe = _nothing
        self.stack.clear()
        self.player.close()
        if self._tray is not None:
            self._tray.hide()

    def choose(self, **changes: bool) -> None:
        """Silence something, or let it be told again; see `AlertSettings`."""
        self.chosen = msgspec.structs.replace(self.chosen, **changes)
        self._services.quiet = self.chosen.quiet
        if self.chosen.quiet:
            self.stack.clear()
        self._note_sound()
        self._remember(self.chosen)

    def tell(self, firing: Firing) -> None:
        """Pass a firing on."""
        if self.chosen.quiet:
            return
        state = self._services.workstation.market.state(firing.symbol)
        title, line = words.firing_words(firing, None if state is None else state.instrument)
        if self.chosen.sound:
            self.player.play(firing.sound)
            self._note_sound()
        if self.chosen.notice:
            self.stack.add(title, line, lambda: self.on_show(firing))
        if self.chosen.desktop and QApplication.activeWindow() is None:
            self._tell_the_system(title, line)

    def hear(self, sound: str) -> None:
        """Let a sound be heard, as a trial."""
        self.player.play(cast(Sound, sound))
        self._note_sound()

    @property
    def has_desktop(self) -> bool:
        """The system shows notices of programs."""
        return QSystemTrayIcon.isSystemTrayAvailable() and QSystemTrayIcon.supportsMessages()

    def _tell_the_system(self, title: str, line: str) -> None:
        if not self.has_desktop:
            return
        if self._tray is None:
            self._tray = QSystemTrayIcon(self._window.windowIcon(), self)
            self._tray.setToolTip("Preflight")
            self._tray.messageClicked.connect(self._come_forward)
            self._tray.activated.connect(lambda _reason: self._come_forward())
            self._tray.show()
        self._tray.showMessage(title, line, QIcon(self._window.windowIcon()), NOTICE_MS)

    def _come_forward(self) -> None:
        self._window.showNormal() if self._window.isMinimized() else self._window.show()
        self._window.raise_()
        self._window.activateWindow()

    def _note_sound(self) -> None:
        self._services.sound_note = self.player.note if self.chosen.sound else "Sounds are off"


def _nothing() -> None:
    """Ends no subscription."""
