"""How a story is told: the words of a proof, the lanes, what would have prevented it, the width of a terminal."""

from importlib.resources import files
from io import StringIO
from pathlib import Path

import pytest
from msgspec.structs import replace
from rich.cells import cell_len
from rich.console import Console

from rtlog.analyzers.report import EvidenceReport, FindingReport, RecordingReport, StoryReport
from rtlog.cli.formats.facts import tally
from rtlog.cli.formats.proof import abridged, connectives, new_evidence, prevention
from rtlog.cli.formats.proof_text import as_text
from rtlog.cli.formats.story_text import full, headline
from rtlog.cli.formats.told import stories_of, worst_first
from rtlog.cli.loading import report_file

SAMPLES = sorted(Path(str(files("rtlog.recordings.samples"))).glob("*.jsonl"))


def finding(
    name: str,
    line: int,
    lines: tuple[int, ...] = (),
    *,
    severity: str = "error",
    certainty: str = "proven",
    caused_by: str | None = None,
    prevented_by: tuple[str, ...] = (),
) -> FindingReport:
    evidence = [EvidenceReport(line=n, t_ms=None, dir="server", type="error", note=f"record {n}") for n in lines]
    return FindingReport(
        id=f"{name}-1",
        rule=name,
        name=name.lower(),
        severity=severity,
        certainty=certainty,
        message=f"message of {name}",
        t_ms=None,
        line=line,
        conn=1,
        items=[],
        responses=[],
        calls=[],
        evidence=evidence,
        caused_by=caused_by,
        leads_to=[],
        prevented_by=list(prevented_by),
    )


def recording(*stories: tuple[FindingReport, ...]) -> RecordingReport:
    return RecordingReport(
        path="call.jsonl",
        id="",
        verdict="findings",
        stories=[StoryReport(root=story[0].id, findings=[f.id for f in story]) for story in stories],
        findings=[f for story in stories for f in story],
    )


@pytest.mark.parametrize(
    ("act", "lines", "words"),
    [
        (3, (1, 2, 3, 4, 5), ["given", "", "but", "then", ""]),
        (5, (1, 5), ["given", "but"]),
        (1, (1, 2, 3), ["given", "then", ""]),
        (9, (1, 2), ["given", ""]),
        (4, (4,), ["given"]),
        (4, (), []),
    ],
)
def test_the_act_is_what_speaks_against_what_was_given(act: int, lines: tuple[int, ...], words: list[str]):
    assert connectives(finding("RT1", act, lines)) == words


def test_a_record_that_was_shown_is_not_shown_again():
    root = finding("RT1", 1, (1, 2))
    (story,) = stories_of(recording((root, finding("RT2", 2, (2, 3)), finding("RT3", 4, (1, 3, 4)))))

    assert [[e.line for e in fresh] for fresh in new_evidence(story)] == [[3], [4]]


def test_what_prevents_the_root_is_told_apart_from_what_limits_the_rest():
    root = finding("RT1", 1, prevented_by=("wait", "wait"))
    late = finding("RT2", 2, prevented_by=("wait", "retry"))
    (story,) = stories_of(recording((root, late, finding("RT3", 3, prevented_by=("retry",)))))

    assert prevention(story) == (["wait"], {"RT2": ["retry"]})


def test_a_consequence_of_a_consequence_says_whose_it_is():
    root = finding("RT1", 1)
    direct = finding("RT2", 2, caused_by="RT1-1")
    (story,) = stories_of(recording((root, direct, finding("RT3", 3, caused_by="RT2-1"))))

    lines = as_text(story).splitlines()
    assert "    1. line 2  error[RT2] rt2  :2, proven" in lines
    assert "    2. line 3  error[RT3] rt3  :3, from 1, proven" in lines


def test_short_lanes_are_shown_whole():
    assert abridged(["a", "b"], ["a"]) == ("a, b", "a")


def test_of_long_lanes_the_change_is_shown_with_what_stands_before_it():
    was = [f"msg{number}" for number in range(100)]

    before, after = abridged(was, [*was[:97], "msg99"])

    assert before == "94 more, msg94, msg95, msg96, msg97, msg98, msg99"
    assert after == "94 more, msg94, msg95, msg96, msg99"


def test_what_stands_behind_a_change_is_counted():
    was = [f"msg{number}" for number in range(100)]

    before, after = abridged(was, was[1:])

    assert before == f"{', '.join(was[:16])}, 84 more"
    assert after == f"{', '.join(was[1:17])}, 83 more"


def test_stories_are_counted_by_the_gravest_of_each_and_echoes_apart():
    stories = list(
        stories_of(
            recording(
                (finding("RT1", 1, severity="warning"), finding("RT2", 2)),
                (finding("RT3", 3, severity="info"),),
                (finding("RT4", 4, severity="warning"),),
            )
        )
    )

    assert tally(stories) == "3 stories (1 error, 1 warning, 1 note), 1 consequence"
    assert tally(stories[1:2]) == "1 story (1 note)"
    assert tally([]) == "0 stories"


def test_the_worst_story_is_the_gravest_then_the_surest_then_the_first():
    first = recording((finding("RT1", 1, severity="info"),), (finding("RT2", 2, certainty="likely"),))
    second = recording((finding("RT3", 1),), (finding("RT4", 2, severity="warning"), finding("RT5", 3)))

    assert [story.root.rule for story in worst_first([first, second])] == ["RT3", "RT4", "RT2", "RT1"]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem.partition("-")[0])
@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("ascii_only", [False, True])
def test_every_sample_fits_a_terminal_and_no_event_is_cut(sample: Path, width: int, *, ascii_only: bool):
    report = report_file(sample)
    stream = StringIO()
    console = Console(file=stream, width=width, highlight=False, markup=False, emoji=False, color_system=None)

    for paragraph in full(report, ascii_only=ascii_only):
        console.print(paragraph)

    lines = stream.getvalue().splitlines()
    types = {e.type for f in report.findings for e in f.evidence}
    shown = " ".join(lines)
    assert lines[0].startswith(headline(report).plain[:40])
    assert max(map(cell_len, lines)) <= width
    assert [line for line in lines if line != line.rstrip()] == []
    assert {each for each in types if each not in shown} == set()
    assert not ascii_only or shown.isascii()


def test_text_of_the_wire_is_shown_escaped():
    root = replace(finding("RT1", 1, (1,)), message="said \x1b[2J\r\n\u202e[bold]", id="RT1-\x07")
    (story,) = stories_of(recording((root,)))

    text = as_text(story)
    assert r"said \x1b[2J\r\n\u202e[bold]" in text
    assert [char for char in text if not char.isprintable() and char != "\n"] == []


def test_the_text_of_a_story_is_the_same_wherever_it_is_made(monkeypatch: pytest.MonkeyPatch):
    (story,) = stories_of(recording((finding("RT1", 1, (1,)),)))
    expected = as_text(story)
    for name, value in {"COLUMNS": "20", "FORCE_COLOR": "1", "TERM": "dumb"}.items():
        monkeypatch.setenv(name, value)

    assert as_text(story) == expected
