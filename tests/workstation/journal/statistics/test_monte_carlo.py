import numpy as np
import pytest

from workstation.analytics.drawdown import bootstrapped_falls
from workstation.analytics.trade_statistics import risk_of_ruin
from workstation.errors import BadFigure
from workstation.journal.statistics.monte_carlo import MonteCarlo, MonteCarloResult, monte_carlo

TRADES = np.array([2.0, -1, -1, 3, -1, 0.5, -1, -1, 1, -1, 2.5, -1] * 5)


def drawn(results: np.ndarray, what: MonteCarlo) -> MonteCarloResult:  # type: ignore[type-arg]
    found = monte_carlo(results, what)
    assert found is not None
    return found


def test_falls_are_those_of_the_plain_bootstrap() -> None:
    found = drawn(TRADES, MonteCarlo(ruin=10, runs=4_000, block=4))
    plain = bootstrapped_falls(TRADES, 0.0, block=4, runs=4_000, seed=1)
    np.testing.assert_allclose(found.drawdowns[2:5], np.quantile(plain, (0.5, 0.75, 0.95)), rtol=0.08)
    assert found.ruin.value == pytest.approx((plain >= 10).mean(), abs=0.03)


def test_ruin_comes_from_the_edge_as_the_gamblers_does() -> None:
    random = np.random.default_rng(3)
    trades = np.where(np.arange(1_000) % 20 < 11, 1.0, -1.0)[
        random.permutation(1_000)
    ]  # 55 % win one, else lose one
    histories = drawn(trades, MonteCarlo(ruin=1e9, runs=2_000, length=2_000, block=1, start=10.0))
    ended = np.cumsum(np.where(random.random((4_000, 2_000)) < 0.55, 1, -1), axis=1)
    assert (ended.min(axis=1) <= -10).mean() == pytest.approx(risk_of_ruin(0.55, 10), abs=0.02)
    # A fall from the peak is likelier than ruin from the start: the peak moves.
    fallen = drawn(trades, MonteCarlo(ruin=10, runs=500, length=2_000, block=1)).ruin.value
    assert fallen is not None
    assert fallen > risk_of_ruin(0.55, 10)
    assert histories.finals[2] == pytest.approx(10 + 2_000 * 0.1, abs=8)


def test_the_same_seed_gives_the_same_answer_however_it_is_cut_into_pieces() -> None:
    one, two = (drawn(TRADES, MonteCarlo(ruin=10, runs=300, seed=5)) for _ in range(2))
    assert one.drawdowns == two.drawdowns
    assert one.finals != drawn(TRADES, MonteCarlo(ruin=10, runs=300, seed=6)).finals


def test_a_block_of_all_trades_keeps_their_sum_and_every_quantile_rises() -> None:
    found = drawn(TRADES, MonteCarlo(ruin=10, runs=200, block=len(TRADES), start=100.0))
    np.testing.assert_allclose(found.finals, 100 + TRADES.sum())
    assert list(found.drawdowns) == sorted(found.drawdowns)
    assert found.fan[:, 0].tolist() == [100.0] * 5
    assert found.fan_trades[-1] == found.length == len(TRADES)


def test_a_compounding_balance_never_falls_by_more_than_all() -> None:
    found = drawn(np.array([0.5, -0.6, -1.2, 0.9]), MonteCarlo(ruin=1.0, runs=500, compounds=True, length=30))
    assert found.drawdowns[-1] == 1.0
    assert found.finals[0] == -1.0
    assert found.ruin.value is not None
    assert found.few


def test_it_is_called_off_between_pieces_and_says_how_far_it_is() -> None:
    told: list[float] = []

    def go_on(share: float) -> bool:
        told.append(share)
        return len(told) < 3

    what = MonteCarlo(ruin=1, runs=60, length=100_000)
    assert monte_carlo(TRADES, what, go_on=go_on) is None
    assert told == [0.0, pytest.approx(1 / 6), pytest.approx(2 / 6)]


@pytest.mark.parametrize(
    "what", [MonteCarlo(ruin=0), MonteCarlo(ruin=5, block=61), MonteCarlo(ruin=2, compounds=True)]
)
def test_figures_that_make_no_sense_are_refused(what: MonteCarlo) -> None:
    with pytest.raises(BadFigure):
        monte_carlo(TRADES, what)
    with pytest.raises(BadFigure, match="No trades"):
        monte_carlo(np.array([np.nan]), MonteCarlo(ruin=1))
