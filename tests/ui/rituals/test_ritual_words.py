"""What is said of a due review, of a promise and of a week that spans two months."""

from datetime import date
from decimal import Decimal

from ui.rituals.ritual_words import due_words, kept_words, span_words
from workstation.journal.rituals.kept import Kept
from workstation.journal.rituals.week import Due, day_ms
from workstation.model.rituals import Commitment, Rule, RuleShape

SUNDAY, MONDAY = date(2024, 8, 11), date(2024, 8, 5)


def test_a_review_is_due_today_or_since_its_day() -> None:
    assert due_words(Due(MONDAY, SUNDAY, is_today=True)) == ("due today, Sun 11 Aug", "warn")
    assert due_words(Due(MONDAY, SUNDAY, is_today=False)) == ("due since Sun 11 Aug", "danger")


def test_a_promise_says_what_was_kept_what_is_not_known_and_what_the_gate_held_back() -> None:
    made = Commitment("2024-W31", Rule(RuleShape.TRADES, Decimal(3)), "why", 1, 1, 2)
    assert kept_words(Kept(made, 4, 5, "day", 0, (), 0, True)) == "kept 4 of 5 days"
    told = kept_words(Kept(made, 1, 1, "entry", 2, (), 3, False))
    assert told == "kept 1 of 1 entry; 2 cannot be told from the record; the gate held back 3 so far"
    assert kept_words(Kept(made, 0, 0, "entry", 0, (), 0, True)) == "there was nothing to hold it against"


def test_a_week_names_both_months_where_it_has_two() -> None:
    assert span_words(day_ms(MONDAY)) == "5 – 11 Aug 2024"
    assert span_words(day_ms(date(2024, 7, 29))) == "29 Jul – 4 Aug 2024"
