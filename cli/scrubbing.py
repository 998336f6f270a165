"""From a recording to its scrubbed copy: which words rules know by name, under which key, and where it goes."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from hashlib import blake2b
from pathlib import Path
from secrets import token_bytes
from typing import Final

from rtlog.analyzers.rules import RULES
from rtlog.recordings.copying import copy_at, named_after
from rtlog.recordings.errors import RecordingError, RtlogError
from rtlog.recordings.framing import framing_of
from rtlog.recordings.lines import UNREADABLE, Lines, unreadable_rest
from rtlog.recordings.scrubbing import Category, Scrubber
from rtlog.recordings.secrets import SecretFinder
from rtlog.recordings.sources import STDIN

KEY_BYTES: Final = 32
PHRASES: Final = "phrases"
"""The option under which a rule lists what it knows by its words."""


def categories(names: Iterable[str]) -> frozenset[Category]:
    """Give the categories that *names* mean, each one or several by comma; raises RtlogError for an unknown one."""
    given = [name.strip() for each in names for name in each.split(",") if name.strip()]
    for name in given:
        if name not in set(Category):
            raise RtlogError(f"--keep: {name!r} is none of {', '.join(Category)}")
    return frozenset(map(Category, given))


def scrubber_for(kept: frozenset[Category], *, keep_keys: bool = True, seed: str | None = None) -> Scrubber:
    """Give a scrubber under a key that is nowhere kept, or under that of *seed*; raises RtlogError for an empty one."""
    if seed == "":
        raise RtlogError("--seed: is empty, so that everybody knows it; name one, or leave it out")
    key = token_bytes(KEY_BYTES) if seed is None else blake2b(seed.encode("utf-8", "surrogatepass")).digest()
    return Scrubber(key, kept, keep_keys=keep_keys, words=words_of_rules())


def words_of_rules() -> frozenset[str]:
    """Give the words of the phrases that rules know: what silence is transcribed as."""
    options = (option for rule in RULES for option in rule.options if option.name == PHRASES)
    phrases = (phrase for option in options if isinstance(option.default, tuple) for phrase in option.default)
    return frozenset(word for phrase in phrases for word in str(phrase).casefold().split())


def scrub_file(
    source: Path,
    output: Path | None,
    *,
    kept: frozenset[Category] = frozenset(),
    keep_keys: bool = True,
    seed: str | None = None,
    force: bool = False,
) -> Path:
    """Write the scrubbed copy of *source* to *output*, by default beside it; give where it is.

    Raises RecordingError where the one cannot be read or the other not be written.
    """
    path = output or (STDIN if source == STDIN else named_after(source, "scrubbed"))
    scrubber = scrubber_for(kept, keep_keys=keep_keys, seed=seed)
    with closing(Lines(source)) as lines, copy_at(path, source, force=force) as stream:
        stream.writelines(map(scrubber.line, map(SecretFinder().without, _all_of(lines, source))))
    return path


def _all_of(lines: Lines, source: Path) -> Iterator[bytes]:
    """Give *lines*; raises RecordingError where they cannot be read to the end, or none of them holds an object."""
    text = iter(lines)
    try:
        for line in text:
            yield line
            if _holds_object(line):
                break
        else:
            raise RecordingError(source, "holds no complete JSON object: it is not a recording")
        yield from text
    except UNREADABLE as error:
        raise unreadable_rest(source, error) from error


def _holds_object(line: bytes) -> bool:
    try:
        framing_of(line)
    except ValueError:
        return False
    return True
