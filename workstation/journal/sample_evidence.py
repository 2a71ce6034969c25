"""How the checklists of the sample journal were answered: made-up readings, judged as any other."""

import numpy as np

from workstation.journal.sample_plans import RISK_RATE, START, TILT_TIMES, Mood, Plan
from workstation.metrics.metric import Metric, Reading, ReadingState, Unit
from workstation.trading.checklist import Answer, Verdict, judge
from workstation.trading.checklist_desk import METRIC_KEYS, metric_of, written
from workstation.trading.checklist_files import load_templates
from workstation.trading.checklist_template import AutomaticRow, EmotionalRow, ManualRow, Template
from workstation.trading.risk import MarketView

SOURCE = "made up"
_NOTHING = MarketView()
_SCALES = {Unit.QUOTE: 400_000.0, Unit.RATE: 0.001}
"""What is much, where a threshold of nothing does not say it."""
_CALM = {Mood.PLAN: (4, 5), Mood.EVEN: (4, 5), Mood.EARLY: (3, 4), Mood.LOOSE: (3, 4), Mood.TILT: (3, 3)}


class SampleChecklists:
    """The shipped checklists, with readings that pass but for those that a plan says were broken."""

    def __init__(self, random: np.random.Generator) -> None:
        self._templates = load_templates(None, METRIC_KEYS).shipped
        self._random = random

    def title(self, setup: str) -> str:
        """Key and version of a checklist, as orders keep it."""
        return self._templates[setup].title

    def judge(self, plan: Plan) -> Verdict:
        """Judge a plan by the checklist of its setup."""
        template = self._templates[plan.intent.setup]
        readings, answers = self._readings(template, plan), self._answers(template, plan)
        return judge(template, plan.intent, _NOTHING, readings.__getitem__, written, answers, plan.time_ms)

    def _readings(self, template: Template, plan: Plan) -> dict[str, Reading]:
        sign = plan.intent.side.sign
        found = {}
        for row in template.rows:
            if isinstance(row, AutomaticRow):
                is_broken = row.key in plan.overridden or (not row.required and self._random.random() < 0.2)
                value = _known(row.metric, plan)
                if value is None:
                    value = self._value(row, sign, is_broken=is_broken)
                found[row.metric] = Reading(value, plan.time_ms, SOURCE, ReadingState.OK)
        return found

    def _value(self, row: AutomaticRow, sign: int, *, is_broken: bool) -> float:
        """A value on the right side of a row's threshold, or on the wrong one, beyond what it would watch."""
        random, metric = self._random, metric_of(row.metric)
        if isinstance(row.threshold, tuple):
            words = metric.words if isinstance(metric, Metric) else ()
            asked = (row.operator == "is") is not is_broken
            fitting = [place for place, word in enumerate(words) if (word in row.threshold) is asked]
            return float(fitting[int(random.integers(len(fitting)))])
        upwards = row.operator in (">=", ">")
        limit = row.watch if is_broken and row.watch is not None else row.threshold
        scale = abs(limit) or _SCALES.get(metric.unit, 1.0)
        far = float(random.uniform(0.12, 0.6)) * scale
        value = limit + far if upwards is not is_broken else limit - far
        return value * sign if row.by_side else value

    def _answers(self, template: Template, plan: Plan) -> dict[str, Answer]:
        found = {}
        for row in template.rows:
            is_broken = row.key in plan.overridden
            if isinstance(row, EmotionalRow):
                value = 2 if is_broken else int(self._random.choice(_CALM[plan.mood]))
                found[row.key] = Answer(value, plan.time_ms - 30_000)
            elif isinstance(row, ManualRow):
                text = plan.text if row.text else ""
                found[row.key] = Answer(0 if is_broken else 1, plan.time_ms - 40_000, text)
        return found


def _known(metric: str, plan: Plan) -> float | None:
    """What the order itself says, where a row asks for that."""
    risk_rate = float(RISK_RATE) * (TILT_TIMES if plan.mood is Mood.TILT else 1)
    if metric == "order_risk_rate":
        return risk_rate
    if metric == "order_leverage":
        price = float(plan.market.candles["close"][plan.place])
        return float(plan.intent.size) * price / float(START)
    return None
