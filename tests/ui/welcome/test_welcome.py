"""The welcome is shown once, blocks nothing, and what it offers is done or told."""

from collections.abc import Callable
from math import inf
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from ui.desk.whole import WholeDesk
from ui.market_switch import MarketSwitch, SwitchEvents
from ui.markets import Markets, OpenMarket
from ui.panels.trips import TripsPanel
from ui.preferences.book import SettingsBook
from ui.review.trip_filter import TripFilter
from ui.welcome.sample_hand import SampleHand
from ui.welcome.welcome import Welcome
from workstation import data_folder
from workstation.data_folder import default_data_dir
from workstation.journal.journal import Journal
from workstation.journal.sample import has_sample
from workstation.model.journal import AccountKind
from workstation.settings import Settings, WindowOptions, has_settings, load_settings

MakeWelcome = Callable[[], Welcome]


@pytest.fixture
def make_welcome(desk: WholeDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakeWelcome:
    """Makes the welcome of a desk, as often as the program is started."""
    monkeypatch.setattr("platformdirs.user_config_dir", lambda *_, **__: str(tmp_path / "config"))
    monkeypatch.setattr("platformdirs.user_data_dir", lambda *_, **__: str(tmp_path / "data"))
    (tmp_path / "data").mkdir()

    def make() -> Welcome:
        data_dir = default_data_dir()
        is_first = not has_settings(data_dir)
        settings, _ = load_settings(data_dir)
        book = SettingsBook(settings, data_dir, desk.main)
        markets = Markets(WindowOptions(None, inf, data_dir), Settings())
        market = OpenMarket(markets.first, desk.services.workstation)
        events = SwitchEvents(lambda _choice: None, lambda _choice: None)
        switch = MarketSwitch(desk.services, markets, market, events)
        desk.commands.remove(*[one for one in desk.commands.defaults if one.id.startswith("welcome.")])
        return Welcome(desk, book, markets, switch, lambda: None, is_first=is_first)

    return make


def question(hand: SampleHand) -> QMessageBox:
    """What is asked before the sample goes."""
    assert hand._box is not None
    return hand._box


def test_it_stands_over_the_first_desk_until_it_is_put_away(
    desk: WholeDesk, make_welcome: MakeWelcome
) -> None:
    desk.main.resize(1280, 720)
    desk.main.setFocus()
    first = make_welcome()
    first.show()
    card = first.card
    assert card.isVisible()
    assert not card.isModal()
    assert not card.hasFocus()
    assert desk.main.rect().contains(card.geometry())
    assert {"simulated", "binance_usdm"} <= {
        card.markets.itemData(row) for row in range(card.markets.count())
    }
    first.stop()

    again = make_welcome()  # it was not put away: it is there at the next start too
    again.show()
    assert again.card.isVisible()
    QTest.keyClick(desk.main, Qt.Key.Key_Escape)
    assert not again.card.isVisible()
    again.stop()

    third = make_welcome()
    third.show()
    assert not third.card.isVisible()
    (command,) = [one for one in desk.commands.defaults if one.id == "welcome.open"]
    command.run()
    assert third.card.isVisible()
    third.stop()


def test_another_folder_holds_from_the_next_start_on_and_a_bad_one_is_told(
    make_welcome: MakeWelcome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    welcome = make_welcome()
    welcome.use_folder(tmp_path / "missing")
    assert "no folder" in welcome.card.folder_words.text()
    assert welcome.card.restart.isHidden()
    other = tmp_path / "other"
    other.mkdir()
    monkeypatch.setattr(data_folder, "LEAST_FREE_BYTES", 1)
    welcome.use_folder(other)
    assert str(other) in welcome.card.folder_words.text()
    assert not welcome.card.restart.isHidden()
    assert default_data_dir() == other
    welcome.stop()


def test_an_empty_list_of_round_trips_offers_the_sample_journal(
    desk: WholeDesk, tmp_path: Path, qtbot: QtBot
) -> None:
    services, asked = desk.services, list[bool]()
    with Journal(tmp_path / "empty") as journal:
        journal.refresh()
        services.journal = journal
        services.add_sample = lambda: asked.append(True)
        panel = TripsPanel(services)
        qtbot.addWidget(panel)
        panel.resize(320, 400)
        panel.show()
        panel.refresh()
        (button,) = [one for one in panel.findChildren(QPushButton) if "sample" in one.text()]
        assert button.isVisible()
        button.click()
        assert asked == [True]
        panel.resize(320, 90)  # no room for it: the words stay
        assert not button.isVisible()
        services.journal = None


def test_the_sample_journal_is_added_shown_and_removed_when_it_was_asked_twice(
    desk: WholeDesk, tmp_path: Path, qtbot: QtBot
) -> None:
    services = desk.services
    with Journal(tmp_path / "journal of one's own") as journal:
        journal.refresh()
        services.journal = journal
        hand = SampleHand(services, desk.main)
        hand.add()
        qtbot.waitUntil(lambda: not hand.is_busy, timeout=20_000)
        assert has_sample(journal.data_dir)
        assert services.selection.wanted.kind is AccountKind.SAMPLE
        hand.ask_to_remove()
        question(hand).reject()
        assert has_sample(journal.data_dir)
        hand.ask_to_remove()
        question(hand).button(QMessageBox.StandardButton.Discard).click()
        qtbot.waitUntil(lambda: not hand.is_busy, timeout=20_000)
        assert not has_sample(journal.data_dir)
        assert services.selection.wanted == TripFilter()
        services.journal = None
