"""Every setting, declared once: what can be chosen, what it is by default, and where it is remembered."""

import os
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from workstation.errors import DataDirectoryError

THEMES = ("dark", "light")
DENSITIES = ("compact", "normal", "roomy")
SIDES = ("teal-red", "blue-orange", "monochrome")
LEAST_SCALE, GREATEST_SCALE = 80, 200
"""Of the interface, percent."""
SPEEDS = (0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 25.0, 50.0, 100.0, inf)
"""Replay speeds offered, recorded seconds per second; the last is as fast as possible."""

_FILE_NAME = "settings.json"


_Limit = Annotated[float, msgspec.Meta(ge=0, le=1e6)] | None


class Keep(msgspec.Struct, frozen=True):
    """How much of one kind of data is kept; what is older or more goes, oldest first.

    Attributes:
        days: by our clock, since it was recorded; None for ever.
        gigabytes: of 10⁹ bytes in the store's file; None without a limit.
    """

    days: _Limit = None
    gigabytes: _Limit = None


class Retention(msgspec.Struct, frozen=True):
    """How much of everything is kept. What the journal pins is kept whatever is said here.

    Attributes:
        trades, quotes: prints and best prices, tick by tick.
        book: every change of every order book; by far the most.
        depth: the depth heatmap's columns.
        news: mark prices, funding estimates, open interest, liquidations, day's figures.
        candles, funding, open_interest: the past as venues tell it; small.
    """

    trades: Keep = Keep(days=90, gigabytes=10)
    quotes: Keep = Keep(days=14, gigabytes=5)
    book: Keep = Keep(days=7, gigabytes=20)
    depth: Keep = Keep(days=30, gigabytes=10)
    news: Keep = Keep(days=365, gigabytes=2)
    candles: Keep = Keep(gigabytes=2)
    funding: Keep = Keep(gigabytes=1)
    open_interest: Keep = Keep(gigabytes=1)


class AlertSettings(msgspec.Struct, frozen=True):
    """How alerts are told.

    Attributes:
        sound: they are heard.
        notice: they are shown over the window.
        desktop: the system shows them while another program is in front.
        quiet: do not disturb: none of these, whatever they say; the history keeps all.
    """

    sound: bool = True
    notice: bool = True
    desktop: bool = True
    quiet: bool = False


class PictureSettings(msgspec.Struct, frozen=True):
    """How pictures of panels and of the desk are made.

    Attributes:
        folder: where they are kept; "" for the folder `pictures` beside the data.
        twice: at two dots for each that the screen has, to be printed or enlarged.
        moments: the linked panels are taken when a position is opened and closed, for the journal.
    """

    folder: str = ""
    twice: bool = False
    moments: bool = True


class BackupSettings(msgspec.Struct, frozen=True):
    """When everything but ticks and pictures is backed up.

    Attributes:
        daily: at the first start of a day, and while the desk runs through midnight.
        kept: how many daily ones stay.
        folder: where they are; "" for the folder `backups` beside the data.
    """

    daily: bool = True
    kept: Annotated[int, msgspec.Meta(ge=1, le=3_650)] = 14
    folder: str = ""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=False):
    """What the trader has chosen, remembered from one run to the next.

    Attributes:
        theme: colours of the desk.
        density: height of rows and headers.
        sides: the colours of up and down.
        retention: how much of what is recorded is kept.
        venue: the market that the desk opens, a key of `workstation.exchange.venues.VENUES`; one that is
            unknown stands for the simulated exchange.
        watchlists: symbols followed, by venue, in the venue's spelling; a venue that is missing has the
            desk's choice.
        workspace: key of the workspace that the desk opens with.
        alerts: how alerts are told.
        scale_percent: size of everything on screen, of the system's own.
        reduced_motion: nothing fades or flashes.
        pictures: how pictures of panels are made.
        backups: when everything but ticks is backed up.
        review_day: weekday of the weekly review, 0 is Monday.
        help_size: width and height of the window of help, px.
        welcome: the welcome stands over the desk, until the trader puts it away.
    """

    theme: Literal["dark", "light"] = "dark"
    density: Literal["compact", "normal", "roomy"] = "normal"
    sides: Literal["teal-red", "blue-orange", "monochrome"] = "teal-red"
    retention: Retention = Retention()
    venue: str = "simulated"
    watchlists: dict[str, tuple[str, ...]] = {}
    workspace: str = "trade"
    alerts: AlertSettings = AlertSettings()
    scale_percent: Annotated[int, msgspec.Meta(ge=LEAST_SCALE, le=GREATEST_SCALE)] = 100
    reduced_motion: bool = False
    pictures: PictureSettings = PictureSettings()
    backups: BackupSettings = BackupSettings()
    review_day: Annotated[int, msgspec.Meta(ge=0, le=6)] = 6
    help_size: tuple[int, int] = (980, 700)
    welcome: bool = False


@dataclass(frozen=True, slots=True)
class WindowOptions:
    """What the command line says about this run of the window.

    Attributes:
        replay: the capture to replay; None follows a venue.
        speed: recorded seconds per second; `math.inf` for as fast as possible.
        data_dir: where ticks, layouts and settings are kept.
        screenshot: where to leave a picture of the window on exit; None for none.
        exit_after_s: seconds until the window closes itself, 0 for right after the first painted frame; None
            for never.
        theme: colours of this run; None for the remembered ones.
        size: width and height of the window in pixels; None for the remembered ones.
        venue: key of the venue to follow; None for the remembered one.
        symbols: what to follow there; None for the remembered ones.
        url: where that venue is reached instead of its own address.
        seed: of the simulated exchange: the same seed, the same market.
        offline: follow nothing, and open the review of what is on the disk.
    """

    replay: Path | None
    speed: float
    data_dir: Path
    screenshot: Path | None = None
    exit_after_s: float | None = None
    theme: str | None = None
    size: tuple[int, int] | None = None
    venue: str | None = None
    symbols: tuple[str, ...] | None = None
    url: str | None = None
    seed: int = 7
    offline: bool = False


def load_settings(data_dir: Path) -> tuple[Settings, str | None]:
    """Return the remembered settings, and a sentence if they could not be read and defaults stand in."""
    path = data_dir / _FILE_NAME
    try:
        return msgspec.json.decode(path.read_bytes(), type=Settings), None
    except FileNotFoundError:
        return Settings(), None
    except OSError as error:
        why = error.strerror
    except (ValueError, RecursionError) as error:
        why = str(error)
    return Settings(), f"{path} cannot be read ({why}): the default settings are used"


def has_settings(data_dir: Path) -> bool:
    """Return whether the program was used with this data directory before."""
    return (data_dir / _FILE_NAME).exists()


def save_settings(data_dir: Path, settings: Settings) -> None:
    """Remember settings; either the old or the new file is there afterwards, never half of one.

    Raises:
        DataDirectoryError: the data directory cannot be written.
    """
    path = data_dir / _FILE_NAME
    draft = path.with_suffix(".tmp")
    try:
        draft.write_bytes(msgspec.json.format(msgspec.json.encode(settings), indent=2) + b"\n")
        os.replace(draft, path)
    except OSError as error:
        raise DataDirectoryError(f"{path} cannot be written: {error.strerror}") from None


# What the trader is told of each setting: the settings window and its documentation are made of this.

DeclaredKind = Literal["choice", "switch", "number", "folder"]


@dataclass(frozen=True, slots=True)
class Declared:
    """One setting as the trader sees it.

    Attributes:
        path: its place in `Settings`, "alerts.sound".
        page: the title under which it is found.
        title: what it is called.
        about: what it does, one sentence.
        kind: how it is chosen.
        choices: of a choice, each value with its words; empty where only the running program knows them.
        least, greatest, unit: of a number; one that may be None has no limit then.
        next_start: it is seen from the next start on.
    """

    path: str
    page: str
    title: str
    about: str
    kind: DeclaredKind
    choices: tuple[tuple[str | int, str], ...] = ()
    least: float = 0
    greatest: float = 0
    unit: str = ""
    next_start: bool = False


SCALES = (80, 90, 100, 110, 125, 150, 175, 200)
"""Of the interface, percent, as they are offered."""
KEPT = {
    "trades": "Trades",
    "quotes": "Best prices",
    "book": "Order book changes",
    "depth": "Depth heatmap",
    "news": "Mark, funding, interest as they came",
    "candles": "Candles",
    "funding": "Funding settlements",
    "open_interest": "Open interest",
}
"""What is kept, by the name in `Retention`, in the trader's words."""

DECLARED: tuple[Declared, ...] = (
    Declared(
        "theme", "Look", "Theme", "The colours of the desk.", "choice", (("dark", "Dark"), ("light", "Light"))
    ),
    Declared(
        "sides",
        "Look",
        "Up and down",
        "The two colours of bought and sold.",
        "choice",
        (
            ("teal-red", "Teal and red"),
            ("blue-orange", "Blue and orange, for colour-blind eyes"),
            ("monochrome", "Monochrome: rising candles hollow"),
        ),
    ),
    Declared(
        "density",
        "Look",
        "Density",
        "The height of rows and headers.",
        "choice",
        (("compact", "Compact"), ("normal", "Normal"), ("roomy", "Roomy")),
    ),
    Declared(
        "scale_percent",
        "Look",
        "Interface scale",
        "The size of everything on screen, beside what the system scales.",
        "choice",
        tuple((percent, f"{percent} %") for percent in SCALES),
        next_start=True,
    ),
    Declared(
        "reduced_motion",
        "Look",
        "Reduced motion",
        "Nothing fades or flashes: a change is there at once.",
        "switch",
    ),
    Declared(
        "alerts.quiet", "Alerts", "Do not disturb", "No alert is heard or shown; all are kept.", "switch"
    ),
    Declared("alerts.sound", "Alerts", "Sounds", "Alerts are heard.", "switch"),
    Declared("alerts.notice", "Alerts", "Notices", "Alerts are shown over the window.", "switch"),
    Declared(
        "alerts.desktop",
        "Alerts",
        "Notices of the system",
        "The system shows them while another program is in front.",
        "switch",
    ),
    Declared(
        "pictures.folder",
        "Pictures",
        "Folder",
        "Where pictures are kept; empty for the folder beside the data.",
        "folder",
    ),
    Declared(
        "pictures.twice",
        "Pictures",
        "Twice the dots",
        "Pictures have two dots for each of the screen's, to be printed or enlarged.",
        "switch",
    ),
    Declared(
        "pictures.moments",
        "Pictures",
        "At entry and exit",
        "Chart, depth and ladder are kept with the trade when a position is opened and closed.",
        "switch",
    ),
    Declared(
        "backups.daily",
        "Backups",
        "Daily backup",
        "Everything but ticks and pictures is kept in one file at the first start of a day.",
        "switch",
    ),
    Declared(
        "backups.kept",
        "Backups",
        "Kept",
        "How many daily backups stay; those made by hand are never let go.",
        "choice",
        tuple((count, f"{count} days") for count in (7, 14, 30, 90, 365)),
    ),
    Declared(
        "backups.folder",
        "Backups",
        "Folder",
        "Where they are kept; another disk is safer. Empty for the folder beside the data.",
        "folder",
    ),
    Declared(
        "review_day",
        "Journal",
        "Weekly review on",
        "From Thursday on of the week that ends, before that of the week that went before; by UTC.",
        "choice",
        tuple(enumerate(("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"))),
    ),
    Declared("venue", "Market", "Market", "What the desk follows, now and when it opens.", "choice"),
    *(
        Declared(
            f"retention.{kind}.{limit}",
            "Data",
            title,
            f"{title}: {words}",
            "number",
            least=0,
            greatest=1e6,
            unit=unit,
        )
        for kind, title in KEPT.items()
        for limit, unit, words in (
            ("days", "days", "what is older goes."),
            ("gigabytes", "GB", "what is more goes, oldest first."),
        )
    ),
)
"""Every setting that is chosen by hand, in the order in which it is shown."""


def value_at(settings: Settings, path: str) -> object:
    """The value of a setting by its path, "alerts.sound"."""
    found: object = settings
    for name in path.split("."):
        found = getattr(found, name)
    return found


def with_value(settings: Settings, path: str, value: object) -> Settings:
    """The settings with another value at `path`.

    Raises:
        ValueError: the setting cannot have it; the message says why.
    """
    raw = msgspec.to_builtins(settings)
    at = raw
    *parents, last = path.split(".")
    for name in parents:
        at = at[name]
    at[last] = value
    try:
        return msgspec.convert(raw, Settings)
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from None
