"""The rituals in words: tallies, rules, promises and trades as the windows tell them, and their HTML."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from html import escape

from ui import format
from ui.positions.figures import signed
from ui.theme import BODY_PX, HEADER_PX, Theme
from workstation.journal.rituals.kept import Kept
from workstation.journal.rituals.week import Due, Tally
from workstation.journal.statistics.figure import Estimate
from workstation.model.journal import AccountKind, ReviewedTrip
from workstation.trading.commitments import day_words, promise_words

KIND_WORDS = {
    AccountKind.LIVE: "Live",
    AccountKind.PAPER: "Paper",
    AccountKind.SIMULATED: "Simulated",
    AccountKind.IMPORTED: "Imported",
    AccountKind.SAMPLE: "SAMPLE",
}
FEW = 30
Cell = tuple[str, str]
"""Text, and the theme's token of its colour."""


def tone(value: Decimal | float | None) -> str:
    """The token of a gain or a loss."""
    return "muted" if not value or not round(value, 2) else "up" if value > 0 else "down"


def units(value: Decimal | None) -> str:
    """A result in R."""
    return format.NO_FIGURE if value is None else f"{signed(value)} R"


def money_words(tally: Tally) -> str:
    """Money by coin; unlike coins stand beside one another."""
    return ", ".join(f"{signed(net)} {coin}" for coin, net in tally.money) or format.NO_FIGURE


def n_words(n: int) -> str:
    """n as it stands beside a figure: "n 12, few"."""
    return f"n {n}, few" if n < FEW else f"n {n}"


def span_words(monday_ms: int) -> str:
    """A week by its days: "16 – 22 Nov 2026"."""
    first = datetime.fromtimestamp(monday_ms / 1000, UTC)
    last = datetime.fromtimestamp(monday_ms / 1000 + 6 * 86_400, UTC)
    start = f"{first.day}" if first.month == last.month else f"{first.day} {first:%b}"
    return f"{start} – {last.day} {last:%b %Y}"


def due_words(due: Due) -> Cell:
    """What the top of the window says of a review that waits."""
    day = f"{due.day:%a} {due.day.day} {due.day:%b}"
    return (f"due today, {day}", "warn") if due.is_today else (f"due since {day}", "danger")


def kept_words(kept: Kept) -> str:
    """How a commitment fared: "kept 11 of 12 entries; the gate held back 2"."""
    plural = {"entry": "entries", "day": "days"}[kept.unit]
    words = f"kept {kept.kept} of {kept.of} {plural if kept.of != 1 else kept.unit}"
    if not kept.of:
        words = "there was nothing to hold it against"
    if kept.unknown:
        words += f"; {kept.unknown} cannot be told from the record"
    if kept.refused:
        words += f"; the gate held back {kept.refused}"
    if kept.commitment.lifted_ms:
        words += f"; taken back on {day_words(kept.commitment.lifted_ms)}"
    return words if kept.is_over else f"{words} so far"


def promise_line(kept: Kept) -> Cell:
    """A promise and how it fared, with its colour."""
    token = "muted" if not kept.of else "up" if kept.kept == kept.of else "warn"
    return f"{promise_words(kept.commitment)} — {kept_words(kept)}", token


def trade_words(one: ReviewedTrip) -> str:
    """A trade in a line."""
    trip = one.trip
    return f"{trip.symbol} {trip.direction.value}, {when_words(trip.closed_ms)}, {result_words(one)}"


def result_words(one: ReviewedTrip) -> str:
    """What a trade brought."""
    trip = one.trip
    brought = f"{signed(trip.net_pnl)} {trip.asset}"
    return brought if trip.r_multiple is None else f"{units(trip.r_multiple)}, {brought}"


def when_words(ms: int | None) -> str:
    """A moment of a week: "Thu 8 Aug 23:55"."""
    if ms is None:
        return "open"
    moment = datetime.fromtimestamp(ms / 1000, UTC)
    return f"{moment:%a} {moment.day} {moment:%b %H:%M}"


def estimate_words(estimate: Estimate) -> str:
    """A mean with its interval and n."""
    if estimate.value is None:
        return format.NO_FIGURE
    words = f"{format.signed(estimate.value, 2)} R"
    if estimate.low is not None and estimate.high is not None:
        words += f" [{format.signed(estimate.low, 2)} … {format.signed(estimate.high, 2)}]"
    return f"{words}, {n_words(estimate.n)}"


def table(theme: Theme, heads: Sequence[str], rows: Sequence[Sequence[Cell]], left: int = 1) -> str:
    """A table as HTML; the first `left` columns are words, the others figures at the right."""
    line = f"border-bottom: 1px solid {theme.hairline.name()};"
    parts = ['<table width="100%" cellspacing="0" cellpadding="5">', "<tr>"]
    for place, head in enumerate(heads):
        side = "left" if place < left else "right"
        parts.append(
            f'<td align="{side}" style="color: {theme.muted.name()}; {line}'
            f' font-size: {HEADER_PX}px;">{escape(head)}</td>'
        )
    for row in rows:
        parts.append("</tr><tr>")
        for place, (text, token) in enumerate(row):
            side = "left" if place < left else "right"
            color = getattr(theme, token).name()
            parts.append(
                f'<td align="{side}" style="color: {color}; font-size: {BODY_PX}px;">{escape(text)}</td>'
            )
    return "".join([*parts, "</tr></table>"])


def line(theme: Theme, text: str, token: str = "text", *, px: int = BODY_PX) -> str:
    """A line of plain text as HTML."""
    return (
        f'<p style="color: {getattr(theme, token).name()}; font-size: {px}px; margin: 4px 5px;">'
        f"{escape(text)}</p>"
    )


def heading(theme: Theme, text: str) -> str:
    """A quiet title of a part."""
    return (
        f'<p style="color: {theme.muted.name()}; font-size: {HEADER_PX}px; margin: 14px 5px 2px 5px;">'
        f"{escape(text)}</p>"
    )
