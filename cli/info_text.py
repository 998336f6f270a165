"""The figures of a recording as one screen of text."""

from collections.abc import Iterator, Mapping

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from rtlog.analyzers.info_report import RecordingInfo
from rtlog.cli.formats.by_ids import by_ids
from rtlog.cli.formats.wording import printable

SECONDS = 60
KILO = 1000


def screen(info: RecordingInfo) -> Iterator[RenderableType]:
    """Give the parts of the screen, top down."""
    yield Text(printable(info.path), "bold")
    facts = Table.grid("name", "value", padding=(0, 2, 0, 0))
    for name, value in _facts(info):
        if value:
            facts.add_row(Text(name, "dim"), Text(printable(value)))
    yield Padding(facts, (0, 0, 0, 2), expand=False)
    if info.types:
        yield Text("")
        yield Padding(_types(info), (0, 0, 0, 2), expand=False)


def _facts(info: RecordingInfo) -> Iterator[tuple[str, str]]:
    yield "title", info.title or ""
    yield "recorded", _recorded(info)
    yield "length", _untimed(info) if info.duration_s is None else _duration(info.duration_s)
    yield "session", ", ".join([*info.sessions, *info.models])
    yield "provider", info.provider or ""
    yield "client", info.client or ""
    yield "connections", str(info.connections)
    yield "user turns", str(info.turns)
    yield "responses", _counts(info.responses)
    yield "tools", _counts(info.tools)
    yield "audio", f"{info.audio.in_s:.1f} s in, {info.audio.out_s:.1f} s out"
    yield "events", _counts({name or "unknown direction": count for name, count in info.events.items()})
    yield "other records", _counts(info.kinds)
    yield "errors", _counts(info.errors)
    yield "findings", _findings(info)
    yield "coverage", _coverage(info)


def _recorded(info: RecordingInfo) -> str:
    if not info.has_header:
        return "by another tool: JSON Lines without a header"
    when = (info.started or "")[:19].replace("T", " ")
    by = f"by {info.tool}" if info.tool else ""
    tap = f"({info.tap})" if info.tap else ""
    end = "" if info.complete else ", no footer: still being written, or cut off"
    return " ".join(part for part in (f"{when} UTC" if when else "", by, tap) if part) + end


def _untimed(info: RecordingInfo) -> str:
    if info.by_ids_s is None:
        return "untimed"
    return f"untimed; {by_ids(*info.by_ids_s)}"


def _duration(seconds: float) -> str:
    whole, rest = divmod(seconds, SECONDS)
    return f"{seconds:.1f} s" if not whole else f"{int(whole)} min {rest:.1f} s"


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items())


def _findings(info: RecordingInfo) -> str:
    if info.verdict == "inconclusive":
        return f"inconclusive: {info.reason}"
    return ", ".join(f"{count} {rule}" for rule, count in info.findings.items()) or "none"


def _coverage(info: RecordingInfo) -> str:
    coverage = info.coverage
    if coverage is None:
        return ""
    facts = [f"{coverage.modelled} of {coverage.events} events modelled"]
    if coverage.unknown:
        facts.append(f"unknown: {_counts(coverage.unknown)}")
    facts += ["lossy"] if coverage.lossy else []
    facts += [f"damaged: line {damage.line} {damage.problem}" for damage in coverage.damage[:3]]
    facts += [f"not judged: {', '.join(coverage.not_judged)}"] if coverage.not_judged else []
    return "; ".join(facts)


def _types(info: RecordingInfo) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("event")
    table.add_column("count", justify="right")
    table.add_column("bytes", justify="right")
    for each in info.types:
        table.add_row(Text(printable(each.type) or "(no type)"), str(each.count), _bytes(each.bytes))
    if info.other_types:
        table.add_row(Text(f"and {info.other_types} other types", "dim"), "", "")
    return table


def _bytes(size: int) -> str:
    if size < KILO:
        return f"{size} B"
    return f"{size / KILO:.1f} kB" if size < KILO**2 else f"{size / KILO**2:.1f} MB"
