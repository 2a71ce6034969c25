"""Pictures: named by market time and subject, told what they show, refused with a sentence."""

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QEnterEvent, QImage, QImageReader
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.conftest import SamplePanel
from ui.pictures.painting import picture_of
from ui.pictures.taker import PictureTaker, Subject
from workstation import __version__

SUBJECT = Subject("chart-2", "binance_usdm", "BTC/USDT:USDT", 1_763_697_724_250)


@pytest.fixture
def taker(tmp_path: Path, qapp: QApplication) -> PictureTaker:
    made = PictureTaker()
    made.folder = tmp_path / "not yet there" / "pictures"
    return made


def picture() -> QImage:
    made = QImage(40, 20, QImage.Format.Format_RGB32)
    made.fill(Qt.GlobalColor.darkGreen)
    return made


def test_a_picture_says_when_and_what_it_shows(taker: PictureTaker, qtbot: QtBot) -> None:
    with qtbot.waitSignal(taker.saved) as said:
        taker.save(picture(), SUBJECT)
    path = Path(said.args[0])
    assert path == taker.folder / "20251121-040204Z-BTC-USDT-USDT-chart-2.png"
    reader = QImageReader(str(path))
    assert {key: reader.text(key) for key in reader.textKeys()} == {
        "Software": f"Preflight {__version__}",
        "MarketTime": "2025-11-21T04:02:04.250+00:00",
        "Venue": "binance_usdm",
        "Symbol": "BTC/USDT:USDT",
        "Panel": "chart-2",
    }
    assert reader.read().size() == picture().size()


def test_a_second_picture_of_the_same_moment_replaces_none(taker: PictureTaker, qtbot: QtBot) -> None:
    with qtbot.waitSignals([taker.saved, taker.saved]):
        taker.save(picture(), SUBJECT)
        taker.save(picture(), SUBJECT)
    assert (taker.folder / "20251121-040204Z-BTC-USDT-USDT-chart-2-2.png").is_file()
    assert len(list(taker.folder.iterdir())) == 2


def test_a_folder_that_cannot_be_written_is_told(taker: PictureTaker, tmp_path: Path, qtbot: QtBot) -> None:
    taker.folder = tmp_path / "file"
    taker.folder.write_text("no folder")
    with qtbot.waitSignal(taker.failed) as said:
        taker.save(picture(), SUBJECT)
    assert str(taker.folder) in said.args[0]
    assert "settings" in said.args[0]


def test_a_picture_has_twice_the_dots_if_wanted_and_no_hovered_button(panel: SamplePanel) -> None:
    assert picture_of(panel, twice=True).size() == panel.size() * 2
    button = panel.header.link_button
    at = QPointF(2, 2)
    plain = picture_of(panel)
    QApplication.sendEvent(button, QEnterEvent(at, at, at))
    button.setAttribute(Qt.WidgetAttribute.WA_UnderMouse)
    assert picture_of(panel) == plain
    assert button.testAttribute(Qt.WidgetAttribute.WA_UnderMouse)
    QApplication.sendEvent(button, QEvent(QEvent.Type.Leave))
