"""The journal as nouns: accounts, round trips made of fills, and what the trader says of them."""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from workstation.model.instrument import ContractKind
from workstation.model.ledger import Evidence, Override, StopMove
from workstation.model.orders import Fill, OrderIntent
from workstation.model.positions import FundingPayment

# Money is in the settlement coin of the round trip (quote if linear, base if inverse), prices are quote per
# base unit, sizes are positive in the venue's unit, times are milliseconds on the venue's clock.


class AccountKind(StrEnum):
    """What an account's money is; kinds are never summed up together."""

    PAPER = "paper"  # play money on a real market, or on a recording
    SIMULATED = "simulated"  # play money on the simulated exchange
    LIVE = "live"
    IMPORTED = "imported"  # read from a venue's export
    SAMPLE = "sample"  # made up, to look around in; can be removed


@dataclass(frozen=True, slots=True)
class JournalAccount:
    """Whose trades they are.

    Attributes:
        key: unique in a data directory: the folder of its ledger, or the name of an import.
        title: for the trader.
        kind: what its money is.
    """

    key: str
    title: str
    kind: AccountKind


@dataclass(frozen=True, slots=True)
class ContractTerms:
    """What must be known of a symbol to turn its fills into money.

    Attributes:
        venue, symbol: the instrument.
        asset: the settlement coin: quote if linear, base if inverse.
        contract_size, kind: how size turns into money.
        taker_rate: fee of whoever takes from the book, a fraction: what a stop is reckoned to pay.
    """

    venue: str
    symbol: str
    asset: str
    contract_size: Decimal = Decimal(1)
    kind: ContractKind = ContractKind.LINEAR
    taker_rate: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class ImportReceipt:
    """What one import brought.

    Attributes:
        import_id: by which it is taken back.
        account: that it was added to.
        source_name, source_sha256: the file it was read from, its name without any path.
        imported_ms: our clock.
        new_fills, known_fills: those that were not there yet, and those that were.
        new_fundings, known_fundings: the same of funding payments.
        is_undone: it was taken back, and counts for nothing.
    """

    import_id: int
    account: JournalAccount
    source_name: str
    source_sha256: str
    imported_ms: int
    new_fills: int
    known_fills: int
    new_fundings: int
    known_fundings: int
    is_undone: bool = False


class Direction(StrEnum):
    """Which way a round trip was held."""

    LONG = "long"
    SHORT = "short"

    @property
    def sign(self) -> int:
        """+1 long, −1 short."""
        return 1 if self is Direction.LONG else -1


@dataclass(frozen=True, slots=True)
class TripFill:
    """The part of a fill that belongs to one round trip; a fill that flips a position has a part in two.

    Attributes:
        fill: as the venue booked it.
        size: of the part; below `fill.size` only where the fill flipped the position.
        fee: of the part, in the settlement coin; both parts of a flip add up to the whole.
        opens: whether it made the position larger.
        pnl: realised by it before fees; 0 where it opens.
    """

    fill: Fill
    size: Decimal
    fee: Decimal
    opens: bool
    pnl: Decimal


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """One position from flat to flat (or to the other side), with everything booked in between.

    Attributes:
        trip_id: "<account>|<venue>|<symbol>|<trade id of its first fill>": the same whenever it is reckoned.
        account: key of its `JournalAccount`.
        venue, symbol, asset: the instrument, and the coin that its money is in.
        direction: long or short.
        opened_ms, closed_ms: first and last fill; `closed_ms` is None while it is open.
        size: the most that was held.
        entry_price: average of all that opened.
        exit_price: average of all that closed; None before the first exit.
        pnl: realised, before fees and funding.
        fees: positive is paid.
        funding: positive was received.
        parts: fills in the order they happened.
        payments: funding settlements while it was held, and what insurance took or gave at its end: that is
            within `fees`.
        intent_ids: intents of the orders that opened it, the first one first; empty if imported.
        setup: of the first intent, or as the trader named it.
        planned: the first intent that opened it; None if imported.
        initial_risk: what was lost at the first stop, fees included, positive; None where there was no stop.
        contract_size, kind: how size turns into money.
        is_liquidated: the venue closed it by force.
        other_fees: fees paid in other coins than `asset`, by coin; in neither `fees` nor `net_pnl`, since
            what they were worth is not known.
    """

    trip_id: str
    account: str
    venue: str
    symbol: str
    asset: str
    direction: Direction
    opened_ms: int
    closed_ms: int | None
    size: Decimal
    entry_price: Decimal
    exit_price: Decimal | None
    pnl: Decimal
    fees: Decimal
    funding: Decimal
    parts: tuple[TripFill, ...]
    payments: tuple[FundingPayment, ...] = ()
    intent_ids: tuple[str, ...] = ()
    setup: str = ""
    planned: OrderIntent | None = None
    initial_risk: Decimal | None = None
    contract_size: Decimal = Decimal(1)
    kind: ContractKind = ContractKind.LINEAR
    is_liquidated: bool = False
    other_fees: tuple[tuple[str, Decimal], ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether something is still held."""
        return self.closed_ms is None

    @property
    def net_pnl(self) -> Decimal:
        """What it brought: realised − fees + funding."""
        return self.pnl - self.fees + self.funding

    @property
    def r_multiple(self) -> Decimal | None:
        """Net P&L / initial risk; None where no risk was known before it was opened."""
        return None if not self.initial_risk else self.net_pnl / self.initial_risk

    @property
    def held_ms(self) -> int | None:
        """How long it was held; None while it is open."""
        return None if self.closed_ms is None else self.closed_ms - self.opened_ms


class TagGroup(StrEnum):
    """What a tag says something about."""

    SETUP = "setup"
    MISTAKE = "mistake"
    EMOTION = "emotion"
    CONDITION = "condition"


@dataclass(frozen=True, slots=True, order=True)
class Tag:
    """A word on a round trip.

    Attributes:
        group: what it is about.
        name: as the trader wrote it, trimmed; tags are equal if group and name are.
    """

    group: TagGroup
    name: str


@dataclass(frozen=True, slots=True)
class Feelings:
    """How it felt, each from 1 to 5; None is not answered.

    Attributes:
        tension: calm 1 … tense 5.
        doubt: sure 1 … doubting 5.
        urge: patient 1 … urge to act 5.
    """

    tension: int | None = None
    doubt: int | None = None
    urge: int | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file kept with a round trip or a day.

    Attributes:
        name: as it was called, without any path.
        sha256: hexadecimal, of its bytes; it is kept under this name.
        size_bytes: of it.
        role: "entry" or "exit" for pictures that the desk took by itself; else "added".
        taken_ms: our clock.
    """

    name: str
    sha256: str
    size_bytes: int
    role: str
    taken_ms: int


@dataclass(frozen=True, slots=True)
class TripNote:
    """What the trader says of a round trip; nothing is written of it by anything else.

    Attributes:
        trip_id: of the round trip.
        setup: the trader's correction of the setup; empty leaves what the intent said.
        tags: in groups.
        before, during, after: feelings.
        text: Markdown.
        followed: followed the process, by the trader's verdict; None while it is not given.
        broken: which rule was broken, in words, where it was not followed.
        attachments: files and pictures.
        reviewed_ms: when it was saved as reviewed; 0 while it is not.
        edited_ms: of the newest change, our clock.
    """

    trip_id: str
    setup: str = ""
    tags: frozenset[Tag] = frozenset()
    before: Feelings = Feelings()
    during: Feelings = Feelings()
    after: Feelings = Feelings()
    text: str = ""
    followed: bool | None = None
    broken: str = ""
    attachments: tuple[Attachment, ...] = ()
    reviewed_ms: int = 0
    edited_ms: int = 0


@dataclass(frozen=True, slots=True)
class Diary:
    """The trader's diary of one day.

    Attributes:
        day: "2026-11-21", UTC.
        text: Markdown.
        feelings: of the day.
        edited_ms: our clock.
    """

    day: str
    text: str = ""
    feelings: Feelings = Feelings()
    edited_ms: int = 0


@dataclass(frozen=True, slots=True)
class Excursion:
    """How far price went for and against a round trip while it was held, measured on the tape.

    Attributes:
        mae_price, mfe_price: worst and best price that was traded; quote per base unit.
        mae_ms, mfe_ms: when.
        mae_pnl, mfe_pnl: open and realised P&L at those moments, before fees; MAE ≤ 0 ≤ MFE.
        source: "tape", or the timeframe of the candles where no tape is kept ("1h").
    """

    mae_price: float
    mfe_price: float
    mae_ms: int
    mfe_ms: int
    mae_pnl: float
    mfe_pnl: float
    source: str


@dataclass(frozen=True, slots=True)
class ReviewedTrip:
    """A round trip with everything that is known of it: what statistics, tables and reports read.

    Attributes:
        trip: reckoned from fills.
        note: the trader's; empty where nothing was written yet.
        evidence: the rows of its checklist as they were judged.
        overrides: rules that were overridden to open it.
        stop_moves: of its protective stop, the first one first.
        excursion: None where neither tape nor candles are kept, or it has not been measured yet.
        conditions: words by name ("volatility regime", "funding regime", "moon phase", "session"); missing is
            unknown.
    """

    trip: RoundTrip
    note: TripNote
    evidence: tuple[Evidence, ...] = ()
    overrides: tuple[Override, ...] = ()
    stop_moves: tuple[StopMove, ...] = ()
    excursion: Excursion | None = None
    conditions: dict[str, str] = field(default_factory=dict)

    @property
    def setup(self) -> str:
        """As the trader corrected it, else as it was planned."""
        return self.note.setup or self.trip.setup
