"""The trader's own sectors as a file that is edited elsewhere and read as soon as it is saved."""

from pathlib import Path

from workstation.account_desk import AccountDesk
from workstation.trading.sectors import OWN_FILE

_BEGIN = """\
# Sectors of your own. A coin named here leaves the sector it comes with; new names are new sectors.
# The file is read as soon as it is saved. Multiples (1000PEPE) are found by the coin's own name.

[sectors]
# ai = ["TAO", "FET"]
# my_bets = ["HYPE", "SUI"]
"""


class SectorFile:
    """Watches the file of the account that trades."""

    def __init__(self) -> None:
        self._seen: tuple[Path, int, int] | None = None

    def look(self, trading: AccountDesk) -> bool:
        """Read the file if it is another than at the last look; True if it was read.

        Raises:
            BadFigure: it cannot be read; told once for each time that it is saved.
        """
        if trading.data_dir is None:
            return False
        path = trading.data_dir / OWN_FILE
        try:
            stat = path.stat()
            seen = (path, stat.st_mtime_ns, stat.st_size)
        except OSError:
            seen = (path, 0, 0)
        if seen == self._seen:
            return False
        first = self._seen is None or self._seen[0] != path  # the account has read it when it was opened
        self._seen = seen
        if first:
            return False
        trading.reload_sectors()
        return True

    def begin(self, data_dir: Path) -> Path:
        """Return the file, begun with a few words if there is none.

        Raises:
            OSError: it cannot be written.
        """
        path = data_dir / OWN_FILE
        if not path.exists():
            path.write_text(_BEGIN, encoding="utf-8")
        return path
