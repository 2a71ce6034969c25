"""An alert typed into the palette of the real desk is told once, over a kill and a restart."""

import signal
import sys
from pathlib import Path

import pytest

from tests.e2e.test_live_desk import desk
from workstation.alerts.files import load_alerts

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills are of Unix")


def test_an_alert_typed_into_the_palette_is_told_once_over_a_kill(tmp_path: Path) -> None:
    with desk(tmp_path) as opened:
        opened.until(lambda report: len(report["symbols"]) > 3)
        opened.say("run", "alert", "BTCUSDT", "last", ">", "1", "and", "feed_age_s", "<", "60")
        report = opened.until(lambda report: bool(report["alerts"]["told"]))
        assert report["alerts"]["told"] == [1]
        assert report["alerts"]["rules"] == 1
        opened.until(lambda report: report["alerts"]["bell"] == "1")
        notices = opened.until(lambda report: len(report["alerts"]["notices"]) == 2)["alerts"]["notices"]
        assert notices == ["BTCUSDT · last > 1 and feed_age_s < 60", "Watched once"]
        opened.process.send_signal(signal.SIGKILL)
        opened.process.wait()
    kept, complaint = load_alerts(tmp_path / "alerts" / "alerts.json")
    assert not complaint
    assert [firing.number for firing in kept.firings] == [1]
    with desk(tmp_path) as opened:
        opened.until(lambda report: report["trades"].get("BTCUSDT", 0) > 50)
        assert opened.say("report")["alerts"] == {"rules": 1, "told": [1], "notices": [], "bell": "1"}
