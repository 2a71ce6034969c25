"""The controls of a replay say and do what the feed does."""

import gzip
from math import inf
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from ui.theme import ThemeSource
from ui.transport import SLIDER_STEPS, Transport, speed_text
from workstation.app import Workstation
from workstation.exchange.replay_feed import ReplayFeed
from workstation.simulator.sample_capture import write_sample_capture


@pytest.fixture
def feed(workstation: Workstation) -> ReplayFeed:
    assert workstation.feed is not None
    workstation.feed.set_speed(1.0)
    return workstation.feed


@pytest.fixture
def transport(feed: ReplayFeed, qtbot: QtBot) -> Transport:
    made = Transport(feed, ThemeSource())
    qtbot.addWidget(made)
    made.resize(700, 32)
    made.show()
    return made


def test_the_play_button_pauses_and_resumes(transport: Transport, feed: ReplayFeed, qtbot: QtBot) -> None:
    assert transport.play_button.toolTip() == "Pause (Space)"
    qtbot.mouseClick(transport.play_button, Qt.MouseButton.LeftButton)
    assert feed.paused
    assert transport.play_button.toolTip() == "Play (Space)"
    transport.toggle()
    assert not feed.paused


def test_a_step_pauses_and_hands_over_one_message(transport: Transport, feed: ReplayFeed) -> None:
    transport.step()
    assert feed.paused
    assert feed._steps == 1


@pytest.mark.parametrize(
    ("speed", "slower", "faster"), [(1.0, 0.5, 2.0), (0.25, 0.25, 0.5), (inf, 100.0, inf), (3.0, 2.0, 5.0)]
)
def test_slower_and_faster_take_the_next_speed(
    feed: ReplayFeed, qtbot: QtBot, speed: float, slower: float, faster: float
) -> None:
    feed.set_speed(speed)
    transport = Transport(feed, ThemeSource())
    qtbot.addWidget(transport)
    assert transport.speed_box.currentText() == speed_text(speed)
    transport.slower()
    assert feed.speed == slower
    feed.set_speed(speed)
    transport.faster()
    assert feed.speed == faster
    assert transport.speed_box.currentText() == speed_text(faster)


def test_the_slider_waits_until_the_length_is_known_then_follows(
    transport: Transport, feed: ReplayFeed
) -> None:
    assert not transport.slider.isEnabled()
    assert transport.slider.toolTip() == "The recording's length is being read"
    feed.measure()
    assert feed.end_ns is not None
    feed.position_ns = (feed.start_ns + feed.end_ns) // 2
    transport.refresh()
    assert transport.slider.isEnabled()
    assert transport.slider.value() == pytest.approx(SLIDER_STEPS / 2, abs=1)
    assert transport.progress_label.text() == "4 s of 9 s"
    assert transport.time_label.text() == "00:00:04"


def test_a_key_on_the_slider_goes_there_at_once_and_a_drag_where_it_is_let_go(
    transport: Transport, feed: ReplayFeed, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed.measure()
    transport.refresh()
    assert feed.end_ns is not None
    sought: list[int] = []
    monkeypatch.setattr(feed, "seek", sought.append)
    qtbot.keyClick(transport.slider, Qt.Key.Key_PageUp)
    assert sought == [feed.start_ns + (feed.end_ns - feed.start_ns) // 20]
    sought.clear()
    transport.slider.setSliderDown(True)
    transport.slider.setSliderPosition(SLIDER_STEPS // 2)
    transport.refresh()
    assert transport.slider.sliderPosition() == SLIDER_STEPS // 2  # the replay does not tear it away
    assert sought == []
    transport.slider.setSliderDown(False)
    assert sought == [feed.start_ns + (feed.end_ns - feed.start_ns) // 2]


def test_play_at_the_end_begins_again(transport: Transport, feed: ReplayFeed) -> None:
    feed.finished = True
    transport.refresh()
    assert transport.play_button.toolTip() == "Play (Space)"
    transport.toggle()
    assert feed._seek_ns == feed.start_ns
    assert not feed.paused


def test_a_speed_has_a_short_text() -> None:
    assert [speed_text(speed) for speed in (0.25, 10.0, inf)] == ["0.25 ×", "10 ×", "max"]


def test_a_key_goes_ten_seconds_on_and_never_beyond_the_end(transport: Transport, feed: ReplayFeed) -> None:
    feed.measure()
    assert feed.end_ns is not None
    transport.skip(3.0)
    assert feed._seek_ns == feed.start_ns + 3_000_000_000
    transport.skip(1e6)
    assert feed._seek_ns == feed.end_ns
    transport.skip(-1e6)
    assert feed._seek_ns == feed.start_ns


def test_a_click_on_the_bar_goes_there(transport: Transport, feed: ReplayFeed, qtbot: QtBot) -> None:
    feed.measure()
    transport.refresh()
    bar = transport.slider
    qtbot.mouseClick(bar, Qt.MouseButton.LeftButton, pos=QPoint(bar.width() // 4, bar.height() // 2))
    assert feed.end_ns is not None
    assert feed._seek_ns is not None
    share = (feed._seek_ns - feed.start_ns) / (feed.end_ns - feed.start_ns)
    assert share == pytest.approx(0.25, abs=0.02)


def test_a_silent_stretch_of_the_recording_is_shown_as_a_gap(qtbot: QtBot, tmp_path: Path) -> None:
    capture = write_sample_capture(tmp_path / "sample.gz", seconds=4)
    lines = gzip.decompress(capture.read_bytes()).splitlines(keepends=True)
    late = [line.split(b" ", 1) for line in lines]
    moved = [str(int(recv) + 10**10).encode() + b" " + message for recv, message in late]
    capture.write_bytes(gzip.compress(b"".join(lines + moved)))
    feed = ReplayFeed(capture)
    feed.measure()
    transport = Transport(feed, ThemeSource())
    qtbot.addWidget(transport)
    ((start, end),) = transport.slider.gaps
    assert start == pytest.approx(4 / 14, abs=0.03)
    assert end == pytest.approx(10 / 14, abs=0.03)
    assert "nothing recorded" in transport._words_at(0.5)
    assert "nothing recorded" not in transport._words_at(0.1)
    feed.close()
