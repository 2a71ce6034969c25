"""Real exports of three venues come to the venues' own numbers, whichever way they are read."""

import csv
import json
from collections.abc import Iterator
from decimal import Decimal as D
from pathlib import Path

import pytest

from workstation.journal.imports.preview import ImportPreview, preview, take_in, usual_account
from workstation.journal.imports.reading import read_export
from workstation.journal.imports.rows import ImportRefused
from workstation.journal.journal import Journal

pytestmark = pytest.mark.real_data
BINANCE = "binance_usdm_trade_history.csv"
BITGET = "bitget_history_orders_BTCUSDT_UMCBL.csv"
BITGET_JSON = "bitget_history_orders_BTCUSDT_UMCBL.json"
BYBIT = "bybit_closed_pnl.csv"


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal(tmp_path) as made:
        made.refresh()
        yield made


@pytest.fixture
def exports(shared_data: Path) -> Path:
    return shared_data / "trade_history"


def _taken(journal: Journal, *paths: Path) -> ImportPreview:
    read = [read_export(path) for path in paths]
    found = preview(journal, usual_account(read), read)
    take_in(journal, found)
    journal.refresh()
    return found


def _table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_binance_fills_whose_openings_are_in_no_file_bring_what_binance_says(
    journal: Journal, exports: Path
) -> None:
    rows = _table(exports / BINANCE)
    found = _taken(journal, exports / BINANCE)
    trips = [one.trip for one in journal.trips(found.account.key)]
    assert {trip.symbol: round(trip.pnl, 18) for trip in trips} == {
        row["Symbol"]: D(row["Realized Profit"]) for row in rows
    }
    assert {(trip.symbol, trip.fees, trip.asset) for trip in trips} == {
        (row["Symbol"], *_amount(row["Fee"])) for row in rows
    }
    real = [part.fill for trip in trips for part in trip.parts if not part.opens]
    assert [(str(fill.trade_id), fill.venue_order_id, fill.price, fill.size) for fill in real] == [
        (row["Trade ID"], row["Order ID"], D(row["Price"]), D(row["Quantity"])) for row in reversed(rows)
    ]
    assert found.agrees
    assert found.made_up == len(rows) == len(trips)


def _amount(text: str) -> tuple[D, str]:
    figure, coin = text.split()
    return D(figure), coin


@pytest.mark.parametrize("name", [BITGET, BITGET_JSON])
def test_every_closing_of_bitget_brings_what_bitget_says_of_it(
    journal: Journal, exports: Path, name: str
) -> None:
    path = exports / name
    rows = json.loads(path.read_text(), parse_float=D, parse_int=D) if name.endswith("json") else _table(path)
    filled = {str(row["orderId"]): row for row in rows if D(row["filledQty"])}
    found = _taken(journal, path)
    parts = [part for one in journal.trips(found.account.key) for part in one.trip.parts]
    real = [part for part in parts if part.fill.venue_order_id in filled]
    assert len(real) == len(filled)
    for part in real:
        row = filled[part.fill.venue_order_id]
        assert round(part.pnl, 12) == D(row["totalProfits"])
        assert part.fee == -D(row["fee"])
        assert (part.fill.size, part.fill.event_ms) == (D(row["filledQty"]), int(row["uTime"]))
        assert round(part.fill.size * part.fill.price, 18) == D(row["filledAmount"])
    assert sum(part.fee for part in parts) == -sum(D(row["fee"]) for row in rows if row["fee"])
    assert found.agrees


def test_closed_trades_of_bybit_are_one_round_trip_each_with_bybits_own_result(
    journal: Journal, exports: Path
) -> None:
    rows = _table(exports / BYBIT)
    found = _taken(journal, exports / BYBIT)
    trips = [one.trip for one in journal.trips(found.account.key)]

    def shown(symbol: str, net: D, size: D, entry: D, out: D | None) -> tuple[str, D, D, D, D | None]:
        return symbol, net, size, entry, out

    assert sorted(
        shown(trip.symbol, trip.net_pnl, trip.size, trip.entry_price, trip.exit_price) for trip in trips
    ) == sorted(
        shown(
            row["Contracts"],
            D(row["Closed P&L"]),
            D(row["Qty"]),
            D(row["Entry Price"]),
            D(row["Exit Price"]),
        )
        for row in rows
    )
    directions = [trip.direction.value for trip in trips]
    assert directions.count("short") == sum(row["Closing Direction"] == "Close Short" for row in rows)
    assert found.made_up == 2 * len(rows)
    assert all(part.fill.venue_order_id.startswith("synthetic:") for trip in trips for part in trip.parts)
    assert found.agrees


@pytest.mark.parametrize("name", [BINANCE, BITGET, BITGET_JSON, BYBIT])
def test_importing_twice_changes_nothing(journal: Journal, exports: Path, name: str) -> None:
    account = _taken(journal, exports / name).account
    before, version = journal.trips(account.key), journal.version
    again = _taken(journal, exports / name)
    assert again.is_empty
    assert again.known
    assert journal.trips(account.key) == before
    assert journal.version == version
    assert len(journal.imports()) == 1


def test_two_files_of_one_account_are_known_again_and_make_up_what_only_one_of_them_shows(
    journal: Journal, exports: Path
) -> None:
    both = _taken(journal, exports / BITGET, exports / BITGET_JSON)
    rows = json.loads((exports / BITGET_JSON).read_text(), parse_float=D, parse_int=D)
    assert len(both.fills) == sum(1 for row in rows if row["filledQty"])
    assert both.repeated == 78
    assert not both.made_up
    assert _taken(journal, exports / BITGET).is_empty


def test_an_opening_that_was_made_up_and_is_shown_later_is_named_and_nothing_is_doubled(
    journal: Journal, exports: Path
) -> None:
    account = _taken(journal, exports / BITGET).account
    read = [read_export(exports / BITGET_JSON)]
    with pytest.raises(ImportRefused, match="undo that import"):
        preview(journal, account, read)
    journal.undo_import(journal.imports()[0].import_id).result()
    assert not preview(journal, account, read).made_up


def test_an_import_can_be_undone(journal: Journal, exports: Path) -> None:
    account = _taken(journal, exports / BYBIT).account
    journal.undo_import(journal.imports()[0].import_id).result()
    journal.refresh()
    assert journal.trips(account.key) == ()
    assert len(_taken(journal, exports / BYBIT).added) == 36
