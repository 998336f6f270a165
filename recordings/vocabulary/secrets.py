"""Where realtime clients, providers and gateways carry secrets, and what a secret looks like in free text.

Sources: the authentication pages of OpenAI, Azure, xAI, ElevenLabs, Inworld, Qwen, Gemini, Cloudflare,
Helicone, Portkey.
"""

import re
from typing import Final

SECRET_HEADER_WORDS: Final = frozenset(
    {
        "authorization",
        "auth",
        "token",
        "secret",
        "cookie",
        "apikey",
        "password",
        "signature",
        "credential",
        "jwt",
    }
)
"""A header whose name has one of these words between its hyphens carries a secret."""

SECRET_HEADER_PARTS: Final = ("api-key", "access-key", "subscription-key", "x-dashscope-")
"""A header whose name has one of these parts carries a secret."""

SUBPROTOCOL_HEADER: Final = "sec-websocket-protocol"
SECRET_SUBPROTOCOLS: Final = ("openai-insecure-api-key.", "cf-aig-authorization.", "authorization.", "bearer.")
"""Beginnings of a subprotocol whose rest is a secret: browsers have no other place for one."""

SECRET_QUERY_KEYS: Final = frozenset(
    {
        "key",
        "api_key",
        "apikey",
        "api-key",
        "access_token",
        "token",
        "auth",
        "authorization",
        "signature",
        "sig",
        "secret",
        "client_secret",
        "ephemeral_token",
        "password",
        "credential",
        "jwt",
        "ticket",
        "x-amz-signature",
        "x-amz-credential",
        "x-amz-security-token",
        "x-goog-signature",
        "x-goog-credential",
    }
)
"""Query parameters that are secrets, in lower case."""

SECRET_FIELDS: Final = frozenset(
    {
        "authorization",
        "api_key",
        "apikey",
        "api-key",
        "x-api-key",
        "xi-api-key",
        "access_token",
        "accesstoken",
        "refresh_token",
        "ephemeral_key",
        "ephemeral_token",
        "password",
        "secret",
        "secret_key",
        "client_secret",
    }
)
"""Fields of an event that are secrets wherever they stand, in lower case. An object's strings are all taken."""

TOOL_HEADERS: Final = "headers"
"""An MCP tool's headers: every value may be a secret."""

TEXT_MARKS: Final = (
    b"auth", b"headers", b"key", b"token", b"password", b"secret", b"bearer", b"basic", b"sk-", b"ek_", b"eyj", b"xai-",
    b"aiza", b"gsk_", b"hf_",
)  # fmt: skip
"""An event without any of these, in lower case, and without escapes needs no closer look."""

MARK_PARTS: Final = re.compile(rb"k(?:ey|en|[-_])|uth|ders|word|cret|b(?:eare|asic)|yj|xai|za|f_")
"""A part of every mark, chosen to begin with a rare letter: one search of 2 us where the marks take 7."""

SECRET_TEXT: Final = re.compile(
    r"""
      (?P<scheme> \b (?:bearer|basic) \s+ ) [A-Za-z0-9._~+/=-]{12,}
    | (?P<name> \b (?:authorization|(?:x-|xi-)?api[-_]?key|access[-_]?token|client[-_]?secret|password)
        ["'\\]* \s* [:=] \s* ["'\\]* (?: (?:bearer|basic|token) \s+ )? ) [^\s"'\\,;&{}\[\]]{6,}
    | (?<![A-Za-z0-9]) (?: sk-[A-Za-z0-9_-]{12,} | ek_[A-Za-z0-9_-]{8,} | xai-[A-Za-z0-9_-]{16,}
        | AIza[A-Za-z0-9_-]{30,} | gsk_[A-Za-z0-9]{16,} | hf_[A-Za-z0-9]{16,}
        | eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]* )
    """,
    re.VERBOSE | re.IGNORECASE,
)
"""A secret in free text: after a scheme, after a telling name, or by the provider's own prefix."""
