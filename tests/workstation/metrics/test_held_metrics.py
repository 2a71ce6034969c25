"""What is held, and how a symbol moves with it: worked out here by another way."""

import numpy as np
import pytest

from tests.workstation.metrics.test_registry import Venue, walk
from workstation.metrics.held_book import HeldBook


@pytest.fixture
def venue() -> Venue:
    venue = Venue()
    for seed, symbol in enumerate(("BTCUSDT", "ETHUSDT")):
        venue.trade((0, 1, 1_000.0, 1.0), symbol=symbol)
        venue.hours(symbol, walk(seed, 500))
    venue.add("SOLUSDT", "SOL")
    venue.trade((0, 1, 1_000.0, 1.0), symbol="SOLUSDT")
    venue.hours("SOLUSDT", np.sqrt(walk(0, 500) * walk(7, 500)))
    return venue


def returns(seed: int) -> np.ndarray:
    return np.diff(np.log(walk(seed, 500)))


def hold(venue: Venue, weights: dict[str, float], **more: object) -> None:
    sectors = {"major": sum(weights.values())}
    book = HeldBook(weights, sectors, lambda coin: "other" if coin == "SOL" else "major", **more)  # type: ignore[arg-type]
    venue.reader.positions = lambda: book


def test_beta_is_covariance_over_the_leaders_variance(venue: Venue) -> None:
    sol = (returns(0) + returns(7)) / 2
    covariance = np.cov(sol, returns(0))
    assert venue.value("beta_btc", "SOLUSDT") == pytest.approx(covariance[0, 1] / covariance[1, 1])
    assert venue.value("beta_btc") == pytest.approx(1)


def test_the_correlation_with_what_is_held_is_with_the_positions_together(venue: Venue) -> None:
    assert venue.read("correlation_book").why == "There is no account here"
    hold(venue, {}, version=1)
    assert venue.read("correlation_book").why == "Nothing is held"
    hold(venue, {"BTCUSDT": 0.5, "ETHUSDT": -0.3}, version=2)
    book = 0.5 * returns(0) - 0.3 * returns(1)
    sol = (returns(0) + returns(7)) / 2
    expected = float(np.corrcoef(sol, book)[0, 1])
    assert venue.value("correlation_book", "SOLUSDT") == pytest.approx(expected)
    hold(venue, {"BTCUSDT": -0.5, "ETHUSDT": 0.3}, version=3)
    assert venue.value("correlation_book", "SOLUSDT") == pytest.approx(-expected), "a new book is looked at"
    hold(venue, {"TAOUSDT": 0.1}, version=4)
    assert venue.read("correlation_book").why == "TAOUSDT is held, and not followed"


def test_what_is_held_of_a_symbol_and_its_sector_is_of_the_equity(venue: Venue) -> None:
    hold(venue, {"BTCUSDT": 0.5, "ETHUSDT": -0.2})
    assert venue.value("held_rate", "ETHUSDT") == -0.2
    assert venue.value("sector_held_rate", "ETHUSDT") == pytest.approx(0.3)
    assert (venue.value("held_rate", "SOLUSDT"), venue.value("sector_held_rate", "SOLUSDT")) == (0, 0)
    hold(venue, {"BTCUSDT": 0.5}, unknown=("ETHUSDT",))
    assert venue.read("held_rate").why == "The mark price of ETHUSDT is not known"
