"""The page on checklists names every metric of an order and of a day, and none that is not there."""

import re
from pathlib import Path

from workstation.trading.checklist_desk import METRIC_KEYS
from workstation.trading.checklist_template import read_template
from workstation.trading.day_metrics import DAY_METRIC_BY_KEY
from workstation.trading.order_metrics import ORDER_METRIC_BY_KEY

PAGE = (Path(__file__).parents[1] / "docs" / "checklists.md").read_text(encoding="utf-8")


def test_the_tables_name_what_can_be_read() -> None:
    named = set(re.findall(r"`(\w+)`", PAGE.split("## What rows can read")[1]))
    assert named == set(ORDER_METRIC_BY_KEY) | set(DAY_METRIC_BY_KEY)


def test_the_example_can_be_loaded() -> None:
    example = PAGE.split("```toml")[1].split("```")[0]
    # The signals of the example count rows of the shipped file.
    example = example.replace('rows = ["volume", "flow", "funding"]', 'rows = ["spread", "exit", "calm"]')
    assert len(read_template(example, METRIC_KEYS).rows) == 4
