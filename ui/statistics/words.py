"""How statistics are worded: results in their measure, intervals, spans of days, what a figure rests on."""

from collections.abc import Sequence
from datetime import UTC, datetime

from ui import format
from workstation.journal.statistics.definitions import FigureUnit
from workstation.journal.statistics.figure import Figure
from workstation.journal.statistics.table import Measure

MEASURE_TITLES = {Measure.MONEY: "$", Measure.SHARE: "%", Measure.R: "R"}
MEASURE_TIPS = {
    Measure.MONEY: "Net results in the settlement coin ($)",
    Measure.SHARE: "Net results over the balance when the trip was opened (%)",
    Measure.R: "Net results in units of the initial risk (R)",
}
FEW_WORDS = "few: n below 30"
_PLAIN = frozenset(("drawdown_money", "drawdown_r", "fees"))


def figure(value: float | None, measure: Measure, *, signed: bool = True, decimals: int | None = None) -> str:
    """A result without its unit: "+0.14", "+1 712.50", "+0.52" (per cent)."""
    if value is None:
        return format.NO_FIGURE
    shown = value * 100 if measure is Measure.SHARE else value
    if decimals is None:
        decimals = 2 if measure is not Measure.MONEY or abs(value) >= 1 or not value else 4
    return format.signed(shown, decimals) if signed else format.price(shown, decimals)


def unit(measure: Measure, asset: str) -> str:
    """The unit of a result."""
    return {Measure.MONEY: asset, Measure.SHARE: "%", Measure.R: "R"}[measure]


def result(value: float | None, measure: Measure, asset: str = "") -> str:
    """A result with its unit: "+0.14 R"."""
    words = figure(value, measure)
    return words if value is None else f"{words} {unit(measure, asset)}".rstrip()


def short(value: float, measure: Measure) -> str:
    """A result in as few signs as an axis or a narrow cell needs."""
    shown = value * 100 if measure is Measure.SHARE else value
    size = abs(shown)
    decimals = 0 if size >= 10 or size == round(size) else 1 if size >= 1 else 2
    if measure is Measure.R and size == round(size, 1) and decimals == 2:
        decimals = 1
    return format.signed(shown, decimals)


def token(value: float | None) -> str:
    """The theme's token of a gain or a loss."""
    return "muted" if not value else "up" if value > 0 else "down"


def interval(low: float | None, high: float | None, measure: Measure) -> str:
    """Both ends of an interval; empty without one."""
    if low is None or high is None:
        return ""
    return f"{figure(low, measure)} … {figure(high, measure)}"


def count_words(n: int) -> str:
    """n as it stands beside everything."""
    return f"n {format.count(n)}"


def day(ms: float, with_year: bool = False) -> str:
    """A day: "8 Aug", with its year "8 Aug 2024"."""
    date = datetime.fromtimestamp(ms / 1000, UTC)
    return f"{date.day} {date:%b}" + (f" {date.year}" if with_year else "")


def span(first_ms: float, last_ms: float) -> str:
    """From one day to another: "11 Feb – 8 Aug 2024"."""
    first, last = (datetime.fromtimestamp(ms / 1000, UTC) for ms in (first_ms, last_ms))
    if first.date() == last.date():
        return day(last_ms, True)
    return f"{day(first_ms, first.year != last.year)} – {day(last_ms, True)}"


def figure_text(one: Figure, asset: str) -> str:
    """The value of a figure with its unit; what cannot be below nothing has no sign."""
    return _in_unit(one.value, one.what.unit, asset).removeprefix("+" if one.what.key in _PLAIN else " ")


def figure_interval(one: Figure, asset: str) -> str:
    """Its interval; empty without one."""
    low, high = one.estimate.low, one.estimate.high
    if low is None or high is None:
        return ""
    kind = one.what.unit
    plain = "" if kind is FigureUnit.MONEY else asset
    return f"{_in_unit(low, kind, plain)} … {_in_unit(high, kind, plain)}"


def figure_tip(one: Figure, asset: str) -> str:
    """What a figure is, what it rests on, and why it is missing."""
    what = one.what
    lines = [what.name if one.value is None else f"{what.name}: {figure_text(one, asset)}"]
    between = figure_interval(one, asset)
    if between:
        lines.append(f"{what.interval}: {between}" if what.interval else between)
    lines.append(f"= {what.formula}")
    lines += [words for words in (one.reason, one.left_out) if words]
    lines.append(count_words(one.n) + (f" · {FEW_WORDS}" if one.few else ""))
    return "\n".join(lines)


def _in_unit(value: float | None, kind: FigureUnit, asset: str) -> str:
    if value is None:
        return format.NO_FIGURE
    if kind is FigureUnit.MONEY:
        return result(value, Measure.MONEY, asset)
    if kind is FigureUnit.R:
        return result(value, Measure.R)
    if kind is FigureUnit.RATE:
        return format.percent(value, 1 if abs(value) >= 0.02 else 2)
    if kind is FigureUnit.MS:
        return format.duration(value / 1000)
    return format.count(round(value)) if kind is FigureUnit.COUNT else format.price(value, 2)


def table_text(titles: Sequence[str], rows: Sequence[Sequence[object]], *, separator: str = "\t") -> str:
    """A table as text, tab-separated or with commas, its figures as plain as a spreadsheet reads them."""
    return "\n".join(separator.join(_cell(cell, separator) for cell in row) for row in (titles, *rows))


def _cell(value: object, separator: str) -> str:
    if value is None or (isinstance(value, float) and value != value):
        return ""
    if isinstance(value, float):
        return f"{value:.10g}"
    text = " ".join(str(value).split())
    if not isinstance(value, int) and text[:1] in ("=", "+", "-", "@"):
        text = f"'{text}"  # no spreadsheet takes it for a formula
    return '"' + text.replace('"', '""') + '"' if separator in text or '"' in text else text
