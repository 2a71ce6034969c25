"""The menu of a depth panel's scale and overlays: every choice, checkable, in one place."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QInputDialog, QMenu, QWidget

from ui.depth.choices import OVERLAYS, PROFILES, DepthChoices


class DepthMenu(QObject):
    """Shows choices in a menu, and changes them from there."""

    def __init__(self, choices: DepthChoices, changed: Callable[[], None], parent: QWidget) -> None:
        """Make the menu.

        Args:
            changed: called after a choice was changed here.
        """
        super().__init__(parent)
        self._parent = parent
        self._choices = choices
        self._changed = changed
        self.menu = QMenu("Scale and overlays", parent)
        self.automatic = self._check("Colours fit what is in view")
        self.fixed = self.menu.addAction("Brightest colour from …")
        self.linear = self._check("Linear scale")
        self.linear.toggled.connect(partial(self._set, "linear"))
        self.menu.addSeparator()
        self._switches: dict[str, QAction] = {}
        for name, title in OVERLAYS.items():
            action = self._check(title)
            action.toggled.connect(partial(self._set, name))
            self._switches[name] = action
        self.trades = self.menu.addAction("Trades from …")
        self.menu.addSeparator()
        group = QActionGroup(self)
        self._profiles: dict[str, QAction] = {}
        for name, title in PROFILES.items():
            action = self._check(title)
            group.addAction(action)
            action.triggered.connect(lambda _checked=False, name=name: self._set("profile", name))
            self._profiles[name] = action
        self.menu.aboutToShow.connect(self.show_choices)

    def show_choices(self) -> None:
        """Check what is chosen."""
        self.linear.setChecked(self._choices.linear)
        for name, action in self._switches.items():
            action.setChecked(bool(getattr(self._choices, name)))
        self._profiles[self._choices.profile].setChecked(True)

    def switch(self, name: str) -> QAction:
        """The action that switches an overlay, a key of OVERLAYS."""
        return self._switches[name]

    def ask_size(self, title: str, words: str, now: float, take: Callable[[float | None], None]) -> None:
        """Ask for a size without blocking; 0 is taken as None, which is automatic."""
        dialog = QInputDialog(self._parent)
        dialog.setWindowTitle(title)
        dialog.setLabelText(words)
        dialog.setInputMode(QInputDialog.InputMode.DoubleInput)
        dialog.setDoubleDecimals(6)
        dialog.setDoubleRange(0.0, 1e15)
        dialog.setDoubleValue(now)
        dialog.doubleValueSelected.connect(lambda size: take(size or None))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _check(self, title: str) -> QAction:
        action = self.menu.addAction(title)
        action.setCheckable(True)
        return action

    def _set(self, name: str, value: object) -> None:
        if getattr(self._choices, name) != value:
            setattr(self._choices, name, value)
            self._changed()
