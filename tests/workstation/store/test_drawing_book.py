from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.model.drawings import Anchor, Drawing, DrawingKind, new_drawing
from workstation.model.levels import AlertRule, AlertTrigger
from workstation.ports import LevelBook
from workstation.store.drawing_book import DrawingBook, TooManyDrawings
from workstation.store.drawing_files import MOST_DRAWINGS, DrawingFiles

MARKET = ("binance_usdm", "BTCUSDT")


def level(price: float) -> Drawing:
    return new_drawing(DrawingKind.LEVEL, (Anchor(0, price),))


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def book(tmp_path: Path, said: list[str]) -> Iterator[DrawingBook]:
    made = DrawingBook(DrawingFiles(tmp_path), said.append)
    yield made
    made.close()


def test_every_change_is_heard_of_and_kept_for_the_next_run(
    book: DrawingBook, tmp_path: Path, said: list[str]
) -> None:
    heard: list[tuple[str, str]] = []
    end = book.subscribe(lambda venue, symbol: heard.append((venue, symbol)))
    drawn = level(61_000.0)
    book.put(*MARKET, [drawn])
    book.put(*MARKET, [drawn])  # changes nothing
    end()
    book.put("bybit", "BTCUSDT", [level(1.0)])
    assert heard == [MARKET]
    book.flush()
    assert DrawingBook(DrawingFiles(tmp_path), said.append).drawings(*MARKET) == (drawn,)
    assert said == []


@given(steps=st.lists(st.tuples(st.sampled_from("aaacrud"), st.integers(0, 5)), max_size=40))
def test_undo_and_redo_return_to_the_same_states(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int]]
) -> None:
    book = DrawingBook(DrawingFiles(tmp_path_factory.mktemp("drawings")), pytest.fail)
    # The plain model: every state there was, and where in it we stand.
    states: list[tuple[Drawing, ...]] = [()]
    at = 0
    try:
        for what, which in steps:
            now = book.drawings(*MARKET)
            if what == "u":
                assert book.undo(*MARKET) == (at > 0)
                at = max(0, at - 1)
            elif what == "d":
                assert book.redo(*MARKET) == (at < len(states) - 1)
                at = min(len(states) - 1, at + 1)
            else:
                if what == "a":
                    book.put(*MARKET, [level(float(which)), level(which + 0.5)])
                elif now and what == "c":
                    moved = msgspec.structs.replace(now[which % len(now)], anchors=(Anchor(9, which + 0.25),))
                    book.put(*MARKET, [moved])
                elif now:
                    book.remove(*MARKET, [now[which % len(now)].drawing_id, "never there"])
                if book.drawings(*MARKET) != now:
                    states[at + 1 :] = [book.drawings(*MARKET)]
                    at += 1
            assert book.drawings(*MARKET) == states[at]
            assert (book.can_undo(*MARKET), book.can_redo(*MARKET)) == (at > 0, at < len(states) - 1)
    finally:
        book.close()


def test_levels_are_what_alerts_read(book: DrawingBook) -> None:
    levels: LevelBook = book
    line = new_drawing(DrawingKind.TREND, (Anchor(0, 1.0), Anchor(1, 2.0)))
    high, low = level(62_000.0), msgspec.structs.replace(level(61_000.0), name="low", visible=False)
    book.put(*MARKET, [high, line, low])
    before = levels.version
    assert [(found.price, found.name) for found in levels.levels(*MARKET)] == [
        (61_000.0, "low"),
        (62_000.0, ""),
    ]
    rule = AlertRule(AlertTrigger.CROSS)
    levels.set_alert(*MARKET, high.drawing_id, rule)
    levels.set_alert(*MARKET, line.drawing_id, rule)
    levels.set_alert(*MARKET, "gone", rule)
    assert [found.alert for found in levels.levels(*MARKET)] == [None, rule]
    assert levels.version != before


def test_a_market_has_a_greatest_number_of_drawings(book: DrawingBook) -> None:
    full = [level(float(price)) for price in range(MOST_DRAWINGS)]
    book.put(*MARKET, full)
    with pytest.raises(TooManyDrawings):
        book.put(*MARKET, [level(1.0)])
    book.put(*MARKET, [msgspec.structs.replace(full[0], name="still changes")])
    assert len(book.drawings(*MARKET)) == MOST_DRAWINGS


def test_what_cannot_be_written_is_said_and_tried_again_at_the_end(
    book: DrawingBook, tmp_path: Path, said: list[str]
) -> None:
    drawn = level(1.0)
    assert book.drawings(*MARKET) == ()
    in_the_way = tmp_path / "binance_usdm"
    in_the_way.write_text("a file where the folder should be")
    book.put(*MARKET, [drawn])
    book.flush()
    assert len(said) == 1
    assert "cannot be kept" in said[0]
    in_the_way.unlink()
    book.close()
    assert DrawingFiles(tmp_path).load(*MARKET).drawings == (drawn,)


def test_a_file_that_cannot_be_read_is_left_alone(book: DrawingBook, tmp_path: Path, said: list[str]) -> None:
    path = DrawingFiles(tmp_path).path(*MARKET)
    path.mkdir(parents=True)
    book.put(*MARKET, [level(1.0)])
    book.flush()
    assert path.is_dir()
    assert len(said) == 1
    assert len(book.drawings(*MARKET)) == 1  # it can be worked with nevertheless
