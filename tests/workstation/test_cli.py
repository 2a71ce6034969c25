"""The command line knows its arguments, answers with an exit status, and says every failure on one line."""

from math import inf
from pathlib import Path

import msgspec
import pytest

from tests.workstation.exchange.wire import lines, snapshot, trade
from workstation import __version__, cli
from workstation.data_folder import default_data_dir
from workstation.errors import BadCapture
from workstation.settings import WindowOptions


class Window:
    """Stands where the window opens, and remembers how it was asked to."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.options: WindowOptions | None = None
        self._error = error

    def __call__(self, options: WindowOptions) -> int:
        self.options = options
        if self._error is not None:
            raise self._error
        return 0


@pytest.fixture(autouse=True)
def _collector(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the test run's own garbage collection as it is."""
    monkeypatch.setattr(cli, "collect_seldom", lambda: None)


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    path = tmp_path / "capture"
    path.write_bytes(lines([snapshot(1), trade(1), b"{", trade(2)]))
    return path


def opened(*arguments: object) -> WindowOptions:
    window = Window()
    assert cli.main([*map(str, arguments)], window) == cli.EXIT_OK
    assert window.options is not None
    return window.options


def test_without_arguments_the_window_opens_at_its_defaults() -> None:
    options = opened()
    assert options == WindowOptions(replay=None, speed=1.0, data_dir=default_data_dir())


def test_every_option_of_the_window_reaches_it(tmp_path: Path) -> None:
    options = opened(
        *(
            "--replay",
            tmp_path / "a",
            "--speed",
            "2.5",
            "--data-dir",
            tmp_path,
            "--screenshot",
            tmp_path / "p.png",
        ),
        *("--exit-after", "3", "--theme", "light", "--size", "1600x900"),
    )
    assert options == WindowOptions(
        replay=tmp_path / "a",
        speed=2.5,
        data_dir=tmp_path,
        screenshot=tmp_path / "p.png",
        exit_after_s=3.0,
        theme="light",
        size=(1600, 900),
    )


def test_the_greatest_speed_is_called_max() -> None:
    assert opened("--speed", "max").speed == inf


@pytest.mark.parametrize(
    "arguments",
    [
        ["--speed", "0"],
        ["--speed", "-1"],
        ["--speed", "nan"],
        ["--speed", "fast"],
        ["--exit-after", "-1"],
        ["--exit-after", "inf"],
        ["--exit-after", "nan"],
        ["--size", "1600"],
        ["--size", "0x0"],
        ["--size", "99999x99999"],
        ["--size", "1600x900x2"],
        ["--theme", "pink"],
        ["replay"],
        ["conquer"],
        ["--no-such-option"],
        ["replay", "a", "b"],
    ],
)
def test_a_wrong_argument_is_refused_with_status_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments, Window())
    assert ended.value.code == cli.EXIT_BAD_INPUT
    assert "error: " in capsys.readouterr().err.splitlines()[-1]


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"preflight {__version__}\n"


def test_without_a_window_a_command_is_needed(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([]) == cli.EXIT_BAD_INPUT
    assert capsys.readouterr().err.startswith("preflight: Name a command: replay")


def test_an_error_is_one_line_whatever_is_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    window = Window(BadCapture("a\nb\x1b[2J\udcff is no capture"))
    assert cli.main([], window) == cli.EXIT_BAD_INPUT
    assert capsys.readouterr().err == "preflight: a�b�[2J� is no capture\n"


def test_an_interrupt_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([], Window(KeyboardInterrupt())) == cli.EXIT_INTERRUPTED == 130
    assert capsys.readouterr().err == "preflight: interrupted; what was committed is kept\n"


def test_a_bug_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError):
        cli.main([], Window(ZeroDivisionError()))


@pytest.mark.parametrize("before_the_command", [True, False])
def test_the_data_directory_may_stand_before_or_behind_the_command(
    capture: Path, tmp_path: Path, before_the_command: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    data_dir = ["--data-dir", str(tmp_path / "data")]
    command = ["replay", str(capture)]
    arguments = data_dir + command if before_the_command else command + data_dir
    assert cli.main(arguments, Window()) == cli.EXIT_OK
    assert (tmp_path / "data" / "ticks.duckdb").exists()


def test_the_summary_is_a_table(capture: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["replay", str(capture), "--data-dir", str(tmp_path / "data")]) == cli.EXIT_OK
    output, complaints = capsys.readouterr()
    assert complaints == ""
    shown = dict(line.rsplit(maxsplit=1) for line in output.splitlines()[1:-1])
    assert output.splitlines()[0] == f"BTCUSDT from {capture}"
    assert (shown["trades"], shown["snapshots"], shown["bad lines"]) == ("2", "1", "1")
    assert shown["rows stored in trades"] == "2"
    assert output.splitlines()[-1].startswith("1 line could not be read; the first is line 3: ")


def test_the_summary_is_json(capture: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["replay", str(capture), "--data-dir", str(tmp_path / "data"), "--json"]) == cli.EXIT_OK
    summary = msgspec.json.decode(capsys.readouterr().out)
    assert list(summary)[2:10] == [
        "trades",
        "depth_updates",
        "quotes",
        "snapshots",
        "sequence_gaps",
        "crossed_books",
        "quote_checks",
        "quote_mismatches",
    ]
    assert {"rows_stored", "events_per_s", "wall_s"} <= set(summary)
    assert (summary["trades"], summary["bad_lines"], summary["complete"]) == (2, 1, True)
