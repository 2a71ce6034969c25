"""Feed health says how data arrive, whether the book can be trusted, and whether all is stored."""

from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from ui.health_figures import recorder_section
from ui.links import LinkGroups
from ui.panel import Condition, PanelServices
from ui.panels.feed_health import FeedHealthPanel
from ui.theme import LIGHT, ThemeSource
from ui.widgets.figures_view import Verdict
from workstation.app import Workstation
from workstation.errors import StoreFull


def figures(panel: FeedHealthPanel, section: str = "BTCUSDT") -> dict[str, str]:
    return {label: value for title, label, value in panel.view.visible_rows() if title == section}


def healthy(desk: Any) -> FeedHealthPanel:
    desk.book({61_700.0: 1.0}, {61_700.1: 1.0}, snapshot=True)
    desk.trade((0, 1, 61_700.0, 1.0), (5, 1, 61_700.0, 1.0))
    desk.quote(3)
    desk.book({61_699.0: 1.0}, {})
    panel: FeedHealthPanel = desk.open(FeedHealthPanel)
    return panel


def test_it_counts_what_arrived(btc_desk: Any) -> None:
    shown = figures(healthy(btc_desk))
    assert {
        "Messages": "7.0/s",
        "Trades": "2",
        "Quotes": "3",
        "Depth updates": "1",
        "Snapshots": "1",
        "Gaps": "0",
        "Crossed books": "0",
        "of these wrong": "0",
        "Bad messages": "0",
    }.items() <= shown.items()


def test_a_healthy_feed_is_in_step(btc_desk: Any) -> None:
    panel = healthy(btc_desk)
    assert panel.view.verdicts["BTCUSDT"][0] is Verdict.OK
    assert panel.header.subject == ("Feed health", "in step")


def test_a_gap_is_bad_until_a_snapshot_mends_it_and_then_remembered(btc_desk: Any) -> None:
    panel = healthy(btc_desk)
    btc_desk.book({61_698.0: 1.0}, {}, gap=True)
    panel.refresh()
    verdict, words = panel.view.verdicts["BTCUSDT"]
    assert verdict is Verdict.BAD
    assert "gap" in words
    assert panel.header.subject == ("Feed health", "needs attention")
    btc_desk.book({61_700.0: 1.0}, {61_700.1: 1.0}, snapshot=True)
    panel.refresh()
    verdict, words = panel.view.verdicts["BTCUSDT"]
    assert verdict is Verdict.WATCH
    assert "mended" in words
    assert figures(panel)["Gaps"] == "1"


def test_silence_is_said(btc_desk: Any) -> None:
    panel = healthy(btc_desk)
    btc_desk.clock.advance(2.5)
    panel.refresh()
    assert panel.view.verdicts["BTCUSDT"] == (Verdict.WATCH, "No data for more than two seconds")
    assert figures(panel)["Messages"] == "0/s"


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [("lag_ms", 400.0, "late"), ("bad_messages", 3, "skipped")],
)
def test_lateness_and_bad_messages_are_said(btc_desk: Any, name: str, value: float, words: str) -> None:
    panel = healthy(btc_desk)
    setattr(btc_desk.workstation.market.states["BTCUSDT"].health, name, value)
    panel.refresh()
    verdict, said = panel.view.verdicts["BTCUSDT"]
    assert verdict is Verdict.WATCH
    assert words in said


def test_a_book_that_disagrees_with_the_quotes_is_bad(btc_desk: Any) -> None:
    panel = healthy(btc_desk)
    btc_desk.workstation.market.states["BTCUSDT"].quote_check.mismatches = 1
    panel.refresh()
    assert panel.view.verdicts["BTCUSDT"] == (Verdict.BAD, "The book disagrees with the venue's quotes")


def test_trades_without_a_snapshot_have_no_book(btc_desk: Any) -> None:
    btc_desk.trade((0, 1, 61_700.0, 1.0))
    panel = btc_desk.open(FeedHealthPanel)
    assert panel.view.verdicts["BTCUSDT"] == (Verdict.WATCH, "No snapshot: trades only, no book")


def test_without_a_recorder_it_says_not_recording(btc_desk: Any) -> None:
    panel = healthy(btc_desk)
    assert panel.view.verdicts["Recorder"] == (Verdict.NONE, "Not recording")


def test_nothing_is_repainted_while_nothing_changes(btc_desk: Any, count_paints: Any) -> None:
    panel = healthy(btc_desk)
    paints = count_paints(panel.view)
    panel.refresh()
    assert paints.take() == 0
    btc_desk.trade((9, 1, 61_700.0, 1.0))
    panel.refresh()
    assert paints.take() == 1


@pytest.mark.parametrize("width", [240, 480, 3840])
def test_it_paints_at_any_width_and_scrolls_where_it_is_high(btc_desk: Any, width: int) -> None:
    panel = healthy(btc_desk)
    panel.resize(width, 200)
    btc_desk.services.themes.set_theme(LIGHT)
    assert panel.view.minimumHeight() > 200
    assert not panel.grab().isNull()


def test_an_empty_desk_says_so(desk: Any) -> None:
    assert desk.open(FeedHealthPanel).condition is Condition.EMPTY


def test_a_rewound_market_counts_afresh(btc_desk: Any) -> None:
    panel = healthy(btc_desk)
    btc_desk.workstation.market.reset()
    panel.market_reset()
    panel.refresh()
    assert figures(panel)["Trades"] == "0"
    assert panel.view.verdicts["BTCUSDT"] == (Verdict.WATCH, "No data yet")


@pytest.mark.real_data
def test_a_recorded_market_is_in_step_and_stored(
    desk: Any, qtbot: QtBot, shared_data: Path, tmp_path: Path
) -> None:
    capture = shared_data / "captures" / "binance_spot_BTCUSDT_2024-08-08.gz"
    workstation = Workstation.for_replay(capture, tmp_path, speed=1.0)
    recorder = workstation.recorder
    assert workstation.feed is not None
    assert recorder is not None
    for batches in workstation.feed.batches():
        for batch in batches:
            workstation.take(batch)
    recorder.flush()
    recorder.wait(0)
    panel = FeedHealthPanel(PanelServices(workstation, ThemeSource(), LinkGroups()))
    qtbot.addWidget(panel)
    panel.show()
    panel.refresh()
    market = figures(panel)
    assert (market["Depth updates"], market["Quotes checked"], market["of these wrong"]) == (
        "3\u2009451",
        "564",
        "0",
    )
    assert panel.view.verdicts["BTCUSDT"][0] is Verdict.OK
    stored = figures(panel, "Recorder")
    assert stored["Trades"] == "9\u2009757"
    assert stored["Queue"] == "0 rows"
    assert stored["Store"].endswith("B")
    assert panel.view.verdicts["Recorder"] == (Verdict.OK, "Recording")
    assert recorder_section(recorder, 0.0, 1, 10).verdict is Verdict.WATCH, "hardly any disk left"
    recorder.error = StoreFull("The disk is full. Free some space and start again.")
    panel.refresh()
    assert panel.view.verdicts["Recorder"] == (
        Verdict.BAD,
        "The disk is full. Free some space and start again.",
    )
    workstation.close()


def test_the_line_has_one_sample_a_second_of_the_last_minute(btc_desk: Any) -> None:
    panel = healthy(btc_desk)
    for _ in range(150):
        btc_desk.clock.advance(0.5)
        btc_desk.quote(2)
        panel.refresh()
    ages = [age for age, _ in panel.view.sections[0].line]
    assert ages == [float(second) for second in range(60)]
    assert {rate for _, rate in panel.view.sections[0].line} == {6.0}
