"""The tables of the guide that the program declares: commands, settings, limits, metrics, checks, keys."""

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from ui.keys.all_keys import all_keys
from ui.keys.key_rows import KeyRow
from workstation import cli
from workstation.metrics.inputs import INPUTS
from workstation.metrics.metric import Metric, Unit
from workstation.metrics.registry import METRIC_BY_KEY, METRIC_GROUPS
from workstation.settings import DECLARED, Declared, Settings, value_at
from workstation.trading import day_metrics, limit_rules, order_metrics
from workstation.trading.checklist_desk import METRIC_KEYS
from workstation.trading.checklist_files import load_templates
from workstation.trading.checklist_template import (
    OPERATOR_WORDS,
    AutomaticRow,
    EmotionalRow,
    ManualRow,
    Row,
    Template,
)
from workstation.trading.metric_text import AnyMetric, threshold_text
from workstation.trading.own_metric import OwnMetric

KINDS = {"choice": "one of", "switch": "on or off", "number": "number", "folder": "folder"}
UNITS = {Unit.RATE: "fraction, shown in %", Unit.NUMBER: "number", Unit.WORD: "word"}


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """The lines of a Markdown table."""
    lines = [tuple(head), ("---",) * len(head), *rows]
    return ["| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines]


def _cell(value: object) -> str:
    return str(value).replace("\n", " ").replace("|", "\\|")


# The command line.


def command(name: str) -> list[str]:
    """Usage and arguments of a command, "" for the window, "journal list" for one within another."""
    parser = parsers()[name]
    usage = parser.format_usage().removeprefix("usage: ").rstrip()
    lines = [parser.description or "", "", "```text", usage, "```", ""]
    rows = [_argument(action) for action in parser._actions if not _is_left_out(action)]
    return lines + (table(("argument", "what it does"), rows) if rows else [])


def parsers() -> dict[str, argparse.ArgumentParser]:
    """Every command by its words, those within others too; "" is the program itself."""
    found: dict[str, argparse.ArgumentParser] = {}

    def gather(name: str, parser: argparse.ArgumentParser) -> None:
        found[name] = parser
        for action in parser._actions:
            if isinstance(action, argparse._SubParsersAction):
                for word, inner in action.choices.items():
                    gather(f"{name} {word}".strip(), inner)

    gather("", cli._parser(has_window=True))
    return found


def _is_left_out(action: argparse.Action) -> bool:
    kinds = (argparse._HelpAction, argparse._SubParsersAction)
    return isinstance(action, kinds) or action.help == argparse.SUPPRESS


def _argument(action: argparse.Action) -> tuple[str, str]:
    takes = action.metavar or ("" if action.nargs == 0 else action.dest.upper())
    if action.choices is not None:
        takes = " or ".join(f"`{choice}`" for choice in action.choices)
    named = " or ".join(f"`{name}`" for name in action.option_strings) or f"`{action.dest.upper()}`"
    words = (action.help or "").replace("%%", "%")
    return f"{named} {takes if action.option_strings else ''}".strip(), words


# Settings and limits.


def settings(page: str) -> list[str]:
    """What is chosen on one page of the window of settings."""
    rows = [
        (
            one.title,
            f"`{one.path}`",
            _takes(one),
            _default(one),
            one.about + (" Counts from the next start." if one.next_start else ""),
        )
        for one in DECLARED
        if one.page == page
    ]
    return table(("setting", "name", "takes", "default", "what it does"), rows)


def setting_pages() -> list[str]:
    """Titles of the pages, in their order."""
    return list(dict.fromkeys(one.page for one in DECLARED))


def setting_paths() -> set[str]:
    """The name of every value in the file of settings: "alerts.sound"."""
    return set(_paths(msgspec.to_builtins(Settings()), ""))


def _paths(found: dict[str, object], before: str) -> Iterable[str]:
    for name, value in found.items():
        path = f"{before}{name}"
        if isinstance(value, dict) and value:
            yield from _paths(value, f"{path}.")
        else:
            yield path


def _takes(one: Declared) -> str:
    if one.kind == "choice":
        values = ", ".join(_choice(value, words) for value, words in one.choices)
        return f"{KINDS['choice']} {values}" if values else "one of those the program offers"
    if one.kind == "number":
        return f"{one.least:g} to {one.greatest:,.0f} {one.unit}, or nothing for no limit"
    return KINDS[one.kind]


def _choice(value: str | int, words: str) -> str:
    says_it = words.casefold() == str(value).casefold() or words.startswith(f"{value} ")
    return f"`{value}`" if says_it else f"`{value}` {words}"


def _default(one: Declared) -> str:
    value = value_at(Settings(), one.path)
    if value is None:
        return "no limit"
    if isinstance(value, bool):
        return "on" if value else "off"
    if value == "":
        return "beside the data"
    return f"{value:g} {one.unit}" if isinstance(value, float) else f"`{value}`"


def limits() -> list[str]:
    """Every limit of trading: what it is as shipped, which way is looser, and what it takes."""
    shipped = limit_rules.shipped()
    rows = [
        (
            spec.title,
            spec.about,
            spec.text(shipped[spec.key]),
            f"{spec.text(spec.least)} to {spec.text(spec.greatest)}",
            "more" if spec.more_is_looser else "less",
            f"`{spec.key}`",
        )
        for spec in limit_rules.LIMITS
    ]
    return table(("limit", "what it holds back", "as shipped", "takes", "looser is", "name"), rows)


# Metrics.


def metrics(group: str) -> list[str]:
    """The metrics of one group of the market, "Order" or "Day"."""
    if group in OWN_METRICS:
        rows = [
            (f"`{one.key}`", f"**{one.title}:** {one.formula}", _unit(one), one.source)
            for one in OWN_METRICS[group]
        ]
        return table(("metric", "what it is", "unit", "source"), rows)
    of_group = dict(METRIC_GROUPS)[group]
    rows = [
        (f"`{one.key}`", f"**{one.title}:** {one.formula}", _unit(one), _made_of(one), one.source)
        for one in of_group
    ]
    return table(("metric", "what it is", "unit", "made of, stale after", "source"), rows)


OWN_METRICS: dict[str, tuple[OwnMetric[Any], ...]] = {
    "Order": tuple(order_metrics.ORDER_METRIC_BY_KEY.values()),
    "Day": tuple(day_metrics.DAY_METRIC_BY_KEY.values()),
}


def _unit(one: AnyMetric) -> str:
    if one.unit is Unit.WORD and isinstance(one, Metric):
        return ", ".join(one.words)
    return UNITS.get(one.unit, one.unit.value)


def _made_of(one: Metric) -> str:
    inputs = ", ".join(INPUTS[key].title for key in one.inputs)
    return inputs if one.max_age_ms is None else f"{inputs}; {one.max_age_ms / 1000:,.0f} s"


# Checklists.


def checklist(key: str) -> list[str]:
    """Every row of a shipped checklist."""
    template = shipped_checklists()[key]
    titles = {row.key: row.title for row in template.rows}
    rows = [
        (row.title, _asks(row, titles), "locks" if row.required else "tells", _of_side(row))
        for row in template.rows
    ]
    side = {"both": "Long and short", "long": "Long only", "short": "Short only"}[template.side]
    about = f"{template.about} {side}. Version {template.version}."
    return [about, "", *table(("row", "passes where", "else it", "asked of"), rows)]


def shipped_checklists() -> dict[str, Template]:
    """The checklists that come with the program, by key."""
    return dict(load_templates(None, METRIC_KEYS).by_key)


def _asks(row: Row, titles: dict[str, str]) -> str:
    if isinstance(row, AutomaticRow):
        metric = _metric(row.metric)
        found = f"{metric.title} {OPERATOR_WORDS[row.operator]} {threshold_text(metric, row.threshold)}"
        if row.watch is not None:
            found += f"; watch to {threshold_text(metric, row.watch)}"
        notes = [words for is_so, words in ((row.by_side, "for the side"), (row.size, "either way")) if is_so]
        return f"{found}{''.join(f', {words}' for words in notes)} (`{row.metric}`)"
    if isinstance(row, ManualRow):
        return f"“{row.question}” is answered yes{f', with {row.text} letters' if row.text else ''}"
    if isinstance(row, EmotionalRow):
        watch = f", watch at {row.watch}" if row.watch is not None else ""
        return f"“{row.question}” (1 {row.low}, 5 {row.high}): {row.least} or more{watch}"
    return f"{row.least} of these pass: {', '.join(titles[one] for one in row.rows)}"


def _of_side(row: Row) -> str:
    return {"both": "both sides", "long": "longs", "short": "shorts"}[row.side]


def _metric(key: str) -> AnyMetric:
    own = {one.key: one for metrics_of in OWN_METRICS.values() for one in metrics_of}
    return own.get(key) or METRIC_BY_KEY[key]


# Panels.

PANEL_GROUPS = {
    "Trade": "chart depth ladder tape watchlist ticket positions portfolio alerts feed_health",
    "Context": "correlation exposure joint_stress funding basis open_interest liquidations liquidation_map"
    " term_structure scanner liquidity venues calendar outside",
    "Review": "trips entry time_machine counterfactuals statistics passive rule_ledger",
}
"""Kinds of panels by what they are looked at for."""
HELP = Path(__file__).parents[1] / "ui" / "resources" / "help"


def panels(group: str) -> list[str]:
    """The panels of a group, each with the question that its page of help begins with."""
    rows = []
    for kind in PANEL_GROUPS[group].split():
        title, question = (HELP / f"{kind}.md").read_text(encoding="utf-8").split("\n\n")[:2]
        rows.append((f"[{title.removeprefix('# ')}]({kind}.md)", question.replace("\n", " ")))
    return table(("panel", "what it answers"), rows)


# Keys.

_rows: list[KeyRow] = []


def keys(title: str) -> list[str]:
    """The keys of one place: "Everywhere", a panel's title, or a window's."""
    rows = [
        (" ".join(f"`{key}`" for key in row.shown.split("  ")), row.words)
        for row in key_rows()
        if row.title == title
    ]
    return table(("key", "what it does"), rows)


def key_rows() -> Sequence[KeyRow]:
    """Every key as shipped, asked of the program once."""
    if not _rows:
        _rows.extend(all_keys())
    return _rows


def key_titles(place: str) -> list[str]:
    """Titles of "panels" or "windows", in the program's order."""
    titles = (
        row.title
        for row in key_rows()
        if row.place != "desk" and (row.place == "window") is (place == "windows")
    )
    return list(dict.fromkeys(titles))


def every(place: str) -> list[str]:
    """The keys of every panel, or of every window beside the desk, each under its title in bold."""
    return [line for title in key_titles(place) for line in (f"**{title}**", "", *keys(title), "")]


def tables() -> dict[str, list[str]]:
    """Every table by what pages call it: "settings Look"."""
    named = {
        "command": (command, parsers()),
        "settings": (settings, setting_pages()),
        "metrics": (metrics, [*dict(METRIC_GROUPS), *OWN_METRICS]),
        "checklist": (checklist, shipped_checklists()),
        "panels": (panels, PANEL_GROUPS),
        "keys": (keys, ("Everywhere",)),
        "keys-of-every": (every, ("panels", "windows")),
    }
    found = {f"{name} {one}".strip(): make(one) for name, (make, ones) in named.items() for one in ones}
    return {**found, "limits": limits()}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(tables()))
