"""A checklist's rows are judged from data, answers and feelings; nothing judged from data can be ticked."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workstation.trading.test_gate import LONG, MARKET, SITUATION
from workstation.errors import BadFigure
from workstation.market.coverage import TradeCoverage
from workstation.market.state import Market
from workstation.metrics.metric import Reading, ReadingState
from workstation.metrics.registry import METRIC_BY_KEY, MetricReader
from workstation.model.orders import Bracket, OrderIntent, Side, Target
from workstation.runtime.bus import Bus
from workstation.runtime.clock import ManualClock
from workstation.trading.checklist import Answer, MetricText, RowState, Verdict, book_hash, judge
from workstation.trading.checklist_desk import METRIC_KEYS, ChecklistDesk
from workstation.trading.checklist_files import load_templates, save_template, toml_text
from workstation.trading.checklist_template import (
    AutomaticRow,
    EmotionalRow,
    ManualRow,
    Row,
    SignalsRow,
    Template,
    read_template,
)
from workstation.trading.day_metrics import DAY_METRIC_BY_KEY
from workstation.trading.metric_text import value_text
from workstation.trading.order_facts import OrderFacts
from workstation.trading.order_metrics import ORDER_METRIC_BY_KEY
from workstation.trading.sectors import load_sectors
from workstation.trading.trading_day import DayFacts

D = Decimal
NOW_MS = 1_700_000_000_000
DAY = DayFacts(NOW_MS, D(-50), D(10_000), 3, 2, NOW_MS - 600_000, 3_600_000)
SHIPPED = ("ai_breakout_long", "alt_short", "first_trade", "funding_arbitrage", "funding_swing", "hedge")


def template(*rows: Row, side: str = "both", hold_s: float = 900.0) -> Template:
    return Template("test", "Test", 3, rows, answers_hold_s=hold_s, side=side)  # type: ignore[arg-type]


def ok(value: float, age_ms: int = 0) -> Reading:
    return Reading(value, NOW_MS - age_ms, "made", ReadingState.OK)


def judged(
    made: Template,
    readings: dict[str, Reading],
    answers: dict[str, Answer] | None = None,
    side: Side = Side.BUY,
) -> Verdict:
    def write(_key: str, value: float | None, threshold: float | tuple[str, ...]) -> MetricText:
        words = ("up", "down")
        return MetricText(str(value), str(threshold), words[int(value)] if value is not None else "")

    def write_number(key: str, value: float | None, threshold: float | tuple[str, ...]) -> MetricText:
        return write(key, value, threshold) if key == "word" else MetricText(str(value), str(threshold))

    intent = replace(LONG, side=side)
    return judge(made, intent, MARKET, readings.__getitem__, write_number, answers or {}, NOW_MS)


def state(verdict: Verdict, key: str) -> RowState:
    return next(row.state for row in verdict.rows if row.row.key == key)


@pytest.mark.parametrize(
    ("operator", "value", "expected"),
    [
        (">=", 1.5, RowState.PASS),
        (">=", 1.3, RowState.WATCH),
        (">=", 1.1, RowState.FAIL),
        ("<=", 1.5, RowState.PASS),
        ("<=", 1.51, RowState.FAIL),
        (">", 1.5, RowState.WATCH),
        ("<", 1.5, RowState.FAIL),
    ],
)
def test_an_automatic_row_stands_by_its_threshold_and_its_milder_one(
    operator: str, value: float, expected: RowState
) -> None:
    row = AutomaticRow("volume", "Volume", metric="x", operator=operator, threshold=1.5, watch=1.2)  # type: ignore[arg-type]
    assert state(judged(template(row), {"x": ok(value)}), "volume") is expected


@pytest.mark.parametrize(
    "reading",
    [
        Reading(None, 0, "", ReadingState.NO_DATA, "nothing yet"),
        Reading(2.0, NOW_MS, "made", ReadingState.STALE, "It is 20 s old"),
        ok(2.0, age_ms=10_001),
    ],
)
def test_without_fresh_data_a_row_does_not_pass_and_says_why(reading: Reading) -> None:
    row = AutomaticRow("volume", "Volume", metric="x", threshold=1.5, max_age_s=10.0)
    verdict = judged(template(row), {"x": reading})
    assert state(verdict, "volume") is RowState.NO_DATA
    assert not verdict.passed
    assert verdict.refusals[0].may_override
    assert verdict.rows[0].why


def test_a_row_by_side_counts_for_the_order_and_a_row_of_size_without_its_sign() -> None:
    flow = AutomaticRow("flow", "Flow", metric="x", operator=">", threshold=0.0, by_side=True)
    apart = AutomaticRow("apart", "Apart", metric="y", operator="<=", threshold=50.0, size=True)
    readings = {"x": ok(-3.0), "y": ok(-60.0)}
    long, short = (judged(template(flow, apart), readings, side=side) for side in (Side.BUY, Side.SELL))
    assert (state(long, "flow"), state(short, "flow")) == (RowState.FAIL, RowState.PASS)
    assert state(long, "apart") is RowState.FAIL


def test_a_word_is_compared_as_a_word() -> None:
    row = AutomaticRow("oi", "OI", metric="word", operator="is", threshold=("up",))
    other = AutomaticRow("oi2", "OI", metric="word", operator="is not", threshold=("up",))
    verdict = judged(template(row, other), {"word": ok(0)})
    assert (state(verdict, "oi"), state(verdict, "oi2")) == (RowState.PASS, RowState.FAIL)


def test_answers_count_until_they_are_too_old_and_a_text_must_be_long_enough() -> None:
    made = template(
        ManualRow("exit", "Exit", question="?", text=5), EmotionalRow("calm", "Calm", question="?", watch=2)
    )
    fresh = {"exit": Answer(1, NOW_MS, "below the low"), "calm": Answer(2, NOW_MS)}
    verdict = judged(made, {}, fresh)
    assert (state(verdict, "exit"), state(verdict, "calm")) == (RowState.PASS, RowState.WATCH)
    assert verdict.passed
    short = judged(made, {}, fresh | {"exit": Answer(1, NOW_MS, "low"), "calm": Answer(1, NOW_MS)})
    assert (state(short, "exit"), state(short, "calm")) == (RowState.FAIL, RowState.FAIL)
    old = {key: replace(answer, time_ms=NOW_MS - 900_001) for key, answer in fresh.items()}
    assert state(judged(made, {}, old), "exit") is RowState.NO_DATA
    assert (
        state(judged(made, {}, fresh | {"exit": Answer(0, NOW_MS, "below the low")}), "exit") is RowState.FAIL
    )


def test_signals_agree_only_where_they_pass() -> None:
    rows = tuple(
        AutomaticRow(key, key, metric=key, threshold=1.0, watch=0.5, required=False) for key in "abcd"
    )
    made = template(*rows, SignalsRow("three", "Three", rows=tuple("abcd"), least=3))
    passing = {"a": ok(2), "b": ok(2), "c": ok(2), "d": ok(0)}
    assert judged(made, passing).passed
    watching = judged(made, passing | {"c": ok(0.7)})
    assert not watching.passed
    assert "2 of 4" in watching.refusals[0].words


def test_rows_that_only_tell_do_not_lock_and_rows_of_the_other_side_are_not_asked() -> None:
    tells = AutomaticRow("tells", "Tells", metric="x", threshold=1.0, required=False)
    shorts = ManualRow("shorts", "Shorts", question="?", side="short")
    assert judged(template(tells, shorts), {"x": ok(0)}).passed
    assert not judged(template(tells, shorts), {"x": ok(0)}, side=Side.SELL).passed


def test_evidence_keeps_value_source_time_and_a_hash_of_the_book() -> None:
    row = AutomaticRow("volume", "Volume", metric="x", threshold=1.5)
    verdict = judged(template(row), {"x": ok(2.0, age_ms=700)})
    kept = verdict.evidence[0]
    assert (kept.intent_id, kept.row, kept.state) == (LONG.intent_id, "volume", "pass")
    assert (kept.value, kept.source, kept.value_ms) == ("2.0", "made", NOW_MS - 700)
    assert kept.book_hash == book_hash(MARKET)
    price, size = MARKET.bids[3]
    other = replace(MARKET, bids=(*MARKET.bids[:3], (price, size + 1), *MARKET.bids[4:]))
    assert book_hash(other) != kept.book_hash
    assert verdict.template == "test v3"


# Templates.


def test_the_shipped_checklists_read_metrics_that_there_are() -> None:
    templates = load_templates(None, METRIC_KEYS)
    assert tuple(sorted(templates.by_key)) == SHIPPED
    assert len(templates.by_key["ai_breakout_long"].rows) > 15


def test_a_metric_has_one_declaration_wherever_it_is_about() -> None:
    groups = (METRIC_BY_KEY, ORDER_METRIC_BY_KEY, DAY_METRIC_BY_KEY)
    assert sum(map(len, groups)) == len(METRIC_KEYS)


words = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=40)


@settings(max_examples=150, deadline=None)
@given(
    name=words,
    about=st.text(st.characters(exclude_categories=("Cs",)), max_size=60),
    question=words,
    threshold=st.floats(allow_nan=False, allow_infinity=False),
)
def test_a_checklist_comes_back_from_its_file_as_it_was(
    name: str, about: str, question: str, threshold: float
) -> None:
    made = Template(
        "own",
        name,
        2,
        (
            AutomaticRow("a", name, metric="spread_rate", threshold=threshold, max_age_s=3.5, by_side=True),
            AutomaticRow(
                "w", name, metric="open_interest_quadrant", operator="is", threshold=("long build",)
            ),
            ManualRow("b", name, question=question, text=3, required=False, side="short"),
            EmotionalRow("c", name, question=question, least=4, watch=2),
            SignalsRow("d", name, rows=("a", "b"), least=1),
        ),
        about=about,
    )
    assert read_template(toml_text(made), METRIC_KEYS) == made


GOOD = toml_text(
    Template(
        "own",
        "Own",
        1,
        (AutomaticRow("a", "A", metric="spread_rate", threshold=0.005), ManualRow("b", "B", question="?")),
    )
)


@pytest.mark.parametrize(
    ("found", "written"),
    [
        ('metric = "spread_rate"', 'metric = "spred_rate"'),
        ('key = "b"', 'key = "a"'),
        ('kind = "manual"', 'kind = "magic"'),
        ("version = 1", 'version = "one"'),
        ("[[row]]", "[[row"),
        ('question = "?"', 'question = "?"\nticked = true'),
    ],
)
def test_a_damaged_checklist_is_passed_over_with_a_word_and_the_others_stay(
    tmp_path: Path, found: str, written: str
) -> None:
    assert found in GOOD
    folder = tmp_path / "checklists"
    folder.mkdir()
    (folder / "own.toml").write_text(GOOD.replace(found, written, 1), encoding="utf-8")
    templates = load_templates(tmp_path, METRIC_KEYS)
    assert tuple(sorted(templates.by_key)) == SHIPPED
    (broken,) = templates.broken
    assert broken.path.name == "own.toml"


def test_the_traders_own_takes_the_place_of_a_shipped_one(tmp_path: Path) -> None:
    own = replace_name(load_templates(None, METRIC_KEYS).by_key["hedge"])
    save_template(tmp_path, own, METRIC_KEYS)
    templates = load_templates(tmp_path, METRIC_KEYS)
    assert templates.by_key["hedge"].name == "My hedge"
    assert templates.own == {"hedge"}


def replace_name(one: Template) -> Template:
    return Template(one.key, "My hedge", one.version + 1, one.rows, one.side, one.about)


# The desk of checklists, on a real registry.


@pytest.fixture
def checklists(tmp_path: Path) -> ChecklistDesk:
    clock = ManualClock()
    market = Market(Bus(), clock)
    reader = MetricReader(market, clock, lambda _symbol: TradeCoverage(), is_live=True)
    return ChecklistDesk(reader, lambda _symbol: SITUATION, lambda: DAY, load_sectors(), clock, tmp_path)


def test_what_is_judged_from_data_cannot_be_answered(checklists: ChecklistDesk) -> None:
    with pytest.raises(BadFigure, match="cannot be ticked"):
        checklists.answer("hedge", "BTCUSDT", "spread", 1)
    with pytest.raises(BadFigure):
        checklists.answer("hedge", "BTCUSDT", "coverage", 7)
    checklists.answer("hedge", "BTCUSDT", "coverage", 1)
    intent = replace(LONG, setup="hedge")
    verdict = checklists.verdict(intent)
    assert verdict is not None
    assert state(verdict, "coverage") is RowState.PASS
    assert state(verdict, "spread") is RowState.NO_DATA  # nothing feeds this market
    checklists.forget("hedge", "BTCUSDT")
    again = checklists.verdict(intent)
    assert again is not None
    assert state(again, "coverage") is RowState.NO_DATA


# What is known of an order.


def facts(intent: OrderIntent, atr: float | None = 300.0, correlation: float = 0.4) -> OrderFacts:
    return OrderFacts(intent, SITUATION, atr, lambda _a, _b: correlation, load_sectors())


BRACKET = Bracket(D(59_400), (Target(D(61_800)),))
ORDER = replace(LONG, size=D("0.1"), price=D(60_000), bracket=BRACKET, leverage=D(5))


def value(key: str, intent: OrderIntent = ORDER) -> float | None:
    return ORDER_METRIC_BY_KEY[key].read(facts(intent), NOW_MS).value


def test_the_figures_of_an_order_are_those_reckoned_by_hand() -> None:
    equity = float(SITUATION.account.figures().equity)
    taker = float(MARKET.contract.taker_rate) if MARKET.contract is not None else 0.0
    fees = (6_000 + 5_940) * taker
    assert value("order_risk_rate") == pytest.approx((60 + fees) / equity)
    assert value("order_reward_risk") == pytest.approx(3.0)
    net = (180 - (6_000 + 6_180) * taker) / (60 + fees)
    assert value("order_net_reward_risk") == pytest.approx(net)
    assert value("stop_atr") == pytest.approx(2.0)
    assert value("order_leverage") == 5.0
    resting = sum(float(size) for price, size in MARKET.asks if price <= MARKET.asks[0][0] * D("1.005"))
    assert value("depth_to_size") == pytest.approx(resting / 0.1)
    after = facts(ORDER).after
    assert value("account_leverage") == pytest.approx(float(after.figures().leverage or 0))


MISSING: list[tuple[str, Callable[[OrderIntent], OrderIntent]]] = [
    ("order_risk_rate", lambda order: replace(order, bracket=None)),
    ("order_risk_rate", lambda order: replace(order, size=D(0))),
    ("order_reward_risk", lambda order: replace(order, bracket=Bracket(D(59_400)))),
    ("order_reward_risk", lambda order: replace(order, bracket=Bracket(D(59_400), (Target(D(59_000)),)))),
    ("stop_atr", lambda order: replace(order, price=None)),
]


@pytest.mark.parametrize(("key", "changed"), MISSING)
def test_an_unfinished_order_answers_no_data_and_why(
    key: str, changed: Callable[[OrderIntent], OrderIntent]
) -> None:
    reading = ORDER_METRIC_BY_KEY[key].read(facts(changed(ORDER)), NOW_MS)
    assert reading.value is None
    assert reading.why


def test_every_figure_of_an_order_and_a_day_answers_or_says_why() -> None:
    for metric in ORDER_METRIC_BY_KEY.values():
        reading = metric.read(facts(ORDER), NOW_MS)
        assert reading.value is not None or reading.why, metric.key
    loss = DAY_METRIC_BY_KEY["day_loss_rate"].read(DAY, NOW_MS).value
    assert loss == pytest.approx(0.005)
    assert DAY_METRIC_BY_KEY["since_loss_s"].read(DAY, NOW_MS).value == 600
    unknown = replace(DAY, pnl=None)
    assert DAY_METRIC_BY_KEY["day_loss_rate"].read(unknown, NOW_MS).value is None


async def test_a_checklist_that_was_just_changed_lets_nothing_pass(checklists: ChecklistDesk) -> None:
    row = ManualRow("one", "One", question="?")
    kept = await checklists.book.save(template(row), "one question is enough")
    intent = replace(LONG, setup=kept.key)
    checklists.answer(kept.key, LONG.symbol, "one", 1)
    clock = checklists._clock
    assert isinstance(clock, ManualClock)
    for passed in (False, True):
        verdict = checklists.verdict(intent)
        assert verdict is not None
        assert state(verdict, "one") is RowState.PASS
        assert verdict.passed is passed
        assert [refusal.field for refusal in verdict.refusals] == ([] if passed else ["checklist"])
        clock.advance(60)


def test_long_times_are_told_in_hours_and_thousands_are_parted_as_everywhere() -> None:
    countdown, depth = METRIC_BY_KEY["funding_countdown_s"], ORDER_METRIC_BY_KEY["depth_to_size"]
    texts = [value_text(countdown, seconds) for seconds in (45.0, 599.0, 600.0, 24_932.0)]
    assert texts == ["45 s", "599 s", "10 m", "6 h 55 m"]
    assert value_text(depth, 1_227.0) == "1\u2009227 ×"
