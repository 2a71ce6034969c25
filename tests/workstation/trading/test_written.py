"""What nobody waits for is written, and where it cannot be the log says so."""

import logging
from pathlib import Path

import pytest

from workstation.model.ledger import SettingChange
from workstation.store.ledger import open_ledger
from workstation.trading.written import write_down


def test_what_could_not_be_written_is_an_error_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with open_ledger(tmp_path) as ledger:
        write_down(ledger, SettingChange("lock.loss", "1", "2", "written"))
        assert len(ledger.entries(SettingChange)) == 1
        assert not caplog.records
        ledger._call(lambda: ledger._connection.execute("PRAGMA query_only = 1"))  # a disk that takes nothing
        with caplog.at_level(logging.ERROR):
            write_down(ledger, SettingChange("lock.loss", "2", "3", "lost"))
            ledger._call(lambda: ledger._connection.execute("PRAGMA query_only = 0"))
        assert [record.levelname for record in caplog.records] == ["ERROR"]
        assert "not known after the next start" in caplog.text
        caplog.clear()
