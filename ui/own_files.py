"""`python -m ui.own_files`: read every file that came with the program, for the doctor, who imports no Qt."""

import sys
import tomllib
from collections.abc import Callable
from importlib.resources import files

from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QApplication

from ui.app import ICON
from ui.desk.workspaces import SHIPPED, shipped
from ui.help.page_html import page_html
from ui.help.pages import GUIDE_PAGES, Library
from ui.help.terms import all_terms
from ui.panels import PANELS
from ui.theme import FONT_DIR, load_fonts
from workstation.trading.checklist_desk import METRIC_KEYS
from workstation.trading.checklist_files import load_templates

TABLES = ("crashes.toml", "paper_contracts.toml", "sectors.toml")
STYLES = ("report.css", "screen.css")


def main() -> int:
    """Print how many of each kind there are, as "32 pages of panels, …", or fail with what is missing."""
    application = QApplication.instance() or QApplication([])
    told = []
    for name, read in KINDS_OF_FILES.items():
        try:
            count = read()
        except Exception as error:  # a file that is cut short can fail in any way
            sys.stderr.write(f"{name}: {error}\n")
            return 1
        if not count:
            sys.stderr.write(f"{name}: none is there\n")
            return 1
        told.append(f"{count} {name}")
    del application
    sys.stdout.write(f"{', '.join(told)}\n")
    return 0


def _panel_pages() -> int:
    library = Library(tuple(panel.kind for panel in PANELS))
    return sum(bool(_shown(library, f"help/{panel.kind}")) for panel in PANELS)


def _guide_pages() -> int:
    library = Library(())
    return sum(bool(_shown(library, f"docs/{name}")) for name in GUIDE_PAGES)


def _shown(library: Library, page_id: str) -> str:
    page = library.pages.get(page_id)
    if page is None:
        raise FileNotFoundError(f"{page_id} is missing")
    return page_html(page.markdown, str)


def _fonts() -> int:
    load_fonts()
    return sum(path.suffix in (".otf", ".ttf") for path in FONT_DIR.iterdir())


def _icons() -> int:
    return int(not QPixmap(str(ICON)).isNull())


def _tables() -> int:
    folder = files("workstation") / "resources"
    return sum(bool(tomllib.loads((folder / name).read_text(encoding="utf-8"))) for name in TABLES)


def _styles() -> int:
    folder = files("workstation") / "resources" / "report"
    return sum(bool((folder / name).read_text(encoding="utf-8")) for name in STYLES)


KINDS_OF_FILES: dict[str, Callable[[], int]] = {
    "pages of panels": _panel_pages,
    "pages of the guide": _guide_pages,
    "terms": lambda: sum(len(terms.found) for terms in all_terms().values()),
    "checklists": lambda: len(load_templates(None, METRIC_KEYS).shipped),
    "workspaces": lambda: len([shipped(key) for key in SHIPPED]),
    "tables": _tables,
    "fonts": _fonts,
    "icon": _icons,
    "styles of reports": _styles,
}
"""What comes with the program beside its code; each read as the program reads it, and counted."""


if __name__ == "__main__":
    sys.exit(main())
