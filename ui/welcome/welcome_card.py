"""The welcome: what this desk is, the tour, and the few choices that a first start offers."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ui.desk.schema import Workspace
from ui.markets import MarketChoice
from ui.theme import AGE_PX, BODY_PX, HEADER_PX, Theme, ThemeSource, ui_font
from ui.welcome.sheet import OverDesk, asked_style
from ui.welcome.workspace_picture import WorkspaceButton

WIDTH_PX = 480
_LABEL_PX = 92
_BUTTON_PX = 92

ABOUT = {
    "trade": "Watch, plan, send",
    "review": "What was traded, and what it teaches",
    "context": "Funding, liquidity, correlation, the calendar",
}
"""What the shipped workspaces are for."""


class WelcomeCard(OverDesk):
    """Quiet and not modal: the desk behind it goes on, and everything on it can be chosen later too."""

    tour_wanted = Signal()
    market_chosen = Signal(str)
    workspace_chosen = Signal(str)
    sample_wanted = Signal()
    folder_wanted = Signal()
    restart_wanted = Signal()

    def __init__(
        self,
        markets: Sequence[MarketChoice],
        workspaces: Sequence[tuple[str, Workspace]],
        themes: ThemeSource,
        window: QWidget,
    ) -> None:
        """Make it; it shows nothing of the desk's state before it is told.

        Args:
            markets: that can be opened, by key and title.
            workspaces: that are shipped, by key.
        """
        super().__init__(themes, window, WIDTH_PX)
        self.setAccessibleName("Welcome")
        self.title = self.label("This desk is live", BODY_PX + 4, strong=True)
        self.words = self.label("", HEADER_PX, muted=True)
        self.tour = self.button("Take the tour: a first trade in three steps")
        self.close_button = self.button("Close", "Esc; Ctrl+K, “welcome”, brings it back")
        self.tour.clicked.connect(self.tour_wanted)
        self.close_button.clicked.connect(self.put_away)
        self.markets = QComboBox(self)
        self.markets.setAccessibleName("Market data")
        self.markets.setFont(ui_font(BODY_PX))
        for choice in markets:
            self.markets.addItem(choice.title, choice.key)
        self.markets.activated.connect(lambda _: self.market_chosen.emit(str(self.markets.currentData())))
        self.market_words = self.label("", AGE_PX, muted=True)
        self.workspaces: dict[str, WorkspaceButton] = {}
        for key, workspace in workspaces:
            made = WorkspaceButton(workspace, ABOUT.get(key, ""), themes, self)
            made.clicked.connect(lambda _=False, key=key: self.workspace_chosen.emit(key))
            self.workspaces[key] = made
        self.sample_words = self.label("", AGE_PX, muted=True)
        self.sample = self.button("Add")
        self.sample.clicked.connect(self.sample_wanted)
        self.folder_words = self.label("", AGE_PX, muted=True)
        self.folder_words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.folder = self.button("Change…", "Choose the folder in which everything is kept")
        self.folder.clicked.connect(self.folder_wanted)
        self.restart = self.button("Restart now")
        self.restart.clicked.connect(self.restart_wanted)
        self.restart.hide()
        self._lay_out()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(6)
        column.addWidget(self.title)
        column.addWidget(self.words)
        column.addSpacing(4)
        top = QHBoxLayout()
        top.addWidget(self.tour, 1)
        top.addWidget(self.close_button)
        column.addLayout(top)
        column.addSpacing(8)
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(4)
        grid.setColumnMinimumWidth(0, _LABEL_PX)
        grid.setColumnStretch(1, 1)
        grid.addWidget(self._head("Market data"), 0, 0)
        grid.addWidget(self.markets, 0, 1, 1, 2)
        grid.addWidget(self.market_words, 1, 1, 1, 2)
        grid.setRowMinimumHeight(2, 6)
        grid.addWidget(self._head("Workspace"), 3, 0, Qt.AlignmentFlag.AlignTop)
        pictures = QHBoxLayout()
        pictures.setSpacing(6)
        for picture in self.workspaces.values():
            pictures.addWidget(picture, 1)
        grid.addLayout(pictures, 3, 1, 1, 2)
        grid.setRowMinimumHeight(4, 6)
        for row, title, words, button in (
            (5, "Sample journal", self.sample_words, self.sample),
            (7, "Your data", self.folder_words, self.folder),
        ):
            button.setMinimumWidth(_BUTTON_PX)
            grid.addWidget(self._head(title), row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(words, row, 1)
            grid.addWidget(button, row, 2, Qt.AlignmentFlag.AlignTop)
        grid.setRowMinimumHeight(6, 4)
        grid.addWidget(self.restart, 8, 2)
        column.addLayout(grid)

    def _head(self, words: str) -> QLabel:
        return self.label(words, HEADER_PX, strong=True)

    # What it says.

    def show_market(self, choice: MarketChoice, *, is_simulated: bool, is_live: bool) -> None:
        """Say which market is open, and whether prices have come."""
        self.title.setText("This desk is live" if is_live else "The desk is coming up")
        if is_simulated:
            self.words.setText(
                "It shows the simulated exchange: prices that this computer makes up, and an account of play "
                "money. No account, no key and no network is needed."
            )
            self.market_words.setText("Or a real venue: public data, traded on paper, no key.")
        else:
            self.words.setText(
                f"It shows {choice.title}: public data, as they come. What is traded here is play money, on "
                "paper, and no key is asked for."
            )
            self.market_words.setText("The simulated exchange needs no network.")
        self.markets.setCurrentIndex(max(0, self.markets.findData(choice.key)))

    def show_workspace(self, key: str) -> None:
        """Say which workspace is open."""
        for name, button in self.workspaces.items():
            button.setChecked(name == key)

    def show_sample(self, *, is_there: bool, is_busy: bool, can_be_changed: bool, trouble: str) -> None:
        """Say whether the sample journal is there."""
        if trouble:
            words = trouble
        elif is_busy:
            words = "One moment …"
        elif is_there:
            words = "It is in the journal, marked SAMPLE everywhere, and never counted with your trades."
        else:
            words = "Months of made-up trades, so that review and statistics have something to show."
        self.sample_words.setText(words)
        self.sample.setText("Remove…" if is_there and not is_busy else "Add")
        self.sample.setEnabled(can_be_changed)

    def show_folder(self, folder: str, note: str, *, can_restart: bool) -> None:
        """Say where the data are.

        Args:
            folder: its path.
            note: what is to be said of it, a sentence.
            can_restart: another was chosen, which holds from the next start on.
        """
        room = WIDTH_PX - _LABEL_PX - _BUTTON_PX - 62
        metrics = QFontMetricsF(self.folder_words.font())
        shown = metrics.elidedText(folder, Qt.TextElideMode.ElideMiddle, room)
        self.folder_words.setText(f"{shown}\n{note}")
        self.folder_words.setToolTip(folder)
        self.restart.setVisible(can_restart)

    def dress(self, theme: Theme) -> None:
        super().dress(theme)
        self.tour.setStyleSheet(asked_style(theme))
