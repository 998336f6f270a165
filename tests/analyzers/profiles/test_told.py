"""The client as a header tells it, and the fixes that its release has or lacks."""

from pathlib import Path

import pytest

from rtlog.analyzers.analysis import analyze
from rtlog.analyzers.profiles.fixes import FIXES, fixed_in
from rtlog.analyzers.profiles.releases import profile_of
from rtlog.analyzers.profiles.told import LONGEST, profile_told
from rtlog.analyzers.rules import RULES
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


def test_every_fix_is_of_a_release_that_is_listed_and_read_by_its_rule() -> None:
    codes = {rule.code for rule in RULES}
    for code, fix in FIXES.items():
        assert profile_of(f"{fix.client}@{fix.release}").release
        assert code in codes or code == "RT502"
