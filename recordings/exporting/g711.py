"""G.711 as 16-bit PCM: `audio/pcmu` (µ-law) and `audio/pcma` (A-law), by ITU-T G.711's tables."""

from collections.abc import Callable
from typing import Final

_SIGN: Final = 0x80
_BIAS: Final = 0x84
_EVEN_BITS: Final = 0x55


def _ulaw(code: int) -> int:
    code ^= 0xFF
    magnitude = (((code & 0x0F) << 3) + _BIAS << (code >> 4 & 7)) - _BIAS
    return -magnitude if code & _SIGN else magnitude


def _alaw(code: int) -> int:
    code ^= _EVEN_BITS
    segment = code >> 4 & 7
    magnitude = (code & 0x0F) << 4 | 8
    if segment:
        magnitude = magnitude + 0x100 << segment - 1
    return magnitude if code & _SIGN else -magnitude


class Decoder:
    """Turns bytes of one of the laws into 16-bit little-endian samples."""

    def __init__(self, law: Callable[[int], int]) -> None:
        samples = [law(code) & 0xFFFF for code in range(256)]
        self._low = bytes(sample & 0xFF for sample in samples)
        self._high = bytes(sample >> 8 for sample in samples)

    def __call__(self, data: bytes) -> bytes:
        """Give two bytes for each of *data*."""
        pcm = bytearray(2 * len(data))
        pcm[0::2] = data.translate(self._low)
        pcm[1::2] = data.translate(self._high)
        return bytes(pcm)


ULAW: Final = Decoder(_ulaw)
ALAW: Final = Decoder(_alaw)
