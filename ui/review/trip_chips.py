"""The chips over the list of round trips: what a filter looks like, and what a click makes of it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar

from ui.review.chip_rows import Chip, ChipRow
from ui.review.trip_filter import Standing, TripFilter
from ui.review.trip_index import Facets, TripIndex
from ui.review.trip_words import KIND_WORDS
from workstation.model.journal import AccountKind, Direction, JournalAccount, Tag, TagGroup

Choice = TypeVar("Choice")

SETUP, TAG, EMOTION, SIDE, COIN = "setup", "tag", "emotion", "side", "coin"
PROCESS, ACCOUNT, RANGE = "process", "account", "range"
ALL, MORE, DATES = "all", "more", "dates"
MOST_SETUPS, MOST_TAGS, MOST_EMOTIONS = 6, 3, 5
RANGES = (7, 30, 90, 180)
_STANDINGS = {
    Standing.FOLLOWED: ("✓ followed", "up"),
    Standing.BROKEN: ("✕ not", "down"),
    Standing.UNREVIEWED: ("unreviewed", "text"),
}
_TAG_TOKENS = {TagGroup.MISTAKE: "down"}


def tag_key(tag: Tag) -> str:
    """A tag as the key of a chip."""
    return f"{tag.group.value}:{tag.name}"


def tag_of(key: str) -> Tag:
    """The tag of a chip's key."""
    group, _, name = key.partition(":")
    return Tag(TagGroup(group), name)


def chip_rows(
    index: TripIndex, facets: Facets, wanted: TripFilter, accounts: Sequence[JournalAccount]
) -> list[ChipRow]:
    """What the chips look like; rows that would hold no choice are left out."""
    rows = []
    if facets.setups or wanted.setups:
        chips = [
            Chip(f"={name}", name or "no setup", count, name in wanted.setups)
            for name, count in _kept(facets.setups, wanted.setups, MOST_SETUPS)
        ]
        rest = len(facets.setups) - len(chips)
        everything = Chip(ALL, "All", facets.all, not wanted.setups)
        rows.append(ChipRow(SETUP, "Setup", (everything, *chips, *_more(rest))))
    for key, name, counts, chosen, most in (
        (TAG, "Tag", facets.tags, wanted.tags, MOST_TAGS),
        (EMOTION, "Emotion", facets.emotions, wanted.emotions, MOST_EMOTIONS),
    ):
        if not counts and not chosen:
            continue
        shown = _kept(counts, chosen, most)
        chips = [
            Chip(tag_key(tag), tag.name, count, tag in chosen, _TAG_TOKENS.get(tag.group, "text"))
            for tag, count in shown
        ]
        any_one = Chip(ALL, "Any", None, not chosen)
        rows.append(ChipRow(key, name, (any_one, *chips, *_more(len(counts) - len(shown)))))
    chips = [Chip(side.value, side.value, count, wanted.side is side) for side, count in facets.sides]
    rows.append(ChipRow(SIDE, "Side", (Chip(ALL, "Both", None, wanted.side is None), *chips)))
    if len(facets.assets) > 1 or wanted.asset:
        chips = [Chip(coin, coin, count, wanted.asset == coin) for coin, count in facets.assets]
        rows.append(ChipRow(COIN, "Coin", (Chip(ALL, "Any", None, not wanted.asset), *chips)))
    said = dict(facets.standings)
    chips = [
        Chip(standing.value, words, said[standing], wanted.standing is standing, token)
        for standing, (words, token) in _STANDINGS.items()
    ]
    rows.append(ChipRow(PROCESS, "Process", (Chip(ALL, "Any", None, not wanted.standing), *chips)))
    kind = index.kind_of(wanted)
    chips = [
        Chip(one.value, KIND_WORDS[one], count, one is kind, "danger" if one is AccountKind.LIVE else "text")
        for one, count in facets.kinds
    ]
    if len(facets.accounts) > 1:
        titles = {account.key: account.title for account in accounts}
        words = titles.get(wanted.account, "") or f"{len(facets.accounts)} accounts"
        chips.append(
            Chip(MORE, words, None, bool(wanted.account), opens=True, tip="Show one account of these")
        )
    rows.append(ChipRow(ACCOUNT, "Account", tuple(chips)))
    rows.append(ChipRow(RANGE, "Range", (*_range_chips(wanted), _dates_chip(index, wanted))))
    return rows


def _range_chips(wanted: TripFilter) -> list[Chip]:
    dated = wanted.from_ms is not None or wanted.to_ms is not None
    chips = [
        Chip(
            str(days),
            f"{days} d",
            None,
            wanted.days == days and not dated,
            tip=f"The last {days} days traded",
        )
        for days in RANGES
    ]
    return [*chips, Chip(ALL, "all", None, not wanted.days and not dated)]


def _dates_chip(index: TripIndex, wanted: TripFilter) -> Chip:
    span = index.span_ms(wanted)
    dated = wanted.from_ms is not None or wanted.to_ms is not None
    words = "dates" if span is None else f"{_date(span[0])} – {_date(span[1])}"
    return Chip(DATES, words, None, dated, opens=True, tip="From one day to another")


def _date(ms: int) -> str:
    date = datetime.fromtimestamp(ms / 1000, UTC)
    return f"{date.day} {date:%b}" + ("" if date.year == datetime.now(UTC).year else f" {date:%y}")


def all_choices(facets: Facets, wanted: TripFilter, row: str) -> list[tuple[str, str, int, bool]]:
    """(chip, words, count, whether it is chosen) of every choice of a row, for its menu."""
    if row == SETUP:
        return [(f"={one}", one or "no setup", count, one in wanted.setups) for one, count in facets.setups]
    counts = facets.tags if row == TAG else facets.emotions
    return [
        (tag_key(tag), f"{tag.name} · {tag.group.value}", count, tag in wanted.tags | wanted.emotions)
        for tag, count in counts
    ]


def clicked(wanted: TripFilter, row: str, chip: str) -> TripFilter:
    """The filter after a click on a chip that changes it; others leave it as it is."""
    if row == SETUP:
        setups = frozenset() if chip == ALL else wanted.setups ^ {chip.removeprefix("=")}
        return replace(wanted, setups=setups)
    if row == TAG:
        return replace(wanted, tags=frozenset() if chip == ALL else wanted.tags ^ {tag_of(chip)})
    if row == EMOTION:
        return replace(wanted, emotions=frozenset() if chip == ALL else wanted.emotions ^ {tag_of(chip)})
    if row == SIDE:
        side = None if chip in (ALL, wanted.side) else Direction(chip)
        return replace(wanted, side=side)
    if row == COIN:
        return replace(wanted, asset="" if chip in (ALL, wanted.asset) else chip)
    if row == PROCESS:
        standing = Standing.ANY if chip in (ALL, wanted.standing.value) else Standing(chip)
        return replace(wanted, standing=standing)
    if row == ACCOUNT and chip != MORE:
        return replace(wanted, kind=AccountKind(chip), account="")
    if row == RANGE and chip != DATES:
        return replace(wanted, days=0 if chip == ALL else int(chip), from_ms=None, to_ms=None)
    return wanted


def _kept(
    counts: Sequence[tuple[Choice, int]], chosen: frozenset[Choice], most: int
) -> list[tuple[Choice, int]]:
    """The most frequent choices, and those that are chosen whatever their count."""
    first = list(counts[:most])
    there = {choice for choice, _ in first}
    later = [(choice, count) for choice, count in counts[most:] if choice in chosen]
    gone = [(choice, 0) for choice in chosen if choice not in {choice for choice, _ in counts}]
    return first + [pair for pair in later + gone if pair[0] not in there]


def _more(rest: int) -> list[Chip]:
    return [Chip(MORE, f"{rest} more", None, opens=True)] if rest > 0 else []
