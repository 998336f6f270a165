"""What a recording is for other programs: one file a format; what a format cannot say is counted, not made up."""

from rtlog.recordings.exporting.har import write_har
from rtlog.recordings.exporting.material import COPY, NOT_STRICT, Entry, LeftOut, Material, paired
from rtlog.recordings.exporting.plain import write_events
from rtlog.recordings.exporting.voices import Voices
from rtlog.recordings.exporting.wav import Written, is_wav, write_wavs

__all__ = [
    "COPY",
    "NOT_STRICT",
    "Entry",
    "LeftOut",
    "Material",
    "Voices",
    "Written",
    "is_wav",
    "paired",
    "write_events",
    "write_har",
    "write_wavs",
]
