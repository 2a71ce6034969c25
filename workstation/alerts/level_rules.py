"""The trader's drawn levels, as far as they are to be told of, as rules."""

from workstation.alerts.book import AlertBook
from workstation.alerts.rules import LevelReached, Rule
from workstation.market.state import Market
from workstation.ports import LevelBook

LEVEL_COOLDOWN_S = 60.0


class LevelRules:
    """Makes rules of the levels of one market; they are made anew only when a drawing has changed."""

    def __init__(self, levels: LevelBook, market_key: str, market: Market, book: AlertBook) -> None:
        """Read `levels`; what `book` remembers of levels that are gone is forgotten."""
        self.levels = levels
        self._market_key = market_key
        self._market = market
        self._book = book
        self._made: tuple[object, list[Rule]] = (None, [])

    def rules(self) -> list[Rule]:
        """The levels with an alert, of every symbol followed."""
        version = self.levels.version, tuple(self._market.states)
        if self._made[0] != version:
            rules = self._make()
            self._made = version, rules
            kept = {rule.rule_id for rule in rules}
            self._book.forget_latches(
                rule_id
                for rule_id, symbol in self._book.latched
                if rule_id.startswith(self._prefix) and symbol in self._market.states and rule_id not in kept
            )
        return self._made[1]

    @property
    def _prefix(self) -> str:
        return f"level:{self._market_key}:"

    def _make(self) -> list[Rule]:
        return [
            Rule(
                f"{self._prefix}{level.level_id}"[:64],
                self._market_key,
                (level.symbol,),
                LevelReached(
                    level.level_id, level.price, level.name, level.alert.trigger, level.alert.timeframe_ms
                ),
                repeat="every",
                cooldown_s=LEVEL_COOLDOWN_S,
            )
            for state in self._market.states.values()
            for level in self.levels.levels(state.instrument.venue, state.instrument.symbol)
            if level.alert is not None
        ]
