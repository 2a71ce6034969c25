"""Says in one sentence what is wrong with a venue, from the errors that ccxt raises."""

import asyncio
import json

import ccxt

from workstation.errors import (
    DelistedSymbol,
    PreflightError,
    UnknownSymbol,
    VenueError,
    VenueRateLimited,
    VenueRefused,
    VenueUnreachable,
    VenueUnsupported,
    WrongVenueAddress,
)
from workstation.exchange.raw_client import REFUSING

_LIMITING = (418, 429)
_LONGEST_DETAIL = 120


def fault_of(error: BaseException, title: str, address: str) -> PreflightError:
    """Return the typed error, with its sentence, behind what ccxt raised.

    Args:
        error: what was raised.
        title: the venue's name.
        address: where it was sought.
    """
    if isinstance(error, PreflightError):
        return error
    status = _http_status(error)
    if status in _LIMITING or isinstance(error, ccxt.DDoSProtection | ccxt.RateLimitExceeded):
        return VenueRateLimited(f"{title} was asked too often and is left alone for a while.")
    if status in REFUSING or isinstance(error, ccxt.PermissionDenied | ccxt.AuthenticationError):
        said = f" (it answered {status})" if status else ""
        return VenueRefused(
            f"{title} refuses to serve this computer{said}: it may be barred where you are, or need a key."
        )
    if isinstance(error, ccxt.BadSymbol):
        return UnknownSymbol(f"{title} has no such symbol: {_detail(error)}")
    if isinstance(error, ccxt.NotSupported):
        return VenueUnsupported(f"{title} does not offer this: {_detail(error)}")
    if status is not None and 400 <= status < 500:
        return WrongVenueAddress(
            f"{address} answers, but not as {title} does (it answered {status}): check the address."
        )
    if isinstance(error, ccxt.NetworkError | asyncio.TimeoutError | OSError):
        return VenueUnreachable(
            f"{title} cannot be reached at {address}: check the network; it is tried again by itself."
        )
    if isinstance(error, ccxt.ExchangeError | KeyError | TypeError | ValueError | AttributeError):
        return WrongVenueAddress(f"{address} answers, but not as {title} does: {_detail(error)}")
    return VenueError(f"{title}: {_detail(error)}")


def unknown_symbol(title: str, symbol: str) -> UnknownSymbol:
    """The error of a symbol that the venue does not list."""
    return UnknownSymbol(f"{title} has no symbol {symbol[:40]!r}: check the spelling.")


def delisted_symbol(title: str, symbol: str) -> DelistedSymbol:
    """The error of a symbol that is not traded any more."""
    return DelistedSymbol(f"{title} no longer trades {symbol}: it was delisted or is being settled.")


def _http_status(error: BaseException) -> int | None:
    """The HTTP status behind an error, where ccxt kept it: in its cause, its argument or its text."""
    for candidate in (error, error.__cause__, *error.args):
        status = getattr(candidate, "status", None)
        if isinstance(status, int):
            return status
    # "binanceusdm GET https://… 451 Unavailable For Legal Reasons …", or "binanceusdm 418 I'm a teapot …"
    for word in str(error).split(" ", 5)[1:5]:
        if len(word) == 3 and word.isdigit() and word[0] in "45":
            return int(word)
    return None


def _detail(error: BaseException) -> str:
    text = str(error) or type(error).__name__
    # Behind ccxt's own words often comes the venue's whole answer; of JSON its message is enough.
    brace = text.find("{")
    if brace >= 0:
        try:
            answer = json.loads(text[brace:])
            text = text[:brace] + str(answer.get("msg") or answer.get("retMsg") or "")
        except (ValueError, AttributeError):
            text = text[:brace]
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST_DETAIL else text[:_LONGEST_DETAIL] + "…"
