"""The commands of the desk itself: panels, symbols, timeframes, look, layout and replay."""

from collections.abc import Callable
from functools import partial
from operator import methodcaller

from ui.commands import Command
from ui.main_window import MainWindow
from ui.theme import DENSITIES, THEMES, Density, Theme
from ui.transport import Transport, speed_text
from ui.widgets.timeframe_picker import TIMEFRAMES_MS, timeframe_text
from workstation.settings import SPEEDS

PANEL_KEYS = 9


def desk_commands(window: MainWindow, quit_desk: Callable[[], None]) -> list[Command]:
    """Every command of the desk, those asked for most first."""
    window.commands.add_source(partial(_symbols, window))
    return [
        *_panels(window),
        *_timeframes(window),
        *_replay(window),
        *_look(window),
        Command("Search commands", window.palette_box.open, "Ctrl+K"),
        Command("Show keys", window.show_keys, "?"),
        Command("Full screen", window.toggle_full_screen, "F11"),
        Command("Reset layout", window.reset_layout, "Ctrl+0"),
        Command("Quit", quit_desk, "Ctrl+Q"),
    ]


def fill_menu(window: MainWindow) -> None:
    """Put the panels and the commonest commands into the window's menu; call once, when all were added."""
    menu = window.top_bar.menu
    panels = menu.addMenu("Panels")
    for dock in window.docks.values():
        panels.addAction(dock.toggleViewAction())
    look = menu.addMenu("Look")
    for command in window.commands:
        if command.name.startswith(("Theme ", "Density ")):
            look.addAction(command.name).triggered.connect(partial(_run, command))
    menu.addSeparator()
    for command in window.commands:
        if command.name in ("Search commands", "Show keys", "Full screen", "Reset layout", "Quit"):
            # The key is shown by hand: an action with a shortcut of its own would fight with the command's.
            menu.addAction(f"{command.name}\t{command.key}").triggered.connect(partial(_run, command))


def _run(command: Command, _checked: bool = False) -> None:
    command.run()


def _replay(window: MainWindow) -> list[Command]:
    """What steers a recording; none of it is there while the market is another."""
    bar = window.top_bar

    def steered(do: Callable[[Transport], None]) -> Callable[[], None]:
        def run() -> None:
            if bar.transport is not None:
                do(bar.transport)

        return run

    def is_replay() -> bool:
        return bar.transport is not None

    return [
        Command("Play or pause", steered(Transport.toggle), "Space", is_replay),
        Command("Step one message", steered(Transport.step), ".", is_replay),
        Command("Slower", steered(Transport.slower), "[", is_replay),
        Command("Faster", steered(Transport.faster), "]", is_replay),
        Command("Restart the recording", steered(Transport.restart), "Home", is_replay),
        *(
            Command(
                f"Replay speed {speed_text(speed)}",
                steered(methodcaller("set_speed", speed)),
                available=is_replay,
            )
            for speed in SPEEDS
        ),
    ]


def _panels(window: MainWindow) -> list[Command]:
    commands = []
    for place, dock in enumerate(window.docks.values(), start=1):
        name = dock.panel.title
        key = f"Ctrl+{place}" if place <= PANEL_KEYS else ""
        commands.append(Command(f"Show {name[0].lower()}{name[1:]}", dock.bring_up, key))
    for dock in window.docks.values():
        name = dock.panel.title
        commands.append(Command(f"Hide {name[0].lower()}{name[1:]}", dock.close, available=dock.isVisible))
    return commands


MOST_OFFERED = 40
"""Symbols of the venue that the palette offers at once; more letters narrow them down."""


def _symbols(window: MainWindow, query: str) -> list[Command]:
    """The symbols followed, and those of the venue that what is typed may mean."""
    services = window.services

    def show(symbol: str) -> None:
        panel = window.focused_panel()
        (services.links.first if panel is None else panel.link).set_symbol(symbol)

    def follow(symbol: str) -> None:
        services.follow(symbol)
        show(symbol)

    followed = services.followed
    commands = [Command(f"Symbol {symbol}", partial(show, symbol)) for symbol in followed]
    if services.workstation.live is None or not query:
        return commands
    words = query.casefold().removeprefix("follow").removeprefix("symbol").strip()
    alike = [
        symbol for symbol in services.feed.listed if words in symbol.casefold() and symbol not in followed
    ]
    alike.sort(key=lambda symbol: (not symbol.casefold().startswith(words), len(symbol), symbol))
    commands += [Command(f"Follow {symbol}", partial(follow, symbol)) for symbol in alike[:MOST_OFFERED]]
    if words and not services.feed.listed and words.isalnum() and words.upper() not in followed:
        # The venue has not said what it trades: what is typed may be right.
        commands.append(Command(f"Follow {words.upper()}", partial(follow, words.upper())))
    if query.casefold().startswith("rem"):  # offered to whoever asks for it: a search must not end in a loss
        commands += [
            Command(f"Remove {symbol} from the watchlist", partial(services.unfollow, symbol))
            for symbol in followed
        ]
    return commands


def _timeframes(window: MainWindow) -> list[Command]:
    def show(timeframe_ms: int) -> None:
        panel = window.focused_panel()
        (window.services.links.first if panel is None else panel.link).set_timeframe(timeframe_ms)

    return [
        Command(
            f"Candles of {timeframe_text(timeframe_ms)}",
            partial(show, timeframe_ms),
        )
        for timeframe_ms in TIMEFRAMES_MS
    ]


def _look(window: MainWindow) -> list[Command]:
    themes = window.services.themes

    def other_theme() -> None:
        themes.set_theme(next(theme for theme in THEMES.values() if theme is not themes.theme))

    def is_other_theme(theme: Theme) -> bool:
        return theme is not themes.theme

    def is_other_density(density: Density) -> bool:
        return density is not themes.density

    return [
        Command("Switch dark and light", other_theme, "Ctrl+T"),
        *(
            Command(
                f"Theme {theme.name}",
                partial(themes.set_theme, theme),
                available=partial(is_other_theme, theme),
            )
            for theme in THEMES.values()
        ),
        *(
            Command(
                f"Density {density.name}",
                partial(themes.set_density, density),
                available=partial(is_other_density, density),
            )
            for density in DENSITIES.values()
        ),
    ]
