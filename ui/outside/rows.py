"""Rows of the series from outside: value, age, and in a sentence what is wrong with any."""

from ui import format
from ui.widgets.table_rows import Cell, Column, Row
from workstation.outside.book import Series, SeriesState
from workstation.outside.source import Mistake

COLUMNS = (
    Column("Series", "Its title; alerts and checklists name it outside_ and its key", 22, 0, left=True),
    Column("Value", "The newest value", 13, 0, fades=True),
    Column("Unit", "As it is declared", 7, 3, left=True),
    Column("Change 24 h", "Newest value against the one of 24 hours before", 11, 2),
    Column("Age", "How old the newest value is", 8, 1),
    Column("Looked", "How long ago the source was looked at", 8, 4),
    Column("State", "How it stands", 10, 0, left=True),
    Column("What to do", "What is wrong, if anything", 40, 5, left=True),
)
_TOKENS = {
    SeriesState.WAITING: "muted",
    SeriesState.LIVE: "text",
    SeriesState.STALE: "warn",
    SeriesState.FAILING: "danger",
}
DAY_MS = 86_400_000
NAN = float("nan")


def row_of(series: Series, now_ms: int) -> Row:
    """The row of a series."""
    source, state, value = series.source, series.state(now_ms), series.newest
    token = _TOKENS[state]
    age_s = series.age_s(now_ms)
    looked_s = (now_ms - series.looked_ms) / 1000 if series.looked_ms else None
    words = words_of(series, now_ms)
    change = change_of(series)
    return source.key, (
        Cell(source.title, source.title.casefold()),
        Cell(format.price(value, source.decimals), NAN if value is None else value, token),
        Cell(source.unit, source.unit, "muted"),
        Cell(
            format.signed(change, source.decimals),
            NAN if change is None else change,
            "muted" if not change else "up" if change > 0 else "down",
        ),
        Cell(format.age(age_s), age_s, "warn" if state is SeriesState.STALE else "muted"),
        Cell(format.age(looked_s), NAN if looked_s is None else looked_s, "muted"),
        Cell(state.value, state.value, token),
        Cell(words, words, token if state is not SeriesState.LIVE else "warn"),
    )


def change_of(series: Series) -> float | None:
    """The newest value less the one of a day before it; None where none is so old."""
    if len(series.times) < 2:
        return None
    place = int(series.times.searchsorted(series.times[-1] - DAY_MS, side="right")) - 1
    return None if place < 0 else float(series.values[-1] - series.values[place])


def words_of(series: Series, now_ms: int) -> str:
    """What is wrong with a series, a sentence; "" if nothing is."""
    if series.failures:
        again_s = max(0, series.next_ms - now_ms) / 1000
        kept = " What is known stays." if len(series.times) else ""
        end = "" if series.trouble.endswith(("?", ".")) else "."
        return f"{series.trouble}{end} Tried again in {format.duration(again_s)}.{kept}"
    if series.state(now_ms) is SeriesState.STALE:
        return "The source is reached, but tells nothing newer"
    if series.ignored:
        rows = "1 row was" if series.ignored == 1 else f"{format.count(series.ignored)} rows were"
        return f"{rows} left out: {series.ignored_why}"
    return ""


def mistake_row(place: int, mistake: Mistake) -> Row:
    """The row of a declaration that cannot be used."""
    cells = [Cell(mistake.file, f"~{mistake.file}", "warn")]
    cells += [Cell("", NAN), Cell("", ""), Cell("", NAN), Cell("", NAN), Cell("", NAN)]
    return f"~{mistake.file} {place}", (
        *cells,
        Cell("mistake", "mistake", "warn"),
        Cell(mistake.words, mistake.words, "warn"),
    )
