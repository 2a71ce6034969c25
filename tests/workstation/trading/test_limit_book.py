"""Limits tighten at once, loosen only after their wait whatever the clock does, and are replayed."""

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

from workstation.errors import BadFigure
from workstation.model.ledger import SettingChange
from workstation.runtime.clock import ManualClock
from workstation.store.ledger import SqliteLedger, open_ledger
from workstation.trading.limit_book import LimitBook
from workstation.trading.limit_rules import LIMIT_BY_KEY, LIMITS, shipped

D = Decimal
REASON = "three months of a calm journal behind me"
START_MS = 1_700_000_000_000


class SteppedClock(ManualClock):
    """The wall's part can be set."""

    def step(self, milliseconds: int) -> None:
        self._now_ms += milliseconds


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock(START_MS)


@pytest.fixture
def ledger(tmp_path: Path, clock: SteppedClock) -> Iterator[SqliteLedger]:
    with open_ledger(tmp_path, clock=clock) as opened:
        yield opened


def test_every_limit_has_a_rule_and_stands_within_its_bounds() -> None:
    assert LIMIT_BY_KEY.keys() == shipped().keys()
    assert all(spec.least <= shipped()[spec.key] <= spec.greatest for spec in LIMITS)


def test_every_limit_is_read_by_what_holds_it(repository: Path) -> None:
    read = "\n".join(
        path.read_text(encoding="utf-8")
        for path in (repository / "workstation").rglob("*.py")
        if path.name != "limit_rules.py"
    )
    idle = [spec.key for spec in LIMITS if not re.search(rf"\.{spec.key}\b", read)]
    assert not idle, (
        f"declared, and nothing holds them: see workstation/trading/guardrails.py and risk.py: {idle}"
    )


async def test_tighter_counts_at_once_looser_after_the_wait_and_both_after_a_restart(tmp_path: Path) -> None:
    clock = SteppedClock(START_MS)
    with open_ledger(tmp_path, clock=clock) as ledger:
        book = LimitBook(ledger, clock)
        assert await book.change("leverage", D(5)) is None
        assert book.limits().leverage == 5
        with pytest.raises(BadFigure, match="at least 30 characters"):
            await book.change("leverage", D(8), "because")
        asked = await book.change("leverage", D(8), REASON)
        assert asked is not None
        assert book.limits().leverage == 5
        assert book.left_ms("leverage") == 12 * 3_600_000
    with open_ledger(tmp_path, clock=clock) as ledger:
        clock.advance(11 * 3600)
        book = LimitBook(ledger, clock)
        assert (book.limits().leverage, book.pending("leverage")) == (D(5), asked)
        clock.advance(3600)
        assert book.limits().leverage == 8
        assert [(line.before, line.after, line.reason) for line in book.history] == [
            (D(10), D(5), ""),
            (D(5), D(8), REASON),
        ]
        assert ledger.check().is_whole


async def test_what_waits_can_be_taken_back(clock: SteppedClock, ledger: SqliteLedger) -> None:
    book = LimitBook(ledger, clock)
    await book.change("cooldown_ms", D(0), REASON)
    await book.revoke("cooldown_ms")
    clock.advance(48 * 3600)
    assert book.rules().cooldown_ms == 600_000
    assert LimitBook(ledger, clock).rules().cooldown_ms == 600_000


@pytest.mark.parametrize("figure", ["NaN", "Infinity", "-1", "0", "1000", "2.0000001e3"])
async def test_a_figure_out_of_bounds_is_refused_in_words(
    figure: str, clock: SteppedClock, ledger: SqliteLedger
) -> None:
    with pytest.raises(BadFigure, match="Leverage lies between 1x and 125x"):
        await LimitBook(ledger, clock).change("leverage", D(figure), REASON)


def test_a_looser_limit_without_a_wait_is_not_believed(clock: SteppedClock, ledger: SqliteLedger) -> None:
    ledger.append(SettingChange("limit.leverage", "10", "100", "slipped in"))
    assert LimitBook(ledger, clock).limits().leverage == 10


async def test_no_changes_and_clock_steps_make_a_looser_limit_count_early(tmp_path: Path) -> None:
    """Held against a reckoning in time that really passed: a figure must have been asked for a wait ago."""
    random = Random(20261121)
    keys = ("leverage", "cooldown_ms", "loosen_wait_ms")
    for number in range(25):
        clock = SteppedClock(START_MS)
        ledger = open_ledger(tmp_path / str(number), clock=clock)
        book = LimitBook(ledger, clock)
        wait_s = 12 * 3600.0
        tightest = {key: shipped()[key] for key in keys}
        asked: dict[str, list[tuple[float, Decimal]]] = {key: [] for key in keys}
        for _ in range(25):
            key = random.choice(keys)
            spec = LIMIT_BY_KEY[key]
            figure = D(random.randint(int(spec.least), min(int(spec.greatest), 50 * 3_600_000)))
            choice = random.random()
            if choice < 0.45:
                before = book.figures()[key]
                await book.change(key, figure, REASON)
                now = clock.monotonic()
                if spec.is_looser(figure, before):
                    wait_s = float(book.figures()["loosen_wait_ms"]) / 1000
                    asked[key] = [(now + wait_s, figure)]
                else:
                    tightest[key], asked[key] = figure, []
            elif choice < 0.7:
                clock.step(random.randint(-40, 40) * 3_600_000)
            else:
                clock.advance(random.uniform(0, 8 * 3600))
            for one in keys:
                due = [figure for at, figure in asked[one] if clock.monotonic() >= at]
                for figure in due:
                    if book.figures()[one] == figure:
                        tightest[one], asked[one] = figure, []
                assert not LIMIT_BY_KEY[one].is_looser(book.figures()[one], tightest[one])
        ledger.close()


async def test_a_clock_set_back_for_the_asking_does_not_shorten_the_wait_over_a_restart(
    clock: SteppedClock, ledger: SqliteLedger
) -> None:
    book = LimitBook(ledger, clock)
    clock.step(-13 * 3_600_000)
    await book.change("leverage", D(50), REASON)
    clock.step(13 * 3_600_000)
    assert LimitBook(ledger, clock).limits().leverage == 10


def test_a_restart_is_no_break_but_a_quarter_of_an_hour_is(clock: SteppedClock, ledger: SqliteLedger) -> None:
    book = LimitBook(ledger, clock)
    assert book.session_before(clock.now_ms()) is None
    for _ in range(12):
        book.keep_session(START_MS, clock.now_ms())
        clock.advance(60)
    assert len(ledger.entries(SettingChange)) == 3  # at once, after 5 and after 10 minutes
    again = LimitBook(ledger, clock)
    assert again.session_before(clock.now_ms()) == START_MS
    clock.advance(15 * 60)
    assert again.session_before(clock.now_ms()) is None
