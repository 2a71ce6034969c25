"""The rule ledger: what each rule, and each time it was overridden, earned or cost."""

from typing import ClassVar

from ui.statistics.picture_panel import PicturePanel
from ui.statistics.rules_picture import RulesPicture
from ui.theme import Theme


class RuleLedgerPanel(PicturePanel):
    """One line a rule, in R."""

    kind: ClassVar[str] = "rule_ledger"
    title: ClassVar[str] = "Rule ledger"

    def make_picture(self, theme: Theme) -> RulesPicture:
        return RulesPicture(theme)
