"""The scanner without a window: what is shown, in which order, how it is judged, and what is kept."""

import time
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest

from tests.workstation.metrics.made import tell_a_story
from tests.workstation.metrics.test_registry import NOW_MS, VENUE, Venue
from workstation.alerts.expression import ExpressionError
from workstation.model.derivatives import Ticker
from workstation.model.feed_status import VenueBoard
from workstation.model.instrument import Instrument
from workstation.model.orders import Side
from workstation.scanner.judging import (
    AccountView,
    InWords,
    Standing,
    automatic_part,
    in_words,
    obstacle,
)
from workstation.scanner.market import ScannedMarket
from workstation.scanner.narrowing import read_narrowing
from workstation.scanner.ranking import SortKey, clicked, ranked
from workstation.scanner.scan import Query, Scan
from workstation.scanner.screens import SHIPPED, Screen, ScreenBook
from workstation.trading.account import Account
from workstation.trading.checklist_desk import METRIC_KEYS
from workstation.trading.checklist_files import load_templates
from workstation.trading.checklist_template import read_template
from workstation.trading.sectors import load_sectors
from workstation.trading.trading_day import DayFacts


def ticker(symbol: str, last: str) -> Ticker:
    price, before = Decimal(last), Decimal(100)
    return Ticker(VENUE, symbol, NOW_MS, price, before, price, before, Decimal(10), Decimal(1_000))


@pytest.fixture
def venue() -> Venue:
    return Venue()


def scan_of(venue: Venue, view: AccountView | None = None) -> Scan:
    market = ScannedMarket(venue.market, venue.reader, venue.clock, is_live=False)
    sectors = load_sectors()
    return Scan(market, sectors.of, lambda: view, lambda: NOW_MS, venue.clock.monotonic)


def rows(scan: Scan, query: Query) -> tuple[str, ...]:
    scan.ask(query)
    scan.step(1.0)
    assert scan.found is not None
    return scan.found.rows


def test_equals_keep_their_order_and_rows_without_a_figure_come_last_either_way() -> None:
    worths = {"a": (1.0, "x"), "b": (None, "x"), "c": (2.0, "y"), "d": (1.0, "z")}
    names = tuple(worths)
    assert ranked(names, worths, (SortKey("n"),)) == ("c", "a", "d", "b")
    assert ranked(names, worths, (SortKey("n", descending=False),)) == ("a", "d", "c", "b")
    assert ranked(names, worths, (SortKey("n"), SortKey("w"))) == ("c", "d", "a", "b")


def test_a_title_sorts_down_then_up_then_not_and_shift_adds_it_behind_the_others() -> None:
    once = clicked((), "last", text=False, adds=False)
    assert once == (SortKey("last"),)
    both = clicked(once, "sector", text=True, adds=True)
    assert both == (SortKey("last"), SortKey("sector", descending=False))
    turned = clicked(both, "last", text=False, adds=True)
    assert turned == (SortKey("last", descending=False), both[1])
    assert clicked(turned, "last", text=False, adds=True) == (both[1],)
    assert clicked(both, "atr", text=False, adds=False) == (SortKey("atr"),)


def test_a_filter_is_a_word_of_symbol_or_sector_or_a_condition() -> None:
    assert read_narrowing(" meme ").expression is None
    assert read_narrowing("spread_bps > 20").expression is not None
    with pytest.raises(ExpressionError, match="did you mean spread_bps"):
        read_narrowing("spred_bps > 20")
    with pytest.raises(ExpressionError):
        read_narrowing("spread_bps")


def test_symbols_whose_figure_is_not_known_are_counted_and_not_shown(venue: Venue) -> None:
    venue.tell(ticker("BTCUSDT", "110"))
    venue.trade((0, 1, 110.0, 1.0))
    scan = scan_of(venue)
    assert rows(scan, Query(read_narrowing("change_24h_rate > 5%"))) == ("BTCUSDT",)
    assert scan.found is not None
    assert (scan.found.of, scan.found.unsaid) == (2, 1)
    assert rows(scan, Query(read_narrowing("eth"))) == ("ETHUSDT",)


def test_a_symbol_that_is_listed_has_its_days_figures_and_no_book(venue: Venue) -> None:
    scan = scan_of(venue)
    listed = venue.btc.instrument
    other = Instrument(
        VENUE, "TAOUSDT", listed.kind, listed.tick_size, listed.lot_size, Decimal(1), "TAO", "USDT",
        listed.sequence_rule,
    )  # fmt: skip
    scan.market.take(VenueBoard(VENUE, (listed, other), (ticker("BTCUSDT", "50"), ticker("TAOUSDT", "120"))))
    shown = rows(scan, Query(keys=(SortKey("change_24h_rate"),)))
    assert shown == ("TAOUSDT", "BTCUSDT", "ETHUSDT"), "what is followed is told by its own feed alone"
    assert not scan.market.is_followed("TAOUSDT")
    assert rows(scan, Query(read_narrowing("spread_bps > 0 or spread_bps <= 0"))) == ()


CHECKLIST = """
key = "try_out"
name = "Try out"
version = 1
[[row]]
kind = "automatic"
key = "move"
title = "Moves"
metric = "change_24h_rate"
operator = ">="
threshold = 0.05
watch = 0.02
[[row]]
kind = "automatic"
key = "spread"
title = "Narrow"
metric = "spread_bps"
operator = "<="
threshold = 10
required = false
[[row]]
kind = "automatic"
key = "risk"
title = "Small risk"
metric = "order_risk_rate"
operator = "<="
threshold = 0.01
[[row]]
kind = "manual"
key = "sure"
title = "Sure"
question = "Are you sure?"
"""


def view() -> AccountView:
    sectors = load_sectors()
    return AccountView(
        Account("USDT", Decimal(1_000)), DayFacts(NOW_MS, None, None, 0, 0, 0, 0), sectors, lambda _a, _b: 0.5
    )


def judged(venue: Venue, last: str) -> tuple[Standing, InWords]:
    """BTC, as it is judged for the table and as it is said."""
    venue.tell(ticker("BTCUSDT", last))
    part = automatic_part(read_template(CHECKLIST, METRIC_KEYS), Side.BUY)
    assert part.waiting == ("Small risk",)
    scan = scan_of(venue, view())
    rows(scan, Query(part=part))
    standing = scan.standing("BTCUSDT")
    assert standing is not None
    words = in_words(part, VENUE, "BTCUSDT", lambda metric: venue.read(metric.key), view(), NOW_MS)
    assert standing.states == tuple(row.state for row in words.rows)
    return standing, words


def test_rows_that_need_an_order_or_an_answer_are_left_out_and_optional_ones_do_not_stand_in_the_way() -> (
    None
):
    for last, states, fits in (
        ("110", ["pass", "no data"], True),
        ("103", ["watch", "no data"], True),
        ("90", ["fail", "no data"], False),
    ):
        standing, words = judged(Venue(), last)
        assert [state.value for state in standing.states] == states
        assert standing.fits is fits
        assert words.in_the_way == ("" if fits else "24 h −10.00 % < 5 %")
        assert obstacle(words.rows[1]).endswith("no data")


def test_every_shipped_checklist_has_an_automatic_part_and_is_judged_as_the_ticket_judges_it(
    venue: Venue,
) -> None:
    tell_a_story(venue)
    scan = scan_of(venue, view())
    found: set[str] = set()
    for template in load_templates(None, METRIC_KEYS).by_key.values():
        part = automatic_part(template, Side.SELL if template.side == "short" else Side.BUY)
        rows(scan, Query(part=part))
        for symbol in venue.market.states:
            standing = scan.standing(symbol)
            read = partial(lambda of, metric: venue.reader.read(metric, of), symbol)
            words = in_words(part, VENUE, symbol, read, view(), NOW_MS)
            assert standing is not None
            assert standing.states == tuple(row.state for row in words.rows)
            assert len(standing.states) == len(part.template.rows) > 0
            assert standing.fits is not any(row.locks for row in words.rows)
            found |= {state.value for state in standing.states}
    assert found >= {"pass", "watch", "fail"}, "the story decides rows every way"


def test_a_screen_is_kept_renamed_in_place_removed_and_brought_back(tmp_path: Path) -> None:
    path = tmp_path / "scanner" / "screens.json"
    book = ScreenBook(path)
    assert book.screens == SHIPPED
    book.save(Screen("Mine", "spread_bps < 5", (("last", True),), ("last", "atr")))
    book.save(Screen("Other"))
    book.save(Screen("mine", "spread_bps < 4"))
    assert [one.name for one in ScreenBook(path).screens][:2] == ["mine", "Other"]
    assert book.remove("MINE")
    assert ScreenBook(path).screen("mine") is None
    assert book.undo() == "mine"
    assert ScreenBook(path).screens == book.screens
    assert book.screens[0].text == "spread_bps < 4"
    assert book.undo() == ""
    assert not book.remove("Everything"), "what is shipped stays"


def test_a_broken_file_of_screens_is_set_aside_and_said(tmp_path: Path) -> None:
    path = tmp_path / "screens.json"
    path.write_text('{"screens": [{"name": 7}]}')
    book = ScreenBook(path)
    assert "set aside" in book.trouble
    assert book.screens == SHIPPED
    assert path.with_name("screens.json.broken").exists()


def test_shipped_filters_can_be_read() -> None:
    for screen in SHIPPED:
        read_narrowing(screen.text)


def test_a_step_ends_when_its_time_is_over_and_the_next_goes_on(venue: Venue) -> None:
    for number in range(400):
        venue.add(f"C{number}USDT", f"C{number}")
    scan = scan_of(venue)
    scan.ask(Query(keys=(SortKey("atr"),)))
    began = time.perf_counter()
    steps = 1
    while not scan.step(0.0):
        steps += 1
        assert time.perf_counter() - began < 30
    assert steps > 400
    assert scan.rounds == 1
    assert scan.found is not None
    assert scan.found.of == 402
