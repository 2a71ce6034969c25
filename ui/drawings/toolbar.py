"""The slim bar of drawing tools at the left of a plot; in a narrow or low plot a single button."""

from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QMenu, QToolButton, QVBoxLayout, QWidget

from ui.drawings.icons import tool_icon
from ui.theme import Theme
from workstation.model.drawings import DrawingKind

BUTTON_PX = 24
MARGIN_PX = 2
LEAST_PLOT_PX = 380
"""A plot narrower than this has no room for the bar beside its candles."""


@dataclass(frozen=True, slots=True)
class ToolWords:
    """A tool as the trader knows it.

    Attributes:
        name: in sentences.
        key: chooses it.
        hint: how it is used.
    """

    name: str
    key: str
    hint: str

    @property
    def title(self) -> str:
        """The name where a sentence begins with it."""
        return self.name[0].upper() + self.name[1:]


TOOLS: dict[DrawingKind, ToolWords] = {
    DrawingKind.LEVEL: ToolWords("level", "Alt+H", "click a price"),
    DrawingKind.TREND: ToolWords("trend line", "Alt+T", "click two points, or drag"),
    DrawingKind.RAY: ToolWords("ray", "Alt+R", "click two points, or drag"),
    DrawingKind.RECTANGLE: ToolWords("rectangle", "Alt+B", "click two corners, or drag"),
    DrawingKind.FIBONACCI: ToolWords(
        "Fibonacci retracement", "Alt+F", "click where the move starts and ends"
    ),
    DrawingKind.MEASURED_MOVE: ToolWords(
        "measured move", "Alt+M", "click its start, its end, then where it repeats"
    ),
    DrawingKind.TEXT: ToolWords("text", "Alt+X", "click where it belongs"),
}
"""What can be drawn, in the order of the bar."""
MAGNET_KEY = "Alt+S"
HIDE_KEY = "Alt+V"
ALERT_KEY = "Alt+A"


class DrawingToolbar(QFrame):
    """Buttons for the tools, the magnet and hiding; lies on a plot, at its left."""

    tool_picked = Signal(object)
    """A `DrawingKind`, or None to put the tool away."""
    magnet_picked = Signal(bool)
    hide_picked = Signal(bool)
    fold_picked = Signal(bool)
    """The trader folds the bar to one button, or unfolds it."""

    def __init__(self, theme: Theme, plot: QWidget) -> None:
        super().__init__(plot)
        self._theme = theme
        self._tool: DrawingKind | None = None
        self._wants_fold = False
        self._folded: bool | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(MARGIN_PX, MARGIN_PX, MARGIN_PX, MARGIN_PX)
        layout.setSpacing(0)
        self.tools = {kind: self._button(kind.value) for kind in TOOLS}
        for kind, words in TOOLS.items():
            button = self.tools[kind]
            button.setCheckable(True)
            button.setToolTip(f"{words.title}: {words.hint} ({words.key})")
            button.setAccessibleName(words.title)
            button.clicked.connect(lambda on, kind=kind: self.tool_picked.emit(kind if on else None))
        self.magnet_button = self._button("magnet")
        self.magnet_button.setCheckable(True)
        self.magnet_button.setToolTip(
            f"Magnet to bars, round numbers and other drawings ({MAGNET_KEY}); Ctrl held turns it over"
        )
        self.magnet_button.setAccessibleName("Magnet")
        self.magnet_button.clicked.connect(self.magnet_picked)
        self.hide_button = self._button("eye")
        self.hide_button.setCheckable(True)
        self.hide_button.setAccessibleName("Hide drawings")
        self.hide_button.clicked.connect(self.hide_picked)
        self.fold_button = self._button("fold")
        self.fold_button.setToolTip("Fold the drawing tools")
        self.fold_button.setAccessibleName("Fold the drawing tools")
        self.fold_button.clicked.connect(lambda: self.fold_picked.emit(True))
        self._all = (*self.tools.values(), self.magnet_button, self.hide_button, self.fold_button)
        self.pencil = self._button("pencil")
        self.pencil.setToolTip("Drawing tools")
        self.pencil.setAccessibleName("Drawing tools")
        self.pencil.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.pencil.setMenu(self._make_menu())
        for button in (*self._all, self.pencil):
            layout.addWidget(button)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.show_state(None, magnet=True, hidden=False)
        self.set_theme(theme)

    @property
    def folded(self) -> bool:
        """It is a single button."""
        return bool(self._folded)

    def show_state(self, tool: DrawingKind | None, *, magnet: bool, hidden: bool) -> None:
        """Show what is chosen."""
        self._tool = tool
        for kind, button in self.tools.items():
            button.setChecked(kind is tool)
        self.magnet_button.setChecked(magnet)
        self.hide_button.setChecked(hidden)
        self.hide_button.setToolTip(f"{'Show' if hidden else 'Hide'} the drawings of this panel ({HIDE_KEY})")
        self._paint_signs()

    def set_theme(self, theme: Theme) -> None:
        """Use these colours."""
        self._theme = theme
        self._paint_signs()
        self.update()

    def set_fold(self, fold: bool) -> None:
        """Be a single button even where there is room; or the whole bar wherever there is."""
        self._wants_fold = fold

    def place(self, width: float, height: float) -> None:
        """Lie at the left of a price pane of this size, px, as the whole bar if there is room."""
        rows = round(len(self._all) * BUTTON_PX + 2 * MARGIN_PX)
        folded = self._wants_fold or width < LEAST_PLOT_PX or height < rows + 8
        if folded != self._folded:
            self._folded = folded
            for button in self._all:
                button.setVisible(not folded)
            self.pencil.setVisible(folded)
        size = BUTTON_PX + 2 * MARGIN_PX
        self.setGeometry(4, 4, size, size if folded else rows)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.panel)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self._theme.hairline)
        painter.setBrush(self._theme.panel)
        painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 5, 5)

    def _button(self, sign: str) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(sign)
        button.setStyleSheet("QToolButton { padding: 0px; min-height: 0px; }")
        button.setFixedSize(BUTTON_PX, BUTTON_PX)
        button.setIconSize(QSize(16, 16))
        # The keyboard stays with the chart: a tool chosen with the mouse is left with Esc.
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _paint_signs(self) -> None:
        theme = self._theme
        for button in (*self._all, self.pencil):
            sign = button.objectName()
            # Folded or not: who sees no drawings must see that they are hidden.
            if button in (self.hide_button, self.pencil) and self.hide_button.isChecked():
                sign = "eye_off"
            if button is self.pencil and self._tool is not None:
                button.setIcon(tool_icon(self._tool.value, theme.accent))
            else:
                button.setIcon(tool_icon(sign, theme.text if button.isChecked() else theme.muted))

    def _make_menu(self) -> QMenu:
        """What the single button offers: the same as the bar."""
        menu = QMenu(self)
        for kind, words in TOOLS.items():
            action = menu.addAction(f"{words.title}\t{words.key}")
            action.triggered.connect(lambda _=False, kind=kind: self.tool_picked.emit(kind))
        menu.addSeparator()
        magnet = menu.addAction(f"Magnet\t{MAGNET_KEY}")
        magnet.triggered.connect(lambda: self.magnet_picked.emit(not self.magnet_button.isChecked()))
        hide = menu.addAction(f"Hide drawings\t{HIDE_KEY}")
        hide.triggered.connect(lambda: self.hide_picked.emit(not self.hide_button.isChecked()))
        unfold = menu.addAction("Unfold the tools")
        unfold.triggered.connect(lambda: self.fold_picked.emit(False))

        def update() -> None:
            for action, on in ((magnet, self.magnet_button), (hide, self.hide_button)):
                action.setCheckable(True)
                action.setChecked(on.isChecked())
            unfold.setVisible(self._wants_fold)

        menu.aboutToShow.connect(update)
        return menu
