"""A leverage mix as the trader types it: "100×10 50×20 25×30 10×25 5×15"."""

import re

from workstation.analytics.liquidation_map import LeverageShare, checked_mix
from workstation.errors import BadFigure

_PART = re.compile(r"(\d+(?:\.\d+)?)\s*[x×:]\s*(\d+(?:\.\d+)?)\s*%?", re.IGNORECASE)
MOST_PARTS = 8


def mix_of(text: str) -> tuple[LeverageShare, ...]:
    """Return the mix that a text names; its shares need not add up to a hundred.

    Raises:
        BadFigure: it cannot be read, with how it is to be written.
    """
    rest = _PART.sub("", text)
    parts = _PART.findall(text)
    if not parts or rest.strip(" ,;\u2009"):
        raise BadFigure("mix", "A mix is written as leverage × share: 100×10 50×20 25×30")
    if len(parts) > MOST_PARTS:
        raise BadFigure("mix", f"A mix has at most {MOST_PARTS} leverages")
    return checked_mix(tuple(LeverageShare(float(leverage), float(share)) for leverage, share in parts))


def text_of(mix: tuple[LeverageShare, ...]) -> str:
    """Return a mix as it is typed, its shares in per cent."""
    return " ".join(f"{part.leverage:g}×{part.share * 100:.4g}" for part in mix)
