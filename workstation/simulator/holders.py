"""Who holds: a crowd of many small accounts and few large ones, on either side of a market's open interest.

Every lot that is opened, or handed over, gets a long and a short holder. The crowd follows the trend of the
last day, large accounts stand against it; liquidations fall on the crowd. So accounts are counted of lots
that are really held, and the ratios follow prices, turnover and liquidations.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, tanh
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from workstation.simulator.samples import Row
from workstation.simulator.universe import SymbolSpec

CROWD_USD, LARGE_USD = 2_500.0, 300_000.0
"""What an account of the crowd, and a large one, holds in one market."""

_LARGE = {1: 0.38, -1: 0.50}  # share of what is opened on a side that large accounts open
_LEAN = 0.22  # of that share, from one end of the trend to the middle
_SWING = 0.10  # and by chance, an hour long
_MOVED = 0.72  # of turnover opens a position or hands one over
_DAY_MINUTES = 1_440.0
_LEAST, _MOST = 0.05, 0.90

Floats = npt.NDArray[np.float64]
Share = TypeVar("Share", float, Floats)


@dataclass(frozen=True, slots=True)
class Ratios:
    """Longs for each short: of all accounts, of the large ones, and in size of the large ones' positions."""

    accounts: float
    top_accounts: float
    top_positions: float


class Holders:
    """Shares of large accounts in the longs and the shorts of one market."""

    def __init__(self, spec: SymbolSpec, price: float, seed: Sequence[int]) -> None:
        """Begin as it is without any trend."""
        self._random = np.random.default_rng(seed)
        self._day_vol = spec.hour_vol_bps * 1e-4 * 24**0.5
        self.large = dict(_LARGE)
        self.usual = log(price)
        self._swing = 0.0

    def go_on_from(self, past: "HoldersPast") -> None:
        """Begin where a past ended."""
        self.large = {1: float(past.long[-1]), -1: float(past.short[-1])}
        self.usual = past.usual

    def minute(self, price: float, turned: float) -> None:
        """Let a minute pass in which `turned` of the open interest found new holders."""
        moved = log(price) - self.usual
        self.usual += moved / _DAY_MINUTES
        keep = exp(-1.0 / 60.0)
        self._swing = keep * self._swing + (1.0 - keep * keep) ** 0.5 * float(self._random.standard_normal())
        against = _LEAN * tanh(moved / self._day_vol) + _SWING * self._swing
        for side in (1, -1):
            share = min(_MOST, max(_LEAST, _LARGE[side] - side * against))
            self.large[side] += min(1.0, turned) * (share - self.large[side])

    def liquidated(self, side: int, share: float) -> None:
        """Take a share of a side's lots from the crowd that held it."""
        self.large[side] = min(_MOST, self.large[side] / max(1e-9, 1.0 - share))

    @property
    def ratios(self) -> Ratios:
        """How it stands now."""
        return ratios_of(self.large[1], self.large[-1])


def ratios_of(large_long: float, large_short: float) -> Ratios:
    """Return the ratios when large accounts hold these shares of the longs and of the shorts."""
    top = large_long / large_short
    return Ratios(_accounts_of(large_long) / _accounts_of(large_short), top, top)


def _accounts_of(large: Share) -> Share:
    """Accounts for each quote unit that is held, where large ones hold this share of it."""
    return (1.0 - large) / CROWD_USD + large / LARGE_USD


@dataclass(frozen=True, slots=True)
class HoldersPast:
    """Past shares of large accounts: (n,) times, of longs and of shorts, and where the trend stood last."""

    times: npt.NDArray[np.int64]
    long: Floats
    short: Floats
    usual: float

    def rows(self) -> list[Row]:
        """The three ratios of each moment."""
        accounts = _accounts_of(self.long) / _accounts_of(self.short)
        top = self.long / self.short
        figures = zip(accounts.tolist(), top.tolist(), top.tolist(), strict=True)
        return list(zip(self.times.tolist(), figures, strict=True))


def past_holders(
    spec: SymbolSpec,
    times: npt.NDArray[np.int64],
    prices: Floats,
    random: np.random.Generator,
    before: HoldersPast | None = None,
) -> HoldersPast:
    """Return how holders changed along past prices at even steps, by the law of `Holders.minute`."""
    minutes = float(times[1] - times[0]) / 60_000.0 if len(times) > 1 else 60.0
    levels = np.log(prices)
    began = float(levels[0]) if before is None else before.usual
    usual = smoothed(levels, exp(-minutes / _DAY_MINUTES), began)
    noise = random.standard_normal(len(times))
    keep = exp(-minutes / 60.0)
    swing = smoothed(noise, keep, 0.0) * ((1.0 + keep) / (1.0 - keep)) ** 0.5
    day_vol = spec.hour_vol_bps * 1e-4 * 24**0.5
    against = _LEAN * np.tanh((levels - usual) / day_vol) + _SWING * swing
    hours = spec.open_interest_usd / (_MOVED * spec.hour_volume_usd)
    turned = exp(-minutes / 60.0 / hours)
    shares = []
    held = _LARGE if before is None else {1: float(before.long[-1]), -1: float(before.short[-1])}
    for side in (1, -1):
        share = np.clip(_LARGE[side] - side * against, _LEAST, _MOST)
        shares.append(smoothed(share, turned, held[side]))
    return HoldersPast(times, shares[0], shares[1], float(usual[-1]) if len(usual) else began)


def smoothed(values: Floats, keep: float, began: float) -> Floats:
    """Return y[n] = keep · y[n−1] + (1 − keep) · values[n], beginning from y[−1] = `began`."""
    found = np.empty(len(values))
    # In stretches so short that the powers of `keep` stay within what a double holds well.
    step = max(1, min(len(values), int(20.0 / max(1e-9, -np.log(keep)))))
    for first in range(0, len(values), step):
        part = values[first : first + step]
        powers = keep ** np.arange(1, len(part) + 1)
        found[first : first + step] = powers * (began + np.cumsum((1.0 - keep) * part / powers))
        began = float(found[first + len(part) - 1])
    return found
