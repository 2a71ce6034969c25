"""Asks, now and then, what stands beside the followed contracts: spot, dated futures, who is long."""

import asyncio
from collections.abc import Callable
from typing import Any

from workstation.exchange.beside_contract import BesideContract
from workstation.exchange.past_rest import CcxtPast
from workstation.exchange.symbol_feed import SymbolFeed
from workstation.model.derivatives import DatedPrice, LongShortRatio, SpotPrice
from workstation.model.instrument import ContractKind, Instrument

DATED_EVERY_S = 10.0
RATIO_EVERY_S = 300.0
RATIO_PERIOD_MS = 300_000
RATIO_BACK_MS = 4 * RATIO_PERIOD_MS
"""Venues are some minutes late with a sample."""

NOT_YET_S = 0.5
"""Nothing is asked before the venue's time is known, or while nothing is followed."""

BesideNews = SpotPrice | DatedPrice | LongShortRatio


class BesideWatch:
    """Three loops over the symbols that are followed now; each asks little and waits long."""

    def __init__(
        self,
        feeds: Callable[[], dict[str, SymbolFeed]],
        beside: Callable[[], BesideContract | None],
        past: Callable[[], CcxtPast],
        exchange: Callable[[], Any],
        now_ms: Callable[[], int],
        tell: Callable[[BesideNews], None],
        failed: Callable[[str, Exception], float],
    ) -> None:
        """Ask for what is followed.

        Args:
            feeds: the followed symbols.
            beside, past, exchange: whom to ask; others after a new connection.
            now_ms: the venue's time; 0 before it is known.
            tell: takes what was found.
            failed: notes an error; says for how many seconds the venue is to be left alone.
        """
        self._feeds = feeds
        self._beside = beside
        self._past = past
        self._exchange = exchange
        self._now_ms = now_ms
        self._tell = tell
        self._failed = failed

    def _contracts(self) -> list[Instrument]:
        return [
            feed.instrument
            for feed in self._feeds().values()
            if feed.instrument.kind is not ContractKind.SPOT
        ]

    async def spots(self) -> None:
        """Tell spot prices until cancelled."""
        while True:
            beside, now_ms, contracts = self._beside(), self._now_ms(), self._contracts()
            if beside is None:
                return
            if not now_ms or not contracts:
                await asyncio.sleep(NOT_YET_S)
                continue
            pause_s = beside.spot_every_s
            try:
                for found in await beside.spot_prices(contracts, now_ms):
                    self._tell(found)
            except Exception as error:
                pause_s = max(pause_s, self._failed("spot prices", error))
            await asyncio.sleep(pause_s)

    async def dated(self) -> None:
        """Tell prices of dated futures until cancelled."""
        while True:
            contracts = self._contracts()
            for contract in contracts:
                beside = self._beside()
                if beside is None:
                    return
                try:
                    for found in await beside.dated_prices(contract):
                        self._tell(found)
                except Exception as error:
                    await asyncio.sleep(self._failed(f"dated futures of {contract.base}", error))
            await asyncio.sleep(DATED_EVERY_S if contracts else NOT_YET_S)

    async def ratios(self) -> None:
        """Tell long/short ratios until cancelled; a symbol that is new is asked about at once."""
        loop = asyncio.get_running_loop()
        due: dict[str, float] = {}
        while True:
            followed = self._feeds()
            due = {symbol: at_s for symbol, at_s in due.items() if symbol in followed}
            for symbol in list(followed):
                if loop.time() < due.get(symbol, 0.0) or not self._now_ms():
                    continue
                due[symbol] = loop.time() + RATIO_EVERY_S
                try:
                    await self._tell_ratio(symbol)
                except Exception as error:
                    await asyncio.sleep(self._failed(f"long/short ratio of {symbol}", error))
            await asyncio.sleep(NOT_YET_S)

    async def _tell_ratio(self, symbol: str) -> None:
        feed = self._feeds().get(symbol)
        exchange = self._exchange()
        if feed is None or not exchange.has.get("fetchLongShortRatioHistory"):
            return
        now_ms = self._now_ms()
        found = await self._past().long_short(
            exchange.market(feed.market), RATIO_PERIOD_MS, now_ms - RATIO_BACK_MS, now_ms + 1
        )
        if found:
            self._tell(found[-1])
