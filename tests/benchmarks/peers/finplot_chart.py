"""finplot's candles and volume on the course. Runs in finplot's own virtual environment."""

import finplot as fplt
import pandas as pd
from course import HEIGHT, WIDTH, Bars, run_chart
from pyqtgraph.Qt import QtCore


class Chart:
    """A window with two rows, as its own examples have it."""

    def __init__(self, bars: Bars, in_view: int) -> None:
        self._price, volume = fplt.create_plot("bars", rows=2, init_zoom_periods=in_view, maximize=False)
        self._prices = frame_of(bars, ("open", "close", "high", "low"))
        self._volumes = frame_of(bars, ("open", "close", "volume"))
        self._candles = fplt.candlestick_ochl(self._prices, ax=self._price)
        self._volume = fplt.volume_ocv(self._volumes, ax=volume)
        fplt.autoviewrestore(False)
        fplt.show(qt_exec=False)
        self._window = self._price.vb.win
        self._window.resize(WIDTH, HEIGHT)
        self.viewport = self._window.viewport()

    def tick(self, bars: Bars) -> None:
        # It takes whole frames, and keeps nothing of what it is not given again.
        for frame in (self._prices, self._volumes):
            for name in frame.columns:
                frame.iat[-1, frame.columns.get_loc(name)] = getattr(bars, name)[-1]
        self._candles.update_data(self._prices)
        self._volume.update_data(self._volumes)

    def _point(self, x: float, y: float) -> QtCore.QPointF:
        return self._window.mapFromScene(self._price.vb.mapViewToScene(QtCore.QPointF(x, y)))

    def x_of(self, index: int) -> float:
        return self._point(index, 0.0).x()

    def y_of(self, price: float) -> float:
        return self._point(0.0, price).y()


def frame_of(bars: Bars, columns: tuple[str, ...]) -> pd.DataFrame:
    index = pd.to_datetime(bars.time_s, unit="s")
    return pd.DataFrame({name: getattr(bars, name).copy() for name in columns}, index=index)


if __name__ == "__main__":
    run_chart(Chart)
