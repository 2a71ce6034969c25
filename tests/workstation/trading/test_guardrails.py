"""The guardrails shut through the gate for as long as they say, and never stand in the way of an exit."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import pytest

from tests.workstation.trading.made import made_fill, made_report
from tests.workstation.trading.test_account import contract
from tests.workstation.trading.test_gate import LONG, MARKET, SYMBOL, Verdict
from tests.workstation.trading.test_gate import SITUATION as BARE
from workstation.model.ledger import Approval, Override
from workstation.model.orders import OrderIntent, OrderKind, OrderState, Purpose, Side
from workstation.model.positions import Balance
from workstation.runtime.clock import ManualClock
from workstation.store.ledger import SqliteLedger, open_ledger
from workstation.trading.gate import Gate, Passed, Refused
from workstation.trading.guardrails import Guardrails, RailState
from workstation.trading.limit_book import LimitBook
from workstation.trading.portfolio import Portfolio
from workstation.trading.risk import HardLimits
from workstation.trading.trading_day import DAY_MS, DayFacts, DeskSession, day_of

D = Decimal
CONTRACT = contract(SYMBOL)
SITUATION = replace(BARE, account=replace(BARE.account, contracts={SYMBOL: CONTRACT}))
NOON_MS = 20_000 * DAY_MS + DAY_MS // 2
MINUTE_MS = 60_000
EXIT = OrderIntent("paper", SYMBOL, Side.SELL, OrderKind.MARKET, D("0.1"), Purpose.EXIT, reduce_only=True)


@dataclass
class Room:
    """A gate with its guardrails over a portfolio out of fills."""

    clock: ManualClock
    ledger: SqliteLedger

    def __post_init__(self) -> None:
        self.portfolio = Portfolio("paper")
        self.portfolio.add_contract(CONTRACT)
        self.portfolio.set_balance(Balance("paper", "USDT", D(10_000), 1))
        self.session = DeskSession(self.clock.now_ms())
        self.trades = 0
        self.open()

    def open(self) -> None:
        """Begin, or begin again out of the ledger."""
        self.book = LimitBook(self.ledger, self.clock)
        self.rails = Guardrails(self.book, lambda: self.portfolio, self.day, lambda _a, _b: 1.0)
        self.gate = Gate(HardLimits, self.clock, (self.rails,))

    def day(self) -> DayFacts:
        account = self.portfolio.account("USDT", {SYMBOL: D(60_000)})
        return day_of(self.portfolio, account, self.session, self.clock.now_ms())

    def lose(self, money: str, *, minutes_ago: int = 0) -> None:
        """A round trip that cost so much."""
        at = self.clock.now_ms() - minutes_ago * MINUTE_MS
        for side, price in ((Side.BUY, D(60_000)), (Side.SELL, D(60_000) - D(money))):
            self.trades += 1
            self.portfolio.take(
                made_fill(self.trades, side, D(1), price, event_ms=at + self.trades, symbol=SYMBOL)
            )
        balance = self.portfolio.balance("USDT")
        assert balance is not None
        self.portfolio.set_balance(Balance("paper", "USDT", balance.wallet - D(money), at))

    def enter(self, *, size: str = "0.1", cancelled: bool = False) -> None:
        """An entry was sent now."""
        self.trades += 1
        intent = replace(LONG, intent_id=f"{self.trades:032x}", size=D(size))
        now_ms = self.clock.now_ms()
        self.portfolio.take(Approval(intent.intent_id, intent.intent_id, now_ms, "", "", intent))
        order = self.portfolio.order(intent.intent_id)
        assert order is not None
        state = OrderState.CANCELLED if cancelled else OrderState.FILLED
        report = made_report(order, state, now_ms, D(0) if cancelled else intent.size)
        self.portfolio.take(replace(report, symbol=SYMBOL))

    def words(self, override: Override | None = None) -> str:
        """Why the gate refuses an entry; empty where it passes. An exit must pass whatever is so."""
        assert isinstance(self.gate.decide(EXIT, SITUATION), Passed)
        decision = self.gate.decide(LONG, SITUATION, Verdict(), override)
        if isinstance(decision, Passed):
            return ""
        assert isinstance(decision, Refused)
        return " ".join(refusal.words for refusal in decision.refusals)

    def overridden(self) -> str:
        now_ms = self.clock.now_ms()
        return self.words(Override(LONG.intent_id, "", "I have slept on it", now_ms - 60_000, now_ms))


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    clock = ManualClock(NOON_MS)
    with open_ledger(tmp_path, clock=clock) as ledger:
        yield Room(clock, ledger)


def wait(room: Room, minutes: float) -> None:
    room.clock.advance(minutes * 60)


def test_a_calm_day_is_open(room: Room) -> None:
    assert room.words() == ""
    assert {one.state for one in room.rails.standings(SITUATION.account)} == {RailState.OPEN}


def test_a_day_that_costs_three_r_is_shut_until_midnight_over_a_restart_whatever_is_typed(room: Room) -> None:
    room.lose("310", minutes_ago=300)
    words = room.overridden()
    assert "Today has cost 3.1 R (3.1% of the equity)" in words
    assert "before 00:00 UTC, in 12 h 0 m; exits are free" in words

    room.open()
    room.portfolio = Portfolio("paper")  # nothing of the loss is seen any more
    room.portfolio.add_contract(CONTRACT)
    room.portfolio.set_balance(Balance("paper", "USDT", D(10_000), 1))
    assert "Today has cost 3.1 R" in room.overridden()

    wait(room, 12 * 60 - 1)
    room.session.touch(room.clock.now_ms())
    assert "in 1 m" in room.words()
    wait(room, 1)
    assert room.words() == ""


def test_entries_of_a_day_are_counted_and_an_override_lifts_the_count(room: Room) -> None:
    for _ in range(6):
        room.enter()
    assert "6 entries today, 6 at most" in room.words()
    assert room.overridden() == ""


def test_after_a_long_session_only_a_break_opens_again(room: Room) -> None:
    for _ in range(15):
        wait(room, 10)
        room.session.touch(room.clock.now_ms())
    assert "A break is due after 2 h 30 m at the desk" in room.overridden()
    wait(room, 14)
    assert "rested for 15 m" in room.words()
    wait(room, 1)
    assert room.words() == ""


def test_a_loss_pauses_shortly_and_three_in_a_row_for_long(room: Room) -> None:
    room.lose("10")
    assert "A loss was just taken: pause for another 10 m, until 12:10 UTC" in room.words()
    wait(room, 10.1)
    assert room.words() == ""
    room.lose("10")
    room.lose("10")
    assert "3 losses in a row: pause for another 2 h" in room.words()


def test_haste_size_and_cancels_together_are_tilt_and_lock_for_a_while_over_a_restart(room: Room) -> None:
    for _ in range(4):
        room.enter(size="0.01")
    wait(room, 5)
    room.lose("1", minutes_ago=1)
    room.enter(size="0.1", cancelled=True)
    standing = {one.key: one for one in room.rails.standings()}["tilt"]
    assert standing.state is RailState.SHUT
    assert "10.0x the usual size" in standing.words
    assert "an entry 0 min after a loss" in standing.words or "1 min after a loss" in standing.words

    room.open()
    wait(room, 29)
    assert "This looks like tilt" in room.overridden()
    wait(room, 45)
    assert "tilt" not in room.words()


def test_what_is_typed_is_judged_for_tilt_and_shuts_nothing_for_later(room: Room) -> None:
    for _ in range(4):
        room.enter(size="0.01")
    wait(room, 5)
    room.lose("1", minutes_ago=1)
    assert "This looks like tilt" in room.words()
    assert room.book.lock("tilt") is None


async def test_all_positions_together_may_not_risk_more_than_their_cap(room: Room) -> None:
    await room.book.change("portfolio_risk_rate", D("0.005"))
    words = room.words()
    assert "would risk" in words
    assert "0.5% at most: make it smaller or close something" in words


async def test_orders_that_work_count_toward_what_all_together_may_risk(room: Room) -> None:
    await room.book.change("portfolio_risk_rate", D("0.01"))
    assert room.words() == ""  # 0.76 % by itself, from the mark
    contracts = {SYMBOL: CONTRACT, "ETHUSDT": contract("ETHUSDT")}
    under_way = replace(LONG, symbol="ETHUSDT", intent_id="other")
    account = replace(SITUATION.account, contracts=contracts)
    decision = room.gate.decide(LONG, replace(SITUATION, account=account, pending=(under_way,)), Verdict())
    assert isinstance(decision, Refused)
    assert "open orders with this one would risk 1.5%" in decision.refusals[0].words


def test_a_day_of_unknown_cost_opens_nothing(room: Room) -> None:
    room.trades += 1
    room.portfolio.take(
        made_fill(room.trades, Side.BUY, D("0.1"), D(60_000), event_ms=NOON_MS, symbol=SYMBOL)
    )
    account = room.portfolio.account("USDT", {})
    day = day_of(room.portfolio, account, room.session, NOON_MS)
    rails = Guardrails(room.book, lambda: room.portfolio, lambda: day, lambda _a, _b: 1.0)
    gate = Gate(HardLimits, room.clock, (rails,))
    decision = gate.decide(LONG, replace(SITUATION, market=MARKET), Verdict())
    assert isinstance(decision, Refused)
    assert "What today has cost is not known" in " ".join(refusal.words for refusal in decision.refusals)
