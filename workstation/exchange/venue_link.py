"""One venue through ccxt: its markets, its subscriptions kept alive, its connections watched."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import ccxt.pro

from workstation.errors import PreflightError, VenueUnreachable, VenueUnsupported
from workstation.exchange.raw_client import RawClient, RawHooks, with_raw_transport
from workstation.exchange.venue_faults import delisted_symbol, fault_of, unknown_symbol
from workstation.exchange.venue_streams import Call, Stream
from workstation.exchange.venues import VenueEntry

log = logging.getLogger(__name__)

RETRY_S = (0.1, 0.3, 0.5, 0.8, 1.0, 1.0, 2.0, 5.0, 10.0)
"""Waits before a lost subscription is tried again: a first loss is mended at once, a dead venue spared."""

CLOSE_S = 2.0
RATE_LIMITED_S = 2.0
"""A venue that limits requests and does not say for how long is left alone for this time."""

MOST_RETRY_AFTER_S = 300.0
REQUEST_TIMEOUT_MS = 10_000

_keeper: ContextVar["Keeper | None"] = ContextVar("keeper", default=None)


@dataclass(slots=True, eq=False)
class Keeper:
    """One subscription: a stream of some symbols, renewed whenever its connection ends."""

    stream: Stream
    markets: tuple[str, ...]  # ccxt's symbols
    symbols: tuple[str, ...]  # the venue's
    client: RawClient | None = None
    error: PreflightError | None = None
    """Why it is not connected; None while it is, or before the first attempt."""
    failures: int = 0
    began_at: float = field(default_factory=time.monotonic)
    task: "asyncio.Task[None] | None" = None


class VenueLink:
    """A ccxt exchange whose market data arrive raw, and the subscriptions made with it."""

    def __init__(
        self,
        entry: VenueEntry,
        base_url: str | None,
        take_raw: Callable[[int, str], None],
        on_bad_message: Callable[[str], None],
        on_renewed: Callable[[Keeper], None],
        on_parsed: Callable[[Keeper, Any], None],
        markets: Mapping[str, Any] | None = None,
    ) -> None:
        """Make the exchange object; nothing is asked of the venue yet.

        Args:
            entry: the venue.
            base_url: where it is reached instead of its own addresses.
            take_raw: takes every message of market data, with our clock in UTC nanoseconds.
            on_bad_message: told of messages that ccxt could not read.
            on_renewed: told of each subscription that was made again after it was lost.
            on_parsed: takes what ccxt has parsed, where market data are not taken raw.
            markets: the markets of an exchange object that this one replaces.

        Raises:
            VenueUnsupported: ccxt does not know the venue.
        """
        exchange_class = getattr(ccxt.pro, entry.ccxt_id, None)
        if exchange_class is None:
            raise VenueUnsupported(f"ccxt does not stream a venue called {entry.ccxt_id!r}.")
        self._entry = entry
        self._on_renewed = on_renewed
        self._on_parsed = on_parsed
        hooks = RawHooks(entry.market_data, take_raw, on_bad_message, _note_client)
        raw_class = with_raw_transport(exchange_class, entry.transport, hooks)
        self.exchange = raw_class({"timeout": REQUEST_TIMEOUT_MS, "newUpdates": True, **entry.options})
        if base_url is not None:
            self.exchange.urls["api"] = urls_at(self.exchange.urls["api"], base_url)
        if markets is not None:
            self.exchange.set_markets(list(markets.values()))
        self.address = base_url or _host_of(self.exchange)
        self.keepers: list[Keeper] = []
        self._streams = {
            stream: call for stream, call in entry.streams.items() if _offers(self.exchange, call)
        }
        self.missing = [
            f"{entry.title} streams no {stream.value}."
            for stream in entry.streams
            if stream not in self._streams
        ]
        """What was to be followed and is not offered, in sentences."""

    def fault_of(self, error: BaseException) -> PreflightError:
        """The typed error behind one of ccxt's."""
        return fault_of(error, self._entry.title, self.address)

    async def load_markets(self) -> None:
        """Ask the venue what it lists.

        Raises:
            VenueError: it does not answer, refuses, or is not this venue.
        """
        try:
            markets = await self.exchange.load_markets()
        except Exception as error:
            raise self.fault_of(error) from error
        if not markets:
            raise self.fault_of(ValueError("it lists no markets"))

    def retry_after_s(self) -> float:
        """How long the venue's newest answer wants it to be left alone, in seconds."""
        headers: Mapping[str, str] = self.exchange.last_response_headers or {}
        asked = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
        return min(MOST_RETRY_AFTER_S, float(asked)) if asked.isdigit() else RATE_LIMITED_S

    def market(self, symbol: str) -> Mapping[str, Any]:
        """Return ccxt's market of a symbol in the venue's spelling or ccxt's.

        Raises:
            UnknownSymbol, DelistedSymbol: it cannot be followed.
        """
        exchange, title = self.exchange, self._entry.title
        found = exchange.markets.get(symbol)
        if found is None:
            candidates = exchange.markets_by_id.get(symbol) or [
                market
                for market in exchange.markets.values()
                if market.get("swap") and self._entry.wire_symbol(market) == symbol
            ]
            # One spelling may name the coin itself and its perpetual: contracts are what is followed here.
            found = next((market for market in candidates if market.get("contract")), None)
        if found is None:
            raise unknown_symbol(title, symbol)
        if found.get("active") is False:
            raise delisted_symbol(title, symbol)
        result: Mapping[str, Any] = found
        return result

    def listed(self) -> tuple[str, ...]:
        """Every perpetual that is traded now, in the venue's spelling, sorted."""
        return tuple(
            sorted(
                self._entry.wire_symbol(market)
                for market in self.exchange.markets.values()
                if market.get("swap") and market.get("active") is not False
            )
        )

    def follow(self, symbols: Mapping[str, str]) -> None:
        """Subscribe to every stream of these symbols: ccxt's spelling by the venue's."""
        for stream, call in self._streams.items():
            size = 1 if call.one_by_one else call.most
            names = list(symbols)
            for first in range(0, len(names), size):
                some = tuple(names[first : first + size])
                keeper = Keeper(stream, tuple(symbols[name] for name in some), some)
                self.keepers.append(keeper)
                self._start(keeper)

    async def unfollow(self, symbols: Sequence[str]) -> dict[str, str]:
        """End the subscriptions of these symbols; return those whose subscriptions they shared.

        ccxt unsubscribes by the list that was subscribed to, so neighbours have to be followed again.
        """
        neighbours: dict[str, str] = {}
        for keeper in [keeper for keeper in self.keepers if set(keeper.symbols) & set(symbols)]:
            self.keepers.remove(keeper)
            await self._end(keeper)
            neighbours |= {
                name: market
                for name, market in zip(keeper.symbols, keeper.markets, strict=True)
                if name not in symbols
            }
        return neighbours

    async def renew(self, symbol: str, stream: Stream) -> None:
        """End a symbol's subscription to a stream and make it anew."""
        for keeper in list(self.keepers):
            if keeper.stream is stream and symbol in keeper.symbols:
                await self._end(keeper)
                if keeper in self.keepers:
                    self._start(keeper)

    def _start(self, keeper: Keeper) -> None:
        keeper.task = asyncio.create_task(
            self._keep(keeper, self._streams[keeper.stream]),
            name=f"{keeper.stream.value}: {', '.join(keeper.symbols)}",
        )

    async def _end(self, keeper: Keeper) -> None:
        """Unsubscribe, as far as ccxt can."""
        await _cancel(keeper.task)
        call = self._streams[keeper.stream]
        method = getattr(self.exchange, "un_" + call.method, None)
        if method is not None:
            asked = keeper.markets[0] if call.one_by_one else list(keeper.markets)
            arguments = {"params": {"limit": call.limit}} if call.limit is not None else {}
            with contextlib.suppress(Exception):
                await asyncio.wait_for(method(asked, **arguments), CLOSE_S)

    @property
    def connections(self) -> list[RawClient]:
        """The connections that stand or are being made."""
        return list((self.exchange.clients or {}).values())

    def drop(self, client: RawClient, why: str) -> None:
        """End a connection; what was subscribed on it is subscribed to anew."""
        client.on_error(ccxt.NetworkError(why))

    async def close(self) -> None:
        """End every subscription and connection."""
        for keeper in self.keepers:
            if keeper.task is not None:
                keeper.task.cancel()
        tasks = [keeper.task for keeper in self.keepers if keeper.task is not None]
        await asyncio.gather(*tasks, return_exceptions=True)
        self.keepers.clear()
        with contextlib.suppress(Exception):
            await asyncio.wait_for(self.exchange.close(), CLOSE_S)

    async def _keep(self, keeper: Keeper, call: Call) -> None:
        _keeper.set(keeper)
        method = getattr(self.exchange, call.method)
        asked: Any = keeper.markets[0] if call.one_by_one else list(keeper.markets)
        arguments: dict[str, Any] = {"params": dict(call.params)}
        if call.limit is not None:
            arguments["limit"] = call.limit
        while True:
            keeper.began_at = time.monotonic()
            renewal = asyncio.create_task(self._watch_renewal(keeper)) if keeper.failures else None
            try:
                # Where market data are taken raw this stays pending as long as the connection lives.
                self._on_parsed(keeper, await method(asked, **arguments))
                if self._entry.market_data:
                    await asyncio.sleep(RETRY_S[0])
            except Exception as error:
                keeper.error = self._loss_of(keeper, error)
                if time.monotonic() - keeper.began_at > RETRY_S[-1]:
                    keeper.failures = 0
                delay = max(RETRY_S[min(keeper.failures, len(RETRY_S) - 1)], _asked_delay(keeper.client))
                keeper.failures += 1
                keeper.client = None
                log.info("%s ended, again in %s s: %r", keeper.stream.value, delay, error)
                await asyncio.sleep(delay)
            finally:
                if renewal is not None:
                    renewal.cancel()

    def _loss_of(self, keeper: Keeper, error: Exception) -> PreflightError:
        """What the end of a subscription is called: a connection that stood was lost, whatever ended it."""
        fault = self.fault_of(error)
        if isinstance(fault, VenueUnreachable) and keeper.client is not None and keeper.client.isConnected:
            return VenueUnreachable(f"The connection to {self._entry.title} was lost and is made anew.")
        return fault

    async def _watch_renewal(self, keeper: Keeper) -> None:
        """Note when the subscription made anew brings its first data, or its connection has stood a while."""
        while True:
            await asyncio.sleep(0.05)
            client = keeper.client
            if client is not None and client.isConnected and (client.last_data_ns or _stands(client)):
                keeper.error = None
                self._on_renewed(keeper)
                return


def _asked_delay(client: RawClient | None) -> float:
    """How long the venue wants to be left alone before the next connection, in seconds."""
    return float((client and client.last_retry_after) or 0.0)


def _stands(client: RawClient) -> bool:
    established: int = client.connectionEstablished or 0
    return time.time() * 1000 - established > 1_000


def _note_client(client: RawClient) -> None:
    """Remember on which connection the subscription that is being made lives."""
    keeper = _keeper.get()
    if keeper is not None:
        keeper.client = client


def _offers(exchange: Any, call: Call) -> bool:
    """Whether ccxt has this call for the venue, by its own table."""
    words = call.method.split("_")
    name = words[0] + "".join("OHLCV" if word == "ohlcv" else word.capitalize() for word in words[1:])
    return bool(exchange.has.get(name)) and hasattr(exchange, call.method)


async def _cancel(task: "asyncio.Task[None] | None") -> None:
    if task is not None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _host_of(exchange: Any) -> str:
    return str(exchange.urls.get("www") or exchange.name)


def urls_at(urls: Any, base_url: str) -> Any:
    """Return ccxt's addresses with every scheme and host replaced, the paths kept."""
    if isinstance(urls, Mapping):
        return {name: urls_at(url, base_url) for name, url in urls.items()}
    if not isinstance(urls, str):
        return urls
    own, base = urlsplit(urls), urlsplit(base_url)
    is_socket = own.scheme in ("ws", "wss")
    scheme = {"http": "ws", "https": "wss"}[base.scheme] if is_socket else base.scheme
    return urlunsplit((scheme, base.netloc, base.path.rstrip("/") + own.path, own.query, ""))
