"""The guardrail of the calendar: nothing is opened in a window that forbids it, less in one that cuts."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from workstation.events.calendar import Calendar
from workstation.events.event import Occurrence
from workstation.events.words import clock_words, rule_words, when_words
from workstation.model.orders import OrderIntent, Refusal
from workstation.trading.risk import Situation, trade_loss

_ONE = Decimal(1)


class EventGuard:
    """Asked by the gate for what opens, and by the ticket for the size that a window leaves."""

    def __init__(
        self, calendar: Callable[[], Calendar | None], risk_unit_rate: Callable[[], Decimal]
    ) -> None:
        """Guard by a calendar.

        Args:
            calendar: asked late; None where nobody keeps one, and nothing is guarded.
            risk_unit_rate: what one trade usually risks, a fraction of the equity: what is cut.
        """
        self._calendar = calendar
        self._risk_unit_rate = risk_unit_rate

    def windows(self, symbol: str, base: str, now_ms: int) -> tuple[Occurrence, ...]:
        """The windows in force that forbid or cut, the strictest first."""
        calendar = self._calendar()
        if calendar is None:
            return ()
        held = calendar.standing(symbol, base, now_ms).held
        return tuple(one for one in held if one.effect != "note")

    def risk_share(self, symbol: str, base: str, now_ms: int) -> Decimal:
        """The share of the usual risk that the windows in force leave; 1 where none cuts."""
        shares = [_share(one) for one in self.windows(symbol, base, now_ms) if one.effect == "reduce"]
        return min(shares, default=_ONE)

    def refusals(self, intent: OrderIntent, situation: Situation, now_ms: int) -> Sequence[Refusal]:
        """Return why nothing may be opened now; see `workstation.trading.gate.Guardrail`."""
        account = situation.account
        contract = account.contracts.get(intent.symbol)
        base = "" if contract is None else contract.base
        found: list[Refusal] = []
        for one in self.windows(intent.symbol, base, now_ms):
            told = when_words(one, now_ms)
            until = clock_words(one.until_ms, now_ms)
            if one.effect == "no entry":
                words = f"{told}: nothing is opened before {until} UTC; exits are free"
                found.append(Refusal("", words, may_override=True))
                continue
            most = one.event.window.most_leverage
            leverage = intent.leverage
            if leverage is None:
                held = account.positions.get(intent.symbol)
                leverage = _ONE if held is None else held.leverage
            if most is not None and leverage > Decimal(str(most)):
                words = f"{told}: at most {most:g}x until {until} UTC ({rule_words(one)})"
                found.append(Refusal("leverage", words, may_override=True))
            found += self._too_large(intent, situation, one, f"{told}: until {until} UTC")
        return found

    def _too_large(
        self, intent: OrderIntent, situation: Situation, one: Occurrence, told: str
    ) -> Sequence[Refusal]:
        account = situation.account
        contract = account.contracts.get(intent.symbol)
        price = intent.price or intent.trigger_price or account.marks.get(intent.symbol)
        if contract is None or price is None or intent.bracket is None or intent.size <= 0:
            return ()  # refused for that by the hard limits
        lost = trade_loss(intent, situation, contract, price, intent.bracket.stop_price)
        equity = account.figures().equity
        most = self._risk_unit_rate() * _share(one)
        if equity > 0 and lost > equity * most:
            words = (
                f"{told} a trade risks {most:.2%} at most ({rule_words(one)}); this one {lost / equity:.2%}"
            )
            return (Refusal("size", words, may_override=True),)
        return ()


def _share(one: Occurrence) -> Decimal:
    return _ONE - Decimal(str(one.event.window.size_cut_rate))
