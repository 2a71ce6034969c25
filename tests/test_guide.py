"""The guide is true: it builds, names keys rightly, quotes what the program says, and uses every picture."""

import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

from ui.keys import spelling
from ui.keys.all_keys import all_keys
from ui.keys.key_rows import KeyRow
from ui.panels import PANELS
from workstation import cli
from workstation.metrics.registry import METRIC_GROUPS
from workstation.settings import DECLARED

ROOT = Path(__file__).parents[1]
DOCS, HELP = ROOT / "docs", ROOT / "ui" / "resources" / "help"
PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md")), *sorted(HELP.glob("*.md"))]
KINDS = tuple(panel.kind for panel in PANELS)
CODE = re.compile(r"`([^`\n]+)`")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
PICTURE = re.compile(r"(?:!\[[^\]]*\]\(|^```\{image\} |\]\((?=[^)\s]+\.png\)))([^)\s]+)", re.MULTILINE)
NAMED = re.compile(
    r"(?:(?:Ctrl|Alt|Shift|Meta)\+)+\S+|F\d{1,2}|Esc|Enter|Space|Home|End|PgUp|PgDn|Insert|Delete|Tab|[←→↑↓]"
)
"""What is a key wherever it stands in code; single letters and signs are keys in tables of keys alone."""

pages = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


@pytest.fixture(scope="module")
def rows(qapp: object) -> tuple[KeyRow, ...]:
    return all_keys()


WRITTEN = {"PgDn": "PgDown", "Return": "Enter", "←": "Left", "→": "Right", "↑": "Up", "↓": "Down"}


def normal(key: str) -> str:
    """One spelling for all: pages write PgDn where Qt has PgDown, and the two keys named Enter are one."""
    for written, spelled in WRITTEN.items():
        key = key.replace(written, spelled)
    return spelling.normal(key)


def keys_of(rows: tuple[KeyRow, ...], *places: str) -> set[str]:
    found = {
        word for row in rows if not places or row.place in places for key in row.keys for word in key.split()
    }
    return {normal(word) or word for word in found}


@pages
def test_every_key_that_a_page_names_does_something(page: Path, rows: tuple[KeyRow, ...]) -> None:
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    known = keys_of(rows)
    named = {code for code in CODE.findall(text) if NAMED.fullmatch(code)}
    assert not {key for key in named if normal(key) not in known}


@pytest.mark.parametrize("kind", KINDS)
def test_the_keys_on_the_page_of_a_panel_are_that_panels(kind: str, rows: tuple[KeyRow, ...]) -> None:
    text = (HELP / f"{kind}.md").read_text(encoding="utf-8").split("## Mouse and keys")[1].split("\n## ")[0]
    lines = [line.split("|")[1] for line in text.splitlines() if line.startswith("| ")]
    named = {normal(code) for line in lines for code in CODE.findall(line)} - {""}
    assert named <= keys_of(rows, kind, "desk", "window") | {normal(str(digit)) for digit in range(10)}


def test_help_names_pages_of_the_guide_by_their_titles() -> None:
    help_text = "\n".join(page.read_text(encoding="utf-8").replace("\n", " ") for page in HELP.glob("*.md"))
    named = set(re.findall(r"guide(?:,|'s) \*([^*]+)\*", help_text))
    titles = {
        page.read_text(encoding="utf-8").split("\n")[0].removeprefix("# ") for page in DOCS.rglob("*.md")
    }
    assert named
    assert named <= titles


@cache
def sources() -> str:
    """All source text, with what is put together of several lines as one, and fields of it left out."""
    texts = [
        path.read_text(encoding="utf-8")
        for top in ("ui", "workstation")
        for path in (ROOT / top).rglob("*.py")
    ]
    glued = re.sub(r'"\s*\n\s*f?"', "", "\n".join(texts))
    return glued.replace("\\n", " ").replace('\\"', '"')


def quotes(text: str) -> Iterator[str]:
    for quote in re.findall(r'"([^"\n]{12,})"', CODE.sub("…", FENCE.sub("", text))):
        yield from (piece for part in quote.split("…") if len(piece := part.strip(" .,:()")) > 5)


@pytest.mark.parametrize(
    "page", [DOCS / "troubleshooting.md", *sorted(HELP.glob("*.md"))], ids=lambda page: page.stem
)
def test_what_a_page_quotes_is_what_the_program_says(page: Path) -> None:
    text = re.sub(r"(?<!\n)\n(?!\n|\||\*|#)", " ", page.read_text(encoding="utf-8"))
    assert not [piece for piece in quotes(text) if piece not in sources()]


def test_every_picture_is_there_and_every_picture_is_used() -> None:
    named = {
        (page.parent / target).resolve()
        for page in [*PAGES, ROOT / "ARCHITECTURE.md", ROOT / "CONTRIBUTING.md"]
        for target in PICTURE.findall(page.read_text(encoding="utf-8"))
        if "://" not in target
    }
    pictures = set((DOCS / "images").rglob("*.png"))
    missing = named - pictures - {ROOT / "ui" / "resources" / "preflight.svg"}
    unused = pictures - named
    assert not missing, f"make screenshots takes those of panels: {sorted(one.name for one in missing)}"
    assert not unused, f"no page shows {sorted(one.name for one in unused)}"


def test_every_panel_has_its_page_in_the_guide() -> None:
    listed = (DOCS / "desk" / "index.md").read_text(encoding="utf-8").split()
    for kind in KINDS:
        assert f"resources/help/{kind}.md" in (DOCS / "desk" / f"{kind}.md").read_text(encoding="utf-8")
        assert kind in listed, f"{kind} is not in the toctree of docs/desk/index.md"
    grouped = " ".join(from_program().PANEL_GROUPS.values()).split()
    assert sorted(grouped) == sorted(KINDS), "PANEL_GROUPS of docs/from_program.py"


@cache
def from_program() -> ModuleType:
    spec = importlib.util.spec_from_file_location("from_program", DOCS / "from_program.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_guide_has_every_command_setting_metric_and_checklist() -> None:
    program = from_program()
    text = "\n".join(page.read_text(encoding="utf-8") for page in DOCS.rglob("*.md"))
    used = set(re.findall(r"^```\{from-program\} (.+)$", text, re.MULTILINE))
    needed = {f"command {name}".strip() for name in program.parsers()}
    needed |= {f"settings {page}" for page in program.setting_pages()}
    needed |= {f"metrics {group}" for group, _ in METRIC_GROUPS} | {"metrics Order", "metrics Day"}
    needed |= {f"checklist {key}" for key in program.shipped_checklists()}
    needed |= {f"panels {group}" for group in program.PANEL_GROUPS}
    needed |= {"limits", "keys Everywhere", "keys-of-every panels", "keys-of-every windows"}
    assert used == needed


def test_every_value_in_the_file_of_settings_is_on_its_page() -> None:
    page = (DOCS / "reference" / "settings.md").read_text(encoding="utf-8")
    by_hand = from_program().setting_paths() - {one.path for one in DECLARED}
    assert by_hand <= set(CODE.findall(page))


def test_tables_of_the_program_say_what_is_declared() -> None:
    program = from_program()
    theme = "| Theme | `theme` | one of `dark`, `light` | `dark` | The colours of the desk. |"
    assert theme in program.settings("Look")
    assert any("| 3 R | 0.5 R to 20 R | more | `daily_loss_units` |" in line for line in program.limits())
    leverage = "| Leverage ≤ 5 × | Leverage ≤ 5 × (`order_leverage`) | locks | both sides |"
    assert leverage in program.checklist("hedge")


def test_cheap_commands_on_pages_run(capsys: pytest.CaptureFixture[str]) -> None:
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    commands = {
        line.split("#")[0].strip()
        for line in re.findall(r"^preflight (calc .+|--version.*)$", text, re.MULTILINE)
    }
    assert commands
    for command in sorted(commands):
        try:
            status = cli.main(command.split())
        except SystemExit as end:  # --help and --version end so
            status = int(end.code or 0)
        assert status == 0, f"{command}\n{capsys.readouterr().err}"


def test_the_guide_builds_without_a_warning_and_needs_no_network(tmp_path: Path) -> None:
    command = ("-m", "sphinx", "--fail-on-warning", "--keep-going", "--quiet", "-b", "html")
    done = subprocess.run(
        [sys.executable, *command, "-d", str(tmp_path / "trees"), str(DOCS), str(tmp_path / "html")],
        env={**os.environ, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    loads = re.compile(
        r"<(?:script|img|iframe|source)[^>]+src=\"(https?:[^\"]+)|<link[^>]+href=\"(https?:[^\"]+)|url\([\"']?(https?:[^)]+)"
    )
    for built in [*(tmp_path / "html").rglob("*.html"), *(tmp_path / "html").rglob("*.css")]:
        assert not loads.findall(built.read_text(encoding="utf-8")), built.name
    assert "Daily loss" in (tmp_path / "html" / "reference" / "limits.html").read_text(encoding="utf-8")
