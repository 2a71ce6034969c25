"""The line in which the trader says what an account held before its first round trip."""

from decimal import Decimal

from PySide6.QtWidgets import QWidget

from ui.positions.inline_form import InlineForm


class StartForm(InlineForm):
    """Asked once an account; what is said is kept in the journal, and undone like a note."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Starting balance", "Keep it", "", parent)
        self.asset = ""

    def open(self, account: str, title: str, asset: str, balance: Decimal | None) -> None:
        """Ask for the balance of an account, by its key."""
        self.asset = asset
        text = "" if balance is None else f"{balance.normalize():f}"
        self.begin(account, f"Balance of {title} before its first round trip", text, asset)

    def verdict(self, figure: Decimal | None) -> tuple[bool, str]:
        if figure is None or figure <= 0:
            return False, "an amount above zero"
        return True, "per cent and drawdowns are reckoned from it"
