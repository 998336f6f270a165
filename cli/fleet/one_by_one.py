"""Recordings analyzed here, one after the other."""

from collections.abc import Generator, Sequence

from rtlog.analyzers.fleet.sheet import Sheet
from rtlog.cli.fleet.work import Order, Source, analyze_any, analyze_file


class OneByOne:
    """The engine that needs nothing."""

    def sheets(self, sources: Sequence[Source], order: Order) -> Generator[Sheet, None, None]:
        """Give the sheet of each of *sources*, in their order."""
        # A single recording has no others that should go on: what breaks on it is to be seen whole.
        analyze = analyze_any if len(sources) > 1 else analyze_file
        for source in sources:
            yield analyze(source, order)
