"""One typed line becomes an alert, or says what is wrong with it."""

import pytest

from ui.alerting.quick import is_quick, parse_quick
from workstation.alerts.expression import ExpressionError
from workstation.alerts.rules import AlertCondition, Formula, PriceCross

SYMBOLS = ("BTCUSDT", "BTCUSDT_260327", "ETHUSDT", "1000PEPEUSDT")


@pytest.mark.parametrize(
    ("line", "scope", "condition"),
    [
        ("alert BTCUSDT > 62000", ("BTCUSDT",), PriceCross(62_000, "up")),
        ("alert when btc crosses below 62,000.5", ("BTCUSDT",), PriceCross(62_000.5, "down")),
        ("Alert ETH 2700", ("ETHUSDT",), PriceCross(2_700, "either")),
        ("alert 62k", ("SOLUSDT",), PriceCross(62_000, "either")),
        ("alert 1000PEPEUSDT < .0071", ("1000PEPEUSDT",), PriceCross(0.0071, "down")),
        ("alert if price above 62 000", ("SOLUSDT",), PriceCross(62_000, "up")),
        ("alert all spread_bps > 20", (), Formula("spread_bps > 20")),
        ("alert ETHUSDT funding_8h_rate > 0.05%", ("ETHUSDT",), Formula("funding_8h_rate > 0.05%")),
        ("alert last > 5 and mark < 6", ("SOLUSDT",), Formula("last > 5 and mark < 6")),
    ],
)
def test_a_line_is_read(line: str, scope: tuple[str, ...], condition: AlertCondition) -> None:
    assert is_quick(line)
    assert parse_quick(line, SYMBOLS, "SOLUSDT") == (scope, condition)


@pytest.mark.parametrize("line", ["alert BTC > x", "alert XYZ > 5 >", "alert 0", "alert spread_bps"])
def test_what_cannot_be_read_says_why(line: str) -> None:
    with pytest.raises(ExpressionError):
        parse_quick(line, SYMBOLS, "SOLUSDT")


@pytest.mark.parametrize("line", ["", "alert", "alerts ", "show alerts", "alertness 5"])
def test_other_lines_are_no_alerts(line: str) -> None:
    assert not is_quick(line)
