"""What a rule is: one file with its code, its documentation, its examples and its check.

A rule listens to the changes that concern it (`@on(ItemDeleteSent)`) and reports a finding once its case is settled: by
an answer, a deadline in the recording's own time, or the end.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final, Literal, Protocol, TypeVar

from rtlog.analyzers.coverage import Coverage
from rtlog.analyzers.finding import Certainty, Evidence, Finding, Severity
from rtlog.analyzers.moment import Moment
from rtlog.analyzers.profiles.fixes import fixed_in
from rtlog.analyzers.reconciler.changes import Change
from rtlog.analyzers.reconciler.connection import Connection
from rtlog.analyzers.reconciler.lanes import Snapshot
from rtlog.analyzers.reconciler.life import ItemLife

Need = Literal["time", "client", "local"]
"""What a rule cannot work without: timestamps, the client's direction, local events."""


Settings = Mapping[str, float | tuple[str, ...]]
"""Values of a rule's options, by name."""


@dataclass(frozen=True, slots=True)
class Option:
    """A threshold of a rule."""

    name: str
    default: float | tuple[str, ...]
    help: str


@dataclass(frozen=True, slots=True)
class Example:
    """A tape with a title; `finds` are the lines of the tape's records that the finding must point at, in order."""

    title: str
    tape: str
    finds: str = ""
    """What must be found, as `severity certainty` (bad examples); empty in good ones."""
    evidence: tuple[int, ...] = ()
    """1-based tape lines of the evidence."""
    settings: "Settings" = field(default_factory=dict)
    """Options that differ from their defaults."""
    client: str | None = None
    """The client profile that the tape is read with."""


class Engine(Protocol):
    """What a rule may ask of the engine that runs it."""

    coverage: Coverage

    def connections(self) -> Iterable[Connection]:
        """Give every connection seen."""

    def later(self, at: Moment, delay_ms: float, act: Callable[[], None]) -> None:
        """Call *act* when the recording's time reaches *at* plus *delay_ms*; never, when the recording ends before."""

    def found(self, finding: Finding) -> None:
        """Take a finding."""


_Method = TypeVar("_Method", bound=Callable[..., None])
_HEARS: Final = "_rtlog_hears"


def on(*kinds: type[Change]) -> Callable[[_Method], _Method]:
    """Mark a method as the listener for changes of *kinds*."""

    def mark(method: _Method) -> _Method:
        setattr(method, _HEARS, kinds)
        return method

    return mark


def listeners_of(listener: type) -> Iterable[tuple[type[Change], str]]:
    """Give each kind of change that *listener* hears (`@on`), with the method that hears it."""
    for name in dir(listener):
        for kind in getattr(getattr(listener, name), _HEARS, ()):
            yield kind, name


class Rule:
    """Base of every rule; subclasses fill the class attributes and listen."""

    code: ClassVar[str]
    name: ClassVar[str]
    severity: ClassVar[Severity]
    """The gravest that its findings can be."""
    needs: ClassVar[frozenset[Need]] = frozenset()
    accepts_simulation: ClassVar[bool] = False
    """A client profile, which simulates the application's context, does for the local events that it needs."""
    leads_to: ClassVar[tuple[str, ...]] = ()
    """Codes of the rules whose findings this one explains."""
    what: ClassVar[str]
    why: ClassVar[str]
    remedy: ClassVar[str]
    look_alikes: ClassVar[tuple[str, ...]] = ()
    references: ClassVar[tuple[str, ...]] = ()
    options: ClassVar[tuple[Option, ...]] = ()
    bad: ClassVar[tuple[Example, ...]] = ()
    good: ClassVar[tuple[Example, ...]] = ()

    def __init__(self, engine: Engine, settings: Settings | None = None) -> None:
        self.engine = engine
        self._settings = {option.name: option.default for option in self.options} | dict(settings or {})
        self.begin()

    def begin(self) -> None:
        """Set up what the rule remembers between changes."""

    @classmethod
    def listeners(cls) -> Iterable[tuple[type[Change], str]]:
        """Give each kind of change the rule hears, with the method that hears it."""
        return listeners_of(cls)

    def finish(self) -> None:
        """Settle what is still open: the recording has ended."""

    def prevention(self, *mitigations: str) -> tuple[str, ...]:
        """Give what prevents its findings: a release, unless the named client has it already, and *mitigations*."""
        profile = next((connection.profile for connection in self.engine.connections()), None)
        return (*fixed_in(self.code, profile), *mitigations)

    def number(self, option: str) -> float:
        """Give the value of a numeric option."""
        value = self._settings[option]
        return float(value) if not isinstance(value, tuple) else 0.0

    def names(self, option: str) -> tuple[str, ...]:
        """Give the value of an option that lists names."""
        value = self._settings[option]
        return value if isinstance(value, tuple) else ()

    def report(
        self,
        message: str,
        at: Moment,
        evidence: Iterable[Evidence | None],
        *,
        certainty: Certainty,
        severity: Severity | None = None,
        about: ItemLife | None = None,
        **facts: Any,  # noqa: ANN401 - the keyword fields of Finding, checked there
    ) -> None:
        """Give a finding to the engine; evidence is put in the records' order, *about* names its subject."""
        proof = sorted((e for e in evidence if e is not None), key=lambda e: e.at.seq)
        finding = Finding(
            self.code, self.name, severity or self.severity, certainty, message, at, tuple(proof), **facts
        )
        if about is not None:
            finding.subject = f"{about.type}/{about.role or ''}"
            finding.tool = about.name or ""
            finding.items = finding.items or (about.id,)
            if about.call_id and not finding.calls:
                finding.calls = (about.call_id,)
        self.engine.found(finding)


def seen(at: Moment | None, note: str) -> Evidence | None:
    """Give evidence of a moment that may never have come."""
    return None if at is None else Evidence(at, note)


__all__ = [
    "Engine",
    "Evidence",
    "Example",
    "Finding",
    "Need",
    "Option",
    "Rule",
    "Settings",
    "Severity",
    "Snapshot",
    "listeners_of",
    "on",
    "seen",
]
