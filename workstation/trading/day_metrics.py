"""What can be known of the trader's day: the metrics that discipline is judged by."""

from workstation.metrics.metric import NoData, Unit
from workstation.trading.own_metric import OwnMetric
from workstation.trading.trading_day import DayFacts

DayMetric = OwnMetric[DayFacts]
_OWN_RULE = "a rule of Preflight's own"


def _loss(day: DayFacts) -> float:
    rate = day.loss_rate
    if rate is None:
        raise NoData("A mark price or the account is not known")
    return rate


def _since_loss(day: DayFacts) -> float:
    return float("inf") if not day.last_loss_ms else (day.now_ms - day.last_loss_ms) / 1000


DAY_METRICS = (
    DayMetric(
        "day_loss_rate",
        "Loss of the day",
        Unit.RATE,
        "lost since midnight UTC with fees, funding and open profits, of the equity then; won is negative",
        _OWN_RULE,
        _loss,
        2,
    ),
    DayMetric(
        "day_entries",
        "Entries today",
        Unit.NUMBER,
        "orders to open since midnight UTC",
        _OWN_RULE,
        lambda day: float(day.entries),
        0,
    ),
    DayMetric(
        "losses_in_row",
        "Losses in a row",
        Unit.NUMBER,
        "round trips lost one after another, up to now",
        _OWN_RULE,
        lambda day: float(day.losses_in_row),
        0,
    ),
    DayMetric(
        "since_loss_s",
        "Since the last loss",
        Unit.SECONDS,
        "since the newest of the losses in a row was closed",
        _OWN_RULE,
        _since_loss,
        0,
    ),
    DayMetric(
        "session_s",
        "At the desk",
        Unit.SECONDS,
        "since the last break of a quarter of an hour",
        _OWN_RULE,
        lambda day: day.session_ms / 1000,
        0,
    ),
)

DAY_METRIC_BY_KEY = {metric.key: metric for metric in DAY_METRICS}
