"""The commands that take pictures, and the notice that says where they are."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QWidget

from ui.alerting.toasts import ToastStack
from ui.commands import Command
from ui.desk.whole import WholeDesk
from ui.pictures.painting import picture_of, picture_of_all
from ui.pictures.taker import Subject
from workstation.runtime.bus import Fault


def add_picture_commands(desk: WholeDesk, stack: ToastStack) -> None:
    """Give the desk the commands of pictures; `stack` says what became of them. Call once."""
    bench, taker = desk.bench, desk.services.pictures

    def has_current() -> bool:
        return bench.current() is not None

    def of_panel(copy: bool) -> Callable[[], None]:
        def take() -> None:
            panel = bench.current()
            if panel is not None:
                (panel.copy_picture if copy else panel.keep_picture)()

        return take

    def window_subject(name: str) -> Subject:
        panel = bench.current()
        symbol = panel.link.symbol if panel is not None else desk.services.links.first.symbol
        return desk.services.picture_subject(name, symbol)

    def of_window(copy: bool) -> Callable[[], None]:
        def take() -> None:
            picture = picture_of(bench.current_window(), twice=taker.twice)
            (taker.copy if copy else taker.save)(picture, window_subject("window"))

        return take

    def of_desk() -> None:
        windows: list[QWidget] = [window for window in bench.windows.values() if window.isVisible()]
        picture = picture_of_all(windows, desk.services.themes.theme.window, twice=taker.twice)
        taker.save(picture, window_subject("desk"))

    def saved(path: str) -> None:
        stack.add(
            f"Picture kept in {Path(path).parent.name}",
            Path(path).name,
            lambda: _open(path),
            (
                ("Open folder", lambda: _open(str(Path(path).parent))),
                ("Copy path", lambda: QGuiApplication.clipboard().setText(path)),
            ),
        )

    taker.saved.connect(saved)
    taker.copied.connect(lambda name: stack.add("Picture copied", f"{name}: paste it anywhere", _nothing))
    taker.failed.connect(lambda why: desk.services.workstation.bus.publish(Fault("Pictures", why)))
    desk.commands.add(
        Command(
            "Copy picture of the panel",
            of_panel(copy=True),
            "Ctrl+Shift+C",
            has_current,
            "picture.panel.copy",
        ),
        Command("Keep picture of the panel", of_panel(copy=False), "F12", has_current, "picture.panel.keep"),
        Command("Copy picture of the window", of_window(copy=True), id="picture.window.copy"),
        Command("Keep picture of the window", of_window(copy=False), "Shift+F12", id="picture.window.keep"),
        Command("Keep picture of the whole desk", of_desk, "Ctrl+Shift+F12", id="picture.desk.keep"),
        Command("Open the folder of pictures", lambda: _open_folder(taker.folder), id="picture.folder"),
    )


def _open_folder(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    _open(str(folder))


def _open(path: str) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(path))


def _nothing() -> None:
    """Shows nothing: what was said is all there is."""
