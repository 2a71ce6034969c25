"""A panel's conditions, links, menu and picture."""

from math import inf
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from ui.panel import Condition, PanelServices
from ui.theme import LIGHT, ROOMY
from workstation.app import Workstation


def show_age(panel: Any, seconds: float | None) -> None:
    panel.data_age_s = lambda: seconds
    panel.update_condition()


def test_fresh_data_are_live_and_show_the_body(panel: Any) -> None:
    show_age(panel, 0.12)
    assert panel.condition is Condition.LIVE
    assert panel.header.age_text == "0.1 s"
    assert panel.body.isVisible()


def test_data_older_than_two_seconds_are_stale_with_a_badge_over_a_visible_body(panel: Any) -> None:
    show_age(panel, 4.2)
    assert panel.condition is Condition.STALE
    assert panel.header.age_text == "stale 4 s"
    assert panel.condition_sentence == "The data are 4 s old"
    assert panel.body.isVisible()


def test_no_data_have_no_age(panel: Any) -> None:
    show_age(panel, None)
    assert panel.header.age_text == ""


@pytest.mark.parametrize(("state", "words"), [("paused", "paused"), ("finished", "recording ended")])
def test_time_that_stands_still_makes_nothing_stale(
    panel: Any, workstation: Workstation, state: str, words: str
) -> None:
    setattr(workstation.feed, state, True)
    show_age(panel, 60.0)
    assert panel.condition is Condition.LIVE
    assert panel.header.age_text == words


@pytest.mark.parametrize(
    "condition", [Condition.EMPTY, Condition.LOADING, Condition.DISCONNECTED, Condition.ERROR]
)
def test_a_panel_without_its_matter_says_so_in_place_of_the_body(panel: Any, condition: Condition) -> None:
    panel.set_condition(condition, "This recording has no book.", "Choose another")
    assert panel.condition is condition
    assert not panel.body.isVisible()
    assert "This recording has no book." in panel._condition_view.accessibleName()
    assert not panel.grab().isNull()
    panel.set_condition(Condition.LIVE)
    assert panel.body.isVisible()


def test_a_refresh_that_raised_covers_the_panel_until_one_succeeds(panel: Any) -> None:
    panel.show_failure(ValueError("no such row"))
    panel.update_condition()
    assert panel.condition is Condition.ERROR
    assert panel.condition_sentence == "ValueError: no such row"
    panel.clear_failure()
    assert panel.condition is Condition.LIVE


def test_the_age_is_that_of_the_linked_symbols_newest_data(panel: Any, replayed: Workstation) -> None:
    replayed.clock.monotonic = lambda: panel.state.health.last_data + 1.5  # type: ignore[method-assign]
    assert panel.data_age_s() == pytest.approx(1.5)
    panel.link.set_symbol("NOSUCH")
    assert panel.state is None
    assert panel.data_age_s() is None


def test_a_panel_follows_its_group_and_only_its_group(panel: Any, services: PanelServices) -> None:
    services.links.first.set_symbol("ETHUSDT")
    services.links.first.set_timeframe(60_000)
    green = services.links.group("green")
    assert green is not None
    panel.calls.clear()
    panel.set_link(green)
    assert panel.calls == ["symbol", "timeframe"]
    services.links.first.set_symbol("TAOUSDT")
    assert panel.calls == ["symbol", "timeframe"]
    green.set_symbol("TAOUSDT")
    assert panel.calls == ["symbol", "timeframe", "symbol"]
    assert panel.state.instrument.symbol == "TAOUSDT"


def test_the_link_menu_moves_the_panel(panel: Any) -> None:
    actions = {action.text(): action for action in panel.header.link_button.menu().actions()}
    assert actions["Blue"].isChecked()
    actions["Amber"].trigger()
    assert panel.link.color_name == "amber"
    assert actions["Amber"].isChecked()
    actions["Share the timeframe"].trigger()
    assert not panel.link.shares_timeframe
    assert panel.header.link_button.accessibleName() == "Linked: amber, with its own timeframe"
    actions["On its own"].trigger()
    assert panel.link.color_name == ""
    assert not actions["Share the symbol"].isEnabled()
    assert not panel.header.grab().isNull()


def test_the_menu_copies_a_picture_of_the_panel(panel: Any) -> None:
    actions = {action.text(): action for action in panel.header.menu.actions()}
    actions["Copy picture"].trigger()
    picture = QGuiApplication.clipboard().image()
    assert picture.size() == panel.size() * panel.devicePixelRatioF()


def test_the_menu_saves_a_picture_without_blocking(panel: Any, tmp_path: Any) -> None:
    {action.text(): action for action in panel.header.menu.actions()}["Save picture as…"].trigger()
    dialog = panel.children()[-1]
    dialog.fileSelected.emit(str(tmp_path / "panel.png"))
    dialog.reject()
    panel.services.pictures.finish()
    assert (tmp_path / "panel.png").stat().st_size > 500


def test_a_new_look_reaches_header_and_panel(panel: Any, services: PanelServices) -> None:
    before = panel.header.height()
    services.themes.set_density(ROOMY)
    services.themes.set_theme(LIGHT)
    assert panel.header.height() == before + 4
    assert panel.theme is LIGHT
    image = panel.grab().toImage()
    assert image.pixelColor(250, 4) == LIGHT.panel
    assert image.pixelColor(0, 299) == LIGHT.window


def test_the_subject_is_plain_text_and_the_detail_keeps_whole_figures(panel: Any) -> None:
    panel.header.set_subject("<b>EVIL</b>", "perpetual")
    panel.header.set_detail("O 61 672.1  H 61 672.4")
    assert panel.header.subject == ("<b>EVIL</b>", "perpetual")
    assert panel.header.detail == "O 61 672.1  H 61 672.4"
    panel.header.set_detail([("+0.18", "up"), ("imbalance", "muted")])
    assert panel.header.detail == "+0.18  imbalance"
    for width in (40, 180, 500):
        panel.header.resize(width, panel.header.height())
        assert not panel.header.grab().isNull()


def test_age_in_any_form_keeps_the_header_in_one_line(panel: Any) -> None:
    for seconds in (0.0, 9.0, 59.0, 3600.0, inf):
        panel.header.set_age(seconds)
        panel.header.set_alarm(f"disconnected {seconds} s", "lost", "Not connected; it is tried again.")
    panel.header.set_note("recording ended")
    assert panel.header.sizeHint().height() <= panel.header.height()
    assert panel.focusPolicy() & Qt.FocusPolicy.TabFocus
