"""Methods of sizing take the risk first: none passes a limit or rounds up, and Kelly needs a record."""

from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.ticket.trade_floor import SYMBOL, VENUE, TradeFloor
from ui.panels.ticket import TicketPanel
from ui.ticket.draft import EntryKind, Sizing
from ui.ticket.sizing_methods import Sized, side_by_side
from workstation.metrics.metric import Reading, ReadingState
from workstation.model.ledger import Approval
from workstation.model.orders import Fill, OrderIntent, OrderKind, Purpose, Side

D = Decimal
LOT = D("0.001")


@pytest.fixture
async def floor(tmp_path: Path, qapp: QApplication) -> AsyncIterator[TradeFloor]:
    made = TradeFloor(tmp_path)
    yield made
    await made.close()


@pytest.fixture
async def panel(floor: TradeFloor, qtbot: QtBot) -> TicketPanel:
    made = await floor.ticket()
    qtbot.addWidget(made)
    made.edit(entry="59990", stop="58900", target="62400", risk="1")
    return made


def know(floor: TradeFloor, monkeypatch: pytest.MonkeyPatch, **values: float) -> None:
    """Let the market's metrics be these."""
    read = floor.account.read

    def made(key: str, symbol: str) -> Reading:
        return Reading(values[key], 1, "made", ReadingState.OK) if key in values else read(key, symbol)

    monkeypatch.setattr(floor.account, "read", made)


def record(floor: TradeFloor, wins: int, losses: int, won: str = "30", lost: str = "10") -> None:
    """Round trips of the setup: bought at 1 000, sold higher or lower, without fees."""
    portfolio = floor.account.floor.portfolio
    now_ms = floor.clock.now_ms() - 10_000_000
    for number in range(wins + losses):
        gain = D(won) if number < wins else -D(lost)
        order_id, base_ms = f"order-{number}", now_ms + 1000 * number
        intent = OrderIntent(VENUE, SYMBOL, Side.BUY, OrderKind.MARKET, D(1), Purpose.OPEN, setup="plain")
        portfolio.take(Approval(intent.intent_id, order_id, base_ms, "", "", intent))
        for part, (side, price) in enumerate(((Side.BUY, D(1_000)), (Side.SELL, 1_000 + gain))):
            fill = Fill(
                VENUE,
                SYMBOL,
                -2 * number - part - 1,
                order_id if not part else "",
                "",
                side,
                price,
                D(1),
                D(0),
                "USDT",
                True,
                base_ms + part,
            )
            portfolio.take(fill)


def sizes(panel: TicketPanel, floor: TradeFloor) -> dict[Sizing, Sized | str]:
    panel.services.tickets.ask_anew(SYMBOL)
    panel.refresh()
    assert panel.found is not None
    return side_by_side(panel.found, floor.account)


async def test_each_method_only_takes_off_the_fixed_risk_and_rounds_down(
    floor: TradeFloor, panel: TicketPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    know(floor, monkeypatch, atr=2_000.0, atr_regime=1.4, volatility_usual_multiple=0.5)
    made = sizes(panel, floor)
    fixed = made[Sizing.FIXED]
    assert isinstance(fixed, Sized)
    assert fixed.size == D("0.086")
    assert fixed.loss <= 100
    for method in Sizing:
        found = made[method]
        assert isinstance(found, Sized), (method, found)
        assert found.size % LOT == 0
        assert found.size <= fixed.size
        panel.edit(sizing=method)
        assert panel.found is not None
        assert panel.found.size == found.size  # what the menu says is what the ticket takes
    regime, scaled = made[Sizing.REGIME], made[Sizing.VOLATILITY]
    assert isinstance(regime, Sized)
    assert isinstance(scaled, Sized)
    assert regime.size == D("0.060")  # 0.7 of 0.0868
    assert scaled.size == D("0.043")


async def test_a_market_order_and_its_stop_keep_the_typed_risk_through_a_thin_book(
    floor: TradeFloor, panel: TicketPanel
) -> None:
    thin = [(0.0, 0.02), (100.0, 0.02), (200.0, 9.0)]
    floor.book(
        [(59_999.0 - step, size) for step, size in thin], [(60_000.0 + step, size) for step, size in thin]
    )
    panel.edit(kind=EntryKind.MARKET, stop="58900", target="62800")
    fixed = sizes(panel, floor)[Sizing.FIXED]
    assert isinstance(fixed, Sized)
    # Bought at 60 115.5 on average, out 113.4 below the stop: 1 400 a coin with the fees; 0.072 loses 101.
    assert (fixed.size, round(fixed.loss, 1)) == (D("0.071"), D("99.4"))
    assert panel.found is not None
    assert (panel.found.size, panel.found.risk_money) == (fixed.size, fixed.loss)
    # What slips is paid once: within the average entry.
    market, entry, even = panel.found, panel.found.entry_price, panel.found.break_even
    assert entry is not None
    assert even is not None
    fees = D("0.071") * (entry + even) * D("0.0006")
    assert abs(D("0.071") * (even - entry) - fees - market.funding) < D("1e-9")


async def test_the_rungs_of_a_ladder_together_lose_no_more_than_the_ticket_shows(panel: TicketPanel) -> None:
    panel.edit(kind=EntryKind.LADDER, far="59200", rungs="3", risk="0.056")
    found = panel.found
    assert found is not None
    assert found.entry_price is not None
    assert [size for _, size in found.legs] == [D("0.002"), D("0.002"), D("0.003")]  # 0.007 is no three parts
    paid = sum(price * size for price, size in found.legs if price is not None)
    assert paid <= found.entry_price * sum(size for _, size in found.legs)


async def test_volatility_below_the_usual_makes_nothing_larger_and_unknown_is_said(
    floor: TradeFloor, panel: TicketPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = sizes(panel, floor)[Sizing.VOLATILITY]
    assert words == "The volatility is not known yet: size by the stop instead"
    know(floor, monkeypatch, volatility_usual_multiple=3.0)
    made = sizes(panel, floor)
    assert made[Sizing.VOLATILITY] == replace(made[Sizing.FIXED], note="× 1.00")  # type: ignore[type-var]


@pytest.mark.parametrize(
    ("wins", "losses", "risked", "says"),
    [
        (0, 0, "0.01", "few: 0 trades"),
        (20, 9, "0.01", "few: 29 trades"),
        (24, 6, "0.01", "30 trades: 80% won, 3.00 to 1"),  # a quarter of Kelly is 18 %: the risk typed is 1 %
        (8, 22, "0.00555", "30 trades: 27% won"),  # (8/30 − (22/30) / 3) / 4 is 0.56 %
    ],
)
async def test_kelly_needs_thirty_trades_of_the_setup_and_only_takes_off_the_risk_typed(
    floor: TradeFloor, panel: TicketPanel, wins: int, losses: int, risked: str, says: str
) -> None:
    record(floor, wins, losses)
    made = sizes(panel, floor)[Sizing.KELLY]
    assert isinstance(made, Sized)
    equity = floor.account.account().figures().equity
    assert made.loss <= equity * (D(risked) + D("0.0001"))
    assert made.loss >= equity * D(risked) * D("0.95")
    assert says in made.note
    assert floor.account.records.of("other").count == 0


async def test_kelly_stays_within_the_hard_limit_whatever_is_typed(
    floor: TradeFloor, panel: TicketPanel
) -> None:
    record(floor, 24, 6)
    panel.edit(risk="5")
    made = sizes(panel, floor)[Sizing.KELLY]
    assert isinstance(made, Sized)
    assert made.loss <= floor.account.account().figures().equity * D("0.02")


async def test_kelly_without_an_edge_risks_nothing_and_says_so(floor: TradeFloor, panel: TicketPanel) -> None:
    record(floor, 8, 27)
    assert "Kelly risks nothing" in str(sizes(panel, floor)[Sizing.KELLY])


async def test_the_menu_says_what_each_method_comes_to_and_the_choice_is_remembered(
    floor: TradeFloor, panel: TicketPanel
) -> None:
    menu = panel.fields.sizing.choices
    menu.aboutToShow.emit()
    words = {action.text().partition("\t")[0]: action for action in menu.actions()}
    assert words["Fixed risk"].text().startswith("Fixed risk\t0.086 BTC · risk 99")
    assert words["Volatility scaled"].text().endswith("\t—")
    assert "not known" in words["Volatility scaled"].toolTip()
    words[Sizing.KELLY.value].trigger()
    assert panel.draft.sizing is Sizing.KELLY
    assert panel.save_state()["sizing"] == "KELLY"
