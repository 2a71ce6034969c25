"""The trader's own keys: kept whole, refused with a sentence when damaged, never without a way back."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from ui.commands import Command, CommandSet
from ui.keys import keymap_file, spelling
from ui.keys.keymap import Keymap
from ui.keys.panel_actions import PANEL_ACTIONS
from ui.panels import PANELS

WHOLE = keymap_file.encode({"desk.palette": ("Ctrl+P",), "panel.close": (), "chart.studies": ("Q", "Alt+Q")})


def commands_with(keymap: Keymap) -> CommandSet:
    made = CommandSet(keymap)
    made.add(
        Command("Search commands", lambda: None, "Ctrl+K", id="desk.palette"),
        Command("Show keys", lambda: None, "?", id="desk.keys"),
        Command("Close panel", lambda: None, "Ctrl+W", id="panel.close"),
        Command("Unnamed", lambda: None, "Ctrl+U"),
    )
    return made


def keys_of(commands: CommandSet) -> dict[str, tuple[str, ...]]:
    return {
        command.name: tuple(key for key in (command.key, *command.more_keys) if key) for command in commands
    }


def test_what_is_kept_is_there_again(tmp_path: Path) -> None:
    path = tmp_path / "keymap.json"
    keymap, complaint = Keymap.open(path)
    keymap.change({"panel.close": ("F4", "Ctrl+Shift+X"), "desk.keys": ()})
    again, more = Keymap.open(path)
    assert (complaint, more) == ("", "")
    assert again.changes == {"panel.close": ("F4", "Ctrl+Shift+X"), "desk.keys": ()}
    assert sorted(file.name for file in tmp_path.iterdir()) == ["keymap.json", "keymap.last-good.json"]


def test_every_change_can_be_taken_back(tmp_path: Path) -> None:
    keymap, _ = Keymap.open(tmp_path / "keymap.json")
    keymap.change({"panel.close": ("F4",)})
    keymap.replace_all({})
    keymap.undo()
    assert keymap.changes == {"panel.close": ("F4",)}
    keymap.undo()
    assert (keymap.changes, keymap.can_undo) == ({}, False)


def test_a_damaged_file_gives_way_to_the_last_good_copy(tmp_path: Path) -> None:
    path = tmp_path / "keymap.json"
    keymap_file.save(path, {"panel.close": ("F4",)})
    path.write_bytes(b'{"version": 1, "keys": {"panel.close": ["Ctrl+')
    changes, complaint = keymap_file.load(path)
    assert changes == {"panel.close": ("F4",)}
    assert "last good copy" in complaint


@effort(max_examples=300)
@given(
    cut=st.integers(0, len(WHOLE)),
    place=st.integers(0, len(WHOLE) - 1),
    put=st.binary(max_size=6),
    mode=st.sampled_from(["cut", "replace", "insert"]),
)
def test_any_mutated_file_is_loaded_or_refused_with_a_message_and_no_command_is_lost(
    tmp_path_factory: pytest.TempPathFactory, cut: int, place: int, put: bytes, mode: str
) -> None:
    raw = {
        "cut": WHOLE[:cut],
        "replace": WHOLE[:place] + put + WHOLE[place + len(put) :],
        "insert": WHOLE[:place] + put + WHOLE[place:],
    }[mode]
    path = tmp_path_factory.mktemp("keys") / "keymap.json"
    path.write_bytes(raw)
    changes, complaint = keymap_file.load(path)
    if complaint:
        assert changes == {}
        assert "default keys" in complaint
    else:
        assert keymap_file.decode(keymap_file.encode(changes)) == changes
    _check_reachable(Keymap(changes))


@effort(max_examples=150)
@given(
    st.dictionaries(
        st.sampled_from(["desk.palette", "desk.keys", "panel.close", "gone.long.ago"]),
        st.lists(
            st.sampled_from(["Ctrl+K", "?", "Ctrl+W", "Ctrl+U", "F4", "X"]), max_size=3, unique=True
        ).map(tuple),
    )
)
def test_conflicts_leave_every_command_in_the_palette_and_a_key_to_one(
    changes: dict[str, tuple[str, ...]],
) -> None:
    _check_reachable(Keymap(changes))


def _check_reachable(keymap: Keymap) -> None:
    commands = commands_with(keymap)
    names = {"Search commands", "Show keys", "Close panel", "Unnamed"}
    assert {command.name for command in commands.matching("")} == names
    keys = keys_of(commands)
    everything = [key for some in keys.values() for key in some]
    assert len(everything) == len(set(everything))
    assert keys["Search commands"], "the palette is always on a key"


@pytest.mark.parametrize(
    "wrong",
    [
        {"version": 2, "keys": {}},
        {"version": 1, "keys": {"a": ["Ctrl+K, Ctrl+C"]}},
        {"version": 1, "keys": {"a": ["Shift"]}},
        {"version": 1, "keys": {"a": "Ctrl+K"}},
        {"version": 1, "keys": {}, "more": 1},
    ],
)
def test_what_is_no_keymap_is_refused(wrong: object) -> None:
    with pytest.raises(ValueError, match=r"`|is no key|Expected"):
        keymap_file.decode(json.dumps(wrong).encode())


def test_actions_of_panels_have_one_id_each_and_normal_keys_that_do_not_collide() -> None:
    ids = [action.id for action in PANEL_ACTIONS]
    assert len(ids) == len(set(ids))
    kinds = {panel.kind for panel in PANELS}
    for kind in kinds:
        taken: dict[str, str] = {}
        for action in PANEL_ACTIONS:
            assert set(action.kinds) <= kinds
            for key in action.keys:
                assert spelling.normal(key) == key, action.id
                if kind in action.kinds and not action.with_selection:
                    assert key not in taken, (action.id, taken.get(key))
                    taken[key] = action.id
