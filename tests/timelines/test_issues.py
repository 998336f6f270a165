"""What is pasted into an issue: every sample as markdown and as a mermaid diagram.

`RTLOG_WRITE_GOLDEN=1 pytest tests/timelines/test_issues.py` writes the golden files again; read what it wrote.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from rtlog.timelines.issue import Issue
from rtlog.timelines.markdown import markdown
from rtlog.timelines.markdown_page import size
from rtlog.timelines.mermaid import length, mermaid
from rtlog.timelines.model import Timeline
from rtlog.timelines.rows import Row, rows
from rtlog.timelines.telling import Teller
from rtlog.timelines.windows import Selection, of_stories

Sample = Callable[..., Timeline]
Tape = Callable[..., Timeline]
GOLDEN = Path(__file__).parent / "golden"


def compare(name: str, text: str) -> None:
    path = GOLDEN / name
    if os.environ.get("RTLOG_WRITE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def shown(timeline: Timeline) -> tuple[Timeline, list[Row], Teller]:
    page = rows(timeline, Selection(of_stories(timeline)))
    return timeline, page, Teller(timeline.names, timeline.epoch, private=False)


def issue_of(timeline: Timeline, title: str = "x.rtlog.jsonl") -> Issue:
    lines = {e.at.line: f'{{"type":"{e.at.type}"}}' for finding in timeline.findings for e in finding.evidence}
    return Issue(title, "some stories", [("client", "livekit-agents 1.4.6"), ("model", "gpt-realtime")], lines)


def crossings(number: int) -> str:
    """Give a tape in which as many calls are deleted while they are open."""
    return "\n".join(
        f"{n * 10} < added fc{n} call call_id=c{n}\n{n * 10 + 1} > delete fc{n} event_id=e{n}\n"
        f"{n * 10 + 2} < deleted fc{n}\n{n * 10 + 3} > create out{n} result call_id=c{n}"
        for n in range(number)
    )


def test_each_sample_in_markdown_reads_as_it_did_when_somebody_looked(sample: str, of_sample: Sample) -> None:
    timeline = of_sample(sample)

    compare(f"{sample}.md", "".join(f"{line}\n" for line in markdown(*shown(timeline), issue_of(timeline))))


def test_each_sample_in_mermaid_reads_as_it_did_when_somebody_looked(sample: str, of_sample: Sample) -> None:
    compare(f"{sample}.mmd", "".join(f"{line}\n" for line in mermaid(*shown(of_sample(sample)), f"{sample}.jsonl")))


def test_the_story_comes_first_then_versions_the_list_and_the_proof(of_sample: Sample) -> None:
    timeline = of_sample("r01")
    text = "\n".join(markdown(*shown(timeline), issue_of(timeline)))
    parts = ["### RT101", "What follows from it:", "What would have prevented it:", "| client |", "### Timeline"]

    places = [text.index(part) for part in [*parts, "* **T+434ms**", "<details>", "// line 131, T+434ms"]]
    assert places == sorted(places)


@pytest.mark.parametrize("limit", [8_000, 12_000, 20_000])
def test_what_is_cut_first_is_what_proves_nothing(limit: int, of_sample: Sample) -> None:
    timeline = of_sample("r01")
    lines = list(markdown(*shown(timeline), issue_of(timeline), limit))
    text = "\n".join(lines)

    assert size(lines) <= limit
    assert "### RT101 in-flight-delete" in text
    assert "// line 131, T+434ms" in text
    assert ("cut here" in text) is (limit < 20_000)


def test_ten_thousand_findings_fit_and_are_counted(of_tape: Tape) -> None:
    timeline = of_tape(crossings(5_000))
    lines = list(markdown(*shown(timeline), issue_of(timeline)))
    text = "\n".join(lines)

    assert len(timeline.findings) >= 10_000
    assert 40_000 < size(lines) < 60_000
    assert "more stories are left out, the least grave" in text
    assert "cut here, " in text


def test_a_diagram_of_ten_thousand_findings_keeps_the_limits_and_says_so(of_tape: Tape) -> None:
    lines = list(mermaid(*shown(of_tape(crossings(5_000))), "x"))

    assert 20_000 < length("\n".join(lines)) < 50_000
    assert sum("->>" in line for line in lines) < 500
    assert any("left out here" in line for line in lines)


def test_every_activation_that_begins_ends(of_tape: Tape) -> None:
    timeline = of_tape("0 < response r1\n1 < response r2\n2 < finished r1 completed\n3 < finished r9 completed")
    lines = [line.strip() for line in mermaid(timeline, rows(timeline), Teller(timeline.names, timeline.epoch), "x")]

    assert lines.count("activate server") == lines.count("deactivate server") == 2


def test_a_pause_is_a_note(of_tape: Tape) -> None:
    timeline = of_tape("0 < added m1 user\n9000 < added m2 user")
    lines = list(mermaid(timeline, rows(timeline), Teller(timeline.names, timeline.epoch), "x"))

    assert "    Note over client,server: ... 9.00 s of nothing ..." in lines


def test_what_a_response_streams_is_one_open_arrow(of_tape: Tape) -> None:
    deltas = "\n".join(f"{n} < audio r1 m1 100" for n in range(2, 9))
    timeline = of_tape(f"0 < response r1\n1 < added m1 assistant\n{deltas}\n20 < added m2 user")
    (stream,) = [
        line for line in mermaid(timeline, rows(timeline), Teller(timeline.names, timeline.epoch), "x") if "-)" in line
    ]

    assert "server-)client: T" in stream
    assert "7 output_audio.delta" in stream


def test_nothing_to_show_is_said(of_tape: Tape) -> None:
    timeline = of_tape("0 < added m1 user")

    assert list(mermaid(timeline, [], Teller(timeline.names, timeline.epoch), "x"))[-1].endswith(": nothing to show")
