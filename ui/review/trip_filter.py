"""Which round trips the list shows: what was searched, and the chips that are pressed."""

from dataclasses import dataclass, replace
from enum import StrEnum

from workstation.model.journal import AccountKind, Direction, Tag


class Standing(StrEnum):
    """What the trader has said of a round trip so far."""

    ANY = ""
    FOLLOWED = "followed"
    BROKEN = "broken"
    UNREVIEWED = "unreviewed"


@dataclass(frozen=True, slots=True)
class TripFilter:
    """What the list is narrowed down to; choices of one row are any of them, rows are all of them.

    Attributes:
        words: each of them is in the symbol, setup, tags or notes.
        setups, tags, emotions: nothing chosen is all; `tags` are of every group but emotions.
        kind: whose money; kinds are never shown together. None is the first that has any.
        account: one account of that kind; "" is all of it.
        side: long or short; None is both.
        asset: settled in this coin; "" is any.
        standing: what was said of it.
        days: of the newest so many days; 0 is all.
        from_ms, to_ms: opened in this span, UTC; None is open. They go before `days`.
    """

    words: str = ""
    setups: frozenset[str] = frozenset()
    tags: frozenset[Tag] = frozenset()
    emotions: frozenset[Tag] = frozenset()
    kind: AccountKind | None = None
    account: str = ""
    side: Direction | None = None
    asset: str = ""
    standing: Standing = Standing.ANY
    days: int = 0
    from_ms: int | None = None
    to_ms: int | None = None

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the account leaves round trips out."""
        return self != replace(TripFilter(), kind=self.kind, account=self.account)

    def widened(self) -> "TripFilter":
        """The same accounts with nothing left out."""
        return replace(TripFilter(), kind=self.kind, account=self.account)
