"""Days of liquidity kept beside the store: a day that is over is read out of the store once."""

import os
from contextlib import suppress
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from workstation.model.liquidity import DELAY_BINS, DISTANCES_BPS, LiquidityMinutes

FOLDER = Path("cache") / "liquidity"
VERSION = 1
DAY_MS = 86_400_000

_ARRAYS = ("start_ms", "bid", "ask", "bid_curve", "ask_curve", "range_bps", "delays")


def kept_day(data_dir: Path, venue: str, symbol: str, day_ms: int, stored: int) -> LiquidityMinutes | None:
    """A day kept when at least so much of it was stored; None where there is none, or it is bad."""
    try:
        with (
            _path(data_dir, venue, symbol, day_ms).open("rb") as opened,
            np.load(opened, allow_pickle=False) as file,
        ):
            if int(file["version"]) != VERSION or int(file["stored"]) < stored:
                return None
            day = LiquidityMinutes(*(file[name] for name in _ARRAYS))
    except (OSError, ValueError, KeyError, BadZipFile):
        return None
    shape = (len(day), len(DISTANCES_BPS))
    sound = (
        day.bid_curve.shape == day.ask_curve.shape == shape
        and len(day.bid) == len(day.ask) == len(day.range_bps) == len(day)
        and day.delays.shape == (DELAY_BINS,)
    )
    return day if sound else None


def keep_day(
    data_dir: Path, venue: str, symbol: str, day_ms: int, stored: int, day: LiquidityMinutes, oldest_ms: int
) -> None:
    """Keep a day, and let go of those before `oldest_ms`; a full disk only costs the time again."""
    path = _path(data_dir, venue, symbol, day_ms)
    fresh = path.with_name(f".{path.name}")
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with fresh.open("wb") as file:
            arrays = {name: getattr(day, name) for name in _ARRAYS}
            np.savez_compressed(file, version=VERSION, stored=stored, **arrays)
        os.replace(fresh, path)
        for old in path.parent.glob("*.npz"):
            if old.stem.isdigit() and int(old.stem) < oldest_ms // DAY_MS:
                old.unlink()


def _path(data_dir: Path, venue: str, symbol: str, day_ms: int) -> Path:
    # Names come from venues: whatever is in them stays one name of a file.
    plain = [
        "".join(c if c.isalnum() or c in "_-" else f"%{ord(c):x}" for c in name) for name in (venue, symbol)
    ]
    return data_dir / FOLDER / plain[0] / plain[1] / f"{day_ms // DAY_MS}.npz"
