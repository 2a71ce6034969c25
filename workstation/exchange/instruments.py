"""Makes instruments of ccxt's markets."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from workstation.errors import VenueUnsupported
from workstation.exchange.venues import VenueEntry
from workstation.model.instrument import ContractKind, Instrument


def instrument_of(market: Mapping[str, Any], entry: VenueEntry, venue: str) -> Instrument:
    """Return the instrument of a ccxt market, under the desk's name of the venue.

    Raises:
        VenueUnsupported: its steps are not known, or it is an option.
    """
    symbol = entry.wire_symbol(market)
    precision = market.get("precision") or {}
    tick_size, lot_size = _step(precision.get("price")), _step(precision.get("amount"))
    if tick_size is None or lot_size is None or market.get("option"):
        raise VenueUnsupported(f"{entry.title} does not say in which steps {symbol} is traded.")
    if not market.get("contract"):
        kind = ContractKind.SPOT
    else:
        kind = ContractKind.LINEAR if market.get("linear") else ContractKind.INVERSE
    return Instrument(
        venue,
        symbol,
        kind,
        tick_size,
        lot_size,
        _decimal(market.get("contractSize")) or Decimal(1),
        str(market["base"]),
        str(market["quote"]),
        entry.sequence_rule,
    )


def _step(value: Any) -> Decimal | None:
    """A step of ccxt's TICK_SIZE mode; None where there is none."""
    step = _decimal(value)
    return step if step is not None and step > 0 else None


def _decimal(value: Any) -> Decimal | None:
    # ccxt reads steps as floats; their shortest text is the step that was sent.
    return None if value is None else Decimal(str(value))
