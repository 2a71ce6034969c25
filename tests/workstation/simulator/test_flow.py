"""Takers come as often as the listing says and in clusters; makers keep what they promise to keep."""

import numpy as np
import pytest

from workstation.simulator.calibration import flow_statistics
from workstation.simulator.flow import MAKER, Draws, Makers, Takers
from workstation.simulator.matching import BUY, SELL, MatchingEngine, TimeInForce
from workstation.simulator.universe import PROFILES, UNIVERSE

BTC = UNIVERSE["BTCUSDT"]


def make_takers(seed: int = 1) -> Takers:
    return Takers(BTC, PROFILES["a"], Draws(np.random.default_rng(seed)))


def test_takers_come_at_their_rate_in_clusters_and_with_memory_of_their_side() -> None:
    takers = make_takers()
    now, times, sides = 0.0, [], []
    while len(times) < 30_000:
        wait, arrives = takers.next_after(1.0, 1.0)
        assert 0.0 < wait <= 1.0
        now += wait
        if arrives:
            times.append(int(now * 1000))
            sides.append(takers.side(0.0))

    assert len(times) / now == pytest.approx(BTC.takers_per_s, rel=0.15)
    ones = np.ones(len(times))
    found = flow_statistics(np.array(times), np.array(sides), ones, ones)
    assert found.fano[1] > 4.0
    assert found.side_memory[0] > 0.05


def test_activity_brings_more_takers() -> None:
    counts = []
    for activity in (1.0, 3.0):
        takers, now, count = make_takers(), 0.0, 0
        while now < 600.0:
            wait, arrives = takers.next_after(activity, 1.0)
            now += wait
            count += arrives
        counts.append(count)

    assert counts[1] > 2 * counts[0]


def make_makers(symbol: str = "BTCUSDT", seed: int = 1) -> tuple[Makers, MatchingEngine, float]:
    spec = UNIVERSE[symbol]
    engine = MatchingEngine(first_update_id=1, first_order_id=1)
    makers = Makers(spec, PROFILES["a"], engine, Draws(np.random.default_rng(seed)))
    fair = spec.start_price / float(spec.tick_size)
    makers.open(fair)
    return makers, engine, fair


@pytest.mark.parametrize("symbol", ["BTCUSDT", "NMRUSDT", "1000PEPEUSDT"])
def test_makers_keep_their_orders_and_never_cross_while_the_price_runs(symbol: str) -> None:
    makers, engine, fair = make_makers(symbol)
    random = np.random.default_rng(3)
    for _ in range(400):
        fair *= float(np.exp(random.normal(0.0, 2e-4)))
        makers.step(fair, stress=float(random.uniform(0.7, 4.0)))
        bid, ask = engine.bids.best(1)[0][0], engine.asks.best(1)[0][0]
        assert bid < ask
        assert bid - 1 <= makers.center <= ask + 1
    held = [len([order for order in engine.orders.values() if order.side == side]) for side in (BUY, SELL)]
    wanted = UNIVERSE[symbol].levels
    assert all(0.8 * wanted <= count <= wanted + 5 for count in held)


def test_the_spread_opens_in_stress() -> None:
    spreads = []
    for stress in (1.0, 4.0):
        makers, engine, fair = make_makers("TAOUSDT")
        for step in range(50):
            makers.step(fair * (1.0 + 2e-4 * (step % 2)), stress)
        spreads.append(engine.asks.best(1)[0][0] - engine.bids.best(1)[0][0])

    assert spreads[1] > 2 * spreads[0]


def test_makers_leave_the_orders_of_others_alone() -> None:
    makers, engine, fair = make_makers()
    mine = engine.submit(BUY, 5, engine.bids.best(1)[0][0], TimeInForce.GTX, owner=100).resting
    assert mine is not None

    for step in range(200):
        makers.step(fair * (1.0 - 1e-5 * step), stress=1.0)

    assert engine.orders[mine.order_id] is mine
    assert engine.asks.best(1)[0][0] > mine.price_ticks
    assert {order.owner for order in engine.orders.values()} == {MAKER, 100}


def test_what_rests_within_ten_basis_points_is_what_the_listing_says() -> None:
    depths = []
    for seed in range(6):
        _, engine, fair = make_makers(seed=seed)
        near = [level for level in engine.bids.best(5_000) if level[0] >= fair * 0.999]
        unit = float(BTC.tick_size * BTC.lot_size)
        depths.append(sum(ticks * lots for ticks, lots in near) * unit)

    assert np.mean(depths) == pytest.approx(BTC.depth_usd, rel=0.25)
