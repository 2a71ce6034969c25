"""finplot's heatmap on the course. Runs in finplot's own virtual environment."""

import finplot as fplt
import numpy as np
import pandas as pd
from course import FIRST_S, HEIGHT, STEP_S, WIDTH, run_heatmap
from pyqtgraph.Qt import QtCore

LOWEST, STEP = 60_000.0, 0.5


class Heatmap:
    """Prices as columns of a frame, as its own example has it; empty cells are left out."""

    def __init__(self, sizes: np.ndarray) -> None:
        self._sizes = sizes
        self._axis = fplt.create_plot("depth", init_zoom_periods=len(sizes), maximize=False)
        self._first = 0
        self._heatmap = fplt.heatmap(self._frame(), ax=self._axis, rect_size=1.0, filter_limit=1e-6)
        fplt.autoviewrestore(False)
        fplt.show(qt_exec=False)
        self._window = self._axis.vb.win
        self._window.resize(WIDTH, HEIGHT)
        self.viewport = self._window.viewport()
        cells = sizes.shape[1]
        # Left to itself it shows no price at all: sizes tell it no range.
        self._axis.vb.set_range(-0.5, LOWEST, len(sizes) - 0.5, LOWEST + STEP * cells)

    def append(self, column: np.ndarray) -> None:
        self._sizes[:-1] = self._sizes[1:]
        self._sizes[-1] = column
        self._first += 1
        self._heatmap.update_data(self._frame())

    def point(self, column: int, cell: int) -> tuple[float, float]:
        at = self._window.mapFromScene(
            self._axis.vb.mapViewToScene(QtCore.QPointF(column, LOWEST + STEP * (cell + 0.5)))
        )
        return at.x(), at.y()

    def uncover(self) -> None:
        pass  # nothing lies over them

    def _frame(self) -> pd.DataFrame:
        time_s = FIRST_S + STEP_S * (self._first + np.arange(len(self._sizes)))
        prices = LOWEST + STEP * np.arange(self._sizes.shape[1])
        # Its rectangles hang from the higher of two neighbouring prices, so the columns fall.
        return pd.DataFrame(
            self._sizes[:, ::-1].copy(), index=pd.to_datetime(time_s, unit="s"), columns=prices[::-1]
        )


if __name__ == "__main__":
    run_heatmap(Heatmap)
