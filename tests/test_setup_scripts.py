"""The set-up scripts install what is missing where they may, and otherwise say on one line what is."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the set-up of Linux machines")

TOOLS = ("sh", "env", "uname", "grep", "tail", "mktemp", "rm", "id", "true")


class Machine:
    """A PATH of its own: the real small tools, and package tools that only note what they were asked for."""

    def __init__(self, folder: Path) -> None:
        self.bin = folder / "bin"
        self.asked = folder / "asked"
        self.bin.mkdir()
        for tool in TOOLS:
            found = shutil.which(tool)
            assert found is not None, tool
            (self.bin / tool).symlink_to(found)

    def add(self, name: str, script: str) -> None:
        path = self.bin / name
        path.unlink(missing_ok=True)
        path.write_text(f'#!/bin/sh\necho "{name} $*" >> "{self.asked}"\n{script}\n')
        path.chmod(0o755)

    def run(self, script: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [script, *arguments],
            env={"PATH": str(self.bin), "TMPDIR": str(self.bin.parent), **environ},
            capture_output=True,
            text=True,
            timeout=30,
        )

    def commands(self, name: str) -> list[str]:
        if not self.asked.exists():
            return []
        return [row for row in self.asked.read_text().splitlines() if row.startswith(f"{name} ")]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.fixture
def debian(machine: Machine) -> Machine:
    """A Debian where everything but libegl1 and xvfb is installed and we are nobody special."""
    machine.add("dpkg-query", 'case "$*" in *libegl1*|*xvfb*) exit 1;; esac; echo installed')
    machine.add("id", "echo 1000")
    machine.add("apt-get", "exit 0")
    return machine


def test_missing_libraries_are_named_on_one_line_where_we_may_not_install(
    debian: Machine, repository: Path
) -> None:
    done = debian.run(repository / "scripts/system-libraries", "run")

    assert done.returncode == 0
    assert done.stderr == "Preflight: missing system packages; install them with: apt-get install libegl1\n"
    assert debian.commands("apt-get") == []


@pytest.mark.parametrize("by", ["root", "sudo"])
def test_missing_libraries_are_installed_where_we_may(debian: Machine, repository: Path, by: str) -> None:
    if by == "root":
        debian.add("id", "echo 0")
    else:
        debian.add("sudo", 'test "$1" = -n && shift && exec "$@"')

    done = debian.run(repository / "scripts/system-libraries", "test")

    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    (install,) = debian.commands("apt-get")
    assert install.endswith("--no-install-recommends libegl1 xvfb")


def test_package_lists_are_refreshed_when_they_do_not_know_a_package(
    debian: Machine, repository: Path, tmp_path: Path
) -> None:
    debian.add("id", "echo 0")
    debian.add("apt-get", f'test "$1" = update && exec touch "{tmp_path}/lists"; test -e "{tmp_path}/lists"')
    (debian.bin / "touch").symlink_to(shutil.which("touch") or "")

    done = debian.run(repository / "scripts/system-libraries", "run")

    assert done.returncode == 0, done.stderr
    assert [row.split()[1] for row in debian.commands("apt-get")] == ["install", "update", "install"]


def test_nothing_is_asked_of_the_package_manager_where_nothing_is_missing(
    debian: Machine, repository: Path
) -> None:
    debian.add("dpkg-query", "echo installed")
    debian.add("id", "echo 0")

    done = debian.run(repository / "scripts/system-libraries", "test")

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert debian.commands("apt-get") == []


def test_another_linux_is_told_which_libraries_it_lacks(machine: Machine, repository: Path) -> None:
    machine.add(
        "ldconfig", 'echo "libEGL.so.1 libGL.so.1 libdbus-1.so.3 libfontconfig.so.1 libglib-2.0.so.0"'
    )

    done = machine.run(repository / "scripts/system-libraries", "run")

    assert done.returncode == 0
    assert done.stderr.count("\n") == 1
    assert "libxkbcommon.so.0 libxcb-cursor.so.0;" in done.stderr
    assert "libEGL" not in done.stderr


def test_a_suitable_python_is_found(machine: Machine, repository: Path) -> None:
    machine.add("python3", "exit 1")  # too old
    (machine.bin / "python3.12").symlink_to(sys.executable)

    done = machine.run(repository / "scripts/find-python")

    assert done.returncode == 0
    assert Path(done.stdout.strip()) == machine.bin / "python3.12"


@pytest.mark.parametrize("named", [{}, {"PYTHON": "python3"}])
def test_no_suitable_python_is_one_clear_line(
    machine: Machine, repository: Path, named: dict[str, str]
) -> None:
    machine.add("python3", "exit 1")

    done = machine.run(repository / "scripts/find-python", **named)

    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "3.11 to 3.14" in done.stderr


def test_scripts_are_executable(repository: Path) -> None:
    for script in (*(repository / "scripts").iterdir(), repository / ".ci/run"):
        assert os.access(script, os.X_OK), script
