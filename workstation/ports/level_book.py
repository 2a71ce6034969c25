"""The prices that the trader has named, as whoever watches the market reads them."""

from typing import Protocol

from workstation.model.levels import AlertRule, Level


class LevelBook(Protocol):
    """The prices that the trader has named, for whoever watches the market there."""

    @property
    def version(self) -> int:
        """Another after every change of any drawing: what was read at the same version still holds."""
        ...

    def levels(self, venue: str, symbol: str) -> tuple[Level, ...]:
        """The levels of a market, the lowest first; those that are not painted too."""
        ...

    def set_alert(self, venue: str, symbol: str, level_id: str, alert: AlertRule | None) -> None:
        """Watch a level, or do so no longer; one that is gone is passed over."""
        ...
