"""What failed is seen, counted, and can be handed on."""

from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from ui.fault_bar import KEPT, FaultBar
from ui.theme import ThemeSource
from workstation.runtime.bus import Bus, Fault


def shown_bar(qtbot: QtBot) -> tuple[Bus, FaultBar]:
    bus = Bus()
    bar = FaultBar(ThemeSource())
    bar.listen(bus)
    qtbot.addWidget(bar)
    return bus, bar


def test_the_newest_fault_is_shown_and_the_others_counted(qtbot: QtBot) -> None:
    bus, bar = shown_bar(qtbot)
    assert not bar.isVisible()
    bus.publish(Fault("Replay", "line 7 is cut off"))
    assert bar.isVisible()
    assert bar.words.text() == "Replay: line 7 is cut off"
    bus.publish(Fault("Tick store", "the disk\nis full"))
    assert bar.words.text() == "Tick store: the disk is full  (2 so far)"


def test_dismissing_begins_anew(qtbot: QtBot) -> None:
    bus, bar = shown_bar(qtbot)
    bus.publish(Fault("Replay", "first"))
    bar.dismiss_button.click()
    assert not bar.isVisible()
    bus.publish(Fault("Replay", "second"))
    assert bar.words.text() == "Replay: second"
    assert "first" not in bar.details()


def test_the_details_carry_the_trace_and_go_to_the_clipboard(qtbot: QtBot) -> None:
    bus, bar = shown_bar(qtbot)
    try:
        raise ValueError("no such row")
    except ValueError as error:
        bus.publish(Fault("Ladder", str(error), error))
    bar.copy_button.click()
    text = QGuiApplication.clipboard().text()
    assert text.startswith("Ladder: no such row\nTraceback")
    assert text.endswith("ValueError: no such row")


def test_server_text_stays_plain_and_a_flood_stays_bounded(qtbot: QtBot) -> None:
    bus, bar = shown_bar(qtbot)
    for _ in range(KEPT * 3):
        bus.publish(Fault("Feed", "<b>" + "x" * 5_000))
    assert bar.words.text().startswith("Feed: <b>x")
    assert bar.words.textFormat().name == "PlainText"
    assert bar.minimumSizeHint().width() < 400
    assert bar.details().count("Feed") == KEPT


def test_a_bar_that_is_gone_is_told_no_more(qtbot: QtBot) -> None:
    bus = Bus()
    bar = FaultBar(ThemeSource())
    bar.listen(bus)
    bar.deleteLater()
    qtbot.waitUntil(lambda: not bus._listeners[Fault], timeout=1000)
    bus.publish(Fault("Replay", "nobody hears"))
