"""The states of a checklist while it is edited: taken back and done again, letters of one field together."""

from ui.checklists.draft import TemplateDraft

MOST_STATES = 200


class DraftHistory:
    """What is edited now, and what it was before."""

    def __init__(self, draft: TemplateDraft, *, is_new: bool = False) -> None:
        """Begin with a state; a new checklist is touched from the start."""
        self.now = draft
        self._before: list[TemplateDraft] = []
        self._after: list[TemplateDraft] = []
        self._at: object = None
        self._is_new = is_new

    @property
    def is_touched(self) -> bool:
        """Whether anything was edited that is not saved."""
        return self._is_new or bool(self._before or self._after)

    @property
    def can_undo(self) -> bool:
        """Whether there is an earlier state."""
        return bool(self._before)

    @property
    def can_redo(self) -> bool:
        """Whether something was taken back."""
        return bool(self._after)

    def take(self, draft: TemplateDraft, at: object = None) -> None:
        """Take on another state; edits in a row at the same field are one step, None is always its own."""
        if draft == self.now:
            return
        if at is None or at != self._at or not self._before:
            self._before = [*self._before[-MOST_STATES + 1 :], self.now]
        self._after.clear()
        self.now, self._at = draft, at

    def undo(self) -> None:
        """Go back a step."""
        if self._before:
            self._after.append(self.now)
            self.now, self._at = self._before.pop(), None

    def redo(self) -> None:
        """Go forward again."""
        if self._after:
            self._before.append(self.now)
            self.now, self._at = self._after.pop(), None
