"""What the venue says no with: Binance's error codes, texts and HTTP statuses."""


class ApiError(Exception):
    """A request that is refused: `{"code": …, "msg": …}` under an HTTP status."""

    def __init__(
        self, code: int, text: str, status: int = 400, headers: dict[str, str] | None = None
    ) -> None:
        """Refuse with Binance's `code` and `text`."""
        super().__init__(text)
        self.code = code
        self.status = status
        self.headers = headers or {}


def missing(name: str) -> ApiError:
    """A parameter that must be there is not, or is empty."""
    return ApiError(-1102, f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed.")


def not_valid(name: str) -> ApiError:
    """A parameter that is out of its range or set."""
    return ApiError(-1130, f"Data sent for parameter '{name}' is not valid.")


def illegal(name: str, legal: str) -> ApiError:
    """A parameter that is not even of its type."""
    return ApiError(-1100, f"Illegal characters found in parameter '{name}'; legal range is '{legal}'.")


def invalid_symbol() -> ApiError:
    """No such symbol."""
    return ApiError(-1121, "Invalid symbol.")


def invalid_symbol_status() -> ApiError:
    """The symbol is known but no longer traded."""
    return ApiError(-1122, "Invalid symbol status.")


def invalid_interval() -> ApiError:
    """No such candle length."""
    return ApiError(-1120, "Invalid interval.")


def start_after_end() -> ApiError:
    """startTime lies behind endTime."""
    return ApiError(-1023, "Start time is greater than end time.")


def too_many_requests(limit: int, retry_after_s: int) -> ApiError:
    """The weight of this minute is used up."""
    return ApiError(
        -1003,
        f"Too many requests; current limit of IP(127.0.0.1) is {limit} requests per minute. "
        "Please use the websocket for live updates to avoid polling the API.",
        429,
        {"Retry-After": str(retry_after_s)},
    )


def banned(until_ms: int, retry_after_s: int) -> ApiError:
    """Too many requests after a 429."""
    return ApiError(
        -1003,
        f"Way too many requests; IP(127.0.0.1) banned until {until_ms}. "
        "Please use the websocket for live updates to avoid bans.",
        418,
        {"Retry-After": str(retry_after_s)},
    )
