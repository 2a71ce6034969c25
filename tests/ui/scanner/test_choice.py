"""What is chosen in a scanner comes back as it was saved, whatever else stands in the file."""

from dataclasses import replace

from ui.scanner.choice import Choice
from ui.scanner.columns import USUAL_COLUMNS
from workstation.scanner.ranking import SortKey


def test_what_is_saved_comes_back() -> None:
    made = replace(
        Choice(
            screen_name="Mine", keys=(SortKey("last", descending=False),), checklist="plain", side="short"
        ),
        columns=("sector", "last"),
        widths={"last": 90},
    )
    named, screen = Choice().restored(made.saved("meme", fitting_only=True))
    assert screen is not None
    assert (screen.text, screen.fitting_only) == ("meme", True)
    assert named.of_screen(screen) == made


def test_what_cannot_be_read_is_left_as_it_is() -> None:
    named, screen = Choice().restored({"shown": {"name": 3}, "widths": {"last": "wide"}, "screen": None})
    assert (named, screen) == (Choice(), None)


def test_the_last_column_stays_and_one_is_put_in_the_place_of_another() -> None:
    one = Choice().with_columns(("last",))
    assert one.toggled("last") == one
    two = one.toggled("sector")
    assert two.columns == ("last", "sector")
    assert two.dragged("sector", "last").columns == ("sector", "last")
    assert two.dragged("gone", "last") == two
    assert one.with_columns(()).columns == USUAL_COLUMNS
    assert two.widened("last", 90).widened("last", 0) == two
