"""The line in which a limit is changed: tighter at once, looser with a reason and after a wait."""

from decimal import Decimal

from PySide6.QtWidgets import QWidget

from ui import format
from ui.positions.inline_form import InlineForm
from workstation.trading.limit_rules import DayRules, LimitSpec


class LimitForm(InlineForm):
    """Tells the key of the limit, the figure as kept, and the reason."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("New limit", "Change", "Why may more pass from then on?", parent)
        self._spec: LimitSpec | None = None
        self._before = Decimal(0)
        self._rules = DayRules()

    def open(self, spec: LimitSpec, figure: Decimal, rules: DayRules) -> None:
        """Ask for another figure of a limit."""
        self._spec, self._before, self._rules = spec, figure, rules
        self.begin(spec.key, spec.title, f"{(figure / spec.unit.scale).normalize():f}", spec.unit.value)

    @property
    def typed(self) -> Decimal | None:
        """The figure as it is kept."""
        figure = super().typed
        return None if figure is None or self._spec is None else figure * self._spec.unit.scale

    def asks_reason(self, figure: Decimal) -> bool:
        return self._spec is not None and self._spec.is_looser(figure, self._before)

    def verdict(self, figure: Decimal | None) -> tuple[bool, str]:
        spec = self._spec
        if spec is None:
            return False, ""
        if figure is None or not spec.least <= figure <= spec.greatest:
            return False, f"between {spec.text(spec.least)} and {spec.text(spec.greatest)}"
        if figure == self._before:
            return False, ""
        if not self.asks_reason(figure):
            return True, "tighter: counts at once"
        missing = self._rules.loosen_reason - len(self.written)
        if missing > 0:
            return False, f"{missing} more letters"
        wait = format.duration(self._rules.loosen_wait_ms / 1000)
        return True, f"counts in {wait}, may be taken back"
