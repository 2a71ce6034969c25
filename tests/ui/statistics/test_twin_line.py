"""The ticket shows how the last entries like the one planned ended, from one table a version."""

from pathlib import Path

from pytestqt.qtbot import QtBot

from tests.ui.statistics.made_ledger import SETUPS
from ui.panel import PanelServices
from ui.statistics.twin_line import TwinLine
from workstation.journal.journal import Journal
from workstation.journal.statistics.table import TripTable
from workstation.journal.statistics.twin import Like, twin
from workstation.model.journal import AccountKind, Direction
from workstation.model.orders import Side


def test_the_last_entries_like_it_are_shown_and_worked_out_once_a_version(
    reading: PanelServices, journal: Journal, tmp_path: Path, qtbot: QtBot
) -> None:
    reading.workstation.trade_on_paper(tmp_path / "other")
    trading = reading.trading
    assert trading is not None
    line = TwinLine(reading.themes, reading.statistics)
    qtbot.addWidget(line)
    line.ask(journal, trading, "", Side.BUY, "BTCUSDT")
    assert line.isHidden()

    def found() -> bool:
        line.ask(journal, trading, SETUPS[0], Side.BUY, "BTCUSDT")
        return line.twin is not None

    qtbot.waitUntil(found)
    before = line.twin
    assert before is not None
    assert not line.isHidden()
    table = TripTable.of(journal.trips())
    expected = twin(table, Like(SETUPS[0], Direction.LONG, "BTCUSDT"), group_of=lambda _: "")
    assert (before.count, before.few) == (min(20, expected.count), True)
    assert f"{round(100 * (before.win_rate.value or 0))} % won" in line.words[0]
    line.ask(journal, trading, SETUPS[0], Side.BUY, "BTCUSDT")
    assert line.twin is before
    line.ask(journal, trading, SETUPS[0], Side.SELL, "BTCUSDT")
    assert line.twin is not before
    line.ask(journal, trading, "never-traded", Side.BUY, "BTCUSDT")
    assert line.words[0] == "No entry like this yet"
    assert reading.statistics.whole(journal, AccountKind.LIVE) is None
