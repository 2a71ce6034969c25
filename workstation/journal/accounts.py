"""Which accounts there are: every ledger in the data directory, by what its money is."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from workstation.exchange.venues import SIMULATED, VENUES
from workstation.model.journal import AccountKind, JournalAccount, ReviewedTrip
from workstation.store.ledger_schema import LEDGER_FILE

PAPER_FOLDER, REPLAY_FOLDER, DEMO_FOLDER, LIVE_FOLDER = "paper", "replay", "demo", "live"
SAMPLE_FOLDER = "sample"
SAMPLE_TITLE = "SAMPLE · made-up trades"
_LIMITS_FOLDER = "limits"
"""Below which the trader's limits of an account lie, in a ledger without trades."""
_DEEPEST = 3
"""Folders below the data directory: paper/replay/<time>."""


def is_sample(one: ReviewedTrip) -> bool:
    """Whether a round trip was made up, for the sample journal."""
    return one.trip.account == SAMPLE_FOLDER


def without_sample(trips: Iterable[ReviewedTrip]) -> tuple[ReviewedTrip, ...]:
    """Return the round trips that somebody traded: what is counted across accounts leaves the sample out."""
    return tuple(one for one in trips if not is_sample(one))


def accounts_in(data_dir: Path) -> list[tuple[JournalAccount, Path]]:
    """Return every account that has a ledger, with its folder, sorted by key."""
    found = []
    for top in (PAPER_FOLDER, DEMO_FOLDER, LIVE_FOLDER, SAMPLE_FOLDER):
        for folder in _ledgers(data_dir / top, _DEEPEST - 1):
            parts = folder.relative_to(data_dir).parts
            found.append((_account(parts), folder))
    return sorted(found, key=lambda pair: pair[0].key)


def _ledgers(folder: Path, deeper: int) -> list[Path]:
    try:
        inside = sorted(folder.iterdir())
    except OSError:
        return []
    found = [folder] if any(path.name == LEDGER_FILE for path in inside) else []
    if deeper:
        for path in inside:
            if path.name != _LIMITS_FOLDER and path.is_dir():
                found += _ledgers(path, deeper - 1)
    return found


def _account(parts: tuple[str, ...]) -> JournalAccount:
    top, rest = parts[0], parts[1:]
    key = "/".join(parts)
    if top == SAMPLE_FOLDER:
        return JournalAccount(key, SAMPLE_TITLE, AccountKind.SAMPLE)
    if top == LIVE_FOLDER:
        return JournalAccount(key, " · ".join(("Live", *map(_words, rest))), AccountKind.LIVE)
    if top == DEMO_FOLDER or rest[:1] == (SIMULATED.key,):
        return JournalAccount(key, " · ".join(map(_words, rest or parts)), AccountKind.SIMULATED)
    if rest[:1] == (REPLAY_FOLDER,):
        return JournalAccount(key, " · ".join(("Recording", *map(_words, rest[1:]))), AccountKind.PAPER)
    return JournalAccount(key, " · ".join(("Paper", *map(_words, rest))), AccountKind.PAPER)


def _words(name: str) -> str:
    """A venue's title, or the moment at which an account was begun."""
    if name in VENUES:
        return VENUES[name].title
    if name.isdecimal() and len(name) == 13:
        return f"{datetime.fromtimestamp(int(name) / 1000, UTC):%d %b %Y %H:%M} UTC"
    return name.replace("_", " ")
