"""A session without end: what no answer will ever settle is forgotten, the newest is not."""

from rtlog.analyzers.analysis import Analysis
from rtlog.analyzers.rule import Rule
from rtlog.analyzers.rules.rt302_truncate_past_audio_end import TruncatePastAudioEnd
from rtlog.analyzers.rules.rt309_self_interruption import SelfInterruption
from rtlog.analyzers.rules.rt311_empty_user_turn import EmptyUserTurn
from rtlog.analyzers.tape import parse

MANY = 300


def found(rule: type[Rule], lines: list[str]) -> list[tuple[str, ...]]:
    analysis = Analysis([rule])
    for record in parse("\n".join(lines)):
        analysis.feed(record)
    analysis.finish()
    return [finding.items for finding in analysis.findings]


def test_a_turn_that_was_answered_long_ago_is_forgotten_and_the_latest_is_not():
    lines = []
    for turn in range(MANY):
        lines += [
            f"{turn}000 < committed u{turn}",
            f"{turn}001 < added u{turn} user",
            f"{turn}010 < response r{turn}",
            f"{turn}090 < finished r{turn} completed",
        ]
    lines += ['900000 < transcribed u0 ""', f'900001 < transcribed u{MANY - 1} ""']

    assert found(EmptyUserTurn, lines) == [(f"u{MANY - 1}",)]


def test_an_idle_turn_is_told_however_many_turns_follow():
    lines = ["0 < input_audio_buffer.timeout_triggered idle", "1 < committed idle", "2 < response r"]
    for turn in range(1, MANY):
        lines += [f"{turn}000 < committed u{turn}", f"{turn}010 < response r{turn}"]

    assert found(EmptyUserTurn, lines) == [("idle",)]


def test_truncates_that_nobody_answers_are_waited_for_up_to_a_number():
    lines = [
        "0 > truncate m0 1",
        "1 < truncated m0",
        "2 < response r",
        "3 < output r m assistant",
        "4 < added m assistant",
    ]
    lines += ["5 < audio r m 48000", *(f"{10 + n} > truncate m 9000" for n in range(MANY)), "9000 < speech_started u"]

    assert 250 < len(found(TruncatePastAudioEnd, lines)) < MANY


def test_an_interruption_without_transcription_is_told_however_many_there_are():
    lines = ["0 < updated session.input_audio_transcription=null"]
    for turn in range(MANY):
        lines += [
            f"{turn}001 < response r{turn}",
            f"{turn}002 < output r{turn} m{turn} assistant",
            f"{turn}003 < added m{turn} assistant",
            f"{turn}010 < audio r{turn} m{turn} 48000",
            f"{turn}100 < speech_started u{turn}",
            f"{turn}150 < finished r{turn} cancelled turn_detected",
            f"{turn}200 < speech_stopped u{turn}",
            f"{turn}250 < added v{turn} user",
            f'{turn}300 < transcribed v{turn} "words of nobody"',
        ]

    assert len(found(SelfInterruption, lines)) == MANY
