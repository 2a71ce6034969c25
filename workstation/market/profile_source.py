"""Brings volume profiles up to a market: from trades where they are held, from candles before that."""

from dataclasses import dataclass

import numpy as np

from workstation.analytics.volume_profile import VolumeProfile
from workstation.market.candles import CandleSeries
from workstation.market.footprint_source import WHOLE_SHARE
from workstation.market.state import SymbolState
from workstation.model.columns import Records

DAY_MS = 86_400_000
MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class ProfileWindow:
    """What a profile is made of.

    Attributes:
        from_ms, to_ms: from_ms ≤ time < to_ms; to_ms beyond the newest trade goes on with the market.
        row_height: quote units.
    """

    from_ms: int
    to_ms: int
    row_height: float


class ProfileSource:
    """One profile of one symbol, kept up to its market.

    Trades are taken from the newest that are held; what is older from candles of a second made of our own
    trades, from the minutes that the venue told, and last from the chart's own candles.
    """

    def __init__(self) -> None:
        self.profile = VolumeProfile(1.0)
        self.window: ProfileWindow | None = None
        self._state: SymbolState | None = None
        self._appended = 0
        self._sources: object = None

    def refresh(
        self, state: SymbolState, window: ProfileWindow, timeframe_ms: int, past: Records | None = None
    ) -> bool:
        """Bring the profile up to the market; True if it is another.

        Args:
            timeframe_ms: of the chart's candles.
            past: rows of TRADE from before those that the state holds; they count where they add up to the
                volume of their candles.
        """
        series = [state.candles(timeframe_ms)]
        if timeframe_ms > MINUTE_MS:
            series.insert(0, state.candles(MINUTE_MS))
        sources = (window, id(past), *((id(item), item.replaced) for item in series))
        ring = state.trades
        new = ring.appended - self._appended
        if state is not self._state or sources != self._sources or not 0 <= new <= len(ring):
            self._state, self._sources, self.window = state, sources, window
            self._begin(state, window, series, past)
            return True
        if not new:
            return False
        self._appended = ring.appended
        before = self.profile.version
        self.profile.add_trades(_between(ring.rows()[-new:], window.from_ms, window.to_ms))
        return self.profile.version != before

    @property
    def note(self) -> str:
        """What it is made of, in a few words."""
        total = self.profile.total
        if not total or not self.profile.from_candles:
            return "from trades"
        share = self.profile.from_candles / total
        if share > 0.995:
            return "estimated from candles"
        return f"{share * 100:.0f} % estimated from candles"

    def _begin(
        self, state: SymbolState, window: ProfileWindow, series: list[CandleSeries], past: Records | None
    ) -> None:
        self.profile = VolumeProfile(window.row_height)
        ring = state.trades
        self._appended = ring.appended
        trades = ring.rows()
        # The second in which the oldest trade held lies may have lost some.
        known_ms = int(trades["event_ms"][0]) if len(trades) else state.market_ms
        if ring.appended > len(ring):
            known_ms = -(-known_ms // 1_000) * 1_000
        split_ms = max(known_ms, window.from_ms)
        self.profile.add_trades(_between(trades, split_ms, window.to_ms))
        for candles in (state.seconds, *series):
            rows = candles.rows()
            timeframe_ms = candles.timeframe_ms
            opens = rows["open_ms"]
            begin = int(np.searchsorted(opens, window.from_ms))
            # Whole candles only, as far as what is finer does not reach.
            end = int(np.searchsorted(opens, min(split_ms, window.to_ms) - timeframe_ms, side="right"))
            if begin < end:
                self._add_past(rows[begin:end], timeframe_ms, past)
                split_ms = int(opens[begin])
            if split_ms <= window.from_ms:
                return

    def _add_past(self, candles: Records, timeframe_ms: int, past: Records | None) -> None:
        """Take in the trades of whole candles, and of the others the candles themselves."""
        if past is None:
            self.profile.add_candles(candles)
            return
        opens = candles["open_ms"]
        inside = _between(past, int(opens[0]), int(opens[-1]) + timeframe_ms)
        places = np.searchsorted(opens, inside["event_ms"], side="right") - 1
        counted = inside["event_ms"] < opens[places] + timeframe_ms
        sums = np.bincount(places[counted], inside["size"][counted], len(candles))
        whole = (sums >= WHOLE_SHARE * candles["volume"]) & (sums > 0)
        self.profile.add_trades(inside[counted & whole[places]])
        self.profile.add_candles(candles[~whole])


def session_of(time_ms: int) -> tuple[int, int]:
    """Return the UTC day that a moment lies in."""
    start = time_ms // DAY_MS * DAY_MS
    return start, start + DAY_MS


def _between(trades: Records, from_ms: int, to_ms: int) -> Records:
    times = trades["event_ms"]
    inside = (times >= from_ms) & (times < to_ms)
    return trades if inside.all() else trades[inside]
