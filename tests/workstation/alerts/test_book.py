"""The book of alerts: undo, a bounded history, and files that survive damage."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workstation.alerts.book import MOST_FIRINGS, AlertBook
from workstation.alerts.rules import Formula, Latch, PriceCross, Rule, Threshold


def rule(rule_id: str, price: float = 100.0) -> Rule:
    return Rule(rule_id, "binance_usdm", ("BTCUSDT",), PriceCross(price))


def fire(book: AlertBook, rule_id: str = "a", times: int = 1) -> None:
    for _ in range(times):
        watched = book.rule(rule_id) or rule(rule_id)
        latch = book.latch(rule_id, "BTCUSDT")
        book.fire(watched, latch, condition=watched.condition, value=1.0, now_ms=5, market_ms=6)


def test_a_removed_rule_comes_back_where_it_was_with_what_was_remembered() -> None:
    book = AlertBook()
    for name in "abc":
        book.put(rule(name))
    fire(book, "b")
    removed = book.remove("b")
    assert removed is not None
    assert [one.rule_id for one in book.rules()] == ["a", "c"]
    assert book.latch("b", "BTCUSDT") == Latch("b", "BTCUSDT")
    book.restore(removed)
    assert [one.rule_id for one in book.rules()] == ["a", "b", "c"]
    assert book.latch("b", "BTCUSDT").count == 1


def test_the_history_keeps_the_newest_and_numbers_never_come_again(tmp_path: Path) -> None:
    book = AlertBook(tmp_path / "alerts.json")
    book.put(rule("a"))
    fire(book, times=MOST_FIRINGS + 3)
    assert [firing.number for firing in book.firings[:2]] == [MOST_FIRINGS + 3, MOST_FIRINGS + 2]
    assert len(book.firings) == MOST_FIRINGS
    gone = book.dismiss()
    assert not book.firings
    book.save()
    again, complaint = AlertBook.open(tmp_path / "alerts.json")
    assert not complaint
    fire(again)
    assert again.firings[0].number == MOST_FIRINGS + 4
    again.bring_back(gone[:2])
    assert [firing.number for firing in again.firings] == [MOST_FIRINGS + 4, 5, 4]


def test_seen_is_kept_and_counted(tmp_path: Path) -> None:
    book = AlertBook(tmp_path / "alerts.json")
    book.put(rule("a"))
    fire(book, times=3)
    book.mark_seen([2])
    book.save()
    again, _ = AlertBook.open(tmp_path / "alerts.json")
    assert again.unseen == 2
    again.mark_seen()
    assert again.unseen == 0


def kept(path: Path) -> AlertBook:
    """A file, and the copy of the one before it with one rule less."""
    book = AlertBook(path)
    book.put(rule("a"))
    book.save()
    book.put(rule("b"))
    book.save()
    return book


def test_a_damaged_file_is_put_aside_and_the_last_good_copy_used(tmp_path: Path) -> None:
    path = tmp_path / "alerts.json"
    kept(path)
    path.write_bytes(path.read_bytes()[:-20])
    book, complaint = AlertBook.open(path)
    assert complaint is not None
    assert "last good copy" in complaint
    assert [one.rule_id for one in book.rules()] == ["a"]
    assert path.with_name("alerts.json.broken").exists()


def test_a_kill_between_the_two_renamings_loses_nothing_but_the_newest_change(tmp_path: Path) -> None:
    path = tmp_path / "alerts.json"
    kept(path)
    path.unlink()
    book, complaint = AlertBook.open(path)
    assert not complaint
    assert [one.rule_id for one in book.rules()] == ["a"]


@settings(max_examples=60)
@given(st.data())
def test_no_damage_to_the_file_stops_the_desk(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("alerts") / "alerts.json"
    kept(path)
    text = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(text) - 1))
        text[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
    path.write_bytes(bytes(text))
    book, _ = AlertBook.open(path)
    assert all(one.condition for one in book.rules())


@pytest.mark.parametrize(
    "condition",
    [
        {"type": "metric", "metric": "nosuch", "side": "above", "value": 1.0},
        {"type": "metric", "metric": "session", "side": "above", "value": 1.0},
        {"type": "expression", "text": "spread_bps >"},
        {"type": "price", "price": 0.0},
        {"type": "price", "price": 1e300},
    ],
)
def test_a_rule_that_makes_no_sense_is_not_read(condition: dict[str, object]) -> None:
    raw = msgspec.to_builtins(rule("a")) | {"condition": condition}
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(raw, Rule)


def test_every_condition_survives_the_file(tmp_path: Path) -> None:
    book = AlertBook(tmp_path / "alerts.json")
    conditions = (PriceCross(1.0, "up", 2.0), Threshold("spread_rate", "below", 0.005), Formula("last > 1"))
    for place, condition in enumerate(conditions):
        book.put(Rule(str(place), "okx", (), condition, note="why"))
    book.save()
    assert AlertBook.open(tmp_path / "alerts.json")[0].rules() == book.rules()
