"""What is said of a round trip in a line or two."""

from collections.abc import Sequence

from ui import format
from ui.positions.figures import exact, signed
from ui.review.trip_index import TripIndex
from workstation.model.journal import AccountKind, ReviewedTrip, RoundTrip

SAMPLE_OFFER = "Look around in a sample journal"
"""On the button in a journal's panel that is empty."""
KIND_WORDS = {
    AccountKind.PAPER: "Paper",
    AccountKind.SIMULATED: "Simulated",
    AccountKind.LIVE: "Live",
    AccountKind.IMPORTED: "Imported",
    AccountKind.SAMPLE: "SAMPLE",
}


def coin_of(symbol: str, asset: str) -> str:
    """The symbol without the coin that it is settled in: "BTC" of BTCUSDT; else as the venue spells it."""
    short = symbol.removesuffix(asset).rstrip("-/_")
    return short or symbol


def moment_words(ms: int) -> str:
    """A moment: "2024-08-08 23:55:08"."""
    return f"{format.utc_date(ms)} {format.utc_time(ms)}"


def held_words(trip: RoundTrip) -> str:
    """How long it was held: "2 m 15 s"; "open" while it is."""
    return "open" if trip.held_ms is None else format.duration(trip.held_ms / 1000)


def trip_tip(one: ReviewedTrip) -> str:
    """All of a row and what has no column, as plain text."""
    trip, note = one.trip, one.note
    price = f"{exact(trip.entry_price.normalize(), price_places(trip))}"
    lines = [
        f"{trip.symbol} {trip.direction.value} {trip.size.normalize():f} at {price}",
        f"{moment_words(trip.opened_ms)} UTC · {held_words(trip)}",
        f"{signed(trip.net_pnl)} {trip.asset} net · {signed(trip.r_multiple)} R",
    ]
    if note.tags:
        lines.append(", ".join(tag.name for tag in sorted(note.tags)))
    if note.followed is not None:
        lines.append("Followed the process" if note.followed else f"Not followed: {note.broken}".rstrip(": "))
    elif not trip.is_open:
        lines.append("Not reviewed yet")
    return "\n".join(lines)


def trip_table_text(index: TripIndex, order: Sequence[str]) -> str:
    """Round trips for the clipboard: tab-separated, with titles, figures as booked.

    Args:
        index: of the journal.
        order: their ids.
    """
    titles = (
        "Opened",
        "Closed",
        "Symbol",
        "Side",
        "Size",
        "Entry",
        "Exit",
        "R",
        "Net",
        "Coin",
        "Setup",
        "Process",
    )
    lines = ["\t".join(titles)]
    for trip_id in order:
        place = index.places[trip_id]
        one, r = index.trips[place], index.r[place]
        trip, said = one.trip, one.note.followed
        cells = (
            moment_words(trip.opened_ms),
            "" if trip.closed_ms is None else moment_words(trip.closed_ms),
            trip.symbol,
            trip.direction.value,
            f"{trip.size.normalize():f}",
            f"{trip.entry_price.normalize():f}",
            "" if trip.exit_price is None else f"{trip.exit_price.normalize():f}",
            "" if r is None else f"{r:.4f}",
            f"{index.net[place].normalize():f}",
            trip.asset,
            one.setup,
            "" if said is None else "followed" if said else "not followed",
        )
        lines.append("\t".join(inert_cell(cell) for cell in cells))
    return "\n".join(lines)


def inert_cell(text: str) -> str:
    """A cell's text that no spreadsheet takes for a formula, on one line."""
    flat = " ".join(text.split())
    is_figure = flat.lstrip("-+").replace(".", "", 1).isdigit()
    return f"'{flat}" if flat[:1] in ("=", "+", "-", "@") and not is_figure else flat


def price_places(trip: RoundTrip) -> int:
    """Decimals of the prices of its fills."""
    exponents = [part.fill.price.normalize().as_tuple().exponent for part in trip.parts]
    return max((-exponent for exponent in exponents if isinstance(exponent, int) and exponent < 0), default=1)
