"""What the scanner says in words: what it is sorted by, why it shows nothing, how a row was judged."""

from collections.abc import Sequence

from workstation.metrics.metric import Metric
from workstation.metrics.registry import METRIC_BY_KEY
from workstation.scanner.judging import AutomaticPart, InWords
from workstation.scanner.ranking import SortKey
from workstation.scanner.scan import PASSED, SECTOR, SYMBOL, Found
from workstation.trading.checklist import RowState
from workstation.trading.checklist_desk import metric_of
from workstation.trading.checklist_template import AutomaticRow

NO_CONDITION = "An alert needs a condition: type one into the filter, such as spread_bps > 20."

_NAMES = {SYMBOL: "symbol", SECTOR: "sector", PASSED: "automatic rows passed"}
_SIGNS = {RowState.PASS: "✓", RowState.WATCH: "!", RowState.FAIL: "×", RowState.NO_DATA: "–"}


def sort_words(keys: Sequence[SortKey]) -> str:
    """Return what rows are sorted by: "sorted by automatic rows passed, then volume in 24 h"."""
    if not keys:
        return "in the venue's order"
    names = [_name_of(key.key) + ("" if key.descending or key.key in _NAMES else ", rising") for key in keys]
    return f"sorted by {', then '.join(names)}"


def count_words(found: Found) -> str:
    """Return how many symbols there are, how many are shown, and in which order."""
    count = f"{found.of} symbols" if found.of != 1 else "1 symbol"
    shown = f" · {len(found.rows)} shown" if len(found.rows) != found.of else ""
    unsaid = f" · {found.unsaid} no data" if found.unsaid else ""
    return f"{count}{shown}{unsaid} · {sort_words(found.query.keys)}"


def detail_words(found: Found, *, is_held: bool) -> list[tuple[str, str]]:
    """Return what stands at the right of the header, each with the theme's token for it.

    Args:
        is_held: another order waits until the pointer has left the rows.
    """
    detail = [("order held while you point", "warn")] if is_held else []
    if found.query.part is not None:
        detail.append((f"{found.fitting} fit", "up" if found.fitting else "muted"))
        detail.append((checklist_words(found.query.part), "muted"))
    return detail


def nothing_words(found: Found) -> str:
    """Return why no row is shown, and what to do."""
    parts = []
    if found.query.narrowing.text:
        parts.append(f"None of {found.of} symbols fits the filter")
        if found.unsaid:
            parts.append(f"of {found.unsaid} that cannot be said: their figures are not known")
        parts.append("Esc empties it")
    elif found.query.fitting_only:
        parts.append(f"None of {found.of} symbols satisfies the checklist now")
        parts.append("P shows them all")
    return ". ".join(parts) + "." if parts else ""


def nothing_followed_words(is_live: bool) -> tuple[str, str]:
    """Return what there is instead of symbols, and what to do."""
    if is_live:
        return "No symbol is followed.", "Follow one: Ctrl+K and its name."
    return "There is nothing to look over.", "Open a market in the menu at the top."


def checklist_words(part: AutomaticPart) -> str:
    """Return the names of the squares, in order: "rows: Vol · Sprd · Fund"."""
    names = []
    for row in part.template.rows:
        metric = metric_of(row.metric) if isinstance(row, AutomaticRow) else None
        names.append(metric.short if isinstance(metric, Metric) else row.title)
    waiting = f" · {len(part.waiting)} need an order" if part.waiting else ""
    return f"rows: {' · '.join(names)}{waiting}"


def rows_tip(symbol: str, words: InWords, part: AutomaticPart | None) -> str:
    """Return every row as it was judged, one a line."""
    passed = sum(row.state.passes for row in words.rows)
    lines = [f"{symbol}: {passed} of {len(words.rows)} rows pass"]
    for row in words.rows:
        optional = "" if row.row.required else " (not required)"
        value = row.value or "no data"
        lines.append(f"{_SIGNS[row.state]} {row.row.title}{optional}: {value}, asked for is {row.threshold}")
    if part is not None and part.waiting:
        lines.append(f"They need an order: {', '.join(part.waiting)}")
    return "\n".join(lines)


def _name_of(key: str) -> str:
    if key in _NAMES:
        return _NAMES[key]
    metric = METRIC_BY_KEY.get(key)
    title = key if metric is None else metric.title
    return title if title[:2].isupper() else title[:1].lower() + title[1:]
