"""A rule's documentation as text, for a terminal or a pipe."""

from collections.abc import Iterable, Iterator, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from rtlog.analyzers.rule_docs import ExampleDoc, RelatedRule, RuleDoc
from rtlog.cli.formats.wording import STYLES
from rtlog.cli.rule_pages.rule_words import TAPE_KEY, certainties, groups, needs, settings, tape, value

INDENT = 2


def overview(docs: Sequence[RuleDoc]) -> Iterator[RenderableType]:
    """Give the list of all rules, by hundred."""
    for number, (heading, members) in enumerate(groups(docs).items()):
        if number:
            yield Text("")
        yield Text(heading, "bold")
        table = Table.grid("code", "name", "severity", padding=(0, 2, 0, 0))
        for doc in members:
            table.add_row(doc.code, doc.name, Text(doc.severity, STYLES[doc.severity]))
        yield _indented(table)


def page(doc: RuleDoc) -> Iterator[RenderableType]:
    """Give all that a rule documents."""
    yield _title(doc)
    yield _indented(Text(doc.summary))
    yield Text("")
    yield _indented(_facts(doc))
    yield Text("")
    yield from _listed("Looks like it, and is not reported:", doc.look_alikes)
    yield from _options(doc)
    yield from _listed("Reported in:", [reference.url or reference.text for reference in doc.references])
    yield from _examples("Found in:", doc.bad)
    yield from _examples("Not found in:", doc.good)


def _title(doc: RuleDoc) -> Text:
    line = Text()
    line.append(doc.code, STYLES[doc.severity])
    line.append(f" {doc.name}", "bold")
    line.append(f"  {doc.severity} at most, {certainties(doc)}", "dim")
    return line


def _facts(doc: RuleDoc) -> Table:
    table = Table.grid("what", "text", padding=(0, 2, 0, 0))
    table.columns[0].no_wrap = True
    facts = {
        "what it is": doc.what,
        "why it hurts": doc.why,
        "what to do": doc.remedy,
        "needs": needs(doc),
        "explains": _names(doc.leads_to),
        "explained by": _names(doc.explained_by),
    }
    told = [(name, text) for name, text in facts.items() if text]
    for name, text in told:
        table.add_row(Text(name, "bold"), Text(text))
    return table


def _names(related: Iterable[RelatedRule]) -> str:
    return "\n".join(f"{rule.code} {rule.name or ''}".rstrip() for rule in related)


def _listed(heading: str, texts: Sequence[str]) -> Iterator[RenderableType]:
    if not texts:
        return
    yield _indented(Text(heading, "bold"))
    table = Table.grid("mark", "text", padding=(0, 1, 0, 0))
    for text in texts:
        table.add_row("-", Text(text))
    yield _indented(table, 2 * INDENT)
    yield Text("")


def _options(doc: RuleDoc) -> Iterator[RenderableType]:
    if not doc.options:
        return
    yield _indented(Text.assemble(("Options", "bold"), f" ([tool.rtlog.rules.{doc.code}] in pyproject.toml):"))
    table = Table.grid("setting", "help", padding=(0, 2, 0, 0))
    table.columns[0].no_wrap = True
    for option in doc.options:
        table.add_row(Text(f"{option.name} = {value(option.default)}", "cyan"), Text(option.help))
    yield _indented(table, 2 * INDENT)
    yield Text("")


def _examples(heading: str, examples: Sequence[ExampleDoc]) -> Iterator[RenderableType]:
    if not examples:
        return
    yield _indented(Text(heading, "bold"))
    if any(example.evidence for example in examples):
        yield _indented(Text(f"{TAPE_KEY.replace('`', '')}\n", "dim"), 2 * INDENT)
    for number, example in enumerate(examples):
        if number:
            yield Text("")
        title = f"{example.title} ({settings(example)})" if settings(example) else example.title
        yield _indented(Text(title), 2 * INDENT)
        yield _tape(example)
        if example.message and example.severity:
            yield _indented(_finding(example), 3 * INDENT)
    yield Text("")


def _tape(example: ExampleDoc) -> Group:
    """Neither folded nor padded, which would cut it: a tape is copied line by line."""
    indent = " " * 3 * INDENT
    return Group(*(Text(indent + line, "cyan", no_wrap=True, overflow="ignore") for line in tape(example)))


def _finding(example: ExampleDoc) -> Text:
    severity = example.severity or "info"
    return Text.assemble((f"{severity}, {example.certainty}: ", STYLES[severity]), example.message or "")


def _indented(what: RenderableType, by: int = INDENT) -> Padding:
    return Padding(what, (0, 0, 0, by), expand=False)
