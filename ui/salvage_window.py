"""The window that opens instead of the desk where the tick store is damaged: it rescues what can be read."""

from __future__ import annotations

import time
from pathlib import Path

from PySide6.QtWidgets import QDialog

from ui.journal_files.sheet import Sheet
from ui.journal_files.task import Cancelled, Progress
from ui.theme import BODY_PX, ThemeSource
from workstation.store.opening import STORE_FILE
from workstation.store.salvage import Salvage, StoreState

WIDTH = 560
_TITLE_PX = 16


def ask_to_rescue(data_dir: Path, why: str, themes: ThemeSource) -> bool:
    """Show the window and wait; true if a fresh store stands now."""
    return SalvageWindow(data_dir, why, themes).exec() == QDialog.DialogCode.Accepted


class SalvageWindow(Sheet):
    """Accepted once a fresh store stands in the place of the damaged one; closed, nothing was changed."""

    def __init__(self, data_dir: Path, why: str, themes: ThemeSource) -> None:
        """Say what is wrong.

        Args:
            data_dir: where the store is.
            why: what the store said when it was opened.
        """
        super().__init__("Recorded market data are damaged", themes, None)
        self._data_dir = data_dir
        self._salvage: Salvage | None = None
        self.body.addWidget(self.words("Recorded market data are damaged", _TITLE_PX, weight=600))
        for text in (
            f"The file {STORE_FILE} in {data_dir} cannot be read. It holds recorded trades, quotes, order "
            "books and heatmaps. Orders, journal, drawings and settings are in files of their own: they are "
            "not touched.",
            "Preflight can copy everything that is still readable into a fresh file. The damaged one stays "
            "beside it under another name; nothing is deleted.",
        ):
            line = self.words(text, BODY_PX)
            line.setWordWrap(True)
            self.body.addWidget(line)
        self.detail = self.words(why, muted=True)
        self.detail.setWordWrap(True)
        self.body.addWidget(self.detail)
        self.body.addStretch(1)
        self.rescue_button = self.button("Rescue what can be read", self.rescue, is_main=True)
        self.open_button = self.button("Open Preflight", self.accept)
        self.open_button.hide()
        self.foot.insertWidget(1, self.open_button)
        self.foot.insertWidget(1, self.rescue_button)
        self.close_button.setText("Quit")
        self.task.done.connect(self._rescued)
        self.task.failed.connect(lambda _why: self._rest())
        self.setFixedWidth(WIDTH)
        self.dress()

    def rescue(self) -> None:
        """Begin, or begin again."""
        self._salvage = salvage = Salvage(self._data_dir)
        self.rescue_button.setEnabled(False)
        self.say("Reading every row. A large store takes some minutes.")
        self.busy(True)

        def work(progress: Progress, _cancelled: Cancelled) -> StoreState:
            return salvage.run(round(time.time() * 1_000), lambda _words, share: progress(share))

        self.task.start(work)

    def back_out(self) -> None:
        """End what is under way, as soon as the database lets go; else close."""
        if self.task.is_running and self._salvage is not None:
            self._salvage.cancel()
        else:
            self.done(QDialog.DialogCode.Rejected)

    def _rescued(self, state: StoreState) -> None:
        self._rest()
        self.detail.hide()
        self.say("\n".join(state.sentences()), "text")
        self.rescue_button.hide()
        self.open_button.show()
        self.open_button.setDefault(True)
        self.open_button.setFocus()

    def _rest(self) -> None:
        self.rescue_button.setEnabled(True)
        self.close_button.setText("Quit")
