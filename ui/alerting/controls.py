"""The buttons in the header of the alerts: what is watched, what was told, do not disturb, and a new one."""

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QToolButton, QWidget

from ui.alerting.bell import bell_icon
from ui.panel_header import PanelHeader
from ui.theme import Theme


class AlertControls(QObject):
    """Puts its buttons into a header and keeps their words."""

    history_wanted = Signal(bool)
    """What was told is to be shown; False for what is watched."""
    quiet_wanted = Signal(bool)
    """Do not disturb, or again."""
    new_wanted = Signal()
    """Another alert is to be made."""

    def __init__(self, header: PanelHeader, panel: QWidget) -> None:
        super().__init__(panel)
        self.rules, self.history, self.quiet, self.add = (QToolButton(panel) for _ in range(4))
        self._theme: Theme | None = None
        self._is_quiet = False
        group = QButtonGroup(self)
        for button, shown in ((self.rules, False), (self.history, True)):
            button.setCheckable(True)
            group.addButton(button)
            button.clicked.connect(lambda _=False, shown=shown: self.history_wanted.emit(shown))
        self.rules.setToolTip("What is watched (H)")
        self.quiet.setCheckable(True)
        self.quiet.setAccessibleName("Do not disturb")
        self.quiet.setIconSize(QSize(14, 14))
        self.quiet.clicked.connect(self.quiet_wanted)
        self.add.setText("+")
        self.add.setToolTip("New alert (Insert)")
        self.add.setAccessibleName("New alert")
        self.add.clicked.connect(lambda _=False: self.new_wanted.emit())
        for button in (self.rules, self.history, self.quiet, self.add):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        header.add_control(self.rules, self.history)
        header.add_control(self.quiet)
        header.add_control(self.add)
        self.set_counts(0, 0)

    @property
    def shows_history(self) -> bool:
        """What was told is shown."""
        return self.history.isChecked()

    def show_history(self, shown: bool) -> None:
        """Mark what is shown."""
        (self.history if shown else self.rules).setChecked(True)

    def set_counts(self, watched: int, unseen: int) -> None:
        """Say how many rules there are, and how much was told that nobody has looked at."""
        self.rules.setText(f"Rules {watched}")
        self.history.setText(f"Told {unseen}" if unseen else "Told")
        told = "1 is new" if unseen == 1 else f"{unseen} are new" if unseen else "nothing is new"
        self.history.setToolTip(f"What was told: {told} (H)")

    def set_quiet(self, quiet: bool, sound_note: str) -> None:
        """Show whether the trader is disturbed, and why nothing is heard if that is so."""
        if quiet != self._is_quiet:
            self._is_quiet = quiet
            self._draw_bell()
        self.quiet.setChecked(quiet)
        words = "Do not disturb is on: no sound, no notice; the history keeps all (Q)"
        self.quiet.setToolTip(words if quiet else f"Do not disturb (Q). {sound_note}".rstrip())

    def set_theme(self, theme: Theme) -> None:
        """Use these colours from now on."""
        self._theme = theme
        self._draw_bell()

    def _draw_bell(self) -> None:
        if self._theme is not None:
            color = self._theme.warn if self._is_quiet else self._theme.muted
            self.quiet.setIcon(bell_icon(color, self._theme.panel, silent=self._is_quiet))
