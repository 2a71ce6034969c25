"""The chips that narrow round trips down, with their menus: for the list and for the statistics."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QMenu, QWidget

from ui.review import trip_chips
from ui.review.chip_rows import ChipRow, ChipRows
from ui.review.date_span import DateSpan
from ui.review.trip_filter import TripFilter
from ui.review.trip_index import Facets, TripIndex
from ui.theme import Density, Theme
from workstation.model.journal import JournalAccount


class FilterChips(ChipRows):
    """Shows a filter and tells the one that a click makes of it."""

    asked = Signal(object)
    """The `TripFilter` that is wanted instead."""

    def __init__(self, theme: Theme, density: Density, parent: QWidget | None = None) -> None:
        super().__init__(theme, density, parent)
        self.setAccessibleName("Filters")
        self.setup_name: Callable[[str], str] = str
        """A setup's name on tickets."""
        self._index = TripIndex((), {})
        self._facets = self._index.facets(TripFilter())
        self._wanted = TripFilter()
        self._accounts: tuple[JournalAccount, ...] = ()
        self.dates = DateSpan(self)
        self.dates.chosen.connect(
            lambda from_ms, to_ms: self.asked.emit(
                replace(self._wanted, days=0, from_ms=from_ms, to_ms=to_ms)
            )
        )
        self.clicked.connect(self._click_chip)

    def show_filter(
        self, index: TripIndex, facets: Facets, wanted: TripFilter, accounts: Sequence[JournalAccount]
    ) -> None:
        """Show a filter over these round trips."""
        self._index, self._facets, self._wanted, self._accounts = index, facets, wanted, tuple(accounts)
        rows = trip_chips.chip_rows(index, facets, wanted, accounts)
        self.set_rows([self._named(row) if row.key == trip_chips.SETUP else row for row in rows])

    def _named(self, row: ChipRow) -> ChipRow:
        """Setups by the names that tickets give them."""
        return replace(row, chips=tuple(replace(one, words=self.setup_name(one.words)) for one in row.chips))

    def _click_chip(self, row: str, chip: str) -> None:
        if chip == trip_chips.MORE:
            self._open_more(row)
        elif chip == trip_chips.DATES:
            span = self._index.span_ms(self._wanted)
            if span is not None:
                rect = self.rect_of(row, chip).toRect()
                self.dates.open(span, self.mapToGlobal(rect.bottomLeft()))
        else:
            self.asked.emit(trip_chips.clicked(self._wanted, row, chip))

    def _open_more(self, row: str) -> None:
        """Offer all choices of a row."""
        menu, wanted = QMenu(self), self._wanted
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if row == trip_chips.ACCOUNT:
            titles = {account.key: account.title for account in self._accounts}
            choices = [("All of them", "", wanted.account == "", replace(wanted, account=""))]
            choices += [
                (titles.get(key, key), str(count), wanted.account == key, replace(wanted, account=key))
                for key, count in self._facets.accounts
            ]
        else:
            choices = [
                (words, str(count), is_on, trip_chips.clicked(wanted, row, chip))
                for chip, words, count, is_on in trip_chips.all_choices(self._facets, wanted, row)
            ]
        for words, count, is_on, then in choices:
            action = menu.addAction(f"{unmarked(words)}\t{count}" if count else words)
            action.setCheckable(True)
            action.setChecked(is_on)
            action.triggered.connect(lambda _=False, then=then: self.asked.emit(then))
        menu.popup(self.mapToGlobal(self.rect_of(row, trip_chips.MORE).toRect().bottomLeft()))


def unmarked(words: str) -> str:
    """Words for a menu, in which a & would underline the next letter."""
    return words.replace("&", "&&")
