"""Exact decimals as text: integer ticks and lots become the digits a venue would send."""

from decimal import Decimal

_MOST_KEPT = 50_000


class StepText:
    """Writes whole steps (ticks of price, lots of size) as decimals, exactly.

    Args:
        step: size of one step, such as Decimal("0.1").
        decimals: digits behind the point; at least those that the step needs. None for just those.
    """

    def __init__(self, step: Decimal, decimals: int | None = None) -> None:
        needed = max(0, -int(step.normalize().as_tuple().exponent))
        self.decimals = needed if decimals is None else max(decimals, needed)
        self.step = step
        # One step in units of the last digit written.
        self._units = int(step.scaleb(self.decimals))
        self._kept: dict[int, str] = {}

    def __call__(self, steps: int) -> str:
        """Return `steps` times the step with a fixed number of digits."""
        text = self._kept.get(steps)
        if text is None:
            # Prices come back again and again; a market that wanders far must not fill the memory.
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            text = self._kept[steps] = fixed(steps * self._units, self.decimals)
        return text


def fixed(units: int, decimals: int) -> str:
    """Write `units` of 10**-decimals: fixed(1234, 2) is "12.34"."""
    if decimals == 0:
        return str(units)
    digits = str(abs(units)).zfill(decimals + 1)
    return f"{'-' if units < 0 else ''}{digits[:-decimals]}.{digits[-decimals:]}"
