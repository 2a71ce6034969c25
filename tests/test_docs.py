"""What the pages name is there: files, commands, options, targets of make, variables, links and headings."""

import re
import shlex
from functools import cache
from pathlib import Path

import pytest

from workstation import cli

ROOT = Path(__file__).parents[1]
PAGES = [
    *sorted(ROOT.glob("*.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "ui" / "resources" / "help").glob("*.md")),
]
ROOMS = (
    "",
    "workstation",
    "ui",
    "docs",
    "workstation/exchange",
    "workstation/simulator",
    "workstation/trading",
)
TOPS = ("workstation/", "ui/", "tests/", "docs/", "scripts/", "requirements/", "packaging/", ".ci/")
CODE = re.compile(r"`([^`\n]+)`")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)

pages = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def prose(page: Path) -> str:
    return FENCE.sub("", page.read_text(encoding="utf-8"))


def shell_lines(page: Path) -> list[str]:
    blocks = FENCE.findall(page.read_text(encoding="utf-8"))
    return [line for kind, block in blocks if kind in ("sh", "bash", "") for line in block.splitlines()]


def is_there(named: str) -> bool:
    """Whether a name is a file or folder of the sources, as pages shorten them; `*` stands for anything."""
    if (ROOT / named).exists():
        return True
    named = named.rstrip("/")
    if "/" not in named:
        return any(
            next((ROOT / top).rglob(named), None) for top in ("workstation", "ui", "tests", "packaging")
        )
    return any(next((ROOT / room).glob(named), None) for room in ROOMS)


@pages
def test_every_file_that_a_page_names_is_there(page: Path) -> None:
    named = {name.split(":")[0].split("#")[0] for name in CODE.findall(prose(page))}
    paths = {
        name
        for name in named
        if re.fullmatch(r"[\w./*-]+", name)
        and (name.endswith((".py", ".md", ".spec")) or name.startswith(TOPS))
        and not name.startswith((".", "/"))
    }
    assert not {name for name in paths if not is_there(name)}


def test_every_room_of_the_house_is_there() -> None:
    house = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").split("```")[1]
    missing, top = [], ROOT
    for line in house.splitlines():
        if listed := re.match(r"( {2})?([\w./]+(?:, [\w./]+)*)(?=\s)", line):
            names = listed[2].split(", ")
            if listed[1] is None:
                top, names = ROOT / names[0], []
                missing += [] if top.is_dir() else [top.name]
            missing += [
                name for name in names if not ((top / name).exists() or (top / f"{name}.py").exists())
            ]
    assert not missing


def test_no_room_is_missing_from_the_house() -> None:
    house = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").split("```")[1]
    for top in ("workstation", "ui"):
        _, _, listed = house.partition(f"\n{top}/")
        listed = re.split(r"\n\w", listed)[0]
        rooms = {path.parent.name for path in (ROOT / top).glob("*/__init__.py")}
        missing = {room for room in rooms if f"\n  {room}/ " not in listed}
        assert not missing, f"say in the house of ARCHITECTURE.md what is in {missing} of {top}"


@pages
def test_every_command_on_a_page_is_understood(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = [line for line in shell_lines(page) if line.startswith("preflight")]
    inline = [code for code in CODE.findall(prose(page)) if code.startswith("preflight ")]
    for command in (*whole, *inline):
        # A word in capitals stands for what the reader puts there; an ellipsis for more of the same.
        words = [
            "1" if re.fullmatch(r"[A-Z]+…?", word) else word.strip("[]")
            for word in shlex.split(re.sub(r"\s{2,}#.*", "", command))[1:]
        ]
        status, said = understood(words, capsys)
        # A command named in a sentence may leave out what it needs.
        is_named_only = command in inline and re.search(r"arguments are required|expected one argument", said)
        assert status == 0 or is_named_only, f"{command}\n{said}"


def understood(words: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[object, str]:
    """The status that the command line ends with over these words, 0 where it goes on, and what it said."""
    try:
        cli._parser(has_window=True).parse_args(words)
    except SystemExit as end:
        return end.code, capsys.readouterr().err
    return 0, ""


@pages
def test_every_target_of_make_on_a_page_is_one(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    code = [*CODE.findall(prose(page)), *shell_lines(page)]
    named = {target for text in code for target in re.findall(r"(?:^|\s|;)make ([a-z-]+)", text)}
    assert named <= targets


@pages
def test_every_variable_on_a_page_is_read_somewhere(page: Path) -> None:
    named = set(re.findall(r"\bPREFLIGHT_[A-Z_]+\b", page.read_text(encoding="utf-8")))
    assert named <= variables()


@cache
def variables() -> frozenset[str]:
    """Every variable of ours that the sources name."""
    return frozenset(
        name
        for top in ("workstation", "ui", "tests", "packaging")
        for path in (ROOT / top).rglob("*")
        if path.suffix in (".py", ".spec")
        for name in re.findall(r"\bPREFLIGHT_[A-Z_]+\b", path.read_text(encoding="utf-8"))
    )


@pages
def test_every_link_leads_somewhere(page: Path) -> None:
    dead = []
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if "://" in target:
            continue
        name, _, anchor = target.partition("#")
        goal = page.parent / name if name else page
        if not goal.exists() or (anchor and anchor not in anchors(goal)):
            dead.append(target)
    assert not dead


def anchors(page: Path) -> set[str]:
    """The anchors that a page's headings are given where it is shown."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
