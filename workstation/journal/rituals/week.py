"""What a week was, for its review: figures beside the weeks before, best and worst, rules, promises."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from workstation.journal.journal import Journal
from workstation.journal.report.week import trips_of_week, week_name
from workstation.journal.rituals.kept import Kept, kept
from workstation.journal.starts import starting_balances
from workstation.journal.statistics.overrides import overridden_rules
from workstation.journal.statistics.rules import RuleLine, rule_ledger
from workstation.journal.statistics.table import TripTable
from workstation.model.journal import AccountKind, Feelings, ReviewedTrip
from workstation.model.rituals import LossReview, WeeklyReview

DAY_MS = 86_400_000
WEEKS_BEFORE = 4
SUNDAY = 6
_FIRST_OF_ITS_OWN_WEEK = 3
"""From Thursday on a review is of the week that goes on; earlier in a week, of the week before."""
_REAL = (AccountKind.LIVE, AccountKind.PAPER, AccountKind.SIMULATED, AccountKind.IMPORTED)

Money = tuple[tuple[str, Decimal], ...]
"""(coin, net) of each settlement coin; unlike coins are never added up."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What some round trips came to.

    Attributes:
        name: "2026-W47", or a day, "2026-11-21".
        n, won: trips, and of them with a profit.
        r, r_n: Σ R, None without any; trips that have an R.
        money: net by coin.
        days: with a trade closed.
        followed, judged: verdicts "followed", and verdicts.
    """

    name: str
    n: int
    won: int
    r: Decimal | None
    r_n: int
    money: Money
    days: int
    followed: int
    judged: int


@dataclass(frozen=True, slots=True)
class BrokenRule:
    """A rule that was overridden or broken in a week.

    Attributes:
        rule: key of the row or field of the gate; the trader's own words where those were given.
        is_words: it is the trader's words.
        tally: of the trips against it.
        ledger: of the rule over all time; None for words.
    """

    rule: str
    is_words: bool
    tally: Tally
    ledger: RuleLine | None


@dataclass(frozen=True, slots=True)
class WeekFacts:
    """A week as its review shows it.

    Attributes:
        monday: its first day, UTC.
        kind: of the accounts, whose money is alike; None where nothing was ever traded.
        kinds: that something was traded in.
        week: all of it. before: the weeks before, the oldest first. days: Monday to Sunday.
        best, worst: by R where all have one, else by money; None without a trade, worst with one alone.
        broken: rules, the dearest first.
        unreviewed: trips without a review, as they were closed.
        feelings: mean before, during, after of each scale; (name of the scale, values).
        looked_back: what was said of the losses among them.
        promises: commitments that were in force in it, with how they fared.
        made_ms: our clock when all this was read.
    """

    monday: date
    kind: AccountKind | None
    kinds: tuple[AccountKind, ...]
    week: Tally
    before: tuple[Tally, ...]
    days: tuple[Tally, ...]
    trips: tuple[ReviewedTrip, ...]
    best: ReviewedTrip | None
    worst: ReviewedTrip | None
    broken: tuple[BrokenRule, ...]
    unreviewed: tuple[ReviewedTrip, ...]
    feelings: tuple[tuple[str, tuple[float | None, ...]], ...]
    looked_back: tuple[tuple[ReviewedTrip, LossReview], ...]
    promises: tuple[Kept, ...]
    made_ms: int


@dataclass(frozen=True, slots=True)
class Due:
    """A weekly review that waits.

    Attributes:
        monday: of its week.
        day: on which it is due.
        is_today: it is that day; else it has passed.
    """

    monday: date
    day: date
    is_today: bool


def due_review(
    now_ms: int, trips: Sequence[ReviewedTrip], reviews: Sequence[WeeklyReview], weekday: int = SUNDAY
) -> Due | None:
    """Return the review that is due, the newest alone; None where nothing was traded, or it was done.

    Args:
        now_ms: our clock. trips, reviews: of the journal.
        weekday: of the review, 0 is Monday.
    """
    today, monday = _day(now_ms), current_week(now_ms, weekday)
    is_done = any(one.week == week_name(monday) and one.finished_ms for one in reviews)
    start, end = day_ms(monday), day_ms(monday) + 7 * DAY_MS
    traded = any(start <= (one.trip.closed_ms or 0) < end for one in reversed(trips))
    if is_done or not traded:
        return None
    day = monday + timedelta(days=_days_until(weekday))
    return Due(monday, day, day == today)


def current_week(now_ms: int, weekday: int = SUNDAY) -> date:
    """Return the Monday of the newest week whose review has come, by the weekday of reviews; 0 is Monday."""
    last = _day(now_ms) - timedelta(days=_days_until(weekday))
    return last - timedelta(days=last.weekday())


def _days_until(weekday: int) -> int:
    """From the Monday of a week to the day of its review."""
    return weekday if weekday >= _FIRST_OF_ITS_OWN_WEEK else weekday + 7


def promised_until(monday: date, now_ms: int) -> int:
    """Return the end of a commitment of a week's review: that of the next week, never one that is over."""
    today = _day(now_ms)
    this = today - timedelta(days=today.weekday())
    return day_ms(max(monday + timedelta(days=14), this + timedelta(days=7)))


def week_facts(journal: Journal, monday: date, now_ms: int, kind: AccountKind | None = None) -> WeekFacts:
    """Gather what the review of a week shows. Reads files: not for the window's thread.

    Args:
        journal: of the data directory.
        monday: of the week.
        now_ms: our clock.
        kind: of accounts; None for real money, else whatever was traded most in the week.
    """
    accounts = journal.accounts()
    kind_of = {account.key: account.kind for account in accounts}
    everything = [one for one in journal.trips() if kind_of.get(one.trip.account) in _REAL]
    counts = dict.fromkeys(_REAL, 0)
    for trip in everything:
        counts[kind_of[trip.trip.account]] += 1
    kinds = tuple(one for one in _REAL if counts[one])
    of_week = trips_of_week(everything, monday)
    if kind is None and kinds:
        within = [kind_of[one.trip.account] for one in of_week]
        kind = max(kinds, key=lambda one: (one is AccountKind.LIVE and one in within, within.count(one)))
    starts = starting_balances(journal, {(one.trip.account, one.trip.asset) for one in everything})
    whole = TripTable.of(everything, accounts, {owner: float(start) for owner, start in starts.items()})
    risk_rates = {
        one.trip.trip_id: float(risk / balance)
        for one, risk, balance in zip(whole.trips, whole.risk, whole.balance, strict=True)
        if risk == risk and balance == balance
    }
    missed = [trade for account in accounts for trade in journal.missed(account.key)]
    start_ms, end_ms = day_ms(monday), day_ms(monday) + 7 * DAY_MS
    promises = tuple(
        kept(one, everything, missed, lambda trip: risk_rates.get(trip.trip.trip_id), now_ms)
        for one in journal.rituals.commitments()
        if one.from_ms < end_ms and one.until_ms > start_ms and one.commitment_id != week_name(monday)
    )
    mine = [one for one in everything if kind_of[one.trip.account] is kind]
    trips = [one for one in of_week if kind_of[one.trip.account] is kind]
    known_r = all(one.trip.r_multiple is not None for one in trips)
    ranked = sorted(
        trips, key=lambda one: (one.trip.r_multiple or Decimal(0)) if known_r else one.trip.net_pnl
    )
    return WeekFacts(
        monday,
        kind,
        kinds,
        tally(week_name(monday), trips),
        tuple(
            tally(week_name(earlier), trips_of_week(mine, earlier))
            for earlier in (monday - timedelta(days=7 * back) for back in range(WEEKS_BEFORE, 0, -1))
        ),
        tuple(
            tally(
                (monday + timedelta(days=day)).isoformat(),
                [one for one in trips if ((one.trip.closed_ms or 0) - start_ms) // DAY_MS == day],
            )
            for day in range(7)
        ),
        tuple(trips),
        ranked[-1] if ranked else None,
        ranked[0] if len(ranked) > 1 else None,
        _broken(trips, mine),
        tuple(one for one in trips if not one.note.reviewed_ms),
        _felt(trips),
        _looked_back(journal, trips),
        promises,
        now_ms,
    )


def tally(name: str, trips: Sequence[ReviewedTrip]) -> Tally:
    """Add up round trips, each coin by itself."""
    multiples = [one.trip.r_multiple for one in trips if one.trip.r_multiple is not None]
    money: dict[str, Decimal] = {}
    for one in trips:
        money[one.trip.asset] = money.get(one.trip.asset, Decimal(0)) + one.trip.net_pnl
    verdicts = [one.note.followed for one in trips if one.note.followed is not None]
    return Tally(
        name,
        len(trips),
        sum(one.trip.net_pnl > 0 for one in trips),
        sum(multiples, Decimal(0)) if multiples else None,
        len(multiples),
        tuple(sorted(money.items())),
        len({(one.trip.closed_ms or 0) // DAY_MS for one in trips}),
        sum(verdicts),
        len(verdicts),
    )


def day_ms(day: date) -> int:
    """The first millisecond of a day, UTC."""
    return round(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)


def _day(now_ms: int) -> date:
    return datetime.fromtimestamp(now_ms / 1000, UTC).date()


def _broken(trips: Sequence[ReviewedTrip], everything: Sequence[ReviewedTrip]) -> tuple[BrokenRule, ...]:
    by_rule: dict[tuple[str, bool], list[ReviewedTrip]] = {}
    for one in trips:
        for rule in overridden_rules(one):
            by_rule.setdefault((rule, False), []).append(one)
        if one.note.broken.strip():
            by_rule.setdefault((one.note.broken.strip(), True), []).append(one)
    lines = {line.rule: line for line in rule_ledger(TripTable.of(everything))} if by_rule else {}
    found = [
        BrokenRule(rule, is_words, tally(rule, those), None if is_words else lines.get(rule))
        for (rule, is_words), those in by_rule.items()
    ]
    return tuple(sorted(found, key=lambda one: (one.tally.r or Decimal(0), one.rule)))


def _looked_back(
    journal: Journal, trips: Sequence[ReviewedTrip]
) -> tuple[tuple[ReviewedTrip, LossReview], ...]:
    said = ((one, journal.rituals.loss(f"{one.trip.symbol}|{one.trip.opened_ms}")) for one in trips)
    return tuple((one, review) for one, review in said if review.done_ms)


def _felt(trips: Sequence[ReviewedTrip]) -> tuple[tuple[str, tuple[float | None, ...]], ...]:
    found = []
    for scale in ("tension", "doubt", "urge"):
        means = []
        for time in ("before", "during", "after"):
            felt: list[Feelings] = [getattr(one.note, time) for one in trips]
            answers = [getattr(one, scale) for one in felt if getattr(one, scale) is not None]
            means.append(sum(answers) / len(answers) if answers else None)
        found.append((scale, tuple(means)))
    return tuple(found)
