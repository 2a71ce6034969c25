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

_NAMES = {SYMBOL: "symbol", SECTOR: "sector", PASSED: "automatic rows passed"}
_SIGNS = {RowState.PASS: "✓", RowState.WATCH: "!", RowState.FAIL: "×", RowState.NO_DATA: "–"}


def sort_words(keys: Sequence[SortKey]) -> str:
    """Return what rows are sorted by: "sorted by automatic rows passed, then volume in 24 h"."""
    if not keys:
        return "in the venue's order"
    names = [_name_of(key.key) + ("" if key.descending or key.key in _NAMES else ", rising") for key in keys]
    return f"sorted by {', then '.join(names)}"


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
