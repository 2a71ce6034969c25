"""The sounds of alerts, made of a few sines: short, and told apart without looking."""

import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from workstation.alerts.rules import Sound

SAMPLES_A_SECOND = 44_100
LOUDNESS = 0.35
"""Of the most that a sample can hold: an alert is heard beside music, and startles nobody."""

# (pitch in Hz, beginning and length in s) of each note.
_NOTES: dict[Sound, tuple[tuple[float, float, float], ...]] = {
    "chime": ((659.3, 0.0, 0.35), (880.0, 0.12, 0.45)),
    "rise": ((523.3, 0.0, 0.18), (659.3, 0.11, 0.18), (784.0, 0.22, 0.45)),
    "alarm": tuple((880.0 if place % 2 else 1_174.7, 0.14 * place, 0.14) for place in range(6)),
}


def samples(sound: Sound) -> NDArray[np.int16]:
    """The sound as 16-bit samples; none for "none"."""
    notes = _NOTES.get(sound, ())
    if not notes:
        return np.zeros(0, np.int16)
    length = max(begins + lasts for _, begins, lasts in notes) + 0.02
    line = np.zeros(round(length * SAMPLES_A_SECOND))
    for pitch, begins, lasts in notes:
        t = np.arange(round(lasts * SAMPLES_A_SECOND)) / SAMPLES_A_SECOND
        # A bell: a touch of the octave, a quick beginning without a click, and it dies away.
        tone = np.sin(2 * np.pi * pitch * t) + 0.25 * np.sin(4 * np.pi * pitch * t)
        shape = np.minimum(t / 0.006, 1.0) * np.exp(-t * 4.0 / lasts) * np.minimum((lasts - t) / 0.01, 1.0)
        start = round(begins * SAMPLES_A_SECOND)
        line[start : start + len(t)] += tone * shape
    loud: NDArray[np.int16] = (line / np.abs(line).max() * LOUDNESS * 32_767).astype(np.int16)
    return loud


def sound_file(sound: Sound, folder: Path) -> Path:
    """Return the WAV file of a sound, written if it is not there yet.

    Raises:
        OSError: it cannot be written.
    """
    path = folder / f"{sound}.wav"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".new")
        with wave.open(str(draft), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(SAMPLES_A_SECOND)
            file.writeframes(samples(sound).tobytes())
        draft.replace(path)
    return path
