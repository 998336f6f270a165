"""Writes what the README shows of the program: `python docs/refresh.py`; `--check` only says whether it is current.

Every `console` block is a command line and its output; the table of rules comes from the rules.
"""

import argparse
import difflib
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Final

from rtlog.analyzers.rules import RULES

ROOT: Final = Path(__file__).parents[1]
README: Final = ROOT / "README.md"
CONSOLE: Final = re.compile(r"^```console\n\$ rtlog (?P<arguments>.*)\n(?:.*\n)*?```$", re.MULTILINE)
TABLE: Final = re.compile(r"(?<=<!-- rules: begin -->\n)(?:.*\n)*?(?=<!-- rules: end -->)")
COLUMNS: Final = "100"


def current(text: str) -> str:
    """Give *text* with its generated parts as they should be now."""
    return TABLE.sub(lambda _: rules(), CONSOLE.sub(lambda block: console(block["arguments"]), text))


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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 and show what is not current")
    arguments = parser.parse_args()
    was = README.read_text(encoding="utf-8")
    now = current(was)
    if not arguments.check:
        README.write_text(now, encoding="utf-8")
    elif now != was:
        difference = difflib.unified_diff(was.splitlines(), now.splitlines(), "README.md", "current", lineterm="")
        sys.stdout.writelines(f"{line}\n" for line in difference)
        raise SystemExit(1)


if __name__ == "__main__":
    main()
