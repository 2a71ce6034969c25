import random

import msgspec
import pytest

from workstation.runtime.clock import ManualClock
from workstation.simulator.faults import (
    BadFaultPlan,
    Drop,
    Duplicate,
    Malformed,
    Refuse,
    Reorder,
    Reset,
    Silence,
    Skew,
    Skip,
    Truncated,
    load_plan,
)
from workstation.simulator.faults_active import ActiveFaults


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(1_000_000)


@pytest.fixture
def active(clock: ManualClock) -> ActiveFaults:
    return ActiveFaults(clock, random.Random(3))


def sent(active: ActiveFaults, stream: str, *payloads: bytes) -> list[bytes]:
    return [out for payload in payloads for out in active.tamper(stream, payload).payloads]


def test_a_plan_is_read_from_toml_with_its_seed_and_faults(tmp_path):
    path = tmp_path / "faults.toml"
    path.write_text(
        'seed = 4\n[[fault]]\nkind = "drop"\nat_s = 1.5\nshare = 0.5\n[[fault]]\nkind = "silence"\n'
    )
    plan = load_plan(path)
    assert plan.seed == 4
    assert plan.fault == [Drop(at_s=1.5, share=0.5), Silence()]


@pytest.mark.parametrize(
    "text",
    [
        '[[fault]]\nkind = "explode"\n',
        '[[fault]]\nkind = "drop"\nshares = 1\n',
        "seed = \n",
        '[[fault]]\nkind = "skip"\ncount = 0\n',
    ],
)
def test_a_plan_that_asks_for_what_there_is_not_is_refused_with_its_path(tmp_path, text):
    path = tmp_path / "faults.toml"
    path.write_text(text)
    with pytest.raises(BadFaultPlan, match=r"faults\.toml"):
        load_plan(path)


def test_a_missing_plan_is_refused(tmp_path):
    with pytest.raises(BadFaultPlan, match="cannot be read"):
        load_plan(tmp_path / "none.toml")


def test_skipping_loses_exactly_the_counted_messages_of_matching_streams(active):
    active.begin(Skip(count=2, streams="btcusdt@depth*"))
    assert sent(active, "btcusdt@trade", b"t1") == [b"t1"]
    assert sent(active, "btcusdt@depth@100ms", b"1", b"2", b"3") == [b"3"]
    assert not active.touches_streams


def test_reordering_sends_a_message_after_the_next_of_its_own_stream(active):
    active.begin(Reorder(count=1))
    assert sent(active, "a@depth", b"1") == []
    assert sent(active, "b@depth", b"x") == [b"x"]
    assert sent(active, "a@depth", b"2", b"3") == [b"2", b"1", b"3"]
    assert not active.touches_streams


def test_duplicating_sends_a_trade_twice(active):
    active.begin(Duplicate())
    assert sent(active, "a@trade", b"1", b"2") == [b"1", b"1", b"2"]


def test_a_malformed_message_is_no_json(active):
    active.begin(Malformed())
    (payload,) = sent(active, "a@trade", b'{"e":"trade","E":1}')
    with pytest.raises(msgspec.DecodeError):
        msgspec.json.decode(payload)


def test_a_truncated_message_is_marked_for_its_frame(active):
    active.begin(Truncated())
    assert active.tamper("a@trade", b"12").cut_last
    assert not active.tamper("a@trade", b"12").cut_last


def test_silence_ends_after_its_duration(active, clock):
    active.begin(Silence(duration_s=2.0, streams="btc*"))
    assert sent(active, "btcusdt@trade", b"1") == []
    assert sent(active, "ethusdt@trade", b"1") == [b"1"]
    clock.advance(2.0)
    assert sent(active, "btcusdt@trade", b"2") == [b"2"]
    assert not active.touches_streams


def test_a_skewed_clock_returns_to_true_time(active, clock):
    assert active.skew_ms == 0
    active.begin(Skew(skew_ms=-500, duration_s=1.0))
    assert active.skew_ms == -500
    clock.advance(1.0)
    assert active.skew_ms == 0


def test_requests_are_hit_by_path_share_and_for_a_time(active, clock):
    active.begin(Refuse(status=429, duration_s=5.0, paths="/fapi/v1/depth", share=0.5))
    hits = sum(bool(active.of_request("GET", "/fapi/v1/depth")) for _ in range(1000))
    assert 420 < hits < 580
    assert active.of_request("GET", "/fapi/v1/time") == ()
    clock.advance(5.0)
    assert not any(active.of_request("GET", "/fapi/v1/depth") for _ in range(50))


def test_requests_are_hit_by_method_and_by_count(active):
    active.begin(Reset(count=2, paths="POST /fapi/v1/order", when="after"))
    assert not active.of_request("GET", "/fapi/v1/order")
    assert not active.of_request("POST", "/fapi/v1/order/test")
    hits = [bool(active.of_request("POST", "/fapi/v1/order")) for _ in range(4)]
    assert hits == [True, True, False, False]
