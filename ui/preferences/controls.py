"""One control for each kind of setting, made from what is declared of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QWidget,
)

from workstation.settings import Declared

CONTROL_PX = 300


class Control(QWidget):
    """Shows a setting's value and says when another is chosen."""

    chosen = Signal(object)
    """The value that the trader wants."""

    def __init__(self, declared: Declared, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.declared = declared
        self._line = QHBoxLayout(self)
        self._line.setContentsMargins(0, 0, 0, 0)

    def show_value(self, value: object) -> None:
        """Show the value in force."""
        raise NotImplementedError

    def _put(self, widget: QWidget, stretch: int = 0) -> None:
        widget.setAccessibleName(self.declared.title)
        widget.setAccessibleDescription(self.declared.about)
        self.setFocusProxy(widget)
        self._line.addWidget(widget, stretch)


class ChoiceControl(Control):
    """One of several."""

    def __init__(
        self,
        declared: Declared,
        choices: Sequence[tuple[object, str]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(declared, parent)
        self._values = [value for value, _ in choices]
        self.box = QComboBox(self)
        self.box.addItems([words for _, words in choices])
        self.box.activated.connect(lambda place: self.chosen.emit(self._values[place]))
        self._put(self.box, 1)

    def show_value(self, value: object) -> None:
        if value not in self._values:
            self._values.append(value)  # one that only a file can hold
            self.box.addItem(str(value))
        self.box.setCurrentIndex(self._values.index(value))


class SwitchControl(Control):
    """On or off."""

    def __init__(self, declared: Declared, parent: QWidget | None = None) -> None:
        super().__init__(declared, parent)
        self.box = QCheckBox("On", self)
        self.box.clicked.connect(lambda on: self.chosen.emit(on))
        self._put(self.box, 1)

    def show_value(self, value: object) -> None:
        self.box.setChecked(bool(value))
        self.box.setText("On" if value else "Off")


class NumberControl(Control):
    """A figure, or no limit."""

    def __init__(self, declared: Declared, parent: QWidget | None = None) -> None:
        super().__init__(declared, parent)
        self.box = QDoubleSpinBox(self)
        self.box.setDecimals(1 if declared.unit == "GB" else 0)
        self.box.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)
        # The least is taken by the words for no limit, which a spin box shows there.
        self.box.setRange(-1, declared.greatest)
        self.box.setSpecialValueText("no limit")
        self.box.setSuffix(f" {declared.unit}")
        self.box.setKeyboardTracking(False)
        self.box.valueChanged.connect(lambda value: self.chosen.emit(None if value < 0 else value))
        self._put(self.box, 1)

    def show_value(self, value: object) -> None:
        before = self.box.blockSignals(True)
        self.box.setValue(-1 if value is None else float(str(value)))
        self.box.blockSignals(before)


class FolderControl(Control):
    """A folder, typed or picked."""

    def __init__(self, declared: Declared, usual: str, parent: QWidget | None = None) -> None:
        super().__init__(declared, parent)
        self.field = QLineEdit(self)
        self.field.setPlaceholderText(usual)
        self.field.setToolTip(usual)
        self.field.editingFinished.connect(lambda: self._take(self.field.text().strip()))
        pick = QPushButton("Choose…", self)
        pick.setAutoDefault(False)
        pick.clicked.connect(self._pick)
        self._put(self.field, 1)
        self._line.addWidget(pick)
        self._shown = ""

    def show_value(self, value: object) -> None:
        self._shown = str(value)
        self.field.setText(self._shown)

    def _take(self, folder: str) -> None:
        if folder != self._shown:
            self.chosen.emit(folder)

    def _pick(self) -> None:
        dialog = QFileDialog(self, self.declared.title, self._shown or self.field.placeholderText())
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self._take)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


def control_of(
    declared: Declared,
    choices: Callable[[Declared], Sequence[tuple[object, str]]],
    data_dir: Path,
    parent: QWidget | None = None,
) -> Control:
    """The control of a setting.

    Args:
        choices: those that only the running program knows.
        data_dir: beside which folders are, if none is named.
    """
    if declared.kind == "choice":
        return ChoiceControl(declared, declared.choices or choices(declared), parent)
    if declared.kind == "switch":
        return SwitchControl(declared, parent)
    if declared.kind == "number":
        return NumberControl(declared, parent)
    return FolderControl(declared, str(data_dir / declared.path.partition(".")[0]), parent)
