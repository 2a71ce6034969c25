"""What the live feed wants otherwise than ccxt's Binance class does it: few connections, no second book."""

from typing import Any

STREAMS_PER_CONNECTION = 200
"""Binance takes up to 1,024; ccxt keeps to this number and so do we."""

USED_SHARE = 0.85
"""Of the weight that the venue allows in a minute: others at this address want some too."""


class BinanceTransport:
    """Mixed in in front of ccxt's class.

    ccxt opens a connection for every list of symbols. Here all streams of a kind of address share one, so
    that each connection carries something that never falls silent: by that a stall is noticed.
    """

    _streams = 0

    def stream(self, type: str, subscription_hash: str, num_subscriptions: int = 1) -> str:  # noqa: ARG002
        """Return the number of the connection that the next subscription goes to."""
        index = self._streams // STREAMS_PER_CONNECTION
        self._streams += num_subscriptions
        return str(index)

    async def fapiPublicGetExchangeInfo(self, params: Any = None) -> Any:
        """Ask what is listed, and keep to the limit that the answer names.

        ccxt keeps to half of it: with many symbols one lost connection more and the books would wait for the
        rest of the minute.
        """
        answer = await super().fapiPublicGetExchangeInfo(params or {})  # type: ignore[misc]
        limits = answer.get("rateLimits", ()) if isinstance(answer, dict) else ()
        for limit in limits:
            if limit.get("rateLimitType") == "REQUEST_WEIGHT" and limit.get("interval") == "MINUTE":
                weight = USED_SHARE * int(limit["limit"]) / int(limit.get("intervalNum") or 1)
                self.throttler.config["maxWeight"] = weight  # type: ignore[attr-defined]
        return answer

    async def fetch_order_book_snapshot(self, *_: Any) -> None:
        """Fetch nothing: the books are ours, and so are their snapshots."""
