"""What a checklist is made of: rows judged from data, asked, or felt; shipped files and the trader’s own."""

import json
import os
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from workstation.errors import BadFigure
from workstation.model.orders import Side

FOLDER = "checklists"
"""Of the shipped templates among the resources, and of the trader's own in the data directory."""
MOST_BYTES = 64 * 1024
MOST_ROWS = 60

Key = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Words = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Operator = Literal[">=", "<=", ">", "<", "is", "is not"]

OPERATOR_WORDS: dict[Operator, str] = {
    ">=": "≥",
    "<=": "≤",
    ">": ">",
    "<": "<",
    "is": "is",
    "is not": "is not",
}


class _Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", omit_defaults=True):
    """What every row has.

    Attributes:
        key: unique in its template; evidence and the ledger of rules go by it.
        title: on the ticket.
        required: without it the ticket is locked; else it only tells.
        side: "long" or "short" where the row is asked of that side alone.
    """

    key: Key
    title: Words
    required: bool = True
    side: Literal["both", "long", "short"] = "both"


class AutomaticRow(_Row, frozen=True, kw_only=True, tag="automatic"):
    """A row judged from a metric; it cannot be ticked.

    Attributes:
        metric: key in the registry of metrics, or of what is known of the order itself.
        operator, threshold: the row passes where the value is so; a word is compared with "is" and "is not".
        watch: a milder threshold: between the two the row says "watch", which passes.
        by_side: the value counts with the order's side: positive is in its favour.
        size: the value counts without its sign.
        max_age_s: an older value is no data; None leaves it to the metric.
    """

    metric: Key
    operator: Operator = ">="
    threshold: float | tuple[str, ...]
    watch: float | None = None
    by_side: bool = False
    size: bool = False
    max_age_s: Annotated[float, msgspec.Meta(gt=0)] | None = None


class ManualRow(_Row, frozen=True, kw_only=True, tag="manual"):
    """A question that the trader answers.

    Attributes:
        question: what is asked, in full.
        text: least letters to be written with a yes; 0 for none.
    """

    question: Words
    text: Annotated[int, msgspec.Meta(ge=0, le=500)] = 0


class EmotionalRow(_Row, frozen=True, kw_only=True, tag="emotional"):
    """How the trader feels, from 1 to 5.

    Attributes:
        question: what is asked.
        low, high: what 1 and 5 stand for.
        least: the row passes from here on; one below it says "watch" where `watch` allows that.
        watch: least answer that is not refused; None for `least`.
    """

    question: Words
    low: Words = "not at all"
    high: Words = "fully"
    least: Annotated[int, msgspec.Meta(ge=1, le=5)] = 3
    watch: Annotated[int, msgspec.Meta(ge=1, le=5)] | None = None


class SignalsRow(_Row, frozen=True, kw_only=True, tag="signals"):
    """At least so many of these rows must pass: independent signs that agree."""

    rows: tuple[Key, ...]
    least: Annotated[int, msgspec.Meta(ge=1, le=MOST_ROWS)] = 3


Row = AutomaticRow | ManualRow | EmotionalRow | SignalsRow


class Template(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A setup and what must be so before it is traded.

    Attributes:
        key: stem of its file; setups are named by it in intents and statistics.
        name: on the ticket.
        version: grows with every change, and is written down with every order.
        side: that it is for.
        about: what the setup is, in a sentence or two.
        rows: in the order they are gone through.
        answers_hold_s: answers of the trader count for so long.
    """

    key: Key
    name: Words
    version: Annotated[int, msgspec.Meta(ge=1)]
    rows: tuple[Row, ...] = msgspec.field(name="row")  # "[[row]]" reads well above each of them
    side: Literal["both", "long", "short"] = "both"
    about: Annotated[str, msgspec.Meta(max_length=600)] = ""
    answers_hold_s: Annotated[float, msgspec.Meta(gt=0, le=86_400)] = 900.0

    @property
    def title(self) -> str:
        """Key and version, as orders keep it."""
        return f"{self.key} v{self.version}"

    def rows_for(self, side: Side) -> tuple[Row, ...]:
        """The rows asked of an order on that side."""
        word = "long" if side is Side.BUY else "short"
        return tuple(row for row in self.rows if row.side in ("both", word))


@dataclass(frozen=True, slots=True)
class Templates:
    """The checklists that can be chosen, and what was wrong with files that could not be read.

    Attributes:
        by_key: the trader's own in the place of a shipped one of the same key.
        own: keys of those that are the trader's.
        complaints: a sentence for each file that was passed over.
    """

    by_key: dict[str, Template]
    own: frozenset[str]
    complaints: tuple[str, ...] = ()


def read_template(text: str, metrics: frozenset[str]) -> Template:
    """Return the template that a TOML text holds.

    Args:
        text: of the file.
        metrics: keys that an automatic row may name.

    Raises:
        BadFigure: it is not TOML, has another shape, or names what is not there; says where.
    """
    if len(text.encode()) > MOST_BYTES:
        raise BadFigure("checklist", f"A checklist has {MOST_BYTES // 1024} KiB at most")
    try:
        template = msgspec.convert(tomllib.loads(text), Template)
    except (ValueError, RecursionError) as error:
        raise BadFigure("checklist", str(error)) from None
    _check(template, metrics)
    return template


def _check(template: Template, metrics: frozenset[str]) -> None:
    keys = [row.key for row in template.rows]
    if not keys:
        raise BadFigure("checklist", "A checklist needs a row")
    if len(keys) > MOST_ROWS:
        raise BadFigure("checklist", f"A checklist has {MOST_ROWS} rows at most")
    twice = next((key for key in keys if keys.count(key) > 1), None)
    if twice is not None:
        raise BadFigure(twice, "Two rows have this key")
    for row in template.rows:
        if isinstance(row, AutomaticRow):
            if row.metric not in metrics:
                raise BadFigure(row.key, f"There is no metric {row.metric!r}")
            of_words = row.operator in ("is", "is not")
            if of_words != isinstance(row.threshold, tuple):
                raise BadFigure(row.key, '"is" and "is not" are for words, the others for numbers')
        elif isinstance(row, SignalsRow):
            unknown = [key for key in row.rows if key not in keys or key == row.key]
            if unknown:
                raise BadFigure(row.key, f"It counts a row that is not there: {unknown[0]}")
            if row.least > len(row.rows):
                raise BadFigure(row.key, "It asks for more rows than it counts")


def load_templates(data_dir: Path | None, metrics: frozenset[str]) -> Templates:
    """Return the shipped templates and the trader's own; a file that cannot be read is told, not fatal."""
    found: dict[str, Template] = {}
    for resource in sorted((files("workstation") / "resources" / FOLDER).iterdir(), key=lambda one: one.name):
        if resource.name.endswith(".toml"):
            template = read_template(resource.read_text(encoding="utf-8"), metrics)
            found[template.key] = template
    own, complaints = set(), []
    folder = None if data_dir is None else data_dir / FOLDER
    for path in sorted(folder.glob("*.toml")) if folder is not None and folder.is_dir() else []:
        try:
            template = read_template(path.read_text(encoding="utf-8"), metrics)
            if template.key != path.stem:
                raise BadFigure("key", f"The file of {template.key!r} must be called {template.key}.toml")
        except (OSError, ValueError, BadFigure) as error:
            complaints.append(f"{path} is passed over: {error}")
            continue
        found[template.key] = template
        own.add(template.key)
    return Templates(found, frozenset(own), tuple(complaints))


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
        draft.write_text(text, encoding="utf-8")
        os.replace(draft, path)
    except OSError as error:
        raise BadFigure("checklist", f"{path} cannot be written: {error.strerror}") from None
    return path


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
