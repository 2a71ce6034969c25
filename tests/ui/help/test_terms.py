"""Every figure that a panel paints is explained: formula, source, page; and some of each by name."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.ui.statistics.made_ledger import review, write_ledger
from ui import metric_text
from ui.frame_clock import FrameClock
from ui.help.figures import Figure, FigureReader
from ui.help.pages import Library
from ui.help.terms import all_terms, is_figure, terms_of
from ui.panel import Panel, PanelServices
from ui.panels import PANELS
from ui.status_bar import StatusBar
from workstation.analytics.studies import STUDIES
from workstation.app import Workstation
from workstation.journal.journal import Journal
from workstation.journal.statistics.definitions import DEFINITIONS
from workstation.metrics.registry import METRIC_BY_KEY

KINDS = tuple(panel.kind for panel in PANELS)


def explained(root: QWidget, kind: str) -> list[Figure]:
    """Every figure that is painted; fails on one that no term explains."""
    found = FigureReader(root, terms_of(kind)).figures()
    bare = [f"{one.row} | {one.text}" if one.row else one.text for one in found if one.term is None]
    assert not bare, f"no `called` or `shown` of [[{kind}.term]] in ui/resources/terms explains: {bare}"
    return found


def test_every_panel_has_terms_with_formula_source_and_a_page() -> None:
    library = Library(KINDS)
    assert set(KINDS) <= set(all_terms())
    for kind, terms in all_terms().items():
        for term in terms.found:
            where = f"{kind}: {term.name}"
            assert term.name, where
            assert term.formula, where
            assert term.source, where
            assert term.unknown, where
            assert term.called or term.shown, where
            page_id, _, anchor = term.page.partition("#")
            assert page_id in library.pages, (where, term.page)
            if anchor:
                assert anchor in {part.anchor for part in library.pages[page_id].parts}, (where, term.page)


@pytest.mark.parametrize("kind", PANELS, ids=lambda kind: kind.kind)
def test_every_figure_of_a_panel_on_a_replayed_market_is_explained(
    kind: type[Panel],
    services: PanelServices,
    replayed: Workstation,
    qtbot: QtBot,
    tmp_path: Path,
) -> None:
    replayed.trade_on_paper(tmp_path)
    replayed.clock.monotonic = lambda: replayed.market.states["BTCUSDT"].health.last_data or 0.0  # type: ignore[method-assign]
    panel = kind(services)
    qtbot.addWidget(panel)
    panel.resize(900, 600)
    panel.show()
    panel.symbol_changed()
    for _ in range(3):
        panel.refresh()
    panel.update_condition()
    explained(panel, kind.kind)


OF_JOURNAL = tuple(
    kind for kind in PANELS if kind.kind in ("trips", "entry", "statistics", "rule_ledger", "passive")
)


@pytest.mark.parametrize("kind", OF_JOURNAL, ids=lambda kind: kind.kind)
def test_every_figure_of_a_panel_on_a_journal_is_explained(
    kind: type[Panel], services: PanelServices, qtbot: QtBot, tmp_path: Path
) -> None:
    write_ledger(tmp_path, 60)
    with Journal(tmp_path) as journal:
        journal.refresh()
        review(journal)
        services.journal = journal
        services.selection.choose(journal.trips()[0].trip.trip_id)
        panel: Any = kind(services)
        qtbot.addWidget(panel)
        panel.resize(1400, 800)
        panel.show()
        panel.refresh()
        if kind.kind not in ("trips", "entry"):
            source = services.statistics
            qtbot.waitUntil(lambda: source.found is not None and not source.is_working)
        panel.refresh()
        found = explained(panel, kind.kind)
        panel.put_away()
        services.statistics.close()
    assert kind.kind == "passive" or len(found) > 3


def test_the_status_bar_is_explained(
    services: PanelServices, replayed: Workstation, clock: FrameClock, qtbot: QtBot
) -> None:
    bar = StatusBar(services, clock)
    qtbot.addWidget(bar)
    bar.resize(1400, 24)
    bar.show()
    bar.refresh()
    assert {one.term.name for one in explained(bar, "status_bar") if one.term} >= {"The feed", "Time"}


@pytest.mark.parametrize(
    ("kind", "label", "name"),
    [
        ("watchlist", "Sprd bp", "Spread in basis points"),
        ("watchlist", "Fund %", "Funding of the interval"),
        ("feed_health", "Latency", "Latency"),
        ("feed_health", "Wrong", "Quotes that the book disagreed with"),
        ("portfolio", "Open risk √w′Cw", "Open risk"),
        ("portfolio", "Day in R", "Day in R"),
        ("positions", "Entry", "Entry"),
        ("positions", "R now", "Profit in R"),
        ("positions", "Funding", "Funding paid"),
        ("entry", "Fees, USDT", "Fees"),
        ("entry", "R after costs", "R after costs"),
        ("statistics", "PF", "Profit factor"),
        ("statistics", "overrode", "Round trips that overrode it"),
        ("venues", "P99", "Delay"),
        ("funding", "Predicted 16:00", "Funding predicted"),
        ("liquidity", "Usual cost of it", "Usual cost of your size"),
        ("ladder", "Σ Bid BTC", "Size bid"),
        ("ticket", "Leverage", "Leverage"),
    ],
)
def test_titles_mean_what_they_say(kind: str, label: str, name: str) -> None:
    term = terms_of(kind).of_label(label)
    assert term is not None
    assert term.name == name


def test_every_metric_study_and_statistic_is_explained_by_its_own_declaration() -> None:
    for metric in METRIC_BY_KEY.values():
        term = terms_of("scanner").of_label(metric_text.title(metric, []))
        assert term is not None
        assert (term.metric, term.formula) == (metric.key, metric.formula)
    for study in STUDIES:
        term = terms_of("chart").of_label(study.label(study.values({})))
        assert term is not None
        assert term.formula == study.about.removesuffix(".")
    for one in DEFINITIONS.values():
        term = terms_of("statistics").of_label(one.name)
        assert term is not None
        assert one.formula in term.formula


def test_a_figure_without_a_term_is_found(panel: Any, make_desk: Callable[..., object]) -> None:
    panel.body.setText("Nobody knows 42")
    with pytest.raises(AssertionError, match="Nobody knows 42"):
        explained(panel, "sample")


def test_symbols_are_no_figures() -> None:
    assert not is_figure("1000PEPEUSDT")
    assert not is_figure("BTC-USDT-260327")
    assert is_figure("−0.5 %")
    assert is_figure("—")
    assert not is_figure("no data")
