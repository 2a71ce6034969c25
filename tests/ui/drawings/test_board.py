import dataclasses
from collections.abc import Callable

import numpy as np
import pytest
from msgspec.structs import replace
from PySide6.QtCore import QEvent, QMimeData, QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from tests.ui.drawings.sheet import MARKET, START_MS, TIMEFRAME_MS, Sheet, candles, instrument
from ui.drawings.board_menu import menu_of
from ui.drawings.clipboard import MIME
from ui.drawings.magnet import Bars
from ui.theme import DARK
from workstation.model.drawings import Anchor, Drawing, DrawingKind, DrawingStyle, new_drawing
from workstation.model.levels import AlertRule, AlertTrigger

ALT, CTRL, SHIFT = (
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
)


def middle_ms(bar: float) -> float:
    return START_MS + (bar + 0.5) * TIMEFRAME_MS


def draw_trend(sheet: Sheet) -> Drawing:
    sheet.key(Qt.Key.Key_T, ALT)
    sheet.click(sheet.at(10, 61_050.0))
    sheet.click(sheet.at(30, 61_150.0))
    return sheet.newest


# Drawing.


def test_two_clicks_draw_a_line_where_they_were(sheet: Sheet) -> None:
    drawn = draw_trend(sheet)
    near_ms, near = sheet.plot.mapping.ms_per_px, sheet.plot.mapping.price_per_px
    for anchor, (bar, price) in zip(drawn.anchors, ((10, 61_050.0), (30, 61_150.0)), strict=True):
        assert anchor.time_ms == pytest.approx(middle_ms(bar), abs=near_ms)
        assert anchor.price == pytest.approx(price, abs=near)
        assert anchor.price == round(anchor.price, 1)  # a price that the instrument has
    assert sheet.board.hand.tool is None
    assert sheet.board.hand.selected == (drawn,)
    assert sheet.board.hand.work == ()


def test_a_drag_draws_the_same_in_one_go(sheet: Sheet) -> None:
    sheet.key(Qt.Key.Key_T, ALT)
    sheet.drag(sheet.at(10, 61_050.0), sheet.at(30, 61_150.0))
    by_drag = sheet.newest
    by_clicks = draw_trend(sheet)
    assert by_drag.anchors == by_clicks.anchors
    assert len(sheet.drawings) == 2


@pytest.mark.parametrize(
    ("key", "kind", "clicks"),
    [
        (Qt.Key.Key_H, DrawingKind.LEVEL, 1),
        (Qt.Key.Key_R, DrawingKind.RAY, 2),
        (Qt.Key.Key_B, DrawingKind.RECTANGLE, 2),
        (Qt.Key.Key_F, DrawingKind.FIBONACCI, 2),
        (Qt.Key.Key_M, DrawingKind.MEASURED_MOVE, 3),
    ],
)
def test_each_tool_has_a_key_and_draws_after_its_last_click(
    sheet: Sheet, key: Qt.Key, kind: DrawingKind, clicks: int
) -> None:
    sheet.key(key, ALT)
    for number in range(clicks):
        assert sheet.drawings == ()
        sheet.click(sheet.at(10 + 12 * number, 61_040.0 + 40 * number))
    assert [drawn.kind for drawn in sheet.drawings] == [kind]


def test_what_is_being_drawn_is_seen_with_its_figures_before_it_is_there(sheet: Sheet) -> None:
    sheet.key(Qt.Key.Key_T, ALT)
    sheet.click(sheet.at(10, 61_050.0))
    sheet.move(sheet.at(30, 61_150.0))
    (preview,) = sheet.board.hand.work
    note = sheet.board.work.note
    assert note is not None
    words = [text for text, _ in note.parts]
    move = preview.anchors[1].price - preview.anchors[0].price
    assert words[0] == f"+{move:.1f}"
    assert words[2:4] == ["20 bars", "20 m"]
    assert sheet.drawings == ()
    assert sheet.image_color(sheet.at(20, (preview.anchors[0].price + preview.anchors[1].price) / 2)) != (
        DARK.panel.name()
    )


def test_a_move_is_counted_in_risk_once_a_stop_is_drawn(sheet: Sheet) -> None:
    stop = new_drawing(DrawingKind.LEVEL, (Anchor(0, 61_000.0),))
    sheet.store.book.put(*MARKET, [replace(stop, name="Stop loss")])
    sheet.key(Qt.Key.Key_T, ALT)
    sheet.click(sheet.at(10, 61_050.0))
    sheet.move(sheet.at(30, 61_150.0))
    note = sheet.board.work.note
    assert note is not None
    assert note.parts[-1] == ("+2.0 R", "accent")


def test_escape_backs_out_of_the_point_then_the_tool_then_the_selection(sheet: Sheet) -> None:
    drawn = draw_trend(sheet)
    sheet.key(Qt.Key.Key_T, ALT)
    sheet.click(sheet.at(40, 61_050.0))
    hand = sheet.board.hand
    sheet.key(Qt.Key.Key_Escape)
    assert hand.tool is DrawingKind.TREND
    sheet.move(sheet.at(41, 61_050.0))
    assert hand.work == ()
    sheet.key(Qt.Key.Key_Escape)
    assert hand.tool is None
    sheet.click(sheet.at(20, 61_100.0))
    assert hand.selected == (drawn,)
    sheet.key(Qt.Key.Key_Escape)
    assert hand.selected == ()
    assert sheet.drawings == (drawn,)


def test_a_double_click_in_one_place_is_no_line(sheet: Sheet) -> None:
    sheet.key(Qt.Key.Key_T, ALT)
    at = sheet.at(10, 61_050.0)
    sheet.click(at)
    sheet.qtbot.mouseDClick(sheet.plot.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert sheet.drawings == ()
    sheet.click(sheet.at(30, 61_150.0))
    assert len(sheet.drawings) == 1


def test_enter_places_points_without_the_mouse_pressed(sheet: Sheet) -> None:
    sheet.key(Qt.Key.Key_H, ALT)
    sheet.key(Qt.Key.Key_Return)
    mapping = sheet.plot.mapping
    assert sheet.newest.anchors[0].price == pytest.approx(mapping.price_at(mapping.height / 2), abs=0.1)


def test_shift_draws_level(sheet: Sheet) -> None:
    sheet.key(Qt.Key.Key_T, ALT)
    sheet.click(sheet.at(10, 61_050.0))
    sheet.click(sheet.at(30, 61_150.0), SHIFT)
    first, second = sheet.newest.anchors
    assert first.price == second.price


def test_a_text_is_typed_where_it_was_clicked_and_none_is_left_without_words(sheet: Sheet) -> None:
    for words in ("rate decision", ""):
        sheet.key(Qt.Key.Key_X, ALT)
        sheet.click(sheet.at(10, 61_050.0))
        editor = sheet.board.editor
        assert editor.isVisible()
        sheet.qtbot.keyClicks(editor.name_field, words)
        sheet.qtbot.keyClick(editor.name_field, Qt.Key.Key_Return)
        assert not editor.isVisible()
    assert [drawn.name for drawn in sheet.drawings] == ["rate decision"]


# The magnet.


def test_the_magnet_pulls_to_the_high_of_a_bar_and_ctrl_turns_it_over(sheet: Sheet) -> None:
    high = float(candles().rows["high"][20])
    aside = sheet.at(20, high) + QPoint(2, -5)
    for magnet, keys, pulled in (
        (True, Qt.KeyboardModifier.NoModifier, True),
        (True, CTRL, False),
        (False, CTRL, True),
    ):
        sheet.board.set_magnet(magnet)
        sheet.key(Qt.Key.Key_H, ALT)
        sheet.click(aside, keys)
        assert (sheet.newest.anchors[0].price == high) is pulled
        sheet.key(Qt.Key.Key_Delete)
    assert sheet.drawings == ()


# Selecting and moving.


def test_a_line_is_taken_within_six_pixels_and_not_beyond(sheet: Sheet) -> None:
    sheet.store.book.put(*MARKET, [new_drawing(DrawingKind.LEVEL, (Anchor(0, 61_100.0),))])
    y = sheet.plot.mapping.y(61_100.0)
    for beside, taken in ((0, True), (5, True), (8, False), (-5, True), (-8, False)):
        assert (sheet.board.hand.under(300, y + beside) is not None) is taken


def test_the_plot_pans_beside_drawings_and_not_on_them(sheet: Sheet) -> None:
    draw_trend(sheet)
    view = sheet.plot.mapping
    sheet.drag(sheet.at(20, 61_100.0), sheet.at(24, 61_120.0))
    assert sheet.plot.mapping == view
    sheet.qtbot.wait(12)
    target = sheet.plot.viewport()
    start = sheet.at(40, 61_020.0)
    sheet.qtbot.mousePress(target, Qt.MouseButton.LeftButton, pos=start)
    for step in (20, 40, 60):
        sheet.qtbot.wait(12)
        sheet.qtbot.mouseMove(target, start + QPoint(step, 0))
    sheet.qtbot.mouseRelease(target, Qt.MouseButton.LeftButton, pos=start + QPoint(60, 0))
    assert sheet.plot.mapping.from_ms < view.from_ms


def test_a_drawing_is_moved_whole_and_by_its_handles_each_as_one_step(sheet: Sheet) -> None:
    before = draw_trend(sheet)
    sheet.drag(sheet.at(20, 61_100.0), sheet.at(25, 61_120.0))
    moved = sheet.newest
    for old, new in zip(before.anchors, moved.anchors, strict=True):
        assert new.time_ms - old.time_ms == pytest.approx(5 * TIMEFRAME_MS, abs=sheet.plot.mapping.ms_per_px)
        assert new.price - old.price == pytest.approx(20.0, abs=sheet.plot.mapping.price_per_px)
    end = sheet.at(35, moved.anchors[1].price)
    sheet.drag(end, sheet.at(50, 61_060.0))
    pulled = sheet.newest
    assert pulled.anchors[0] == moved.anchors[0]
    assert pulled.anchors[1].price == pytest.approx(61_060.0, abs=sheet.plot.mapping.price_per_px)
    for state in (moved, before):
        sheet.key(Qt.Key.Key_Z, CTRL)
        assert sheet.newest == state
    sheet.key(Qt.Key.Key_Z, CTRL)
    assert sheet.drawings == ()
    for state in (before, moved, pulled):
        sheet.key(Qt.Key.Key_Z, CTRL | SHIFT)
        assert sheet.newest == state


def test_escape_lets_go_of_what_is_being_moved(sheet: Sheet) -> None:
    drawn = draw_trend(sheet)
    target = sheet.plot.viewport()
    sheet.qtbot.mousePress(target, Qt.MouseButton.LeftButton, pos=sheet.at(20, 61_100.0))
    sheet.move(sheet.at(40, 61_000.0))
    assert sheet.board.hand.work != ()
    sheet.key(Qt.Key.Key_Escape)
    sheet.qtbot.mouseRelease(target, Qt.MouseButton.LeftButton, pos=sheet.at(40, 61_000.0))
    assert sheet.drawings == (drawn,)


def test_what_is_locked_can_be_selected_but_not_moved(sheet: Sheet) -> None:
    draw_trend(sheet)
    sheet.key(Qt.Key.Key_L)
    locked = sheet.newest
    assert locked.locked
    sheet.drag(sheet.at(20, 61_100.0), sheet.at(25, 61_120.0))
    sheet.key(Qt.Key.Key_Up)
    assert sheet.drawings == (locked,)
    assert sheet.board.hand.selected == (locked,)
    sheet.key(Qt.Key.Key_L)
    assert not sheet.newest.locked


def test_arrows_move_by_a_bar_and_a_tick(sheet: Sheet) -> None:
    before = draw_trend(sheet).anchors
    sheet.key(Qt.Key.Key_Right)
    sheet.key(Qt.Key.Key_Up, SHIFT)
    for old, new in zip(before, sheet.newest.anchors, strict=True):
        assert new.time_ms - old.time_ms == TIMEFRAME_MS
        assert new.price - old.price == pytest.approx(1.0)


def test_delete_and_duplicate(sheet: Sheet) -> None:
    drawn = draw_trend(sheet)
    sheet.key(Qt.Key.Key_D, CTRL)
    copy = sheet.newest
    assert copy.drawing_id != drawn.drawing_id
    assert sheet.board.hand.selected == (copy,)
    sheet.key(Qt.Key.Key_Delete)
    assert sheet.drawings == (drawn,)


# Several charts and several markets.


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


# Hiding, menus, editor.


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


# Room, other axes, cost.


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
