"""A rule's seat at the engine: all that the rule asks for and finds goes through it, so that its breaks are its own."""

from collections.abc import Callable, Iterable
from dataclasses import fields
from types import TracebackType
from typing import Final, Protocol, get_args

from rtlog.analyzers.coverage import Coverage
from rtlog.analyzers.finding import Certainty, Evidence, Finding, Severity
from rtlog.analyzers.moment import Moment
from rtlog.analyzers.reconciler.connection import Connection
from rtlog.analyzers.reconciler.lanes import Snapshot

CERTAINTIES: Final = frozenset(get_args(Certainty))
TEXTS: Final = tuple(field.name for field in fields(Finding) if field.type in {"str", str})
LISTS: Final = ("items", "responses", "calls", "prevented_by")
OWN: Final = __name__.rpartition(".")[0] + "."


class House(Protocol):
    """What the engine does for its seats."""

    coverage: Coverage

    def connections(self) -> Iterable[Connection]:
        """Give every connection seen."""

    def at_time(self, seat: "Seat", at: Moment, delay_ms: float, act: Callable[[], None]) -> None:
        """Call *act* for *seat* when the recording's time reaches *at* plus *delay_ms*."""

    def found(self, finding: Finding) -> None:
        """Take a finding."""


class Seat:
    """The engine as one rule sees it: the rule with this *code*."""

    __slots__ = ("_house", "code", "coverage")

    def __init__(self, house: House, code: str) -> None:
        self._house = house
        self.code = code
        self.coverage = house.coverage

    def connections(self) -> Iterable[Connection]:
        """Give every connection seen."""
        return self._house.connections()

    def later(self, at: Moment, delay_ms: float, act: Callable[[], None]) -> None:
        """Call *act* when the recording's time reaches *at* plus *delay_ms*; never, when it ends before."""
        self._house.at_time(self, at, delay_ms, act)

    def found(self, finding: Finding) -> None:
        """Take a finding; raises TypeError or ValueError for one that no report could hold."""
        check(finding, self.code)
        self._house.found(finding)


def check(finding: Finding, code: str) -> None:
    """Raise TypeError or ValueError where *finding* of the rule *code* is none: an installed rule may be untyped."""
    if finding.rule != code or finding.certainty not in CERTAINTIES:
        raise ValueError(f"rule {finding.rule!r}, certainty {finding.certainty!r}")
    if not finding.evidence:
        raise ValueError("no evidence")
    several = [text for name in LISTS for text in _tuple(getattr(finding, name))]
    texts = [getattr(finding, name) for name in TEXTS] + several + [e.note for e in finding.evidence]
    moments = [finding.at, *(e.at for e in finding.evidence)]
    sound = (
        isinstance(finding.severity, Severity)
        and all(isinstance(text, str) for text in texts)
        and all(isinstance(moment, Moment) for moment in moments)
        and all(isinstance(evidence, Evidence) for evidence in finding.evidence)
        and all(isinstance(lanes, Snapshot | None) for lanes in (finding.before, finding.after))
    )
    if not sound:
        raise TypeError("a field of the finding has the wrong type")


def raised(error: BaseException, line: int | None) -> str:
    """Say what a rule raised, where in its code, and at which *line* (0: at the start, `None`: at the end).

    Without the error's own text: it may hold what was said in the session.
    """
    when = {0: "at the start", None: "at the end"}.get(line, f"at line {line}")
    return f"raised {type(error).__name__} {when}{_place(error.__traceback__)}"


def _tuple(value: object) -> tuple[object, ...]:
    if not isinstance(value, tuple):
        raise TypeError("a field that lists names is no tuple")
    return value


def _place(trace: TracebackType | None) -> str:
    """Give the innermost line of the rule's own module that the error passed through."""
    place = ""
    while trace is not None:
        module = trace.tb_frame.f_globals.get("__name__", "")
        if not module.startswith(OWN) or module.startswith(f"{OWN}rules."):
            file = trace.tb_frame.f_code.co_filename.replace("\\", "/").rpartition("/")[2]
            place = f" ({file}:{trace.tb_lineno})"
        trace = trace.tb_next
    return place
