"""Arbitrary arrangements of panels, for the properties that all of them have."""

from hypothesis import strategies as st

from ui.desk.tree import Node, Split, Stack, tidy

NAMES = ("chart", "chart-2", "depth", "ladder", "tape", "watchlist", "feed_health", "depth-2")
shares = st.floats(min_value=0.05, max_value=5.0, allow_nan=False)


@st.composite
def trees(draw: st.DrawFn) -> Node:
    """A tidy tree of some of the names, each once."""
    names = draw(st.lists(st.sampled_from(NAMES), unique=True, min_size=1, max_size=len(NAMES)))
    made = tidy(_part(draw, names, draw(st.sampled_from(("row", "column")))))
    assert made is not None
    return made


def _part(draw: st.DrawFn, names: list[str], along: str) -> Node:
    share = draw(shares)
    if len(names) == 1 or draw(st.booleans()):
        return Stack(tuple(names), draw(st.integers(0, len(names) - 1)), share)
    cut = draw(st.integers(1, len(names) - 1))
    other = "column" if along == "row" else "row"
    parts = (_part(draw, names[:cut], other), _part(draw, names[cut:], other))
    return Split(along, parts, share)  # type: ignore[arg-type]
