"""The fields of a ticket: prices with their distances, risk, size, leverage, and how the order is sent."""

from collections.abc import Mapping
from decimal import Decimal

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QToolButton, QWidget

from ui import format
from ui.theme import AGE_PX, HEADER_PX, Theme, ThemeSource, mix, ui_font
from ui.ticket.draft import Draft, EntryKind
from ui.ticket.effects import decimals_of
from ui.ticket.reckoned import Reckoned, field_of
from ui.ticket.sizing_picker import SizingPicker
from ui.ticket.ticket_field import LEAST_PX, TicketField
from workstation.model.orders import TimeInForce, TrailMode

TRAILS: dict[str, TrailMode | None] = {
    "The stop stays": None,
    "Give back of the peak, %": TrailMode.PEAK,
    "Give back of the increment, %": TrailMode.INCREMENT,
}
ROOMY_PX = 290
"""Width below which the fields are written smaller."""
RUNGS_PX = 36
PRICE_ROWS = ("entry", "far", "stop", "target")
TITLES = {"entry": "Entry", "far": "Retest", "stop": "Stop", "target": "Target"}


class TicketFields(QWidget):
    """All fields in a grid; knows what each shows, and what a change of each means for the draft."""

    edited = Signal(str, str)
    """Field and text."""
    stepped = Signal(str, int)
    chosen = Signal(str, object)
    """Field of the draft and its value: switches and pickers."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self.fields: dict[str, TicketField] = {}
        self._labels: dict[str, QLabel] = {}
        self._pickers: list[QComboBox] = []
        self._row_of: dict[str, int] = {}
        self._notes: dict[str, QLabel] = {}
        grid = self._grid = QGridLayout(self)
        grid.setContentsMargins(10, 2, 10, 4)
        grid.setHorizontalSpacing(4)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(1, 5)
        grid.setColumnStretch(2, 4)
        grid.setColumnStretch(3, 3)
        self._narrow = False
        self._heads: list[QLabel] = []
        for column, words in ((1, "price"), (2, "distance %"), (3, "ATR")):
            label = self._label(words, small=True)
            self._heads.append(label)
            label.setAlignment(Qt.AlignmentFlag.AlignRight)
            grid.addWidget(label, 0, column)
        self._next = 1
        for name in PRICE_ROWS:
            self._row(TITLES[name], name, f"{name}_rate", f"{name}_atr")
        self.sizing = SizingPicker(self)
        self.sizing.chosen.connect(lambda method: self.chosen.emit("sizing", method))
        self._row("Risk", "risk", "risk_money", "reward")
        self._row("Size", "size", self.sizing, None)
        self.margin = self._picker(["isolated", "cross"], "Margin mode")
        self.margin.activated.connect(
            lambda _: self.chosen.emit("isolated", self.margin.currentText() == "isolated")
        )
        self._row("Leverage", "leverage", self.margin, None)
        self.trail = self._picker(list(TRAILS), "How the stop follows the price")
        self.trail.activated.connect(lambda _: self.chosen.emit("trail", TRAILS[self.trail.currentText()]))
        self._hours = self._label("hours, for funding", small=True)
        self._row("Hold", "hold", self._hours, None)
        self._trail_row()
        self.post_only = self._switch("Post-only", "Post-only: never takes from the book", "post_only")
        self.reduce_only = self._switch(
            "Reduce", "Reduce-only: can only make the position smaller", "reduce_only"
        )
        self.time_in_force = self._picker([one.value.upper() for one in TimeInForce], "Time in force")
        self.time_in_force.activated.connect(
            lambda _: self.chosen.emit("time_in_force", TimeInForce(self.time_in_force.currentText().lower()))
        )
        self._options(self._next)
        for name, hint in _HINTS.items():
            self._notes_hint(name, hint)
        for name, unit in _SIGNS.items():
            self.fields[name].show_unit(unit)
        themes.changed.connect(self._dress)
        self._dress(themes.theme)

    # What is shown.

    def field(self, name: str) -> TicketField:
        """One field by its name."""
        return self.fields[name]

    def show_draft(self, draft: Draft) -> None:
        """Show what was typed; the field that is being typed in stays as it is."""
        for name in ("entry", "far", "stop", "target", "risk", "leverage", "hold", "give_back"):
            self.fields[name].show_text(getattr(draft, name))
        self._show_row("far", draft.kind.is_scaled)
        self._show_row("stop", not draft.reduce_only)
        self._show_row("target", not draft.reduce_only)
        self._show_row("risk", not draft.reduce_only)
        self._labels["far"].setText("Retest" if draft.kind is EntryKind.HALVES else "Last")
        self.fields["entry"].setEnabled(draft.kind is not EntryKind.MARKET)
        self.rungs.setVisible(draft.kind is EntryKind.LADDER)
        self.rungs.show_text(draft.rungs)
        self.sizing.show_method(draft.sizing)
        self.margin.setCurrentText("isolated" if draft.isolated else "cross")
        self.trail.setCurrentText(next(words for words, mode in TRAILS.items() if mode is draft.trail))
        self.fields["give_back"].setEnabled(draft.trail is not None)
        self.time_in_force.setCurrentText(draft.time_in_force.value.upper())
        self.post_only.setChecked(draft.post_only)
        self.reduce_only.setChecked(draft.reduce_only)

    def show_reckoned(self, found: Reckoned, *, marked: bool = True) -> None:
        """Show what follows from what was typed, and with `marked` the fields in which something is wrong."""
        draft, entry = found.draft, found.entry_price or found.entry
        contract = found.contract
        decimals = 2 if contract is None else decimals_of(contract.rules.tick_size)
        lot = 3 if contract is None else decimals_of(contract.rules.lot_size)
        if draft.kind is EntryKind.MARKET:
            self.fields["entry"].show_text(f"≈ {format.price(_float(entry), decimals)}")
        for name in PRICE_ROWS:
            price = getattr(found, name)
            base = found.best if name == "entry" else entry
            rate = None if price is None or not base else float(price / base - 1)
            atr = (
                None
                if rate is None or not found.atr or base is None
                else float(abs(price - base)) / found.atr
            )
            self.fields[f"{name}_rate"].show_text("" if rate is None else format.signed(rate * 100, 2))
            self.fields[f"{name}_atr"].show_text("" if atr is None else format.price(atr, 1))
        self.fields["risk_money"].show_unit("" if contract is None else contract.settlement_asset)
        follows = not draft.size.strip()
        self.fields["size"].show_text(_plain(found.size, lot) if follows else draft.size)
        self.fields["size"].setProperty("follows", follows)
        if not follows and found.risk_rate is not None:
            self.fields["risk"].show_text(format.price(float(found.risk_rate) * 100, 2))
        self.fields["risk_money"].show_text(_plain(found.risk_money, 2))
        self.fields["reward"].show_text("" if found.reward_risk is None else f"{found.reward_risk:.2f}")
        self._show_faults(found if marked else Reckoned(draft))

    def _show_faults(self, found: Reckoned) -> None:
        theme = self._themes.theme
        faults = dict(found.faults)
        softer: dict[str, str] = {}
        for refusal in found.refusals:
            name = field_of(refusal)
            if name:
                (softer if refusal.may_override else faults).setdefault(name, refusal.words)
        for name, one in self.fields.items():
            words = faults.get(name) or softer.get(name, "")
            color = theme.danger if name in faults else theme.warn
            one.show_fault(words, color.name(), _HINTS.get(name, ""))
        for button, name in ((self.post_only, "post_only"), (self.reduce_only, "reduce_only")):
            words = faults.get(name, "")
            border = theme.danger if words else theme.hairline
            style = self._switch_style(border.name())
            if style != button.styleSheet():
                button.setStyleSheet(style)
            button.setToolTip(words or _HINTS[name])

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if (self.width() < ROOMY_PX) != self._narrow:
            self._narrow = not self._narrow
            self._make_room()

    # Below: how it is laid out.

    def _make_room(self) -> None:
        """Where there is little room true ranges give way to prices, and everything is written smaller."""
        narrow = self._narrow
        self._grid.setContentsMargins(6 if narrow else 10, 2, 6 if narrow else 10, 4)
        self._heads[1].setText("dist. %" if narrow else "distance %")
        self._heads[2].setVisible(not narrow)
        self._hours.setText("h, for funding" if narrow else "hours, for funding")
        self._labels["leverage"].setText("Lev." if narrow else "Leverage")
        for name in PRICE_ROWS:
            rate = self.fields[f"{name}_rate"]
            place = self._row_of[name]
            self._grid.addWidget(rate, place, 2, 1, 2 if narrow else 1)
            self.fields[f"{name}_atr"].setVisible(self.fields[name].isVisibleTo(self) and not narrow)
        small = ui_font(AGE_PX if narrow else HEADER_PX)
        for widget in (*self.fields.values(), *self._labels.values(), *self._pickers, self.sizing):
            widget.setFont(small)
        for button in (self.post_only, self.reduce_only):
            button.setFont(small)
        tight = "QComboBox { padding: 0px 3px; } QComboBox::drop-down { width: 0px; }"
        tight += " QComboBox::down-arrow { width: 0px; height: 0px; }"
        self.time_in_force.setStyleSheet(tight if narrow else "")

    def _row(self, title: str, first: str, second: "str | QWidget | None", third: str | None) -> None:
        row, self._next = self._next, self._next + 1
        self._row_of[first] = row
        label = self._labels[first] = self._label(title)
        self._grid.addWidget(label, row, 0)
        self._grid.addWidget(self._field(first, title), row, 1)
        if isinstance(second, str):
            self._grid.addWidget(
                self._field(second, f"{title}, {_UNITS.get(second, 'distance in %')}"), row, 2
            )
        elif second is not None:
            self._grid.addWidget(second, row, 2, 1, 1 if third else 2)
        if third is not None:
            self._grid.addWidget(
                self._field(third, f"{title}, {_UNITS.get(third, 'in true ranges')}"), row, 3
            )

    def _trail_row(self) -> None:
        row, self._next = self._next, self._next + 1
        self._grid.addWidget(self._label("Trail"), row, 0)
        self._grid.addWidget(self.trail, row, 1, 1, 2)
        self._grid.addWidget(self._field("give_back", "Percent given back"), row, 3)

    def _options(self, row: int) -> None:
        self.rungs = self._field("rungs", "Orders of the ladder")
        self.rungs.setMaximumWidth(RUNGS_PX)
        self._grid.addWidget(self.rungs, row, 0)
        self._grid.addWidget(self.post_only, row, 1)
        self._grid.addWidget(self.reduce_only, row, 2)
        self._grid.addWidget(self.time_in_force, row, 3)

    def _show_row(self, name: str, shown: bool) -> None:
        widgets = [self._labels[name], self.fields[name]]
        seconds = {"risk": ("risk_money", "reward")}.get(name, (f"{name}_rate",))
        for widget in (*widgets, *(self.fields[second] for second in seconds)):
            widget.setVisible(shown)
        if name in PRICE_ROWS:
            self.fields[f"{name}_atr"].setVisible(shown and not self._narrow)

    def _field(self, name: str, title: str) -> TicketField:
        made = self.fields[name] = TicketField(name, title, self._themes, self)
        made.typed.connect(self.edited)
        made.stepped.connect(self.stepped)
        return made

    def _label(self, words: str, *, small: bool = False) -> QLabel:
        label = QLabel(words, self)
        label.setFont(ui_font(AGE_PX if small else HEADER_PX))
        label.setProperty("quiet", True)
        return label

    def _picker(self, words: list[str], title: str) -> QComboBox:
        picker = QComboBox(self)
        picker.addItems(words)
        picker.setAccessibleName(title)
        picker.setToolTip(title)
        picker.setFont(ui_font(HEADER_PX))
        picker.setMinimumWidth(LEAST_PX)
        self._pickers.append(picker)
        picker.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        picker.installEventFilter(self)
        return picker

    def _switch(self, words: str, hint: str, name: str) -> QToolButton:
        button = QToolButton(self)
        button.setText(words)
        button.setToolTip(hint)
        button.setCheckable(True)
        button.setFont(ui_font(HEADER_PX))
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.setMinimumWidth(LEAST_PX)
        button.setSizePolicy(self.sizePolicy().Policy.Expanding, self.sizePolicy().Policy.Fixed)
        button.clicked.connect(lambda on: self.chosen.emit(name, on))
        return button

    def _notes_hint(self, name: str, hint: str) -> None:
        if name in self.fields:
            self.fields[name].setToolTip(hint)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # A picker that is only passed while scrolling must not change an order.
        if event.type() == QEvent.Type.Wheel and isinstance(watched, QComboBox) and not watched.hasFocus():
            event.ignore()
            return True
        return False

    def _switch_style(self, border: str) -> str:
        theme = self._themes.theme
        chosen = mix(theme.control, theme.accent, 0.34).name()
        return (
            f"QToolButton {{ background: {theme.control.name()}; color: {theme.muted.name()};"
            f" border-color: {border}; }}"
            f"QToolButton:checked {{ background: {chosen}; color: {theme.text.name()}; }}"
            f"QToolButton:focus {{ border-color: {theme.accent.name()}; }}"
        )

    def _dress(self, theme: Theme) -> None:
        for label in self.findChildren(QLabel):
            label.setStyleSheet(f"color: {theme.muted.name()};")
        for button in (self.post_only, self.reduce_only):
            button.setStyleSheet(self._switch_style(theme.hairline.name()))


_UNITS = {"risk_money": "money", "reward": "reward to risk", "give_back": "percent given back"}
_SIGNS = {"risk": "%", "reward": "R", "leverage": "×", "give_back": "%"}
_HINTS: Mapping[str, str] = {
    "entry": "Limit price; ↑ ↓ move it by a tick, with Shift by ten",
    "far": "The other end of the entries",
    "stop": "Trigger of the protective stop, by the mark price",
    "target": "Price of the limit order that takes the profit",
    "risk": "Percent of the equity lost at the stop, costs included; the size follows from it",
    "risk_money": "The same in money",
    "reward": "Reward to risk; typed here, it moves the target",
    "size": "Follows from the risk; typed here, the risk follows from it. Empty it to go back",
    "leverage": "Of the position",
    "hold": "Planned hold in hours, for the funding to expect",
    "give_back": "Percent of the profit that the trailing stop gives back",
    "rungs": "How many orders the ladder has",
    "post_only": "Post-only: never takes from the book (P)",
    "reduce_only": "Reduce-only: can only make the position smaller (R)",
}


def _plain(value: Decimal | None, decimals: int) -> str:
    return "" if value is None else format.price(float(value), decimals)


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
