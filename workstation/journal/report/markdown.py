"""Markdown of notes as HTML that cannot run, load or leave anything."""

from collections.abc import Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

MOST_LETTERS = 100_000
_SAFE = ("https://", "http://", "mailto:")


class _Inert(RendererHTML):
    """Links to pages stay links, pictures become their words: a page loads nothing when it is opened."""

    def link_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """Keep the address of a page; anything else is no link."""
        address = str(tokens[idx].attrGet("href") or "")
        tokens[idx].attrs = (
            {"href": address, "rel": "noreferrer"} if address.lower().startswith(_SAFE) else {}
        )
        return self.renderToken(tokens, idx, options, env)

    def image(self, tokens: Sequence[Token], idx: int, _options: OptionsDict, _env: EnvType) -> str:
        """Name a picture that is somewhere else."""
        return f"<em>[picture: {_escaped(tokens[idx].content or 'no name')}]</em>"


_markdown = MarkdownIt(
    "commonmark", {"html": False, "breaks": True, "maxNesting": 20}, renderer_cls=_Inert
).enable(["table", "strikethrough"])


def rendered(text: str) -> str:
    """Return HTML of a note; raw HTML in it is shown as it is written."""
    kept = "".join(mark if mark.isprintable() or mark in "\n\t" else "\ufffd" for mark in text[:MOST_LETTERS])
    made: Any = _markdown.render(kept)
    return str(made)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
