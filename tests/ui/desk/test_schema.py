"""What a workspace's file may hold: everything is checked, nothing that Qt would have to parse."""

import hashlib
from typing import Any

import msgspec
import pytest

from ui.desk.schema import (
    MOST_BYTES,
    VERSION,
    Arrangement,
    Closed,
    SavedLink,
    SavedPanel,
    SavedWindow,
    Unusable,
    Workspace,
    decode,
    digest,
    encode,
    pruned,
)
from ui.desk.screens import Place, Screen
from ui.desk.tree import Split, Stack
from ui.desk.workspaces import shipped

SAVED = Workspace(
    "Evening",
    (
        SavedWindow("main", Split("row", (Stack(("chart", "depth"), 1, 0.7), Stack(("ladder",), share=0.3)))),
        SavedWindow("window-2", Stack(("chart-2",))),
    ),
    {
        "chart": SavedPanel("chart", "amber", view={"pitch_px": 10.0, "hold": True}),
        "chart-2": SavedPanel("chart", "blue", shares_timeframe=False, timeframe_ms=3_600_000),
        "depth": SavedPanel("depth", ""),
        "ladder": SavedPanel("ladder"),
    },
    {"blue": SavedLink("BTCUSDT", 60_000)},
    (Arrangement((Screen("DP-1", 0, 0, 2560, 1440),), {"main": Place("DP-1", 0, 0, 1600, 900)}),),
    (Closed("main", {"tape": SavedPanel("tape")}, Stack(("tape",))),),
)


def changed(**fields: Any) -> bytes:
    return msgspec.json.encode({**msgspec.to_builtins(SAVED), "version": VERSION, **fields})


def test_what_is_written_is_read() -> None:
    data = encode(SAVED)
    read = decode(data)
    assert msgspec.structs.replace(read, version=0, digest="") == SAVED
    assert encode(read) == data
    assert b'"kind": "chart"' in data  # to be read by people, too


def test_spaces_do_not_matter_and_a_file_written_by_hand_needs_no_digest() -> None:
    assert decode(msgspec.json.encode(msgspec.json.decode(encode(SAVED)))) == decode(encode(SAVED))
    assert decode(changed()).name == "Evening"


def test_a_file_that_was_changed_does_not_pass_for_what_was_written() -> None:
    with pytest.raises(Unusable, match="have been changed"):
        decode(encode(SAVED).replace(b'"amber"', b'"green"'))


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "truncated"),
        (b"{", "truncated"),
        (b"[]", "Expected `object`"),
        (b"\xff\xfe", "."),
        (b"[" * 100_000, "nested too deeply|Expected|recursion"),
        (b"x" * (MOST_BYTES + 1), "too large"),
        (changed(version=VERSION + 1), f"it is of version {VERSION + 1}, and this is version {VERSION}"),
        (changed(extra=1), "unknown field"),
        (changed(name=""), "name"),
        (changed(name="a" * 41), "name"),
        (changed(windows=[]), "no main window"),
        (changed(windows=[{"id": "window-2"}]), "no main window"),
        (changed(windows=[{"id": "main"}, {"id": "main"}]), "the same window twice"),
        (changed(windows=[{"id": "main", "root": {"is": "stack", "panels": ["tape"]}}]), "what tape is"),
        (changed(windows=[{"id": "main", "root": {"is": "stack", "panels": ["../x"]}}]), "panels"),
        (
            changed(windows=[{"id": "main", "root": {"is": "stack", "panels": ["chart", "chart"]}}]),
            "two places",
        ),
        (
            changed(
                windows=[
                    {"id": name, "root": {"is": "stack", "panels": ["chart"]}}
                    for name in ("main", "window-2")
                ]
            ),
            "two windows",
        ),
        (changed(arrangements=[{"screens": [], "windows": {}}]), "without a screen"),
        (changed(panels={"chart": {"kind": "chart", "view": {"a": "b" * 70_000}}}), "what"),
        (changed(links={"blue": {"symbol": "BTCUSDT", "timeframe_ms": 0}}), "timeframe_ms"),
    ],
)
def test_what_is_wrong_is_refused_in_words(data: bytes, why: str) -> None:
    with pytest.raises(Unusable, match=why):
        decode(data)


def test_a_panel_that_remembers_too_much_is_refused() -> None:
    with pytest.raises(Unusable, match="remembers too much"):
        decode(
            changed(
                panels={
                    **msgspec.to_builtins(SAVED.panels),
                    "tape": {"kind": "tape", "view": {"a": "b" * 70_000}},
                }
            )
        )


def version_1(**fields: Any) -> bytes:
    geometry, docks = b"geometry of Qt", b"docks of Qt"
    kept = hashlib.blake2b(len(geometry).to_bytes(4, "big") + geometry + docks, digest_size=16).hexdigest()
    old = {
        "version": 1,
        "geometry": geometry,
        "docks": docks,
        "digest": kept,
        "panels": {
            "chart": {"link": "amber", "view": {"pitch_px": 7.0}},
            "tape": {"link": "pink", "view": {}},
            "gone": {"link": "blue", "view": {}},
        },
        "links": {"amber": {"symbol": "ETHUSDT", "timeframe_ms": 60_000}},
    }
    return msgspec.json.encode({**old, **fields})


def test_a_file_of_version_1_keeps_links_and_views_and_stands_as_shipped() -> None:
    made = decode(version_1(), shipped("trade"))
    assert made.windows == shipped("trade").windows
    assert made.panels["chart"] == SavedPanel("chart", "amber", view={"pitch_px": 7.0})
    assert made.panels["tape"].link == "blue"
    assert "gone" not in made.panels
    assert made.links == {"amber": SavedLink("ETHUSDT", 60_000)}
    assert decode(encode(made)).panels == made.panels


def test_a_file_of_version_1_is_refused_where_it_was_changed_or_does_not_belong() -> None:
    with pytest.raises(Unusable, match="have been changed"):
        decode(version_1(docks=b"other"), shipped("trade"))
    with pytest.raises(Unusable, match="it is of version 1"):
        decode(version_1())


def test_what_stands_nowhere_is_forgotten() -> None:
    loose = msgspec.structs.replace(SAVED, windows=(SavedWindow("main", Stack(("chart",))),))
    kept = pruned(loose)
    assert set(kept.panels) == {"chart"}
    assert digest(kept) != digest(loose)
