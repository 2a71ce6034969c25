"""What a benchmark found, and how it is written down."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Result:
    """One figure.

    Attributes:
        name: what was measured, in words.
        value: the median over the rounds, in `unit`.
        unit: "events/s", "ms", "×" …
        target: what it should be, as text; empty where there is none.
        met: whether it is; None where there is no target.
        check: what was checked to be right in the same run.
    """

    name: str
    value: float
    unit: str
    target: str = ""
    met: bool | None = None
    check: str = ""
