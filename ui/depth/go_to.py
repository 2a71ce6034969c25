"""Asks for a moment to look at: a date and a time of day, UTC."""

from collections.abc import Callable

from PySide6.QtCore import QDateTime, Qt, QTimeZone
from PySide6.QtWidgets import QDateTimeEdit, QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget


def ask_time(now_ms: float, take: Callable[[float], None], parent: QWidget) -> QDialog:
    """Ask without blocking; `take` gets the moment, UTC ms, if the trader confirms.

    Args:
        now_ms: what is shown first.
    """
    dialog = QDialog(parent)
    dialog.setWindowTitle("Go to time")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    edit = QDateTimeEdit(QDateTime.fromMSecsSinceEpoch(int(now_ms), QTimeZone.utc()), dialog)
    edit.setTimeZone(QTimeZone.utc())
    edit.setDisplayFormat("yyyy-MM-dd  HH:mm:ss")
    edit.setCalendarPopup(True)
    edit.setAccessibleName("Date and time, UTC")
    edit.setCurrentSection(QDateTimeEdit.Section.HourSection)
    buttons = QDialogButtonBox(
        QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel, dialog
    )
    buttons.button(QDialogButtonBox.StandardButton.Ok).setText("Go")
    buttons.accepted.connect(dialog.accept)
    buttons.rejected.connect(dialog.reject)
    layout = QVBoxLayout(dialog)
    layout.addWidget(QLabel("Show depth from this moment on, UTC:", dialog))
    layout.addWidget(edit)
    layout.addWidget(buttons)
    dialog.accepted.connect(lambda: take(float(edit.dateTime().toMSecsSinceEpoch())))
    dialog.open()
    edit.setFocus()
    return dialog
