"""The studies on one chart: which, with which figures, and where each is painted."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from ui import format
from ui.charting.bar_view import BarView
from ui.charting.legend_item import LegendRow
from ui.charting.line_layer import LineLayer
from ui.charting.pane import Figure, Pane
from ui.charting.pane_stack import PaneStack
from ui.charting.price_layers import PriceLayers
from ui.charting.role_colors import SERIES_COUNT, is_series
from ui.charting.study_catalogue import StudyCatalogue
from workstation.analytics.study import Study, StudyInputs, StudyRun

PANE_SHARE = 0.15
MOST_STUDIES = 24
"""More would hide the market, and cost more than a frame has."""
PRICE_UNIT = "price"


@dataclass(slots=True, eq=False)
class ActiveStudy:
    """One study on the chart.

    Attributes:
        key: its name on this chart, "ema-2".
        run: works its lines out.
        layer: paints them.
    """

    key: str
    run: StudyRun
    layer: LineLayer

    @property
    def study(self) -> Study:
        """What it is."""
        return self.run.study

    @property
    def label(self) -> str:
        """Its name with its figures."""
        return self.study.label(self.run.values)


class StudyHost(QObject):
    """Adds, removes and refreshes studies."""

    changed = Signal()
    """A study has come, gone or been given other figures."""

    def __init__(
        self, bars: BarView, stack: PaneStack, price_layers: PriceLayers, catalogue: StudyCatalogue
    ) -> None:
        super().__init__(stack)
        self.catalogue = catalogue
        """What can be added."""
        self._bars, self._stack, self._price_layers = bars, stack, price_layers
        self._active: list[ActiveStudy] = []
        self._price_decimals = 2

    @property
    def active(self) -> tuple[ActiveStudy, ...]:
        """The studies on the chart, in the order they were added."""
        return tuple(self._active)

    @property
    def needs(self) -> tuple[str, ...]:
        """The series that they read."""
        return tuple({name for item in self._active for name in item.study.needs})

    def find(self, key: str) -> ActiveStudy | None:
        """The study of that name on this chart."""
        return next((item for item in self._active if item.key == key), None)

    def set_price_decimals(self, decimals: int) -> None:
        """Write prices with so many digits."""
        self._price_decimals = decimals
        for item in self._active:
            self._dress(item)

    def add(
        self, study: Study, values: Mapping[str, float] | None = None, key: str = ""
    ) -> ActiveStudy | None:
        """Put a study on the chart; None when there are too many."""
        if len(self._active) >= MOST_STUDIES:
            return None
        if not key or self.find(key) is not None:
            number = 1
            while self.find(f"{study.key}-{number}") is not None:
                number += 1
            key = f"{study.key}-{number}"
        layer = LineLayer(self._bars, format.compact, self._free_series() if study.pane == "price" else None)
        item = ActiveStudy(key, StudyRun(study, values), layer)
        self._active.append(item)
        if study.pane == "price":
            self._price_layers.layers.append(item.layer)
        else:
            pane = Pane(key, item.label, share=PANE_SHARE)
            pane.layers.append(item.layer)
            self._stack.add(pane)
        self.changed.emit()
        return item

    def _free_series(self) -> int:
        """The series colour that the fewest studies over the price have."""
        taken = [item.layer.series for item in self._active]
        return min(range(SERIES_COUNT), key=taken.count)

    def remove(self, key: str) -> None:
        """Take a study off the chart; nothing happens if it is not on it."""
        item = self.find(key)
        if item is None:
            return
        self._active.remove(item)
        if item.study.pane == "price":
            self._price_layers.layers.remove(item.layer)
            self._price_layers.update()
        else:
            self._stack.remove(key)
        self.changed.emit()

    def configure(self, key: str, values: Mapping[str, float]) -> None:
        """Give a study other figures."""
        item = self.find(key)
        if item is None or item.study.values(values) == item.run.values:
            return
        item.run = StudyRun(item.study, values)
        pane = self._stack.pane(key)
        if pane is not None:
            pane.title = item.label
        self.changed.emit()

    def can_be_coloured(self, key: str) -> bool:
        """All lines of a study are of one series: it may take another's colour."""
        item = self.find(key)
        roles = {line.role for line in item.layer.result.lines} if item is not None else set()
        return len({role for role in roles if is_series(role)}) == 1

    def set_series(self, key: str, series: int) -> None:
        """Give a study the colour of another series."""
        item = self.find(key)
        if item is not None and series != item.layer.series:
            item.layer.series = series % SERIES_COUNT
            self.changed.emit()

    def refresh(self, inputs: StudyInputs) -> bool:
        """Work the newest values out; True if settled ones are others too, or lines."""
        anew = False
        for item in self._active:
            self._declare(item)
            result = item.run.refresh(inputs)
            known = item.layer.result
            if (result.unit, result.decimals, result.guides) != (known.unit, known.decimals, known.guides):
                item.layer.result = result
                self._dress(item)
            anew |= item.layer.set_result(result, (id(item.run), item.run.worked_out))
        return anew

    def _declare(self, item: ActiveStudy) -> None:
        """Take a series from outside as it is declared now."""
        declared = self.catalogue.find(item.study.key)
        if declared is None or declared is item.study:
            return
        item.run = StudyRun(declared, item.run.values)
        pane = self._stack.pane(item.key)
        if pane is not None:
            pane.title = item.label

    def forget(self) -> None:
        """Other bars come: lines are worked out from nothing."""
        for item in self._active:
            item.run = StudyRun(item.study, item.run.values)

    def rows(self, index: int | None, left: float, top: float, step: float) -> list[LegendRow]:
        """The legend of the studies in the price pane.

        Args:
            index: the bar whose values are shown; None for none.
            left, top: where the first row begins, px.
            step: how far below it the next follows, px.
        """
        return [
            LegendRow(
                item.key,
                item.label,
                self.figures(item, index),
                left,
                top + step * place,
                ("edit", "remove"),
                self.tip(item),
            )
            for place, item in enumerate(item for item in self._active if item.study.pane == "price")
        ]

    def figures(self, item: ActiveStudy, index: int | None) -> tuple[Figure, ...]:
        """A study's values at a bar."""
        return () if index is None else tuple(item.layer.figures(index))

    def tip(self, item: ActiveStudy) -> str:
        """What a study shows, and what has to be known to read it right."""
        return "\n".join(words for words in (item.study.about, item.layer.result.note) if words)

    def save(self) -> list[dict[str, object]]:
        """The studies as JSON-able values."""
        return [
            {
                "key": item.key,
                "study": item.study.key,
                "values": dict(item.run.values),
                "series": item.layer.series,
            }
            for item in self._active
        ]

    def restore(self, saved: object) -> None:
        """Put the studies on the chart that `save` gave; what is unknown or wrong is left out."""
        for item in self.active:
            self.remove(item.key)
        for entry in saved if isinstance(saved, list) else []:
            if not isinstance(entry, dict):
                continue
            study, values, key, series = (entry.get(name) for name in ("study", "values", "key", "series"))
            wanted = self.catalogue.find(str(study))
            if wanted is None:
                continue
            added = self.add(wanted, numbers(values), key if isinstance(key, str) else "")
            if added is not None and isinstance(series, int) and 0 <= series < SERIES_COUNT:
                added.layer.series = int(series)

    def _dress(self, item: ActiveStudy) -> None:
        """Give a study's pane and legend its unit and digits."""
        result = item.layer.result
        decimals = (
            self._price_decimals if result.unit == PRICE_UNIT and result.decimals < 0 else result.decimals
        )
        unit = "" if result.unit == PRICE_UNIT else result.unit
        item.layer.text = _writer(decimals, unit)
        pane = self._stack.pane(item.key)
        if pane is not None:
            pane.decimals, pane.guides, pane.unit = decimals, result.guides, unit


def numbers(values: object) -> dict[str, float]:
    """Return the numbers of a saved mapping by name; what is none is left out."""
    if not isinstance(values, dict):
        return {}
    return {
        str(name): float(value)
        for name, value in values.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }


def _writer(decimals: int, unit: str) -> Callable[[float], str]:
    def text(value: float) -> str:
        written = format.compact(value) if decimals < 0 else format.price(value, decimals)
        return f"{written} {unit}" if unit and written != format.NO_FIGURE else written

    return text
