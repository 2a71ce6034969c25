"""The trader's word that no event is missing from the calendar, given in panel or ticket and written down."""

from datetime import UTC, datetime

from ui.services import PanelServices
from workstation.events.calendar import complete_until
from workstation.model.ledger import SettingChange
from workstation.trading.checklist import JudgedRow, RowState
from workstation.trading.checklist_template import AutomaticRow

KEY = "calendar.complete_until_ms"
"""Of the entry in the ledger."""
_METRICS = ("event_window", "event_next_h")
_SAID = "Said by the trader: no event is missing"
_TAKEN_BACK = "Taken back by the trader"


def last_day(until_ms: int) -> str:
    """The last whole day before a midnight, UTC: "28 Nov"."""
    day = datetime.fromtimestamp(until_ms / 1000 - 1, UTC)
    return f"{day.day} {day:%b}"


def is_of_events(row: JudgedRow) -> bool:
    """Whether a row is judged by the calendar."""
    return isinstance(row.row, AutomaticRow) and row.row.metric in _METRICS


def offer_words(services: PanelServices, row: JudgedRow, now_ms: int) -> str:
    """What a row about events offers while the calendar cannot vouch for now; "" where it offers nothing."""
    if not is_of_events(row) or row.state is not RowState.NO_DATA or services.calendar.is_known(now_ms):
        return ""
    return f"None until {last_day(complete_until(now_ms))}"


def say_complete(services: PanelServices, now_ms: int) -> str:
    """Take the trader's word for a week, write it down with the account, and return what to tell."""
    before = services.calendar.complete_until_ms
    until_ms = services.calendar.looked_through(now_ms)
    _write_down(services, before, until_ms, _SAID)
    return f"The calendar counts as complete through {last_day(until_ms)}, UTC; that is written down"


def take_back_complete(services: PanelServices) -> str:
    """Undo the newest change of the calendar if it was that word; return what to tell, "" for nothing."""
    calendar, before = services.calendar, services.calendar.complete_until_ms
    if not before or not calendar.undoable.startswith("Complete"):
        return ""
    calendar.undo()
    _write_down(services, before, calendar.complete_until_ms, _TAKEN_BACK)
    return "Your word on the calendar is taken back"


def _write_down(services: PanelServices, before_ms: int, until_ms: int, reason: str) -> None:
    if services.trading is not None:
        change = SettingChange(KEY, str(before_ms), str(until_ms), reason)
        services.trading.checklists.book.write_down(change)
