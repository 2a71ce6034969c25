"""The foot of the entry: save and go on, undo, a rule of the gate, exports, and what came of it in words."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QPushButton, QVBoxLayout, QWidget

from ui.theme import AGE_PX, BODY_PX, Theme, ui_font

TOLD_S = 6.0
SIDE_PX, GAP_PX = 10, 6


class EntryFoot(QWidget):
    """Buttons in one row, two where it is narrow, and above a sentence that stays for some seconds."""

    save_wanted = Signal()
    undo_wanted = Signal()
    rule_wanted = Signal()
    export_wanted = Signal(str)
    """"trade" for a report of it, or the format of tables."""

    def __init__(self, monotonic: Callable[[], float], parent: QWidget) -> None:
        super().__init__(parent)
        self._monotonic = monotonic
        self._told_until = 0.0
        self.save = self._button(
            "Save, next   Ctrl ↵", "Reviewed: on to the next one that is not (Ctrl+Enter)", 500
        )
        self.undo = self._button("Undo", "Take the newest change of the journal back (Ctrl+Z)")
        self.rule = self._button(
            "Make it a gate rule…", "Promise yourself a rule that the gate then holds you to"
        )
        self.export = self._button("Export…", "A report of this trade, or the journal as tables")
        self.save.clicked.connect(lambda _=False: self.save_wanted.emit())
        self.undo.clicked.connect(lambda _=False: self.undo_wanted.emit())
        self.rule.clicked.connect(lambda _=False: self.rule_wanted.emit())
        self.export.clicked.connect(lambda _=False: self._offer())
        self.menu = QMenu(self)
        for words, what in (
            ("Report of this trade, PDF or HTML…", "trade"),
            ("Tables as CSV…", "csv"),
            ("Tables as JSON…", "json"),
            ("Tables as Parquet…", "parquet"),
        ):
            self.menu.addAction(words).triggered.connect(
                lambda _=False, what=what: self.export_wanted.emit(what)
            )
        self.told = QLabel("", self)
        self.told.setTextFormat(Qt.TextFormat.PlainText)
        self.told.setFont(ui_font(AGE_PX))
        self.told.setWordWrap(True)
        self.told.hide()
        self._rows = QHBoxLayout(), QHBoxLayout()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SIDE_PX, 6, SIDE_PX, 8)
        layout.setSpacing(4)
        layout.addWidget(self.told)
        for row in self._rows:
            row.setSpacing(GAP_PX)
            layout.addLayout(row)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep whole words on the buttons, whatever the width."""
        super().resizeEvent(event)
        self._fit()

    def minimumSizeHint(self) -> QSize:
        """As wide as two buttons: a narrower panel takes two rows instead of being held wide."""
        hint = super().minimumSizeHint()
        return QSize(min(hint.width(), self._width_of((self.save, self.undo))), hint.height())

    def _fit(self) -> None:
        buttons = (self.save, self.rule, self.export, self.undo)
        shown = [button for button in buttons if not button.isHidden()]
        is_narrow = self.width() < self._width_of(shown)
        first = (self.save, self.undo) if is_narrow else buttons
        second = (self.rule, self.export) if is_narrow else ()
        for row, placed in zip(self._rows, (first, second), strict=True):
            while row.count():
                row.takeAt(0)
            for button in placed:
                row.addWidget(button)
            row.addStretch(1)

    def _width_of(self, buttons: Sequence[QPushButton]) -> int:
        words = sum(button.sizeHint().width() for button in buttons) + GAP_PX * (len(buttons) - 1)
        return words + 2 * SIDE_PX

    def _button(self, words: str, tip: str, weight: int = 400) -> QPushButton:
        made = QPushButton(words, self)
        made.setFont(ui_font(BODY_PX, weight))
        made.setToolTip(tip)
        return made

    def set_theme(self, theme: Theme) -> None:
        """Use these colours from now on."""
        self._theme = theme
        self.save.setStyleSheet(
            f"QPushButton {{ background: {theme.accent.name()}; color: {theme.on_accent.name()}; }}"
            f" QPushButton:focus {{ border-color: {theme.text.name()}; }}"
        )

    def show_for_trade(self, is_trade: bool) -> None:
        """Offer what a round trip has and a day has not."""
        self.save.setVisible(is_trade)
        self.rule.setVisible(is_trade)
        self._fit()

    @property
    def is_telling(self) -> bool:
        """Whether what was told is to be read yet."""
        return bool(self._told_until)

    def say(self, sentence: str, is_wrong: bool = False) -> None:
        """Tell what came of something, for some seconds."""
        if sentence:
            self._write(sentence, is_wrong)
            self._told_until = self._monotonic() + TOLD_S

    def say_state(self, is_kept: bool, trouble: str) -> None:
        """Say whether what was written is kept, unless something else is being told."""
        if trouble:
            self._write(f"Not kept: {trouble}", True)
        elif not self._told_until:
            self._write("" if is_kept else "Saving…", False)

    def forget_what_is_old(self) -> bool:
        """Stop telling what was told long enough; return whether there was such."""
        if self._told_until and self._monotonic() >= self._told_until:
            self._told_until = 0.0
            return True
        return False

    def _write(self, sentence: str, is_wrong: bool) -> None:
        self.told.setText(sentence)
        color = self._theme.danger if is_wrong else self._theme.muted
        self.told.setStyleSheet(f"color: {color.name()};")
        self.told.setVisible(bool(sentence))

    def _offer(self) -> None:
        height = self.menu.sizeHint().height()
        self.menu.popup(self.export.mapToGlobal(QPoint(0, -height - 2)))
