"""A funding interval that the exchange changes while it runs, from its wire to the store and the panel."""

import asyncio
import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from ui.links import LinkGroups
from ui.panel import PanelServices
from ui.panels.basis import BasisPanel
from ui.panels.funding import FundingPanel
from ui.panels.open_interest import OpenInterestPanel
from ui.panels.term_structure import TermStructurePanel
from ui.theme import ThemeSource
from workstation.app import Workstation
from workstation.exchange.live_feed import LiveFeed
from workstation.market.state import SymbolState
from workstation.metrics.metric import ReadingState
from workstation.metrics.registry import METRIC_BY_KEY
from workstation.model.derivatives import FundingRate, MarkPrice, SpotPrice
from workstation.simulator.dated import dated_specs
from workstation.store.ticks import open_store

# Ten past two: the next settlement is at eight, at four or at three, as the interval is 8, 4 or 1 hours.
START_MS = 1_795_226_400_000 // 86_400_000 * 86_400_000 + 130 * 60_000
SYMBOL = "BTCUSDT"
SYMBOLS = ",".join([SYMBOL, *(name for name in dated_specs(START_MS) if name.startswith(SYMBOL))])
PATIENCE_S = 45.0


@pytest.fixture
def exchange_url() -> Iterator[str]:
    command = [
        "simulate",
        "--days",
        "1",
        "--start",
        str(START_MS),
        "--symbols",
        SYMBOLS,
        "--until-stdin-ends",
    ]
    process = subprocess.Popen(
        [sys.executable, "-m", "workstation", *command],
        cwd=Path(__file__).parents[3],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    yield json.loads(process.stdout.readline())["url"]
    process.stdin.close()
    process.wait(timeout=10)
    process.stdout.close()


def change_interval(url: str, hours: int) -> None:
    asked = urllib.request.Request(f"{url}/admin/funding?symbol={SYMBOL}&hours={hours}", method="POST")
    with urllib.request.urlopen(asked, timeout=5) as answer:
        assert answer.status == 200


def settles_every(state: SymbolState, hours: int) -> bool:
    return state.funding is not None and state.funding.interval_hours == hours


async def until(holds: Callable[[], Any]) -> None:
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < PATIENCE_S, holds
        await asyncio.sleep(0.05)


def test_a_changed_interval_and_what_stands_beside_a_contract_reach_store_and_panels(
    exchange_url: str, tmp_path: Path, qtbot: QtBot
) -> None:
    asyncio.run(_follow(exchange_url, tmp_path, qtbot))


async def _follow(url: str, tmp_path: Path, qtbot: QtBot) -> None:
    # Under Binance's name: what this exchange tells is kept and asked for as of a real venue.
    workstation = Workstation(
        None, open_store(tmp_path), live=LiveFeed("binance_usdm", [SYMBOL], base_url=url)
    )
    services = PanelServices(workstation, ThemeSource(), LinkGroups())
    services.links.first.set_symbol(SYMBOL)

    def opened(kind: Any) -> Any:
        panel = kind(services)
        qtbot.addWidget(panel)
        panel.resize(1300, 420)
        panel.symbol_changed()
        panel.show()
        return panel

    funding, basis, interest, term = map(
        opened, (FundingPanel, BasisPanel, OpenInterestPanel, TermStructurePanel)
    )
    await workstation.start()
    try:
        await until(lambda: SYMBOL in workstation.market.states)
        state = workstation.market.states[SYMBOL]
        await until(lambda: state.funding is not None and len(state.past.funding) > 200)
        seen = []
        for hours in (8, 4, 1):
            if hours != 8:
                change_interval(url, hours)
            await until(partial(settles_every, state, hours))
            told = state.funding
            assert told is not None
            assert told.next_funding_ms % (hours * 3_600_000) == 0
            rate = float(told.rate)
            seen.append((told.interval_hours, rate, told.next_funding_ms))
            await asyncio.sleep(0.3)  # a reading stands for so long
            now = state.funding
            assert now is not None
            for key, factor in (("8h", 8), ("day", 24), ("year", 24 * 365)):
                reading = workstation.metrics.read(METRIC_BY_KEY[f"funding_{key}_rate"], SYMBOL)
                assert reading.state is ReadingState.OK
                assert reading.value == pytest.approx(float(now.rate) * factor / hours)
            funding.refresh()
            shown = {tile.title.split(" ")[0]: tile for tile in funding.tiles.tiles}
            wanted = f"every {hours} h" + ("" if hours == 8 else ", was 8 h")
            assert shown["Next"].note == wanted
            assert funding.reading.rate_8h == pytest.approx(float(now.rate) * 8 / hours)
        # The rate of an hour is an eighth of that of eight: it was never told with another's interval.
        eights = [rate * 8 / hours for hours, rate, _ in seen]
        assert max(eights) - min(eights) < 0.0002

        await until(lambda: state.spot is not None and len(state.dated) == 2 and state.past.long_short)
        await until(lambda: state.long_short is not None and state.mark is not None)
        for panel in (basis, interest, term):
            panel.refresh()
        spot = workstation.metrics.read(METRIC_BY_KEY["mark_spot_rate"], SYMBOL).value
        assert spot is not None
        assert abs(spot) < 0.003
        assert basis.view._reading.spot_symbol == "BTCUSDT spot"
        assert [0 < point.year_rate < 0.15 for point in term.view.points] == [True, True]
        assert interest.ratio is not None
        assert len(interest.ratio.times) > 600
        assert interest.ratio.percentile == pytest.approx(
            workstation.metrics.read(METRIC_BY_KEY["long_short_percentile"], SYMBOL).value
        )
        assert "accounts long for each short" in interest.ratios.toolTip()
        market = (state.instrument.venue, SYMBOL)
    finally:
        for panel in (funding, basis, interest, term):
            panel.put_away()
        await workstation.stop()

    store = open_store(tmp_path)
    history = store.history()
    try:
        span = (0, 2**62)
        _, (rates, hours_told) = history.news_values(FundingRate, ("rate", "interval_hours"), *market, *span)
        assert list(dict.fromkeys(hours_told.tolist())) == [8.0, 4.0, 1.0]
        assert len(rates) >= 3
        assert len(history.news_values(SpotPrice, ("bid", "ask"), *market, *span)[0]) > 0
        minutes = history.basis(*market, *span)
        times, (marks, indices) = history.news_values(
            MarkPrice, ("mark_price", "index_price"), *market, *span
        )
        assert minutes.times[-1] == times[-1] // 60_000 * 60_000
        assert minutes.values["index"][-1] == pytest.approx(marks[-1] / indices[-1] - 1)
        newest = times >= minutes.times[-1]
        assert minutes.low["index"][-1] == pytest.approx((marks / indices - 1)[newest].min())
        assert abs(minutes.values["spot"][-1]) < 0.003
        assert len(history.long_short(*market, 3_600_000, *span)) > 600
    finally:
        history.close()
        store.close()
