"""Which studies a chart offers: those that there always are, and the series from outside."""

from ui.services import PanelServices
from workstation.analytics.studies import STUDIES
from workstation.analytics.study import Study
from workstation.outside.book import Series
from workstation.outside.on_bars import outside_study
from workstation.outside.source import PREFIX

_BY_KEY = {study.key: study for study in STUDIES}


class StudyCatalogue:
    """Finds studies by their key; what is declared from outside may be another at each call."""

    def __init__(self, services: PanelServices) -> None:
        self._services = services

    def find(self, key: str) -> Study | None:
        """The study of a key; None if there is none. A series that nothing declares any more has one too."""
        if not key.startswith(PREFIX):
            return _BY_KEY.get(key)
        series = self._series().get(key.removeprefix(PREFIX))
        return outside_study(key, None if series is None else series.source)

    def from_outside(self) -> list[Study]:
        """The studies of the series that are declared, in the order of their files."""
        return [outside_study(series.source.metric_key, series.source) for series in self._series().values()]

    def _series(self) -> dict[str, Series]:
        watch = self._services.workstation.outside
        return {} if watch is None else watch.book.series
