"""Keys of many shapes, planted wherever a session has a place for one; and the search for what is left of them.

Some keys tell by their beginning what they are, wherever they stand. Of the others the place alone tells: a header, a
query parameter, a field. Both are repeated in free text once they have stood in their place.
"""

import base64
import html
import json
import random
import re
import string
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass, field
from importlib.resources import files
from io import BytesIO, TextIOWrapper
from pathlib import Path
from urllib.parse import quote, unquote

from rtlog.cli.app import main

WINDOW = 12
"""Characters of a key that nobody may find."""

SAMPLES = Path(str(files("rtlog.recordings.samples")))
WORD = string.ascii_letters + string.digits
URL_SAFE = f"{WORD}-_"

Script = list[tuple[str, dict[str, object]]]
Headers = list[tuple[str, str]]


def letters(chance: random.Random, alphabet: str, count: int) -> str:
    return "".join(chance.choices(alphabet, k=count))


def token(chance: random.Random) -> str:
    """Give a JSON Web Token."""
    head, body = (
        base64.urlsafe_b64encode(json.dumps({name: letters(chance, WORD, 20)}).encode()).decode().rstrip("=")
        for name in ("kid", "sub")
    )
    return f"{head}.{body}.{letters(chance, URL_SAFE, 43)}"


TELLING: tuple[Callable[[random.Random], str], ...] = (
    lambda chance: f"sk-{letters(chance, WORD, 48)}",
    lambda chance: f"sk-proj-{letters(chance, URL_SAFE, 60)}",
    lambda chance: f"sk-svcacct-{letters(chance, URL_SAFE, 60)}",
    lambda chance: f"ek_{letters(chance, '0123456789abcdef', 32)}",
    lambda chance: f"xai-{letters(chance, WORD, 80)}",
    lambda chance: f"AIza{letters(chance, URL_SAFE, 35)}",
    lambda chance: f"gsk_{letters(chance, WORD, 52)}",
    lambda chance: f"hf_{letters(chance, WORD, 34)}",
    lambda chance: f"AKIA{letters(chance, string.ascii_uppercase + string.digits, 16)}",
    lambda chance: f"whsec_{base64.b64encode(chance.randbytes(24)).decode()}",
    token,
)
"""Keys that tell what they are: OpenAI's, xAI's, Google's, Groq's, Hugging Face's, Amazon's, a webhook's, a JWT."""

SILENT: tuple[Callable[[random.Random], str], ...] = (
    lambda chance: letters(chance, "0123456789abcdef", 32),
    lambda chance: letters(chance, WORD, 84),
    lambda chance: base64.b64encode(chance.randbytes(30)).decode(),
    lambda chance: letters(chance, URL_SAFE, 43),
)
"""Keys of which the place alone tells: Azure's old and new, Amazon's second half, an opaque bearer's."""


@dataclass
class Garden:
    """Plants keys by *chance*, and remembers them."""

    chance: random.Random
    keys: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    """Some that have stood in their place."""

    def telling(self) -> str:
        return self._grown(TELLING)

    def silent(self) -> str:
        return self._grown((*SILENT, *TELLING))

    def _grown(self, shapes: tuple[Callable[[random.Random], str], ...]) -> str:
        key = self.chance.choice(shapes)(self.chance)
        self.keys.append(key)
        return key

    def headers(self) -> Headers:
        """Give a client's headers with a key in every one that carries keys."""
        user = base64.b64encode(f"user:{self.silent()}".encode()).decode()
        scheme = self.chance.choice(["Bearer ", "bearer  ", "Token ", ""])
        return [
            ("Authorization", f"{scheme}{self.silent()}"),
            ("Proxy-Authorization", f"Basic {user}"),
            ("api-key", self.silent()),
            ("X-Api-Key", self.silent()),
            ("Ocp-Apim-Subscription-Key", self.silent()),
            ("X-Amz-Security-Token", self.silent()),
            ("Webhook-Signature", f"v1,{self.silent()}"),
            ("Cookie", f"theme=dark; session={self.silent()}"),
            ("Referer", f"https://app.example/call?access_token={self.query(self.silent())}"),
            ("X-Note", f"tested with {self.telling()}, sorry"),
        ]

    def answer_headers(self) -> Headers:
        """Give a server's headers with a key wherever one may stand."""
        return [
            ("Set-Cookie", f"__cf_bm={self.silent()}; path=/; secure"),
            ("X-Request-Id", "req_0123456789abcdef"),
            ("X-Debug", f"key {self.telling()}"),
        ]

    def location(self) -> str:
        """Give an address to which a server sends a client: who it is, and a signature, stand in it."""
        return (
            f"https://user:{self.query(self.silent())}@edge.example/v1/{self.telling()}?model=m&sig="
            f"{self.query(self.silent())}#access_token={self.query(self.silent())}"
        )

    def protocols(self) -> list[str]:
        """Give the subprotocols by which browsers authorize themselves."""
        return ["realtime", f"openai-insecure-api-key.{letters_only(self)}", f"bearer.{letters_only(self)}"]

    def target(self) -> str:
        """Give a request's target."""
        named = self.chance.choice(["api-key", "api_key", "key", "token", "client%5Fsecret", "Access_Token"])
        return f"/v1/realtime?model=gpt-realtime&{named}={self.query(self.silent())}&ticket={self.query(self.silent())}"

    def query(self, key: str) -> str:
        """Give *key* as it stands in a URL; some encode more than they must."""
        return self.chance.choice([quote(key, safe=""), "".join(f"%{ord(each):02X}" for each in key)])

    def session(self) -> dict[str, object]:
        """Give what a session tells of its tools and of its client's key."""
        tool = {
            "type": "mcp",
            "server_label": "crm",
            "server_url": f"https://me:{self.query(self.silent())}@crm.example/mcp?key={self.query(self.silent())}",
            "authorization": self.silent(),
            "headers": {"X-Any": self.silent(), "Nested": {"deep": [self.silent()]}},
        }
        self.told = self.told or [str(tool["authorization"])]
        return {
            "tools": [tool],
            "client_secret": {"value": self.silent(), "expires_at": 1795266872},
            "clientSecret": self.silent(),
            "sip": {"username": "trunk", "auth_password": self.silent()},
        }

    def tool_arguments(self) -> str:
        """Give the arguments of a call, JSON in a string, in which keys stand; one deeper inside once more."""
        inner = json.dumps({"refresh_token": self.silent(), "city": "Rome"})
        return json.dumps(
            {"api_key": self.silent(), "secretKey": self.silent(), "body": inner, "headers": {"X-K": self.silent()}}
        )

    def deep(self) -> object:
        """Give a key many levels down, and one that is a name and no value."""
        held: object = {self.telling(): 1, "said": f"key={self.telling()}"}
        for level in range(self.chance.randrange(40)):
            held = [held] if level % 2 else {"held": held}
        return held

    def words(self) -> str:
        """Give an error's text."""
        return self.chance.choice(
            [
                f"Incorrect API key provided: {self.telling()}. You can find yours at https://platform.openai.com.",
                f"Authorization: Bearer {self.silent()} was refused",
                f"GET https://api.example/v1/realtime?token={self.query(self.silent())} gave 401",
                f"{{'api_key': '{self.silent()}', 'model': 'gpt-realtime'}}",
                f"see {self.query(self.telling())} in the query",
                f'client_secret="{self.silent()}"',
                f"no such key: {self.chance.choice(self.told)}" if self.told else "no such key",
            ]
        )

    def event(self, event: dict[str, object]) -> dict[str, object]:
        """Give *event* with keys in it; what it means stays."""
        planted = json.loads(json.dumps(event))
        planted["rtlog_test"] = {
            "session": self.session(),
            "arguments": self.tool_arguments(),
            "deep": self.deep(),
            "message": self.words(),
        }
        return planted

    def text(self, event: dict[str, object]) -> str:
        """Give *event* as JSON text, written as one of many writers would."""
        said = json.dumps(event, ensure_ascii=self.chance.random() < 1 / 2)
        match self.chance.randrange(3):
            case 0:
                return said.replace("/", "\\/")
            case 1:
                return re.sub(r"(?<=[A-Za-z])-", r"\\u002d", said)
            case _:
                return said

    def malformed(self) -> str:
        """Give text that is no JSON, as a program sends it whose writer broke off."""
        event = {"type": "session.update", "note": self.words(), "session": self.session()}
        text = json.dumps(event)
        return text[: -self.chance.randrange(1, 12)]


def letters_only(garden: Garden) -> str:
    """Give a key that a subprotocol's name can hold."""
    key = letters(garden.chance, URL_SAFE, 43)
    garden.keys.append(key)
    return key


def script_of(name: str) -> Script:
    """Give the events of a sample by the start of its name, with their senders."""
    path = next(SAMPLES.glob(f"{name}-*.rtlog.jsonl"))
    records = [json.loads(line) for line in path.read_bytes().splitlines()]
    return [(record["dir"], record["event"]) for record in records if record.get("dir") in {"client", "server"}]


def printed(arguments: list[str]) -> str:
    """Run `rtlog` in this process; gives what it said on both streams."""
    streams = TextIOWrapper(BytesIO(), encoding="utf-8"), TextIOWrapper(BytesIO(), encoding="utf-8")
    before, sys.argv = sys.argv, ["rtlog", *arguments]
    try:
        with redirect_stdout(streams[0]), redirect_stderr(streams[1]), suppress(SystemExit):
            main()
    finally:
        sys.argv = before
    for stream in streams:
        stream.flush()
    return "\n".join(stream.buffer.getvalue().decode() for stream in streams)


def traces(written: bytes, keys: list[str]) -> list[str]:
    """Give what is left of *keys* in *written*: as it stands there, unescaped, decoded, and out of base64."""
    views = list(_views(written.decode("utf-8", "replace")))
    windows = {key[at : at + WINDOW] for key in keys for at in range(len(key) - WINDOW + 1)}
    found = set()
    for view in views:
        held = {view[at : at + WINDOW] for at in range(len(view) - WINDOW + 1)}
        found |= windows & held
    return sorted(found)


def _views(text: str) -> Iterator[str]:
    yield text
    unescaped = text
    for _ in range(3):
        unescaped = re.sub(r"\\+u([0-9a-fA-F]{4})", lambda match: chr(int(match[1], 16)), unescaped)
        unescaped = re.sub(r"\\+(.)", r"\1", unescaped)
        unescaped = html.unescape(unquote(unescaped))
    yield unescaped
    for run in re.findall(r"[A-Za-z0-9+/]{16,}={0,2}", text):
        yield base64.b64decode(run[: len(run) // 4 * 4]).decode("latin-1")
