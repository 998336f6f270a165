"""One recording from two of the same session: what a tap saw on the wire, and what the program told of itself."""

from rtlog.recordings.merging.clocks import Clocks
from rtlog.recordings.merging.joining import Merger
from rtlog.recordings.merging.sightings import Side

__all__ = ["Clocks", "Merger", "Side"]
