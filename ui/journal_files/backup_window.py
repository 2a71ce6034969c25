"""The window of backups: those there are, one more at once, and the way back to one of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from ui import format
from ui.journal_files.sheet import Sheet
from ui.journal_files.task import Cancelled, Progress
from ui.theme import BODY_PX, HEADER_PX, ThemeSource, ui_font
from workstation.errors import PreflightError
from workstation.journal.backup import Manifest, backup_name, make_backup
from workstation.journal.restore import confirm, drop_staged, read_manifest, stage

WIDTH, HEIGHT = 720, 460
_COLUMNS = ("Made, UTC", "File", "Size", "Files", "")


class BackupWindow(Sheet):
    """Making, proving and unpacking are done on a thread; a restore takes effect at the next start."""

    def __init__(
        self,
        data_dir: Path,
        folder: Path,
        now_ms: Callable[[], int],
        restart: Callable[[], None],
        themes: ThemeSource,
        parent: QWidget,
    ) -> None:
        """Show the backups in `folder`.

        Args:
            restart: ends the desk and begins the program anew.
        """
        super().__init__("Backups", themes, parent)
        self._data_dir, self._folder, self._now_ms, self._restart = data_dir, folder, now_ms, restart
        self._staged: Manifest | None = None
        self.resize(WIDTH, HEIGHT)
        about = self.words(
            "Journal, ledgers, attachments, settings, checklists, workspaces, drawings and alerts in one "
            "file. Ticks and pictures are not in it. One is made each day.",
            BODY_PX,
        )
        about.setWordWrap(True)
        self.place = self.words(str(folder), muted=True)
        self.place.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.table = QTableWidget(0, len(_COLUMNS), self)
        self.table.setHorizontalHeaderLabels(_COLUMNS)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(24)
        self.table.setShowGrid(False)
        self.table.setFont(ui_font(HEADER_PX))
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QTableWidget.SelectionMode.SingleSelection)
        self.table.setTabKeyNavigation(False)
        self.table.setAccessibleName("Backups")
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        header.setHighlightSections(False)
        for column in range(len(_COLUMNS)):
            side = Qt.AlignmentFlag.AlignRight if column in (2, 3) else Qt.AlignmentFlag.AlignLeft
            item = self.table.horizontalHeaderItem(column)
            assert item is not None
            item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
        self.make_button = self.button("Back up now", self._make, is_main=True)
        self.other_button = self.button("Another file…", self._pick)
        self.restore_button = self.button("Restore…", self._restore)
        self.confirm_button = self.button("Restart and restore", self._confirmed, is_main=True)
        self.confirm_button.hide()
        self.body.addWidget(about)
        self.body.addWidget(self.table, 1)
        self.body.addWidget(self.place)
        for place, one in enumerate(
            (self.make_button, self.other_button, self.restore_button, self.confirm_button)
        ):
            self.foot.insertWidget(1 + place, one)
        self.table.itemSelectionChanged.connect(self._selected)
        self.task.done.connect(self._done)
        self.dress()

    def open(self) -> None:
        """Show the window, with what there is now."""
        self._fill()
        self.show()
        self.raise_()
        self.activateWindow()
        self.make_button.setFocus()

    def _fill(self) -> None:
        try:
            paths = sorted(self._folder.glob("*.zip"), key=lambda path: -path.stat().st_mtime_ns)
        except OSError:
            paths = []
        self.table.setRowCount(len(paths))
        for row, path in enumerate(paths):
            try:
                manifest = read_manifest(path)
                made = f"{format.utc_date(manifest.made_ms)} {format.utc_time(manifest.made_ms)}"
                count, note = (
                    format.count(len(manifest.files)),
                    "damaged files within" if manifest.troubles else "",
                )
            except PreflightError:
                made, count, note = "", "", "cannot be read"
            cells = (made, path.name, format.data_size(path.stat().st_size), count, note)
            for column, text in enumerate(cells):
                item = QTableWidgetItem(text)
                item.setData(Qt.ItemDataRole.UserRole, str(path))
                if column in (2, 3):
                    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                self.table.setItem(row, column, item)
        if not paths:
            self.say("There is none yet.")
        self._selected()

    def _chosen(self) -> Path | None:
        item = self.table.item(self.table.currentRow(), 0)
        return None if item is None else Path(str(item.data(Qt.ItemDataRole.UserRole)))

    def _selected(self) -> None:
        self.restore_button.setEnabled(self._chosen() is not None and not self.task.is_running)

    def _make(self) -> None:
        if self.task.is_running:
            return
        data_dir, now_ms = self._data_dir, self._now_ms()
        target = self._folder / backup_name(now_ms)
        self.say("Backing up…")
        self.busy(True)

        def work(progress: Progress, cancelled: Cancelled) -> tuple[Path, Manifest]:
            return target, make_backup(data_dir, target, now_ms, progress, cancelled)

        self.task.start(work)

    def _pick(self) -> None:
        named, _ = QFileDialog.getOpenFileName(self, "A backup", str(self._folder), "Backups (*.zip)")
        if named:
            self._stage(Path(named))

    def _restore(self) -> None:
        chosen = self._chosen()
        if chosen is not None and not self.task.is_running:
            self._stage(chosen)

    def _stage(self, path: Path) -> None:
        data_dir, now_ms = self._data_dir, self._now_ms()

        def work(progress: Progress, cancelled: Cancelled) -> Manifest:
            drop_staged(data_dir)
            return stage(path, data_dir, now_ms, progress, cancelled)

        self.say(f"Proving {path.name}…")
        self.busy(True)
        self.task.start(work)

    def _done(self, result: object) -> None:
        if isinstance(result, Manifest):
            self._staged = result
            made = f"{format.utc_date(result.made_ms)} {format.utc_time(result.made_ms)} UTC"
            self.say(
                f"The backup of {made} is whole. Preflight restarts and puts it in place; what is there now "
                "is kept in the folder “replaced”. Esc leaves everything as it is.",
                "warn",
            )
            self.confirm_button.show()
            self.confirm_button.setFocus()
            return
        assert isinstance(result, tuple)
        target, manifest = result
        self._fill()
        if manifest.troubles:
            self.say(f"Backed up, but damaged already: {manifest.troubles[0]}", "danger")
        else:
            self.say(f"{format.count(len(manifest.files))} files are in {target.name}", "up")

    def _confirmed(self) -> None:
        if self._staged is None:
            return
        try:
            confirm(self._data_dir)
        except PreflightError as error:
            self.say(str(error), "danger")
            return
        self._staged = None
        self._restart()

    def put_away(self) -> None:
        """Forget a restore that was not confirmed: the desk closes."""
        if self._staged is not None:
            drop_staged(self._data_dir)
        super().put_away()

    def back_out(self) -> None:
        """Forget a restore that waits for its confirmation; else as every sheet."""
        if self._staged is not None:
            drop_staged(self._data_dir)
            self._staged = None
            self.confirm_button.hide()
            self.say("Nothing was changed.")
            return
        super().back_out()
