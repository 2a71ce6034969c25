"""The trader's rituals as nouns: weekly review and commitment, a loss looked back on, the page of a setup."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from workstation.model.journal import Feelings

# Times are milliseconds on our clock, UTC, unless a name says otherwise.

_UNASKED = Feelings()


class RuleShape(StrEnum):
    """What a commitment can rule; each is a rule that the gate can hold an order against."""

    TRADES = "trades a day"
    HOURS = "no entry in hours"
    SETUP = "no entry of a setup"
    SYMBOL = "no entry in a symbol"
    LEVERAGE = "leverage at most"
    RISK = "risk at most"
    PAUSE = "pause after a loss"
    ROW = "checklist row must pass"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of one shape.

    Attributes:
        shape: what it rules.
        figure: entries a day, leverage, share of the equity at risk (a fraction) or minutes of pause.
        from_hour, to_hour: of HOURS, 0 to 24, UTC; the second may lie behind midnight (22 to 6).
        name: key of the setup, symbol, or key of the checklist's row.
        title: the same as it is called on screen.
    """

    shape: RuleShape
    figure: Decimal = Decimal(0)
    from_hour: int = 0
    to_hour: int = 0
    name: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Commitment:
    """What the trader has promised at the end of a weekly review; the gate holds it.

    Attributes:
        commitment_id: the week whose review it ended, "2026-W47".
        rule: what was promised.
        reason: in the trader's words.
        made_ms: when.
        from_ms, until_ms: the span in which it is in force.
        lifted_ms: from when on it was taken back, with its reason and after the wait; 0 while it was not.
        lift_reason: why.
    """

    commitment_id: str
    rule: Rule
    reason: str
    made_ms: int
    from_ms: int
    until_ms: int
    lifted_ms: int = 0
    lift_reason: str = ""


@dataclass(frozen=True, slots=True)
class WeeklyReview:
    """One weekly review as far as it has come; kept at every step.

    Attributes:
        week: "2026-W47".
        step: where it stands.
        feelings: of the week.
        text: what the trader wrote of it, Markdown.
        draft: the commitment as it is being chosen; None before that.
        draft_reason: why, as far as it is typed.
        finished_ms: when it was ended; 0 while it is not.
        edited_ms: of the newest change.
    """

    week: str
    step: int = 0
    feelings: Feelings = _UNASKED
    text: str = ""
    draft: Rule | None = None
    draft_reason: str = ""
    finished_ms: int = 0
    edited_ms: int = 0


@dataclass(frozen=True, slots=True)
class LossReview:
    """What the trader says after a loss.

    Attributes:
        loss_id: "<symbol>|<opened_ms>": what the desk and the journal both know of it.
        happened: what happened.
        followed: whether the process was followed; None is not answered.
        feelings: how it feels.
        next_action: what is done next.
        done_ms: when it was written; 0 while it is a draft.
    """

    loss_id: str
    happened: str = ""
    followed: bool | None = None
    feelings: Feelings = _UNASKED
    next_action: str = ""
    done_ms: int = 0

    @property
    def missing(self) -> str:
        """What is still to be answered, a sentence; empty where nothing is."""
        if not self.happened.strip():
            return "Say in a line what happened"
        if self.followed is None:
            return "Say whether the process was followed"
        return "" if self.next_action.strip() else "Say what you do next"


@dataclass(frozen=True, slots=True)
class PlaybookPage:
    """What the trader says of a setup.

    Attributes:
        setup: its key.
        text: Markdown.
        examples: ids of round trips that show it, the newest chosen last.
        edited_ms: of the newest change.
    """

    setup: str
    text: str = ""
    examples: tuple[str, ...] = ()
    edited_ms: int = 0
