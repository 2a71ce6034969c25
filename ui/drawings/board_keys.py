"""The keys of drawing: which key does what on a board, and what the key card says of them."""

from collections.abc import Callable
from functools import partial
from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from ui.commands import Command
from ui.drawings.actions import DrawingActions
from ui.drawings.hand import DrawingHand
from ui.drawings.toolbar import ALERT_KEY, HIDE_KEY, MAGNET_KEY, TOOLS
from workstation.model.drawings import DrawingKind

Action = Callable[[], object]

_FAR = 10
"""Ticks or bars that an arrow key with Shift moves."""
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
}


class Board(Protocol):
    """What keys do."""

    hand: DrawingHand
    magnet: bool

    @property
    def hidden(self) -> bool: ...
    def choose(self, tool: DrawingKind | None) -> None: ...
    def set_magnet(self, on: bool) -> None: ...
    def set_hidden(self, hidden: bool) -> None: ...
    def edit_selected(self) -> None: ...


class BoardKeys:
    """Finds what a pressed key does on a board, if anything."""

    def __init__(self, board: Board, actions: DrawingActions, *, levels_only: bool) -> None:
        self._board, self._actions = board, actions
        self._levels_only = levels_only
        kinds = (DrawingKind.LEVEL,) if levels_only else tuple(TOOLS)
        self._kinds = kinds
        self._always: dict[str, Action] = {
            TOOLS[kind].key: partial(self._toggle_tool, kind) for kind in kinds
        } | {
            MAGNET_KEY: lambda: board.set_magnet(not board.magnet),
            HIDE_KEY: lambda: board.set_hidden(not board.hidden),
            "Ctrl+Z": actions.undo,
            "Ctrl+Shift+Z": actions.redo,
            "Ctrl+Y": actions.redo,
            "Ctrl+V": actions.paste,
            "Ctrl+A": actions.select_all,
        }
        self._with_selection: dict[str, Action] = {
            "Del": actions.delete,
            "Backspace": actions.delete,
            "Ctrl+C": actions.copy,
            "Ctrl+D": actions.duplicate,
            "L": actions.lock,
            ALERT_KEY: actions.toggle_alert,
            "Return": board.edit_selected,
            "Enter": board.edit_selected,
        }

    def action(self, event: QKeyEvent) -> Action | None:
        """What the key does now; None leaves it to the panel."""
        hand = self._board.hand
        keys = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        spelled = QKeySequence(event.key() | keys.value).toString() if event.key() else ""
        if spelled in self._always:
            return self._always[spelled]
        if spelled == "Esc" and (hand.tool is not None or hand.work or hand.selected):
            return hand.cancel
        if spelled in ("Return", "Enter") and hand.tool is not None:
            return hand.place
        if not hand.selected:
            return None
        if spelled in self._with_selection:
            return self._with_selection[spelled]
        step = _ARROWS.get(Qt.Key(event.key()))
        if step is not None and not keys & ~Qt.KeyboardModifier.ShiftModifier:
            far = _FAR if keys & Qt.KeyboardModifier.ShiftModifier else 1
            return partial(self._actions.nudge, step[0] * far, step[1] * far)
        return None

    def words(self) -> list[tuple[str, str]]:
        """Keys and what they do."""
        tools = [(TOOLS[kind].key, f"Draw: {TOOLS[kind].name}") for kind in self._kinds]
        return [
            *tools,
            (MAGNET_KEY, "Magnet on or off; Ctrl held turns it over"),
            (HIDE_KEY, "Hide or show drawings"),
            ("Enter", "Place a point; edit what is selected"),
            ("← → ↑ ↓", "Move what is selected by a bar or a tick, with Shift ten"),
            ("Del  L  Ctrl+D", "Delete, lock, duplicate what is selected"),
            (ALERT_KEY, "Tell when the level selected is crossed, or no longer"),
            ("Ctrl+C  Ctrl+V", "Copy drawings, also to another symbol"),
            ("Ctrl+Z  Ctrl+Shift+Z", "Undo and redo drawings"),
        ]

    def commands(self) -> list[Command]:
        """What the palette offers, with the keys that do the same."""
        board, actions, hand = self._board, self._actions, self._board.hand

        def is_selected() -> bool:
            return bool(hand.selected)

        return [
            *(
                Command(f"Draw {TOOLS[kind].name}", partial(board.choose, kind), TOOLS[kind].key)
                for kind in self._kinds
            ),
            Command("Undo drawing", actions.undo, "Ctrl+Z"),
            Command("Redo drawing", actions.redo, "Ctrl+Shift+Z"),
            Command("Hide drawings", partial(board.set_hidden, True), HIDE_KEY, lambda: not board.hidden),
            Command("Show all drawings", partial(board.set_hidden, False), HIDE_KEY),
            Command("Magnet on or off", self._always[MAGNET_KEY], MAGNET_KEY),
            Command("Select all drawings", actions.select_all, "Ctrl+A"),
            Command("Paste drawings", actions.paste, "Ctrl+V"),
            Command("Edit drawing", board.edit_selected, "Return", is_selected),
            Command("Lock or unlock drawing", actions.lock, "L", is_selected),
            Command("Alert at level on or off", actions.toggle_alert, ALERT_KEY, is_selected),
            Command("Copy drawing", actions.copy, "Ctrl+C", is_selected),
            Command("Duplicate drawing", actions.duplicate, "Ctrl+D", is_selected),
            Command("Delete drawing", actions.delete, "Del", is_selected),
        ]

    def _toggle_tool(self, kind: DrawingKind) -> None:
        board = self._board
        board.choose(None if board.hand.tool is kind else kind)
