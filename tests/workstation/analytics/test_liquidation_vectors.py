"""Liquidation prices, tiers and sizes equal what exchanges reported, papers published and libraries test."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.workstation.analytics.vectors import Vector, assert_expected, vectors
from workstation.analytics.figures import ONE, ZERO
from workstation.analytics.liquidation import (
    ClosingFee,
    Exposure,
    bankruptcy_price,
    isolated_distance,
    liquidation_point,
    liquidation_price_at_adjustment,
    liquidation_price_on_entry_margin,
    shared_liquidation,
)
from workstation.analytics.margin import (
    HeldPosition,
    cross_liquidations,
    hyperliquid_tiers,
    isolated_margin,
    maintenance_margin,
    margin_ratio,
)
from workstation.analytics.sizing import size_by_atr, size_by_risk, unit_risk
from workstation.analytics.venue_rules import ceil_to_step
from workstation.model.instrument import ContractKind
from workstation.model.margin import MarginTier, TierTable

pytestmark = pytest.mark.real_data


def price(point: Any) -> Decimal | None:
    return None if point is None else point.price


def one_tier(rate: Decimal, amount: Decimal = ZERO) -> TierTable:
    """A table in which every notional that matters falls into a bracket with a given amount."""
    if not amount:
        return TierTable.flat(rate)
    floor = amount / (rate / 2)  # the smallest bracket asks for half the rate
    return TierTable.from_rates([(ZERO, floor, rate / 2, Decimal(125)), (floor, None, rate, Decimal(100))])


def table(rows: list[list[Decimal]]) -> TierTable:
    last = len(rows) - 1
    return TierTable(
        tuple(
            MarginTier(floor, None if index == last else cap, rate, amount, Decimal(20))
            for index, (floor, cap, rate, amount) in enumerate(rows)
        )
    )


# --- what exchanges reported --------------------------------------------------------------------------------


def inverse(given: dict[str, Any]) -> Exposure:
    size = given.get("contracts", given.get("qty_usd")) * given["side"]
    return Exposure(size, given["entry"], given.get("contract_size", ONE), ContractKind.INVERSE)


def linear(given: dict[str, Any], entry: str = "entry") -> Exposure:
    return Exposure(given.get("qty", ONE) * given["side"], given[entry])


def binance_coin(given: dict[str, Any]) -> dict[str, Any]:
    exposure = inverse(given)
    wallet = given.get("isolated_wallet", given.get("wallet_inferred"))
    tiers = TierTable.flat(given["mmr"])
    mark = given["mark"]
    notional = exposure.notional(mark)
    return {
        "liq": price(liquidation_point(exposure, wallet, tiers)),
        "upnl": exposure.profit(mark),
        "isolated_margin": wallet + exposure.profit(mark),
        "maint_margin": maintenance_margin(notional, tiers),
        "initial_margin": notional / 20,
    }


def hyperliquid(given: dict[str, Any]) -> dict[str, Any]:
    size = given["szi"]
    tiers = hyperliquid_tiers([(ZERO, None, given["max_leverage"])])
    if "raw_usd" in given:
        exposure = Exposure(size, given["entry"])
        margin = given["raw_usd"] + size * given["entry"]
        used = given["raw_usd"] + given["position_value"]
        return {"liq": price(liquidation_point(exposure, margin, tiers)), "margin_used": used}
    exposure = Exposure(size, given["price"])
    others = given["cross_maintenance"] - maintenance_margin(exposure.notional(given["price"]), tiers)
    return {"liq": price(liquidation_point(exposure, given["account_value"] - others, tiers))}


def htx(given: dict[str, Any]) -> dict[str, Any]:
    exposure = linear(given, "hold_price")
    return {
        "liq": liquidation_price_at_adjustment(
            exposure, given["margin_static"], given["leverage"], given["adjust_factor"]
        )
    }


def delta(given: dict[str, Any]) -> dict[str, Any]:
    exposure = linear(given)
    required = exposure.notional(given["entry"]) * given["mmr"]
    return {
        "bust": bankruptcy_price(exposure, given["margin"]),
        "liq": liquidation_price_on_entry_margin(exposure, given["margin"], required),
    }


def okx(given: dict[str, Any]) -> dict[str, Any]:
    mark, tiers = given["mark"], TierTable.flat(given["mmr"])
    if given.get("contract") == "inverse":
        exposure, margin = inverse(given), given["margin"]
    else:
        # Nothing says the entry; at the mark the equity is all there is.
        exposure = Exposure(given["qty"] * given["side"], mark)
        margin = given["mgn_ratio"] * exposure.notional(mark) * (given["mmr"] + given["taker"])
    point = liquidation_point(
        exposure, margin, tiers, fee_rate=given["taker"], closing_fee=ClosingFee.REQUIRED
    )
    notional = exposure.notional(mark)
    required = maintenance_margin(notional, tiers)
    ratio = margin_ratio(required + notional * given["taker"], margin + exposure.profit(mark))
    assert point is not None
    assert ratio is not None
    return {
        "formula_liq": point.price,
        "liq": point.price + given.get("tick", ZERO),
        "mm": required,
        "maint_margin": required,
        "equity": margin,
        "upl": exposure.profit(mark),
        "mgn_ratio": ONE / ratio,
    }


def bybit_linear(given: dict[str, Any]) -> dict[str, Any]:
    exposure = linear(given)
    bare = exposure.notional(given["entry"]) / given["leverage"]
    posted = isolated_margin(
        exposure, given["leverage"], fee_rate=given["taker"], closing_fee=ClosingFee.SET_ASIDE
    )
    bust = bankruptcy_price(exposure, posted, fee_rate=given["taker"])
    required = exposure.notional(given["entry"]) * given["mmr"]
    liquidated = liquidation_price_on_entry_margin(exposure, bare, required)
    assert bust is not None
    assert liquidated is not None
    return {
        "bust": ceil_to_step(bust, given["tick"]),
        "liq": ceil_to_step(liquidated, given["tick"]),
        "position_balance": posted,
    }


def bybit_inverse(given: dict[str, Any]) -> dict[str, Any]:
    exposure = inverse(given)
    posted, taker = given.get("position_im", given.get("balance")), given.get("taker", given.get("fee"))
    bust = bankruptcy_price(exposure, posted, fee_rate=taker)
    assert bust is not None
    value = exposure.notional(given["entry"])
    bare = posted - exposure.notional(bust) * taker
    liquidated = liquidation_price_on_entry_margin(exposure, bare, value * given["mmr"])
    assert liquidated is not None
    return {
        "value": value,
        "bust": ceil_to_step(bust, given["tick"]),
        "liq": ceil_to_step(liquidated, given["tick"]),
        "upnl": exposure.profit(Decimal("1812.9")),
    }


def bitget(given: dict[str, Any]) -> dict[str, Any]:
    exposure = linear(given)
    point = liquidation_point(
        exposure,
        exposure.notional(given["entry"]) / given["leverage"],
        TierTable.flat(given["mmr"]),
        fee_rate=given["taker"],
        closing_fee=ClosingFee.REQUIRED,
    )
    return {"liq": price(point)}


def kucoin(given: dict[str, Any]) -> dict[str, Any]:
    exposure = linear(given)
    margin = exposure.slope * (given["entry"] - given["bust"])
    point = liquidation_point(
        exposure,
        margin,
        TierTable.flat(given["mmr"]),
        fee_rate=given["taker"],
        closing_fee=ClosingFee.REQUIRED,
    )
    assert bankruptcy_price(exposure, margin) == given["bust"]
    return {
        "liq": price(point),
        "pos_init": exposure.notional(given["entry"]) / given["leverage"],
        "upnl": exposure.profit(given["mark"]),
        "open_fee": exposure.notional(given["entry"]) * given["taker"],
    }


VENUES = {
    "binance-coinm": binance_coin,
    "hl": hyperliquid,
    "htx": htx,
    "delta": delta,
    "okx": okx,
    "bybit-linear": bybit_linear,
    "bybit-inverse": bybit_inverse,
    "bitget": bitget,
    "kucoin": kucoin,
}


@pytest.mark.parametrize("vector", vectors("liquidation_exchange_reported", exact=True))
def test_liquidation_prices_are_those_that_exchanges_reported(vector: Vector) -> None:
    reckon = next(run for name, run in VENUES.items() if vector["id"].startswith(name))
    assert_expected(vector, reckon(vector["inputs"]))


# --- what was published -------------------------------------------------------------------------------------


def formula(vector: Vector) -> dict[str, Any]:
    given, name = vector["inputs"], vector["id"]
    if name == "bin-faq-cross-full-book":
        book = {
            held["sym"]: HeldPosition(
                Exposure(held["qty"] * held["side"], held["entry"]),
                held["mark"],
                one_tier(held["mmr"], held["cum"]),
            )
            for held in given["positions"]
        }
        ends = cross_liquidations(given["wallet_balance"], book)
        return {symbol: price(point) for symbol, point in ends.items()}
    if name == "hedge-cross-shared":
        legs = [
            Exposure(given["long"]["qty"], given["long"]["entry"]),
            Exposure(-given["short"]["qty"], given["short"]["entry"]),
        ]
        shared = shared_liquidation(legs, given["wallet"], TierTable.flat(given["long"]["mmr"]))
        assert shared.above is None
        return {"liq": shared.below}
    if name == "phemex-help-usdtm":
        exposure = Exposure(given["size"], given["open_value"] / given["size"])
        posted = isolated_margin(
            exposure, given["leverage"], fee_rate=given["taker"], closing_fee=ClosingFee.SET_ASIDE
        )
        required = ClosingFee.REQUIRED
        point = liquidation_point(
            exposure, posted, TierTable.flat(given["mmr"]), fee_rate=given["taker"], closing_fee=required
        )
        return {"assigned": posted, "liq": price(point)}
    if name == "bybit-legacy-inverse-cross":
        return bybit_inverse(given)
    if name == "mcs-inverse-short":
        exposure = Exposure(given["side"] * given["entry"], given["entry"], ONE, ContractKind.INVERSE)
        return {"liq": liquidation_price_on_entry_margin(exposure, ONE / given["leverage"], given["mmr"])}
    if name == "jesse-iso-long-2x":
        exposure = Exposure(ONE, given["entry"])
        bare, required = given["entry"] / given["leverage"], given["entry"] * given["mmr"]
        return {"liq": liquidation_price_on_entry_margin(exposure, bare, required)}
    if name == "tier-migration-long":
        exposure = Exposure(given["qty"], given["entry"])
        tiers = table(given["tiers"])
        at_entry = tiers.tier_of(exposure.notional(given["entry"]))
        naive = one_tier(at_entry.maintenance_rate, at_entry.maintenance_amount)
        return {
            "liq": price(liquidation_point(exposure, given["wallet"], tiers)),
            "naive_entry_tier": price(liquidation_point(exposure, given["wallet"], naive)),
        }
    exposure = linear(given)
    margin = given.get("wallet_balance", exposure.notional(given["entry"]) / given.get("leverage", ONE))
    margin += given.get("upnl_others", ZERO) - given.get("tmm_others", ZERO)
    point = liquidation_point(
        exposure,
        margin,
        one_tier(given["mmr"], given.get("cum", ZERO)),
        fee_rate=given.get("taker", ZERO),
        closing_fee=ClosingFee.REQUIRED,
    )
    return {"liq": price(point)}


@pytest.mark.parametrize("vector", vectors("liquidation_formula", exact=True))
def test_liquidation_prices_are_those_that_were_published(vector: Vector) -> None:
    assert_expected(vector, formula(vector))


# --- tiers and sizes ----------------------------------------------------------------------------------------

# The two brackets of the library's own test table that its vectors look up.
LIBRARY_ROWS = {
    "ADA": [
        (0, 100_000, "0.025", 50),
        (100_000, 500_000, "0.05", 10),
        (500_000, 1_000_000, "0.1", 5),
        (1_000_000, 2_000_000, "0.15", 3),
        (2_000_000, 5_000_000, "0.25", 2),
        (5_000_000, None, "0.5", 1),
    ],
    "ZEC": [(0, 50_000, "0.01", 50), (50_000, None, "0.025", 20)],
}


def margin_tiers(vector: Vector) -> dict[str, Any]:
    given = vector["inputs"]
    if vector["id"].startswith("binance-cum"):
        rows = [(floor, cap, rate, leverage) for floor, cap, rate, leverage in given["tiers"]]
        return {"cum": [tier.maintenance_amount for tier in TierTable.from_rates(rows).tiers]}
    if vector["id"].startswith("hl"):
        tiers = hyperliquid_tiers([tuple(row) for row in given["tiers"]])
        return {
            "mmr": [tier.maintenance_rate for tier in tiers.tiers],
            "deduction": [tier.maintenance_amount for tier in tiers.tiers],
            "mm": maintenance_margin(given["notional"], tiers),
        }
    if vector["id"].startswith("ft"):
        tiers = TierTable.from_rates(
            [
                (Decimal(floor), None if cap is None else Decimal(cap), Decimal(rate), Decimal(leverage))
                for floor, cap, rate, leverage in LIBRARY_ROWS[given["symbol"]]
            ]
        )
    else:
        tiers = table(given["tiers"])
    tier = tiers.tier_of(given["notional"])
    return {
        "mmr": tier.maintenance_rate,
        "cum": tier.maintenance_amount,
        "mm": maintenance_margin(given["notional"], tiers),
    }


@pytest.mark.parametrize("vector", vectors("margin_tiers", exact=True))
def test_tiers_are_those_that_venues_and_libraries_have(vector: Vector) -> None:
    assert_expected(vector, margin_tiers(vector))


def test_every_bracket_of_a_real_table_continues_the_one_before(shared_data: Path) -> None:
    path = shared_data / "tiers" / "binance_leverage_tiers_2024-10.json"
    symbols = json.loads(path.read_text(), parse_float=Decimal, parse_int=Decimal)
    count = 0
    for rows in symbols.values():
        found = TierTable(
            tuple(
                MarginTier(
                    row["minNotional"],
                    row["maxNotional"],
                    row["maintenanceMarginRate"],
                    Decimal(row["info"]["cum"]),
                    row["maxLeverage"],
                )
                for row in rows
            )
        )
        count += len(found.tiers)
    assert (len(symbols), count) == (349, 2805)


def sizing(vector: Vector) -> dict[str, Any]:
    given = vector["inputs"]
    if vector["id"] == "20x-distance":
        move = isolated_distance(given["leverage"], given["mmr"])
        return {"adverse_move": move, "liq_frac": ONE - move}
    if vector["id"] == "atr-size":
        position = size_by_atr(given["account"], given["risk"], given["atr"], given["k"], given["step"])
        return {"qty_raw": position.raw_size, "qty": position.size}
    loss = unit_risk(
        given["entry"],
        given["stop"],
        entry_fee_rate=given["fee_in"],
        exit_fee_rate=given["fee_out"],
        slippage_rate=given["slippage"],
    )
    position = size_by_risk(given["account"], given["risk"], loss, given["step"])
    return {"unit_risk": loss, "qty": position.size, "loss_at_stop": position.loss_at_stop}


@pytest.mark.parametrize("vector", vectors("sizing", exact=True))
def test_sizes_are_those_of_the_rule(vector: Vector) -> None:
    assert_expected(vector, sizing(vector))
