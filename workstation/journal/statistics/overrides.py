"""Which rules a trip was opened against."""

from collections.abc import Iterable

from workstation.model.journal import ReviewedTrip

WHOLE_ORDER = "the whole order"
"""The rule of an override or a refusal that names none."""

AGAINST = frozenset(("fail", "no data"))
"""States of a row that does not let an order pass, if it must."""
_PREFIX = "checklist."
_NO_RULE = "override"
"""The field of what was said against an override itself, or of one that was taken back: no rule by itself."""


def overridden_rules(one: ReviewedTrip) -> frozenset[str]:
    """Return the rules that were overridden to open a trip: rows of its checklist, or fields of the gate.

    An override names them all. A row that stood against the trade without one only tells, and locks nothing.
    """
    return rules_of(rule for given in one.overrides for rule in given.rule.split(","))


def rules_of(fields: Iterable[str]) -> frozenset[str]:
    """Return rules as the rows of a checklist are called: "checklist.volume" is "volume"."""
    named = (field.strip().removeprefix(_PREFIX) or WHOLE_ORDER for field in fields)
    return frozenset(rule for rule in named if rule != _NO_RULE)
