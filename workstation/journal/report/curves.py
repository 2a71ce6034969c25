"""Pictures of a report as SVG: the running result, and what each day or trade brought."""

from collections.abc import Callable, Sequence

from workstation.journal.report.words import esc, money

UP, DOWN, INK, PALE, LINE = "#0b7a6c", "#b32b29", "#171c23", "#6b7684", "#d3d9e0"
WIDTH = 680
"""Of a page's body, CSS pixels."""
_FONT = 'font-family="Inter, Helvetica, Arial, sans-serif" font-size="11"'


def running_result(values: Sequence[float], unit: str, *, width: int = WIDTH, height: int = 190) -> str:
    """The sum of results after each trip, from zero.

    Args:
        values: result of each, in their order.
        unit: of the scale.
        width, height: in pixels.
    """
    sums = [0.0]
    for value in values:
        sums.append(sums[-1] + value)
    left, right, top, bottom = 8, 84, 12, 22
    low, high = min(sums), max(sums)
    span = (high - low) or 1.0
    step = (width - left - right) / max(len(sums) - 1, 1)

    def y(value: float) -> float:
        return top + (high - value) / span * (height - top - bottom)

    points = [(left + place * step, y(value)) for place, value in enumerate(sums)]
    line = " ".join(f"{x:.1f},{up:.1f}" for x, up in points)
    zero, end = y(0), width - right
    tone = UP if sums[-1] >= 0 else DOWN
    area = f"{left},{zero:.1f} {line} {points[-1][0]:.1f},{zero:.1f}"
    labels = _apart(
        [(y(sums[-1]), money(sums[-1]), tone, 600), *_ends(low, high, sums[-1], y)], top, height - 6
    )
    texts = "".join(
        f'<text x="{end + 8}" y="{at + 4:.1f}" fill="{ink}" font-weight="{weight}" {_FONT}>{words}</text>'
        for at, words, ink, weight in labels
    )
    return (
        f"{_open(width, height, f'Running result, {esc(unit)}')}"
        f'<line x1="{left}" x2="{end}" y1="{zero:.1f}" y2="{zero:.1f}" stroke="{LINE}"/>'
        f'<polygon points="{area}" fill="{tone}" fill-opacity="0.10"/>'
        f'<polyline points="{line}" fill="none" stroke="{tone}" stroke-width="1.8" stroke-linejoin="round"/>'
        f'<circle cx="{points[-1][0]:.1f}" cy="{points[-1][1]:.1f}" r="3" fill="{tone}"/>{texts}'
        f'<text x="{left}" y="{height - 6}" fill="{PALE}" {_FONT}>start</text>'
        f'<text x="{end}" y="{height - 6}" fill="{PALE}" text-anchor="end" {_FONT}>'
        f"trade {len(values)}, {esc(unit)}</text></svg>"
    )


def bars(named: Sequence[tuple[str, float]], unit: str, *, width: int = WIDTH, height: int = 150) -> str:
    """One bar a name, up from zero or down from it."""
    left, right, top, bottom = 8, 8, 20, 22
    most, least = max([value for _, value in named] + [0.0]), min([value for _, value in named] + [0.0])
    span = (most - least) or 1.0
    room = (width - left - right) / max(len(named), 1)
    wide = min(room * 0.6, 64.0)
    tall = height - top - bottom - 14

    def y(value: float) -> float:
        return top + (most - value) / span * tall

    zero = y(0)
    parts = [f'<line x1="{left}" x2="{width - right}" y1="{zero:.1f}" y2="{zero:.1f}" stroke="{LINE}"/>']
    for place, (name, value) in enumerate(named):
        middle = left + (place + 0.5) * room
        head, foot = min(y(value), zero), max(y(value), zero)
        tone = UP if value > 0 else DOWN if value < 0 else PALE
        if value:
            parts.append(
                f'<rect x="{middle - wide / 2:.1f}" y="{head:.1f}" width="{wide:.1f}" '
                f'height="{max(foot - head, 1):.1f}" fill="{tone}" fill-opacity="0.85"/>'
            )
            words_y = head - 5 if value > 0 else foot + 13
            parts.append(
                f'<text x="{middle:.1f}" y="{words_y:.1f}" fill="{tone}" text-anchor="middle" {_FONT}>'
                f"{money(value)}</text>"
            )
        parts.append(
            f'<text x="{middle:.1f}" y="{height - 6}" fill="{PALE}" text-anchor="middle" {_FONT}>'
            f"{esc(name)}</text>"
        )
    return f"{_open(width, height, f'Result by day, {esc(unit)}')}{''.join(parts)}</svg>"


def _open(width: int, height: int, title: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img"><title>{title}</title>'
    )


def _ends(
    low: float, high: float, last: float, y: Callable[[float], float]
) -> list[tuple[float, str, str, int]]:
    return [(y(value), money(value), PALE, 400) for value in (high, low) if value != last]


def _apart(
    labels: list[tuple[float, str, str, int]], top: float, bottom: float
) -> list[tuple[float, str, str, int]]:
    """Labels that would lie on one another, moved apart; the first one stays where it is."""
    kept = labels[:1]
    for at, words, ink, weight in labels[1:]:
        for other, *_ in kept:
            if abs(at - other) < 13:
                at = other - 13 if at < other or other + 13 > bottom else other + 13
        kept.append((min(max(at, top), bottom), words, ink, weight))
    return kept
