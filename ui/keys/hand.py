"""Lets the trader's keys reach panels: a key put on an action comes to its panel as the default."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QHelpEvent, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QToolTip,
    QWidget,
)

from ui.commands import Command, CommandSet
from ui.keys import spelling
from ui.keys.keymap import Keymap
from ui.keys.panel_actions import PanelAction, actions_of
from ui.panel import Panel

OF_FIGURES = "figures"
"""Property of a field in which only figures are typed: letters in it are its panel's."""
_PLAIN = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier)
_CHORD = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
_KEY_AT_END = re.compile(r"\(([^()]+)\)$")


def named_id(kind: str, command: Command) -> str:
    """What a panel's command without a key of its own is called in the keymap: by its kind and its name."""
    return f"{kind}:{' '.join(command.name.casefold().split())}"[:160]


def types_text(widget: QWidget | None) -> bool:
    """Letters pressed there are text."""
    if isinstance(widget, QComboBox):
        return widget.isEditable()
    return isinstance(widget, QLineEdit | QAbstractSpinBox | QPlainTextEdit | QTextEdit)


class PanelKeys:
    """The keys in force of the panels of one kind."""

    def __init__(self, kind: str, keymap: Keymap) -> None:
        self.kind = kind
        self._keymap = keymap
        self._of_default: dict[str, PanelAction] = {}
        for action in actions_of(kind):
            for key in action.keys:
                # Of two on one key the one that needs a selection is asked for less.
                if key not in self._of_default or self._of_default[key].with_selection:
                    self._of_default[key] = action
        self.default_of: dict[str, str] = {}
        """The key that the panel knows, by the one that stands for it."""
        self.named: dict[str, str] = {}
        """Ids of commands by name, by key."""
        self.moved: set[str] = set()
        """Default keys that mean nothing here any more."""
        self._learn()

    def _learn(self) -> None:
        changes = self._keymap.changes
        for action in actions_of(self.kind):
            if action.id in changes:
                self.moved.update(action.keys)
        for name, keys in changes.items():
            if name.startswith(f"{self.kind}:"):
                self.named.update(dict.fromkeys(keys, name))
        for action in actions_of(self.kind):
            if action.id in changes:
                for key in changes[action.id]:
                    self.default_of[key] = action.keys[0]
        # A default that still holds is not taken away with another action's that shared its key.
        for action in actions_of(self.kind):
            if action.id not in changes:
                self.moved.difference_update(action.keys)

    def now(self, key: str) -> str | None:
        """The foremost key that does what `key` does by default; None if it does nothing."""
        action = self._of_default.get(key)
        if action is None:
            return None
        keys = self._keymap.keys_of(action.id, action.keys)
        if key in keys:
            return key
        return keys[0] if keys else ""


class KeyHand(QObject):
    """Stands before whatever has the keyboard, and hands a panel the keys that it knows."""

    def __init__(self, commands: CommandSet, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._commands = commands
        keymap = self._keymap = commands.keymap
        self._kinds: dict[str, PanelKeys] = {}
        self._handing = False
        keymap.changed.connect(self._kinds.clear)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        # Only what has the keyboard is watched: a filter on everything would cost at every event.
        application.focusChanged.connect(self._follow)
        self._follow(None, application.focusWidget())

    def of(self, kind: str) -> PanelKeys:
        """The keys in force of a kind of panels."""
        if kind not in self._kinds:
            self._kinds[kind] = PanelKeys(kind, self._keymap)
        return self._kinds[kind]

    def command_in_force(self, kind: str, command: Command) -> Command:
        """A panel's command with the key that does the same now."""
        keys = self.of(kind)
        if command.key:
            now = keys.now(spelling.normal(command.key))
            key = command.key if now is None else now
        else:
            own = self._keymap.keys_of(named_id(kind, command), ())
            key = own[0] if own else ""
        return replace(command, key=key, more_keys=())

    def key_words(self, panel: Panel) -> list[tuple[str, str]]:
        """A panel's keys for the key card, those in force."""
        now = partial(self._now, panel.kind)
        told = panel.keys()
        rows = [(spelling.with_keys_in_force(keys, now), does) for keys, does in told]
        named = self.of(panel.kind).named
        names = {named_id(panel.kind, command): command.name for command in panel.commands()}
        return rows + [(spelling.shown(key), names[name]) for key, name in named.items() if name in names]

    def watch_tips(self, windows: Iterable[QWidget]) -> None:
        """Let the tips of buttons that name a key name the one in force."""
        for window in windows:
            for button in window.findChildren(QAbstractButton):
                button.removeEventFilter(self)
                if button.hasFocus() or (self._keymap.changes and _KEY_AT_END.search(button.toolTip())):
                    button.installEventFilter(self)

    def tip_of(self, widget: QWidget) -> str:
        """A widget's tool tip with the key in force at its end."""
        panel = _panel_of(widget)
        now = self._commands.key_now if panel is None else partial(self._now, panel.kind)
        return _KEY_AT_END.sub(
            lambda found: f"({spelling.with_keys_in_force(found[1], now)})", widget.toolTip()
        )

    def _now(self, kind: str, key: str) -> str | None:
        """The key in force of what a default does in a kind of panels, or else on the desk."""
        found = self.of(kind).now(key)
        return self._commands.key_now(key) if found is None else found

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Hand a key on as another one where that is wanted, and let tips name the keys in force."""
        if event.type() == QEvent.Type.ToolTip and isinstance(watched, QAbstractButton):
            assert isinstance(event, QHelpEvent)
            QToolTip.showText(event.globalPos(), self.tip_of(watched), watched)
            return True
        if event.type() != QEvent.Type.KeyPress or self._handing:
            return False
        if not isinstance(event, QKeyEvent) or not isinstance(watched, QWidget):
            return False
        if types_text(watched) and not _passes_through(watched, event):
            return False
        panel = _panel_of(watched)
        if panel is not None:
            keys = self.of(panel.kind)
            for key in spelling.readings(event):
                if key in keys.default_of:
                    return self._hand(watched, spelling.press_of(keys.default_of[key], event), event)
                if key in keys.named:
                    _run_named(panel, keys.named[key])
                    return True
                if key in keys.moved:
                    # It means nothing in the panel now, but may mean something to the desk.
                    return self._hand(panel.window(), event.clone(), event)
        if spelling.latin_key(event):
            return self._hand(watched, spelling.press_of(spelling.spelled(event), event), event)
        return False

    def _hand(self, to: QWidget, instead: QEvent, event: QKeyEvent) -> bool:
        self._handing = True
        try:
            QApplication.sendEvent(to, instead)
        finally:
            self._handing = False
        event.accept()  # else Qt would offer it to the parents, which have had the other one
        return True

    def _follow(self, old: QWidget | None, new: QWidget | None) -> None:
        if old is not None:
            old.removeEventFilter(self)
        if new is not None:
            new.removeEventFilter(self)
            new.installEventFilter(self)


def _passes_through(widget: QWidget, event: QKeyEvent) -> bool:
    """Whether a field of figures leaves a key to its panel: letters, and what is held with Ctrl or Alt."""
    if not widget.property(OF_FIGURES):
        return False
    held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    return event.text().isalpha() if held in _PLAIN else bool(held & _CHORD)


def _panel_of(widget: QWidget) -> Panel | None:
    at: QWidget | None = widget
    while at is not None and not isinstance(at, Panel):
        at = at.parentWidget()
    return at


def _run_named(panel: Panel, name: str) -> None:
    for command in panel.commands():
        if named_id(panel.kind, command) == name:
            command.run_if_available()
            return
