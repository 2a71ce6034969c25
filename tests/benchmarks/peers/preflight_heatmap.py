"""Our depth heatmap on the course. Runs in our own virtual environment."""

from decimal import Decimal

import numpy as np
from course import FIRST_S, HEIGHT, WIDTH, run_heatmap
from preflight_desk import instrument, started

from ui.links import LinkGroups
from ui.panel import PanelServices
from ui.panels.depth import DepthPanel
from ui.theme import ThemeSource
from ui.widgets.plot_overlay import PlotOverlay
from workstation.app import Workstation
from workstation.market.depth_grid import BUCKET_MS
from workstation.model.columns import BOOK_UPDATE, LEVEL, MarketBatch

LOWEST, STEP = 60_000.0, 1.0
FIRST_MS = 1_000 * FIRST_S


class Heatmap:
    """The whole panel; a column comes as the book update at its beginning that makes it so."""

    def __init__(self, sizes: np.ndarray) -> None:
        self._workstation = Workstation(None, None)
        self._workstation.market.add(instrument(tick_size=Decimal(1)))
        self._last = np.zeros(sizes.shape[1])
        self._columns = 0
        self._shown = len(sizes)
        for column in sizes:
            self._take(column)
        links = LinkGroups()
        links.first.set_symbol("BTCUSDT")
        self._panel = panel = DepthPanel(PanelServices(self._workstation, ThemeSource(), links))
        panel.resize(WIDTH, HEIGHT)
        panel.symbol_changed()
        panel.show()
        panel.set_auto_price(False)
        panel.plot.set_view(price=(LOWEST, LOWEST + len(self._last) * STEP))
        panel.restore_state({"span_ms": float(len(sizes) * BUCKET_MS)})  # and it follows the newest column
        self.viewport = panel.plot.viewport()

    def append(self, column: np.ndarray) -> None:
        self._take(column)
        self._panel.refresh()

    def point(self, column: int, cell: int) -> tuple[float, float]:
        mapping = self._panel.plot.mapping
        time_ms = FIRST_MS + (self._columns - self._shown + column + 0.5) * BUCKET_MS
        return mapping.x(time_ms), mapping.y(LOWEST + (cell + 0.5) * STEP)

    def uncover(self) -> None:
        for item in vars(self._panel.layers).values():
            if isinstance(item, PlotOverlay) and item is not self._panel.heatmap:
                item.hide()

    def _take(self, column: np.ndarray) -> None:
        changed = np.flatnonzero(column != self._last)
        levels = np.zeros(len(changed), LEVEL)
        levels["side"] = np.where(changed < len(column) // 2, 1, -1)
        levels["price"], levels["size"] = LOWEST + STEP * changed, column[changed]
        updates = np.zeros(1, BOOK_UPDATE)
        updates["event_ms"] = FIRST_MS + self._columns * BUCKET_MS + 1
        updates["first_id"] = updates["last_id"] = self._columns + 1
        updates["prev_id"] = self._columns
        updates["levels"], updates["is_snapshot"] = len(levels), self._columns == 0
        self._workstation.take(MarketBatch("binance_usdm", "BTCUSDT", updates=updates, levels=levels))
        self._last = column.copy()
        self._columns += 1


if __name__ == "__main__":
    with started():
        run_heatmap(Heatmap)
