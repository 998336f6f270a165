"""The words around a rule's own: what the text and the markdown form of its documentation share."""

import json
from collections.abc import Sequence
from typing import Final

from rtlog.analyzers.rule import Need
from rtlog.analyzers.rule_docs import ExampleDoc, RuleDoc, Value

NEEDS: Final[dict[Need, str]] = {
    "time": "timestamps",
    "client": "the client's events",
    "local": "local events",
}
GROUPS: Final = {
    "RT1": "Conversation items and context sync",
    "RT2": "Responses",
    "RT3": "Audio, playback and turns",
    "RT4": "Tools",
    "RT5": "Session and protocol",
    "RT9": "The recording itself",
}
OTHERS: Final = "Installed rules"
TAPE_KEY: Final = (
    "A line is the time in ms, who speaks (`>` the client, `<` the server, `L` the application), and what. "
    "Lines with `*` are the finding's evidence. A tape begins with `session.created`, unless it says `bare`."
)


def needs(doc: RuleDoc) -> str:
    """Say what a recording must hold."""
    return ", ".join(NEEDS[need] for need in doc.needs) or "nothing in particular"


def certainties(doc: RuleDoc) -> str:
    """Say how sure the findings are, as far as examples show it."""
    if not doc.certainties:
        return "as each finding says"
    *most, last = doc.certainties
    return f"{', '.join(most)} or {last}" if most else last


def value(of: Value) -> str:
    """Write an option's value as TOML does, which is how the configuration sets it."""
    if isinstance(of, list):
        return f"[{', '.join(value(each) for each in of)}]"
    return json.dumps(of, ensure_ascii=False)


def settings(example: ExampleDoc) -> str:
    """Say how the analysis of the example is set: its options and the client it assumes."""
    told = [f"{name} = {value(of)}" for name, of in example.options.items()]
    return ", ".join([*told, f"client = {value(example.client)}"] if example.client else told)


def tape(example: ExampleDoc) -> list[str]:
    """Give the tape's lines, those that are evidence marked."""
    return [f"{'*' if number in example.evidence else ' '} {line}" for number, line in enumerate(example.tape, 1)]


def groups(docs: Sequence[RuleDoc]) -> dict[str, list[RuleDoc]]:
    """Give the rules by hundred, under the heading of each."""
    grouped: dict[str, list[RuleDoc]] = {}
    for doc in docs:
        prefix = doc.code[:3]
        heading = f"{prefix}xx: {GROUPS[prefix]}" if prefix in GROUPS else OTHERS
        grouped.setdefault(heading, []).append(doc)
    return grouped
