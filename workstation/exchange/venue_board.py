"""Asks a venue for the day's figures of everything it lists, in one request."""

import asyncio
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from workstation.errors import VenueUnsupported
from workstation.exchange.instruments import instrument_of
from workstation.exchange.venues import VenueEntry
from workstation.model.derivatives import Ticker
from workstation.model.feed_status import VenueBoard
from workstation.model.instrument import ContractKind, Instrument

BOARD_S = 15.0
"""It is asked for so often."""


class BoardDesk:
    """Knows which symbols the desk has been told of already."""

    def __init__(self, entry: VenueEntry, venue: str) -> None:
        self._entry, self._venue = entry, venue
        self._instruments: dict[str, Instrument] = {}

    async def keep_telling(
        self,
        exchange: Callable[[], Any],
        tell: Callable[[VenueBoard], None],
        failed: Callable[[str, Exception], float],
    ) -> None:
        """Ask again and again, until it turns out that the venue does not answer that.

        Args:
            exchange: of ccxt; another one after every new connection.
            tell: takes what was found.
            failed: notes an error; says for how many seconds the venue is to be left alone.
        """
        while True:
            try:
                found = await self.ask(exchange())
                if found is None:
                    return
                tell(found)
                await asyncio.sleep(BOARD_S)
            except Exception as error:
                await asyncio.sleep(max(BOARD_S, failed("everything listed", error)))

    async def ask(self, exchange: Any) -> VenueBoard | None:
        """Return what the venue says now; None where it answers for single symbols only.

        Args:
            exchange: of ccxt, its markets loaded. Errors are ccxt's own.
        """
        if not exchange.has.get("fetchTickers"):
            return None
        answer: Mapping[str, Mapping[str, Any]] = await exchange.fetch_tickers(None, {"type": "swap"})
        new: list[Instrument] = []
        tickers: list[Ticker] = []
        for name, figures in answer.items():
            market = exchange.markets.get(name)
            if market is None or not market.get("swap") or market.get("active") is False:
                continue
            instrument = self._instruments.get(name)
            if instrument is None:
                try:
                    instrument = instrument_of(market, self._entry, self._venue)
                except VenueUnsupported:
                    continue
                self._instruments[name] = instrument
                new.append(instrument)
            ticker = ticker_of(figures, instrument)
            if ticker is not None:
                tickers.append(ticker)
        return VenueBoard(self._venue, tuple(new), tuple(tickers))


def ticker_of(figures: Mapping[str, Any], instrument: Instrument) -> Ticker | None:
    """Return the day's figures of one symbol in the desk's units; None where its prices are not said."""
    last, opened = _decimal(figures.get("last")), _decimal(figures.get("open"))
    if last is None or opened is None:
        return None
    volume = _decimal(figures.get("baseVolume")) or Decimal(0)
    if instrument.kind is ContractKind.LINEAR:
        volume /= instrument.contract_size
    return Ticker(
        instrument.venue,
        instrument.symbol,
        int(figures.get("timestamp") or 0),
        last,
        opened,
        _decimal(figures.get("high")) or last,
        _decimal(figures.get("low")) or last,
        volume,
        _decimal(figures.get("quoteVolume")) or volume * instrument.contract_size * last,
    )


def _decimal(value: Any) -> Decimal | None:
    try:
        found = None if value is None else Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found is not None and found.is_finite() else None
