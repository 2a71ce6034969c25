"""What a depth panel paints over the map, and by which scale: the trader's choices, remembered."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from math import isfinite

OVERLAYS = {
    "bubbles": "Trades",
    "best": "Best bid and ask",
    "last": "Last price line",
    "mark": "Mark price line",
    "own": "Own position, orders and liquidation price",
    "forced": "Forced liquidations",
    "walls": "Walls",
    "hints": "Pulled, eaten and refilled liquidity",
    "book": "Book of this moment",
    "strip": "Spread and imbalance",
}
"""What can be switched, by its attribute here, and its words in the menu."""

PROFILES = {"off": "No volume by price", "visible": "Volume by price in view", "session": "… of the UTC day"}
KEPT_SYMBOLS = 64


@dataclass(frozen=True, slots=True)
class SizeScale:
    """Sizes that the trader has set for one symbol.

    Attributes:
        top_size: of the brightest colour, in the venue's unit; None is what is large in view.
        least_trade: from which trades are bubbles; None leaves them out only where it is crowded.
    """

    top_size: float | None = None
    least_trade: float | None = None


@dataclass(slots=True)
class DepthChoices:
    """The choices of one panel; the sizes are by symbol, because 20 BTC are not 20 DOGE."""

    bubbles: bool = True
    best: bool = True
    last: bool = True
    mark: bool = True
    own: bool = True
    forced: bool = True
    walls: bool = True
    hints: bool = True
    book: bool = True
    strip: bool = True
    linear: bool = False
    profile: str = "visible"
    scales: dict[str, SizeScale] = field(default_factory=dict)

    def scale(self, symbol: str) -> SizeScale:
        """The sizes set for a symbol."""
        return self.scales.get(symbol, SizeScale())

    def set_scale(self, symbol: str, scale: SizeScale) -> None:
        """Remember the sizes set for a symbol; of many symbols the newest."""
        self.scales.pop(symbol, None)
        if scale != SizeScale():
            self.scales[symbol] = scale
        while len(self.scales) > KEPT_SYMBOLS:
            del self.scales[next(iter(self.scales))]

    def saved(self) -> dict[str, object]:
        """As JSON-able values."""
        values: dict[str, object] = {
            f.name: getattr(self, f.name) for f in fields(self) if f.name != "scales"
        }
        values["scales"] = {s: [scale.top_size, scale.least_trade] for s, scale in self.scales.items()}
        return values

    def restore(self, saved: Mapping[str, object]) -> None:
        """Take over what `saved` gave; what is unknown or wrong is ignored."""
        for name in (*OVERLAYS, "linear"):
            value = saved.get(name)
            if isinstance(value, bool):
                setattr(self, name, value)
        profile = saved.get("profile")
        if isinstance(profile, str) and profile in PROFILES:
            self.profile = profile
        scales = saved.get("scales")
        if isinstance(scales, dict):
            for symbol, sizes in scales.items():
                if isinstance(symbol, str) and isinstance(sizes, list) and len(sizes) == 2:
                    self.set_scale(symbol, SizeScale(*map(_size, sizes)))


def _size(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if isfinite(value) and value > 0 else None
