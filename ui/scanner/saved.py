"""What the trader does with saved screens: keep, use, remove, bring back; the bar tells what went wrong."""

from collections.abc import Callable

import msgspec
from PySide6.QtWidgets import QWidget

from ui.alerting.undo_bar import UndoBar
from ui.desk.name_prompt import NamePrompt
from ui.theme import ThemeSource
from workstation.errors import BadFigure
from workstation.scanner.screens import Screen, ScreenBook


class SavedScreens:
    """Between the file of screens and the panel that shows one of them."""

    def __init__(
        self,
        book: Callable[[], ScreenBook],
        themes: ThemeSource,
        bar: UndoBar,
        present: Callable[[str], Screen],
        use: Callable[[Screen], None],
        named: Callable[[str], None],
    ) -> None:
        """Keep screens in `book`.

        Args:
            bar: tells what was removed, and what went wrong.
            present: what is asked and shown now, as a screen of that name.
            use: asks and shows a screen.
            named: told under which name it is kept now; "" for none.
        """
        self._book, self._themes, self._bar = book, themes, bar
        self._present, self._use, self._named = present, use, named
        self._prompt: NamePrompt | None = None

    def use(self, name: str) -> None:
        """Ask and show what was saved under a name."""
        screen = self._book().screen(name)
        if screen is not None:
            self._named(screen.name)
            self._use(screen)

    def save(self, name: str) -> None:
        """Keep what is asked and shown under a name.

        Raises:
            BadFigure: it cannot be kept.
        """
        name = " ".join(name.split())
        self._book().save(self._present(name))
        self._named(name)

    def save_over(self, name: str) -> None:
        """Keep it in the place of what was kept under that name."""
        try:
            self.save(name)
        except BadFigure as error:
            self._bar.offer(str(error), undoable=False)

    def ask_name(self, window: QWidget, name: str) -> None:
        """Ask for a name to keep it under; `name` is offered."""
        if self._prompt is None:
            self._prompt = NamePrompt(self._themes, window)
        self._prompt.ask("Save this screen as", name, self._save_named)

    def _save_named(self, name: str) -> None:
        try:
            self.save(name)
        except (BadFigure, msgspec.ValidationError) as error:
            raise ValueError(str(error)) from None

    def remove(self, name: str) -> None:
        """Remove one of the trader's own screens; it can be undone."""
        try:
            removed = self._book().remove(name)
        except BadFigure as error:
            self._bar.offer(str(error), undoable=False)
            return
        if removed:
            self._bar.offer(f"The screen “{name}” was removed.", undoable=True)
            self._named("")

    def undo(self) -> None:
        """Bring the screen back that was removed last."""
        try:
            name = self._book().undo()
        except BadFigure as error:
            self._bar.offer(str(error), undoable=False)
            return
        self._bar.hide()
        if name:
            self.use(name)
