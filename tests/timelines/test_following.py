"""A timeline that grows tells the same as the one that is drawn when all is over."""

from importlib.resources import files
from pathlib import Path

import pytest

from rtlog.analyzers.analysis import Analysis, Facts
from rtlog.analyzers.finding import Finding
from rtlog.analyzers.rules import RULES
from rtlog.analyzers.tape import parse
from rtlog.recordings.reader import read
from rtlog.recordings.record import Record
from rtlog.timelines.builder import TimelineBuilder
from rtlog.timelines.choice import Choice
from rtlog.timelines.drawing import LINES
from rtlog.timelines.following import Following
from rtlog.timelines.foreseeing import HOLD_NS, Foreseen, key_of
from rtlog.timelines.live_drawing import LiveLanes, LiveList
from rtlog.timelines.model import Timeline
from rtlog.timelines.points import points
from rtlog.timelines.rows import EntryRow, FoldRow, IdleRow, LeftOutRow, Row, rows
from rtlog.timelines.swimlanes import draw
from rtlog.timelines.t_list import told
from rtlog.timelines.telling import Teller
from rtlog.timelines.windows import Selection

SAMPLES = Path(str(files("rtlog.recordings.samples")))
ALL = Selection()


def records_of(sample: str) -> list[Record]:
    (path,) = SAMPLES.glob(f"{sample}-*.rtlog.jsonl")
    with read(path) as reading:
        return list(reading)


def follow(records: list[Record], wanted: Selection = ALL, *, fold: bool = True) -> tuple[Following, list[Row]]:
    following = Following(Analysis(), wanted, fold=fold, real_ids=False, private=True)
    page = [row for record in records for row in following.feed(record) if not isinstance(row, Finding)]
    page += following.rest()
    return following, page


def unmarked(records: list[Record], *, real_ids: bool = False) -> Timeline:
    """Give the finished timeline as it is where nobody knows the findings yet."""
    analysis, builder = Analysis(rules=()), TimelineBuilder()
    for record in records:
        builder.feed(record, analysis.feed(record))
    analysis.finish()
    return builder.build(analysis, real_ids=real_ids)


def shape(page: list[Row]) -> list[tuple[str, int, int, dict[str, int]]]:
    counts = [dict(row.counts) if isinstance(row, FoldRow) else {} for row in page]
    return [(type(r).__name__, r.first.line, r.last.line, c) for r, c in zip(page, counts, strict=True)]


@pytest.mark.parametrize("fold", [True, False])
def test_the_rows_are_those_of_the_finished_timeline(sample: str, *, fold: bool) -> None:
    records = records_of(sample)

    assert shape(follow(records, fold=fold)[1]) == shape(rows(unmarked(records), fold=fold))


def test_the_lanes_are_drawn_as_in_the_finished_timeline(sample: str) -> None:
    records = records_of(sample)
    following = Following(Analysis(), ALL, fold=True, real_ids=True, private=True)
    drawing = LiveLanes(following, LINES)
    lines = [
        line for r in records for row in following.feed(r) if not isinstance(row, Finding) for line in drawing.row(row)
    ]
    lines += [line for row in following.rest() for line in drawing.row(row)]
    lines += drawing.rest()
    timeline = unmarked(records, real_ids=True)
    timeline.epoch = records[0].t
    whole = draw(timeline, rows(timeline), Teller(timeline.names, timeline.epoch), LINES)

    assert [bodies(line) for line in lines] == [bodies(line) for line in whole][2:]


def bodies(line: object) -> str:
    return "".join(segment.text for segment in line.body)  # type: ignore[attr-defined]


def test_a_list_tells_each_point_once(sample: str) -> None:
    records = records_of(sample)
    following = Following(Analysis(), ALL, fold=True, real_ids=False, private=True)
    drawing = LiveList(following, LINES)
    lines = [
        line for r in records for row in following.feed(r) if not isinstance(row, Finding) for line in drawing.row(row)
    ]
    lines += [line for row in following.rest() for line in drawing.row(row)]
    lines += drawing.rest()
    timeline = unmarked(records)
    teller = Teller(timeline.names, records[0].t)
    whole = [
        line
        for point in points(rows(timeline))
        if not isinstance(point, LeftOutRow)
        for line in told(point, teller, LINES)
    ]

    assert [line.lead[0].text for line in lines] == [line.lead[0].text for line in whole]


def test_a_row_comes_with_its_record_and_a_fold_when_it_can_grow_no_more() -> None:
    tape = """
    0    < response r1
    10   < audio r1 m1 480
    20   < audio r1 m1 480
    30   < finished r1 completed
    """
    following = Following(Analysis(), ALL, fold=True, real_ids=False, private=True)
    *_, second, third, last = begun = list(parse(tape))
    for record in begun[:-3]:
        assert [type(row) for row in following.feed(record)] == [EntryRow]

    assert list(following.feed(second)) == []
    assert list(following.feed(third)) == []
    assert following.fold is not None
    assert following.fold.counts.total() == 2
    assert [type(row) for row in following.feed(last)] == [FoldRow, EntryRow]
    assert following.fold is None


def test_the_memory_of_what_was_given_is_let_go() -> None:
    following, page = follow(records_of("r01"))

    assert len(page) > 50
    assert len(following._page._rows) <= 1
    assert following._builder.elements == []


def test_a_label_means_its_item_once_it_is_there() -> None:
    records = records_of("r01")
    _, page = follow(records, Selection(item="FC1"))
    by_id = follow(records, Selection(item=next(e.items[0] for e in entries(page))))[1]

    assert entries(page)
    assert shape(page) == shape(by_id)
    assert isinstance(page[-1], LeftOutRow)


def entries(page: list[Row]) -> list[object]:
    return [row.entry for row in page if isinstance(row, EntryRow)]


def test_responses_and_calls_go_by_label_too() -> None:
    records = records_of("r01")
    of_response = entries(follow(records, Selection(response="R2"))[1])
    of_call = entries(follow(records, Selection(call="FC1"))[1])

    assert {entry.response for entry in of_response} == {of_response[0].response}
    assert {entry.call for entry in of_call} == {of_call[0].call}


def test_types_and_lanes_are_chosen_on_the_way() -> None:
    records = records_of("r01")
    page = follow(records, Selection(choice=Choice(("response",), (), frozenset({"server"}))))[1]
    shown = [row.first for row in page if isinstance(row, EntryRow)]

    assert {at.dir for at in shown} == {"server"}
    assert all(at.type.startswith("response.") for at in shown)


def test_idle_is_told_before_what_ends_it() -> None:
    page = follow(list(parse("0 < response r1\n3000 < finished r1 completed")))[1]

    assert [type(row) for row in page[-3:]] == [EntryRow, IdleRow, EntryRow]


def look_ahead(records: list[Record], client: str | None) -> tuple[list[Finding], list[Finding]]:
    """Give what is told early when somebody looks after each record and right before the next, and the final set."""
    foreseen, early = Foreseen(), []
    for number, record in enumerate(records, 1):
        until = records[number].t if number < len(records) else record.t
        if record.t is None or until is None:
            return [], []
        found = finished(records[:number], client)
        early += foreseen.look(found, record.t)
        early += foreseen.look(found, max(record.t, until - 1))
    return early, finished(records, client)


def finished(records: list[Record], client: str | None) -> list[Finding]:
    analysis = Analysis(RULES, client=client)
    for record in records:
        analysis.feed(record)
    analysis.finish(Facts())
    return analysis.findings


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_what_is_told_early_holds_at_the_end(rule: type) -> None:
    for example in (*rule.bad, *rule.good):
        early, final = look_ahead(list(parse(example.tape)), example.client)

        assert {key_of(finding) for finding in early} <= {key_of(finding) for finding in final}, example


def test_what_is_proven_is_told_once_it_has_stood() -> None:
    (proven,) = [f for f in finished(records_of("r01"), None) if f.rule == "RT101"]
    foreseen = Foreseen()

    assert foreseen.look([proven], 0) == []
    assert foreseen.look([proven], HOLD_NS - 1) == []
    assert foreseen.look([proven], HOLD_NS) == [proven]
    assert foreseen.look([proven], 2 * HOLD_NS) == []


def test_what_does_not_stay_is_never_told() -> None:
    (proven,) = [f for f in finished(records_of("r01"), None) if f.rule == "RT101"]
    foreseen = Foreseen()
    foreseen.look([proven], 0)
    foreseen.look([], HOLD_NS // 2)

    assert foreseen.look([proven], HOLD_NS) == []


def test_what_was_foreseen_is_not_told_again_at_the_end_and_what_grew_is() -> None:
    records = records_of("r01")
    following, _ = follow(records)
    final = finished(records, None)
    told = following.foresee(final, 0) + following.foresee(final, HOLD_NS)
    late = list(following.finish(Facts()))

    assert {finding.rule for finding in told} == {"RT101", "RT404", "RT102", "RT104"}
    assert late == []
    assert following.withdrawn() == []
