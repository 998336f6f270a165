"""One self-contained page: markup, style, scripts and data in one file that may load nothing.

The page is ASCII, so that it survives every encoding it is piped through, and its policy names the hashes of its own
scripts and style: nothing else runs, whatever the data holds.
"""

import base64
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from rtlog.timelines.html.data import Page

STYLE, SCRIPTS, POLICY, DATA = "<!--style-->", "<!--scripts-->", "<!--policy-->", "<!--data-->"
"""Where the parts stand in the markup."""
_UNSAFE = re.compile(r"[<>&]|[^\x00-\x7e]")
"""What could end a script element, and what is no printable ASCII."""


@dataclass(frozen=True, slots=True)
class Sources:
    """The page's own files."""

    markup: str
    style: str
    scripts: tuple[str, ...]


def html(sources: Sources, page: Page) -> Iterator[str]:
    """Give the page in pieces."""
    before, after = sources.markup.split(DATA)
    yield _filled(before, sources)
    yield as_json(page)
    yield _filled(after, sources)


def as_json(page: Page) -> str:
    """Give *page* as JSON that is safe inside a script element."""
    return _UNSAFE.sub(_escaped, msgspec.json.encode(page).decode())


def _escaped(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be").hex()
    return "".join(f"\\u{units[start : start + 4]}" for start in range(0, len(units), 4))


def _filled(markup: str, sources: Sources) -> str:
    scripts = "\n".join(f"<script>{script}</script>" for script in sources.scripts)
    return (
        markup.replace(POLICY, _policy(sources))
        .replace(STYLE, f"<style>{sources.style}</style>")
        .replace(SCRIPTS, scripts)
    )


def _policy(sources: Sources) -> str:
    scripts = " ".join(map(_hash, sources.scripts))
    return (
        f"default-src 'none'; script-src {scripts}; style-src {_hash(sources.style)}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
