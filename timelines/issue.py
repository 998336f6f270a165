"""What an issue says of a recording besides its timeline."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Issue:
    """`facts` are names and texts for a table: versions, ids, times.

    `recorded` has lines of the recording by number, fit to be shown to everybody; where there are none `unavailable`
    says why. `removed` says what was taken out of them.
    """

    title: str
    headline: str = ""
    facts: Sequence[tuple[str, str]] = ()
    recorded: Mapping[int, str] = field(default_factory=dict)
    removed: str = "secrets removed"
    unavailable: str = ""
