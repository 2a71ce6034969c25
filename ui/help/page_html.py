"""A page as HTML of the theme for Qt's text browser: links of ours lead to pages, nothing is loaded."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from html import escape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from ui.help.pages import slug
from ui.theme import Theme

PAGE_SCHEME = "page"
"""Of addresses within the program: "page:help/ladder#mouse-and-keys"."""
_OUTSIDE = ("https://", "http://", "mailto:")
_EMPTY_HEAD = re.compile(r"<thead>\s*<tr>\s*(?:<th[^>]*>\s*</th>\s*)+</tr>\s*</thead>\s*")
_PICTURE_ALONE = re.compile(r"<p>\s*<picture></picture>\s*</p>\s*")
_LINE_PX = 8


class _PageHtml(RendererHTML):
    """Headings get anchors, links the address that the program knows them by; pictures are left out."""

    def link_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """Lead to a page of ours or to the web; whatever else is named is no link."""
        resolve: Callable[[str], str] = env["resolve"]
        tokens[idx].attrs = {"href": resolve(str(tokens[idx].attrGet("href") or ""))}
        if not tokens[idx].attrs["href"]:
            return "<span>"
        return self.renderToken(tokens, idx, options, env)

    def link_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """End what `link_open` began."""
        depth, at = 0, idx - 1
        while tokens[at].type != "link_open" or depth:
            depth += (tokens[at].type == "link_close") - (tokens[at].type == "link_open")
            at -= 1
        return self.renderToken(tokens, idx, options, env) if tokens[at].attrs.get("href") else "</span>"

    def heading_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """Put the anchor before the heading's words."""
        name = slug(tokens[idx + 1].content)
        return f'{self.renderToken(tokens, idx, options, env)}<a name="{escape(name)}"></a>'

    def image(self, _tokens: Sequence[Token], _idx: int, _options: OptionsDict, _env: EnvType) -> str:
        """Leave a place that is taken out again: pictures belong to the guide."""
        return "<picture></picture>"


_markdown = MarkdownIt("commonmark", {"html": False}, renderer_cls=_PageHtml).enable(
    ["table", "strikethrough"]
)


def page_html(markdown: str, resolve: Callable[[str], str]) -> str:
    """Return the body of a page.

    Args:
        markdown: as it is written; raw HTML in it stays words.
        resolve: the address that a link leads to in the program, "" for none.
    """
    made: Any = _markdown.render(markdown, {"resolve": resolve})
    text = _PICTURE_ALONE.sub("", _EMPTY_HEAD.sub("", str(made))).replace("<picture></picture>", "")
    return text.replace("<table>", '<table cellspacing="0" cellpadding="0">')


def is_outside(address: str) -> bool:
    """It leads to the web, where only a click may go."""
    return address.startswith(_OUTSIDE)


def page_style(theme: Theme) -> str:
    """The style sheet of pages in a theme's colours."""
    text, muted, line = theme.text.name(), theme.muted.name(), theme.hairline.name()
    return (
        f"body {{ color: {text}; }}"
        f" h1 {{ font-size: 20px; font-weight: 600; margin-top: 0px; margin-bottom: 6px; color: {text}; }}"
        f" h2 {{ font-size: 15px; font-weight: 600; margin-top: 20px; margin-bottom: 6px; color: {text}; }}"
        f" h3 {{ font-size: 13px; font-weight: 600; margin-top: 14px; margin-bottom: 4px; color: {text}; }}"
        " p, ul, ol { margin-top: 0px; margin-bottom: 8px; line-height: 135%; }"
        " li { margin-bottom: 3px; line-height: 130%; }"
        " strong { font-weight: 600; }"
        f" a {{ color: {theme.accent.name()}; text-decoration: none; }}"
        f" code {{ font-family: 'JetBrains Mono'; font-size: 12px; color: {theme.accent.name()}; }}"
        f" pre {{ font-family: 'JetBrains Mono'; font-size: 12px; background-color: {theme.control.name()};"
        f" color: {text}; margin: 4px 0px 10px 0px; }}"
        f" pre code {{ color: {text}; }}"
        " table { border-collapse: collapse; margin-top: 4px; margin-bottom: 12px; }"
        f" th {{ color: {muted}; font-weight: 500; text-align: left; padding: 4px 16px 4px 0px;"
        f" border-bottom: 1px solid {line}; }}"
        f" td {{ padding: 5px 16px 5px 0px; border-bottom: 1px solid {line}; }}"
        f" blockquote {{ color: {muted}; margin-left: 12px; }}"
    )
