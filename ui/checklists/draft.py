"""A checklist while it is edited: every field as it was typed, and how it reads as a template."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from math import isfinite
from typing import Any, Literal, cast

import msgspec

from ui import metric_text
from ui.alerting.form_choices import typed_number
from workstation.errors import BadFigure
from workstation.metrics.metric import Metric, Unit
from workstation.trading.checklist_desk import METRIC_KEYS, metric_of
from workstation.trading.checklist_template import (
    MOST_ROWS,
    AutomaticRow,
    EmotionalRow,
    ManualRow,
    Operator,
    Row,
    SignalsRow,
    Template,
    check,
)
from workstation.trading.metric_text import AnyMetric

Kind = Literal["automatic", "manual", "emotional", "signals"]
KIND_WORDS: dict[Kind, str] = {
    "automatic": "From data",
    "manual": "Question",
    "emotional": "Feeling",
    "signals": "Signals that agree",
}
SIDE_WORDS = {"both": "long and short", "long": "long only", "short": "short only"}
MOST_WORDS, MOST_ABOUT = 200, 600
MOST_AGE_S = 86_400.0
_KINDS: dict[type, Kind] = {
    AutomaticRow: "automatic",
    ManualRow: "manual",
    EmotionalRow: "emotional",
    SignalsRow: "signals",
}


@dataclass(frozen=True, slots=True)
class RowDraft:
    """A row. Figures are texts, in the unit shown; a kind uses the fields that it has.

    Attributes:
        kind: what judges it.
        key: by which evidence knows it; kept when the title changes.
        title, required, side: of every row.
        metric, operator, threshold, watch, max_age, by_side, size: of one judged from data.
        question: of one that is asked or felt. text: letters to be written with a yes.
        low, high: what 1 and 5 of a feeling stand for. least, watch: from where on it passes.
        rows: keys that a row of signals counts; `least` of them must pass.
    """

    kind: Kind
    key: str
    title: str = ""
    required: bool = True
    side: str = "both"
    metric: str = ""
    operator: str = ">="
    threshold: str = ""
    watch: str = ""
    max_age: str = ""
    by_side: bool = False
    size: bool = False
    question: str = ""
    text: str = "0"
    low: str = "not at all"
    high: str = "fully"
    least: str = "3"
    rows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TemplateDraft:
    """A checklist as it is being edited.

    Attributes:
        key: of its file. version: that it was made from; 0 for a new one.
        hold: minutes that answers count.
    """

    key: str
    version: int
    name: str
    side: str
    about: str
    hold: str
    rows: tuple[RowDraft, ...]


Faults = dict[tuple[int, str], str]
"""What is wrong, by the place of the row (−1 for the checklist itself) and the field."""


def draft_of(template: Template) -> TemplateDraft:
    """Return a template as it is shown in fields."""
    return TemplateDraft(
        template.key,
        template.version,
        template.name,
        template.side,
        template.about,
        f"{template.answers_hold_s / 60:.10g}",
        tuple(_row_draft(row) for row in template.rows),
    )


def _row_draft(row: Row) -> RowDraft:
    draft = RowDraft(_KINDS[type(row)], row.key, row.title, row.required, row.side)
    if isinstance(row, AutomaticRow):
        metric = metric_of(row.metric)
        of_words = isinstance(row.threshold, tuple)
        return replace(
            draft,
            metric=row.metric,
            operator=row.operator,
            threshold=", ".join(row.threshold)
            if isinstance(row.threshold, tuple)
            else metric_text.typed(metric, row.threshold),
            watch="" if row.watch is None or of_words else metric_text.typed(metric, row.watch),
            max_age="" if row.max_age_s is None else f"{row.max_age_s:.10g}",
            by_side=row.by_side,
            size=row.size,
        )
    if isinstance(row, ManualRow):
        return replace(draft, question=row.question, text=str(row.text))
    if isinstance(row, EmotionalRow):
        watch = "" if row.watch is None else str(row.watch)
        return replace(
            draft, question=row.question, low=row.low, high=row.high, least=str(row.least), watch=watch
        )
    return replace(draft, rows=row.rows, least=str(row.least))


def template_of(
    draft: TemplateDraft, metrics: frozenset[str] = METRIC_KEYS
) -> tuple[Template | None, Faults]:
    """Return the template that a draft makes, None with what is wrong by field."""
    faults: Faults = {}
    name = _words(faults, -1, "name", draft.name, "The checklist needs a name")
    if len(draft.about) > MOST_ABOUT:
        faults[-1, "about"] = f"{MOST_ABOUT} letters at most"
    hold = _figure(faults, -1, "hold", draft.hold, "Minutes", least=0.1, most=1440)
    if not draft.rows:
        faults[-1, "rows"] = "A checklist needs a row: add one below"
    if len(draft.rows) > MOST_ROWS:
        faults[-1, "rows"] = f"A checklist has {MOST_ROWS} rows at most"
    rows = [_row(faults, place, row, draft.rows) for place, row in enumerate(draft.rows)]
    if faults or name is None or hold is None:
        return None, faults
    made = Template(
        draft.key,
        name,
        max(1, draft.version),
        tuple(row for row in rows if row is not None),
        side=cast(Any, draft.side),
        about=draft.about.strip(),
        answers_hold_s=hold * 60,
    )
    try:
        check(made, metrics)
    except BadFigure as error:
        place = next((place for place, row in enumerate(draft.rows) if row.key == error.field), -1)
        return None, {(place, "title" if place >= 0 else "rows"): str(error)}
    return made, {}


def sound_part(draft: TemplateDraft) -> Template | None:
    """Return the rows that can be judged already, however unfinished the others are; None where none can."""
    rows = [row for place, row in enumerate(draft.rows) if _row({}, place, row, draft.rows) is not None]
    keys = {row.key for row in rows}
    rows = [row for row in rows if row.kind != "signals" or set(row.rows) <= keys]
    return template_of(replace(draft, name="shown", about="", hold="15", rows=tuple(rows)))[0]


def new_row(kind: Kind, rows: Collection[RowDraft]) -> RowDraft:
    """Return an empty row of a kind with a key of its own."""
    keys = {row.key for row in rows}
    key = next(key for place in range(1, MOST_ROWS + 2) if (key := f"row_{place}") not in keys)
    return RowDraft(kind, key)


def named(row: RowDraft, rows: Iterable[RowDraft]) -> RowDraft:
    """Return a new row under a key that says what it is, as soon as it has a title."""
    plain = re.sub(r"[^a-z0-9]+", "_", row.title.casefold()).strip("_")[:36].rstrip("_")
    if not row.key.startswith("row_") or not plain[:1].isalpha() or plain.startswith("row_"):
        return row
    taken = {other.key for other in rows} - {row.key}
    numbers = range(2, MOST_ROWS + 3)
    return replace(
        row, key=next(key for key in (plain, *(f"{plain}_{n}" for n in numbers)) if key not in taken)
    )


def words_of(metric: AnyMetric) -> tuple[str, ...]:
    """What a metric of words may say; empty for one of numbers."""
    return metric.words if isinstance(metric, Metric) and metric.unit is Unit.WORD else ()


# Below: one row.


def _row(faults: Faults, place: int, row: RowDraft, rows: Collection[RowDraft]) -> Row | None:
    found: Faults = {}
    title = _words(found, place, "title", row.title, "The row needs a title")
    shared: dict[str, Any] = {"required": row.required, "side": row.side}
    made: Row | None = None
    if row.kind == "automatic":
        fields = _automatic(found, place, row)
        if not found:
            made = AutomaticRow(row.key, str(title), **shared, **fields)
    elif row.kind == "signals":
        keys = tuple(key for key in row.rows if any(key == other.key for other in rows))
        if len(keys) < 2:
            found[place, "rows"] = "Choose at least two rows that count"
        least = _whole(found, place, "least", row.least, "How many must agree", 1, max(1, len(keys)))
        if not found and least is not None:
            made = SignalsRow(row.key, str(title), **shared, rows=keys, least=least)
    else:
        question = _words(found, place, "question", row.question, "What is asked?")
        if row.kind == "manual":
            text = _whole(found, place, "text", row.text or "0", "Letters", 0, 500)
            if not found and text is not None:
                made = ManualRow(row.key, str(title), **shared, question=str(question), text=text)
        else:
            low = _words(found, place, "low", row.low, "What does 1 stand for?")
            high = _words(found, place, "high", row.high, "What does 5 stand for?")
            least = _whole(found, place, "least", row.least, "The least that passes", 1, 5)
            watch = None
            if row.watch.strip():
                watch = _whole(found, place, "watch", row.watch, "The least that is watched", 1, 5)
                if watch is not None and least is not None and watch >= least:
                    found[place, "watch"] = "Below what passes, or empty"
            if not found and least is not None:
                made = EmotionalRow(
                    row.key,
                    str(title),
                    **shared,
                    question=str(question),
                    low=str(low),
                    high=str(high),
                    least=least,
                    watch=watch,
                )
    faults.update(found)
    return made


def _automatic(found: Faults, place: int, row: RowDraft) -> dict[str, Any]:
    fields: dict[str, Any] = {"metric": row.metric, "by_side": row.by_side, "size": row.size}
    if row.max_age.strip():
        fields["max_age_s"] = _figure(
            found, place, "max_age", row.max_age, "Seconds", least=0.1, most=MOST_AGE_S
        )
    if row.metric not in METRIC_KEYS:
        found[place, "metric"] = "Choose what is measured: type a part of its name"
        return fields
    metric = metric_of(row.metric)
    words = words_of(metric)
    fields["operator"] = cast(Operator, row.operator)
    if words:
        chosen = tuple(word.strip() for word in row.threshold.split(",") if word.strip())
        unknown = [word for word in chosen if word not in words]
        if not chosen or unknown:
            said = f"“{unknown[0][:20]}” is none of its words" if unknown else "Which word"
            found[place, "threshold"] = f"{said}: {', '.join(words)}"
        if row.operator not in ("is", "is not"):
            found[place, "operator"] = "A word is compared with “is” and “is not”"
        return fields | {"threshold": chosen}
    if row.operator in ("is", "is not"):
        found[place, "operator"] = "A number is compared with ≥ ≤ > <"
    threshold = _of_metric(found, place, "threshold", row.threshold, metric)
    fields["threshold"] = threshold
    if row.watch.strip():
        watch = fields["watch"] = _of_metric(found, place, "watch", row.watch, metric)
        if watch is not None and threshold is not None:
            rises = row.operator in (">=", ">")
            if watch == threshold or (watch > threshold) == rises:
                way = "below" if rises else "above"
                found[place, "watch"] = f"The milder threshold lies {way} the strict one, or is left empty"
    return fields


def _of_metric(found: Faults, place: int, field: str, text: str, metric: AnyMetric) -> float | None:
    value = _figure(found, place, field, text, "The threshold")
    if value is None or metric.unit is not Unit.RATE:
        return value
    return float(Decimal(repr(value)) / 100)


def _words(faults: Faults, place: int, field: str, text: str, missing: str) -> str | None:
    words = " ".join(text.split())
    if not words:
        faults[place, field] = missing
    elif len(words) > MOST_WORDS:
        faults[place, field] = f"{MOST_WORDS} letters at most"
    else:
        return words
    return None


def _figure(
    faults: Faults,
    place: int,
    field: str,
    text: str,
    title: str,
    *,
    least: float = -1e15,
    most: float = 1e15,
) -> float | None:
    value = typed_number(text)
    if value is None or not isfinite(value):
        said = text.strip()[:20]
        faults[place, field] = f"“{said}” is not a number" if said else f"{title}: a number is missing"
    elif not least <= value <= most:
        faults[place, field] = f"{title}: between {least:g} and {most:g}"
    else:
        return value
    return None


def _whole(
    faults: Faults, place: int, field: str, text: str, title: str, least: int, most: int
) -> int | None:
    value = _figure(faults, place, field, text, title, least=least, most=most)
    if value is not None and value != int(value):
        faults[place, field] = f"{title}: a whole number"
        return None
    return None if value is None else int(value)


def same(draft: TemplateDraft, template: Template) -> bool:
    """Whether a draft says what a template says already."""
    made = template_of(draft)[0]
    return made is not None and made == msgspec.structs.replace(template, version=made.version)
