"""Every key of the program as rows: of the desk, of each kind of panel, and of windows beside it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ui.commands import NEVER_WITHOUT_KEY, CommandSet
from ui.keys import spelling
from ui.keys.dialog_keys import DIALOG_KEYS
from ui.keys.entries import DESK
from ui.keys.hand import named_id
from ui.keys.keymap import Keymap
from ui.keys.panel_actions import actions_of
from ui.panel import Panel

EVERYWHERE = "Everywhere"
_BETWEEN = re.compile(r", | {2,}")
_WRITTEN_SO = {"Enter": "Return", "PgDn": "PgDown"}


@dataclass(frozen=True, slots=True)
class KeyRow:
    """What one key, or several that do the same, do in one place.

    Attributes:
        place: "desk", the kind of a panel, or "window" for one beside the desk.
        title: of the place on screen: "Everywhere", "Ladder", "Settings".
        keys: those in force, as `ui.keys.spelling` spells them; what is told with the mouse in words as they
            are: "Ctrl+wheel".
        default: those it is on if the trader has not chosen others.
        words: what they do.
        id: in the keymap; "" for what cannot be put on another key.
    """

    place: str
    title: str
    keys: tuple[str, ...]
    default: tuple[str, ...]
    words: str
    id: str = ""

    @property
    def is_moved(self) -> bool:
        """The trader has put it on other keys."""
        return self.keys != self.default

    @property
    def shown(self) -> str:
        """The keys as printed on this system's keyboards; the two keys named Enter are one."""
        names = (spelling.shown(key) if spelling.normal(key) else key for key in self.keys)
        return "  ".join(dict.fromkeys(name.replace("Return", "Enter") for name in names))


@dataclass(frozen=True, slots=True)
class ToldKeys:
    """What a panel tells of itself beyond its declared actions.

    Attributes:
        keys: (keys or what is done with the mouse, what it does).
        commands: (id in the keymap, name) of those that have no key of their own.
    """

    keys: tuple[tuple[str, str], ...]
    commands: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, panel: Panel) -> ToldKeys:
        """What a panel tells now."""
        names = ((named_id(panel.kind, one), one.name) for one in panel.commands() if not one.key)
        return cls(tuple(panel.keys()), tuple(names))


def key_rows(
    commands: CommandSet,
    kinds: Sequence[type[Panel]],
    told: Mapping[str, ToldKeys],
    keymap: Keymap,
    *,
    with_unassigned: bool = False,
) -> tuple[KeyRow, ...]:
    """Return every key, the desk's first, then panel by panel, then those of windows.

    Args:
        commands: the desk's.
        kinds: of panels that there are.
        told: by kind, what a panel of it tells of the mouse and of keys that cannot be moved.
        keymap: the trader's choice.
        with_unassigned: also what is on no key now and may be put on one.
    """
    rows = [*_of_desk(commands, keymap)]
    for kind in kinds:
        rows += _of_kind(kind, told.get(kind.kind), keymap)
    for title, entries in DIALOG_KEYS:
        rows += [_fixed("window", title, keys, words) for keys, words in entries]
    return tuple(row for row in rows if row.keys or with_unassigned)


def _of_desk(commands: CommandSet, keymap: Keymap) -> Iterable[KeyRow]:
    for command in commands.defaults:
        default = (spelling.normal(command.key),) if command.key else ()
        keys = keymap.keys_of(command.id, default)
        if command.id == NEVER_WITHOUT_KEY:
            keys = keys or default
        yield KeyRow(DESK, EVERYWHERE, keys, default, command.name, command.id)


def _of_kind(kind: type[Panel], told: ToldKeys | None, keymap: Keymap) -> Iterable[KeyRow]:
    known: set[str] = set()
    for action in actions_of(kind.kind):
        known.update(action.keys)
        words = f"{action.words} (while it is selected)" if action.with_selection else action.words
        keys = keymap.keys_of(action.id, action.keys)
        yield KeyRow(kind.kind, kind.title, keys, action.keys, words, action.id)
    if told is None:
        return
    for text, words in told.keys:
        left = tuple(part for part in _BETWEEN.split(text) if part and not _is_told(part, known))
        if left:
            yield KeyRow(kind.kind, kind.title, left, left, words)
    for name, words in told.commands:
        yield KeyRow(kind.kind, kind.title, keymap.keys_of(name, ()), (), words, name)


def _is_told(part: str, known: set[str]) -> bool:
    """Every word of it is a key that an action of the panel has told of already: "↑ ↓", "1 … 9"."""
    words = [word for word in part.split() if word not in ("…", "/")]
    return all(_normal(word) in known for word in words)


def _normal(word: str) -> str:
    return spelling.normal(_WRITTEN_SO.get(word, word))


def _fixed(place: str, title: str, keys: str, words: str) -> KeyRow:
    found = tuple(_normal(key) or key for key in keys.split("  "))
    return KeyRow(place, title, found, found, words)


def as_text(rows: Iterable[KeyRow]) -> str:
    """The rows as text for the clipboard or a printer: a heading for each place, then key and words."""
    rows = tuple(rows)
    wide = max((len(row.shown) for row in rows), default=0)
    lines: list[str] = []
    title = ""
    for row in rows:
        if row.title != title:
            title = row.title
            lines += ["", title, "-" * len(title)] if lines else [title, "-" * len(title)]
        lines.append(f"{row.shown:<{wide}}  {row.words}")
    return "\n".join(lines) + "\n"
