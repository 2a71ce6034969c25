"""The book of alerts: rules, what is remembered of each, and the history of what was told."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from workstation.alerts.files import AlertFile, load_alerts, save_alerts
from workstation.alerts.rules import AlertCondition, Firing, Latch, Rule

MOST_FIRINGS = 1_000
MOST_RULES = 500


@dataclass(frozen=True, slots=True)
class RemovedRule:
    """A rule that was removed, so that this can be undone.

    Attributes:
        rule: the rule.
        place: where it stood.
        latches: what was remembered of it.
    """

    rule: Rule
    place: int
    latches: tuple[Latch, ...]


class AlertBook:
    """Everything about alerts, of every market, in memory; `save` puts it on disk.

    One thread changes it. A firing and what is remembered with it are one change, so that a file never holds
    the one without the other: whatever moment a kill picks, nothing is told twice.
    """

    def __init__(self, path: Path | None = None, kept: AlertFile | None = None) -> None:
        """Begin with what was kept.

        Args:
            path: of the file; None keeps nothing.
        """
        kept = kept or AlertFile()
        self._path = path
        self._rules = {rule.rule_id: rule for rule in kept.rules}
        self._latches = {(latch.rule_id, latch.symbol): latch for latch in kept.latches}
        self._firings = list(kept.firings)
        self._next_number = kept.next_number
        self.version = 0
        """Grows with every change."""
        self.rules_version = 0
        """Grows with every change of a rule."""
        self.saved_version = 0
        self._writing = threading.Lock()

    @classmethod
    def open(cls, path: Path) -> "tuple[AlertBook, str]":
        """Return the book of a file, and a sentence if that could not be used as it is."""
        kept, complaint = load_alerts(path)
        return cls(path, kept), complaint

    # Rules.

    def rules(self, market: str | None = None) -> tuple[Rule, ...]:
        """The rules of a market, or all, in the order they were made."""
        return tuple(rule for rule in self._rules.values() if market is None or rule.market == market)

    def rule(self, rule_id: str) -> Rule | None:
        """The rule of that id; None if it is gone."""
        return self._rules.get(rule_id)

    def put(self, rule: Rule) -> None:
        """Add a rule, or put it in the place of the one with its id.

        What was remembered stays only where neither the condition nor how often it is told has changed.

        Raises:
            ValueError: there are too many.
        """
        before = self._rules.get(rule.rule_id)
        if before is None and len(self._rules) >= MOST_RULES:
            raise ValueError(f"There are {MOST_RULES} alerts: remove some first")
        if before is not None and (before.condition, before.repeat) != (rule.condition, rule.repeat):
            self._forget(rule.rule_id)
        self._rules[rule.rule_id] = rule
        self._rules_changed()

    def set_paused(self, rule_id: str, paused: bool) -> None:
        """Watch a rule no longer, or again: then as it was new."""
        rule = self._rules.get(rule_id)
        if rule is not None and rule.paused != paused:
            self._rules[rule_id] = msgspec.structs.replace(rule, paused=paused)
            self._forget(rule_id)
            self._rules_changed()

    def rearm(self, rule_id: str) -> None:
        """Watch a rule as if it had never been told."""
        self._forget(rule_id)
        self._rules_changed()

    def remove(self, rule_id: str) -> RemovedRule | None:
        """Remove a rule; return what undoes that, None if it is gone already."""
        if rule_id not in self._rules:
            return None
        place = list(self._rules).index(rule_id)
        removed = RemovedRule(self._rules.pop(rule_id), place, self._forget(rule_id))
        self._rules_changed()
        return removed

    def restore(self, removed: RemovedRule) -> None:
        """Undo a removal."""
        rules = [rule for rule in self._rules.values() if rule.rule_id != removed.rule.rule_id]
        rules.insert(removed.place, removed.rule)
        self._rules = {rule.rule_id: rule for rule in rules}
        for latch in removed.latches:
            self._latches[latch.rule_id, latch.symbol] = latch
        self._rules_changed()

    def _forget(self, rule_id: str) -> tuple[Latch, ...]:
        gone = tuple(latch for latch in self._latches.values() if latch.rule_id == rule_id)
        for latch in gone:
            del self._latches[latch.rule_id, latch.symbol]
        return gone

    def _rules_changed(self) -> None:
        self.rules_version += 1
        self.version += 1

    # What is remembered, and what was told.

    def latch(self, rule_id: str, symbol: str) -> Latch:
        """What is remembered of a rule on a symbol; nothing at first."""
        return self._latches.get((rule_id, symbol)) or Latch(rule_id, symbol)

    def set_latch(self, latch: Latch) -> None:
        """Remember this."""
        if self._latches.get((latch.rule_id, latch.symbol)) != latch:
            self._latches[latch.rule_id, latch.symbol] = latch
            self.version += 1

    def forget_latches(self, rule_ids: Iterable[str]) -> None:
        """Remember nothing of these rules any more, as of levels that are gone."""
        for rule_id in rule_ids:
            if self._forget(rule_id):
                self.version += 1

    def forget_sides(self, rule_id: str, symbol: str | None = None) -> None:
        """What comes is no continuation of what was: forget where a market stood, not what was told."""
        for latch in tuple(self._latches.values()):
            if latch.rule_id == rule_id and symbol in (None, latch.symbol):
                self.set_latch(msgspec.structs.replace(latch, side=0, told=False))

    @property
    def latched(self) -> tuple[tuple[str, str], ...]:
        """(rule id, symbol) of everything of which something is remembered."""
        return tuple(self._latches)

    def fire(
        self,
        rule: Rule,
        latch: Latch,
        *,
        condition: AlertCondition,
        value: float | None,
        now_ms: int,
        market_ms: int,
    ) -> Firing:
        """Note that a rule is told, and remember that with it.

        Args:
            latch: what is remembered from now on, but for the count and the time.
        """
        firing = Firing(
            self._next_number,
            rule.rule_id,
            rule.market,
            latch.symbol,
            condition,
            value,
            now_ms,
            market_ms,
            rule.note,
            rule.sound,
        )
        self._next_number += 1
        self._firings.append(firing)
        del self._firings[:-MOST_FIRINGS]
        self._latches[latch.rule_id, latch.symbol] = msgspec.structs.replace(
            latch, count=latch.count + 1, fired_ms=now_ms
        )
        self.version += 1
        return firing

    @property
    def firings(self) -> tuple[Firing, ...]:
        """What was told, newest first."""
        return tuple(reversed(self._firings))

    @property
    def unseen(self) -> int:
        """How many of them nobody has looked at."""
        return sum(not firing.seen for firing in self._firings)

    def mark_seen(self, numbers: Iterable[int] | None = None) -> None:
        """Somebody has looked at these; None for all."""
        wanted = None if numbers is None else set(numbers)
        for place, firing in enumerate(self._firings):
            if not firing.seen and (wanted is None or firing.number in wanted):
                self._firings[place] = msgspec.structs.replace(firing, seen=True)
                self.version += 1

    def dismiss(self, numbers: Iterable[int] | None = None) -> tuple[Firing, ...]:
        """Take these out of the history, None for all; return them, so that it can be undone."""
        wanted = None if numbers is None else set(numbers)
        gone = tuple(firing for firing in self._firings if wanted is None or firing.number in wanted)
        if gone:
            self._firings = [firing for firing in self._firings if firing not in gone]
            self.version += 1
        return gone

    def bring_back(self, firings: Iterable[Firing]) -> None:
        """Undo that these were dismissed."""
        known = {firing.number: firing for firing in (*self._firings, *firings)}
        self._firings = [known[number] for number in sorted(known)][-MOST_FIRINGS:]
        self.version += 1

    # On disk.

    def kept(self) -> AlertFile:
        """Everything as it is kept."""
        return AlertFile(
            next_number=self._next_number,
            rules=tuple(self._rules.values()),
            latches=tuple(self._latches.values()),
            firings=tuple(self._firings),
        )

    @property
    def is_saved(self) -> bool:
        """The file has everything; so has the book without one."""
        return self._path is None or self.saved_version == self.version

    def save(self) -> None:
        """Put everything on disk now.

        Raises:
            DataDirectoryError: it cannot be written.
        """
        self.write(self.kept(), self.version)

    def write(self, kept: AlertFile, version: int) -> None:
        """Put what `kept` gave at that version on disk; from any thread.

        Raises:
            DataDirectoryError: it cannot be written.
        """
        with self._writing:
            if version < self.saved_version:
                return  # a later one has been written meanwhile
            if self._path is not None:
                save_alerts(self._path, kept)
            self.saved_version = version
