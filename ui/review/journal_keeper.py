"""Opens the journal beside the desk, keeps it up to date while markets come and go, and closes it."""

import logging
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QTimer

from ui.services import PanelServices
from workstation.errors import PreflightError
from workstation.journal.follower import JournalFollower, StoredConditions
from workstation.journal.journal import Journal
from workstation.journal.keeping import TripKeeping
from workstation.journal.shadow import StoredShadows
from workstation.market.past_reader import Wanting
from workstation.model.journal import ContractTerms
from workstation.runtime.bus import Fault
from workstation.trading.contracts import Contract

log = logging.getLogger(__name__)

LOOK_EVERY_MS = 1_000


class JournalKeeper(QObject):
    """Gives the desk its journal; where it cannot be opened, that is said and the desk goes on without."""

    def __init__(self, services: PanelServices, data_dir: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._told: tuple[str, ...] = ()
        self.complaint = ""
        """Why there is no journal, one sentence."""
        self._journal: Journal | None = None
        try:
            self._journal = Journal(data_dir)
        except PreflightError as error:
            self.complaint = str(error)
            return
        services.journal = self._journal
        self._follower = JournalFollower(self._journal, self._terms)
        self._wanted = self._wants(self._journal)
        self._keeping = services.keeping = TripKeeping(self._journal)
        self._keeping.use(services.workstation.store)
        self._workstation = services.workstation
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_EVERY_MS)
        self._timer.timeout.connect(self._look)

    def start(self) -> None:
        """Begin to follow the ledgers."""
        if self._journal is None:
            self._tell((self.complaint,))
            return
        self._follower.start()
        self._timer.start()

    def close(self) -> None:
        """Write what waits and release the journal; the market is closed already."""
        if self._journal is None:
            return
        self._timer.stop()
        self._follower.close()
        try:
            self._journal.close()
        except PreflightError as error:
            log.error("something of the journal is not kept: %s", error)

    def _look(self) -> None:
        journal = self._journal
        assert journal is not None
        self._tell(journal.troubles)
        workstation = self._services.workstation
        if workstation is not self._workstation:
            self._workstation = workstation
            self._wanted = self._wants(journal)
            self._keeping.use(workstation.store)
        if workstation.past_reader is not None:
            for wanting in (*self._wanted, self._keeping):
                workstation.past_reader.follow(wanting)

    def _wants(self, journal: Journal) -> tuple[Wanting, ...]:
        """What is to be found out from the stored past of one market."""
        return (StoredConditions(self._follower), StoredShadows(journal))

    def _tell(self, troubles: tuple[str, ...]) -> None:
        """Say what is wrong, once each time that it comes up."""
        for words in troubles:
            if words not in self._told:
                self._services.workstation.bus.publish(Fault("Journal", words))
        self._told = troubles

    def _terms(self) -> Sequence[ContractTerms]:
        """How the symbols of the desk's account turn into money; asked on the follower's thread."""
        portfolio = self._services.portfolio
        return () if portfolio is None else [_terms_of(one) for one in list(portfolio.contracts.values())]


def _terms_of(contract: Contract) -> ContractTerms:
    rules = contract.rules
    return ContractTerms(
        contract.venue,
        contract.symbol,
        contract.settlement_asset,
        rules.contract_size,
        rules.kind,
        contract.taker_rate,
    )
