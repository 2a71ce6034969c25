"""What stands at the cursor of a time machine can be read however narrow it is."""

import pytest

from ui.review.cursor_figures import label_for


@pytest.mark.parametrize(
    ("room", "label"),
    [(300, "Liquidation away"), (200, "Liq. away"), (120, "")],
    ids=["wide", "tight", "none"],
)
def test_a_label_gives_way_to_its_figures(room: float, label: str) -> None:
    value = "37 070.5 · 33.07 %"
    shown = label_for("Liquidation away", value, room, lambda words: 6.5 * len(words))
    assert shown == label
