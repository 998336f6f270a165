"""Makes the bundle: the recording is cut and scrubbed first, and all else is drawn from that."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TextIO

from rtlog.analyzers.report import RecordingReport
from rtlog.cli.bundling.folder import folder_at
from rtlog.cli.bundling.identities import identities_of
from rtlog.cli.bundling.maintainers import lines_for
from rtlog.cli.bundling.whom import Maintainers
from rtlog.cli.charting import Chart, chart
from rtlog.cli.cutting import Cut
from rtlog.cli.loading import Setup
from rtlog.cli.rendering import html, markdown
from rtlog.cli.rendering.view import View, view_of
from rtlog.cli.rendering.wishes import Format, Wishes
from rtlog.cli.scrubbing import scrubber_for
from rtlog.recordings.copying import copy_at
from rtlog.recordings.format import SUFFIX
from rtlog.recordings.scrubbing import Category

REPORT: Final = "report.md"
TIMELINE: Final = "timeline.html"
RENDERINGS: Final = ((REPORT, Format.MARKDOWN, markdown.render), (TIMELINE, Format.HTML, html.render))
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9._-]+")
LONGEST_NAME: Final = 64

Render = Callable[[Iterable[View], TextIO], None]


@dataclass(frozen=True, slots=True)
class Bundle:
    """What was made: `folder` holds `report.md`, `timeline.html` and the recording at `recording`."""

    folder: Path
    recording: Path
    cut: Cut
    report: RecordingReport
    spoken: bool

    @property
    def differs(self) -> list[str]:
        """The rules of which the shared recording gives other findings than the original does there."""
        shared = Counter(finding.rule for finding in self.report.findings)
        own = Counter(known.rule for known in self.cut.found)
        return sorted({known.rule for known in self.cut.lost} | (shared - own).keys() | (own - shared).keys())


def name_of(cut: Cut) -> str:
    """Give a name for files of the recording, safe to be one: its id, else that of its file."""
    stem = cut.whole.path.name.partition(".")[0]
    return _UNSAFE.sub("-", cut.whole.recording_id or stem)[:LONGEST_NAME].strip(".-") or "recording"


def bundle(
    cut: Cut,
    folder: Path,
    name: str,
    setup: Setup,
    *,
    spoken: bool = False,
    maintainers: Maintainers | None = None,
    force: bool = False,
) -> Bundle:
    """Put the bundle of *cut* at *folder*, its recording called *name*; words stay where *spoken* says so.

    Raises RecordingError where the folder exists and *force* is false, or cannot be made.
    """
    with folder_at(folder, force=force) as draft:
        recording = draft / f"{name}{SUFFIX}.gz"
        _scrub(cut, recording, spoken=spoken)
        drawn = chart(recording, setup, wire_only=False, epoch="push", real_ids=False)
        for file, output_format, render in RENDERINGS:
            _draw(drawn, draft / file, output_format, render, spoken=spoken)
        told = ["", _verifiable(recording.name)]
        if maintainers is not None:
            evidence = {each.line for finding in drawn.report.findings for each in finding.evidence}
            told += lines_for(maintainers, identities_of(recording, evidence))
        with (draft / REPORT).open("a", encoding="utf-8") as stream:
            stream.writelines(f"{line}\n" for line in told)
    return Bundle(folder, folder / recording.name, cut, drawn.report, spoken)


def _verifiable(name: str) -> str:
    """Tell whoever receives the report how to come to the same by themselves; *name* is safe as it stands."""
    return f"*Lines are those of the attached `{name}`, cut and scrubbed; `rtlog analyze {name}` judges it as above.*"


def _scrub(cut: Cut, path: Path, *, spoken: bool) -> None:
    scrubber = scrubber_for(frozenset({Category.SPOKEN} if spoken else ()))
    with copy_at(path, cut.whole.path) as stream:
        stream.writelines(map(scrubber.line, cut.lines()))


def _draw(drawn: Chart, path: Path, output_format: Format, render: Render, *, spoken: bool) -> None:
    # What the page says was said are pseudonyms: without them its records could not be looked into.
    wishes = Wishes(output_format=output_format, spoken=spoken or output_format is Format.HTML)
    with path.open("w", encoding="utf-8") as stream:
        render([view_of(drawn, wishes)], stream)
