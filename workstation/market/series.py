"""How a symbol's mark and index price, funding and open interest went: series beside its candles."""

import numpy as np
from numpy.typing import NDArray

from workstation.analytics.study import Series
from workstation.market.past_news import PastNews
from workstation.model.derivatives import FundingRate, MarkPrice, OpenInterest, SpotPrice

KEPT_VALUES = 200_000
"""Two days of a mark price each second, and some."""
SAME_AGAIN_MS = 20_000
"""A value that stays the same is noted so often: a study must see that it is still told."""

Floats = NDArray[np.float64]
Times = NDArray[np.int64]


class TimedValues:
    """Some values and the venue's times from which they were so, growing at the end."""

    def __init__(self, columns: int, kept: int = KEPT_VALUES) -> None:
        """Start empty, with so many values at each moment; of more than `kept` moments the newest stay."""
        self._times: Times = np.empty(1_024, np.int64)
        self._values: Floats = np.empty((columns, 1_024))
        self._count = 0
        self._kept = kept

    def __len__(self) -> int:
        return self._count

    def append(self, time_ms: int, *values: float) -> None:
        """Note what is so from a moment on; what comes late (an older time) is not noted."""
        if self._count:
            newest = int(self._times[self._count - 1])
            if time_ms < newest:
                return
            if time_ms == newest:
                self._count -= 1
            elif time_ms - newest < SAME_AGAIN_MS:
                before = self._values[:, self._count - 1]
                if np.array_equal(before, values, equal_nan=True):
                    return
        if self._count in (len(self._times), self._kept):
            self._make_room()
        self._times[self._count] = time_ms
        self._values[:, self._count] = values
        self._count += 1

    def put_before(self, times: Times, *columns: Floats) -> None:
        """Take in a past, oldest first; what lies behind the oldest value held is left out."""
        if self._count:
            older = int(np.searchsorted(times, self._times[0]))
            times, columns = times[:older], tuple(column[:older] for column in columns)
        room = max(0, self._kept - self._count)
        start = max(0, len(times) - room)
        self._times = np.concatenate((times[start:], self._times))
        self._values = np.concatenate(
            (np.array([column[start:] for column in columns]), self._values), axis=1
        )
        self._count += len(times) - start

    def series(self, column: int = 0) -> Series:
        """The moments and one of the values: views, valid until the next change."""
        return self._times[: self._count], self._values[column, : self._count]

    def _make_room(self) -> None:
        if self._count >= self._kept:
            # A quarter at a time: every study begins anew when the oldest values go.
            self._count -= self._kept // 4
            self._times = np.roll(self._times, -(self._kept // 4))
            self._values = np.roll(self._values, -(self._kept // 4), axis=1)
        else:
            self._times = np.concatenate((self._times, np.empty_like(self._times)))
            self._values = np.concatenate((self._values, np.empty_like(self._values)), axis=1)


class SymbolSeries:
    """What has been told of one symbol beside trades and book, as series."""

    def __init__(self) -> None:
        self.prices = TimedValues(2)
        """Mark price, and index price (nan where the venue does not say it)."""
        self.funding = TimedValues(2)
        """Expected funding rate, and the hours of its interval."""
        self.open_interest = TimedValues(1)
        self.spot = TimedValues(2)
        """Best bid and best ask of the coin's spot market, told by the venue."""
        self._joined: tuple[tuple[int, int], Series] | None = None
        self._settled: tuple[int, dict[str, Series]] | None = None

    @property
    def heard(self) -> dict[type, tuple[TimedValues, tuple[str, ...]]]:
        """What is heard as it happens, by its kind, with the attributes that are its values."""
        return {
            MarkPrice: (self.prices, ("mark_price", "index_price")),
            FundingRate: (self.funding, ("rate", "interval_hours")),
            OpenInterest: (self.open_interest, ("size",)),
            SpotPrice: (self.spot, ("bid", "ask")),
        }

    def take(self, news: MarkPrice | FundingRate | OpenInterest | SpotPrice) -> None:
        """Take in what the venue has just said; without a time of its own it cannot be placed."""
        if not news.event_ms:
            return
        if isinstance(news, MarkPrice):
            index = np.nan if news.index_price is None else float(news.index_price)
            self.prices.append(news.event_ms, float(news.mark_price), index)
        elif isinstance(news, FundingRate):
            self.funding.append(news.event_ms, float(news.rate), news.interval_hours)
        elif isinstance(news, OpenInterest):
            self.open_interest.append(news.event_ms, float(news.size))
        else:
            self.spot.append(news.event_ms, float(news.bid), float(news.ask))

    def named(self, past: PastNews) -> dict[str, Series]:
        """Every series by the name that studies know it by, with what the venue told of the past."""
        return {
            "mark": self.prices.series(0),
            "index": self.prices.series(1),
            "funding_rate": self.funding.series(0),
            "funding_hours": self.funding.series(1),
            "open_interest": self._open_interest(past),
            **self._settlements(past),
        }

    def _open_interest(self, past: PastNews) -> Series:
        """What was heard and what was told, by time; of the same moment what was heard."""
        version = past.open_interest_version, len(self.open_interest)
        heard = self.open_interest.series()
        if self._joined is None or self._joined[0][0] != version[0]:
            times = np.array([item.event_ms for item in past.open_interest], np.int64)
            values = np.array([float(item.size) for item in past.open_interest])
            self._joined = version, joined_series((times, values), heard)
        elif self._joined[0][1] != version[1]:
            self._joined = version, joined_series(self._joined[1], heard)
        return self._joined[1]

    def _settlements(self, past: PastNews) -> dict[str, Series]:
        if self._settled is None or self._settled[0] != past.funding_version:
            times = np.array([item.settled_ms for item in past.funding], np.int64)
            rates = np.array([float(item.rate) for item in past.funding])
            hours = np.array([item.interval_hours for item in past.funding], np.float64)
            named = {"funding_settled": (times, rates), "funding_settled_hours": (times, hours)}
            self._settled = past.funding_version, named
        return self._settled[1]


def joined_series(first: Series, second: Series) -> Series:
    """Return two series as one by time; of the same moment the second's value."""
    times = np.concatenate((second[0], first[0]))
    values = np.concatenate((second[1], first[1]))
    moments, places = np.unique(times, return_index=True)
    return moments, values[places]
