"""The doctor finds what would stop Preflight, says how to mend it, and leaves no trace."""

import io
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from workstation import doctor
from workstation.doctor import Finding, Verdict
from workstation.model.ledger import SettingChange
from workstation.store.ledger import open_ledger
from workstation.store.ledger_schema import LEDGER_FILE
from workstation.store.ticks import open_store


def test_a_machine_that_runs_these_tests_has_nothing_that_stops_preflight(tmp_path: Path) -> None:
    findings = doctor.examine(tmp_path / "data", {**os.environ, "DISPLAY": "", "WAYLAND_DISPLAY": ""})

    assert [finding for finding in findings if finding.verdict is Verdict.FAIL] == []
    wanted = {"Python", "Packages", "Qt", "Own files", "Data directory", "Tick store", "Byte code", "Clock"}
    assert wanted <= {finding.name for finding in findings}
    assert list(tmp_path.iterdir()) == []


def test_every_finding_that_is_not_ok_says_how_to_mend_it(tmp_path: Path) -> None:
    findings = [
        doctor.python_version((3, 10), "cpython"),
        *doctor.packages(["duckdb<3,>=2.0"], lambda name: None),
        *doctor.packages(None, lambda name: None),
        doctor.byte_code(forbidden=True, cached=False),
        doctor.clock(0.0, 1e9),
        doctor.data_directory(Path(__file__)),
        doctor.tick_store(Path(__file__)),
    ]

    assert all(finding.verdict is not Verdict.OK and finding.mend for finding in findings)


@pytest.mark.parametrize(
    ("version", "implementation", "verdict"),
    [
        ((3, 11), "cpython", Verdict.OK),
        ((3, 14), "cpython", Verdict.OK),
        ((3, 10), "cpython", Verdict.FAIL),
        ((3, 15), "cpython", Verdict.FAIL),
        ((3, 11), "pypy", Verdict.FAIL),
    ],
)
def test_only_a_python_with_builds_of_every_package_will_do(
    version: tuple[int, ...], implementation: str, verdict: Verdict
) -> None:
    assert doctor.python_version(version, implementation).verdict is verdict


@pytest.mark.parametrize(
    ("version", "verdict"),
    [
        ("6.9.3", Verdict.OK),
        ("6.11.3", Verdict.OK),
        ("6.9.2", Verdict.FAIL),
        ("6.12", Verdict.FAIL),
        ("6.12.0", Verdict.FAIL),
        ("7.0", Verdict.FAIL),
        (None, Verdict.FAIL),
    ],
)
def test_a_package_outside_its_range_fails(version: str | None, verdict: Verdict) -> None:
    (finding,) = doctor.packages(["PySide6-Essentials<6.12,>=6.9.3"], lambda name: version)

    assert finding.verdict is verdict
    if verdict is Verdict.FAIL:
        assert finding.mend == "pip install 'PySide6-Essentials<6.12,>=6.9.3'"


def test_missing_platform_libraries_are_named_with_their_debian_packages() -> None:
    def load(library: str) -> None:
        if library == "libEGL.so.1":
            raise OSError("no such file")

    qt_libraries, x11_libraries = doctor.platform_libraries("linux", {}, load)

    assert qt_libraries.verdict is Verdict.FAIL
    assert "libEGL.so.1" in qt_libraries.what
    assert "libegl1" in qt_libraries.mend
    assert "libgl1" not in qt_libraries.mend
    assert x11_libraries.verdict is Verdict.OK


@pytest.mark.parametrize(
    ("environ", "verdict"),
    [
        ({}, Verdict.WARN),
        ({"DISPLAY": ":0"}, Verdict.FAIL),
        ({"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}, Verdict.WARN),
    ],
)
def test_missing_x11_libraries_stop_only_a_desktop_that_is_x11(
    environ: dict[str, str], verdict: Verdict
) -> None:
    def load(library: str) -> None:
        if "xcb" in library:
            raise OSError("no such file")

    _, x11_libraries = doctor.platform_libraries("linux", environ, load)

    assert x11_libraries.verdict is verdict


def test_a_display_that_cannot_be_opened_fails_and_says_why() -> None:
    environ = {**os.environ, "DISPLAY": ":2047", "QT_QPA_PLATFORM": "no such platform"}

    started, display = doctor.qt("linux", environ)

    assert started.verdict is Verdict.OK
    assert (display.name, display.verdict) == ("Display", Verdict.FAIL)


@pytest.mark.skipif(sys.platform != "linux", reason="needs a file system that nobody can write, /proc")
def test_an_unwritable_data_directory_fails_and_says_where() -> None:
    finding = doctor.data_directory(Path("/proc/preflight/data"))

    assert finding.verdict is Verdict.FAIL
    assert finding.what.startswith("/proc cannot be written")
    assert doctor.tick_store(Path("/proc/preflight/data")).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    "free, verdict", [(1 << 20, Verdict.FAIL), (1 << 30, Verdict.WARN), (1 << 40, Verdict.OK)]
)
def test_a_disk_that_fills_soon_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, verdict: Verdict
) -> None:
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda path: _Usage(free))

    assert doctor.data_directory(tmp_path).verdict is verdict


class _Usage:
    def __init__(self, free: int) -> None:
        self.free = free


def test_a_store_that_is_open_elsewhere_fails_as_in_use(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys; from pathlib import Path; from workstation.store.ticks import open_store\n"
            "store = open_store(Path(sys.argv[1]))\n"
            "print('open', flush=True); sys.stdin.read(); store.close()",
            str(tmp_path),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(doctor.__file__).parent.parent)},
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == b"open"
        finding = doctor.tick_store(tmp_path)

    assert finding.verdict is Verdict.FAIL
    assert "Another Preflight" in finding.what


def test_an_existing_store_is_opened_and_kept(tmp_path: Path) -> None:
    open_store(tmp_path).close()
    before = sorted(path.name for path in tmp_path.iterdir())

    assert doctor.tick_store(tmp_path).verdict is Verdict.OK
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_a_damaged_store_fails_and_is_left_as_it_is(tmp_path: Path) -> None:
    store = tmp_path / "ticks.duckdb"
    store.write_bytes(b"not a database" * 1000)

    assert doctor.tick_store(tmp_path).verdict is Verdict.FAIL
    assert store.read_bytes() == b"not a database" * 1000


def test_a_report_shows_each_finding_and_counts_what_stops_preflight() -> None:
    page = io.StringIO()
    findings = [
        Finding("Python", Verdict.OK, "3.11"),
        Finding("Display", Verdict.WARN, "none", "start from a desktop session"),
        Finding("Qt", Verdict.FAIL, "does not start [red]", "reinstall it"),
    ]

    doctor.render(findings, Console(file=page, soft_wrap=True, width=200))

    text = page.getvalue()
    assert "does not start [red]" in text
    assert "To mend: reinstall it" in text
    assert "1 of 3 would stop Preflight" in text


def test_the_exit_status_is_one_only_when_something_stops_preflight(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for verdict, status in ((Verdict.WARN, 0), (Verdict.FAIL, 1)):
        found = [Finding("Clock", verdict, "slow", "set it")]
        monkeypatch.setattr(doctor, "examine", lambda data_dir, found=found: found)

        assert doctor.run(tmp_path, as_json=True) == status
        assert json.loads(capsys.readouterr().out) == [
            {"name": "Clock", "verdict": verdict.value, "what": "slow", "mend": "set it"}
        ]


def test_a_ledger_that_was_changed_is_found_and_one_that_was_not_is_vouched_for(tmp_path: Path) -> None:
    assert doctor.ledger(tmp_path).verdict is Verdict.OK
    with open_ledger(tmp_path) as ledger:
        ledger.append(SettingChange("a", "1", "2", "why"), SettingChange("b", "1", "2", "why")).result()
    assert doctor.ledger(tmp_path).what.startswith("2 entries")

    with sqlite3.connect(tmp_path / LEDGER_FILE) as connection:
        connection.execute("DROP TRIGGER entries_never_change")
        connection.execute("UPDATE entries SET body = replace(body, 'why', 'new') WHERE seq = 2")
    connection.close()

    finding = doctor.ledger(tmp_path)
    assert finding.verdict is Verdict.FAIL
    assert "Entry 2" in finding.what
