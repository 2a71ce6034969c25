"""How far price went for and against round trips: from the tape, many trips at a time, else from candles."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

import numpy as np

from workstation.journal.moments import trip_moment
from workstation.journal.tape_map import CANDLES_MS
from workstation.market.depth_grid import MAX_QUIET_MS
from workstation.model.journal import Excursion, ReviewedTrip, RoundTrip
from workstation.ports import MomentHistory

TAPE = "tape"


def unmeasured(trips: Iterable[ReviewedTrip]) -> list[RoundTrip]:
    """Return the closed trips whose excursion is not known, or only from candles."""
    return [
        one.trip
        for one in trips
        if one.trip.closed_ms is not None and (one.excursion is None or one.excursion.source != TAPE)
    ]


def excursions(history: MomentHistory, trips: Sequence[RoundTrip]) -> Iterator[tuple[str, Excursion]]:
    """Yield each closed trip's id with how far price went; trips of which nothing is kept are left out.

    The tape answers where trades were recorded from open to close, else the finest candles that cover it.

    Raises:
        StoreDamaged: the store cannot be read.
    """
    markets: dict[tuple[str, str], list[RoundTrip]] = {}
    for trip in trips:
        if trip.closed_ms is not None:
            markets.setdefault((trip.venue, trip.symbol), []).append(trip)
    for (venue, symbol), those in markets.items():
        recorded = _recorded(history, venue, symbol)
        on_tape = [trip for trip in those if _covers(recorded, trip.opened_ms, trip.closed_ms or 0)]
        spans = [(trip.opened_ms, trip.closed_ms or 0) for trip in on_tape]
        for trip, row in zip(on_tape, history.tape_extremes(venue, symbol, spans), strict=True):
            if not np.isnan(row[0]):
                yield trip.trip_id, _excursion(trip, row, TAPE)
        known = {trip.trip_id for trip in on_tape}
        for trip in those:
            if trip.trip_id not in known:
                found = _from_candles(history, trip)
                if found is not None:
                    yield trip.trip_id, found


def _recorded(history: MomentHistory, venue: str, symbol: str) -> list[tuple[int, int]]:
    """Stretches of time in which trades were recorded; a pause between two parts of a session is none."""
    found: list[tuple[int, int]] = []
    for _, book_from, book_to, trades_from, trades_to in history.event_spans(venue, symbol):
        if not trades_to:
            continue
        from_ms, to_ms = min(book_from or trades_from, trades_from), max(book_to, trades_to)
        if found and from_ms - found[-1][1] <= MAX_QUIET_MS:
            found[-1] = found[-1][0], max(found[-1][1], to_ms)
        else:
            found.append((from_ms, to_ms))
    return found


def _covers(recorded: Iterable[tuple[int, int]], from_ms: int, to_ms: int) -> bool:
    return any(first <= from_ms and to_ms <= last for first, last in recorded)


def _from_candles(history: MomentHistory, trip: RoundTrip) -> Excursion | None:
    """From the finest candles that cover the whole trip."""
    closed_ms = trip.closed_ms or 0
    for frame_ms in CANDLES_MS:
        first_ms = trip.opened_ms // frame_ms * frame_ms
        rows, _ = history.candles(trip.venue, trip.symbol, frame_ms, first_ms, closed_ms + 1)
        if len(rows) != (closed_ms - first_ms) // frame_ms + 1:
            continue
        low, high = int(np.argmin(rows["low"])), int(np.argmax(rows["high"]))
        times = [max(int(rows["open_ms"][place]), trip.opened_ms) for place in (low, high)]
        row = np.array([rows["low"][low], times[0], rows["high"][high], times[1]])
        return _excursion(trip, row, _NAMES[frame_ms])
    return None


_NAMES: Mapping[int, str] = {
    60_000: "1m",
    300_000: "5m",
    900_000: "15m",
    3_600_000: "1h",
    14_400_000: "4h",
    86_400_000: "1d",
}


def _excursion(trip: RoundTrip, row: np.ndarray[tuple[int], np.dtype[np.float64]], source: str) -> Excursion:
    low, low_ms, high, high_ms = (float(value) for value in row)
    worst, best = (
        ((low, low_ms), (high, high_ms)) if trip.direction.sign > 0 else ((high, high_ms), (low, low_ms))
    )
    return Excursion(
        worst[0],
        best[0],
        int(worst[1]),
        int(best[1]),
        min(0.0, _pnl(trip, *worst)),
        max(0.0, _pnl(trip, *best)),
        source,
    )


def _pnl(trip: RoundTrip, price: float, at_ms: float) -> float:
    """Open and realised P&L before fees."""
    moment = trip_moment(trip, int(at_ms), Decimal(repr(price)))
    assert moment.open_pnl is not None
    return float(moment.realised_pnl + moment.open_pnl)
