"""Voices as WAV files: 16-bit PCM, mono, one file an item; names that no item id can lead astray."""

import os
import re
import wave
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from rtlog.recordings.exporting.codecs import PCM_WIDTH
from rtlog.recordings.exporting.voices import Voice, Voices

SUFFIX: Final = ".wav"
LONGEST_ID: Final = 64
LONGEST: Final = 2**31
"""Bytes of PCM in a file: its header counts with 32 bits."""
_NAME: Final = re.compile(r"\d{3,}-(?:user|assistant)-[A-Za-z0-9_-]*\.wav")
PRIVATE: Final = 0o600

_UNSAFE: Final = re.compile(r"[^A-Za-z0-9_-]+")


def name_of(number: int, voice: Voice) -> str:
    """Name the file of the *number*-th voice: its number makes it its own, whatever the item's id is."""
    return f"{number:03}-{voice.speaker}-{_UNSAFE.sub('_', voice.item_id[:LONGEST_ID])}{SUFFIX}"


def is_wav(path: Path) -> bool:
    """Say whether *path* is a file that an earlier export made, by its name."""
    return path.is_file() and _NAME.fullmatch(path.name) is not None


@dataclass(slots=True)
class Written:
    """What was written: how many items, how long they sound, and the formats nobody here can decode."""

    items: int = 0
    seconds: float = 0.0
    unknown: Counter[str] = field(default_factory=Counter)


def write_wavs(voices: Voices, folder: Path) -> Written:
    """Write each of *voices* to a new file in *folder*; raises OSError where that cannot be."""
    done = Written()
    for voice in voices:
        if voice.codec.pcm is None:
            done.unknown[voice.codec.name] += 1
            continue
        done.items += 1
        _write(folder / name_of(done.items, voice), voice.codec.rate, voices.sound(voice), voice.codec.pcm)
        done.seconds += voice.seconds
    return done


def _write(path: Path, rate: int, pieces: Iterable[bytes], decode: Callable[[bytes], bytes]) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
    with os.fdopen(descriptor, "wb") as file, wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(PCM_WIDTH)
        sound.setframerate(rate)
        written, odd = 0, b""
        for piece in pieces:
            pcm = odd + decode(piece)
            whole = len(pcm) - len(pcm) % PCM_WIDTH
            written, odd = written + whole, pcm[whole:]
            if written > LONGEST:
                break
            sound.writeframesraw(pcm[:whole])
