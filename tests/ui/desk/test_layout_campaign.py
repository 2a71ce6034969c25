"""Thousands of damaged and hostile layout files: a safe default, a clear message, nothing off screen.

`PREFLIGHT_LAYOUTS` says how many files are tried; a seeded share of them is tried in every run.
"""

import os
import random
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import msgspec
import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from tests.ui.desk.test_schema import SAVED, version_1
from ui.desk import tree
from ui.desk.schema import VERSION, decode, encode
from ui.desk.screens import live_screens
from ui.desk.whole import WholeDesk
from ui.desk.workspaces import shipped
from ui.links import Crosshair
from ui.panel import Panel
from ui.panels import PANELS
from ui.theme import LIGHT, ROOMY
from ui.widgets.timeframe_picker import GREATEST_TIMEFRAME_MS
from workstation.app import Workstation
from workstation.market.state import MarketReset
from workstation.runtime.bus import Fault

FILES = int(os.environ.get("PREFLIGHT_LAYOUTS", "300"))
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)

HOSTILE: tuple[Any, ...] = (
    None, True, -1, 0, 1, 2**31, -(2**63), 1e308, -0.0, 0.5, 100_000, -100_000, "", "main", "chart",
    "x" * 5000, "../../x", "\u202e\u0000", "window-9999", "sample", "NaN", [], {}, [[]], ["chart"],
    "normal", "full", {"is": "stack", "panels": []}, {"is": "split", "along": "row", "parts": []},
    {"is": "stack", "panels": ["sample"] * 3},
)  # fmt: skip


def base() -> dict[str, Any]:
    """A workspace with two windows, tabs, a kind to come, and places on two monitors."""
    made = msgspec.to_builtins(SAVED)
    for panel, kind in (("chart", "sample"), ("chart-2", "second"), ("depth", "second")):
        made["panels"][panel]["kind"] = kind
    made["arrangements"] = [
        {
            "screens": [
                {"name": "DP-1", "x": 0, "y": 0, "width": 2560, "height": 1440, "scale": 1.0},
                {"name": "DP-2", "x": 2560, "y": 0, "width": 1920, "height": 1080, "scale": 2.0},
            ],
            "windows": {
                "main": {
                    "screen": "DP-1",
                    "x": 5,
                    "y": 5,
                    "width": 2000,
                    "height": 1300,
                    "standing": "normal",
                },
                "window-2": {
                    "screen": "DP-2",
                    "x": 900,
                    "y": 700,
                    "width": 900,
                    "height": 700,
                    "standing": "maximised",
                },
            },
        }
    ]
    return {**made, "version": VERSION}


def mutated(draw: random.Random) -> bytes:
    """One file: bytes damaged as a disk does it, or values replaced as a person or a program would."""
    if draw.random() < 0.35:
        data = bytearray(encode(SAVED) if draw.random() < 0.8 else version_1())
        for _ in range(draw.randint(1, 6)):
            at = draw.randrange(len(data)) if data else 0
            way = draw.randrange(5)
            if way == 0 and data:
                data[at] = draw.randrange(256)
            elif way == 1:
                del data[at:]
            elif way == 2:
                del data[at : at + draw.randint(1, 40)]
            elif way == 3:
                data[at:at] = data[at : at + draw.randint(1, 60)]
            else:
                data[at:at] = draw.randbytes(draw.randint(1, 8))
        return bytes(data)
    whole: Any = base()
    if draw.random() < 0.45:
        _moved(draw, whole)
        return msgspec.json.encode(whole)
    for _ in range(draw.randint(1, 4)):
        places = list(_places(whole))
        holder, key = draw.choice(places)
        way = draw.randrange(4)
        if way == 0 and isinstance(holder, dict):
            del holder[key]
        elif way == 1 and isinstance(holder, list):
            holder.insert(key, holder[key])
        elif way == 2 and isinstance(holder[key], int | float):
            holder[key] = draw.choice((holder[key] * -1, holder[key] * 37, draw.randint(-100_000, 100_000)))
        else:
            holder[key] = deepcopy(draw.choice(HOSTILE))
    return msgspec.json.encode(whole)


def _moved(draw: random.Random, whole: Any) -> None:
    """Other monitors and places, all of which the schema allows: far off, tiny, huge, upside down."""
    for holder, key in _places(whole["arrangements"]):
        if draw.random() < 0.5:
            if key in ("x", "y"):
                holder[key] = draw.choice((draw.randint(-100_000, 100_000), draw.randint(-50, 900)))
            elif key in ("width", "height"):
                holder[key] = draw.choice((1, draw.randint(1, 100_000), draw.randint(200, 900)))
            elif key == "standing":
                holder[key] = draw.choice(("normal", "maximised", "full"))
            elif key in ("screen", "name"):
                holder[key] = draw.choice(("DP-1", "DP-2", "screen", "", "x" * 80))
    for panel in whole["panels"].values():
        panel["link"] = draw.choice(("", "blue", "green", "pink"))
        panel["shares_symbol"], panel["shares_timeframe"] = draw.random() < 0.5, draw.random() < 0.5
        panel["symbol"] = draw.choice(("", "BTCUSDT", "ETHUSDT", "NOSUCH", "\u202e"))
        panel["timeframe_ms"] = draw.choice((1_000, 2**31, GREATEST_TIMEFRAME_MS, draw.randint(1_000, 10**9)))
    for stack in _stacks(whole["windows"]):
        stack["share"] = draw.choice((0.001, 1000.0, draw.random() + 0.001))
        stack["shown"] = draw.randrange(65)


def _stacks(value: Any) -> Iterator[dict[str, Any]]:
    for holder, key in _places(value):
        if isinstance(holder[key], dict) and holder[key].get("is") == "stack":
            yield holder[key]


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every holder and key of a value in a nested structure."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from _places(value[key])


def is_safe(desk: WholeDesk) -> bool:
    """Every window lies on a screen, and every panel that can be shown is in one of them."""
    screens = live_screens()
    for window in desk.bench.windows.values():
        rect = window.rect_now()
        if not any(
            screen.free.x <= rect.x
            and screen.free.y <= rect.y
            and rect.x + rect.width <= screen.free.x + screen.free.width
            and rect.y + rect.height <= screen.free.y + screen.free.height
            for screen in screens
        ):
            return False
    shown = {name for window in desk.bench.windows.values() for name in tree.panels_of(window.area.root)}
    return set(desk.bench.panels) <= shown and "main" in desk.bench.windows


def campaign(desk: WholeDesk, workstation: Workstation, path: Path, files: int, seed: int) -> tuple[int, int]:
    """Open mutated files one after another; return how many were refused and how many were usable."""
    faults: list[Fault] = []
    workstation.bus.subscribe(Fault, faults.append)
    draw = random.Random(seed)
    default = shipped("trade").windows[0].root
    path.parent.mkdir(parents=True, exist_ok=True)
    refused = usable = 0
    for number in range(files):
        data = mutated(draw)
        path.write_bytes(data)
        faults.clear()
        desk.session.open("trade")
        assert is_safe(desk), (number, data)
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)  # no loop runs that would
        kept = desk.session.standing()
        assert decode(encode(kept)).windows == kept.windows, (number, data)
        told = [
            fault.message for fault in faults if fault.message.startswith("The saved layout was not used: ")
        ]
        if told:
            refused += 1
            assert desk.main.area.kept == default, (number, data)
            assert "It is kept as set-aside/trade." in told[0]
            assert told[0].endswith("The default layout is shown.")
            assert len(told[0]) < 400
            assert not path.exists()
        else:
            usable += 1
    return refused, usable


def test_any_layout_file_gives_a_desk_that_can_be_used(
    make_desk: Callable[..., WholeDesk], workstation: Workstation, tmp_path: Path
) -> None:
    desk = make_desk()
    desk.show("trade")
    refused, usable = campaign(desk, workstation, tmp_path / "layouts" / "trade.json", FILES, seed=4)
    print(f"{FILES} layout files: {refused} refused for the default, {usable} usable")
    assert refused > FILES * 0.5
    assert usable > FILES * 0.05


def test_the_panels_themselves_bear_hostile_views(
    make_desk: Callable[..., WholeDesk], workstation: Workstation, tmp_path: Path
) -> None:
    desk = make_desk(PANELS)
    desk.show("trade")
    draw = random.Random(5)
    path = tmp_path / "layouts" / "trade.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    saved = msgspec.to_builtins(desk.session.standing())
    for _ in range(max(6, FILES // 100)):
        hostile = msgspec.json.decode(msgspec.json.encode(saved))
        for panel in hostile["panels"].values():
            for key in panel.get("view", {}):
                panel["view"][key] = deepcopy(draw.choice(HOSTILE))
            panel["link"] = draw.choice(("", "blue", "pink", "green"))
            panel["shares_timeframe"] = draw.random() < 0.5
        path.write_bytes(msgspec.json.encode({**hostile, "version": VERSION}))
        desk.session.open("trade")
        for made in desk.bench.panels.values():
            made.refresh()
            made.update_condition()
        assert is_safe(desk)
        assert set(desk.bench.panels) == set(saved["panels"])


@pytest.mark.parametrize("kind", PANELS, ids=lambda kind: kind.kind)
def test_a_closed_panel_leaves_nothing_behind_that_stumbles(
    make_desk: Callable[..., WholeDesk], replayed: Workstation, kind: type[Panel]
) -> None:
    desk = make_desk((kind,))
    desk.show("trade")
    desk.actions.add(kind.kind)
    for panel in desk.bench.panels.values():
        panel.refresh()
    desk.actions.close_panel(next(iter(desk.bench.panels)))
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    services = desk.services
    services.themes.set_density(ROOMY)
    services.themes.set_theme(LIGHT)
    for group in services.links:
        group.set_symbol("ETHUSDT")
        group.set_timeframe(60_000)
        group.set_crosshair(Crosshair(1.0, 2.0, None))
    replayed.bus.publish(MarketReset("ETHUSDT"))
    for _ in range(30):
        desk.main.clock._on_tick()
    QApplication.processEvents()
