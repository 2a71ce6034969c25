"""Silence is judged by habit: a busy source is missed at once, a quiet one in its own time."""

import time

import pytest

from workstation.exchange.skew import ClockWatch, measure_skew
from workstation.exchange.watchdog import CONNECTION, EXCUSED, STREAM, Limits, Silence, SilenceWatch, of_beat

LOOK_S = 0.1


class Wire:
    """A source that brings something every so often, looked at ten times a second."""

    def __init__(self, limits: Limits) -> None:
        self.now_s = 1_000.0
        self.newest_s = self.now_s
        self._watch: SilenceWatch[str] = SilenceWatch(limits, lambda: round(self.now_s * 1e9))
        self.look()

    def look(self, excused: bool = False) -> Silence:
        newest = EXCUSED if excused else round(self.newest_s * 1e9)
        return self._watch.look({"wire": newest}, lambda key: key)["wire"]

    def talk(self, seconds: float, every_s: float, excused: bool = False) -> list[Silence]:
        return self._go(seconds, every_s, excused)

    def fall_silent(self, seconds: float) -> list[Silence]:
        return self._go(seconds, None, False)

    def _go(self, seconds: float, every_s: float | None, excused: bool) -> list[Silence]:
        said = []
        until = self.now_s + seconds
        while self.now_s < until:
            self.now_s += LOOK_S
            if every_s is not None and self.now_s - self.newest_s >= every_s - 1e-9:
                self.newest_s = self.now_s
            said.append(self.look(excused))
        return said

    def reconnect(self) -> None:
        self.newest_s = self.now_s


def first(said: list[Silence], silence: Silence) -> float:
    return (said.index(silence) + 1) * LOOK_S


def test_a_busy_connection_is_stale_within_two_seconds_and_dead_soon_after() -> None:
    wire = Wire(CONNECTION)
    assert set(wire.talk(60, 0.2)) == {Silence.NONE}
    said = wire.fall_silent(5)
    assert first(said, Silence.STALE) <= 2.0
    assert 2.9 <= first(said, Silence.DEAD) <= 3.5


def test_a_heartbeat_of_a_second_is_no_silence() -> None:
    wire = Wire(CONNECTION)
    assert set(wire.talk(120, 1.0)) == {Silence.NONE}
    assert first(wire.fall_silent(5), Silence.STALE) <= 2.0


def test_a_connection_that_stays_quiet_is_given_more_time_at_every_turn() -> None:
    said = Wire(CONNECTION).fall_silent(30)
    deaths = [index * LOOK_S for index, silence in enumerate(said) if silence is Silence.DEAD]
    assert deaths == pytest.approx([3.0, 9.1, 21.2], abs=0.4)


def test_a_fault_teaches_no_patience_once_data_are_brisk_again() -> None:
    wire = Wire(CONNECTION)
    wire.talk(30, 0.2)
    once = first(wire.fall_silent(5), Silence.DEAD)
    wire.reconnect()
    wire.talk(10, 0.2)
    assert first(wire.fall_silent(5), Silence.DEAD) == pytest.approx(once, abs=0.3)


def test_a_stream_is_judged_by_its_own_pauses() -> None:
    busy, thin = Wire(STREAM), Wire(STREAM)
    busy.talk(60, 0.1)
    thin.talk(120, 5.0)
    assert first(busy.fall_silent(10), Silence.STALE) <= 2.0
    assert first(thin.fall_silent(40), Silence.STALE) > 10.0


def test_a_stream_is_not_judged_before_its_habit_is_known() -> None:
    wire = Wire(STREAM)
    assert set(wire.talk(1, 0.1) + wire.fall_silent(15)) == {Silence.NONE}


def test_what_has_a_beat_is_missed_as_soon_as_it_fails_however_often_it_failed_before() -> None:
    wire = Wire(of_beat(1.0))
    assert set(wire.talk(60, 1.0)) == {Silence.NONE}
    for silent_s in (1.9, 3.0, 30.0):
        assert first(wire.fall_silent(silent_s), Silence.STALE) <= 1.8
        wire.reconnect()
        assert set(wire.talk(2, 1.0)) == {Silence.NONE}


def test_what_cannot_be_heard_is_not_judged_and_teaches_nothing() -> None:
    wire = Wire(STREAM)
    wire.talk(60, 0.1)
    assert set(wire.talk(30, 99, excused=True)) == {Silence.NONE}
    wire.reconnect()
    wire.talk(1, 0.1)
    assert first(wire.fall_silent(10), Silence.STALE) <= 2.0


def test_a_look_that_comes_late_blames_nobody() -> None:
    wire = Wire(CONNECTION)
    wire.talk(30, 0.2)
    wire.now_s += 20.0
    assert wire.look() is Silence.NONE


def test_a_jump_of_the_clock_and_a_sleep_are_noticed() -> None:
    wall, monotonic = [1_000.0], [50.0]
    watch = ClockWatch(lambda: wall[0], lambda: monotonic[0])

    def passes(wall_s: float, monotonic_s: float) -> str | None:
        wall[0] += wall_s
        monotonic[0] += monotonic_s
        return watch.jumped()

    assert passes(0.1, 0.1) is None
    assert "+3600 s" in (passes(3600.1, 0.1) or "")
    assert "-3600 s" in (passes(-3599.9, 0.1) or "")
    assert "slept for 60 s" in (passes(60.0, 60.0) or "")
    assert passes(0.1, 0.1) is None


async def test_skew_is_the_median_of_five() -> None:
    answers = iter([500.0, -90_000.0, 510.0, 490.0, 80_000.0])

    async def server_ms() -> float:
        return time.time_ns() / 1e6 + next(answers)

    skew = await measure_skew("venue", server_ms)
    assert skew.skew_ms == pytest.approx(500.0, abs=20.0)
    assert skew.round_trip_ms < 20.0
