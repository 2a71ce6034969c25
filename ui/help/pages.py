"""The pages of help: one of each kind of panel and those of the guide, looked up by name, link and words."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

PANEL_FOLDER = Path(__file__).parents[1] / "resources" / "help"
INSTALLED_GUIDE = PANEL_FOLDER / "guide"
"""Where pages of `docs` are in what is installed; packaging puts them there."""
GUIDE_FOLDER = INSTALLED_GUIDE if INSTALLED_GUIDE.is_dir() else Path(__file__).parents[2] / "docs"

GUIDE_PAGES = (
    "alerts",
    "calendar",
    "checklists",
    "data",
    "depth",
    "derivatives",
    "exposure",
    "first-run",
    "formulas",
    "glossary",
    "import-export",
    "install",
    "journal",
    "liquidity",
    "orders",
    "outside-series",
    "review",
    "rituals",
    "scanner",
    "simulator",
    "statistics",
    "store",
    "time_machine",
    "troubleshooting",
)
"""Pages of `docs` that the program shows too: those that a trader reads; `pyproject.toml` ships the same."""

PANEL_GROUP, FIRST_GROUP, GUIDE_GROUP = "Panels", "First", "Guide"
_PANEL_PATH, _GUIDE_PATH = "help", "docs"
_HEADING = re.compile(r"^(#{1,4})\s+(.+?)\s*#*$")
_FENCE = re.compile(r"^\s*(```|~~~)")
_INLINE = re.compile(r"[`*_]|!?\[([^\]]*)\]\([^)]*\)")
_NO_SLUG = re.compile(r"[^\w\- ]")
SNIPPET_LETTERS = 90


@dataclass(frozen=True, slots=True)
class Part:
    """What stands under one heading of a page.

    Attributes:
        title: the heading.
        anchor: by which a link leads to it, as the guide and GitHub make it.
        text: the words, without marks.
    """

    title: str
    anchor: str
    text: str


@dataclass(frozen=True)
class Page:
    """One page.

    Attributes:
        id: "help/ladder" of a panel, "docs/formulas" of the guide.
        group: under which it is listed.
        markdown: as it is written.
    """

    id: str
    group: str
    markdown: str

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """The page cut at its headings; the first is the title's."""
        return tuple(_parts(self.markdown))

    @cached_property
    def title(self) -> str:
        """Its first heading; its name where it has none."""
        return self.parts[0].title if self.parts else self.id.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Hit:
    """A place that was found: the page, the heading, and the words around."""

    page: Page
    part: Part
    snippet: str


class Library:
    """Every page there is."""

    def __init__(
        self, kinds: tuple[str, ...], panels: Path = PANEL_FOLDER, guide: Path = GUIDE_FOLDER
    ) -> None:
        """Read all pages; one that is missing is left out.

        Args:
            kinds: of panels, in the order in which they are listed.
            panels, guide: where pages are.
        """
        found: list[Page] = []
        names = [path.stem for path in sorted(panels.glob("*.md"))]
        for name in sorted(set(names) - set(kinds)):
            found.append(_read(panels / f"{name}.md", f"{_PANEL_PATH}/{name}", FIRST_GROUP))
        for name in kinds:
            if name in names:
                found.append(_read(panels / f"{name}.md", f"{_PANEL_PATH}/{name}", PANEL_GROUP))
        for name in GUIDE_PAGES:
            if (guide / f"{name}.md").is_file():
                found.append(_read(guide / f"{name}.md", f"{_GUIDE_PATH}/{name}", GUIDE_GROUP))
        self.pages: Mapping[str, Page] = {page.id: page for page in found}

    def of_panel(self, kind: str) -> Page | None:
        """The page of a kind of panels."""
        return self.pages.get(f"{_PANEL_PATH}/{kind}")

    def linked(self, address: str, origin: Page) -> tuple[Page, str] | None:
        """The page and anchor that a link on `origin` leads to; None if it leads to no page of ours.

        A page is found by its own name too, wherever it lies in the guide: "formulas.md#margin".
        """
        path, _, anchor = address.partition("#")
        if not path:
            return origin, anchor
        if not path.endswith(".md") or "://" in path:
            return None
        near = posixpath.normpath(posixpath.join(posixpath.dirname(origin.id), path))[:-3]
        name = posixpath.basename(path)[:-3]
        towards_guide = "docs/" in path
        choices = [f"{_GUIDE_PATH}/{name}", f"{_PANEL_PATH}/{name}"]
        for candidate in (near, *(choices if towards_guide else reversed(choices))):
            if candidate in self.pages:
                return self.pages[candidate], anchor
        return None

    def search(self, words: str) -> list[Hit]:
        """Places with all of the words, the best first: titles before headings before text."""
        wanted = words.casefold().split()
        if not wanted:
            return []
        scored: list[tuple[int, int, Hit]] = []
        for page in self.pages.values():
            for place, part in enumerate(page.parts):
                score = _score(page, part, place, wanted)
                if score is not None:
                    scored.append((score, len(scored), Hit(page, part, _snippet(part.text, wanted))))
        return [hit for _, _, hit in sorted(scored, key=lambda one: one[:2])]


def slug(heading: str) -> str:
    """The anchor of a heading, as GitHub and the guide make it: "Mouse and keys" → "mouse-and-keys"."""
    return _NO_SLUG.sub("", _plain(heading).strip().casefold()).replace(" ", "-")


def _read(path: Path, page_id: str, group: str) -> Page:
    return Page(page_id, group, path.read_text(encoding="utf-8"))


def _parts(markdown: str) -> Iterator[Part]:
    title, lines, fenced = "", [], False
    for line in markdown.splitlines():
        fenced ^= bool(_FENCE.match(line))
        heading = None if fenced else _HEADING.match(line)
        if heading is None:
            lines.append(line)
            continue
        if title:
            yield Part(title, slug(title), _plain("\n".join(lines)))
        title, lines = _plain(heading[2]), []
    if title:
        yield Part(title, slug(title), _plain("\n".join(lines)))


def _plain(text: str) -> str:
    """Words without marks, on one line."""
    text = _INLINE.sub(lambda found: found[1] or "", text)
    text = re.sub(r"^\s*\|?[\s|:-]*\|[\s|:-]*$", " ", text, flags=re.MULTILINE)
    return " ".join(text.replace("|", " ").split())


def _score(page: Page, part: Part, place: int, wanted: list[str]) -> int | None:
    """How far a part is from what is wanted, 0 the nearest; None when a word is not in it at all."""
    title, heading, text = page.title.casefold(), part.title.casefold(), part.text.casefold()
    score = 0
    missing_here = 0
    for word in wanted:
        if word in heading:
            score += 0 if place == 0 else 10
        elif word in text:
            score += 30
        elif word in title:
            score += 20
            missing_here += 1
        else:
            return None
    return None if missing_here == len(wanted) else score


def _snippet(text: str, wanted: list[str]) -> str:
    """The words around the first of those that were looked for."""
    lower = text.casefold()
    at = min((place for word in wanted if (place := lower.find(word)) >= 0), default=0)
    start = max(0, at - SNIPPET_LETTERS // 3)
    start = 0 if start == 0 else text.find(" ", start) + 1
    end = start + SNIPPET_LETTERS
    return f"{'… ' if start else ''}{text[start:end]}{' …' if end < len(text) else ''}"
