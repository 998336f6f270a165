"""What the proof of a story consists of, for every format that tells one."""

from collections.abc import Sequence
from itertools import takewhile
from typing import Final

from rtlog.analyzers.prevention import prevention as prevention_of
from rtlog.analyzers.reconciler.lane import CUT
from rtlog.analyzers.report import EvidenceReport, FindingReport
from rtlog.cli.formats.told import ToldStory
from rtlog.cli.formats.wording import printable

ARROWS: Final = {"client": "→", "server": "←", "local": "·"}
LANES: Final = ("server", "mirror", "local")
LABELS: Final = 16
"""Labels of a lane that are listed one by one."""
LABELS_BEFORE: Final = 3
GIVEN: Final = "given"
BUT: Final = "but"
THEN: Final = "then"


def connectives(finding: FindingReport) -> list[str]:
    """Give a word for each evidence: `given` what stood before the act, `but` the act itself, `then` what came of it.

    A word is told once, where its part begins. An act that nothing stands before is itself what is given.
    """
    lines = [e.line for e in finding.evidence]
    act = lines.index(finding.line) if finding.line in lines else len(lines)
    words = [GIVEN if n < act or n == 0 else BUT if n == act else THEN for n in range(len(lines))]
    return [word if n == 0 or words[n - 1] != word else "" for n, word in enumerate(words)]


def prevention(story: ToldStory) -> tuple[list[str], dict[str, list[str]]]:
    """Give what would have prevented the story, and, by rule, what would have limited only what followed."""
    return prevention_of(story.root, story.consequences)


def new_evidence(story: ToldStory) -> list[list[EvidenceReport]]:
    """Give for each consequence the records that prove it and that the story has not shown before."""
    shown = {e.line for e in story.root.evidence}
    fresh = []
    for finding in story.consequences:
        fresh.append([e for e in finding.evidence if e.line not in shown])
        shown |= {e.line for e in finding.evidence}
    return fresh


def abridged(was: Sequence[str], now: Sequence[str]) -> tuple[str, str]:
    """List the labels of a lane before and after; of a long one the part that changed, and what stands before it."""
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(was, now, strict=False)))
    hidden = max(same - LABELS_BEFORE, 0) if max(len(was), len(now)) > LABELS else 0
    return _labels(was, hidden), _labels(now, hidden)


def _labels(labels: Sequence[str], hidden: int) -> str:
    shown = labels[hidden : hidden + LABELS]
    told = [*_more(labels[:hidden]), *shown, *_more(labels[hidden + LABELS :])]
    return printable(", ".join(told))


def _more(labels: Sequence[str]) -> list[str]:
    if CUT in labels:
        return [CUT]
    return [f"{len(labels)} more"] if labels else []
