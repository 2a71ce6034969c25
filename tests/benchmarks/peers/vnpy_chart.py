"""vnpy's chart, with its candle and its volume, on the course. Runs in vnpy's own virtual environment."""

from datetime import UTC, datetime

from course import HEIGHT, WIDTH, Bars, run_chart
from pyqtgraph.Qt import QtCore, QtWidgets
from vnpy.chart import CandleItem, ChartWidget, VolumeItem
from vnpy.trader.constant import Exchange, Interval
from vnpy.trader.object import BarData


class Chart:
    """Its widget as its own chart wizard sets it up."""

    def __init__(self, bars: Bars, in_view: int) -> None:
        self._widget = widget = ChartWidget()
        widget.add_plot("candle", hide_x_axis=True)
        widget.add_plot("volume", maximum_height=round(0.18 * HEIGHT))
        widget.add_item(CandleItem, "candle", "candle")
        widget.add_item(VolumeItem, "volume", "volume")
        widget.resize(WIDTH, HEIGHT)
        widget.show()
        widget.update_history([bar_of(bars, index) for index in range(len(bars))])
        while widget._bar_count < in_view:
            widget._on_key_down()
        widget.move_to_right()
        self.viewport = widget.viewport()

    def tick(self, bars: Bars) -> None:
        self._widget.update_bar(bar_of(bars, len(bars) - 1))

    def _point(self, x: float, y: float) -> QtCore.QPointF:
        view = self._widget.get_plot("candle").getViewBox()
        return self._widget.mapFromScene(view.mapViewToScene(QtCore.QPointF(x, y)))

    def x_of(self, index: int) -> float:
        return self._point(index, 0.0).x()

    def y_of(self, price: float) -> float:
        return self._point(0.0, price).y()


def bar_of(bars: Bars, index: int) -> BarData:
    return BarData(
        gateway_name="made",
        symbol="BTCUSDT",
        exchange=Exchange.LOCAL,
        datetime=datetime.fromtimestamp(int(bars.time_s[index]), tz=UTC),
        interval=Interval.MINUTE,
        volume=float(bars.volume[index]),
        open_price=float(bars.open[index]),
        high_price=float(bars.high[index]),
        low_price=float(bars.low[index]),
        close_price=float(bars.close[index]),
    )


if __name__ == "__main__":
    application = QtWidgets.QApplication([])
    run_chart(Chart)
