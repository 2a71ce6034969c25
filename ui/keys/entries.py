"""Everything that can be put on a key, and what else is on it: what the page of keys shows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ui.commands import NEVER_WITHOUT_KEY, CommandSet
from ui.keys import spelling
from ui.keys.hand import named_id
from ui.keys.keymap import Keymap
from ui.keys.panel_actions import PANEL_ACTIONS
from ui.panel import Panel

DESK = "desk"
"""The place of commands that work everywhere."""


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """One thing that can be put on keys.

    Attributes:
        id: in the keymap.
        name: what it does.
        places: kinds of panels in which its keys work; `DESK` alone for everywhere.
        default: keys that it is on if nothing else is said.
        keys: those it is on now.
        with_selection: works only while something is selected, so that its key may do another thing besides.
    """

    id: str
    name: str
    places: tuple[str, ...]
    default: tuple[str, ...]
    keys: tuple[str, ...]
    with_selection: bool = False

    @property
    def is_default(self) -> bool:
        """It is on its own keys."""
        return self.keys == self.default


def entries(commands: CommandSet, panels: Iterable[Panel], keymap: Keymap) -> list[KeyEntry]:
    """Everything that can be put on keys: the desk's commands, the panels' keys, and their other commands.

    Args:
        panels: those of the desk, one of a kind is enough: their commands by name are offered too.
    """
    found: dict[str, KeyEntry] = {}
    for command in commands.defaults:
        if command.id and command.id not in found:
            default = (spelling.normal(command.key),) if command.key else ()
            keys = keymap.keys_of(command.id, default)
            if command.id == NEVER_WITHOUT_KEY:
                keys = keys or default
            found[command.id] = KeyEntry(command.id, command.name, (DESK,), default, keys)
    for action in PANEL_ACTIONS:
        keys = keymap.keys_of(action.id, action.keys)
        found[action.id] = KeyEntry(
            action.id, action.words, action.kinds, action.keys, keys, action.with_selection
        )
    for panel in panels:
        for command in panel.commands():
            if not command.key:
                name = named_id(panel.kind, command)
                keys = keymap.keys_of(name, ())
                found.setdefault(name, KeyEntry(name, command.name, (panel.kind,), (), keys))
    return list(found.values())


def conflicts(wanted: str, entry: KeyEntry, among: Iterable[KeyEntry]) -> list[KeyEntry]:
    """What else is on a key so that both cannot be.

    A plain key of a panel goes before the desk's there, and both stay; a key of the desk that works
    everywhere leaves none to panels.
    """
    found = []
    for other in among:
        if other.id == entry.id or wanted not in other.keys:
            continue
        if other.with_selection != entry.with_selection and DESK not in (*other.places, *entry.places):
            continue
        same = set(other.places) & set(entry.places)
        across = (DESK in other.places) != (DESK in entry.places) and spelling.is_anywhere(wanted)
        if same or across:
            found.append(other)
    return found


def shadows(wanted: str, entry: KeyEntry, among: Iterable[KeyEntry]) -> list[KeyEntry]:
    """What else is on a plain key in another place: it works there, and this works elsewhere."""
    if spelling.is_anywhere(wanted):
        return []
    return [
        other
        for other in among
        if other.id != entry.id and wanted in other.keys and (DESK in other.places) != (DESK in entry.places)
    ]


def taking(
    wanted: str, entry: KeyEntry, rivals: Iterable[KeyEntry], *, swap: bool
) -> Mapping[str, tuple[str, ...] | None]:
    """The change that puts `entry` on a key alone, as its only one.

    Args:
        rivals: what is on it now; it is taken from them.
        swap: the first of them gets the key that `entry` was on.
    """
    given = [key for key in entry.keys if key != wanted] if swap else []
    change: dict[str, tuple[str, ...] | None] = {entry.id: (wanted,)}
    for rival in rivals:
        left = tuple(key for key in rival.keys if key != wanted)
        if given:
            left, given = (*left, *given), []
        change[rival.id] = left[:4]
    return change
