"""The list of metrics in the documentation is the registry's."""

import re
from pathlib import Path

from workstation.metrics.registry import METRICS


def test_every_metric_is_documented_by_its_own_words(repository: Path) -> None:
    text = (repository / "docs" / "alerts.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE) == [metric.key for metric in METRICS]
    missing = [metric.key for metric in METRICS if f"| {metric.title}: {metric.formula} |" not in text]
    assert not missing
