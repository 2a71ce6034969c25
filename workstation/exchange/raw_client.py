"""ccxt's websocket client with the market data taken out raw, where they arrive."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import WSMessage, WSMsgType
from ccxt.async_support.base.ws.client import MSG_SIZE_OVERHEAD, Client
from ccxt.base.errors import NetworkError, PermissionDenied

REFUSING = (401, 403, 451)
"""Statuses of HTTP with which a venue will not serve whoever asks, or not without a key."""


@dataclass(frozen=True, slots=True)
class RawHooks:
    """What a connection does with what it receives.

    Attributes:
        market_data: how messages of market data begin; all others are ccxt's to read.
        take: takes each of them, with our clock in UTC nanoseconds.
        on_bad_message: told why a message could not be read by ccxt.
        on_client: told of the connection that a call of ccxt's is about to use.
    """

    market_data: tuple[str, ...]
    take: Callable[[int, str], None]
    on_bad_message: Callable[[str], None]
    on_client: Callable[["RawClient"], None]


class RawClient(Client):  # type: ignore[misc]  # ccxt ships no types
    """A connection whose market data are handed on unparsed; everything else goes ccxt's own way.

    It differs from ccxt's client in three more things. Messages are read in one loop: ccxt makes a task for
    each. A message that ccxt cannot digest is reported and does not end the reading. And the end of a
    connection is told once: told twice, ccxt forgets the connection that took its place.
    """

    hooks: RawHooks
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
                self._drain()
        except asyncio.CancelledError:
            raise
        except Exception as error:
            self.on_error(NetworkError(str(error) or type(error).__name__))
        else:
            self.on_close(1006)

    def _drain(self) -> None:
        """Take what has arrived behind the message received, past aiohttp's ways of waiting for each.

        As ccxt's own client does it: the last message stays, and is given the size of all, by which aiohttp
        knows how much it holds.
        """
        buffer = self.buffer
        if not buffer or len(buffer) < 2:
            return
        taken_bytes = 0
        while len(buffer) > 1:
            message, size = buffer.popleft()
            taken_bytes += size + MSG_SIZE_OVERHEAD
            self.handle_message(message)
        last, size = buffer[0]
        buffer[0] = (last, size + taken_bytes)

    def handle_message(self, message: WSMessage) -> None:
        """Take a frame in; market data are only put aside here."""
        if message.type is WSMsgType.TEXT:
            data = message.data
            if data.startswith(self.hooks.market_data):
                self.last_data_ns = now_ns = time.time_ns()
                self.hooks.take(now_ns, data)
                return
        super().handle_message(message)

    def handle_text_or_binary_message(self, data: str | bytes) -> None:
        """Take a message in that is not plainly market data."""
        if isinstance(data, bytes):
            data = data.decode(errors="replace")
        if data.startswith(self.hooks.market_data):
            self.last_data_ns = now_ns = time.time_ns()
            self.hooks.take(now_ns, data)
            return
        try:
            super().handle_text_or_binary_message(data)
        except Exception as error:
            self.hooks.on_bad_message(f"{type(error).__name__}: {error}")

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

    hooks: RawHooks

    def client(self, url: str) -> Any:
        """Return the connection to `url`, made if there is none."""
        client = super().client(url)  # type: ignore[misc]
        if not isinstance(client, RawClient):
            # ccxt names the class in the middle of the method that configures it: the configured
            # connection, which has not dialled yet, is given the other class instead of a second set-up.
            client.__class__ = RawClient
            client.hooks = self.hooks
        self.hooks.on_client(client)
        return client

    def handle_errors(self, code: int, reason: str, *rest: Any) -> Any:
        """Judge an answer; one that refuses us does so by its status, whatever error its body tells of."""
        if code in REFUSING:
            raise PermissionDenied(f"{self.id} {code} {reason}")  # type: ignore[attr-defined]
        return super().handle_errors(code, reason, *rest)  # type: ignore[misc]

    def ws_dial_delay(self, url: str) -> float:
        """Dial at once: whoever subscribes waits by its own rules, and longer if the venue asks for it."""
        del url
        return 0.0


def with_raw_transport(exchange_class: type, venue_part: type, hooks: RawHooks) -> type:
    """Return a class like ccxt's `exchange_class` whose connections hand over their market data raw.

    Args:
        exchange_class: of `ccxt.pro`.
        venue_part: what else is to be different, mixed in in front; `object` for nothing.
        hooks: of every connection.
    """
    bases = (_RawTransport, exchange_class)
    return type(
        exchange_class.__name__,
        bases if venue_part is object else (venue_part, *bases),
        {"hooks": hooks},
    )
