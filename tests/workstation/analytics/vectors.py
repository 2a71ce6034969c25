"""The vectors kept beside the recorded data: read once per file, one test case per vector."""

import json
import math
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from tests.conftest import shared_data_folder

Vector = dict[str, Any]


def vectors(topic: str, *, exact: bool) -> list[Any]:
    """Return one parameter per vector of a file, or one that is skipped where the folder is absent.

    Args:
        topic: the file's name. exact: numbers as Decimal, as the file spells them.
    """
    folder = shared_data_folder()
    if folder is None:
        return [pytest.param({}, id="absent", marks=pytest.mark.skip(reason="no vectors beside the data"))]
    text = (folder.parent / "vectors" / f"{topic}.json").read_text(encoding="utf-8")
    numbers: dict[str, Callable[[str], Any]] = {"parse_float": Decimal, "parse_int": Decimal} if exact else {}
    found: list[Vector] = json.loads(text, **numbers)["vectors"]
    assert found
    return [pytest.param(vector, id=vector["id"]) for vector in found]


def assert_expected(vector: Vector, actual: dict[str, Any]) -> None:
    """Check every figure the vector expects; a figure that nothing was computed for fails."""
    tolerance = float(vector["tolerance"])
    for name, expected in vector["expected"].items():
        assert name in actual, f"nothing reckons {name}"
        assert_close(actual[name], expected, tolerance, name)


def assert_close(actual: Any, expected: Any, tolerance: float, name: str) -> None:
    if isinstance(expected, list | tuple):
        assert len(actual) == len(expected), name
        for index, pair in enumerate(zip(actual, expected, strict=True)):
            assert_close(*pair, tolerance, f"{name}[{index}]")
    elif expected is None or isinstance(expected, str | bool):
        assert actual == expected, name
    else:
        slack = tolerance * (1 + 1e-9) + 1e-12 * abs(float(expected)) * (tolerance > 0)
        assert math.isclose(float(actual), float(expected), rel_tol=0, abs_tol=slack), (
            f"{name}: {actual} instead of {expected} ± {tolerance}"
        )
