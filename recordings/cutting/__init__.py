"""A part of a recording that stands on its own: what happened there, and what must be known to understand it."""

from rtlog.recordings.cutting.facts import Facts
from rtlog.recordings.cutting.selecting import Breadth, Span, holds, selected
from rtlog.recordings.cutting.splicing import Splicer

__all__ = ["Breadth", "Facts", "Span", "Splicer", "holds", "selected"]
