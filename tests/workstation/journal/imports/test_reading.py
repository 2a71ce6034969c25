"""Exports are read as venues write them, in every generation; one that is mangled names its line."""

from decimal import Decimal as D
from pathlib import Path

import pytest

from workstation.journal.imports import reading
from workstation.journal.imports.figures import BadCell, number, time_ms, zone_of
from workstation.journal.imports.mapped import Mapping, guessed
from workstation.journal.imports.reading import ReadExport, ReadingChoices, read_export, recognise
from workstation.journal.imports.rows import ImportCancelled, ImportRefused

BINANCE = """Uid,Time,Symbol,Side,Price,Quantity,Amount,Fee,Realized Profit,Buyer,Maker,Trade ID,Order ID
1,2026-03-17 09:34:13,BTCUSDT,SELL,73922.3,0.01,739.223,0.2956892 USDT,1,false,true,12,22
1,26-03-17 09:34:12,BTCUSDT,BUY,73822.3,0.01,738.223,0.29528919USDT,0,true,false,11,21
"""


def _read(tmp_path: Path, text: str | bytes, name: str = "export.csv", **choices: object) -> ReadExport:
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_export(path, ReadingChoices(**choices))  # type: ignore[arg-type]


def _figures(found: ReadExport) -> list[tuple[object, ...]]:
    return [
        (row.fill.symbol, row.fill.side.value, row.fill.price, row.fill.size, row.fill.fee, row.fill.event_ms)
        for row in found.fills
    ]


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.encode("utf-8-sig"),
        lambda text: text.encode("utf-16"),
        lambda text: text.encode("utf-16-le"),
        lambda text: text.replace(",", ";").encode(),
        lambda text: text.replace(",", "\t").encode(),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: text.replace("73922.3", '"73,922.3"').encode(),
        lambda text: ("UID:7,Time Zone:UTC+0\n\n" + text).encode(),
        lambda text: text.replace("\n", ",\n").encode(),
        lambda text: text.replace(",12,22", ',12,"22\n"').encode(),
        lambda text: text.replace("Trade ID", "TRADE  id").encode(),
    ],
)
def test_encodings_separators_and_spellings_say_the_same(tmp_path: Path, encode: object) -> None:
    assert _figures(_read(tmp_path, encode(BINANCE))) == _figures(_read(tmp_path, BINANCE))  # type: ignore[operator]


def test_times_are_of_the_zone_that_is_chosen_unless_the_file_names_its_own(tmp_path: Path) -> None:
    utc = _read(tmp_path, BINANCE).fills[0].fill.event_ms
    assert utc == 1_773_740_052_000
    assert _read(tmp_path, BINANCE, zone="UTC+8").fills[0].fill.event_ms == utc - 8 * 3_600_000
    named = BINANCE.replace("Time,", "Date(UTC),", 1).replace("Uid,Date", "Uid,Date")
    assert _read(tmp_path, named, zone="UTC+8").fills[0].fill.event_ms == utc
    assert not recognise(tmp_path / "export.csv").asks_zone
    assert _read(tmp_path, BINANCE, zone="Europe/Berlin").fills[0].fill.event_ms == utc - 3_600_000


GENERATIONS = {
    "bybit_closed_fees": (
        "Market,Order Quantity,Entry Price,Exit Price,Opening Fee,Closing Fee,Funding Fee,"
        "Trade Type,Realized P&L,"
        "Trade time\nAAAUSDT,2.0,100,110,0.11,0.121,0.02,Trade,19.749,12:00 2026-01-10\n"
        "BBBUSDT,10,5,4.5,0.0275,0.02475,0,Liquidation,4.94775,09:00 2026-01-12\n"
    ),
    "bybit_trades": (
        "Market,Filled Type,Filled Quantity,Filled Price,Order Price,Fee Rate,Trading Fee,feeCoin,"
        "ExecFeeV2,Direction,"
        "Order Type,Trasaction ID,Order No.,Transaction Time(UTC+0)\n"
        "AAAUSDT,Trade,2,110,110,0.0002,0.044,USDT,0.044,Short,Limit, a2, o2,10:00 2026-01-10\n"
        "AAAUSDT,Funding,2,108,0,0.0001,0.0216,USDT,0.0216,Long,--, f1, g1,10:00 2026-01-10\n"
        "AAAUSDT,Trade,2,100,100,0.00055,0.11,USDT,0.11,Long,Market, a1, o1,10:00 2026-01-10\n"
        "AAAUSDT,Trade,1,90,90,0.00055,0.05,USDT,0.05,Long,Market, a0, o0,09:00 2026-01-10\n"
    ),
    "bybit_log": (
        "Currency,Contract,Type,Direction,Quantity,Position,Filled Price,Funding,Fee Paid,Cash Flow,Change,"
        "Wallet Balance,Action,OrderId,TradeId,Time\n"
        "USDT,AAAUSDT,TRADE,BUY,2,2,100,0,-0.11,0,-0.11,1000,OPEN,o1,x1,2026-01-10 10:00:00.000\n"
        "USDT,AAAUSDT,SETTLEMENT,BUY,0,2,108,-0.0216,0,0,-0.0216,1000,SETTLEMENT,o2,x2,"
        "2026-01-11 08:00:00.000\n"
        "USDT,AAAUSDT,TRADE,SELL,-2,0,105,0,-0.12,10,9.88,1000,CLOSE,o9,x9,2026-01-11 09:00:00.000\n"
        "USDT,,INTEREST,--,0,0,0,0,0,-0.004,-0.004,-40,--,,,2026-01-11 11:00:00.000\n"
    ),
    "okx_history": (
        "\ufeffUID:1,\ufeffAccount Type:Main,\ufeffTime Zone:UTC+8\n"
        "\ufeffid,Order id,Time,Trade Type,Symbol,Action,Amount,Trading Unit,Filled Price,PnL,Fee,Fee Unit,"
        "Position Change,Position Balance,Balance Change,Balance,Balance Unit\n"
        "4,14,2026-01-10 16:00:00,Perpetual,BTC-USDT-SWAP,Funding fee,0,USDT,0,0,0,USDT,0,0,-0.03,0,USDT\n"
        "3,13,2026-01-10 12:00:00,Perpetual,BTC-USDT-SWAP,Close long,3,cont,90100,3,-0.05,USDT,-1,"
        "0,10,0,USDT\n"
        "2,12,2026-01-10 11:00:00,Perpetual,BTC-USDT-SWAP,Open long,3,cont,90000,0,-0.15,USDT,3,3,0,0,USDT\n"
        "1,11,2026-01-10 10:00:00,Spot,AAA-USDT,Buy,2,AAA,100,0,-0.002,AAA,0,0,2,2,AAA\n"
    ),
    "bitget_site_orders": (
        "Date,Order ID,Direction,Coin,Futures,order source,Transaction type,Price,Average Price,"
        "Order amount,Executed,"
        "Trading volume,Realized P/L,NetProfits,Status\n"
        "2025-02-01 08:00:00,\t8888,Open long,USDT,POPCATUSDT,normal,open,,0.75,100,100,75,0,0,Filled\n"
        "2025-02-01 09:00:00,\t8889,Close long,USDT,POPCATUSDT,normal,close,,0.80,100,100,80,5,4.9,Filled\n"
    ),
    "bitget_site_positions": (
        "Futures,Opening time,Average entry price,Average closing price,Closed amount,"
        "Closed value,Position PnL,"
        "Realized PnL,Fees,Opening fee,Closing fee,Closed time\n"
        "BTCUSDT Long·Isolated,2025-02-01 08:00:00,100000,100500,0.01BTC,1005USDT,5USDT,3.797USDT,-1.203USDT,"
        "-0.6USDT,-0.603USDT,2025-02-01 09:30:00\n"
    ),
    "binance_positions": (
        "Symbol,Margin Mode,Position Side,Entry Price,Avg. Close Price,Max Open Interest,"
        "Closed Vol.,Closing PNL,"
        "Opened,Closed,Status\nXYZUSDT,Isolated,Short,0.86536,0.85,1000,1000,15.36,2026-03-01 10:00:00,"
        "2026-03-01 11:00:00,Closed\n"
    ),
}
NET = {
    "bybit_closed_fees": (D("19.749") + D("4.94775"), 2),
    "bybit_trades": (None, 3),
    "bybit_log": (D(10), 2),
    "okx_history": (D(3), 2),
    "bitget_site_orders": (D(5), 2),
    "bitget_site_positions": (D(5), 1),
    "binance_positions": (D("15.36"), 1),
}


@pytest.mark.parametrize("key", sorted(GENERATIONS))
def test_every_generation_is_recognised_by_its_header_and_keeps_the_venues_figures(
    tmp_path: Path, key: str
) -> None:
    found = _read(tmp_path, GENERATIONS[key])
    pnl, rows = NET[key]
    assert found.format.key == key
    assert found.totals.rows == rows
    assert found.totals.pnl.get("USDT") == pnl


def test_fills_of_one_minute_keep_the_order_of_the_file_newest_first_or_last(tmp_path: Path) -> None:
    text = GENERATIONS["bybit_trades"]
    head, *rows = text.splitlines()
    newest_first = [row.fill.side.value for row in _read(tmp_path, text).fills]
    oldest_first = [row.fill.side.value for row in _read(tmp_path, "\n".join([head, *reversed(rows)])).fills]
    assert newest_first == oldest_first == ["buy", "buy", "sell"]


def test_the_size_of_a_contract_follows_from_what_okx_says_a_closing_brought(tmp_path: Path) -> None:
    found = _read(tmp_path, GENERATIONS["okx_history"])
    assert {row.terms.contract_size for row in found.fills} == {D("0.01")}
    assert found.fills[0].fill.event_ms == 1_768_014_000_000  # 03:00 UTC
    only_open = "\n".join(
        line for line in GENERATIONS["okx_history"].splitlines() if "Close long" not in line
    )
    with pytest.raises(ImportRefused, match="Line 4: BTC-USDT-SWAP is counted in contracts"):
        _read(tmp_path, only_open)
    told = _read(tmp_path, only_open, contract_sizes={"BTC-USDT-SWAP": D("0.01")})
    assert told.fills[0].terms.contract_size == D("0.01")


MANGLED = [
    ("73822.3,0.01", "abc,0.01", r"Line 3: price: 'abc' is no number"),
    ("73822.3,0.01", "NaN,0.01", r"Line 3: price: 'NaN' is no number"),
    ("73822.3,0.01", "1e99,0.01", r"Line 3: price: '1e99' is greater"),
    ("73822.3,0.01", f"1{'0' * 50},0.01", r"Line 3: price: .* more digits"),
    ("73822.3,0.01", "-73822.3,0.01", r"Line 3: price: .* not above zero"),
    ("26-03-17 09:34:12", "26-13-17 09:34:12", r"Line 3: date: '26-13-17 09:34:12' is no time"),
    ("26-03-17 09:34:12", "", r"Line 3: date: '' is no time"),
    ("26-03-17 09:34:12", "1970-01-01 00:00:00", r"Line 3: .* no time at which"),
    ("BTCUSDT,BUY", "BTCUSDT,HOLD", r"Line 3: side: 'hold' is neither"),
    ("BTCUSDT,BUY", ",BUY", r"Line 3: symbol: it is empty"),
    ("BTCUSDT,BUY", "=CMD()|A1,BUY", r"Line 3: '=CMD\(\)\|A1' is no name of a symbol"),
    ("BTCUSDT,BUY", "<b>X</b>,BUY", r"Line 3: '<B>X</B>' is no name of a symbol"),
    ("0.29528919USDT", '"0.3 <script>"', r"Line 3: fee: .* is no number"),
    (",11,21", ",11", r"Line 3: there are 12 cells; the header has 13"),
    (",11,21", ',11,"21', r"Line 3: the quotes"),
    (",11,21", ",12,21", r"is told otherwise|"),
]


@pytest.mark.parametrize("there,instead,words", MANGLED)
def test_a_mangled_file_names_the_line_and_what_is_wrong(
    tmp_path: Path, there: str, instead: str, words: str
) -> None:
    assert there in BINANCE
    if instead == ",12,21":  # another side of the same trade is no contradiction, another price is
        text = BINANCE.replace("BTCUSDT,BUY", "BTCUSDT,SELL").replace(there, instead)
        words = r"Line 3: trade 12 of BTCUSDT is told otherwise in line 2"
    else:
        text = BINANCE.replace(there, instead)
    with pytest.raises(ImportRefused, match=words):
        _read(tmp_path, text)


def test_what_is_no_text_of_its_encoding_names_the_line(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match=r"Line \d: what follows is no UTF-8 text"):
        _read(tmp_path, BINANCE.encode() + b"\xff\xfe\xff")


@pytest.mark.parametrize(
    "content,words",
    [
        (b"", "is empty"),
        (b"PK\x03\x04rest", "save its sheet as CSV"),
        (b"hello", "no table"),
        (b"a,b,c\n1,2,3\n", "map its columns"),
        (b'[{"symbol": NaN}]', "NaN is no number"),
        (b'[{"symbol": "X"', "no JSON"),
        (b"[1]", "record 1 is no JSON object"),
        (BINANCE.splitlines()[0].encode(), "no fill of a perpetual"),
    ],
)
def test_what_is_no_export_says_so(tmp_path: Path, content: bytes, words: str) -> None:
    with pytest.raises(ImportRefused, match=words):
        _read(tmp_path, content)


def test_a_table_of_any_kind_is_read_by_a_mapping_with_commas_before_decimals(tmp_path: Path) -> None:
    text = (
        "Datum;Ticker;B/S;Trade price;Qty;Commission;Note\n"
        '10.01.2026 10:00;aaa/usdt;buy;1 000,50;2;"1,05";=cmd()\n'
    )
    path = tmp_path / "other.csv"
    path.write_text(text)
    mapping = guessed(recognise(path).head.headings)
    assert not mapping.lacks
    found = read_export(path, ReadingChoices(mapping=mapping))
    assert _figures(found) == [("AAAUSDT", "buy", D("1000.50"), D(2), D("1.05"), 1_768_039_200_000)]
    with pytest.raises(ImportRefused, match="Say which column is: Time"):
        read_export(path, ReadingChoices(mapping=Mapping()))


def test_progress_is_told_and_a_cancelled_import_ends(tmp_path: Path) -> None:
    head, row, _ = BINANCE.splitlines()
    path = tmp_path / "long.csv"
    path.write_text("\n".join([head, *(row.replace(",12,", f",{place},") for place in range(10_000))]))
    told: list[float] = []
    assert len(read_export(path, progress=told.append).fills) == 10_000
    assert told == sorted(told)
    assert told[-1] == 1
    with pytest.raises(ImportCancelled):
        read_export(path, cancelled=lambda: True)


@pytest.mark.parametrize(
    "text,value",
    [("1,234.56", "1234.56"), ("1 234,56", "1234.56"), ("1.234,5", "1234.5"), ("-0.5", "-0.5"), ("−2", "-2"),
     ("1,234", "1234"), ("0,5", "0.5"), ("1e-7", "1E-7"), ("1'000", "1000"), ("+3", "3")],
)  # fmt: skip
def test_numbers_are_exact_in_every_spelling(text: str, value: str) -> None:
    assert number(text) == D(value)


@pytest.mark.parametrize("text", ["", "inf", "nan", "1,23,4", "0x1", "1e999", "--1", "\u0661"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(BadCell):
        number(text)


@pytest.mark.parametrize(
    "text",
    ["1768039200", "1768039200000", "1768039200000000", "2026-01-10T10:00:00Z", "2026-01-10 10:00",
     "2026/01/10 10:00:00", "10:00 2026-01-10", "10.01.2026 10:00", "2026-01-10T12:00:00.000+02:00",
     "26-01-10 10:00:00"],
)  # fmt: skip
def test_times_are_read_in_every_spelling(text: str) -> None:
    assert time_ms(text, zone_of("UTC")) == 1_768_039_200_000


def test_no_two_formats_claim_the_same_header() -> None:
    for one in reading.FORMATS:
        claimed = [form.key for form in reading.FORMATS if form.needs <= one.needs]
        assert claimed == [one.key]
