"""`--offline` opens the review of what is on the disk: no feed, no process, no order."""

import subprocess
import sys
from pathlib import Path

import pytest

from ui.markets import OFFLINE, REPLAY_VARIABLE, Markets
from workstation import cli
from workstation.settings import Settings, WindowOptions


def _options(data_dir: Path) -> WindowOptions:
    return WindowOptions(replay=None, speed=1.0, data_dir=data_dir, offline=True)


def test_nothing_but_the_disk_is_on_offer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(REPLAY_VARIABLE, str(tmp_path / "no.gz"))
    markets = Markets(_options(tmp_path), Settings())
    (choice,) = markets.choices
    opened = markets.open(choice)
    try:
        assert choice.mode == OFFLINE
        assert opened.stands
        assert opened.simulator is None
        assert (opened.workstation.live, opened.workstation.feed, opened.workstation.trading) == (
            None,
            None,
            None,
        )
        assert opened.workstation.past_reader is not None
    finally:
        opened.close()


def test_the_window_opens_and_starts_no_other_process_and_no_connection(tmp_path: Path) -> None:
    script = (
        "import socket, subprocess, asyncio, sys\n"
        "def refused(*a, **k): raise SystemExit('a process was started')\n"
        "subprocess.Popen.__init__ = refused\n"
        "asyncio.create_subprocess_exec = refused\n"
        "connect = socket.socket.connect\n"
        "def local(self, where):\n"
        "    if self.family != socket.AF_UNIX and where[0] not in ('127.0.0.1', '::1'):\n"
        "        raise SystemExit(f'a connection to {where}')\n"
        "    return connect(self, where)\n"
        "socket.socket.connect = local\n"
        "from ui.__main__ import main\n"
        f"sys.argv[1:] = ['--offline', '--data-dir', {str(tmp_path / 'data')!r}, '--exit-after', '1']\n"
        "sys.exit(main())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_offline_and_a_market_contradict_each_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--data-dir", str(tmp_path), "--offline", "--venue", "simulated"]
    assert cli.main(words, lambda _options: 0) == cli.EXIT_BAD_INPUT
    assert "--offline follows nothing" in capsys.readouterr().err
