"""ccxt's websocket client with the market data taken out raw, where they arrive."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from ccxt.async_support.base.ws.client import Client
from ccxt.base.errors import NetworkError

TakeRaw = Callable[["RawClient", int, str | bytes], bool]
"""Called with the client, our clock in UTC nanoseconds and a message; returns whether it took the message."""


class RawClient(Client):  # type: ignore[misc]  # ccxt ships no types
    """A connection whose market data go to `take_raw` unparsed; everything else goes ccxt's own way.

    It differs from ccxt's client in three more things. Messages are read in one loop: ccxt makes a task for
    each. A message that ccxt cannot digest is reported and does not end the reading. And the end of a
    connection is told once: told twice, ccxt forgets the connection that took its place.
    """

    take_raw: TakeRaw
    on_bad_message: Callable[[str], None]
    last_data_ns = 0
    """When the newest market data came, our clock; 0 before the first."""
    _has_ended = False

    def receive_loop(self) -> None:
        """Begin to read; called by ccxt once the connection stands."""
        self._reader = asyncio.ensure_future(self._read())

    async def _read(self) -> None:
        try:
            while not self.closed():
                self.handle_message(await self.connection.receive())
        except asyncio.CancelledError:
            raise
        except Exception as error:
            self.on_error(NetworkError(str(error) or type(error).__name__))
        else:
            self.on_close(1006)

    def handle_text_or_binary_message(self, data: str | bytes) -> None:
        """Take a message in; market data are only put aside here."""
        if self.take_raw(self, time.time_ns(), data):
            return
        try:
            super().handle_text_or_binary_message(data)
        except Exception as error:
            self.on_bad_message(f"{type(error).__name__}: {error}")

    def on_error(self, error: BaseException) -> None:
        """Tell the end of the connection, once."""
        if not self._has_ended:
            self._has_ended = True
            super().on_error(error)

    def on_close(self, code: int) -> None:
        """Tell the end of the connection, once."""
        if not self._has_ended:
            self._has_ended = True
            super().on_close(code)


class _RawTransport:
    """What makes an exchange of ccxt's use `RawClient`; mixed in in front of the exchange's class."""

    take_raw: TakeRaw
    on_bad_message: Callable[[str], None]
    on_client: Callable[[RawClient], None]

    def client(self, url: str) -> Any:
        """Return the connection to `url`, made if there is none."""
        client = super().client(url)  # type: ignore[misc]
        if not isinstance(client, RawClient):
            # ccxt names the class in the middle of the method that configures it: the configured
            # connection, which has not dialled yet, is given the other class instead of a second set-up.
            client.__class__ = RawClient
            client.take_raw = self.take_raw
            client.on_bad_message = self.on_bad_message
        self.on_client(client)
        return client


def with_raw_transport(
    exchange_class: type,
    venue_part: type,
    take_raw: TakeRaw,
    on_bad_message: Callable[[str], None],
    on_client: Callable[[RawClient], None],
) -> type:
    """Return a class like ccxt's `exchange_class` whose connections hand over their market data raw.

    Args:
        venue_part: what else is to be different, mixed in in front; `object` for nothing.
        take_raw: takes each message of market data.
        on_bad_message: told why a message could not be read by ccxt.
        on_client: told of the connection that a call of ccxt's is about to use.
    """
    hooks: dict[str, Callable[..., Any]] = {
        "take_raw": take_raw,
        "on_bad_message": on_bad_message,
        "on_client": on_client,
    }
    bases = (_RawTransport, exchange_class)
    return type(
        exchange_class.__name__,
        bases if venue_part is object else (venue_part, *bases),
        {name: staticmethod(hook) for name, hook in hooks.items()},
    )
