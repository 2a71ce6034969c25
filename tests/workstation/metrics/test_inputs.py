"""When an input last came: what is told only when it changes holds while what brings it goes on."""

from decimal import Decimal

from tests.workstation.metrics.test_registry import NOW_MS, VENUE, Venue
from workstation.metrics.inputs import HOUR_MS
from workstation.metrics.metric import ReadingState
from workstation.model.derivatives import FundingRate, MarkPrice


def test_a_funding_rate_that_stays_is_not_stale_while_mark_prices_come() -> None:
    venue = Venue()
    venue.tell(FundingRate(VENUE, "BTCUSDT", NOW_MS, Decimal("0.0001"), 8.0, NOW_MS + HOUR_MS))
    venue.clock.advance(50)
    venue.tell(MarkPrice(VENUE, "BTCUSDT", NOW_MS, Decimal(100), Decimal(100)))
    venue.clock.advance(50)
    assert venue.read("funding_8h_rate").state is ReadingState.OK
    venue.clock.advance(50)
    assert venue.read("funding_8h_rate").state is ReadingState.STALE
