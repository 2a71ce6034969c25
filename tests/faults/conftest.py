"""The command line run in this process, and a sound capture for it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.command import Ended, market
from tests.workstation.exchange.wire import lines
from workstation import cli


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ended]:
    """Run the command line in this process, as quick as it gets."""
    monkeypatch.setattr(cli, "collect_seldom", lambda: None)

    def in_process(*arguments: object) -> Ended:
        status = cli.main([*map(str, arguments)])
        output, complaints = capsys.readouterr()
        return Ended(status, output, complaints.splitlines())

    return in_process


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    path = tmp_path / "capture"
    path.write_bytes(lines(market(300)))
    return path
