"""The one paint timer: asks visible panels to refresh, and measures what each whole frame costs."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from math import gcd, lcm

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, QTimer
from PySide6.QtWidgets import QWidget

from ui.panel import Panel
from workstation.runtime.bus import Bus, Fault

FRAME_MS = 16
IDLE_MS = 200
PROBE_MS = 5
TICKS_PER_SECOND = 1000 / FRAME_MS
CONDITION_EVERY = 15
"""Ticks between two looks at the age of a panel's data: about four a second."""
RETRY_TICKS = 60
"""Ticks until a panel whose refresh raised is tried again: about a second."""
KEPT = 4096
RECENT_S = 5.0
"""Seconds that make up what the desk costs now."""


@dataclass(frozen=True, slots=True)
class FrameSummary:
    """What the newest frames cost.

    Attributes:
        frames: frames measured.
        frames_per_s: how many of them reached the screen each second of the last five.
        work_p50_ms, work_p95_ms: whole-frame work, refreshing and painting together.
        refresh_p95_ms, paint_p95_ms: its two parts.
        stall_p99_ms, stall_max_ms: how late the event loop came to a timer that was due.
    """

    frames: int
    frames_per_s: float
    work_p50_ms: float
    work_p95_ms: float
    refresh_p95_ms: float
    paint_p95_ms: float
    stall_p99_ms: float
    stall_max_ms: float


class _Samples:
    """The newest values of one measure."""

    def __init__(self) -> None:
        self._values = np.zeros(KEPT)
        self.count = 0

    def add(self, value: float) -> None:
        self._values[self.count % KEPT] = value
        self.count += 1

    def percentile(self, share: float, newest: int = KEPT) -> float:
        held = np.arange(max(0, self.count - min(newest, KEPT)), self.count) % KEPT
        return float(np.percentile(self._values[held], share)) if len(held) else 0.0

    def newer_than(self, bound: float) -> int:
        return int((self._values[: min(self.count, KEPT)] > bound).sum())


@dataclass(slots=True)
class _Entry:
    widget: QWidget
    refresh: Callable[[], None]
    where: str
    every: int
    phase: int
    panel: Panel | None
    retry_tick: int = 0
    was_away: bool = False


class FrameClock(QObject):
    """Calls `refresh()` of what is visible and due, and keeps count of the time it takes.

    Panels are put on ticks where they meet least, so that no frame carries them all. A refresh that
    raises is reported on the bus, covers its own panel, and is tried again a second later. While nothing is
    visible the clock ticks five times a second and measures nothing.

    A frame's work is its refreshes plus the painting that they caused. Painting happens later, when a window
    gets its update request; windows hand that event to `paint` so that its time is counted to the frame.
    """

    def __init__(self, bus: Bus, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bus = bus
        self._entries: list[_Entry] = []
        self._tick = 0
        self._refresh_ms = 0.0
        self._paint_ms = 0.0
        self._painted = False
        self._idle = False
        self._probed_at = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_tick)
        self._probe = QTimer(self)
        self._probe.setTimerType(Qt.TimerType.PreciseTimer)
        self._probe.timeout.connect(self._on_probe)
        self._forget()

    def add_panel(self, panel: Panel) -> None:
        """Refresh `panel` at its own rate while it is visible."""
        self._add(panel, panel.refresh, panel.title, panel.rate_hz, panel)

    def add(self, widget: QWidget, refresh: Callable[[], None], where: str, rate_hz: float) -> None:
        """Call `refresh` at `rate_hz` while `widget` is visible; `where` names it when it fails."""
        self._add(widget, refresh, where, rate_hz, None)

    def remove(self, widget: QWidget) -> None:
        """Refresh `widget` no more."""
        self._entries = [entry for entry in self._entries if entry.widget is not widget]

    def _add(
        self, widget: QWidget, refresh: Callable[[], None], where: str, rate_hz: float, panel: Panel | None
    ) -> None:
        every = max(1, round(TICKS_PER_SECOND / rate_hz))
        phase = min(range(every), key=lambda phase: self._meetings(every, phase))
        self._entries.append(_Entry(widget, refresh, where, every, phase, panel))

    def _meetings(self, every: int, phase: int) -> float:
        """How often, a tick, a panel of this rate and phase would be due together with another."""
        return sum(
            1 / lcm(every, entry.every)
            for entry in self._entries
            if (phase - entry.phase) % gcd(every, entry.every) == 0
        )

    def use_bus(self, bus: Bus) -> None:
        """Report panels that fail on another bus."""
        self._bus = bus

    def start(self) -> None:
        """Begin to tick."""
        self._wake()

    def stop(self) -> None:
        """Tick no more."""
        self._timer.stop()
        self._probe.stop()

    @property
    def idle(self) -> bool:
        """Nothing is visible, so the clock only looks whether something has become so."""
        return self._idle

    def paint(self, event: QEvent, deliver: Callable[[QEvent], bool]) -> bool:
        """Deliver a window's event, counting the time if it is the one that paints.

        A window calls this in its `event()` with its base class's `event` as `deliver`.
        """
        if event.type() != QEvent.Type.UpdateRequest:
            return deliver(event)
        began = time.perf_counter()
        result = deliver(event)
        self._paint_ms += (time.perf_counter() - began) * 1000
        self._painted = True
        return result

    def summary(self) -> FrameSummary:
        """What the newest frames cost; zeros before there were any."""
        seconds = min(RECENT_S, max(time.perf_counter() - self._since, 0.001))
        return FrameSummary(
            frames=self._work.count,
            frames_per_s=self._painted_at.newer_than(time.perf_counter() - seconds) / seconds,
            work_p50_ms=self._work.percentile(50),
            work_p95_ms=self._work.percentile(95),
            refresh_p95_ms=self._refresh.percentile(95),
            paint_p95_ms=self._paint.percentile(95),
            stall_p99_ms=self._stall.percentile(99),
            stall_max_ms=self._stall.percentile(100),
        )

    def recent_work_ms(self) -> float:
        """95th percentile of the whole-frame work of the last seconds; 0 when they saw no frame."""
        return self._work.percentile(95, self._framed_at.newer_than(time.perf_counter() - RECENT_S))

    def reset(self) -> None:
        """Forget the measurements, so that a benchmark can leave out its start."""
        self._forget()

    def _forget(self) -> None:
        self._since = time.perf_counter()
        self._work, self._refresh, self._paint = _Samples(), _Samples(), _Samples()
        self._stall, self._framed_at, self._painted_at = _Samples(), _Samples(), _Samples()

    def _on_tick(self) -> None:
        began = time.perf_counter()
        self._close_frame(began)
        self._tick += 1
        visible = came_back = False
        for entry in tuple(self._entries):
            if not _is_on_screen(entry.widget):
                entry.was_away = True
                continue
            visible = True
            is_due = self._tick % entry.every == entry.phase
            # What comes back to the screen shows what was: one of them a frame does not wait for its turn.
            if entry.was_away and not is_due and not came_back:
                is_due = came_back = True
            if is_due and self._tick >= entry.retry_tick:
                entry.was_away = False
                self._refresh_entry(entry)
            if entry.panel is not None and self._tick % CONDITION_EVERY == entry.phase % CONDITION_EVERY:
                entry.panel.update_condition()
        if visible == self._idle:
            if visible:
                self._wake()
            else:
                self._doze()
        if visible:
            self._refresh_ms = (time.perf_counter() - began) * 1000

    def _refresh_entry(self, entry: _Entry) -> None:
        try:
            entry.refresh()
        except Exception as error:
            entry.retry_tick = self._tick + RETRY_TICKS
            if entry.panel is not None:
                entry.panel.show_failure(error)
            self._bus.publish(Fault(entry.where, f"{type(error).__name__}: {error}", error))
        else:
            if entry.panel is not None:
                entry.panel.clear_failure()

    def _close_frame(self, now: float) -> None:
        """Count the frame that the last tick opened: its refreshes and all painting since.

        Ticks that painted nothing are left out unless they cost something: they would flatter the figures.
        """
        if self._painted or self._refresh_ms >= 1.0:
            self._framed_at.add(now)
            self._work.add(self._refresh_ms + self._paint_ms)
            self._refresh.add(self._refresh_ms)
            self._paint.add(self._paint_ms)
            if self._painted:
                self._painted_at.add(now)
        self._refresh_ms = self._paint_ms = 0.0
        self._painted = False

    def _on_probe(self) -> None:
        now = time.perf_counter()
        self._stall.add(max(0.0, (now - self._probed_at) * 1000 - PROBE_MS))
        self._probed_at = now

    def _wake(self) -> None:
        self._idle = False
        self._timer.start(FRAME_MS)
        self._probed_at = time.perf_counter()
        self._probe.start(PROBE_MS)

    def _doze(self) -> None:
        self._idle = True
        self._timer.start(IDLE_MS)
        self._probe.stop()


def _is_on_screen(widget: QWidget) -> bool:
    """Whether a pixel of it can be seen: Qt calls panels behind a tab visible, and moves them away."""
    if not widget.isVisible():
        return False
    window = widget.window()
    if window.isMinimized():
        return False
    return window.rect().intersects(QRect(widget.mapTo(window, QPoint(0, 0)), widget.size()))
