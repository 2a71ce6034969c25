"""Nothing but the gate makes an approved order."""

import ast
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from workstation.model.orders import GATE_SEAL, ApprovedOrder, OrderIntent, OrderKind, Purpose, Side, new_id

INTENT = OrderIntent("paper", "BTCUSDT", Side.BUY, OrderKind.MARKET, Decimal(1), Purpose.OPEN)


def test_an_order_without_the_gates_seal_is_refused() -> None:
    with pytest.raises(TypeError, match="only the gate"):
        ApprovedOrder(INTENT, new_id(), 0, object())
    with pytest.raises(TypeError):
        ApprovedOrder(INTENT, new_id(), 0)  # type: ignore[call-arg]


def test_an_approved_order_cannot_be_copied_with_other_figures() -> None:
    approved = ApprovedOrder(INTENT, new_id(), 0, GATE_SEAL)

    with pytest.raises(ValueError, match="seal"):
        replace(approved, intent=replace(INTENT, size=Decimal(100)))
    with pytest.raises(AttributeError):
        approved.intent = INTENT  # type: ignore[misc]


def test_the_seal_is_named_by_the_gate_alone(repository: Path) -> None:
    named = set()
    for package in ("workstation", "ui"):
        for path in (repository / package).rglob("*.py"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
            names |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
            names |= {
                alias.name
                for node in ast.walk(tree)
                if isinstance(node, ast.ImportFrom)
                for alias in node.names
            }
            if "GATE_SEAL" in names:
                named.add(path.relative_to(repository).as_posix())

    assert named <= {"workstation/model/orders.py", "workstation/trading/gate.py"}


def test_client_order_ids_are_legal_on_every_venue_and_never_repeat() -> None:
    ids = {new_id() for _ in range(1000)}

    assert len(ids) == 1000
    assert all(len(made) == 32 and set(made) <= set("0123456789abcdef") for made in ids)
