"""A round trip suggests the rule that it broke, else its setup, else its symbol."""

from dataclasses import replace

from tests.ui.review.made_trips import made_trip
from ui.rituals.from_trip import rule_of
from workstation.model.journal import TripNote
from workstation.model.rituals import RuleShape

ROWS = {"spread": "Spread", "volume": "Volume on the rejection"}


def test_the_rule_that_the_verdict_names_goes_before_setup_and_symbol() -> None:
    one = made_trip(1)
    note = TripNote(one.trip.trip_id, broken="volume ON the rejection ")
    rule, reason = rule_of(replace(one, note=note), ROWS, "Failed high")
    assert (rule.shape, rule.name, rule.title) == (RuleShape.ROW, "volume", ROWS["volume"])
    assert reason.startswith("volume ON the rejection: BTCUSDT short of 2024-08-08")
    assert rule_of(one, ROWS, "Failed high")[0].shape is RuleShape.SETUP
    nameless = made_trip(2, setup="")
    assert rule_of(nameless, ROWS, "")[0].name == "BTCUSDT"
