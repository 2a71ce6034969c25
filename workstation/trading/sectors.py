"""Which sector a coin belongs to: a taxonomy that comes with the program, moved by the trader's own."""

import re
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

import msgspec

from workstation.errors import BadFigure

OTHER = "other"
"""The sector of a coin that is in none."""

OWN_FILE = "sectors.toml"
"""The trader's own, in the data directory."""

_SPELLED = {"ai": "AI", "defi": "DeFi"}
# Contracts on a thousand, or a million, of a coin: 1000PEPE, 1000000MOG, kSHIB, 1MBABYDOGE.
_MULTIPLE = re.compile(r"^(?:1000+|1M|k)(?=[A-Z])")


class _Taxonomy(msgspec.Struct):
    sectors: dict[str, list[str]]


class Sectors:
    """Coins by sector."""

    def __init__(self, by_coin: Mapping[str, str]) -> None:
        """Hold a sector for each coin, both as they are spelled in the files."""
        self._by_coin = dict(by_coin)

    def of(self, base: str) -> str:
        """Return the sector of a coin, also of a contract on a thousand of it."""
        found = self._by_coin.get(base)
        if found is None:
            found = self._by_coin.get(coin_of(base))
        return found or OTHER

    def become(self, other: "Sectors") -> None:
        """Hold what another one holds: whoever was given this one reads the new taxonomy from now on."""
        self._by_coin = dict(other._by_coin)


def coin_of(base: str) -> str:
    """Return the coin of a contract on a thousand, or a million, of it: 1000PEPE → PEPE."""
    return _MULTIPLE.sub("", base)


def sector_title(name: str) -> str:
    """Return a sector as it is read: "ai" → "AI", "layer_one" → "Layer one"."""
    return _SPELLED.get(name, name.replace("_", " ").capitalize())


def load_sectors(data_dir: Path | None = None) -> Sectors:
    """Return the shipped taxonomy, moved by the one in a data directory where there is one.

    Raises:
        BadFigure: the trader's own file cannot be read or has another shape.
    """
    shipped = (files("workstation") / "resources" / OWN_FILE).read_text(encoding="utf-8")
    by_coin = _coins(shipped)
    if data_dir is not None and (data_dir / OWN_FILE).exists():
        try:
            by_coin |= _coins((data_dir / OWN_FILE).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise BadFigure("sectors", f"{data_dir / OWN_FILE} cannot be read: {error}") from None
    return Sectors(by_coin)


def _coins(text: str) -> dict[str, str]:
    taxonomy = msgspec.convert(tomllib.loads(text), _Taxonomy)
    return {coin: sector for sector, coins in taxonomy.sectors.items() for coin in coins}
