"""The command line: `preflight` opens the window; `replay` and `doctor` run without a screen."""

import argparse
import logging
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from math import inf, isnan
from pathlib import Path

import msgspec
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from workstation import __version__, doctor
from workstation.calc_cli import add_calc_options, run_calc
from workstation.data_folder import default_data_dir
from workstation.errors import PreflightError
from workstation.headless import add_export_options, add_record_options, run_export, run_record
from workstation.journal_cli import WritePdf, add_journal_options, run_journal
from workstation.ledger_cli import add_ledger_options, run_ledger
from workstation.model.text import printable
from workstation.replay import ReplaySummary, replay
from workstation.runtime.collector import collect_seldom
from workstation.runtime.ending import EXIT_INTERRUPTED, interruptible
from workstation.settings import THEMES, WindowOptions
from workstation.store_cli import add_store_options, run_store

EXIT_OK = 0
EXIT_FAILED = 1
EXIT_BAD_INPUT = 2

OpenWindow = Callable[[WindowOptions], int]


def main(
    argv: Sequence[str], open_window: OpenWindow | None = None, write_pdf: WritePdf | None = None
) -> int:
    """Run one command and return its exit status.

    Args:
        argv: the arguments behind the program's name.
        open_window: opens the window; None where there is only the headless half.
        write_pdf: prints a report by the window's library.
    """
    arguments = _parser(has_window=open_window is not None).parse_args(argv)
    # Without a log of its own Python would write warnings to standard error, where the one line belongs that
    # says what is wrong.
    logging.getLogger("workstation").addHandler(logging.NullHandler())
    collect_seldom()
    try:
        if arguments.command not in (None, "record"):  # these two see to an orderly end themselves
            interruptible()
        if arguments.command == "replay":
            return _replay(arguments.capture, arguments.data_dir, as_json=arguments.json)
        if arguments.command == "doctor":
            return doctor.run(arguments.data_dir, as_json=arguments.json)
        if arguments.command == "simulate":
            return _simulate(arguments)
        if arguments.command == "record":
            return run_record(arguments)
        if arguments.command == "export":
            return run_export(arguments)
        if arguments.command == "store":
            return run_store(arguments)
        if arguments.command == "ledger":
            return run_ledger(arguments)
        if arguments.command == "journal":
            return run_journal(arguments, write_pdf)
        if arguments.command == "calc":
            return run_calc(arguments)
        if open_window is None:
            raise PreflightError(
                "Name a command: replay, record, export, store, ledger, journal, doctor, simulate or calc"
            )
        return open_window(
            WindowOptions(
                replay=arguments.replay,
                speed=arguments.speed,
                data_dir=arguments.data_dir,
                screenshot=arguments.screenshot,
                exit_after_s=arguments.exit_after,
                theme=arguments.theme,
                size=arguments.size,
                venue=arguments.venue,
                symbols=_symbols(arguments.symbols),
                url=arguments.url,
                seed=arguments.seed,
                offline=_offline(arguments),
            )
        )
    except PreflightError as error:
        print(f"preflight: {printable(str(error))}", file=sys.stderr)
        return EXIT_BAD_INPUT
    except KeyboardInterrupt:
        print("preflight: interrupted; what was committed is kept", file=sys.stderr)
        return EXIT_INTERRUPTED


def _parser(*, has_window: bool) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="preflight",
        description="A trading workstation for crypto perpetuals.",
        epilog="Without a command the window opens.",
    )
    parser.add_argument("--version", action="version", version=f"preflight {__version__}")
    if has_window:
        _add_window_options(parser)
    commands = parser.add_subparsers(dest="command", metavar="command")
    replay_parser = commands.add_parser(
        "replay",
        help="replay a capture into the tick store, at full speed and without a screen",
        description="Replay a capture through books, candles and depth grids into the tick store.",
    )
    replay_parser.add_argument("capture", type=Path, help="lines of '<receive ns> <JSON>', plain or gzip")
    record_parser = commands.add_parser(
        "record",
        help="record a venue without a screen",
        description="Follow a venue live and keep what it sends in the tick store.",
    )
    add_record_options(record_parser)
    export_parser = commands.add_parser(
        "export",
        help="write what is stored to Parquet files",
        description="Write the tick store to Parquet files by table, venue, symbol and UTC day.",
    )
    add_export_options(export_parser)
    store_parser = commands.add_parser(
        "store",
        help="read the tick store to the last row, or rescue what can be read of a damaged one",
        description="Say what of the tick store cannot be read, or rescue all the rest into a fresh store.",
    )
    add_store_options(store_parser)
    ledger_parser = commands.add_parser(
        "ledger",
        help="prove that the ledger is as it was written, or export it",
        description="Check the chain of the ledger of orders and fills; export it as lines of JSON.",
    )
    add_ledger_options(ledger_parser)
    doctor_parser = commands.add_parser(
        "doctor", help="say what on this machine would stop Preflight, and how to mend it"
    )

    def add_common(command: argparse.ArgumentParser) -> None:
        # SUPPRESS keeps a value given before the command.
        default = argparse.SUPPRESS if has_window else default_data_dir()
        command.add_argument("--data-dir", type=Path, metavar="DIR", default=default, help=_DATA_DIR_HELP)
        command.add_argument("--json", action="store_true", help="print the result as JSON")

    for command in (replay_parser, record_parser, export_parser, store_parser, ledger_parser, doctor_parser):
        add_common(command)
    journal_parser = commands.add_parser(
        "journal",
        help="list, show, report, import, export, back up or restore the journal",
        description="The journal of all accounts without a window.",
    )
    add_journal_options(journal_parser, add_common)
    _add_simulate_options(
        commands.add_parser(
            "simulate",
            help="run a simulated exchange on this machine, with Binance's REST and websocket",
            description="Run a simulated exchange that speaks Binance USDⓈ-M's protocol on 127.0.0.1. "
            "One line of JSON says where, once it listens.",
        )
    )
    add_calc_options(
        commands.add_parser(
            "calc",
            help="reckon liquidation, size, funding, margin, break-even or fees",
            description="The ticket's arithmetic without a window; rates are fractions or percent.",
        )
    )
    return parser


_DATA_DIR_HELP = "where ticks are kept (default: this user's data directory)"


def _add_window_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--replay", type=Path, metavar="CAPTURE", help="replay this capture in the window")
    parser.add_argument(
        "--speed", type=_speed, default=1.0, metavar="N", help="recorded seconds per second, or 'max'"
    )
    parser.add_argument(
        "--venue", metavar="NAME", help="follow this venue: simulated (default at first), binance_usdm …"
    )
    parser.add_argument(
        "--symbols",
        metavar="A,B",
        help="what to follow, as the venue or ccxt spells it (default: as left)",
    )
    parser.add_argument(
        "--offline", action="store_true", help="open the review of what is stored, without any feed"
    )
    parser.add_argument("--url", metavar="BASE", help="reach the venue here instead of at its own address")
    parser.add_argument(
        "--seed", type=int, default=7, metavar="N", help="of the simulated exchange: same seed, same market"
    )
    parser.add_argument(
        "--data-dir", type=Path, metavar="DIR", default=default_data_dir(), help=_DATA_DIR_HELP
    )
    parser.add_argument("--screenshot", type=Path, metavar="PNG", help="leave a picture on exit")
    parser.add_argument(
        "--exit-after", type=_seconds, metavar="S", help="close after S seconds; 0: once it is painted"
    )
    parser.add_argument("--theme", choices=THEMES, help="colours of this run")
    parser.add_argument("--size", type=_size, metavar="WxH", help="size of the window, such as 1600x900")


def _add_simulate_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=0, metavar="P", help="0: the system chooses (default)")
    parser.add_argument("--seed", type=int, default=7, metavar="N", help="the same seed, the same market")
    parser.add_argument("--days", type=_seconds, default=1.0, metavar="N", help="of history (default 1)")
    parser.add_argument(
        "--speed",
        type=_seconds,
        default=1.0,
        metavar="N",
        help="simulated seconds per second; 0 stands still until told to advance",
    )
    parser.add_argument("--profile", default="a", metavar="NAME", help="which venue it is: a or b")
    parser.add_argument(
        "--start",
        type=int,
        metavar="MS",
        help="simulated time at the start, UTC milliseconds, such as half a minute before a settlement "
        "(default: now)",
    )
    parser.add_argument("--faults", type=Path, metavar="FILE", help="a TOML file of faults and their times")
    parser.add_argument("--symbols", metavar="A,B", help="what to list (default: everything)")
    parser.add_argument(
        "--until-stdin-ends",
        action="store_true",
        help="end when whoever holds the other end of standard input is gone",
    )


def _offline(arguments: argparse.Namespace) -> bool:
    if arguments.offline and (arguments.replay or arguments.venue or arguments.url or arguments.symbols):
        raise PreflightError("--offline follows nothing: leave --replay, --venue, --symbols and --url away")
    return bool(arguments.offline)


def _speed(text: str) -> float:
    speed = inf if text == "max" else float(text)
    if isnan(speed) or speed <= 0:
        raise ValueError(text)
    return speed


def _symbols(text: str | None) -> tuple[str, ...] | None:
    names = tuple(name for part in (text or "").split(",") if (name := part.strip()))
    return names or None


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 <= seconds < inf:
        raise ValueError(text)
    return seconds


def _size(text: str) -> tuple[int, int]:
    width, height = (int(part) for part in text.lower().split("x"))
    if not (320 <= width <= 16_384 and 240 <= height <= 16_384):
        raise ValueError(text)
    return width, height


# argparse names the type in its message: these read better than the functions' own names.
_speed.__name__ = "speed"
_seconds.__name__ = "number of seconds"
_size.__name__ = "size"


@contextmanager
def _interrupted_once() -> Iterator[None]:
    """Let the first interrupt end what is done and ignore those after it, which would tear its tidy end."""
    was_interrupted = False

    def interrupt(_signal: int, _frame: object) -> None:
        nonlocal was_interrupted
        was_interrupted = True
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        if not was_interrupted:
            signal.signal(signal.SIGINT, before)


def _replay(capture: Path, data_dir: Path, *, as_json: bool) -> int:
    # The bar goes to standard error, so that what is on standard output can be piped.
    console = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    with _interrupted_once(), bar:
        task = bar.add_task(f"Replaying {printable(capture.name)}", total=1.0)
        summary = replay(capture, data_dir, lambda share: bar.update(task, completed=share))
    try:
        if as_json:
            print(msgspec.json.format(msgspec.json.encode(summary), indent=2).decode())
        else:
            _print_summary(summary)
        print(end="", flush=True)
    except OSError as error:
        # What is left to write would fail again when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        print(
            f"preflight: everything is stored, but the summary cannot be shown: {error.strerror}",
            file=sys.stderr,
        )
        return EXIT_FAILED
    return EXIT_OK


def _simulate(arguments: argparse.Namespace) -> int:
    # Imported here, in the open: the window and the other commands must not wait for a web server to load.
    from workstation.simulator.server import SimulatorOptions, run  # noqa: PLC0415

    options = SimulatorOptions(
        port=arguments.port,
        seed=arguments.seed,
        days=arguments.days,
        speed=arguments.speed,
        profile=arguments.profile,
        faults=arguments.faults,
        symbols=_symbols(arguments.symbols.upper()) if arguments.symbols else None,
        start_ms=arguments.start,
    )
    run(
        options,
        lambda where: print(msgspec.json.encode(where).decode(), flush=True),
        until_stdin_ends=arguments.until_stdin_ends,
    )
    return EXIT_OK


def _print_summary(summary: ReplaySummary) -> None:
    console = Console()
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="dim")
    table.add_column(justify="right")
    for name in (
        "trades",
        "depth_updates",
        "quotes",
        "snapshots",
        "sequence_gaps",
        "crossed_books",
        "quote_checks",
        "quote_mismatches",
        "bad_lines",
    ):
        table.add_row(name.replace("_", " "), f"{getattr(summary, name):,}")
    for name, rows in summary.rows_stored.items():
        table.add_row(f"rows stored in {name}", f"{rows:,}")
    table.add_row("events per second", f"{summary.events_per_s:,.0f}")
    table.add_row("seconds", f"{summary.wall_s:.2f}")
    console.print(Text(f"{', '.join(summary.symbols)} from {summary.capture}", style="bold"), soft_wrap=True)
    console.print(table)
    for note in summary.notes:
        console.print(Text(note), soft_wrap=True)
