"""The week of a review: its trips and no others, figures that add up, and when it is due."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from tests.ui.review.made_trips import DAY_MS, OPENED_MS, made_journal
from workstation.journal.journal import Journal
from workstation.journal.rituals.week import (
    current_week,
    day_ms,
    due_review,
    promised_until,
    tally,
    week_facts,
)
from workstation.model.journal import AccountKind, TripNote
from workstation.model.rituals import Commitment, LossReview, PlaybookPage, Rule, RuleShape, WeeklyReview

MONDAY = date(2024, 8, 5)
SUNDAY_MS = day_ms(MONDAY) + 6 * DAY_MS


def test_a_week_adds_up_by_day_and_beside_the_weeks_before(tmp_path: Path) -> None:
    with made_journal(tmp_path) as journal:
        trips = journal.trips()
        facts = week_facts(journal, MONDAY, SUNDAY_MS)
        assert facts.kind is AccountKind.IMPORTED
        assert (facts.week.n, len(facts.trips)) == (5, 5)
        assert [day.n for day in facts.days] == [0, 0, 0, 0, 2, 2, 1]
        net = sum((one.trip.net_pnl for one in trips), Decimal(0))
        assert facts.week.money == (("USDT", net),)
        assert sum((day.money[0][1] for day in facts.days if day.n), Decimal(0)) == net
        assert [one.n for one in facts.before] == [0, 0, 0, 0]
        assert week_facts(journal, date(2024, 8, 12), SUNDAY_MS).before[-1] == tally(
            "2024-W32", list(facts.trips)
        )
        assert facts.best is max(facts.trips, key=lambda one: one.trip.net_pnl)
        assert facts.worst is min(facts.trips, key=lambda one: one.trip.net_pnl)
        assert len(facts.unreviewed) == 5
        first = facts.trips[0].trip.trip_id
        journal.save_note(TripNote(first, followed=False, broken="moved the stop", reviewed_ms=1))
        facts = week_facts(journal, MONDAY, SUNDAY_MS)
        assert len(facts.unreviewed) == 4
        assert [(one.rule, one.is_words, one.tally.n) for one in facts.broken] == [
            ("moved the stop", True, 1)
        ]


def test_a_review_is_due_on_sunday_and_until_it_is_done(tmp_path: Path) -> None:
    with made_journal(tmp_path) as journal:
        trips = journal.trips()
        assert due_review(SUNDAY_MS - 1, trips, ()) is None  # of the week before, in which nothing happened
        due = due_review(SUNDAY_MS, trips, ())
        assert due is not None
        assert (due.monday, due.is_today) == (MONDAY, True)
        later = due_review(SUNDAY_MS + 3 * DAY_MS, trips, (WeeklyReview("2024-W32", step=3),))
        assert later is not None
        assert not later.is_today
        assert due_review(SUNDAY_MS, trips, (WeeklyReview("2024-W32", finished_ms=1),)) is None
        assert due_review(SUNDAY_MS + 8 * DAY_MS, trips, ()) is None


@pytest.mark.parametrize(
    ("weekday", "before", "on"),
    [
        (4, "2024-08-08T23:59", "2024-08-09T00:00"),  # Friday of the week itself
        (6, "2024-08-10T23:59", "2024-08-11T00:00"),
        (0, "2024-08-11T23:59", "2024-08-12T00:00"),  # the Monday after it
        (2, "2024-08-13T23:59", "2024-08-14T00:00"),
    ],
)
def test_the_day_of_the_review_is_the_traders(tmp_path: Path, weekday: int, before: str, on: str) -> None:
    def at(text: str) -> int:
        return round(datetime.fromisoformat(f"{text}+00:00").timestamp() * 1000)

    with made_journal(tmp_path) as journal:
        assert due_review(at(before), journal.trips(), (), weekday) is None
        due = due_review(at(on), journal.trips(), (), weekday)
        assert due is not None
        assert (due.monday, due.day.isoformat(), due.is_today) == (MONDAY, on[:10], True)
        assert current_week(at(before), weekday) == date(2024, 7, 29)
        assert current_week(at(on), weekday) == MONDAY
        later = due_review(at(on) + DAY_MS, journal.trips(), (), weekday)
        assert later is not None
        assert not later.is_today


def test_a_commitment_lasts_until_the_end_of_the_next_week() -> None:
    assert current_week(SUNDAY_MS) == MONDAY
    assert current_week(SUNDAY_MS + 2 * DAY_MS) == MONDAY
    assert promised_until(MONDAY, SUNDAY_MS) == day_ms(date(2024, 8, 19))
    assert promised_until(MONDAY, SUNDAY_MS + 2 * DAY_MS) == day_ms(date(2024, 8, 19))
    assert promised_until(MONDAY, SUNDAY_MS + 30 * DAY_MS) == day_ms(date(2024, 9, 16))


def test_the_next_review_asks_for_the_commitment_and_undo_does_not_take_it_back(tmp_path: Path) -> None:
    rule = Rule(RuleShape.SYMBOL, name="ETHUSDT")
    with made_journal(tmp_path) as journal:
        made = Commitment("2024-W31", rule, "chop", OPENED_MS, OPENED_MS, day_ms(date(2024, 8, 12)))
        journal.save_note(TripNote(journal.trips()[0].trip.trip_id, text="undone below"))
        journal.rituals.save_commitment(made)
        journal.rituals.save_week(WeeklyReview("2024-W32", step=4, text="slow"))
        journal.rituals.save_loss(LossReview("BTCUSDT|1", "chased", False, next_action="walk"))
        journal.rituals.save_page(PlaybookPage("swing", "# Swing", ("a",)))
        journal.undo()
        (promise,) = week_facts(journal, MONDAY, SUNDAY_MS).promises
        assert (promise.kept, promise.of, promise.unit) == (3, 5, "entry")
        assert journal.flush()
    with Journal(tmp_path) as again:
        assert again.rituals.commitments() == (made,)
        assert (again.rituals.week("2024-W32").step, again.rituals.week("2024-W32").text) == (4, "slow")
        assert again.rituals.loss("BTCUSDT|1").next_action == "walk"
        assert again.rituals.page("swing").examples == ("a",)
