import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from workstation.market.size_code import decode, encode

sizes = st.lists(st.floats(min_value=1e-12, max_value=1e12), min_size=1, max_size=50)


@given(sizes)
def test_decoding_gives_back_every_size_to_a_seventh_of_a_percent(values: list[float]) -> None:
    original = np.array(values)
    assert np.all(np.abs(decode(encode(original)) / original - 1) < 0.0014)


@given(sizes)
def test_codes_keep_the_order_of_sizes(values: list[float]) -> None:
    ordered = np.sort(np.array(values))
    assert np.all(np.diff(encode(ordered).astype(np.int64)) >= 0)


def test_only_an_empty_cell_has_code_zero() -> None:
    codes = encode(np.array([0.0, -1.0, 1e-300, 1.0, 1e300]))
    assert codes.tolist() == [0, 0, 1, 32768, 65535]
    assert decode(codes)[0] == 0.0
