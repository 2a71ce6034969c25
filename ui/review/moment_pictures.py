"""Takes pictures of the linked panels when a position is opened and closed, and puts them with its trade."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QBuffer, QIODevice, QObject, Qt, QThreadPool, QTimer, Signal
from PySide6.QtGui import QImage

from ui.panel import Panel
from ui.pictures.painting import picture_of
from ui.services import PanelServices
from workstation.errors import PreflightError
from workstation.journal.journal import Journal
from workstation.model.journal import Attachment
from workstation.model.orders import Fill
from workstation.trading.news import FillBooked
from workstation.trading.portfolio import Portfolio

log = logging.getLogger(__name__)

KINDS = ("chart", "depth", "ladder")
"""Panels that show what a position was opened on."""
ENTRY, EXIT = "entry", "exit"
"""Roles of their pictures."""

SETTLE_MS = 600
"""After the fill: panels have drawn it by then, and an order filled in parts is one moment."""
WAIT_MS = 500
MOST_WAITS = 40
"""So often the journal is asked for the trade that a picture belongs to, every `WAIT_MS`."""
MOST_SIDE = 1_600
"""Dots of the longer side of a picture that is kept."""
MOST_BYTES = 700_000
"""Above this a picture is kept as JPEG."""
MOST_PICTURES = 4
"""Of one moment."""


@dataclass(frozen=True, slots=True)
class _Moment:
    fill: Fill
    role: str


class MomentPictures(QObject):
    """Listens to the desk's account; what it takes is written by another thread."""

    _kept = Signal(object, object)
    """A moment, and the attachment that its picture has become."""

    def __init__(
        self,
        services: PanelServices,
        panels: Callable[[], Mapping[str, Panel]],
        wanted: Callable[[], bool],
        parent: QObject | None = None,
    ) -> None:
        """Begin to listen to the market that is open.

        Args:
            services: with the journal, and the account.
            panels: of the desk, by id.
            wanted: whether the trader wants such pictures.
        """
        super().__init__(parent)
        self._services = services
        self._panels = panels
        self._wanted = wanted
        self._portfolio: Portfolio | None = None
        self._signs: dict[str, int] = {}  # of positions, as they were after the last fill that was heard
        self._moments: list[_Moment] = []
        self._homeless: list[tuple[_Moment, Attachment, int]] = []
        self._unsubscribe: Callable[[], None] = _nothing
        self._settle = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settle.timeout.connect(self._take)
        self._search = QTimer(self, interval=WAIT_MS)
        self._search.timeout.connect(self._find_homes)
        self._threads = QThreadPool(self)
        self._threads.setMaxThreadCount(1)
        self._kept.connect(self._take_in, Qt.ConnectionType.QueuedConnection)
        self.listen()

    def listen(self) -> None:
        """Listen to the program that is open now; call after every switch of markets."""
        self._unsubscribe()
        self._moments.clear()
        self._portfolio = self._services.portfolio
        held = {} if self._portfolio is None else self._portfolio.positions
        self._signs = {symbol: 1 if one.size > 0 else -1 for symbol, one in held.items()}
        self._unsubscribe = self._services.workstation.bus.subscribe(FillBooked, self._fill_booked)

    def finish(self) -> None:
        """Take nothing more; wait until what was taken is written, and with its trade if that is known."""
        self._unsubscribe()
        self._unsubscribe = _nothing
        self._settle.stop()
        self._search.stop()
        self._threads.waitForDone()
        self._find_homes()

    def _fill_booked(self, news: FillBooked) -> None:
        fill, portfolio = news.fill, self._services.portfolio
        if portfolio is None:
            return
        if portfolio is not self._portfolio:  # a recording went back, and its account began anew
            self._portfolio, self._signs = portfolio, {}
        size = portfolio.position(fill.symbol).size
        sign = (size > 0) - (size < 0)
        before = self._signs.get(fill.symbol, 0)
        self._signs[fill.symbol] = sign
        if sign == before or not self._wanted() or self._services.journal is None:
            return
        if before:
            self._moments.append(_Moment(fill, EXIT))
        if sign:
            self._moments.append(_Moment(fill, ENTRY))
        self._settle.start()

    def _take(self) -> None:
        """Paint one panel at each turn of the loop, so that no turn is long."""
        moments, self._moments = self._moments, []
        for symbol in dict.fromkeys(moment.fill.symbol for moment in moments):
            those = [moment for moment in moments if moment.fill.symbol == symbol]
            shown = [
                panel_id
                for panel_id, panel in self._panels().items()
                if panel.kind in KINDS and panel.link.symbol == symbol and panel.isVisible()
            ]
            shown.sort(key=lambda one: KINDS.index(self._panels()[one].kind))
            for number, panel_id in enumerate(shown[:MOST_PICTURES]):
                QTimer.singleShot(number * 30, self, lambda one=panel_id, all_=those: self._paint(one, all_))

    def _paint(self, panel_id: str, moments: list[_Moment]) -> None:
        panel, journal = self._panels().get(panel_id), self._services.journal
        if panel is None or journal is None or journal.is_read_only:
            return
        picture = picture_of(panel)
        taken_ms = self._services.workstation.clock.now_ms()
        self._threads.start(lambda: self._keep(journal, picture, panel_id, moments, taken_ms))

    # On the thread that writes.

    def _keep(
        self, journal: Journal, picture: QImage, panel_id: str, moments: list[_Moment], taken_ms: int
    ) -> None:
        data, ending = encoded(picture)
        for moment in moments:
            name = f"{moment.fill.symbol} {moment.role} {panel_id}.{ending}"
            try:
                kept = journal.attach(data, name, role=moment.role, taken_ms=taken_ms)
            except PreflightError as error:
                log.error("the picture of the %s is not kept: %s", moment.role, error)
            else:
                self._kept.emit(moment, kept)

    # On the window's thread again.

    def _take_in(self, moment: _Moment, kept: Attachment) -> None:
        self._homeless.append((moment, kept, MOST_WAITS))
        self._find_homes()
        if self._homeless and not self._search.isActive():
            self._search.start()

    def _find_homes(self) -> None:
        """Put pictures with their trades; the ledger is read a moment after its fill."""
        journal = self._services.journal
        left = []
        for moment, kept, waits in self._homeless:
            trip_id = None if journal is None else _trip_of(journal, moment)
            if journal is not None and trip_id is not None:
                journal.add_picture(trip_id, kept)
            elif waits > 1:
                left.append((moment, kept, waits - 1))
        self._homeless = left
        if not left:
            self._search.stop()


def encoded(picture: QImage) -> tuple[bytes, str]:
    """Return a picture as the bytes of a file of bounded size, and how its name ends."""
    picture.setDevicePixelRatio(1)
    if max(picture.width(), picture.height()) > MOST_SIDE:
        picture = picture.scaled(
            MOST_SIDE,
            MOST_SIDE,
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
    data = _saved(picture, "PNG", -1)
    return (data, "png") if len(data) <= MOST_BYTES else (_saved(picture, "JPG", 85), "jpg")


def _saved(picture: QImage, kind: str, quality: int) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    picture.save(buffer, kind, quality)  # type: ignore[call-overload]
    return bytes(buffer.data().data())


def _trip_of(journal: Journal, moment: _Moment) -> str | None:
    """The trade that a fill opened or closed; None while it is not in the journal."""
    fill = moment.fill
    for one in reversed(journal.trips()):
        trip = one.trip
        if (trip.venue, trip.symbol) == (fill.venue, fill.symbol) and trip.parts:
            part = trip.parts[0 if moment.role == ENTRY else -1]
            if part.fill == fill and part.opens == (moment.role == ENTRY):
                return trip.trip_id
    return None


def _nothing() -> None:
    """Stands for the end of a listening that has not begun."""
