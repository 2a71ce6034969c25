"""What is written to the ledger while nobody waits for it: it counts all the same while the program runs."""

import logging
from concurrent.futures import Future

from workstation.errors import PreflightError
from workstation.model.ledger import LedgerRecord
from workstation.ports import Ledger

log = logging.getLogger(__name__)


def write_down(ledger: Ledger, record: LedgerRecord) -> None:
    """Append what has happened already; that it could not be written is an error in the log.

    The next start will not know of it then, so it must not pass in silence.
    """
    ledger.append(record).add_done_callback(_settled)


def _settled(future: "Future[int]") -> None:
    try:
        future.result()
    except PreflightError as error:
        log.error("not in the ledger, and not known after the next start: %s", error)
