"""The options and lines of `preflight record` and `preflight export`."""

import json
from pathlib import Path

import numpy as np
import pytest

from tests.workstation.market.made import make_instrument
from workstation import cli
from workstation.headless import duration_s, moment_ms, names, record_line
from workstation.model.columns import TRADE, MarketBatch
from workstation.record import RecordStatus
from workstation.store.ticks import open_store


@pytest.fixture(autouse=True)
def _collector(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the test run's own garbage collection as it is."""
    monkeypatch.setattr(cli, "collect_seldom", lambda: None)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90", 90),
        ("45s", 45),
        ("30m", 1_800),
        ("1h", 3_600),
        ("1h30m", 5_400),
        ("2d", 172_800),
        ("1.5h", 5_400),
    ],
)
def test_durations_are_read_as_they_are_said(text: str, seconds: float) -> None:
    assert duration_s(text) == seconds


@pytest.mark.parametrize("text", ["", "h", "1x", "-1h", "0", "1h1h", "30m1h", "nan", "1e9d", "400d"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        duration_s(text)


def test_moments_are_utc_unless_they_say_otherwise() -> None:
    assert moment_ms("2026-01-01") == 1_767_225_600_000
    assert moment_ms("2026-01-01T12:30") == 1_767_225_600_000 + 45_000_000
    assert moment_ms("2026-01-01T01:00+01:00") == 1_767_225_600_000
    with pytest.raises(ValueError, match=r".*"):
        moment_ms("yesterday")


def test_lists_of_names_may_have_blanks() -> None:
    assert names(" A, B ,,C") == ("A", "B", "C")
    assert names(None) is None
    assert names(" , ") is None


def test_the_live_line_holds_what_matters() -> None:
    status = RecordStatus(3_725, 10_000, 152.4, 2.6, 1, 0, 123_456, 7, 12_300_000, 34_500_000_000, "")
    assert record_line("simulated BTCUSDT", status, 7_200) == (
        "simulated BTCUSDT · 1:02:05 of 2:00:00 · 152 messages/s · lag 3 ms · 1 gaps · "
        "123,456 rows stored · 12.3 MB, 34.5 GB free"
    )
    early = RecordStatus(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, "")
    assert record_line("simulated BTCUSDT", early, None) == "simulated BTCUSDT · waiting for the first data"


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    rows = np.zeros(10, TRADE)
    rows["seq"] = np.arange(10)
    rows["event_ms"] = 1_767_225_600_000
    with open_store(tmp_path / "data") as store:
        recording = store.open_recording("run", "a test", make_instrument())
        store.write(recording.recording_id, [MarketBatch("v", "BTCUSDT", trades=rows, last_seq=9)], [])
    return tmp_path / "data"


def test_an_export_is_summed_up_in_words_or_for_a_program(
    data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = ["export", "--data-dir", str(data_dir), "--out"]
    assert cli.main([*run, str(tmp_path / "one")]) == cli.EXIT_OK
    said = capsys.readouterr()
    assert "rows of trades" in said.out
    assert said.err == ""
    wanted = ["--tables", "trades", "--symbols", "BTCUSDT", "--from", "2026-01-01", "--to", "2026-01-02"]
    assert cli.main([*run, str(tmp_path / "two"), *wanted, "--json"]) == cli.EXIT_OK
    summary = json.loads(capsys.readouterr().out)
    assert summary["rows"] == {"trades": 10}
    assert (summary["from_ms"], summary["to_ms"]) == (1_767_225_600_000, 1_767_225_600_000 + 86_400_000)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--tables", "ticks"], "no table 'ticks'"),
        (["--venue", "nowhere"], "nothing of what was asked for"),
    ],
)
def test_an_export_that_cannot_be_made_is_one_line_and_status_2(
    data_dir: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    words: str,
) -> None:
    out = tmp_path / "out"
    status = cli.main(["export", "--data-dir", str(data_dir), "--out", str(out), *arguments])
    said = capsys.readouterr()
    assert status == cli.EXIT_BAD_INPUT
    assert said.err.startswith("preflight: ")
    assert words in said.err
    assert said.err.count("\n") == 1
    assert not out.exists()
