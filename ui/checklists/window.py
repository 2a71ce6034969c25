"""The window of checklists: their list, the rows of one with what they read now, and the way to keep it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent, QKeyEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QDialog, QListWidgetItem, QMenu

from ui import format
from ui.checklists.draft import (
    Kind,
    RowDraft,
    TemplateDraft,
    draft_of,
    named,
    new_row,
    same,
    sound_part,
    template_of,
)
from ui.checklists.draft_history import DraftHistory
from ui.checklists.sheet import ChecklistSheet
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
        self._book: ChecklistBook | None = None
        self._book_version = -1
        self._drafts: dict[str, DraftHistory] = {}
        self._key = ""
        self._tasks: set[asyncio.Task[None]] = set()
        self.setWindowTitle("Checklists · Preflight")
        self.sheet = sheet = ChecklistSheet(services.themes.theme, self)
        self.list, self.rows, self.form = sheet.list, sheet.rows, sheet.form
        self._history_menu = QMenu(sheet.history)
        self._history_menu.setToolTipsVisible(True)
        sheet.history.setMenu(self._history_menu)
        sheet.list.currentItemChanged.connect(lambda _now, _before: self._choose_listed())
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
        if key and key in self._known():
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
        held = self._drafts.get(self._key)
        return None if held is None else held.now

    def is_changed(self, key: str) -> bool:
        """Whether what is edited under a key differs from what is in force."""
        held, template = self._drafts.get(key), self._template(key)
        return held is not None and (template is None or not same(held.now, template))

    def look(self) -> None:
        """Take in what has become of the files and the account, and show what rows read now."""
        trading = self._services.trading
        book = None if trading is None else trading.checklists.book
        if book is not None:
            book.look()
        version = -1 if book is None else book.version
        if book is not self._book or version != self._book_version:
            self._book, self._book_version = book, version
            self._settle()
            self._show_list()
        self._show_readings()

    def choose(self, key: str) -> None:
        """Edit a checklist."""
        template = self._template(key)
        if key not in self._drafts and template is not None:
            self._drafts[key] = DraftHistory(draft_of(template))
        if key != self._key:
            self.sheet.reason.clear()
            self.sheet.say("")
        self._key = key
        self._show_list()
        self._show_draft()

    def _template(self, key: str) -> Template | None:
        return None if self._book is None else self._book.template(key)

    def _known(self) -> list[str]:
        """Every checklist that is there, then those begun."""
        kept = [] if self._book is None else list(self._book.templates.by_key)
        return kept + [key for key in self._drafts if key not in kept]

    def _settle(self) -> None:
        """Drafts that nobody has changed follow what is in force now."""
        for key in list(self._drafts):
            held, template = self._drafts[key], self._template(key)
            if not held.is_touched:
                del self._drafts[key]
            elif template is not None and same(held.now, template):
                self._drafts[key] = DraftHistory(draft_of(template))
        known = self._known()
        if self._key not in known:
            self._key = known[0] if known else ""
        if self._key:
            self.choose(self._key)

    def _show_list(self) -> None:
        book, listed = self._book, self.list
        listed.blockSignals(True)
        listed.clear()
        for key in self._known():
            template, held = self._template(key), self._drafts.get(key)
            name = held.now.name if held is not None else "" if template is None else template.name
            own = book is not None and key in book.templates.own
            kind = (
                "not kept yet"
                if template is None
                else f"{'yours' if own else 'shipped'} · v{template.version}"
            )
            item = QListWidgetItem(f"{name or 'Unnamed'}{' •' if self.is_changed(key) else ''}\n{kind}")
            item.setData(_KEY, key)
            item.setToolTip("Changed and not saved yet" if self.is_changed(key) else kind)
            listed.addItem(item)
            if key == self._key:
                listed.setCurrentItem(item)
        for broken in () if book is None else book.templates.broken:
            where = f"line {broken.line}" if broken.line else "cannot be read"
            item = QListWidgetItem(f"⚠ {broken.path.name}\n{where}: {broken.words}")
            item.setToolTip(str(broken))
            item.setForeground(self._services.themes.theme.danger)
            item.setData(_KEY, "")
            listed.addItem(item)
        listed.blockSignals(False)

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
        sheet, book, changed = self.sheet, self._book, self.is_changed(self._key)
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
        held = self._drafts.get(self._key)
        sheet.show_foot(changed=changed, can_save=changed and not why and book is not None, why=why)
        sheet.undo.setEnabled(bool(held and held.can_undo) or bool(book and book.can_undo))
        sheet.redo.setEnabled(bool(held and held.can_redo))
        own = book is not None and self._key in book.templates.own
        shipped = book is not None and self._key in book.templates.shipped
        sheet.remove.setText("To the shipped one" if own and shipped else "Remove")
        sheet.remove.setEnabled(own or (draft is not None and self._template(self._key) is None))
        self._fill_history()

    def _fill_history(self) -> None:
        changes = [] if self._book is None else self._book.history(self._key)
        menu = self._history_menu
        menu.clear()
        for change in reversed(changes[-MOST_CHANGES:]):
            when = f"{format.utc_date(change.time_ms)} {format.utc_time(change.time_ms)}"
            what = f"v{change.version}" if change.version else "removed"
            action = menu.addAction(f"{when}   {what}   {change.reason[:80]}")
            action.setEnabled(bool(change.after))
            action.setToolTip("Bring it back into the fields; nothing is kept until it is saved")
            action.triggered.connect(partial(self.bring_back, change))
        self.sheet.history.setEnabled(bool(changes))
        self.sheet.history.setText(f"Changes {len(changes)}" if changes else "Changes")

    def _choose_listed(self) -> None:
        item = self.list.currentItem()
        key = str(item.data(_KEY)) if self.list.count() else ""
        if key and key != self._key:
            # Not now: the list that is being walked is filled anew.
            QTimer.singleShot(0, self, lambda: self.choose(key))

    # Editing.

    def _become(self, draft: TemplateDraft, at: object = None) -> None:
        self._drafts[self._key].take(draft, at)
        self._show_list()
        self._show_draft()

    def _edit_head(self, name: str, value: str) -> None:
        if self.draft is not None and getattr(self.draft, name) != value:
            self._become(replace(self.draft, **{name: value}), ("head", name))  # type: ignore[arg-type]

    def _edit_row(self, row: RowDraft, name: str) -> None:
        draft, place = self.draft, self.rows.place
        if draft is not None and 0 <= place < len(draft.rows):
            rows = (*draft.rows[:place], row, *draft.rows[place + 1 :])
            self._become(replace(draft, rows=rows), (row.key, name))

    def add_row(self, kind: Kind) -> None:
        """Add an empty row below the chosen one, and let the keyboard begin in it."""
        draft = self.draft
        if draft is not None:
            self._put(self.rows.place + 1, new_row(kind, draft.rows))
            (self.form.measured if kind == "automatic" else self.form.lines["title"]).setFocus()

    def copy_row(self) -> None:
        """Put a copy of the chosen row below it."""
        draft, place = self.draft, self.rows.place
        if draft is not None and place >= 0:
            row = draft.rows[place]
            self._put(place + 1, replace(row, key=new_row(row.kind, draft.rows).key, title=f"{row.title} 2"))

    def _put(self, place: int, row: RowDraft) -> None:
        draft = self.draft
        assert draft is not None
        self._become(replace(draft, rows=(*draft.rows[:place], row, *draft.rows[place:])))
        self.rows.choose(place)

    def remove_row(self) -> None:
        """Take the chosen row out; signals no longer count it."""
        draft, place = self.draft, self.rows.place
        if draft is not None and 0 <= place < len(draft.rows):
            gone = draft.rows[place].key
            left = (row for row in draft.rows if row.key != gone)
            rows = tuple(replace(row, rows=tuple(key for key in row.rows if key != gone)) for row in left)
            self._become(replace(draft, rows=rows))

    def move_row(self, before: int, after: int) -> None:
        """Move a row to another place."""
        draft = self.draft
        if draft is not None:
            rows = list(draft.rows)
            rows.insert(after, rows.pop(before))
            self._become(replace(draft, rows=tuple(rows)))
            self.rows.choose(after)

    def bring_back(self, change: TemplateChange) -> None:
        """Show an earlier state in the fields."""
        try:
            template = read_template(change.after, METRIC_KEYS)
        except BadFigure as error:
            self.sheet.say(f"That state cannot be used any more: {error}", wrong=True)
            return
        self._become(draft_of(template))

    def undo(self) -> None:
        """Take back the last edit; where nothing was edited, the last change that was kept."""
        held = self._drafts.get(self._key)
        if held is not None and held.can_undo:
            held.undo()
            self._show_list()
            self._show_draft()
        elif self._book is not None and self._book.can_undo:
            self._begin(self._undo_kept(self._book))

    def redo(self) -> None:
        """Do again what was taken back."""
        held = self._drafts.get(self._key)
        if held is not None and held.can_redo:
            held.redo()
            self._show_list()
            self._show_draft()

    # Whole checklists.

    def begin_new(self) -> None:
        """Begin an empty checklist."""
        if self._book is not None:
            self._start(TemplateDraft("", 0, "My checklist", "both", "", "15", ()))
            self.sheet.name.setFocus()
            self.sheet.name.selectAll()

    def copy(self) -> None:
        """Begin a copy under another name."""
        draft = self.draft
        if draft is not None:
            self._start(replace(draft, version=0, name=f"{draft.name}, copy"))

    def _start(self, draft: TemplateDraft) -> None:
        assert self._book is not None
        key = self._book.new_key(draft.name)
        while key in self._drafts:
            key = f"{key[:36]}_2"
        self._drafts[key] = DraftHistory(replace(draft, key=key), is_new=True)
        self.choose(key)

    def discard(self) -> None:
        """Forget what was edited and not saved."""
        self._drafts.pop(self._key, None)
        self._key = self._key if self._template(self._key) is not None else ""
        self._book_version = -1
        self.look()
        self.sheet.say("")

    def save(self) -> None:
        """Keep it with the reason typed; where something is wrong, go to the field concerned."""
        draft, book = self.draft, self._book
        if draft is None or book is None or not self.is_changed(self._key):
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
        try:
            book.judge(template, self.sheet.reason.text())
        except BadFigure as error:
            self.sheet.say(str(error), wrong=True)
            self.sheet.reason.setFocus()
            return
        self._begin(self._keep(book, template, self.sheet.reason.text()))

    def remove(self) -> None:
        """Take the trader's own away, or forget one that was only begun."""
        book = self._book
        if book is None or self._key not in book.templates.own:
            self.discard()
            return
        try:
            book.judge(book.templates.by_key[self._key], self.sheet.reason.text())
        except BadFigure as error:
            self.sheet.say(str(error), wrong=True)
            self.sheet.reason.setFocus()
            return
        self._begin(self._take_away(book, self._key, self.sheet.reason.text()))

    async def _keep(self, book: ChecklistBook, template: Template, reason: str) -> None:
        kept = await book.save(template, reason)
        self._drafts.pop(kept.key, None)
        self._after(
            f"{kept.name} v{kept.version} is kept. It lets orders pass again in {book.left_s(kept.key):.0f} s"
        )

    async def _take_away(self, book: ChecklistBook, key: str, reason: str) -> None:
        name = book.templates.by_key[key].name
        await book.remove(key, reason)
        self._drafts.pop(key, None)
        back = "The shipped one is in force again" if book.template(key) is not None else f"{name} is removed"
        self._after(f"{back}; Ctrl+Z takes that back")

    async def _undo_kept(self, book: ChecklistBook) -> None:
        key = await book.undo()
        self._drafts.pop(key, None)
        template = book.template(key)
        self._key = key if template is not None else self._key
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
        self._show_list()
        self._show_draft()
