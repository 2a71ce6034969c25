"""What a depth panel can do by key and by name."""

from collections.abc import Callable
from functools import partial
from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from ui.commands import Command
from ui.depth.choices import OVERLAYS
from ui.depth.menu import DepthMenu

KEYS = [
    ("+  −", "Zoom time"),
    ("←  →", "Back and forward in time"),
    ("PgUp  PgDn", "Back and forward by a view"),
    ("Home", "The oldest depth that is stored"),
    ("End", "Jump to now and follow"),
    ("G", "Go to a time"),
    ("↑  ↓", "Higher and lower prices, with Shift zoom price; both hold the scale"),
    ("A", "Keep the market in view or hold the price scale"),
    ("Wheel", "Zoom time; with Ctrl price, with Shift back and forward; on the legend the colours"),
    ("Double click", "Reset the view"),
]
ZOOM_FACTOR = 1.25
PAN_SHARE = 0.1


class Steered(Protocol):
    """The panel as its keys see it."""

    depth_menu: DepthMenu

    def zoom_time(self, factor: float) -> None: ...
    def zoom_price(self, factor: float) -> None: ...
    def pan_time(self, share: float) -> None: ...
    def pan_price(self, share: float) -> None: ...
    def turn_page(self, pages: int) -> None: ...
    def go_to_oldest(self) -> None: ...
    def jump_to_now(self) -> None: ...
    def ask_time(self) -> None: ...
    def toggle_auto(self) -> None: ...


def key_action(panel: Steered, event: QKeyEvent) -> Callable[[], object] | None:
    """What a pressed key does; None where it is not the panel's."""
    if event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier):
        return None
    key, shifted = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
    if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
        up = key == Qt.Key.Key_Up
        if shifted:
            return partial(panel.zoom_price, 1 / ZOOM_FACTOR if up else ZOOM_FACTOR)
        return partial(panel.pan_price, PAN_SHARE if up else -PAN_SHARE)
    actions: dict[int, Callable[[], object]] = {
        Qt.Key.Key_Plus: partial(panel.zoom_time, 1 / ZOOM_FACTOR),
        Qt.Key.Key_Equal: partial(panel.zoom_time, 1 / ZOOM_FACTOR),
        Qt.Key.Key_Minus: partial(panel.zoom_time, ZOOM_FACTOR),
        Qt.Key.Key_Underscore: partial(panel.zoom_time, ZOOM_FACTOR),
        Qt.Key.Key_Left: partial(panel.pan_time, PAN_SHARE),
        Qt.Key.Key_Right: partial(panel.pan_time, -PAN_SHARE),
        Qt.Key.Key_PageUp: partial(panel.turn_page, -1),
        Qt.Key.Key_PageDown: partial(panel.turn_page, 1),
        Qt.Key.Key_Home: panel.go_to_oldest,
        Qt.Key.Key_End: panel.jump_to_now,
        Qt.Key.Key_G: panel.ask_time,
        Qt.Key.Key_A: panel.toggle_auto,
    }
    return actions.get(key)


def depth_commands(panel: Steered) -> list[Command]:
    """What the palette offers while a depth panel is the current one."""
    switches = [
        Command(f"Depth: {title[0].lower()}{title[1:]} on or off", panel.depth_menu.switch(name).trigger)
        for name, title in OVERLAYS.items()
    ]
    return [
        Command("Depth: go to a time…", panel.ask_time),
        Command("Depth: oldest stored", panel.go_to_oldest),
        Command("Depth: jump to now", panel.jump_to_now),
        Command("Depth: linear scale or logarithmic", panel.depth_menu.linear.trigger),
        Command("Depth: colours fit what is in view", panel.depth_menu.automatic.trigger),
        *switches,
    ]
