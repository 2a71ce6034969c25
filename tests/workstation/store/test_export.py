"""An export holds what the store holds, row for row and in order, for any engine; or it leaves nothing."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import numpy as np
import pytest

from workstation.errors import DataDirectoryError, DataDirectoryInUse, PreflightError
from workstation.market.candle_merge import CandleSource
from workstation.market.candles import CANDLE
from workstation.model.columns import BOOK_UPDATE, LEVEL, TRADE, MarketBatch
from workstation.model.derivatives import Liquidation, MarkPrice, OpenInterest
from workstation.model.feed_status import TradesBackfilled
from workstation.model.history import FundingSettlement
from workstation.model.instrument import Instrument
from workstation.store import export_tables
from workstation.store.export import TABLES, ExportCancelled, Exporter, ExportProgress, ExportRefused
from workstation.store.opening import STORE_FILE, open_database
from workstation.store.schema import MIGRATIONS
from workstation.store.ticks import open_store

DAY_MS = 86_400_000
START_MS = 20_000 * DAY_MS - 40_000  # a little before midnight
MARKET = ("binance_usdm", "BTCUSDT")


def quiet(_: ExportProgress) -> None:
    """Who looks at nothing."""


def timed(source: Any) -> list[MarketBatch]:
    """The generated market with times that grow by 25 ms a message."""
    batches = list(source.batches(500))
    for batch in batches:
        for records in (batch.trades, batch.quotes, batch.updates):
            records["event_ms"] = START_MS + records["seq"] * 25
            records["recv_ns"] = records["event_ms"] * 1_000_000 + 7
        batch.quotes["event_ms"][::2] = 0  # as spot markets send them
    return batches


@pytest.fixture
def stored(tmp_path: Path, make_source: Any) -> tuple[Path, list[MarketBatch]]:
    """A store with one market over a midnight, in two parts, with news and a past, and another market."""
    source = make_source(3_000, 11)
    batches = timed(source)
    odd = replace(source.instrument, symbol="ETH/USDT:USDT'1")
    with open_store(tmp_path / "data") as store:
        recording = store.open_recording("run", "a test", source.instrument)
        news = [
            MarkPrice(*MARKET, START_MS + 1, Decimal("60000.5"), None),
            Liquidation(*MARKET, START_MS + DAY_MS, "sell", Decimal("1.5"), Decimal("2")),
            OpenInterest(*MARKET, START_MS + 2, Decimal("81234.567")),
            TradesBackfilled(*MARKET, 5, 9, 5, 0),
        ]
        store.write(recording.recording_id, batches[:3], [source.depth], news)
        following = store.next_part(recording, "a test")
        store.write(following.recording_id, batches[3:], [])
        store.finish_recording(following.recording_id, complete=True)
        second = store.open_recording("other", "a test", odd)
        store.write(second.recording_id, batches[:1], [])
        candles = np.zeros(3, CANDLE)
        candles["open_ms"] = START_MS + np.arange(3) * 40_000
        store.put_candles(*MARKET, 40_000, candles, CandleSource.VENUE)
        store.put_funding([FundingSettlement(*MARKET, START_MS, Decimal("0.0001"), 8.0)])
    return tmp_path / "data", batches


def read(out: Path, table: str, order: str = "day, filename, file_row_number") -> dict[str, np.ndarray]:
    pattern = str(out / table / "**" / "*.parquet")
    return duckdb.execute(
        "SELECT * FROM read_parquet(?, hive_partitioning = true, filename = true, file_row_number = true) "
        f"WHERE symbol = 'BTCUSDT' ORDER BY {order}",
        [pattern],
    ).fetchnumpy()


def joined(parts: list[np.ndarray]) -> np.ndarray:
    return np.concatenate(parts)


def test_every_row_comes_back_by_day_and_in_order(
    tmp_path: Path, stored: tuple[Path, list[MarketBatch]]
) -> None:
    data_dir, batches = stored
    before = (data_dir / STORE_FILE).read_bytes()
    seen: list[ExportProgress] = []
    summary = Exporter(data_dir, tmp_path / "out").run(seen.append)
    out = tmp_path / "out"
    assert (data_dir / STORE_FILE).read_bytes() == before
    assert sorted(path.name for path in out.iterdir()) == sorted(
        [*(table for table in TABLES if summary.rows[table]), "recordings.parquet", "manifest.json"]
    )
    assert [p.share for p in seen] == sorted(p.share for p in seen)
    assert msgspec.json.decode((out / "manifest.json").read_bytes())["rows"] == summary.rows

    for table, names in (("trades", TRADE.names), ("quotes", batches[0].quotes.dtype.names)):
        back = read(out, table)
        sent = joined([getattr(batch, table) for batch in batches])
        for name in names:
            np.testing.assert_array_equal(back[name], sent[name], err_msg=name)
        days = back["day"].astype("datetime64[D]").astype(np.int64)
        times = np.where(back["event_ms"] > 0, back["event_ms"], back["recv_ns"] // 1_000_000)
        np.testing.assert_array_equal(days, times // DAY_MS)
        assert set(back["venue"]) == {"binance_usdm"}
        assert len(set(days.tolist())) == 2
    trades = read(out, "trades")
    repaired = (trades["trade_id"] >= 5) & (trades["trade_id"] <= 9) & (trades["recording_id"] == 1)
    np.testing.assert_array_equal(trades["backfilled"], repaired)


def test_the_book_comes_back_message_by_message_with_its_levels_in_order(
    tmp_path: Path, stored: tuple[Path, list[MarketBatch]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_tables, "LEVELS_A_FILE", 3_000)
    data_dir, batches = stored
    summary = Exporter(data_dir, tmp_path / "out", tables=["book_updates"]).run(quiet)
    assert summary.files["book_updates"] > 4
    back = read(tmp_path / "out", "book_updates", "seq, filename, file_row_number")
    updates = joined([batch.updates for batch in batches])
    levels = joined([batch.levels for batch in batches])
    rows = np.maximum(updates["levels"], 1)
    for name in set(BOOK_UPDATE.names or ()) - {"levels"}:
        np.testing.assert_array_equal(back[name], np.repeat(updates[name], rows), err_msg=name)
    empty = np.repeat(updates["levels"] == 0, rows)
    assert empty.any()
    for name in LEVEL.names or ():
        column = np.ma.asarray(back[name])
        np.testing.assert_array_equal(np.ma.getmaskarray(column), empty)
        np.testing.assert_array_equal(column[~empty].filled(0), levels[name])


def test_news_and_the_past_are_exported_with_what_the_venue_did_not_say_left_empty(
    tmp_path: Path, stored: tuple[Path, list[MarketBatch]]
) -> None:
    data_dir, _ = stored
    Exporter(data_dir, tmp_path / "out").run(quiet)
    out = tmp_path / "out"
    mark = read(out, "mark_prices")
    assert mark["mark_price"].tolist() == [60000.5]
    assert np.ma.getmaskarray(mark["index_price"]).tolist() == [True]
    assert read(out, "liquidations")["side"].tolist() == [-1]
    assert read(out, "open_interest")["size"].tolist() == [81234.567]
    assert read(out, "funding_rates")["rate"].tolist() == [0.0001]
    candles = read(out, "candles")
    assert candles["open_ms"].tolist() == [START_MS, START_MS + 40_000, START_MS + 80_000]
    recordings = duckdb.execute("FROM read_parquet(?)", [str(out / "recordings.parquet")]).fetchnumpy()
    assert recordings["part"].tolist() == [0, 1, 0]
    assert recordings["tick_size"].tolist() == ["0.10"] * 3


def test_only_what_is_asked_for_is_exported(tmp_path: Path, stored: tuple[Path, list[MarketBatch]]) -> None:
    data_dir, batches = stored
    midnight = 20_000 * DAY_MS
    summary = Exporter(
        data_dir,
        tmp_path / "out",
        tables=["trades", "book_updates"],
        symbols=["BTCUSDT"],
        from_ms=midnight - 1_000,
        to_ms=midnight + 1_000,
    ).run(quiet)
    trades = joined([batch.trades for batch in batches])
    wanted = (trades["event_ms"] >= midnight - 1_000) & (trades["event_ms"] < midnight + 1_000)
    np.testing.assert_array_equal(read(tmp_path / "out", "trades")["seq"], trades["seq"][wanted])
    assert sorted(p.name for p in (tmp_path / "out/trades/venue=binance_usdm").iterdir()) == [
        "symbol=BTCUSDT"
    ]
    assert summary.files["trades"] == 2
    odd = Exporter(data_dir, tmp_path / "odd", symbols=["ETH/USDT:USDT'1"], tables=["trades"]).run(quiet)
    assert odd.rows["trades"] == len(batches[0].trades)
    pattern = str(tmp_path / "odd" / "**" / "day=*" / "*.parquet")
    names = duckdb.execute("SELECT DISTINCT symbol FROM read_parquet(?)", [pattern]).fetchall()
    assert names == [("ETH/USDT:USDT'1",)]


def test_long_tables_keep_their_order(tmp_path: Path, instrument: Instrument) -> None:
    rows = np.zeros(260_000, TRADE)
    rows["seq"] = rows["trade_id"] = np.arange(len(rows))
    rows["event_ms"], rows["price"] = START_MS, np.random.default_rng(1).random(len(rows))
    with open_store(tmp_path / "data") as store:
        recording = store.open_recording("run", "a test", instrument)
        for part in np.array_split(rows, 9):
            batch = MarketBatch(*MARKET, trades=part, last_seq=int(part["seq"][-1]))
            store.write(recording.recording_id, [batch], [])
    Exporter(tmp_path / "data", tmp_path / "out").run(quiet)
    np.testing.assert_array_equal(read(tmp_path / "out", "trades")["price"], rows["price"])


def test_a_store_of_an_older_schema_is_upgraded_first(tmp_path: Path) -> None:
    old = open_database(tmp_path / "data", 1, MIGRATIONS[:1])
    old.execute(
        "INSERT INTO instruments VALUES "
        "(1, 'binance_usdm', 'BTCUSDT', 'linear', '0.1', '1', '1', 'B', 'U', 'binance_futures')"
    )
    old.execute("INSERT INTO recordings VALUES (1, 'run', 'a test', 1, 5, 41, true)")
    old.execute(f"INSERT INTO trades VALUES (1, 7, 8, {START_MS}, 10, 1, 11.5, 12.5)")
    old.close()
    summary = Exporter(tmp_path / "data", tmp_path / "out").run(quiet)
    assert summary.rows["trades"] == 1


def test_what_cannot_be_exported_is_refused_and_nothing_is_written(
    tmp_path: Path, stored: tuple[Path, list[MarketBatch]]
) -> None:
    data_dir, _ = stored
    out = tmp_path / "out"
    with pytest.raises(ExportRefused, match="no table 'ticks'"):
        Exporter(data_dir, out, tables=["ticks"])
    with pytest.raises(ExportRefused, match="nothing of what was asked for"):
        Exporter(data_dir, out, venue="nowhere").run(quiet)
    with pytest.raises(DataDirectoryError, match="no tick store"):
        Exporter(tmp_path / "nothing", out).run(quiet)
    out.mkdir()
    (out / "mine.txt").write_text("keep me")
    with pytest.raises(ExportRefused, match="not an empty directory"):
        Exporter(data_dir, out)
    (tmp_path / "file").write_text("")
    with pytest.raises(ExportRefused, match="cannot be written"):
        Exporter(data_dir, tmp_path / "file" / "out").run(quiet)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "file", "out"]


def test_an_open_store_is_refused_in_one_sentence(
    tmp_path: Path, stored: tuple[Path, list[MarketBatch]]
) -> None:
    data_dir, _ = stored
    script = (
        "import sys; from pathlib import Path; from workstation.errors import PreflightError\n"
        "from workstation.store.export import Exporter\n"
        "try: Exporter(Path(sys.argv[1]), Path(sys.argv[2])).run(lambda _: None)\n"
        "except PreflightError as error: print(type(error).__name__, error)\n"
    )
    with open_store(data_dir):
        run = subprocess.run(
            [sys.executable, "-c", script, str(data_dir), str(tmp_path / "out")],
            capture_output=True,
            text=True,
            check=True,
        )
    assert run.stdout.startswith(f"{DataDirectoryInUse.__name__} Another Preflight has {data_dir} open")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data"]


@pytest.mark.parametrize("when", range(4))
def test_a_cancelled_export_leaves_nothing(
    tmp_path: Path, stored: tuple[Path, list[MarketBatch]], when: int
) -> None:
    data_dir, _ = stored
    exporter = Exporter(data_dir, tmp_path / "out")
    calls = 0

    def cancel(_: ExportProgress) -> None:
        nonlocal calls
        calls += 1
        if calls == 1 + when * 3:
            thread = threading.Thread(target=exporter.cancel)
            thread.start()
            thread.join()

    with pytest.raises(ExportCancelled):
        exporter.run(cancel)
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_what_a_killed_export_left_is_cleared_away(
    tmp_path: Path, stored: tuple[Path, list[MarketBatch]]
) -> None:
    data_dir, _ = stored
    (tmp_path / ".out.4711.part" / "trades").mkdir(parents=True)
    Exporter(data_dir, tmp_path / "out").run(quiet)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "out"]


def test_a_full_disk_is_said_and_leaves_nothing(
    small_place: Path, stored: tuple[Path, list[MarketBatch]]
) -> None:
    data_dir, _ = stored
    with pytest.raises(PreflightError, match=r"cannot be written|is full") as refused:
        Exporter(data_dir, small_place / "out").run(quiet)
    assert "\n" not in str(refused.value)
    assert list(small_place.iterdir()) == []


@pytest.fixture
def small_place(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "small"
    place.mkdir()
    options = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)]
    if os.name != "posix" or subprocess.run(options, capture_output=True, check=False).returncode:
        pytest.skip("no disk of our own: mounting one takes root")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)
