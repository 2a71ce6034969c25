"""`preflight ledger` proves, exports, and notices."""

import json
from pathlib import Path

import pytest

from workstation.cli import main
from workstation.model.ledger import SettingChange
from workstation.runtime.clock import ManualClock
from workstation.store.ledger import open_ledger


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = main(["ledger", *arguments])
    told = capsys.readouterr()
    return status, told.out, told.err


def test_a_ledger_is_proven_exported_and_an_export_proves_itself(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_ledger(tmp_path, clock=ManualClock(5)) as ledger:
        ledger.append(SettingChange("daily_loss", "2 %", "1.5 %", "a bad week")).result()
        ledger.append(SettingChange("leverage", "10", "5", "a worse one")).result()
    out = tmp_path / "ledger.jsonl"

    status, told, _ = run(capsys, "--data-dir", str(tmp_path), "--out", str(out))
    assert status == 0
    assert "2  setting change" in told
    assert "2 entries, each as it was written" in told
    status, told, _ = run(capsys, "--check", str(out), "--json")
    assert (status, json.loads(told)["entries"]) == (0, 2)

    out.write_bytes(out.read_bytes().replace(b"a bad week", b"no reason"))
    status, told, _ = run(capsys, "--check", str(out))
    assert status == 1
    assert "Entry 1" in told


def test_where_there_is_nothing_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, _, complaint = run(capsys, "--data-dir", str(tmp_path))
    assert status == 2
    assert "There is no ledger" in complaint
    status, _, complaint = run(capsys, "--check", str(tmp_path / "none"))
    assert status == 2
    assert "cannot be read" in complaint
