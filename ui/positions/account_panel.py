"""What panels of an account share: parts to switch between, a line that tells, words where there is none."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QLabel, QToolButton, QWidget

from ui.panel import Condition, Panel, PanelServices
from ui.theme import HEADER_PX, ui_font
from workstation.account_desk import AccountDesk


@dataclass(frozen=True, slots=True)
class Part:
    """One of the things that a panel shows in turn.

    Attributes:
        key: in layouts.
        title: on its button.
        tip: of the button, its key at the end.
        letter: the key.
    """

    key: str
    title: str
    tip: str
    letter: Qt.Key


class AccountPanel(Panel):
    """A panel of the account that trades the open market, whatever becomes of the market."""

    of_symbol: ClassVar[bool] = False
    veiled: ClassVar[bool] = False  # orders and fills hold whatever the market's data do
    parts: ClassVar[Sequence[Part]] = ()
    """The first one is shown at first; none where the panel shows one thing only."""

    def __init__(self, services: PanelServices, parent: QWidget | None = None) -> None:
        super().__init__(services, parent)
        self.part = self.parts[0].key if self.parts else ""
        self.says = QLabel("", self)
        self.says.setFont(ui_font(HEADER_PX))
        self.says.setTextFormat(Qt.TextFormat.PlainText)
        self.says.setContentsMargins(10, 3, 10, 3)
        self.says.setWordWrap(True)
        self.says.hide()
        self.buttons: dict[str, QToolButton] = {}
        group = QButtonGroup(self)
        for part in self.parts:
            button = self.buttons[part.key] = QToolButton(self)
            button.setText(part.title)
            button.setCheckable(True)
            button.setToolTip(part.tip)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(lambda _=False, key=part.key: self.show_part(key))
            group.addButton(button)
            self.header.add_control(button)
            button.setChecked(part.key == self.part)

    def show_part(self, part: str) -> None:
        """Show one of the parts; what is not there is passed over."""
        if part in self.buttons:
            self.part = part
            self.buttons[part].setChecked(True)
            self.part_changed()
            self.refresh()

    def part_changed(self) -> None:
        """Another part is shown: put away what belongs to the others."""

    def part_of_key(self, key: Qt.Key) -> str:
        """The part that a key shows; "" for none."""
        return next((part.key for part in self.parts if part.letter == key), "")

    def reset_view(self) -> None:
        if self.parts:
            self.show_part(self.parts[0].key)

    def account_shown(self) -> AccountDesk | None:
        """The account to show; None where there is nothing of it yet, and the panel says why."""
        trading = self.services.trading
        self.header.set_subject(self.title, "")
        if trading is None or self.services.notice is not None:
            self.cover("No account trades this market.", "The status bar says why.", Condition.EMPTY)
            return None
        if not self.services.workstation.market.symbols and not trading.floor.portfolio.orders:
            # What is held is shown whatever becomes of the market; with nothing held its own words are told.
            self.cover("No market has come yet, and nothing was traded on this account.")
            return None
        if self.condition not in (Condition.LIVE, Condition.STALE):
            self.set_condition(Condition.LIVE)
        return trading

    def say(self, sentence: str, is_wrong: bool = False) -> None:
        """Tell what came of something."""
        self.says.setText(sentence)
        self.says.setToolTip(sentence)
        color = self.theme.danger if is_wrong else self.theme.muted
        self.says.setStyleSheet(f"color: {color.name()}; background: {self.theme.control.name()};")
        self.says.show()

    def data_age_s(self) -> float | None:
        """Of what is held, the symbol heard of longest ago: its mark is in every sum; else of any symbol."""
        trading, market = self.services.trading, self.services.workstation.market
        held = () if trading is None else tuple(trading.floor.portfolio.positions)
        states = [state for symbol in held if (state := market.state(symbol)) is not None]
        ages = [state.health.last_data for state in states if state.health.last_data is not None]
        if not ages:
            return self.services.feed.data_age_s()
        return self.services.workstation.clock.monotonic() - min(ages)
