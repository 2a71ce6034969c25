from itertools import pairwise

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from ui.theme import DARK
from ui.widgets.scrub_bar import LEAST_TICK_PX, ScrubBar


@pytest.fixture
def bar(qtbot: QtBot) -> ScrubBar:
    """Wide enough for many ticks."""
    made = ScrubBar(DARK, lambda share: f"{share:.2f}")
    qtbot.addWidget(made)
    made.resize(500, 22)
    return made


@pytest.mark.parametrize("length_s", [20.0, 344.0, 3_700.0, 86_400.0 * 3])
def test_ticks_lie_on_round_moments_and_are_told_apart(bar: ScrubBar, length_s: float) -> None:
    start_s = 1_723_161_255.0
    bar.set_recording(start_s, length_s, ())
    moments = [start_s + share * length_s for share in bar.ticks()]
    assert moments
    steps = {round(later - earlier, 3) for earlier, later in pairwise(moments)}
    assert len(steps) <= 1
    for step in steps:
        assert moments[0] % step == pytest.approx(0, abs=1e-3)
        assert step / length_s * 494 >= LEAST_TICK_PX - 1
    assert all(0 <= share <= 1 + 1e-9 for share in bar.ticks())


def test_a_gap_is_seen_where_it_is(bar: ScrubBar, qtbot: QtBot) -> None:
    assert isinstance(bar, QWidget)
    bar.set_recording(0.0, 100.0, ())
    plain = bar.grab().toImage()
    bar.set_recording(0.0, 100.0, ((0.5, 0.6),))
    gapped = bar.grab().toImage()
    middle = bar.height() // 2
    changed = [
        x
        for x in range(bar.width())
        if any(gapped.pixelColor(x, middle + dy) != plain.pixelColor(x, middle + dy) for dy in (-2, 0, 2))
    ]
    assert changed
    assert min(changed) >= 3 + 0.5 * 494 - 2
    assert max(changed) <= 3 + 0.6 * 494 + 2
