"""The tags of an entry in groups: a click takes one away, + adds one, used ones complete what is typed."""

from collections.abc import Callable, Iterable

from PySide6.QtCore import QEvent, QObject, QStringListModel, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCompleter, QLineEdit, QVBoxLayout, QWidget

from ui.review.chip_rows import Chip, ChipRow, ChipRows
from ui.review.trip_chips import tag_key, tag_of
from ui.theme import HEADER_PX, Density, Theme, ui_font
from workstation.model.journal import Tag, TagGroup

ADD = "+"
LONGEST = 40
FIELD_PX = 170
_NAMES = {
    TagGroup.SETUP: "Setup",
    TagGroup.MISTAKE: "Mistake",
    TagGroup.EMOTION: "Emotion",
    TagGroup.CONDITION: "Condition",
}
_TOKENS = {TagGroup.MISTAKE: "down"}


class TagsEdit(QWidget):
    """A row a group. In the field Enter adds and leaves it open for the next, Esc leaves."""

    changed = Signal(object)
    """All tags now, a frozen set."""

    def __init__(
        self,
        theme: Theme,
        density: Density,
        used: Callable[[TagGroup], list[str]],
        parent: QWidget | None = None,
    ) -> None:
        """Show nothing yet.

        Args:
            used: names of a group that were used before, the most frequent first.
        """
        super().__init__(parent)
        self._used = used
        self._tags: frozenset[Tag] = frozenset()
        self._fixed: tuple[Chip, ...] = ()
        self._group = TagGroup.SETUP
        self.chips = ChipRows(theme, density, self)
        self.chips.setAccessibleName("Tags")
        self.chips.clicked.connect(self._clicked)
        self.chips.installEventFilter(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.chips)
        self.field = QLineEdit(self)
        self.field.setFont(ui_font(HEADER_PX))
        self.field.setMaxLength(LONGEST)
        self.field.installEventFilter(self)
        self.field.hide()
        self._names = QStringListModel(self)
        completer = QCompleter(self._names, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.activated.connect(lambda _text: self._add())
        self.field.setCompleter(completer)
        self._show()

    def set_look(self, theme: Theme, density: Density) -> None:
        """Use these colours and heights from now on."""
        self.chips.set_look(theme, density)

    def show_tags(self, tags: frozenset[Tag], setup: str, conditions: Iterable[str] = ()) -> None:
        """Show these.

        Args:
            tags: of the entry.
            setup: of the round trip, shown first; it is changed elsewhere.
            conditions: what was found out about its market, shown first in their group.
        """
        self._tags = tags
        self._setup, self._conditions = setup, tuple(conditions)
        self._show()

    _setup = ""
    _conditions: tuple[str, ...] = ()

    def _show(self) -> None:
        rows = []
        for group, name in _NAMES.items():
            chips = []
            if group is TagGroup.SETUP and self._setup:
                chips.append(Chip("", self._setup, is_on=True, tip="The setup that it was traded by"))
            if group is TagGroup.CONDITION:
                chips += [
                    Chip("", words, token="muted", tip="Found out by the desk") for words in self._conditions
                ]
            chips += [
                Chip(
                    tag_key(tag),
                    tag.name,
                    token=_TOKENS.get(group, "text"),
                    tip=f"{tag.name}\nClick to take it away",
                )
                for tag in sorted(self._tags)
                if tag.group is group
            ]
            chips.append(Chip(ADD, ADD, token="muted", tip=f"Add to {name.lower()}"))
            rows.append(ChipRow(group.value, name, tuple(chips)))
        self.chips.set_rows(rows)
        if self.field.isVisible():
            self._place_field()

    def _clicked(self, row: str, chip: str) -> None:
        if chip == ADD:
            self.open(TagGroup(row))
        elif chip:
            self._tags -= {tag_of(chip)}
            self._show()
            self.changed.emit(self._tags)

    def open(self, group: TagGroup) -> None:
        """Ask for another tag of a group."""
        self._group = group
        there = {tag.name for tag in self._tags if tag.group is group}
        self._names.setStringList([name for name in self._used(group) if name not in there])
        self.field.setPlaceholderText(f"{_NAMES[group]} tag")
        self.field.setAccessibleName(f"Add to {_NAMES[group].lower()}")
        self.field.clear()
        self.field.show()
        self.field.raise_()
        self._place_field()
        self.field.setFocus()
        if self._names.rowCount():
            self.field.completer().complete()

    def _place_field(self) -> None:
        rect = self.chips.rect_of(self._group.value, ADD).toRect()
        left = max(0, min(rect.left(), self.width() - FIELD_PX))
        self.field.setGeometry(left, rect.top() - 1, min(FIELD_PX, self.width()), rect.height() + 2)

    def _add(self) -> None:
        name = " ".join(self.field.text().split())
        known = {one.casefold(): one for one in self._used(self._group)}
        if not name:
            return
        self._tags |= {Tag(self._group, known.get(name.casefold(), name))}
        self.field.clear()
        self._show()
        self.changed.emit(self._tags)
        if self.field.isVisible():
            self.open(self._group)

    def close_field(self) -> None:
        """Leave the field; what was typed and not added is added."""
        if self.field.isVisible():
            text = self.field.text()
            self.field.hide()
            if text.strip():
                self._add()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.field and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
                self._add() if self.field.text().strip() else self.close_field()
                return True
            if event.key() == Qt.Key.Key_Escape:
                self.field.clear()
                self.field.hide()
                self.chips.setFocus()
                return True
        elif watched is self.field and event.type() == QEvent.Type.FocusOut:
            popup = self.field.completer().popup()
            if popup is None or not popup.isVisible():
                self.close_field()
        return super().eventFilter(watched, event)
