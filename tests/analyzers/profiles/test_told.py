"""The client as a header tells it, and the fixes that its release has or lacks."""

from pathlib import Path

import pytest

from rtlog.analyzers.analysis import Analysis, analyze
from rtlog.analyzers.profiles.fixes import FIXES, fixed_in
from rtlog.analyzers.profiles.releases import profile_of
from rtlog.analyzers.profiles.told import LONGEST, profile_told
from rtlog.analyzers.rule import Example, Rule
from rtlog.analyzers.rules import RULES
from rtlog.analyzers.tape import parse
from rtlog.recordings.reader import read


@pytest.mark.parametrize(
    ("client", "sdk", "name"),
    [
        ("LiveKit Agents", {}, None),
        (None, {}, None),
        ("OpenAI/Python 2.54.0", {}, None),
        ("LiveKit Agents", {"livekit-agents": "1.4.6"}, "livekit-agents@1.4.6"),
        ("livekit-agents/1.5.0 aiohttp/3.10", {}, "livekit-agents@1.5.0"),
        ("node/22 @livekit/agents/1.2.3", {}, "agents-js@1.2.3"),
        ("livekit-agents/unknown", {}, None),
        ("livekit-agents/0.1", {}, None),
        (None, {"livekit-agents": ""}, None),
        ("x" * LONGEST + " livekit-agents/1.5.0", {}, None),
    ],
)
def test_a_header_selects_a_profile_only_by_a_name_with_a_version(
    client: str | None, sdk: dict[str, str], name: str | None
) -> None:
    profile = profile_told(client, sdk)

    assert (profile.name if profile else None) == name


HEADER = b'{"rtlog":1,"client":"livekit-agents/1.7.1"}\n{"dir":"server","event":{"type":"session.created"}}\n'


def test_the_header_of_a_recording_names_the_client_unless_a_person_does(tmp_path: Path) -> None:
    recording = tmp_path / "of-a-client.rtlog.jsonl"
    recording.write_bytes(HEADER)
    with read(recording) as reading:
        told = analyze(reading)
    with read(recording) as reading:
        named = analyze(reading, client="livekit-agents@1.4.6")

    assert told.profile == profile_of("livekit-agents@1.7.1")
    assert named.profile == profile_of("livekit-agents@1.4.6")


def test_a_fix_is_told_where_the_client_may_lack_it() -> None:
    sentence = "livekit-agents 1.7.1 and later put the item at the mirror's tail (livekit/agents#6964)"

    assert fixed_in("RT102") == fixed_in("RT102", profile_of("livekit-agents@1.7.0")) == (sentence,)
    assert fixed_in("RT102", profile_of("livekit-agents@1.7.1")) == ()
    assert fixed_in("RT102", profile_of("agents-js@9.0.0")) == (sentence,)
    assert fixed_in("RT905") == ()


def test_every_fix_is_of_a_release_that_can_be_named() -> None:
    assert {profile_of(f"{fix.client}@{fix.release}").client for fix in FIXES.values()} == {"livekit-agents"}


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.code in FIXES], ids=lambda rule: rule.code)
def test_a_rule_with_a_fix_tells_it_until_the_client_has_it(rule: type[Rule]) -> None:
    fix = FIXES[rule.code]
    tapes = [example for example in rule.bad if example.client is None]

    unnamed = [sentences(rule, example, None) for example in tapes]
    fixed = [sentences(rule, example, f"{fix.client}@{fix.release}") for example in tapes]

    assert any(fix.sentence in told for told in unnamed)
    assert not any(fix.sentence in told for told in fixed)
    assert all(told - {fix.sentence} or not told for told in fixed), "without the fix a mitigation is left"


def sentences(rule: type[Rule], example: Example, client: str | None) -> set[str]:
    analysis = Analysis([rule], {rule.code: example.settings}, client=client)
    for record in parse(example.tape):
        analysis.feed(record)
    analysis.finish()
    return {sentence for finding in analysis.findings for sentence in finding.prevented_by}
