"""What the list of round trips shows, counts and sums up is what a plain loop over them says."""

from dataclasses import replace
from decimal import Decimal

from tests.ui.review.made_trips import ACCOUNT, START_MS, made_trip, many_trips
from ui.review.trip_filter import Standing, TripFilter
from ui.review.trip_index import DAY_MS, TripIndex
from workstation.model.journal import AccountKind, Tag, TagGroup, TripNote

KINDS = {ACCOUNT: AccountKind.PAPER}


def test_rows_of_choices_narrow_together_and_choices_of_a_row_add() -> None:
    trips = many_trips(400)
    index = TripIndex(trips, KINDS)
    tired, calm = Tag(TagGroup.EMOTION, "tired"), Tag(TagGroup.EMOTION, "calm")
    wanted = TripFilter(
        words="btc rejected",
        setups=frozenset({"Range fade", "Failed high/low"}),
        emotions=frozenset({tired, calm}),
        standing=Standing.FOLLOWED,
    )
    shown = {index.trips[place].trip.trip_id for place in index.matching(wanted)}
    plain = {
        one.trip.trip_id
        for one in trips
        if "BTC" in one.trip.symbol
        and "rejected" in one.note.text
        and one.setup in ("Range fade", "Failed high/low")
        and one.note.tags & {tired, calm}
        and one.note.followed is True
    }
    assert shown == plain
    assert plain


def test_a_choice_counts_what_it_would_show() -> None:
    index = TripIndex(many_trips(300), KINDS)
    wanted = TripFilter(setups=frozenset({"Range fade"}), standing=Standing.BROKEN)
    facets = index.facets(wanted)
    for setup, count in facets.setups:
        assert count == len(index.matching(replace(wanted, setups=frozenset({setup}))))
    for tag, count in facets.emotions:
        assert count == len(index.matching(replace(wanted, emotions=frozenset({tag}))))
    for standing, count in facets.standings:
        assert count == len(index.matching(replace(wanted, standing=standing)))


def test_kinds_of_money_are_never_shown_together() -> None:
    paper, live = made_trip(1), made_trip(2, account="real")
    index = TripIndex([paper, live], KINDS | {"real": AccountKind.LIVE})
    assert [index.trips[place] for place in index.matching(TripFilter())] == [live]
    assert [index.trips[place] for place in index.matching(TripFilter(kind=AccountKind.PAPER))] == [paper]


def test_sums_are_exact_and_leave_out_what_is_still_open() -> None:
    trips = [*many_trips(50), made_trip(999, held_ms=None, opened_ms=START_MS + DAY_MS)]
    index = TripIndex(trips, KINDS)
    sums = index.sums(index.matching(TripFilter()).tolist())
    closed = [one.trip for one in trips if not one.trip.is_open]
    assert (sums.n, sums.still_open) == (50, 1)
    assert dict(sums.money) == {"USDT": sum((trip.net_pnl for trip in closed), Decimal(0))}
    assert round(sums.r - sums.money[0][1] / Decimal("60.72"), 20) == 0
    assert sums.won == sum(trip.net_pnl > 0 for trip in closed)


def test_days_count_back_from_the_newest_and_begin_at_midnight() -> None:
    noon = START_MS + DAY_MS // 2
    trips = [made_trip(day, opened_ms=noon - day * DAY_MS) for day in range(20)]
    index = TripIndex(trips, KINDS)
    assert len(index.matching(TripFilter(days=7))) == 7
    assert len(index.matching(TripFilter(from_ms=START_MS - DAY_MS, to_ms=START_MS))) == 1


def test_a_note_that_changes_is_found_by_its_new_words() -> None:
    one = made_trip(1)
    index = TripIndex([one], KINDS)
    assert not len(index.matching(TripFilter(words="spoofed")))
    said = replace(one, note=TripNote(one.trip.trip_id, text="It was spoofed"))
    assert len(TripIndex([said], KINDS, index).matching(TripFilter(words="spoofed"))) == 1
