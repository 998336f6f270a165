"""The statistics of a run from its results."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from rtlog.analyzers.statistics import GroupStatistics, RuleStatistics, Statistics
from rtlog.cli.fleet.duck import rows, saying
from rtlog.cli.fleet.results import opened

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

READABLE: Final = "SELECT * FROM recordings WHERE verdict <> 'unreadable' AND ($1 IS NULL OR sdk = $1)"
RULES: Final = f"""
SELECT f.rule, any_value(f.name), arg_max(severity, array_position(['info', 'warning', 'error'], severity)), count(*),
  count(DISTINCT f.recording), count(*) FILTER (caused_by IS NULL)
FROM findings f JOIN ({READABLE}) USING (recording) GROUP BY f.rule ORDER BY count(*) DESC, f.rule
"""  # noqa: S608 - both parts are ours
KINDS: Final = f"""
SELECT rule, kind, count(DISTINCT recording) FROM findings JOIN ({READABLE}) USING (recording)
GROUP BY rule, kind ORDER BY rule, kind
"""  # noqa: S608
NOT_JUDGED: Final = f"""
SELECT code, count(*) FROM (SELECT unnest(not_judged) AS code FROM ({READABLE})) GROUP BY code ORDER BY code
"""  # noqa: S608


def statistics_of_results(path: Path) -> Statistics:
    """Count the results at *path*, all together and by SDK release; raises RtlogError for what are none."""
    with opened(path) as database, saying(f"{path}: cannot be read as a baseline"):
        tool, ran = rows(database, "SELECT tool, rules FROM run")[0]
        total, unreadable = rows(database, "SELECT count(*), count(*) FILTER (verdict = 'unreadable') FROM recordings")[
            0
        ]
        whole = _group(database, None)
        releases = rows(database, "SELECT DISTINCT sdk FROM recordings WHERE verdict <> 'unreadable' ORDER BY sdk")
        return Statistics(
            tool=tool,
            recordings=total,
            unreadable=unreadable,
            findings=whole.findings,
            stories=whole.stories,
            rules=whole.rules,
            ran=ran,
            not_judged=whole.not_judged,
            groups=[_group(database, str(sdk)) for (sdk,) in releases],
        )


def _group(database: "DuckDBPyConnection", sdk: str | None) -> GroupStatistics:
    ((recordings,),) = rows(database, f"SELECT count(*) FROM ({READABLE})", [sdk])  # noqa: S608
    not_judged = {str(code): int(count) for code, count in rows(database, NOT_JUDGED, [sdk])}
    kinds: dict[str, dict[str, int]] = {}
    for rule, kind, count in rows(database, KINDS, [sdk]):
        kinds.setdefault(rule, {})[kind] = count
    rules = [
        RuleStatistics(
            rule=rule,
            name=name,
            severity=severity,
            findings=findings,
            stories=stories,
            recordings=found_in,
            judged=recordings - not_judged.get(rule, 0),
            kinds=kinds[rule],
        )
        for rule, name, severity, findings, found_in, stories in rows(database, RULES, [sdk])
    ]
    return GroupStatistics(
        by="sdk",
        value=sdk or "",
        recordings=recordings,
        findings=sum(rule.findings for rule in rules),
        stories=sum(rule.stories for rule in rules),
        rules=rules,
        not_judged=not_judged,
    )
