"""The ticket: setup, checklist, prices, size, what it does to the account, and the one button that sends."""

from collections.abc import Mapping
from typing import Any, ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from ui.calendar.complete import is_of_events, offer_words, say_complete, take_back_complete
from ui.commands import Command
from ui.panel import Condition, Panel, PanelServices
from ui.statistics.twin_line import TwinLine
from ui.theme import Theme
from ui.ticket.checklist_view import ChecklistView
from ui.ticket.commands import ticket_commands
from ui.ticket.draft import Draft, EntryKind, Sizing
from ui.ticket.edits import changes_of, first_prices, mirrored, stepped
from ui.ticket.fields import TicketFields
from ui.ticket.figure_rows import FigureRows
from ui.ticket.reckoned import Reckoned
from ui.ticket.reckoning import reckon
from ui.ticket.segments import Segments
from ui.ticket.send_bar import SendBar
from ui.ticket.setup_line import SetupLine
from ui.ticket.sizing_methods import side_by_side
from ui.ticket.sizing_picker import Sizes
from ui.ticket.ticket_keys import KEYS, TicketKeys
from ui.ticket.words import cost_rows
from workstation.account_desk import AccountDesk
from workstation.errors import BadFigure
from workstation.model.ledger import Override
from workstation.model.orders import Side


class TicketPanel(Panel):
    """One order as the trader thinks of it, top to bottom; nothing leaves but through its button."""

    kind: ClassVar[str] = "ticket"
    title: ClassVar[str] = "Ticket"
    rate_hz: ClassVar[float] = 5.0

    def __init__(self, services: PanelServices, parent: QWidget | None = None) -> None:
        super().__init__(services, parent)
        self._found: Reckoned | None = None
        self._trading: AccountDesk | None = None
        themes = services.themes
        self.send_bar = SendBar(themes, self)
        self.head = SetupLine(self)
        self.head.chosen.connect(self._choose_setup)
        self.head.edit_wanted.connect(self.edit_checklist)
        self.checklist = ChecklistView(themes, self)
        self.checklist.answered.connect(self._answer)
        self.checklist.taken_back.connect(self._take_back)
        self.checklist.offer_taken.connect(lambda _: self._say_complete())
        self.checklist.told.connect(lambda words: self.send_bar.tell(words, wrong=None))
        self.twin = TwinLine(themes, services.statistics, self)
        self.sides = Segments([("Buy / long", "B", "Buy"), ("Sell / short", "S", "Sell")], self)
        self.kinds = Segments([(kind.value, kind.key, kind.short) for kind in EntryKind], self)
        self.sides.chosen.connect(lambda place: self.choose_side(list(Side)[place]))
        self.kinds.chosen.connect(lambda place: self.edit(kind=list(EntryKind)[place]))
        self.fields = TicketFields(themes, self)
        self.fields.sizing.ask = self._sizes
        self.fields.edited.connect(self._typed)
        self.fields.stepped.connect(self._stepped)
        self.fields.chosen.connect(lambda name, value: self.edit(**{name: value}))
        self.costs = FigureRows(themes, "Size and cost", parent=self)
        self.effects = FigureRows(themes, "What it does to me", "now → after", parent=self)
        self.send_bar.send_wanted.connect(self._send)
        self.send_bar.given_up.connect(self._let_go)
        self.send_bar.lock_shown.connect(self._show_lock)
        self._keys = TicketKeys(self, self)
        self._lay_out()
        services.tickets.changed.connect(self._on_ticket)
        services.hand.told.connect(self._on_told)
        self.theme_changed(self.theme)
        self.symbol_changed()

    def _lay_out(self) -> None:
        inner = QWidget(self)
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(4)
        for part in (
            self.head,
            self.checklist,
            self.twin,
            self.sides,
            self.kinds,
            self.fields,
            self.costs,
            self.effects,
        ):
            column.addWidget(part)
        column.addStretch(1)
        self.form = QScrollArea(self)
        self.form.setWidget(inner)
        self.form.setWidgetResizable(True)
        self.form.setFrameShape(QFrame.Shape.NoFrame)
        self.form.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.form.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.form.viewport().setAutoFillBackground(False)
        inner.setAutoFillBackground(False)
        body = QWidget(self)
        whole = QVBoxLayout(body)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.form, 1)
        whole.addWidget(self.send_bar)
        self.set_body(body)
        for editor in self.findChildren(QLineEdit):
            editor.installEventFilter(self._keys)

    # What is in it.

    @property
    def draft(self) -> Draft:
        """What was typed for the linked symbol."""
        return self.services.tickets.draft(self.link.symbol)

    @property
    def found(self) -> Reckoned | None:
        """What it comes to; None while no account trades this market."""
        return self._found

    def edit(self, **changes: Any) -> None:
        """Change fields of the draft, for every panel that shows it."""
        if self._trading is not None:
            self._trading.touch()
        self.send_bar.forget_told()
        self.services.tickets.edit(self.link.symbol, **changes)

    def choose_side(self, side: Side) -> None:
        """Take the ticket up on this side, with first prices where there are none."""
        found = self._found
        if found is None:
            return
        changes: dict[str, Any] = {}
        if found.entry is None and found.stop is None:
            changes = first_prices(self._reckon(side), side)
        elif side is not found.draft.side:
            changes = mirrored(found)
        self.edit(side=side, **changes)

    def focus_side(self, side: Side) -> None:
        """Take it up and let the keyboard begin at the entry."""
        self.choose_side(side)
        entry = self.fields.field("entry")
        entry.setFocus(Qt.FocusReason.ShortcutFocusReason)
        entry.selectAll()

    def ask_override(self) -> None:
        """Begin to override what locks the ticket."""
        if not self.send_bar.ask_override():
            found = self._found
            words = "Nothing locks the ticket" if found is not None and found.can_send else ""
            self.send_bar.tell(words or "This cannot be overridden: mend the field that is marked", True)

    def edit_checklist(self) -> None:
        """Open the window of checklists at the one of this ticket."""
        self.services.edit_checklist(self.draft.setup)

    # What happens to the panel.

    def refresh(self) -> None:
        trading = self.services.trading
        if trading is not self._trading:
            self._trading = trading
        if trading is None or self.state is None:
            self._found = None
            if self.state is None:
                self.cover_without_symbol()
            else:
                self.cover("No account trades this market.", "The status bar says why.", Condition.EMPTY)
            return
        if self.condition not in (Condition.LIVE, Condition.STALE):
            self.set_condition(Condition.LIVE)
        self._show_found(self.services.tickets.reckoned(self.link.symbol, trading))

    def symbol_changed(self) -> None:
        self.header.set_subject(self.link.symbol, "")
        self.send_bar.give_up()
        self.send_bar.forget_told()
        self.refresh()

    def market_reset(self) -> None:
        self.services.tickets.forget()
        self.refresh()

    def theme_changed(self, theme: Theme) -> None:
        self.sides.dress(theme, (theme.up, theme.down))
        self.kinds.dress(theme, (theme.accent,) * len(EntryKind))
        self.form.setStyleSheet("QScrollArea, QScrollArea > QWidget > QWidget { background: transparent; }")

    def keys(self) -> list[tuple[str, str]]:
        return list(KEYS)

    def commands(self) -> list[Command]:
        return ticket_commands(self)

    def save_state(self) -> dict[str, object]:
        draft = self.draft
        return {
            "setup": draft.setup,
            "risk": draft.risk,
            "leverage": draft.leverage,
            "isolated": draft.isolated,
            "hold": draft.hold,
            "sizing": draft.sizing.name,
            "kind": draft.kind.name,
        }

    def restore_state(self, saved: Mapping[str, object]) -> None:
        changes: dict[str, object] = {}
        for name in ("setup", "risk", "leverage", "hold"):
            value = saved.get(name)
            if isinstance(value, str) and len(value) < 64:
                changes[name] = value
        if isinstance(saved.get("isolated"), bool):
            changes["isolated"] = saved["isolated"]
        for name, kinds in (("sizing", Sizing.__members__), ("kind", EntryKind.__members__)):
            if saved.get(name) in kinds:
                changes[name] = kinds[str(saved[name])]
        self.services.tickets.begin_with(**changes)
        self.refresh()

    def put_away(self) -> None:
        self.services.tickets.changed.disconnect(self._on_ticket)
        self.services.hand.told.disconnect(self._on_told)
        super().put_away()

    # Keys.

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._keys.take(event):
            event.ignore()

    def back_out(self) -> None:
        """Leave the override, else the ticket."""
        if self.send_bar.is_overriding:
            self.send_bar.give_up()
            self.refresh()
        elif self.services.tickets.is_armed(self.link.symbol):
            self.services.tickets.put_away(self.link.symbol)

    # Below: what its parts tell.

    def _choose_setup(self, key: str) -> None:
        self.edit(setup=key)
        self.setFocus()  # letters are the ticket's again, no longer the list's

    def _typed(self, name: str, text: str) -> None:
        if self._found is None or self._trading is None:
            return
        equity = self._trading.account().figures().equity
        changes = changes_of(self._found, name, text, equity)
        if changes:
            self.edit(**changes)

    def _stepped(self, name: str, steps: int) -> None:
        if self._found is not None:
            self.fields.field(name).setModified(False)
            changes = stepped(self._found, name, steps)
            if changes:
                self.edit(**changes)

    def _answer(self, row: str, value: int, text: str) -> None:
        if self._trading is not None:
            try:
                self._trading.checklists.answer(self.draft.setup, self.link.symbol, row, value, text)
            except BadFigure as error:
                self.send_bar.tell(str(error), True)
            self._trading.touch()
            self._anew()

    def _take_back(self, row: str) -> None:
        if self._trading is not None:
            self._trading.checklists.take_back(self.draft.setup, self.link.symbol, row)
            judged = next((one for one in self.checklist.rows if one.row.key == row), None)
            if judged is not None and is_of_events(judged):
                self.send_bar.tell(take_back_complete(self.services), wrong=None)
            self._anew()

    def _say_complete(self) -> None:
        if self._trading is not None:
            self.send_bar.tell(say_complete(self.services, self._trading.clock.now_ms()), wrong=False)
            self._anew()

    def _anew(self) -> None:
        self.services.tickets.ask_anew(self.link.symbol)
        self.refresh()

    def _send(self, override: Override | None) -> None:
        if self._trading is not None:
            self.send_bar.forget_told()
            self.services.hand.send(self.link.symbol, self._trading, override)

    def _let_go(self, found: Reckoned, reason: str) -> None:
        if self._trading is not None:
            self.services.hand.let_go(found, reason, self._trading)

    def _show_lock(self, key: str) -> None:
        """The locked button was pressed: go where the reason is."""
        found = self._found
        if key:
            self.checklist.select(key)
            self.checklist.setFocus()
            rect = self.checklist.row_rect(key)
            self.form.ensureVisible(0, self.checklist.y() + round(rect.center().y()))
        elif not self.draft.setup:
            self.head.open_list()
        elif found is not None:
            faulty = next((one for one in self.fields.fields.values() if one.fault), None)
            if faulty is not None:
                faulty.setFocus()
                faulty.selectAll()

    def _on_ticket(self, symbol: str) -> None:
        if symbol == self.link.symbol:
            self.refresh()

    def _on_told(self, words: str, wrong: bool) -> None:
        self._anew()
        self.send_bar.tell(words, wrong)

    def _sizes(self) -> tuple[Reckoned | None, Sizes]:
        found, trading = self._found, self._trading
        return found, {} if found is None or trading is None else side_by_side(found, trading)

    def _reckon(self, side: Side) -> Reckoned:
        assert self._trading is not None
        draft = Draft(side=side)
        return reckon(draft, self.link.symbol, self._trading)

    def _show_found(self, found: Reckoned) -> None:
        trading = self._trading
        assert trading is not None
        self._found = found
        draft = found.draft
        self.header.set_subject(self.link.symbol, "isolated" if draft.isolated else "cross")
        self.sides.show_choice(list(Side).index(draft.side))
        self.kinds.show_choice(list(EntryKind).index(draft.kind))
        self.head.show_setups(trading.checklists.book.templates.by_key)
        self.head.show_choice(draft.setup)
        verdict = found.verdict
        rows = () if verdict is None else verdict.rows
        offers = {row.row.key: offer_words(self.services, row, trading.clock.now_ms()) for row in rows}
        self.checklist.show_verdict(
            verdict,
            self.services.workstation.clock.now_ms(),
            {key: words for key, words in offers.items() if words},
        )
        self.head.show_tally(self.checklist.rows, self.theme)
        self.fields.show_draft(draft)
        armed = self.services.tickets.is_armed(self.link.symbol)
        self.fields.show_reckoned(found, marked=armed)
        self.costs.show_rows(cost_rows(found))
        self.effects.show_rows(found.rows)
        self.twin.ask(self.services.journal, trading, draft.setup, draft.side, self.link.symbol)
        limits = trading.limits()
        if not armed:
            self.send_bar.say_locked("Buy or sell? B or S takes the ticket up")
            return
        self.send_bar.show_reckoned(
            found, trading.clock.now_ms(), limits.override_wait_ms, limits.override_reason
        )
