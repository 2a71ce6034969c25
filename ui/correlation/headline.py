"""What the header tells of a matrix: how much it stands on, how many pairs hold, which groups move as one."""

import numpy as np

from ui.correlation.cell_text import cell_figure
from ui.correlation.dendrogram import group_letter
from ui.correlation.source import Correlations
from workstation.analytics.correlation_matrix import Method


def subject_words(found: Correlations, *, roomy: bool) -> str:
    """How many symbols; with room also of what, how many bars, and how many pairs are no luck."""
    count, every = len(found.symbols), len(found.symbols) + len(found.left_out)
    how_many = f"{count} symbols" if count == every else f"{count} of {every} symbols"
    if not roomy:
        return how_many
    if found.method is Method.TICKS:
        return f"{how_many} · ticks as they come"
    parts = [how_many, f"{found.span.bar} log returns", f"n {len(found.window)}"]
    if found.method in (Method.PEARSON, Method.SPEARMAN):
        holds = int(np.count_nonzero(np.triu(found.holds, 1)))
        parts.append(f"{holds} of {count * (count - 1) // 2} pairs hold at FDR 5 %")
    return " · ".join(parts)


def detail_words(found: Correlations, clustered: bool, cut: float) -> list[tuple[str, str]]:
    """The header's right side: the median, the groups that move as one, missing bars."""
    count = len(found.symbols)
    above = found.values[np.triu_indices(count, 1)]
    above = above[np.isfinite(above)]
    detail = []
    if len(above):
        detail.append((f"median ρ {cell_figure(float(np.median(above)))}", "muted"))
    groups = found.tree.groups(cut) if clustered else ()
    words = []
    for number, rows in enumerate(groups[:3]):
        inside = found.values[np.ix_(rows, rows)][np.triu_indices(len(rows), 1)]
        mean = cell_figure(float(inside.mean())) if np.isfinite(inside).all() else "—"
        alike = "move as one, mean ρ" if number == 0 else "·"
        words.append(f"{group_letter(number)} {len(rows)} {alike} {mean}")
    alone = count - sum(map(len, groups))
    if groups:
        words.append(
            f"{alone} alone" if len(groups) <= 3 else f"{len(groups) - 3} more groups, {alone} alone"
        )
        detail.append(("  ".join(words), "text"))
    short = int((np.diagonal(found.counts) < len(found.window)).sum())
    if short and found.method is not Method.TICKS:
        detail.append((f"{short} with missing bars", "muted"))
    return detail
