"""The scanner's rows on the clipboard."""

from collections.abc import Callable, Sequence

from ui.scanner.columns import CHECKS
from ui.scanner.table_view import ScanTable
from workstation.scanner.judging import Standing


def copied_text(
    table: ScanTable, symbols: Sequence[str], standing_of: Callable[[str], Standing | None]
) -> str:
    """Return titles and rows, tab-separated; squares are written as words."""
    lines = ["\t".join(column.title for column in table.columns)]
    for symbol in symbols:
        standing = standing_of(symbol)
        states = "" if standing is None else " ".join(state.value for state in standing.states)
        texts = (
            states if column.key == CHECKS else table.text(symbol, column.key) for column in table.columns
        )
        lines.append("\t".join(texts))
    return "\n".join(lines)
