"""The checklists in use and how they came about: saved with a reason, undone, and watched on the disk."""

import asyncio
import re
from dataclasses import dataclass
from pathlib import Path

import msgspec

from workstation.errors import BadFigure, PreflightError
from workstation.model.ledger import SettingChange
from workstation.ports import Ledger
from workstation.runtime.clock import Clock
from workstation.trading.checklist_files import (
    Templates,
    load_templates,
    remove_template,
    save_template,
    stamp,
    toml_text,
)
from workstation.trading.checklist_template import Template, check
from workstation.trading.written import write_down

LEAST_REASON = 12
"""Letters of the reason for a change."""
CHANGE_WAIT_S = 60.0
"""So long after a change its checklist lets nothing pass: a rule is not to be rewritten for one order."""
MOST_UNDONE = 50
OUTSIDE = "Changed outside the program"
FOUND = "Found at the first start of this account"
TAKEN_BACK = "Taken back"
_KEY = "checklist."
_VERSION = re.compile(r"^version = (\d+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class TemplateChange:
    """One line of the history of a checklist.

    Attributes:
        key: of the checklist.
        time_ms: our clock when it was written down.
        before, after: its file's text; "" where there was none.
        reason: as typed, or what else happened.
    """

    key: str
    time_ms: int
    before: str
    after: str
    reason: str

    @property
    def version(self) -> int:
        """That it was from then on; 0 where it was taken away."""
        return _version(self.after)


class ChecklistBook:
    """Every checklist that can be chosen. A change is in the ledger before its file is written."""

    def __init__(
        self, data_dir: Path | None, metrics: frozenset[str], clock: Clock, ledger: Ledger | None = None
    ) -> None:
        """Read the shipped ones and the trader's own.

        Args:
            data_dir: where the trader's own are; None for none.
            metrics: keys that an automatic row may name.
            ledger: takes changes with their reasons; None where nothing is traded.
        """
        self._data_dir, self._metrics, self._clock, self._ledger = data_dir, metrics, clock, ledger
        self.version = 0
        """Counts up when a checklist is another, or a file is read anew."""
        self._history: list[TemplateChange] = []
        self._changed: dict[str, float] = {}  # when, by the clock that cannot be set
        self._undo: list[tuple[str, Template | None]] = []
        self._stamp = stamp(data_dir)
        self.templates: Templates = load_templates(data_dir, metrics)
        entries = ledger.entries(SettingChange) if ledger is not None else ()
        for entry in entries:
            change = entry.record
            assert isinstance(change, SettingChange)
            if change.key.startswith(_KEY):
                self._note(change, entry.time_ms)
        newest = {change.key: change for change in self._history}
        for key in sorted(self.templates.own - newest.keys()):
            # A file that this account has never seen. One that it begins with is no change of rules.
            if entries:
                self._changed[key] = clock.monotonic()
            shipped = self.templates.shipped.get(key)
            before = "" if shipped is None else toml_text(shipped)
            self._tell(SettingChange(_KEY + key, before, self._text(key), OUTSIDE if entries else FOUND))
        for key, newest_change in newest.items():
            if newest_change.reason == FOUND and newest_change.after == self._text(key):
                continue
            # A restart does not shorten the wait after a change.
            ago_s = max(0.0, (clock.now_ms() - newest_change.time_ms) / 1000)
            self._changed[key] = clock.monotonic() - ago_s
            if newest_change.after != self._text(key):
                self._changed[key] = clock.monotonic()  # while the program was closed: it waits all the same
                self._tell(SettingChange(_KEY + key, newest_change.after, self._text(key), OUTSIDE))

    # What is in force.

    def template(self, key: str) -> Template | None:
        """The checklist of that key; None if there is none."""
        return self.templates.by_key.get(key)

    def left_s(self, key: str) -> float:
        """How long a checklist that was changed still lets nothing pass."""
        changed = self._changed.get(key)
        return 0.0 if changed is None else max(0.0, changed + CHANGE_WAIT_S - self._clock.monotonic())

    def history(self, key: str) -> list[TemplateChange]:
        """Every change of a checklist that this ledger knows, oldest first; what it began with is none."""
        return [change for change in self._history if change.key == key and change.reason != FOUND]

    def look(self) -> bool:
        """Read the files anew if one of them was changed by somebody else; return whether that was so."""
        now = stamp(self._data_dir)
        if now == self._stamp:
            return False
        before, texts = self.templates, {key: self._text(key) for key in self.templates.by_key}
        self._reload()
        for key in sorted(texts.keys() | self.templates.by_key.keys()):
            after = self._text(key)
            if after != texts.get(key, "") or (key in before.own) != (key in self.templates.own):
                self._changed[key] = self._clock.monotonic()
                self._tell(SettingChange(_KEY + key, texts.get(key, ""), after, OUTSIDE))
        return True

    # Changing.

    def judge(self, template: Template, reason: str) -> None:
        """Prove that a change can be kept.

        Raises:
            BadFigure: it is not usable (the field is the key of its row), or the reason is too short.
        """
        check(template, self._metrics)
        if len(" ".join(reason.split())) < LEAST_REASON:
            raise BadFigure(
                "reason", f"Say why in at least {LEAST_REASON} letters: it is kept with the change"
            )

    async def save(self, template: Template, reason: str) -> Template:
        """Keep a checklist as the trader's own, a version higher than any before it.

        Raises:
            BadFigure: it is not usable, its reason is too short, or its file cannot be written.
            PreflightError: the ledger could not be written; nothing has changed then.
        """
        self.judge(template, reason)
        await self._become(template.key, template, " ".join(reason.split()))
        return self.templates.by_key[template.key]

    async def remove(self, key: str, reason: str) -> None:
        """Take one of the trader's own away; a shipped one of its key is in force again.

        Raises:
            BadFigure: it is not the trader's own, its reason is too short, or the file cannot be removed.
            PreflightError: as of `save`.
        """
        if key not in self.templates.own:
            raise BadFigure("checklist", "A shipped checklist cannot be removed")
        self.judge(self.templates.by_key[key], reason)
        await self._become(key, None, " ".join(reason.split()))

    @property
    def can_undo(self) -> bool:
        """Whether a change of this run can be taken back."""
        return bool(self._undo)

    async def undo(self) -> str:
        """Take the newest change of this run back; return the key of its checklist, "" where there is none.

        Raises:
            BadFigure, PreflightError: as of `save`.
        """
        if not self._undo:
            return ""
        key, before = self._undo.pop()
        try:
            await self._become(key, before, TAKEN_BACK)
        except PreflightError:
            self._undo.append((key, before))
            raise
        self._undo.pop()  # taking back is not itself taken back
        return key

    def new_key(self, name: str) -> str:
        """A key for a checklist of that name, which no other has or had."""
        plain = re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_")
        stem = (plain if plain[:1].isalpha() else f"own_{plain}".rstrip("_"))[:36].rstrip("_")
        taken = self.templates.by_key.keys() | {change.key for change in self._history}
        taken |= {broken.path.stem for broken in self.templates.broken}
        return next(
            key for key in (stem, *(f"{stem}_{place}" for place in range(2, 1000))) if key not in taken
        )

    def write_down(self, change: SettingChange) -> None:
        """Write down what rows are judged by from now on: the trader's word on the calendar."""
        if self._ledger is not None:
            write_down(self._ledger, change)

    # Below.

    async def _become(self, key: str, template: Template | None, reason: str) -> None:
        if self._data_dir is None:
            raise BadFigure("checklist", "There is no data directory to keep it in")
        own = self.templates.by_key[key] if key in self.templates.own else None
        after = template or self.templates.shipped.get(key)
        if template is not None:
            seen = [change.version for change in self.history(key)]
            held = self.template(key)
            newest = max([0 if held is None else held.version, *seen])
            after = template = msgspec.structs.replace(template, version=newest + 1)
        change = SettingChange(_KEY + key, self._text(key), "" if after is None else toml_text(after), reason)
        if self._ledger is not None:
            await asyncio.wrap_future(self._ledger.append(change))
        self._note(change, self._clock.now_ms())
        try:
            if template is None:
                remove_template(self._data_dir, key)
            else:
                save_template(self._data_dir, template, self._metrics)
        except BadFigure as error:
            self._tell(SettingChange(change.key, change.after, change.before, f"Not kept: {error}"))
            raise
        self._undo = [*self._undo[-MOST_UNDONE + 1 :], (key, own)]
        self._changed[key] = self._clock.monotonic()
        self._reload()

    def _reload(self) -> None:
        self._stamp = stamp(self._data_dir)
        self.templates = load_templates(self._data_dir, self._metrics)
        self.version += 1

    def _text(self, key: str) -> str:
        template = self.template(key)
        return "" if template is None else toml_text(template)

    def _note(self, change: SettingChange, time_ms: int) -> None:
        key = change.key.removeprefix(_KEY)
        self._history.append(TemplateChange(key, time_ms, change.before, change.after, change.reason))

    def _tell(self, change: SettingChange) -> None:
        """Write down what has happened already."""
        self._note(change, self._clock.now_ms())
        self.write_down(change)


def _version(text: str) -> int:
    found = _VERSION.search(text)
    return 0 if found is None else int(found[1])
