"""The leverage and margin mode of a symbol at the venue: what an intent asks for is so before it is sent."""

from workstation.errors import VenueError
from workstation.model.orders import OrderIntent
from workstation.ports import TradingVenue
from workstation.trading.portfolio import Portfolio


async def set_up(venue: TradingVenue, portfolio: Portfolio, intent: OrderIntent) -> None:
    """Bring a symbol to the leverage and margin mode of an intent: read, set, read back.

    Args:
        venue: asked and told.
        portfolio: learns what the symbol is set to.
        intent: to open; without leverage and margin mode nothing is asked.

    Raises:
        VenueError: it could not be read or set, or is still another.
    """
    if intent.leverage is None and intent.margin_mode is None:
        return
    now = await venue.setting(intent.symbol)
    wanted = (intent.leverage or now.leverage, intent.margin_mode or now.margin_mode)
    if wanted != (now.leverage, now.margin_mode):
        await venue.set_up(intent.symbol, *wanted)
        now = await venue.setting(intent.symbol)
        if wanted != (now.leverage, now.margin_mode):
            raise VenueError(f"it stays at {now.leverage:f}x {now.margin_mode.value}")
    portfolio.set_symbol(now)
