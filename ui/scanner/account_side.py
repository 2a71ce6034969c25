"""What the scanner asks of the account: a checklist's part, what is held, and which sector a coin is of."""

from ui.panel import PanelServices
from workstation.model.orders import Side
from workstation.scanner.judging import AccountView, AutomaticPart, automatic_part
from workstation.trading.checklist_template import Template
from workstation.trading.sectors import load_sectors


class AccountSide:
    """Reads the account that trades now; without one nothing is judged."""

    def __init__(self, services: PanelServices) -> None:
        self._services = services
        self._shipped_sectors = load_sectors()
        self._part: tuple[object, AutomaticPart | None] = (None, None)
        self.checklist_name = ""
        """Of the checklist whose part was asked for last."""

    def part(self, checklist: str, side: str) -> AutomaticPart | None:
        """The automatic part of a checklist; None while there is none, or nobody to trade."""
        trading = self._services.trading
        template = None if trading is None else trading.checklists.template(checklist)
        version = template, side
        if self._part[0] != version:
            way = Side.SELL if side == "short" else Side.BUY
            self._part = version, None if template is None else automatic_part(template, way)
            self.checklist_name = "No checklist" if template is None else template.name
        return self._part[1]

    @property
    def templates(self) -> tuple[Template, ...]:
        """Every checklist."""
        trading = self._services.trading
        return () if trading is None else tuple(trading.checklists.book.templates.by_key.values())

    def view(self) -> AccountView | None:
        """The account as rows are judged by it."""
        trading = self._services.trading
        if trading is None:
            return None
        return AccountView(trading.account(), trading.day(), trading.sectors, trading.correlation)

    def sector_of(self, base: str) -> str:
        """The sector of a coin."""
        trading = self._services.trading
        return (self._shipped_sectors if trading is None else trading.sectors).of(base)

    def held(self, symbol: str) -> int:
        """+1 with a long position in a symbol, −1 with a short one, 0 without."""
        portfolio = self._services.portfolio
        held = None if portfolio is None else portfolio.positions.get(symbol)
        return 0 if held is None or not held.size else 1 if held.size > 0 else -1
