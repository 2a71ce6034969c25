"""What the palette and the keys offer of trading, whichever panel is in front."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Protocol, runtime_checkable

from ui.commands import Command
from ui.services import PanelServices
from ui.ticket.hand import holds, opens
from workstation.account_desk import AccountDesk
from workstation.model.orders import Side

SHARES = (("¼", Decimal("0.25"), "Alt+1"), ("½", Decimal("0.5"), "Alt+2"), ("¾", Decimal("0.75"), "Alt+3"))


@runtime_checkable
class Ticket(Protocol):
    """What commands ask of a ticket panel."""

    def focus_side(self, side: Side) -> None: ...
    def ask_override(self) -> None: ...


def ticket_commands(panel: Ticket) -> list[Command]:
    """What a ticket offers while it is the panel in front, beside what can be traded from anywhere."""
    return [
        Command("Override what locks the ticket", panel.ask_override, "Ctrl+O", id="ticket.override"),
    ]


def trading_commands(
    services: PanelServices, symbol: Callable[[], str], ticket: Callable[[], Ticket | None]
) -> Iterable[Command]:
    """What can be traded from anywhere.

    Args:
        services: whose account it is.
        symbol: of the panel in front.
        ticket: brings a ticket to the front and returns it.
    """
    hand = services.hand

    def with_account(do: Callable[[AccountDesk], None]) -> Callable[[], None]:
        def run() -> None:
            if services.trading is not None:
                do(services.trading)

        return run

    def is_held() -> bool:
        return holds(services.trading, symbol())

    def on_ticket(do: Callable[[Ticket], None]) -> Callable[[], None]:
        def run() -> None:
            shown = ticket()
            if shown is not None:
                do(shown)

        return run

    def trades() -> bool:
        return services.trading is not None

    yield Command(
        "Cancel all and flatten: the kill switch",
        with_account(hand.flatten),
        "Ctrl+Shift+X",
        trades,
        "trade.flatten",
    )
    yield Command(
        "Buy: begin a ticket", on_ticket(lambda one: one.focus_side(Side.BUY)), "Ctrl+B", trades, "trade.buy"
    )
    yield Command(
        "Sell: begin a ticket",
        on_ticket(lambda one: one.focus_side(Side.SELL)),
        "Ctrl+Shift+B",
        trades,
        "trade.sell",
    )
    yield Command(
        "Override what locks the ticket",
        on_ticket(lambda one: one.ask_override()),
        "Ctrl+O",
        trades,
        "trade.override",
    )
    yield Command(
        "Move the stop to break-even",
        with_account(lambda account: hand.break_even(symbol(), account)),
        "Alt+0",
        is_held,
        "trade.break_even",
    )
    for words, share, key in SHARES:
        yield Command(
            f"Close {words} of the position",
            with_account(lambda account, share=share: hand.close(symbol(), account, share)),  # type: ignore[misc]
            key,
            is_held,
            f"trade.close.{share}",
        )
    yield Command(
        "Close the whole position",
        with_account(lambda account: hand.close(symbol(), account, Decimal(1))),
        "Alt+4",
        is_held,
        "trade.close.1",
    )
    yield Command(
        "Flip: close the position and turn the ticket round",
        with_account(lambda account: hand.flip(symbol(), account)),
        "Alt+5",
        trades,
        "trade.flip",
    )
    yield Command(
        "Cancel the orders that would open",
        with_account(lambda account: hand.cancel(symbol(), account)),
        "Alt+6",
        lambda: opens(services.trading, symbol()),
        "trade.cancel",
    )
