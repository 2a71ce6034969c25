"""The panel of series from outside: how each stands, what to do about it, and its line."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.ui.panels.conftest import Desk
from ui.alerting.quick import parse_quick
from ui.panels.outside import EXAMPLE, OutsidePanel, make_folder
from workstation.alerts.rules import Formula
from workstation.outside.book import OutsideBook
from workstation.outside.reading import Taken
from workstation.outside.source import Mistake, Source, load_sources

NOW_MS = 1_790_000_000_000
QUARTER_MS = 900_000
SOURCES = (
    Source("dominance", "Dominance", "json", "v", url="http://x.test/", unit="%"),
    Source("staking", "Staking", "json", "v", url="http://x.test/"),
)


@pytest.fixture
def book(desk: Desk, tmp_path: Path) -> OutsideBook:
    desk.clock._now_ms = NOW_MS
    desk.workstation.watch_outside(tmp_path)
    assert desk.workstation.outside is not None
    found = desk.workstation.outside.book
    found.declare(SOURCES, (Mistake("mine.toml", "b: kind is wrong"),))
    times = NOW_MS - QUARTER_MS * np.arange(200, dtype=np.int64)[::-1]
    found.took(found.series["dominance"], Taken(times, 50 + np.arange(200.0)), NOW_MS)
    found.failed(found.series["staking"], "It answers 404", NOW_MS, 30_000)
    return found


def test_each_series_says_how_it_stands_and_what_is_wrong(desk: Desk, book: OutsideBook) -> None:
    panel = desk.open(OutsidePanel, 1300, 500)
    rows = {row[0]: row for row in panel.table.visible_rows()}
    assert rows["Dominance"][1:4] == ("249.00", "%", "+96.00")
    assert rows["Dominance"][6] == "live"
    assert rows["Staking"][6:] == ("failing", "It answers 404. Tried again in 30 s.")
    assert rows["mine.toml"][6:] == ("mistake", "b: kind is wrong")
    assert panel.header.detail == "1 without news  1 mistake in the files"
    desk.clock.advance(46 * 60)
    panel.refresh()
    assert {row[0]: row[6] for row in panel.table.visible_rows()}["Dominance"] == "stale"


def test_the_chosen_row_says_all_that_is_wrong_with_it(desk: Desk, book: OutsideBook) -> None:
    panel = desk.open(OutsidePanel, 600, 500)
    assert panel.why.isHidden()
    panel.table.chosen.emit("staking")
    assert "404" in panel.why.text()
    panel.table.chosen.emit("~mine.toml 0")
    assert panel.why.text() == "mine.toml: b: kind is wrong"


def test_the_span_of_the_line_is_changed_by_key_and_kept(desk: Desk, book: OutsideBook) -> None:
    panel = desk.open(OutsidePanel, 900, 500)
    QTest.keyClick(panel.table, Qt.Key.Key_Plus)
    assert panel.save_state()["span"] == "1 w"
    again = desk.open(OutsidePanel, 900, 500)
    again.restore_state(panel.save_state())
    assert again.spans["1 w"].isChecked()
    again.restore_state({"span": 5, "series": None})


def test_looking_now_makes_every_source_due(desk: Desk, book: OutsideBook) -> None:
    panel = desk.open(OutsidePanel, 900, 500)
    QTest.keyClick(panel.table, Qt.Key.Key_R)
    assert [series.next_ms for series in book.series.values()] == [0, 0]


def test_without_declarations_it_says_how_to_make_one(desk: Desk, tmp_path: Path) -> None:
    desk.workstation.watch_outside(tmp_path)
    panel = desk.open(OutsidePanel, 600, 400)
    assert panel.nothing.isVisible()
    assert str(tmp_path) in panel.nothing.text()


def test_the_example_is_a_declaration_once_its_signs_are_taken_away(tmp_path: Path) -> None:
    make_folder(tmp_path / "outside")
    assert load_sources(tmp_path / "outside") == ((), ())
    taken = [line.removeprefix("# ") for line in EXAMPLE.splitlines()[3:]]
    (tmp_path / "outside" / "example.toml").write_text("\n".join(taken))
    sources, mistakes = load_sources(tmp_path / "outside")
    assert mistakes == ()
    assert [source.metric_key for source in sources] == ["outside_btc_dominance"]
    make_folder(tmp_path / "outside")
    assert len(load_sources(tmp_path / "outside")[0]) == 1


def test_an_alert_on_a_series_begins_in_the_palette(desk: Desk, book: OutsideBook) -> None:
    typed: list[str] = []
    desk.services.search = typed.append
    panel = desk.open(OutsidePanel, 900, 500)
    QTest.keyClick(panel.table, Qt.Key.Key_A)
    assert typed == ["alert outside_dominance > 249.00"]
    scope, condition = parse_quick(typed[0], ("BTCUSDT",), "BTCUSDT")
    assert (scope, condition) == (("BTCUSDT",), Formula("outside_dominance > 249.00"))
