"""The bus hands events to the listeners of their exact class, and one bad listener never stops the others."""

from dataclasses import dataclass

import pytest

from workstation.runtime.bus import Bus, Fault


@dataclass(frozen=True)
class Tick:
    number: int


class FineTick(Tick):
    pass


def test_listeners_hear_their_exact_class_in_the_order_they_subscribed() -> None:
    bus, heard = Bus(), []
    bus.subscribe(Tick, lambda tick: heard.append(("first", tick.number)))
    bus.subscribe(Tick, lambda tick: heard.append(("second", tick.number)))
    bus.subscribe(FineTick, lambda tick: heard.append(("fine", tick.number)))
    bus.publish(Tick(1))
    bus.publish(FineTick(2))
    bus.publish("of no interest to anyone")
    assert heard == [("first", 1), ("second", 1), ("fine", 2)]


def test_an_unsubscribed_listener_hears_no_more() -> None:
    bus, heard = Bus(), []
    unsubscribe = bus.subscribe(Tick, heard.append)
    unsubscribe()
    unsubscribe()
    bus.publish(Tick(1))
    assert heard == []


def test_ending_a_subscription_twice_leaves_another_of_the_same_listener() -> None:
    bus, heard = Bus(), []
    end_first = bus.subscribe(Tick, heard.append)
    bus.subscribe(Tick, heard.append)
    bus.publish(Tick(1))
    end_first()
    end_first()
    bus.publish(Tick(2))
    assert heard == [Tick(1), Tick(1), Tick(2)]


def test_a_listener_that_ends_during_an_event_does_not_see_it_any_more() -> None:
    bus, heard = Bus(), []
    bus.subscribe(Tick, lambda _: end_second())
    end_second = bus.subscribe(Tick, heard.append)
    bus.subscribe(Tick, heard.append)
    bus.publish(Tick(1))
    assert heard == [Tick(1)]


def test_a_listener_may_end_itself() -> None:
    bus, heard = Bus(), []

    def once(tick: Tick) -> None:
        heard.append(tick)
        end()

    end = bus.subscribe(Tick, once)
    bus.publish(Tick(1))
    bus.publish(Tick(2))
    assert heard == [Tick(1)]


def test_a_listener_that_subscribes_during_an_event_hears_the_next_one() -> None:
    bus, heard = Bus(), []
    bus.subscribe(Tick, lambda tick: tick.number == 1 and bus.subscribe(Tick, heard.append))
    bus.publish(Tick(1))
    bus.publish(Tick(2))
    assert heard == [Tick(2)]


@pytest.mark.logs_warnings
def test_a_listener_that_fails_is_reported_and_does_not_stop_the_others(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bus, heard, faults = Bus(), [], []
    error = ValueError("no such price")

    def failing(_: Tick) -> None:
        raise error

    bus.subscribe(Tick, failing)
    bus.subscribe(Tick, heard.append)
    bus.subscribe(Fault, faults.append)
    bus.publish(Tick(1))
    assert heard == [Tick(1)]
    (fault,) = faults
    assert fault.error is error
    assert fault.message == "ValueError: no such price"
    assert "failing" in fault.where
    assert caplog.records[0].exc_info is not None, "a fault that nobody shows must be in the log"


@pytest.mark.logs_warnings
def test_a_failing_listener_of_faults_ends_there() -> None:
    bus, faults = Bus(), []

    def failing(_: object) -> None:
        raise ValueError("again")

    bus.subscribe(Fault, failing)
    bus.subscribe(Fault, faults.append)
    bus.subscribe(Tick, failing)
    bus.publish(Tick(1))
    assert len(faults) == 1


def test_an_event_published_by_a_listener_is_heard_before_publish_returns() -> None:
    bus, heard = Bus(), []
    bus.subscribe(Tick, lambda tick: bus.publish(FineTick(tick.number + 1)))
    bus.subscribe(FineTick, heard.append)
    bus.publish(Tick(1))
    assert heard == [FineTick(2)]
