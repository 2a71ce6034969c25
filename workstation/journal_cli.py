"""`preflight journal`: lists, shows, reports, imports, exports, backs up and restores without a window."""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from workstation.errors import DataDirectoryError, PreflightError
from workstation.journal.accounts import SAMPLE_FOLDER, without_sample
from workstation.journal.backup import FOLDER, backup_name, make_backup
from workstation.journal.exports import KINDS, write_tables, write_whole
from workstation.journal.imports.preview import ImportPreview, account_named, preview, take_in, usual_account
from workstation.journal.imports.reading import ReadingChoices, contract_size_of, read_export
from workstation.journal.imports.rows import ImportRefused
from workstation.journal.journal import Journal
from workstation.journal.keeping import TripKeeping
from workstation.journal.report.page import Report
from workstation.journal.report.trade import trade_report
from workstation.journal.report.week import trips_of_week, week_name, week_of, week_report
from workstation.journal.report.words import held, moment, money, multiple, plain
from workstation.journal.restore import check_backup, put_in_place, restore
from workstation.journal.sample import add_sample, remove_sample
from workstation.journal.tables import journal_tables
from workstation.journal.tables import plain as digits
from workstation.model.journal import AccountKind, Attachment, JournalAccount, ReviewedTrip
from workstation.model.text import printable
from workstation.runtime.clock import SystemClock
from workstation.store.journal_schema import JOURNAL_FILE, JOURNAL_FOLDER
from workstation.store.ticks import open_store

EXIT_OK = 0
_WIDE = 200
WritePdf = Callable[[Report, Path], None]


def add_journal_options(
    parser: argparse.ArgumentParser, add_common: Callable[[argparse.ArgumentParser], None]
) -> None:
    """Declare the commands of `preflight journal`.

    Args:
        parser: of `journal`.
        add_common: declares what every command has: where the data are, and JSON.
    """
    commands = parser.add_subparsers(dest="journal_command", metavar="what", required=True)

    def command(name: str, words: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=words, description=words[:1].upper() + words[1:] + ".")
        add_common(made)
        return made

    listing = command("list", "list round trips, the newest last")
    for one in (listing,):
        one.add_argument("--account", metavar="NAME", help="key or title (default: all)")
        one.add_argument("--week", metavar="WEEK", help="2026-W47, this, last, or a day of it")
    show = command("show", "show one round trip with its fills and notes")
    show.add_argument("trip", help="its id, or its number in the list")
    report = command("report", "print a week or a trade to HTML or PDF")
    report.add_argument("--week", metavar="WEEK", help="2026-W47, this, last, or a day of it")
    report.add_argument("--trip", metavar="ID", help="id of a round trip, or its number in the list")
    report.add_argument("--account", metavar="NAME", help="key or title (default: all)")
    report.add_argument("--out", type=Path, required=True, metavar="FILE", help="ending in .html or .pdf")
    imports = command("import", "import account exports of Binance, Bybit, OKX and Bitget")
    imports.add_argument("files", type=Path, nargs="+", help="CSV, or JSON of Bitget; all of one account")
    imports.add_argument("--account", metavar="TITLE", help="where to (default: named after the venue)")
    imports.add_argument("--zone", metavar="ZONE", help="of times that do not say it: UTC (default), UTC+8 …")
    imports.add_argument(
        "--contract-size",
        action="append",
        default=[],
        metavar="SYMBOL=SIZE",
        help="what one contract of OKX is where no closing tells it",
    )
    imports.add_argument("--dry-run", action="store_true", help="say what would be added, and add nothing")
    exports = command("export", "write round trips, fills, notes and diary to files")
    exports.add_argument("--out", type=Path, required=True, metavar="DIR", help="a new or empty folder")
    exports.add_argument("--format", choices=KINDS, default="csv", help="of the tables (default: csv)")
    exports.add_argument("--account", metavar="NAME", help="key or title (default: all)")
    backup = command("backup", "back everything but ticks and pictures up in one file")
    backup.add_argument("--out", type=Path, metavar="FILE", help="(default: in the data directory)")
    sample = command("sample", "add the sample journal, made up to look around in, or remove it again")
    sample.add_argument("--remove", action="store_true", help="all of it, and nothing of yours")
    back = command("restore", "prove a backup, then put it in place of what is there, which is kept aside")
    back.add_argument("backup", type=Path, help="a file that `backup` wrote")
    back.add_argument("--check", action="store_true", help="only prove it")


def run_journal(arguments: argparse.Namespace, write_pdf: WritePdf | None = None) -> int:
    """Run one command; return its exit status.

    Args:
        arguments: of the command line.
        write_pdf: prints a report; None where there is only the headless half.

    Raises:
        PreflightError: it could not be done; nothing was changed.
    """
    if arguments.journal_command == "restore":
        return _restore(arguments)
    put_in_place(arguments.data_dir)
    if arguments.journal_command == "backup":
        return _backup(arguments)
    if arguments.journal_command == "sample":
        return _sample(arguments)
    writes = arguments.journal_command == "import" and not arguments.dry_run
    if not writes and not arguments.data_dir.is_dir():
        raise DataDirectoryError(f"There is no data directory {arguments.data_dir}.")
    with Journal(arguments.data_dir, read_only=not writes and _has_journal(arguments.data_dir)) as journal:
        journal.refresh()
        for trouble in journal.troubles:
            sys.stderr.write(f"preflight: {printable(trouble)}\n")
        if arguments.journal_command == "list":
            return _list(arguments, journal)
        if arguments.journal_command == "show":
            return _show(arguments, journal)
        if arguments.journal_command == "report":
            return _report(arguments, journal, write_pdf)
        if arguments.journal_command == "import":
            return _import(arguments, journal)
        return _export(arguments, journal)


def _has_journal(data_dir: Path) -> bool:
    return (data_dir / JOURNAL_FOLDER / JOURNAL_FILE).exists()


def _chosen(
    journal: Journal, named: str | None
) -> tuple[tuple[JournalAccount, ...], tuple[ReviewedTrip, ...]]:
    accounts = journal.accounts()
    if named is None:
        # What was made up goes out only by its own name.
        traded = tuple(one for one in accounts if one.kind is not AccountKind.SAMPLE)
        return traded, without_sample(journal.trips())
    found = [one for one in accounts if named.casefold() in (one.key.casefold(), one.title.casefold())]
    if not found:
        there = ", ".join(one.title for one in accounts) or "none yet"
        raise PreflightError(f"There is no account {named!r}; there are: {there}.")
    return tuple(found), tuple(one for account in found for one in journal.trips(account.key))


def _trip(journal: Journal, named: str) -> ReviewedTrip:
    trips = journal.trips()
    found = journal.trip(named)
    if found is None and named.isdecimal() and 1 <= int(named) <= len(trips):
        found = trips[int(named) - 1]
    if found is None:
        raise PreflightError(f"There is no round trip {named!r}: `preflight journal list` names them.")
    return found


def _list(arguments: argparse.Namespace, journal: Journal) -> int:
    _, trips = _chosen(journal, arguments.account)
    numbers = {one.trip.trip_id: place for place, one in enumerate(journal.trips(), start=1)}
    if arguments.week:
        trips = tuple(trips_of_week(trips, week_of(arguments.week, SystemClock().now_ms())))
    if arguments.json:
        _print_json(_rows(journal, trips)["trips"])
        return EXIT_OK
    table = Table(box=None, pad_edge=False)
    for name, is_number in (
        ("#", True), ("closed UTC", False), ("account", False), ("symbol", False), ("side", False),
        ("size", True), ("net", True), ("coin", False), ("R", True), ("setup", False),
    ):  # fmt: skip
        table.add_column(name, justify="right" if is_number else "left", style="dim" if name == "#" else None)
    for one in trips:
        trip = one.trip
        cells = (
            str(numbers[trip.trip_id]),
            moment(trip.closed_ms, "%Y-%m-%d %H:%M:%S") if trip.closed_ms else "open",
            trip.account,
            trip.symbol,
            trip.direction.value,
            plain(trip.size),
            money(trip.net_pnl),
            trip.asset,
            multiple(trip.r_multiple),
            one.setup,
        )
        table.add_row(*(_line(cell) for cell in cells))
    _print(table)
    return EXIT_OK


def _show(arguments: argparse.Namespace, journal: Journal) -> int:
    one = _trip(journal, arguments.trip)
    if arguments.json:
        _print_json({name: rows for name, rows in _rows(journal, [one]).items() if name != "diary"})
        return EXIT_OK
    trip = one.trip
    form = "%Y-%m-%d %H:%M:%S"
    lines = [
        f"{trip.symbol} {trip.direction.value}, {trip.account}",
        f"{moment(trip.opened_ms, form)} to {moment(trip.closed_ms, form)} UTC, held {held(trip.held_ms)}",
        f"net {money(trip.net_pnl)} {trip.asset}, {multiple(trip.r_multiple)}; "
        f"before fees {money(trip.pnl)}, fees {plain(trip.fees)}, funding {money(trip.funding, 4)}",
        *(
            f"  {moment(part.fill.event_ms, form)}  {part.fill.side.value:4}  {plain(part.size)} at "
            f"{plain(part.fill.price)}  {'opens' if part.opens else f'closes {money(part.pnl)}'}"
            for part in trip.parts
        ),
        *((one.note.text.splitlines()) if one.note.text else ()),
    ]
    for line in lines:
        _print(_line(line))
    return EXIT_OK


def _report(arguments: argparse.Namespace, journal: Journal, write_pdf: WritePdf | None) -> int:
    now_ms = SystemClock().now_ms()
    out: Path = arguments.out
    if bool(arguments.week) == bool(arguments.trip):
        raise PreflightError("Name what to report: --week 2026-W47, or --trip ID.")
    if arguments.trip:
        one = _trip(journal, arguments.trip)
        account = next((made for made in journal.accounts() if made.key == one.trip.account), None)
        report = trade_report(one, account, now_ms, lambda attachment: attached(journal, attachment))
        of = one.trip.trip_id
    else:
        monday = week_of(arguments.week, now_ms)
        accounts, trips = _chosen(journal, arguments.account)
        report = week_report(monday, accounts, trips, journal.diaries(), now_ms)
        of = week_name(monday)
    if out.suffix.casefold() == ".pdf":
        if write_pdf is None:
            raise PreflightError(
                "PDF is printed by the window's library, which is not here: name an .html file."
            )
        write_pdf(report, out)
    elif out.suffix.casefold() in (".html", ".htm"):
        write_whole(out, report.html().encode())
    else:
        raise PreflightError(f"{out} ends neither in .html nor in .pdf.")
    if arguments.json:
        _print_json({"report": of, "file": str(out), "bytes": out.stat().st_size})
    else:
        _print(Text(f"{printable(of)} is in {printable(str(out))}"))
    return EXIT_OK


def attached(journal: Journal, attachment: Attachment) -> bytes | None:
    """The bytes of an attachment; None where it is not there any more."""
    try:
        return journal.attachment_path(attachment).read_bytes()
    except (OSError, PreflightError):
        return None


def _import(arguments: argparse.Namespace, journal: Journal) -> int:
    sizes = dict(contract_size_of(text) for text in arguments.contract_size)
    choices = ReadingChoices(zone=arguments.zone, contract_sizes=sizes)
    exports = []
    for path in arguments.files:
        try:
            exports.append(read_export(path, choices))
        except ImportRefused as error:
            raise ImportRefused(f"{path.name}: {error} Nothing was imported.") from None
    account = account_named(arguments.account) if arguments.account else usual_account(exports)
    found = preview(journal, account, exports)
    receipt = None if arguments.dry_run else take_in(journal, found)
    if arguments.json:
        told = {
            "account": asdict(account),
            "files": {export.name: export.format.title for export in exports},
            "new_fills": len(found.fills),
            "new_fundings": len(found.fundings),
            "known": found.known,
            "repeated": found.repeated,
            "overlaps": found.overlaps,
            "left_out": found.left_out,
            "round_trips": len(found.added),
            "pnl": _exact(found.pnl),
            "fees": _exact(found.fees),
            "funding": _exact(found.funding),
            "venue_pnl": _exact(found.venue_pnl),
            "agrees": found.agrees,
            "import_id": None if receipt is None else receipt.import_id,
        }
        _print_json(told)
        return EXIT_OK
    for line in summed_up(found, is_done=receipt is not None):
        _print(_line(line))
    return EXIT_OK


def summed_up(found: ImportPreview, *, is_done: bool) -> list[str]:
    """What an import adds or has added, a line each."""
    lines = [f"{export.name}: {export.format.title}" for export in found.exports]
    if found.is_empty:
        return [*lines, f"Everything in it is there already: {found.known} rows. Nothing was changed."]
    verb = "Added to" if is_done else "Would be added to"
    lines.append(
        f"{verb} {found.account.title}: {len(found.fills)} fills in {len(found.added)} round trips"
        + (f", {len(found.fundings)} funding payments" if found.fundings else "")
        + (f", {found.made_up} of the fills made up for what the files leave out" if found.made_up else "")
    )
    for coin in sorted(set(found.pnl) | set(found.fees) | set(found.funding)):
        zero = Decimal(0)
        lines.append(
            f"{coin}: P&L {plain(found.pnl.get(coin, zero))} before fees, "
            f"fees {plain(found.fees.get(coin, zero))}, funding {plain(found.funding.get(coin, zero))}"
        )
    if found.agrees is not None:
        lines.append(
            "It equals the venue's own figures."
            if found.agrees
            else "The venue says otherwise: "
            + ", ".join(f"P&L {plain(amount)} {coin}" for coin, amount in sorted(found.venue_pnl.items()))
            + ". A position was open before the first row, or rows are missing."
        )
    skipped = [
        ("known already", found.known),
        ("twice in the files", found.repeated),
        ("told twice", found.overlaps),
    ]
    skipped += list(found.left_out.items())
    told = [f"{count} {words}" for words, count in skipped if count]
    if told:
        lines.append(f"Left out: {'; '.join(told)}.")
    return lines


def _export(arguments: argparse.Namespace, journal: Journal) -> int:
    accounts, trips = _chosen(journal, arguments.account)
    tables = journal_tables(accounts, trips, journal.diaries())
    files = write_tables(tables, arguments.out, arguments.format)
    if arguments.json:
        _print_json(
            {
                table.name: {"file": str(path), "rows": len(table.rows)}
                for table, path in zip(tables, files, strict=True)
            }
        )
    else:
        for table, path in zip(tables, files, strict=True):
            _print(Text(f"{len(table.rows):>8,}  {printable(str(path))}"))
    return EXIT_OK


def _backup(arguments: argparse.Namespace) -> int:
    now_ms = SystemClock().now_ms()
    target = arguments.out or arguments.data_dir / FOLDER / backup_name(now_ms)
    manifest = make_backup(arguments.data_dir, target, now_ms)
    if arguments.json:
        _print_json({"file": str(target), "files": len(manifest.files), "troubles": list(manifest.troubles)})
    else:
        _print(Text(f"{len(manifest.files)} files are in {printable(str(target))}"))
    for trouble in manifest.troubles:
        sys.stderr.write(f"preflight: damaged already: {printable(trouble)}\n")
    return EXIT_OK


def _sample(arguments: argparse.Namespace) -> int:
    with open_store(arguments.data_dir) as store, Journal(arguments.data_dir) as journal:
        journal.refresh()
        if arguments.remove:
            count = len(journal.trips(SAMPLE_FOLDER))
            remove_sample(journal, store, TripKeeping(journal))
        else:
            count = add_sample(journal, store)
    if arguments.json:
        _print_json({"removed" if arguments.remove else "added": count})
    else:
        words = "was removed" if arguments.remove else "is there; `--remove` takes it away"
        _print(Text(f"The sample journal of {count} trades {words}"))
    return EXIT_OK


def _restore(arguments: argparse.Namespace) -> int:
    if arguments.check:
        manifest, aside = check_backup(arguments.backup), None
    else:
        manifest, aside = restore(arguments.backup, arguments.data_dir, SystemClock().now_ms())
    made = datetime.fromtimestamp(manifest.made_ms / 1_000, UTC)
    if arguments.json:
        _print_json(
            {
                "made": f"{made:%Y-%m-%dT%H:%M:%SZ}",
                "version": manifest.version,
                "files": len(manifest.files),
                "aside": None if aside is None else str(aside),
            }
        )
        return EXIT_OK
    words = "is whole" if aside is None else f"is in place; what was there is kept in {aside}"
    _print(Text(printable(f"The backup of {made:%d %b %Y %H:%M} UTC, {len(manifest.files)} files, {words}")))
    return EXIT_OK


def _exact(amounts: dict[str, Decimal]) -> dict[str, Decimal]:
    return {coin: Decimal(digits(amount)) for coin, amount in amounts.items()}


def _rows(journal: Journal, trips: Sequence[ReviewedTrip]) -> dict[str, list[dict[str, object]]]:
    return {
        table.name: [
            dict(zip((column.name for column in table.columns), row, strict=True)) for row in table.rows
        ]
        for table in journal_tables(journal.accounts(), trips, journal.diaries())
    }


def _print(what: Table | Text) -> None:
    console = Console()
    if isinstance(what, Table) and not console.is_terminal:
        console = Console(width=_WIDE)  # whoever reads it from a pipe wants whole rows
    console.print(what, soft_wrap=isinstance(what, Text))


def _line(text: str) -> Text:
    return Text(printable(text.replace("\u202f", " ")))


def _print_json(told: object) -> None:
    text = msgspec.json.Encoder(decimal_format="number").encode(told)
    sys.stdout.write(msgspec.json.format(text, indent=2).decode() + "\n")
