"""How a key is spelled: one spelling for what is pressed, what is kept and what is shown, on any layout."""

import re
import sys
from collections.abc import Callable

from PySide6.QtCore import QEvent, QKeyCombination, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

MODIFIER_KEYS = (
    Qt.Key.Key_Shift,
    Qt.Key.Key_Control,
    Qt.Key.Key_Alt,
    Qt.Key.Key_Meta,
    Qt.Key.Key_AltGr,
    Qt.Key.Key_CapsLock,
    Qt.Key.Key_NumLock,
    Qt.Key.Key_ScrollLock,
    Qt.Key.Key_unknown,
)
_IGNORED = Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.GroupSwitchModifier
_ALT_GR = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
_CHORD = (
    Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.MetaModifier | Qt.KeyboardModifier.AltModifier
)

# Where the Latin letters are on a keyboard whose layout has others, by the scan codes of X11 and Wayland.
_ROWS = ((24, "QWERTYUIOP"), (38, "ASDFGHJKL"), (52, "ZXCVBNM"))
_LATIN_OF_SCAN = {first + place: letter for first, row in _ROWS for place, letter in enumerate(row)}
LAST_LATIN = 0x24F

_SIGNS = {"−": "-", "←": "Left", "→": "Right", "↑": "Up", "↓": "Down", "Delete": "Del", "Insert": "Ins"}
_ARROWS = {"Left": "←", "Right": "→", "Up": "↑", "Down": "↓"}


def normal(key: str) -> str:
    """The one spelling of a key that is written in any of Qt's ways; "" if it is none, or more than one."""
    sequence = QKeySequence(_SIGNS.get(key, key))
    if sequence.count() != 1:
        return ""
    if _first(sequence).key() in (*MODIFIER_KEYS, Qt.Key(0)):
        return ""
    spelled = sequence.toString()
    # What cannot be read back is no key that a file can hold.
    return spelled if spelled.isprintable() and QKeySequence(spelled) == sequence else ""


def _first(sequence: QKeySequence) -> QKeyCombination:
    found: QKeyCombination = sequence[0]  # type: ignore[index]
    return found


def shown(key: str) -> str:
    """A key as it is printed on this system's keyboards."""
    native = QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
    before, plus, last = native.rpartition("+")
    return f"{before}{plus}{_ARROWS.get(last, last)}" if last else native


def spelled(event: QKeyEvent) -> str:
    """The key of an event with its modifiers; the Latin letter of the place where the layout has another."""
    if event.key() in (*MODIFIER_KEYS, 0):
        return ""
    key = latin_key(event) or event.key()
    held = event.modifiers() & ~_IGNORED
    return QKeySequence(key | held.value).toString()


def readings(event: QKeyEvent) -> tuple[str, ...]:
    """What a pressed key may mean, the likeliest first: how it was pressed, and the sign that it typed.

    "?" needs Shift on most keyboards and "[" AltGr on some, so that what was typed counts too.
    """
    first = spelled(event)
    if not first:
        return ()
    typed = typed_sign(event)
    return (first, typed) if typed and typed != first else (first,)


def typed_sign(event: QKeyEvent) -> str:
    """The sign that is no letter and no digit which a key typed; "" if it typed none."""
    text = event.text()
    held = event.modifiers() & _CHORD
    if len(text) != 1 or not text.isprintable() or text.isalnum() or text.isspace():
        return ""
    # AltGr is Ctrl and Alt together on Windows: a sign typed so is that sign and no chord.
    return normal(text) if held in (Qt.KeyboardModifier.NoModifier, _ALT_GR) or is_option(event) else ""


def is_option(event: QKeyEvent) -> bool:
    """Alt was held where Alt types signs."""
    return sys.platform == "darwin" and event.modifiers() & _CHORD == Qt.KeyboardModifier.AltModifier


def latin_key(event: QKeyEvent) -> int:
    """The Latin letter at the place of a key on which the layout has a letter of another script; else 0."""
    key = event.key()
    if key <= LAST_LATIN or key >= int(Qt.Key.Key_Escape) or not chr(key).isalpha():
        return 0
    if sys.platform == "win32":
        virtual = event.nativeVirtualKey()
        return virtual if int(Qt.Key.Key_A) <= virtual <= int(Qt.Key.Key_Z) else 0
    letter = _LATIN_OF_SCAN.get(event.nativeScanCode(), "")
    return ord(letter) if letter else 0


def is_anywhere(key: str) -> bool:
    """Works wherever the keyboard is, in a field too: it holds Ctrl or is a function key."""
    last = key.rpartition("+")[2]
    return "Ctrl+" in key or "Meta+" in key or bool(re.fullmatch(r"F\d+", last))


def types_in_fields(key: str) -> bool:
    """A field may take it as text: Ctrl and Alt together are AltGr on Windows."""
    return "Ctrl+" in key and "Alt+" in key


def press_of(key: str, like: QKeyEvent) -> QKeyEvent:
    """The press of another key, held and repeated as `like` was."""
    combination = _first(QKeySequence(key))
    code, held = combination.key(), combination.keyboardModifiers()
    text = ""
    if len(QKeySequence(code).toString()) == 1 and not held & _CHORD:
        text = chr(int(code))
        text = text if held & Qt.KeyboardModifier.ShiftModifier else text.lower()
    return QKeyEvent(QEvent.Type.KeyPress, code, held, text, like.isAutoRepeat(), like.count())


_WORD = re.compile(r"[^\s,()·]+")


def with_keys_in_force(words: str, key_now: Callable[[str], str | None]) -> str:
    """`words` with each key in it replaced by the one that does the same now.

    Args:
        words: such as "Ctrl+C  Ctrl+V" or "↑ ↓, Home".
        key_now: the key in force of a default one, "" where there is none any more; None leaves it.
    """

    def replace(found: re.Match[str]) -> str:
        word = found.group()
        spelled_so = normal(word) if len(word) > 1 or not word.isspace() else ""
        now = key_now(spelled_so) if spelled_so else None
        if now is None or now == spelled_so:
            return word
        return shown(now) if now else "–"

    return _WORD.sub(replace, words)
