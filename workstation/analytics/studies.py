"""Every study that a chart offers, in the order of its menu: `workstation.analytics.study` says how."""

from workstation.analytics.flow_studies import FLOW_STUDIES
from workstation.analytics.price_studies import PRICE_STUDIES
from workstation.analytics.study import Study

STUDIES: tuple[Study, ...] = PRICE_STUDIES + FLOW_STUDIES
