"""A capture of plain messages that the tests of replays share."""

import gzip
from pathlib import Path

import pytest

from tests.workstation.exchange.replay_desk import COUNT, MS, message
from tests.workstation.exchange.wire import (
    lines,
)


@pytest.fixture(scope="module")
def capture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """600 messages, one a millisecond."""
    path = tmp_path_factory.mktemp("capture") / "capture.gz"
    path.write_bytes(gzip.compress(lines(map(message, range(COUNT)), every_ns=MS), compresslevel=1))
    return path
