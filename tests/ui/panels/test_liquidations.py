"""Liquidations are told by the side that was closed, filtered by value; an hour's sums are of every size."""

from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import duckdb
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.ui.panels.conftest import START_MS
from ui.derivatives.liquidation_rows import hour_sums
from ui.panels.liquidation_map import LiquidationMapPanel
from ui.panels.liquidations import LiquidationsPanel
from workstation.market.state import SymbolState
from workstation.model.derivatives import Liquidation, OpenInterest
from workstation.model.instrument import ContractKind
from workstation.runtime.clock import ManualClock

MINUTE_MS = 60_000


def closed(
    desk: Any, after_ms: int, side: Literal["buy", "sell"], price: str, size: str, symbol: str = "BTCUSDT"
) -> None:
    desk.workstation.market.state(symbol).take_news(
        Liquidation("binance_usdm", symbol, START_MS + after_ms, side, Decimal(price), Decimal(size))
    )


def texts(panel: LiquidationsPanel) -> list[tuple[str, ...]]:
    return [row[1:6] for row in panel.table.visible_rows()]


def test_a_sale_closes_a_long_and_small_ones_are_left_out_but_summed(btc_desk: Any, qtbot: QtBot) -> None:
    btc_desk.trade((0, 1, 60_000.0, 1.0))
    closed(btc_desk, -61 * MINUTE_MS, "sell", "60000", "5")
    closed(btc_desk, -3_000, "sell", "60000", "0.5")
    closed(btc_desk, -2_000, "buy", "60100", "0.01")
    closed(btc_desk, -1_000, "buy", "60100", "0.01")
    panel = btc_desk.open(LiquidationsPanel, 640, 300)
    assert [row[1] for row in texts(panel)] == ["short", "short", "long", "long"]
    assert (panel.sums.long_value, panel.sums.short_value) == (30_000, pytest.approx(1_202))
    assert "long 30.0 k" in panel.header.detail
    qtbot.keyClick(panel, Qt.Key.Key_Plus)
    qtbot.keyClick(panel, Qt.Key.Key_Plus)
    assert [row[4] for row in texts(panel)] == ["30.0 k", "300 k"]
    assert panel.sums.short_count == 2
    for _ in range(2):
        qtbot.keyClick(panel, Qt.Key.Key_Plus)
    assert "None of BTCUSDT" in panel.nothing.text()


def test_every_symbol_is_one_list_newest_first(btc_desk: Any, instrument: Any, qtbot: QtBot) -> None:
    btc_desk.add(instrument("ETHUSDT", base="ETH"))
    btc_desk.trade((0, 1, 60_000.0, 1.0))
    closed(btc_desk, -3_000, "sell", "60000", "0.5")
    closed(btc_desk, -2_000, "buy", "3000", "2", "ETHUSDT")
    panel = btc_desk.open(LiquidationsPanel, 640, 300)
    qtbot.keyClick(panel, Qt.Key.Key_E)
    assert [row[0] for row in texts(panel)] == ["ETHUSDT", "BTCUSDT"]
    assert panel.save_state() == {"least": "all", "everyone": True}


@pytest.mark.real_data
def test_the_sums_of_a_recorded_hour_are_those_of_a_query(instrument: Any, shared_data: Path) -> None:
    path = str(shared_data / "multivenue" / "liquidations.parquet")
    rows = duckdb.execute(
        "SELECT epoch_ms(timestamp), side, size_usd, price FROM read_parquet(?) "
        "WHERE venue = 'hyperliquid' AND coin = 'HYPE' ORDER BY timestamp LIMIT 900",
        [path],
    ).fetchall()
    assert {row[1] for row in rows} == {"S"}
    now_ms = rows[400][0]
    state = SymbolState(instrument("HYPE", kind=ContractKind.LINEAR), ManualClock())
    for at_ms, _, value, price in rows[:401]:
        size = Decimal(repr(value)) / Decimal(repr(price))
        state.take_news(Liquidation("hyperliquid", "HYPE", at_ms, "sell", Decimal(repr(price)), size))
    found = duckdb.execute(
        "SELECT sum(size_usd), count(*) FROM (SELECT epoch_ms(timestamp) t, size_usd FROM read_parquet($1) "
        "WHERE venue = 'hyperliquid' AND coin = 'HYPE' ORDER BY timestamp LIMIT 401) WHERE t >= $2 - 3600000",
        [path, now_ms],
    ).fetchone()
    assert found is not None
    sums = hour_sums([state], now_ms)
    assert (sums.long_value, sums.long_count) == (pytest.approx(found[0]), found[1])


def test_the_map_is_called_an_estimate_and_its_mix_can_be_typed(btc_desk: Any, qtbot: QtBot) -> None:
    btc_desk.trade(*((place * 1_000, 1, 60_000.0 + place, 1.0) for place in range(5)))
    state = btc_desk.workstation.market.state("BTCUSDT")
    state.past.add_open_interest(
        [
            OpenInterest(
                "v", "BTCUSDT", START_MS // 900_000 * 900_000 + place * 300_000, Decimal(100 + 10 * place)
            )
            for place in range(1, 5)
        ]
    )
    panel = btc_desk.open(LiquidationMapPanel, 420, 480)
    assert "estimate" in panel.header.detail

    def done() -> bool:
        panel.refresh()
        return panel._work.found is not None and not panel._work.working

    qtbot.waitUntil(done, timeout=5_000)
    panel.refresh()
    assert panel.note.text().startswith("Estimate: ")
    assert "0.5 % is assumed" in panel.note.text()
    qtbot.keyClick(panel, Qt.Key.Key_M)
    panel.mix_field.setText("20x")
    qtbot.keyClick(panel.mix_field, Qt.Key.Key_Return)
    assert "leverage × share" in panel.fault.text()
    panel.mix_field.setText("20x3 50:1")
    qtbot.keyClick(panel.mix_field, Qt.Key.Key_Return)
    assert panel.mix_field.isHidden()
    assert panel.save_state()["mix"] == "50×25 20×75"
    qtbot.waitUntil(done, timeout=5_000)
    found = panel._work.found
    assert found is not None
    assert [part.leverage for part in found.mix] == [50, 20]
    panel.put_away()
