"""What every panel may reach: the market that is open, the look, and the links to other panels."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QWidget

from ui.condition_view import Condition
from ui.drawings.store import DrawingStore
from ui.feed_watch import FeedWatch
from ui.links import LinkGroups
from ui.liquidity.own import OwnHabits
from ui.pictures.taker import PictureTaker, Subject
from ui.review.selection import TripSelection
from ui.statistics.source import StatisticsSource
from ui.theme import ThemeSource
from ui.ticket.hand import TradingHand
from ui.ticket.tickets import Tickets
from workstation.account_desk import AccountDesk
from workstation.alerts.book import AlertBook
from workstation.app import Workstation
from workstation.events.calendar import Calendar
from workstation.journal.journal import Journal
from workstation.journal.keeping import TripKeeping
from workstation.model.feed_status import FeedState
from workstation.scanner.screens import ScreenBook
from workstation.trading.portfolio import Portfolio

OTHER_VENUES = "Other markets are in the menu at the top."


@dataclass(frozen=True, slots=True)
class Notice:
    """What a panel says in place of its body.

    Attributes:
        condition: one of those that cover the body.
        sentence: what is so.
        hint: what to do, if anything.
    """

    condition: Condition
    sentence: str
    hint: str = ""


class PanelServices:
    """What a panel may reach. The look and the links stay; the program is another after every switch."""

    def __init__(
        self,
        workstation: Workstation,
        themes: ThemeSource,
        links: LinkGroups,
        drawings: DrawingStore | None = None,
        alerts: AlertBook | None = None,
        calendar: Calendar | None = None,
    ) -> None:
        self.themes = themes
        self.links = links
        self.drawings: DrawingStore = drawings or DrawingStore()
        """What the trader has drawn on every market; `drawings.book` is the desk's `LevelBook`."""
        self.alerts: AlertBook = alerts or AlertBook()
        """What the trader wants to be told of on every market, and what was told."""
        self.calendar: Calendar = calendar or Calendar()
        """The trader's events, of every market."""
        self.pictures = PictureTaker()
        """Keeps pictures of panels and windows."""
        self.tickets = Tickets()
        """Orders that are being planned, by symbol."""
        self.habits = OwnHabits(self.tickets)
        """How the trader trades each market: size, leverage, hours."""
        self.tickets.changed.connect(self._tell_habits)
        self.hand = TradingHand(self.tickets)
        """Sends them, and looks after what is held."""
        self.selection = TripSelection()
        """The round trip that review looks at, and the moment of it."""
        self.review_trip: Callable[[str], None] = _ignore
        """Shows a round trip, by its id, in the workspace of review."""
        self.journal: Journal | None = None
        """Every round trip with the trader's words on it; None where it could not be opened."""
        self.keeping: TripKeeping | None = None
        """What is found out about trips on the stored market, their plans left alone among it."""
        self.screens = ScreenBook()
        """What the trader has saved of the scanner."""
        self.statistics = StatisticsSource()
        """Works out the statistics of the round trips that the list is narrowed down to."""
        self.quiet = False
        """Do not disturb: what is told is kept, and makes neither sound nor notice."""
        self.set_quiet: Callable[[bool], None] = self._set_quiet
        self.play_sound: Callable[[str], None] = _ignore
        """Lets one of `workstation.alerts.rules.SOUNDS` be heard."""
        self.sound_note = ""
        """Why nothing is heard, one sentence; empty where sounds can be."""
        self.notice: Notice | None = None
        """What every panel says while no market runs: it is being opened, or could not be."""
        self.wanted: tuple[str, ...] = ()
        """Symbols asked for, before the venue has said which of them it lists."""
        self.asked: set[str] = set()
        """Symbols added by hand of which the feed may not have said anything yet."""
        self.on_wanted: Callable[[tuple[str, ...]], None] = _ignore
        """Told of the symbols followed when the trader has added or removed one."""
        self.search: Callable[[str], None] = _ignore
        """Opens the palette with these words typed."""
        self.add_sample: Callable[[], None] = _leave
        """Adds the sample journal, if it can be added."""
        self.edit_checklist: Callable[[str], None] = _ignore
        """Opens the window of checklists at one of them, by its key."""
        self.show_help: Callable[[str], object] = _ignore
        """Opens the page of help of a kind of panels."""
        self.ask_at: Callable[[QWidget, QPoint], None] = _ask_nothing
        """Offers to say what the figure of a panel is at a global place."""
        self._workstation = workstation
        self._feed = FeedWatch(workstation)
        workstation.watch_alerts(self.alerts, self.drawings.book, self.calendar)

    @property
    def workstation(self) -> Workstation:
        """The headless program."""
        return self._workstation

    @property
    def trading(self) -> AccountDesk | None:
        """The account that trades the open market; None while there is none."""
        return self._workstation.trading

    @property
    def portfolio(self) -> Portfolio | None:
        """What that account holds and has done."""
        trading = self.trading
        return None if trading is None else trading.floor.portfolio

    @property
    def feed(self) -> FeedWatch:
        """What its live feed has said about itself."""
        return self._feed

    def use(self, workstation: Workstation, wanted: tuple[str, ...] = ()) -> None:
        """Reach another program from now on; whoever shows the market has to be told."""
        self._feed.close()
        self._workstation = workstation
        self._feed = FeedWatch(workstation)
        workstation.watch_alerts(self.alerts, self.drawings.book, self.calendar)
        self.wanted = wanted
        self.asked.clear()

    def follow(self, symbol: str) -> None:
        """Follow another symbol of the venue; one that it does not trade is followed by its refusal."""
        if symbol not in self.followed:
            self.asked.add(symbol)
            self._workstation.follow([symbol])
            self._tell_wanted((*self.followed, symbol))

    def unfollow(self, symbol: str) -> None:
        """Follow a symbol no longer; whoever shows it shows the first of those that are left."""
        left = tuple(name for name in self.followed if name != symbol)
        self.asked.discard(symbol)
        self._workstation.unfollow(symbol)
        for link in self.links.everyone():
            if link.symbol == symbol:
                link.set_symbol(left[0] if left else "")
        self._tell_wanted(left)

    @property
    def followed(self) -> tuple[str, ...]:
        """The symbols of the watchlist: those the venue serves, then those it refuses."""
        return (*self._workstation.market.symbols, *self.refused)

    @property
    def refused(self) -> tuple[str, ...]:
        """Symbols asked for that the venue does not serve."""
        live = self._workstation.live
        if live is None:
            return ()
        states = self._workstation.market.states
        return tuple(
            symbol
            for symbol, status in live.symbol_status.items()
            if status.state is FeedState.REFUSED and symbol not in states
        )

    def picture_subject(self, name: str, symbol: str) -> Subject:
        """What a picture taken now shows: at the market's time, and at ours where there is no market yet."""
        state = self._workstation.market.state(symbol)
        venue = "" if state is None else state.instrument.venue
        time_ms = 0 if state is None else state.market_ms
        return Subject(name, venue, symbol, int(time_ms or self._workstation.clock.now_ms()))

    def _tell_habits(self, symbol: str) -> None:
        self.habits.tell(self._workstation, self.journal, symbol)

    def _set_quiet(self, quiet: bool) -> None:
        self.quiet = quiet

    def _tell_wanted(self, symbols: tuple[str, ...]) -> None:
        self.wanted = symbols
        self.on_wanted(symbols)

    def trouble(self, symbol: str) -> Notice | None:
        """Why nothing of a symbol can be shown, as far as desk and feed know; None if they see no reason."""
        if self.notice is not None:
            return self.notice
        standing = self.feed.standing(symbol or None)
        if standing is None:
            return None
        if standing.state is FeedState.REFUSED:
            of_symbol = self.feed.standing(None)
            if of_symbol is not None and of_symbol.state is not FeedState.REFUSED:
                return Notice(Condition.EMPTY, standing.words, "Choose another symbol: Ctrl+K.")
            return Notice(Condition.DISCONNECTED, standing.words, OTHER_VENUES)
        if standing.state is FeedState.DISCONNECTED:
            return Notice(Condition.DISCONNECTED, standing.words_and_attempts, OTHER_VENUES)
        if standing.state is FeedState.CONNECTING:
            return Notice(Condition.LOADING, standing.words)
        return None


def _ask_nothing(_widget: QWidget, _at: QPoint) -> None:
    """Stands for help that has not been set."""


def _leave() -> None:
    """Stands for something that nobody has set."""


def _ignore(_: object) -> None:
    """Stands for a listener that nobody has set."""
