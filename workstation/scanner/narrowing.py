"""What narrows the scanner down: a word of the symbol or its sector, or an expression over metrics."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from workstation.alerts.expression import Expression, Told, parse

_WORD = re.compile(r"[A-Za-z0-9 -]+")
_OF_EXPRESSIONS = re.compile(r"_|\b(?:and|or|not|abs|min|max)\b|^\s*[\d.]+\s*$")


@dataclass(frozen=True, slots=True)
class Narrowing:
    """One filter, read.

    Attributes:
        text: as it was typed, without spaces around it.
        expression: what must hold; None where symbol or sector has to contain the text.
    """

    text: str = ""
    expression: Expression | None = None

    def fits(self, symbol: str, sector_of: Callable[[str], str], told: Told) -> bool | None:
        """Whether a symbol is shown; None where that cannot be said: a metric is not known or is stale."""
        if self.expression is not None:
            return self.expression.holds_with(told)
        word = self.text.casefold()
        return not word or word in symbol.casefold() or word in sector_of(symbol).casefold()


def read_narrowing(text: str) -> Narrowing:
    """Read what was typed: "meme", "BTC", or a condition as alerts have it.

    Raises:
        ExpressionError: it is no word and cannot be read as a condition.
    """
    text = text.strip()
    if not text or (_WORD.fullmatch(text) and not _OF_EXPRESSIONS.search(text)):
        return Narrowing(text)
    return Narrowing(text, parse(text))
