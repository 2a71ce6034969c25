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
    QLineEdit,
    QWidget,
)

from ui import format
from ui.journal_files.mapping_form import MappingForm
from ui.journal_files.preview_table import PreviewTable
from ui.journal_files.sheet import Sheet
from ui.journal_files.task import Cancelled, Progress
from ui.theme import BODY_PX, ThemeSource
from workstation.journal.imports import okx
from workstation.journal.imports.preview import (
    ImportPreview,
    account_named,
    preview,
    take_in,
    usual_account,
)
from workstation.journal.imports.reading import (
    ReadingChoices,
    Recognised,
    contract_size_of,
    read_export,
    recognise,
)
from workstation.journal.imports.rows import ImportRefused
from workstation.journal.journal import Journal
from workstation.journal.tables import plain
from workstation.model.journal import AccountKind, ImportReceipt

WIDTH, HEIGHT = 860, 680
ZONES = ("UTC", "UTC+1", "UTC+2", "UTC+3", "UTC+8", "UTC+9", "UTC-4", "UTC-5", "UTC-6", "UTC-8")


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
        self.sizes = QLineEdit(self)
        self.sizes.setAccessibleName("Contract sizes")
        self.sizes.setPlaceholderText("BTC-USDT-SWAP=0.01, ETH-USDT-SWAP=0.1")
        self.sizes.setToolTip("Coins (dollars, if inverse) in one contract, where the file does not show it")
        self.sizes_label = self.words("Contract sizes", muted=True)
        self.mapping = MappingForm(self)
        self.mapping.changed.connect(self._look_again)
        self.mapping.hide()
        self.figures = self.words("", BODY_PX)
        self.figures.setWordWrap(True)
        self.left_out = self.words("", muted=True)
        self.left_out.setWordWrap(True)
        self.trips = PreviewTable(self)
        self.import_button = self.button("Import", self._import, is_main=True)
        self.undo_button = self.button("Undo import", self._undo)
        self.undo_button.hide()
        self._lay_out()
        self.task.done.connect(self._done)
        self.task.failed.connect(lambda _why: self._show(None))
        self.sizes.editingFinished.connect(self._look_again)
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
        counts_contracts = any(one.format is okx.HISTORY for one in found)
        self.sizes.setVisible(counts_contracts)
        self.sizes_label.setVisible(counts_contracts)
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
            sizes = dict(contract_size_of(text) for text in self.sizes.text().replace(",", " ").split())
        except ImportRefused as error:
            self._show(None)
            self.say(str(error), "warn")
            return
        choices = ReadingChoices(
            zone=self.zone.currentText().strip() or None, mapping=mapping, contract_sizes=sizes
        )
        paths, journal = self._paths, self._journal

        def work(progress: Progress, cancelled: Cancelled) -> ImportPreview:
            exports = []
            for place, path in enumerate(paths):
                own = choices
                if mapping is not None and recognise(path).format is not None:
                    own = ReadingChoices(choices.zone, contract_sizes=sizes)
                told = partial(_part, progress, place, len(paths) + 1)
                try:
                    exports.append(read_export(path, own, told, cancelled))
                except ImportRefused as error:
                    raise ImportRefused(f"{path.name}: {error} Nothing was imported.") from None
            told = partial(_part, progress, len(paths), len(paths) + 1)
            return preview(journal, account or usual_account(exports), exports, told, cancelled)

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
        self.trips.show_trips((), self.themes.theme)
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
        self.trips.show_trips(found.added, self.themes.theme)

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
        fields.addWidget(self.sizes_label, 1, 0)
        fields.addWidget(self.sizes, 1, 1, 1, 3)
        self.sizes.hide()
        self.sizes_label.hide()
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
