"""How Sphinx builds the guide, into build/docs; nothing of it needs a network, here or in the browser."""

import json
import os
import subprocess
import sys
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import Directive
from docutils.statemachine import StringList
from sphinx.application import Sphinx

from workstation import __version__

project = "Preflight"
release = version = __version__
extensions = ["myst_parser"]
exclude_patterns: list[str] = []
myst_heading_anchors = 4  # the anchors that a forge gives headings: links work in both
nitpicky = True
smartquotes = False  # what the program says is quoted as it says it

html_theme = "furo"
html_title = "Preflight"
html_favicon = html_logo = "../ui/resources/preflight.svg"
html_static_path = ["_static"]
html_css_files = ["guide.css"]
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


# A process of its own asks the program: keys take a desk with a window, which nobody sees.
TABLES: dict[str, list[str]] = json.loads(
    subprocess.run(
        [sys.executable, Path(__file__).with_name("from_program.py")],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        stdout=subprocess.PIPE,
        check=True,
    ).stdout
)


class FromProgram(Directive):
    """`{from-program} settings Look`: a table that the program declares."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """Return the table, read as the Markdown around it is."""
        name = self.arguments[0]
        if name not in TABLES:
            raise self.error(f"the program has no table {name!r}")
        node = nodes.container()
        self.state.nested_parse(StringList(TABLES[name], source="the program"), self.content_offset, node)
        return list(node.children)


def setup(app: Sphinx) -> None:
    """Give pages the tables that the program declares."""
    app.add_directive("from-program", FromProgram)
