"""How Sphinx builds the guide, into build/docs; nothing of it needs a network, here or in the browser."""

import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # keys are asked of a desk that nobody sees
sys.path.insert(0, str(Path(__file__).parent))

from from_program import FromProgram
from sphinx.application import Sphinx

from workstation import __version__

project = "Preflight"
release = version = __version__
extensions = ["myst_parser"]
exclude_patterns: list[str] = []
myst_heading_anchors = 4  # the anchors that a forge gives headings: links work in both
nitpicky = True

html_theme = "furo"
html_title = "Preflight"
html_favicon = html_logo = "../ui/resources/preflight.svg"
html_show_sphinx = False
html_show_copyright = False
html_copy_source = False
html_theme_options = {
    # The fonts of the program are on few machines: the system's own come first, and none is fetched.
    "light_css_variables": {
        "font-stack": "Inter, system-ui, sans-serif",
        "font-stack--monospace": "'JetBrains Mono', ui-monospace, monospace",
        "color-brand-primary": "#1f5fc4",
        "color-brand-content": "#1f5fc4",
    },
    "dark_css_variables": {
        "color-brand-primary": "#6ea8ff",
        "color-brand-content": "#6ea8ff",
        "color-background-primary": "#12151c",
        "color-background-secondary": "#0d1016",
    },
}


def setup(app: Sphinx) -> None:
    """Give pages the tables that the program declares."""
    app.add_directive("from-program", FromProgram)
