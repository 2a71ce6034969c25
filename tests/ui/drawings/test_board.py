"""Drawings are drawn, taken, moved and nudged on a board by mouse and keys, each step undone at once."""

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPoint, Qt

from tests.ui.drawings.drawn import ALT, CTRL, SHIFT, draw_trend
from tests.ui.drawings.sheet import MARKET, START_MS, TIMEFRAME_MS, Sheet, candles
from ui.theme import DARK
from workstation.model.drawings import Anchor, DrawingKind, new_drawing


def middle_ms(bar: float) -> float:
    return START_MS + (bar + 0.5) * TIMEFRAME_MS


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
