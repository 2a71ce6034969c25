"""The journal's windows for files: nothing is written before it is asked for, and Esc backs out."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.workstation.journal.imports.test_reading import GENERATIONS
from ui.journal_files.backup_window import BackupWindow
from ui.journal_files.export_window import ExportWindow
from ui.journal_files.import_window import ImportWindow
from ui.journal_files.pdf import write_pdf
from ui.review.selection import TripSelection
from ui.theme import DARK, NORMAL, ThemeSource
from workstation.journal.journal import Journal
from workstation.journal.report.week import week_report
from workstation.journal.restore import STAGED, put_in_place

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
NOW_MS = 1_795_250_000_000
EXPORT = """Uid,Time,Symbol,Side,Price,Quantity,Amount,Fee,Realized Profit,Buyer,Maker,Trade ID,Order ID
1,2026-11-17 09:34:12,BTCUSDT,BUY,70000,0.01,700,0.28 USDT,0,true,false,11,21
1,2026-11-17 10:34:13,BTCUSDT,SELL,71000,0.01,710,0.284 USDT,10,false,true,12,22
"""


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal(tmp_path / "data") as made:
        made.refresh()
        yield made


@pytest.fixture
def home(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    return made


@pytest.fixture
def themes() -> ThemeSource:
    return ThemeSource(DARK, NORMAL)


def _file(tmp_path: Path, text: str = EXPORT, name: str = "export.csv") -> Path:
    path = tmp_path / name
    path.write_text(text)
    return path


@pytest.fixture
def importing(qtbot: QtBot, journal: Journal, home: QWidget, themes: ThemeSource) -> Iterator[ImportWindow]:
    window = ImportWindow(journal, themes, home)
    window.open()
    yield window
    window.put_away()


def test_an_import_is_seen_before_it_is_made_and_can_be_undone(
    qtbot: QtBot, journal: Journal, importing: ImportWindow, tmp_path: Path
) -> None:
    importing.take([_file(tmp_path)])
    qtbot.waitUntil(importing.import_button.isEnabled)
    assert "equal the venue's own figures" in importing.status.text()
    assert "net 9.436" in importing.figures.text()
    assert importing.trips.rowCount() == 1
    assert journal.trips() == ()
    assert importing.import_button.hasFocus() or not importing.isActiveWindow()
    qtbot.keyClick(importing.import_button, Qt.Key.Key_Return)
    qtbot.waitUntil(importing.undo_button.isVisible)
    assert len(journal.trips()) == 1
    importing.undo_button.click()
    qtbot.waitUntil(lambda: journal.trips() == ())


def test_a_mangled_file_names_its_line_and_cannot_be_imported(
    qtbot: QtBot, journal: Journal, importing: ImportWindow, tmp_path: Path
) -> None:
    importing.take([_file(tmp_path, EXPORT.replace("71000", "7x"))])
    qtbot.waitUntil(lambda: "Line 3" in importing.status.text())
    assert "Nothing was imported" in importing.status.text()
    assert not importing.import_button.isEnabled()
    assert journal.imports() == ()


def test_other_files_go_to_the_account_of_their_own_venue(
    qtbot: QtBot, importing: ImportWindow, tmp_path: Path
) -> None:
    importing.take([_file(tmp_path)])
    qtbot.waitUntil(importing.import_button.isEnabled)
    assert importing.account.currentText() == "Binance import"
    table = "Datum;Ticker;B/S;Trade price;Qty\n10.01.2026 10:00;AAAUSDT;buy;1000,5;2\n"
    importing.take([_file(tmp_path, table, "other.csv")])
    qtbot.waitUntil(importing.import_button.isEnabled)
    assert importing.account.currentText() == "Table import"
    assert importing.mapping.isVisible()


def test_the_zone_is_asked_and_moves_what_would_be_added(
    qtbot: QtBot, importing: ImportWindow, tmp_path: Path
) -> None:
    importing.take([_file(tmp_path)])
    qtbot.waitUntil(importing.import_button.isEnabled)
    assert importing.zone.isEnabled()
    assert importing.trips.item(0, 0).text().endswith("09:34:12")
    importing.zone.setCurrentText("UTC+8")
    qtbot.waitUntil(lambda: importing.trips.rowCount() == 1 and "01:34" in importing.trips.item(0, 0).text())


def test_escape_cancels_what_is_under_way_then_closes(
    qtbot: QtBot, importing: ImportWindow, tmp_path: Path
) -> None:
    head, row, _ = EXPORT.splitlines()
    rows = "\n".join([head, *(row.replace(",11,", f",{place},") for place in range(40_000))])
    importing.take([_file(tmp_path, rows)])
    assert importing.task.is_running
    qtbot.keyClick(importing, Qt.Key.Key_Escape)
    assert "Cancelled" in importing.status.text()
    assert importing.isVisible()
    qtbot.keyClick(importing, Qt.Key.Key_Escape)
    assert not importing.isVisible()


def test_a_week_is_printed_to_pdf_from_the_window(
    qtbot: QtBot, journal: Journal, home: QWidget, themes: ThemeSource, tmp_path: Path
) -> None:
    window = ExportWindow(journal, TripSelection(), lambda: NOW_MS, tmp_path / "out", themes, home)
    window.open()
    window.write_button.click()
    qtbot.waitUntil(window.open_button.isVisible)
    (path,) = (tmp_path / "out").iterdir()
    assert path.name == "week-2026-W47.pdf"
    assert path.read_bytes().startswith(b"%PDF-")
    window.put_away()


def test_pdf_holds_every_page(tmp_path: Path, qapp: object) -> None:
    write_pdf(week_report(date(2026, 11, 16), [], [], [], NOW_MS), tmp_path / "w.pdf")
    assert b"/Count 1" in (tmp_path / "w.pdf").read_bytes()


def test_a_restore_waits_for_its_confirmation_and_escape_forgets_it(
    qtbot: QtBot, home: QWidget, themes: ThemeSource, tmp_path: Path
) -> None:
    data_dir = tmp_path / "data"
    data_dir.mkdir(exist_ok=True)
    (data_dir / "settings.json").write_text("first")
    restarted: list[bool] = []
    window = BackupWindow(
        data_dir, data_dir / "backups", lambda: NOW_MS, lambda: restarted.append(True), themes, home
    )
    window.open()
    window.make_button.click()
    qtbot.waitUntil(lambda: window.table.rowCount() == 1)
    (data_dir / "settings.json").write_text("second")
    window.table.selectRow(0)
    window.restore_button.click()
    qtbot.waitUntil(window.confirm_button.isVisible)
    assert (data_dir / STAGED).exists()
    assert put_in_place(data_dir) is None
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not (data_dir / STAGED).exists()
    assert window.isVisible()
    window.restore_button.click()
    qtbot.waitUntil(window.confirm_button.isVisible)
    window.confirm_button.click()
    assert restarted == [True]
    assert (data_dir / "settings.json").read_text() == "second"
    put_in_place(data_dir)
    assert (data_dir / "settings.json").read_text() == "first"
    window.put_away()


def test_contract_sizes_are_asked_where_the_file_counts_contracts(
    tmp_path: Path, importing: ImportWindow, qtbot: QtBot
) -> None:
    rows = [line for line in GENERATIONS["okx_history"].splitlines() if "Close long" not in line]
    importing.take([_file(tmp_path, "\n".join(rows) + "\n")])
    qtbot.waitUntil(lambda: not importing.task.is_running)
    assert not importing.sizes.isHidden()
    assert not importing.import_button.isEnabled()
    symbol = next(cell for cell in ",".join(rows).split(",") if cell.endswith("-SWAP"))
    importing.sizes.setText(f"{symbol}=0.01")
    importing.sizes.editingFinished.emit()
    qtbot.waitUntil(lambda: importing.import_button.isEnabled())
    importing.take([_file(tmp_path)])
    assert importing.sizes.isHidden()
