"""The export window: the journal as tables for other programs, or a week or a trade to print."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QComboBox, QFileDialog, QGridLayout, QLineEdit, QWidget

from ui.journal_files.pdf import write_pdf
from ui.journal_files.sheet import Sheet
from ui.journal_files.task import Cancelled, Progress
from ui.review.selection import TripSelection
from ui.theme import ThemeSource
from workstation.errors import PreflightError
from workstation.journal.accounts import without_sample
from workstation.journal.exports import write_tables, write_whole
from workstation.journal.journal import Journal
from workstation.journal.report.page import Report
from workstation.journal.report.trade import trade_report
from workstation.journal.report.week import week_name, week_of, week_report
from workstation.journal.tables import journal_tables
from workstation.model.journal import AccountKind, Attachment

WEEK, TRADE = "week", "trade"
_WHAT = (
    ("Report of a week, to print", WEEK),
    ("Report of the chosen trade, to print", TRADE),
    ("Tables as CSV, for spreadsheets", "csv"),
    ("Tables as JSON", "json"),
    ("Tables as Parquet, for analysis", "parquet"),
)
_SAID = {
    WEEK: "Figures, every trade, notes and diary of seven days; HTML or PDF by the ending of its name.",
    TRADE: "One trade with its fills, checklist, notes and pictures; HTML or PDF by the ending of its name.",
    "csv": "Round trips, fills, notes and diary into a new folder. No cell can run as a formula.",
    "json": "Round trips, fills, notes and diary into a new folder; numbers with all their digits.",
    "parquet": "Round trips, fills, notes and diary into a new folder; amounts to eighteen decimals.",
}


class ExportWindow(Sheet):
    """Writes on a thread; only PDF is laid out by Qt itself, between two frames."""

    def __init__(
        self,
        journal: Journal,
        selection: TripSelection,
        now_ms: Callable[[], int],
        folder: Path,
        themes: ThemeSource,
        parent: QWidget,
    ) -> None:
        """Offer what can be written.

        Args:
            folder: where files go unless another is named.
        """
        super().__init__("Export the journal", themes, parent)
        self._journal, self._selection, self._now_ms, self._folder = journal, selection, now_ms, folder
        self._out: Path | None = None
        self.setMinimumWidth(620)
        self.what = QComboBox(self)
        self.what.setAccessibleName("What to write")
        for words, key in _WHAT:
            self.what.addItem(words, key)
        self.account = QComboBox(self)
        self.account.setAccessibleName("Account")
        self.week = QLineEdit(self)
        self.week.setAccessibleName("Week")
        self.week.setText(week_name(week_of("this", now_ms())))
        self.week.setToolTip("2026-W47, this, last, or a day of the week such as 2026-11-21")
        self.out = QLineEdit(self)
        self.out.setAccessibleName("Where to")
        self.pick_button = self.button("Choose…", self._pick)
        self.about = self.words("", muted=True)
        self.about.setWordWrap(True)
        self.write_button = self.button("Write", self._write, is_main=True)
        self.open_button = self.button("Open", self._open)
        self.open_button.hide()
        self._labels = {
            name: self.words(name, muted=True) for name in ("What", "Account", "Week", "Where to")
        }
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(8)
        for row, (name, field) in enumerate(
            (("What", self.what), ("Account", self.account), ("Week", self.week), ("Where to", self.out))
        ):
            grid.addWidget(self._labels[name], row, 0)
            grid.addWidget(field, row, 1)
        grid.addWidget(self.pick_button, 3, 2)
        grid.setColumnStretch(1, 1)
        self.body.addLayout(grid)
        self.body.addWidget(self.about)
        self.body.addStretch(1)
        self.foot.insertWidget(1, self.open_button)
        self.foot.insertWidget(2, self.write_button)
        self.task.done.connect(self._done)
        self.what.currentIndexChanged.connect(lambda _index: self._chosen())
        self.week.textChanged.connect(lambda _text: self._name())
        self.dress()

    def open(self, what: str = WEEK) -> None:
        """Show the window at one of the things that can be written."""
        held = self.account.currentData()
        self.account.clear()
        self.account.addItem("All accounts", None)
        for one in self._journal.accounts():
            self.account.addItem(one.title, one.key)
        self.account.setCurrentIndex(max(0, self.account.findData(held)))
        self.what.setCurrentIndex(self.what.findData(what))
        self._chosen()
        self.show()
        self.raise_()
        self.activateWindow()
        self.what.setFocus()

    @property
    def _kind(self) -> str:
        return str(self.what.currentData())

    def _chosen(self) -> None:
        kind = self._kind
        self.about.setText(_SAID[kind])
        for name, field, is_there in (
            ("Week", self.week, kind == WEEK),
            ("Account", self.account, kind != TRADE),
        ):
            self._labels[name].setVisible(is_there)
            field.setVisible(is_there)
        self.open_button.hide()
        self.say("")
        self._name()

    def _name(self) -> None:
        kind = self._kind
        if kind == WEEK:
            try:
                name = f"week-{week_name(week_of(self.week.text(), self._now_ms()))}.pdf"
            except PreflightError:
                return
        elif kind == TRADE:
            trip = self._journal.trip(self._selection.trip_id)
            self.write_button.setEnabled(trip is not None)
            if trip is None:
                self.say("No trade is chosen: choose one in the round trips.", "warn")
                return
            name = f"trade-{trip.trip.symbol}-{trip.trip.opened_ms}.pdf"
        else:
            name = f"journal-{week_name(week_of('this', self._now_ms()))}-{kind}"
        self.write_button.setEnabled(True)
        self.out.setText(str(self._folder / name))

    def _pick(self) -> None:
        if self._kind in (WEEK, TRADE):
            named, _ = QFileDialog.getSaveFileName(
                self, "Where to", self.out.text(), "PDF (*.pdf);;HTML (*.html)"
            )
        else:
            named = QFileDialog.getExistingDirectory(self, "An empty folder", str(self._folder))
        if named:
            self.out.setText(named)

    def _write(self) -> None:
        if self.task.is_running:
            return
        out = Path(self.out.text().strip()).expanduser()
        kind, account, journal = self._kind, self.account.currentData(), self._journal
        if not self.out.text().strip():
            self.say("Say where to.", "warn")
            return
        if kind in (WEEK, TRADE) and out.suffix.casefold() not in (".pdf", ".html", ".htm"):
            self.say("The name ends neither in .pdf nor in .html.", "warn")
            return
        self._out = out
        accounts = tuple(one for one in journal.accounts() if account in (None, one.key))
        trips = journal.trips(account)
        if account is None:  # what was made up goes out only by its own name
            accounts = tuple(one for one in accounts if one.kind is not AccountKind.SAMPLE)
            trips = without_sample(trips)
        now_ms, week, trip_id = self._now_ms(), self.week.text(), self._selection.trip_id

        def work(progress: Progress, cancelled: Cancelled) -> Report | None:
            if kind == WEEK:
                report = week_report(week_of(week, now_ms), accounts, trips, journal.diaries(), now_ms)
            elif kind == TRADE:
                one = journal.trip(trip_id)
                assert one is not None
                whose = next((made for made in journal.accounts() if made.key == one.trip.account), None)
                report = trade_report(one, whose, now_ms, lambda file: _bytes(journal, file))
            else:
                tables = journal_tables(accounts, trips, journal.diaries())
                out.parent.mkdir(parents=True, exist_ok=True)
                write_tables(tables, out, "json" if kind == "json" else "csv" if kind == "csv" else "parquet",
                             progress, cancelled)  # fmt: skip
                return None
            out.parent.mkdir(parents=True, exist_ok=True)
            if out.suffix.casefold() == ".pdf":
                return report
            write_whole(out, report.html().encode())
            return None

        self.open_button.hide()
        self.say("Writing…")
        self.busy(True)
        self.task.start(work)

    def _done(self, result: object) -> None:
        assert self._out is not None
        if isinstance(result, Report):
            try:
                write_pdf(result, self._out)
            except PreflightError as error:
                self.say(str(error), "danger")
                return
        self.say(f"It is in {self._out}", "up")
        self.open_button.show()
        self.open_button.setFocus()

    def _open(self) -> None:
        if self._out is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._out)))


def _bytes(journal: Journal, attachment: Attachment) -> bytes | None:
    try:
        return journal.attachment_path(attachment).read_bytes()
    except (OSError, PreflightError):
        return None
