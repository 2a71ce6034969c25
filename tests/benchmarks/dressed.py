"""The Qt application that a benchmark paints with: offscreen, fonts and colours as on the desk."""

import os

from PySide6.QtWidgets import QApplication

from ui.style_sheet import dress
from ui.theme import DARK, NORMAL, load_fonts, ui_font


def dressed_application() -> QApplication:
    """Return the one application of this process, made where there is none yet."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    load_fonts()
    application.setStyle("Fusion")
    application.setFont(ui_font())
    dress(application, DARK, NORMAL)
    return application
