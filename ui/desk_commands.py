"""The commands of the desk itself: panels, workspaces, symbols, timeframes, look and replay."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from operator import methodcaller

from ui.commands import Command
from ui.desk.commands import fill_menu, panel_commands, past_layouts, workspace_commands
from ui.desk.whole import WholeDesk
from ui.panel import Panel
from ui.theme import DENSITIES, SIDE_PAIRS, THEMES, Density, SidePair, Theme
from ui.transport import LONG_SKIP_S, SKIP_S, Transport, speed_text
from ui.widgets.timeframe_picker import TIMEFRAMES_MS, timeframe_text
from workstation.settings import SPEEDS


def add_desk_commands(desk: WholeDesk, quit_desk: Callable[[], None]) -> None:
    """Give the desk every command of its own, those asked for most first; call once."""
    desk.commands.add_source(partial(_symbols, desk))
    desk.commands.add_source(partial(_of_panel, desk))
    desk.commands.add(
        *panel_commands(desk),
        *_timeframes(desk),
        *_replay(desk),
        *_look(desk),
        Command("Search commands", desk.open_palette, "Ctrl+K", id="desk.palette"),
        Command("Show keys", desk.show_keys, "?", id="desk.keys"),
        Command("Full screen", desk.toggle_full_screen, "F11", id="desk.full_screen"),
        Command("Quit", quit_desk, "Ctrl+Q", id="desk.quit"),
    )
    desk.use_commands(
        partial(workspace_commands, desk), partial(past_layouts, desk), partial(fill_menu, desk)
    )


def _of_panel(desk: WholeDesk, query: str) -> list[Command]:
    """What the current panel can do, then the first of every other kind; only for who looks for something."""
    if not query:
        return []
    current = desk.bench.current()
    commands = []
    if current is not None:
        commands += [desk.keys.command_in_force(current.kind, command) for command in current.commands()]
    seen = {command.name for command in commands}
    for kind in dict.fromkeys(panel.kind for panel in desk.bench.panels.values()):
        if current is None or kind != current.kind:
            panel = desk.bench.of_kind(kind)[0]
            others = [command for command in panel.commands() if command.name not in seen]
            seen |= {command.name for command in others}
            commands += [_elsewhere(desk, panel, command) for command in others]
    return commands


def _elsewhere(desk: WholeDesk, panel: Panel, command: Command) -> Command:
    """A command of a panel that is not the current one: it comes to the front first, and no key does it."""

    def run() -> None:
        desk.bench.bring_up(panel.instance_id)
        command.run()

    return replace(command, run=run, key="", more_keys=())


def _replay(desk: WholeDesk) -> list[Command]:
    """What steers a recording; none of it is there while the market is another."""
    bar = desk.main.top_bar

    def steered(do: Callable[[Transport], None]) -> Callable[[], None]:
        def run() -> None:
            if bar.transport is not None:
                do(bar.transport)

        return run

    def is_replay() -> bool:
        return bar.transport is not None

    return [
        Command("Play or pause", steered(Transport.toggle), "Space", is_replay, "replay.play"),
        Command("Step one message", steered(Transport.step), ".", is_replay, "replay.step"),
        *(
            Command(
                f"{'Forward' if seconds > 0 else 'Back'} {abs(seconds):g} s in the recording",
                steered(methodcaller("skip", seconds)),
                key,
                is_replay,
                f"replay.skip.{seconds:g}",
            )
            for seconds, key in (
                (-SKIP_S, "Alt+Left"),
                (SKIP_S, "Alt+Right"),
                (-LONG_SKIP_S, "Alt+Shift+Left"),
                (LONG_SKIP_S, "Alt+Shift+Right"),
            )
        ),
        Command("Slower", steered(Transport.slower), "[", is_replay, "replay.slower"),
        Command("Faster", steered(Transport.faster), "]", is_replay, "replay.faster"),
        Command("Restart the recording", steered(Transport.restart), "Home", is_replay, "replay.restart"),
        *(
            Command(
                f"Replay speed {speed_text(speed)}",
                steered(methodcaller("set_speed", speed)),
                available=is_replay,
                id=f"replay.speed.{speed:g}",
            )
            for speed in SPEEDS
        ),
    ]


MOST_OFFERED = 40
"""Symbols of the venue that the palette offers at once; more letters narrow them down."""


def _symbols(desk: WholeDesk, query: str) -> list[Command]:
    """The symbols followed, and those of the venue that what is typed may mean."""
    services = desk.services

    def show(symbol: str) -> None:
        panel = desk.bench.current()
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
        commands.append(Command(f"Follow {words.upper()}", partial(follow, words.upper()), is_guess=True))
    if query.casefold().startswith("rem"):  # offered to whoever asks for it: a search must not end in a loss
        commands += [
            Command(f"Remove {symbol} from the watchlist", partial(services.unfollow, symbol))
            for symbol in followed
        ]
    return commands


def _timeframes(desk: WholeDesk) -> list[Command]:
    def show(timeframe_ms: int) -> None:
        panel = desk.bench.current()
        (desk.services.links.first if panel is None else panel.link).set_timeframe(timeframe_ms)

    return [
        Command(
            f"Candles of {timeframe_text(timeframe_ms)}",
            partial(show, timeframe_ms),
            id=f"timeframe.{timeframe_text(timeframe_ms)}",
        )
        for timeframe_ms in TIMEFRAMES_MS
    ]


def _look(desk: WholeDesk) -> list[Command]:
    themes = desk.services.themes

    def other_theme() -> None:
        themes.set_theme(next(theme for theme in THEMES.values() if is_other_theme(theme)))

    def is_other_theme(theme: Theme) -> bool:
        return theme.name != themes.theme.name

    def is_other_pair(pair: SidePair) -> bool:
        return pair is not themes.sides

    def is_other_density(density: Density) -> bool:
        return density is not themes.density

    return [
        Command("Switch dark and light", other_theme, "Ctrl+T", id="look.theme", words="mode colours"),
        *(
            Command(
                f"Theme {theme.name}",
                partial(themes.set_theme, theme),
                available=partial(is_other_theme, theme),
                id=f"look.theme.{theme.name}",
            )
            for theme in THEMES.values()
        ),
        *(
            Command(
                f"Up and down: {pair.title}",
                partial(themes.set_sides, pair),
                available=partial(is_other_pair, pair),
                id=f"look.sides.{pair.name}",
            )
            for pair in SIDE_PAIRS.values()
        ),
        *(
            Command(
                f"Density {density.name}",
                partial(themes.set_density, density),
                available=partial(is_other_density, density),
                id=f"look.density.{density.name}",
            )
            for density in DENSITIES.values()
        ),
    ]
