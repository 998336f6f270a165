"""Markdown that shows text and never obeys it: what is not plainly harmless goes into code."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from rtlog.timelines.telling import Role, Segment, Segments

CODE: Final[frozenset[Role]] = frozenset({"wire", "quote", "private"})
_HARMLESS: Final = re.compile(r"[\w.,;:()'’“”+\-=/…×→←]+")  # noqa: RUF001 - signs that our own sentences use
_LINKS: Final = re.compile(r"://|^www\.|_|\bGH-[0-9]", re.IGNORECASE)
"""What a forge turns into links or emphasis although it looks harmless."""
_TOKEN: Final = re.compile(r"([(“]*)(.*?)([.,;:)”]*)", re.DOTALL)
_TICKS: Final = re.compile("`+")
_CODE: Final = re.compile(r"(?P<ticks>`+)(?P<text>.+?)(?P=ticks)(?!`)", re.DOTALL)
_LIST: Final = re.compile(r"^([0-9]*)([-+=.)])")
_ESCAPED: Final = r"\1\\\2"
"""What begins a line does not begin another list."""
_PLAIN: Final = re.compile(r"[\w .,:;/+-]")


def code(text: str) -> str:
    """Give *text* as a code span, whatever backticks it holds."""
    if not text:
        return ""
    fence = "`" * (_longest_run(text) + 1)
    pad = " " if text[0] in "` " or text[-1] in "` " else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def code_block(lines: list[str], indent: str = "", language: str = "text") -> list[str]:
    """Give *lines* as a fenced block of *language*."""
    fence = "`" * max(3, max(map(_longest_run, lines), default=0) + 1)
    return [indent + line for line in (f"{fence}{language}", *lines, fence)]


def cell(markdown: str) -> str:
    """Give *markdown* so that no bar in it ends the cell of a table.

    A table is cut at its bars before code is looked for, and a backslash may be escaped itself: so code with a bar is
    written as HTML, each sign by its number.
    """
    if "|" not in markdown:
        return markdown
    return _CODE.sub(lambda match: f"<code>{_numbered(match['text'])}</code>", markdown).replace("|", "&#124;")


def bullets(heading: str, texts: Sequence[str]) -> Iterator[str]:
    """Give *texts* as a list under *heading*, with a blank line before it; nothing where there are none."""
    if texts:
        yield ""
        yield heading
        yield ""
        yield from (f"* {_LIST.sub(_ESCAPED, plain(text))}" for text in texts)


def plain(text: str) -> str:
    """Give *text* so that it renders as itself: mentions, links, markup and HTML become code."""
    return "".join(word if word.isspace() else _word(word) for word in re.split(r"(\s+)", text) if word)


def inline(segments: Segments) -> str:
    """Give a sentence."""
    return "".join(_segment(segment) for segment in segments)


def _segment(segment: Segment) -> str:
    return code(segment.text) if segment.role in CODE else plain(segment.text)


def _word(word: str) -> str:
    if _HARMLESS.fullmatch(word) and not _LINKS.search(word):
        return word
    match = _TOKEN.fullmatch(word)
    opening, core, closing = match.groups() if match else ("", word, "")
    return f"{opening}{code(core)}{closing}"


def _numbered(text: str) -> str:
    return "".join(char if _PLAIN.match(char) else f"&#{ord(char)};" for char in text.strip())


def _longest_run(text: str) -> int:
    return max(map(len, _TICKS.findall(text)), default=0)
