"""One press keeps what review shows of a round trip with it; what is not in view is no picture."""

from pathlib import Path

from pytestqt.qtbot import QtBot

from tests.ui.review.made_trips import made_journal
from ui.panel import PanelServices
from ui.panels.counterfactuals import CounterfactualsPanel
from ui.panels.time_machine import TimeMachinePanel
from ui.review.review_pictures import ReviewPictures


def test_the_panels_in_view_are_kept_with_the_round_trip_that_is_chosen(
    tmp_path: Path, services: PanelServices, qtbot: QtBot
) -> None:
    with made_journal(tmp_path / "data") as journal:
        services.journal = journal
        trip_id = journal.trips()[0].trip.trip_id
        panels = {"exits": CounterfactualsPanel(services), "machine": TimeMachinePanel(services)}
        for panel in panels.values():
            qtbot.addWidget(panel)
        pictures = ReviewPictures(services, lambda: panels, panels["exits"])
        services.selection.choose(trip_id)
        assert not pictures.can_take  # nothing is in view
        panels["exits"].show()
        assert pictures.can_take
        pictures.take()
        qtbot.waitUntil(lambda: bool(journal.note(trip_id).attachments))
        assert [one.name for one in journal.note(trip_id).attachments] == ["counterfactuals.png"]
        pictures.put_away()
        for panel in panels.values():
            panel.put_away()
