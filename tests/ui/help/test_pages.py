"""Pages of help: one for every kind of panel with what a trader asks, links that lead somewhere, a search."""

import tomllib
from pathlib import Path

import pytest

from ui.help.page_html import page_html
from ui.help.pages import GUIDE_PAGES, PANEL_GROUP, Library, Page, slug
from ui.panel import Panel
from ui.panels import PANELS

KINDS = tuple(panel.kind for panel in PANELS)


@pytest.fixture(scope="module")
def library() -> Library:
    return Library(KINDS)


@pytest.mark.parametrize("kind", PANELS, ids=lambda kind: kind.kind)
def test_every_panel_has_a_page_that_says_what_where_from_and_with_which_keys(
    kind: type[Panel], library: Library
) -> None:
    page = library.of_panel(kind.kind)
    assert page is not None, f"ui/resources/help/{kind.kind}.md is missing"
    assert page.group == PANEL_GROUP
    assert page.title
    headings = " · ".join(part.title for part in page.parts[1:]).casefold()
    assert "what you see" in headings
    assert "keys" in headings
    assert "where the figures come from" in headings
    assert all(part.text for part in page.parts), "a heading with nothing under it"


def test_pages_of_the_guide_are_there_and_shipped(library: Library, repository: Path) -> None:
    assert {f"docs/{name}" for name in GUIDE_PAGES} <= set(library.pages)
    project = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))
    shipped = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert shipped == {f"docs/{name}.md": f"ui/resources/help/guide/{name}.md" for name in GUIDE_PAGES}
    assert "RESOURCES += [\n    (str(ROOT / page)" in (repository / "packaging/preflight.spec").read_text()


def test_links_between_pages_of_panels_lead_to_pages_and_headings(library: Library) -> None:
    for page in library.pages.values():
        if page.group == "Guide":
            continue  # these name files of the tree too; tests/test_docs.py follows their links
        dead: list[str] = []

        def resolve(address: str, page: Page = page, dead: list[str] = dead) -> str:
            found = library.linked(address, page)
            if "://" not in address and (
                found is None or (found[1] and found[1] not in {part.anchor for part in found[0].parts})
            ):
                dead.append(address)
            return address

        page_html(page.markdown, resolve)
        assert not dead, page.id


def test_a_link_leads_to_the_page_beside_it_before_one_of_that_name_in_the_guide(tmp_path: Path) -> None:
    panels, guide = tmp_path / "panels", tmp_path / "guide"
    panels.mkdir()
    guide.mkdir()
    for folder in (panels, guide):
        (folder / "scanner.md").write_text(f"# Scanner in {folder.name}\n")
    (guide / "formulas.md").write_text("# Formulas\n\n## Margin\n\nm\n")
    library = Library(("scanner",), panels, guide)
    of_panel, of_guide = library.pages["help/scanner"], library.pages["docs/scanner"]
    assert library.linked("scanner.md", of_panel) == (of_panel, "")
    assert library.linked("scanner.md", of_guide) == (of_guide, "")
    assert library.linked("../../../docs/scanner.md", of_panel) == (of_guide, "")
    assert library.linked("formulas.md#margin", of_panel) == (library.pages["docs/formulas"], "margin")
    assert library.linked("#there", of_guide) == (of_guide, "there")
    assert library.linked("https://example.org/scanner.md", of_panel) is None
    assert library.linked("../workstation/app.py", of_guide) is None


def test_a_search_finds_places_with_all_words_titles_first(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# Ladder\n\nSizes.\n\n## Keys\n\n| `S` | margin of sums |\n|--|--|\n")
    (tmp_path / "b.md").write_text("# Margin\n\nWhat is held.\n\n```sh\n# not a heading\n```\n")
    library = Library(("a", "b"), tmp_path, tmp_path / "none")
    assert [(hit.page.title, hit.part.title) for hit in library.search("MARGIN")] == [
        ("Margin", "Margin"),
        ("Ladder", "Keys"),
    ]
    assert [hit.snippet for hit in library.search("margin sums")] == ["S margin of sums"]
    assert library.search("margin nowhere") == []
    assert library.search("  ") == []


def test_anchors_are_those_of_the_guide() -> None:
    assert slug("Mouse and keys") == "mouse-and-keys"
    assert slug("Liquidation (`analytics/liquidation.py`)") == "liquidation-analyticsliquidationpy"


def test_a_page_loads_nothing_and_keeps_tags_as_words() -> None:
    html = page_html("![a](b.png)\n\n<script>x</script> [out](file.py) [web](https://example.org)\n", str)
    assert "img" not in html
    assert "<script" not in html
    html = page_html("[gone](x.py) and [there](y.md)", lambda address: "page:y" if "y" in address[:1] else "")
    assert html == '<p><span>gone</span> and <a href="page:y">there</a></p>\n'
