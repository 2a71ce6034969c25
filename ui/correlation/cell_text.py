"""What a cell says: its figure, its rows in the tip, and the matrix as text for a spreadsheet."""

from collections.abc import Sequence
from datetime import UTC, datetime

from ui import format
from ui.correlation.source import Correlations
from workstation.analytics.correlation import pearson
from workstation.analytics.correlation_matrix import Floats, Method

FEW = 30
"""Below so many bars a correlation says little."""
METHOD_NAMES = {
    Method.PEARSON: "Pearson",
    Method.SPEARMAN: "Spearman",
    Method.EWMA: "EWMA",
    Method.TICKS: "Hayashi–Yoshida",
}
SHORT_METHOD_NAMES = METHOD_NAMES | {Method.TICKS: "HY ticks"}
_NO_INTERVAL = {Method.EWMA: "none: bars fade", Method.TICKS: "none: ticks come unevenly"}
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
        if found.method in _NO_INTERVAL:
            rows.append(("95 % interval", _NO_INTERVAL[found.method]))
        else:
            known = low == low
            interval = f"{format.price(low, 3)} … {format.price(high, 3)}" if known else format.NO_FIGURE
            rows.append(("95 % interval (Fisher)", interval))
            rows.append(("holds at FDR 5 %", "yes" if found.holds[row, column] else "no: may be luck"))
        if found.method is not Method.TICKS:
            was = f" ({cell_figure(value - change)})" if change == change else ""
            rows.append((f"change against {span.reference}{was}", format.signed(change, 3)))
        if found.net is not None and found.net[row, column] == found.net[row, column]:
            rows.append(("net of BTC", format.price(float(found.net[row, column]), 3)))
        if found.crash_days_ms and not found.without_crash and found.method is Method.PEARSON:
            kept = found.returns[-span.bars :][~found.crash[-span.bars :]]
            without, _ = pearson(kept[:, row], kept[:, column])
            rows.append((f"without {crash_words(found)}", format.price(without, 3)))
    if found.method is Method.TICKS:
        rows.append(("n, ticks of the quieter", f"{format.count(count)}{' (few)' if count < FEW else ''}"))
    else:
        bars = len(found.window)
        missing = bars - count
        rows.append((f"n, {span.bar} returns", f"{count}{' (few)' if count < FEW else ''} of {bars}"))
        if missing:
            rows.append(("missing in either, left out", str(missing)))
    for coin, betas in found.betas.items():
        rows.append((f"β of {base_name(first)} to {coin}", format.price(float(betas[row]), 2)))
    return rows


def crash_words(found: Correlations) -> str:
    """The days of a crash in the window: "10 Oct", or how many there were."""
    days = found.crash_days_ms
    return day_words(days[0]) if len(days) == 1 else f"{len(days)} crash days" if days else "a crash"


def day_words(moment_ms: int) -> str:
    """A day without its year: "10 Oct"."""
    moment = datetime.fromtimestamp(moment_ms / 1000, UTC)
    return f"{moment.day} {moment:%b}"


def table_text(found: Correlations, order: Sequence[int], shown: Floats) -> str:
    """The matrix as shown (k, k), its rows in this order, tab-separated, with full digits."""
    names = [found.symbols[index] for index in order]
    lines = ["\t".join(["", *names])]
    for name, row in zip(names, shown.tolist(), strict=True):
        lines.append("\t".join([name, *(f"{cell:.6f}" if cell == cell else "" for cell in row)]))
    return "\n".join(lines)
