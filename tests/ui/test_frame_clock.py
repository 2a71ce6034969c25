"""The one paint timer: only what is visible and due, and whole frames measured."""

import time
from functools import partial
from typing import Any

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from ui.desk import tree
from ui.desk.whole import WholeDesk
from ui.frame_clock import CONDITION_EVERY, RETRY_TICKS, FrameClock
from ui.panel import Condition, PanelServices
from workstation.app import Workstation
from workstation.runtime.bus import Fault


def tick(clock: FrameClock, times: int) -> None:
    for _ in range(times):
        clock._on_tick()


def test_a_panel_is_refreshed_at_its_rate_while_it_is_visible(panel: Any, clock: FrameClock) -> None:
    panel.rate_hz = 10.0
    clock.add_panel(panel)
    tick(clock, 60)
    assert panel.calls.count("refresh") == 10
    panel.hide()
    tick(clock, 60)
    assert panel.calls.count("refresh") == 10


def test_what_comes_back_to_the_screen_is_refreshed_at_once_one_a_frame(
    services: PanelServices, sample_kinds: Any, clock: FrameClock, qtbot: QtBot
) -> None:
    panels = []
    for _ in range(3):
        panel = sample_kinds[0](services)
        panel.rate_hz = 0.5
        qtbot.addWidget(panel)
        clock.add_panel(panel)
        panels.append(panel)
    tick(clock, 3)
    assert [panel.calls.count("refresh") for panel in panels] == [0, 0, 0]
    for panel in panels:
        panel.show()
    counts = []
    for _ in range(3):
        tick(clock, 1)
        counts.append(sum(panel.calls.count("refresh") for panel in panels))
    assert counts == [1, 2, 3]


def test_a_body_that_covers_all_of_its_panel_hides_nothing(panel: Any, clock: FrameClock) -> None:
    panel.body.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
    clock.add_panel(panel)
    tick(clock, 3)
    assert panel.calls.count("refresh") == 3


def test_panels_of_one_rate_take_turns(
    services: PanelServices, sample_kinds: Any, clock: FrameClock, qtbot: QtBot
) -> None:
    panels = []
    for _ in range(3):
        panel = sample_kinds[0](services)
        panel.rate_hz = 20.0
        qtbot.addWidget(panel)
        panel.show()
        clock.add_panel(panel)
        panels.append(panel)
    for _ in range(9):
        before = sum(len(panel.calls) for panel in panels)
        tick(clock, 1)
        assert sum(len(panel.calls) for panel in panels) == before + 1


def test_panels_of_different_rates_meet_as_seldom_as_they_can(clock: FrameClock, qtbot: QtBot) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.show()
    due: list[str] = []
    for name, rate_hz in (("fast", 31.0), ("slow", 15.0), ("slower", 7.5), ("other", 7.5)):
        clock.add(widget, partial(due.append, name), name, rate_hz)
    for _ in range(32):
        due.clear()
        tick(clock, 1)
        assert len(due) <= 1


def test_a_refresh_that_raises_is_reported_covers_its_panel_and_is_tried_again(
    panel: Any, clock: FrameClock, workstation: Workstation
) -> None:
    faults: list[Fault] = []
    workstation.bus.subscribe(Fault, faults.append)
    panel.raises = ValueError("no such row")
    clock.add_panel(panel)
    tick(clock, RETRY_TICKS - 1)
    assert [(fault.where, fault.message) for fault in faults] == [("Sample", "ValueError: no such row")]
    assert panel.condition is Condition.ERROR
    panel.raises = None
    tick(clock, 3)
    assert panel.condition is Condition.LIVE


def test_the_age_is_looked_at_a_few_times_a_second(panel: Any, clock: FrameClock) -> None:
    looks = []
    panel.update_condition = lambda: looks.append(1)
    clock.add_panel(panel)
    tick(clock, CONDITION_EVERY * 4)
    assert len(looks) == 4


def test_a_removed_widget_is_refreshed_no_more(panel: Any, clock: FrameClock) -> None:
    clock.add_panel(panel)
    clock.remove(panel)
    tick(clock, 5)
    assert "refresh" not in panel.calls


def test_nothing_visible_puts_the_clock_to_rest_and_something_wakes_it(
    panel: Any, clock: FrameClock, qtbot: QtBot
) -> None:
    clock.add_panel(panel)
    clock.start()
    panel.hide()
    qtbot.waitUntil(lambda: clock.idle, timeout=2000)
    panel.calls.clear()
    panel.show()
    qtbot.waitUntil(lambda: not clock.idle and "refresh" in panel.calls, timeout=2000)


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_a_frame_is_its_refreshes_and_its_painting(desk: WholeDesk, clock: FrameClock, qtbot: QtBot) -> None:
    for panel in desk.bench.panels.values():
        panel.cost_s = 0.004  # type: ignore[attr-defined]
    root = tree.behind(desk.main.area.root, "sample", "second")
    desk.bench.lay_out(desk.main, root)
    behind = desk.bench.panels["sample"].calls  # type: ignore[attr-defined]
    behind.clear()
    clock.start()
    qtbot.wait(300)
    clock.reset()
    qtbot.wait(600)
    summary = clock.summary()
    assert summary.frames > 10
    # Both panels share one place: the one behind the other's tab costs nothing.
    assert "refresh" not in behind
    assert summary.work_p50_ms >= 4.0
    assert summary.work_p95_ms >= summary.refresh_p95_ms
    assert summary.paint_p95_ms > 0.0
    assert 10.0 < summary.frames_per_s < 70.0


def test_only_the_event_that_paints_is_counted(clock: FrameClock, qtbot: QtBot) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    delivered: list[QEvent.Type] = []

    spent = {}

    def deliver(event: QEvent) -> bool:
        delivered.append(event.type())
        began = time.perf_counter()
        time.sleep(0.002)
        spent["paint"] = (time.perf_counter() - began) * 1000
        return True

    for kind in (QEvent.Type.MouseMove, QEvent.Type.UpdateRequest):
        assert clock.paint(QEvent(kind), deliver)
    tick(clock, 1)
    assert delivered == [QEvent.Type.MouseMove, QEvent.Type.UpdateRequest]
    assert clock.summary().frames == 1
    assert clock.summary().work_p50_ms == pytest.approx(spent["paint"], abs=1.0)


def test_a_stall_of_the_loop_is_seen(panel: Any, clock: FrameClock, qtbot: QtBot) -> None:
    clock.add_panel(panel)
    clock.start()
    qtbot.wait(100)
    time.sleep(0.08)
    qtbot.wait(50)
    assert 60.0 < clock.summary().stall_max_ms < 400.0


def test_before_the_first_frame_all_figures_are_zero(clock: FrameClock) -> None:
    assert clock.summary().frames == 0
    assert clock.summary().work_p95_ms == 0.0
    assert Qt.TimerType.PreciseTimer is clock._timer.timerType()
