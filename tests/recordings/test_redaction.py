import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtlog.recordings.format import AudioPolicy
from rtlog.recordings.message import Policy
from rtlog.recordings.redaction import REDACTED, Redactor
from rtlog.recordings.vocabulary.secrets import MARK_PARTS, TEXT_MARKS

KEY = "sk-proj-Zq8vX2mN4bL6kJ1hG3fD5sA7"


@pytest.mark.parametrize(
    ("name", "value", "clean"),
    [
        ("Authorization", f"Bearer {KEY}", f"Bearer {REDACTED}"),
        ("authorization", "plain-secret-value", REDACTED),
        ("api-key", "0123456789abcdef", REDACTED),
        ("x-api-key", "0123456789abcdef", REDACTED),
        ("xi-api-key", "0123456789abcdef", REDACTED),
        ("x-goog-api-key", "0123456789abcdef", REDACTED),
        ("cf-aig-authorization", "Bearer abcdefgh", f"Bearer {REDACTED}"),
        ("Helicone-Auth", "Bearer abcdefgh", f"Bearer {REDACTED}"),
        ("X-DashScope-WorkSpace", "ws-123", REDACTED),
        ("Cookie", "a=b; c=d", REDACTED),
        ("Set-Cookie", "__cf_bm=abc; path=/", REDACTED),
        ("x-ms-token", "abc", REDACTED),
        ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZQ=="),
        ("x-ratelimit-remaining-tokens", "12", "12"),
        ("OpenAI-Beta", "realtime=v1", "realtime=v1"),
        ("X-Note", f"my key is {KEY}!", f"my key is {REDACTED}!"),
        (
            "Sec-WebSocket-Protocol",
            "realtime, openai-insecure-api-key.ek_68af296e8e408191a1120ab6383263c2, openai-beta.realtime-v1",
            f"realtime, openai-insecure-api-key.{REDACTED}, openai-beta.realtime-v1",
        ),
    ],
)
def test_headers_lose_their_secrets_and_nothing_else(name: str, value: str, clean: str):
    assert Redactor().headers([(name, value)]) == {name.lower(): clean}


def test_repeated_headers_are_joined():
    assert Redactor().headers([("A", "1"), ("a", "2")]) == {"a": "1, 2"}


@pytest.mark.parametrize(
    ("url", "clean"),
    [
        ("/v1/realtime?model=gpt-realtime", "/v1/realtime?model=gpt-realtime"),
        ("/x?key=abc&model=m", f"/x?key={REDACTED}&model=m"),
        ("/x?model=m&apiKey=abc;access_token=t#f", f"/x?model=m&apiKey={REDACTED};access_token={REDACTED}#f"),
        ("/x?api%5Fkey=abc", f"/x?api%5Fkey={REDACTED}"),
        ("/x?key=&a=1", "/x?key=&a=1"),
        ("wss://user:pass@host/v1?token=t", f"wss://host/v1?token={REDACTED}"),
    ],
)
def test_urls_lose_their_secret_parameters(url: str, clean: str):
    assert Redactor().url(url) == clean


def test_events_lose_mcp_authorization_client_secrets_and_keys_in_texts():
    event = {
        "type": "session.updated",
        "session": {
            "tools": [{"type": "mcp", "authorization": "opaque-1", "headers": {"X-Any": "opaque-2", "n": 1}}],
            "client_secret": {"value": "opaque-3", "expires_at": 1},
        },
        "error": {"message": f"Incorrect API key provided: {KEY}."},
        "arguments": '{"api_key": "opaque-4-value", "city": "Rome"}',
        "delta": "Authorization: Bearer abcdefghijklmnop and so on",
    }

    changed = Redactor().event(event)

    text = json.dumps(event)
    assert "opaque" not in text
    assert KEY not in text
    assert "abcdefghijklmnop" not in text
    assert event["arguments"] == f'{{"api_key": "{REDACTED}", "city": "Rome"}}'
    assert event["session"]["client_secret"]["expires_at"] == 1
    assert set(changed) == {
        "session.tools[0].authorization", "session.tools[0].headers.X-Any", "session.client_secret.value",
        "error.message", "arguments", "delta",
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "a risk-assessment-framework-for-you",
        "tokens: 12",
        "the bearer of news",
        "item_ek_1",
        "sk-",
        "password reset",
        "AIzac",
    ],
)
def test_ordinary_words_stay(text: str):
    assert Redactor().text(text) == text


def test_a_secret_once_seen_in_its_place_is_known_everywhere():
    redactor = Redactor()
    redactor.headers([("api-key", "just-some-letters")])

    message = b'{"type":"error","error":{"message":"no such key: just-some-letters"}}'
    line = Policy("keep", redactor).line(message, "server", 1, "wire")

    assert b"just-some-letters" not in line.event
    assert line.elided == {"error.message": "redacted"}


@pytest.mark.parametrize(
    "around", ["%s", "A" * 400 + "/%s", "A" * 400 + "/Bearer abcdefghijklmnop%s", "it is mild. " * 40 + "%s"]
)
def test_a_key_in_the_place_of_audio_is_taken_out_of_it(around: str):
    message = json.dumps({"type": "input_audio_buffer.append", "audio": around % KEY}).encode()

    line = Policy("keep", Redactor()).line(message, "client", 1, "wire")

    assert KEY.encode() not in line.event
    assert line.elided == {"audio": "redacted"}


def test_what_was_no_secret_is_one_once_it_stood_in_its_place():
    redactor, message = Redactor(), b'{"type":"input_audio_buffer.append","audio":"","note":"just-some-letters"}'
    before = redactor.suspects(message), redactor.suspects(message)
    redactor.headers([("api-key", "just-some-letters")])

    assert (before, redactor.suspects(message)) == ((False, False), True)


def test_a_secret_of_letters_that_is_known_is_found_in_the_place_of_audio():
    redactor = Redactor()
    redactor.headers([("api-key", "0123456789abcdef")])
    message = b'{"type":"input_audio_buffer.append","audio":"%b0123456789abcdef"}' % (b"A" * 400)

    assert b"0123456789abcdef" not in Policy("keep", redactor).line(message, "client", 1, "wire").event


def test_nothing_in_a_deep_event_is_out_of_reach():
    message = b'{"type":"x","a":' + b"[" * 900 + b'"%b"' % KEY.encode() + b"]" * 900 + b"}"

    line = Policy("keep", Redactor()).line(message, "server", 1, "wire")

    assert KEY.encode() not in line.encode(1, 1)


plain = st.text(alphabet='abcdefghij "\\\n:,{}éß', max_size=20)
places = st.sampled_from(["text", "authorization", "headers", "client_secret", "arguments", "message", "escaped"])


@given(
    before=plain,
    after=plain,
    place=places,
    depth=st.integers(0, 3),
    audio=st.sampled_from(["meta", "keep"]),
    ascii_only=st.booleans(),
)
def test_a_planted_key_never_reaches_the_disk(
    *, before: str, after: str, place: str, depth: int, audio: AudioPolicy, ascii_only: bool
):
    planted: object = {
        "text": f"{before} {KEY} {after}",
        "authorization": {"authorization": KEY},
        "headers": {"tools": [{"headers": {before: KEY}}]},
        "client_secret": {"client_secret": {"value": KEY}},
        "arguments": json.dumps({"x": before, "key": KEY}),
        "message": f"Bearer {KEY}",
        "escaped": KEY,
    }[place]
    for level in range(depth):
        planted = [planted, before] if level % 2 else {after: planted}
    message = json.dumps({"type": "conversation.item.create", "item": planted}, ensure_ascii=ascii_only)
    if place == "escaped":
        message = message.replace(KEY, "".join(f"\\u{ord(char):04x}" for char in KEY))

    line = Policy(audio, Redactor()).line(message.encode(), "client", 1, "wire").encode(1, 1)

    assert KEY not in json.dumps(json.loads(line))
    assert KEY.encode() not in line


@pytest.mark.parametrize("mark", TEXT_MARKS)
def test_the_quick_search_misses_no_mark(mark: bytes):
    assert MARK_PARTS.search(mark)
