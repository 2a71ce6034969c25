"""`preflight doctor`: what on this machine would stop Preflight, and how to mend it."""

import ctypes
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from importlib import metadata, util
from pathlib import Path

from rich.console import Console
from rich.text import Text

import workstation
from workstation.errors import DataDirectoryInUse, PreflightError, StoreDamaged, StoreForeign
from workstation.store.ledger import open_ledger
from workstation.store.ledger_schema import LEDGER_FILE
from workstation.store.ticks import FREE_SPACE_FLOOR, open_store

DISTRIBUTION = "preflight-workstation"
PYTHONS = ((3, 11), (3, 15))
"""Half-open range of Python versions that every pinned package has a build for."""

COMFORTABLE_SPACE = 2 << 30
"""Free bytes for a day or so of recording one busy market."""

_PLATFORM_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libglib-2.0.so.0": "libglib2.0-0",
}
_X11_LIBRARIES = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
_WHY = {
    "pyside6-essentials": "6.12.0 loses references on Python 3.11 until the program aborts",
    "ccxt": "earlier releases stall for ever on bursts of messages",
    "duckdb": "earlier releases cannot read the store's file",
}
_START_QT = ("-m", "ui.start_qt")
_OWN_FILES = ("-m", "ui.own_files")
_PATIENCE_S = 60.0
_IS_BUNDLE = bool(getattr(sys, "frozen", False))
"""A bundle is one file of compiled modules: they are not beside it, and never compiled again."""


class Verdict(StrEnum):
    """How much a finding matters: `FAIL` stops the program, `WARN` makes it slower or poorer."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at.

    Attributes:
        name: what was looked at, two words at most.
        verdict: whether it is as it should be.
        what: what is so, one sentence.
        mend: what to do about it; empty where nothing is to be done.
    """

    name: str
    verdict: Verdict
    what: str
    mend: str = ""


def run(data_dir: Path, as_json: bool) -> int:
    """Examine this machine, print what was found, return the exit status: 1 if something stops Preflight."""
    findings = examine(data_dir)
    if as_json:
        sys.stdout.write(json.dumps([asdict(finding) for finding in findings], indent=2) + "\n")
    else:
        render(findings, Console(highlight=False, soft_wrap=True))
    return int(any(finding.verdict is Verdict.FAIL for finding in findings))


def examine(data_dir: Path, environ: Mapping[str, str] = os.environ) -> list[Finding]:
    """Look at everything Preflight needs from a machine; whatever is made to try it is taken away again.

    Args:
        data_dir: where ticks are or would be kept; it need not exist.
        environ: what the program would be started with.
    """
    return [
        python_version(sys.version_info[:3], sys.implementation.name),
        *packages(_required(), _installed_version),
        *platform_libraries(sys.platform, environ, ctypes.CDLL),
        *qt(sys.platform, environ),
        own_files(environ),
        data_directory(data_dir),
        tick_store(data_dir),
        ledger(data_dir),
        byte_code(sys.dont_write_bytecode and not _IS_BUNDLE, _cached("pyqtgraph")),
        clock(time.time(), Path(sys.executable if _IS_BUNDLE else workstation.__file__).stat().st_mtime),
    ]


def render(findings: Sequence[Finding], console: Console) -> None:
    """Print findings for a person, one a line, with what to do under each that wants mending."""
    styles = {Verdict.OK: "green", Verdict.WARN: "yellow", Verdict.FAIL: "bold red"}
    width = max((len(finding.name) for finding in findings), default=0)
    for finding in findings:
        verdict = Text(f"{finding.verdict:<5}", styles[finding.verdict])
        console.print(Text.assemble(verdict, f"{finding.name:<{width}}  {finding.what}"))
        if finding.mend:
            console.print(Text(f"     {'':<{width}}  To mend: {finding.mend}", "bold"))
    failed = sum(finding.verdict is Verdict.FAIL for finding in findings)
    warned = sum(finding.verdict is Verdict.WARN for finding in findings)
    if failed:
        console.print(Text(f"{failed} of {len(findings)} would stop Preflight.", "bold red"))
    else:
        console.print(Text(f"Nothing would stop Preflight{f'; {warned} to know about' if warned else ''}."))


def python_version(version: tuple[int, ...], implementation: str) -> Finding:
    """Whether this Python can run Preflight."""
    what = f"{implementation} {'.'.join(map(str, version))}"
    first, beyond = PYTHONS
    if implementation == "cpython" and first <= version < beyond:
        return Finding("Python", Verdict.OK, what)
    newest = f"{beyond[0]}.{beyond[1] - 1}"
    return Finding("Python", Verdict.FAIL, what, f"install CPython 3.11 to {newest} and set up again with it")


def packages(
    required: Sequence[str] | None, installed_version: Callable[[str], str | None]
) -> Iterator[Finding]:
    """Whether each package is there in a release known to work: one finding if so, else one for each bad one.

    Args:
        required: "name<2,>=1.1" for each; None where the distribution itself is not installed.
        installed_version: the version of a package by name, None where it is missing.
    """
    if required is None:
        what = f"{DISTRIBUTION} is not installed, so its ranges are not known"
        yield Finding("Packages", Verdict.WARN, what, "make run, or: pip install .")
        return
    bad = 0
    for requirement in required:
        name, wanted = _split(requirement)
        version = installed_version(name)
        if version is not None and _within(version, wanted):
            continue
        bad += 1
        why = _WHY.get(name.lower(), "")
        what = f"{name} is {'missing' if version is None else version}{f': {why}' if why else ''}"
        yield Finding("Packages", Verdict.FAIL, what, f"pip install '{name}{wanted}'")
    if not bad:
        yield Finding("Packages", Verdict.OK, f"{len(required)} packages, each of a release known to work")


def platform_libraries(
    platform: str, environ: Mapping[str, str], load: Callable[[str], object]
) -> Iterator[Finding]:
    """Whether the system libraries that Qt loads on Linux are there; elsewhere Qt brings its own."""
    if platform != "linux":
        return
    # Without X11 the rest of Preflight still runs, and paints offscreen.
    x11 = Verdict.FAIL if environ.get("DISPLAY") and not environ.get("WAYLAND_DISPLAY") else Verdict.WARN
    for name, libraries, verdict in (
        ("Qt libraries", _PLATFORM_LIBRARIES, Verdict.FAIL),
        ("X11 libraries", _X11_LIBRARIES, x11),
    ):
        missing = [library for library in libraries if not _loads(library, load)]
        if missing:
            debian = " ".join(libraries[library] for library in missing)
            mend = f"apt-get install {debian}"
            if shutil.which("apt-get") is None:
                mend = f"install the packages that hold them (on Debian: {debian})"
            yield Finding(name, verdict, f"{', '.join(missing)} cannot be loaded", mend)
        else:
            yield Finding(name, Verdict.OK, f"all {len(libraries)} can be loaded")


def qt(platform: str, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Whether Qt really starts: without a screen, and on the screen where there is one."""
    # In a process of its own: a Qt that finds no platform aborts, and the headless half imports no Qt.
    _, trouble = _tell(_START_QT, {**environ, "QT_QPA_PLATFORM": "offscreen"})
    if trouble:
        mend = "mend the findings above; if there are none: pip install --force-reinstall PySide6-Essentials"
        yield Finding("Qt", Verdict.FAIL, f"does not start: {trouble}", mend)
        return
    yield Finding("Qt", Verdict.OK, "starts and can paint offscreen")
    if platform == "linux" and not (environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY")):
        what = "none: the window paints offscreen for a few seconds and leaves a screenshot"
        yield Finding("Display", Verdict.WARN, what, "start from a desktop session, or under xvfb-run")
        return
    chosen, trouble = _tell(_START_QT, environ)
    if trouble:
        mend = "log in to the desktop that DISPLAY or WAYLAND_DISPLAY names, or unset both to paint offscreen"
        yield Finding("Display", Verdict.FAIL, f"Qt cannot open it: {trouble}", mend)
    else:
        yield Finding("Display", Verdict.OK, f"Qt opens it ({chosen})")


def own_files(environ: Mapping[str, str]) -> Finding:
    """Whether everything that came with the program beside its code is there, and reads."""
    told, trouble = _tell(_OWN_FILES, {**environ, "QT_QPA_PLATFORM": "offscreen"})
    if trouble:
        mend = "mend the findings above; if there are none, install Preflight again"
        return Finding("Own files", Verdict.FAIL, trouble, mend)
    return Finding("Own files", Verdict.OK, told)


def data_directory(data_dir: Path) -> Finding:
    """Whether the data directory is there, or can be made, can be written, and has room."""
    name = "Data directory"
    home = _nearest_existing(data_dir)
    if not home.is_dir():
        return Finding(name, Verdict.FAIL, f"{home} is not a directory", "choose another with --data-dir")
    try:
        with tempfile.TemporaryFile(dir=home):
            pass
        free = shutil.disk_usage(home).free
    except OSError as error:
        what = f"{home} cannot be written: {error.strerror}"
        return Finding(name, Verdict.FAIL, what, f"make {home} writable or choose another with --data-dir")
    room = f"{data_dir}, {free / 1e9:,.1f} GB free"
    if free <= FREE_SPACE_FLOOR:
        return Finding(name, Verdict.FAIL, room, "free some space or choose another disk with --data-dir")
    if free < COMFORTABLE_SPACE:
        what = f"{room}: recording stops when {FREE_SPACE_FLOOR >> 20} MB are left"
        return Finding(name, Verdict.WARN, what, "free some space or choose another disk with --data-dir")
    return Finding(name, Verdict.OK, room if home == data_dir else f"{room}, made at the first start")


def tick_store(data_dir: Path) -> Finding:
    """Whether the tick store opens: the one that is there, or else a new one, taken away again.

    An existing store of an older schema is upgraded, as any start would.
    """
    name = "Tick store"
    try:
        if any(data_dir.glob("ticks.duckdb*")):
            open_store(data_dir).close()
            return Finding(name, Verdict.OK, "opens")
        with tempfile.TemporaryDirectory(prefix=".doctor-", dir=_nearest_existing(data_dir)) as scratch:
            open_store(Path(scratch)).close()
        return Finding(name, Verdict.OK, "none yet; a new one can be made and written")
    except DataDirectoryInUse as error:
        return Finding(
            name, Verdict.FAIL, str(error), "close the other Preflight or choose another --data-dir"
        )
    except StoreForeign as error:
        return Finding(name, Verdict.FAIL, str(error), "do as it says, or choose another --data-dir")
    except StoreDamaged as error:
        return Finding(name, Verdict.FAIL, str(error), f"preflight store salvage --data-dir {data_dir}")
    except PreflightError as error:
        return Finding(name, Verdict.FAIL, str(error), "do as it says, or choose another --data-dir")
    except OSError as error:
        what = f"cannot be made: {error.strerror or error}"
        return Finding(name, Verdict.FAIL, what, "mend the data directory")


def ledger(data_dir: Path) -> Finding:
    """Whether the ledger opens and every entry is as it was written; a new one is made at the first order."""
    name = "Ledger"
    if not (data_dir / LEDGER_FILE).exists():
        return Finding(name, Verdict.OK, "none yet; it is made with the first order")
    try:
        with open_ledger(data_dir) as opened:
            found = opened.check()
    except DataDirectoryInUse as error:
        mend = "close the other Preflight or choose another --data-dir"
        return Finding(name, Verdict.FAIL, str(error), mend)
    except PreflightError as error:
        return Finding(name, Verdict.FAIL, str(error), "do as it says, or choose another --data-dir")
    if found.is_whole:
        what = f"{found.entries} entries, each as it was written (head {found.head[:16]})"
        return Finding(name, Verdict.OK, what)
    mend = f"keep {data_dir / LEDGER_FILE} as it is, and put back a copy that is older than the change"
    return Finding(name, Verdict.FAIL, found.what, mend)


def byte_code(forbidden: bool, cached: bool) -> Finding:
    """Whether each start has to compile the packages again.

    Args:
        forbidden: Python may not write byte code here.
        cached: byte code of the packages is there already.
    """
    if not forbidden or cached:
        return Finding("Byte code", Verdict.OK, "kept from one start to the next")
    what = "Python may not keep it (PYTHONDONTWRITEBYTECODE): each start compiles everything again, seconds"
    mend = f"unset PYTHONDONTWRITEBYTECODE, or: {sys.executable} -m compileall -q {_site_packages()}"
    return Finding("Byte code", Verdict.WARN, what, mend)


def clock(now_s: float, installed_s: float) -> Finding:
    """Whether the machine's clock can be right: it cannot be earlier than the program's own files.

    Args:
        now_s: what the clock says, seconds since 1970.
        installed_s: when the program's files were written, by the clock of then.
    """
    text = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(now_s))
    if now_s + 86_400 < installed_s:
        what = f"{text} is before this program was installed: times of recordings would be wrong"
        return Finding("Clock", Verdict.WARN, what, "set the clock, and let NTP keep it")
    return Finding("Clock", Verdict.OK, text)


def _required() -> list[str] | None:
    try:
        requirements = metadata.requires(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        return None
    return [requirement for requirement in requirements if ";" not in requirement]


def _installed_version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _split(requirement: str) -> tuple[str, str]:
    """The name of a requirement and its range, as in ("duckdb", "<3,>=2.0")."""
    match = re.match(r"[A-Za-z0-9._-]*[A-Za-z0-9]", requirement)
    assert match is not None, requirement
    return match.group(), requirement[match.end() :].replace(" ", "")


def _within(version: str, wanted: str) -> bool:
    """Whether a version is in a range made of `>=` and `<`, the only ends that this project's ranges have."""
    number = _numbers(version)
    for end in filter(None, wanted.split(",")):
        if end.startswith(">="):
            if number < _numbers(end[2:]):
                return False
        elif number >= _numbers(end.removeprefix("<")):
            return False
    return True


def _numbers(version: str) -> tuple[int, ...]:
    match = re.match(r"\d+(\.\d+)*", version)
    # Padded, so that 2 and 2.0.0 are the same release.
    numbers = tuple(map(int, match.group().split("."))) if match else ()
    return numbers + (0,) * (4 - len(numbers))


def _loads(library: str, load: Callable[[str], object]) -> bool:
    try:
        load(library)
    except OSError:
        return False
    return True


def _tell(module: Sequence[str], environ: Mapping[str, str]) -> tuple[str, str]:
    """Start a process that knows Qt; return what it told, and the trouble it had."""
    try:
        done = subprocess.run(
            [sys.executable, *module],
            env={**environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_PATIENCE_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "", f"no answer within {_PATIENCE_S:.0f} s"
    if done.returncode == 0:
        return done.stdout.strip(), ""
    said = [line.strip() for line in done.stderr.splitlines() if line.strip()]
    return "", said[-1] if said else f"it ended with status {done.returncode}"


def _nearest_existing(path: Path) -> Path:
    path = path.absolute()
    while not path.exists() and path != path.parent:
        path = path.parent
    return path


def _cached(package: str) -> bool:
    spec = util.find_spec(package)
    return bool(spec and spec.origin and Path(util.cache_from_source(spec.origin)).exists())


def _site_packages() -> Path:
    spec = util.find_spec("rich")
    return Path(spec.origin).parent.parent if spec and spec.origin else Path(sys.prefix)
