"""Every error the trader can cause or cure, each with a sentence that says what to do."""


class PreflightError(Exception):
    """Something the trader can act on; its text is shown as it is, on one line.

    The command line prints it to standard error and exits with status 2; a window shows it in the
    panel concerned or in the fault bar.
    """


class BadCapture(PreflightError):
    """The file is missing, unreadable or not a recording of a market."""


class DataDirectoryError(PreflightError):
    """The data directory cannot be created, opened or written."""


class DataDirectoryInUse(DataDirectoryError):
    """Another Preflight has this data directory open."""


class StoreFull(DataDirectoryError):
    """The disk took no more; what was committed before is kept."""


class StoreDamaged(DataDirectoryError):
    """The tick store does not open because its file is damaged or from a newer version."""
