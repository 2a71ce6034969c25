"""The file of the trader's own keys: checked against its schema, written whole, a last good copy kept."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from ui.keys.spelling import normal
from workstation.errors import DataDirectoryError

Changes = Mapping[str, tuple[str, ...]]
"""Keys by the id of what they do; none at all for what the trader wants on no key."""

MOST_BYTES = 1_000_000
GOOD_SUFFIX = ".last-good.json"

_Id = Annotated[str, msgspec.Meta(min_length=1, max_length=160)]
_Key = Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
_Keys = Annotated[tuple[_Key, ...], msgspec.Meta(max_length=4)]


class _Schema(msgspec.Struct, forbid_unknown_fields=True):
    version: Literal[1]
    keys: Annotated[dict[_Id, _Keys], msgspec.Meta(max_length=4_000)]


def decode(raw: bytes) -> dict[str, tuple[str, ...]]:
    """The changes in a keymap file.

    Raises:
        ValueError: it is no such file; the message is a sentence for the trader.
    """
    try:
        found = msgspec.json.decode(raw, type=_Schema)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise ValueError(str(error) or "it is nested too deeply") from None
    changes = {}
    for name, keys in found.keys.items():
        spelled = tuple(dict.fromkeys(normal(key) for key in keys))
        if "" in spelled:
            wrong = next(key for key in keys if not normal(key))
            raise ValueError(f"{wrong!r} of {name!r} is no key")
        changes[name] = spelled
    return changes


def encode(changes: Changes) -> bytes:
    """A keymap file of these changes."""
    ordered = {name: changes[name] for name in sorted(changes)}
    return msgspec.json.format(msgspec.json.encode(_Schema(1, ordered)), indent=2) + b"\n"


def read_file(path: Path) -> dict[str, tuple[str, ...]]:
    """The changes in the file at `path`.

    Raises:
        FileNotFoundError: there is none.
        ValueError: it cannot be read or is no keymap; the message says why.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise ValueError(error.strerror or str(error)) from None
    if len(raw) > MOST_BYTES:
        raise ValueError("it is far too large")
    return decode(raw)


def load(path: Path) -> tuple[dict[str, tuple[str, ...]], str]:
    """The trader's keys, and a sentence if they could not be read: then the last good ones, else none."""
    try:
        return read_file(path), ""
    except FileNotFoundError:
        return {}, ""
    except ValueError as error:
        why = f"{path} cannot be read ({error})"
    try:
        return read_file(good_copy(path)), f"{why}: the keys of the last good copy are used"
    except (FileNotFoundError, ValueError):
        return {}, f"{why}: the default keys are used"


def save(path: Path, changes: Changes) -> None:
    """Write the file and its last good copy; either the old or the new one is there, never half of one.

    Raises:
        DataDirectoryError: it cannot be written.
    """
    raw = encode(changes)
    try:
        for place in (path, good_copy(path)):
            draft = place.with_suffix(".tmp")
            draft.write_bytes(raw)
            os.replace(draft, place)
    except OSError as error:
        raise DataDirectoryError(f"{path} cannot be written: {error.strerror}") from None


def good_copy(path: Path) -> Path:
    """Where the last good copy of a keymap file is."""
    return path.with_name(path.stem + GOOD_SUFFIX)
