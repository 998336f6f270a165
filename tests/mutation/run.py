"""Breaks every condition of every rule, one at a time, and says what no example and no sample notices.

`python tests/mutation/run.py [RT101 …]`; exits 1 for a survivor that `explained.toml` does not explain, and for an
explanation that nothing needs. In one process, because each of the two thousand mutants takes some ms here, and a
second as a test run of its own.
"""

import signal
import sys
import tomllib
import types
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from mutants import Mutant, mutants_of

from rtlog.analyzers.analysis import Analysis
from rtlog.analyzers.rule import Rule, Settings
from rtlog.analyzers.rules import RULES
from rtlog.analyzers.tape import parse
from rtlog.recordings import samples
from rtlog.recordings.reader import read
from rtlog.recordings.record import Record

SAMPLES = sorted(Path(str(next(iter(samples.__path__)))).glob("*.rtlog.jsonl"))
EDGES = tomllib.loads((Path(__file__).parents[1] / "analyzers" / "edge_cases.toml").read_text(encoding="utf-8"))
EXPLAINED = Path(__file__).with_name("explained.toml")
LONGEST = 2
"""Seconds after which a mutant that no longer ends counts as noticed."""


@dataclass(frozen=True)
class Session:
    """What a rule is run on, and how many of a finding's items the tests look at (`None`: all)."""

    records: list[Record]
    settings: Settings
    items: int | None = 1
    client: str | None = None


Told = tuple[object, ...]


class TooLongError(Exception):
    """A mutant does not end."""


def told(rule: type[Rule], session: "Session") -> list[Told]:
    """Give what *rule* alone says of *records*, without its words."""
    analysis = Analysis([rule], {rule.code: session.settings}, client=session.client)
    for record in session.records:
        analysis.feed(record)
    analysis.finish()
    findings = [
        (f.severity, f.certainty, f.at.line, tuple(e.at.line for e in f.evidence), f.items[: session.items])
        for f in analysis.findings
    ]
    return [*findings, (analysis.coverage.not_judged.get(rule.code),)]


def sessions(rule: type[Rule]) -> Iterator[Session]:
    """Give what the tests run a rule on: examples, edge cases, and every sample with and without local events."""
    for example in (*rule.bad, *rule.good):
        yield Session(list(parse(example.tape)), example.settings, client=example.client)
    for edge in EDGES.get(rule.code, ()):
        items = None if "items" in edge else 1
        yield Session(list(parse(edge["tape"])), edge.get("settings", {}), items, edge.get("client"))
    yield from RECORDED


RECORDED: list[Session] = []


def compiled(rule: type[Rule], mutant: Mutant, path: Path) -> type[Rule]:
    module = types.ModuleType(rule.__module__)
    exec(compile(mutant.tree, str(path), "exec"), module.__dict__)  # noqa: S102 - our own source
    return next(v for v in vars(module).values() if isinstance(v, type) and getattr(v, "code", "") == rule.code)


def notices(rule: type[Rule], mutant: Mutant, path: Path, wanted: list[tuple[Session, list[Told]]]) -> bool:
    signal.alarm(LONGEST)
    try:
        broken = compiled(rule, mutant, path)
        return any(told(broken, session) != before for session, before in wanted)
    except Exception:  # noqa: BLE001 - a mutant that raises is noticed
        return True
    finally:
        signal.alarm(0)


def survivors(rule: type[Rule]) -> tuple[int, list[Mutant]]:
    path = Path(str(sys.modules[rule.__module__].__file__))
    wanted = [(session, told(rule, session)) for session in sessions(rule)]
    count, left = 0, []
    for mutant in mutants_of(path.read_text(encoding="utf-8")):
        count += 1
        if not notices(rule, mutant, path, wanted):
            left.append(mutant)
    return count, left


def main() -> None:
    def expire(*_: object) -> None:
        raise TooLongError

    signal.signal(signal.SIGALRM, expire)
    for sample in SAMPLES:
        records = list(read(sample))
        RECORDED.append(Session(records, {}))
        RECORDED.append(Session([record for record in records if record.dir != "local"], {}))
    explained = tomllib.loads(EXPLAINED.read_text(encoding="utf-8"))
    chosen = [rule for rule in RULES if not sys.argv[1:] or rule.code in sys.argv[1:]]
    total = unexplained = known = 0
    for rule in chosen:
        count, left = survivors(rule)
        reasons = explained.get(rule.code, {})
        told_off = [f"{rule.code}:{mutant.line} {mutant.what}" for mutant in left if mutant.what not in reasons]
        idle = [
            f"{rule.code} is explained for nothing: {what}" for what in reasons if what not in {m.what for m in left}
        ]
        total, known = total + count, known + len(left) - len(told_off)
        unexplained += len(told_off) + len(idle)
        sys.stdout.writelines(f"{line}\n" for line in (*told_off, *idle))
    noticed = total - known - unexplained
    print(f"{total} mutants of {len(chosen)} rules: {noticed} noticed, {known} explained, {unexplained} to look at")
    sys.exit(unexplained > 0)


if __name__ == "__main__":
    main()
