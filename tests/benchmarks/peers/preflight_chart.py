"""Our chart, with its candles and its volume, on the course. Runs in our own virtual environment."""

from decimal import Decimal

import numpy as np
from course import HEIGHT, STEP_S, WIDTH, Bars, run_chart
from preflight_desk import instrument, started

from ui.links import LinkGroups
from ui.panel import PanelServices
from ui.panels.chart import ChartPanel
from ui.theme import ThemeSource
from workstation.app import Workstation
from workstation.market.candles import CANDLE
from workstation.model.columns import TRADE, MarketBatch, Records

TIMEFRAME_MS = 1_000 * STEP_S
HALF_MS = TIMEFRAME_MS / 2


class Chart:
    """The whole panel; a tick comes as a trade, and goes through the market's state."""

    def __init__(self, bars: Bars, in_view: int) -> None:
        workstation = Workstation(None, None)
        self._workstation = workstation
        state = workstation.market.add(instrument(tick_size=Decimal("0.1")))
        self._series = state.candles(TIMEFRAME_MS)
        self._series.replace(candles_of(bars))
        links = LinkGroups()
        links.first.set_symbol("BTCUSDT")
        links.first.set_timeframe(TIMEFRAME_MS)
        self._panel = panel = ChartPanel(PanelServices(workstation, ThemeSource(), links))
        panel.resize(WIDTH, HEIGHT)
        panel.show()
        panel.restore_state({"pitch_px": panel.plot.mapping.width / in_view})
        panel.refresh()
        self._times_ms = 1_000.0 * bars.time_s
        self.viewport = panel.plot.viewport()

    def tick(self, bars: Bars) -> None:
        newest = self._series.rows()[-1]
        trade = np.zeros(1, TRADE)
        trade["event_ms"] = int(bars.time_s[-1]) * 1_000 + 30_000
        trade["price"], trade["size"], trade["side"] = bars.close[-1], bars.volume[-1] - newest["volume"], 1
        self._workstation.take(MarketBatch("binance_usdm", "BTCUSDT", trades=trade))
        self._panel.refresh()

    def x_of(self, index: int) -> float:
        return self._panel.plot.mapping.x(self._times_ms[index] + HALF_MS)

    def y_of(self, price: float) -> float:
        return self._panel.plot.mapping.y(price)


def candles_of(bars: Bars) -> Records:
    rows = np.zeros(len(bars), CANDLE)
    rows["open_ms"] = 1_000 * bars.time_s
    for side in ("open", "high", "low", "close", "volume"):
        rows[side] = getattr(bars, side)
    rows["buy_volume"], rows["trades"] = bars.volume / 2, 100
    return rows


if __name__ == "__main__":
    with started():
        run_chart(Chart)
