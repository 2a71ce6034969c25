"""The markets that the desk can open: the simulated exchange, venues followed live, a recording."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from workstation.app import Workstation
from workstation.errors import PreflightError, VenueUnsupported
from workstation.exchange.venues import SIMULATED as SIMULATED_ENTRY
from workstation.exchange.venues import VENUES, VenueEntry, entry_for
from workstation.settings import Settings, WindowOptions
from workstation.simulator.child import SimulatorChild

REPLAY_KEY = "replay"
OFFLINE_KEY = "offline"
REPLAY_VARIABLE = "PREFLIGHT_REPLAY"
COINS = (
    *("BTC", "ETH", "SOL", "TAO", "RENDER", "NEAR", "FET", "LPT"),
    *("IO", "WLD", "ARKM", "NMR", "GRT", "1000PEPE"),
)
"""What is followed where nothing was chosen: the majors and the group around artificial intelligence."""
_SPELLING = {"okx": "{}-USDT-SWAP", "hyperliquid": "{}"}
_UNLISTED = {
    "okx": ("TAO", "FET", "IO", "ARKM", "NMR", "1000PEPE"),
    "hyperliquid": ("LPT", "ARKM", "NMR", "GRT", "1000PEPE"),
}


@dataclass(frozen=True, slots=True)
class Mode:
    """What kind of market this is: always on screen.

    Attributes:
        words: on the badge, "REPLAY".
        meaning: in its tool tip.
        token: of the theme, its colour.
        solid: the badge is filled: real markets look unlike all others at a glance.
    """

    words: str
    meaning: str
    token: str
    solid: bool = False


REPLAY = Mode("REPLAY", "A recorded market; nothing here is live", "warn")
SIMULATED = Mode(
    "SIMULATED", "A market that this computer makes up as it goes; no price here is real", "accent"
)

OFFLINE = Mode("OFFLINE", "No feed process: everything on this screen is read from the disk", "text")
OFFLINE_STANDS = "The desk was opened with --offline: nothing is followed, and no order can leave."


def live_mode(title: str) -> Mode:
    """The mode of a venue that is followed live."""
    return Mode(f"LIVE DATA · {title}", f"Real prices of {title}, as they come", "up", solid=True)


@dataclass(frozen=True, slots=True)
class MarketChoice:
    """A market as the menu offers it.

    Attributes:
        key: of the venue, or "replay".
        title: in the menu and in sentences.
        mode: on the badge.
    """

    key: str
    title: str
    mode: Mode


@dataclass(frozen=True, slots=True)
class OpenMarket:
    """A market that has been opened: the headless program over it, and what belongs to it.

    Attributes:
        choice: which one.
        workstation: the program.
        wanted: the symbols asked for; () where the market itself says which.
        simulator: the simulated exchange, if it is ours to run; it has been launched.
        stands: what panels that need a market say in its place, one sentence; empty where there is one.
    """

    choice: MarketChoice
    workstation: Workstation
    wanted: tuple[str, ...] = ()
    simulator: SimulatorChild | None = None
    stands: str = ""

    async def start(self) -> None:
        """Let it run.

        Raises:
            SimulatorFailed: the simulated exchange did not start.
        """
        workstation, simulator = self.workstation, self.simulator
        if simulator is not None:
            assert workstation.live is not None
            workstation.live.base_url = await simulator.listening()
            workstation.supervisor.start("Simulated exchange", simulator.keep, restart=True)
        await workstation.start()

    async def stop(self) -> None:
        """End its tasks, store what is gathered, end its processes."""
        try:
            await self.workstation.stop()
        finally:
            if self.simulator is not None:
                await self.simulator.stop()

    def close(self) -> None:
        """Do the same where nothing has been started."""
        if self.simulator is not None:
            self.simulator.kill()
        self.workstation.close()


class Markets:
    """What this run of the desk can open, and how."""

    def __init__(self, options: WindowOptions, settings: Settings) -> None:
        """Know what the command line, the environment and the settings say.

        Raises:
            PreflightError: the command line contradicts itself or names no venue.
        """
        self._options = options
        self._watchlists: dict[str, tuple[str, ...]] = dict(settings.watchlists)
        self._capture = None if options.offline else _capture_named(options)
        self.choices: tuple[MarketChoice, ...]
        if options.offline:
            # Nothing else is on offer: a slip of the hand must not start a feed.
            self.choices = (MarketChoice(OFFLINE_KEY, "Disk", OFFLINE),)
            self.first = self.choices[0]
            return
        self.choices = tuple(_choice(entry) for entry in VENUES.values())
        if self._capture is not None:
            self.choices += (MarketChoice(REPLAY_KEY, f"Replay of {self._capture.name}", REPLAY),)
        if self._capture is not None:
            self.first = self.choices[-1]
            return
        entry = entry_for(options.venue) if options.venue is not None else _remembered(settings)
        if entry.key not in VENUES:
            self.choices += (_choice(entry),)  # one that ccxt alone knows
        self.first = self.choice(entry.key)

    @property
    def watchlists(self) -> Mapping[str, tuple[str, ...]]:
        """Symbols chosen by hand, by venue."""
        return self._watchlists

    def choice(self, key: str) -> MarketChoice:
        """The market of that key, which is one of `choices`."""
        return next(choice for choice in self.choices if choice.key == key)

    def remember(self, key: str, symbols: tuple[str, ...]) -> None:
        """Follow these symbols whenever that venue is opened again."""
        self._watchlists[key] = symbols

    def open(self, choice: MarketChoice) -> OpenMarket:
        """Open a market and the store that keeps it; nothing runs yet but the simulated exchange's start.

        Raises:
            PreflightError: the recording cannot be read, or the data directory not be used.
        """
        options = self._options
        if choice.key == OFFLINE_KEY:
            return OpenMarket(choice, Workstation.for_disk(options.data_dir), stands=OFFLINE_STANDS)
        if choice.key == REPLAY_KEY:
            assert self._capture is not None
            replayed = Workstation.for_replay(self._capture, options.data_dir, speed=options.speed)
            replayed.trade_on_paper(options.data_dir)
            replayed.watch_outside(options.data_dir)
            return OpenMarket(choice, replayed)
        is_first = choice == self.first
        wanted = (options.symbols if is_first else None) or self.wanted(choice.key)
        url = options.url if is_first else None
        is_own = choice.key == SIMULATED_ENTRY.key and url is None
        workstation = Workstation.for_venue(choice.key, wanted, options.data_dir, base_url=url)
        if choice.key == SIMULATED_ENTRY.key:
            workstation.trade_on_exchange(options.data_dir)
        else:
            workstation.trade_on_paper(options.data_dir)
        workstation.watch_outside(options.data_dir)
        simulator = None
        if is_own:
            simulator = SimulatorChild(seed=options.seed)
            try:
                simulator.launch()
            except BaseException:
                workstation.close()
                raise
        return OpenMarket(choice, workstation, wanted, simulator)

    def wanted(self, key: str) -> tuple[str, ...]:
        """What is followed on a venue, in its own spelling."""
        chosen = self._watchlists.get(key)
        if chosen:
            return chosen
        spelling, unlisted = _SPELLING.get(key, "{}USDT"), _UNLISTED.get(key, ())
        return tuple(spelling.format(coin) for coin in COINS if coin not in unlisted)


def _choice(entry: VenueEntry) -> MarketChoice:
    mode = SIMULATED if entry is SIMULATED_ENTRY else live_mode(entry.title)
    return MarketChoice(entry.key, entry.title, mode)


def _remembered(settings: Settings) -> VenueEntry:
    try:
        return entry_for(settings.venue)
    except VenueUnsupported:
        return SIMULATED_ENTRY


def _capture_named(options: WindowOptions) -> Path | None:
    """The capture asked for, else the one named by the environment."""
    if options.replay is not None:
        if options.venue is not None:
            raise PreflightError("--replay and --venue name two markets: name one")
        return options.replay
    named = os.environ.get(REPLAY_VARIABLE)
    return Path(named) if named and options.venue is None else None
