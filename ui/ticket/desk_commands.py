"""Gives the desk the commands of trading."""

from ui.commands import Command
from ui.desk.whole import WholeDesk
from ui.positions.account_panel import AccountPanel
from ui.ticket.commands import Ticket, trading_commands

PANEL_KIND = "ticket"
LIMITS_KIND, LIMITS_PART = "portfolio", "limits"


def add_trading_commands(desk: WholeDesk) -> None:
    """Put trading on keys and into the palette; call once."""

    def linked() -> str:
        panel = desk.bench.current()
        return desk.services.links.first.symbol if panel is None else panel.link.symbol

    def ticket() -> Ticket | None:
        symbol = linked()
        if not desk.bench.of_kind(PANEL_KIND):
            desk.actions.add(PANEL_KIND)
        there = desk.bench.of_kind(PANEL_KIND)
        if not there:
            return None
        alike = [panel for panel in there if panel.link.symbol == symbol]
        shown = (alike or there)[0]
        desk.bench.bring_up(shown.instance_id)
        assert isinstance(shown, Ticket)
        return shown

    def limits() -> None:
        desk.actions.show_kind(LIMITS_KIND)
        for panel in desk.bench.of_kind(LIMITS_KIND)[:1]:
            assert isinstance(panel, AccountPanel)
            panel.show_part(LIMITS_PART)
            panel.setFocus()

    desk.commands.add(*trading_commands(desk.services, linked, ticket))
    desk.commands.add(
        Command(
            "Limits of the day: see, change", limits, id="trade.limits", words="guardrails loss rules risk"
        )
    )
