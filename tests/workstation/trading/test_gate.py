"""The gate: what opens keeps every limit, what reduces is never blocked, each refusal names its field."""

import os
from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random

import pytest

from tests.workstation.trading.test_account import account, contract, held
from workstation.model.derivatives import FundingRate
from workstation.model.ledger import Evidence, Override
from workstation.model.margin import MarginMode
from workstation.model.orders import (
    Bracket,
    OrderIntent,
    OrderKind,
    Purpose,
    Refusal,
    Side,
    Target,
    TimeInForce,
    Trail,
    TrailMode,
)
from workstation.model.positions import Position
from workstation.runtime.clock import ManualClock
from workstation.trading.gate import Gate, Passed, Refused
from workstation.trading.risk import HardLimits, MarketView, Situation, funding_paid_rate, trade_loss

INTENTS = int(os.environ.get("PREFLIGHT_INTENTS", "400"))
"""Drawn for the property of whatever passes; the campaign has 1,000,000."""
D = Decimal
SYMBOL = "BTCUSDT"
BOOK = tuple((D(60_000) + D(step) / 10, D("0.5")) for step in range(1, 50))


@dataclass(frozen=True)
class Verdict:
    """A checklist's verdict, as the real ones have it."""

    passed: bool = True
    refusals: tuple[Refusal, ...] = ()
    template: str = "swing 1"
    evidence: tuple[Evidence, ...] = ()


MARKET = MarketView(
    contract(SYMBOL),
    mark_price=D(60_000),
    last_price=D(60_000),
    bids=tuple((D(60_000) - D(step) / 10, D("0.5")) for step in range(1, 50)),
    asks=BOOK,
    book_age_ms=100,
)
SITUATION = Situation(MARKET, replace(account("20000"), marks={SYMBOL: D(60_000)}))
LONG = OrderIntent(
    "paper",
    SYMBOL,
    Side.BUY,
    OrderKind.LIMIT,
    D("0.1"),
    Purpose.OPEN,
    price=D(59_900),
    bracket=Bracket(D(58_500), (Target(D(63_000)),)),
    leverage=D(5),
    margin_mode=MarginMode.ISOLATED,
    setup="swing",
    thesis="range low",
)


def gate(**limits: object) -> Gate:
    chosen = replace(HardLimits(), **limits)  # type: ignore[arg-type]
    return Gate(lambda: chosen, ManualClock(1_000_000))


def refused(intent: OrderIntent, situation: Situation = SITUATION, **limits: object) -> dict[str, str]:
    """The refusals of an intent by field."""
    decision = gate(**limits).decide(intent, situation, Verdict())
    assert isinstance(decision, Refused), decision
    found: dict[str, str] = {}
    for refusal in decision.refusals:
        found[refusal.field] = f"{found.get(refusal.field, '')} {refusal.words}"
    return found


def with_market(**changes: object) -> Situation:
    return replace(SITUATION, market=replace(MARKET, **changes))  # type: ignore[arg-type]


def test_a_sound_order_with_a_passed_checklist_is_approved_as_it_was_asked_for() -> None:
    decision = gate().decide(LONG, SITUATION, Verdict())

    assert isinstance(decision, Passed)
    assert decision.order.intent == LONG
    assert decision.approval.client_order_id == decision.order.client_order_id
    assert decision.approval.checklist == "swing 1"


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"size": D("NaN")}, "size", "number"),
        ({"size": D(0)}, "size", "above zero"),
        ({"size": D("-1")}, "size", "above zero"),
        ({"size": D("0.0001")}, "size", "smallest step"),
        ({"price": None}, "price", "missing"),
        ({"price": D("Infinity")}, "price", "number"),
        ({"price": D(54_000)}, "price", "10.0% from the mark"),
        ({"price": D(60_100), "post_only": True}, "price", "trade at once"),
        ({"leverage": D(0)}, "leverage", "above zero"),
        ({"leverage": D(1000)}, "leverage", "500x"),
        ({"leverage": D(20)}, "leverage", "your limit of 10x"),
        ({"bracket": None}, "bracket.stop_price", "Exit before entry"),
        ({"bracket": Bracket(D(61_000), (Target(D(63_000)),))}, "bracket.stop_price", "belongs below"),
        ({"bracket": Bracket(D("NaN"), (Target(D(63_000)),))}, "bracket.stop_price", "number"),
        ({"bracket": Bracket(D(58_500))}, "bracket.targets", "give a target"),
        ({"bracket": Bracket(D(58_500), (Target(D(59_000)),))}, "bracket.targets", "wrong side"),
        ({"bracket": Bracket(D(58_500), (Target(D(61_000)),))}, "bracket.targets", "Reward to risk is 0.79"),
        ({"bracket": Bracket(D(58_500), (Target(D(63_000)), Target(D(64_000))))}, "bracket.targets", "100 %"),
        ({"bracket": Bracket(D(40_000), (Target(D(99_000)),))}, "bracket.stop_price", "beyond liquidation"),
        ({"size": D("0.9")}, "size", "your limit of 50,000"),
        ({"post_only": True, "time_in_force": TimeInForce.IOC}, "post_only", "rests"),
        ({"kind": OrderKind.TRAILING, "trigger_price": D(59_000)}, "kind", "protects"),
        ({"kind": OrderKind.STOP, "trigger_price": D(59_950)}, "trigger_price", "already passed"),
        ({"kind": OrderKind.MARKET, "price": None, "size": D(30)}, "size", "too thin"),
        ({"kind": OrderKind.MARKET, "price": None}, "kind", "use a limit"),
    ],
)
def test_bad_input_is_refused_in_its_field_and_in_words(
    changes: dict[str, object], field: str, words: str
) -> None:
    found = refused(replace(LONG, **changes))  # type: ignore[arg-type]

    assert field in found
    assert words in found[field]


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"book_age_ms": 5_500}, "symbol", "5.5 s old"),
        ({"book_age_ms": None}, "symbol", "opened blind"),
        ({"asks": ()}, "symbol", "opened blind"),
        ({"mark_price": None}, "symbol", "no mark price"),
        ({"mark_age_ms": 9_000}, "symbol", "9.0 s old"),
        ({"is_open": False}, "symbol", "closed"),
        ({"contract": None}, "symbol", "not said yet"),
        ({"contract": contract(SYMBOL, tiers=None)}, "symbol", "tiers"),
        ({"frozen": "The venue cannot be reached"}, "", "cannot be reached"),
    ],
)
def test_nothing_is_opened_on_a_market_that_is_not_known(
    changes: dict[str, object], field: str, words: str
) -> None:
    found = refused(LONG, with_market(**changes))

    assert words in found[field]


def test_margin_risk_and_rate_are_capped_over_all_that_is_under_way() -> None:
    poor = replace(SITUATION, account=replace(SITUATION.account, wallet=D(1_100)))
    assert "are free" in refused(LONG, poor, risk_rate=D(1))["size"]
    waiting = replace(
        SITUATION, pending=(replace(LONG, size=D(1)), replace(LONG, size=D("0.7"))), account=SITUATION.account
    )
    waiting = replace(waiting, account=replace(waiting.account, contracts={SYMBOL: contract(SYMBOL)}))
    assert "are free" in refused(LONG, waiting)["size"]

    assert "the limit is 0.50%" in refused(LONG, risk_rate=D("0.005"))["size"]
    unprotected = account("20000", held(SYMBOL, "0.05", "60000", MarginMode.ISOLATED, "5"))
    added = refused(LONG, replace(SITUATION, account=unprotected))
    assert "of the account" in added["size"]  # what is held without a stop counts with all its margin

    one = gate(orders_per_minute=2)
    assert isinstance(one.decide(LONG, SITUATION, Verdict()), Passed)
    assert isinstance(one.decide(LONG, SITUATION, Verdict()), Passed)
    third = one.decide(LONG, SITUATION, Verdict())
    assert isinstance(third, Refused)
    assert "within a minute" in third.refusals[0].words


def test_orders_that_work_for_the_same_position_count_with_what_is_sent_next() -> None:
    together = replace(SITUATION, pending=(replace(LONG, intent_id="first"),))
    assert isinstance(gate().decide(LONG, SITUATION, Verdict()), Passed)
    assert "the limit is 1.00%" in refused(LONG, together, risk_rate=D("0.01"))["size"]
    assert "your limit is 10,000" in refused(LONG, together, position_notional=D(10_000))["size"]
    other_way = replace(SITUATION, pending=(replace(LONG, side=Side.SELL), replace(LONG, symbol="ETHUSDT")))
    passed = gate(risk_rate=D("0.01"), position_notional=D(10_000)).decide(LONG, other_way, Verdict())
    assert isinstance(passed, Passed)


def test_the_stop_of_a_limit_order_leaves_through_the_book_with_all_that_shares_it() -> None:
    # 0.1 at 60 000 and 59 400 is 59 700 on average, 0.5 % off: the stop at 58 500 is filled at 58 207.5
    thin = with_market(bids=((D(60_000), D("0.05")), (D(59_400), D("0.05")), (D(58_800), D("0.1"))))
    assert isinstance(gate(risk_rate=D("0.0085")).decide(LONG, SITUATION, Verdict()), Passed)
    found = refused(LONG, thin, risk_rate=D("0.0085"))
    assert "The stop would cost 175.16" in found["size"]  # 0.1 · 1 692.5 + fees of 5 990 and 5 820.75

    # with 0.1 more on its way the average is 59 250: 1.25 %, so each of them is filled at 57 768.75
    together = replace(thin, pending=(replace(LONG, intent_id="first"),))
    each = D("0.1") * (D(59_900) - D("57768.75")) + D("0.1") * (D(59_900) + D("57768.75")) * D("0.0005")
    lost = trade_loss(LONG, together, contract(SYMBOL), D(59_900), D(58_500))
    assert lost == 2 * each
    short = replace(LONG, side=Side.SELL)
    asks = with_market(asks=((D(60_000), D("0.05")), (D(60_600), D("0.05"))))
    assert trade_loss(short, asks, contract(SYMBOL), D(60_000), D(61_000)) == D("130.5") + D("6.06525")


def test_funding_over_the_planned_hold_is_part_of_what_the_stop_costs() -> None:
    due = FundingRate("paper", SYMBOL, 0, D("0.0005"), 8, 28_800_000)
    held_for_days = replace(LONG, hold_ms=5 * 86_400_000)

    found = refused(held_for_days, with_market(funding=due), risk_rate=D("0.0079"))
    assert "The stop would cost 190.84" in found["size"]  # 140 + fees 5.92 + 15 · 0.05 % · 5990
    assert funding_paid_rate(held_for_days, with_market(funding=due).market) == D("0.0075")
    short = replace(held_for_days, side=Side.SELL)
    assert funding_paid_rate(short, with_market(funding=due).market) == D("-0.0075")
    assert "hold" in refused(replace(LONG, hold_ms=-1))["hold_ms"]


def test_an_order_that_lets_another_position_end_before_its_stop_is_refused() -> None:
    other = held("ETHUSDT", "20", "3000", leverage="10")
    book = replace(account("8000", other), marks={SYMBOL: D(60_000), "ETHUSDT": D(3000)})
    ends = book.liquidations()["ETHUSDT"]
    assert ends is not None
    stop = ends.price + D("0.5")
    cross = replace(LONG, margin_mode=MarginMode.CROSS)

    found = refused(cross, replace(SITUATION, account=book, stops={"ETHUSDT": stop}), risk_rate=D(1))

    assert "ETHUSDT would be liquidated" in found["size"]


def test_a_checklist_is_needed_to_open_and_its_words_are_passed_on() -> None:
    none = gate().decide(LONG, SITUATION)
    assert isinstance(none, Refused)
    assert [refusal.field for refusal in none.refusals] == ["setup"]
    failed = gate().decide(
        LONG, SITUATION, Verdict(False, (Refusal("setup", "Volume 1.1×, not 1.5×", True),))
    )
    assert isinstance(failed, Refused)
    assert failed.refusals[0].words == "Volume 1.1×, not 1.5×"
    assert failed.blocked.mark_price == D(60_000)


def test_an_override_lifts_what_may_be_lifted_after_the_wait_and_never_a_hard_limit() -> None:
    failed = Verdict(False, (Refusal("setup", "Volume 1.1×, not 1.5×", True),))
    override = Override(LONG.intent_id, "volume", "news broke the level first", 900_000, 960_000)

    lifted = gate().decide(LONG, SITUATION, failed, override)
    assert isinstance(lifted, Passed)
    assert lifted.override == override
    for bad in (
        replace(override, given_ms=930_000),
        replace(override, reason="because"),
        replace(override, intent_id="another"),
        replace(override, asked_ms=2_000_000, given_ms=2_060_000),
    ):
        assert isinstance(gate().decide(LONG, SITUATION, failed, bad), Refused)
    limit = gate(leverage=D(3)).decide(LONG, SITUATION, failed, override)
    assert isinstance(limit, Refused)
    assert [refusal.field for refusal in limit.refusals] == ["leverage"]
    unneeded = gate().decide(LONG, SITUATION, Verdict(), override)
    assert isinstance(unneeded, Passed)
    assert unneeded.override is None


class _Locked:
    """A daily loss lock that is shut."""

    def refusals(self, intent: OrderIntent, situation: Situation, now_ms: int) -> list[Refusal]:
        return [Refusal("", "Daily loss reached: trading opens again tomorrow")]


WORST = Situation(
    MarketView(contract(SYMBOL, tiers=None), is_open=False, frozen="The venue cannot be reached"),
    account("-500", held(SYMBOL, "0.5", "60000")),
)


@pytest.mark.parametrize(
    "exit_intent",
    [
        OrderIntent("paper", SYMBOL, Side.SELL, OrderKind.MARKET, D("0.5"), Purpose.EXIT),
        OrderIntent("paper", SYMBOL, Side.SELL, OrderKind.LIMIT, D("0.25"), Purpose.REDUCE, price=D(30_000)),
        OrderIntent(
            "paper", SYMBOL, Side.SELL, OrderKind.STOP, D("9"), Purpose.PROTECT, trigger_price=D(1_000)
        ),
    ],
)
def test_what_reduces_is_never_blocked_and_always_reduce_only(exit_intent: OrderIntent) -> None:
    nothing = replace(HardLimits(), order_notional=D(0), orders_per_minute=0, risk_rate=D(0))
    shut = Gate(lambda: nothing, ManualClock(), (_Locked(),))

    decision = shut.decide(exit_intent, WORST)

    assert isinstance(decision, Passed)
    assert decision.order.intent.reduce_only
    # A bracket's exit follows what the venue says was filled; the venue holds it to the position.
    follows = exit_intent.purpose is Purpose.PROTECT
    assert decision.order.intent.size == (exit_intent.size if follows else min(exit_intent.size, D("0.5")))
    flat = shut.decide(exit_intent, replace(WORST, account=account("0")))  # our knowledge may be behind
    assert isinstance(flat, Passed)


def test_an_exit_on_the_side_that_would_add_is_refused() -> None:
    wrong = OrderIntent("paper", SYMBOL, Side.BUY, OrderKind.MARKET, D("0.5"), Purpose.EXIT)

    decision = gate().decide(wrong, WORST)

    assert isinstance(decision, Refused)
    assert decision.refusals[0].field == "side"


def test_guardrails_stop_what_opens() -> None:
    locked = Gate(HardLimits, ManualClock(1_000_000), (_Locked(),)).decide(LONG, SITUATION, Verdict())

    assert isinstance(locked, Refused)
    assert "Daily loss" in locked.refusals[0].words


def test_a_trailing_stop_stands_in_for_targets() -> None:
    trailing = replace(LONG, bracket=Bracket(D(58_500), trail=Trail(TrailMode.PEAK)))

    assert isinstance(gate().decide(trailing, SITUATION, Verdict()), Passed)


def test_whatever_passes_is_on_the_venues_steps_under_every_cap_and_never_rounded_up() -> None:
    passed = 0
    limits = HardLimits(order_notional=D(20_000), position_notional=D(25_000), risk_rate=D("0.03"))
    for seed in range(INTENTS):
        random = Random(seed)
        side = random.choice((Side.BUY, Side.SELL))
        price = D(random.randint(590_000, 610_000)) / 10 + D(random.randint(0, 999)) / 10**5
        stop = price * (1 - side.sign * D(random.randint(1, 300)) / 10_000)
        target = price * (1 + side.sign * D(random.randint(1, 900)) / 10_000)
        intent = replace(
            LONG,
            side=side,
            size=D(random.randint(1, 60_000)) / 10**5,
            price=price,
            bracket=Bracket(stop, (Target(target),)),
            leverage=D(random.randint(1, 12)),
            margin_mode=random.choice(list(MarginMode)),
        )
        holding = D(random.randint(-300, 300)) / 1000
        book = SITUATION.account
        stops = {}
        if holding:
            position = Position("paper", SYMBOL, holding, D(60_000), MarginMode.CROSS, D(5))
            book = replace(book, positions={SYMBOL: position}, contracts={SYMBOL: contract(SYMBOL)})
            stops = {SYMBOL: D(59_900) if holding > 0 else D(60_100)}
        situation = Situation(MARKET, book, stops)
        decision = Gate(lambda: limits, ManualClock(1)).decide(intent, situation, Verdict())
        if isinstance(decision, Refused):
            continue
        passed += 1
        sent = decision.order.intent
        assert sent.price is not None
        assert sent.bracket is not None
        assert sent.size <= intent.size
        assert sent.size % D("0.001") == 0
        assert sent.price % D("0.01") == 0
        assert (price - sent.price) * side.sign >= 0
        assert (sent.bracket.stop_price - stop) * side.sign >= 0
        assert sent.size * sent.price <= limits.order_notional
        after = book.after(contract(SYMBOL), side, sent.size, sent.price, leverage=sent.leverage)
        if SYMBOL in after.positions and abs(holding + sent.size * side.sign) > abs(holding):
            assert abs(after.positions[SYMBOL].size) * sent.price <= limits.position_notional
        assert sent.leverage is not None
        assert sent.leverage <= 10
        # Not beyond liquidation: at the stop, equity still exceeds the maintenance margin.
        moved = replace(
            book.after(
                contract(SYMBOL),
                side,
                sent.size,
                sent.price,
                leverage=sent.leverage,
                margin_mode=sent.margin_mode,
            ),
            marks={SYMBOL: sent.bracket.stop_price},
        )
        if SYMBOL in moved.positions and moved.positions[SYMBOL].size * side.sign > 0:
            one = moved.held()[SYMBOL]
            isolated = moved.positions[SYMBOL].margin_mode is MarginMode.ISOLATED
            margin = moved.positions[SYMBOL].margin if isolated else moved.wallet
            assert margin + one.unrealised_pnl > one.maintenance_margin
    assert passed > INTENTS // 10
