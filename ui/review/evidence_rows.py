"""The rows of a checklist as they stood when the order was sent, and what was overridden."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ui import format
from workstation.model.journal import ReviewedTrip
from workstation.model.ledger import Override

STATE_TOKENS = {"pass": "up", "watch": "warn", "fail": "danger", "no data": "muted"}


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One row as it was.

    Attributes:
        title: of the row.
        state: "pass", "watch", "fail", "no data"; "overridden" where the trader went against it.
        value, threshold, age: texts.
        words: of the override, or empty.
        tip: where the value came from.
    """

    title: str
    state: str
    value: str
    threshold: str
    age: str
    words: str = ""
    tip: str = ""

    @property
    def token(self) -> str:
        """Theme's token of its state."""
        return "warn" if self.state == "overridden" else STATE_TOKENS.get(self.state, "muted")


def evidence_rows(one: ReviewedTrip, titles: Mapping[str, str]) -> list[EvidenceRow]:
    """Every row; overrides of rules that are no row come last.

    Args:
        one: the round trip.
        titles: of rows by key, as far as their checklists are still there.
    """
    judged_ms = judged_at_ms(one)
    of_rule: dict[str, Override] = {}
    for given in one.overrides:
        for rule in given.rule.split(","):
            of_rule[rule.strip().removeprefix("checklist.")] = given
    rows = []
    for row in one.evidence:
        override = of_rule.get(row.row)
        age = format.age((judged_ms - row.value_ms) / 1000) if row.value_ms and judged_ms else ""
        if row.kind != "automatic":
            age = "by me"
        rows.append(
            EvidenceRow(
                titles.get(row.row) or plain_title(row.row),
                row.state if override is None else "overridden",
                row.value or format.NO_FIGURE,
                row.threshold,
                age,
                "" if override is None else override_words(override),
                row.source,
            )
        )
    judged = {row.row for row in one.evidence}
    rows += [
        EvidenceRow(plain_title(rule), "overridden", "", "", "", override_words(given))
        for rule, given in of_rule.items()
        if rule not in judged
    ]
    return rows


def judged_at_ms(one: ReviewedTrip) -> int:
    """When the checklist was judged, as its newest value tells; 0 without any."""
    return max((row.value_ms for row in one.evidence), default=0)


def counts(rows: list[EvidenceRow]) -> list[tuple[str, str]]:
    """(words, token) of how many rows stood how."""
    found = []
    for state, words in (
        ("pass", "pass"),
        ("watch", "watch"),
        ("fail", "failed"),
        ("no data", "no data"),
        ("overridden", "overridden"),
    ):
        number = sum(row.state == state for row in rows)
        if number:
            found.append((f"{number} {words}", "warn" if state == "overridden" else STATE_TOKENS[state]))
    return found


def override_words(override: Override) -> str:
    """What was said to override a rule, and after which wait."""
    waited = max(0, override.given_ms - override.asked_ms) // 1000
    after = f"after {format.duration(waited)}" if waited else "at once"
    return f"overridden {after}: “{override.reason.strip()}”"


def plain_title(key: str) -> str:
    """A row's key as words, for one whose checklist is gone."""
    words = re.sub(r"[_.\-]+", " ", key).strip()
    return words[:1].upper() + words[1:]
