"""The round trips of the journal as columns: ten thousand are searched, counted and summed at once."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from ui.review.trip_filter import Standing, TripFilter
from workstation.model.instrument import ContractKind
from workstation.model.journal import AccountKind, Direction, ReviewedTrip, RoundTrip, Tag, TagGroup, TripNote

DAY_MS = 86_400_000
KINDS = tuple(AccountKind)
NOTHING = Decimal(0)

Choice = TypeVar("Choice")
Mask = npt.NDArray[np.bool_]


def value_at_entry(trip: RoundTrip) -> Decimal:
    """What was held at most, at its average entry price, in the settlement coin."""
    if trip.kind is ContractKind.INVERSE:
        return trip.size * trip.contract_size / trip.entry_price if trip.entry_price else NOTHING
    return trip.size * trip.contract_size * trip.entry_price


def first_of(kinds: Collection[AccountKind]) -> AccountKind | None:
    """The kind of money that is shown before one is chosen, real money first; None of none."""
    order = (AccountKind.LIVE, AccountKind.PAPER, AccountKind.IMPORTED, AccountKind.SIMULATED)
    return next((kind for kind in (*order, *KINDS) if kind in kinds), None)


@dataclass(frozen=True, slots=True)
class Sums:
    """What round trips brought together; those that are still open are counted apart.

    Attributes:
        n: that are closed.
        won, lost: of them above and below nothing after costs.
        still_open: not in any sum.
        r: sum of R, and `with_r` how many have one.
        money: net P&L by settlement coin.
        value: at entry, by settlement coin: what P&L is a rate of.
        judged, followed: with the trader's verdict, and with a good one.
    """

    n: int = 0
    won: int = 0
    lost: int = 0
    still_open: int = 0
    r: Decimal = NOTHING
    with_r: int = 0
    money: tuple[tuple[str, Decimal], ...] = ()
    value: tuple[tuple[str, Decimal], ...] = ()
    judged: int = 0
    followed: int = 0

    @property
    def rate(self) -> Decimal | None:
        """Net P&L of the value at entry, a fraction; None without any, or of several coins."""
        if len(self.money) != 1 or not self.value[0][1]:
            return None
        return self.money[0][1] / self.value[0][1]


@dataclass(frozen=True, slots=True)
class Facets:
    """How many round trips each choice would show with the other rows as they are.

    Attributes:
        all: with no choice in the row of setups.
        setups, tags, emotions: by choice, the most frequent first.
        kinds: round trips of each kind of money, whatever else is chosen.
        accounts: of the kind in view.
        sides: long, then short.
        assets: settlement coins.
        standings: by what was said.
    """

    all: int
    setups: tuple[tuple[str, int], ...]
    tags: tuple[tuple[Tag, int], ...]
    emotions: tuple[tuple[Tag, int], ...]
    kinds: tuple[tuple[AccountKind, int], ...]
    accounts: tuple[tuple[str, int], ...]
    sides: tuple[tuple[Direction, int], ...]
    assets: tuple[tuple[str, int], ...]
    standings: tuple[tuple[Standing, int], ...]


class TripIndex:
    """Every round trip of a journal, in columns; places are rows of these columns, the newest first."""

    def __init__(
        self,
        trips: Sequence[ReviewedTrip],
        kinds: Mapping[str, AccountKind],
        before: "TripIndex | None" = None,
    ) -> None:
        """Lay round trips out.

        Args:
            trips: of every account, in any order.
            kinds: of the accounts, by key; round trips of an unknown account are left out.
            before: the index of the same journal before a change: what did not change is taken over.
        """
        known = [trip for trip in trips if trip.trip.account in kinds]
        known.sort(key=lambda one: one.trip.opened_ms, reverse=True)
        self.trips: tuple[ReviewedTrip, ...] = tuple(known)
        self.places = {one.trip.trip_id: place for place, one in enumerate(self.trips)}
        self.kinds = dict(kinds)
        figures = {} if before is None else before._figures
        self._figures: dict[str, tuple[RoundTrip, Decimal, Decimal | None]] = {}
        for one in self.trips:
            trip = one.trip
            kept = figures.get(trip.trip_id)
            if kept is None or kept[0] is not trip:
                kept = (trip, trip.net_pnl, trip.r_multiple)
            self._figures[trip.trip_id] = kept
        self.net = [kept[1] for kept in self._figures.values()]
        """Net P&L by place, in the settlement coin."""
        self.r = [kept[2] for kept in self._figures.values()]
        """R by place; None where no risk was known."""
        self.opened_ms = np.array([one.trip.opened_ms for one in self.trips], np.int64)
        self.is_open = np.array([one.trip.closed_ms is None for one in self.trips], bool)
        self._kind = np.array([KINDS.index(kinds[one.trip.account]) for one in self.trips], np.int8)
        self._is_long = np.array([one.trip.direction is Direction.LONG for one in self.trips], bool)
        self._assets, self._asset = _coded([one.trip.asset for one in self.trips])
        self._accounts, self._account = _coded([one.trip.account for one in self.trips])
        self._setups, self._setup = _coded([one.setup for one in self.trips])
        self._standing = np.array([_standing(one) for one in self.trips], np.int8)
        self._tagged: dict[Tag, npt.NDArray[np.int64]] = _tagged(self.trips)
        self._texts: dict[str, tuple[TripNote, str]] = {} if before is None else before._texts

    def __len__(self) -> int:
        return len(self.trips)

    @property
    def first_kind(self) -> AccountKind | None:
        """The kind of money shown before one is chosen, real money first; None without round trips."""
        return first_of({KINDS[place] for place in set(self._kind.tolist())})

    def tag_names(self, group: TagGroup) -> list[str]:
        """Names of a group's tags that were used, the most frequent first."""
        used = [(len(places), tag.name) for tag, places in self._tagged.items() if tag.group is group]
        return [name for _, name in sorted(used, key=lambda item: (-item[0], item[1]))]

    @property
    def setups(self) -> list[str]:
        """Setups that were traded, the most frequent first."""
        counts = np.bincount(self._setup, minlength=len(self._setups))
        return [self._setups[code] for code in np.argsort(-counts, kind="stable") if self._setups[code]]

    def rate(self, place: int) -> Decimal | None:
        """Net P&L of the value at entry, a fraction; None where that is nothing."""
        value = value_at_entry(self.trips[place].trip)
        return self.net[place] / value if value else None

    # What a filter leaves.

    def kind_of(self, wanted: TripFilter) -> AccountKind | None:
        """The kind of money that a filter shows."""
        return wanted.kind or self.first_kind

    def span_ms(self, wanted: TripFilter) -> tuple[int, int] | None:
        """First and last opening of the accounts in view, within the filter's range; None without any.

        Days count back from the newest, so that an account that rests shows its last week.
        """
        opened = self.opened_ms[self._of_account(wanted)]
        if not opened.size:
            return None
        newest, oldest = int(opened.max()), int(opened.min())
        if wanted.from_ms is not None or wanted.to_ms is not None:
            return (
                oldest if wanted.from_ms is None else wanted.from_ms,
                newest if wanted.to_ms is None else wanted.to_ms - 1,
            )
        if wanted.days:
            oldest = max(oldest, newest - newest % DAY_MS - (wanted.days - 1) * DAY_MS)
        return oldest, newest

    def matching(self, wanted: TripFilter) -> npt.NDArray[np.int64]:
        """Places of the round trips that a filter shows, the newest first."""
        return np.flatnonzero(self._all_of(self._masks(wanted)))

    def facets(self, wanted: TripFilter) -> Facets:
        """Count every choice with the other rows as they are."""
        masks = self._masks(wanted)

        def others(row: str) -> Mask:
            return self._all_of({name: mask for name, mask in masks.items() if name != row})

        by_setup = others("setup")
        setups = np.bincount(self._setup[by_setup], minlength=len(self._setups))
        by_side = others("side")
        coins = np.bincount(self._asset[others("asset")], minlength=len(self._assets))
        longs = int((by_side & self._is_long).sum())
        by_standing = np.bincount(self._standing[others("standing")], minlength=3)
        kinds = np.bincount(self._kind, minlength=len(KINDS)) if len(self) else np.zeros(len(KINDS), int)
        kind = self.kind_of(wanted)
        of_kind = self._kind == (-1 if kind is None else KINDS.index(kind))
        accounts = np.bincount(self._account[of_kind], minlength=len(self._accounts))
        return Facets(
            int(by_setup.sum()),
            _counted(zip(self._setups, setups.tolist(), strict=True)),
            self._tag_counts(others("tags"), lambda tag: tag.group is not TagGroup.EMOTION),
            self._tag_counts(others("emotions"), lambda tag: tag.group is TagGroup.EMOTION),
            tuple((one, int(kinds[place])) for place, one in enumerate(KINDS) if kinds[place]),
            _counted(zip(self._accounts, accounts.tolist(), strict=True)),
            ((Direction.LONG, longs), (Direction.SHORT, int(by_side.sum()) - longs)),
            _counted(zip(self._assets, coins.tolist(), strict=True)),
            tuple(
                (standing, int(count))
                for standing, count in zip(_STANDINGS, by_standing.tolist(), strict=True)
            ),
        )

    def sums(self, places: Sequence[int]) -> Sums:
        """Sum up the round trips at these places."""
        money: dict[str, Decimal] = {}
        value: dict[str, Decimal] = {}
        n = won = lost = with_r = 0
        r = NOTHING
        for place in places:
            trip = self.trips[place].trip
            if trip.closed_ms is None:
                continue
            n += 1
            net, its_r = self.net[place], self.r[place]
            won += net > 0
            lost += net < 0
            if its_r is not None:
                with_r += 1
                r += its_r
            money[trip.asset] = money.get(trip.asset, NOTHING) + net
            value[trip.asset] = value.get(trip.asset, NOTHING) + value_at_entry(trip)
        said = np.bincount(self._standing[np.asarray(places, np.int64)], minlength=3)
        assets = sorted(money)
        return Sums(
            n,
            won,
            lost,
            len(places) - n,
            r,
            with_r,
            tuple((asset, money[asset]) for asset in assets),
            tuple((asset, value[asset]) for asset in assets),
            int(said[0] + said[1]),
            int(said[0]),
        )

    # Inside.

    def _masks(self, wanted: TripFilter) -> dict[str, Mask]:
        masks = {"account": self._of_account(wanted)}
        if wanted.words.strip():
            masks["words"] = self._with_words(wanted.words)
        if wanted.setups:
            masks["setup"] = np.isin(
                self._setup, [self._setups.index(s) for s in wanted.setups if s in self._setups]
            )
        for row, tags in (("tags", wanted.tags), ("emotions", wanted.emotions)):
            if tags:
                masks[row] = np.zeros(len(self), bool)
                for tag in tags:
                    masks[row][self._tagged.get(tag, _NONE)] = True
        if wanted.asset:
            code = self._assets.index(wanted.asset) if wanted.asset in self._assets else -1
            masks["asset"] = self._asset == code
        if wanted.side is not None:
            masks["side"] = self._is_long == (wanted.side is Direction.LONG)
        if wanted.standing is not Standing.ANY:
            masks["standing"] = self._standing == _STANDINGS.index(wanted.standing)
        span = (
            self.span_ms(wanted)
            if wanted.days or wanted.from_ms is not None or wanted.to_ms is not None
            else None
        )
        if span is not None:
            masks["range"] = (self.opened_ms >= span[0]) & (self.opened_ms <= span[1])
        return masks

    def _all_of(self, masks: Mapping[str, Mask]) -> Mask:
        found = np.ones(len(self), bool)
        for mask in masks.values():
            found &= mask
        return found

    def _of_account(self, wanted: TripFilter) -> Mask:
        kind = self.kind_of(wanted)
        found: Mask = self._kind == (-1 if kind is None else KINDS.index(kind))
        if wanted.account:
            code = self._accounts.index(wanted.account) if wanted.account in self._accounts else -1
            found = found & (self._account == code)
        return found

    def _with_words(self, words: str) -> Mask:
        parts = words.casefold().split()
        return np.array([all(part in text for part in parts) for text in map(self._text, self.trips)], bool)

    def _text(self, one: ReviewedTrip) -> str:
        kept = self._texts.get(one.trip.trip_id)
        if kept is None or kept[0] is not one.note:
            note, trip = one.note, one.trip
            words = [trip.symbol, trip.direction.value, one.setup, note.broken, note.text]
            words += [tag.name for tag in note.tags]
            words += [override.reason for override in one.overrides]
            if trip.planned is not None:
                words.append(trip.planned.thesis)
            kept = self._texts[trip.trip_id] = (note, "\n".join(words).casefold())
        return kept[1]

    def _tag_counts(self, mask: Mask, wanted: Callable[[Tag], bool]) -> tuple[tuple[Tag, int], ...]:
        return _counted((tag, int(mask[places].sum())) for tag, places in self._tagged.items() if wanted(tag))


_NONE = np.empty(0, np.int64)
_STANDINGS = (Standing.FOLLOWED, Standing.BROKEN, Standing.UNREVIEWED)


def _standing(one: ReviewedTrip) -> int:
    """Its place among the standings."""
    if one.note.followed is None:
        return 2
    return 0 if one.note.followed else 1


def _coded(words: Sequence[str]) -> tuple[list[str], npt.NDArray[np.int64]]:
    """The different words, and the number of each row's."""
    numbers: dict[str, int] = {}
    codes = np.array([numbers.setdefault(word, len(numbers)) for word in words], np.int64)
    return list(numbers), codes


def _tagged(trips: Sequence[ReviewedTrip]) -> dict[Tag, npt.NDArray[np.int64]]:
    found: dict[Tag, list[int]] = {}
    for place, one in enumerate(trips):
        for tag in one.note.tags:
            found.setdefault(tag, []).append(place)
    return {tag: np.array(places, np.int64) for tag, places in found.items()}


def _counted(pairs: Iterable[tuple[Choice, int]]) -> tuple[tuple[Choice, int], ...]:
    """The choices that would show anything, the most frequent first."""
    counts = Counter({choice: count for choice, count in pairs if count})
    return tuple(counts.most_common())
