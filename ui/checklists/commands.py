"""Gives the desk the window of checklists: by name, by key, and from the ticket."""

from ui.checklists.watch import ChecklistWatch
from ui.checklists.window import ChecklistWindow
from ui.commands import Command
from ui.desk.whole import WholeDesk


def add_checklist_commands(desk: WholeDesk) -> None:
    """Put the window of checklists into the palette, on a key, and behind the ticket's button; call once."""
    opened: list[ChecklistWindow] = []
    ChecklistWatch(desk.services, desk.main)

    def linked() -> str:
        panel = desk.bench.current()
        return desk.services.links.first.symbol if panel is None else panel.link.symbol

    def show(key: str = "") -> None:
        if not opened:
            opened.append(ChecklistWindow(desk.services, linked, desk.main))
        opened[0].open_at(key or desk.services.tickets.draft(linked()).setup)

    desk.services.edit_checklist = show
    desk.commands.add(
        Command(
            "Checklists: edit, add, copy",
            show,
            "Ctrl+Shift+L",
            lambda: desk.services.trading is not None,
            "trade.checklists",
            words="template setup rows thresholds rules",
        )
    )
