"""What is kept of a layout: whole or not at all, and never what we did not write."""

import random
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from ui.panels import PANELS
from ui.workspace import (
    LAYOUT_VERSION,
    MOST_BYTES,
    TRADE_LAYOUT,
    LayoutUnusable,
    SavedLink,
    SavedPanel,
    SavedWorkspace,
    WorkspaceFile,
    _kinds,
    clamp_to_screen,
    digest,
)

SAVED = SavedWorkspace(
    version=LAYOUT_VERSION,
    geometry=b"geometry",
    docks=b"docks",
    digest=digest(b"geometry", b"docks"),
    panels={"chart": SavedPanel("blue", {"hold": True, "bars": 120})},
    links={"blue": SavedLink("BTCUSDT", 5_000)},
)


@pytest.fixture
def file(tmp_path: Path) -> WorkspaceFile:
    return WorkspaceFile(tmp_path / "layouts" / "trade.json")


def test_what_was_saved_is_loaded(file: WorkspaceFile) -> None:
    assert file.load() is None
    file.save(SAVED)
    assert file.load() == SAVED
    assert [path.name for path in file.path.parent.iterdir()] == ["trade.json"]


def test_a_save_that_fails_leaves_the_file_that_was_there(
    file: WorkspaceFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.save(SAVED)

    def refuse(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr("ui.workspace.os.replace", refuse)
    with pytest.raises(OSError, match="no space"):
        file.save(msgspec.structs.replace(SAVED, links={}))
    monkeypatch.undo()
    assert file.load() == SAVED
    assert [path.name for path in file.path.parent.iterdir()] == ["trade.json"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b"[" * 100_000,
        b"x" * (MOST_BYTES + 1),
        msgspec.json.encode(msgspec.structs.replace(SAVED, version=LAYOUT_VERSION + 1)),
        msgspec.json.encode(msgspec.structs.replace(SAVED, docks=b"other")),
        msgspec.json.encode({**msgspec.to_builtins(SAVED), "extra": 1}),
    ],
    ids=["empty", "cut", "list", "binary", "deep", "large", "newer", "changed", "unknown field"],
)
def test_an_unusable_file_is_put_aside_and_said_so(file: WorkspaceFile, content: bytes) -> None:
    file.path.parent.mkdir(parents=True)
    file.path.write_bytes(content)
    with pytest.raises(LayoutUnusable, match=r"kept as trade\.json\.broken; the default layout is shown"):
        file.load()
    assert file.path.with_name("trade.json.broken").read_bytes() == content
    assert file.load() is None


def test_mutated_files_never_hand_changed_bytes_to_qt(file: WorkspaceFile) -> None:
    draw = random.Random(4)
    file.save(SAVED)
    whole = file.path.read_bytes()
    for _ in range(300):
        mutated = bytearray(whole)
        for _ in range(draw.randint(1, 4)):
            mutated[draw.randrange(len(mutated))] = draw.randrange(256)
        file.path.write_bytes(mutated)
        try:
            loaded = file.load()
        except LayoutUnusable:
            continue
        assert loaded is not None
        assert (loaded.geometry, loaded.docks) == (SAVED.geometry, SAVED.docks)


def test_the_default_layout_names_every_panel() -> None:
    assert {panel.kind for panel in PANELS} <= set(_kinds(TRADE_LAYOUT))


@pytest.mark.parametrize(
    "frame", [(-5000, 100, 400, 300), (100, 9000, 400, 300), (300, 300, 5000, 4000), (10, -700, 400, 300)]
)
def test_a_window_of_a_vanished_screen_comes_back(qtbot: QtBot, frame: tuple[int, int, int, int]) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.setGeometry(QRect(*frame))
    widget.show()
    clamp_to_screen(widget)
    screen = QGuiApplication.primaryScreen().availableGeometry()
    title = QRect(widget.frameGeometry().topLeft(), widget.frameGeometry().topRight())
    assert screen.intersects(title.adjusted(0, 0, 0, 20))


def test_a_window_that_can_be_reached_stays_where_it_is(qtbot: QtBot) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.setGeometry(QRect(50, 60, 400, 300))
    widget.show()
    clamp_to_screen(widget)
    assert widget.geometry() == QRect(50, 60, 400, 300)
