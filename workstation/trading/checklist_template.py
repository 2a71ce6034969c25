"""What a checklist is made of: rows judged from data, asked, or felt, and how its text is read."""

import re
import tomllib
from math import isfinite
from typing import Annotated, Literal

import msgspec

from workstation.errors import BadFigure
from workstation.model.orders import Side

MOST_BYTES = 64 * 1024
MOST_ROWS = 60
_PLACE = re.compile(r" \(at line (\d+), column \d+\)$")
_PATH = re.compile(r"^(?:\.row\[(?P<row>\d+)\])?(?:\.(?P<name>\w+)(?:\[\d+\])?)?$")
_ROW = re.compile(r"\s*\[\[\s*row\s*\]\]")

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


class BadTemplate(BadFigure):
    """A checklist that cannot be used.

    Attributes:
        line: of its file, from 1; 0 where it cannot be told.
    """

    def __init__(self, field: str, words: str, line: int = 0) -> None:
        super().__init__(field, words)
        self.line = line


def read_template(text: str, metrics: frozenset[str]) -> Template:
    """Return the template that a TOML text holds.

    Args:
        text: of the file.
        metrics: keys that an automatic row may name.

    Raises:
        BadTemplate: it is not TOML, has another shape, or names what is not there; says in which line.
    """
    if len(text.encode()) > MOST_BYTES:
        raise BadTemplate("checklist", f"A checklist has {MOST_BYTES // 1024} KiB at most")
    try:
        template = msgspec.convert(tomllib.loads(text), Template)
    except tomllib.TOMLDecodeError as error:
        words, line = _without_place(str(error), text)
        raise BadTemplate("checklist", words, line) from None
    except (ValueError, RecursionError) as error:
        words, _, path = str(error).partition(" - at `$")
        raise BadTemplate("checklist", words, line_of(text, path.rstrip("`"))) from None
    try:
        check(template, metrics)
    except BadFigure as error:
        place = next((place for place, row in enumerate(template.rows) if row.key == error.field), None)
        path = "" if place is None else f".row[{place}]"
        raise BadTemplate(error.field, str(error), line_of(text, path)) from None
    return template


def line_of(text: str, path: str) -> int:
    """Return the line of a TOML text, from 1, where ".row[2].threshold" and the like is; 0 for the whole."""
    found = _PATH.match(path)
    if found is None:
        return 0
    lines, begin = text.splitlines(), 0
    if found["row"] is not None:
        rows = [number for number, line in enumerate(lines) if _ROW.match(line)]
        if int(found["row"]) >= len(rows):
            return 0
        begin = rows[int(found["row"])]
    if found["name"] is None:
        return begin + 1
    of_name = re.compile(rf"\s*[\"']?{re.escape(found['name'])}[\"']?\s*=")
    for number in range(begin + (found["row"] is not None), len(lines)):
        if _ROW.match(lines[number]):
            break
        if of_name.match(lines[number]):
            return number + 1
    return begin + 1


def _without_place(words: str, text: str) -> tuple[str, int]:
    """What is wrong with a TOML text, and in which line."""
    found = _PLACE.search(words)
    if found is not None:
        return words[: found.start()], int(found[1])
    at_end = " (at end of document)"
    return (words.removesuffix(at_end), len(text.splitlines())) if words.endswith(at_end) else (words, 0)


def check(template: Template, metrics: frozenset[str]) -> None:
    """Prove what the shape of a template does not show.

    Raises:
        BadFigure: it is not usable; the field is the key of the row concerned.
    """
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
            figures = (row.watch, None if isinstance(row.threshold, tuple) else row.threshold)
            if not all(isfinite(figure) for figure in figures if figure is not None):
                raise BadFigure(row.key, "A threshold must be a number")
            of_words = row.operator in ("is", "is not")
            if of_words != isinstance(row.threshold, tuple):
                raise BadFigure(row.key, '"is" and "is not" are for words, the others for numbers')
        elif isinstance(row, SignalsRow):
            unknown = [key for key in row.rows if key not in keys or key == row.key]
            if unknown:
                raise BadFigure(row.key, f"It counts a row that is not there: {unknown[0]}")
            if row.least > len(row.rows):
                raise BadFigure(row.key, "It asks for more rows than it counts")
