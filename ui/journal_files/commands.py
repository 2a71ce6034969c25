"""The journal's files as the desk has them: commands, their windows, and the backup of each day."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer

from ui.commands import Command
from ui.desk.whole import WholeDesk
from ui.journal_files.backup_window import BackupWindow
from ui.journal_files.export_window import TRADE, WEEK, ExportWindow
from ui.journal_files.import_window import ImportWindow
from ui.journal_files.sheet import Sheet
from ui.journal_files.task import Task
from ui.preferences.book import SettingsBook
from workstation.journal.backup import FOLDER, Manifest, daily_backup
from workstation.runtime.bus import Fault
from workstation.runtime.clock import SystemClock
from workstation.settings import BackupSettings

EXPORTS = "exports"
FIRST_LOOK_MS = 5_000
LOOK_EVERY_MS = 600_000


class JournalFiles(QObject):
    """Import, export, reports and backups of one desk."""

    def __init__(self, desk: WholeDesk, book: SettingsBook, restart: Callable[[], None]) -> None:
        """Give the desk its commands.

        Args:
            desk: to be given them.
            book: of the settings.
            restart: ends the desk and begins the program anew.
        """
        super().__init__(desk.main)
        self._desk, self._book, self._restart = desk, book, restart
        self._windows: dict[str, Sheet] = {}
        self._clock = SystemClock()
        self._daily = Task(self)
        self._daily.done.connect(self._backed_up)
        self._daily.failed.connect(self._not_backed_up)
        self._failed_day = -1
        self._timer = QTimer(self)
        self._timer.setInterval(FIRST_LOOK_MS)
        self._timer.timeout.connect(self._look)

        def has_journal() -> bool:
            return desk.services.journal is not None

        def has_trade() -> bool:
            return has_journal() and bool(desk.services.selection.trip_id)

        desk.services.selection.export_wanted.connect(self.open_export)
        desk.commands.add(
            Command(
                "Import account exports",
                self.open_import,
                "",
                has_journal,
                "journal.import",
                words="csv binance bybit okx bitget history",
            ),
            Command(
                "Export the journal",
                lambda: self.open_export("csv"),
                "",
                has_journal,
                "journal.export",
                words="csv json parquet",
            ),
            Command(
                "Print a report of a week",
                lambda: self.open_export(WEEK),
                "",
                has_journal,
                "journal.report.week",
                words="pdf html",
            ),
            Command(
                "Print a report of this trade",
                lambda: self.open_export(TRADE),
                "",
                has_trade,
                "journal.report.trade",
                words="pdf html",
            ),
            Command("Backups and restore", self.open_backups, id="journal.backups"),
        )

    @property
    def folder(self) -> Path:
        """Where backups are."""
        named = self._settings.folder
        return Path(named).expanduser() if named else self._book.data_dir / FOLDER

    @property
    def _settings(self) -> BackupSettings:
        return self._book.settings.backups

    def start(self) -> None:
        """Make today's backup soon, unless there is one, and look again now and then."""
        self._timer.start()

    def put_away(self) -> None:
        """End what is under way; the desk closes."""
        self._timer.stop()
        self._daily.cancel()
        for window in self._windows.values():
            window.put_away()

    def open_import(self) -> None:
        """Show the import window."""
        journal = self._desk.services.journal
        assert journal is not None
        window = self._windows.get("import")
        if not isinstance(window, ImportWindow):
            window = self._windows["import"] = ImportWindow(
                journal, self._desk.services.themes, self._desk.main
            )
        window.open()

    def open_export(self, what: str) -> None:
        """Show the export window at one of the things that it writes."""
        services = self._desk.services
        if services.journal is None:
            return
        window = self._windows.get("export")
        if not isinstance(window, ExportWindow):
            window = self._windows["export"] = ExportWindow(
                services.journal,
                services.selection,
                self._clock.now_ms,
                self._book.data_dir / EXPORTS,
                services.themes,
                self._desk.main,
            )
        window.open(what)

    def open_backups(self) -> None:
        """Show the window of backups."""
        window = self._windows.get("backups")
        if not isinstance(window, BackupWindow):
            window = self._windows["backups"] = BackupWindow(
                self._book.data_dir,
                self.folder,
                self._clock.now_ms,
                self._restart,
                self._desk.services.themes,
                self._desk.main,
            )
        window.open()

    def _look(self) -> None:
        self._timer.setInterval(LOOK_EVERY_MS)
        now_ms = self._clock.now_ms()
        if not self._settings.daily or self._daily.is_running or now_ms // 86_400_000 == self._failed_day:
            return
        data_dir, folder, kept = self._book.data_dir, self.folder, self._settings.kept
        self._daily.start(
            lambda _progress, cancelled: daily_backup(data_dir, folder, now_ms, kept, cancelled)
        )

    def _backed_up(self, result: object) -> None:
        if isinstance(result, Manifest) and result.troubles:
            self._desk.services.workstation.bus.publish(
                Fault("Backup", f"Damaged already when it was backed up: {result.troubles[0]}")
            )

    def _not_backed_up(self, why: str) -> None:
        self._failed_day = self._clock.now_ms() // 86_400_000  # said once a day
        self._desk.services.workstation.bus.publish(Fault("Backup", why))
