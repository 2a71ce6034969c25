"""What came out of a file of events: those that can be used, and a sentence for each thing that cannot."""

import hashlib
import re
from dataclasses import dataclass

from workstation.errors import BadFigure
from workstation.events.event import Kind

MOST_BYTES = 8 * 1024 * 1024
MOST_COMPLAINTS = 200

_WORDS_OF_KIND: tuple[tuple[Kind, str], ...] = (
    (
        "macro",
        r"fomc|fed\b|cpi|ppi|pce|gdp|payroll|nfp|inflation|rate decision|jobless|ecb|boe|boj|unemployment",
    ),
    ("earnings", r"earnings|quarterly results"),
    ("unlock", r"unlock|vesting|cliff"),
    ("upgrade", r"upgrade|hard ?fork|halving|mainnet|migration|testnet"),
    ("maintenance", r"maintenance|downtime|outage|delist"),
)


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing in a file that was left out.

    Attributes:
        line: of the file, counted from 1; 0 for the whole of it.
        words: what is wrong, a sentence.
    """

    line: int
    words: str

    def __str__(self) -> str:
        return f"Line {self.line}: {self.words}" if self.line else self.words


def text_of(content: bytes) -> str:
    """Return a file's text, whichever of the usual encodings it is in.

    Raises:
        BadFigure: it is too large, or no text.
    """
    if len(content) > MOST_BYTES:
        raise BadFigure("file", f"The file is larger than {MOST_BYTES >> 20} MB: that is no calendar")
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", errors="replace")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    if "\0" in text:
        raise BadFigure("file", "This is no text file")
    return text


def kind_of(title: str, categories: str = "") -> Kind:
    """Return the kind that words speak of; "other" where they speak of none."""
    told = categories.casefold()
    for kind, words in _WORDS_OF_KIND:
        if kind in told or re.search(words, title, re.IGNORECASE):
            return kind
    return "other"


def identity(*parts: str) -> str:
    """Return a name for an event that comes without one: the same words, the same name."""
    return hashlib.blake2b("\x1f".join(parts).encode(), digest_size=12).hexdigest()
