"""Drawings on the clipboard: checked like a file, for anything may have put them there."""

from typing import Annotated

import msgspec
from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication

from workstation.model.drawings import Drawing

MIME = "application/x-preflight-drawings+json"
MOST = 200
MOST_BYTES = 1024 * 1024


class Copied(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Drawings and the market that they were copied from."""

    venue: str
    symbol: str
    drawings: Annotated[tuple[Drawing, ...], msgspec.Meta(min_length=1, max_length=MOST)]


def copy(copied: Copied) -> None:
    """Put drawings on the clipboard."""
    data = QMimeData()
    data.setData(MIME, msgspec.json.encode(copied))
    QGuiApplication.clipboard().setMimeData(data)


def paste() -> Copied | None:
    """The drawings on the clipboard; None if there are none that can be read."""
    data = QGuiApplication.clipboard().mimeData()
    if not data.hasFormat(MIME):
        return None
    text = bytes(data.data(MIME).data())
    if len(text) > MOST_BYTES:
        return None
    try:
        return msgspec.json.decode(text, type=Copied)
    except (ValueError, RecursionError):
        return None
