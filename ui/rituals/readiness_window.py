"""From paper to real money: what was shown so far, and the ramp of size with the share that is earned."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from decimal import Decimal
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QTextBrowser, QWidget

from ui import format
from ui.journal_files.sheet import Sheet
from ui.rituals.ritual_words import Cell, heading, line, table, tone, when_words
from ui.services import PanelServices
from ui.theme import BODY_PX, HEADER_PX, Theme, ui_font
from workstation.account_desk import AccountDesk
from workstation.errors import PreflightError
from workstation.journal.rituals.readiness import FALL_R, STEP_TRADES, Ramp, Readiness, ramp, readiness
from workstation.model.journal import AccountKind, ReviewedTrip

_LIMIT = "size_share"
_LIVE_WORDS = (
    "Preflight has no live accounts yet: every account it trades is play money. The ramp caps the "
    "account that is open now, so that it can be practised before there is a live one."
)


class ReadinessWindow(Sheet):
    """Reads the journal each time it is opened."""

    def __init__(self, services: PanelServices, now_ms: Callable[[], int], parent: QWidget) -> None:
        super().__init__("Readiness for real money", services.themes, parent)
        self._services, self._now_ms = services, now_ms
        self._found: tuple[Readiness, Ramp | None] | None = None
        self.page = QTextBrowser(self)
        self.page.setFrameShape(QTextBrowser.Shape.NoFrame)
        self.page.setFont(ui_font(BODY_PX))
        self.page.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.page.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.page.setStyleSheet("QTextBrowser { background: transparent; border: none; }")
        self.reason = QLineEdit(self)
        self.reason.setAccessibleName("Reason")
        self.reason.setPlaceholderText("Why may more be risked? It counts after the wait of a looser limit")
        self.reason.setFont(ui_font(BODY_PX))
        self.about = self.words("", HEADER_PX, muted=True)
        self.about.setWordWrap(True)
        for widget in (self.page, self.about, self.reason):
            self.body.addWidget(widget)
        self.main = self.button("", self._use, is_main=True)
        self.foot.addWidget(self.main)
        self.reason.textEdited.connect(lambda _text: self._offer())
        self.task.done.connect(self._take)
        services.themes.changed.connect(lambda _theme: self._show())
        self.resize(760, 600)

    def open(self) -> None:
        """Work it out anew."""
        journal = self._services.journal
        if journal is None:
            return
        kinds = {account.key: account.kind for account in journal.accounts()}
        now_ms, began_ms, kind = self._now_ms(), self.began_ms, self._kind
        trips = journal.trips()

        def work(_progress: object, _cancelled: object) -> tuple[Readiness, Ramp | None]:
            paper = [one for one in trips if kinds.get(one.trip.account) is AccountKind.PAPER]
            mine: list[ReviewedTrip] = [
                one
                for one in trips
                if began_ms and one.trip.opened_ms >= began_ms and kinds.get(one.trip.account) is kind
            ]
            return readiness(paper, now_ms), ramp(mine) if began_ms else None

        self.task.start(work)
        self.reason.clear()
        self.show()
        self.raise_()
        self.activateWindow()
        self._offer()
        self.main.setFocus()

    @property
    def began_ms(self) -> int:
        """When the ramp was switched on for the account that is open; 0 while it is not."""
        trading = self._services.trading
        if trading is None:
            return 0
        began_ms = 0
        for change in trading.limit_book.history:
            if change.spec.key == _LIMIT:
                began_ms = 0 if change.after >= 1 else began_ms or change.time_ms
        return began_ms

    @property
    def _kind(self) -> AccountKind:
        trading = self._services.trading
        return AccountKind.SIMULATED if trading is not None and trading.title == "DEMO" else AccountKind.PAPER

    def _take(self, found: object) -> None:
        if isinstance(found, tuple):
            self._found = found
            self._show()

    def _show(self) -> None:
        if self._found is None:
            return
        ready, stands = self._found
        theme = self.themes.theme
        words = "Paper has shown enough." if ready.is_ready else "Not yet: what is missing is marked."
        parts = [line(theme, words, "up" if ready.is_ready else "warn", px=BODY_PX + 2)]
        rows: list[list[Cell]] = [
            [
                ("✓" if one.is_met else "○", "up" if one.is_met else "warn"),
                (one.title, "text"),
                (one.shown, "text"),
                (one.needed, "muted"),
            ]
            for one in ready.requirements
        ]
        parts.append(table(theme, ("", "On paper", "shown", "needed"), rows, left=2))
        parts += [line(theme, one.note, "warn") for one in ready.requirements if one.note]
        parts.append(heading(theme, "Ramp of size: 10 % → 25 % → 50 % → 100 % of the usual risk"))
        parts += self._ramp_lines(theme, stands)
        parts.append(line(theme, _LIVE_WORDS, "muted", px=HEADER_PX))
        self.page.setHtml("".join(parts))
        self._offer()

    def _ramp_lines(self, theme: Theme, stands: Ramp | None) -> list[str]:
        rule = (
            f"A step is earned by {STEP_TRADES} trades with a stop, a result above 0 R and the process "
            f"followed in 80 % of them; a fall of {FALL_R:.0f} R leads back by one."
        )
        if stands is None:
            return [line(theme, rule, "muted")]
        rows: list[list[Cell]] = [
            [
                (format.percent(stands.share, 0), "text"),
                (f"{stands.trades} of {STEP_TRADES}", "text"),
                (f"{format.signed(stands.r)} R", tone(stands.r)),
                (f"{stands.fall:.2f} R of {FALL_R:.0f} R", "muted"),
            ]
        ]
        parts = [table(theme, ("Earned", "trades on it", "result", "fall"), rows)]
        if stands.lacks and stands.following is not None:
            lacking = f"For {format.percent(stands.following, 0)}: {', '.join(stands.lacks)}."
            parts.append(line(theme, lacking, "text"))
        moves = [f"{format.percent(share, 0)} since {when_words(ms)}" for ms, share in stands.moves[-4:]]
        if moves:
            parts.append(line(theme, "; ".join(moves), "muted"))
        return [*parts, line(theme, rule, "muted")]

    # The limit.

    @property
    def _wanted(self) -> Decimal | None:
        """The share that the button would put in force; None where there is nothing to change."""
        trading = self._services.trading
        if trading is None or self._found is None:
            return None
        stands = self._found[1]
        share = trading.limit_book.rules().size_share
        if stands is None or share >= 1:
            return Decimal("0.1")
        earned = Decimal(str(stands.share))
        return None if earned == share else earned

    def _offer(self) -> None:
        trading, wanted = self._services.trading, self._wanted
        self.main.setVisible(wanted is not None)
        self.reason.setVisible(False)
        if trading is None:
            self.about.setText("Open a market to use the ramp on its account.")
            return
        rules, pending = trading.limit_book.rules(), trading.limit_book.pending(_LIMIT)
        now = (
            f"{trading.title}: the ramp is off"
            if rules.size_share >= 1
            else (
                f"{trading.title}: a trade may risk {format.percent(float(rules.size_share), 0)} of the "
                f"usual {format.percent(float(rules.risk_unit_rate), 1)}"
            )
        )
        if pending is not None:
            left = format.duration(trading.limit_book.left_ms(_LIMIT) / 1000)
            self.about.setText(f"{now}; {format.percent(float(pending.figure), 0)} counts in {left}")
            self.main.setVisible(False)
            return
        if wanted is None:
            self.about.setText(f"{now}, and that is what is earned")
            return
        is_looser = wanted > rules.size_share
        missing = rules.loosen_reason - len(" ".join(self.reason.text().split()))
        self.reason.setVisible(is_looser)
        self.main.setText(f"Use {format.percent(float(wanted), 0)}")
        self.main.setEnabled(not is_looser or missing <= 0)
        more = f"; to raise it, {missing} more letters of reason" if is_looser and missing > 0 else ""
        self.about.setText(f"{now}{more}")

    def _use(self) -> None:
        trading, wanted = self._services.trading, self._wanted
        if trading is not None and wanted is not None:
            self._task = asyncio.get_running_loop().create_task(self._change(trading, wanted), name="Ramp")

    async def _change(self, trading: AccountDesk, wanted: Decimal) -> None:
        change: Coroutine[Any, Any, object] = trading.limit_book.change(_LIMIT, wanted, self.reason.text())
        try:
            await change
        except PreflightError as error:
            self.say(str(error), "danger")
            return
        self.say("It counts." if trading.limit_book.pending(_LIMIT) is None else "It counts after the wait.")
        self.open()
