"""Judges a checklist: each row from data or from the trader's answer, with all that is kept as evidence."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from workstation.metrics.metric import Reading, ReadingState
from workstation.model.ledger import Evidence
from workstation.model.orders import OrderIntent, Refusal
from workstation.trading.checklist_template import (
    OPERATOR_WORDS,
    AutomaticRow,
    EmotionalRow,
    ManualRow,
    Row,
    SignalsRow,
    Template,
)
from workstation.trading.risk import MarketView

BOOK_LEVELS = 20
"""Of each side of the book, that its hash is made of."""


class RowState(Enum):
    """How a row stands."""

    PASS = "pass"
    WATCH = "watch"
    FAIL = "fail"
    NO_DATA = "no data"

    @property
    def passes(self) -> bool:
        """Whether it lets the order pass."""
        return self in (RowState.PASS, RowState.WATCH)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the trader answered.

    Attributes:
        value: 1 for yes and 0 for no of a question; 1 to 5 of a feeling.
        time_ms: our clock.
        text: written with it.
    """

    value: int
    time_ms: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class MetricText:
    """How a metric's value reads: what the ticket shows and evidence keeps.

    Attributes:
        value: with its unit.
        threshold: the same for what it is held against.
        word: of a metric of words; empty for a number.
    """

    value: str
    threshold: str
    word: str = ""


@dataclass(frozen=True, slots=True)
class JudgedRow:
    """A row as it stands now.

    Attributes:
        row: of the template.
        state: how it stands.
        value, threshold: as text.
        source, time_ms: where the value came from, and when; 0 where it has no time.
        why: a sentence where it does not pass.
    """

    row: Row
    state: RowState
    value: str
    threshold: str
    source: str
    time_ms: int
    why: str = ""

    @property
    def locks(self) -> bool:
        """Whether it keeps the ticket locked."""
        return self.row.required and not self.state.passes


@dataclass(frozen=True, slots=True)
class Verdict:
    """A checklist as it was judged for one intent.

    Attributes:
        template: name and version.
        rows: in the template's order.
        intent_id: what it was judged for.
        book_hash: of the order book at that moment; empty where there was none.
        held: why nothing passes however the rows stand; empty for nothing.
    """

    template: str
    rows: tuple[JudgedRow, ...]
    intent_id: str
    book_hash: str
    held: str = ""

    @property
    def passed(self) -> bool:
        """Whether every row that must pass does."""
        return not self.held and not any(row.locks for row in self.rows)

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """A sentence for each row that locks the ticket."""
        locks = tuple(
            Refusal(f"checklist.{row.row.key}", f"{row.row.title}: {row.why}", may_override=True)
            for row in self.rows
            if row.locks
        )
        return (*locks, Refusal("checklist", self.held, may_override=True)) if self.held else locks

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """Every row, to be written down with the order."""
        return tuple(
            Evidence(
                self.intent_id,
                row.row.key,
                _KINDS[type(row.row)],
                row.state.value,
                row.value,
                row.threshold,
                row.source,
                row.time_ms,
                self.book_hash,
            )
            for row in self.rows
        )

    def count(self, state: RowState) -> int:
        """How many rows stand so."""
        return sum(row.state is state for row in self.rows)


_KINDS: dict[type, str] = {
    AutomaticRow: "automatic",
    ManualRow: "manual",
    EmotionalRow: "emotional",
    SignalsRow: "automatic",
}

Read = Callable[[str], Reading]
"""What a metric is now, by its key."""
Write = Callable[[str, float | None, float | tuple[str, ...]], MetricText]
"""How a metric's value and threshold read, by its key."""


def judge(
    template: Template,
    intent: OrderIntent,
    market: MarketView,
    read: Read,
    write: Write,
    answers: Mapping[str, Answer],
    now_ms: int,
) -> Verdict:
    """Judge every row that is asked of the intent's side.

    Args:
        template: the checklist.
        intent: what is to be sent, as far as it is filled in.
        market: of its symbol, for the hash of the book.
        read, write: the metrics, of the market and of the order.
        answers: of the trader, by row; one that is too old counts as none.
        now_ms: our clock.
    """
    judged: dict[str, JudgedRow] = {}
    rows = template.rows_for(intent.side)
    for row in rows:
        if isinstance(row, AutomaticRow):
            judged[row.key] = _judge_automatic(row, intent.side.sign, read(row.metric), write, now_ms)
        elif not isinstance(row, SignalsRow):
            answer = answers.get(row.key)
            if answer is not None and now_ms - answer.time_ms > 1000 * template.answers_hold_s:
                answer = None
            judged[row.key] = _judge_answer(row, answer)
    for row in rows:
        if isinstance(row, SignalsRow):
            judged[row.key] = _judge_signals(row, judged)
    return Verdict(
        template.title, tuple(judged[row.key] for row in rows), intent.intent_id, book_hash(market)
    )


def book_hash(market: MarketView) -> str:
    """Return the fingerprint of the best levels of a book; "" where there is none."""
    if not market.bids and not market.asks:
        return ""
    text = "|".join(
        f"{side}{price:f}x{size:f}"
        for side, levels in (("b", market.bids), ("a", market.asks))
        for price, size in levels[:BOOK_LEVELS]
    )
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _judge_automatic(row: AutomaticRow, sign: int, reading: Reading, write: Write, now_ms: int) -> JudgedRow:
    value = reading.value
    text = write(row.metric, value, row.threshold)
    threshold = f"{OPERATOR_WORDS[row.operator]} {text.threshold}"
    age_s = (now_ms - reading.time_ms) / 1000

    def standing(state: RowState, why: str = "") -> JudgedRow:
        return JudgedRow(row, state, text.value, threshold, reading.source, reading.time_ms, why)

    if value is None:
        return standing(RowState.NO_DATA, reading.why or "there are no data")
    if reading.state is not ReadingState.OK:
        return standing(RowState.NO_DATA, reading.why or "the data are stale")
    if row.max_age_s is not None and age_s > row.max_age_s:
        return standing(RowState.NO_DATA, f"it is {age_s:.0f} s old; {row.max_age_s:g} s are allowed")
    asked = f"it is {text.value}, asked for is {threshold}"
    state = automatic_state(row, sign, value, text.word)
    return standing(state, "" if state is RowState.PASS else asked)


def automatic_state(row: AutomaticRow, sign: int, value: float, word: str) -> RowState:
    """Return how a row stands to a value that is known and fresh.

    Args:
        sign: +1 for an order that buys.
        word: what the value stands for, of a metric of words.
    """
    if isinstance(row.threshold, tuple):
        holds = (word in row.threshold) == (row.operator == "is")
        return RowState.PASS if holds else RowState.FAIL
    judged = abs(value) if row.size else value * sign if row.by_side else value
    if _holds(judged, row.operator, row.threshold):
        return RowState.PASS
    watched = row.watch is not None and _holds(judged, row.operator, row.watch)
    return RowState.WATCH if watched else RowState.FAIL


def _holds(value: float, operator: str, threshold: float) -> bool:
    if operator == ">=":
        return value >= threshold
    if operator == "<=":
        return value <= threshold
    return value > threshold if operator == ">" else value < threshold


def _judge_answer(row: ManualRow | EmotionalRow, answer: Answer | None) -> JudgedRow:
    asked = "yes" if isinstance(row, ManualRow) else f"≥ {row.least} of 5"

    def standing(state: RowState, value: str, why: str = "") -> JudgedRow:
        time_ms = 0 if answer is None else answer.time_ms
        return JudgedRow(row, state, value, asked, "you", time_ms, why)

    if answer is None:
        return standing(RowState.NO_DATA, "", "not answered yet")
    if isinstance(row, EmotionalRow):
        value = f"{answer.value} of 5" + (f": {answer.text}" if answer.text else "")
        if answer.value >= row.least:
            return standing(RowState.PASS, value)
        if row.watch is not None and answer.value >= row.watch:
            return standing(RowState.WATCH, value, "take care")
        return standing(RowState.FAIL, value, "not now")
    value = answer.text or ("yes" if answer.value else "no")
    if not answer.value:
        return standing(RowState.FAIL, value, "answered no")
    if len(answer.text.strip()) < row.text:
        return standing(RowState.FAIL, value, f"write at least {row.text} letters")
    return standing(RowState.PASS, value)


def _judge_signals(row: SignalsRow, judged: Mapping[str, JudgedRow]) -> JudgedRow:
    # A row that is not asked of this side cannot agree with it.
    agree = [key for key in row.rows if key in judged and judged[key].state is RowState.PASS]
    words = f"{len(agree)} of {len(row.rows)}"
    threshold = f"≥ {row.least}"
    state = RowState.PASS if len(agree) >= row.least else RowState.FAIL
    missing = [judged[key].row.title for key in row.rows if key in judged and key not in agree]
    why = "" if state is RowState.PASS else f"{words} agree; not {', '.join(missing)}"
    return JudgedRow(row, state, words, threshold, "the rows above", 0, why)
