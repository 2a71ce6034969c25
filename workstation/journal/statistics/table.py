"""Closed round trips as columns, in the order they closed: what every statistic of the journal reads."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from workstation.journal.statistics.overrides import overridden_rules
from workstation.model.instrument import ContractKind
from workstation.model.journal import AccountKind, Direction, JournalAccount, ReviewedTrip, RoundTrip

Floats = NDArray[np.float64]
Times = NDArray[np.int64]
Flags = NDArray[np.bool_]
Places = NDArray[np.intp]

_NEAR_ZERO = 1e-9  # of what it is made of: floats may be wrong about the sign of less
UNKNOWN_MONEY = "No round trips"


class Measure(StrEnum):
    """What a result is counted in."""

    MONEY = "money"  # the settlement coin
    SHARE = "share"  # fraction of the account's balance when the trip was opened
    R = "r"  # of the initial risk


@dataclass(frozen=True, slots=True)
class Words:
    """A column of words.

    Attributes:
        names: in the order of their first trip; a part of a table keeps the names of the whole.
        codes: (n,) places in `names`; −1 is unknown.
    """

    names: tuple[str, ...]
    codes: Places

    @classmethod
    def of(cls, words: Iterable[str]) -> "Words":
        """Return the column of a list of words; an empty one is unknown."""
        places: dict[str, int] = {"": -1}
        codes = [places.setdefault(word, len(places) - 1) for word in words]
        return cls(tuple(places)[1:], np.array(codes, dtype=np.intp))

    def code(self, name: str) -> int:
        """Return the code of a word; −2, which no trip has, if it does not occur."""
        return self.names.index(name) if name in self.names else -2


@dataclass(frozen=True, slots=True, eq=False)
class TripTable:
    """Columns of n closed round trips, ordered by their ends; nan is unknown.

    Attributes:
        trips: as they were given, in this order.
        starts: balance before the first trip, by account and settlement coin; what is missing is unknown.
        opened_ms, closed_ms: of the positions, venue's time.
        money: net of fees and funding, in the settlement coin.
        gross, fees, funding: what it is made of: gross − fees + funding; positive fees were paid.
        balance: of the account when the trip was opened: its start and all that was closed by then.
        risk: initial, money.
        r: net in units of the initial risk.
        sign: +1 long, −1 short.
        notional: largest value held, at the average entry, in the settlement coin.
        mae, mfe: worst ≤ 0 and best ≥ 0 open result, money before fees.
        setup, symbol: of each.
        overridden: rules that were overridden to open it.
        asset: the one settlement coin; empty where there are several, or none.
        mixed: why results in money are not added up; empty where they may be.
        open_count: trips that were left out because they are still open.
    """

    trips: tuple[ReviewedTrip, ...]
    starts: Mapping[tuple[str, str], float]
    opened_ms: Times
    closed_ms: Times
    money: Floats
    gross: Floats
    fees: Floats
    funding: Floats
    balance: Floats
    risk: Floats
    r: Floats
    sign: Floats
    notional: Floats
    mae: Floats
    mfe: Floats
    setup: Words
    symbol: Words
    overridden: tuple[frozenset[str], ...]
    asset: str
    mixed: str
    open_count: int
    kinds: Mapping[str, AccountKind]

    @classmethod
    def of(
        cls,
        trips: Sequence[ReviewedTrip],
        accounts: Iterable[JournalAccount] = (),
        starts: Mapping[tuple[str, str], float] | None = None,
    ) -> "TripTable":
        """Return the columns of the closed ones among round trips.

        Args:
            trips: in any order, of any accounts.
            accounts: whose they are; an account that is not named is of no known kind.
            starts: balance before the first trip, by account and settlement coin.
        """
        closed = [one for one in trips if one.trip.closed_ms is not None]
        closed.sort(key=attrgetter("trip.closed_ms", "trip.opened_ms", "trip.trip_id"))
        kinds = {account.key: account.kind for account in accounts}
        known = dict(starts or {})
        bare = [one.trip for one in closed]
        opened = np.array(list(map(attrgetter("opened_ms"), bare)), dtype=np.int64)
        ended = np.array(list(map(attrgetter("closed_ms"), bare)), dtype=np.int64)
        gross, fees, funding = (_floats(bare, name) for name in ("pnl", "fees", "funding"))
        money = gross - fees + funding
        for place in np.flatnonzero(np.abs(money) <= _NEAR_ZERO * (np.abs(gross) + np.abs(fees))):
            money[place] = float(
                bare[place].net_pnl
            )  # exact: a trip that broke even is 0, neither won nor lost
        risk = np.array([float(trip.initial_risk or "nan") for trip in bare], dtype=np.float64)
        risk[~(risk > 0)] = np.nan
        size = _floats(bare, "size")
        price = _floats(bare, "entry_price")
        unit = _floats(bare, "contract_size")
        is_inverse = np.array([trip.kind is ContractKind.INVERSE for trip in bare], dtype=np.bool_)
        with np.errstate(divide="ignore", invalid="ignore"):
            notional = size * unit * np.where(is_inverse, 1 / price, price)
        excursions = [one.excursion for one in closed]
        nan = float("nan")
        return cls(
            trips=tuple(closed),
            starts=known,
            opened_ms=opened,
            closed_ms=ended,
            money=money,
            gross=gross,
            fees=fees,
            funding=funding,
            balance=_balances(list(map(attrgetter("account", "asset"), bare)), opened, ended, money, known),
            risk=risk,
            r=money / risk,
            sign=np.array([1.0 if trip.direction is Direction.LONG else -1.0 for trip in bare]),
            notional=notional,
            mae=np.array([nan if one is None else one.mae_pnl for one in excursions], dtype=np.float64),
            mfe=np.array([nan if one is None else one.mfe_pnl for one in excursions], dtype=np.float64),
            setup=Words.of(one.setup for one in closed),
            symbol=Words.of(map(attrgetter("symbol"), bare)),
            overridden=tuple([overridden_rules(one) for one in closed]),
            asset=_only({trip.asset for trip in bare}),
            mixed=_mixed({trip.asset for trip in bare}, {kinds.get(trip.account) for trip in bare}),
            open_count=len(trips) - len(closed),
            kinds=kinds,
        )

    def __len__(self) -> int:
        """Return n."""
        return len(self.trips)

    def take(self, places: Places | Flags) -> "TripTable":
        """Return some of the trips, with the balances that they had among all."""
        picked = np.flatnonzero(places) if places.dtype == np.bool_ else np.sort(places)
        trips = tuple(self.trips[place] for place in picked)
        assets = {one.trip.asset for one in trips}
        return replace(
            self,
            trips=trips,
            opened_ms=self.opened_ms[picked],
            closed_ms=self.closed_ms[picked],
            money=self.money[picked],
            gross=self.gross[picked],
            fees=self.fees[picked],
            funding=self.funding[picked],
            balance=self.balance[picked],
            risk=self.risk[picked],
            r=self.r[picked],
            sign=self.sign[picked],
            notional=self.notional[picked],
            mae=self.mae[picked],
            mfe=self.mfe[picked],
            setup=Words(self.setup.names, self.setup.codes[picked]),
            symbol=Words(self.symbol.names, self.symbol.codes[picked]),
            overridden=tuple([self.overridden[place] for place in picked]),
            asset=_only(assets),
            mixed=_mixed(assets, {self.kinds.get(one.trip.account) for one in trips}),
            open_count=0,
        )

    def results(self, measure: Measure) -> Floats:
        """Return the net results, (n,), nan where the measure is not known of a trip."""
        return self.in_measure(self.money, measure)

    def in_measure(self, money: Floats, measure: Measure) -> Floats:
        """Return money of each trip in a measure: as it is, by the balance, or by the initial risk."""
        if measure is Measure.R:
            return money / self.risk
        return money / self.balance if measure is Measure.SHARE else money

    def words(self, of: Callable[[ReviewedTrip], str]) -> Words:
        """Return a column of words; an empty word is unknown."""
        return Words.of(map(of, self.trips))

    def start(self) -> float | None:
        """Return what all accounts of the trips began with together; None where one is not known."""
        owners = {(one.trip.account, one.trip.asset) for one in self.trips}
        if self.mixed or not owners or not owners <= self.starts.keys():
            return None
        return sum(self.starts[owner] for owner in owners)


def _floats(trips: Sequence[RoundTrip], name: str) -> Floats:
    return np.fromiter(map(float, map(attrgetter(name), trips)), dtype=np.float64, count=len(trips))


def _only(assets: set[str]) -> str:
    return next(iter(assets)) if len(assets) == 1 else ""


def _mixed(assets: set[str], kinds: set[AccountKind | None]) -> str:
    if not assets:
        return UNKNOWN_MONEY
    if len(assets) > 1:
        return f"Results in {' and '.join(sorted(assets))} are not added up: choose one coin, or R"
    if len(kinds) > 1:
        return "Money of different kinds of accounts is not added up: choose one kind, or R"
    return ""


def _balances(
    owners: list[tuple[str, str]],
    opened: Times,
    ended: Times,
    money: Floats,
    starts: Mapping[tuple[str, str], float],
) -> Floats:
    """Return each account's balance when a trip was opened; nan where unknown or not above zero."""
    balance = np.full(len(money), np.nan)
    codes = {owner: code for code, owner in enumerate(dict.fromkeys(owners))}
    owner_codes = np.array([codes[owner] for owner in owners], dtype=np.intp)
    for owner, code in codes.items():
        start = starts.get(owner)
        if start is None:
            continue
        own = np.flatnonzero(owner_codes == code)
        after = np.concatenate(([start], start + np.cumsum(money[own])))
        # What closed in the very millisecond of the opening had been booked: a flip closes before it opens.
        balance[own] = after[np.searchsorted(ended[own], opened[own], side="right")]
    balance[~(balance > 0)] = np.nan
    return balance
