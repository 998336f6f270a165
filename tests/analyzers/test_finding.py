"""Findings as they are told: stamps in their sentences, and text of the wire that looks like one."""

import pytest

from rtlog.analyzers.analysis import Analysis
from rtlog.analyzers.finding import render
from rtlog.analyzers.reporting import report_of
from rtlog.analyzers.tape import parse

LOOK_ALIKES = ["\x02-:1\x03", "\x02x:1\x03", "\x02:\x03", f"\x02{'9' * 5000}:1\x03", f"\x021:{'9' * 5000}\x03"]


@pytest.mark.parametrize("text", LOOK_ALIKES, ids=["sign", "letter", "empty", "long time", "long line"])
def test_what_only_looks_like_a_stamp_is_text(text: str):
    assert render(f"{text} ends at \x0282000000:3\x03", 0) == f"{text} ends at T+82"


def test_a_tool_may_be_called_like_a_stamp():
    analysis = Analysis()
    tape = r"""
    0     < response r1
    10    < output r1 fc1 call call_id=c1 name="\u0002-:1\u0003"
    20    < output_done r1 fc1 call call_id=c1 name="\u0002-:1\u0003"
    30    < finished r1 completed
    50    > create m1 user
    60    < added m1 user prev=fc1
    90000 close by=client
    """
    for record in parse(tape):
        analysis.feed(record)
    analysis.finish()

    (finding,) = [finding for finding in report_of(analysis, "tape").findings if finding.rule == "RT401"]
    assert "\x02-:1\x03" in finding.message
