"""A missed trade is followed by its own stop and targets, and never better than prices allow."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path as FilePath
from typing import cast

import numpy as np
import pytest

from tests.workstation.trading.market_made import CONTRACT
from workstation.journal.exit_path import Market, Path
from workstation.journal.journal import Journal
from workstation.journal.shadow import RESTS_MS, StoredShadows, shadow_of
from workstation.market.candles import CANDLE
from workstation.model.journal import AccountKind, ContractTerms, JournalAccount
from workstation.model.missed import MissedTrade, ShadowEnd
from workstation.model.orders import Bracket, OrderIntent, OrderKind, Purpose, Side, Target, TriggerBy
from workstation.ports import MomentHistory
from workstation.runtime.clock import ManualClock
from workstation.store.ticks import open_store
from workstation.trading.plan import lost_at_stop

ASKED_MS = 1_000
HALF = Decimal("0.5")
TERMS = ContractTerms("v", "S", "USDT", taker_rate=CONTRACT.taker_rate)
LONG = OrderIntent(
    "v", "S", Side.BUY, OrderKind.LIMIT, Decimal(2), Purpose.OPEN, price=Decimal(100),
    bracket=Bracket(Decimal(90), (Target(Decimal(120), HALF), Target(Decimal(130), HALF))),
)  # fmt: skip


def market(*prices: float) -> Market:
    """Trades a second apart, from the moment at which it was wanted."""
    values = np.array(prices)
    times = ASKED_MS + 1_000 * np.arange(1, len(values) + 1, dtype=np.int64)
    path = Path(times, values, values, values, values, np.zeros(len(values), np.int64))
    return Market(cast(MomentHistory, None), (), path, path, False, 0)


def missed(intent: OrderIntent = LONG) -> MissedTrade:
    return MissedTrade("a", ASKED_MS, intent)


def test_a_limit_order_is_filled_only_when_its_price_is_traded_through() -> None:
    touched = shadow_of(missed(), market(105, 100, 130), TERMS)
    assert touched.end is ShadowEnd.NOT_FILLED
    found = shadow_of(missed(), market(105, 99.9, 110), TERMS)
    assert (found.end, found.entry_price, found.entered_ms) == (ShadowEnd.OPEN, 100, 3_000)
    assert found.exit_price == 110


def test_the_stop_costs_what_the_plan_said_and_counts_as_minus_one_r() -> None:
    found = shadow_of(missed(), market(105, 99, 95, 90, 150), TERMS)
    risk = lost_at_stop(CONTRACT, Decimal(2), Decimal(100), Decimal(90), Decimal(0))
    assert (found.end, found.exited_ms, found.net_pnl, found.r_multiple) == (
        ShadowEnd.STOP,
        5_000,
        -risk,
        -1,
    )
    assert found.is_final


def test_targets_close_their_shares_and_the_rest_is_left_to_the_stop() -> None:
    both = shadow_of(missed(), market(105, 99, 121, 131), TERMS)
    fees = (Decimal(200) + 120 + 130) * TERMS.taker_rate
    assert (both.end, both.net_pnl) == (ShadowEnd.TARGETS, 50 - fees)
    one = shadow_of(missed(), market(105, 99, 121, 90), TERMS)
    assert (one.end, one.exit_price) == (ShadowEnd.STOP, 105)


def test_a_market_order_and_a_limit_order_that_can_trade_at_once_take_the_next_price() -> None:
    order = replace(LONG, kind=OrderKind.MARKET, price=None)
    assert shadow_of(missed(order), market(101, 102), TERMS).entry_price == 101
    assert shadow_of(missed(), market(97, 102), TERMS).entry_price == 97
    assert shadow_of(missed(replace(LONG, post_only=True)), market(97, 102), TERMS).entry_price == 100


def test_a_short_that_waits_for_its_trigger_is_entered_there() -> None:
    order = replace(
        LONG, side=Side.SELL, kind=OrderKind.STOP, price=None, trigger_price=Decimal(95),
        trigger_by=TriggerBy.LAST, bracket=Bracket(Decimal(99)),
    )  # fmt: skip
    found = shadow_of(missed(order), market(100, 95, 94, 99), TERMS)
    assert (found.entered_ms, found.entry_price, found.end) == (3_000, 95, ShadowEnd.STOP)
    assert shadow_of(missed(order), market(100, 96), TERMS).end is ShadowEnd.NOT_FILLED


def test_an_order_waits_for_a_day_and_no_longer() -> None:
    late = market(105, 99)
    late.trades.times[1] += RESTS_MS
    assert shadow_of(missed(), late, TERMS).end is ShadowEnd.NOT_FILLED


@pytest.mark.parametrize("kept", [True, False])
def test_what_is_stored_tells_what_became_of_it_and_the_journal_keeps_that(
    tmp_path: FilePath, kept: bool
) -> None:
    rows = np.zeros(60, CANDLE)
    rows["open_ms"] = ASKED_MS // 60_000 * 60_000 + 60_000 * np.arange(60)
    rows["open"] = rows["close"] = rows["high"] = 105.0
    rows["low"] = 104.0
    rows["low"][5], rows["low"][9] = 99.0, 89.0
    store = open_store(tmp_path, clock=ManualClock(5))
    if kept:
        store.put_candles("v", "S", 60_000, rows, 1)
        store.wait_until_below(0)
    with Journal(tmp_path) as journal:
        journal.know_terms([TERMS])
        journal.save_missed(missed(replace(LONG, intent_id="x")))
        account = JournalAccount("a", "A", AccountKind.IMPORTED)
        journal.add_imported(account, [], [], [], "empty.csv", "")
        shadows = StoredShadows(journal)
        for now in (0.0, 1.0):
            for _, work in shadows.jobs(now):
                reader = store.history()
                shadows.put(work(reader), now)
                reader.close()
        found = journal.shadow("x")
        assert shadows.jobs(2.0) == []
        if kept:
            assert found is not None
            assert (found.end, found.source) == (ShadowEnd.STOP, "1 min candle")
        else:
            assert found is None
    store.close()
