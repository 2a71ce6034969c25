"""What a cell of the scanner says when the pointer rests on it."""

from ui.market_cells import tip_of
from ui.panel import PanelServices
from ui.scanner.columns import BREAKOUT, CHECKS, OBSTACLE
from ui.scanner.words import rows_tip
from workstation.metrics.registry import METRIC_BY_KEY
from workstation.scanner.scan import PASSED, Scan


def cell_tip(services: PanelServices, scan: Scan, symbol: str, key: str) -> str:
    """Return a metric's value, source and age; how rows were judged; how a symbol's data arrive."""
    if key in (CHECKS, PASSED, OBSTACLE):
        words = scan.in_words(symbol)
        return "" if words is None else rows_tip(symbol, words, scan.query.part)
    workstation = services.workstation
    metric = METRIC_BY_KEY.get(key if key != BREAKOUT else "breakout_stage")
    if metric is not None:
        reading, state = workstation.scanned.read(metric, symbol), workstation.scanned.state(symbol)
        return tip_of(metric, reading, symbol, state, workstation.clock.now_ms())
    if not workstation.scanned.is_followed(symbol):
        return f"{symbol} is listed, not followed: the day's figures alone are known. Insert follows it."
    of_feed = services.feed.standing(symbol)
    return of_feed.words if of_feed is not None else ""
