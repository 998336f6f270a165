"""Latencies and near misses of sessions written by hand, of the samples, and of generated ones."""

import os
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path

import pytest
from sessions.acts import choose
from sessions.recorder import records_of
from sessions.session import play, seeded

from rtlog.analyzers.analysis import Analysis
from rtlog.analyzers.latency.document import RecordingStats, recording_stats
from rtlog.analyzers.latency.measurement import Kind
from rtlog.analyzers.latency.percentiles import percentile
from rtlog.analyzers.latency.session_stats import SessionStats
from rtlog.analyzers.rules import RULES
from rtlog.analyzers.tape import parse
from rtlog.recordings.reader import read
from rtlog.recordings.record import Record

SAMPLES = sorted(Path(str(files("rtlog.recordings.samples"))).glob("*.rtlog.jsonl"))
FOLDER = os.environ.get("RTLOG_CAPTURES", "")
CAPTURES = sorted(Path(FOLDER).glob("*.jsonl")) if FOLDER else []
SPOKEN_TURN = """
    0    < speech_started u1
    900  < speech_stopped u1
    901  < committed u1
    902  < added u1 user
    1000 < response r1
    1001 < output r1 m1 assistant
    1002 < added m1 assistant
    1200 < transcribed u1 hello
    1400 < audio r1 m1 4800
    1450 < audio r1 m1 4800
    1900 < finished r1 completed
"""


def stats_of(
    records: Iterable[Record], near_ms: float = 500.0, client: str | None = None
) -> tuple[SessionStats, Analysis]:
    stats, analysis = SessionStats(near_ms), Analysis((), client=client)
    for record in records:
        stats.hear(analysis.feed(record))
    analysis.finish()
    stats.finish()
    return stats, analysis


def measured(tape: str, kind: Kind) -> list[float | None]:
    return [each.ms for each in stats_of(parse(tape))[0].measurements if each.kind is kind]


def near(tape: str, near_ms: float = 500.0) -> list[tuple[str, float, str]]:
    return [(each.rule, each.margin_ms, each.message) for each in stats_of(parse(tape), near_ms)[0].near_misses]


def test_a_spoken_turn_is_measured_from_the_end_of_speech():
    assert measured(SPOKEN_TURN, Kind.USER_TO_RESPONSE) == [100]
    assert measured(SPOKEN_TURN, Kind.USER_TO_AUDIO) == [500]
    assert measured(SPOKEN_TURN, Kind.RESPONSE_TO_AUDIO) == [400]
    assert measured(SPOKEN_TURN, Kind.USER_TO_TRANSCRIPT) == [300]


def test_an_untimed_turn_is_counted_and_not_measured():
    lines = (line.split(None, 1) for line in SPOKEN_TURN.strip().splitlines())
    untimed = "\n".join(f"- {rest}" for _, rest in lines)

    assert measured(untimed, Kind.USER_TO_RESPONSE) == [None]
    assert measured(untimed, Kind.USER_TO_AUDIO) == [None]


def test_push_to_talk_waits_from_the_clients_commit():
    tape = """
    0    < updated session.turn_detection=null
    100  > commit
    150  < committed u1
    151  < added u1 user
    160  > respond
    300  < response r1
    301  < output r1 m1 assistant
    600  < audio r1 m1 4800
    """
    [turn] = stats_of(parse(tape))[0].turns

    assert turn.input == "push-to-talk"
    assert measured(tape, Kind.USER_TO_AUDIO) == [500]
    assert measured(tape, Kind.ACK) == [50, 140]


def test_a_written_message_waits_from_its_create_and_for_text():
    tape = """
    0    < updated session.output_modalities=["text"]
    100  > create u1 user text=hello
    101  > respond response.output_modalities=["text"]
    150  < added u1 user
    200  < response r1 response.output_modalities=["text"]
    260  < output r1 m1 assistant
    900  < finished r1 completed
    """
    assert measured(tape, Kind.USER_TO_RESPONSE) == [100]
    assert measured(tape, Kind.USER_TO_TEXT) == [160]
    assert measured(tape, Kind.USER_TO_AUDIO) == []


def test_a_turn_whose_speech_began_before_the_recording_is_one_turn():
    tape = SPOKEN_TURN.replace("    0    < speech_started u1\n", "")
    [turn] = stats_of(parse(tape))[0].turns

    assert turn.item is not None
    assert (turn.item.text, measured(tape, Kind.USER_TO_AUDIO)) == ("hello", [500])


def test_a_greeting_answers_nobody_and_seeded_history_is_no_turn():
    tape = """
    0    > create u1 user text=hi
    1    > create m1 assistant text=hello
    100  > respond
    200  < response r1
    201  < output r1 m2 assistant
    300  < audio r1 m2 4800
    """
    [turn] = stats_of(parse(tape))[0].turns

    assert turn.input == "none"
    assert measured(tape, Kind.USER_TO_AUDIO) == []
    assert measured(tape, Kind.RESPONSE_TO_AUDIO) == [100]


def test_a_response_that_comes_while_the_user_speaks_on_answers_the_turn_before():
    tape = """
    0    < speech_started u1
    500  < speech_stopped u1
    501  < committed u1
    600  < speech_started u2
    650  < response r1
    1500 < speech_stopped u2
    1501 < committed u2
    1700 < response r2
    """
    first, second = stats_of(parse(tape))[0].turns

    assert [each.label for each in first.responses] == ["R1"]
    assert [each.label for each in second.responses] == ["R2"]


TOOL = """
    0    < response r1
    80   < output r1 fc1 call call_id=c1 name=book
    82   < added fc1 call call_id=c1
    100  < arguments r1 fc1 {}
    110  < finished r1 completed
    400  > create fco result call_id=c1
    410  > respond
    420  < added fco result call_id=c1 prev=fc1
    500  < response r2
    510  < output r2 m1 assistant
    700  < audio r2 m1 4800
"""


def test_a_tool_is_measured_to_its_output_and_to_the_audio_of_the_answer():
    assert measured(TOOL, Kind.CALL_TO_OUTPUT) == [300]
    assert measured(TOOL, Kind.CALL_TO_ANSWER) == [600]


def test_a_response_that_was_asked_for_before_the_output_is_no_answer():
    early = TOOL.replace("410  > respond", "").replace("400  > create", "390  > respond\n    400  > create")

    assert measured(early, Kind.CALL_TO_ANSWER) == []


BARGE_IN = """
    0    < response r1
    1    < output r1 m1 assistant
    10   < audio r1 m1 48000
    500  < speech_started u1
    720  < audio r1 m1 4800
    730  < finished r1 cancelled turn_detected
"""


def test_a_barge_in_is_measured_to_the_last_audio_of_what_it_interrupted():
    turns = stats_of(parse(BARGE_IN))[0].turns

    assert measured(BARGE_IN, Kind.BARGE_IN_TO_AUDIO) == [220]
    assert [turn.interrupted for turn in turns] == [True, False]


def test_a_barge_in_after_the_last_audio_waits_for_nothing():
    assert measured(BARGE_IN.replace("    720  < audio r1 m1 4800\n", ""), Kind.BARGE_IN_TO_AUDIO) == [0]


def test_speech_that_interrupts_nothing_is_no_barge_in():
    off = '0 < updated session.turn_detection={"type":"server_vad","interrupt_response":false}\n' + BARGE_IN
    kept = off.replace("cancelled turn_detected", "completed")

    assert measured(kept, Kind.BARGE_IN_TO_AUDIO) == []


def test_a_finished_response_that_still_plays_has_only_its_player_to_stop():
    tape = """
    0    < response r1
    1    < output r1 m1 assistant
    2    < added m1 assistant
    10   < audio r1 m1 480000
    90   < finished r1 completed
    500  < speech_started u1
    640  L playback_finished m1 ms=600
    """
    assert measured(tape, Kind.BARGE_IN_TO_AUDIO) == []
    assert measured(tape, Kind.BARGE_IN_TO_PLAYER) == [140]


NEAR = {
    "RT101": (
        TOOL.partition("    500")[0] + "    431 > delete fc1\n    500 < deleted fc1",
        31,
        "FC1 was deleted 31 ms after its output was sent",
    ),
    "RT102": (
        "0 < added m1 assistant\n 10 > delete m1\n 30 < added u1 user prev=m1\n 42 < deleted m1",
        12,
        "msg1 was gone 12 ms after msg2 had been put behind it",
    ),
    "RT201": ("0 > respond\n 9900 < response r1", 100, "R1 was created 100 ms before the client's timeout"),
    "RT202": (
        "0 < response r1\n 90 < finished r1 completed\n 97 > respond\n 150 < response r2",
        7,
        "response.create was sent 7 ms after the response.done of R1",
    ),
    "RT302": (
        "0 < response r1\n 1 < output r1 m1 assistant\n 9 < audio r1 m1 48000\n 99 > truncate m1 960",
        40,
        "msg1 was truncated 40 ms below the end of its audio",
    ),
    "RT304": (BARGE_IN, 80, "audio of R1 came 220 ms after its interruption, 80 ms below the line"),
    "RT404": (
        TOOL.partition("    500")[0] + "    425 < deleted fc1",
        25,
        "FC1 was deleted by the server 25 ms after its output was sent",
    ),
}


@pytest.mark.parametrize("code", NEAR)
def test_a_near_miss_is_told_with_its_margin_and_is_no_finding(code: str):
    tape, margin, message = NEAR[code]
    analysis = Analysis([rule for rule in RULES if rule.code == code])
    for record in parse(tape):
        analysis.feed(record)
    analysis.finish()

    assert (code, margin, message) in near(tape)
    assert code not in {rule for rule, _, _ in near(tape, margin - 1)}
    assert analysis.findings == []


@pytest.mark.parametrize(
    ("code", "then"),
    [
        ("RT101", ("431 > delete", "395 > delete")),
        ("RT102", ("42 < deleted", "20 < deleted")),
        ("RT201", ("9900 <", "10100 <")),
        ("RT202", ("97 > respond", "80 > respond")),
        ("RT302", ("m1 960", "m1 1100")),
        ("RT304", ("720  <", "820  <")),
    ],
)
def test_the_wrong_side_of_the_line_is_no_near_miss(code: str, then: tuple[str, str]):
    moved = NEAR[code][0].replace(*then)
    in_order = "\n".join(sorted(moved.strip().splitlines(), key=lambda line: float(line.split()[0])))

    assert moved != NEAR[code][0]
    assert code not in {rule for rule, _, _ in near(in_order)}


def test_an_update_in_one_batch_and_a_refused_delete_are_no_near_misses():
    updated = NEAR["RT101"][0].replace("> delete fc1\n", "> delete fc1\n    432 > create fc1 call call_id=c1\n")
    refused = "0 < added m1 assistant\n 10 > delete m1 event_id=e1\n 30 < error item_delete_invalid_item_id e1"

    assert "RT101" not in {rule for rule, _, _ in near(updated)}
    assert near(refused) == []


def test_percentiles_are_values_that_were_measured():
    assert percentile([], 50) is None
    assert [percentile([10.0, 20.0, 30.0, 40.0], percent) for percent in (0, 25, 50, 51, 95, 100)] == [
        10.0, 10.0, 20.0, 30.0, 40.0, 40.0,
    ]  # fmt: skip


def consistent(stats: SessionStats, analysis: Analysis) -> RecordingStats:
    document = recording_stats(stats, analysis, "a", "b", spoken=False)
    assert all(each.ms is None or each.ms >= 0 for each in stats.measurements)
    assert sum(each.count for each in document.latencies) == len(stats.measurements)
    assert all(0 <= each.margin_ms <= 500 for each in stats.near_misses)
    assert all(row.said is None for row in document.turns)
    return document


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name.partition(".")[0])
def test_every_sample_has_turns_with_latencies(sample: Path):
    document = consistent(*stats_of(read(sample, fold=True)))

    assert document.turns
    assert all(each.p50_ms is not None and each.p50_ms <= each.p95_ms <= each.max_ms for each in document.latencies)


def test_folded_recordings_give_the_same_figures():
    for sample in SAMPLES:
        folded, plain = (stats_of(read(sample, fold=fold))[0] for fold in (True, False))
        assert folded.measurements == plain.measurements
        assert folded.near_misses == plain.near_misses


def test_generated_sessions_are_measured():
    found = set()
    for seed in range(60):
        rng, habits = seeded(seed)
        stats, analysis = stats_of(records_of(play(seed, choose, habits, rng).lines))
        found |= {each.kind for each in consistent(stats, analysis).latencies}

    assert {Kind.USER_TO_AUDIO, Kind.USER_TO_RESPONSE, Kind.CALL_TO_OUTPUT, Kind.ACK} <= found


@pytest.mark.skipif(not CAPTURES, reason="RTLOG_CAPTURES names no folder of real captures")
@pytest.mark.parametrize("capture", CAPTURES or [Path("none")], ids=lambda path: path.stem)
def test_real_sessions_have_counts(capture: Path):
    document = consistent(*stats_of(read(capture, fold=True)))

    assert bool(document.latencies) is not capture.stem.startswith("gemini")
