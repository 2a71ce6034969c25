"""A typed, synchronous bus: an event's class is its topic, and one bad listener never stops the others."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

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

    All on one thread. A listener that raises is reported as a `Fault`; a listener of `Fault` that raises
    is not reported again.
    """

    def __init__(self) -> None:
        self._listeners: dict[type, list[Callable[[Any], None]]] = {}

    def subscribe(self, event_type: type[Event], listener: Callable[[Event], None]) -> Callable[[], None]:
        """Call `listener` with each event of exactly `event_type`; return the call that ends it."""
        listeners = self._listeners.setdefault(event_type, [])
        listeners.append(listener)

        def unsubscribe() -> None:
            if listener in listeners:
                listeners.remove(listener)

        return unsubscribe

    def publish(self, event: object) -> None:
        """Hand `event` to its listeners now; return when all have seen it."""
        for listener in tuple(self._listeners.get(type(event), ())):
            try:
                listener(event)
            except Exception as error:
                if not isinstance(event, Fault):
                    name = getattr(listener, "__qualname__", repr(listener))
                    self.publish(Fault(name, f"{type(error).__name__}: {error}", error))
