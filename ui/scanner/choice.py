"""What the trader chose in a scanner: columns, sort, checklist and side; it saves and restores itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Self

import msgspec

from ui.scanner.columns import USUAL_COLUMNS, is_column
from workstation.scanner.ranking import SortKey
from workstation.scanner.scan import PASSED
from workstation.scanner.screens import Screen

USUAL_CHECKLIST = "ai_breakout_long"
USUAL_SORT = (SortKey(PASSED), SortKey("volume_24h"))
_WIDEST_PX = 2_000


@dataclass(frozen=True, slots=True)
class Choice:
    """What is asked and shown, the filter aside, which its field keeps.

    Attributes:
        screen_name: of the saved screen that was chosen last; "" without one.
        columns: keys of those after the symbol's.
        widths: of columns dragged by hand, px.
        keys: what rows are sorted by.
        checklist: key of the one that rows are judged by; "" for none.
        side: that it is judged for, "long" or "short".
    """

    screen_name: str = ""
    columns: tuple[str, ...] = USUAL_COLUMNS
    widths: Mapping[str, int] = field(default_factory=dict)
    keys: tuple[SortKey, ...] = USUAL_SORT
    checklist: str = USUAL_CHECKLIST
    side: str = "long"

    def with_columns(self, keys: tuple[str, ...]) -> Self:
        """With these columns; none at all stands for the usual ones."""
        return replace(self, columns=keys or USUAL_COLUMNS)

    def toggled(self, key: str) -> Self:
        """With a column more or less; the last one stays."""
        if key not in self.columns:
            return self.with_columns((*self.columns, key))
        return self.with_columns(tuple(one for one in self.columns if one != key) or self.columns)

    def dragged(self, key: str, onto: str) -> Self:
        """With a column put in the place of another, or first."""
        if key not in self.columns:
            return self
        place = self.columns.index(onto) if onto in self.columns else 0
        others = [one for one in self.columns if one != key]
        return self.with_columns((*others[:place], key, *others[place:]))

    def widened(self, key: str, wide: int) -> Self:
        """With a column so wide, px; 0 for as wide as usual."""
        others = {one: held for one, held in self.widths.items() if one != key}
        return replace(self, widths={**others, key: wide} if wide else others)

    def screen(self, name: str, text: str, *, fitting_only: bool) -> Screen:
        """All of it and the filter as a screen of that name."""
        return Screen(
            name,
            text,
            tuple((key.key, key.descending) for key in self.keys),
            () if self.columns == USUAL_COLUMNS else self.columns,
            self.checklist,
            "short" if self.side == "short" else "long",
            fitting_only,
        )

    def of_screen(self, screen: Screen) -> Self:
        """As a screen has it; one without a checklist leaves the checklist as it is."""
        named = self.with_columns(tuple(key for key in screen.columns if is_column(key)))
        if screen.checklist:
            named = replace(named, checklist=screen.checklist, side=screen.side)
        return replace(named, keys=tuple(SortKey(key, descending) for key, descending in screen.sort))

    def saved(self, text: str, *, fitting_only: bool) -> dict[str, object]:
        """It and the filter as plain values; `restored` reads them."""
        screen = self.screen(self.screen_name or "-", text, fitting_only=fitting_only)
        return {
            "screen": self.screen_name,
            "shown": msgspec.to_builtins(screen),
            "widths": dict(self.widths),
        }

    def restored(self, saved: Mapping[str, object]) -> tuple[Self, Screen | None]:
        """Return what was saved, and its screen; what cannot be read is left as it is, None for no screen."""
        name, widths = saved.get("screen"), saved.get("widths")
        kept = dict(self.widths)
        if isinstance(widths, Mapping):
            kept = {
                str(key): wide
                for key, wide in widths.items()
                if isinstance(wide, int) and 0 < wide < _WIDEST_PX
            }
        named = replace(self, screen_name=name if isinstance(name, str) else "", widths=kept)
        try:
            screen = msgspec.convert(saved.get("shown"), Screen)
        except msgspec.ValidationError:
            return named, None
        return replace(named, checklist=screen.checklist, side=screen.side), screen
