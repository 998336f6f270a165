"""Hosts, paths and headers of a recording: what names a provider, a program or a request stays."""

from typing import Final
from urllib.parse import SplitResult, urlsplit, urlunsplit

from rtlog.recordings.scrubbing.pseudonyms import Pseudonyms
from rtlog.recordings.vocabulary.providers import PROVIDERS

HEADERS: Final = frozenset(
    {
        "accept", "accept-encoding", "alt-svc", "apim-request-id", "cache-control", "cf-cache-status", "cf-ray",
        "connection", "content-encoding", "content-length", "content-type", "date", "openai-beta",
        "openai-processing-ms", "openai-version", "pragma", "retry-after", "sec-websocket-accept",
        "sec-websocket-extensions", "sec-websocket-key", "sec-websocket-protocol", "sec-websocket-version", "server",
        "transfer-encoding", "upgrade", "user-agent", "vary", "via", "x-client-request-id", "x-ms-client-request-id",
        "x-ms-region", "x-request-id",
    }
)  # fmt: skip
"""Headers that say nothing of whose session it is. Those of SDKs (`x-stainless-`) neither."""
SDK_HEADERS: Final = "x-stainless-"
QUERY: Final = frozenset({"model", "api-version", "intent"})
"""Query parameters that are the protocol's."""
PATH: Final = frozenset(
    {"v1", "v1beta", "realtime", "openai", "beta", "voice-live", "api", "ws", "compatible-mode", ""}
)
"""Parts of a path that every user of a provider has."""


def header(names: Pseudonyms, name: str, value: str) -> str:
    """Give the value of the header *name* (lower case), scrubbed where it may tell whose session it is."""
    if name in HEADERS or name.startswith(SDK_HEADERS):
        return value
    return host(names, value) if name in {"host", "origin"} else names.text(value)


def url(names: Pseudonyms, text: str) -> str:
    """Give a URL or request target whose host, path and query name nobody."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return names.text(text)
    path = "/".join(part if part.lower() in PATH else names.text(part) for part in parts.path.split("/"))
    query = "&".join(_pair(names, pair) for pair in parts.query.split("&")) if parts.query else ""
    fragment = names.text(parts.fragment)
    return urlunsplit(SplitResult(parts.scheme, host(names, parts.netloc), path, query, fragment))


def host(names: Pseudonyms, text: str) -> str:
    """Give a host name: a provider's stays, and what a customer of it stands before is scrubbed."""
    bare, colon, port = text.rpartition(":")
    if not colon or not port.isdigit():
        bare, colon, port = text, "", ""
    known = next((end for end in PROVIDERS if bare.lower() == end or bare.lower().endswith(f".{end}")), None)
    if known is not None:
        return f"{names.text(bare[: -len(known)])}{bare[-len(known) :]}{colon}{port}"
    return text if bare in {"127.0.0.1", "localhost", "[::1]"} else f"{names.text(bare)}{colon}{port}"


def _pair(names: Pseudonyms, pair: str) -> str:
    name, sign, value = pair.partition("=")
    return pair if name in QUERY else f"{name}{sign}{names.text(value)}"
