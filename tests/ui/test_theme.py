"""Colours that can be read, figures that stay in place, and a style sheet that Qt understands."""

from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtGui import QColor, QFontInfo, QFontMetricsF
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from ui.style_sheet import style_sheet
from ui.theme import (
    COMPACT,
    DARK,
    DENSITIES,
    LIGHT,
    NORMAL,
    ROOMY,
    SIDE_PAIRS,
    THEMES,
    Theme,
    ThemeSource,
    contrast,
    depth_lut,
    mix,
    mono_font,
    tint,
    ui_font,
    with_sides,
)
from workstation import settings

both = pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
every = pytest.mark.parametrize(
    "theme",
    [with_sides(name, pair) for name in THEMES for pair in SIDE_PAIRS],
    ids=[f"{name}, {pair}" for name in THEMES for pair in SIDE_PAIRS],
)

# Machado, Oliveira and Fernandes 2009, severity 1: what is left of linear red, green and blue.
DICHROMATS = {
    "protanope": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranope": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanope": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}


def seen_lab(color: QColor, eyes: str) -> np.ndarray:
    """A colour as such eyes see it, in CIE L*a*b*."""
    encoded = np.array([color.redF(), color.greenF(), color.blueF()])
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    seen = np.clip(np.array(DICHROMATS[eyes]) @ linear, 0, 1)
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    x, y, z = np.cbrt(to_xyz @ seen / np.array([0.9505, 1.0, 1.089]))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("eyes", DICHROMATS)
@pytest.mark.parametrize("pair", ["blue-orange", "monochrome"])
@pytest.mark.parametrize("name", THEMES)
def test_up_and_down_stay_apart_for_colour_blind_eyes(name: str, pair: str, eyes: str) -> None:
    theme = with_sides(name, pair)
    apart = np.linalg.norm(seen_lab(theme.up, eyes) - seen_lab(theme.down, eyes))
    assert apart > 20


def test_every_pair_of_up_and_down_can_be_remembered() -> None:
    assert set(settings.SIDES) == set(SIDE_PAIRS)


def test_another_pair_changes_up_and_down_alone_and_outlives_a_change_of_theme(qtbot: QtBot) -> None:
    source = ThemeSource()
    with qtbot.waitSignal(source.changed):
        source.set_sides(SIDE_PAIRS["monochrome"])
    assert source.theme.hollow_rises
    assert source.theme.window == DARK.window
    source.set_theme(LIGHT)
    assert source.theme.up == with_sides("light", "monochrome").up
    source.set_sides(SIDE_PAIRS["teal-red"])
    assert source.theme is LIGHT


@every
@pytest.mark.parametrize("surface", ["window", "panel", "control"])
@pytest.mark.parametrize("token", ["text", "muted", "up", "down", "accent", "warn", "danger"])
def test_what_is_read_stands_out_from_every_surface(theme: Theme, surface: str, token: str) -> None:
    assert contrast(getattr(theme, token), getattr(theme, surface)) >= 4.5


@every
@pytest.mark.parametrize("fill", ["accent", "up", "down", "warn"])
def test_text_on_a_fill_can_be_read(theme: Theme, fill: str) -> None:
    assert contrast(theme.on_accent, getattr(theme, fill)) >= 4.5


def test_contrast_is_the_wcag_ratio() -> None:
    assert contrast(QColor("#000000"), QColor("#ffffff")) == pytest.approx(21.0)
    assert contrast(QColor("#777777"), QColor("#ffffff")) == pytest.approx(4.48, abs=0.01)


@both
def test_more_resting_is_always_further_from_the_panel(theme: Theme) -> None:
    far = [contrast(theme.panel, stop) for stop in theme.depth_stops]
    assert all(before < after for before, after in pairwise(far))


@both
def test_the_depth_palette_runs_from_its_first_stop_to_its_last(theme: Theme) -> None:
    lut = depth_lut(theme)
    assert lut.dtype == np.uint32
    assert len(lut) == 256
    assert int(lut[0]) == theme.depth_stops[0].rgba()
    assert int(lut[-1]) == theme.depth_stops[-1].rgba()
    assert np.all(lut >> 24 == 0xFF)


@pytest.mark.usefixtures("_dressed")
def test_figures_are_tabular_under_the_style_sheet(qtbot: QtBot) -> None:
    host = QWidget()
    qtbot.addWidget(host)
    label = QLabel("11", host)
    label.setFont(ui_font())
    label.ensurePolished()
    for font in (label.font(), mono_font()):
        widths = {QFontMetricsF(font).horizontalAdvance(digit * 10) for digit in "0123456789"}
        assert len(widths) == 1
    assert QFontInfo(ui_font()).family() == "Inter"
    assert QFontInfo(mono_font()).family() == "JetBrains Mono"
    assert QFontInfo(ui_font(weight=600)).weight() == 600


@both
@pytest.mark.parametrize("density", DENSITIES.values(), ids=lambda density: density.name)
def test_qt_understands_the_style_sheet(qtbot: QtBot, theme: Theme, density: object) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.setStyleSheet(style_sheet(theme, density))  # a warning of Qt's fails the test
    widget.ensurePolished()
    assert "$" not in style_sheet(theme, density)


def test_densities_are_one_grid_step_apart() -> None:
    for low, high in ((COMPACT, NORMAL), (NORMAL, ROOMY)):
        for measure in ("row_height", "ladder_row_height", "header_height", "control_height", "padding"):
            assert getattr(high, measure) - getattr(low, measure) == 4


def test_the_settings_name_every_theme_and_density() -> None:
    assert set(settings.THEMES) == {DARK.name, LIGHT.name}
    assert set(settings.DENSITIES) == set(DENSITIES)


def test_a_change_of_look_is_told_once(qtbot: QtBot) -> None:
    source = ThemeSource()
    told: list[Theme] = []
    source.changed.connect(told.append)
    source.set_theme(LIGHT)
    source.set_theme(LIGHT)
    source.set_density(ROOMY)
    assert told == [LIGHT, LIGHT]
    assert source.density is ROOMY


def test_mixing_and_tinting() -> None:
    assert mix(QColor("#000000"), QColor("#ffffff"), 0.5).red() == pytest.approx(128, abs=1)
    assert tint(DARK.up, 0.5).alphaF() == pytest.approx(0.5, abs=0.01)
    assert DARK.up.alphaF() == 1.0
