"""The day's figures of what is only listed, as ccxt tells them, in the desk's units."""

from dataclasses import replace
from decimal import Decimal

from tests.ui.ticket.trade_floor import INSTRUMENT
from workstation.exchange.venue_board import ticker_of
from workstation.model.instrument import ContractKind

FIGURES = {
    "timestamp": 1_700_000_000_000,
    "last": 110.5,
    "open": 100,
    "high": 120,
    "low": 90,
    "baseVolume": 2_000,
    "quoteVolume": 210_000,
}


def test_volumes_are_in_the_instruments_unit_of_size() -> None:
    in_lots = replace(INSTRUMENT, contract_size=Decimal("0.01"))
    ticker = ticker_of(FIGURES, in_lots)
    assert ticker is not None
    assert (ticker.last, ticker.open, ticker.high, ticker.low) == tuple(
        map(Decimal, ("110.5", "100", "120", "90"))
    )
    assert ticker.volume == 200_000
    assert ticker.quote_volume == 210_000
    inverse = ticker_of(FIGURES, replace(in_lots, kind=ContractKind.INVERSE))
    assert inverse is not None
    assert inverse.volume == 2_000


def test_figures_without_a_usable_price_are_none() -> None:
    for spoilt in ({"last": None}, {"open": None}, {"last": float("nan")}, {"last": "many"}):
        assert ticker_of({**FIGURES, **spoilt}, INSTRUMENT) is None


def test_what_a_venue_leaves_out_is_no_high_no_low_and_no_volume() -> None:
    ticker = ticker_of({"last": 5, "open": 4}, INSTRUMENT)
    assert ticker is not None
    assert (ticker.high, ticker.low) == (Decimal(5), Decimal(5))
    assert (ticker.volume, ticker.quote_volume) == (Decimal(0), Decimal(0))
    assert ticker.event_ms == 0
