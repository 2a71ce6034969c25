"""The real window on a recording, run by the benchmarks in a process of its own; prints what it measured."""

import argparse
import asyncio
import json
import math
import shutil
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path

import psutil
import qasync
from PySide6.QtWidgets import QApplication

from ui.app import Desk
from ui.markets import Markets
from ui.panel import Panel
from workstation.app import Workstation
from workstation.runtime.collector import collect_seldom
from workstation.settings import Settings, WindowOptions

WARM_UP_S = 4.0
WARM_UP_LIVE_S = 12.0
SIX_PANES = Path(__file__).with_name("six_panes.json")
"""Two charts, two heatmaps, a ladder and a tape, of two symbols."""
HOUR_NS = 3_600 * 10**9


async def frames(desk: Desk, workstation: Workstation, seconds: float) -> dict[str, object]:
    """Leave out the start, then measure frames for so many seconds."""
    await asyncio.sleep(WARM_UP_S)
    desk.clock.reset()
    started = psutil.Process().cpu_times()
    await asyncio.sleep(seconds)
    spent = psutil.Process().cpu_times()
    health = workstation.market.states[workstation.market.symbols[0]].health
    return {
        **asdict(desk.clock.summary()),
        "cpu_share": (spent.user + spent.system - started.user - started.system) / seconds,
        "lag_ms": health.lag_ms,
        "panels": [name for name, panel in desk.whole.bench.panels.items() if panel.isVisible()],
    }


async def six(desk: Desk, _workstation: Workstation, seconds: float) -> dict[str, object]:
    """Six live panes on the simulated exchange: frames while they are seen, then what they cost hidden."""
    await asyncio.sleep(WARM_UP_LIVE_S)
    workstation = desk.services.workstation
    desk.clock.reset()
    seen = await _share_of_core(seconds)
    frames = asdict(desk.clock.summary())
    panels = [panel.instance_id for panel in desk.whole.bench.panels.values() if panel.isVisible()]
    desk.window.hide()
    refreshes = _count_refreshes(desk)
    hidden = await _share_of_core(seconds / 2)
    for panel_id in list(desk.whole.bench.panels):
        desk.whole.actions.close_panel(panel_id)
    without = await _share_of_core(seconds / 2)
    rates = [state.health.event_rate for state in workstation.market.states.values()]
    return {
        **frames,
        "panels": panels,
        "cpu_share": seen,
        "cpu_hidden": hidden,
        "cpu_without": without,
        "hidden_refreshes": sum(refreshes.values()),
        "event_rate": sum(rates),
    }


async def _share_of_core(seconds: float) -> float:
    started = psutil.Process().cpu_times()
    await asyncio.sleep(seconds)
    spent = psutil.Process().cpu_times()
    return (spent.user + spent.system - started.user - started.system) / seconds


def _count_refreshes(desk: Desk) -> Counter[str]:
    """Count from now on how often each panel reads the market."""
    counts: Counter[str] = Counter()

    def counting(panel: Panel) -> None:
        refresh = panel.refresh

        def counted() -> None:
            counts[panel.instance_id] += 1
            refresh()

        panel.refresh = counted  # type: ignore[method-assign]

    for panel in desk.whole.bench.panels.values():
        counting(panel)
    return counts


async def memory(desk: Desk, workstation: Workstation, hours: float) -> dict[str, object]:
    """Replay the recording again and again until so many hours of market have passed through the desk."""
    feed = workstation.feed
    assert feed is not None
    process = psutil.Process()
    feed.set_speed(math.inf)
    passed_ns = 0
    samples: list[tuple[float, float]] = []
    while passed_ns < hours * HOUR_NS:
        while not feed.finished:
            await asyncio.sleep(0.1)
        await asyncio.sleep(0.5)  # what was gathered is painted and stored
        passed_ns += feed.position_ns - feed.start_ns
        samples.append((passed_ns / HOUR_NS, process.memory_info().rss / 2**20))
        feed.seek(feed.start_ns)
        while feed.finished:
            await asyncio.sleep(0.05)
    return {"hours": [hour for hour, _ in samples], "rss_mb": [rss for _, rss in samples]}


MEASURES: dict[str, Callable[[Desk, Workstation, float], Awaitable[dict[str, object]]]] = {
    "frames": frames,
    "six": six,
    "memory": memory,
}


def main() -> None:
    """Open the window, measure one thing, print it as JSON, close."""
    parser = argparse.ArgumentParser()
    parser.add_argument("measure", choices=MEASURES)
    parser.add_argument("capture", type=Path)
    parser.add_argument("data_dir", type=Path)
    parser.add_argument("--speed", type=float, default=10.0)
    parser.add_argument("--amount", type=float, required=True, help="seconds, or hours of market")
    parser.add_argument("--size", type=int, nargs=2, default=(1600, 900))
    arguments = parser.parse_args()
    collect_seldom()
    size = (arguments.size[0], arguments.size[1])
    settings = Settings()
    replay = arguments.capture
    if arguments.measure == "six":
        replay = None
        layouts = arguments.data_dir / "layouts"
        layouts.mkdir(parents=True)
        shutil.copy(SIX_PANES, layouts / "six.json")
        settings = Settings(workspace="six")
    options = WindowOptions(replay, arguments.speed, arguments.data_dir, size=size)
    markets = Markets(options, settings)
    market = markets.open(markets.first)
    application = QApplication(sys.argv[:1])
    application.setQuitOnLastWindowClosed(False)
    desk = Desk(application, markets, market, options, settings)

    async def measured() -> dict[str, object]:
        running = asyncio.ensure_future(desk.run())
        result = await MEASURES[arguments.measure](desk, market.workstation, arguments.amount)
        desk.end()
        await running
        return result

    with qasync.QEventLoop(application) as loop, desk.catching_errors(loop):
        print(json.dumps(loop.run_until_complete(measured())))


if __name__ == "__main__":
    main()
