"""Colours that can be read, figures that stay in place, and a style sheet that Qt understands."""

from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtGui import QColor, QFontInfo, QFontMetricsF
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from ui.theme import (
    COMPACT,
    DARK,
    DENSITIES,
    LIGHT,
    NORMAL,
    ROOMY,
    Theme,
    ThemeSource,
    contrast,
    depth_lut,
    mix,
    mono_font,
    style_sheet,
    tint,
    ui_font,
)
from workstation import settings

both = pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)


@both
@pytest.mark.parametrize("surface", ["window", "panel", "control"])
@pytest.mark.parametrize("token", ["text", "muted", "up", "down", "accent", "warn", "danger"])
def test_what_is_read_stands_out_from_every_surface(theme: Theme, surface: str, token: str) -> None:
    assert contrast(getattr(theme, token), getattr(theme, surface)) >= 4.5


@both
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
