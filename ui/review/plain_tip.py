"""Tool tips of words that somebody typed: shown as they are, never as markup."""

from html import escape


def plain_tip(words: str) -> str:
    """The words as a tool tip that means nothing but themselves; empty stays empty.

    Qt takes for markup whatever looks like it, and markup may name pictures on other machines.
    """
    if not words:
        return ""
    return "<p style='white-space: pre-wrap'>" + escape(words).replace("\n", "<br>") + "</p>"
