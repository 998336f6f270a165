"""What is on the page: folds, idle, windows, and that nothing which proves a finding goes missing in silence."""

from collections.abc import Callable

import pytest

from rtlog.recordings.errors import RtlogError
from rtlog.timelines import windows
from rtlog.timelines.lookup import UnknownNameError, call_of, item_of, response_of
from rtlog.timelines.model import Timeline
from rtlog.timelines.rows import EntryRow, FoldRow, IdleRow, LeftOutRow, Row, rows
from rtlog.timelines.windows import Selection, Window

Tape = Callable[..., Timeline]
Sample = Callable[..., Timeline]

ANSWER = """
0    < response r1
10   < output r1 m1 assistant
11   < added m1 assistant
20   < audio r1 m1 480
30   < words r1 m1
40   < audio r1 m1 480
50   < part_done r1 m1 hello
51   < done m1 assistant
60   < finished r1 completed
3560 < added m2 user prev=m1
"""


def shown_lines(page: list[Row]) -> set[int]:
    return {row.first.line for row in page if isinstance(row, EntryRow)}


def told_lines(page: list[Row]) -> set[int]:
    left_out = {line for row in page if isinstance(row, LeftOutRow) for line in row.evidence}
    return shown_lines(page) | left_out


def evidence_lines(timeline: Timeline) -> set[int]:
    return {at.line for f in timeline.findings for at in (f.at, *(e.at for e in f.evidence))}


def test_bursts_and_what_accompanies_them_are_one_row(of_tape: Tape) -> None:
    (fold,) = [row for row in rows(of_tape(ANSWER)) if isinstance(row, FoldRow)]

    assert dict(fold.counts) == {
        "response.output_audio.delta": 2,
        "response.output_audio_transcript.delta": 1,
        "response.content_part.done": 1,
        "conversation.item.done": 1,
    }


def test_without_folding_every_record_has_its_row(of_tape: Tape) -> None:
    timeline = of_tape(ANSWER)
    page = rows(timeline, fold=False)

    assert sum(isinstance(row, EntryRow) for row in page) == len(list(timeline.moments()))
    assert not any(isinstance(row, FoldRow) for row in page)


def test_a_lone_delta_is_no_fold(of_tape: Tape) -> None:
    page = rows(of_tape("0 < response r1\n10 < audio r1 m1 480\n20 < finished r1 completed"))

    assert [row.first.type for row in page][-2:] == ["response.output_audio.delta", "response.done"]
    assert all(isinstance(row, EntryRow) for row in page)


def test_idle_is_squeezed_and_stated(of_tape: Tape) -> None:
    (idle,) = [row for row in rows(of_tape(ANSWER)) if isinstance(row, IdleRow)]

    assert idle.ns == 3_500_000_000


def test_folding_never_hides_evidence(sample: str, of_sample: Sample) -> None:
    timeline = of_sample(sample)

    assert evidence_lines(timeline) <= shown_lines(rows(timeline))


def test_windows_never_hide_evidence_in_silence(sample: str, of_sample: Sample) -> None:
    timeline = of_sample(sample)
    last = max(at.seq for at in timeline.moments())

    for first in range(0, last, 7):
        page = rows(timeline, Selection((Window(first, first + 11),)))
        assert evidence_lines(timeline) <= told_lines(page)


def test_filters_never_hide_evidence_in_silence(of_sample: Sample) -> None:
    timeline = of_sample("r01")
    page = rows(timeline, Selection(item=item_of(timeline, "msg3")))

    assert evidence_lines(timeline) <= told_lines(page)
    assert shown_lines(page)


def test_the_windows_of_stories_hold_all_their_evidence(sample: str, of_sample: Sample) -> None:
    timeline = of_sample(sample)
    page = rows(timeline, Selection(windows.of_stories(timeline)))

    assert evidence_lines(timeline) <= shown_lines(page)


def test_the_story_of_r1_begins_at_its_first_push(of_sample: Sample) -> None:
    timeline = of_sample("r01")
    page = rows(timeline, Selection(windows.of_stories(timeline)))

    assert isinstance(page[0], LeftOutRow)
    assert (page[1].first.type, timeline.offset(page[1].first)) == ("local.ctx_push_begin", 0.0)


def test_every_record_is_shown_folded_or_counted(sample: str, of_sample: Sample) -> None:
    timeline = of_sample(sample)
    page = rows(timeline, Selection((Window(20, 60),)))
    count = {EntryRow: lambda _: 1, FoldRow: lambda r: r.counts.total(), LeftOutRow: lambda r: r.records}

    assert sum(count[type(row)](row) for row in page if not isinstance(row, IdleRow)) == len(list(timeline.moments()))


@pytest.mark.parametrize("name", ["RT101", "rt101", "in-flight-delete", "FC1", "128", "call_SVI47n47uVGOsSd9", "R4"])
def test_what_a_person_names_is_found(name: str, of_sample: Sample) -> None:
    timeline = of_sample("r01")

    assert rows(timeline, Selection(windows.around(timeline, name)))


def test_around_a_finding_shows_its_evidence_and_what_surrounds_it(of_sample: Sample) -> None:
    timeline = of_sample("r01")
    finding = timeline.findings[0]
    page = rows(timeline, Selection(windows.around(timeline, finding.id, pad_ms=50)))
    offsets = [timeline.offset(row.first) for row in page if isinstance(row, EntryRow)]

    assert {e.at.line for e in finding.evidence} <= shown_lines(page)
    assert (min(offsets), max(offsets)) == (80.0, 1402.0)


def test_a_name_that_is_not_there_is_answered_with_the_nearest(of_sample: Sample) -> None:
    timeline = of_sample("r01")

    with pytest.raises(UnknownNameError, match="nearest: RT10"):
        windows.around(timeline, "RT101-0000")
    with pytest.raises(RtlogError, match="RT105 found nothing in this recording; these did: RT101, RT404"):
        windows.around(timeline, "rt105")
    with pytest.raises(UnknownNameError, match="msg"):
        item_of(timeline, "msg99")


def test_items_responses_and_calls_go_by_label_or_id(of_tape: Tape) -> None:
    timeline = of_tape("0 < response r1\n1 < output r1 fc1 call call_id=c1\n2 < added fc1 call call_id=c1")

    assert item_of(timeline, "FC1") == item_of(timeline, "fc1") == "fc1"
    assert response_of(timeline, "R1") == response_of(timeline, "r1") == "r1"
    assert call_of(timeline, "FC1") == call_of(timeline, "c1") == "c1"


def test_a_line_in_a_burst_is_found(of_tape: Tape) -> None:
    timeline = of_tape(ANSWER)

    assert rows(timeline, Selection(windows.around(timeline, "5", pad_ms=0)))
    with pytest.raises(RtlogError, match="no record in line 400"):
        windows.around(timeline, "400")


def test_windows_that_touch_are_one() -> None:
    assert windows.merged([Window(5, 9), Window(1, 3), Window(4, 4)]) == (Window(1, 9),)
