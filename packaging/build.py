"""Builds what is handed out: the one-folder bundle, its smoke test, the tarball and the Debian package.

`make package` runs it with an interpreter that has the packages of requirements/run.txt and package.txt and
nothing else. Everything is dated by SOURCE_DATE_EPOCH, so that the same sources give the same bytes.
"""

import argparse
import gzip
import hashlib
import io
import json
import lzma
import os
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGING = ROOT / "packaging"
BUILD = ROOT / "build" / "package"
BUNDLE = BUILD / "dist" / "preflight"
PROGRAM = BUNDLE / ("preflight.exe" if sys.platform == "win32" else "preflight")
DIST = ROOT / "dist"
PNG_SIZES = (16, 24, 32, 48, 64, 128, 256, 512)
DEBIAN_NAME = "preflight-workstation"
DEBIAN_MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}

FROM_THE_SYSTEM = {
    "ld-linux-aarch64.so.1": "libc6",
    "ld-linux-x86-64.so.2": "libc6",
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libc.so.6": "libc6",
    "libdl.so.2": "libc6",
    "libdrm.so.2": "libdrm2",
    "libm.so.6": "libc6",
    "libpthread.so.0": "libc6",
    "libresolv.so.2": "libc6",
    "librt.so.1": "libc6",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
    "libxcb.so.1": "libxcb1",
    "libz.so.1": "zlib1g",
}
"""Libraries that belong to a machine's kernel, C library or graphics driver, and their Debian packages."""

DESK_PROCESSES = {"desk", "workstation", "workstation.exchange.feed_process"}
"""What runs when the desk is open on the simulated exchange, which is `-m workstation simulate`."""


def main() -> None:
    """Do what the command line names, in that order."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("steps", nargs="+", choices=("bundle", "smoke", "tarball", "deb", "measure"))
    steps = {"bundle": bundle, "smoke": smoke, "tarball": tarball, "deb": debian, "measure": measure}
    for step in parser.parse_args().steps:
        began = time.monotonic()
        steps[step]()
        print(f"{step}: done in {time.monotonic() - began:.0f} s", flush=True)


def version() -> str:
    """The program's own."""
    found = re.search(r'__version__ = "([^"]+)"', (ROOT / "workstation/__init__.py").read_text("utf-8"))
    assert found is not None
    return found[1]


def epoch() -> int:
    """The moment that everything is dated by, UTC seconds: SOURCE_DATE_EPOCH, or that of the last commit."""
    named = os.environ.get("SOURCE_DATE_EPOCH")
    if named:
        return int(named)
    said = subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=ROOT, capture_output=True, text=True)
    return int(said.stdout.strip() or 315_532_800)


def bundle() -> None:
    """Run PyInstaller in an environment that says nothing of this machine, and tidy what it made."""
    for folder in ("dist", "work", "icons", "licences"):
        shutil.rmtree(BUILD / folder, ignore_errors=True)
    icons, licences = BUILD / "icons", BUILD / "licences"
    run(sys.executable, PACKAGING / "icons.py", ROOT / "ui/resources/preflight.svg", icons)
    run(sys.executable, PACKAGING / "licences.py", ROOT, licences)
    run(
        *(sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "ERROR"),
        *("--distpath", BUILD / "dist", "--workpath", BUILD / "work", PACKAGING / "preflight.spec"),
        PYTHONHASHSEED="0",
        SOURCE_DATE_EPOCH=str(epoch()),
        PREFLIGHT_ICONS=str(icons),
        PREFLIGHT_LICENCES=str(licences),
    )
    if sys.platform == "linux":
        strip_symbols(BUNDLE)
        outside = needed_outside(BUNDLE)
        if unknown := outside - FROM_THE_SYSTEM.keys():
            sys.exit(f"The bundle needs {', '.join(sorted(unknown))}, which nothing says where to get.")
    print(f"{BUNDLE}: {size_of(BUNDLE) / 1e6:.0f} MB in {sum(1 for _ in files_of(BUNDLE))} files")


def strip_symbols(folder: Path) -> None:
    """Leave out symbols for debuggers; libraries whose headers their packagers rewrote are let be."""
    for path in files_of(folder):
        rewritten = any(part.endswith(".libs") or part == "PySide6" for part in path.parts)
        if ".so" in path.name and not rewritten and not path.is_symlink():
            subprocess.run(["strip", "--strip-debug", path], check=False, capture_output=True)


def needed_outside(folder: Path) -> set[str]:
    """Names of the libraries that the bundle needs and does not hold.

    The program itself finds none of those in the bundle: it is what makes them known.
    """
    held = {path.name for path in folder.rglob("*")}
    inner = (path for path in files_of(folder) if ".so" in path.name)
    return needed_by(folder / "preflight") | {name for path in inner for name in needed_by(path)} - held


def needed_by(path: Path) -> set[str]:
    """Names of the libraries that one file asks the system for."""
    said = subprocess.run(["objdump", "-p", path], capture_output=True, check=False).stdout
    return {name.decode() for name in re.findall(rb"NEEDED\s+(\S+)", said)}


def newest_c_library(folder: Path) -> str:
    """The release of the C library that the bundle needs, such as 2.36."""
    said = b""
    for path in files_of(folder):
        if ".so" in path.name:
            said += subprocess.run(["objdump", "-T", path], capture_output=True, check=False).stdout
    newest = max(map(int, re.findall(rb"GLIBC_2\.(\d+)", said)))
    return f"2.{newest}"


def smoke(program: Path = PROGRAM) -> None:
    """Start the bundle where there is no Python: commands, the doctor, and the desk."""
    with tempfile.TemporaryDirectory(prefix="preflight-smoke-") as home:
        bare = bare_environment(home)

        def start(*arguments: object) -> str:
            done = subprocess.run(
                [program, *map(str, arguments)],
                env=bare,
                cwd=home,
                capture_output=True,
                text=True,
                timeout=180,
            )
            if done.returncode != 0 or "Traceback" in done.stderr:
                sys.exit(f"{' '.join(map(str, arguments))}: {done.returncode}\n{done.stdout}{done.stderr}")
            return done.stdout

        assert start("--version").strip() == f"preflight {version()}"
        assert "usage: preflight calc" in start("calc", "--help")
        findings = json.loads(start("doctor", "--json"))
        assert {"Own files", "Packages", "Qt", "Tick store"} <= {finding["name"] for finding in findings}
        bad = [one for one in findings if one["verdict"] != "ok" and one["name"] != "Display"]
        assert not bad, f"the doctor found {bad}"
        picture = Path(home, "desk.png")
        desk = subprocess.Popen([program, "--screenshot", picture, "--exit-after", "14"], env=bare, cwd=home)
        seen: set[str] = set()
        try:
            while desk.poll() is None:
                if sys.platform == "linux":
                    seen |= only_our_libraries(program)
                time.sleep(0.5)
        finally:
            desk.kill()
            desk.wait()
        assert desk.returncode == 0, "the desk ended with an error"
        assert seen >= DESK_PROCESSES or sys.platform != "linux", f"of {DESK_PROCESSES} only {seen} ran"
        assert picture.stat().st_size > 50_000, "an empty desk"
        # What was stored came from the simulated exchange, through the feed's process.
        out = Path(home, "out")
        start("export", "--out", out)
        assert any(out.rglob("*.parquet")), "the feed stored nothing"
        made = json.loads(start("journal", "sample", "--json"))["added"]
        listed = json.loads(start("journal", "list", "--account", "sample", "--json"))
        assert len(listed) == made > 0, (
            f"{made} trades of the sample journal, of which {len(listed)} are listed"
        )
        for name in ("trade.html", "trade.pdf"):
            start("journal", "report", "--trip", "1", "--out", Path(home, name))
            assert Path(home, name).stat().st_size > 5_000, f"an empty {name}"
        start("journal", "sample", "--remove")
        shutil.copy(picture, BUILD / "smoke.png")


def only_our_libraries(program: Path) -> set[str]:
    """Check that every process of the bundle takes from the bundle what lies there; return what these are.

    A machine that happens to have the same libraries would hide that a process does not find its own.
    """
    held = {path.name for path in files_of(program.parent)}
    processes = set()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if process.joinpath("exe").resolve() != program:
                continue
            words = process.joinpath("cmdline").read_text().split("\0")
            mapped = set(re.findall(r"(/\S+\.so\S*)$", process.joinpath("maps").read_text(), re.MULTILINE))
        except OSError:  # it has ended
            continue
        strange = {
            path for path in mapped if Path(path).name in held and not path.startswith(str(program.parent))
        }
        # The program itself is linked to this one, before it knows of any other.
        strange -= {path for path in strange if Path(path).name == "libz.so.1"}
        assert not strange, f"taken from the system: {', '.join(sorted(strange))}"
        processes.add(words[2] if words[1:2] == ["-m"] else "desk")
    return processes


def bare_environment(home: str) -> dict[str, str]:
    """An environment without any Python, display or setting of this machine."""
    bare = {"HOME": home, "PATH": "/nonexistent", "LANG": "C.UTF-8", "QT_QPA_PLATFORM": "offscreen"}
    if sys.platform == "win32":
        # It starts nothing without its own folder, and tells where a user's data are without asking HOME.
        bare |= {"SYSTEMROOT": os.environ["SYSTEMROOT"], "USERPROFILE": home}
        bare |= {"WIN_PD_OVERRIDE_LOCAL_APPDATA": home}
    return bare


def measure() -> None:
    """Print size and start: to `--version`, and to the first painted window, cold and warm."""
    print(f"size {size_of(BUNDLE) / 1e6:.0f} MB in {sum(1 for _ in files_of(BUNDLE))} files")
    for words, arguments in (("--version", ["--version"]), ("first painted window", ["--exit-after", "0"])):
        for state, count in (("cold", 3), ("warm", 5)):
            times = []
            for _ in range(count):
                with tempfile.TemporaryDirectory(prefix="preflight-start-") as home:
                    if state == "cold":
                        forget_files(BUNDLE)
                    began = time.monotonic()
                    subprocess.run(
                        [PROGRAM, *arguments],
                        env=bare_environment(home),
                        capture_output=True,
                        check=True,
                        cwd=home,
                    )
                    times.append(time.monotonic() - began)
            times.sort()
            print(f"{words}, {state}: median {times[len(times) // 2]:.2f} s of {count}")


def forget_files(folder: Path) -> None:
    """Ask the kernel to drop what it holds of these files, as after a restart of the machine."""
    os.sync()
    for path in files_of(folder):
        handle = os.open(path, os.O_RDONLY)
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(handle)


def tarball() -> None:
    """Write dist/preflight-<version>-linux-<machine>.tar.xz: an AppDir that installs itself into a home."""
    name = f"preflight-{version()}-linux-{platform.machine()}"
    tree = fresh(BUILD / "tarball" / name)
    shutil.copytree(BUNDLE, tree / "preflight", symlinks=True)
    for script in ("AppRun", "install", "uninstall"):
        shutil.copy(PACKAGING / "linux" / script, tree / script)
    shutil.copy(PACKAGING / "linux/preflight.desktop", tree / "preflight.desktop")
    shutil.copy(PACKAGING / "linux/README.txt", tree / "README.txt")
    shutil.copy(BUILD / "icons/preflight-256.png", tree / "preflight.png")
    put_icons(tree / "icons")
    same_everywhere(tree)
    DIST.mkdir(exist_ok=True)
    written(DIST / f"{name}.tar.xz", lzma.compress(tar_of(tree, name), preset=6))


def debian() -> None:
    """Write dist/preflight-workstation_<version>_<machine>.deb."""
    machine = DEBIAN_MACHINES[platform.machine()]
    tree = fresh(BUILD / "deb")
    shutil.copytree(BUNDLE, tree / "usr/lib/preflight", symlinks=True)
    (tree / "usr/bin").mkdir(parents=True)
    (tree / "usr/bin/preflight").symlink_to("../lib/preflight/preflight")
    (tree / "usr/share/applications").mkdir(parents=True)
    shutil.copy(PACKAGING / "linux/preflight.desktop", tree / "usr/share/applications")
    put_icons(tree / "usr/share/icons/hicolor")
    documents = tree / "usr/share/doc" / DEBIAN_NAME
    documents.mkdir(parents=True)
    shutil.copy(PACKAGING / "debian/copyright", documents / "copyright")
    changes = (PACKAGING / "debian/changelog").read_text("utf-8").replace("@VERSION@", version())
    changes = changes.replace("@DATE@", time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(epoch())))
    (documents / "changelog.gz").write_bytes(gzip.compress(changes.encode(), 9, mtime=0))
    overrides = tree / "usr/share/lintian/overrides"
    overrides.mkdir(parents=True)
    shutil.copy(PACKAGING / "debian/lintian-overrides", overrides / DEBIAN_NAME)
    sums = [
        f"{hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()}  {path.relative_to(tree)}\n"
        for path in files_of(tree)
        if not path.is_symlink()
    ]
    kilobytes = -(-size_of(tree) // 1024)
    packages = {FROM_THE_SYSTEM[name] for name in needed_outside(BUNDLE)} - {"libc6"}
    control = (PACKAGING / "debian/control").read_text("utf-8")
    for mark, words in {
        "@VERSION@": version(),
        "@MACHINE@": machine,
        "@SIZE@": str(kilobytes),
        "@DEPENDS@": ", ".join([f"libc6 (>= {newest_c_library(BUNDLE)})", *sorted(packages)]),
    }.items():
        control = control.replace(mark, words)
    (tree / "DEBIAN").mkdir()
    (tree / "DEBIAN/control").write_text(control, "utf-8")
    (tree / "DEBIAN/md5sums").write_text("".join(sums), "utf-8")
    same_everywhere(tree)
    DIST.mkdir(exist_ok=True)
    package = DIST / f"{DEBIAN_NAME}_{version()}_{machine}.deb"
    run(
        *("dpkg-deb", "--root-owner-group", "-Zxz", "-z6", "--threads-max=1", "--build", tree, package),
        SOURCE_DATE_EPOCH=str(epoch()),
    )
    written(package, None)


def put_icons(folder: Path) -> None:
    """The icon as desktops look for it: by size, and as SVG."""
    for size in PNG_SIZES:
        place = folder / f"{size}x{size}" / "apps"
        place.mkdir(parents=True)
        shutil.copy(BUILD / f"icons/preflight-{size}.png", place / "preflight.png")
    (folder / "scalable/apps").mkdir(parents=True)
    shutil.copy(ROOT / "ui/resources/preflight.svg", folder / "scalable/apps/preflight.svg")


def same_everywhere(tree: Path) -> None:
    """Give everything the same date, and modes that no umask decides."""
    for path in sorted(tree.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or is_program(path) else 0o644)
        os.utime(path, (epoch(), epoch()), follow_symlinks=False)


def is_program(path: Path) -> bool:
    """Whether a file is to be executable: the program and scripts; shared libraries need not be."""
    with path.open("rb") as file:
        first = file.read(4)
    return first[:2] == b"#!" or (first == b"\x7fELF" and ".so" not in path.name)


def tar_of(tree: Path, name: str) -> bytes:
    """A tar archive of a folder: sorted by name, owned by root, dated alike."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for path in [tree, *sorted(tree.rglob("*"))]:
            entry = archive.gettarinfo(path, str(Path(name) / path.relative_to(tree)))
            entry.uid = entry.gid = 0
            entry.uname = entry.gname = "root"
            entry.mtime = epoch()
            if entry.isfile():
                with path.open("rb") as file:
                    archive.addfile(entry, file)
            else:
                archive.addfile(entry)
    return out.getvalue()


def written(path: Path, content: bytes | None) -> None:
    """Write a file that is handed out, where it is not there yet, and print its size and hash."""
    if content is not None:
        path.write_bytes(content)
    print(
        f"{path}: {path.stat().st_size / 1e6:.0f} MB, sha256 {hashlib.sha256(path.read_bytes()).hexdigest()}"
    )


def fresh(folder: Path) -> Path:
    """An empty folder in place of whatever was there."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def files_of(folder: Path) -> list[Path]:
    """Every file below, sorted."""
    return [path for path in sorted(folder.rglob("*")) if path.is_file()]


def size_of(folder: Path) -> int:
    """Bytes of every file below, each counted once."""
    return sum(path.stat().st_size for path in files_of(folder) if not path.is_symlink())


def run(*command: object, **environ: str) -> None:
    """Run a command and end with its status if it fails."""
    done = subprocess.run(
        [str(part) for part in command], cwd=ROOT, env={**os.environ, **environ}, check=False
    )
    if done.returncode != 0:
        sys.exit(done.returncode)


if __name__ == "__main__":
    main()
