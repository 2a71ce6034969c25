"""Every key of the program as it is shipped, from a desk put together to be asked and shown to nobody."""

import math
from pathlib import Path
from tempfile import TemporaryDirectory

import qasync
from PySide6.QtWidgets import QApplication

from ui.app import Desk
from ui.keys.key_rows import KeyRow, ToldKeys, key_rows
from ui.markets import Markets
from ui.panels import PANELS
from workstation.settings import Settings, WindowOptions


def all_keys() -> tuple[KeyRow, ...]:
    """Return every key with its default, as pages name them.

    A `QApplication` is made where there is none; nothing is asked of the net, and nothing is kept.
    """
    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication(["preflight"])
    application.setQuitOnLastWindowClosed(False)
    with TemporaryDirectory() as folder:
        options = WindowOptions(replay=None, speed=math.inf, data_dir=Path(folder), offline=True)
        markets = Markets(options, Settings())
        market = markets.open(markets.first)
        desk = Desk(application, markets, market, options, Settings())
        desk.whole.session.open("trade", None)
        panels = [kind(desk.services) for kind in PANELS]
        commands = desk.whole.commands
        rows = key_rows(
            commands, PANELS, {panel.kind: ToldKeys.of(panel) for panel in panels}, commands.keymap
        )
        for panel in panels:
            panel.put_away()
            panel.deleteLater()
        with qasync.QEventLoop(application) as loop:
            desk.end()
            loop.run_until_complete(desk.run())
    return rows
