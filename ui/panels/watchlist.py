"""The watchlist: one row a symbol; choosing one shows it in every panel of the link group."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import ClassVar

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from ui import metric_text
from ui.market_cells import REPLAY_COLUMNS, VENUE_COLUMNS, CellSource, cells_of_refused, columns
from ui.panel import Condition, Panel, PanelServices
from ui.theme import Theme
from ui.widgets.table import Table
from ui.widgets.table_rows import Column, Row
from workstation.market.state import SymbolState
from workstation.metrics.metric import Metric
from workstation.metrics.registry import METRIC_BY_KEY, metric_groups

FADE_HZ = 12.0
READ_EVERY = 3
"""Refreshes between two readings of the market: four a second; those between let the colours fade."""


class WatchlistPanel(Panel):
    """Shows every symbol that the desk follows; on a venue, symbols come and go."""

    kind: ClassVar[str] = "watchlist"
    title: ClassVar[str] = "Watchlist"
    rate_hz: ClassVar[float] = FADE_HZ
    of_symbol: ClassVar[bool] = False
    veiled: ClassVar[bool] = False  # each row says how it stands

    def __init__(self, services: PanelServices, parent: QWidget | None = None) -> None:
        super().__init__(services, parent)
        self._refreshes = 0
        self._chosen: dict[str, tuple[str, ...]] = {}
        """Columns chosen by hand, by the kind of market: "venue" or "replay"."""
        self._sort: tuple[str, bool] | None = None
        self._cells = CellSource(services.workstation.metrics)
        self._read_from = services.workstation
        self._shown: tuple[Metric, ...] = ()
        self.table = Table(self._columns(), self.theme, services.themes.density, self)
        self.table.setAccessibleName("Watchlist")
        self.table.chosen.connect(self._choose)
        self.table.menu_asked.connect(self._show_menu)
        self.table.title_menu_asked.connect(self._show_title_menu)
        self.table.column_dragged.connect(self._drag_column)
        self.table.cell_tip = self._tip
        self.set_body(self.table)
        self.setFocusProxy(self.table)
        self.add_button = QToolButton(self)
        self.add_button.setText("+")
        self.add_button.setToolTip("Follow another symbol (Insert)")
        self.add_button.setAccessibleName("Follow another symbol")
        self.add_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.add_button.clicked.connect(lambda _checked=False: self.services.search("Follow "))
        self.header.add_control(self.add_button)
        self.header.menu.addSeparator()
        self.header.menu.addAction("Columns…\tC").triggered.connect(lambda _=False: self.choose_columns())

    @property
    def is_live(self) -> bool:
        """A venue is followed: symbols can be added and removed."""
        return self.services.workstation.live is not None

    def refresh(self) -> None:
        self.add_button.setVisible(self.is_live)
        states = list(self.services.workstation.market.states.values())
        if not states and not self.services.refused:
            self.header.set_subject("Watchlist", "")
            if self.is_live:
                self.cover("No symbol is followed.", "Follow one: Ctrl+K and its name.", Condition.EMPTY)
            else:
                self.cover("No symbol is followed.", "Open a market in the menu at the top.", Condition.EMPTY)
            return
        if self.condition not in (Condition.LIVE, Condition.STALE):
            self.set_condition(Condition.LIVE)
        self.table.still = self.services.themes.reduced_motion
        self.table.step_fades()
        if self._refreshes % READ_EVERY == 0:
            self._read(states)
        self._refreshes += 1

    def symbol_changed(self) -> None:
        self.table.set_chosen(self.link.symbol)

    def market_reset(self) -> None:
        self._refreshes = 0

    def theme_changed(self, theme: Theme) -> None:
        self.table.set_look(theme, self.services.themes.density)

    def reset_view(self) -> None:
        self.table.close_filter()
        self.table.set_sort(None)

    def data_age_s(self) -> float | None:
        return self.services.feed.data_age_s()

    def save_state(self) -> dict[str, object]:
        self._note_sort()
        sort = None if self._sort is None else list(self._sort)
        return {"sort": sort, "columns": {market: list(keys) for market, keys in self._chosen.items()}}

    def restore_state(self, saved: Mapping[str, object]) -> None:
        chosen = saved.get("columns")
        if isinstance(chosen, Mapping):
            for market in ("venue", "replay"):
                keys = chosen.get(market)
                if isinstance(keys, list | tuple) and keys and len(set(map(str, keys))) == len(keys):
                    known = tuple(key for key in keys if key in METRIC_BY_KEY)
                    if known:
                        self._chosen[market] = known
        match saved.get("sort"):
            case [str(key), bool(descending)] if key == "symbol" or key in METRIC_BY_KEY:
                self._sort = key, descending
                self._apply_sort()

    def keys(self) -> list[tuple[str, str]]:
        return [
            ("↑ ↓, Home, End", "Move"),
            ("Enter, click", "Show the symbol in linked panels"),
            ("Insert", "Follow another symbol of the venue"),
            ("Delete", "Remove the symbol from the watchlist"),
            ("Ctrl+F, Esc", "Filter, show all"),
            ("1 … 9, click on a title", "Sort by a column"),
            ("C, right click on a title", "Choose the columns"),
            ("drag a title", "Move the column"),
            ("Ctrl+C", "Copy the row; after Ctrl+A, all"),
        ]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Insert and self.is_live:
            self.services.search("Follow ")
        elif event.key() == Qt.Key.Key_Delete and self.is_live and self.table.current:
            self.services.unfollow(self.table.current)
            self._refreshes = 0
            self.refresh()
        elif event.key() == Qt.Key.Key_C and not event.modifiers():
            self.choose_columns()
        else:
            super().keyPressEvent(event)

    # Columns.

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """What the columns beside the symbol's show, from the left."""
        usual = VENUE_COLUMNS if self.is_live else REPLAY_COLUMNS
        return tuple(METRIC_BY_KEY[key] for key in self._chosen.get(self._market_kind, usual))

    @property
    def _market_kind(self) -> str:
        return "venue" if self.is_live else "replay"

    def set_metrics(self, keys: Sequence[str]) -> None:
        """Show these columns from now on, and remember it; none at all stands for the usual ones."""
        if keys:
            self._chosen[self._market_kind] = tuple(keys)
        else:
            self._chosen.pop(self._market_kind, None)
        self._note_sort()
        self._refreshes = 0
        self.refresh()

    def choose_columns(self) -> None:
        """Open the menu of all that can be a column."""
        at = self.table.mapToGlobal(QPoint(12, self.table.row_height))
        self._columns_menu(None).popup(at)

    def _columns_menu(self, column: int | None) -> QMenu:
        """What can be done with the columns, and with the one that was clicked on."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setToolTipsVisible(True)
        shown = [metric.key for metric in self.metrics]
        if column:
            key = shown[column - 1]
            title = METRIC_BY_KEY[key].title
            menu.addAction(f"Sort by {title}").triggered.connect(lambda: self.table.sort_by(column))
            for words, step in (("Move left", -1), ("Move right", 1)):
                move = menu.addAction(words)
                move.setEnabled(0 <= column - 1 + step < len(shown))
                move.triggered.connect(partial(self._drag_column, column, column + step))
            remove = menu.addAction(f"Remove {title}")
            remove.setEnabled(len(shown) > 1)
            remove.triggered.connect(partial(self._toggle, key))
            menu.addSeparator()
        for name, metrics in metric_groups():
            group = menu.addMenu(name)
            group.setToolTipsVisible(True)
            for metric in metrics:
                action = group.addAction(metric.title)
                action.setCheckable(True)
                action.setChecked(metric.key in shown)
                action.setToolTip(metric_text.explanation(metric))
                action.triggered.connect(partial(self._toggle, metric.key))
        menu.addSeparator()
        menu.addAction("Usual columns").triggered.connect(lambda: self.set_metrics(()))
        return menu

    def _show_title_menu(self, column: int, at: QPoint) -> None:
        self._columns_menu(column).popup(at)

    def _toggle(self, key: str, _checked: bool = False) -> None:
        shown = [metric.key for metric in self.metrics]
        if key not in shown:
            self.set_metrics([*shown, key])
        elif len(shown) > 1:
            self.set_metrics([name for name in shown if name != key])

    def _drag_column(self, column: int, onto: int, _checked: bool = False) -> None:
        """Put a column where another stands; the symbol's stays first."""
        shown = [metric.key for metric in self.metrics]
        if 1 <= column <= len(shown):
            moved = shown.pop(column - 1)
            shown.insert(min(max(onto, 1), len(shown) + 1) - 1, moved)
            self.set_metrics(shown)

    def _note_sort(self) -> None:
        """Remember the sort by what it sorts by: columns come and go."""
        sort = self.table.sort
        if not self._shown:
            return
        keys = ["symbol", *(metric.key for metric in self._shown)]
        self._sort = None if sort is None else (keys[sort[0]], sort[1])

    def _apply_sort(self) -> None:
        keys = ["symbol", *(metric.key for metric in self._shown)]
        if self._sort is not None and self._sort[0] in keys:
            self.table.set_sort((keys.index(self._sort[0]), self._sort[1]))

    def _tip(self, symbol: str, column: int) -> str:
        workstation = self.services.workstation
        if not column or column > len(self._shown):
            standing = self.services.feed.standing(symbol)
            return standing.words if standing is not None else ""
        state = workstation.market.state(symbol)
        return self._cells.tip(symbol, self._shown[column - 1], state, workstation.clock.now_ms())

    # Rows.

    def _choose(self, symbol: str) -> None:
        self.link.set_symbol(symbol)

    def _show_menu(self, symbol: str, at: QPoint) -> None:
        if not self.is_live:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(f"Show {symbol}").triggered.connect(lambda: self._choose(symbol))
        menu.addAction(f"Remove {symbol} from the watchlist").triggered.connect(
            lambda: self.services.unfollow(symbol)
        )
        menu.addSeparator()
        menu.addAction("Follow another symbol…").triggered.connect(lambda: self.services.search("Follow "))
        menu.popup(at)

    def _read(self, states: list[SymbolState]) -> None:
        workstation, metrics = self.services.workstation, self.metrics
        if workstation is not self._read_from:
            self._read_from, self._cells = workstation, CellSource(workstation.metrics)
        titles = columns(metrics, states)
        if metrics != self._shown:
            if self._shown:
                self._note_sort()
            self._shown = metrics
            self.table.change_columns(titles)
            self._apply_sort()
        else:
            self.table.set_columns(titles)
        standing = self.services.feed.standing
        rows: list[Row] = [
            (symbol, self._cells.row(state, metrics, standing(symbol)))
            for state in states
            for symbol in (state.instrument.symbol,)
        ]
        rows += [(symbol, cells_of_refused(symbol, len(metrics))) for symbol in self.services.refused]
        self.table.set_rows(rows)
        count = len(states)
        self.header.set_subject("Watchlist", f"{count} symbols" if count != 1 else "1 symbol")

    def _columns(self) -> list[Column]:
        return columns(self._shown, list(self.services.workstation.market.states.values()))
