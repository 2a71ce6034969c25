"""Alerts on disk: JSON with a schema, written whole or not at all, and the last good copy beside it."""

from pathlib import Path

import msgspec

from workstation.alerts.rules import Firing, Latch, Rule
from workstation.runtime.kept_file import load_kept, save_kept

VERSION = 1
MOST_BYTES = 8 * 1024 * 1024


class AlertFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that is kept of alerts, in one file: what was told and what is remembered belong together.

    Attributes:
        version: of this layout.
        next_number: of the next firing.
        rules, latches: what is watched, and how far.
        firings: the newest that were told, oldest first.
    """

    version: int = VERSION
    next_number: int = 1
    rules: tuple[Rule, ...] = ()
    latches: tuple[Latch, ...] = ()
    firings: tuple[Firing, ...] = ()


def load_alerts(path: Path) -> tuple[AlertFile, str]:
    """Return what is kept, and a sentence if the file is not usable; see `load_kept`."""
    return load_kept(path, AlertFile(), MOST_BYTES, "there are no alerts")


def save_alerts(path: Path, file: AlertFile) -> None:
    """Replace what is kept in one step.

    Raises:
        DataDirectoryError: it cannot be written; what was there is there still.
    """
    save_kept(path, file)
