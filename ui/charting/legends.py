"""The legends of a chart: which rows there are, and what a click on one does."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QPoint, QPointF

from ui.charting.legend_item import LEFT_PX, ROW_PX, TOP_PX, LegendItem, LegendRow
from ui.charting.moment_pick import MomentPick
from ui.charting.pane import Figure, Pane
from ui.charting.pane_stack import PaneStack
from ui.charting.study_form import StudyForm
from ui.charting.study_host import StudyHost
from ui.theme import Theme
from ui.widgets.time_price_plot import TimePricePlot

LEAST_HEIGHT_PX = 90
"""A price pane that is lower has no legend: it would hide the bars."""


class ChartLegends(QObject):
    """Keeps the rows up to date and opens what they offer."""

    def __init__(
        self,
        plot: TimePricePlot,
        stack: PaneStack,
        host: StudyHost,
        remove: Callable[[str], None],
        left: Callable[[], float],
    ) -> None:
        """Make the legends of a plot.

        Args:
            plot: where they are painted.
            stack: the panes.
            host: the studies.
            remove: takes a pane that is no study off the chart.
            left: where rows over the price begin, px: beside what lies there.
        """
        super().__init__(plot)
        self._plot, self._stack, self._host, self._remove, self._left = plot, stack, host, remove, left
        self.item = LegendItem(plot.theme)
        plot.scene().addItem(self.item)
        self.item.asked.connect(self._on_asked)
        self._pick = MomentPick(plot, host)

    def set_theme(self, theme: Theme) -> None:
        """Use these colours from now on."""
        self.item.set_theme(theme)

    def refresh(self, index: int | None) -> None:
        """Show the values at a bar; None for none."""
        mapping = self._plot.mapping
        rows: list[LegendRow] = []
        if mapping.height >= LEAST_HEIGHT_PX:
            rows = self._host.rows(index, self._left(), TOP_PX, ROW_PX)
            # Not more than half the pane.
            rows = rows[: max(1, int(mapping.height / 2 / ROW_PX))]
        shown = self._stack.shown
        for place, pane in enumerate(shown):
            rows.append(self._pane_row(pane, index, first=not place, last=place == len(shown) - 1))
        self.item.set_rows(rows, mapping.width)

    def edit(self, key: str, at: QPointF | None = None) -> None:
        """Open the form of a study."""
        item = self._host.find(key)
        if item is None:
            return
        row = next((row for row in self.item.rows if row.key == key), None)
        spot = at or (QPointF(40, 40) if row is None else self.item.row_rect(row).bottomLeft())
        form = StudyForm(self._host, item, self._pick.begin, self._plot)
        form.open_at(self._plot.viewport().mapToGlobal(QPoint(round(spot.x()), round(spot.y()) + 4)))

    def pick_moment(self, key: str, parameter: str) -> None:
        """Let the trader point at the bar that a study counts from."""
        self._pick.begin(key, parameter)

    @property
    def picking(self) -> bool:
        """The next click on the chart chooses a moment."""
        return self._pick.active

    def cancel(self) -> bool:
        """Stop choosing a moment; True if one was being chosen."""
        return self._pick.cancel()

    def _pane_row(self, pane: Pane, index: int | None, *, first: bool, last: bool) -> LegendRow:
        study = self._host.find(pane.key)
        figures: tuple[Figure, ...] = ()
        if index is not None:
            figures = tuple(figure for layer in pane.layers for figure in layer.figures(index))
        if pane.empty:
            figures = (Figure("no data in view"),)
        signs = ["edit"] if study is not None else []
        signs += ([] if first else ["up"]) + ([] if last else ["down"]) + ["remove"]
        title = f"{pane.title} {pane.unit}".rstrip() if study is None else pane.title
        tip = "" if study is None else self._host.tip(study)
        return LegendRow(pane.key, title, figures, LEFT_PX, pane.top + 3, tuple(signs), tip)

    def _on_asked(self, key: str, sign: str) -> None:
        if sign == "edit":
            self.edit(key)
        elif sign in ("up", "down"):
            self._stack.move(key, -1 if sign == "up" else 1)
        elif self._host.find(key) is not None:
            self._host.remove(key)
        else:
            self._remove(key)
