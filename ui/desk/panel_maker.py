"""Makes panels as they were saved, and says how one stands so that it can be saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from ui.desk.schema import MOST_VIEW_BYTES, SavedLink, SavedPanel
from ui.frame_clock import FrameClock
from ui.links import LINK_COLOR_NAMES
from ui.panel import Panel
from ui.services import PanelServices
from workstation.runtime.bus import Fault


class PanelMaker:
    """Knows every kind of panel there is."""

    def __init__(self, services: PanelServices, clock: FrameClock, kinds: Sequence[type[Panel]]) -> None:
        self._services = services
        self._clock = clock
        self.kinds: Mapping[str, type[Panel]] = {kind.kind: kind for kind in kinds}

    def make(self, panel_id: str, saved: SavedPanel) -> Panel:
        """A panel of a kind there is, linked and looking as it was saved."""
        panel = self.kinds[saved.kind](self._services)
        panel.instance_id = panel_id
        self._link(panel, saved)
        self._clock.add_panel(panel)
        panel.symbol_changed()
        if saved.view:
            try:
                panel.restore_state(saved.view)
            except Exception as error:  # what a panel cannot make sense of costs its view, and no more
                message = f"The view of {panel.name} could not be restored; it starts anew."
                self._services.workstation.bus.publish(Fault("Layout", message, error))
        panel.update_condition()
        return panel

    def _link(self, panel: Panel, saved: SavedPanel) -> None:
        links = self._services.links
        if saved.link:
            panel.link.join(links.group(saved.link) or links.first)
        else:
            panel.link.join(None)
        panel.link.share(symbol=saved.shares_symbol, timeframe=saved.shares_timeframe)
        if panel.link.own_symbol and self.can_show(saved.symbol):
            panel.link.set_symbol(saved.symbol)
        if panel.link.own_timeframe:
            panel.link.set_timeframe(saved.timeframe_ms)

    def unmake(self, panel: Panel) -> None:
        """Close a panel for good."""
        self._clock.remove(panel)
        panel.put_away()
        panel.hide()
        panel.deleteLater()

    def saved(self, panel: Panel) -> SavedPanel:
        """How a panel stands; without its view if that is nothing that can be kept."""
        link = panel.link
        view = panel.save_state()
        try:
            fits = len(msgspec.json.encode(view)) <= MOST_VIEW_BYTES
            view = msgspec.json.decode(msgspec.json.encode(view)) if fits else {}
        except (TypeError, ValueError) as error:
            message = f"The view of {panel.name} cannot be kept: {error}"
            self._services.workstation.bus.publish(Fault("Layout", message, error))
            view = {}
        return SavedPanel(
            panel.kind,
            link.color_name,
            link.shares_symbol,
            link.shares_timeframe,
            link.symbol[:64] if link.own_symbol else "",
            link.timeframe_ms if link.own_timeframe else SavedPanel(panel.kind).timeframe_ms,
            view,
        )

    # Groups.

    def restore_links(self, links: Mapping[str, SavedLink]) -> None:
        """Let link groups show what they showed; a symbol that is not in this market is passed over."""
        for color_name, kept in links.items():
            group = self._services.links.group(color_name)
            if group is not None:
                group.set_timeframe(kept.timeframe_ms)
                if self.can_show(kept.symbol):
                    group.set_symbol(kept.symbol)

    def saved_links(self) -> dict[str, SavedLink]:
        """What the link groups show."""
        return {
            name: SavedLink(group.symbol[:64], group.timeframe_ms)
            for name in LINK_COLOR_NAMES
            if (group := self._services.links.group(name)) is not None
        }

    def can_show(self, symbol: str) -> bool:
        """Whether the market has that symbol, or is asked for it."""
        return bool(symbol) and (
            self._services.workstation.market.state(symbol) is not None or symbol in self._services.wanted
        )
