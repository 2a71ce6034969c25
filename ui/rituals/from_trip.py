"""The commitment that a round trip suggests: its broken rule, else its setup, else its symbol."""

from collections.abc import Mapping

from ui import format
from workstation.model.journal import ReviewedTrip
from workstation.model.rituals import Rule, RuleShape


def rule_of(one: ReviewedTrip, rows: Mapping[str, str], setup: str) -> tuple[Rule, str]:
    """Return a rule to begin with, and the reason that the round trip gives.

    Args:
        one: what went wrong.
        rows: titles of checklist rows by key.
        setup: as the trader calls its setup.
    """
    trip, broken = one.trip, one.note.broken.strip()
    words = f"{trip.symbol} {trip.direction.value} of {format.utc_date(trip.opened_ms)}"
    reason = f"{broken}: {words}" if broken else words
    row = next((key for key, title in rows.items() if broken and title.casefold() == broken.casefold()), None)
    overridden = next((override.rule for override in one.overrides if override.rule in rows), None)
    key = row or overridden
    if key is not None:
        return Rule(RuleShape.ROW, name=key, title=rows[key]), reason
    if one.setup:
        return Rule(RuleShape.SETUP, name=one.setup, title=setup), reason
    return Rule(RuleShape.SYMBOL, name=trip.symbol, title=trip.symbol), reason
