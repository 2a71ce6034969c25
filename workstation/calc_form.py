"""What was typed behind `preflight calc`: every option, and how its figure is read or refused."""

import argparse
from decimal import Decimal
from pathlib import Path

from workstation.analytics import funding
from workstation.analytics.figures import ONE, ZERO, figure, positive, sign
from workstation.analytics.liquidation import VENUE_CLOSING_FEES, ClosingFee, Exposure
from workstation.analytics.margin import hyperliquid_tiers
from workstation.calc_tiers import read_tiers
from workstation.errors import BadFigure
from workstation.model.instrument import ContractKind
from workstation.model.margin import TierTable

_HOUR_MS = Decimal(funding.HOUR_MS)

FLAGS = {"inverse": "coin-margined: size in contracts of --contract-size quote units, money in coin"}
OPTIONS = {
    "side": ("SIDE", "long or short"),
    "size": ("N", "the position, in base units (contracts if inverse)"),
    "entry": ("P", "entry price, quote per base unit"),
    "exit": ("P", "exit price (default: the entry)"),
    "stop": ("P", "protective stop"),
    "target": ("P", "where profit is taken"),
    "mark": ("P", "present mark price (default: the entry)"),
    "contract-size": ("N", "units in one contract (default 1)"),
    "venue": ("NAME", f"whose convention: {', '.join(VENUE_CLOSING_FEES)} (default binance)"),
    "margin": ("M", "margin of an isolated position"),
    "leverage": ("X", "leverage of an isolated position"),
    "wallet": ("W", "wallet balance of a cross position"),
    "others-margin": ("M", "maintenance margin of the wallet's other positions"),
    "others-pnl": ("M", "unrealised profit of the wallet's other positions"),
    "tiers": ("FILE", "the venue's margin brackets: JSON as Binance's leverageBracket answers"),
    "symbol": ("NAME", "which symbol of the file"),
    "rate": ("R", "one maintenance margin rate instead of a file: 0.004 or 0.4%%"),
    "max-leverage": ("X", "the highest leverage there is; on Hyperliquid it gives the rate"),
    "fee": ("R", "taker fee of closing: 0.0005 or 0.05%%"),
    "fee-in": ("R", "fee of the entry: 0.0005 or 0.05%%"),
    "fee-out": ("R", "fee of the exit (default: that of the entry)"),
    "spread": ("R", "(ask − bid) / mid, a fraction or percent"),
    "slippage": ("R", "of both ends beyond the best price, a fraction or percent"),
    "account": ("M", "capital, quote units"),
    "risk": ("R", "share of the account to lose at the stop (default 1%%)"),
    "atr": ("A", "average true range, quote units"),
    "multiple": ("K", "stop distance in ATR where there is no --stop (default 2)"),
    "cut": ("R", "share by which a wild market cuts the size: 0.3 or 30%%"),
    "lot": ("N", "size step (default 0.001)"),
    "min-notional": ("M", "smallest order of the venue, quote units"),
    "funding-rate": ("R", "expected, per interval, positive: longs pay: 0.0001 or 0.01%%"),
    "interval": ("H", "hours between settlements (default 8)"),
    "hold": ("H", "hours the position is to be held"),
    "first": ("H", "hours until the next settlement (default: one interval)"),
}


class Form:
    """What was typed, read figure by figure."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self._typed = vars(arguments)

    def text(self, option: str) -> str | None:
        """Return an option as it was typed."""
        value: str | None = self._typed.get(option.replace("-", "_"))
        return value

    def is_set(self, option: str) -> bool:
        """Say whether a flag was given."""
        return bool(self._typed.get(option.replace("-", "_")))

    def maybe(self, option: str) -> Decimal | None:
        """Return a figure, or None where it was not given; a rate of 0.05% is 0.0005."""
        typed = self.text(option)
        if typed is None:
            return None
        field = option.replace("-", "_")
        if typed.strip().endswith("%") and OPTIONS[option][0] == "R":
            return figure(field, typed.strip()[:-1]) / 100
        return figure(field, typed)

    def get(self, option: str, default: Decimal = ZERO) -> Decimal:
        """Return a figure or its default."""
        value = self.maybe(option)
        return default if value is None else value

    def need(self, option: str) -> Decimal:
        """Return a figure that there must be."""
        value = self.maybe(option)
        if value is None:
            raise BadFigure(option, f"--{option} is missing: {OPTIONS[option][1]}".replace("%%", "%"))
        return value

    def side(self) -> int:
        """Return +1 for a long, −1 for a short."""
        typed = (self.text("side") or "").strip().lower()
        if typed not in ("long", "short"):
            raise BadFigure("side", f"--side is long or short, not {typed[:20]!r}")
        return 1 if typed == "long" else -1

    def exposure(self, price: str = "entry") -> Exposure:
        """Return the position."""
        kind = ContractKind.INVERSE if self.is_set("inverse") else ContractKind.LINEAR
        size = positive("size", self.need("size"))
        return Exposure(self.side() * size, self.need(price), self.get("contract-size", ONE), kind)

    def closing_fee(self) -> ClosingFee:
        """Return the venue's convention; a venue may be spelled with its market, binance_usdm."""
        venue = (self.text("venue") or "binance").strip().lower()
        convention = VENUE_CLOSING_FEES.get(venue.split("_")[0])
        if convention is None:
            known = ", ".join(VENUE_CLOSING_FEES)
            raise BadFigure("venue", f"--venue is one of {known}, not {venue[:20]!r}")
        return convention

    def tiers(self) -> TierTable | None:
        """Return the table from a file or of one rate; None where neither was given."""
        path, flat, most = self.text("tiers"), self.maybe("rate"), self.maybe("max-leverage")
        if path is not None:
            if flat is not None:
                raise BadFigure("rate", "Give either --tiers or --rate, not both")
            return read_tiers(Path(path), self.text("symbol"))
        if flat is not None:
            return TierTable.flat(flat, Decimal(125) if most is None else most)
        if most is not None and (self.text("venue") or "").strip().lower().startswith("hyperliquid"):
            return hyperliquid_tiers([(ZERO, None, most)])
        return None

    def needed_tiers(self) -> TierTable:
        """Return the table that there must be."""
        tiers = self.tiers()
        if tiers is None:
            raise BadFigure(
                "tiers",
                "The margin tiers are missing: --tiers FILE with the venue's table, or --rate for one rate",
            )
        return tiers

    def funding(self, exposure: Exposure) -> list[funding.Settlement]:
        """Return the settlements of the planned hold; none where no rate was given."""
        rate = self.maybe("funding-rate")
        if rate is None:
            return []
        interval = positive("interval", self.get("interval", Decimal(8)))
        first = self.get("first", interval)
        if first < 0:
            raise BadFigure("first", "The next settlement cannot lie in the past")
        notional = exposure.notional(exposure.entry_price) * sign(exposure.size)
        return funding.expected_funding(
            notional,
            [rate],
            now_ms=0,
            hold_ms=int(self.need("hold") * _HOUR_MS),
            next_funding_ms=int(first * _HOUR_MS),
            interval_hours=interval,
        )
