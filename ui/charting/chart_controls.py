"""The controls in a chart's header: timeframe, kind of bars, studies, automatic scale."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton

from ui.charting.candle_item import BarStyle
from ui.charting.chart_view import ChartView
from ui.charting.legends import ChartLegends
from ui.charting.market_views import MARKET_VIEWS, MarketViews
from ui.charting.study_catalogue import StudyCatalogue
from ui.charting.study_host import ActiveStudy, StudyHost
from ui.panel_header import PanelHeader
from ui.theme import HEADER_PX, ui_font
from ui.widgets.timeframe_picker import TimeframePicker
from workstation.analytics.studies import STUDIES
from workstation.analytics.study import Study
from workstation.market.counted_bars import BarRule

STYLE_TITLES = {
    BarStyle.CANDLES: "Candles",
    BarStyle.HEIKIN_ASHI: "Heikin-Ashi",
    BarStyle.LINE: "Line",
}
FIGURES_WIDTH_PX = 860
"""Subject, figures and age take this much of the header; timeframe buttons take what is left, or fold."""
STYLE_WIDTH_PX = 820
"""Width of the panel from which the kind of bars has a button; in a narrower one figures need the room."""


class Controlled(Protocol):
    """The chart as its controls see it."""

    legends: ChartLegends
    studies: StudyHost
    market_views: MarketViews
    view: ChartView

    def set_timeframe(self, timeframe_ms: int) -> None: ...
    def set_rule(self, rule: BarRule) -> None: ...
    def set_style(self, style: BarStyle) -> None: ...
    def add_study(self, study: Study) -> None: ...
    def show_volume(self, shown: bool) -> None: ...


class ChartControls(QObject):
    """Puts the controls into a header and tells what is chosen."""

    style_chosen = Signal(object)
    """A `BarStyle`."""
    study_chosen = Signal(object)
    """A `Study` to add."""
    study_edited = Signal(str)
    """The key of a study on the chart that is to be changed."""
    volume_toggled = Signal(bool)
    view_toggled = Signal(str, bool)
    """The key of one of `MARKET_VIEWS`, and whether it is to be shown."""
    view_edited = Signal(str)
    """The key of one of `MARKET_VIEWS` whose figures are to be set."""

    def __init__(self, header: PanelHeader, timeframe_ms: int) -> None:
        super().__init__(header)
        self._header = header
        self.picker = TimeframePicker(timeframe_ms)
        self.style_button = self._button("Candles", "How bars are drawn (B for the next)")
        self.style_button.setAccessibleName("Kind of bars")
        self._styles: dict[BarStyle, QAction] = {}
        styles, group = QMenu(self.style_button), QActionGroup(self)
        for style, title in STYLE_TITLES.items():
            action = styles.addAction(title)
            action.setCheckable(True)
            action.triggered.connect(lambda _=False, style=style: self.style_chosen.emit(style))
            group.addAction(action)
            self._styles[style] = action
        self.style_button.setMenu(styles)
        self.studies_button = self._button("Studies", "Add a study, or change one (S)")
        self.studies_menu = QMenu(self.studies_button)
        self.studies_menu.setToolTipsVisible(True)
        self.studies_button.setMenu(self.studies_menu)
        self._submenus: list[QMenu] = []
        self._outside_menu: QMenu | None = None
        self._catalogue: StudyCatalogue | None = None
        self.studies_menu.aboutToShow.connect(self._offer_outside)
        self.auto_button = self._button("Auto", "Fit the price scale to the bars in view (A)")
        self.auto_button.setCheckable(True)
        self.auto_button.setChecked(True)
        for control in (self.picker, self.style_button, self.studies_button, self.auto_button):
            header.add_control(control)

    def connect_to(self, chart: Controlled) -> None:
        """Let the controls steer a chart."""
        self._catalogue = chart.studies.catalogue
        self.picker.picked.connect(chart.set_timeframe)
        self.picker.rule_picked.connect(chart.set_rule)
        self.style_chosen.connect(chart.set_style)
        self.study_chosen.connect(chart.add_study)
        self.study_edited.connect(chart.legends.edit)
        self.volume_toggled.connect(chart.show_volume)
        self.view_toggled.connect(chart.market_views.show)
        self.view_edited.connect(chart.market_views.edit)
        self.auto_button.toggled.connect(chart.view.set_auto)

    def show_style(self, style: BarStyle) -> None:
        """Mark the style in force."""
        self.style_button.setText(STYLE_TITLES[style])
        self._styles[style].setChecked(True)

    def show_studies(self, active: Iterable[ActiveStudy], views: Sequence[str], *, volume: bool) -> None:
        """Fill the menu: what is on the chart, then what can be added."""
        menu = self.studies_menu
        menu.clear()
        for submenu in self._submenus:
            submenu.deleteLater()  # clearing takes only their entries away
        self._submenus = []
        styles = self._submenu("Bars")
        styles.addActions(list(self._styles.values()))
        menu.addSeparator()
        for item in active:
            action = menu.addAction(f"{item.label}…")
            action.setToolTip(f"Change or remove it. {item.study.about}")
            action.triggered.connect(lambda _=False, key=item.key: self.study_edited.emit(key))
        menu.addSeparator()
        shown = menu.addAction("Volume")
        shown.setCheckable(True)
        shown.setChecked(volume)
        shown.setToolTip("What was traded in each bar (V)")
        shown.toggled.connect(self.volume_toggled)
        for view in MARKET_VIEWS:
            action = menu.addAction(view.title)
            action.setCheckable(True)
            action.setChecked(view.key in views)
            action.setToolTip(view.about)
            action.toggled.connect(lambda on, key=view.key: self.view_toggled.emit(key, on))
        for view in MARKET_VIEWS:
            if view.rules:
                action = menu.addAction(f"{view.rules}…")
                action.setToolTip("Set the figures that decide what is shown")
                action.triggered.connect(lambda _=False, key=view.key: self.view_edited.emit(key))
        menu.addSeparator()
        for pane, words in (("price", "Over the price"), ("own", "In a pane of its own")):
            section = self._submenu(words)
            for study in STUDIES:
                if study.pane == pane:
                    action = section.addAction(study.title)
                    action.setToolTip(study.about)
                    action.triggered.connect(lambda _=False, study=study: self.study_chosen.emit(study))

        self._outside_menu = self._submenu("From outside")
        self._offer_outside()

    def _offer_outside(self) -> None:
        """List the series that are declared now: files come and go without a word to the chart."""
        menu, catalogue = self._outside_menu, self._catalogue
        if menu is None or catalogue is None:
            return
        menu.clear()
        for study in catalogue.from_outside():
            action = menu.addAction(study.title)
            action.setToolTip(study.about)
            action.triggered.connect(lambda _=False, study=study: self.study_chosen.emit(study))
        if menu.isEmpty():
            none = menu.addAction("None is declared: see the panel Outside")
            none.setEnabled(False)

    def open_studies(self) -> None:
        """Open the menu of studies, under the header where its button is folded."""
        if self.studies_button.isHidden():
            self.studies_menu.popup(self._header.mapToGlobal(self._header.rect().bottomLeft()))
        else:
            self.studies_button.showMenu()

    def _submenu(self, title: str) -> QMenu:
        submenu = QMenu(title, self.studies_menu)
        submenu.setToolTipsVisible(True)
        self.studies_menu.addMenu(submenu)
        self._submenus.append(submenu)
        return submenu

    def fit(self, width: int) -> None:
        """Leave out or fold what a panel so wide has no room for."""
        self._header.leave_out(self.style_button, width < STYLE_WIDTH_PX)
        buttons = self.style_button.sizeHint().width() + self.studies_button.sizeHint().width()
        self.picker.set_wide(width > FIGURES_WIDTH_PX + self.picker.wide_width() + buttons)

    def _button(self, text: str, tip: str) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setFont(ui_font(HEADER_PX))
        button.setToolTip(tip)
        button.setAccessibleName(text)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        return button
