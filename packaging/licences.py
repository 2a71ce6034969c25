"""Collects the licences of everything in a bundle: each package's own files, and a list of them all."""

import shutil
import sys
import sysconfig
from importlib import metadata
from pathlib import Path

NOT_IN_THE_BUNDLE = {
    "altgraph",
    "hatchling",
    "macholib",
    "packaging",
    "pathspec",
    "pefile",
    "pip",
    "pluggy",
    "preflight-workstation",
    "pyinstaller-hooks-contrib",
    "pywin32-ctypes",
    "setuptools",
    "tomlkit",
    "trove-classifiers",
}
"""What only builds; PyInstaller itself stays, since its loader starts the program."""
WORDS = ("licen", "copying", "notice", "authors")
QT_WORDS = """Qt and PySide6 are used under the GNU Lesser General Public License, version 3, as separate
libraries in this folder: they can be replaced by others that fit. Their sources are published by The Qt
Company at download.qt.io. The texts of the licences are in this folder.
"""


def main(root: Path, folder: Path) -> None:
    """Write `<package>-<version>/…` for each package, Python's and the program's own, and LICENCES.txt."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copy(root / "LICENSE", folder / "Preflight-LICENSE.txt")
    for font in sorted((root / "ui/resources/fonts").glob("*-OFL.txt")):
        shutil.copy(font, folder / font.name)
    shutil.copy(Path(sysconfig.get_path("stdlib")) / "LICENSE.txt", folder / "Python-LICENSE.txt")
    rows = [("Python", sys.version.split()[0], "PSF-2.0", "1")]
    texts = root / "packaging" / "licences"
    for text in sorted(texts.glob("*.txt")):
        shutil.copy(text, folder / text.name)
    for distribution in sorted(metadata.distributions(), key=lambda found: found.metadata["Name"].lower()):
        name, version = distribution.metadata["Name"], distribution.version
        if name.lower().replace("_", "-") in NOT_IN_THE_BUNDLE:
            continue
        count = 0
        for file in distribution.files or ():
            is_text = any(word in file.name.lower() for word in WORDS) and file.suffix not in (".py", ".pyc")
            if is_text and ".dist-info" in file.parts[0]:
                place = folder / f"{name}-{version}" / Path(*file.parts[1:])
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(str(file.locate()), place)
                count += 1
        rows.append((name, version, licence_of(distribution), str(count)))
    width = max(len(f"{name} {version}") for name, version, *_ in rows)
    lines = [
        f"{f'{name} {version}':<{width}}  {licence}{'' if count != '0' else '  (see its project)'}"
        for name, version, licence, count in rows
    ]
    (folder / "LICENCES.txt").write_text("\n".join([*lines, "", QT_WORDS]), encoding="utf-8")


def licence_of(distribution: metadata.Distribution) -> str:
    """What a package says of its licence: the expression, the classifiers, or the first line of the field."""

    def said(field: str) -> list[str]:
        return [str(row) for row in distribution.metadata.get_all(field) or ()]

    if expression := said("License-Expression"):
        return expression[0]
    kinds = [row.split(" :: ")[-1] for row in said("Classifier") if "License" in row]
    return "; ".join(kinds) or (said("License") or ["not said"])[0].splitlines()[0]


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
