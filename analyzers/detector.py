"""The engine: streams records through the reconciler and lets the rules listen.

Live and after the fact are the same code: whoever has a record feeds it; the final set of findings is what `finish`
gives.
Deadlines run on the recording's time, never on the wall clock.
"""

import heapq
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import count

from rtlog.analyzers.coverage import Coverage
from rtlog.analyzers.finding import Finding
from rtlog.analyzers.moment import NS_PER_MS, Moment
from rtlog.analyzers.profiles.profile import ClientProfile
from rtlog.analyzers.reconciler.changes import Change
from rtlog.analyzers.reconciler.connection import Connection
from rtlog.analyzers.reconciler.reconciler import Reconciler
from rtlog.analyzers.rule import Need, Rule, Settings
from rtlog.recordings.record import Record

NOT_JUDGED: dict[Need, str] = {
    "time": "needs timestamps",
    "client": "needs the client's events",
    "local": "needs local events",
}


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
        self._rules = [rule(self, (settings or {}).get(rule.code)) for rule in rules]
        self._listeners: dict[type[Change], list[Callable[[Change], None]]] = {}
        for rule in self._rules:
            for kind, method in rule.listeners():
                self._listeners.setdefault(kind, []).append(getattr(rule, method))
        self._deadlines: list[tuple[int, int, Callable[[], None]]] = []
        self._numbers = count()

    def connections(self) -> Iterable[Connection]:
        """Give every connection seen."""
        return self.reconciler.connections.values()

    def later(self, at: Moment, delay_ms: float, act: Callable[[], None]) -> None:
        """Call *act* when the recording's time reaches *at* plus *delay_ms*; never, when it ends before."""
        if at.t is not None:
            heapq.heappush(self._deadlines, (at.t + int(delay_ms * NS_PER_MS), next(self._numbers), act))

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
        if self._deadlines and record.t is not None:
            self._expire(record.t)
        changes = self._reconcile(record)
        for change in changes:
            for listener in self._listeners.get(type(change), ()):
                listener(change)
        return changes

    def finish(self) -> list[Finding]:
        """Let every rule settle what is open; give the findings of the rules that could judge, in order."""
        self.coverage.directions = self._directions()
        for rule in self._rules:
            rule.finish()
            missing = self._missing(rule)
            if missing is not None:
                self.coverage.not_judged[rule.code] = NOT_JUDGED[missing]
        self.findings = [f for f in self.findings if f.rule not in self.coverage.not_judged]
        self.findings.sort(key=lambda finding: finding.order)
        return self.findings

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
            heapq.heappop(self._deadlines)[2]()
