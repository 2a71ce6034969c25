"""What a cell says: its figure, its rows in the tip, and the matrix as text for a spreadsheet."""

from collections.abc import Sequence

from ui import format
from ui.correlation.source import Correlations
from workstation.analytics.correlation_matrix import Floats, Method

FEW = 30
"""Below so many bars a correlation says little."""
METHOD_NAMES = {
    Method.PEARSON: "Pearson",
    Method.SPEARMAN: "Spearman",
    Method.EWMA: "EWMA",
    Method.TICKS: "Hayashi–Yoshida",
}
_QUOTES = ("USDT", "USDC", "FDUSD", "BUSD", "USD")


def base_name(symbol: str) -> str:
    """A symbol without what it is quoted in: "BTCUSDT" → "BTC"."""
    for quote in _QUOTES:
        stem = symbol.removesuffix(quote).rstrip("-_/")
        if stem and stem != symbol:
            return stem
    return symbol


def figure(value: float, decimals: int) -> str:
    """A figure as such: −0.12."""
    return format.price(float(value), decimals)


def cell_figure(value: float, *, signed: bool = False) -> str:
    """A correlation as short as can be: ".78", "−.14", "1"; with `signed`, "+.14"."""
    if round(abs(value), 2) >= 1:
        text = "1"
    elif round(abs(value), 2) == 0:
        return "0"
    else:
        text = f"{abs(value):.2f}"[1:]
    return (format.MINUS if value < 0 else "+" if signed else "") + text


def cell_rows(found: Correlations, row: int, column: int) -> list[tuple[str, str]]:
    """All that is known of a pair, given by its places in `found.symbols`, as (name, figure)."""
    first, second = found.symbols[row], found.symbols[column]
    span, count = found.span, int(found.counts[row, column])
    title = base_name(first) if row == column else f"{base_name(first)} × {base_name(second)}"
    rows = [(title, "")]
    if row != column:
        value, change = float(found.values[row, column]), float(found.change[row, column])
        low, high = float(found.low[row, column]), float(found.high[row, column])
        rows.append((f"ρ, {span.title} {METHOD_NAMES[found.method]}", format.price(value, 3)))
        if found.method is Method.EWMA:
            rows.append(("95 % interval", "none: bars fade"))
        else:
            known = low == low
            interval = f"{format.price(low, 3)} … {format.price(high, 3)}" if known else format.NO_FIGURE
            rows.append(("95 % interval (Fisher)", interval))
        rows.append((f"change against {span.reference}", format.signed(change, 3)))
    missing = span.bars - count
    rows.append((f"n, {span.bar} returns", f"{count}{' (few)' if count < FEW else ''} of {span.bars}"))
    if missing:
        rows.append(("missing in either, left out", str(missing)))
    for coin, betas in found.betas.items():
        rows.append((f"β of {base_name(first)} to {coin}", format.price(float(betas[row]), 2)))
    return rows


def table_text(found: Correlations, order: Sequence[int], shown: Floats) -> str:
    """The matrix in its order, tab-separated, with full digits."""
    names = [found.symbols[index] for index in order]
    lines = ["\t".join(["", *names])]
    for name, row in zip(names, order, strict=True):
        cells = [
            f"{shown[row, column]:.6f}" if shown[row, column] == shown[row, column] else ""
            for column in order
        ]
        lines.append("\t".join([name, *cells]))
    return "\n".join(lines)
