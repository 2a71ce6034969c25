"""The alerts panel: alerts are made, changed, paused, removed and brought back by keyboard."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from ui.alerting import rows
from ui.links import Crosshair
from ui.panels.alerts import AlertsPanel
from workstation.alerts.rules import Formula, PriceCross, Rule, Threshold
from workstation.model.derivatives import FundingRate
from workstation.model.drawings import Anchor, DrawingKind, new_drawing
from workstation.model.levels import AlertRule, AlertTrigger

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture(scope="module", autouse=True)
def _time_enough() -> Iterator[None]:
    """A busy machine must not cut a look short where the test is about something else."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("workstation.alerts.engine.MOST_LOOK_S", 60.0)
        yield


@pytest.fixture
def traded(btc_desk: Any) -> Any:
    """A desk on which BTCUSDT trades at 60 000."""
    btc_desk.trade((0, 1, 60_000.0, 1.0))
    look(btc_desk)
    return btc_desk


def look(desk: Any) -> None:
    desk.clock.advance(0.3)
    desk.workstation.alerts.look()


def add(desk: Any, condition: Any, **changes: Any) -> Rule:
    rule = Rule(
        f"rule {len(desk.services.alerts.rules())}",
        desk.workstation.alerts.market_key,
        changes.pop("symbols", ("BTCUSDT",)),
        condition,
        **changes,
    )
    desk.services.alerts.put(rule)
    return rule


def cells(panel: AlertsPanel, title: str) -> list[str]:
    panel.refresh()
    place = panel.rules.visible_columns.index(title)
    return [row[place] for row in panel.rules.visible_rows()]


def opened(desk: Any, width: int = 900) -> AlertsPanel:
    panel: AlertsPanel = desk.open(AlertsPanel, width=width)
    panel.rules.setFocus()
    return panel


def keyed(qtbot: QtBot, widget: QWidget, *keys: Any) -> None:
    for key in keys:
        if isinstance(key, str):
            qtbot.keyClicks(widget, key)
        else:
            qtbot.keyClick(widget, key)


def test_without_alerts_it_says_how_to_make_one(traded: Any) -> None:
    panel = opened(traded)
    assert panel.nothing.isVisible()
    assert "alert BTCUSDT > 62000" in panel.nothing.text()


def test_an_alert_is_made_by_keyboard_and_fires(traded: Any, qtbot: QtBot) -> None:
    panel = opened(traded)
    keyed(qtbot, panel, Qt.Key.Key_Insert)
    assert panel.form.isVisible()
    assert panel.form.preview.text() == "A price, such as 62 000"
    keyed(qtbot, panel.form.price, "62 000")
    assert panel.form.preview.text() == "Now 60\u2009000.0. +3.33 % away. It is told at the next crossing."
    keyed(qtbot, panel.form.price, Qt.Key.Key_Return)
    assert panel.form.isHidden()
    look(traded)
    assert cells(panel, "Alert") == ["Last crosses above 62\u2009000.0"]
    assert (cells(panel, "Now"), cells(panel, "Away"), cells(panel, "State")) == (
        ["60\u2009000.0"],
        ["+3.33 %"],
        ["armed"],
    )
    traded.trade((500, 1, 62_000.5, 1.0))
    look(traded)
    assert cells(panel, "State") == ["fired"]
    assert panel.controls.history.text() == "Told 1"


@pytest.mark.parametrize(
    ("price", "words"),
    [
        ("x", "'x' is not a number"),
        ("0", "above zero"),
        ("-5", "above zero"),
        ("1e99", "above zero"),
        ("nan", "62 000"),
    ],
)
def test_a_price_that_is_none_is_refused_in_its_field(
    traded: Any, qtbot: QtBot, price: str, words: str
) -> None:
    panel = opened(traded)
    panel.new_alert()
    panel.form.price.setText(price)
    panel.form.save()
    assert words in panel.form.preview.text()
    assert panel.form.isVisible()
    assert not traded.services.alerts.rules()


def test_an_expression_is_checked_as_it_is_typed_and_its_fault_marked(traded: Any) -> None:
    panel = opened(traded)
    panel.new_alert()
    panel.form.kind.setCurrentIndex(2)
    panel.form.expression.setText("spread_bps > 20 and fundng_rate > 1%")
    assert "did you mean funding_rate" in panel.form.preview.text()
    assert panel.form.expression._wrong == (20, 31)
    panel.form.expression.setText("last > 1 and last < 2")
    assert panel.form.expression._wrong is None
    assert panel.form.preview.text() == "Now last 60\u2009000.0 USDT. It is not so: it waits."
    panel.form.expression.setText("mark > 1")
    assert "no mark price yet" in panel.form.preview.text()


def test_a_rate_is_typed_in_per_cent_and_comes_back_so(traded: Any) -> None:
    traded.workstation.market.take_news(FundingRate("binance_usdm", "BTCUSDT", 0, Decimal("0.0006"), 8.0, 1))
    panel = opened(traded)
    panel.new_alert()
    panel.form.kind.setCurrentIndex(1)
    panel.form.metric_box.setCurrentIndex(panel.form.metric_box.findData("funding_8h_rate"))
    panel.form.value.setText("0.05")
    assert panel.form.unit.text() == "%"
    assert panel.form.preview.text() == "Now +0.0600 %. It is so: it is told at once."
    panel.form.save()
    (rule,) = traded.services.alerts.rules()
    assert rule.condition == Threshold("funding_8h_rate", "above", 0.0005)
    panel.edit(rule)
    assert panel.form.value.text() == "0.05"
    panel.form.note.setText("sell half")
    panel.form.save()
    (rule,) = traded.services.alerts.rules()
    assert rule.note == "sell half"


def test_a_change_leaves_the_end_of_an_alert_where_it_was(traded: Any) -> None:
    ends_ms = traded.clock.now_ms() + 7_200_000
    panel = opened(traded)
    panel.edit(add(traded, PriceCross(61_000.0), expires_ms=ends_ms))
    traded.clock.advance(60)
    panel.form.note.setText("later")
    panel.form.save()
    assert traded.services.alerts.rules()[0].expires_ms == ends_ms
    panel.edit(traded.services.alerts.rules()[0])
    panel.form.expires.setCurrentIndex(panel.form.expires.findData(86_400.0))
    panel.form.save()
    assert traded.services.alerts.rules()[0].expires_ms == traded.clock.now_ms() + 86_400_000


def test_keys_pause_remove_and_bring_back(traded: Any, qtbot: QtBot) -> None:
    first = add(traded, PriceCross(61_000.0))
    add(traded, Formula("last > 70000"))
    panel = opened(traded)
    panel.refresh()
    keyed(qtbot, panel.rules, Qt.Key.Key_Home, Qt.Key.Key_Space)
    assert cells(panel, "State")[0] == "paused"
    keyed(qtbot, panel.rules, Qt.Key.Key_Space, Qt.Key.Key_Delete)
    assert cells(panel, "Alert") == ["last > 70000"]
    assert panel.undo_bar.isVisible()
    qtbot.keyClick(panel.rules, Qt.Key.Key_Z, CONTROL)
    assert [rule.rule_id for rule in traded.services.alerts.rules()] == [first.rule_id, "rule 1"]
    assert not panel.undo_bar.isVisible()


def test_escape_leaves_the_form_and_changes_nothing(traded: Any, qtbot: QtBot) -> None:
    rule = add(traded, PriceCross(61_000.0))
    panel = opened(traded)
    panel.refresh()
    keyed(qtbot, panel.rules, Qt.Key.Key_Home, "e")
    panel.form.price.setText("5")
    keyed(qtbot, panel.form.price, Qt.Key.Key_Escape)
    assert panel.form.isHidden()
    assert traded.services.alerts.rules() == (rule,)


def told(desk: Any) -> None:
    add(desk, PriceCross(61_000.0), note="why")
    look(desk)
    desk.trade((500, 1, 61_500.0, 1.0))
    look(desk)


def test_the_history_marks_what_is_new_and_jumps_to_the_moment(traded: Any, qtbot: QtBot) -> None:
    told(traded)
    panel = opened(traded)
    qtbot.keyClick(panel.rules, Qt.Key.Key_H)
    assert panel.shows_history
    qtbot.waitUntil(lambda: not panel.history.visibleRegion().isEmpty())
    panel.refresh()
    panel.refresh()
    assert traded.services.alerts.unseen == 0
    (row,) = panel.history.visible_rows()
    assert row[0].startswith("● ")
    assert row[1:5] == ("BTCUSDT", "Last crosses 61\u2009000.0", "61\u2009500.0", "why")
    pointed: list[Crosshair] = []
    shown: list[float] = []
    traded.link.crosshair_moved.connect(pointed.append)
    traded.link.moment_wanted.connect(shown.append)
    qtbot.keyClick(panel.history, Qt.Key.Key_Return)
    assert pointed[0].time_ms == traded.workstation.market.states["BTCUSDT"].market_ms
    assert pointed[0].price == 61_500.0
    assert shown == [pointed[0].time_ms]
    qtbot.keyClick(panel.history, Qt.Key.Key_Delete)
    assert not traded.services.alerts.firings
    panel.undo()
    assert len(traded.services.alerts.firings) == 1


def test_one_that_was_told_is_armed_again(traded: Any, qtbot: QtBot) -> None:
    told(traded)
    panel = opened(traded)
    panel.refresh()
    keyed(qtbot, panel.rules, Qt.Key.Key_Home, "r")
    look(traded)
    assert cells(panel, "State") == ["armed"]


def test_of_many_symbols_the_worst_is_shown_and_the_tip_has_all(traded: Any, instrument: Any) -> None:
    traded.add(instrument("ETHUSDT"))
    add(traded, Threshold("last", "above", 50_000.0), symbols=(), repeat="every")
    look(traded)
    panel = opened(traded)
    assert cells(panel, "State") == ["1 no data"]
    (rule,) = traded.services.alerts.rules()
    tip = rows.rule_tip(rule, panel.engine, None)
    assert "ETHUSDT no data: Nothing has been traded yet" in tip
    assert "BTCUSDT waiting" in tip


def test_do_not_disturb_is_a_key_and_a_button(traded: Any, qtbot: QtBot) -> None:
    panel = opened(traded)
    qtbot.keyClick(panel, Qt.Key.Key_Q)
    assert traded.services.quiet
    assert panel.controls.quiet.isChecked()
    qtbot.mouseClick(panel.controls.quiet, Qt.MouseButton.LeftButton, pos=QPoint(4, 4))
    assert not traded.services.quiet


def test_a_level_drawn_with_an_alert_is_listed_told_and_given_up(traded: Any, qtbot: QtBot) -> None:
    book = traded.services.drawings.book
    level = msgspec.structs.replace(
        new_drawing(DrawingKind.LEVEL, (Anchor(0, 61_000.0),)),
        alert=AlertRule(AlertTrigger.CROSS),
        name="high",
    )
    book.put("binance_usdm", "BTCUSDT", [level])
    look(traded)
    panel = opened(traded)
    assert cells(panel, "Alert") == ["Level high 61\u2009000.0 is crossed"]
    traded.trade((500, 1, 61_000.5, 1.0))
    look(traded)
    assert [firing.value for firing in traded.services.alerts.firings] == [61_000.5]
    keyed(qtbot, panel.rules, Qt.Key.Key_Home, Qt.Key.Key_Delete)
    look(traded)
    assert cells(panel, "Alert") == []
    (left,) = book.levels("binance_usdm", "BTCUSDT")
    assert left.alert is None, "the level stays where it is drawn"


def test_an_empty_list_keeps_the_keyboard_so_that_keys_go_on_working(traded: Any, qtbot: QtBot) -> None:
    panel = opened(traded)
    panel.setFocus()
    for shown in (True, False):
        qtbot.keyClick(panel.nothing, Qt.Key.Key_H)
        assert panel.shows_history is shown
        assert panel.window().focusWidget() is panel.nothing
