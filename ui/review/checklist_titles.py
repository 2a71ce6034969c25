"""Names of checklists and of their rows, for evidence that keeps keys only."""

from collections.abc import Mapping
from pathlib import Path

from workstation.trading.checklist_desk import METRIC_KEYS, metric_of
from workstation.trading.checklist_files import Templates, load_templates, stamp
from workstation.trading.checklist_template import OPERATOR_WORDS, AutomaticRow, EmotionalRow, ManualRow, Row
from workstation.trading.metric_text import threshold_text


class ChecklistTitles:
    """Reads the checklists of a data directory, again when a file of the trader's own has changed."""

    def __init__(self) -> None:
        self._read: tuple[Path, object] | None = None
        self._templates: Templates | None = None

    def look(self, data_dir: Path) -> None:
        """Read what has changed."""
        now = (data_dir, stamp(data_dir))
        if now != self._read:
            self._read = now
            self._templates = load_templates(data_dir, METRIC_KEYS)

    def rows_of(self, setup: str) -> Mapping[str, str]:
        """Titles of rows by key: of this checklist first, then of any other."""
        found: dict[str, str] = {}
        if self._templates is not None:
            own = self._templates.by_key.get(setup)
            for template in (*self._templates.by_key.values(), *((own,) if own else ())):
                found |= {row.key: row.title for row in template.rows}
        return found

    def name_of(self, setup: str) -> str:
        """A setup as tickets name it; itself where its checklist is gone."""
        template = None if self._templates is None else self._templates.by_key.get(setup)
        return setup if template is None else template.name

    def rules_of(self, setup: str) -> list[str]:
        """The rows of a checklist as rules in words; empty where there is none of that key."""
        template = None if self._templates is None else self._templates.by_key.get(setup)
        return [] if template is None else [_rule(row) for row in template.rows]

    @property
    def setups(self) -> list[str]:
        """Keys of every checklist."""
        return [] if self._templates is None else sorted(self._templates.by_key)


def _rule(row: Row) -> str:
    """A row as a rule: its title, what is asked, and whether it only tells."""
    told = "" if row.required else " (tells only)"
    if isinstance(row, ManualRow | EmotionalRow):
        return f"{row.title}: {row.question}{told}"
    if isinstance(row, AutomaticRow):
        return f"{row.title}: {OPERATOR_WORDS[row.operator]} {_threshold(row)}{told}"
    return f"{row.title}: at least {row.least} of {len(row.rows)} signs{told}"


def _threshold(row: AutomaticRow) -> str:
    metric = metric_of(row.metric)
    return threshold_text(metric, row.threshold)
