"""The files of checklists: those shipped, the trader's own, and what is wrong with a file."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import msgspec

from workstation.errors import BadFigure
from workstation.trading.checklist_template import BadTemplate, Template, read_template

FOLDER = "checklists"
"""Of the shipped templates among the resources, and of the trader's own in the data directory."""

Stamp = tuple[tuple[str, int, int], ...]
"""Name, time of change and size of each file of the trader's own."""


@dataclass(frozen=True, slots=True)
class BrokenFile:
    """A file of the trader's own that is passed over.

    Attributes:
        path: of it.
        line: where it goes wrong, from 1; 0 where that cannot be told.
        words: what is wrong.
    """

    path: Path
    line: int
    words: str

    def __str__(self) -> str:
        where = f", line {self.line}" if self.line else ""
        return f"{self.path}{where}: {self.words}. The file is passed over until it is mended"


@dataclass(frozen=True, slots=True)
class Templates:
    """The checklists that can be chosen, and what was wrong with files that could not be read.

    Attributes:
        by_key: the trader's own in the place of a shipped one of the same key.
        shipped: those that came with the program, by key.
        own: keys of those that are the trader's.
        broken: files that were passed over.
    """

    by_key: dict[str, Template]
    shipped: dict[str, Template]
    own: frozenset[str]
    broken: tuple[BrokenFile, ...] = ()


def load_templates(data_dir: Path | None, metrics: frozenset[str]) -> Templates:
    """Return the shipped templates and the trader's own; a file that cannot be read is told, not fatal."""
    shipped: dict[str, Template] = {}
    for resource in sorted((files("workstation") / "resources" / FOLDER).iterdir(), key=lambda one: one.name):
        if resource.name.endswith(".toml"):
            template = read_template(resource.read_text(encoding="utf-8"), metrics)
            shipped[template.key] = template
    found, own, broken = dict(shipped), set(), []
    for path in _own_files(data_dir):
        try:
            template = read_template(path.read_text(encoding="utf-8"), metrics)
            if template.key != path.stem:
                words = f"The file of {template.key!r} must be called {template.key}.toml"
                raise BadTemplate("key", words, 1)
        except UnicodeDecodeError:
            broken.append(BrokenFile(path, 0, "It is not text in UTF-8"))
        except OSError as error:
            broken.append(BrokenFile(path, 0, f"It cannot be read: {error.strerror}"))
        except BadTemplate as error:
            broken.append(BrokenFile(path, error.line, str(error)))
        else:
            found[template.key] = template
            own.add(template.key)
    return Templates(found, shipped, frozenset(own), tuple(broken))


def stamp(data_dir: Path | None) -> Stamp:
    """Return what changes when one of the trader's files does."""
    found = []
    for path in _own_files(data_dir):
        try:
            seen = path.stat()
        except OSError:
            continue  # it has just gone
        found.append((path.name, seen.st_mtime_ns, seen.st_size))
    return tuple(found)


def _own_files(data_dir: Path | None) -> list[Path]:
    return [] if data_dir is None else sorted((data_dir / FOLDER).glob("*.toml"))


def save_template(data_dir: Path, template: Template, metrics: frozenset[str]) -> Path:
    """Keep one of the trader's own; either the old or the new file is there afterwards.

    Raises:
        BadFigure: it is not a usable template, or the file cannot be written.
    """
    text = toml_text(template)
    read_template(text, metrics)
    path = data_dir / FOLDER / f"{template.key}.toml"
    draft = path.with_suffix(".tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with draft.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    except OSError as error:
        raise BadFigure("checklist", f"{path} cannot be written: {error.strerror}") from None
    return path


def remove_template(data_dir: Path, key: str) -> None:
    """Take one of the trader's own away; nothing happens where it is gone already.

    Raises:
        BadFigure: the file cannot be removed.
    """
    path = data_dir / FOLDER / f"{key}.toml"
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise BadFigure("checklist", f"{path} cannot be removed: {error.strerror}") from None


def toml_text(template: Template) -> str:
    """Return the file of a template."""
    fields = msgspec.to_builtins(template)
    rows = fields.pop("row")
    lines = [f"{name} = {_toml(value)}" for name, value in fields.items()]
    for row in rows:
        lines += ["", "[[row]]", *(f"{name} = {_toml(value)}" for name, value in row.items())]
    return "\n".join(lines) + "\n"


def _toml(value: object) -> str:
    """A value as TOML writes it: its strings, numbers and lists are those of JSON, but for one character."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(_toml(one) for one in value) + "]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
