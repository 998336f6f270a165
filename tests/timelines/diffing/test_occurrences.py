"""What of a recording is compared: turns and steps, without what only counts or accompanies."""

from collections.abc import Callable

import pytest

from rtlog.analyzers.tape import parse
from rtlog.timelines.diffing.occurrences import Session

Build = Callable[..., Session]

SESSION = """
0    < session
10   > append 4800
100  < speech_started m1
110  > append 4800
500  < speech_stopped m1
510  < committed m1
520  < added m1 user
530  < done m1 user
560  < response r1
570  < output r1 a1
571  < added a1 assistant prev=m1
580  < words r1 a1
590  < audio r1 a1 4800
600  < words r1 a1
610  < audio r1 a1 4800
700  < response.output_audio_transcript.done item_id=a1 transcript=Hello
710  < part_done r1 a1 Hello
720  < rate_limits.updated
730  < finished r1 completed
800  < transcribed m1 "Hi there"
"""


@pytest.fixture
def of_tape(of_records: Build) -> Callable[[str], Session]:
    return lambda tape: of_records(parse("bare\n" + tape))


def told(session: Session) -> list[list[str]]:
    return [[occurrence.at.type for occurrence in turn.occurrences] for turn in session.turns]


def test_steps_are_what_happened_and_of_deltas_the_first_of_each_type(of_tape: Callable[[str], Session]) -> None:
    assert told(of_tape(SESSION)) == [
        ["session.created"],
        [
            "input_audio_buffer.speech_started",
            "input_audio_buffer.speech_stopped",
            "input_audio_buffer.committed",
            "conversation.item.added",
            "response.created",
            "response.output_item.added",
            "conversation.item.added",
            "response.output_audio_transcript.delta",
            "response.output_audio.delta",
            "response.output_audio_transcript.done",
            "response.done",
            "conversation.item.input_audio_transcription.completed",
        ],
    ]


def test_the_next_response_has_first_deltas_of_its_own(of_tape: Callable[[str], Session]) -> None:
    again = "900 < response r2\n910 < output r2 a2\n920 < audio r2 a2 4800\n930 < audio r2 a2 4800"
    types = [event_type for turn in told(of_tape(SESSION + again)) for event_type in turn]

    assert types.count("response.output_audio.delta") == 2


def test_a_turn_has_the_users_words_however_late_they_come(of_tape: Callable[[str], Session]) -> None:
    late = SESSION.replace('800  < transcribed m1 "Hi there"', "800 < speech_started m2\n810 < committed m2")
    session = of_tape(late + '820 < transcribed m1 "Hi there"')

    assert [(turn.item, turn.text) for turn in session.turns] == [(None, None), ("m1", "Hi there"), ("m2", None)]


@pytest.mark.parametrize(
    ("tape", "turns"),
    [
        ("0 < committed m1\n9 < committed m2", 2),
        ("0 > create m1 user\n9 > create m1 user", 1),
        ("0 > create m1 assistant\n9 > create m2 system", 0),
        ("0 < speech_started\n5 < committed\n9 < speech_started", 2),
        ("0 < speech_started m1\n5 < speech_started m1\n9 < committed m1", 1),
        ("0 < committed\n9 < committed", 2),
    ],
    ids=["push to talk", "typed, told twice", "nobody speaks", "without ids", "begun twice", "commits without ids"],
)
def test_a_turn_begins_where_the_user_does(tape: str, turns: int, of_tape: Callable[[str], Session]) -> None:
    assert len(of_tape(tape).turns) - 1 == turns


def test_what_proves_a_finding_is_a_step_whatever_it_is(of_tape: Callable[[str], Session]) -> None:
    cut = SESSION.replace("600  < words r1 a1\n", "")
    late = cut.replace("720  < rate_limits.updated", "") + "".join(
        f"{900 + i} < audio r1 a1 4800\n" for i in range(0, 100, 10)
    )
    session = of_tape(late)
    marked = {mark.finding.rule for occurrence in session.occurrences for mark in occurrence.marks}

    assert {finding.rule for finding in session.timeline.findings if finding.at.line} <= marked
    assert marked


def test_a_hooks_copy_of_the_wire_is_no_step_of_its_own(of_records: Build) -> None:
    records = list(parse("bare\n0 > respond\n1 > respond"))
    records[1].src = "sdk"

    assert told(of_records(records)) == [["response.create"]]
