"""The report of a week: what came of it, by day and by setup, every trade, and the trader's own words."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import groupby

from workstation import __version__
from workstation.errors import PreflightError
from workstation.journal.imports.rows import SYNTHETIC
from workstation.journal.report.curves import WIDTH, bars, running_result
from workstation.journal.report.markdown import rendered
from workstation.journal.report.page import Picture, Report, figures, table
from workstation.journal.report.words import (
    NONE,
    esc,
    held,
    moment,
    money,
    multiple,
    plain,
    price,
    ratio,
    share,
    tone,
    whole,
)
from workstation.journal.statistics.figure import Figure
from workstation.journal.statistics.overrides import overridden_rules
from workstation.journal.statistics.summary import Summary, summary
from workstation.journal.statistics.table import TripTable
from workstation.model.journal import AccountKind, Diary, JournalAccount, ReviewedTrip, TagGroup

DAY_MS = 86_400_000
_WEEK = re.compile(r"(\d{4})-?W(\d{1,2})", re.ASCII | re.IGNORECASE)
_KINDS = {
    AccountKind.LIVE: "real money",
    AccountKind.PAPER: "play money on a real market or a recording",
    AccountKind.SIMULATED: "play money on the simulated exchange",
    AccountKind.IMPORTED: "read from exports of the venue",
    AccountKind.SAMPLE: "made up, to look around in",
}


def week_of(text: str, now_ms: int) -> date:
    """Return the Monday of "2026-W47", "this", "last" or a day ("2026-11-21").

    Raises:
        PreflightError: it is none of these.
    """
    today = datetime.fromtimestamp(now_ms / 1_000, UTC).date()
    named = text.strip().casefold()
    found = _WEEK.fullmatch(named)
    try:
        if found is not None:
            return date.fromisocalendar(int(found[1]), int(found[2]), 1)
        day = {"this": today, "last": today - timedelta(days=7)}.get(named) or date.fromisoformat(named)
        return day - timedelta(days=day.weekday())
    except ValueError:
        raise PreflightError(f"{text!r} is no week: write 2026-W47, this, last, or a day of it.") from None


def week_name(monday: date) -> str:
    """The name of a week by its Monday, "2026-W47"."""
    year, week, _ = monday.isocalendar()
    return f"{year}-W{week:02d}"


def trips_of_week(trips: Iterable[ReviewedTrip], monday: date) -> list[ReviewedTrip]:
    """Return the round trips that were closed in a week, in UTC, as they were closed."""
    start = _ms(monday)
    return sorted(
        (one for one in trips if one.trip.closed_ms and start <= one.trip.closed_ms < start + 7 * DAY_MS),
        key=lambda one: (one.trip.closed_ms or 0, one.trip.trip_id),
    )


def week_report(
    monday: date,
    accounts: Sequence[JournalAccount],
    trips: Iterable[ReviewedTrip],
    diaries: Iterable[Diary],
    made_ms: int,
) -> Report:
    """Return the report of the week that begins on `monday`.

    Args:
        monday: its first day, UTC.
        accounts: each is reported by itself; money of different kinds is never summed up.
        trips: of any time.
        diaries: of any day.
        made_ms: our clock.
    """
    name = week_name(monday)
    sunday = monday + timedelta(days=6)
    found = trips_of_week(trips, monday)
    days = f"{monday.day} {monday:%B} to {sunday.day} {sunday:%B %Y}"
    parts: list[str | Picture] = [
        f"<h1>Week {int(name[-2:])}, {name[:4]}</h1>"
        f'<p class="lead">{days}, UTC. Trades by the day they were closed.</p>'
    ]
    if not found:
        parts.append("<p>No trade was closed in this week.</p>")
    for account in accounts:
        of_account = [one for one in found if one.trip.account == account.key]
        coins = sorted({one.trip.asset for one in of_account})
        for coin in coins:
            parts += _account(account, coin, [one for one in of_account if one.trip.asset == coin], monday)
    parts += _diary(diaries, monday)
    parts.append(foot(made_ms))
    return Report(f"Week {name} · Preflight", tuple(parts))


def is_made_up(one: ReviewedTrip) -> bool:
    """Whether an export told only what came of it, so that some fills and their times are made up."""
    return any(part.fill.venue_order_id.startswith(SYNTHETIC) for part in one.trip.parts)


def foot(made_ms: int) -> str:
    """The last line of every report."""
    made = f"Made {moment(made_ms, '%d %b %Y %H:%M')} UTC by Preflight {__version__}."
    return (
        f'<p class="foot">{made} Results are net of fees and funding. '
        "“few” stands where a figure rests on fewer than 30 observations.</p>"
    )


def _account(
    account: JournalAccount, coin: str, trips: Sequence[ReviewedTrip], monday: date
) -> list[str | Picture]:
    made = summary(TripTable.of(trips, [account]))
    results = [float(one.trip.net_pnl) for one in trips]
    parts: list[str | Picture] = [
        f"<h2>{esc(account.title)}, {esc(coin)}</h2>"
        f'<p class="pale small">{_KINDS[account.kind]}, {len(trips)} {_trades(len(trips))}</p>',
        figures(_figures(made, coin)),
    ]
    if len(trips) > 1:
        parts.append("<h3>Running result</h3>")
        parts.append(Picture(running_result(results, coin), WIDTH, 190, "Running result after each trade"))
        days = [
            (
                f"{monday + timedelta(days=day):%a %d}",
                sum(float(one.trip.net_pnl) for one in trips if _day_of(one, monday) == day),
            )
            for day in range(7)
        ]
        parts.append("<h3>By day</h3>")
        parts.append(Picture(bars(days, coin), WIDTH, 150, "Result of each day"))
        parts.append(_groups("By setup", "Setup", _by_setup(trips)))
        parts.append(_groups("By symbol", "Symbol", _by(trips, lambda one: one.trip.symbol)))
    parts.append("<h2>Trades</h2>")
    parts.append(_trades_table(trips))
    parts.append(_process(trips))
    notes = [one for one in trips if one.note.text.strip() or one.note.broken]
    if notes:
        parts.append("<h2>Notes</h2>")
        parts += [_note(one) for one in notes]
    return parts


def _figures(made: Summary, coin: str) -> list[tuple[str, str, str, str]]:
    total, expectancy, win = made["total_money"], made["expectancy_money"], made["win_rate"]
    r, followed, fall = made["total_r"], made["followed"], made["drawdown_money"]
    factor = made["profit_factor"]
    return [
        ("Net result", f"{money(total.value)}", esc(coin), tone(total.value)),
        ("In R", multiple(r.value), _rests(r), tone(r.value)),
        ("Won", share(win.value), _rests(win), "flat"),
        ("Expectancy", money(expectancy.value), _rests(expectancy), tone(expectancy.value)),
        ("Profit factor", ratio(factor.value), _rests(factor), "flat"),
        ("Largest fall", money(None if fall.value is None else -abs(fall.value)), esc(coin), "flat"),
        ("Fees and funding", money(_sum(made["funding"].value, made["fees"].value)), esc(coin), "flat"),
        ("Process followed", share(followed.value), _rests(followed), "flat"),
    ]


def _sum(funding: float | None, fees: float | None) -> float | None:
    return None if fees is None else (funding or 0.0) - fees


def _rests(figure: Figure) -> str:
    """What a figure rests on, or why there is none."""
    if figure.value is None:
        return esc(figure.reason)
    few = ", few" if figure.few else ""
    estimate = figure.estimate
    if estimate.low is None or estimate.high is None:
        return f"n {figure.n}{few}"
    if figure.what.key in ("win_rate", "followed"):
        return f"{share(estimate.low)} to {share(estimate.high)}, n {figure.n}{few}"
    return f"{money(estimate.low)} to {money(estimate.high)}, n {figure.n}{few}"


def _by_setup(trips: Sequence[ReviewedTrip]) -> list[tuple[str, list[ReviewedTrip]]]:
    return _by(trips, lambda one: one.setup or "no setup named")


def _by(
    trips: Sequence[ReviewedTrip], name: Callable[[ReviewedTrip], str]
) -> list[tuple[str, list[ReviewedTrip]]]:
    return [(word, list(those)) for word, those in groupby(sorted(trips, key=name), key=name)]


def _groups(title: str, heading: str, groups: Sequence[tuple[str, list[ReviewedTrip]]]) -> str:
    rows = []
    for word, those in sorted(groups, key=lambda pair: -sum(one.trip.net_pnl for one in pair[1])):
        net = sum(one.trip.net_pnl for one in those)
        known = [one.trip.r_multiple for one in those if one.trip.r_multiple is not None]
        won = sum(one.trip.net_pnl > 0 for one in those)
        rows.append(
            (
                esc(word),
                str(len(those)),
                str(won),
                f'<span class="{tone(net)}">{money(net)}</span>',
                multiple(sum(known)) if known else NONE,
            )
        )
    heads = ((heading, False), ("n", True), ("won", True), ("net", True), ("in R", True))
    return f"<h3>{esc(title)}</h3>{table(heads, rows, (48, 10, 10, 16, 16))}"


def _trades_table(trips: Sequence[ReviewedTrip]) -> str:
    rows = []
    for one in trips:
        trip = one.trip
        verdict = {True: "kept", False: "broken", None: NONE}[one.note.followed]
        rows.append(
            (
                whole(moment(trip.closed_ms, "%a %d %H:%M")),
                f'<span class="strong">{esc(trip.symbol)}</span>\u00a0{trip.direction.value}',
                esc(one.setup or NONE),
                plain(trip.size),
                price(trip.entry_price),
                price(trip.exit_price),
                NONE if is_made_up(one) and not trip.held_ms else held(trip.held_ms),
                f'<span class="{tone(trip.net_pnl)}">{money(trip.net_pnl)}</span>',
                multiple(trip.r_multiple),
                verdict,
            )
        )
    heads = (
        ("Closed", False),
        ("Trade", False),
        ("Setup", False),
        ("Size", True),
        ("Entry", True),
        ("Exit", True),
        ("Held", True),
        ("Net", True),
        ("R", True),
        ("Process", False),
    )
    return table(heads, rows, (13, 16, 14, 7, 9, 9, 9, 8, 6, 9), tight=True)


def _process(trips: Sequence[ReviewedTrip]) -> str:
    """What was overridden and tagged, if anything was."""
    counts: dict[str, list[ReviewedTrip]] = {}
    for one in trips:
        for rule in sorted(overridden_rules(one)):
            counts.setdefault(f"overridden: {rule.replace('_', ' ')}", []).append(one)
        if one.note.broken:
            counts.setdefault(f"broken: {one.note.broken}", []).append(one)
        for tag in one.note.tags:
            if tag.group in (TagGroup.MISTAKE, TagGroup.EMOTION):
                counts.setdefault(f"{tag.group.value}: {tag.name}", []).append(one)
    return _groups("Rules, mistakes and emotions", "What", list(counts.items())) if counts else ""


def _note(one: ReviewedTrip) -> str:
    trip = one.trip
    broken = f'<p class="down small">Broken: {esc(one.note.broken)}</p>' if one.note.broken else ""
    return (
        f"<h3>{esc(trip.symbol)} {trip.direction.value}, {moment(trip.closed_ms)}, "
        f'<span class="{tone(trip.net_pnl)}">{money(trip.net_pnl)} {esc(trip.asset)}</span></h3>{broken}'
        f'<div class="note">{rendered(one.note.text)}</div>'
    )


def _diary(diaries: Iterable[Diary], monday: date) -> list[str | Picture]:
    days = {(monday + timedelta(days=day)).isoformat() for day in range(7)}
    written = sorted(
        (one for one in diaries if one.day in days and one.text.strip()), key=lambda one: one.day
    )
    if not written:
        return []
    parts = [
        f"<h3>{date.fromisoformat(one.day):%A %d %B}</h3><div class='note'>{rendered(one.text)}</div>"
        for one in written
    ]
    return ["<h2>Diary</h2>", *parts]


def _day_of(one: ReviewedTrip, monday: date) -> int:
    return ((one.trip.closed_ms or 0) - _ms(monday)) // DAY_MS


def _ms(day: date) -> int:
    return round(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1_000)


def _trades(count: int) -> str:
    return "trade" if count == 1 else "trades"
