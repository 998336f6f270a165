"""The audio formats of sessions, as what they are in a WAV file: 16-bit PCM, mono."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from rtlog.recordings.exporting.g711 import ALAW, ULAW
from rtlog.recordings.record import AudioFormat, Session

TELEPHONE: Final = 8_000
DEFAULT_RATE: Final = 24_000
HIGHEST_RATE: Final = 384_000
PCM_WIDTH: Final = 2


def _unchanged(data: bytes) -> bytes:
    return data


@dataclass(frozen=True, slots=True)
class Codec:
    """A format: samples a second, bytes of a sample as it is sent, and how it becomes PCM; `name` is the wire's."""

    name: str
    rate: int
    width: int = PCM_WIDTH
    pcm: Callable[[bytes], bytes] | None = _unchanged
    """`None` where nobody here can decode it."""

    def offset(self, ms: float) -> int:
        """Give the byte at which the sample at *ms* begins."""
        return int(ms * self.rate / 1000) * self.width


PCM: Final = Codec("audio/pcm", DEFAULT_RATE)
"""What a session speaks that does not say it."""
_TELEPHONES: Final = {
    name: Codec(name, TELEPHONE, 1, law)
    for names, law in ((("audio/pcmu", "g711_ulaw"), ULAW), (("audio/pcma", "g711_alaw"), ALAW))
    for name in names
}


def codec_of(told: AudioFormat | str | None) -> Codec | None:
    """Give the codec of the format that a session tells; `None` where it tells none."""
    name = told if isinstance(told, str) else told.type if told else None
    if not name:
        return None
    if name in _TELEPHONES:
        return _TELEPHONES[name]
    if name not in {"audio/pcm", "pcm16"}:
        return Codec(name, DEFAULT_RATE, 1, None)
    rate = told.rate if isinstance(told, AudioFormat) else None
    return Codec(name, rate) if rate and 0 < rate <= HIGHEST_RATE else PCM


def codecs_of(session: Session) -> tuple[Codec | None, Codec | None]:
    """Give how *session* hears and how it speaks, in either shape of a session object."""
    audio = session.audio
    heard = audio.input.format if audio and audio.input else session.input_audio_format
    spoken = audio.output.format if audio and audio.output else session.output_audio_format
    return codec_of(heard), codec_of(spoken)
