"""Preflight's window: panels read the market and paint it. Imports workstation, never the other way."""

import os

# pyqtgraph takes the first Qt binding it finds unless it is told; this runs before any module imports it.
os.environ.setdefault("PYQTGRAPH_QT_LIB", "PySide6")
