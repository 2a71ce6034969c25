"""Text that came from outside (a file's name, a venue's message), made safe to show and to store."""


def printable(text: str) -> str:
    """Return `text` on one line, with a mark in place of all that would steer a terminal or is no character.

    File names may hold line ends and bytes of no encoding; what a venue sent may hold anything.
    """
    if text.isprintable():
        return text
    return "".join(mark if mark.isprintable() else "\N{REPLACEMENT CHARACTER}" for mark in text)
