"""The colours of resting sizes: a scale, logarithmic or linear, up to what is large in view."""

import numpy as np
import numpy.typing as npt

from ui.theme import Theme, depth_lut
from workstation.market.depth_level import UNKNOWN_CODE
from workstation.market.size_code import STEPS_PER_DOUBLING, ZERO_SIZE, SizeCodes

TOP_PERCENTILE = 99.0
POWER = 1.9
"""Sizes far below the top stay dark, so that what matters stands out."""

# Sizes well below top/LINEAR_BELOW fade like sizes do, those above it like their logarithms. Counted from the
# top and not in coins, so that the picture is the same for a coin of 60,000 and one of 0.0004.
LINEAR_BELOW = 24.0

CHANGE_BY = round(STEPS_PER_DOUBLING * np.log2(1.15))
"""Code steps that the top must be off before the scale follows: colours that flicker cannot be compared."""

_CODES = 65_536
_COLOURS = 1_024
_SAMPLED_COLUMNS = 160

Lut = npt.NDArray[np.uint32]


def brightness(size_share: npt.NDArray[np.float64], *, linear: bool = False) -> npt.NDArray[np.float64]:
    """Return the place on the palette, 0 … 1, of sizes given as shares of the scale's top."""
    if linear:
        return np.clip(size_share, 0.0, 1.0)
    logs = np.log1p(LINEAR_BELOW * np.clip(size_share, 0.0, 1.0)) / np.log1p(LINEAR_BELOW)
    return np.asarray(logs**POWER, np.float64)


class DepthPalette:
    """Gives every size code its colour under a scale."""

    def __init__(self, theme: Theme, *, linear: bool = False) -> None:
        """Prepare the colours of a theme on a logarithmic scale, or a linear one."""
        # A code step is the same ratio of sizes everywhere, so one table serves every scale: it slides.
        steps = np.arange(-_CODES + 1, 1)
        shares = np.exp2(steps / STEPS_PER_DOUBLING)
        colours = depth_lut(theme, _COLOURS)
        scaled = colours[np.rint(brightness(shares, linear=linear) * (_COLOURS - 1)).astype(np.intp)]
        self._table: Lut = np.concatenate((scaled, np.full(_CODES, scaled[-1], np.uint32)))
        self._empty = colours[0]
        self._unknown = np.uint32(theme.panel.rgba())

    def lut(self, top_code: int) -> Lut:
        """Return the 0xffRRGGBB of every size code; sizes from `top_code` up have the last colour."""
        start = _CODES - 1 - top_code
        lut = self._table[start : start + _CODES].copy()
        lut[ZERO_SIZE] = self._empty
        lut[UNKNOWN_CODE] = self._unknown
        return lut


def top_code(codes: SizeCodes) -> int | None:
    """Return the code of the 99th percentile of the sizes resting in view; None if nothing rests there.

    Args:
        codes: (bins, columns) cells in view. Of many columns every n-th is read: neighbours hardly differ.
    """
    step = max(1, codes.shape[1] // _SAMPLED_COLUMNS)
    seen = codes[:, ::step].ravel()
    seen = seen[seen > UNKNOWN_CODE]
    if not len(seen):
        return None
    at = min(len(seen) - 1, int(len(seen) * TOP_PERCENTILE / 100))
    return int(np.partition(seen, at)[at])


def settled_top(current: int | None, wanted: int | None) -> int | None:
    """Return the top to use: the current one unless the wanted differs from it noticeably."""
    if current is None or wanted is None:
        return wanted if current is None else current
    return wanted if abs(wanted - current) > CHANGE_BY else current
