"""What our chart and heatmap need around them on the course: Qt in our dress, and an instrument."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

from PySide6.QtWidgets import QApplication

from ui.style_sheet import dress
from ui.theme import DARK, NORMAL, load_fonts, ui_font
from workstation.model.instrument import ContractKind, Instrument, SequenceRule
from workstation.runtime.collector import collect_seldom


@contextmanager
def started() -> Iterator[None]:
    """Hold a Qt application as the desk makes it."""
    application = QApplication([])
    load_fonts()
    application.setStyle("Fusion")
    application.setFont(ui_font())
    dress(application, DARK, NORMAL)
    collect_seldom()
    yield
    application.processEvents()


def instrument(*, tick_size: Decimal) -> Instrument:
    """A linear perpetual."""
    return Instrument(
        venue="binance_usdm",
        symbol="BTCUSDT",
        kind=ContractKind.LINEAR,
        tick_size=tick_size,
        lot_size=Decimal("0.001"),
        contract_size=Decimal(1),
        base="BTC",
        quote="USDT",
        sequence_rule=SequenceRule.BINANCE_FUTURES,
    )
