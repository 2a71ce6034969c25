"""The sheet of keys: every place is on it, it follows the trader's choice, and it reads as text."""

from collections.abc import Callable

from ui.desk.whole import WholeDesk
from ui.keys.dialog_keys import DIALOG_KEYS
from ui.keys.key_rows import KeyRow, ToldKeys, as_text, key_rows
from ui.keys.panel_actions import PANEL_ACTIONS
from ui.panels import PANELS
from ui.panels.ladder import LadderPanel
from ui.services import PanelServices


def rows_of(desk: WholeDesk, *, with_unassigned: bool = False) -> tuple[KeyRow, ...]:
    return key_rows(desk.commands, PANELS, {}, desk.commands.keymap, with_unassigned=with_unassigned)


def test_every_key_declared_anywhere_is_a_row(desk: WholeDesk) -> None:
    rows = rows_of(desk)
    ids = {row.id for row in rows}
    assert {action.id for action in PANEL_ACTIONS} <= ids
    assert {command.id for command in desk.commands.defaults if command.key} <= ids
    assert {title for title, _ in DIALOG_KEYS} <= {row.title for row in rows if row.place == "window"}


def test_a_key_that_was_moved_is_told_where_it_is(desk: WholeDesk) -> None:
    desk.commands.keymap.change({"desk.full_screen": ("F8",), "ladder.sums": ("X",), "ladder.traded": ()})
    rows = {(row.place, row.id): row for row in rows_of(desk)}
    assert rows["desk", "desk.full_screen"].keys == ("F8",)
    assert rows["desk", "desk.full_screen"].is_moved
    assert rows["ladder", "ladder.sums"].shown == "X"
    assert ("ladder", "ladder.traded") not in rows, "it is on no key"
    assert ("ladder", "ladder.traded") in {(row.place, row.id) for row in rows_of(desk, with_unassigned=True)}


def test_a_panel_adds_what_is_done_with_the_mouse_and_repeats_no_key(
    make_desk: Callable[..., WholeDesk], services: PanelServices
) -> None:
    ladder = LadderPanel(services)
    made = make_desk((LadderPanel,))
    rows = key_rows(made.commands, (LadderPanel,), {"ladder": ToldKeys.of(ladder)}, made.commands.keymap)
    of_ladder = {row.keys: row.words for row in rows if row.place == "ladder"}
    assert of_ladder["Wheel",] == "Scroll and hold"
    assert sum("C" in keys for keys in of_ladder) == 1
    ladder.put_away()


def test_the_sheet_reads_as_text_place_by_place() -> None:
    rows = (
        KeyRow("desk", "Everywhere", ("Ctrl+Return", "Ctrl+Enter"), (), "Send"),
        KeyRow("ladder", "Ladder", ("Up",), (), "Scroll up"),
    )
    assert (
        as_text(rows) == "Everywhere\n----------\nCtrl+Enter  Send\n\nLadder\n------\n↑           Scroll up\n"
    )
