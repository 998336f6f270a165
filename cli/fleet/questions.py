"""What is asked of every fleet: ready questions in SQL, over the tables of `rtlog.analyzers.fleet.rows`."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Question:
    """A question, and the column of the answer that is drawn as bars."""

    name: str
    title: str
    sql: str
    bar: str | None = None


RATES: Final = """
SELECT rule, name, sdk,
  count(*) FILTER (EXISTS (FROM findings f WHERE f.recording = r.recording AND f.rule = spoke.rule)) AS found_in,
  count(*) AS judged,
  round(100 * found_in / judged, 2) AS percent
FROM (SELECT DISTINCT rule, name FROM findings) AS spoke
JOIN recordings r ON r.verdict <> 'unreadable' AND NOT list_contains(r.not_judged, spoke.rule)
GROUP BY rule, name, sdk
ORDER BY rule, percent DESC, sdk
"""
FIRST_SEEN: Final = """
SELECT rule, name, kind, min(day) AS first_day, arg_min(sdk, (coalesce(started, 'infinity'), recording)) AS in_sdk,
  arg_min(path, (coalesce(started, 'infinity'), recording)) AS in_recording, count(DISTINCT recording) AS found_in
FROM findings JOIN recordings USING (recording)
GROUP BY rule, name, kind
ORDER BY first_day DESC NULLS LAST, rule, kind
"""
WORST: Final = """
SELECT path, sdk, day, stories, findings,
  (SELECT count(*) FROM findings f WHERE f.recording = r.recording AND severity = 'error') AS errors,
  round(seconds / 60, 1) AS minutes
FROM recordings r
WHERE findings > 0
ORDER BY errors DESC, stories DESC, findings DESC, recording
LIMIT 20
"""
MARGINS: Final = """
SELECT rule, count(*) AS near_misses, count(DISTINCT recording) AS recordings, min(margin_ms) AS least_ms,
  quantile_disc(margin_ms, 0.1) AS p10_ms, quantile_disc(margin_ms, 0.5) AS p50_ms,
  arg_min(path, (margin_ms, recording)) AS nearest_in
FROM near_misses JOIN recordings USING (recording)
GROUP BY rule
ORDER BY near_misses DESC, rule
"""
UNANSWERED: Final = """
SELECT tool, sdk, count(*) AS calls, count(DISTINCT recording) AS recordings,
  round(max(waited_ms) / 1000, 1) AS longest_s, arg_max(path, (coalesce(waited_ms, 0), -recording)) AS longest_in
FROM unanswered_calls JOIN recordings USING (recording)
GROUP BY tool, sdk
ORDER BY calls DESC, tool, sdk
"""
LATENCIES: Final = """
SELECT kind, day, count(ms) AS measured, quantile_disc(ms, 0.5) AS p50_ms, quantile_disc(ms, 0.9) AS p90_ms,
  quantile_disc(ms, 0.95) AS p95_ms, quantile_disc(ms, 0.99) AS p99_ms
FROM latencies JOIN recordings USING (recording)
WHERE kind <> 'ack' AND ms IS NOT NULL
GROUP BY kind, day
ORDER BY kind, day
"""

QUESTIONS: Final = {
    question.name: question
    for question in (
        Question("rates", "How often each rule speaks, by SDK release", RATES, "percent"),
        Question("first-seen", "Since when each kind of finding is there, the newest first", FIRST_SEEN, "found_in"),
        Question("worst", "The sessions with the most errors", WORST, "errors"),
        Question("margins", "How close the near misses are", MARGINS, "near_misses"),
        Question("unanswered", "Which tools were called and never answered", UNANSWERED, "calls"),
        Question("latencies", "Percentiles of latencies, day by day", LATENCIES, "p95_ms"),
    )
}
