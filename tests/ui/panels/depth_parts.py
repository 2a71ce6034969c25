"""Books that rest and move in tests of the depth heatmap."""

from typing import Any

from PySide6.QtWidgets import QApplication

from ui.panels.depth import DepthPanel


def rest(desk: Any, middle: float = 61_700.0, after_ms: int = 0, *, snapshot: bool = True) -> None:
    """A book whose sizes grow away from the market, with a wall of 500 at 20 above it."""
    bids = {round(middle - 0.1 - 0.5 * n, 1): 0.1 + n / 10 for n in range(300)}
    asks = {round(middle + 0.1 + 0.5 * n, 1): 0.1 + n / 10 for n in range(300)}
    desk.book(bids, asks | {middle + 20.0: 500.0}, snapshot=snapshot, after_ms=after_ms)


def run(desk: Any, seconds: int, start_s: int = 0) -> None:
    """Let the market live: a snapshot, then an update and a trade each half second."""
    rest(desk, after_ms=start_s * 1000)
    for half in range(1, 2 * seconds):
        at_ms = start_s * 1000 + half * 500
        desk.book({61_699.9: 1.0 + half % 7}, {61_700.1: 2.0 + half % 5}, after_ms=at_ms)
        side = 1 if half % 3 else -1
        desk.trade((at_ms, side, 61_700.1 if side > 0 else 61_699.9, 0.1 * (1 + half % 20)))


def settle(panel: DepthPanel, times: int = 11) -> DepthPanel:
    for _ in range(times):
        panel.refresh()
        QApplication.processEvents()
    return panel
