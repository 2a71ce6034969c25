"""What can be chosen in the form of an alert, and the words for it."""

from math import isfinite

from ui import format

KINDS = ("Price crosses", "Metric reaches", "Expression")
WAYS = (("up", "above"), ("down", "below"), ("either", "either way"))
SIDES = (("above", "≥"), ("below", "≤"))
COOLDOWNS_S = (0.0, 10.0, 60.0, 300.0, 900.0, 3_600.0, 14_400.0)
HELD_S = (0.0, 5.0, 30.0, 60.0, 300.0, 3_600.0, 14_400.0)
EXPIRIES_S = (0.0, 3_600.0, 14_400.0, 86_400.0, 7 * 86_400.0, 30 * 86_400.0)

_SUFFIXES = {"k": 1e3, "m": 1e6, "b": 1e9}


def apart_words(seconds: float) -> str:
    """How far apart two tellings are at least."""
    return f"{_short(seconds)} apart" if seconds else "each time"


def held_words(seconds: float) -> str:
    """How long it must hold."""
    return f"after {_short(seconds)}" if seconds else "at once"


def end_words(seconds: float) -> str:
    """When it ends."""
    return f"ends in {_short(seconds)}" if seconds else "never ends"


def _short(seconds: float) -> str:
    return format.timeframe(round(seconds * 1_000))


def sound_words(sound: str) -> str:
    """The name of a sound."""
    return "No sound" if sound == "none" else sound.capitalize()


def typed_number(text: str) -> float | None:
    """A figure as a trader types it: "62 000", "62,000.5", "62k"; None where it is none, or not finite."""
    plain = text.strip().replace("\u2009", "").replace(" ", "").replace(",", "").replace("−", "-")
    factor = _SUFFIXES.get(plain[-1:].lower(), 1.0)
    try:
        value = float(plain if factor == 1.0 else plain[:-1]) * factor
    except ValueError:
        return None
    return value if isfinite(value) else None
