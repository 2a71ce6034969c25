"""What becomes of one order: notes, reports and fills in any order, late or twice, lead to one state."""

from dataclasses import replace
from decimal import Context, Decimal, localcontext

from workstation.model.instrument import ContractKind
from workstation.model.ledger import OrderNote
from workstation.model.orders import Fill, Order, OrderReport, OrderState

# Sums of what was filled are exact: forty digits are more than any venue's prices times any size.
_EXACT = Context(prec=60)


class OrderTracker:
    """Follows one order.

    The state is a function of what has been heard, not of the order in which it was heard:

    * a fill counts once, told from others by its trade id and side, and is the strongest proof there is;
    * a final word of the venue outlives any word that the order works, however late that one comes;
    * a rejection that fills contradict was none;
    * the desk's own notes (sent, unknown, absent) count only as long as the venue has said nothing.
    """

    def __init__(self, order: Order, kind: ContractKind = ContractKind.LINEAR) -> None:
        """Begin with an order as it was approved; the kind decides how its average price is reckoned."""
        self._order = order
        self._kind = kind
        self._fills: set[tuple[int, str]] = set()
        self._weighted = Decimal(0)  # Σ size · price, or Σ size / price if inverse
        self._fees: dict[str, Decimal] = {}
        self._local = order.state
        self._works = False
        self._final: tuple[int, str] | None = None  # (event_ms, state) of the newest final report

    @property
    def order(self) -> Order:
        """The order as it stands."""
        return self._order

    def take_note(self, note: OrderNote) -> bool:
        """Take in what the desk did or found out; return whether the order changed."""
        if note.state is not None:
            self._local = note.state
        asked = self._order.cancel_asked if note.state is not None else note.cancels
        return self._settle(cancel_asked=asked, words=note.words)

    def take_report(self, report: OrderReport) -> bool:
        """Take in what the venue says; return whether the order changed."""
        order = self._order
        if report.state.is_final:
            self._final = max(self._final or (-1, ""), (report.event_ms, report.state.value))
        else:
            self._works = True
        is_newest = report.event_ms >= order.updated_ms
        return self._settle(
            venue_order_id=order.venue_order_id or report.venue_order_id,
            reported_size=max(order.reported_size, report.filled_size),
            updated_ms=max(order.updated_ms, report.event_ms),
            words=report.words if is_newest and report.words else order.words,
        )

    def take_fill(self, fill: Fill) -> bool:
        """Take in a fill; return whether it was a new one."""
        key = (fill.trade_id, fill.side.value)
        if key in self._fills:
            return False
        self._fills.add(key)
        order = self._order
        with localcontext(_EXACT):
            filled = order.filled_size + fill.size
            self._fees[fill.fee_asset] = self._fees.get(fill.fee_asset, Decimal(0)) + fill.fee
            if self._kind is ContractKind.INVERSE:
                self._weighted += fill.size / fill.price
                average = filled / self._weighted
            else:
                self._weighted += fill.size * fill.price
                average = self._weighted / filled
        self._settle(
            filled_size=filled,
            average_price=average,
            fees=tuple(sorted(self._fees.items())),
            venue_order_id=order.venue_order_id or fill.venue_order_id,
            updated_ms=max(order.updated_ms, fill.event_ms),
        )
        return True

    def _settle(self, **changes: object) -> bool:
        before = self._order
        after = replace(before, **changes)  # type: ignore[arg-type]
        self._order = replace(after, state=self._state_of(after))
        return self._order != before

    def _state_of(self, order: Order) -> OrderState:
        filled = max(order.filled_size, order.reported_size)
        final = None if self._final is None else OrderState(self._final[1])
        if final is OrderState.FILLED or filled >= order.intent.size:
            return OrderState.FILLED
        if final is not None and not (final is OrderState.REJECTED and filled):
            return final
        if filled:
            return OrderState.PARTIALLY_FILLED
        return OrderState.OPEN if self._works else self._local
