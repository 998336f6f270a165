"""The engine: streams records through the reconciler and lets the rules listen.

Live and after the fact are the same code: whoever has a record feeds it; the final set of findings is what `finish`
gives.
Deadlines run on the recording's time, never on the wall clock. A rule that raises has judged nothing, and keeps no
other from judging.
"""

import heapq
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import count
from typing import Final

from rtlog.analyzers.coverage import Coverage
from rtlog.analyzers.finding import Finding
from rtlog.analyzers.moment import NS_PER_MS, Moment
from rtlog.analyzers.profiles.profile import ClientProfile
from rtlog.analyzers.reconciler.changes import Change
from rtlog.analyzers.reconciler.connection import Connection
from rtlog.analyzers.reconciler.reconciler import Reconciler
from rtlog.analyzers.rule import Need, Rule, Settings
from rtlog.analyzers.seat import Seat, raised
from rtlog.recordings.record import Record

NOT_JUDGED: dict[Need, str] = {
    "time": "needs timestamps",
    "client": "needs the client's events",
    "local": "needs local events",
}

BREAKS: Final = (Exception, SystemExit)
"""What an installed rule may raise; an exit of its own would end the command as if nothing had been found."""

NEVER: Final = 2**63

Listener = tuple[str, Callable[[Change], None]]
"""The code of a rule, and a method of it."""


class Detector:
    """Feeds one recording to the reconciler and to the rules it is given; *settings* are options by code of a rule."""

    def __init__(
        self,
        rules: Iterable[type[Rule]],
        settings: Mapping[str, Settings] | None = None,
        *,
        provider: str | None = None,
        profile: ClientProfile | None = None,
    ) -> None:
        self.reconciler = Reconciler(provider, profile)
        self.coverage = Coverage()
        self._note, self._reconcile = self.coverage.note, self.reconciler.feed
        self.findings: list[Finding] = []
        self._rules: list[Rule] = []
        self._listeners: dict[type[Change], list[Listener]] = {}
        self._deadlines: list[tuple[int, int, Seat, Callable[[], None]]] = []
        self._numbers = count()
        self._line: int | None = 0
        for rule in rules:
            self._admit(rule, (settings or {}).get(rule.code))

    def connections(self) -> Iterable[Connection]:
        """Give every connection seen."""
        return self.reconciler.connections.values()

    @property
    def horizon(self) -> int:
        """Before which time, in ns, nothing falls due: records that only count may be fed as one up to there."""
        if self.reconciler.told_twice:
            return 0
        return self._deadlines[0][0] if self._deadlines else NEVER

    def at_time(self, seat: Seat, at: Moment, delay_ms: float, act: Callable[[], None]) -> None:
        """Call *act* for *seat* when the recording's time reaches *at* plus *delay_ms*; never, when it ends before."""
        if at.t is not None:
            heapq.heappush(self._deadlines, (at.t + int(delay_ms * NS_PER_MS), next(self._numbers), seat, act))

    def found(self, finding: Finding) -> None:
        """Take a finding from a rule, and note the run of pushes that its act belongs to."""
        connection = self.reconciler.connections.get(finding.at.conn)
        run = connection.run_of(finding.at) if connection else None
        if run is not None:
            finding.run_start = run.first_local or run.first
        self.findings.append(finding)

    def feed(self, record: Record) -> Sequence[Change]:
        """Apply *record*; give its changes after the rules have heard them."""
        self._note(record)
        self._line = record.line
        if self._deadlines and record.t is not None:
            self._expire(record.t)
        changes = self._reconcile(record)
        for change in changes:
            for code, listener in self._listeners.get(type(change), ()):
                try:
                    listener(change)
                except BREAKS as error:
                    self._dismiss(code, error)
        return changes

    def finish(self) -> list[Finding]:
        """Let every rule settle what is open; give the findings of the rules that could judge, in order."""
        self.coverage.directions = self._directions()
        self._line = None
        for rule in self._rules:
            try:
                rule.finish()
            except BREAKS as error:
                self._dismiss(rule.code, error)
            missing = self._missing(rule)
            if missing is not None:
                self.coverage.not_judged[rule.code] = NOT_JUDGED[missing]
        self.coverage.not_judged |= self.coverage.raised
        self.findings = [f for f in self.findings if f.rule not in self.coverage.not_judged]
        self.findings.sort(key=lambda finding: finding.order)
        return self.findings

    def _admit(self, kind: type[Rule], settings: Settings | None) -> None:
        try:
            rule = kind(Seat(self, kind.code), settings)
            self._rules.append(rule)
            for change, method in rule.listeners():
                self._listeners.setdefault(change, []).append((rule.code, getattr(rule, method)))
        except BREAKS as error:
            self._dismiss(kind.code, error)

    def _dismiss(self, code: str, error: BaseException) -> None:
        """Note that the rule *code* has raised: the first time tells, and nobody asks it again."""
        self.coverage.raised.setdefault(code, raised(error, self._line))
        self._rules = [rule for rule in self._rules if rule.code != code]
        self._deadlines = [due for due in self._deadlines if due[2].code != code]
        heapq.heapify(self._deadlines)
        # New lists: whoever is going through the old ones goes on.
        self._listeners = {
            change: [heard for heard in listeners if heard[0] != code] for change, listeners in self._listeners.items()
        }

    def _directions(self) -> frozenset[str]:
        seen = {at.dir for c in self.connections() for at in (c.first_client, c.first_server) if at is not None}
        return frozenset(seen)

    def _missing(self, rule: Rule) -> Need | None:
        have = {
            "time": self.coverage.timed,
            "client": "client" in self.coverage.directions,
            "local": any(c.has_local or (rule.accepts_simulation and c.profile) for c in self.connections()),
        }
        return next((need for need in sorted(rule.needs) if not have[need]), None)

    def _expire(self, now: int) -> None:
        while self._deadlines and self._deadlines[0][0] <= now:
            _, _, seat, act = heapq.heappop(self._deadlines)
            try:
                act()
            except BREAKS as error:
                self._dismiss(seat.code, error)
