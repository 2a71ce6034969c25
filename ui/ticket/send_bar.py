"""The foot of a ticket: the one button, what locks it, and the way to override with a reason and a wait."""

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from ui.theme import AGE_PX, BODY_PX, ThemeSource, mix, ui_font
from ui.ticket.reckoned import Reckoned
from ui.ticket.words import lock_words, more_words, order_words
from workstation.model.ledger import Override
from workstation.model.orders import Side

MARGIN_PX = 10
TOLD_MS = 12_000


class SendButton(QAbstractButton):
    """Says in full what a press will do, or what keeps it from doing anything."""

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._themes = themes
        self.role = "muted"
        self.locked = True
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def say(self, words: str, role: str, *, locked: bool) -> None:
        """Show these words in the colour of a role."""
        if (words, role, locked) != (self.text(), self.role, self.locked):
            self.setText(words)
            self.role, self.locked = role, locked
            self.setAccessibleName(words)
            self.setToolTip(words)
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, 44)

    def minimumSizeHint(self) -> QSize:
        return QSize(100, 44)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme, painter = self._themes.theme, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        color = getattr(theme, self.role)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        if self.locked:
            painter.setPen(QPen(theme.accent if self.hasFocus() else theme.hairline, 1))
            painter.setBrush(theme.control)
        else:
            painter.setPen(QPen(theme.accent if self.hasFocus() else color, 1 + self.hasFocus()))
            share = 1.0 if not self.isDown() else 0.8
            painter.setBrush(mix(theme.panel, color, share))
        painter.drawRoundedRect(box, 5, 5)
        ink = (theme.text if self.role == "muted" else color) if self.locked else theme.on_accent
        painter.setPen(ink)
        font = ui_font(BODY_PX, 600)
        room = box.adjusted(8, 2, -8, -2)
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        while font.pixelSize() > 10 and not _fits(font.pixelSize(), self.text(), room):
            font.setPixelSize(font.pixelSize() - 1)
        painter.setFont(font)
        painter.drawText(room, flags, self.text())


def _fits(px: int, words: str, room: QRectF) -> bool:
    needed = QFontMetricsF(ui_font(px, 600)).boundingRect(room, Qt.TextFlag.TextWordWrap, words)
    return needed.height() <= room.height() and needed.width() <= room.width()


class SendBar(QWidget):
    """Button, what else speaks against it, and the override."""

    send_wanted = Signal(object)
    """An `Override`, or None."""
    given_up = Signal(object, str)
    """What was about to be sent against the rules (a `Reckoned`), and what had been typed for it."""
    lock_shown = Signal(str)
    """The key of the row that locks, when the locked button is pressed; "" for none."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._found: Reckoned | None = None
        self._asked_ms: int | None = None
        self._now_ms = 0
        self._wait_ms, self._least = 60_000, 12
        self._told = ""
        self._fading = QTimer(self)
        self._fading.setSingleShot(True)
        self._fading.setInterval(TOLD_MS)
        self._fading.timeout.connect(self._fade)
        self.button = SendButton(themes, self)
        self.button.setObjectName("ticket-send")
        self.button.clicked.connect(self._pressed)
        self.note = QLabel(self)
        self.note.setFont(ui_font(AGE_PX))
        self.note.setWordWrap(True)
        self.reason = QLineEdit(self)
        self.reason.setObjectName("ticket-override")
        self.reason.setPlaceholderText("Why against the rule?")
        self.reason.setAccessibleName("Reason to override")
        self.reason.hide()
        self.reason.textChanged.connect(lambda _: self.refresh())
        self.reason.returnPressed.connect(self._pressed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(MARGIN_PX, 4, MARGIN_PX, 6)
        layout.setSpacing(4)
        layout.addWidget(self.reason)
        layout.addWidget(self.button)
        layout.addWidget(self.note)
        self.setAutoFillBackground(False)

    @property
    def is_overriding(self) -> bool:
        """Whether an override has been asked for."""
        return self._asked_ms is not None

    def show_reckoned(self, found: Reckoned, now_ms: int, wait_ms: int, least: int) -> None:
        """Show what can be sent.

        Args:
            found: the draft, worked out.
            now_ms: the desk's clock.
            wait_ms, least: of an override: how long it waits, how many letters its reason has.
        """
        if self._found is not None and found.draft.order_id != self._found.draft.order_id:
            self.take_back()
        self._found, self._now_ms = found, now_ms
        self._wait_ms, self._least = wait_ms, least
        if self.is_overriding and not found.can_override:
            self.take_back()
        self.refresh()

    def say_locked(self, words: str) -> None:
        """Nothing can be sent at all, for this reason."""
        self._found = None
        self.button.say(words, "muted", locked=True)
        self.note.setText(self._told)

    def tell(self, words: str, wrong: bool | None) -> None:
        """Say what came of the last thing asked for; None for what merely informs.

        What went wrong stays until something else is asked for, the rest for some seconds.
        """
        self._told = words
        self.note.setText(words)
        self.refresh()
        theme = self._themes.theme
        color = theme.muted if wrong is None else theme.danger if wrong else theme.up
        self.note.setStyleSheet(f"color: {color.name()};")
        if wrong:
            self._fading.stop()
        else:
            self._fading.start()

    def ask_override(self) -> bool:
        """Begin an override: its wait runs from now; False where nothing can be overridden."""
        if self._found is None or not self._found.can_override:
            return False
        if self._asked_ms is None:
            self._asked_ms = self._now_ms
        self.reason.show()
        self.reason.setFocus()
        self.refresh()
        return True

    def take_back(self) -> None:
        """Forget the override."""
        self._asked_ms = None
        self.reason.clear()
        self.reason.hide()

    def give_up(self) -> None:
        """The trader lets the order go: that is worth knowing, since its rules have held."""
        found, reason = self._found, self.reason.text().strip()
        is_given_up = self.is_overriding and found is not None
        self.take_back()
        if is_given_up:
            self.given_up.emit(found, reason)

    @property
    def left_ms(self) -> int:
        """What is left of the wait."""
        return 0 if self._asked_ms is None else max(0, self._asked_ms + self._wait_ms - self._now_ms)

    def refresh(self) -> None:
        """Show button and note as they are now."""
        found = self._found
        if found is None:
            return
        theme = self._themes.theme
        color = theme.muted.name()
        role = "up" if found.draft.side is Side.BUY else "down"
        note = self._told
        if found.can_send:
            self.button.say(order_words(found), role, locked=False)
        elif self.is_overriding:
            short = self._least - len(self.reason.text().strip())
            if self.left_ms or short > 0:
                waits = f"wait {(self.left_ms + 999) // 1000} s" if self.left_ms else ""
                writes = f"{short} more letters" if short > 0 else ""
                self.button.say(
                    f"Override: {' and '.join(part for part in (waits, writes) if part)}", "warn", locked=True
                )
            else:
                self.button.say(f"{order_words(found)}, against your rules", "warn", locked=False)
            note = "Esc takes the override back. It is written down with its reason."
        else:
            self.button.say(lock_words(found), "muted", locked=True)
            more = more_words(found)
            if found.can_override:
                way = f"Override needs a written reason and {self._wait_ms // 1000} s (Ctrl+O)"
                note = f"{more} · {way}" if more else way
            elif more and not self._told:
                note = more
        self.note.setText(note)
        if not self._told or note != self._told:
            self.note.setStyleSheet(f"color: {color};")

    def forget_told(self) -> None:
        """What was said last holds no longer."""
        self._fading.stop()
        self._told = ""

    def _fade(self) -> None:
        self.forget_told()
        if self._found is None:
            self.note.clear()
        self.refresh()

    def _pressed(self) -> None:
        found = self._found
        if found is None:
            return
        if found.can_send:
            self.send_wanted.emit(None)
        elif self.is_overriding and not self.button.locked:
            assert self._asked_ms is not None
            rule = ", ".join(refusal.field for refusal in found.refusals)
            self.send_wanted.emit(
                Override(found.draft.order_id, rule, self.reason.text().strip(), self._asked_ms, self._now_ms)
            )
        else:
            locking = next((one.field for one in found.refusals if one.field.startswith("checklist.")), "")
            self.lock_shown.emit(locking.removeprefix("checklist."))
