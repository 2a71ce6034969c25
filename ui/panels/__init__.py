"""Every panel of the desk, in one tuple: to add one, write its file here and give it a line."""

from ui.panel import Panel
from ui.panels.alerts import AlertsPanel
from ui.panels.basis import BasisPanel
from ui.panels.calendar import CalendarPanel
from ui.panels.chart import ChartPanel
from ui.panels.correlation import CorrelationPanel
from ui.panels.counterfactuals import CounterfactualsPanel
from ui.panels.depth import DepthPanel
from ui.panels.entry import EntryPanel
from ui.panels.exposure import ExposurePanel
from ui.panels.feed_health import FeedHealthPanel
from ui.panels.funding import FundingPanel
from ui.panels.joint_stress import JointStressPanel
from ui.panels.ladder import LadderPanel
from ui.panels.liquidation_map import LiquidationMapPanel
from ui.panels.liquidations import LiquidationsPanel
from ui.panels.liquidity import LiquidityPanel
from ui.panels.open_interest import OpenInterestPanel
from ui.panels.outside import OutsidePanel
from ui.panels.passive import PassivePanel
from ui.panels.portfolio import PortfolioPanel
from ui.panels.positions import PositionsPanel
from ui.panels.rule_ledger import RuleLedgerPanel
from ui.panels.scanner import ScannerPanel
from ui.panels.statistics import StatisticsPanel
from ui.panels.tape import TapePanel
from ui.panels.term_structure import TermStructurePanel
from ui.panels.ticket import TicketPanel
from ui.panels.time_machine import TimeMachinePanel
from ui.panels.trips import TripsPanel
from ui.panels.venues import VenuesPanel
from ui.panels.watchlist import WatchlistPanel

PANELS: tuple[type[Panel], ...] = (
    ChartPanel,
    DepthPanel,
    LadderPanel,
    TapePanel,
    WatchlistPanel,
    FeedHealthPanel,
    AlertsPanel,
    PositionsPanel,
    PortfolioPanel,
    TicketPanel,
    CorrelationPanel,
    ExposurePanel,
    JointStressPanel,
    ScannerPanel,
    FundingPanel,
    BasisPanel,
    OpenInterestPanel,
    LiquidationsPanel,
    LiquidationMapPanel,
    TermStructurePanel,
    TripsPanel,
    EntryPanel,
    StatisticsPanel,
    RuleLedgerPanel,
    PassivePanel,
    TimeMachinePanel,
    CounterfactualsPanel,
    LiquidityPanel,
    VenuesPanel,
    CalendarPanel,
    OutsidePanel,
)
