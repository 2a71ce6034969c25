"""A typed, synchronous bus: an event's class is its topic, and one bad listener never stops the others."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

log = logging.getLogger(__name__)

Event = TypeVar("Event")


@dataclass(frozen=True, slots=True)
class Fault:
    """Something failed that the trader should see: shown in the fault bar and written to the log.

    Attributes:
        where: the part that failed, in the trader's words ("Tick store", "Replay").
        message: what happened and what to do, one line.
        error: the exception behind it, for the log.
    """

    where: str
    message: str
    error: BaseException | None = None


class Bus:
    """Hands every published event to the listeners of its exact class, in the order they subscribed.

    All on one thread. A listener that raises is logged and reported as a `Fault`; a listener of `Fault` that
    raises is only logged.
    """

    def __init__(self) -> None:
        # By a key of its own for each subscription: the same listener may be subscribed more than once.
        self._listeners: dict[type, dict[object, Callable[[Any], None]]] = {}

    def subscribe(self, event_type: type[Event], listener: Callable[[Event], None]) -> Callable[[], None]:
        """Call `listener` with each event of exactly `event_type`; return the call that ends it.

        Ended while an event is being handed out, it does not see that event any more.
        """
        listeners = self._listeners.setdefault(event_type, {})
        key = object()
        listeners[key] = listener

        def unsubscribe() -> None:
            listeners.pop(key, None)

        return unsubscribe

    def publish(self, event: object) -> None:
        """Hand `event` to its listeners now; return when all have seen it."""
        listeners = self._listeners.get(type(event), {})
        for key, listener in tuple(listeners.items()):
            if key not in listeners:
                continue
            try:
                listener(event)
            except Exception as error:
                name = getattr(listener, "__qualname__", repr(listener))
                log.exception("%s failed on %s", name, type(event).__name__)
                if not isinstance(event, Fault):
                    self.publish(Fault(name, f"{type(error).__name__}: {error}", error))
