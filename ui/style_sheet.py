"""The application's dress: its palette and style sheet, made from a theme and a density."""

from string import Template

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from ui.theme import NORMAL, PANEL_GAP, Density, Theme, mix


def dress(application: QApplication, theme: Theme, density: Density) -> None:
    """Give the whole application a theme's colours and a density's spacing."""
    palette = QPalette()
    for role, color in (
        (QPalette.ColorRole.Window, theme.window),
        (QPalette.ColorRole.Base, theme.panel),
        (QPalette.ColorRole.AlternateBase, theme.control),
        (QPalette.ColorRole.Button, theme.control),
        (QPalette.ColorRole.WindowText, theme.text),
        (QPalette.ColorRole.Text, theme.text),
        (QPalette.ColorRole.ButtonText, theme.text),
        (QPalette.ColorRole.PlaceholderText, theme.muted),
        (QPalette.ColorRole.ToolTipBase, theme.control),
        (QPalette.ColorRole.ToolTipText, theme.text),
        (QPalette.ColorRole.Highlight, theme.accent),
        (QPalette.ColorRole.HighlightedText, theme.on_accent),
        (QPalette.ColorRole.Link, theme.accent),
    ):
        palette.setColor(role, QColor(color))
    application.setPalette(palette)
    application.setStyleSheet(style_sheet(theme, density))


def style_sheet(theme: Theme, density: Density = NORMAL) -> str:
    """The application's style sheet: flat surfaces, hairlines, a visible focus ring.

    Fonts are set on widgets, not here: a font named in a style sheet loses its tabular figures.
    """
    hover = mix(theme.control, theme.text, 0.08).name()
    selected = mix(theme.control, theme.accent, 0.28).name()
    thumb = mix(theme.panel, theme.muted, 0.35).name()
    values = {
        "window": theme.window.name(),
        "panel": theme.panel.name(),
        "control": theme.control.name(),
        "hairline": theme.hairline.name(),
        "text": theme.text.name(),
        "muted": theme.muted.name(),
        "dim": theme.dim.name(),
        "accent": theme.accent.name(),
        "on_accent": theme.on_accent.name(),
        "hover": hover,
        "selected": selected,
        "thumb": thumb,
        "gap": str(PANEL_GAP),
        "pad": str(density.padding),
        "small": str(density.padding // 2),
        "height": str(density.control_height - 2),
        "inline": str(density.header_height - 10),
    }
    return _SHEET.substitute(values)


_SHEET = Template("""
QMainWindow, QDialog { background: ${window}; }
QSplitter { background: ${window}; }
QSplitter::handle { background: ${window}; image: none; }
QSplitter::handle:hover { background: ${selected}; }
QStatusBar, QStatusBar::item { background: ${window}; border: none; }
QToolTip { background: ${control}; color: ${text}; border: 1px solid ${hairline}; padding: 4px; }

QMenu { background: ${control}; color: ${text}; border: 1px solid ${hairline}; padding: 4px; }
QMenu::item { padding: ${small}px 24px ${small}px 24px; border-radius: 4px; }
QMenu::item:selected { background: ${selected}; }
QMenu::item:disabled { color: ${dim}; }
QMenu::separator { height: 1px; background: ${hairline}; margin: 4px 8px; }

QToolButton, QPushButton {
    background: transparent; color: ${text}; border: 1px solid transparent; border-radius: 4px;
    min-height: ${height}px; padding: 0px ${small}px; }
QPushButton { background: ${control}; border-color: ${hairline}; padding: 0px ${pad}px; }
QToolButton:hover, QPushButton:hover { background: ${hover}; }
QToolButton:pressed, QPushButton:pressed { background: ${selected}; }
QToolButton:checked, QPushButton:checked { background: ${selected}; color: ${text}; }
QToolButton:focus, QPushButton:focus { border-color: ${accent}; }
QToolButton:disabled, QPushButton:disabled { color: ${dim}; }
PanelHeader QToolButton, PanelHeader QPushButton, PanelHeader QComboBox { min-height: ${inline}px; }
/* These have a size of their own, which a greater least height would shift. */
PanelHeader LinkButton, PanelHeader PopOutButton, PanelHeader MenuButton { min-height: 0px; padding: 0px; }
QToolButton::menu-indicator { image: none; width: 0px; }

QComboBox, QLineEdit, QSpinBox, QDoubleSpinBox {
    background: ${control}; color: ${text}; border: 1px solid ${hairline}; border-radius: 4px;
    min-height: ${height}px; padding: 0px ${small}px;
    selection-background-color: ${selected}; selection-color: ${text}; }
QComboBox:hover { background: ${hover}; }
QComboBox:focus, QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus { border-color: ${accent}; }
QComboBox::drop-down { border: none; width: 14px; }
/* A wedge of a turn about the middle of its lower edge: an arrow in the theme's colour, without a file. */
QComboBox::down-arrow { image: none; width: 8px; height: 5px;
    background: qconicalgradient(cx: 0.5, cy: 1, angle: 0,
    stop: 0 transparent, stop: 0.165 transparent, stop: 0.185 ${muted}, stop: 0.315 ${muted},
    stop: 0.335 transparent, stop: 1 transparent); }
QComboBox:disabled, QLineEdit:disabled { color: ${dim}; }
QComboBox QAbstractItemView {
    background: ${control}; color: ${text}; border: 1px solid ${hairline}; outline: none;
    selection-background-color: ${selected}; selection-color: ${text}; }

QCheckBox { spacing: ${small}px; }
QCheckBox:focus { color: ${accent}; }

QAbstractItemView { background: ${panel}; border: none; outline: none;
    selection-background-color: ${selected}; selection-color: ${text}; }
QHeaderView { background: ${panel}; border: none; }
QHeaderView::section { background: ${panel}; color: ${muted}; border: none; padding: 0px ${small}px; }
QTableCornerButton::section { background: ${panel}; border: none; }

QScrollBar:vertical { background: transparent; width: 8px; margin: 0px; }
QScrollBar:horizontal { background: transparent; height: 8px; margin: 0px; }
QScrollBar::handle { background: ${thumb}; border-radius: 3px; margin: 1px; }
QScrollBar::handle:vertical { min-height: 24px; }
QScrollBar::handle:horizontal { min-width: 24px; }
QScrollBar::handle:hover { background: ${muted}; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0px; height: 0px; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QTabBar { background: ${window}; qproperty-drawBase: 0; }
QTabBar::tab { background: transparent; color: ${muted}; border: none; border-radius: 4px;
    padding: 3px ${pad}px; margin: 0px 2px 2px 0px; }
QTabBar::tab:selected { background: ${control}; color: ${text}; }
QTabBar::tab:hover { color: ${text}; }
QTabBar::tab:focus { color: ${accent}; }

QSlider { min-height: 18px; border: 1px solid transparent; border-radius: 4px; }
QSlider:focus { border-color: ${accent}; }
QSlider::groove:horizontal { height: 4px; background: ${hairline}; border-radius: 2px; }
QSlider::sub-page:horizontal { height: 4px; background: ${accent}; border-radius: 2px; }
QSlider::handle:horizontal {
    width: 12px; height: 12px; margin: -4px 0px; border-radius: 6px; background: ${text}; }
QSlider::sub-page:horizontal:disabled, QSlider::handle:horizontal:disabled { background: ${dim}; }
""")
