"""What boards share and show: copies, hiding, alerts, the sheet of a drawing, other plots and their bars."""

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from tests.ui.drawings.drawn import ALT, CTRL, draw_trend
from tests.ui.drawings.sheet import MARKET, TIMEFRAME_MS, Sheet, candles, instrument
from ui.drawings.board_menu import menu_of
from ui.drawings.clipboard import MIME
from ui.drawings.magnet import Bars
from ui.theme import DARK
from workstation.model.drawings import Anchor, DrawingKind, DrawingStyle, new_drawing
from workstation.model.levels import AlertRule, AlertTrigger


def test_every_chart_of_a_symbol_shows_the_same_at_once(make_sheet: Callable[..., Sheet]) -> None:
    here, there = make_sheet(), make_sheet(500, 300)
    empty = there.image_color(there.at(20, 61_100.0))
    here.key(Qt.Key.Key_H, ALT)
    here.click(here.at(10, 61_100.0))
    assert there.board.shown == here.drawings
    price = here.newest.anchors[0].price
    assert there.image_color(there.at(20, price)) == DARK.warn.name() != empty
    there.key(Qt.Key.Key_Z, CTRL)
    assert here.board.shown == ()


def test_a_level_copied_to_another_coin_keeps_its_place_on_screen(sheet: Sheet) -> None:
    sheet.store.book.put(*MARKET, [new_drawing(DrawingKind.LEVEL, (Anchor(0, 61_100.0),))])
    sheet.click(sheet.at(20, 61_100.0))
    sheet.key(Qt.Key.Key_C, CTRL)
    sheet.board.set_instrument(instrument("ETHUSDT"))
    sheet.plot.set_view(price=(2_600.0, 2_700.0))
    sheet.move(QPoint(300, 200))
    sheet.key(Qt.Key.Key_V, CTRL)
    (pasted,) = sheet.store.book.drawings("binance_usdm", "ETHUSDT")
    assert pasted.anchors[0].price == pytest.approx(sheet.plot.mapping.price_at(200), abs=0.1)
    # The same coin elsewhere: prices are what a level means.
    sheet.board.set_instrument(instrument("BTCUSDC"))
    sheet.plot.set_view(price=(61_000.0, 61_200.0))
    sheet.key(Qt.Key.Key_V, CTRL)
    assert sheet.store.book.drawings("binance_usdm", "BTCUSDC")[0].anchors[0].price == 61_100.0


def test_what_others_put_on_the_clipboard_is_passed_over(sheet: Sheet) -> None:
    for text in (b"", b"{}", b'{"venue":"x","symbol":"y","drawings":[{"kind":"bomb"}]}', b"[" * 100_000):
        made = QMimeData()
        made.setData(MIME, text)
        QApplication.clipboard().setMimeData(made)
        sheet.key(Qt.Key.Key_V, CTRL)
    assert sheet.drawings == ()


def test_hiding_hides_all_and_whoever_draws_sees_again(sheet: Sheet) -> None:
    drawn = draw_trend(sheet)
    sheet.key(Qt.Key.Key_V, ALT)
    assert sheet.board.shown == ()
    assert sheet.drawings == (drawn,)
    sheet.key(Qt.Key.Key_T, ALT)
    assert sheet.board.shown == (drawn,)


def test_what_was_hidden_alone_comes_back_with_all(sheet: Sheet) -> None:
    draw_trend(sheet)
    sheet.board.actions.hide()
    assert sheet.board.shown == ()
    sheet.key(Qt.Key.Key_V, ALT)
    sheet.key(Qt.Key.Key_V, ALT)
    assert len(sheet.board.shown) == 1


def test_the_menu_of_a_level_sets_its_alert(sheet: Sheet) -> None:
    sheet.key(Qt.Key.Key_H, ALT)
    sheet.click(sheet.at(10, 61_100.0))
    menu = menu_of(sheet.newest, sheet.board.actions, sheet.board.edit, sheet.plot)
    alerts = next(action.menu() for action in menu.actions() if action.text().startswith("Alert "))
    alerts.actions()[-1].trigger()
    (level,) = sheet.store.book.levels(*MARKET)
    assert level.alert == AlertRule(AlertTrigger.CLOSE, TIMEFRAME_MS)
    assert "1 m close" in alerts.actions()[-1].text()
    menu.deleteLater()


def test_a_key_rings_the_bell_of_a_level_and_silences_it(sheet: Sheet) -> None:
    sheet.key(Qt.Key.Key_H, ALT)
    sheet.click(sheet.at(10, 61_100.0))
    alerts = []
    for _ in range(2):
        sheet.key(Qt.Key.Key_A, ALT)
        alerts.append(sheet.store.book.levels(*MARKET)[0].alert)
    assert alerts == [AlertRule(AlertTrigger.CROSS), None]


def test_a_double_click_opens_the_sheet_and_every_change_is_kept(sheet: Sheet) -> None:
    sheet.key(Qt.Key.Key_H, ALT)
    at = sheet.at(10, 61_100.0)
    sheet.click(at)
    sheet.qtbot.mouseDClick(sheet.plot.viewport(), Qt.MouseButton.LeftButton, pos=at)
    editor = sheet.board.editor
    assert editor.isVisible()
    sheet.qtbot.keyClicks(editor.name_field, "range high")
    editor.price_field.setFocus()
    editor.price_field.selectAll()
    sheet.qtbot.keyClicks(editor.price_field, "61,123.44")
    sheet.qtbot.keyClick(editor.price_field, Qt.Key.Key_Tab)
    sheet.qtbot.mouseClick(editor.swatches["violet"], Qt.MouseButton.LeftButton)
    sheet.qtbot.mouseClick(editor.widths[3], Qt.MouseButton.LeftButton)
    sheet.qtbot.keyClick(editor, Qt.Key.Key_Escape)
    assert not editor.isVisible()
    changed = sheet.newest
    assert (changed.name, changed.anchors[0].price) == ("range high", 61_123.4)
    assert (changed.style.color, changed.style.width) == ("violet", 3)
    # The next of its kind looks the same.
    sheet.key(Qt.Key.Key_H, ALT)
    sheet.click(sheet.at(10, 61_000.0))
    assert sheet.newest.style == changed.style


def test_ratios_that_are_none_are_refused_in_words(sheet: Sheet) -> None:
    sheet.key(Qt.Key.Key_F, ALT)
    sheet.drag(sheet.at(10, 61_050.0), sheet.at(30, 61_150.0))
    before = sheet.newest
    sheet.board.edit_selected()
    editor = sheet.board.editor
    for typed, ratios in (("0 half", before.ratios), ("0 0.5 1 1.618", (0.0, 0.5, 1.0, 1.618))):
        editor.ratios_field.setFocus()
        editor.ratios_field.selectAll()
        sheet.qtbot.keyClicks(editor.ratios_field, typed)
        editor.name_field.setFocus()
        assert sheet.newest.ratios == ratios
        assert editor.complaint.isVisibleTo(editor) is (ratios == before.ratios)


def test_the_tools_fold_where_there_is_no_room(make_sheet: Callable[..., Sheet]) -> None:
    for size, folded in (((900, 480), False), ((240, 480), True), ((900, 160), True)):
        made = make_sheet(*size)
        assert made.board.toolbar.folded is folded
        assert made.board.toolbar.height() <= made.plot.mapping.height
    wide = make_sheet()
    wide.board.set_folded(True)
    assert wide.board.toolbar.folded


def test_buttons_choose_tools(sheet: Sheet) -> None:
    button = sheet.board.toolbar.tools[DrawingKind.RAY]
    sheet.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert sheet.board.hand.tool is DrawingKind.RAY
    sheet.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert sheet.board.hand.tool is None


def test_drawings_stay_on_their_bars_when_bars_are_counted_evenly(sheet: Sheet) -> None:
    drawn = draw_trend(sheet)
    times = candles().rows["open_ms"].astype(np.float64)
    times[20:] += 3 * 3_600_000  # a long pause in the middle
    sheet.plot.set_bars(times)
    sheet.plot.set_view(time=(0.0, 60.0))
    x = sheet.plot.mapping.x(drawn.anchors[0].time_ms)
    assert x == pytest.approx(sheet.plot.mapping.x_at(10.5), abs=2)
    moved = sheet.at(10, 61_050.0)
    sheet.board.hand.select(())
    assert sheet.board.hand.under(x, moved.y()) is not None


def test_a_depth_map_shows_levels_alone_and_can_draw_them(make_sheet: Callable[..., Sheet]) -> None:
    chart, depth = make_sheet(), make_sheet(levels_only=True)
    draw_trend(chart)
    depth.key(Qt.Key.Key_T, ALT)
    assert depth.board.hand.tool is None
    depth.key(Qt.Key.Key_H, ALT)
    depth.click(depth.at(10, 61_200.0))
    assert [drawn.kind for drawn in depth.board.shown] == [DrawingKind.LEVEL]
    assert len(chart.board.shown) == 2
    assert not depth.board.toolbar.isVisible()
    assert depth.image_color(depth.at(50, chart.newest.anchors[0].price)) == DARK.warn.name()


def test_a_tick_paints_no_drawing_of_a_chart_again(sheet: Sheet, monkeypatch: pytest.MonkeyPatch) -> None:
    draw_trend(sheet)
    sheet.plot.grab()
    painted = []
    monkeypatch.setattr(type(sheet.board.layer), "paint_settled", lambda *_: painted.append(1))
    sheet.plot.set_last_price(61_100.0)
    QApplication.processEvents()
    assert painted == []


def test_the_view_of_a_board_comes_back(make_sheet: Callable[..., Sheet]) -> None:
    first, second = make_sheet(), make_sheet()
    first.board.set_magnet(True)
    first.board.set_folded(True)
    draw_trend(first)
    first.board.edit_selected()
    first.qtbot.mouseClick(first.board.editor.swatches["down"], Qt.MouseButton.LeftButton)
    saved = first.board.save_state()
    second.board.restore_state(saved)
    assert second.board.save_state() == saved
    for wrong in (None, [], {"magnet": 3, "styles": {"trend": ["pink", 1], "ray": ["up", 99], "text": 5}}):
        second.board.restore_state(wrong)
    assert second.board.save_state() == saved


def test_without_a_market_nothing_can_be_drawn(sheet: Sheet) -> None:
    sheet.board.set_instrument(None)
    sheet.key(Qt.Key.Key_H, ALT)
    sheet.click(sheet.at(10, 61_050.0))
    assert sheet.drawings == ()
    assert sheet.board.shown == ()


def test_a_level_tells_how_far_the_market_is(sheet: Sheet) -> None:
    sheet.plot.set_last_price(61_000.0)
    sheet.key(Qt.Key.Key_H, ALT)
    sheet.move(sheet.at(10, 61_122.0))
    note = sheet.board.work.note
    assert note is not None
    price = sheet.board.hand.work[0].anchors[0].price
    assert note.parts[1][0] == f"+{(price / 61_000 - 1) * 100:.2f} % from last"


def test_a_plot_that_is_gone_hears_of_nothing(
    make_sheet: Callable[..., Sheet], capsys: pytest.CaptureFixture[str]
) -> None:
    gone, left = make_sheet(closed_by_test=True), make_sheet()
    draw_trend(gone)
    gone.board.edit_selected()
    gone.plot.close()
    gone.plot.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    draw_trend(left)
    left.plot.setFocus()
    QApplication.processEvents()
    assert len(left.drawings) == 2
    assert capsys.readouterr().err == ""


def test_the_axis_tells_the_price_of_a_level_that_is_selected(sheet: Sheet) -> None:
    sheet.key(Qt.Key.Key_H, ALT)
    sheet.move(sheet.at(10, 61_100.0))
    assert "drawing" not in sheet.plot.price_axis.tags
    sheet.click(sheet.at(10, 61_100.0))
    assert sheet.plot.price_axis.tags["drawing"].price == sheet.newest.anchors[0].price
    sheet.key(Qt.Key.Key_Escape)
    assert "drawing" not in sheet.plot.price_axis.tags


def test_bars_of_uneven_width_can_be_drawn_on_and_nudged(sheet: Sheet) -> None:
    rows = candles().rows
    rows["open_ms"][20:] += 3_600_000
    sheet.board._bars = lambda: Bars(rows, 0)
    sheet.plot.set_bars(rows["open_ms"].astype(np.float64))
    sheet.plot.set_view(time=(0.0, 60.0))
    sheet.board.set_magnet(True)
    sheet.key(Qt.Key.Key_T, ALT)
    for index in (10, 30):
        mapping = sheet.plot.mapping
        sheet.click(QPoint(round(mapping.x_at(index + 0.5)), round(mapping.y(rows["high"][index]) - 2)))
    first, second = sheet.newest.anchors
    assert (first.price, second.price) == (rows["high"][10], rows["high"][30])
    assert sheet.plot.mapping.position(second.time_ms) == pytest.approx(30.5, abs=0.01)
    before = sheet.newest
    sheet.key(Qt.Key.Key_Right)
    assert all(
        new.time_ms > old.time_ms for old, new in zip(before.anchors, sheet.newest.anchors, strict=True)
    )


def test_drawings_follow_other_colours_of_the_same_theme(sheet: Sheet) -> None:
    sheet.store.book.put(
        *MARKET, [new_drawing(DrawingKind.LEVEL, (Anchor(0, 61_100.0),), DrawingStyle("up"))]
    )
    at = sheet.at(40, 61_100.0)
    assert sheet.image_color(at) == DARK.up.name()
    other = dataclasses.replace(DARK, up=QColor("#3355ff"))
    sheet.plot.set_theme(other)
    assert sheet.image_color(at) == "#3355ff"
