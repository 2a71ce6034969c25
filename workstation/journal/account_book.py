"""One account in the journal: what its ledger or its imports hold, folded into round trips as it comes."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from workstation.journal.round_trips import TripFold, without_collecting
from workstation.journal.trip_events import Leg, TripEvent, legs
from workstation.model.journal import ContractTerms, JournalAccount, ReviewedTrip, RoundTrip
from workstation.model.ledger import (
    Approval,
    BlockedIntent,
    Evidence,
    LedgerEntry,
    Override,
    PositionAdopted,
    StopMove,
)
from workstation.model.missed import MissedTrade
from workstation.model.orders import Fill, OrderIntent, OrderKind, OrderReport, OrderState, Purpose, Refusal
from workstation.model.positions import FundingPayment

KINDS: tuple[type, ...] = (
    Approval,
    BlockedIntent,
    Evidence,
    Fill,
    FundingPayment,
    OrderReport,
    Override,
    PositionAdopted,
    StopMove,
)
"""The records of a ledger that the journal reads."""

_QUOTES = ("USDT", "USDC", "FDUSD", "BUSD", "USD", "EUR", "BTC", "ETH")


@dataclass(slots=True)
class _Missed:
    asked_ms: int
    record: BlockedIntent | Approval

    @property
    def intent(self) -> OrderIntent:
        """What was wanted."""
        return self.record.intent if isinstance(self.record, BlockedIntent) else self.record.order


class AccountBook:
    """What is known of one account; entries may come a few at a time."""

    def __init__(self, account: JournalAccount, terms: Mapping[tuple[str, str], ContractTerms]) -> None:
        """Begin with nothing.

        Args:
            account: whose trades they are.
            terms: of symbols, as far as the desk or an import has told them; it may grow.
        """
        self.account = account
        self._terms = terms
        self._begin()

    def _begin(self) -> None:
        self.folds: dict[Leg, TripFold] = {}
        self.reviewed: dict[Leg, list[ReviewedTrip]] = {}
        """By position, in the order they were opened."""
        self._orders: dict[str, OrderIntent] = {}
        self._parents: dict[str, str] = {}  # orders that replaced others, by intent
        self._evidence: dict[str, list[Evidence]] = {}
        self._overrides: dict[str, list[Override]] = {}
        self._stop_moves: dict[str, list[StopMove]] = {}
        self._blocked: list[_Missed] = []
        self._approvals: dict[str, _Missed] = {}
        self._unfilled: dict[str, _Missed] = {}
        self._filled: set[str] = set()
        self._waiting: dict[Leg, list[TripEvent]] = {}  # their terms are not known, nor can be assumed
        self.version = 0
        self.missed_version = 0

    def begin_anew(self) -> None:
        """Forget everything: the ledger is another than before."""
        self._begin()

    def take_entries(self, entries: Iterable[LedgerEntry]) -> dict[Leg, int]:
        """Take in entries of the ledger; return per position its first trip that may be another."""
        events: list[TripEvent] = []
        moved: set[str] = set()
        for entry in entries:
            record = entry.record
            if isinstance(record, Fill):
                self._filled.add(record.client_order_id)
                events.append(record)
            elif isinstance(record, FundingPayment | PositionAdopted):
                events.append(record)
            elif isinstance(record, StopMove):
                self._stop_moves.setdefault(record.intent_id, []).append(record)
                moved.add(record.symbol)
            else:
                self._take_words(entry.time_ms, record)
        changed = self.take_events(events)
        for name, trips in self.reviewed.items():
            if name[1] in moved and trips:
                changed[name] = min(changed.get(name, len(trips)), len(trips) - 1)
        return changed

    def take_events(self, events: Iterable[TripEvent]) -> dict[Leg, int]:
        """Take in what happened; return as `take_entries`."""
        with without_collecting():
            return self._take_legs(legs(events, self.folds))

    def _take_legs(self, events: Mapping[Leg, list[TripEvent]]) -> dict[Leg, int]:
        changed = {}
        for name, those in events.items():
            fold = self.folds.get(name)
            if fold is None:
                those = self._waiting.pop(name, []) + those
                terms = self._terms.get(name[:2]) or assumed_terms(*name[:2], those)
                if terms is None:
                    self._waiting[name] = those
                    continue
                fold = self.folds[name] = TripFold(self.account.key, terms, self._orders)
            changed[name] = fold.take(those)
            self.version += 1
        return changed

    def use_terms(self) -> dict[Leg, int]:
        """Reckon by the terms that are told by now; return as `take_entries`."""
        changed = {}
        for name, fold in self.folds.items():
            terms = self._terms.get(name[:2])
            if terms is not None and terms != fold.terms:
                fold.reckon_anew(terms)
                changed[name] = 0
        known: dict[Leg, list[TripEvent]] = {name: [] for name in self._waiting if name[:2] in self._terms}
        changed.update(self._take_legs(known))
        return changed

    def review(
        self, changed: Mapping[Leg, int], reviewed: Callable[["AccountBook", RoundTrip], ReviewedTrip]
    ) -> None:
        """Put together anew what may be another than before."""
        for name, place in changed.items():
            held = self.reviewed.setdefault(name, [])
            trips = self.folds[name].trips()
            self.reviewed[name] = held[:place] + [reviewed(self, trip) for trip in trips[place:]]

    def replace(self, now: Mapping[str, ReviewedTrip]) -> None:
        """Take trips that were put together anew, by id, in the place of those before."""
        names = {(one.trip.venue, one.trip.symbol) for one in now.values()}
        for leg, held in self.reviewed.items():
            if leg[:2] in names:
                self.reviewed[leg] = [now.get(one.trip.trip_id, one) for one in held]

    @property
    def without_terms(self) -> list[str]:
        """Symbols whose fills cannot be turned into money, because nothing says how."""
        return sorted({symbol for _, symbol, _ in self._waiting})

    def evidence(self, trip: RoundTrip) -> tuple[Evidence, ...]:
        """Rows of the checklists that its orders passed."""
        return tuple(row for one in self._asked(trip) for row in self._evidence.get(one, ()))

    def overrides(self, trip: RoundTrip) -> tuple[Override, ...]:
        """Rules that were overridden for its orders."""
        return tuple(one for intent in self._asked(trip) for one in self._overrides.get(intent, ()))

    def stop_moves(self, trip: RoundTrip) -> tuple[StopMove, ...]:
        """Of the stops of its orders, in the order they were written."""
        return tuple(move for one in trip.intent_ids for move in self._stop_moves.get(one, ()))

    def missed(self) -> list[MissedTrade]:
        """Intents to open that the gate refused, and limit orders that ended without a fill."""
        found = []
        replaced = set(self._parents.values())
        ended = [
            one
            for order, one in self._unfilled.items()
            if order not in self._filled and one.intent.intent_id not in replaced
        ]
        for one in (*self._blocked, *ended):
            intent, record = one.intent, one.record
            rows = tuple(self._evidence.get(intent.intent_id, ()))
            asked_ms = one.asked_ms
            refusals: tuple[Refusal, ...] = ()
            if isinstance(record, BlockedIntent):
                refusals = record.refusals
                # On a recording the market's time is another than ours: it is that of what was judged.
                asked_ms = max((row.value_ms for row in rows), default=0) or asked_ms
            found.append(MissedTrade(self.account.key, asked_ms, intent, refusals, rows))
        return sorted(found, key=lambda trade: trade.asked_ms)

    def _take_words(self, time_ms: int, record: object) -> None:
        if isinstance(record, Approval):
            order = record.order
            self._orders[record.client_order_id] = order
            if order.parent_id and not order.leg:
                self._parents[order.intent_id] = order.parent_id
            if order.purpose is Purpose.OPEN and order.kind is OrderKind.LIMIT:
                self._approvals[record.client_order_id] = _Missed(record.approved_ms, record)
        elif isinstance(record, Evidence):
            self._evidence.setdefault(record.intent_id, []).append(record)
        elif isinstance(record, Override):
            self._overrides.setdefault(record.intent_id, []).append(record)
        elif isinstance(record, BlockedIntent):
            if record.intent.purpose is Purpose.OPEN:
                self._blocked.append(_Missed(time_ms, record))
                self.missed_version += 1
        elif isinstance(record, OrderReport):
            self._end(record)

    def _end(self, report: OrderReport) -> None:
        """Keep a limit order that ended unfilled as missed, unless another took its place."""
        asked = self._approvals.get(report.client_order_id)
        ended = report.state in (OrderState.CANCELLED, OrderState.EXPIRED)
        if asked is None or not ended or report.filled_size:
            return
        self._unfilled[report.client_order_id] = asked
        self.missed_version += 1

    def _asked(self, trip: RoundTrip) -> list[str]:
        """Its intents, each with those that it replaced."""
        found: dict[str, None] = {}
        for intent_id in trip.intent_ids:
            one = intent_id
            while one and one not in found:
                found[one] = None
                one = self._parents.get(one, "")
        return list(found)


def assumed_terms(venue: str, symbol: str, events: Iterable[TripEvent]) -> ContractTerms | None:
    """Return terms where nothing tells them: a linear contract of one coin, if its quote is plain to see.

    None where the symbol does not end with a coin that contracts are quoted in.
    """
    assets = {event.asset for event in events if isinstance(event, FundingPayment)}
    assets |= {event.fee_asset for event in events if isinstance(event, Fill)}
    plain = symbol.upper().replace("-SWAP", "").removesuffix("_PERP").removesuffix("-PERP")
    for quote in _QUOTES:
        if plain.endswith(quote) and plain != quote and quote in assets:
            return ContractTerms(venue, symbol, quote)
    return None
