"""`preflight record` and `preflight export` on the command line: options, live lines and sums."""

import argparse
import asyncio
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from rich.console import Console
from rich.live import Live
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from workstation.errors import PreflightError
from workstation.exchange.venues import VENUES
from workstation.model.text import printable
from workstation.record import RecordStatus, RecordSummary, record
from workstation.runtime.ending import EXIT_INTERRUPTED, cancelled_by_signals
from workstation.store.export import TABLES, ExportCancelled, Exporter, ExportProgress, ExportSummary

EXIT_OK = 0
PLAIN_LINE_S = 10.0
"""Where standard error is no terminal, a line of figures comes this often."""

_DURATION = re.compile(
    r"(?:(\d+(?:\.\d+)?)d)?(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s?)?"
)
_UNITS_S = (86_400.0, 3_600.0, 60.0, 1.0)


def add_record_options(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `preflight record`."""
    parser.add_argument("--venue", required=True, metavar="NAME", help=f"one of {', '.join(VENUES)}")
    parser.add_argument(
        "--symbols", required=True, metavar="A,B", help="what to record, as the venue or ccxt spells it"
    )
    parser.add_argument(
        "--for",
        dest="for_s",
        type=duration_s,
        metavar="1h",
        help="end after so long of data: 90, 45s, 30m, 1h30m, 2d (default: when interrupted)",
    )
    parser.add_argument("--url", metavar="BASE", help="reach the venue here instead of at its own address")


def add_export_options(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `preflight export`."""
    parser.add_argument(
        "--out", required=True, type=Path, metavar="DIR", help="a directory that does not exist yet"
    )
    parser.add_argument("--venue", metavar="NAME", help="only this venue")
    parser.add_argument("--symbols", metavar="A,B", help="only these symbols, as the venue spells them")
    parser.add_argument(
        "--from", dest="from_ms", type=moment_ms, metavar="TIME", help="from 2026-01-31 or 2026-01-31T12:00"
    )
    parser.add_argument(
        "--to", dest="to_ms", type=moment_ms, metavar="TIME", help="up to, not including; UTC"
    )
    parser.add_argument("--tables", metavar="A,B", help=f"only these of {', '.join(TABLES)}")


def duration_s(text: str) -> float:
    """Seconds of a text such as 1h30m; a bare number is seconds."""
    match = _DURATION.fullmatch(text.strip().lower())
    if match is None or not any(match.groups()):
        raise ValueError(text)
    seconds = sum(
        float(number) * unit for number, unit in zip(match.groups(), _UNITS_S, strict=True) if number
    )
    if not 0 < seconds <= 366 * 86_400:
        raise ValueError(text)
    return seconds


def moment_ms(text: str) -> int:
    """UTC milliseconds of a date or a time of day in ISO's notation."""
    moment = datetime.fromisoformat(text.strip())
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1_000)


# argparse names the type in its message.
duration_s.__name__ = "duration"
moment_ms.__name__ = "time"


def names(text: str | None) -> tuple[str, ...] | None:
    """The names in a list with commas; None where there are none."""
    found = tuple(name for part in (text or "").split(",") if (name := part.strip()))
    return found or None


def run_record(arguments: argparse.Namespace) -> int:
    """Record until it is over and print what there is.

    Raises:
        PreflightError: it could not begin or go on.
    """
    symbols = names(arguments.symbols)
    if symbols is None:
        raise PreflightError("Name at least one symbol to record.")
    line = _LiveLine(f"{arguments.venue} {', '.join(symbols)}", arguments.for_s)
    with line:
        summary = asyncio.run(
            record(
                arguments.venue,
                symbols,
                arguments.data_dir,
                for_s=arguments.for_s,
                base_url=arguments.url,
                show=line.show,
                note=line.note,
            )
        )
    if arguments.json:
        _print_json(summary)
    else:
        _print_record(summary, arguments.data_dir)
    return EXIT_OK


def run_export(arguments: argparse.Namespace) -> int:
    """Export and print what was written.

    Raises:
        PreflightError: it cannot be made as asked, or failed; nothing was written.
    """
    exporter = Exporter(
        arguments.data_dir,
        arguments.out,
        tables=names(arguments.tables) or TABLES,
        venue=arguments.venue,
        symbols=names(arguments.symbols),
        from_ms=arguments.from_ms,
        to_ms=arguments.to_ms,
    )
    console = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    try:
        with bar:
            task = bar.add_task("Exporting", total=1.0)

            def show(progress: ExportProgress) -> None:
                words = f"Exporting {progress.table} of {printable(progress.market)}"
                bar.update(task, completed=progress.share, description=words)

            summary = cancelled_by_signals(lambda: exporter.run(show), exporter.cancel)
    except ExportCancelled as error:
        print(f"preflight: {error}", file=sys.stderr)
        return EXIT_INTERRUPTED
    if arguments.json:
        _print_json(summary)
    else:
        _print_export(summary, arguments.out)
    return EXIT_OK


class _LiveLine:
    """One line on standard error that is always up to date, or plain lines where that is no terminal."""

    def __init__(self, title: str, for_s: float | None) -> None:
        self._title = printable(title)
        self._for_s = for_s
        self._console = Console(stderr=True)
        self._live = Live(console=self._console, transient=True, auto_refresh=False)
        self._next_plain_s = 0.0

    def __enter__(self) -> None:
        if self._console.is_terminal:
            self._live.start()

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def show(self, status: RecordStatus) -> None:
        text = record_line(self._title, status, self._for_s)
        if self._console.is_terminal:
            self._live.update(Text(text, overflow="ellipsis", no_wrap=True), refresh=True)
        elif status.elapsed_s and status.elapsed_s >= self._next_plain_s:
            self._next_plain_s = status.elapsed_s + PLAIN_LINE_S
            self._console.print(Text(text), soft_wrap=True)

    def note(self, sentence: str) -> None:
        now = datetime.now(UTC)
        self._console.print(Text(f"{now:%H:%M:%S} UTC  {printable(sentence)}"), soft_wrap=True)


def record_line(title: str, status: RecordStatus, for_s: float | None) -> str:
    """The figures of a recording on one line."""
    if not status.elapsed_s:
        return f"{title} · {status.words or 'waiting for the first data'}"
    clock = _clock(status.elapsed_s) + ("" if for_s is None else f" of {_clock(for_s)}")
    lost = f", {status.lost_trades:,} trades lost" if status.lost_trades else ""
    parts = [
        title,
        clock,
        f"{status.event_rate:,.0f} messages/s",
        f"lag {status.lag_ms:.0f} ms",
        f"{status.gaps:,} gaps{lost}",
        f"{status.rows_stored:,} rows stored",
        f"{status.bytes_on_disk / 1e6:,.1f} MB, {status.bytes_free / 1e9:,.1f} GB free",
    ]
    return " · ".join([*parts, status.words] if status.words else parts)


def _clock(seconds: float) -> str:
    minutes, whole_seconds = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{whole_seconds:02d}"


def _print_json(summary: msgspec.Struct) -> None:
    print(msgspec.json.format(msgspec.json.encode(summary), indent=2).decode(), flush=True)


def _print_record(summary: RecordSummary, data_dir: Path) -> None:
    figures = {
        name.replace("_", " "): getattr(summary, name)
        for name in (
            *("trades", "depth_updates", "quotes", "snapshots"),
            *("sequence_gaps", "fetched_trades", "lost_trades", "bad_messages"),
        )
    }
    stored = {f"rows stored in {table}": rows for table, rows in summary.rows_stored.items() if rows}
    title = f"{', '.join(summary.symbols)} of {summary.venue}, {_clock(summary.seconds)}, in {data_dir}"
    _print_figures(title, figures | stored)


def _print_export(summary: ExportSummary, out: Path) -> None:
    figures = {f"rows of {table}": rows for table, rows in summary.rows.items() if rows}
    files = sum(summary.files.values())
    _print_figures(f"{files:,} files, {summary.nbytes / 1e6:,.1f} MB, in {out}", figures)


def _print_figures(title: str, figures: dict[str, int]) -> None:
    console = Console()
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="dim")
    table.add_column(justify="right")
    for name, figure in figures.items():
        table.add_row(name, f"{figure:,}")
    console.print(Text(printable(title), style="bold"), soft_wrap=True)
    console.print(table)
