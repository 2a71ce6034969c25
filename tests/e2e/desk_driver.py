"""The real desk as a program that does what it is told on standard input, one line a command, and answers."""

import json
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

import qasync
from PySide6.QtWidgets import QApplication

from ui.app import Desk
from ui.desk.screens import Rect
from ui.desk.tree import panels_of
from ui.markets import Markets
from workstation.runtime.collector import collect_seldom
from workstation.settings import Settings, WindowOptions, load_settings


class Driver:
    """Obeys; each answer is one line of JSON."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def report(self) -> dict[str, Any]:
        """How the desk stands."""
        window, services = self._desk.window, self._desk.services
        live = services.workstation.live
        return {
            "market": self._desk.switch.choice.key,
            "mode": window.top_bar.mode.words,
            "title": window.windowTitle(),
            "chip": window.top_bar.markets.chip.words,
            "fault": window.fault_bar.words.text(),
            "status": [words for words, _ in window.status_bar.left + window.status_bar.right],
            "panels": {
                name: {
                    "condition": panel.condition.name,
                    "sentence": panel.condition_sentence,
                    "age": panel.header.age_text,
                    "subject": list(panel.header.subject),
                    "detail": panel.header.detail,
                    "body": panel._body is not None and panel._body.isVisible(),
                }
                for name, panel in self._desk.whole.bench.panels.items()
                if panel.isVisible()
            },
            "symbols": list(services.workstation.market.symbols),
            "trades": {
                symbol: state.trades.appended for symbol, state in services.workstation.market.states.items()
            },
            "candles": {
                symbol: len(state.candles(60_000).rows())
                for symbol, state in services.workstation.market.states.items()
                if symbol == services.links.first.symbol
            },
            "link": services.links.first.symbol,
            "listed": list(services.feed.listed),
            "refused": list(services.refused),
            "feed_process": None if live is None else live.process_id,
            "address": None if live is None else live.base_url,
            "reconnects": None if live is None else live.counters.reconnects,
            "books_fetched": None if live is None else live.counters.snapshots,
            "feed_restarts": None if live is None else live.restarts,
            "alerts": {
                "rules": len(services.alerts.rules()),
                "told": [firing.number for firing in services.alerts.firings],
                "notices": [toast.title for toast in self._desk.notices.stack.toasts],
                "bell": window.top_bar.bell.words,
            },
        }

    def switch(self, key: str) -> dict[str, Any]:
        """Choose a market as the menu does."""
        self._desk.window.top_bar.markets.offered[key].trigger()
        return self.report()

    def run(self, *words: str) -> dict[str, Any]:
        """Do the best match of the palette."""
        self._desk.window.commands.matching(" ".join(words))[0].run()
        return self.report()

    def windows(self) -> dict[str, Any]:
        """Where every window stands, and which panels it holds."""
        return {
            name: {
                "title": window.windowTitle(),
                "rect": list(window.rect_now())[:4],
                "panels": sorted(panels_of(window.area.root)),
                "shown": window.isVisible(),
            }
            for name, window in self._desk.whole.bench.windows.items()
        }

    def place(self, name: str, x: str, y: str, width: str, height: str) -> dict[str, Any]:
        """Move a window as a hand would."""
        self._desk.whole.bench.windows[name].stand(Rect(int(x), int(y), int(width), int(height)))
        return {}

    def window_picture(self, name: str, path: str) -> dict[str, Any]:
        """Leave a picture of one window."""
        return {"saved": self._desk.whole.bench.windows[name].grab().save(path, "PNG")}

    def kill_feed(self) -> dict[str, Any]:
        """End the feed process as a crash would."""
        process_id = self.report()["feed_process"]
        os.kill(process_id, signal.SIGKILL)
        return {"killed": process_id}

    def picture(self, path: str) -> dict[str, Any]:
        """Leave a picture of the window."""
        return {"saved": self._desk.window.grab().save(path, "PNG")}

    def end(self) -> dict[str, Any]:
        """Close the desk."""
        self._desk.end()
        return {}


def main() -> None:
    """Open the desk on `data_dir [venue url]` and obey."""
    collect_seldom()
    data_dir = Path(sys.argv[1])
    venue, url = (sys.argv[2], sys.argv[3]) if len(sys.argv) > 2 else (None, None)
    options = WindowOptions(None, 1.0, data_dir, size=(1600, 900), venue=venue, url=url)
    settings: Settings = load_settings(data_dir)[0]
    markets = Markets(options, settings)
    market = markets.open(markets.first)
    application = QApplication(sys.argv[:1])
    application.setQuitOnLastWindowClosed(False)
    desk = Desk(application, markets, market, options, settings)
    driver = Driver(desk)

    def obey(line: str) -> None:
        name, *arguments = line.split()
        print(json.dumps(getattr(driver, name)(*arguments)), flush=True)

    with qasync.QEventLoop(application) as loop, desk.catching_errors(loop):

        def listen() -> None:
            for line in sys.stdin:
                loop.call_soon_threadsafe(obey, line)

        async def run() -> int:
            threading.Thread(target=listen, daemon=True).start()
            return await desk.run()

        loop.run_until_complete(run())


if __name__ == "__main__":
    main()
