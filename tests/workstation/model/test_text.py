"""Text from outside is one line that steers no terminal."""

from hypothesis import example, given
from hypothesis import strategies as st

from workstation.model.text import printable


@given(st.text(st.characters()))
@example("\udcff.gz")
@example("a\nb\r\x1b[2J")
def test_text_is_one_printable_line_that_can_be_encoded(text: str) -> None:
    shown = printable(text)
    assert len(shown) == len(text)
    assert shown.isprintable()
    shown.encode()
    assert all(mark == was or not was.isprintable() for mark, was in zip(shown, text, strict=True))


def test_what_can_be_shown_is_left_alone() -> None:
    assert printable("Börse 币安 [red].gz") == "Börse 币安 [red].gz"
