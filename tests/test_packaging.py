"""What a user installs is a set known to work: ranges, locks, entry point, and no address of any registry."""

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from hatchling.builders.wheel import WheelBuilder
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LOCKS = ("run", "build", "dev", "package")


@pytest.fixture(scope="module")
def project(repository: Path) -> dict[str, Any]:
    return tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def ranges(project: dict[str, Any]) -> dict[str, Requirement]:
    requirements = map(Requirement, project["project"]["dependencies"])
    return {canonicalize_name(requirement.name): requirement for requirement in requirements}


def locked(repository: Path, lock: str) -> dict[str, str]:
    """Return the text of each requirement of a lock, its hashes included, by canonical name."""
    text = (repository / "requirements" / f"{lock}.txt").read_text(encoding="utf-8").replace("\\\n", " ")
    rows = [row for row in text.splitlines() if row.strip()]
    return {canonicalize_name(Requirement(row.split("--hash")[0].strip()).name): row for row in rows}


@pytest.mark.parametrize(
    ("package", "release", "why"),
    [
        ("pyside6-essentials", "6.12.0", "drops references on void calls until Python 3.11 aborts"),
        ("pyside6-essentials", "6.9.2", "older than the oldest release seen clean"),
        ("ccxt", "4.5.64", "stalls for ever on bursts with the current aiohttp"),
        ("ccxt", "4.5.65", "older than the oldest release seen to pin what it needs"),
        ("duckdb", "1.5.6", "another storage format and another way to read results"),
        ("qasync", "0.27.1", "never tried"),
    ],
)
def test_ranges_exclude_known_bad_releases(
    ranges: dict[str, Requirement], package: str, release: str, why: str
) -> None:
    assert not ranges[package].specifier.contains(release), why


@pytest.mark.parametrize(
    ("package", "release"),
    [("pyside6-essentials", "6.11.3"), ("ccxt", "4.5.90"), ("duckdb", "2.0.0"), ("pyqtgraph", "0.14.0")],
)
def test_locks_and_ranges_hold_the_releases_known_to_work(
    repository: Path, ranges: dict[str, Requirement], package: str, release: str
) -> None:
    assert locked(repository, "run")[package].startswith(f"{package}=={release} ")
    assert ranges[package].specifier.contains(release)


def test_every_range_has_an_upper_end(ranges: dict[str, Requirement]) -> None:
    open_ended = [
        name
        for name, wanted in ranges.items()
        if not any(part.operator in ("<", "<=", "==", "~=") for part in wanted.specifier)
    ]
    assert not open_ended


def test_every_range_is_locked_within_itself(repository: Path, ranges: dict[str, Requirement]) -> None:
    for name, wanted in ranges.items():
        row = locked(repository, "run")[name]
        (pin,) = Requirement(row.split("--hash")[0]).specifier
        assert wanted.specifier.contains(pin.version), row[:80]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_is_exact_and_hashed(repository: Path, lock: str) -> None:
    rows = locked(repository, lock)
    assert rows
    for row in rows.values():
        assert re.match(r"^[a-z0-9.-]+==[^\s;*]+ +(;.*)?--hash", row), row[:80]
        assert re.search(r"--hash=sha256:[0-9a-f]{64}\b", row), row[:80]


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_carry_no_address_and_no_option(repository: Path, lock: str) -> None:
    text = (repository / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*-(?!-hash=)", text, flags=re.MULTILINE)
    assert " @ " not in text


def test_locks_agree_with_one_another(repository: Path) -> None:
    seen: dict[str, str] = {}
    for lock in LOCKS:
        for name, row in locked(repository, lock).items():
            version = row.split()[0]
            assert seen.setdefault(name, version) == version, lock


def test_no_tracked_file_names_a_registry(repository: Path) -> None:
    # Put together here so that this file does not name one either.
    names = ("pypi", "pythonhosted", "npmjs", "deb.debian")
    hosts = [f"{name}.{'org'}".encode() for name in names]
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=repository, capture_output=True, text=True)
    if listed.returncode != 0:
        pytest.skip("not a git work tree")
    named = [
        name
        for name in filter(None, listed.stdout.split("\0"))
        if (repository / name).is_file() and any(host in (repository / name).read_bytes() for host in hosts)
    ]
    assert not named


def test_the_command_is_declared(project: dict[str, Any]) -> None:
    assert project["project"]["scripts"] == {"preflight": "ui.__main__:main"}


def test_the_wheel_carries_both_packages_and_the_licences(project: dict[str, Any]) -> None:
    assert project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"] == ["workstation", "ui"]
    assert "ui/resources/fonts/*-OFL.txt" in project["project"]["license-files"]


def test_the_wheel_holds_every_file_of_both_packages_and_the_pages_of_the_guide(
    repository: Path, project: dict[str, Any], tmp_path: Path
) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "ui", "workstation"], cwd=repository, capture_output=True, text=True
    )
    if listed.returncode != 0:
        pytest.skip("not a git work tree")
    tracked = {name for name in filter(None, listed.stdout.split("\0")) if (repository / name).is_file()}
    pages = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]

    (built,) = WheelBuilder(str(repository)).build(directory=str(tmp_path), versions=["standard"])

    with ZipFile(built) as wheel:
        held = set(wheel.namelist())
        assert tracked | set(pages.values()) <= held
        for page, place in pages.items():
            assert wheel.read(place) == (repository / page).read_bytes()


def test_files_beside_the_code_lie_where_the_bundle_takes_them_from(repository: Path) -> None:
    beside = [
        path.relative_to(repository)
        for half in ("ui", "workstation")
        for path in (repository / half).rglob("*")
        if path.is_file() and path.suffix not in (".py", ".pyc") and path.name != "py.typed"
    ]
    assert beside
    assert all(path.parts[1] == "resources" for path in beside)
    assert (
        '(ROOT / package / "resources").rglob("*")' in (repository / "packaging/preflight.spec").read_text()
    )


def test_each_font_comes_with_its_licence(repository: Path) -> None:
    fonts = repository / "ui" / "resources" / "fonts"
    files = [*fonts.glob("*.otf"), *fonts.glob("*.ttf")]
    assert files
    for font in files:
        licence = fonts / f"{font.name.split('-')[0]}-OFL.txt"
        assert "SIL OPEN FONT LICENSE" in licence.read_text(encoding="utf-8"), font.name
