"""What every figure on screen is: name, unit, formula in words, source, and why it may be unknown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import msgspec

from ui import metric_text
from ui.format import NO_FIGURE, THIN_SPACE
from workstation.analytics.studies import STUDIES
from workstation.analytics.study import Study
from workstation.journal.statistics.definitions import DEFINITIONS
from workstation.metrics.metric import Metric, Unit
from workstation.metrics.registry import METRIC_BY_KEY
from workstation.trading.day_metrics import DAY_METRIC_BY_KEY
from workstation.trading.order_metrics import ORDER_METRIC_BY_KEY

FOLDER = Path(__file__).parents[1] / "resources" / "terms"
EVERY = "every"
"""Name of the terms that hold in all panels."""
_SYMBOL = re.compile(r"\d*[A-Z]{2,}[A-Z0-9]*([-_/][A-Z0-9]+)*")
MOST_LABELS = 4_000
"""Texts of which it is kept what they are called; figures that run would fill any room."""
UNKNOWN = "What it is made of has not come yet, or does not hold now; the panel says so."


class _Entry(msgspec.Struct, forbid_unknown_fields=True):
    """A term as its file has it; see docs of `Term`."""

    name: str = ""
    called: list[str] = []
    shown: list[str] = []
    unit: str = ""
    formula: str = ""
    source: str = ""
    unknown: str = ""
    page: str = ""
    metric: str = ""
    statistic: str = ""
    every_metric: bool = False
    every_statistic: bool = False
    every_study: bool = False


class _Kind(msgspec.Struct, forbid_unknown_fields=True):
    """The terms of one kind of panel, and where its figures come from if a term does not say otherwise.

    `words` are texts with digits that are no figures, `also` kinds whose pictures it shows too.
    """

    source: str
    term: list[_Entry]
    unknown: str = ""
    words: list[str] = []
    also: list[str] = []


@dataclass(frozen=True, slots=True)
class Term:
    """What one figure is.

    Attributes:
        name: for the trader, whole words.
        unit: it counts in; "" where the figure shows its own or has none.
        formula: how it is worked out, in words.
        source: the venue's field, our computation, or the page that derives it.
        unknown: why there may be no value, and what to do.
        page: of help, with its anchor: "help/ladder#what-you-see".
        called: patterns of what stands beside or above it on screen; `@Name` is the class of a widget that
            shows nothing else, `~Name` of one whose figures are this where nothing better is known.
        shown: patterns of the figure's own text, where that says what it is.
        metric: key of the metric that it shows; its reading says when and whether it holds.
    """

    name: str
    unit: str
    formula: str
    source: str
    unknown: str
    page: str
    called: tuple[str, ...]
    shown: tuple[str, ...]
    metric: str = ""


class Terms:
    """The terms of one kind of panel, its own before those of every panel."""

    def __init__(self, found: Iterable[Term] = (), words: Iterable[str] = ()) -> None:
        """Keep terms.

        Args:
            words: patterns of texts with digits that are no figures: names, choices, what a button says.
        """
        self.found, self._words = tuple(found), tuple(words)
        self._exact = {name: term for term in reversed(self.found) for name in term.called}
        self._by_label: dict[str, Term | None] = {}

    def of_text(self, text: str) -> Term | None:
        """The term whose figure looks like this text."""
        return next((term for term in self.found if _matches(text, term.shown)), None)

    def of_label(self, label: str) -> Term | None:
        """The term that is called so beside or above its figure; a whole name goes before a pattern."""
        if label not in self._by_label:
            term = self._exact.get(_spoken(label))
            if term is None:
                term = next((term for term in self.found if _matches(label, term.called)), None)
            if len(self._by_label) > MOST_LABELS:
                self._by_label.clear()
            self._by_label[label] = term
        return self._by_label[label]

    def is_word(self, text: str) -> bool:
        """A text with digits that is no figure."""
        return _matches(text, self._words)


def _spoken(text: str) -> str:
    return text.replace(THIN_SPACE, " ").replace("\xa0", " ").replace("\u2007", " ").strip()


def _matches(text: str, patterns: Iterable[str]) -> bool:
    spoken = _spoken(text)
    return any(fnmatchcase(spoken, pattern) for pattern in patterns)


@cache
def all_terms() -> Mapping[str, Terms]:
    """Every term by kind of panel, "status_bar" and "top_bar" among them.

    Raises:
        msgspec.ValidationError: a file of ours is not what it should be.
    """
    kinds: dict[str, _Kind] = {}
    for path in sorted(FOLDER.glob("*.toml")):
        kinds |= msgspec.toml.decode(path.read_bytes(), type=dict[str, _Kind])
    own = {
        name: [term for entry in kind.term for term in _terms(entry, name, kind)]
        for name, kind in kinds.items()
    }
    return {
        name: Terms(
            (*own[name], *(term for other in kind.also for term in own[other]), *own[EVERY]),
            (*kind.words, *kinds[EVERY].words),
        )
        for name, kind in kinds.items()
        if name != EVERY
    }


def terms_of(kind: str) -> Terms:
    """The terms of a kind of panel; none for one that nobody has described."""
    return all_terms().get(kind, Terms())


def _terms(entry: _Entry, kind: str, around: _Kind) -> list[Term]:
    page = entry.page or ("help/every_panel" if kind == EVERY else f"help/{kind}")
    if entry.every_metric:
        return [_of_metric(metric, page) for metric in METRIC_BY_KEY.values()]
    if entry.every_statistic:
        return [
            Term(
                one.name,
                one.unit.value,
                one.formula + (f"; interval: {one.interval}" if one.interval else ""),
                around.source,
                around.unknown or UNKNOWN,
                page,
                (one.name,),
                (),
            )
            for one in DEFINITIONS.values()
        ]
    if entry.every_study:
        # The longer names first: "VWAP" must not take what is "VWAP from a moment".
        studies = sorted(STUDIES, key=lambda study: -len(study.title))
        return [_of_study(study, entry, around, page) for study in studies]
    term = Term(
        entry.name,
        entry.unit,
        entry.formula,
        entry.source or around.source,
        entry.unknown or around.unknown or UNKNOWN,
        page,
        tuple(entry.called),
        tuple(entry.shown),
        entry.metric,
    )
    if entry.metric:
        of_metric = _metric_term(entry.metric, page)
        term = replace(
            of_metric,
            name=entry.name or of_metric.name,
            called=term.called,
            shown=term.shown,
            unit=entry.unit or of_metric.unit,
        )
    elif entry.statistic:
        one = DEFINITIONS[entry.statistic]
        term = replace(
            term, name=entry.name or one.name, formula=one.formula, unit=entry.unit or one.unit.value
        )
    return [term]


def _of_study(study: Study, entry: _Entry, around: _Kind, page: str) -> Term:
    """A study as its legend calls it, with its figures behind its title."""
    called = (study.title, f"{study.title} *")
    unknown = entry.unknown or around.unknown or UNKNOWN
    formula = study.about.removesuffix(".")
    return Term(study.title, entry.unit, formula, entry.source, unknown, page, called, ())


def _metric_term(key: str, page: str) -> Term:
    metric = METRIC_BY_KEY.get(key)
    if metric is not None:
        return _of_metric(metric, page)
    own = ORDER_METRIC_BY_KEY.get(key) or DAY_METRIC_BY_KEY[key]
    return Term(own.title, own.unit.value, own.formula, own.source, UNKNOWN, page, (), (), key)


def _of_metric(metric: Metric, page: str) -> Term:
    """A metric as a column: called by its title with its unit, or with a coin's name in the unit's place."""
    unit = "" if metric.unit is Unit.WORD else metric_text.unit_words(metric)
    called = [metric_text.title(metric, []), metric.title]
    if metric.unit in (Unit.QUOTE, Unit.SIZE):
        called.append(f"{metric.short} [A-Z]*")
    return Term(
        metric.title, unit, metric.formula, metric.source, UNKNOWN, page, tuple(called), (), metric.key
    )


def is_figure(text: str) -> bool:
    """A text that says how much, or that nothing is known: it has a digit, or is the dash.

    A symbol is none, whatever digits are in its name.
    """
    if _SYMBOL.fullmatch(text):
        return False
    return any(letter.isdigit() for letter in text) or text == NO_FIGURE
