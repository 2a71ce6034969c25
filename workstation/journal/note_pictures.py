"""Pictures that the desk takes by itself in notes of round trips: no change of the trader's loses them."""

from dataclasses import replace

from workstation.model.journal import Attachment, TripNote

ADDED = "added"
"""Role of what the trader attached; other roles are the desk's own."""


def with_pictures_of(held: TripNote, note: TripNote) -> TripNote:
    """Return a note with the pictures that the newest one has, if it was begun before they were taken."""
    if note.edited_ms >= held.edited_ms:
        return note
    missing = [one for one in held.attachments if one.role != ADDED and one not in note.attachments]
    return replace(note, attachments=(*note.attachments, *missing))


def with_picture(note: TripNote, picture: Attachment, now_ms: int) -> TripNote:
    """Return a note with a picture, newer than it was; itself where it has it already."""
    if any((one.sha256, one.role) == (picture.sha256, picture.role) for one in note.attachments):
        return note
    moment_ms = max(now_ms, note.edited_ms + 1)
    return replace(note, attachments=(*note.attachments, picture), edited_ms=moment_ms)
