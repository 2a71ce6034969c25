"""The best-price lines are steps that touch, and break where nothing is known."""

import numpy as np

from ui.depth.best_price_item import step_segments


def test_a_stepped_line_is_flat_in_its_columns_and_joined_at_their_edges() -> None:
    edges = np.array([0.0, 10.0, 20.0, 30.0])
    segments = step_segments(edges, np.array([5.0, 5.0, 7.0]))
    assert segments.tolist() == [[0, 5, 20, 5], [20, 7, 30, 7], [20, 5, 20, 7]]


def test_a_gap_breaks_the_line() -> None:
    edges = np.array([0.0, 10.0, 20.0, 30.0, 40.0])
    segments = step_segments(edges, np.array([5.0, np.nan, np.nan, 5.0]))
    assert segments.tolist() == [[0, 5, 10, 5], [30, 5, 40, 5]]


def test_nothing_known_is_no_line() -> None:
    assert len(step_segments(np.arange(4.0), np.full(3, np.nan))) == 0
