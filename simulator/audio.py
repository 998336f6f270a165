"""PCM audio, 16 bit, 24 kHz, mono: made for the assistant, measured for the user."""

import base64
import math
import sys
from array import array
from functools import lru_cache
from typing import Final

RATE: Final = 24_000
BYTES_PER_MS: Final = RATE * 2 // 1000
TONE_HZ: Final = 440
AMPLITUDE: Final = 6000
SPEECH_PEAK: Final = 500
"""A sample beyond this is speech; room noise and comfort noise stay below."""


@lru_cache(maxsize=16)
def tone(ms: int) -> str:
    """Give *ms* of a tone as base64: speech, as far as a voice activity detector is concerned."""
    samples = (round(AMPLITUDE * math.sin(2 * math.pi * TONE_HZ * n / RATE)) for n in range(ms * RATE // 1000))
    return _encoded(array("h", samples))


@lru_cache(maxsize=16)
def silence(ms: int) -> str:
    """Give *ms* of silence as base64."""
    return base64.b64encode(bytes(ms * BYTES_PER_MS)).decode()


def decoded(audio: str) -> bytes:
    """Decode base64 *audio*; raises ValueError where it is none."""
    return base64.b64decode(audio, validate=True)


def is_speech(pcm: bytes) -> bool:
    """Say whether someone speaks in *pcm*."""
    samples = array("h", pcm[: len(pcm) // 2 * 2])
    if sys.byteorder == "big":
        samples.byteswap()
    return any(peak > SPEECH_PEAK for peak in (max(samples), -min(samples))) if samples else False


def _encoded(samples: "array[int]") -> str:
    if sys.byteorder == "big":
        samples.byteswap()
    return base64.b64encode(samples.tobytes()).decode()
