"""The line in which a paper account is given its starting balance."""

from decimal import Decimal

from PySide6.QtWidgets import QWidget

from ui import format
from ui.positions.inline_form import InlineForm

LEAST, MOST = Decimal(10), Decimal(100_000_000)


class BalanceForm(InlineForm):
    """Tells the coin and the amount; the account says whether it may be."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Starting balance", "Begin with it", "", parent)

    def open(self, asset: str, balance: Decimal | None) -> None:
        """Ask for the balance."""
        self.begin(asset, "Starting balance", "" if balance is None else f"{balance:.2f}", asset)

    def verdict(self, figure: Decimal | None) -> tuple[bool, str]:
        if figure is None or not LEAST <= figure <= MOST:
            return False, f"between {format.price(float(LEAST), 0)} and {format.price(float(MOST), 0)}"
        return True, "the account must hold nothing and want nothing"
