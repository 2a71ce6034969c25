"""What fires is heard and shown as the trader has chosen, and nothing takes the keyboard."""

import stat
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from ui.alerting.bell import AlertBell
from ui.alerting.notices import AlertNotices
from ui.alerting.sound_player import SoundPlayer
from ui.alerting.toasts import MOST_SHOWN, TOP_PX
from ui.alerting.tones import SAMPLES_A_SECOND, samples, sound_file
from ui.panel import PanelServices
from workstation.alerts.rules import SOUNDS, AlertFired, Firing, PriceCross, Rule
from workstation.settings import AlertSettings


def firing(number: int = 1, symbol: str = "BTCUSDT") -> Firing:
    return Firing(number, "a", "replay", symbol, PriceCross(62_000.0, "up"), 62_001.0, 1_000, 1_000)


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    field = QLineEdit(made)
    QVBoxLayout(made).addWidget(field)
    made.resize(900, 600)
    made.show()
    field.setFocus()
    return made


@pytest.fixture
def notices(services: PanelServices, window: QWidget, tmp_path: Path) -> Iterator[AlertNotices]:
    made = AlertNotices(services, window, tmp_path / "sounds", AlertSettings(), lambda _chosen: None)
    made.player = SoundPlayer(tmp_path / "sounds", made, lambda _name: None)
    yield made
    made.close()


def test_a_firing_is_shown_in_the_corner_and_takes_no_keyboard(
    notices: AlertNotices, window: QWidget, services: PanelServices, qtbot: QtBot
) -> None:
    notices.listen(services.workstation.bus)
    before = window.focusWidget()
    services.workstation.bus.publish(AlertFired(firing()))
    (toast,) = notices.stack.toasts
    assert toast.isVisible()
    assert toast.title == "BTCUSDT · Last crosses above 62\u2009000.0"
    assert toast.line.startswith("Now 62\u2009001.0 at ")
    assert (toast.y(), toast.geometry().right()) == (TOP_PX, 900 - 12 - 1)
    assert window.focusWidget() is before
    window.resize(700, 500)
    qtbot.waitUntil(lambda: toast.geometry().right() == 700 - 12 - 1)
    shown: list[Firing] = []
    notices.on_show = shown.append
    qtbot.mouseClick(toast, Qt.MouseButton.LeftButton, pos=QPoint(40, 30))
    assert shown == [firing()]
    assert not notices.stack.toasts


def test_many_firings_leave_room_and_are_counted(notices: AlertNotices) -> None:
    for number in range(MOST_SHOWN + 3):
        notices.tell(firing(number))
    assert len(notices.stack.toasts) == MOST_SHOWN
    assert notices.stack._more.count == 3
    notices.stack.clear()
    assert notices.stack._more.count == 0


def test_do_not_disturb_silences_all_and_is_remembered(
    notices: AlertNotices, services: PanelServices
) -> None:
    remembered: list[AlertSettings] = []
    notices._remember = remembered.append
    notices.tell(firing())
    services.set_quiet(True)
    assert not notices.stack.toasts
    notices.tell(firing())
    assert not notices.stack.toasts
    assert remembered == [AlertSettings(quiet=True)]
    notices.choose(quiet=False, notice=False)
    notices.tell(firing())
    assert not notices.stack.toasts


def test_where_no_player_is_found_that_is_said(
    services: PanelServices, window: QWidget, tmp_path: Path
) -> None:
    player = SoundPlayer(tmp_path, window, lambda _name: None)
    assert "No sound player was found" in player.note
    player.play("chime")
    assert player.note.endswith("the system's bell rings instead.")


def test_a_player_that_fails_is_said_and_one_that_plays_takes_it_back(
    window: QWidget, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ui.alerting.sound_player.LEAST_APART_S", 0.0)
    program = tmp_path / "player"
    program.write_text('#!/bin/sh\ncp "$1" "$1.played"\nexit ${FAIL:-0}\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    player = SoundPlayer(tmp_path / "sounds", window, lambda name: str(program) if name == "paplay" else None)
    monkeypatch.setenv("FAIL", "1")
    player.play("rise")
    qtbot.waitUntil(lambda: "could not play" in player.note)
    monkeypatch.setenv("FAIL", "0")
    player.play("rise")
    qtbot.waitUntil(lambda: player.note == "")
    assert (tmp_path / "sounds" / "rise.wav.played").exists()
    player.close()


def test_sounds_are_short_not_loud_and_told_apart(tmp_path: Path) -> None:
    heard = {sound: samples(sound) for sound in SOUNDS if sound != "none"}
    assert not len(samples("none"))
    for sound, line in heard.items():
        assert 0.3 < len(line) / SAMPLES_A_SECOND < 1.2
        assert 5_000 < np.abs(line.astype(int)).max() < 16_000
        assert abs(int(line[0])) < 50
        assert abs(int(line[-1])) < 50
        with wave.open(str(sound_file(sound, tmp_path)), "rb") as file:
            assert file.getnframes() == len(line)
    spectra = {sound: int(np.argmax(np.abs(np.fft.rfft(line, 2**17)))) for sound, line in heard.items()}
    assert len(set(spectra.values())) == len(spectra)


def test_the_bell_counts_what_nobody_has_looked_at(services: PanelServices, qtbot: QtBot) -> None:
    bell = AlertBell(services)
    qtbot.addWidget(bell)
    assert bell.words == ""
    rule = Rule("a", "replay", ("BTCUSDT",), PriceCross(1.0))
    for _ in range(3):
        latch = services.alerts.latch("a", "BTCUSDT")
        services.alerts.fire(rule, latch, condition=rule.condition, value=1.0, now_ms=1, market_ms=1)
    bell.refresh()
    assert (bell.words, bell.toolTip()) == ("3", "3 new alerts")
    services.set_quiet(True)
    bell.refresh()
    assert "do not disturb" in bell.toolTip()
    services.alerts.mark_seen()
    bell.refresh()
    assert bell.words == ""
