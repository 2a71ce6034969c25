"""The window of checklists: their list, the rows of one with what they read now, and the way to keep it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent, QKeyEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QDialog

from ui.checklists.draft import (
    Kind,
    RowDraft,
    TemplateDraft,
    draft_of,
    named,
    sound_part,
    template_of,
)
from ui.checklists.sheet import ChecklistSheet
from ui.checklists.shelf import Shelf
from ui.services import PanelServices
from ui.theme import Theme
from ui.ticket.reckoning import asked_intent
from workstation.errors import BadFigure, PreflightError
from workstation.trading.checklist_book import ChecklistBook, TemplateChange
from workstation.trading.checklist_desk import METRIC_KEYS
from workstation.trading.checklist_template import Template, read_template

LOOK_MS = 500
MOST_CHANGES = 20
_KEY = Qt.ItemDataRole.UserRole


class ChecklistWindow(QDialog):
    """Not modal: the market goes on. What is not saved yet stays here until it is saved or discarded."""

    def __init__(self, services: PanelServices, symbol: Callable[[], str], parent: Any) -> None:
        """Edit the checklists of the account that trades.

        Args:
            symbol: whose readings are shown.
        """
        super().__init__(parent)
        self._services, self._symbol = services, symbol
        self.shelf = Shelf()
        self._tasks: set[asyncio.Task[None]] = set()
        self.setWindowTitle("Checklists · Preflight")
        self.sheet = sheet = ChecklistSheet(services.themes.theme, self)
        self.list, self.rows, self.form = sheet.list, sheet.rows, sheet.form
        sheet.changes.wanted.connect(self.bring_back)
        sheet.list.wanted.connect(self.choose)
        sheet.head_edited.connect(self._edit_head)
        sheet.rows.chosen.connect(lambda _: self._show_form())
        sheet.rows.moved.connect(self.move_row)
        sheet.rows.remove_wanted.connect(self.remove_row)
        sheet.rows.form_wanted.connect(lambda: sheet.form.lines["title"].setFocus())
        sheet.form.edited.connect(self._edit_row)
        sheet.row_wanted.connect(self.add_row)
        for button, do in (
            (sheet.new, self.begin_new),
            (sheet.copy, self.copy),
            (sheet.remove, self.remove),
            (sheet.copy_row, self.copy_row),
            (sheet.remove_row, self.remove_row),
            (sheet.up, partial(sheet.rows.move_by, -1)),
            (sheet.down, partial(sheet.rows.move_by, 1)),
            (sheet.undo, self.undo),
            (sheet.redo, self.redo),
            (sheet.discard, self.discard),
            (sheet.save, self.save),
        ):
            button.clicked.connect(lambda _=False, do=do: do())
        sheet.reason.returnPressed.connect(self.save)
        sheet.reason.textChanged.connect(lambda _: self._show_foot())
        for key, act in (
            ("Ctrl+S", self.save),
            ("Ctrl+N", self.begin_new),
            ("Ctrl+Z", self.undo),
            ("Ctrl+Shift+Z", self.redo),
            ("Insert", lambda: self.add_row("automatic")),
        ):
            QShortcut(QKeySequence(key), self).activated.connect(act)
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.look)
        services.themes.changed.connect(self._dress)
        self._dress(services.themes.theme)

    # Opening.

    def open_at(self, key: str = "") -> None:
        """Show it in front, at a checklist if one is named."""
        self.look()
        if key in self.shelf.keys:
            self.choose(key)
        self.show()
        self.raise_()
        self.activateWindow()
        self.rows.setFocus()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.look()
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        self._timer.stop()
        super().hideEvent(event)

    # What is shown.

    @property
    def draft(self) -> TemplateDraft | None:
        """The checklist that is being edited; None while there is none."""
        return self.shelf.draft

    def is_changed(self, key: str) -> bool:
        """Whether what is edited under a key differs from what is in force."""
        return self.shelf.is_changed(key)

    def look(self) -> None:
        """Take in what has become of the files and the account, and show what rows read now."""
        trading = self._services.trading
        book = None if trading is None else trading.checklists.book
        if self.shelf.use(book):
            self._show()
        self._show_readings()

    def choose(self, key: str) -> None:
        """Edit a checklist."""
        if key != self.shelf.key:
            self.sheet.reason.clear()
            self.sheet.say("")
        self.shelf.choose(key)
        self._show()

    def _show(self) -> None:
        self.list.show_shelf(self.shelf, self._services.themes.theme)
        self._show_draft()

    def _show_draft(self) -> None:
        draft = self.draft
        self.sheet.show_head(draft)
        if draft is not None:
            faults = template_of(draft)[1]
            wrong: dict[int, str] = {}
            for (place, _), words in faults.items():
                wrong.setdefault(place, words)
            self.rows.show_rows(draft.rows, wrong)
            self.sheet.mark_head({name: words for (place, name), words in faults.items() if place < 0})
        self._show_form()
        self._show_readings()

    def _show_form(self) -> None:
        draft, place = self.draft, self.rows.place
        row = draft.rows[place] if draft is not None and 0 <= place < len(draft.rows) else None
        faults = {} if draft is None else template_of(draft)[1]
        mine = {name: words for (at, name), words in faults.items() if at == place}
        self.form.show_row(row, () if draft is None else draft.rows, mine)
        self.sheet.tell_fault(next(iter(mine.values()), ""))
        self._show_foot()

    def _show_readings(self) -> None:
        draft, trading, symbol = self.draft, self._services.trading, self._symbol()
        self.sheet.show_account(symbol if trading is not None else "")
        if draft is None:
            return
        template = sound_part(draft)
        judged = {}
        if (
            trading is not None
            and template is not None
            and symbol in self._services.workstation.market.states
        ):
            found = self._services.tickets.reckoned(symbol, trading)
            intent = replace(asked_intent(found, symbol, trading), setup=template.key)
            judged = {row.row.key: row for row in trading.checklists.try_out(template, intent).rows}
        self.rows.show_readings(draft.rows, judged)

    def _show_foot(self) -> None:
        sheet, shelf = self.sheet, self.shelf
        book, changed = shelf.book, shelf.is_changed(shelf.key)
        draft = self.draft
        template = None if draft is None else template_of(draft)[0]
        why = ""
        if changed and draft is not None:
            if template is None:
                why = next(iter(template_of(draft)[1].values()), "")
            elif book is not None:
                try:
                    book.judge(template, sheet.reason.text())
                except BadFigure as error:
                    why = str(error)
        held, own = shelf.held, shelf.is_own(shelf.key)
        sheet.show_foot(changed=changed, can_save=changed and not why and book is not None, why=why)
        sheet.undo.setEnabled(bool(held and held.can_undo) or bool(book and book.can_undo))
        sheet.redo.setEnabled(bool(held and held.can_redo))
        shipped = book is not None and shelf.key in book.templates.shipped
        sheet.remove.setText("To the shipped one" if own and shipped else "Remove")
        sheet.remove.setEnabled(own or (draft is not None and shelf.kept(shelf.key) is None))
        sheet.changes.show_changes([] if book is None else book.history(shelf.key))

    # Editing.

    def _edit_head(self, name: str, value: str) -> None:
        if self.shelf.edit(name, value):
            self._show()

    def _edit_row(self, row: RowDraft, name: str) -> None:
        self.shelf.edit_row(self.rows.place, row, name)
        self._show()

    def add_row(self, kind: Kind) -> None:
        """Add an empty row below the chosen one, and let the keyboard begin in it."""
        if self.draft is not None:
            place = self.rows.place + 1
            self.shelf.add_row(place, kind)
            self._show_at(place)
            (self.form.measured if kind == "automatic" else self.form.lines["title"]).setFocus()

    def copy_row(self) -> None:
        """Put a copy of the chosen row below it."""
        if self.rows.place >= 0:
            place = self.rows.place
            self.shelf.copy_row(place)
            self._show_at(place + 1)

    def remove_row(self) -> None:
        """Take the chosen row out."""
        if self.rows.place >= 0:
            self.shelf.remove_row(self.rows.place)
            self._show()

    def move_row(self, before: int, after: int) -> None:
        """Move a row to another place."""
        self.shelf.move_row(before, after)
        self._show_at(after)

    def _show_at(self, place: int) -> None:
        self._show()
        self.rows.choose(place)

    def bring_back(self, change: TemplateChange) -> None:
        """Show an earlier state in the fields."""
        try:
            template = read_template(change.after, METRIC_KEYS)
        except BadFigure as error:
            self.sheet.say(f"That state cannot be used any more: {error}", wrong=True)
            return
        self.shelf.become(draft_of(template))
        self._show()

    def undo(self) -> None:
        """Take back the last edit; where nothing was edited, the last change that was kept."""
        held, book = self.shelf.held, self.shelf.book
        if held is not None and held.can_undo:
            held.undo()
            self._show()
        elif book is not None and book.can_undo:
            self._begin(self._undo_kept(book))

    def redo(self) -> None:
        """Do again what was taken back."""
        held = self.shelf.held
        if held is not None and held.can_redo:
            held.redo()
            self._show()

    # Whole checklists.

    def begin_new(self) -> None:
        """Begin an empty checklist."""
        if self.shelf.book is not None:
            self._start(TemplateDraft("", 0, "My checklist", "both", "", "15", ()))
            self.sheet.name.setFocus()
            self.sheet.name.selectAll()

    def copy(self) -> None:
        """Begin a copy under another name."""
        draft = self.draft
        if draft is not None and self.shelf.book is not None:
            self._start(replace(draft, version=0, name=f"{draft.name}, copy"))

    def _start(self, draft: TemplateDraft) -> None:
        self.sheet.reason.clear()
        self.shelf.begin(draft)
        self._show()

    def discard(self) -> None:
        """Forget what was edited and not saved."""
        self.shelf.drop(self.shelf.key)
        self.look()
        self.sheet.say("")

    def save(self) -> None:
        """Keep it with the reason typed; where something is wrong, go to the field concerned."""
        draft, book = self.draft, self.shelf.book
        if draft is None or book is None or not self.is_changed(self.shelf.key):
            return
        draft = replace(draft, rows=tuple(named(row, draft.rows) for row in draft.rows))
        template, faults = template_of(draft)
        if template is None:
            place, name = next(iter(faults))
            self.rows.choose(place)
            field = (
                self.sheet.head_field(name) if place < 0 else self.form.lines.get(name, self.form.measured)
            )
            field.setFocus()
            return
        if self._has_reason(book, template):
            self._begin(self._keep(book, template, self.sheet.reason.text()))

    def remove(self) -> None:
        """Take the trader's own away, or forget one that was only begun."""
        book, key = self.shelf.book, self.shelf.key
        if book is None or not self.shelf.is_own(key):
            self.discard()
        elif self._has_reason(book, book.templates.by_key[key]):
            self._begin(self._take_away(book, key, self.sheet.reason.text()))

    def _has_reason(self, book: ChecklistBook, template: Template) -> bool:
        """Whether the change can be kept; else go to the reason, which says what is missing."""
        try:
            book.judge(template, self.sheet.reason.text())
        except BadFigure as error:
            self.sheet.say(str(error), wrong=True)
            self.sheet.reason.setFocus()
            return False
        return True

    async def _keep(self, book: ChecklistBook, template: Template, reason: str) -> None:
        kept = await book.save(template, reason)
        self.shelf.drop(kept.key)
        self._after(
            f"{kept.name} v{kept.version} is kept. It lets orders pass again in {book.left_s(kept.key):.0f} s"
        )

    async def _take_away(self, book: ChecklistBook, key: str, reason: str) -> None:
        name = book.templates.by_key[key].name
        await book.remove(key, reason)
        self.shelf.drop(key)
        back = "The shipped one is in force again" if book.template(key) is not None else f"{name} is removed"
        self._after(f"{back}; Ctrl+Z takes that back")

    async def _undo_kept(self, book: ChecklistBook) -> None:
        key = await book.undo()
        self.shelf.drop(key)
        template = book.template(key)
        self.shelf.key = key if template is not None else self.shelf.key
        self._after(
            "Taken back: " + ("it is removed" if template is None else f"{template.name} v{template.version}")
        )

    def _after(self, words: str) -> None:
        self.sheet.reason.clear()
        self.look()
        self._services.tickets.ask_anew(self._symbol())
        self.sheet.say(words)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        async def told() -> None:
            try:
                await work
            except PreflightError as error:
                self.sheet.say(str(error), wrong=True)

        task = asyncio.get_running_loop().create_task(told(), name="Checklists")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # Behaving.

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter never closes; Esc leaves a field first, and what is not saved stays."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()
        elif event.key() == Qt.Key.Key_Escape and not (self.rows.hasFocus() or self.list.hasFocus()):
            self.rows.setFocus()
        else:
            super().keyPressEvent(event)

    def _dress(self, theme: Theme) -> None:
        self.sheet.set_theme(theme)
        self._show()
