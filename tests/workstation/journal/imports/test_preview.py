"""What is told twice, by another kind of export, counts once; hedged positions stay apart."""

from collections.abc import Iterator
from decimal import Decimal as D
from pathlib import Path

import pytest

from workstation.journal.imports.preview import ImportPreview, account_named, preview, take_in
from workstation.journal.imports.reading import read_export
from workstation.journal.imports.rows import ImportCancelled, ImportRefused
from workstation.journal.journal import Journal

ACCOUNT = account_named("Mine")
TRADES = (
    "symbol,tradeId,orderId,side,tradeSide,posMode,price,baseVolume,feeDetail,profit,cTime\n"
    'BTCUSDT,1,100,buy,open,hedge_mode,50000,0.1,"[{""feeCoin"":""USDT"",""totalFee"":""-1""}]",0,1795000000000\n'
    'BTCUSDT,2,100,buy,open,hedge_mode,50000,0.1,"[{""feeCoin"":""USDT"",""totalFee"":""-1""}]",0,1795000000001\n'
    'BTCUSDT,3,101,sell,close,hedge_mode,50100,0.2,"[{""feeCoin"":""USDT"",""totalFee"":""-2""}]",20,1795000060000\n'
)
ORDERS = (
    "symbol,orderId,filledQty,fee,priceAvg,state,side,totalProfits,posSide,marginCoin,filledAmount,holdMode,"
    "cTime,uTime\n"
    "BTCUSDT_UMCBL,100,0.2,-2,50000,filled,open_long,0,long,USDT,10000,double_hold,1795000000000,1795000000001\n"
    "BTCUSDT_UMCBL,101,0.2,-2,50100,filled,close_long,20,long,USDT,10020,double_hold,1795000060000,1795000060000\n"
    "BTCUSDT_UMCBL,102,0.1,-1,50200,filled,open_short,0,short,USDT,5020,double_hold,1795000070000,1795000070000\n"
)
BYBIT_FILLS = (
    "Market,Filled Type,Filled Quantity,Filled Price,Fee Rate,Trading Fee,feeCoin,ExecFeeV2,Direction,"
    "Order Type,"
    "Transaction ID,Order No.,Transaction Time(UTC+0)\n"
    "AAAUSDT,Trade,2,100,0.00055,0.11,USDT,0.11,Long,Market,a1,o1,10:00 2026-01-10\n"
    "AAAUSDT,Trade,2,110,0.00055,0.121,USDT,0.121,Short,Market,a2,o2,12:00 2026-01-10\n"
)
BYBIT_CLOSED = (
    "Contracts,Closing Direction,Qty,Entry Price,Exit Price,Closed P&L,Exit Type,"
    "Trade Time(UTC+0),Order No.\n"
    "AAAUSDT,Close Long,2,100,110,19.769,Trade,2026-01-10 11:59:30,o2\n"
    "BBBUSDT,Close Short,2,110,100,19.769,Trade,2026-01-10 12:00:00,o3\n"
)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal(tmp_path / "data") as made:
        made.refresh()
        yield made


def _found(journal: Journal, tmp_path: Path, *texts: str) -> ImportPreview:
    exports = []
    for place, text in enumerate(texts):
        path = tmp_path / f"{place}.csv"
        path.write_text(text)
        exports.append(read_export(path))
    return preview(journal, ACCOUNT, exports)


def _net(found: ImportPreview) -> D:
    return sum((trip.net_pnl for trip in found.after), D(0))


@pytest.mark.parametrize("first,second", [(TRADES, ORDERS), (ORDERS, TRADES)])
def test_orders_beside_their_own_trades_count_once_in_either_order(
    journal: Journal, tmp_path: Path, first: str, second: str
) -> None:
    take_in(journal, _found(journal, tmp_path, first))
    journal.refresh()
    found = _found(journal, tmp_path, second)
    assert found.overlaps == (2 if second is ORDERS else 3)
    closed = [trip for trip in found.after if not trip.is_open]
    assert [(trip.net_pnl, trip.size) for trip in closed] == [(D(16), D("0.2"))]


def test_both_in_one_import_count_once_and_hedged_positions_stay_apart(
    journal: Journal, tmp_path: Path
) -> None:
    found = _found(journal, tmp_path, ORDERS, TRADES)
    assert found.overlaps == 2
    assert [(trip.direction.value, trip.is_open) for trip in found.after] == [
        ("long", False),
        ("short", True),
    ]


def test_closed_trades_beside_fills_of_the_same_days_count_once(journal: Journal, tmp_path: Path) -> None:
    both = _found(journal, tmp_path, BYBIT_FILLS, BYBIT_CLOSED)
    assert both.overlaps == 2
    assert _net(both) == D("19.769") * 2
    take_in(journal, _found(journal, tmp_path, BYBIT_FILLS))
    journal.refresh()
    assert _net(_found(journal, tmp_path, BYBIT_CLOSED)) == _net(both)


def test_fills_of_days_whose_closed_trades_are_there_are_refused(journal: Journal, tmp_path: Path) -> None:
    take_in(journal, _found(journal, tmp_path, BYBIT_CLOSED))
    journal.refresh()
    with pytest.raises(ImportRefused, match="undo that import, then import the fills"):
        _found(journal, tmp_path, BYBIT_FILLS)


@pytest.mark.parametrize("title", ["", "  ", "x" * 61, "\u202eb"])
def test_an_account_needs_a_plain_name(title: str) -> None:
    with pytest.raises(ImportRefused, match="Name the account"):
        account_named(title)


def test_a_preview_tells_how_far_it_is_and_ends_at_any_step_when_the_trader_cancels(
    journal: Journal, tmp_path: Path
) -> None:
    path = tmp_path / "trades.csv"
    path.write_text(TRADES)
    export = read_export(path)
    shares: list[float] = []
    looks = 0

    def look() -> bool:
        nonlocal looks
        looks += 1
        return False

    whole = preview(journal, ACCOUNT, [export], shares.append, look)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert looks >= 3
    for last in range(looks):
        asked = iter([False] * last)
        with pytest.raises(ImportCancelled, match="nothing was taken in"):
            preview(journal, ACCOUNT, [export], cancelled=lambda asked=asked: next(asked, True))
    assert preview(journal, ACCOUNT, [export]) == whole
