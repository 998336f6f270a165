"""A voice activity detector: loud is speech, and enough quiet ends the turn."""

from typing import Final, Literal

from rtlog.simulator.audio import BYTES_PER_MS, is_speech

DEFAULT_SILENCE_MS: Final = 500


class Detector:
    """Hears audio and says when a turn starts and stops."""

    def __init__(self) -> None:
        self.speaking = False
        self._quiet = 0

    def hear(self, pcm: bytes, silence_ms: int = DEFAULT_SILENCE_MS) -> Literal["started", "stopped", ""]:
        """Hear *pcm*; quiet of *silence_ms* ends a turn."""
        if is_speech(pcm):
            self._quiet = 0
            began, self.speaking = not self.speaking, True
            return "started" if began else ""
        self._quiet += len(pcm)
        if self.speaking and self._quiet >= silence_ms * BYTES_PER_MS:
            self.speaking = False
            return "stopped"
        return ""
