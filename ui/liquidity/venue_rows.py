"""Rows of venues: how tight each is in the trader's hours, and how far it can be relied on."""

from dataclasses import dataclass

from ui import format
from ui.liquidity.reading import bps_text
from ui.widgets.table_rows import Cell, Column, Row
from workstation.analytics.feed_outages import Outage, Reliability
from workstation.analytics.liquidity import Quantiles
from workstation.analytics.liquidity_health import FORMULA, STRESS_BPS, WORST_LOST_SHARE, Part
from workstation.analytics.liquidity_usual import COST, LEAST_MINUTES, SPREAD, depth_measure
from workstation.market.liquidity_past import MarketLiquidity
from workstation.model.feed_status import FeedProblem
from workstation.model.instrument import Instrument

NAN = float("nan")
COLUMNS = (
    Column("Venue", "Where it is traded, and what it is called there", 17, 0, left=True),
    Column("Health", FORMULA, 7, 0),
    Column("Spread bp", "Median in your hours; the tightest venue is marked", 9, 0),
    Column("P5–P95", "Of the spread in your hours", 13, 6, left=True),
    Column("Cost bp", "Median cost of your size in your hours, the dearer side", 8, 2),
    Column("Depth 10 bp", "Median money within 10 bp of the middle in your hours, thinner side", 11, 3),
    Column("Under stress", "Depth within 10 bp in the fastest 5 % of minutes against its median", 11, 1),
    Column("Book known", "Share of the time listened to in which the book was known", 11, 1),
    Column("Gaps", "Stretches without a known book", 6, 5),
    Column(
        "Outages",
        "Stretches in which nothing came though it was listened to: in 24 hours · 7 days · 30 days",
        11,
        1,
    ),
    Column("Lost", "Time lost to outages in 30 days; as seen from here, so your own line counts too", 8, 2),
    Column("Longest", "The longest outage of 30 days", 8, 4),
    Column("Delay P50", "Messages behind the quickest of their minute", 9, 8),
    Column("P99", "The same of the latest in a hundred", 8, 4),
    Column(
        "Withdrawals", "As the venue or a series outside_withdrawals_… says; never guessed", 11, 3, left=True
    ),
    Column("n, min", "Stored minutes in your hours", 9, 7),
)
UNKNOWN = "unknown"
"""A state of its own: nothing is guessed."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One venue's market of the coin: `title` names the venue."""

    key: str
    title: str
    instrument: Instrument
    market: MarketLiquidity | None


def own_spread(candidate: Candidate) -> Quantiles | None:
    """The spread in the trader's hours; None while too few minutes are known to compare."""
    market = candidate.market
    if market is None or market.usual is None:
        return None
    spread = market.usual.measures[SPREAD].own
    return spread if spread.n >= LEAST_MINUTES else None


def tightest(candidates: list[Candidate]) -> Candidate | None:
    """That with the smallest median spread in the trader's hours; None while fewer than two are known."""
    known = [
        (spread.median, _own_cost(one), one.key, one)
        for one in candidates
        if (spread := own_spread(one)) is not None
    ]
    return min(known)[3] if len(known) > 1 else None


def _own_cost(candidate: Candidate) -> float:
    """Decides between venues whose usual spread is the same: often it is one tick on both."""
    usual = None if candidate.market is None else candidate.market.usual
    cost = None if usual is None else usual.measures.get(COST)
    return float("inf") if cost is None or cost.own.median != cost.own.median else cost.own.median


def row_of(candidate: Candidate, best: Candidate | None) -> Row:
    """The row of a venue."""
    title = f"{candidate.title}  {candidate.instrument.symbol}"
    market = candidate.market
    usual = None if market is None else market.usual
    health = None if market is None else market.health
    name = Cell(title, title.casefold())
    if usual is None or health is None:
        words = "not read" if market is None else market.error or _progress(market)
        empty = Cell("", NAN)
        feed = (empty,) * 3 if market is None else _feed_cells(market.reliability)
        before = [column.title for column in COLUMNS].index("Outages") - 3
        after = len(COLUMNS) - 3 - before - len(feed)
        cells = (name, empty, Cell(words, NAN, "muted"), *(empty,) * before, *feed, *(empty,) * after)
        return candidate.key, cells
    spread = usual.measures[SPREAD].own
    cost = usual.measures.get(COST)
    depth = usual.measures[depth_measure(STRESS_BPS)].own
    is_best = best is not None and candidate.key == best.key
    gap_share, score = health.gap_share, health.score
    withdrawals = {True: ("open", "text"), False: ("stopped", "danger"), None: (UNKNOWN, "muted")}
    said, token = withdrawals[health.withdrawals]
    stress = health.stress_ratio if health.stress.score is not None else NAN
    return candidate.key, (
        name,
        Cell(
            format.NO_FIGURE if score is None else f"{score:.0f}",
            NAN if score is None else score,
            "muted" if score is None else "danger" if score < 50 else "warn" if score < 80 else "text",
        ),
        Cell(
            ("◂ " if is_best else "") + bps_text(spread.median),
            spread.median,
            "accent" if is_best else "text" if spread.n >= LEAST_MINUTES else "muted",
        ),
        Cell(f"{bps_text(spread.low)}–{bps_text(spread.high)}", spread.high, "muted"),
        Cell(format.NO_FIGURE, NAN, "muted")
        if cost is None
        else Cell(bps_text(cost.own.median), cost.own.median),
        Cell(format.compact(depth.median), depth.median),
        Cell(format.percent(stress, 0), stress, "warn" if stress < 0.5 else "text"),
        Cell(
            format.percent(1 - gap_share, 2),
            1 - gap_share,
            "danger" if gap_share >= 0.01 else "warn" if gap_share >= 0.001 else "text",
        ),
        Cell(format.count(health.coverage.gaps), float(health.coverage.gaps), "muted"),
        *_feed_cells(None if market is None else market.reliability),
        Cell(_delay(health.delay_ms[0]), health.delay_ms[0], "muted"),
        Cell(
            _delay(health.delay_ms[2]), health.delay_ms[2], "warn" if health.delay_ms[2] > 1_000 else "text"
        ),
        Cell(said, said, token),
        Cell(format.count(spread.n), float(spread.n), "muted"),
    )


def _feed_cells(feed: Reliability | None) -> tuple[Cell, Cell, Cell]:
    """How often nothing came, for how long of 30 days, and the longest of it."""
    if feed is None:
        return Cell("…", NAN, "muted"), Cell("", NAN), Cell("", NAN)
    if not feed.longest.listened_ms:
        return Cell(UNKNOWN, NAN, "muted"), Cell("", NAN), Cell("", NAN)
    month = feed.longest
    token = "danger" if month.lost_share >= WORST_LOST_SHARE else "warn" if feed.spans[0].outages else "text"
    counts = " · ".join(format.count(span.outages) for span in feed.spans)
    return (
        Cell(counts, float(month.outages), token),
        Cell(_lasted(month.lost_ms), float(month.lost_ms), token if month.lost_ms else "muted"),
        Cell(_lasted(month.longest_ms), float(month.longest_ms), "muted"),
    )


def _lasted(ms: int) -> str:
    return format.duration(ms / 1000) if ms else "none"


OUTAGE_COLUMNS = (
    Column("Began, UTC", "When the last data came", 17, 0, left=True),
    Column("Lasted", "Until data came again", 9, 0),
    Column("What it was", "As the feed named it", 34, 1, left=True),
)
_TROUBLE = {
    FeedProblem.FEED_PROCESS: "the desk's own feed process ended",
    FeedProblem.UNREACHABLE: "the venue could not be reached",
    FeedProblem.RATE_LIMITED: "the venue limited our requests",
    FeedProblem.NO_PERMISSION: "the venue refused us",
    FeedProblem.WRONG_URL: "the address was wrong",
}


def outage_rows(feed: Reliability | None) -> list[Row]:
    """The outages of 30 days, newest first."""
    return [
        (
            str(one.from_ms),
            (
                Cell(f"{format.utc_date(one.from_ms)} {format.utc_time(one.from_ms)}", float(one.from_ms)),
                Cell(_lasted(one.lasted_ms), float(one.lasted_ms), "warn"),
                Cell(_what(one), _what(one), "muted"),
            ),
        )
        for one in (() if feed is None else feed.outages)
    ]


def _what(one: Outage) -> str:
    words = _TROUBLE.get(one.problem, "connected, but nothing came" if one.silent else "no connection")
    return f"{words}; not ended when last listened" if one.is_open else words


def _progress(market: MarketLiquidity) -> str:
    if not market.is_looked_up:
        return "…"
    return "nothing stored" if not market.days else f"day {market.days_read}/{market.days}"


def _delay(ms: float) -> str:
    if ms != ms:
        return format.NO_FIGURE
    return f"{ms:.1f} ms" if ms < 9.95 else f"{ms:.0f} ms" if ms < 999.5 else f"{ms / 1000:.1f} s"


def tip_of(candidate: Candidate) -> str:
    """The parts of the score with what each stands on."""
    health = None if candidate.market is None else candidate.market.health
    if health is None:
        return ""
    coverage = health.coverage
    lines = [
        _part("Depth under stress", health.stress, "fast minutes"),
        _part("Whole book", health.whole, "hours"),
        _part("Connected", health.connected, "hours"),
        _part("Delay", health.delay, "messages"),
        f"Withdrawals: {UNKNOWN}, not counted"
        if health.withdrawals is None
        else f"Withdrawals: {'open' if health.withdrawals else 'stopped'}",
    ]
    if health.fast_bps == health.fast_bps:
        lines.append(f"A minute is fast from a range of {bps_text(health.fast_bps)} bp on.")
    feed = None if candidate.market is None else candidate.market.reliability
    if feed is not None and feed.longest.listened_ms:
        lines.append(
            f"In 30 days it was listened to for {format.duration(feed.longest.listened_ms / 1000)}; "
            f"{format.count(feed.longest.repairs)} times something was missing and fetched."
        )
    if coverage.listened_ms:
        lines.append(
            f"Listened to {format.duration(coverage.listened_ms / 1000)} in {coverage.sessions} sessions; "
            f"longest gap {format.duration(coverage.longest_gap_ms / 1000)}; "
            f"{format.count(coverage.lost_trades)} trades lost for good."
        )
    return "\n".join([*lines, "", FORMULA])


def _part(name: str, part: Part, unit: str) -> str:
    if part.score is None:
        return f"{name}: not known, {part.why}"
    return f"{name}: {part.score * 100:.0f} of 100, n {format.count(part.n)} {unit}"
