"""What bundles rest on: the processes that they answer for, the install script, archives that repeat."""

import importlib.util
import io
import os
import re
import struct
import subprocess
import sys
import tarfile
from pathlib import Path
from types import ModuleType

import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

ROOT = Path(__file__).parents[1]
PACKAGING = ROOT / "packaging"
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="what is handed out on Linux")


def loaded(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"packaging_{name}", PACKAGING / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_bundle_answers_for_every_process_that_the_desk_starts() -> None:
    started = set()
    for path in sorted((ROOT / "workstation").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        started |= set(re.findall(r'\(?(?:sys\.executable, )?"-m", "([\w.]+)"', text))
        assert not re.search(r'sys\.executable, "-c"', text), f"{path}: a bundle cannot run that"
    entry = loaded("entry")
    assert started == set(entry.CHILDREN)
    assert loaded("build").DESK_PROCESSES - {"desk"} <= started
    for module in entry.CHILDREN:
        found = f"{module}.__main__" if module == "workstation" else module
        assert importlib.util.find_spec(found) is not None


def test_the_entry_takes_its_own_modules_and_gives_the_system_its_libraries_back() -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "LD_LIBRARY_PATH_ORIG": "/before"}
    environment["LD_LIBRARY_PATH"] = "/nowhere"

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        entry = [sys.executable, str(PACKAGING / "entry.py")]
        return subprocess.run(
            [*entry, *arguments], env=environment, capture_output=True, text=True, timeout=60
        )

    headless = run("-m", "workstation", "simulate", "--help")
    assert headless.returncode == 0
    assert "--until-stdin-ends" in headless.stdout
    refused = run("-m", "http.server")
    assert refused.returncode == 2
    assert "unrecognized arguments" in refused.stderr or "invalid choice" in refused.stderr
    said = """import os, runpy, sys; sys.argv = ['x', '--version']
try: runpy.run_path({!r}, run_name='__main__')
except SystemExit: print(os.environ['LD_LIBRARY_PATH'], os.environ['PYINSTALLER_RESET_ENVIRONMENT'])"""
    code = said.format(str(PACKAGING / "entry.py"))
    told = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert told.stdout.split()[-2:] == ["/before", "1"]


def test_icon_files_hold_every_size(tmp_path: Path, qtbot: QtBot) -> None:
    loaded("icons").main(ROOT / "ui/resources/preflight.svg", tmp_path)

    for size in (16, 48, 256, 1024):
        assert QImage(str(tmp_path / f"preflight-{size}.png")).width() == size
    ico = (tmp_path / "preflight.ico").read_bytes()
    (count,) = struct.unpack_from("<H", ico, 4)
    for row in range(count):
        edge, length, offset = struct.unpack_from("<B7xII", ico, 6 + 16 * row)
        picture = QImage.fromData(ico[offset : offset + length])
        assert picture.width() == (edge or 256)
    icns = (tmp_path / "preflight.icns").read_bytes()
    assert struct.unpack_from(">4sI", icns) == (b"icns", len(icns))


@linux_only
def test_an_installed_bundle_starts_from_menu_and_shell_and_goes_without_a_trace(tmp_path: Path) -> None:
    tree, home = tmp_path / "unpacked", tmp_path / "a home"
    (tree / "preflight").mkdir(parents=True)
    (tree / "icons/16x16/apps").mkdir(parents=True)
    (tree / "icons/16x16/apps/preflight.png").write_bytes(b"png")
    program = tree / "preflight/preflight"
    program.write_text("#!/bin/sh\necho it runs\n")
    program.chmod(0o755)
    for name in ("install", "uninstall", "preflight.desktop"):
        (tree / name).write_bytes((PACKAGING / "linux" / name).read_bytes())
        (tree / name).chmod(0o755)
    environment = {"HOME": str(home), "PATH": os.environ["PATH"]}
    data = home / ".local/share/preflight/ticks.duckdb"
    data.parent.mkdir(parents=True)
    data.write_bytes(b"mine")

    for _ in range(2):  # the second one puts a newer version in its place
        subprocess.run([tree / "install"], env=environment, check=True, capture_output=True)

    entry = (home / ".local/share/applications/preflight.desktop").read_text()
    (command,) = re.findall(r'^Exec="(.+)"$', entry, re.MULTILINE)
    for start in (command, home / ".local/bin/preflight"):
        assert subprocess.run([start], capture_output=True, text=True).stdout == "it runs\n"
    subprocess.run([Path(command).parent / "uninstall"], env=environment, check=True, capture_output=True)
    assert [path for path in home.rglob("*") if not path.is_dir()] == [data]


@linux_only
def test_an_archive_of_the_same_files_is_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build = loaded("build")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    archives = []
    for name, when, mode in (("one", 1, 0o600), ("two", 2_000_000_000, 0o664)):
        tree = tmp_path / name
        for inner in ("b", "a") if when == 1 else ("a", "b"):
            file = tree / inner / "file.txt"
            file.parent.mkdir(parents=True)
            file.write_text(inner)
            file.chmod(mode)
            os.utime(file, (when, when))
        build.same_everywhere(tree)
        archives.append(build.tar_of(tree, "preflight"))
    assert archives[0] == archives[1]
    with tarfile.open(fileobj=io.BytesIO(archives[0])) as archive:
        assert {(entry.uid, entry.uname, entry.mtime) for entry in archive} == {(0, "root", 1_700_000_000)}


def test_the_spec_and_the_debian_files_name_what_is_there() -> None:
    spec = (PACKAGING / "preflight.spec").read_text(encoding="utf-8")
    compile(spec, "preflight.spec", "exec")
    assert (PACKAGING / "macos/entitlements.plist").is_file()
    control = (PACKAGING / "debian/control").read_text(encoding="utf-8")
    assert set(re.findall(r"@\w+@", control)) == {"@VERSION@", "@MACHINE@", "@SIZE@", "@DEPENDS@"}
    notices = re.findall(
        r"^Copyright: (.*)$", (PACKAGING / "debian/copyright").read_text("utf-8"), re.MULTILINE
    )
    assert re.match(r"\d{4} ", notices[0])
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in (PACKAGING / "licences/LGPL-3.0.txt").read_text("utf-8")
