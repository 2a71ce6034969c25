"""The estimated liquidation map: where rises of open interest would be liquidated, beside the price scale."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import ClassVar

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QToolButton, QVBoxLayout, QWidget

from ui import format
from ui.beside import Beside
from ui.charting.own_trades import own_lines
from ui.commands import Command
from ui.derivatives.map_view import MapView, PriceLine
from ui.derivatives.mix_text import mix_of, text_of
from ui.derivatives.stored_past import (
    INTEREST_BACK_MS,
    MAP_TIMEFRAME_MS,
    StoredPast,
    joined_candles,
    read_interest,
)
from ui.panel import Condition, Panel, PanelServices
from ui.theme import AGE_PX, Theme, ui_font
from workstation.analytics.liquidation_map import USUAL_MIX, LeverageShare, LiquidationMap, liquidation_map
from workstation.errors import BadFigure
from workstation.market.series import joined_series
from workstation.market.state import SymbolState
from workstation.model.instrument import ContractKind
from workstation.model.margin import TierTable

REACHES = (0.02, 0.04, 0.08, 0.16, 0.32)
USUAL_REACH = 0.08
ROWS = 110
SAMPLE_MS = 300_000
EVERY_MS = 5_000
DAY_MS = 86_400_000
ASSUMED_TIERS = TierTable.flat(Decimal("0.005"))
"""Where the venue's brackets are not known; the panel says so."""
MODEL_TIP = (
    "An estimate: nobody outside the venue knows what leverage is held. Every rise of open interest opened\n"
    "as many longs as shorts at the price of its time, with the leverages of the mix (M changes it),\n"
    "isolated, in the venue's margin brackets. What was closed since thins them all;\n"
    "what price has passed is gone."
)


class LiquidationMapPanel(Panel):
    """Shows the map of one contract; it says everywhere that it is an estimate."""

    kind: ClassVar[str] = "liquidation_map"
    title: ClassVar[str] = "Liquidation map"
    rate_hz: ClassVar[float] = 2.0

    def __init__(self, services: PanelServices, parent: QWidget | None = None) -> None:
        super().__init__(services, parent)
        self._mix: tuple[LeverageShare, ...] = USUAL_MIX
        self._reach = USUAL_REACH
        self._middle = 0.0
        self.stored = StoredPast(read_interest)
        self._work: Beside[LiquidationMap | None] = Beside("liquidation map")
        self.view = MapView(self.theme, self)
        self.view.zoomed.connect(lambda steps: self.zoom(steps))
        self.note = QLabel("", self)
        self.note.setFont(ui_font(AGE_PX))
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        self.note.setWordWrap(True)
        self.note.setContentsMargins(10, 0, 10, 4)
        self.note.setToolTip(MODEL_TIP)
        self.mix_field = QLineEdit(self)
        self.mix_field.setAccessibleName("Leverage mix")
        self.mix_field.setPlaceholderText(text_of(USUAL_MIX))
        self.mix_field.setToolTip("Leverage and share, as 100×10 50×20 25×30; Enter takes it, Esc leaves it")
        self.mix_field.returnPressed.connect(self.take_mix)
        self.mix_field.textEdited.connect(lambda _text: self._say_fault(""))
        self.mix_field.hide()
        self.fault = QLabel("", self)
        self.fault.setFont(ui_font(AGE_PX))
        self.fault.setContentsMargins(10, 0, 10, 2)
        self.fault.hide()
        body = QWidget(self)
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.view, 1)
        layout.addWidget(self.note)
        layout.addWidget(self.mix_field)
        layout.addWidget(self.fault)
        self.set_body(body)
        self.mix_button = QToolButton(self)
        self.mix_button.setText("Mix")
        self.mix_button.setToolTip("Edit the leverage mix (M)")
        self.mix_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.mix_button.clicked.connect(lambda: self.edit_mix())
        self.header.add_control(self.mix_button)
        menu = self.header.menu
        menu.addSeparator()
        menu.addAction("Edit the leverage mix\tM").triggered.connect(lambda _checked=False: self.edit_mix())
        menu.addAction("The usual mix").triggered.connect(lambda _checked=False: self.use_mix(USUAL_MIX))
        self.theme_changed(self.theme)

    def refresh(self) -> None:
        state = self.state
        if state is None:
            self.header.set_subject(self.title, "")
            self.header.set_detail("")
            self.cover_without_symbol()
            return
        symbol, instrument = state.instrument.symbol, state.instrument
        self.header.set_subject(symbol, "liquidation map")
        self.header.set_detail([("estimate", "warn")])
        if instrument.kind is ContractKind.SPOT:
            self.cover("Nobody is liquidated on spot.", "Choose a perpetual: Ctrl+K.", Condition.EMPTY)
            return
        if self.condition not in (Condition.LIVE, Condition.STALE):
            self.set_condition(Condition.LIVE)
        self.stored.follow(self.services.workstation.past_reader, instrument, state.market_ms)
        last = state.last_price
        if last == last:
            if not self._middle or abs(last / self._middle - 1) > self._reach * 0.35:
                self._middle = last
            self._follow(state)
        found = self._work.found
        reach = self._middle * (1 - self._reach), self._middle * (1 + self._reach)
        lines = self._lines(state, last)
        self.view.show_map(
            found,
            reach,
            lines,
            instrument.price_decimals,
            instrument.quote,
            "Open interest is needed: two samples of it, and candles.\n"
            "The venue is asked for two days of it; what is recorded goes on from there.",
            is_inverse=instrument.kind is ContractKind.INVERSE,
        )
        self._say(state, found, lines, reach)

    def _tiers(self, state: SymbolState) -> TierTable | None:
        portfolio = self.services.portfolio
        contract = None if portfolio is None else portfolio.contracts.get(state.instrument.symbol)
        return None if contract is None else contract.rules.tiers

    def _follow(self, state: SymbolState) -> None:
        tiers, mix, kind = self._tiers(state) or ASSUMED_TIERS, self._mix, state.instrument.kind
        low, high = self._middle * (1 - self._reach), self._middle * (1 + self._reach)
        now_ms = state.market_ms
        stamp = (
            id(state),
            state.instrument.symbol,
            mix,
            low,
            high,
            id(tiers),
            now_ms // EVERY_MS,
            state.past.open_interest_version,
            self.stored.version,
        )
        tick = float(state.instrument.tick_size)

        def prepare() -> Callable[[], LiquidationMap | None]:
            times, sizes = state.series.named(state.past)["open_interest"]
            heard = times.copy(), sizes.copy()
            live = state.candles(MAP_TIMEFRAME_MS).rows().copy()
            stored = self.stored.found

            def work() -> LiquidationMap | None:
                samples = heard
                rows = live
                if stored is not None:
                    told = stored.interest
                    before = (
                        np.array([item.event_ms for item in told], np.int64),
                        np.array([float(item.size) for item in told]),
                    )
                    samples = joined_series(before, heard)
                    rows = joined_candles(stored.map_candles, live)
                first = int(np.searchsorted(samples[0], now_ms - INTEREST_BACK_MS))
                moments, interest = every_sample(samples[0][first:], samples[1][first:])
                height = row_height((high - low) / ROWS, tick)
                return liquidation_map(
                    moments,
                    interest,
                    np.ascontiguousarray(rows["open_ms"]),
                    np.ascontiguousarray(rows["high"]),
                    np.ascontiguousarray(rows["low"]),
                    np.ascontiguousarray(rows["close"]),
                    MAP_TIMEFRAME_MS,
                    tiers,
                    height,
                    low,
                    high,
                    mix,
                    kind,
                )

            return work

        self._work.follow(stamp, prepare)

    def _lines(self, state: SymbolState, last: float) -> tuple[PriceLine, ...]:
        """The last price, what is the trader's own, and the ticket's."""
        symbol, portfolio, trading = state.instrument.symbol, self.services.portfolio, self.services.trading
        lines: list[PriceLine] = []
        if portfolio is not None and symbol in portfolio.contracts:
            marks = {} if state.mark is None else {symbol: state.mark.mark_price}
            lines += [
                PriceLine(line.words.split(" · ")[0], line.price, line.role, line.dashed)
                for line in own_lines(portfolio, state.instrument, marks)
            ]
        if trading is not None and self.services.tickets.is_armed(symbol):
            found = self.services.tickets.reckoned(symbol, trading)
            for name, price, token in (
                ("ticket liquidation", found.liquidation, "danger"),
                ("ticket target", found.target, "up"),
                ("ticket stop", found.stop, "down"),
            ):
                if price is not None:
                    lines.append(PriceLine(name, float(price), token))
        if last == last:
            lines.append(PriceLine("last", last, "text", dashed=False))
        return tuple(lines)

    def _say(
        self,
        state: SymbolState,
        found: LiquidationMap | None,
        lines: tuple[PriceLine, ...],
        reach: tuple[float, float],
    ) -> None:
        parts: list[tuple[str, str]] = [("estimate", "warn")]
        text = ""
        if found is not None:
            height = format.price(found.row_height, state.instrument.price_decimals)
            parts.append((f"{state.instrument.quote} per {height}", "muted"))
            days = (found.to_ms - found.from_ms) / DAY_MS
            text = f"Estimate: {days:.1f} d of OI rises × leverage mix, less closings, cleared when passed."
            if self._tiers(state) is None:
                text += " The venue's margin brackets are not known: 0.5 % is assumed."
        for line in lines:
            if "liquidation" in line.name and not reach[0] <= line.price <= reach[1]:
                where = "below" if line.price < reach[0] else "above"
                price = format.price(line.price, state.instrument.price_decimals)
                text += f" {line.name.capitalize()} {price} lies {where} the map."
        self.header.set_detail(parts)
        if text != self.note.text():
            self.note.setText(text)
        self.note.setVisible(bool(text) and self.height() >= 180)

    # The mix and the reach.

    def edit_mix(self) -> None:
        """Open the field in which the mix is typed."""
        self.mix_field.setText(text_of(self._mix))
        self.mix_field.show()
        self.mix_field.setFocus()
        self.mix_field.selectAll()

    def take_mix(self) -> None:
        """Use what was typed, if it can be read; else say why not."""
        try:
            mix = mix_of(self.mix_field.text())
        except BadFigure as error:
            self._say_fault(str(error))
            return
        self.use_mix(mix)
        self.leave_mix()

    def use_mix(self, mix: tuple[LeverageShare, ...]) -> None:
        """Assume another mix."""
        self._mix = mix
        self.refresh()

    def leave_mix(self) -> None:
        """Close the field; the mix stays what it was."""
        self.mix_field.hide()
        self._say_fault("")
        self.view.setFocus()
        self.setFocus()

    def zoom(self, steps: int) -> None:
        """Narrow the reach by so many steps; negative widens it."""
        place = min(max(REACHES.index(self._reach) - steps, 0), len(REACHES) - 1)
        self._reach = REACHES[place]
        self._middle = 0.0
        self.refresh()

    def _say_fault(self, words: str) -> None:
        self.fault.setText(words)
        self.fault.setVisible(bool(words))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier:
            super().keyPressEvent(event)
        elif key == Qt.Key.Key_M:
            self.edit_mix()
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(1)
        elif key == Qt.Key.Key_Minus:
            self.zoom(-1)
        elif key == Qt.Key.Key_Home:
            self._middle = 0.0
            self.refresh()
        elif key == Qt.Key.Key_Escape and not self.mix_field.isHidden():
            self.leave_mix()
        else:
            super().keyPressEvent(event)

    def keys(self) -> list[tuple[str, str]]:
        return [
            ("M", "Edit the leverage mix; Enter takes it, Esc leaves it"),
            ("+, -, wheel", "A narrower, a wider reach of prices"),
            ("Home", "Centre on the price"),
        ]

    def commands(self) -> list[Command]:
        return [
            Command("Liquidation map: edit the leverage mix", self.edit_mix, "M"),
            Command("Liquidation map: the usual mix", lambda: self.use_mix(USUAL_MIX)),
        ]

    def symbol_changed(self) -> None:
        self._middle = 0.0
        self._work.forget()

    def market_reset(self) -> None:
        self._middle = 0.0
        self._work.forget()
        self.stored.forget()

    def theme_changed(self, theme: Theme) -> None:
        self.view.set_theme(theme)
        self.note.setStyleSheet(f"color: {theme.muted.name()}; background: {theme.panel.name()};")
        self.fault.setStyleSheet(f"color: {theme.danger.name()}; background: {theme.panel.name()};")

    def put_away(self) -> None:
        self._work.close()
        super().put_away()

    def reset_view(self) -> None:
        self._reach, self._middle = USUAL_REACH, 0.0
        self.leave_mix()
        self.use_mix(USUAL_MIX)

    def save_state(self) -> dict[str, object]:
        return {"mix": text_of(self._mix), "reach": self._reach}

    def restore_state(self, saved: Mapping[str, object]) -> None:
        mix, reach = saved.get("mix"), saved.get("reach")
        if isinstance(mix, str):
            try:
                self._mix = mix_of(mix)
            except BadFigure:
                self._mix = USUAL_MIX
        if isinstance(reach, float) and reach in REACHES:
            self._reach = reach


def every_sample(
    times: np.ndarray[tuple[int], np.dtype[np.int64]], values: np.ndarray[tuple[int], np.dtype[np.float64]]
) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], np.ndarray[tuple[int], np.dtype[np.float64]]]:
    """The last sample of every five minutes: venues tell open interest more often than it means anything."""
    last = np.flatnonzero(np.diff(times // SAMPLE_MS, append=-1))
    return times[last], values[last]


def row_height(least: float, tick: float) -> float:
    """A round height of at least so much: 1, 2 or 5 times a power of ten ticks."""
    ticks = max(1.0, least / tick)
    power = 10.0 ** np.floor(np.log10(ticks))
    return float(next(power * digit for digit in (1, 2, 5, 10) if power * digit >= ticks * (1 - 1e-9)) * tick)
