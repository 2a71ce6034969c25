import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.market.counted_bars import BarRule, BarUnit, CountedBars
from workstation.model.columns import TRADE, Records

TICK = 0.5


def trades_of(prices: list[int], sizes: list[int]) -> Records:
    """Trades a second apart, prices in ticks and sizes in eighths (exact as floats)."""
    rows = np.zeros(len(prices), TRADE)
    rows["event_ms"] = 1_000_000 + 1_000 * np.arange(len(prices))
    rows["price"] = 100 + TICK * np.array(prices, float)
    rows["size"] = np.array(sizes, float) / 8
    rows["side"] = np.where(np.arange(len(prices)) % 3, 1, -1)
    return rows


def plainly(trades: Records, rule: BarRule) -> list[list[int]]:
    """Which trades belong to which bar, worked out one by one."""
    bars: list[list[int]] = []
    for index, trade in enumerate(trades):
        held = bars[-1] if bars else []
        if not bars:
            new = True
        elif rule.unit is BarUnit.TRADES:
            new = len(held) >= rule.amount
        elif rule.unit is BarUnit.VOLUME:
            new = sum(float(trades["size"][i]) for i in held) >= rule.amount
        else:
            prices = [float(trades["price"][i]) for i in (*held, index)]
            new = max(prices) - min(prices) > rule.amount * TICK
        if new:
            bars.append([])
        bars[-1].append(index)
        assert trade is not None
    return bars


drawn = st.lists(st.tuples(st.integers(-30, 30), st.integers(1, 40)), min_size=1, max_size=120)


@given(drawn, st.sampled_from(list(BarUnit)), st.integers(1, 25), st.lists(st.integers(1, 30), max_size=12))
def test_bars_hold_the_trades_that_the_rule_gives_them_however_they_arrive(
    pairs: list[tuple[int, int]], unit: BarUnit, amount: int, batches: list[int]
) -> None:
    trades = trades_of([price for price, _ in pairs], [size for _, size in pairs])
    rule = BarRule(unit, amount)
    made = CountedBars(rule, TICK)
    start = 0
    for size in (*batches, len(trades)):
        made.add_trades(trades[start : start + size])
        start += size
    expected = plainly(trades, rule)
    rows = made.rows()
    assert len(rows) == len(expected)
    for row, members in zip(rows, expected, strict=True):
        part = trades[members]
        assert row["open_ms"] == part["event_ms"][0]
        assert (row["open"], row["close"]) == (part["price"][0], part["price"][-1])
        assert (row["high"], row["low"]) == (part["price"].max(), part["price"].min())
        assert row["volume"] == part["size"].sum()
        assert row["buy_volume"] == part["size"][part["side"] > 0].sum()
        assert row["trades"] == len(part)
    assert (np.diff(made.times()) >= 0).all()


def test_a_late_trade_never_opens_a_bar_before_the_one_before_it() -> None:
    trades = trades_of([0, 1, 2, 3], [8, 8, 8, 8])
    trades["event_ms"][2] -= 10_000
    made = CountedBars(BarRule(BarUnit.TRADES, 1), TICK)
    made.add_trades(trades)
    assert made.times().tolist() == [1_000_000, 1_001_000, 1_001_000, 1_003_000]


@pytest.mark.parametrize(
    ("rule", "text"), [(BarRule(BarUnit.TRADES, 100.0), "100t"), (BarRule(BarUnit.VOLUME, 0.5), "0.5v")]
)
def test_a_rule_is_written_as_it_is_typed(rule: BarRule, text: str) -> None:
    assert str(rule) == text
