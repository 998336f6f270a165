"""`rtlog analyze FILE…` without typer, which takes longer to load than a recording of an hour to be analyzed.

Only what is written most is read here: names of recordings and the options below. Every other command line, wrong ones
among them, is typer's; either way says the same.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from rtlog.cli.printing import Format

FLAGS: Final = {"--exit-zero": "exit_zero", "--quiet": "quiet", "-q": "quiet", "--isolated": "isolated"}
FORMAT: Final = frozenset({"--output-format", "--format"})


class Asked(NamedTuple):
    """What a plain command line asks for."""

    files: list[str]
    flags: frozenset[str]
    output_format: "Format | None"


def asked_for(words: Sequence[str]) -> Asked | None:
    """Read the *words* behind `rtlog analyze`; `None` where typer has to."""
    from rtlog.cli.printing import Format

    files, flags, output_format = [], set(), None
    rest = iter(words)
    for word in rest:
        if word in FORMAT:
            value = next(rest, "")
            if value not in set(Format):
                return None
            output_format = Format(value)
        elif word in FLAGS:
            flags.add(FLAGS[word])
        elif (word.startswith("-") and word != "-") or "://" in word:
            return None
        else:
            files.append(word)
    return Asked(files, frozenset(flags), output_format) if files else None


def analyze(asked: Asked) -> int:
    """Do what `rtlog analyze` does with such a command line; gives its exit code."""
    from rtlog.cli.configuring.settings import COMMAND_LINE, Layer, settings_for
    from rtlog.cli.exits import UNREADABLE
    from rtlog.cli.fleet.engines import engine_for
    from rtlog.cli.output import opened
    from rtlog.cli.printing import print_reports
    from rtlog.cli.running import Run
    from rtlog.recordings.sources import resolve

    layer = Layer(origin=COMMAND_LINE, output_format=asked.output_format)
    settings = settings_for(layer, isolated="isolated" in asked.flags)
    paths = resolve(asked.files)
    run = Run(settings, engine=engine_for(None, len(paths)))
    with opened(None, paths) as stream:
        print_reports(
            run.reports(paths),
            settings.output_format,
            stream,
            quiet="quiet" in asked.flags,
            several=len(paths) > 1,
            failing=run.failing,
        )
    code = run.close()
    return 0 if "exit_zero" in asked.flags and code != UNREADABLE else code
