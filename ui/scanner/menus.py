"""What the scanner's menus hold: saved screens, checklists, columns."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QWidget

from ui import metric_text
from ui.scanner.columns import TOGETHER_KEYS, column_of, title_of
from workstation.metrics.registry import metric_groups
from workstation.scanner.scan import SYMBOL
from workstation.scanner.screens import ScreenBook
from workstation.trading.checklist_template import Template


def fill_screens(
    menu: QMenu,
    book: ScreenBook,
    current: str,
    use: Callable[[str], None],
    save_as: Callable[[], None],
    save: Callable[[], None],
    remove: Callable[[str], None],
) -> None:
    """Offer every screen, keeping the present one, and removing one of the trader's own."""
    menu.clear()
    for place, screen in enumerate(book.screens, start=1):
        key = f"&{place} " if place < 10 else ""
        action = menu.addAction(f"{key}{screen.name}")
        action.setCheckable(True)
        action.setChecked(screen.name.casefold() == current.casefold())
        action.setToolTip(screen.text or "every symbol")
        action.triggered.connect(partial(_call, use, screen.name))
    menu.setToolTipsVisible(True)
    menu.addSeparator()
    if current and book.is_own(current):
        menu.addAction(f"Save changes to “{current}”").triggered.connect(lambda: save())
        menu.addAction(f"Remove “{current}”").triggered.connect(partial(_call, remove, current))
    menu.addAction("Save as…").triggered.connect(lambda: save_as())


def fill_checklists(
    menu: QMenu, templates: Sequence[Template], chosen: tuple[str, str], use: Callable[[str, str], None]
) -> None:
    """Offer every checklist, one that is for both sides twice, and none."""
    menu.clear()
    none = menu.addAction("No checklist")
    none.setCheckable(True)
    none.setChecked(not chosen[0])
    none.triggered.connect(lambda: use("", "long"))
    for template in templates:
        sides = ("long", "short") if template.side == "both" else (template.side,)
        for side in sides:
            words = f"{template.name}, {side}" if len(sides) > 1 else template.name
            action = menu.addAction(words)
            action.setCheckable(True)
            action.setChecked((template.key, side) == chosen)
            action.setToolTip(template.about)
            action.triggered.connect(partial(_use_checklist, use, template.key, side))
    menu.setToolTipsVisible(True)


def fill_columns(
    menu: QMenu, shown: Sequence[str], toggle: Callable[[str], None], usual: Callable[[], None]
) -> None:
    """Offer every column, those that belong together in one menu."""
    menu.setToolTipsVisible(True)
    together = menu.addMenu("Of several metrics")
    for key in TOGETHER_KEYS:
        _add_column(together, key, title_of(key), "", shown, toggle)
    for name, metrics in metric_groups():
        group = menu.addMenu(name)
        group.setToolTipsVisible(True)
        for metric in metrics:
            _add_column(group, metric.key, metric.title, metric_text.explanation(metric), shown, toggle)
    menu.addSeparator()
    menu.addAction("Usual columns and widths").triggered.connect(lambda: usual())


def fill_title(
    menu: QMenu,
    key: str,
    sort_by: Callable[[str, bool], None],
    toggle: Callable[[str], None],
    widen: Callable[[str, int], None],
) -> None:
    """Offer what can be done with one column."""
    column = column_of(key, ())
    if column.sorts:
        menu.addAction(f"Sort by {column.title}").triggered.connect(lambda: sort_by(key, False))
        menu.addAction("Sort by it too\tShift+click").triggered.connect(lambda: sort_by(key, True))
    if key != SYMBOL:
        menu.addAction(f"Remove {column.title}").triggered.connect(lambda: toggle(key))
    menu.addAction("As wide as usual").triggered.connect(lambda: widen(key, 0))
    menu.addSeparator()


def fill_row(
    menu: QMenu,
    symbol: str,
    show: Callable[[str], None],
    follow: Callable[[str], object] | None,
    copy: Callable[[bool], None],
) -> None:
    """Offer what can be done with one row; `follow` is None where the symbol is followed."""
    menu.addAction(f"Show {symbol}\tEnter").triggered.connect(lambda: show(symbol))
    if follow is not None:
        menu.addAction(f"Follow {symbol}\tIns").triggered.connect(partial(_call, follow, symbol))
    menu.addAction("Copy row\tC").triggered.connect(lambda: copy(False))
    menu.addAction("Copy every row shown\tShift+C").triggered.connect(lambda: copy(True))


def passing_menu(parent: QWidget) -> QMenu:
    """A menu that is gone when it is closed."""
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return menu


def _add_column(
    menu: QMenu, key: str, title: str, tip: str, shown: Sequence[str], toggle: Callable[[str], None]
) -> None:
    action = menu.addAction(title)
    action.setCheckable(True)
    action.setChecked(key in shown)
    action.setToolTip(tip)
    action.triggered.connect(partial(_call, toggle, key))


def _call(act: Callable[[str], object], name: str, _checked: bool = False) -> None:
    act(name)


def _use_checklist(use: Callable[[str, str], None], key: str, side: str, _checked: bool = False) -> None:
    use(key, side)
