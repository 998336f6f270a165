"""Writes what the documents show of the program: `python docs/refresh.py`; `--check` only says whether it is current.

In the README every `console` block is a command line and its output, and the table of rules comes from the rules.
`docs/rules/` is written whole: a page a rule, and an index. `python docs/refresh.py rules` (or `readme`) does one part.
"""

import argparse
import difflib
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from rtlog.analyzers.rule_docs import document
from rtlog.analyzers.rules import RULES
from rtlog.cli.rule_pages.rule_markdown import index, page

ROOT: Final = Path(__file__).parents[1]
README: Final = ROOT / "README.md"
PAGES: Final = ROOT / "docs" / "rules"
CONSOLE: Final = re.compile(r"^```console\n\$ rtlog (?P<arguments>.*)\n(?:.*\n)*?```$", re.MULTILINE)
TABLE: Final = re.compile(r"(?<=<!-- rules: begin -->\n)(?:.*\n)*?(?=<!-- rules: end -->)")
COLUMNS: Final = "100"

Texts = Mapping[Path, str]


def readme() -> Texts:
    """Give the README with its generated parts as they should be now."""
    text = README.read_text(encoding="utf-8")
    return {README: TABLE.sub(lambda _: rules(), CONSOLE.sub(lambda block: console(block["arguments"]), text))}


def console(arguments: str) -> str:
    command = [sys.executable, "-m", "rtlog.cli", *shlex.split(arguments)]
    plain = {name: value for name, value in os.environ.items() if name != "FORCE_COLOR"}
    environment = {**plain, "COLUMNS": COLUMNS, "NO_COLOR": "1", "PYTHONUTF8": "1"}
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, encoding="utf-8", check=False)
    if ran.stderr:
        raise SystemExit(ran.stderr)
    lines = "\n".join(line.rstrip() for line in ran.stdout.strip("\n").splitlines())
    return f"```console\n$ rtlog {arguments}\n{lines}\n```"


def rules() -> str:
    rows = [f"| {rule.code} | {rule.name} | {rule.severity.value} | {summary(rule.__doc__)} |\n" for rule in RULES]
    return "".join(["| code | name | at most | what it finds |\n|---|---|---|---|\n", *rows])


def summary(documentation: str | None) -> str:
    return (documentation or "").splitlines()[0].removesuffix(".").replace("|", r"\|")


def pages() -> Texts:
    """Give the page of every rule, and the index."""
    docs = [document(rule, RULES) for rule in RULES]
    links = {doc.code: f"{doc.code}.md" for doc in docs}
    return {PAGES / "README.md": index(docs, links.get)} | {
        PAGES / links[doc.code]: page(doc, links.get) for doc in docs
    }


PARTS: Final[Mapping[str, Callable[[], Texts]]] = {"readme": readme, "rules": pages}


def left_over(current: Texts) -> list[Path]:
    """Give the pages of rules that are no more."""
    return sorted(set(PAGES.glob("*.md")) - set(current)) if PAGES / "README.md" in current else []


def write(current: Texts) -> None:
    for path, text in current.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for path in left_over(current):
        path.unlink()


def differences(current: Texts) -> Iterator[str]:
    for path, now in {**current, **dict.fromkeys(left_over(current), "")}.items():
        was = path.read_text(encoding="utf-8") if path.exists() else ""
        name = str(path.relative_to(ROOT))
        yield from difflib.unified_diff(was.splitlines(), now.splitlines(), name, "current", lineterm="")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", nargs="?", choices=PARTS, help="do only this part")
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 and show what is not current")
    arguments = parser.parse_args()
    current: dict[Path, str] = {}
    for name, texts in PARTS.items():
        if arguments.part in {None, name}:
            current |= texts()
    if not arguments.check:
        write(current)
        return
    stale = list(differences(current))
    sys.stdout.writelines(f"{line}\n" for line in stale)
    if stale:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
