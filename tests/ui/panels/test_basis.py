"""Mark, index, spot and last side by side: deviations as recorded, and an alarm that is a rule."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.arrow_file import read_columns
from tests.ui.panels.conftest import START_MS
from ui.derivatives.basis_reading import basis_history, read_basis
from ui.panels.basis import BasisPanel
from workstation.alerts.rules import Formula
from workstation.metrics.registry import METRIC_BY_KEY
from workstation.model.derivatives import MarkPrice
from workstation.model.instrument import ContractKind


def marked(desk: Any, after_ms: int, mark: str, index: str | None = "60000") -> None:
    state = desk.workstation.market.state("BTCUSDT")
    told = None if index is None else Decimal(index)
    state.take_news(MarkPrice("binance_usdm", "BTCUSDT", START_MS + after_ms, Decimal(mark), told))


def test_deviations_are_of_the_mark_and_alarm_at_half_a_per_cent(desk: Any, instrument: Any) -> None:
    desk.add(instrument())
    desk.trade((0, 1, 60_000.0, 1.0))
    marked(desk, 0, "60300")
    panel = desk.open(BasisPanel, 900, 240)
    reading = read_basis(desk.services, desk.workstation.market.state("BTCUSDT"))
    assert reading.deviation("index") == pytest.approx(0.005)
    assert reading.deviation("last") == pytest.approx(0.005)
    assert reading.deviation("spot") != reading.deviation("spot")
    assert reading.alarming == ("index", "last")
    assert "no spot price of BTC is known" in panel.header.detail
    # A spot market of the coin beside it is the measure from then on, for the metric too.
    desk.add(instrument("BTCUSDT_SPOT", kind=ContractKind.SPOT))
    desk.trade((10, 1, 60_100.0, 1.0), symbol="BTCUSDT_SPOT")
    marked(desk, 20, "60300.5")
    reading = read_basis(desk.services, desk.workstation.market.state("BTCUSDT"))
    assert reading.deviation("spot") == pytest.approx(60_300.5 / 60_100 - 1)
    metric = desk.workstation.metrics.read(METRIC_BY_KEY["mark_spot_rate"], "BTCUSDT")
    assert metric.value == pytest.approx(reading.deviation("spot"))


def test_one_key_makes_the_alarm_and_another_takes_it_back(btc_desk: Any, qtbot: QtBot) -> None:
    btc_desk.trade((0, 1, 60_000.0, 1.0))
    panel = btc_desk.open(BasisPanel, 900, 240)
    book = btc_desk.services.alerts
    qtbot.keyClick(panel, Qt.Key.Key_A)
    (rule,) = book.rules()
    assert rule.condition == Formula("abs(premium_bps) >= 50")
    assert (rule.symbols, rule.repeat) == (("BTCUSDT",), "every")
    qtbot.keyClick(panel, Qt.Key.Key_A)
    assert len(book.rules()) == 1
    qtbot.keyClick(panel, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert book.rules() == ()


def test_each_bar_has_its_end_and_its_extremes_and_a_gap_stays_one() -> None:
    times = np.array([0, 400, 900, 1_000, 1_999, 40_000], np.int64)
    marks = np.array([100.0, 101.0, 100.5, 99.0, 99.5, 100.0])
    last = np.array([0, 1_000], np.int64), np.array([100.0, 100.0])
    history = basis_history(times, marks, np.full(6, 100.0), last, None, 0, 50_000, columns=50)
    assert history.values["index"][:3] == pytest.approx([0.005, -0.005, np.nan], nan_ok=True)
    assert (history.low["index"][1], history.high["index"][0]) == (pytest.approx(-0.01), pytest.approx(0.01))
    # The last trade is thirty-nine seconds old then: nothing is said against it.
    assert np.isfinite(history.values["index"][40])
    assert np.isnan(history.values["last"][40])
    assert np.isnan(history.values["spot"]).all()
    extreme = history.extreme()
    assert extreme is not None
    assert abs(extreme[1]) == pytest.approx(0.01)


@pytest.mark.real_data
def test_deviations_of_the_recorded_hours_are_those_of_a_plain_division(shared_data: Path) -> None:
    folder = shared_data / "funding_and_mark"
    mark, traded = (
        read_columns(folder / f"RENDER_USDT_USDT-1h-{kind}.feather") for kind in ("mark", "futures")
    )
    hour_ms = 3_600_000
    closes = dict(zip(traded["date"].tolist(), traded["close"].tolist(), strict=True))
    ends = mark["date"] + hour_ms
    count = len(ends)
    history = basis_history(
        ends - 1,
        mark["close"],
        np.full(count, np.nan),
        (traded["date"] + hour_ms, traded["close"]),
        None,
        int(mark["date"][0]),
        int(ends[-1]),
        columns=count,
    )
    plain = [close / closes[at] - 1 for at, close in zip(mark["date"].tolist(), mark["close"], strict=True)]
    assert history.values["last"] == pytest.approx(np.array(plain), abs=1e-14)
    assert count > 700
    assert np.isnan(history.values["index"]).all()
