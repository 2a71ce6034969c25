"""What a workspace is on disk: readable JSON with a schema, a version and a digest."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any

import msgspec

from ui.desk.screens import Place, Screen
from ui.desk.tree import MOST_PANELS, Node, PanelId, complaint, only, panels_of
from ui.links import DEFAULT_TIMEFRAME_MS, LINK_COLOR_NAMES
from ui.widgets.timeframe_picker import GREATEST_TIMEFRAME_MS

VERSION = 2
MOST_BYTES = 512 * 1024
MOST_WINDOWS = 12
MOST_ARRANGEMENTS = 12
MOST_CLOSED = 10
MOST_VIEW_BYTES = 64 * 1024
MAIN = "main"
"""Id of the window that ends the program when it is closed."""

Word = Annotated[str, msgspec.Meta(max_length=64)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=40, pattern=r"^\S([^\x00-\x1f]*\S)?$")]
Timeframe = Annotated[int, msgspec.Meta(ge=1_000, le=GREATEST_TIMEFRAME_MS)]
Kind = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
WindowId = Annotated[str, msgspec.Meta(pattern=r"^(main|window-[1-9][0-9]{0,3})$")]


class SavedPanel(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One panel.

    Attributes:
        kind: which panel it is; one that this version does not have is kept and not shown.
        link: colour of its link group; "" for on its own.
        shares_symbol, shares_timeframe: what it shares with the group.
        symbol, timeframe_ms: what it shows on its own, where it does not share.
        view: what its `save_state` gave.
    """

    kind: Kind
    link: Word = LINK_COLOR_NAMES[0]
    shares_symbol: bool = True
    shares_timeframe: bool = True
    symbol: Word = ""
    timeframe_ms: Timeframe = DEFAULT_TIMEFRAME_MS
    view: dict[Word, Any] = {}


class SavedLink(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the panels of one link group show."""

    symbol: Word
    timeframe_ms: Timeframe


class SavedWindow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One window and where panels stand in it; no tree for an empty one."""

    id: WindowId
    root: Node | None = None


class Arrangement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the windows stand on one set of monitors."""

    screens: tuple[Screen, ...]
    windows: dict[WindowId, Place]


class Closed(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A panel, or a window with its panels, that was closed and can be opened again.

    Attributes:
        window: where it was, or which it was.
        panels: what was closed with it.
        before: how panels stood in the window before.
        whole: the window itself was closed.
        place: where the window stood, if it was.
    """

    window: WindowId
    panels: dict[PanelId, SavedPanel]
    before: Node | None = None
    whole: bool = False
    place: Place | None = None


class Workspace(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A named arrangement of the whole desk.

    Attributes:
        name: the trader's.
        windows: the main window first.
        panels: every panel that stands in a window, by its id.
        links: by colour.
        arrangements: for each set of monitors that it was used on, the one used last at the end.
        closed: the one closed last at the end.
        version: of this schema.
        digest: of all the rest, when a program wrote it; "" where someone wrote it by hand.
    """

    name: Name
    windows: tuple[SavedWindow, ...]
    panels: dict[PanelId, SavedPanel]
    links: dict[Word, SavedLink] = {}
    arrangements: tuple[Arrangement, ...] = ()
    closed: tuple[Closed, ...] = ()
    version: int = 0
    digest: Word = ""


class Unusable(Exception):
    """Bytes are no workspace; the text says why, in the middle of a sentence."""


def encode(workspace: Workspace) -> bytes:
    """The workspace as readable JSON, with its version and digest.

    Raises:
        TypeError: a panel's view is nothing that JSON knows.
        Unusable: it is larger than what would be read again.
    """
    signed = msgspec.structs.replace(workspace, version=VERSION, digest=digest(workspace))
    data = msgspec.json.format(msgspec.json.encode(signed), indent=1)
    if len(data) > MOST_BYTES:
        raise Unusable(f"it is larger than {MOST_BYTES // 1024} KiB")
    return data


def digest(workspace: Workspace) -> str:
    """Fingerprint of a workspace's content, whatever its spacing."""
    bare = msgspec.structs.replace(workspace, version=VERSION, digest="")
    return hashlib.blake2b(msgspec.json.encode(bare), digest_size=16).hexdigest()


def decode(data: bytes, shipped: Workspace | None = None) -> Workspace:
    """Read a workspace and check all of it.

    Args:
        data: what a file holds.
        shipped: the arrangement that a file of version 1, which kept Qt's own bytes, is migrated to.

    Raises:
        Unusable: it is no workspace, one of a later version, or not as it was written.
    """
    if len(data) > MOST_BYTES:
        raise Unusable("it is too large to be a layout")
    try:
        version = msgspec.json.decode(data, type=_Head).version
        if version == 1 and shipped is not None:
            return _migrated(msgspec.json.decode(data, type=_Version1), shipped)
        if version != VERSION:
            raise Unusable(f"it is of version {version}, and this is version {VERSION}")
        workspace = msgspec.json.decode(data, type=Workspace)
    except (ValueError, RecursionError) as error:
        raise Unusable(_shortly(error)) from error
    why = _complaint(workspace)
    if why is not None:
        raise Unusable(why)
    if workspace.digest and workspace.digest != digest(workspace):
        raise Unusable("its contents have been changed since they were written")
    return workspace


def _shortly(error: BaseException) -> str:
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    words = str(error).strip() or type(error).__name__
    return words if len(words) <= 160 else words[:157] + "…"


def _complaint(workspace: Workspace) -> str | None:
    """What the schema alone does not see; None if all is well."""
    ids = [window.id for window in workspace.windows]
    if not ids or ids[0] != MAIN:
        return "it has no main window"
    if len(ids) > MOST_WINDOWS or len(set(ids)) < len(ids):
        return f"it has the same window twice, or more than {MOST_WINDOWS}"
    if len(workspace.arrangements) > MOST_ARRANGEMENTS or len(workspace.closed) > MOST_CLOSED:
        return "it remembers more than any desk does"
    if any(not arrangement.screens for arrangement in workspace.arrangements):
        return "it remembers an arrangement without a screen"
    trees = [window.root for window in workspace.windows]
    for root in (*trees, *(closed.before for closed in workspace.closed)):
        if (why := complaint(root)) is not None:
            return why
    names = [name for root in trees for name in panels_of(root)]
    if len(set(names)) < len(names):
        return "a panel stands in two windows"
    if len(names) > MOST_PANELS or len(workspace.panels) > MOST_PANELS:
        return f"it has more than {MOST_PANELS} panels"
    missing = next((name for name in names if name not in workspace.panels), None)
    if missing is not None:
        return f"it does not say what {missing} is"
    saved = (*workspace.panels.values(), *(one for gone in workspace.closed for one in gone.panels.values()))
    if any(len(msgspec.json.encode(panel.view)) > MOST_VIEW_BYTES for panel in saved if panel.view):
        return "a panel remembers too much"
    return None


class _Head(msgspec.Struct):
    version: int


class _Panel1(msgspec.Struct, forbid_unknown_fields=True):
    link: Word
    view: dict[Word, Any]


class _Version1(msgspec.Struct, forbid_unknown_fields=True):
    """One window in Qt's own bytes, one panel of each kind."""

    version: int
    geometry: bytes
    docks: bytes
    digest: Word
    panels: dict[Kind, _Panel1]
    links: dict[Word, SavedLink]


def _migrated(old: _Version1, shipped: Workspace) -> Workspace:
    """Links, views and colours are taken over; Qt's bytes are not read: the panels stand as shipped."""
    kept = hashlib.blake2b(
        len(old.geometry).to_bytes(4, "big") + old.geometry + old.docks, digest_size=16
    ).hexdigest()
    if old.digest != kept:
        raise Unusable("its contents have been changed since they were written")
    panels = {
        name: SavedPanel(
            panel.kind,
            old.panels[panel.kind].link if old.panels[panel.kind].link in LINK_COLOR_NAMES else panel.link,
            view=old.panels[panel.kind].view,
        )
        if panel.kind == name and panel.kind in old.panels
        else panel
        for name, panel in shipped.panels.items()
    }
    return msgspec.structs.replace(shipped, panels=panels, links=old.links)


def pruned(workspace: Workspace) -> Workspace:
    """The workspace without what it remembers of panels that stand nowhere, and of windows that are gone."""
    names = {name for window in workspace.windows for name in panels_of(window.root)}
    ids = {window.id for window in workspace.windows}
    return msgspec.structs.replace(
        workspace,
        panels={name: panel for name, panel in workspace.panels.items() if name in names},
        windows=tuple(
            msgspec.structs.replace(window, root=only(window.root, names)) for window in workspace.windows
        ),
        arrangements=tuple(
            msgspec.structs.replace(
                one, windows={name: place for name, place in one.windows.items() if name in ids}
            )
            for one in workspace.arrangements[-MOST_ARRANGEMENTS:]
        ),
        closed=workspace.closed[-MOST_CLOSED:],
    )
