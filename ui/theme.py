"""How the desk looks: colour tokens, fonts and densities."""

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase

FONT_DIR = Path(__file__).parent / "resources" / "fonts"

BODY_PX = 13
HEADER_PX = 12
AGE_PX = 11
PANEL_GAP = 3
PANEL_RADIUS = 7
ROW_HEIGHT = 25
"""Height of a table row at normal density, px."""
LADDER_ROW_HEIGHT = 22
"""Height of a row of the ladder and the tape at normal density, px."""


@dataclass(frozen=True, slots=True)
class Theme:
    """One set of colour tokens.

    Attributes:
        name: "dark" or "light", the word in settings.
        window, panel, control: the three surfaces, from the back to the front.
        hairline: borders and grid lines.
        text, muted: values; labels, units and ages. Both read at 4.5:1 or better on every surface.
        dim: marks that are not text.
        up, down: bought or higher, sold or lower; never the only sign of it.
        accent, warn, danger: selection and own orders; watch; refusal and live trading.
        on_accent: text on a fill of accent, up, down or warn.
        hollow_rises: rising candles are outlines: where up and down are told by shape more than by colour.
        link_colors: the squares of the link groups, by the group's name.
        depth_stops: the depth palette from nothing resting to the largest, evenly spaced.
        opposed_stops: from −1 over nothing to +1, evenly spaced; orange and blue keep apart for every kind of
            colour blindness, and never mean sold or bought.
    """

    name: str
    window: QColor
    panel: QColor
    control: QColor
    hairline: QColor
    text: QColor
    muted: QColor
    dim: QColor
    up: QColor
    down: QColor
    accent: QColor
    warn: QColor
    danger: QColor
    on_accent: QColor
    link_colors: dict[str, QColor]
    depth_stops: tuple[QColor, ...]
    opposed_stops: tuple[QColor, ...]
    hollow_rises: bool = False


def _stops(*names: str) -> tuple[QColor, ...]:
    return tuple(QColor(name) for name in names)


DARK = Theme(
    name="dark",
    window=QColor("#0c0f13"),
    panel=QColor("#12161c"),
    control=QColor("#1a2028"),
    hairline=QColor("#232a33"),
    text=QColor("#e3e7ed"),
    muted=QColor("#8791a0"),
    dim=QColor("#5b6573"),
    up=QColor("#2fb7a4"),
    down=QColor("#e2625f"),
    accent=QColor("#6ea8fe"),
    warn=QColor("#e0a83a"),
    danger=QColor("#ff5f5f"),
    on_accent=QColor("#0c0f13"),
    link_colors={
        "blue": QColor("#6ea8fe"),
        "amber": QColor("#e0a83a"),
        "violet": QColor("#b08cf0"),
        "green": QColor("#63b967"),
    },
    depth_stops=_stops("#0e1116", "#181c3a", "#223a68", "#1e687c", "#3a9876", "#aabe60", "#f6e896"),
    opposed_stops=_stops("#f5a04a", "#8a4d16", "#1a2028", "#1f4f86", "#84bdff"),
)

LIGHT = Theme(
    name="light",
    window=QColor("#dfe3e8"),
    panel=QColor("#fbfcfd"),
    control=QColor("#eef1f4"),
    hairline=QColor("#d3d9e0"),
    text=QColor("#171c23"),
    muted=QColor("#535d6a"),
    dim=QColor("#98a2af"),
    up=QColor("#076b5f"),
    down=QColor("#b32b29"),
    accent=QColor("#1f5cc0"),
    warn=QColor("#8a5a00"),
    danger=QColor("#c4161c"),
    on_accent=QColor("#ffffff"),
    link_colors={
        "blue": QColor("#2f6fd6"),
        "amber": QColor("#c98a12"),
        "violet": QColor("#7d53c9"),
        "green": QColor("#3c8f41"),
    },
    # The same story told on paper: the more rests, the darker the ink.
    depth_stops=_stops("#fbfcfd", "#e3ecf3", "#b9d3e0", "#7fb4c2", "#3f8a97", "#1d5a74", "#1a2350"),
    opposed_stops=_stops("#8a4300", "#e3a56a", "#f3f5f7", "#86b4e6", "#123f80"),
)

THEMES = {theme.name: theme for theme in (DARK, LIGHT)}


@dataclass(frozen=True, slots=True)
class SidePair:
    """The two colours of up and down.

    Attributes:
        name: the word in settings.
        title: in menus.
        colors: up and down, by the theme's name; None takes the theme's own.
        hollow_rises: as in `Theme`.
    """

    name: str
    title: str
    colors: dict[str, tuple[str, str]] | None = None
    hollow_rises: bool = False


TEAL_RED = SidePair("teal-red", "Teal and red")
SIDE_PAIRS = {
    pair.name: pair
    for pair in (
        TEAL_RED,
        # These two keep apart for every kind of colour blindness, and from accent and warning.
        SidePair(
            "blue-orange",
            "Blue and orange, for colour-blind eyes",
            {"dark": ("#56b4e9", "#e8793a"), "light": ("#0b5d8f", "#a5460a")},
        ),
        SidePair(
            "monochrome",
            "Monochrome: rising candles hollow",
            {"dark": ("#d5dbe3", "#8a94a3"), "light": ("#1f262f", "#566170")},
            hollow_rises=True,
        ),
    )
}


@cache
def with_sides(name: str, pair_name: str) -> Theme:
    """The theme of that name with its up and down in a pair's colours; each is made once."""
    theme, pair = THEMES[name], SIDE_PAIRS[pair_name]
    if pair.colors is None:
        return theme
    up, down = (QColor(color) for color in pair.colors[name])
    return replace(theme, up=up, down=down, hollow_rises=pair.hollow_rises)


@dataclass(frozen=True, slots=True)
class Density:
    """How much air there is, in px; the three densities are 4 px apart.

    Attributes:
        name: "compact", "normal" or "roomy", the word in settings.
        row_height: a table's row.
        ladder_row_height: a row of the ladder and the tape.
        header_height: a panel's header line.
        control_height: a button or field.
        padding: space left and right of text.
    """

    name: str
    row_height: int
    ladder_row_height: int
    header_height: int
    control_height: int
    padding: int


def _density(name: str, step: int) -> Density:
    return Density(
        name=name,
        row_height=ROW_HEIGHT + 4 * step,
        ladder_row_height=LADDER_ROW_HEIGHT + 4 * step,
        header_height=28 + 4 * step,
        control_height=22 + 4 * step,
        padding=8 + 4 * step,
    )


COMPACT = _density("compact", -1)
NORMAL = _density("normal", 0)
ROOMY = _density("roomy", 1)
DENSITIES = {density.name: density for density in (COMPACT, NORMAL, ROOMY)}


class ThemeSource(QObject):
    """The theme, the pair of up and down, and the density in force; tells every panel when one changes."""

    changed = Signal(object)
    """The `Theme` now in force; emitted for a new density too, because heights follow it."""

    def __init__(
        self,
        theme: Theme = DARK,
        density: Density = NORMAL,
        sides: SidePair = TEAL_RED,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._name = theme.name
        self._density = density
        self._sides = sides
        self.reduced_motion = False
        """Nothing fades or flashes."""

    @property
    def theme(self) -> Theme:
        """The colours in force."""
        return with_sides(self._name, self._sides.name)

    @property
    def density(self) -> Density:
        """The spacing in force."""
        return self._density

    @property
    def sides(self) -> SidePair:
        """The colours of up and down in force."""
        return self._sides

    def set_theme(self, theme: Theme) -> None:
        """Put other colours in force; up and down stay the pair that was chosen."""
        if theme.name != self._name:
            self._name = theme.name
            self.changed.emit(self.theme)

    def set_sides(self, sides: SidePair) -> None:
        """Put other colours of up and down in force."""
        if sides.name != self._sides.name:
            self._sides = sides
            self.changed.emit(self.theme)

    def set_density(self, density: Density) -> None:
        """Put another spacing in force."""
        if density is not self._density:
            self._density = density
            self.changed.emit(self.theme)


def load_fonts() -> None:
    """Make the fonts we ship known to Qt; call once, after the application object exists.

    Raises:
        FileNotFoundError: the installation has lost a font file.
    """
    files = sorted(path for path in FONT_DIR.iterdir() if path.suffix in (".otf", ".ttf"))
    for path in files:
        if QFontDatabase.addApplicationFont(str(path)) < 0:
            raise FileNotFoundError(f"Qt cannot read the font {path}; reinstall Preflight")


def ui_font(px: int = BODY_PX, weight: int = 400) -> QFont:
    """The sans of the desk with tabular figures, so a changing figure does not move its neighbours."""
    font = QFont(["Inter", "JetBrains Mono"])  # a sign that one lacks comes from the other
    font.setPixelSize(px)
    font.setWeight(QFont.Weight(weight))
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def mono_font(px: int = HEADER_PX, weight: int = 400) -> QFont:
    """The monospace of ladder and tape, without ligatures."""
    font = QFont(["JetBrains Mono", "Inter"])
    font.setPixelSize(px)
    font.setWeight(QFont.Weight(weight))
    font.setFeature(QFont.Tag("calt"), 0)
    return font


def tint(color: QColor, alpha: float) -> QColor:
    """The colour at `alpha` (0 invisible, 1 solid), for bars and washes over a surface."""
    tinted = QColor(color)
    tinted.setAlphaF(alpha)
    return tinted


def mix(back: QColor, front: QColor, share: float) -> QColor:
    """The solid colour `share` of the way from `back` to `front`."""
    return QColor.fromRgbF(
        back.redF() + (front.redF() - back.redF()) * share,
        back.greenF() + (front.greenF() - back.greenF()) * share,
        back.blueF() + (front.blueF() - back.blueF()) * share,
    )


def contrast(first: QColor, second: QColor) -> float:
    """WCAG 2 contrast ratio of two solid colours, 1 to 21."""
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: QColor) -> float:
    red, green, blue = (
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
        for channel in (color.redF(), color.greenF(), color.blueF())
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def depth_lut(theme: Theme, size: int = 256) -> npt.NDArray[np.uint32]:
    """The depth palette as `size` opaque ARGB words (0xAARRGGBB), entry 0 for nothing resting."""
    return _between(theme.depth_stops, size)


def opposed_lut(theme: Theme, size: int = 201) -> npt.NDArray[np.uint32]:
    """The palette from −1 to +1 as `size` opaque ARGB words, the middle entry for nothing."""
    return _between(theme.opposed_stops, size)


def _between(colors: tuple[QColor, ...], size: int) -> npt.NDArray[np.uint32]:
    at = np.linspace(0.0, 1.0, size)
    stops = np.linspace(0.0, 1.0, len(colors))
    rgb = [
        np.rint(np.interp(at, stops, [channel(stop) for stop in colors])).astype(np.uint32)
        for channel in (QColor.red, QColor.green, QColor.blue)
    ]
    return np.uint32(0xFF000000) | rgb[0] << np.uint32(16) | rgb[1] << np.uint32(8) | rgb[2]
