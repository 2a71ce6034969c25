"""The pages of a weekly review that are read: what happened, which rules were broken, how it felt."""

from collections.abc import Mapping

from ui import format
from ui.rituals.ritual_words import (
    Cell,
    estimate_words,
    heading,
    line,
    money_words,
    n_words,
    promise_line,
    result_words,
    table,
    tone,
    units,
)
from ui.theme import Theme
from workstation.journal.rituals.week import Tally, WeekFacts

_SCALES = {"tension": "calm … tense", "doubt": "sure … doubting", "urge": "patient … urge to act"}


def happened(theme: Theme, facts: WeekFacts) -> str:
    """The week beside the four before, and what was promised for it."""
    rows = [_tally_row(one, "muted") for one in facts.before]
    rows.append(_tally_row(facts.week, "text"))
    heads = ("Week", "trades", "won", "result", "money", "days", "followed")
    parts = [table(theme, heads, rows)]
    if facts.promises:
        parts.append(heading(theme, "What you had promised"))
        parts += [line(theme, *promise_line(one)) for one in facts.promises]
    return "".join(parts)


def _tally_row(one: Tally, token: str) -> list[Cell]:
    followed = f"{one.followed} of {one.judged}" if one.judged else "no verdict"
    money = one.money[0][1] if len(one.money) == 1 else None
    return [
        (one.name, token),
        (n_words(one.n) if one.n else "none", "muted"),
        (f"{one.won} of {one.n}" if one.n else format.NO_FIGURE, token),
        (units(one.r), tone(one.r)),
        (money_words(one), tone(money)),
        (str(one.days), token),
        (followed if one.n else format.NO_FIGURE, "muted"),
    ]


def rules(theme: Theme, facts: WeekFacts, titles: Mapping[str, str]) -> str:
    """Rules that were overridden or broken, and what that cost in the week and over all time."""
    if not facts.broken:
        return line(theme, "No rule was overridden or broken in this week.", "up") + line(
            theme, "Verdicts of trades that are not reviewed yet may still tell otherwise.", "muted"
        )
    rows: list[list[Cell]] = []
    for one in facts.broken:
        name = f"“{one.rule}”" if one.is_words else titles.get(one.rule, one.rule.replace("_", " "))
        ledger = one.ledger
        long_run = "in your words, not in the ledger" if ledger is None else estimate_words(ledger.overridden)
        gap: Cell = (format.NO_FIGURE, "muted")
        if ledger is not None and ledger.gap_r is not None:
            gap = (f"{format.signed(ledger.gap_r, 2)} R", tone(ledger.gap_r))
        rows.append(
            [
                (name, "text"),
                (n_words(one.tally.n), "muted"),
                (units(one.tally.r), tone(one.tally.r)),
                (money_words(one.tally), tone(one.tally.r)),
                (long_run, "muted"),
                gap,
            ]
        )
    heads = ("Rule", "this week", "result", "money", "overridden, all time", "to passed")
    note = "A trade against two rules counts with both: lines do not add up."
    return table(theme, heads, rows) + line(theme, note, "muted")


def felt(theme: Theme, facts: WeekFacts) -> str:
    """How the trades of the week felt, on average."""
    rows: list[list[Cell]] = []
    for scale, means in facts.feelings:
        cells: list[Cell] = [(_SCALES[scale], "text")]
        for mean in means:
            strong = mean is not None and mean >= 3.5
            cells.append(
                (format.NO_FIGURE, "muted")
                if mean is None
                else (f"{mean:.1f} of 5", "warn" if strong else "text")
            )
        rows.append(cells)
    parts = [table(theme, ("Trades, on average", "before", "during", "after"), rows)]
    if facts.looked_back:
        parts.append(heading(theme, "After losses you said"))
        for one, review in facts.looked_back:
            said = f"{one.trip.symbol}, {result_words(one)}: {review.happened}. Next: {review.next_action}"
            parts.append(line(theme, said))
    return "".join(parts)
