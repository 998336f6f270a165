"""`--output-format sarif`, checked against the standard's rules and GitHub's limits."""

import json
import re
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from subprocess import CompletedProcess
from urllib.parse import unquote

from jsonschema import Draft4Validator

from rtlog.analyzers.report import FindingReport, RecordingReport, StoryReport
from rtlog.cli.formats.sarif import write

Analyze = Callable[..., CompletedProcess[bytes]]
Sample = Callable[[str], Path]

SCHEMA = json.loads((Path(__file__).parent / "sarif-2.1.0-subset.schema.json").read_text())
URI_REFERENCE = re.compile(r"([a-z][a-z0-9+.-]*:)?(%[0-9A-F]{2}|[A-Za-z0-9._~/@!$&'()*+,;=-])*")
"""RFC 3986 without query and fragment; a colon stands only behind the scheme."""


def parsed(document: bytes | str) -> dict:
    """Parse and validate the document; gives its run."""
    log = json.loads(document)
    Draft4Validator(SCHEMA).validate(log)
    (run,) = log["runs"]
    for location in locations(run):
        assert URI_REFERENCE.fullmatch(location["physicalLocation"]["artifactLocation"]["uri"])
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
    return run


def locations(value: object) -> list[dict]:
    """Give every location in *value*."""
    if isinstance(value, dict):
        own = [value] if "physicalLocation" in value else []
        return own + [found for child in value.values() for found in locations(child)]
    return [found for child in value for found in locations(child)] if isinstance(value, list) else []


def line(location: dict) -> int:
    return location["physicalLocation"]["region"]["startLine"]


def test_the_schema_refuses_what_the_standard_does_not_know():
    log = {"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "rtlog"}}, "results": [{"level": "fatal"}]}]}

    assert len(list(Draft4Validator(SCHEMA).iter_errors(log))) == 2
    assert list(Draft4Validator(SCHEMA).iter_errors({"version": "2.0.0"}))


def test_a_story_is_one_result_with_its_proof(analyze: Analyze, sample: Sample):
    folder = sample("r01").parent
    done = analyze(sample("r01"), "--output-format", "sarif", cwd=folder)

    (result,) = parsed(done.stdout)["results"]
    assert done.returncode == 1
    assert (result["ruleId"], result["level"]) == ("RT101", "error")
    assert result["message"]["text"].startswith("FC1 was deleted while its call was open: ")
    assert result["message"]["text"].endswith("5 more findings because of it: RT404, RT102, RT104.")
    (place,) = result["locations"]
    assert place["physicalLocation"]["artifactLocation"]["uri"] == sample("r01").name
    assert line(place) == 128
    assert [line(related) for related in result["relatedLocations"]] == [111, 125, 128, 131, 133, 135]
    assert result["partialFingerprints"]["rtlogFindingId/v1"] == result["properties"]["id"]


def test_the_code_flow_tells_every_record_of_the_story_once_and_in_order(analyze: Analyze, sample: Sample):
    done = analyze(sample("r03"), "--output-format", "sarif")

    (result,) = parsed(done.stdout)["results"]
    ((flow,),) = [each["threadFlows"] for each in result["codeFlows"]]
    steps = [(line(step["location"]), step["nestingLevel"], step["importance"]) for step in flow["locations"]]
    assert steps == [
        (69, 1, "important"),
        (89, 1, "important"),
        (96, 0, "essential"),
        (109, 0, "essential"),
        (110, 1, "important"),
        (111, 1, "important"),
    ]
    assert [step["executionOrder"] for step in flow["locations"]] == [1, 2, 3, 4, 5, 6]


def test_rules_that_occurred_are_described(analyze: Analyze, sample: Sample):
    done = analyze(sample("r03"), sample("r05"), "--output-format", "sarif")

    rules = parsed(done.stdout)["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["RT102", "RT103", "RT104", "RT106", "RT301"]
    for rule in rules:
        assert rule["shortDescription"]["text"]
        assert rule["fullDescription"]["text"]
        assert "**What to do.**" in rule["help"]["markdown"]
        assert rule["defaultConfiguration"]["level"] in {"error", "warning", "note"}


def test_what_could_not_be_judged_or_read_is_a_notification(analyze: Analyze, unjudged: Path):
    unjudged.with_name("empty.jsonl").write_bytes(b"")
    done = analyze(unjudged, "empty.jsonl", "--output-format", "sarif")

    run = parsed(done.stdout)
    (invocation,) = run["invocations"]
    told = [(n["level"], n["message"]["text"].partition(":")[0]) for n in invocation["toolExecutionNotifications"]]
    assert done.returncode == 2
    assert [result["level"] for result in run["results"]] == ["note"]
    assert invocation["executionSuccessful"] is False
    assert [each for each in told if each[0] != "note"] == [("warning", "inconclusive"), ("error", "unreadable")]
    assert ("note", "not judged") in told


def test_files_are_named_as_the_checkout_sees_them(analyze: Analyze, sample: Sample, tmp_path: Path):
    inside = tmp_path / "job" / "my recordings"
    inside.mkdir(parents=True)
    copy = inside / "r03 (é).rtlog.jsonl"
    copy.write_bytes(sample("r03").read_bytes())

    from_below = analyze(copy.name, "--output-format", "sarif", cwd=inside, GITHUB_WORKSPACE=str(tmp_path))
    from_elsewhere = analyze(sample("r03"), "--output-format", "sarif")
    from_stdin = analyze("-", "--output-format", "sarif", stdin=copy.read_bytes())

    uris = [locations(parsed(done.stdout))[-1] for done in (from_below, from_elsewhere, from_stdin)]
    below, elsewhere, stdin = (each["physicalLocation"]["artifactLocation"]["uri"] for each in uris)
    assert below == "job/my%20recordings/r03%20%28%C3%A9%29.rtlog.jsonl"
    assert elsewhere == f"file://{sample('r03')}"
    assert stdin == "stdin"


def test_hostile_text_makes_no_link_and_no_placeholder(analyze: Analyze, hostile: Path):
    done = analyze(hostile, "--output-format", "sarif", cwd=hostile.parent)

    run = parsed(done.stdout)
    texts = [location["message"]["text"] for location in locations(run) if "message" in location]
    (quoting,) = [text for text in texts if "onerror" in text]
    assert "[link] (https://evil.example)" in quoting
    assert "{{0}}" in quoting
    assert not re.search(r"\]\(|(?<!\{)\{\d\}(?!\})", quoting)
    uri = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert unquote(uri) == hostile.name


def test_of_many_stories_the_worst_are_written_and_the_rest_is_counted():
    def finding(number: int) -> FindingReport:
        severity = "error" if number >= 5_100 else "warning"
        return FindingReport(
            id=f"RT107-{number}",
            rule="RT107",
            name="unknown-item",
            severity=severity,
            certainty="likely",
            message=f"story {number}",
            t_ms=None,
            line=number + 1,
            conn=1,
            items=[],
            responses=[],
            calls=[],
            evidence=[],
            caused_by=None,
            leads_to=[],
            prevented_by=[],
        )

    findings = [finding(number) for number in range(5_101)]
    stories = [StoryReport(root=each.id, findings=[each.id]) for each in findings]
    report = RecordingReport(path="big.jsonl", id="", verdict="findings", stories=stories, findings=findings)
    stream = StringIO()

    write([report], stream)

    run = parsed(stream.getvalue())
    levels = [result["level"] for result in run["results"]]
    (note,) = run["invocations"][0]["toolExecutionNotifications"]
    assert levels == ["error"] + ["warning"] * 4_999
    assert run["results"][1]["message"]["text"] == "story 0."
    assert note["message"]["text"].startswith("101 stories left out")


def test_the_same_recordings_give_the_same_bytes(analyze: Analyze, sample: Sample, tmp_path: Path):
    files = [sample("r01"), sample("r10")]
    first = analyze(*files, "--output-format", "sarif", LC_ALL="C", PYTHONUTF8="0")
    analyze(*files, "--output-format", "sarif", "-o", "report.sarif")

    assert first.stdout == (tmp_path / "report.sarif").read_bytes()
