"""A request's parameters, read the way the venue reads them: typed, bounded, and refused with its codes."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from decimal import Decimal

from workstation.simulator import rest_errors

MINUTE_MS = 60_000
INTERVALS_MS = {
    "1m": MINUTE_MS,
    "3m": 3 * MINUTE_MS,
    "5m": 5 * MINUTE_MS,
    "15m": 15 * MINUTE_MS,
    "30m": 30 * MINUTE_MS,
    "1h": 60 * MINUTE_MS,
    "2h": 120 * MINUTE_MS,
    "4h": 240 * MINUTE_MS,
    "6h": 360 * MINUTE_MS,
    "8h": 480 * MINUTE_MS,
    "12h": 720 * MINUTE_MS,
    "1d": 1440 * MINUTE_MS,
    "3d": 3 * 1440 * MINUTE_MS,
    "1w": 7 * 1440 * MINUTE_MS,
}
PERIODS_MS = {name: INTERVALS_MS[name] for name in ("5m", "15m", "30m", "1h", "2h", "4h", "6h", "12h", "1d")}

_NUMBER = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?")

API_KEY = "preflight-demo-key"
API_SECRET = "preflight-demo-secret"  # opens nothing but a simulated exchange on this machine
KEY_HEADER = "X-MBX-APIKEY"
MOST_RECV_WINDOW_MS = 60_000
MOST_AHEAD_MS = 1_000


class Query:
    """The parameters of one request."""

    def __init__(self, parameters: Mapping[str, str], text: str, key: str | None) -> None:
        """Read from the query string `text`, split into `parameters`, sent with this API key."""
        self._parameters = parameters
        self._text = text
        self._key = key

    @classmethod
    def of(cls, parameters: Mapping[str, object]) -> "Query":
        """Read one order of a batch, whose request has been judged already."""
        return cls({name: str(value) for name, value in parameters.items()}, "", None)

    def text(self, name: str) -> str:
        """Return a parameter that must be there.

        Raises:
            ApiError: −1102.
        """
        value = self._parameters.get(name, "")
        if not value:
            raise rest_errors.missing(name)
        return value

    def optional(self, name: str) -> str | None:
        """Return a parameter, None where it was not sent."""
        return self._parameters.get(name) or None

    def integer(self, name: str) -> int | None:
        """Return a whole number ≥ 0, None where it was not sent.

        Raises:
            ApiError: −1100.
        """
        value = self._parameters.get(name)
        if value is None:
            return None
        if not value.isdecimal() or len(value) > 20:
            raise rest_errors.illegal(name, "^[0-9]{1,20}$")
        return int(value)

    def decimal(self, name: str) -> Decimal | None:
        """Return a number, exact; None where it was not sent.

        Raises:
            ApiError: −1102.
        """
        value = self._parameters.get(name)
        if not value:
            return None
        if not _NUMBER.fullmatch(value):
            raise rest_errors.missing(name)
        return Decimal(value)

    def required(self, name: str) -> Decimal:
        """Return a number that must be there.

        Raises:
            ApiError: −1102.
        """
        value = self.decimal(name)
        if value is None:
            raise rest_errors.missing(name)
        return value

    def flag(self, name: str) -> bool | None:
        """Return true or false, None where it was not sent.

        Raises:
            ApiError: −1130.
        """
        value = self._parameters.get(name, "").lower()
        if value not in ("", "true", "false"):
            raise rest_errors.not_valid(name)
        return value == "true" if value else None

    def limit(self, default: int, most: int) -> int:
        """Return how many rows are wanted.

        Raises:
            ApiError: −1130 where it is 0 or above what the endpoint gives.
        """
        value = self.integer("limit")
        if value is None:
            return default
        if not 1 <= value <= most:
            raise rest_errors.not_valid("limit")
        return value

    def limit_of(self, choices: tuple[int, ...], default: int) -> int:
        """Return how many rows are wanted, where only some numbers are allowed."""
        value = self.integer("limit")
        if value is None:
            return default
        if value not in choices:
            raise rest_errors.not_valid("limit")
        return value

    def times(self) -> tuple[int | None, int | None]:
        """Return startTime and endTime.

        Raises:
            ApiError: −1023 where they are the wrong way round.
        """
        start_ms, end_ms = self.integer("startTime"), self.integer("endTime")
        if start_ms is not None and end_ms is not None and start_ms > end_ms:
            raise rest_errors.start_after_end()
        return start_ms, end_ms

    def interval_ms(self) -> int:
        """Return a candle's length.

        Raises:
            ApiError: −1120.
        """
        interval_ms = INTERVALS_MS.get(self.text("interval"))
        if interval_ms is None:
            raise rest_errors.invalid_interval()
        return interval_ms

    def period_ms(self) -> int:
        """Return the spacing of a statistic.

        Raises:
            ApiError: −1130.
        """
        period_ms = PERIODS_MS.get(self.text("period"))
        if period_ms is None:
            raise rest_errors.not_valid("period")
        return period_ms

    def require_key(self) -> None:
        """Let only the demo key pass.

        Raises:
            ApiError: −2014 without a key, −2015 with another.
        """
        if not self._key:
            raise rest_errors.ApiError(-2014, "API-key format invalid.", 401)
        if self._key != API_KEY:
            raise rest_errors.ApiError(-2015, "Invalid API-key, IP, or permissions for action.", 401)

    def require_signature(self, *clocks_ms: int) -> None:
        """Let only requests pass that the demo key signed (HMAC SHA256) in the last moments.

        Args:
            clocks_ms: what time it may be for who signs. At other speeds than 1 nobody could follow the
                simulated time, and a market with a day of its own is not of the wall clock's.

        Raises:
            ApiError: −2014, −2015, −1102, −1022, −1021 or −1131.
        """
        self.require_key()
        timestamp = self.integer("timestamp")
        if timestamp is None:
            raise rest_errors.missing("timestamp")
        signed, found, signature = self._text.rpartition("&signature=")
        if not found:
            raise rest_errors.missing("signature")
        right = hmac.new(API_SECRET.encode(), signed.encode(), hashlib.sha256).hexdigest()
        if not hmac.compare_digest(right, signature):
            raise rest_errors.ApiError(-1022, "Signature for this request is not valid.")
        window_ms = self.integer("recvWindow") or 5_000
        if window_ms > MOST_RECV_WINDOW_MS:
            raise rest_errors.ApiError(-1131, "recvWindow must be less than 60000")
        now_ms = min(clocks_ms, key=lambda clock_ms: abs(clock_ms - timestamp))
        if timestamp > now_ms + MOST_AHEAD_MS:
            raise rest_errors.ApiError(
                -1021, f"Timestamp for this request was {MOST_AHEAD_MS}ms ahead of the server's time."
            )
        if timestamp < now_ms - window_ms:
            raise rest_errors.ApiError(-1021, "Timestamp for this request is outside of the recvWindow.")
