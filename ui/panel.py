"""The base class of every panel: a header line, a body, six designed conditions, and state to pull from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QContextMenuEvent, QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFileDialog, QStackedLayout, QVBoxLayout, QWidget

from ui import format
from ui.commands import Command
from ui.condition_view import COVERED, Condition, ConditionView
from ui.feed_watch import Standing
from ui.links import LinkGroup, PanelLink
from ui.panel_corners import PanelCorners
from ui.panel_header import PanelHeader
from ui.pictures.painting import picture_of
from ui.pictures.taker import Subject
from ui.services import PanelServices
from ui.theme import Theme
from ui.veil import Veil
from workstation.market.state import SymbolState
from workstation.model.feed_status import FeedState

__all__ = ["STALE_AFTER_S", "Condition", "Panel", "PanelHeader", "PanelServices"]

STALE_AFTER_S = 2.0
"""Data older than this are called stale while the market runs, seconds."""

_LOST = {
    FeedState.CONNECTING: "reconnecting",
    FeedState.DISCONNECTED: "disconnected",
    FeedState.REFUSED: "refused",
}
"""States in which nothing comes, and what the badge calls them when something came before."""
_LOST_SHORT = "lost"
ROOMY_PX = 440
"""Width from which the badge has room for the whole word."""


class Panel(QWidget):
    """One panel of the desk.

    A panel never hears a tick: the frame clock calls `refresh()` while it is visible, at most `rate_hz`
    times a second, and it reads the market's state and repaints what changed.
    """

    kind: ClassVar[str]
    """Stable key in layouts, "chart"."""
    title: ClassVar[str]
    """Its name in menus and tabs, "Chart"."""
    rate_hz: ClassVar[float]
    """How often it wants to be refreshed at most."""
    of_symbol: ClassVar[bool] = True
    """It shows the linked symbol; else the whole market."""
    of_book: ClassVar[bool] = False
    """It shows the book, which may stand still while trades go on: then it is old."""
    veiled: ClassVar[bool] = True
    """Old data lie under a veil; else the panel itself shows that they are old."""
    of_market: ClassVar[bool] = True
    """What it shows comes from the open market and ages with it; else it is kept on disk or comes from
    elsewhere, and neither the market's age nor the feed's word is shown on it."""

    def __init__(self, services: PanelServices, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.services = services
        self.instance_id = self.kind
        """Which of the desk's panels this is: "chart", "chart-2" …; stable in layouts."""
        self.link = PanelLink(services.links, self)
        self.header = PanelHeader(services.themes.theme, services.themes.density, self)
        self._body: QWidget | None = None
        self._condition_asked = (Condition.LIVE, "", "")
        self._failed = False
        self._condition_shown = (Condition.LIVE, "", "")
        self._condition_view = ConditionView(services.themes.theme)
        self._veil = Veil(services.themes.theme, self)
        self._stack = QStackedLayout()
        self._stack.addWidget(self._condition_view)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        layout.addLayout(self._stack, 1)
        self._corners = PanelCorners(self, services.themes)
        self.setMinimumWidth(180)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._fill_menu()
        services.themes.changed.connect(self._on_theme)
        self.link.symbol_changed.connect(self._on_symbol)
        self.link.timeframe_changed.connect(self._on_timeframe)
        self.link.sharing_changed.connect(self._show_link)
        self._show_link()

    # What a panel is made of.

    def set_body(self, widget: QWidget) -> None:
        """Make `widget` everything below the header line."""
        self._body = widget
        self._stack.addWidget(widget)
        if self._condition_shown[0] not in COVERED:
            self._stack.setCurrentWidget(widget)
        self._corners.raise_()

    @property
    def theme(self) -> Theme:
        """The colours in force."""
        return self.services.themes.theme

    @property
    def state(self) -> SymbolState | None:
        """The linked symbol's state; None while no symbol is chosen or it is unknown."""
        return self.services.workstation.market.state(self.link.symbol)

    # What a panel does; each is a hook for the subclass.

    def refresh(self) -> None:
        """Read the state and repaint what changed since the last call."""

    def symbol_changed(self) -> None:
        """The linked symbol is another; also called once when the panel is placed in a window."""

    def timeframe_changed(self) -> None:
        """The linked candle width is another."""

    def market_reset(self) -> None:
        """The replay was rewound: what was remembered about this symbol's past is void."""

    def theme_changed(self, theme: Theme) -> None:
        """Colours or heights are others."""

    def reset_view(self) -> None:
        """Show what a new panel would: drop zoom, scroll and hold."""

    def save_state(self) -> dict[str, object]:
        """The view's settings as JSON-able values."""
        return {}

    def restore_state(self, saved: Mapping[str, object]) -> None:
        """Take over settings that `save_state` gave; what is unknown or wrong is ignored."""

    def keys(self) -> list[tuple[str, str]]:
        """The panel's keys and what they do: ("Home", "Back to the newest")."""
        return []

    def commands(self) -> list[Command]:
        """What the palette offers while this panel is the current one; a key here is only told, not bound."""
        return []

    def data_age_s(self) -> float | None:
        """Seconds since the newest data of what the panel shows; None when there never were any.

        The default is the linked symbol's; a panel that shows the whole market overrides it.
        """
        state = self.state
        if state is None:
            return None
        newest = state.health.last_book if self.of_book else state.health.last_data
        return None if newest is None else self.services.workstation.clock.monotonic() - newest

    def put_away(self) -> None:
        """The panel is closed for good: end what would outlive it, and call this."""
        self.link.leave()

    @property
    def name(self) -> str:
        """Its title, with a number where there are several: "Chart 2"."""
        number = self.instance_id.removeprefix(self.kind).removeprefix("-")
        return f"{self.title} {number}" if number else self.title

    # Conditions.

    @property
    def condition(self) -> Condition:
        """The condition that the panel shows now."""
        return self._condition_shown[0]

    @property
    def condition_sentence(self) -> str:
        """The sentence shown with the condition."""
        return self._condition_shown[1]

    def set_condition(self, condition: Condition, sentence: str = "", hint: str = "") -> None:
        """Say that this panel's matter is empty, loading, disconnected or in error; LIVE takes it back.

        Args:
            condition: what is so. LIVE leaves it to the data's age whether the panel is live or stale; STALE
                says that what is shown holds no longer, whatever the age.
            sentence: why, in the trader's words.
            hint: what to do about it, if anything.
        """
        if (condition, sentence, hint) != self._condition_asked:
            self._condition_asked = (condition, sentence, hint)
            self.update_condition()

    def offer(self, words: str, do: Callable[[], object]) -> None:
        """Offer a button below the words while the panel is empty; call once."""
        self._condition_view.offer(words, do)

    def cover(self, sentence: str, hint: str = "", condition: Condition = Condition.LOADING) -> None:
        """Say why there is nothing to show: in the feed's words if it has a reason, else in these."""
        trouble = self.services.trouble(self.link.symbol if self.of_symbol else "")
        if trouble is not None:
            self.set_condition(trouble.condition, trouble.sentence, trouble.hint)
        else:
            self.set_condition(condition, sentence, hint)

    def cover_without_symbol(self) -> None:
        """Say why the linked symbol has no state."""
        symbol = self.link.symbol
        if not symbol:
            self.cover("No symbol is chosen.", "Choose one in the watchlist.", Condition.EMPTY)
        elif self.services.workstation.live is not None:
            self.cover(f"{symbol} is not followed.", "Follow it: Ctrl+K and its name.", Condition.EMPTY)
        else:
            self.cover(f"{symbol} is not in this market.", "Choose another: Ctrl+K.", Condition.EMPTY)

    def update_condition(self) -> None:
        """Show the condition that follows from the panel's own word, the feed's, and the age of the data."""
        feed = self.services.workstation.feed
        shown = self._condition_asked
        if not self.of_market:
            if not self._failed:
                self._show(shown)
            return
        age = self.data_age_s()
        if feed is not None and (feed.finished or feed.paused):
            self.header.set_note("recording ended" if feed.finished else "paused")
        elif shown[0] in COVERED or age is None:
            self.header.set_age(None if shown[0] in COVERED else age)
        else:
            shown = self._show_age(age, shown)
        if not self._failed:
            self._show(shown)

    def _show_age(self, age: float, asked: tuple[Condition, str, str]) -> tuple[Condition, str, str]:
        """Put age or alarm of the data shown into the header; return the condition that follows."""
        standing = self.services.feed.standing(self.link.symbol if self.of_symbol else None)
        state = standing.state if standing is not None else FeedState.LIVE
        if standing is not None and state in _LOST:
            words = _LOST[state] if self.width() >= ROOMY_PX else _LOST_SHORT
            self.header.set_alarm(f"{words} {format.age(standing.for_s)}", "lost", standing.words)
            return (Condition.STALE, _sentence(standing, age), "")
        if age > STALE_AFTER_S or state is FeedState.STALE:
            sentence = _sentence(standing, age)
            self.header.set_alarm(f"stale {format.age(age)}", "stale", sentence)
            return (Condition.STALE, sentence, "")
        if standing is not None and state is FeedState.REPAIRING:
            self.header.set_alarm("repairing", "repair", standing.words)
        elif asked[0] is Condition.STALE:
            self.header.set_alarm("repairing", "repair", asked[1])
        else:
            self.header.set_age(age)
        return asked

    def show_failure(self, error: Exception) -> None:
        """Cover the body because refreshing it raised; the next refresh that succeeds uncovers it."""
        self._failed = True
        message = f"{type(error).__name__}: {error}"
        self._show((Condition.ERROR, message, "It is tried again every second; the other panels go on."))

    def clear_failure(self) -> None:
        """A refresh has succeeded again."""
        if self._failed:
            self._failed = False
            self.update_condition()

    def _show(self, shown: tuple[Condition, str, str]) -> None:
        if shown == self._condition_shown:
            return
        self._condition_shown = shown
        if shown[0] in COVERED:
            self._condition_view.show_condition(*shown)
            self._stack.setCurrentWidget(self._condition_view)
        elif self._body is not None:
            self._stack.setCurrentWidget(self._body)
        if shown[0] is Condition.STALE and self.veiled:
            self._place_veil()
            self._veil.say(shown[1], self.header.alarm_token)
        else:
            self._veil.hide()
        self._corners.raise_()

    def _place_veil(self) -> None:
        header = self.header.height() if self.header.parent() is self else 0
        self._veil.setGeometry(0, header, self.width(), self.height() - header)

    # Links.

    def set_link(self, link: LinkGroup | None) -> None:
        """Share symbol, timeframe and crosshair with another link group; None for none."""
        self.link.join(link)

    def _show_link(self) -> None:
        self.header.link_button.show_link(
            self.link.color_name,
            shares_symbol=self.link.shares_symbol,
            shares_timeframe=self.link.shares_timeframe,
        )

    def _on_symbol(self, _symbol: str) -> None:
        self.symbol_changed()
        self.update_condition()

    def _on_timeframe(self, _timeframe_ms: int) -> None:
        self.timeframe_changed()

    def _on_theme(self, theme: Theme) -> None:
        self.header.set_theme(theme)
        self.header.set_density(self.services.themes.density)
        self._condition_view.set_theme(theme)
        self._veil.set_theme(theme)
        self.theme_changed(theme)
        self.update()

    # The menu.

    def _fill_menu(self) -> None:
        menu = self.header.menu
        menu.addAction("Duplicate").triggered.connect(self.header.duplicate_requested)
        menu.addAction("Move to a window of its own").triggered.connect(self.header.pop_out_requested)
        self.header.window_menu = menu.addMenu("Move to")
        menu.addSeparator()
        menu.addAction("Reset view").triggered.connect(lambda: self.reset_view())
        menu.addSeparator()
        menu.addAction("Copy picture").triggered.connect(lambda: self.copy_picture())
        menu.addAction("Keep picture").triggered.connect(lambda: self.keep_picture())
        menu.addAction("Save picture as…").triggered.connect(self._save_picture)
        menu.addSeparator()
        menu.addAction("Help on this panel").triggered.connect(lambda: self.services.show_help(self.kind))
        menu.addSeparator()
        menu.addAction("Close").triggered.connect(self.header.close_requested)
        button = self.header.link_button
        button.group_chosen.connect(lambda name: self.set_link(self.services.links.group(name)))
        button.symbol_shared.connect(lambda shared: self.link.share(symbol=shared))
        button.timeframe_shared.connect(lambda shared: self.link.share(timeframe=shared))

    def picture(self) -> QImage:
        """The panel as it is on screen, header included, at as many dots as the trader wants."""
        return picture_of(self, twice=self.services.pictures.twice)

    def copy_picture(self) -> None:
        """Put a picture of the panel on the clipboard."""
        self.services.pictures.copy(self.picture(), self._picture_subject())

    def keep_picture(self) -> None:
        """Keep a picture of the panel in the folder of pictures."""
        self.services.pictures.save(self.picture(), self._picture_subject())

    def _picture_subject(self) -> Subject:
        return self.services.picture_subject(self.instance_id, self.link.symbol if self.of_symbol else "")

    def _save_picture(self) -> None:
        # Taken before the dialog opens, and the dialog does not block: the market goes on.
        picture, subject, taker = self.picture(), self._picture_subject(), self.services.pictures
        dialog = QFileDialog(self, "Save picture", str(taker.folder / subject.file_name), "PNG (*.png)")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("png")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda path: taker.save_as(picture, subject, Path(path)))
        dialog.open()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer to say what a figure is; after a click that has opened a menu of its own, within that."""
        self.services.ask_at(self, event.globalPos())

    # Painting.

    def minimumSizeHint(self) -> QSize:
        return QSize(180, 80)

    def paintEvent(self, _event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), self.theme.panel)

    def resizeEvent(self, _event: QResizeEvent) -> None:
        self._corners.place()
        self._place_veil()


def _sentence(standing: Standing | None, age: float) -> str:
    words = standing.words_and_attempts if standing is not None else ""
    return words or f"The data are {format.age(age)} old"
