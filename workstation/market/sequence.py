"""The venue's rules for chaining depth updates: which to drop, which to apply, which reveal a gap."""

from enum import Enum

from workstation.model.instrument import SequenceRule


class Verdict(Enum):
    """What to do with a depth update."""

    APPLY = "apply"
    DROP = "drop"  # older than the snapshot: already in it
    GAP = "gap"  # something between it and what we have is missing


def waits_for_snapshots(rule: SequenceRule) -> bool:
    """A snapshot is asked for apart and may lie behind updates; elsewhere it comes in order with them."""
    return rule in (SequenceRule.BINANCE_FUTURES, SequenceRule.BINANCE_SPOT)


class SequenceCheck:
    """Follows the update ids of one book from a snapshot on.

    Rules: Binance, "How to manage a local order book correctly", for USDⓈ-M and COIN-M futures (updates chain
    by `pu`; the first one applied spans the snapshot's id) and for spot (ids are contiguous; an update that
    ends at or before the snapshot's id is dropped). OKX, "Order book channel": every update names the id of
    the one before it; Bybit's ids grow by one, which is the same.
    """

    def __init__(self, rule: SequenceRule) -> None:
        self._rule = rule
        self._last_id = -1
        self._first_after_snapshot = False

    @property
    def last_id(self) -> int:
        """Id of the newest update or snapshot taken in; -1 before the first."""
        return self._last_id

    @property
    def snapshots_come_late(self) -> bool:
        """See `waits_for_snapshots`."""
        return waits_for_snapshots(self._rule)

    def start(self, snapshot_id: int) -> None:
        """Begin a chain at a snapshot."""
        self._last_id = snapshot_id
        self._first_after_snapshot = True

    def check(self, first_id: int, last_id: int, prev_id: int) -> Verdict:
        """Judge the next update and, if it is to be applied, move on to it."""
        if self._rule is SequenceRule.BINANCE_FUTURES:
            verdict = self._check_futures(first_id, last_id, prev_id)
        elif self._rule is SequenceRule.BINANCE_SPOT:
            verdict = self._check_spot(first_id, last_id)
        elif self._rule is SequenceRule.PREVIOUS_ID:
            verdict = self._check_previous(last_id, prev_id)
        else:
            verdict = Verdict.APPLY
        if verdict is Verdict.APPLY:
            self._last_id = last_id
            self._first_after_snapshot = False
        return verdict

    def _check_futures(self, first_id: int, last_id: int, prev_id: int) -> Verdict:
        if self._first_after_snapshot:
            if last_id < self._last_id:
                return Verdict.DROP
            # `pu == lastUpdateId` also continues the snapshot without a hole: nothing lies between them.
            spans = first_id <= self._last_id <= last_id or prev_id == self._last_id
            return Verdict.APPLY if spans else Verdict.GAP
        return Verdict.APPLY if prev_id == self._last_id else Verdict.GAP

    def _check_previous(self, last_id: int, prev_id: int) -> Verdict:
        if self._first_after_snapshot and prev_id < last_id <= self._last_id:
            return Verdict.DROP
        return Verdict.APPLY if prev_id == self._last_id else Verdict.GAP

    def _check_spot(self, first_id: int, last_id: int) -> Verdict:
        if last_id <= self._last_id:
            return Verdict.DROP
        if self._first_after_snapshot:
            return Verdict.APPLY if first_id <= self._last_id + 1 else Verdict.GAP
        return Verdict.APPLY if first_id == self._last_id + 1 else Verdict.GAP
