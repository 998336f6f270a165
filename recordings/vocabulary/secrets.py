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
        "accesskey",
        "accesstoken",
        "apikey",
        "authorization",
        "authtoken",
        "bearertoken",
        "clientsecret",
        "credential",
        "credentials",
        "ephemeralkey",
        "ephemeraltoken",
        "password",
        "privatekey",
        "refreshtoken",
        "secret",
        "secretaccesskey",
        "secretkey",
        "securitytoken",
        "sessiontoken",
        "signingsecret",
        "subscriptionkey",
        "webhooksecret",
        "xapikey",
        "xiapikey",
    }
)
"""Fields of an event that are secrets wherever they stand: in lower case, without `-` and `_`, as `clientSecret` is
`client_secret`. An object's strings are all taken."""

SECRET_FIELD_ENDS: Final = ("apikey", "password", "secretkey", "secretaccesskey", "accesstoken", "clientsecret")
"""Ends of the names of such fields: `auth_password`, `openai_api_key`."""

TOOL_HEADERS: Final = "headers"
"""An MCP tool's headers: every value may be a secret."""

TEXT_MARKS: Final = (
    b"auth", b"headers", b"key", b"token", b"password", b"secret", b"bearer", b"basic", b"sk-", b"ek_", b"eyj", b"xai-",
    b"aiza", b"gsk_", b"hf_", b"akia", b"whsec_", b"credential",
)  # fmt: skip
"""An event without any of these, in lower case, and without escapes needs no closer look."""

MARK_PARTS: Final = re.compile(rb"k(?:ey|en|ia|[-_])|uth|ders|word|c(?:re[td]|_)|b(?:eare|asic)|yj|xai|za|f_")
"""A part of every mark, chosen to begin with a rare letter: one search of 2 us where the marks take 7."""

SECRET_TEXT: Final = re.compile(
    r"""
      (?P<scheme> \b (?:bearer|basic) \s+ ) [A-Za-z0-9._~+/=-]{12,}
    | (?P<name> (?<![A-Za-z0-9])
        (?: authorization | api[-_]?key | (?:access|refresh|auth|bearer|session|security|ephemeral)[-_]?token
          | (?:client|signing|webhook)[-_]?secret | secret[-_]?(?:access[-_]?)?key | password )
        ["'\\]* \s* [:=] \s* ["'\\]* (?: (?:bearer|basic|token) \s+ )? ) [^\s"'\\,;&{}\[\]]{6,}
    | (?<![A-Za-z0-9]) (?: sk-[A-Za-z0-9_-]{12,} | ek_[A-Za-z0-9_-]{8,} | xai-[A-Za-z0-9_-]{16,}
        | AIza[A-Za-z0-9_-]{30,} | gsk_[A-Za-z0-9]{16,} | hf_[A-Za-z0-9]{16,} | AKIA[A-Z0-9]{16}(?![A-Za-z0-9])
        | whsec_[A-Za-z0-9+/=_-]{16,}
        | eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]* )
    """,
    re.VERBOSE | re.IGNORECASE,
)
"""A secret in free text: after a scheme, after a telling name, or by the provider's own prefix."""
