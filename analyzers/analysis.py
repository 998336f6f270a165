"""One recording, analyzed: feed it records, finish, read verdict, findings, stories and coverage.

with read(path) as reading:
    analysis = analyze(reading)
print(analysis.verdict, [finding.id for finding in analysis.findings])
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rtlog.analyzers.detector import Detector
from rtlog.analyzers.finding import Finding, Severity
from rtlog.analyzers.profiles.releases import profile_of
from rtlog.analyzers.profiles.told import profile_told
from rtlog.analyzers.reconciler.connection import Connection
from rtlog.analyzers.rule import Rule, Settings
from rtlog.analyzers.rules import RULES
from rtlog.analyzers.story import Story, tell
from rtlog.analyzers.verdict import Verdict, about_recording, verdict_of
from rtlog.recordings.damage import Damage
from rtlog.recordings.format import Header
from rtlog.recordings.reader import Reading

if TYPE_CHECKING:
    from rtlog.analyzers.reconciler.changes import Change
    from rtlog.recordings.record import Record

DAMAGE_SHOWN: Final = 100
NOT_MODELLED: Final = "needs events that are modelled"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the reader knows of the file and no record can tell."""

    damage: Sequence[Damage] = ()
    damaged_lines: int = 0
    complete: bool = True
    has_header: bool = True
    foreign: str | None = None
    """The name of another vocabulary that the file speaks, where it was recognised."""
    hint: str | None = None
    """The name of another vocabulary of which the file has some events, among more that could be ours."""


def facts_of(reading: Reading) -> Facts:
    """Give what an exhausted *reading* knows of its file; a torn last line counts as damage."""
    damage = list(reading.damage)
    if reading.torn:
        damage.append(Damage(reading.lines, "the line is torn: the recording is still being written, or was cut off"))
    damaged = len(reading.damage) + reading.torn
    ended = reading.complete and not reading.continued
    return Facts(damage, damaged, ended, reading.has_header, reading.foreign, reading.hint)


def analyze(
    reading: Reading,
    rules: Iterable[type[Rule]] = RULES,
    settings: Mapping[str, Settings] | None = None,
    *,
    provider: str | None = None,
    client: str | None = None,
) -> "Analysis":
    """Analyze all of *reading*; *provider* and *client* replace those that the recording names.

    Raises UnknownClientError for a client that no profile is called by.
    """
    analysis = analysis_for(reading.header, rules, settings, provider=provider, client=client)
    analysis.feed_all(reading)
    analysis.finish(facts_of(reading))
    return analysis


def analysis_for(
    header: Header,
    rules: Iterable[type[Rule]] = RULES,
    settings: Mapping[str, Settings] | None = None,
    *,
    provider: str | None = None,
    client: str | None = None,
) -> "Analysis":
    """Give an analysis to feed with the recording of *header*; see `analyze`."""
    told = None if client else profile_told(header.client, header.sdk)
    return Analysis(
        rules, settings, provider=provider or header.provider, client=client or (told.name if told else None)
    )


class Analysis:
    """The analysis of one recording; *settings* are options by code of a rule.

    *client* names a client profile (`livekit-agents@1.4.6`). Raises UnknownClientError for one that is not known.
    """

    def __init__(
        self,
        rules: Iterable[type[Rule]] = RULES,
        settings: Mapping[str, Settings] | None = None,
        *,
        provider: str | None = None,
        client: str | None = None,
    ) -> None:
        chosen = tuple(rules)
        self.profile = profile_of(client) if client else None
        """What the client is known to do, where it is named."""
        self._detector = Detector(chosen, settings, provider=provider, profile=self.profile)
        self._leads_to = {rule.code: rule.leads_to for rule in chosen}
        self.feed: Callable[[Record], Sequence[Change]] = self._detector.feed
        """Apply a record; gives its changes, for whoever draws along."""
        self.coverage = self._detector.coverage
        self.labels = self._detector.reconciler.labels
        self.findings: list[Finding] = []
        self.stories: list[Story] = []
        self.reason: str | None = None
        self.verdict: Verdict = "clean"
        self._foreign: str | None = None

    def feed_all(self, reading: Reading) -> None:
        """Apply all of *reading*; runs of its records are read as one where no rule could tell."""
        feed, detector = self.feed, self._detector
        reading.horizon = detector.horizon
        for record in reading:
            feed(record)
            reading.horizon = detector.horizon

    def connections(self) -> Iterable[Connection]:
        """Give the state of every connection."""
        return self._detector.connections()

    def finish(self, facts: Facts | None = None) -> None:
        """Settle everything; *facts* are the reader's."""
        facts = facts or Facts()
        coverage = self.coverage
        coverage.damage, coverage.damaged_lines = tuple(facts.damage)[:DAMAGE_SHOWN], facts.damaged_lines
        coverage.complete, coverage.has_header = facts.complete, facts.has_header
        found = self._detector.finish()
        # Vocabularies that share our session and audio events share neither items nor responses with us.
        talked = any(c.items or c.buried or c.responses for c in self.connections())
        self._foreign = facts.foreign or (None if talked else facts.hint)
        self.findings = (
            found if self._foreign is None else [finding for finding in found if about_recording(finding.rule)]
        )
        if self._foreign is not None or not self.modelled:
            self._judge_nothing()
        self.stories = tell(self.findings, self._leads_to)
        self.verdict, self.reason = self.judge(self.findings)

    def _judge_nothing(self) -> None:
        """Say that no rule about sessions could judge: it has seen nothing of one, which is not finding nothing."""
        spoke = {finding.rule for finding in self.findings}
        silent = (code for code in self._leads_to if not about_recording(code) and code not in spoke)
        self.coverage.not_judged |= dict.fromkeys(silent, NOT_MODELLED) | self.coverage.raised

    def settled(self, since: int = 0) -> list[Finding]:
        """Give what the rules have found by now, from the one numbered *since*, in the order of settling.

        Their ids and stories come with `finish`, which may add to them, and drop those of a rule that could not judge.
        """
        return self._detector.findings[since:]

    @property
    def modelled(self) -> int:
        """Events that the reconciler understood."""
        return self._detector.reconciler.modelled

    @property
    def events(self) -> int:
        """Events, each once: what a program told of those that the wire has shown is a copy."""
        return self.coverage.events - self._detector.reconciler.copies

    @property
    def unanswered(self) -> int:
        """Requests that were never answered."""
        return sum(len(c.requests.all_pending()) + c.requests.given_up for c in self.connections())

    @property
    def epoch(self) -> int | None:
        """T+0 in ns: the start of the run of pushes that holds the root act, else the root finding's own record.

        The root is that of the first story about the session, rather than about the recording, that is no mere
        information; else of the first story. Without findings T+0 is the first record.
        """
        if not self.coverage.timed:
            return None
        # A damaged line is a finding without a time: it can be no timeline's T+0.
        roots = [root for root in (story.root for story in self.stories) if (root.run_start or root.at).t is not None]
        ranked = sorted(roots, key=lambda root: root.severity is Severity.INFO or about_recording(root.rule))
        if not ranked:
            return self.coverage.first_t or 0
        return (ranked[0].run_start or ranked[0].at).t

    def judge(self, findings: Iterable[Finding]) -> tuple[Verdict, str | None]:
        """Give the verdict, and why it is inconclusive, were *findings* all that the finished analysis had found."""
        grave = (finding.rule for finding in findings if finding.severity is not Severity.INFO)
        return verdict_of(grave, self.doubt)

    @property
    def doubt(self) -> str | None:
        """Why the finished analysis is inconclusive where nothing is found; `None` where that is clean."""
        coverage = self.coverage
        if self._foreign is not None:
            return f"this protocol is not modelled: {self._foreign}"
        if not self.modelled:
            return "no event of the recording is one that rtlog models"
        if coverage.missing_direction is not None:
            return f"the recording has no {coverage.missing_direction} events"
        if coverage.lossy:
            return "records are missing where they may matter"
        # A rule that breaks is no acquittal: a suite that relies on it would stay green for ever.
        return next((f"{code} {what}" for code, what in coverage.raised.items()), None)
