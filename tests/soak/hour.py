"""An hour of simulated market, accelerated, with the real window open: faults all along, books compared.

Runs as a program of its own, because the window needs the process; prints what it found as JSON.
"""

import argparse
import asyncio
import random
import sys
import time
from pathlib import Path

import msgspec
import psutil
import qasync
from PySide6.QtWidgets import QApplication

from tests.soak.desk import WatchedDesk
from tests.soak.faults import KINDS, RECONNECTING, inject, injection
from tests.soak.hour_report import HourReport
from tests.soak.stored import stored_symbols
from tests.soak.venue import VenueProcess, simulated
from ui.app import Desk
from ui.condition_view import Condition
from ui.markets import Markets
from workstation.runtime.collector import collect_seldom
from workstation.settings import Settings, WindowOptions

HOUR_MS = 3_600_000
RECONNECTS_PER_MINUTE = 3
BUSY = ("BTCUSDT", "ETHUSDT", "SOLUSDT", "WLDUSDT", "VIRTUALUSDT")
BLOCK_S = 3.0
SAMPLE_S = 2.0


class _Hour:
    def __init__(self, window: Desk, watched: WatchedDesk, report: HourReport, rng: random.Random) -> None:
        self._window = window
        self._desk = watched
        self._report = report
        self._rng = rng
        self._began = time.monotonic()
        self._start_ms = 0

    def _say(self, words: str) -> None:
        minutes = self._report.market_s / 60
        print(f"  {minutes:5.1f} min of market: {words}", file=sys.stderr, flush=True)

    async def run(self, hours: float, checks: int) -> dict[str, dict[str, int]]:
        """Go through it all; return what the engine had emitted when the desk was asked to have it all."""
        desk = self._desk
        await desk.until_live(60.0)
        self._start_ms = (await desk.venue.state())["time_ms"]
        sampling = asyncio.create_task(self._sample())
        try:
            await self._go(hours, checks)
        finally:
            sampling.cancel()
        state = await desk.venue.state()
        await desk.until(lambda: desk.has(state["emitted"]), 60.0, "all that was emitted")
        self._report.market_s = (state["time_ms"] - self._start_ms) / 1000
        self._report.wall_s = time.monotonic() - self._began
        emitted: dict[str, dict[str, int]] = state["emitted"]
        return emitted

    async def _go(self, hours: float, checks: int) -> None:
        desk, rng, report = self._desk, self._rng, self._report
        kinds: list[str] = []
        reconnected_at: list[float] = []
        blocked = False
        while True:
            state = await desk.venue.state()
            report.market_s = (state["time_ms"] - self._start_ms) / 1000
            share = report.market_s * 1000 / (hours * HOUR_MS)
            if share >= 1 and not kinds and report.book_checks >= checks:
                return
            while report.book_checks < min(checks, share * checks + 1):
                await self._compare(rng.choice(desk.symbols))
            if not blocked and share > 0.3:
                blocked = True
                await self._block()
            if share >= 1:
                return
            if not kinds:
                kinds = rng.sample(KINDS, len(KINDS))
            now = time.monotonic()
            reconnected_at = [at for at in reconnected_at if now - at < 60]
            many = len(reconnected_at) >= RECONNECTS_PER_MINUTE
            kind = next((kind for kind in kinds if not (many and kind in RECONNECTING)), None)
            if kind is None:
                await asyncio.sleep(1.0)
                continue
            kinds.remove(kind)
            if kind in RECONNECTING:
                reconnected_at.append(now)
            await self._fault(kind)

    async def _compare(self, symbol: str) -> None:
        self._report.book_checks += 1
        if not await self._desk.compare_book(symbol):
            self._report.books_unequal += 1
            self._say(f"the book of {symbol} differs")

    async def _fault(self, kind: str) -> None:
        desk, report = self._desk, self._report
        fault = injection(kind, self._rng, BUSY)
        shown = self._window.services.links.first.symbol
        badge = asyncio.create_task(self._badge()) if shown in fault.silent and "silence" in kind else None
        try:
            outcome = await inject(desk, fault)
        except TimeoutError as error:
            report.failures.append(f"{kind}: {error}")
            self._say(f"{kind}: {error}")
            desk.give_up()
            return
        finally:
            if badge is not None:
                badge.cancel()
        report.outcomes.append(outcome)
        old = "" if outcome.unflagged_s is None else f", at most {outcome.unflagged_s:.2f} s old unflagged"
        self._say(f"{kind}{old}, whole again after {outcome.recovery_s:.2f} s")

    async def _badge(self) -> None:
        """Note how old the data were when the ladder's badge said stale."""
        panel = self._window.whole.bench.panels["ladder"]
        while True:
            age = panel.data_age_s() or 0.0
            if panel.condition is Condition.STALE and age > 0.5:
                self._report.badge_s.append(age)
                return
            await asyncio.sleep(0.01)

    async def _block(self) -> None:
        """Stop the whole window for three seconds."""
        desk, report = self._desk, self._report
        live = desk.workstation.live
        assert live is not None
        await desk.until_current(60.0)
        backfills, reconnects = len(desk.backfills), live.counters.reconnects
        before = sum(seen.rows for seen in desk.trades.values())
        time.sleep(BLOCK_S)
        took_s = await desk.until_current(60.0)
        await asyncio.sleep(1.2)  # counters are told once a second
        report.blocked_backfills = len(desk.backfills) - backfills
        report.blocked_reconnects = live.counters.reconnects - reconnects
        report.blocked_trades = sum(seen.rows for seen in desk.trades.values()) - before
        self._say(
            f"window blocked for {BLOCK_S:g} s, all there {took_s:.2f} s later: "
            f"{report.blocked_trades} trades, {report.blocked_backfills} fetched"
        )

    async def _sample(self) -> None:
        process, live = psutil.Process(), self._desk.workstation.live
        assert live is not None
        while True:
            self._report.hours.append(self._report.market_s / 3600)
            feed = live.counters.resident_bytes
            self._report.rss.append((process.memory_info().rss / 2**20, feed / 2**20))
            await asyncio.sleep(SAMPLE_S)


def run_hour(venue: VenueProcess, data_dir: Path, *, seed: int, hours: float, checks: int) -> HourReport:
    """Open the window on a simulated exchange and go through `hours` of its market."""
    report = HourReport(seed)
    symbols = tuple(venue.get("/admin/state")["emitted"])
    options = WindowOptions(
        None, 1.0, data_dir, size=(1600, 900), venue="simulated", symbols=symbols, url=venue.url
    )
    markets = Markets(options, Settings())
    market = markets.open(markets.first)
    watched = WatchedDesk(market.workstation, venue)
    application = QApplication(sys.argv[:1])
    application.setQuitOnLastWindowClosed(False)
    window = Desk(application, markets, market, options, Settings())
    emitted: dict[str, dict[str, int]] = {}

    async def measured() -> None:
        nonlocal emitted
        running = asyncio.ensure_future(window.run())
        try:
            emitted = await _Hour(window, watched, report, random.Random(seed)).run(hours, checks)
        finally:
            report.stall_p99_ms = window.clock.summary().stall_p99_ms
            asked = time.monotonic()
            window.end()
            await running
            report.exit_s = time.monotonic() - asked

    with qasync.QEventLoop(application) as loop, window.catching_errors(loop):
        loop.run_until_complete(measured())
    for backfill in watched.backfills:
        report.backfilled += backfill.found
        report.lost += backfill.lost
    judge_store(
        report, venue, data_dir, emitted, {name: seen.first_id for name, seen in watched.trades.items()}
    )
    return report


def judge_store(
    report: HourReport,
    venue: VenueProcess,
    data_dir: Path,
    emitted: dict[str, dict[str, int]],
    first_ids: dict[str, int],
) -> None:
    """Hold what was stored against what was emitted, ids first, then the newest trades' content."""
    stored = stored_symbols(data_dir)
    for symbol, truth in emitted.items():
        found = stored.get(symbol)
        if found is None or not len(found.trades):
            report.missing += truth["trades"] if symbol in first_ids else 0
            continue
        ids = found.trades["trade_id"]
        report.trades += len(ids)
        report.repeated += found.repeated
        report.missing += found.missing + max(0, int(ids.min()) - first_ids[symbol])
        report.missing += max(0, truth["last_trade_id"] - int(ids.max()))
        report.gap_columns += found.gaps
        report.columns += found.columns
        of_id = {int(row["trade_id"]): row for row in found.trades[-20_000:]}
        for trade in venue.get("/fapi/v1/trades", symbol=symbol, limit=1000):
            row = of_id.get(trade["id"])
            if row is None:
                continue
            report.compared_trades += 1
            truth_row = (float(trade["price"]), float(trade["qty"]), -1 if trade["isBuyerMaker"] else 1)
            report.wrong_trades += (float(row["price"]), float(row["size"]), int(row["side"])) != truth_row


def main() -> None:
    """Run one, print the report."""
    parser = argparse.ArgumentParser()
    parser.add_argument("data_dir", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--speed", type=float, default=20.0)
    parser.add_argument("--hours", type=float, default=1.0)
    parser.add_argument("--checks", type=int, default=200)
    arguments = parser.parse_args()
    collect_seldom()
    with simulated(seed=arguments.seed, speed=arguments.speed) as venue:
        report = run_hour(
            venue, arguments.data_dir, seed=arguments.seed, hours=arguments.hours, checks=arguments.checks
        )
    print(msgspec.json.encode(report).decode())


if __name__ == "__main__":
    main()
