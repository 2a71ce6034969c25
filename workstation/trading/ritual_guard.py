"""The guardrail of the trader's rituals: commitments, losses to look back on, and the ramp of size."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from workstation.model.ledger import Evidence
from workstation.model.orders import OrderIntent, Refusal
from workstation.model.rituals import Commitment, RuleShape
from workstation.trading.commitments import CommitmentBook, day_words, is_within, promise_words
from workstation.trading.limit_rules import DayRules
from workstation.trading.portfolio import Portfolio
from workstation.trading.position_book import RoundTrip
from workstation.trading.risk import Situation, trade_loss
from workstation.trading.trading_day import DAY_MS, DayFacts

_MINUTE_MS = 60_000
LOOKED_BACK_MS = 7 * DAY_MS
"""Losses that are older are no longer asked for."""
_ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class OwedReview:
    """A loss that is to be looked back on.

    Attributes:
        loss_id: "<symbol>|<opened_ms>".
        symbol, opened_ms, closed_ms: of the round trip.
        net: what it brought, below zero, in the settlement coin.
        units: the same in R of the day; None where the equity is not known.
        in_row: losses one after another up to it, itself among them.
    """

    loss_id: str
    symbol: str
    opened_ms: int
    closed_ms: int
    net: Decimal
    units: Decimal | None
    in_row: int


class RitualGuard:
    """Asked by the gate for what opens; what a commitment forbids no override lifts: it is a promise."""

    def __init__(
        self,
        book: CommitmentBook,
        rules: Callable[[], DayRules],
        day: Callable[[], DayFacts],
        portfolio: Callable[[], Portfolio],
        equity: Callable[[], Decimal],
        evidence: Callable[[OrderIntent], Sequence[Evidence]],
    ) -> None:
        """Guard by these.

        Args:
            book: commitments in force.
            rules: the trader's own limits.
            day: the trader's day so far.
            portfolio: of the account, for its losses; asked late.
            equity: of the account now.
            evidence: the rows of an intent's checklist as they stand.
        """
        self.book = book
        self._rules, self._day, self._portfolio, self._equity = rules, day, portfolio, equity
        self._evidence = evidence
        self._trips: tuple[Portfolio | None, int, list[RoundTrip]] = (None, -1, [])

    def refusals(self, intent: OrderIntent, situation: Situation, now_ms: int) -> Sequence[Refusal]:
        """Return why nothing may be opened now; see `workstation.trading.gate.Guardrail`."""
        found = [
            refusal
            for one in self.book.standing()
            for refusal in self._against(one, intent, situation, now_ms)
        ]
        rules = self._rules()
        if rules.size_share < 1:
            most = rules.size_share * rules.risk_unit_rate
            words = f"The ramp stands at {_percent(rules.size_share)} of the usual size"
            found += self._too_much(
                intent, situation, most, f"{words}: {_percent(most)} of the equity a trade"
            )
        owed = self.owed()
        if len(owed) > rules.unreviewed_losses:
            words = f"The loss in {owed[0].symbol} waits for its review"
            if len(owed) > 1:
                words = f"{len(owed)} losses wait for their review, {rules.unreviewed_losses} may"
            found.append(Refusal("", f"{words}: say “Review a loss” first; exits are free"))
        return found

    def most_risk_rate(self) -> Decimal | None:
        """The most that a trade may risk by ramp and commitments, a share of the equity; None for no cap."""
        rules = self._rules()
        caps = [one.rule.figure for one in self.book.standing() if one.rule.shape is RuleShape.RISK]
        if rules.size_share < 1:
            caps.append(rules.size_share * rules.risk_unit_rate)
        return min(caps, default=None)

    def owed(self) -> tuple[OwedReview, ...]:
        """Return the losses of the last week that are to be looked back on and were not, the newest first."""
        rules, now_ms, found = self._rules(), self._day().now_ms, []
        unit = self._equity() * rules.risk_unit_rate
        in_row = 0
        for trip in self._round_trips():
            in_row = in_row + 1 if trip.net < 0 else 0
            if trip.net >= 0 or not -_MINUTE_MS <= now_ms - trip.closed_ms < LOOKED_BACK_MS:
                continue
            units = trip.net / unit if unit > 0 else None
            is_large = units is None or -units >= rules.review_loss_units
            loss_id = f"{trip.symbol}|{trip.opened_ms}"
            if (is_large or in_row >= rules.losses_in_row) and not self.book.is_reviewed(loss_id):
                found.append(
                    OwedReview(loss_id, trip.symbol, trip.opened_ms, trip.closed_ms, trip.net, units, in_row)
                )
        return tuple(reversed(found))

    def _round_trips(self) -> list[RoundTrip]:
        portfolio = self._portfolio()
        if self._trips[0] is not portfolio or self._trips[1] != portfolio.version:
            self._trips = (portfolio, portfolio.version, portfolio.round_trips())
        return self._trips[2]

    def _against(
        self, one: Commitment, intent: OrderIntent, situation: Situation, now_ms: int
    ) -> Sequence[Refusal]:
        rule, day = one.rule, self._day()
        told, until = promise_words(one), f"until {day_words(one.until_ms - 1)}; exits are free"
        leverage = intent.leverage
        if leverage is None:
            held = situation.account.positions.get(intent.symbol)
            leverage = _ONE if held is None else held.leverage
        ended_ms = day.last_loss_ms + int(rule.figure * _MINUTE_MS)
        broken: Mapping[RuleShape, tuple[str, bool]] = {
            RuleShape.TRADES: ("", day.entries >= rule.figure),
            RuleShape.HOURS: ("", is_within(rule, now_ms)),
            RuleShape.SETUP: ("setup", intent.setup == rule.name),
            RuleShape.SYMBOL: ("symbol", intent.symbol == rule.name),
            RuleShape.LEVERAGE: ("leverage", leverage > rule.figure),
            RuleShape.PAUSE: (
                "",
                bool(day.losses_in_row) and day.last_loss_ms - _MINUTE_MS <= day.now_ms < ended_ms,
            ),
        }
        if rule.shape is RuleShape.RISK:
            return self._too_much(intent, situation, rule.figure, f"{told}, {until}")
        if rule.shape is RuleShape.ROW:
            rows = [row for row in self._evidence(intent) if row.row == rule.name]
            if all(row.state == "pass" for row in rows):
                return ()  # a checklist without the row is not meant
            return (Refusal(f"checklist.{rule.name}", f"{told}, {until}"),)
        field, is_broken = broken[rule.shape]
        return (Refusal(field, f"{told}, {until}"),) if is_broken else ()

    def _too_much(
        self, intent: OrderIntent, situation: Situation, most: Decimal, told: str
    ) -> Sequence[Refusal]:
        account = situation.account
        contract = account.contracts.get(intent.symbol)
        price = intent.price or intent.trigger_price or account.marks.get(intent.symbol)
        if contract is None or price is None or intent.bracket is None or intent.size <= 0:
            return ()  # refused for that by the hard limits
        lost = trade_loss(intent, situation, contract, price, intent.bracket.stop_price)
        equity = account.figures().equity
        if equity > 0 and lost > equity * most:
            return (Refusal("size", f"{told}; this one risks {_percent(lost / equity)}"),)
        return ()


def _percent(share: Decimal) -> str:
    return f"{float(share) * 100:.3g} %"
