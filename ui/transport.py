"""The controls of a replay: play, step, speed, and a slider over the recording's time."""

from __future__ import annotations

from collections.abc import Callable
from math import inf

from PySide6.QtCore import QSignalBlocker, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF
from PySide6.QtWidgets import QAbstractSlider, QComboBox, QHBoxLayout, QLabel, QToolButton, QWidget

from ui import format, glyphs
from ui.theme import AGE_PX, HEADER_PX, Theme, ThemeSource, mono_font, ui_font
from ui.widgets.scrub_bar import STEPS, ScrubBar
from workstation.exchange.replay_feed import ReplayFeed
from workstation.settings import SPEEDS

NS_PER_MS = 1_000_000
SLIDER_STEPS = STEPS
SKIP_S, LONG_SKIP_S = 10.0, 60.0
"""How far a key goes back or forward in the recording."""


class Transport(QWidget):
    """Steers one replay feed. Its methods are the commands, its buttons call them."""

    def __init__(self, feed: ReplayFeed, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._feed = feed
        self._playing: bool | None = None
        self._speeds = sorted({*SPEEDS, feed.speed})
        self.restart_button = self._button("Restart (Home)", self.restart)
        self.play_button = self._button("", self.toggle)
        self.step_button = self._button("Step one message (.)", self.step)
        self.speed_box = QComboBox(self)
        self.speed_box.setFont(ui_font(HEADER_PX))
        self.speed_box.setAccessibleName("Replay speed")
        self.speed_box.setToolTip("Replay speed: [ slower, ] faster")
        self.speed_box.setFixedWidth(64)
        self.speed_box.addItems([speed_text(speed) for speed in self._speeds])
        self.speed_box.activated.connect(lambda index: feed.set_speed(self._speeds[index]))
        self.slider = ScrubBar(themes.theme, self._words_at, self)
        self.slider.setMaximumWidth(560)
        self.slider.setAccessibleName("Position in the recording")
        self.slider.actionTriggered.connect(self._slider_stepped)
        self.slider.sliderMoved.connect(lambda _value: self._show_time(self._slider_ns()))
        self.slider.sliderReleased.connect(lambda: feed.seek(self._slider_ns()))
        self.time_label = self._label(mono_font(HEADER_PX), "00:00:00")
        self.progress_label = self._label(ui_font(AGE_PX), "59 m 59 s of 59 m 59 s")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        for button in (self.restart_button, self.play_button, self.step_button):
            layout.addWidget(button)
        layout.addSpacing(2)
        layout.addWidget(self.speed_box)
        layout.addSpacing(6)
        layout.addWidget(self.time_label)
        layout.addSpacing(6)
        layout.addWidget(self.slider, 1)
        layout.addSpacing(6)
        layout.addWidget(self.progress_label)
        self._themes = themes
        themes.changed.connect(self._dress)
        self._dress(themes.theme)
        self.refresh()

    def toggle(self) -> None:
        """Play or pause; at the end of the recording, play it again."""
        if self._feed.finished:
            self._feed.seek(self._feed.start_ns)
            self._feed.resume()
        elif self._feed.paused:
            self._feed.resume()
        else:
            self._feed.pause()
        self.refresh()

    def step(self) -> None:
        """Pause and hand over the next message."""
        self._feed.step()
        self.refresh()

    def restart(self) -> None:
        """Begin again from the start of the recording."""
        self._feed.seek(self._feed.start_ns)
        self.refresh()

    def skip(self, seconds: float) -> None:
        """Go so many recorded seconds on, below 0 back."""
        target_ns = self._feed.position_ns + int(seconds * 1e9)
        end_ns = self._feed.end_ns
        self._feed.seek(target_ns if end_ns is None else min(target_ns, end_ns))
        self.refresh()

    def slower(self) -> None:
        """Take the next lower speed."""
        lower = [speed for speed in self._speeds if speed < self._feed.speed]
        self.set_speed(lower[-1] if lower else self._speeds[0])

    def faster(self) -> None:
        """Take the next higher speed."""
        self.set_speed(next((speed for speed in self._speeds if speed > self._feed.speed), self._speeds[-1]))

    def set_speed(self, speed: float) -> None:
        """Play `speed` recorded seconds a second; inf is as fast as the desk can."""
        self._feed.set_speed(speed)
        self.refresh()

    def refresh(self) -> None:
        """Show where the replay stands."""
        feed = self._feed
        playing = not feed.paused and not feed.finished
        if playing is not self._playing:
            self._playing = playing
            self._dress(self._themes.theme)
        if feed.speed in self._speeds:
            index = self._speeds.index(feed.speed)
            if index != self.speed_box.currentIndex() and not self.speed_box.view().isVisible():
                self.speed_box.setCurrentIndex(index)
        known = feed.end_ns is not None
        if known != self.slider.isEnabled():
            self.slider.setEnabled(known)
            self.slider.setToolTip("" if known else "The recording's length is being read")
        if feed.end_ns is not None:
            length_ns = max(1, feed.end_ns - feed.start_ns)
            silences = [
                ((start - feed.start_ns) / length_ns, (end - feed.start_ns) / length_ns)
                for start, end in feed.silences
            ]
            self.slider.set_recording(feed.start_ns / 1e9, length_ns / 1e9, silences)
        if not self.slider.isSliderDown():
            if feed.end_ns is not None:
                length_ns = max(1, feed.end_ns - feed.start_ns)
                value = (feed.position_ns - feed.start_ns) * SLIDER_STEPS // length_ns
                with QSignalBlocker(self.slider):
                    self.slider.setValue(max(0, min(SLIDER_STEPS, value)))
            self._show_time(feed.position_ns)

    def _show_time(self, position_ns: int) -> None:
        feed = self._feed
        _set_text(self.time_label, format.utc_time(position_ns // NS_PER_MS))
        passed = format.duration((position_ns - feed.start_ns) / 1e9)
        whole = "" if feed.end_ns is None else f" of {format.duration((feed.end_ns - feed.start_ns) / 1e9)}"
        _set_text(self.progress_label, passed + whole)

    def _words_at(self, share: float) -> str:
        """What lies at a share of the recording: its time, and whether nothing was recorded there."""
        feed = self._feed
        end_ns = feed.start_ns if feed.end_ns is None else feed.end_ns
        moment_ns = feed.start_ns + int((end_ns - feed.start_ns) * share)
        passed = format.duration((moment_ns - feed.start_ns) / 1e9)
        words = f"{format.utc_time(moment_ns // NS_PER_MS)} UTC · {passed} in"
        silent = next((end - start for start, end in feed.silences if start <= moment_ns < end), None)
        return words if silent is None else f"{words} · nothing recorded for {format.duration(silent / 1e9)}"

    def _slider_ns(self) -> int:
        feed = self._feed
        end_ns = feed.start_ns if feed.end_ns is None else feed.end_ns
        return feed.start_ns + (end_ns - feed.start_ns) * self.slider.sliderPosition() // SLIDER_STEPS

    def _slider_stepped(self, action: int) -> None:
        """Keys, wheel and clicks beside the handle go there at once; a drag goes where it is let go."""
        if action != QAbstractSlider.SliderAction.SliderMove.value:
            self._feed.seek(self._slider_ns())

    def _button(self, tip: str, run: Callable[[], None]) -> QToolButton:
        button = QToolButton(self)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.setIconSize(QSize(glyphs.GRID, glyphs.GRID))
        button.clicked.connect(lambda _checked=False: run())
        return button

    def _label(self, font: QFont, widest: str) -> QLabel:
        label = QLabel(self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setFont(font)
        label.setMinimumWidth(round(QFontMetricsF(label.font()).horizontalAdvance(widest)) + 4)
        return label

    def _dress(self, theme: Theme) -> None:
        self.restart_button.setIcon(glyphs.icon("restart", theme.muted))
        self.step_button.setIcon(glyphs.icon("step", theme.muted))
        self.play_button.setIcon(glyphs.icon("pause" if self._playing else "play", theme.text))
        words = "Pause (Space)" if self._playing else "Play (Space)"
        self.play_button.setToolTip(words)
        self.play_button.setAccessibleName(words)
        self.slider.set_theme(theme)
        self.progress_label.setStyleSheet(f"color: {theme.muted.name()};")


def speed_text(speed: float) -> str:
    """A speed's text: "0.25 ×", "10 ×", "max"."""
    return "max" if speed == inf else f"{speed:g} ×"


def _set_text(label: QLabel, text: str) -> None:
    # A label lays its parents out anew at every setText, even of the same text.
    if label.text() != text:
        label.setText(text)
