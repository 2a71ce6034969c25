"""Every commitment with its reason, and the way to take one back: with a reason, and after a wait."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from PySide6.QtWidgets import QLineEdit, QListWidget, QWidget

from ui import format
from ui.journal_files.sheet import Sheet
from ui.rituals.ritual_words import when_words
from ui.services import PanelServices
from ui.theme import BODY_PX, HEADER_PX, ui_font
from workstation.errors import PreflightError
from workstation.model.rituals import Commitment
from workstation.trading.commitments import day_words, promise_words


class CommitmentsWindow(Sheet):
    """The newest first."""

    def __init__(self, services: PanelServices, now_ms: Callable[[], int], parent: QWidget) -> None:
        super().__init__("Commitments", services.themes, parent)
        self._services, self._now_ms = services, now_ms
        self._shown: tuple[Commitment, ...] = ()
        self.list = QListWidget(self)
        self.list.setAccessibleName("Commitments")
        self.list.setFont(ui_font(BODY_PX))
        self.list.setWordWrap(True)
        self.list.setStyleSheet("QListWidget::item { padding: 6px 8px; }")
        self.about = self.words("", HEADER_PX, muted=True)
        self.about.setWordWrap(True)
        self.reason = QLineEdit(self)
        self.reason.setAccessibleName("Reason")
        self.reason.setPlaceholderText("Why is it taken back?")
        self.reason.setFont(ui_font(BODY_PX))
        for widget in (self.list, self.about, self.reason):
            self.body.addWidget(widget)
        self.main = self.button("Take back", self._lift, is_main=True)
        self.foot.addWidget(self.main)
        self.list.currentRowChanged.connect(lambda _row: self._tell())
        self.reason.textEdited.connect(lambda _text: self._tell())
        self.resize(720, 420)

    def open(self) -> None:
        """Show them as they stand."""
        journal = self._services.journal
        self._shown = () if journal is None else tuple(reversed(journal.rituals.commitments()))
        self.list.clear()
        for one in self._shown:
            self.list.addItem(f"{promise_words(one)}\n{self._standing(one)} · {one.reason}")
        if self._shown:
            self.list.setCurrentRow(0)
        self.reason.clear()
        self._tell()
        self.show()
        self.raise_()
        self.activateWindow()
        self.list.setFocus()

    @property
    def current(self) -> Commitment | None:
        """The one that is chosen."""
        row = self.list.currentRow()
        return self._shown[row] if 0 <= row < len(self._shown) else None

    def _standing(self, one: Commitment) -> str:
        now_ms = self._now_ms()
        if one.lifted_ms:
            verb = "taken back" if one.lifted_ms <= now_ms else "ends"
            return f"{verb} {when_words(one.lifted_ms)} UTC"
        return f"{'until' if now_ms < one.until_ms else 'ended'} {day_words(one.until_ms - 1)}"

    def _tell(self) -> None:
        one, trading = self.current, self._services.trading
        now_ms = self._now_ms()
        stands = one is not None and now_ms < one.until_ms and not one.lifted_ms
        may = stands and trading is not None
        self.reason.setVisible(may)
        self.main.setVisible(may)
        if one is None:
            self.about.setText("Nothing was promised yet: a weekly review ends in a commitment.")
        elif not stands:
            is_ending = now_ms < min(one.until_ms, one.lifted_ms)
            self.about.setText(
                f"It goes on until {when_words(one.lifted_ms)} UTC: “{one.lift_reason}”"
                if is_ending
                else "It is not in force any more."
            )
        elif trading is None:
            self.about.setText(
                "It is in force. Open a market to take it back: its account keeps the promise."
            )
        else:
            rules = trading.limit_book.rules()
            wait = format.duration(rules.loosen_wait_ms / 1000)
            missing = rules.loosen_reason - len(" ".join(self.reason.text().split()))
            self.main.setEnabled(missing <= 0)
            more = f" {missing} more letters." if missing > 0 else ""
            self.about.setText(
                f"It is in force, and goes on for {wait} after it was taken back with a reason.{more}"
            )

    def _lift(self) -> None:
        one, trading, journal = self.current, self._services.trading, self._services.journal
        if one is None or trading is None or journal is None:
            return

        async def lift() -> None:
            try:
                trading.rituals.book.adopt(one)
                lifted = await trading.rituals.book.lift(one.commitment_id, self.reason.text())
                journal.rituals.save_commitment(lifted)
            except PreflightError as error:
                self.say(str(error), "danger")
                return
            self.open()
            self.say(f"Taken back; it goes on until {when_words(lifted.lifted_ms)} UTC")

        self._task = asyncio.get_running_loop().create_task(lift(), name="Commitment")
