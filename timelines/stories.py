"""The stories in sentences: the root first, then what follows from it, in order."""

from collections.abc import Iterator

from rtlog.analyzers.story import Story
from rtlog.timelines.telling import Segment, Segments, Teller


def root_sentence(story: Story, teller: Teller) -> Segments:
    """Give the root's sentence, with its code in front."""
    root = story.root
    return (
        Segment(f"{root.rule} {root.name}", root.severity.value),
        Segment(f" ({root.severity.value}, {root.certainty}): ", "dim"),
        Segment(f"{teller.message(root.message)}."),
    )


def consequences(story: Story, teller: Teller) -> Iterator[Segments]:
    """Give a sentence for every finding that follows from the root."""
    for finding in story.findings:
        if finding is not story.root:
            yield (
                Segment(teller.when(finding.at), "time"),
                Segment(" "),
                Segment(finding.rule, finding.severity.value),
                Segment(f": {teller.message(finding.message)}."),
            )
