"""The pages on the calendar and on series from outside can be followed to the letter."""

from pathlib import Path

import msgspec

from workstation.events.imports import read_import
from workstation.outside.source import Source, load_sources

DOCS = Path(__file__).parents[1] / "docs"


def test_the_declaration_and_every_field_are_as_they_stand_on_the_page(tmp_path: Path) -> None:
    page = (DOCS / "outside-series.md").read_text(encoding="utf-8")
    (tmp_path / "mine.toml").write_text(page.split("```toml")[1].split("```")[0], encoding="utf-8")
    sources, mistakes = load_sources(tmp_path)
    assert mistakes == ()
    assert len(sources) == 1
    table = page.split("| field |")[1].split("\n\n")[0]
    for field in msgspec.structs.fields(Source):
        assert f"`{field.name}`" in table


def test_the_table_of_events_can_be_imported() -> None:
    page = (DOCS / "calendar.md").read_text(encoding="utf-8")
    draft = read_import("page.csv", page.split("```text\n")[1].split("```")[0].encode(), {})
    assert draft.complaints == ()
    assert [event.window.effect for event in draft.new] == ["no entry", "reduce"]
