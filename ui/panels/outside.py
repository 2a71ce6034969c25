"""Outside: the series that the trader declares, how each stands, its line, and what to do where one fails."""

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QKeyEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from ui.commands import Command
from ui.outside.line_view import SPANS_MS, LineView
from ui.outside.rows import COLUMNS, mistake_row, row_of, words_of
from ui.panel import Condition, Panel, PanelServices
from ui.theme import BODY_PX, HEADER_PX, Theme, ui_font
from ui.widgets.choice_buttons import choice_buttons
from ui.widgets.table import Table
from workstation.outside.book import Series, SeriesState
from workstation.outside.watch import OutsideWatch

EXAMPLE = """# Series from outside: each [[source]] in any *.toml file here is one; changes count in seconds.
# Take the first sign from the lines below, and change them.

# [[source]]
# key = "btc_dominance"                   # alerts and checklists name it outside_btc_dominance
# title = "Bitcoin dominance"
# kind = "json"                           # or "csv"
# url = "https://example.org/global"      # or file = "dominance.csv"
# value = "data.dominance.btc"            # where the number is; of a table, the column's title
# time = ""                               # where its time is; nothing takes the time of fetching
# interval = "15m"
# unit = "%"
# least = 0.0                             # what is beyond is not believed
# most = 100.0
"""
LINE_PX = 260
"""Height of the body from which the line has room below the list."""


class OutsidePanel(Panel):
    """Shows the series from outside."""

    kind: ClassVar[str] = "outside"
    title: ClassVar[str] = "Outside"
    rate_hz: ClassVar[float] = 1.0
    of_symbol: ClassVar[bool] = False
    of_market: ClassVar[bool] = False

    def __init__(self, services: PanelServices, parent: QWidget | None = None) -> None:
        super().__init__(services, parent)
        self._span = SPANS_MS[2][0]
        self._wanted = ""
        self.table = Table(COLUMNS, self.theme, services.themes.density, self)
        self.table.setAccessibleName("Series from outside")
        self.table.chosen.connect(self._choose)
        self.table.cell_tip = self._tip
        self.line = LineView(self.theme, self)
        self.nothing = QLabel("", self)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.nothing.setWordWrap(True)
        self.nothing.setFont(ui_font(BODY_PX))
        self.nothing.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.why = QLabel("", self)
        self.why.setWordWrap(True)
        self.why.setFont(ui_font(HEADER_PX))
        self.why.setTextFormat(Qt.TextFormat.PlainText)
        self.why.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.why.setContentsMargins(8, 4, 8, 4)
        body = QWidget(self)
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.table, 3)
        layout.addWidget(self.nothing, 3)
        layout.addWidget(self.why)
        layout.addWidget(self.line, 4)
        self.set_body(body)
        choices = {name: (name, "The span of the line (+, -)") for name, _ in SPANS_MS}
        self.spans = choice_buttons(choices, self._use_span, self)
        self.spans[self._span].setChecked(True)
        self.header.add_control(*self.spans.values())
        self.setFocusProxy(self.table)
        self.theme_changed(self.theme)

    @property
    def watch(self) -> OutsideWatch | None:
        """Who fetches the series; None where nobody does."""
        return self.services.workstation.outside

    def _series(self) -> dict[str, Series]:
        return {} if self.watch is None else self.watch.book.series

    def refresh(self) -> None:
        watch = self.watch
        if watch is None:
            self.set_condition(
                Condition.EMPTY, "No series are fetched in this session.", "Open a market at the top."
            )
            return
        self.set_condition(Condition.LIVE)
        now_ms, book = self.services.workstation.clock.now_ms(), watch.book
        rows = [row_of(series, now_ms) for series in book.series.values()]
        rows += [mistake_row(place, one) for place, one in enumerate(book.mistakes)]
        self.table.set_rows(rows)
        self.table.step_fades()
        is_empty = not rows
        roomy = self.height() - self.header.height() >= LINE_PX
        self.table.setVisible(not is_empty)
        self.nothing.setVisible(is_empty)
        self.line.setVisible(bool(book.series) and roomy)
        if is_empty:
            self.nothing.setText(
                "Nothing is declared yet.\nA series is a few lines in a file of the folder\n"
                f"{watch.folder}\nO opens the folder, with an example in it."
            )
        self.setFocusProxy(self.nothing if is_empty else self.table)
        if self._wanted not in (key for key, _ in rows):
            self._wanted = rows[0][0] if rows else ""
        self.table.set_chosen(self._wanted)
        words = self._words(self._wanted)
        self.why.setText(words)
        self.why.setVisible(bool(words) and roomy)
        self.line.show_series(book.series.get(self._wanted), dict(SPANS_MS)[self._span], now_ms)
        self._say(watch, now_ms)

    def _say(self, watch: OutsideWatch, now_ms: int) -> None:
        book = watch.book
        states = [series.state(now_ms) for series in book.series.values()]
        failing = states.count(SeriesState.FAILING) + states.count(SeriesState.STALE)
        self.header.set_subject("Outside", f"{len(states)} series")
        parts: list[tuple[str, str]] = []
        if failing:
            parts.append((f"{failing} without news", "warn"))
        if book.mistakes:
            count = len(book.mistakes)
            parts.append(
                ("1 mistake in the files" if count == 1 else f"{count} mistakes in the files", "warn")
            )
        if book.store_trouble:
            parts.append((book.store_trouble, "danger"))
        self.header.set_detail(parts)

    # What can be done.

    def look_now(self) -> None:
        """Look at every source now."""
        if self.watch is not None:
            self.watch.look_now()

    def watch_series(self) -> None:
        """Begin an alert on the chosen series: the palette opens with it typed."""
        series = self._series().get(self._wanted)
        if series is not None:
            value = 0.0 if series.newest is None else series.newest
            self.services.search(f"alert {series.source.metric_key} > {value:.{series.source.decimals}f}")

    def open_folder(self) -> None:
        """Open the folder of the declarations, made with an example where it is not there."""
        if self.watch is None:
            return
        folder = self.watch.folder
        try:
            make_folder(folder)
        except OSError as error:
            self.header.set_detail([(f"{folder} cannot be made: {error.strerror}", "danger")])
            return
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

    def _choose(self, key: str) -> None:
        self._wanted = key
        self.refresh()

    def _words(self, key: str) -> str:
        """What is wrong with the row of that key, in full."""
        watch, series = self.watch, self._series().get(key)
        if series is not None:
            return words_of(series, self.services.workstation.clock.now_ms())
        place = key.rpartition(" ")[2]
        if watch is None or not place.isdigit() or int(place) >= len(watch.book.mistakes):
            return ""
        mistake = watch.book.mistakes[int(place)]
        return f"{mistake.file}: {mistake.words}"

    def _use_span(self, name: str) -> None:
        self._span = name
        self.spans[name].setChecked(True)
        self.refresh()

    def _step_span(self, steps: int) -> None:
        names = [name for name, _ in SPANS_MS]
        place = min(max(names.index(self._span) + steps, 0), len(names) - 1)
        self._use_span(names[place])

    def _tip(self, key: str, _column: int) -> str:
        series = self._series().get(key)
        words = self._words(key)
        if series is None:
            return words
        source = series.source
        lines = [f"{source.metric_key}, every {source.interval}", source.url or source.file]
        return "\n".join([*lines, words] if words else lines)

    # Keys and hooks.

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, plain = event.key(), not event.modifiers()
        if plain and key == Qt.Key.Key_R:
            self.look_now()
        elif plain and key == Qt.Key.Key_A:
            self.watch_series()
        elif plain and key == Qt.Key.Key_O:
            self.open_folder()
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self._step_span(-1)
        elif key == Qt.Key.Key_Minus:
            self._step_span(1)
        else:
            super().keyPressEvent(event)

    def keys(self) -> list[tuple[str, str]]:
        return [
            ("Enter", "Show the series below"),
            ("R", "Look at every source now"),
            ("A", "Alert on the series"),
            ("O", "Open the folder of declarations"),
            ("+, -", "A shorter span, a longer one"),
            ("Ctrl+F, Esc", "Filter, show all"),
        ]

    def commands(self) -> list[Command]:
        return [
            Command("Outside series: look now", self.look_now, "R"),
            Command("Outside series: open the folder", self.open_folder, "O"),
        ]

    def theme_changed(self, theme: Theme) -> None:
        self.table.set_look(theme, self.services.themes.density)
        self.line.set_theme(theme)
        self.why.setStyleSheet(f"color: {theme.warn.name()};")
        self.nothing.setStyleSheet(f"color: {theme.muted.name()}; background: {theme.panel.name()};")

    def reset_view(self) -> None:
        self.table.close_filter()
        self.table.set_sort(None)
        self._use_span(SPANS_MS[2][0])

    def save_state(self) -> dict[str, object]:
        return {"span": self._span, "series": self._wanted}

    def restore_state(self, saved: Mapping[str, object]) -> None:
        span, series = saved.get("span"), saved.get("series")
        if isinstance(span, str) and span in self.spans:
            self._span = span
            self.spans[span].setChecked(True)
        if isinstance(series, str):
            self._wanted = series


def make_folder(folder: Path) -> None:
    """Make the folder of declarations with an example in it; what is there stays.

    Raises:
        OSError: it cannot be made.
    """
    folder.mkdir(parents=True, exist_ok=True)
    example = folder / "example.toml"
    if not any(folder.glob("*.toml")):
        example.write_text(EXAMPLE, encoding="utf-8")
