"""A checklist is shown as it was judged, with the trader's words where it was overridden."""

from dataclasses import replace

from tests.ui.review.made_trips import made_trip
from ui.review.evidence_rows import counts, evidence_rows
from workstation.model.ledger import Evidence, Override


def test_rows_keep_their_state_and_overridden_ones_say_why() -> None:
    rows = tuple(
        Evidence("i", row, "automatic", state, "1", "≥ 2", value_ms=ms)
        for row, state, ms in (("spread", "pass", 9_000), ("oi", "fail", 4_000), ("rr", "fail", 10_000))
    )
    override = Override("i", "checklist.oi,checklist.rr", "book thin above", 0, 65_000)
    one = replace(made_trip(1), evidence=rows, overrides=(override,))
    shown = evidence_rows(one, {"oi": "OI quadrant"})
    assert [(row.title, row.state, row.age) for row in shown] == [
        ("Spread", "pass", "1 s"),
        ("OI quadrant", "overridden", "6 s"),
        ("Rr", "overridden", "0.0 s"),
    ]
    assert shown[1].words == "overridden after 1 m 5 s: “book thin above”"
    assert counts(shown) == [("1 pass", "up"), ("2 overridden", "warn")]


def test_an_override_of_no_row_is_shown_all_the_same() -> None:
    one = replace(made_trip(1), overrides=(Override("i", "daily_loss", "last one", 0, 0),))
    (row,) = evidence_rows(one, {})
    assert (row.title, row.words) == ("Daily loss", "overridden at once: “last one”")
