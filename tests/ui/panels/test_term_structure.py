"""The term structure is made of what is followed: dated futures, or the sentence that there are none."""

from typing import Any

import pytest

from tests.ui.panels.conftest import START_MS
from ui.panel import Condition
from ui.panels.term_structure import TermStructurePanel
from workstation.analytics.term_structure import YEAR_MS, expiry_of
from workstation.model.instrument import ContractKind


def test_without_a_dated_future_it_says_so(btc_desk: Any) -> None:
    btc_desk.trade((0, 1, 60_000.0, 1.0))
    panel = btc_desk.open(TermStructurePanel)
    assert panel.condition is Condition.EMPTY
    assert "No dated future of BTC" in panel.condition_sentence


def test_a_dated_future_is_held_against_spot(btc_desk: Any, instrument: Any) -> None:
    btc_desk.add(instrument("BTCUSDT_241227"))
    btc_desk.trade((0, 1, 60_000.0, 1.0))
    btc_desk.trade((0, 1, 61_200.0, 1.0), symbol="BTCUSDT_241227")
    panel = btc_desk.open(TermStructurePanel)
    assert "Neither spot nor index" in panel.condition_sentence
    btc_desk.add(instrument("BTCUSDT_SPOT", kind=ContractKind.SPOT))
    btc_desk.trade((0, 1, 60_000.0, 1.0), symbol="BTCUSDT_SPOT")
    panel.refresh()
    assert panel.condition is Condition.LIVE
    (point,) = panel.view.points
    expiry = expiry_of("BTCUSDT_241227")
    assert expiry is not None
    assert point.basis_rate == pytest.approx(0.02)
    assert point.year_rate == pytest.approx(0.02 * YEAR_MS / (expiry - START_MS))
