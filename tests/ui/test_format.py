"""Every number's text."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui import format

T = format.THIN_SPACE
M = format.MINUS


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (61659.8, 1, f"61{T}659.8"),
        (0.01131, 5, "0.01131"),
        (1234567.891, 2, f"1{T}234{T}567.89"),
        (-3.4, 1, f"{M}3.4"),
        (-1234.5, 1, f"{M}1{T}234.5"),
        (-0.04, 1, "0.0"),
        (0.0, 2, "0.00"),
        (999.999, 2, f"1{T}000.00"),
        (5, 0, "5"),
        (math.nan, 1, "—"),
        (math.inf, 1, "—"),
        (None, 1, "—"),
    ],
)
def test_a_price_has_thin_thousands_a_true_minus_and_the_venues_decimals(
    value: float | None, decimals: int, text: str
) -> None:
    assert format.price(value, decimals) == text
    assert format.size(value, decimals) == text


@given(st.floats(-1e12, 1e12), st.integers(0, 8))
def test_a_price_read_back_is_the_value_rounded(value: float, decimals: int) -> None:
    text = format.price(value, decimals)
    assert "-" not in text
    assert "," not in text
    read = float(text.replace(T, "").replace(M, "-"))
    assert read == pytest.approx(value, abs=0.5000001 * 10**-decimals, rel=1e-12)
    assert not (text.startswith(M) and read == 0)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.18, "+0.18"), (-0.4, f"{M}0.40"), (0.0, "0.00"), (0.001, "0.00"), (-0.001, "0.00"), (None, "—")],
)
def test_a_change_always_shows_its_sign_unless_it_rounds_to_nothing(value: float | None, text: str) -> None:
    assert format.signed(value) == text


@pytest.mark.parametrize(
    ("fraction", "decimals", "signed", "text"),
    [
        (0.0123, 2, False, "1.23 %"),
        (0.0123, 1, True, "+1.2 %"),
        (-0.0004, 2, False, f"{M}0.04 %"),
        (0.0, 2, True, "0.00 %"),
        (math.nan, 2, True, "—"),
        (None, 2, False, "—"),
    ],
)
def test_a_fraction_is_shown_as_per_cent(
    fraction: float | None, decimals: int, signed: bool, text: str
) -> None:
    assert format.percent(fraction, decimals, signed) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.0531, "0.053"),
        (7.254, "7.25"),
        (72.54, "72.5"),
        (999.4, "999"),
        (999.6, "1.0 k"),
        (12_345, "12.3 k"),
        (99_960, "100 k"),
        (123_456, "123 k"),
        (999_600, "1.0 M"),
        (4_512_000, "4.5 M"),
        (7.1e9, "7.1 B"),
        (2.5e15, f"2{T}500 T"),
        (-12_345, f"{M}12.3 k"),
        (math.nan, "—"),
    ],
)
def test_a_compact_figure_keeps_its_magnitude(value: float, text: str) -> None:
    assert format.compact(value) == text


@pytest.mark.parametrize(("n", "text"), [(0, "0"), (21313, f"21{T}313"), (-5, f"{M}5"), (None, "—")])
def test_a_count_has_no_decimals(n: int | None, text: str) -> None:
    assert format.count(n) == text


@pytest.mark.parametrize(
    ("per_second", "text"), [(0, "0/s"), (0.42, "0.4/s"), (9.97, "10/s"), (2412.3, f"2{T}412/s"), (None, "—")]
)
def test_a_rate_has_a_decimal_only_below_ten(per_second: float | None, text: str) -> None:
    assert format.rate(per_second) == text


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 B"), (812, "812 B"), (41_200, "41.2 kB"), (999_700, "1.0 MB"), (1.9e9, "1.9 GB"), (None, "—")],
)
def test_a_size_on_disk_is_in_decimal_units(size: float | None, text: str) -> None:
    assert format.data_size(size) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-1, "0.0 s"),
        (0.04, "0.0 s"),
        (0.12, "0.1 s"),
        (0.94, "0.9 s"),
        (0.96, "1 s"),
        (4.9, "4 s"),
        (59.9, "59 s"),
        (60, "1 m"),
        (3600, "1 h"),
        (86400 * 3, "3 d"),
        (None, "—"),
        (math.inf, "—"),
    ],
)
def test_an_age_never_claims_to_be_older_or_younger_than_its_unit(seconds: float | None, text: str) -> None:
    assert format.age(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (48.9, "48 s"),
        (312, "5 m 12 s"),
        (6120, "1 h 42 m"),
        (183_600, "2 d 3 h"),
        (-75, f"{M}1 m 15 s"),
        (-0.5, "0 s"),
        (None, "—"),
    ],
)
def test_a_duration_is_in_its_two_largest_units(seconds: float | None, text: str) -> None:
    assert format.duration(seconds) == text


@pytest.mark.parametrize(
    ("timeframe_ms", "text"),
    [
        (1000, "1 s"),
        (15_000, "15 s"),
        (60_000, "1 m"),
        (900_000, "15 m"),
        (3_600_000, "1 h"),
        (86_400_000, "1 d"),
        (90_000, "90 s"),
    ],
)
def test_a_timeframe_is_in_its_largest_whole_unit(timeframe_ms: int, text: str) -> None:
    assert format.timeframe(timeframe_ms) == text


def test_a_moment_is_shown_in_utc() -> None:
    assert format.utc_time(1723161598372) == "23:59:58"
    assert format.utc_time(1723161598372, with_ms=True) == "23:59:58.372"
    assert format.utc_time(0) == "00:00:00"
    assert format.utc_time(None) == "—"
    assert format.utc_date(1723161598372) == "2024-08-08"
    assert format.utc_date(math.nan) == "—"
