"""The scanner's commands in the palette."""

from collections.abc import Callable, Iterable
from functools import partial

from PySide6.QtCore import Qt

from ui.commands import Command
from ui.scanner.key_hand import Acts


def scanner_commands(
    screens: Iterable[str],
    use: Callable[[str], None],
    acts: Acts,
    save_as: Callable[[], None],
    copy_all: Callable[[], None],
) -> list[Command]:
    """Return what the palette offers: what keys do, and every saved screen by its name."""
    return [
        Command("Scanner: filter", acts[Qt.Key.Key_F], "F"),
        Command("Scanner: save this screen as…", save_as),
        Command("Scanner: only rows that satisfy the checklist", acts[Qt.Key.Key_P], "P"),
        Command("Scanner: alert from the filter", acts[Qt.Key.Key_A], "A"),
        Command("Scanner: copy every row shown", copy_all, "Shift+C"),
        *(Command(f"Scanner: {name}", partial(use, name)) for name in screens),
    ]
