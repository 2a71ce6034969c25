"""A program that records a market from an .npz file until it is done or killed; not a test itself."""

import sys
import time
from decimal import Decimal
from pathlib import Path

import numpy as np

from workstation.market.recorder import Recorder
from workstation.model.columns import MarketBatch
from workstation.model.instrument import ContractKind, Instrument, SequenceRule
from workstation.ports import DepthColumns
from workstation.runtime.clock import SystemClock
from workstation.store.ticks import open_store

INSTRUMENT = Instrument(
    "binance_usdm",
    "BTCUSDT",
    ContractKind.LINEAR,
    Decimal("0.10"),
    Decimal("0.001"),
    Decimal("1"),
    "BTC",
    "USDT",
    SequenceRule.BINANCE_FUTURES,
)
BATCH_MESSAGES = 100
COLUMN_MESSAGES = 20


def record(data_dir: Path, source_file: Path) -> None:
    source = np.load(source_file)
    trades, quotes, updates, levels = (source[name] for name in ("trades", "quotes", "updates", "levels"))
    depth = [source[name] for name in ("start_ms", "first_bin", "gap", "cells", "best")]
    messages = int(source["messages"])
    ends = np.concatenate([[0], np.cumsum(updates["levels"])])
    # The process is ready to be killed from the first write on; imports and loading take longer than those.
    print("recording", flush=True)
    with open_store(data_dir) as store:
        recorder = Recorder(store, SystemClock())
        recorder.open("source", "a test", INSTRUMENT)
        for start in range(0, messages, BATCH_MESSAGES):
            end = min(start + BATCH_MESSAGES, messages)
            (t0, t1), (q0, q1), (u0, u1) = (
                np.searchsorted(records["seq"], [start, end]) for records in (trades, quotes, updates)
            )
            recorder.add(
                MarketBatch(
                    INSTRUMENT.venue,
                    INSTRUMENT.symbol,
                    trades[t0:t1],
                    quotes[q0:q1],
                    updates[u0:u1],
                    levels[ends[u0] : ends[u1]],
                    end - 1,
                )
            )
            columns = slice(start // COLUMN_MESSAGES, end // COLUMN_MESSAGES)
            recorder.add_depth(
                INSTRUMENT.venue,
                INSTRUMENT.symbol,
                DepthColumns(500, 0.5, *(values[columns] for values in depth)),
            )
            recorder.flush()  # many small transactions, as many places to be killed at
            recorder.wait(20_000)
            if start % 2_000 == 0:
                store.checkpoint()  # a kill in the middle of one must do no harm either
            time.sleep(0.0005)
        recorder.finish(complete=True)
        if recorder.error is not None:
            raise recorder.error


if __name__ == "__main__":
    record(Path(sys.argv[1]), Path(sys.argv[2]))
