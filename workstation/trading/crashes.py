"""What prices may do together: by beta to BTC, as in recorded crashes, or as the trader says."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from importlib.resources import files
from math import isfinite
from pathlib import Path

import msgspec

from workstation.errors import BadFigure
from workstation.trading.sectors import coin_of
from workstation.trading.stress import Scenario

OWN_FILE = "crashes.toml"
"""The trader's own, in the data directory."""
WORST = Decimal("-0.99")
"""A beta may take a price below nothing: it ends here."""
BTC = "BTC"


class Crash(msgspec.Struct, frozen=True):
    """A crash as it was.

    Attributes:
        name: on screen.
        hour: the worst of it.
        moves: of each coin, a fraction; a multiple of a coin (1000PEPE) moves as the coin does.
    """

    name: str
    hour: datetime
    moves: dict[str, Decimal]


class _Crashes(msgspec.Struct):
    crash: list[Crash]


@dataclass(frozen=True, slots=True)
class OwnScenario:
    """What the trader asks for: moves of some coins, all others by their beta to BTC's.

    Attributes:
        moves: of coins, fractions.
    """

    moves: Mapping[str, Decimal]

    @property
    def name(self) -> str:
        """As it is typed: "BTC −10 % TAO −30 %"."""
        parts = (f"{coin} {(move * 100).normalize():+f} %" for coin, move in self.moves.items())
        return " ".join(parts).replace("-", "−")


def load_crashes(data_dir: Path | None = None) -> tuple[Crash, ...]:
    """Return the recorded crashes that come with the program, the newest first, and the trader's own.

    Raises:
        BadFigure: the trader's own file cannot be read or has another shape.
    """
    found = {
        one.name: one for one in _crashes((files("workstation") / "resources" / OWN_FILE).read_text("utf-8"))
    }
    if data_dir is not None and (data_dir / OWN_FILE).exists():
        try:
            own = _crashes((data_dir / OWN_FILE).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise BadFigure("crashes", f"{data_dir / OWN_FILE} cannot be read: {error}") from None
        found |= {one.name: one for one in own}
    return tuple(found.values())


def recorded_scenario(crash: Crash, coins: Mapping[str, str], betas: Mapping[str, float]) -> Scenario:
    """Return a crash for these symbols; whoever was not there moves by its beta to BTC's fall.

    Args:
        coins: base coin by symbol. betas: to BTC by symbol; one that is not known counts as 1.
    """
    return _scenario(crash.name, crash.moves, coins, betas)


def beta_scenario(btc_move: Decimal, coins: Mapping[str, str], betas: Mapping[str, float]) -> Scenario:
    """Return a jump of BTC that takes every symbol with it by its beta."""
    return own_scenario(OwnScenario({BTC: btc_move}), coins, betas)


def own_scenario(own: OwnScenario, coins: Mapping[str, str], betas: Mapping[str, float]) -> Scenario:
    """Return what the trader asks for, for these symbols."""
    return _scenario(own.name, own.moves, coins, betas)


def read_own(text: str) -> OwnScenario:
    """Read "−20", which is of BTC, or coins with their moves in per cent: "BTC −10 TAO −30".

    Raises:
        BadFigure: it is neither.
    """
    words = re.sub(r"[%,;]", " ", text.replace("−", "-")).upper().split()
    if len(words) == 1:
        words = [BTC, *words]
    try:
        moves = {coin: Decimal(move) / 100 for coin, move in zip(words[::2], words[1::2], strict=True)}
    except (InvalidOperation, ValueError):
        moves = {}
    if not moves or any(not move.is_finite() for move in moves.values()):
        raise BadFigure("scenario", "Type a move of BTC in per cent, like −20, or coins: BTC −10 TAO −30")
    if any(not WORST <= move <= 10 for move in moves.values()):
        raise BadFigure("scenario", "A move lies between −99 % and +1000 %")
    return OwnScenario(moves)


def _scenario(
    name: str, moves: Mapping[str, Decimal], coins: Mapping[str, str], betas: Mapping[str, float]
) -> Scenario:
    btc = moves.get(BTC, Decimal(0))
    by_symbol = {}
    for symbol, base in coins.items():
        beta = betas.get(symbol, 1.0)
        by_beta = btc * Decimal(repr(beta if isfinite(beta) else 1.0))
        by_symbol[symbol] = max(WORST, moves.get(base, moves.get(coin_of(base), by_beta)))
    return Scenario(name, btc, by_symbol)


def _crashes(text: str) -> list[Crash]:
    found = msgspec.convert(tomllib.loads(text, parse_float=Decimal), _Crashes).crash
    for one in found:
        if not all(move.is_finite() and WORST <= move <= 10 for move in one.moves.values()):
            raise ValueError(f"a move of {one.name} lies outside of −0.99 … 10")
    return found
