"""The page of the guide that shows the newcomer's walk as it was last run."""

from collections.abc import Sequence
from pathlib import Path
from string import Template

from tests.newcomer.walk import NOTE, PLAN, Moment
from workstation.model.journal import ReviewedTrip

_TEMPLATE = Path(__file__).with_name("first-trade.template")


def write_page(path: Path, moments: Sequence[Moment], one: ReviewedTrip, most_s: float) -> None:
    """Write the page of a walk that came to its end.

    Args:
        path: of the page, beside the folder `images`.
        moments: in their order.
        one: the trade.
        most_s: that it may take.
    """
    trip = one.trip
    trade = (
        f"{trip.direction.value} {trip.size.normalize():f} {trip.symbol} at {trip.entry_price:.2f}, "
        f"{len(trip.parts)} fills, net {trip.net_pnl:+.2f} {trip.asset}"
    )
    rows = "\n".join(f"| {moment.words} | {moment.at_s:.0f} s |" for moment in moments)
    words = Template(_TEMPLATE.read_text(encoding="utf-8"))
    text = words.substitute(plan=PLAN, note=NOTE, most=f"{most_s:.0f}", rows=rows, trade=trade)
    path.write_text(text, encoding="utf-8")
