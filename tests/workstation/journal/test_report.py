"""Reports say what the journal says, load nothing, and run nothing that was written into a note."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal as D
from html.parser import HTMLParser

import pytest

from workstation.errors import PreflightError
from workstation.journal.report.markdown import rendered
from workstation.journal.report.trade import trade_report
from workstation.journal.report.week import trips_of_week, week_of, week_report
from workstation.journal.round_trips import round_trips
from workstation.model.journal import (
    AccountKind,
    Attachment,
    ContractTerms,
    Diary,
    JournalAccount,
    ReviewedTrip,
    Tag,
    TagGroup,
    TripNote,
)
from workstation.model.orders import Fill, Side

HOSTILE = (
    "<script>alert(1)</script> <img src=x onerror=alert(2)> [go](javascript:alert(3)) "
    "![p](http://evil/p.png) "
    "[f](file:///etc/passwd) <style>*{}</style> \u202e\x00 **bold** [ok](https://example.org)"
)
ACCOUNT = JournalAccount("paper/<b>", "Paper <b>", AccountKind.PAPER)
MONDAY = date(2026, 11, 16)
START_MS = 1_794_787_200_000
"""Midnight of that Monday, UTC."""


def _trips(count: int = 3, start_ms: int = START_MS) -> list[ReviewedTrip]:
    fills = []
    for n in range(count):
        for half, (side, price) in enumerate(((Side.BUY, "100"), (Side.SELL, str(101 - 2 * (n % 2))))):
            at = start_ms + n * 40_000_000 + half * 60_000
            fills.append(
                Fill("v", "AAAUSDT", 2 * n + half, "", "", side, D(price), D(1), D("0.1"), "USDT", False, at)
            )
    terms = {("v", "AAAUSDT"): ContractTerms("v", "AAAUSDT", "USDT")}
    tags = frozenset({Tag(TagGroup.MISTAKE, "<i>late</i>")})
    return [
        ReviewedTrip(trip, TripNote(trip.trip_id, HOSTILE, tags, text=HOSTILE, broken=HOSTILE))
        for trip in round_trips(ACCOUNT.key, fills, terms)
    ]


class _Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.values: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.values += [(name, value or "") for name, value in attrs]


def _demand_inert(html: str) -> None:
    found = _Tags(html)
    assert not found.tags & {"script", "iframe", "object", "embed", "link", "form", "base"}
    assert not [name for name, _ in found.values if name.startswith("on")]
    addresses = [value for name, value in found.values if name in ("href", "src", "action", "srcset")]
    assert set(addresses) <= {"https://example.org"} | {
        one for one in addresses if one.startswith("data:image/png")
    }
    assert "url(" not in html
    assert "\x00" not in html
    assert "default-src 'none'" in html


def test_hostile_notes_tags_and_titles_stay_inert_in_every_report() -> None:
    trips = _trips()
    week = week_report(MONDAY, [ACCOUNT], trips, [Diary("2026-11-17", HOSTILE)], START_MS)
    trade = trade_report(trips[0], ACCOUNT, START_MS)
    for report in (week, trade):
        _demand_inert(report.html())
        rich, pictures = report.rich()
        assert "javascript:" not in rich.replace("javascript:alert(3))", "")
        assert all(name.startswith("picture:") for name in re.findall(r'src="([^"]*)"', rich))
        assert len(pictures) == len(re.findall("<img ", rich))
    assert "<strong>bold</strong>" in week.html()


def test_a_week_holds_what_was_closed_in_it_and_adds_up() -> None:
    trips = _trips(5, START_MS - 86_400_000)
    inside = trips_of_week(trips, MONDAY)
    assert [one.trip.closed_ms >= START_MS for one in trips] == [one in inside for one in trips]  # type: ignore[operator]
    html = week_report(MONDAY, [ACCOUNT], trips, [], START_MS).html()
    total = sum(one.trip.net_pnl for one in inside)
    assert f"+{total:.2f}" in html or f"\u2212{abs(total):.2f}" in html
    assert "few" in html


def test_an_empty_week_says_so() -> None:
    assert "No trade was closed" in week_report(MONDAY, [ACCOUNT], [], [], START_MS).html()


@pytest.mark.parametrize("text", ["2026-W47", "2026w47", "2026-11-16", "2026-11-22", "THIS"])
def test_a_week_is_named_in_several_ways(text: str) -> None:
    assert week_of(text, START_MS + 5 * 86_400_000) == MONDAY


def test_what_is_no_week_is_refused() -> None:
    for text in ("", "2026-W60", "yesterday", "2026-13-01"):
        with pytest.raises(PreflightError, match="is no week"):
            week_of(text, START_MS)


def test_pictures_are_kept_within_the_page_and_nothing_else_is() -> None:
    png = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + (1440).to_bytes(4, "big") + (720).to_bytes(4, "big")
    (one, *_) = _trips()
    files = (Attachment("a.png", "0" * 64, 1, "entry", 0), Attachment("<x>.svg", "1" * 64, 1, "added", 0))
    one = replace(one, note=replace(one.note, attachments=files))
    held = {files[0].sha256: png, files[1].sha256: b"<svg onload=alert(1)>"}
    html = trade_report(one, ACCOUNT, START_MS, lambda file: held.get(file.sha256)).html()
    _demand_inert(html)
    assert 'src="data:image/png;base64,' in html
    assert 'width="680" height="340"' in html
    assert "&lt;x&gt;.svg" in html


def test_markdown_keeps_its_shapes() -> None:
    assert "<li>one</li>" in rendered("- one\n- two")
    assert "<td>2</td>" in rendered("|a|b|\n|-|-|\n|1|2|")
    assert rendered("[" * 5_000)
