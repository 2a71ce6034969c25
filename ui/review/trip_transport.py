"""The controls of the time machine: play, step, speed, the step's size, and what comes after the cursor."""

from collections.abc import Sequence
from enum import StrEnum

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QIcon, QPixmap, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QToolButton, QWidget

from ui import format, glyphs
from ui.review.trip_items import After
from ui.theme import HEADER_PX, Theme, mix, mono_font, ui_font
from workstation.journal.time_machine import SPEEDS


class StepSize(StrEnum):
    """How far a step goes."""

    EVENT = "event"
    HALF_SECOND = "0.5 s"
    CANDLE = "candle"


class Choice(QWidget):
    """Buttons side by side of which one is pressed; folded to the pressed one it steps through all."""

    chosen = Signal(str)

    def __init__(self, name: str, words: Sequence[str], tip: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self._label = QLabel(name, self)
        self._label.setFont(ui_font(HEADER_PX))
        group = QButtonGroup(self)
        self._buttons: dict[str, QToolButton] = {}
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._label)
        layout.addSpacing(6)
        for word in words:
            button = QToolButton(self)
            button.setText(word)
            button.setFont(ui_font(HEADER_PX))
            button.setCheckable(True)
            button.setToolTip(tip)
            button.setAccessibleName(f"{name} {word}")
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(lambda _=False, word=word: self.chosen.emit(word))
            group.addButton(button)
            layout.addWidget(button)
            self._buttons[word] = button

    def set_chosen(self, word: str) -> None:
        """Press one of them."""
        button = self._buttons.get(word)
        if button is not None:
            button.setChecked(True)

    def set_theme(self, theme: Theme) -> None:
        """Use these colours from now on."""
        self._label.setStyleSheet(f"color: {theme.muted.name()};")
        for button in self._buttons.values():
            button.setStyleSheet(
                f"QToolButton {{ background: {theme.control.name()}; border-radius: 0px;"
                f" color: {theme.muted.name()}; }}"
                f" QToolButton:checked {{ background: {mix(theme.control, theme.accent, 0.3).name()};"
                f" color: {theme.text.name()}; }}"
            )


class TripTransport(QWidget):
    """A row of controls; on a narrow panel what keys do as well is left out from the right."""

    played = Signal()
    stepped = Signal(int)
    jumped = Signal(int)
    """−1 to the entry, +1 to the exit."""
    speed_chosen = Signal(float)
    step_chosen = Signal(str)
    after_chosen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._playing: bool | None = None
        self.entry_button = self._button("restart", "To the entry (E)", lambda: self.jumped.emit(-1))
        self.back_button = self._button("", "A step back (,)", lambda: self.stepped.emit(-1))
        self.play_button = self._button("play", "Play (Space)", self.played.emit)
        self.step_button = self._button("step", "A step on (.)", lambda: self.stepped.emit(1))
        self.exit_button = self._button("", "To the exit (X)", lambda: self.jumped.emit(1))
        self.time_label = QLabel("", self)
        self.time_label.setFont(mono_font(HEADER_PX + 3))
        self.time_label.setFixedWidth(
            round(QFontMetricsF(self.time_label.font()).horizontalAdvance("00:00:00.000")) + 4
        )
        self.place_label = QLabel("", self)
        self.place_label.setFont(ui_font(HEADER_PX))
        self.speeds = Choice(
            "Speed ×", [f"{speed:g}" for speed in SPEEDS], "Market seconds a second ([ ])", self
        )
        self.speeds.chosen.connect(lambda word: self.speed_chosen.emit(float(word)))
        self.steps = Choice("Step", [size.value for size in StepSize], "How far , and . go (S)", self)
        self.steps.chosen.connect(self.step_chosen)
        self.after = Choice("After the cursor", [one.value for one in After], "What came later (H)", self)
        self.after.chosen.connect(self.after_chosen)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 4, 10, 6)
        layout.setSpacing(3)
        for button in (
            self.entry_button,
            self.back_button,
            self.play_button,
            self.step_button,
            self.exit_button,
        ):
            layout.addWidget(button)
        layout.addSpacing(10)
        layout.addWidget(self.time_label)
        layout.addSpacing(4)
        layout.addWidget(self.place_label)
        layout.addStretch(1)
        for choice in (self.speeds, self.steps, self.after):
            layout.addWidget(choice)
            layout.addSpacing(10)
        self.set_theme(theme)

    def _button(self, glyph: str, tip: str, run: object) -> QToolButton:
        button = QToolButton(self)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.setIconSize(QSize(glyphs.GRID, glyphs.GRID))
        button.setProperty("glyph", glyph)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(lambda _=False: run())  # type: ignore[operator]
        return button

    def set_theme(self, theme: Theme) -> None:
        """Use these colours from now on."""
        self._theme = theme
        for choice in (self.speeds, self.steps, self.after):
            choice.set_theme(theme)
        self.place_label.setStyleSheet(f"color: {theme.muted.name()};")
        for button in (self.entry_button, self.step_button):
            button.setIcon(glyphs.icon(str(button.property("glyph")), theme.muted))
        for button, of in ((self.back_button, self.step_button), (self.exit_button, self.entry_button)):
            plain = glyphs.icon(str(of.property("glyph")), theme.muted).pixmap(glyphs.GRID * 3).toImage()
            button.setIcon(QIcon(QPixmap.fromImage(plain.flipped(Qt.Orientation.Horizontal))))
        self._playing = None
        self.show_playing(False)

    def show_playing(self, playing: bool) -> None:
        """Say whether time goes on."""
        if playing is not self._playing:
            self._playing = playing
            self.play_button.setIcon(glyphs.icon("pause" if playing else "play", self._theme.text))
            self.play_button.setToolTip("Pause (Space)" if playing else "Play (Space)")

    def show_moment(self, moment_ms: int, words: str) -> None:
        """Show where the cursor stands, and what that is in the round trip."""
        text = format.utc_time(moment_ms, with_ms=True)
        if text != self.time_label.text():
            self.time_label.setText(text)
        if words != self.place_label.text():
            self.place_label.setText(words)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold()

    def _fold(self) -> None:
        """Leave out what has no room."""
        room = self.width() - 20 - 5 * 30 - 14 - self.time_label.width()
        self.place_label.setVisible(room > 700)
        room -= 140 if room > 700 else 0
        for choice in (self.speeds, self.steps, self.after):
            width = choice.sizeHint().width() + 16
            choice.setVisible(width <= room)
            room -= width if width <= room else 0
