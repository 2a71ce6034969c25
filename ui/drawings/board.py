"""Brings drawing onto a plot: shows a market's drawings, and the tools, keys and menus that change them.

How a panel uses it::

    self.drawings = DrawingBoard(self.plot, services.drawings, services.themes, bars=self._bars)
    self.drawings.set_instrument(state.instrument)        # at every refresh; None while there is no market
    [*own_keys, *self.drawings.keys()]                    # in `keys()`
    {"drawings": self.drawings.save_state()}              # in `save_state()`, and back

With `levels_only` it shows nothing but levels, over the plot's overlays, and has no bar of tools.
"""

from collections.abc import Callable, Mapping
from typing import get_args

from msgspec.structs import replace
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QKeyEvent

from ui.commands import Command
from ui.drawings.actions import DrawingActions
from ui.drawings.board_keys import BoardKeys
from ui.drawings.board_menu import menu_of
from ui.drawings.editor import DrawingEditor
from ui.drawings.edits import PriceStep
from ui.drawings.hand import DrawingHand
from ui.drawings.magnet import Bars
from ui.drawings.painting import DrawingLayer, WorkOverlay
from ui.drawings.shapes import LABEL_LEFT_PX
from ui.drawings.store import DrawingStore
from ui.drawings.toolbar import DrawingToolbar
from ui.theme import Theme, ThemeSource
from ui.widgets.plot_mapping import PlotMapping
from ui.widgets.price_tag import PriceTag
from ui.widgets.time_price_plot import TimePricePlot
from workstation.model.drawings import (
    GREATEST_WIDTH_PX,
    Drawing,
    DrawingColor,
    DrawingKind,
    DrawingStyle,
)
from workstation.model.instrument import Instrument
from workstation.store.drawing_book import TooManyDrawings

WORK_Z = 60.0
LAYER_Z = 40.0
DEFAULT_TIMEFRAME_MS = 60_000
_COLORS = {kind: DrawingStyle(color="violet") for kind in (DrawingKind.FIBONACCI,)} | {
    DrawingKind.LEVEL: DrawingStyle(color="warn"),
    DrawingKind.TEXT: DrawingStyle(color="text"),
}


class DrawingBoard(QObject):
    """The drawings of one plot."""

    def __init__(
        self,
        plot: TimePricePlot,
        store: DrawingStore,
        themes: ThemeSource,
        *,
        bars: Callable[[], Bars | None] = lambda: None,
        levels_only: bool = False,
    ) -> None:
        """Put a board on a plot that shows nothing yet.

        Args:
            plot: where it draws; its tool from now on.
            store: the drawings that all boards share.
            themes: the colours.
            bars: those that the plot shows, for the magnet and to count them; None where it has none.
            levels_only: for a plot whose contents are overlays and which has no use for other drawings.
        """
        super().__init__(plot)
        self.step = PriceStep()
        self.magnet = True
        self._plot, self._store, self._bars = plot, store, bars
        self._levels_only = levels_only
        self._market: tuple[str, str] | None = None
        self._hidden = False
        self._folded = False
        self._shown: tuple[Drawing, ...] = ()
        self._styles: dict[DrawingKind, DrawingStyle] = {}
        self.hand = DrawingHand(self, self)
        self.layer = DrawingLayer(plot.theme)
        self.work = WorkOverlay(plot.theme)
        if levels_only:
            plot.add_overlay(self.layer, LAYER_Z)
        else:
            plot.add_settled(self.layer)
        plot.add_overlay(self.work, WORK_Z)
        plot.set_tool(self.hand)
        self.editor = DrawingEditor(plot.theme, plot)
        self.toolbar = DrawingToolbar(plot.theme, plot)
        self.actions = DrawingActions(self, self.hand, store, levels_only=levels_only)
        self._keys = BoardKeys(self, self.actions, levels_only=levels_only)
        self._connect(themes)
        plot.installEventFilter(self)
        self._place_toolbar()

    def _connect(self, themes: ThemeSource) -> None:
        hand, toolbar, editor = self.hand, self.toolbar, self.editor
        hand.changed.connect(self._show_work)
        hand.tool_changed.connect(self._show_tools)
        hand.selection_changed.connect(self._show_work)
        hand.edit_requested.connect(self.edit)
        hand.menu_requested.connect(self._open_menu)
        hand.cursor_wanted.connect(lambda shape: self._plot.viewport().setCursor(shape))
        toolbar.tool_picked.connect(self.choose)
        toolbar.magnet_picked.connect(self.set_magnet)
        toolbar.hide_picked.connect(self.set_hidden)
        toolbar.fold_picked.connect(self.set_folded)
        editor.edited.connect(self._on_edited)
        editor.closed.connect(self._on_editor_closed)
        editor.delete_requested.connect(self.actions.delete)
        editor.duplicate_requested.connect(self.actions.duplicate)
        themes.changed.connect(self._on_theme)
        self._store.changed.connect(self._on_store)
        self._plot.view_changed.connect(self._place_toolbar)

    # What the hand draws on.

    @property
    def mapping(self) -> PlotMapping:
        """The plot's view."""
        return self._plot.mapping

    @property
    def shown(self) -> tuple[Drawing, ...]:
        """The drawings that can be seen here, as they are kept."""
        return self._shown

    @property
    def bars(self) -> Bars | None:
        """What the plot shows."""
        return self._bars()

    @property
    def last_price(self) -> float | None:
        """The last price that the plot shows; None while it shows none."""
        tag = self._plot.price_axis.tags.get("last")
        return None if tag is None else tag.price

    @property
    def timeframe_ms(self) -> int:
        """Width of the bars whose close an alert means that is set here."""
        bars = self.bars
        return bars.timeframe_ms if bars is not None and bars.timeframe_ms else DEFAULT_TIMEFRAME_MS

    @property
    def market(self) -> tuple[str, str] | None:
        """Venue and symbol; None while there is no market."""
        return self._market

    def style_of(self, kind: DrawingKind) -> DrawingStyle:
        """How the next drawing of a kind looks: as the last one was made to look."""
        return self._styles.get(kind) or _COLORS.get(kind) or DrawingStyle()

    def put(self, drawings: list[Drawing]) -> bool:
        """Add or change drawings as one step; False if they could not be, which has been said."""
        if self._market is None or not drawings:
            return False
        try:
            self._store.book.put(*self._market, drawings)
        except TooManyDrawings as error:
            self._store.troubled.emit(str(error))
            return False
        return True

    # What the panel does with it.

    def set_instrument(self, instrument: Instrument | None) -> None:
        """Show the drawings of another market; cheap where it is the same."""
        market = None if instrument is None else (instrument.venue, instrument.symbol)
        if market == self._market:
            return
        self.editor.dismiss()
        self._market = market
        if instrument is not None:
            self.step = PriceStep(float(instrument.tick_size), instrument.price_decimals)
        self.layer.decimals = self.work.decimals = self.step.decimals
        self.hand.forget()
        self.toolbar.setEnabled(market is not None)
        self._reload()

    def keys(self) -> list[tuple[str, str]]:
        """The keys of the board and what they do, for the key card."""
        return self._keys.words()

    def commands(self) -> list[Command]:
        """What the palette offers."""
        return self._keys.commands()

    def save_state(self) -> dict[str, object]:
        """Magnet, hiding, folding and the looks of the next drawings as JSON-able values."""
        return {
            "magnet": self.magnet,
            "hidden": self._hidden,
            "folded": self._folded,
            "styles": {kind.value: [style.color, style.width] for kind, style in self._styles.items()},
        }

    def restore_state(self, saved: object) -> None:
        """Take over what `save_state` gave; what is unknown or wrong is ignored."""
        if not isinstance(saved, Mapping):
            return
        for name, take in (
            ("magnet", self.set_magnet),
            ("hidden", self.set_hidden),
            ("folded", self.set_folded),
        ):
            value = saved.get(name)
            if isinstance(value, bool):
                take(value)
        styles = saved.get("styles")
        for kind in DrawingKind:
            match styles.get(kind.value) if isinstance(styles, Mapping) else None:
                case [str(color), int(width)] if color in get_args(DrawingColor):
                    if 1 <= width <= GREATEST_WIDTH_PX:
                        self._styles[kind] = DrawingStyle(color, width)  # type: ignore[arg-type]

    # What can be done.

    def choose(self, tool: DrawingKind | None) -> None:
        """Draw with this tool; hidden drawings come back, for who draws wants to see."""
        if tool is not None:
            self.set_hidden(False)
            self._plot.setFocus(Qt.FocusReason.OtherFocusReason)
        self.hand.choose(tool)

    def set_magnet(self, on: bool) -> None:
        """Let points be pulled to prices near by, or not."""
        self.magnet = on
        self._show_tools()

    def set_hidden(self, hidden: bool) -> None:
        """Hide all drawings of this plot, or show all, those hidden one by one too."""
        if not hidden and self._market is not None:
            drawings = self._store.book.drawings(*self._market)
            self.put([replace(item, visible=True) for item in drawings if not item.visible])
        if hidden != self._hidden:
            self._hidden = hidden
            if hidden:
                self.hand.choose(None)
            self._reload()
        self._show_tools()

    @property
    def hidden(self) -> bool:
        """All drawings are hidden."""
        return self._hidden

    def set_folded(self, folded: bool) -> None:
        """Fold the tools to one button, or show all wherever there is room."""
        self._folded = folded
        self.toolbar.set_fold(folded)
        self._place_toolbar()

    def edit(self, drawing: Drawing, at: QPoint | None = None) -> None:
        """Open the sheet for a drawing's words and looks."""
        point = self.hand.point
        if at is None:
            x, y = (
                (point.x, point.y) if point is not None else (self.mapping.width / 2, self.mapping.height / 2)
            )
            at = QPoint(round(x) + 12, round(y) + 12)
        bars = self.bars
        timeframe_ms = DEFAULT_TIMEFRAME_MS if bars is None else bars.timeframe_ms or DEFAULT_TIMEFRAME_MS
        self.editor.open(drawing, self.step, timeframe_ms, at)

    def edit_selected(self) -> None:
        """Open the sheet for what is selected."""
        selected = self.hand.selected
        if selected:
            self.edit(selected[0])

    # Qt's calls.

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """The plot's keys go to the board first, before the desk's shortcuts too."""
        if isinstance(event, QKeyEvent) and self._market is not None:
            action = self._keys.action(event)
            if action is not None and event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if action is not None and event.type() == QEvent.Type.KeyPress:
                action()
                return True
        return False

    # Inside.

    def _on_store(self, venue: str, symbol: str) -> None:
        if (venue, symbol) == self._market:
            self._reload()

    def _reload(self) -> None:
        """Show what the store has now."""
        drawings: tuple[Drawing, ...] = ()
        if self._market is not None and not self._hidden:
            drawings = tuple(
                item
                for item in self._store.book.drawings(*self._market)
                if item.visible and (not self._levels_only or item.kind is DrawingKind.LEVEL)
            )
        self._shown = self.layer.drawings = drawings
        self._repaint_layer()
        self._show_work()

    def _repaint_layer(self) -> None:
        if self._levels_only:
            self.layer.update()
        else:
            self._plot.repaint_settled()

    def _show_work(self) -> None:
        hand = self.hand
        if self.layer.left_out != hand.moving_ids:
            self.layer.left_out = hand.moving_ids
            self._repaint_layer()
        work = hand.work
        handled = hand.selected if not hand.moving_ids else work
        pull = hand.pull
        mark = None
        if pull is not None and hand.point is not None:
            mark = (hand.point.x if pull.x is None else pull.x, pull.y, pull.what)
        self.work.show(work, handled, hand.note(), mark)
        # While it is held the crosshair's tag tells the price.
        levels = [] if work else [item for item in handled if item.kind is DrawingKind.LEVEL]
        price = levels[0].anchors[0].price if len(levels) == 1 else None
        self._plot.price_axis.set_tag(
            "drawing", None if price is None else PriceTag(price, "accent", "on_accent", yields=True)
        )

    def _show_tools(self) -> None:
        self.toolbar.show_state(self.hand.tool, magnet=self.magnet, hidden=self._hidden)
        if self.hand.tool is None:
            self._plot.viewport().unsetCursor()

    def _place_toolbar(self) -> None:
        if self._levels_only:
            self.toolbar.hide()
            return
        self.toolbar.place(self.mapping.width, self.mapping.height)
        left = LABEL_LEFT_PX + (0 if self.toolbar.folded else self.toolbar.width())
        if left != self.layer.label_left:
            self.layer.label_left = self.work.label_left = left
            self._repaint_layer()

    def _open_menu(self, drawing: Drawing) -> None:
        point = self.hand.point
        at = QPoint(0, 0) if point is None else QPoint(round(point.x), round(point.y))
        menu_of(drawing, self.actions, self.edit, self._plot).popup(self._plot.mapToGlobal(at))

    def _on_edited(self, drawing: Drawing) -> None:
        if drawing.style != self.style_of(drawing.kind):
            self._styles[drawing.kind] = drawing.style
        self.put([drawing])

    def _on_editor_closed(self, drawing: Drawing) -> None:
        if drawing.kind is DrawingKind.TEXT and not drawing.name and self._market is not None:
            self._store.book.remove(*self._market, [drawing.drawing_id])  # words that were never written

    def _on_theme(self, theme: Theme) -> None:
        self.toolbar.set_theme(theme)
        self.editor.set_theme(theme)
