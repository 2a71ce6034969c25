"""The language of custom alerts: comparisons of metrics, read by a small parser that can do nothing else."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from operator import eq, ge, gt, le, lt, ne
from typing import Literal

from workstation.errors import PreflightError
from workstation.metrics.metric import Metric, Reading, Unit
from workstation.metrics.registry import METRIC_BY_KEY

MOST_CHARACTERS = 400
MOST_DEPTH = 40

Kind = Literal["number", "truth", "word"]
Value = float | bool | None
"""What a part is worth; None where it cannot be known."""
Read = Callable[[Metric], Reading]
Told = Callable[[Metric], float | None]
"""What a metric is; None where it is not known or is stale."""

_SUFFIXES = {"%": 0.01, "k": 1e3, "M": 1e6, "B": 1e9, "s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0}
_SAME = {"≥": ">=", "≤": "<=", "≠": "!=", "×": "*", "·": "*", "−": "-", "&&": "and", "||": "or"}
_TOKEN = re.compile(
    r"(?P<space>\s+)"
    r"|(?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)(?P<suffix>\s?%|[kMBsmhd](?![A-Za-z_0-9]))?"
    r"|(?P<name>[A-Za-z_][A-Za-z_0-9]*)"
    r"|(?P<quoted>\"[^\"]*\"|'[^']*')"
    r"|(?P<operator><=|>=|==|!=|&&|\|\||[-+*/<>(),≥≤≠×·−])",
    re.ASCII,
)
_COMPARISONS = {"<": lt, "<=": le, ">": gt, ">=": ge, "==": eq, "!=": ne}
_FUNCTIONS = {"abs": (1, 1), "min": (2, 8), "max": (2, 8)}


class ExpressionError(PreflightError, ValueError):
    """An expression that cannot be read; its text says why.

    Attributes:
        start, end: the characters concerned.
    """

    def __init__(self, words: str, start: int, end: int) -> None:
        super().__init__(words)
        self.start = start
        self.end = end


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int
    end: int
    value: float = 0.0


@dataclass(frozen=True, slots=True)
class _Part:
    """A part that has been read: what it is worth, and the characters it stands on."""

    kind: Kind
    start: int
    end: int
    worth: Callable[[Told], Value]
    metric: Metric | None = None
    word: str = ""


@dataclass(frozen=True, slots=True)
class Expression:
    """A condition over metrics.

    Attributes:
        text: as it was typed.
        metrics: those it names, in order, each once.
    """

    text: str
    metrics: tuple[Metric, ...]
    _holds: Callable[[Told], Value]

    def holds(self, read: Read) -> bool | None:
        """Whether it is so; None where a metric that decides it is not known or is stale."""

        def told(metric: Metric) -> float | None:
            reading = read(metric)
            return reading.value if reading.is_ok else None

        return self.holds_with(told)

    def holds_with(self, told: Told) -> bool | None:
        """The same, of figures that are told without where they come from."""
        worth = self._holds(told)
        return None if worth is None else bool(worth)


def parse(text: str) -> Expression:
    """Read a condition: "spread_bps > 20 and funding_8h_rate > 0.05 %".

    Metrics by their keys, numbers (also 5%, 2M, 30m, 4h), + − * /, comparisons, and, or, not, brackets,
    abs, min and max. Words stand in quotes: session == "Asia".

    Raises:
        ExpressionError: it cannot be read, or is no condition.
    """
    if len(text) > MOST_CHARACTERS:
        words = f"An expression has at most {MOST_CHARACTERS} characters"
        raise ExpressionError(words, MOST_CHARACTERS, len(text))
    parser = _Parser(text)
    part = parser.whole()
    if part.kind != "truth":
        words = "This says how much, not whether: compare it with something, as in spread_bps > 20"
        raise ExpressionError(words, part.start, part.end)
    return Expression(text, tuple(parser.metrics), part.worth)


def _tokens(text: str) -> list[_Token]:
    tokens, at = [], 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            hint = "; equal is written ==" if text[at] == "=" else ""
            raise ExpressionError(f"{text[at]!r} means nothing here{hint}", at, at + 1)
        end = match.end()
        if match["number"] is not None:
            value = float(match["number"]) * _SUFFIXES.get((match["suffix"] or "").strip(), 1.0)
            if end < len(text) and (text[end].isalnum() or text[end] in "_."):
                raise ExpressionError("This is neither a number nor a name", at, end + 1)
            if value > 1e300:
                raise ExpressionError("This number is beyond anything that is traded", at, end)
            tokens.append(_Token("number", match[0], at, end, value))
        elif match["space"] is None:
            found = _SAME.get(match[0], match[0])
            kind = match.lastgroup or ""
            if found in ("and", "or", "not"):
                kind = "operator"
            tokens.append(_Token(kind, found, at, end))
        at = end
    tokens.append(_Token("end", "", len(text), len(text)))
    return tokens


class _Parser:
    """Reads by precedence: or, and, not, comparison, sum, product, sign."""

    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._at = 0
        self._depth = 0
        self.metrics: list[Metric] = []

    def whole(self) -> _Part:
        if self._next.kind == "end":
            raise ExpressionError("Nothing is written yet", 0, 0)
        part = self._or()
        token = self._next
        if token.kind != "end":
            words = (
                "This bracket was never opened" if token.text == ")" else "An operator is missing before this"
            )
            raise ExpressionError(words, token.start, token.end)
        return part

    @property
    def _next(self) -> _Token:
        return self._tokens[self._at]

    def _take(self, *texts: str) -> _Token | None:
        token = self._next
        if token.kind == "operator" and token.text in texts:
            self._at += 1
            return token
        return None

    def _or(self) -> _Part:
        self._depth += 1
        if self._depth > MOST_DEPTH:
            raise ExpressionError("The brackets are nested too deeply", self._next.start, self._next.end)
        part = self._and()
        while self._take("or"):
            part = _joined(part, self._and(), decides=True)
        self._depth -= 1
        return part

    def _and(self) -> _Part:
        part = self._not()
        while self._take("and"):
            part = _joined(part, self._not(), decides=False)
        return part

    def _not(self) -> _Part:
        signs = []
        while token := self._take("not"):
            signs.append(token)
        part = self._comparison()
        for token in reversed(signs):
            _need(part, "truth", "“not” needs a comparison after it")
            part = _Part("truth", token.start, part.end, _opposite(part.worth))
        return part

    def _comparison(self) -> _Part:
        left = self._sum()
        token = self._take(*_COMPARISONS)
        if token is None:
            return left
        part = _compared(token, left, self._sum())
        chained = self._next
        if chained.kind == "operator" and chained.text in _COMPARISONS:
            raise ExpressionError("Two comparisons are joined by “and”", chained.start, chained.end)
        return part

    def _sum(self) -> _Part:
        part = self._product()
        while token := self._take("+", "-"):
            part = _reckoned(token, part, self._product())
        return part

    def _product(self) -> _Part:
        part = self._sign()
        while token := self._take("*", "/"):
            part = _reckoned(token, part, self._sign())
        return part

    def _sign(self) -> _Part:
        signs = []
        while token := self._take("-", "+"):
            signs.append(token)
        part = self._atom()
        for token in reversed(signs):
            _need(part, "number", "Only a number has a sign")
            worth = part.worth if token.text == "+" else _negative(part.worth)
            part = _Part("number", token.start, part.end, worth)
        return part

    def _atom(self) -> _Part:
        token = self._next
        self._at += token.kind != "end"
        if token.kind == "number":
            return _Part("number", token.start, token.end, _constant(token.value))
        if token.kind == "quoted":
            return _Part("word", token.start, token.end, _constant(None), word=token.text[1:-1])
        if token.kind == "name":
            return self._call(token) if token.text in _FUNCTIONS else self._metric(token)
        if token.kind == "operator" and token.text == "(":
            part = self._or()
            if not self._take(")"):
                raise ExpressionError("This bracket is never closed", token.start, token.end)
            return part
        words = (
            "Something is missing at the end"
            if token.kind == "end"
            else "A metric or a number is missing here"
        )
        raise ExpressionError(words, token.start, max(token.end, token.start + 1))

    def _metric(self, token: _Token) -> _Part:
        metric = METRIC_BY_KEY.get(token.text)
        if metric is None:
            alike = get_close_matches(token.text, [*METRIC_BY_KEY, *_FUNCTIONS], 1, 0.6)
            hint = f": did you mean {alike[0]}?" if alike else ""
            raise ExpressionError(f"There is no metric {token.text[:40]}{hint}", token.start, token.end)
        if metric not in self.metrics:
            self.metrics.append(metric)
        kind: Kind = "word" if metric.unit is Unit.WORD else "number"
        return _Part(kind, token.start, token.end, _of_metric(metric), metric=metric)

    def _call(self, name: _Token) -> _Part:
        least, most = _FUNCTIONS[name.text]
        if not self._take("("):
            raise ExpressionError(f"{name.text} needs brackets: {name.text}(…)", name.start, name.end)
        parts: list[_Part] = []
        while True:
            part = self._or()
            _need(part, "number", f"{name.text} takes numbers")
            parts.append(part)
            if not self._take(","):
                break
        closing = self._take(")")
        if closing is None:
            raise ExpressionError("This bracket is never closed", name.start, name.end)
        if not least <= len(parts) <= most:
            many = "one number" if most == 1 else f"{least} to {most} numbers"
            raise ExpressionError(f"{name.text} takes {many}, not {len(parts)}", name.start, closing.end)
        return _Part("number", name.start, closing.end, _called(name.text, [part.worth for part in parts]))


def _need(part: _Part, kind: Kind, words: str) -> None:
    if part.kind != kind:
        raise ExpressionError(words, part.start, part.end)


# What parts are worth. A value that is not known makes all unknown that depends on it.


def _constant(value: Value) -> Callable[[Told], Value]:
    return lambda _told: value


def _of_metric(metric: Metric) -> Callable[[Told], Value]:
    return lambda told: told(metric)


def _negative(worth: Callable[[Told], Value]) -> Callable[[Told], Value]:
    def negative(told: Told) -> Value:
        value = worth(told)
        return None if value is None else -value

    return negative


def _opposite(worth: Callable[[Told], Value]) -> Callable[[Told], Value]:
    def opposite(told: Told) -> Value:
        value = worth(told)
        return None if value is None else not value

    return opposite


def _joined(left: _Part, right: _Part, *, decides: bool) -> _Part:
    """`or` (decided by a true side) and `and` (by a false one): the other side need not be known then."""
    for part in (left, right):
        _need(part, "truth", f"“{'or' if decides else 'and'}” joins comparisons")
    first, second = left.worth, right.worth

    def worth(told: Told) -> Value:
        one, other = first(told), second(told)
        if one is not None and bool(one) is decides:
            return decides
        if other is not None and bool(other) is decides:
            return decides
        return None if one is None or other is None else not decides

    return _Part("truth", left.start, right.end, worth)


def _compared(token: _Token, left: _Part, right: _Part) -> _Part:
    if "word" in (left.kind, right.kind):
        left, right = _words_as_places(token, left, right)
    else:
        for part in (left, right):
            _need(part, "number", "A comparison is between numbers")
    first, second, compare = left.worth, right.worth, _COMPARISONS[token.text]

    def worth(told: Told) -> Value:
        a, b = first(told), second(told)
        return None if a is None or b is None else compare(a, b)

    return _Part("truth", left.start, right.end, worth)


def _words_as_places(token: _Token, left: _Part, right: _Part) -> tuple[_Part, _Part]:
    """A metric in words and one of its words, as numbers."""
    metric = left.metric or right.metric
    written = right if left.metric is not None else left
    if metric is None or not metric.words or written.kind != "word" or written.metric is not None:
        at = left if left.kind == "word" else right
        words = (
            f"Words are compared with words: {at.metric.key} == “{at.metric.words[0]}”"
            if at.metric
            else ("This word needs a metric in words beside it, such as session")
        )
        raise ExpressionError(words, at.start, at.end)
    if token.text not in ("==", "!="):
        raise ExpressionError("Words are compared with == or !=", token.start, token.end)
    places = [word.casefold() for word in metric.words]
    if written.word.casefold() not in places:
        words = f"{metric.key} is one of {', '.join(metric.words)}"
        raise ExpressionError(words, written.start, written.end)
    place = _Part(
        "number", written.start, written.end, _constant(float(places.index(written.word.casefold())))
    )
    return (left, place) if left.metric is not None else (place, right)


def _reckoned(token: _Token, left: _Part, right: _Part) -> _Part:
    for part in (left, right):
        _need(part, "number", f"“{token.text}” is between numbers")
    first, second, sign = left.worth, right.worth, token.text

    def worth(told: Told) -> Value:
        a, b = first(told), second(told)
        if a is None or b is None or (sign == "/" and b == 0):
            return None
        value = a + b if sign == "+" else a - b if sign == "-" else a * b if sign == "*" else a / b
        return value if abs(value) < 1e308 else None

    return _Part("number", left.start, right.end, worth)


def _called(name: str, worths: list[Callable[[Told], Value]]) -> Callable[[Told], Value]:
    def worth(told: Told) -> Value:
        values = [value for one in worths if (value := one(told)) is not None]
        if len(values) < len(worths):
            return None
        return abs(values[0]) if name == "abs" else min(values) if name == "min" else max(values)

    return worth
