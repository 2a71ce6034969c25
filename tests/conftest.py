"""What every test stands on: an offscreen Qt, homes of its own, recorded market data where at hand."""

import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# Set before anything imports Qt. A test that wants a real display starts a program with another value.
os.environ["QT_QPA_PLATFORM"] = "offscreen"
# No test depends on the desk it runs on.
for name in ("PREFLIGHT_REPLAY", "QT_SCALE_FACTOR", "QT_STYLE_OVERRIDE", "QT_LOGGING_RULES"):
    os.environ.pop(name, None)

# Two cores under two test workers make any deadline a coin toss; the strategies are what must be small.
settings.register_profile("desk", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "desk")

REPOSITORY = Path(__file__).resolve().parent.parent


def shared_data_folder() -> Path | None:
    """Return the folder of recorded data: PREFLIGHT_SHARED_DATA, or shared/data beside the repository."""
    named = os.environ.get("PREFLIGHT_SHARED_DATA")
    folder = Path(named) if named else REPOSITORY.parent / "shared" / "data"
    return folder if (folder / "captures").is_dir() else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if shared_data_folder() is not None:
        return
    absent = pytest.mark.skip(reason="no recorded market data: set PREFLIGHT_SHARED_DATA to their folder")
    for item in items:
        if item.get_closest_marker("real_data") or "shared_data" in getattr(item, "fixturenames", ()):
            item.add_marker(absent)


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of this repository."""
    return REPOSITORY


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of recorded market data; whoever asks for it is skipped where there is none."""
    folder = shared_data_folder()
    assert folder is not None
    return folder


@pytest.fixture(scope="session", autouse=True)
def _homes_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the settings, layouts and stores of whoever sits at this desk out of reach of the tests."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
            patch.setenv(name, str(home / name.lower()))
        yield


@pytest.fixture(autouse=True)
def _no_log_warning(request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail a test in which anything logs a warning, unless it is marked `logs_warnings`: it provokes them."""
    yield
    if request.node.get_closest_marker("logs_warnings"):
        return
    warned = [record for record in caplog.get_records("call") if record.levelno >= logging.WARNING]
    assert not warned, "; ".join(f"{record.name}: {record.getMessage()}" for record in warned)


@pytest.fixture(autouse=True)
def _no_leaked_window() -> Iterator[None]:
    """Fail a test that leaves a window open: it would go on painting, and listening, in every later test."""
    yield
    widgets = sys.modules.get("PySide6.QtWidgets")
    if widgets is None or widgets.QApplication.instance() is None:
        return
    leaked = [widget for widget in widgets.QApplication.topLevelWidgets() if widget.isVisible()]
    names = [repr(widget) for widget in leaked]
    for widget in leaked:
        widget.close()
    assert not names, f"still open: {names}"
