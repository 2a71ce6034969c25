"""`python -m ui.start_qt`: start Qt and say which platform it chose, for the doctor, who imports no Qt."""

import sys

from PySide6.QtWidgets import QApplication


def main() -> int:
    """Print the platform's name; Qt itself ends the process where it finds none."""
    sys.stdout.write(QApplication([]).platformName() + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
