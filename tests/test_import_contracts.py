"""The house keeps its floors: the import contracts hold, and they notice when one is broken."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest


def check_contracts(root: Path) -> subprocess.CompletedProcess[str]:
    program = "import sys; from importlinter.cli import lint_imports_command; lint_imports_command()"
    return subprocess.run(
        [sys.executable, "-c", program, "--no-cache"],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )


def test_every_import_contract_is_kept(repository: Path) -> None:
    checked = check_contracts(repository)

    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("workstation/runtime/trespass.py", "import PySide6", "runs without Qt"),
        ("workstation/market/trespass.py", "import duckdb", "Only the store"),
        ("ui/trespass.py", "import duckdb", "Only the store"),
        ("workstation/market/trespass.py", "import ccxt.pro", "Only the exchange"),
        ("workstation/model/trespass.py", "import workstation.ports", "downwards only"),
        ("workstation/trespass.py", "", "downwards only"),
        ("workstation/runtime/trespass.py", "import ui.theme", "never the other way"),
        ("ui/panels/trespass.py", "import ui.panels.neighbour", "nothing of one another"),
    ],
)
def test_a_broken_contract_is_noticed(
    repository: Path, tmp_path: Path, module: str, line: str, contract: str
) -> None:
    sources_only = shutil.ignore_patterns("resources", "__pycache__")
    for part in ("workstation", "ui"):
        shutil.copytree(repository / part, tmp_path / part, ignore=sources_only)
    shutil.copy(repository / "pyproject.toml", tmp_path)
    (tmp_path / "ui/panels/neighbour.py").touch()
    (tmp_path / module).write_text(line + "\n")

    checked = check_contracts(tmp_path)

    assert checked.returncode == 1, checked.stdout + checked.stderr
    broken = [row for row in checked.stdout.splitlines() if " BROKEN" in row]
    assert any(contract in row for row in broken), broken
