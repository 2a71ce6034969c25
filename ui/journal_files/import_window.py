"""The import window: files, what they are and what they would add; nothing is written until asked for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from ui import format
from ui.journal_files.mapping_form import MappingForm
from ui.journal_files.sheet import Sheet
from ui.journal_files.task import Cancelled, Progress
from ui.theme import BODY_PX, HEADER_PX, ThemeSource, ui_font
from workstation.journal.imports.preview import (
    ImportPreview,
    account_named,
    preview,
    take_in,
    usual_account,
)
from workstation.journal.imports.reading import ReadingChoices, Recognised, read_export, recognise
from workstation.journal.imports.rows import ImportRefused
from workstation.journal.journal import Journal
from workstation.journal.tables import plain
from workstation.model.journal import AccountKind, ImportReceipt

WIDTH, HEIGHT = 860, 680
MOST_ROWS = 500
ZONES = ("UTC", "UTC+1", "UTC+2", "UTC+3", "UTC+8", "UTC+9", "UTC-4", "UTC-5", "UTC-6", "UTC-8")
_COLUMNS = ("Opened, UTC", "Symbol", "Side", "Size", "Entry", "Exit", "Net", "")


class ImportWindow(Sheet):
    """Reads and compares on a thread; `Import` adds what the preview shows."""

    def __init__(self, journal: Journal, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__("Import account exports", themes, parent)
        self._journal = journal
        self._paths: tuple[Path, ...] = ()
        self._found: ImportPreview | None = None
        self._receipt: ImportReceipt | None = None
        self._mapped: Recognised | None = None
        self._own_account = ""  # filled in by us, not chosen
        self.setAcceptDrops(True)
        self.resize(WIDTH, HEIGHT)
        self.choose_button = self.button("Choose files…", self._choose)
        self.files = self.words(
            "CSV of Binance, Bybit, OKX and Bitget; JSON of Bitget; any other table.", BODY_PX
        )
        self.files.setWordWrap(True)
        self.account = self._combo("Account")
        self.account.setEditable(True)
        self.zone = self._combo("Time zone of the file", [self._own_zone(), *ZONES])
        self.zone.setEditable(True)
        self.zone.setCurrentText("UTC")
        self.zone_note = self.words("", muted=True)
        self.mapping = MappingForm(self)
        self.mapping.changed.connect(self._look_again)
        self.mapping.hide()
        self.figures = self.words("", BODY_PX)
        self.figures.setWordWrap(True)
        self.left_out = self.words("", muted=True)
        self.left_out.setWordWrap(True)
        self.trips = QTableWidget(0, len(_COLUMNS), self)
        self.trips.setHorizontalHeaderLabels(_COLUMNS)
        self.trips.verticalHeader().hide()
        self.trips.setShowGrid(False)
        self.trips.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.trips.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.trips.setAccessibleName("Round trips that would be added")
        self.trips.setFont(ui_font(HEADER_PX))
        self.trips.setTabKeyNavigation(False)
        self.import_button = self.button("Import", self._import, is_main=True)
        self.undo_button = self.button("Undo import", self._undo)
        self.undo_button.hide()
        self._lay_out()
        self.task.done.connect(self._done)
        self.task.failed.connect(lambda _why: self._show(None))
        self.zone.currentTextChanged.connect(lambda _text: self._look_again())
        self.account.currentTextChanged.connect(lambda _text: self._look_again())
        self._show(None)
        self.say("Choose the exports of one account, or drop them here. Nothing is written before Import.")
        self.choose_button.setFocus()

    def open(self, paths: Sequence[Path] = ()) -> None:
        """Show the window, with files if some are named."""
        self.show()
        self.raise_()
        self.activateWindow()
        if paths:
            self.take(paths)

    def take(self, paths: Sequence[Path]) -> None:
        """Look at files: what they are, and what they would add."""
        self._paths = tuple(paths)
        self._receipt = None
        self.undo_button.hide()
        self._mapped = None
        if self.account.currentText() == self._own_account:
            self._name_account("")
        try:
            found = [recognise(path) for path in self._paths]
        except ImportRefused as error:
            self.files.setText(", ".join(path.name for path in self._paths))
            self.mapping.hide()
            self._show(None)
            self.say(str(error), "danger")
            return
        unknown = [one for one in found if one.format is None]
        lines = [
            f"{one.path.name}: {one.format.title if one.format else 'a table, by its columns'}"
            for one in found
        ]
        self.files.setText("\n".join(lines))
        asks = any(one.asks_zone for one in found)
        self.zone.setEnabled(asks)
        self.zone_note.setText("the file does not say it" if asks else "the file says it")
        self.mapping.setVisible(bool(unknown))
        if unknown:
            self._mapped = unknown[0]
            self.mapping.offer(unknown[0])
        self._read()

    # What is under way.

    def _read(self) -> None:
        if not self._paths:
            return
        try:
            mapping = self.mapping.mapping() if self._mapped is not None else None
            wanted = self.account.currentText().strip()
            account = account_named(wanted) if wanted else None
        except ImportRefused as error:
            self._show(None)
            self.say(str(error), "warn")
            return
        choices = ReadingChoices(zone=self.zone.currentText().strip() or None, mapping=mapping)
        paths, journal = self._paths, self._journal

        def work(progress: Progress, cancelled: Cancelled) -> ImportPreview:
            exports = []
            for place, path in enumerate(paths):
                own = choices
                if mapping is not None and recognise(path).format is not None:
                    own = ReadingChoices(choices.zone)
                told = partial(_part, progress, place, len(paths))
                try:
                    exports.append(read_export(path, own, told, cancelled))
                except ImportRefused as error:
                    raise ImportRefused(f"{path.name}: {error} Nothing was imported.") from None
            return preview(journal, account or usual_account(exports), exports)

        self._show(None)
        self.say("Reading…")
        self.busy(True)
        self.task.start(work)

    def _import(self) -> None:
        found, journal = self._found, self._journal
        if found is None or self.task.is_running:
            return

        def work(_progress: Progress, _cancelled: Cancelled) -> ImportReceipt | None:
            receipt = take_in(journal, found)
            journal.refresh()
            return receipt

        self.import_button.setEnabled(False)
        self.say("Importing…")
        self.busy(True)
        self.task.start(work)

    def _undo(self) -> None:
        receipt, journal = self._receipt, self._journal
        if receipt is None:
            return

        def work(_progress: Progress, _cancelled: Cancelled) -> None:
            journal.undo_import(receipt.import_id).result()
            journal.refresh()

        self.undo_button.hide()
        self._receipt = None
        self.busy(True)
        self.task.start(work)

    def _done(self, result: object) -> None:
        if isinstance(result, ImportPreview):
            self._show(result)
        elif isinstance(result, ImportReceipt):
            self._receipt = result
            self.undo_button.show()
            self.undo_button.setFocus()
            self.say(f"{result.new_fills} fills are in the journal, in {result.account.title}.", "up")
            self._fill_accounts()
        else:
            self._show(None)
            self.say("The import is undone; the files are as they were.")

    def _look_again(self) -> None:
        if self._paths and self._receipt is None and self.isVisible():
            self._read()

    # What is shown.

    def _show(self, found: ImportPreview | None) -> None:
        self._found = found
        self.import_button.setEnabled(found is not None and not found.is_empty)
        self.trips.setRowCount(0)
        self.figures.setText("")
        self.left_out.setText("")
        if found is None:
            return
        if not self.account.currentText().strip():
            self._name_account(found.account.title)
        if found.is_empty:
            self.say("The journal has all of it already: nothing would change.", "muted")
        else:
            self.say(
                self._verdict(found), "warn" if found.agrees is False else "up" if found.agrees else "muted"
            )
            self.import_button.setFocus()
        self.figures.setText(self._sum(found))
        skipped = [
            (found.known, "in the journal already"),
            (found.repeated, "twice in the files"),
            (found.overlaps, "told by another export already"),
            *((count, why) for why, count in found.left_out.items()),
        ]
        told = ", ".join(f"{count} {why}" for count, why in skipped if count)
        self.left_out.setText(f"Left out: {told}." if told else "")
        self._fill_trips(found)

    def _name_account(self, title: str) -> None:
        before = self.account.blockSignals(True)
        self.account.setEditText(title)
        self.account.blockSignals(before)
        self._own_account = title

    def _verdict(self, found: ImportPreview) -> str:
        if found.agrees is None:
            return (
                "There is nothing to compare with: the venue states no P&L, or part of it is there already."
            )
        if found.agrees:
            return "P&L and fees equal the venue's own figures to the last digit."
        told = ", ".join(f"{_shown(amount)} {coin}" for coin, amount in sorted(found.venue_pnl.items()))
        return f"The venue's P&L is {told}: a position was open before the first row, or rows are missing."

    def _sum(self, found: ImportPreview) -> str:
        made_up = f", {found.made_up} made up for what the files leave out" if found.made_up else ""
        span = found.span_ms
        when = "" if span is None else f", {format.utc_date(span[0])} to {format.utc_date(span[1])}"
        lines = [
            f"{len(found.fills)} fills{made_up}, {len(found.added)} round trips, "
            f"{len(found.fundings)} funding payments{when}"
        ]
        zero = Decimal(0)
        for coin in sorted(set(found.pnl) | set(found.fees)):
            net = found.pnl.get(coin, zero) - found.fees.get(coin, zero) + found.funding.get(coin, zero)
            lines.append(
                f"{coin}: P&L {_shown(found.pnl.get(coin, zero))}, "
                f"fees {_shown(found.fees.get(coin, zero))}, "
                f"funding {_shown(found.funding.get(coin, zero))}, net {_shown(net)}"
            )
        return "\n".join(lines)

    def _fill_trips(self, found: ImportPreview) -> None:
        added = found.added[-MOST_ROWS:]
        theme = self.themes.theme
        self.trips.setRowCount(len(added))
        for row, trip in enumerate(reversed(added)):
            cells = (
                f"{format.utc_date(trip.opened_ms)} {format.utc_time(trip.opened_ms)}",
                trip.symbol,
                trip.direction.value,
                plain(trip.size),
                plain(round(trip.entry_price, 8)),
                "" if trip.exit_price is None else plain(round(trip.exit_price, 8)),
                "open" if trip.is_open else format.signed(float(trip.net_pnl)),
                trip.asset,
            )
            for column, text in enumerate(cells):
                item = QTableWidgetItem(text)
                if 3 <= column <= 6:
                    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                if column == 6 and not trip.is_open:
                    item.setForeground(theme.up if trip.net_pnl >= 0 else theme.down)
                self.trips.setItem(row, column, item)

    # Making.

    def _lay_out(self) -> None:
        first = QHBoxLayout()
        first.addWidget(self.choose_button, 0, Qt.AlignmentFlag.AlignTop)
        first.addWidget(self.files, 1)
        fields = QGridLayout()
        fields.setHorizontalSpacing(10)
        fields.addWidget(self.words("Account", muted=True), 0, 0)
        fields.addWidget(self.account, 0, 1)
        fields.addWidget(self.words("Time zone", muted=True), 0, 2)
        fields.addWidget(self.zone, 0, 3)
        fields.addWidget(self.zone_note, 0, 4)
        fields.setColumnStretch(4, 1)
        self.account.setMinimumWidth(220)
        self.zone.setMinimumWidth(150)
        for part in (first, fields):
            self.body.addLayout(part)
        self.body.addWidget(self.mapping)
        self.body.addWidget(self.heading("What would be added"))
        self.body.addWidget(self.figures)
        self.body.addWidget(self.trips, 1)
        self.body.addWidget(self.left_out)
        header = self.trips.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(len(_COLUMNS) - 1, QHeaderView.ResizeMode.Stretch)
        header.setHighlightSections(False)
        for column in range(len(_COLUMNS)):
            side = Qt.AlignmentFlag.AlignRight if 3 <= column <= 6 else Qt.AlignmentFlag.AlignLeft
            item = self.trips.horizontalHeaderItem(column)
            assert item is not None
            item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
        self.trips.verticalHeader().setDefaultSectionSize(24)
        self.foot.insertWidget(1, self.undo_button)
        self.foot.insertWidget(2, self.import_button)
        self._fill_accounts()
        self.account.setEditText("")

    def _fill_accounts(self) -> None:
        held = self.account.currentText()
        before = self.account.blockSignals(True)
        self.account.clear()
        self.account.addItems(
            [one.title for one in self._journal.accounts() if one.kind is AccountKind.IMPORTED]
        )
        self.account.setEditText(held)
        self.account.blockSignals(before)
        edit = self.account.lineEdit()
        if edit is not None:
            edit.setPlaceholderText("named after the venue")

    def _combo(self, name: str, items: Sequence[str] = ()) -> QComboBox:
        made = QComboBox(self)
        made.setAccessibleName(name)
        made.addItems(list(dict.fromkeys(items)))
        made.setMaxVisibleItems(16)
        return made

    def _own_zone(self) -> str:
        offset = datetime.now().astimezone().utcoffset()
        hours = 0.0 if offset is None else offset.total_seconds() / 3_600
        whole, rest = divmod(abs(round(hours * 60)), 60)
        if not whole and not rest:
            return "UTC"
        return f"UTC{'+' if hours > 0 else '-'}{whole}{f':{rest:02d}' if rest else ''}"

    def _choose(self) -> None:
        names, _ = QFileDialog.getOpenFileNames(
            self, "Account exports", "", "Exports (*.csv *.txt *.tsv *.json);;All files (*)"
        )
        if names:
            self.take([Path(name) for name in names])

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            self.take(paths)


def _shown(amount: Decimal) -> str:
    """An amount as venues book it, with a true minus sign."""
    return plain(round(amount, 8)).replace("-", "\u2212")


def _part(progress: Progress, place: int, count: int, share: float) -> None:
    """Tell what is done of one of several files."""
    progress((place + share) / count)
