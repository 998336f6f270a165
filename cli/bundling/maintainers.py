"""What maintainers ask for beside a timeline, under the headings of their own forms.

livekit/agents: `.github/ISSUE_TEMPLATE/bug_report.yaml` (package versions, models, session, room and call ids).
OpenAI: session ids, as its error messages ask, and request ids, by which its support finds a connection
(livekit/agents#6917); `bug_report.yml` of openai-python asks for the library's version.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from rtlog.cli.bundling.identities import Identities, Proof
from rtlog.cli.bundling.whom import Maintainers
from rtlog.timelines.markdown_text import code, code_block
from rtlog.timelines.telling import clip

TOLD: Final = 40
"""Records of the evidence that are told; the timeline has them all."""
LONGEST: Final = 5_000
"""Characters of it all: with the timeline's 60,000 it fits into an issue, which takes 65,536."""
SHOWN: Final = 100


def lines_for(maintainers: Maintainers, told: Identities) -> list[str]:
    """Give the lines that a report to *maintainers* has below its timeline."""
    sections = _for_livekit(told) if maintainers is Maintainers.LIVEKIT else _for_openai(told)
    lines, room = [""], LONGEST
    for line in (*sections, *_evidence(told.proofs)):
        room -= len(line) + 1
        if room < 0:
            break
        lines.append(line)
    return lines


def _for_livekit(told: Identities) -> Iterator[str]:
    yield "### Package Versions"
    yield ""
    yield from code_block([f"{clip(name)}=={clip(release)}" for name, release in _versions(told)] or ["not recorded"])
    yield ""
    yield "### Models Used"
    yield ""
    yield _listed([*told.models, *_provider(told)])
    yield ""
    yield "### Session/Room/Call IDs"
    yield ""
    yield f"* realtime session: {_listed(told.sessions)}"
    for name, value in told.requests:
        yield f"* {name}: {code(clip(value))}"
    yield "* LiveKit room (RM_…), SIP call (SCL_…): *not in the recording: add them where there are any*"
    yield ""


def _for_openai(told: Identities) -> Iterator[str]:
    yield "### Session and request ids"
    yield ""
    yield "| | |"
    yield "|---|---|"
    yield f"| session | {_listed(told.sessions)} |"
    for name, value in told.requests or [("x-request-id", "")]:
        yield f"| {name} | {code(clip(value)) if value else 'not recorded'} |"
    yield f"| model | {_listed(told.models)} |"
    yield f"| started (UTC) | {_listed([told.header.started] if told.header.started else [])} |"
    yield f"| client | {_listed([told.header.client] if told.header.client else [])} |"
    yield f"| packages | {_listed([f'{name} {release}' for name, release in _versions(told)])} |"
    yield ""


def _evidence(proofs: Sequence[Proof]) -> Iterator[str]:
    if not proofs:
        return
    yield "### What proves it, by the clock"
    yield ""
    yield "| UTC | line | event | event id | about |"
    yield "|---|---|---|---|---|"
    for proof in proofs[:TOLD]:
        cells = (_cell(name) for name in (proof.type, proof.event_id, proof.subject))
        yield f"| {proof.wall or 'unknown'} | {proof.line} | {' | '.join(cells)} |"
    if len(proofs) > TOLD:
        yield f"| … | | {len(proofs) - TOLD:,} more | | |"


def _versions(told: Identities) -> list[tuple[str, str]]:
    return sorted(told.header.sdk.items())


def _provider(told: Identities) -> list[str]:
    return [told.header.provider] if told.header.provider else []


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(_cell, names)) or "not recorded"


def _cell(text: str) -> str:
    """Give *text* as code that a table takes: a bar would end the cell even there."""
    return code(clip(text, SHOWN).replace("|", "¦")) if text else ""
