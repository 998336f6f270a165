"""`[tool.rtlog]` and `rtlog.toml`, as a person who runs `rtlog analyze` in a project meets them."""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Protocol

import jsonschema
import pytest

from rtlog.analyzers.rules import RULES
from rtlog.cli.configuring.config_file import PYPROJECT, possible
from rtlog.cli.configuring.config_problems import line_of
from rtlog.cli.configuring.configuration import config_schema

SAMPLES = Path(str(files("rtlog.recordings.samples")))
RACE = "race.rtlog.jsonl"
"""A call deleted in flight (RT101), with what follows: RT102, RT104 three times, RT404."""
BARGE_IN = "barge-in.rtlog.jsonl"
"""A message deleted within 2,000 ms of an interruption (RT105)."""


class Ran(Protocol):
    """What a command left behind."""

    code: int
    out: str
    err: str


Rtlog = Callable[..., Ran]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the current folder: a project with two recordings."""
    shutil.copy(SAMPLES / "r01-in-flight-delete-5021.rtlog.jsonl", tmp_path / RACE)
    shutil.copy(SAMPLES / "r07-delete-then-local-insert-js1903.rtlog.jsonl", tmp_path / BARGE_IN)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def codes(ran: Ran) -> set[str]:
    """Give the rules that found something, of a run that printed JSON."""
    return {finding["rule"] for report in json.loads(ran.out)["recordings"] for finding in report["findings"]}


def settings(ran: Ran) -> dict[str, str]:
    """Give the lines of `--show-settings` by key, rule options as `CODE.key`; values with where they come from."""
    assert ran.code == 0
    lines, table = {}, ""
    for line in ran.out.splitlines():
        if line.startswith("["):
            table = f"{line[len('[rules.') :].partition(']')[0]}."
        elif " = " in line:
            key, _, value = line.partition(" = ")
            lines[f"{table}{key}"] = " ".join(value.split())
    return lines


def test_the_pyproject_of_the_project_is_read(project: Path, rtlog: Rtlog) -> None:
    (project / "pyproject.toml").write_text('[tool.rtlog]\nselect = ["RT4"]\noutput-format = "json"\n')

    ran = rtlog("analyze", RACE)

    assert (ran.code, codes(ran)) == (1, {"RT404"})


def test_a_folder_below_finds_it_and_a_pyproject_without_the_section_is_passed_by(
    project: Path, rtlog: Rtlog, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "pyproject.toml").write_text('[tool.rtlog]\nselect = ["RT4"]\noutput-format = "json"\n')
    below = project / "packages" / "agent"
    below.mkdir(parents=True)
    (below / "pyproject.toml").write_text('[project]\nname = "agent"\n[tool.other]\nrtlog = true\n')
    monkeypatch.chdir(below)

    assert codes(rtlog("analyze", f"../../{RACE}")) == {"RT404"}


def test_rtlog_toml_wins_over_the_pyproject_beside_it(project: Path, rtlog: Rtlog) -> None:
    (project / "pyproject.toml").write_text('[tool.rtlog]\nselect = ["RT4"]\n')
    (project / "rtlog.toml").write_text('select = ["RT102"]\noutput-format = "json"\n')

    assert codes(rtlog("analyze", RACE)) == {"RT102"}


@pytest.mark.parametrize(
    "spelling",
    ["[tool]\nrtlog.select = ['RT4']", "[tool.'rtlog']\nselect = ['RT4']", "tool = {rtlog = {select = ['RT4']}}"],
)
def test_the_section_is_found_however_it_is_spelled(project: Path, rtlog: Rtlog, spelling: str) -> None:
    (project / "pyproject.toml").write_text(spelling)

    assert codes(rtlog("analyze", RACE, "--output-format", "json")) == {"RT404"}


def test_the_command_line_wins_and_adds(project: Path, rtlog: Rtlog) -> None:
    (project / "rtlog.toml").write_text(
        'select = ["RT1"]\nignore = ["RT104"]\nfail-on = "never"\noutput-format = "json"\n'
    )

    def run(*options: str) -> tuple[int, set[str]]:
        ran = rtlog("analyze", RACE, *options)
        return ran.code, codes(ran)

    assert run() == (0, {"RT101", "RT102"})
    assert run("--fail-on", "error") == (1, {"RT101", "RT102"})
    assert run("--ignore", "RT102") == (0, {"RT101"})
    assert run("--extend-select", "RT404,RT104") == (0, {"RT101", "RT102", "RT104", "RT404"})
    assert run("--select", "RT104", "--select", "tool-output-unknown-call") == (0, {"RT104", "RT404"})


def test_a_named_file_replaces_what_would_be_found_and_isolated_ignores_all(project: Path, rtlog: Rtlog) -> None:
    (project / "rtlog.toml").write_text('select = ["RT102"]\n')
    (project / "strict.toml").write_text('select = ["RT104"]\n')
    json_report = ("analyze", RACE, "--output-format", "json")

    assert codes(rtlog(*json_report, "--config", "strict.toml")) == {"RT104"}
    assert codes(rtlog(*json_report, "--isolated")) == {"RT101", "RT102", "RT104", "RT404"}
    both = rtlog(*json_report, "--isolated", "--config", "strict.toml")
    assert (both.code, both.err.count("\n")) == (2, 1)


def test_a_named_file_must_be_there_and_say_something(project: Path, rtlog: Rtlog) -> None:
    (project / "pyproject.toml").write_text('[project]\nname = "agent"\n')

    missing = rtlog("analyze", RACE, "--config", "missing.toml")
    silent = rtlog("analyze", RACE, "--config", "pyproject.toml")

    assert missing == (2, "", "rtlog: missing.toml: cannot be read as a configuration: No such file or directory\n")
    assert silent == (2, "", "rtlog: pyproject.toml: has no [tool.rtlog]\n")


def test_options_of_a_rule_reach_it_in_every_command_that_analyzes(project: Path, rtlog: Rtlog) -> None:
    def found() -> tuple[set[str], set[str], bool]:
        analyzed = codes(rtlog("analyze", BARGE_IN, "--format", "json"))
        (told,) = json.loads(rtlog("info", BARGE_IN, "--format", "json").out)["recordings"]
        return analyzed, set(told["findings"]), "RT105" in rtlog("timeline", BARGE_IN).out

    assert found() == ({"RT105"}, {"RT105"}, True)
    (project / "rtlog.toml").write_text(
        "[rules.RT105]\ninterruption-ms = 0\n[rules.ghost-recreate]\ninterruption-ms = 9_000\n"
    )
    assert found() == (set(), set(), False)
    assert "RT105" in rtlog("timeline", BARGE_IN, "--isolated").out


def test_settings_are_shown_with_where_they_come_from(project: Path, rtlog: Rtlog) -> None:
    (project / "pyproject.toml").write_text(
        '[tool.rtlog]\nselect = ["RT1"]\nignore = ["RT103"]\nbaseline = "ci/known.json"\n'
        "[tool.rtlog.rules.RT101]\ncall-window-ms = 20000\n"
    )

    shown = settings(rtlog("analyze", "--show-settings", "--ignore", "RT104", "--fail-on", "error"))

    assert shown["select"] == '["RT1"] # pyproject.toml'
    assert shown["ignore"] == '["RT103", "RT104"] # pyproject.toml, command line'
    assert shown["fail-on"] == '"error" # command line'
    assert shown["output-format"] == '"full" # default'
    assert shown["RT101.call-window-ms"] == "20000 # pyproject.toml"
    assert shown["RT101.interruption-ms"] == "2000 # default"
    assert shown["baseline"].endswith('ci/known.json" # pyproject.toml')
    assert not any(key.startswith(("RT103.", "RT104.", "RT2")) for key in shown)


def test_a_selection_of_the_command_line_silences_that_of_the_file(project: Path, rtlog: Rtlog) -> None:
    (project / "rtlog.toml").write_text('select = ["RT1"]\nextend-select = ["RT404"]\nignore = ["RT103"]\n')

    shown = settings(rtlog("analyze", "--show-settings", "--select", "RT2", "--ignore", "RT207"))

    assert shown["select"] == '["RT2"] # command line'
    assert shown["extend-select"] == "[] # default"
    assert shown["ignore"] == '["RT207"] # command line'


def test_what_is_shown_is_a_configuration_that_does_the_same(project: Path, rtlog: Rtlog) -> None:
    (project / "rtlog.toml").write_text('ignore = ["RT104", "RT4"]\n[rules.RT101]\ncall-window-ms = 12.5\n')
    shown = rtlog("analyze", "--show-settings", "--fail-on", "error", "--provider", "openai").out

    (project / "shown.toml").write_text(shown)
    again = rtlog("analyze", "--show-settings", "--config", "shown.toml")

    assert tomllib.loads(again.out) == tomllib.loads(shown)
    assert tomllib.loads(shown)["rules"]["RT101"]["call-window-ms"] == 12.5


WRONG = {
    "selekt = 1": "2: unknown key 'selekt' in [tool.rtlog]; the nearest is 'select'",
    "fail_on = 'error'": "2: unknown key 'fail_on' in [tool.rtlog]; the nearest is 'fail-on'",
    "select = 'RT1'": "2: select in [tool.rtlog] should be a list, not 'RT1'",
    "\n# a remark\nignore = ['RT1', 7]": "4: ignore in [tool.rtlog] should be a string, not 7",
    "select = ['RTX']": "2: select: no rule is called 'RTX'; the nearest is RT",
    "expect = ['RT1']": "2: expect: no rule is called 'RT1'; the nearest is RT",
    "fail-on = 'eror'": "2: fail-on in [tool.rtlog] should be 'error', 'warning', 'info' or 'never', not 'eror'",
    "output-format = 'xml'": "2: output-format in [tool.rtlog] should be 'full', 'concise', ",
    "provider = 'opnai'": "2: provider: no provider is called 'opnai'; the nearest is openai",
    "client = 'livekt-agents@1.4.6'": "2: client: no client profile is called 'livekt-agents@1.4.6'; the nearest is ",
    "rules = 3": "2: rules in [tool.rtlog] should be a table, not 3",
    "rules.RT101 = 3": "2: RT101 in [tool.rtlog.rules] should be a table, not 3",
    "[tool.rtlog.rules.RT199]": "2: no rule is called 'RT199' in [tool.rtlog.rules]; the nearest is RT",
    "[tool.rtlog.rules.RT101]\ncall-windo-ms = 1": (
        "3: unknown key 'call-windo-ms' in [tool.rtlog.rules.RT101]; the nearest is 'call-window-ms'"
    ),
    "[tool.rtlog.rules.RT107]\nwindow-ms = 1": (
        "3: unknown key 'window-ms' in [tool.rtlog.rules.RT107]: RT107 has no options"
    ),
    "[tool.rtlog.rules.RT101]\ncall-window-ms = -1": (
        "3: call-window-ms in [tool.rtlog.rules.RT101] should be at least 0, not -1"
    ),
    "[tool.rtlog.rules.RT101]\ncall-window-ms = true": (
        "3: call-window-ms in [tool.rtlog.rules.RT101] should be a number, not true"
    ),
    "[tool.rtlog.rules.RT101]\ncall-window-ms = inf": (
        "3: call-window-ms in [tool.rtlog.rules.RT101] should be a finite number, not inf"
    ),
    "[tool.rtlog.rules.RT401]\nfire-and-forget = 'bye'": (
        "3: fire-and-forget in [tool.rtlog.rules.RT401] should be a list, not 'bye'"
    ),
    "[tool.rtlog.rules.RT101]\n[tool.rtlog.rules.in-flight-delete]": "3: the options of RT101 stand here a second time",
    "select = [}": "2: is no TOML: ",
    "select = ['RT1']\nselect = ['RT2']": "3: is no TOML: Cannot overwrite a value",
    "rules.RT101.call-window-ms = " + "9" * 5000: " is no TOML that can be read: ",
    "select = ['\udcff']": "2: is no UTF-8 text",
}


@pytest.mark.parametrize("section", WRONG)
def test_what_is_wrong_is_said_in_one_line_with_its_place(project: Path, rtlog: Rtlog, section: str) -> None:
    text = f"[tool.rtlog]\n{section}\n"
    (project / "pyproject.toml").write_bytes(text.encode(errors="surrogateescape"))

    ran = rtlog("analyze", RACE)

    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert ran.err.startswith(f"rtlog: pyproject.toml:{WRONG[section]}")


@pytest.mark.parametrize(
    "written", [b'\xef\xbb\xbfselect = ["RT4"]\n', b'# ours\r\nselect = ["RT4"]\r\n'], ids=["BOM", "CRLF"]
)
def test_editors_of_every_system_may_write_it(project: Path, rtlog: Rtlog, written: bytes) -> None:
    (project / "rtlog.toml").write_bytes(written)

    assert codes(rtlog("analyze", RACE, "--format", "json")) == {"RT404"}


def test_in_rtlog_toml_the_settings_stand_at_the_top(project: Path, rtlog: Rtlog) -> None:
    (project / "rtlog.toml").write_text("selekt = []\n")

    assert rtlog("info", RACE) == (2, "", "rtlog: rtlog.toml:1: unknown key 'selekt'; the nearest is 'select'\n")
    assert rtlog("info", RACE, "--isolated").code == 0


def test_a_section_that_is_no_table_is_told(project: Path, rtlog: Rtlog) -> None:
    (project / "pyproject.toml").write_text("[tool]\nrtlog = 3\n")

    assert rtlog("analyze", RACE) == (2, "", "rtlog: pyproject.toml:2: [tool.rtlog] must be a table\n")


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--select", "RT999"], "no rule is called 'RT999'; the nearest is RT"),
        (
            ["--extend-select", "in-fligth-delete"],
            "no rule is called 'in-fligth-delete'; the nearest is in-flight-delete",
        ),
        (["--provider", "opnai"], "no provider is called 'opnai'; the nearest is openai"),
        (
            ["--client", "livekt-agents@1.4.6"],
            "no client profile is called 'livekt-agents@1.4.6'; the nearest is livekit",
        ),
        (["--fail-on", "eror"], "Invalid value for '--fail-on'"),
    ],
)
def test_wrong_options_are_told_the_same_way(project: Path, rtlog: Rtlog, options: list[str], problem: str) -> None:
    ran = rtlog("analyze", str(project / RACE), *options)

    assert ran == rtlog("analyze", "--show-settings", *options)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert ran.err.startswith(f"rtlog: {problem}")


def test_a_pyproject_that_does_not_speak_of_rtlog_is_not_even_parsed(project: Path, rtlog: Rtlog) -> None:
    (project / "pyproject.toml").write_text('[project\nname = "rtlog"\n')

    assert [file.path for file in possible(project) if file.path == project / PYPROJECT] == []
    assert rtlog("analyze", RACE).code == 1


def test_a_provider_replaces_what_the_recording_tells(project: Path, rtlog: Rtlog) -> None:
    added = [("item_1", None), ("item_2", "item_1"), ("item_3", None)]
    lines = [
        {
            "dir": "server",
            "t": t,
            "event": {"type": "conversation.item.added", "previous_item_id": previous, "item": item},
        }
        for t, (item_id, previous) in enumerate(added)
        for item in [{"id": item_id, "type": "message", "role": "user"}]
    ]
    (project / "anchors.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))

    def severity(*options: str) -> str:
        ran = rtlog(
            "analyze", "anchors.jsonl", "--select", "null-predecessor-on-nonempty", "--format", "json", *options
        )
        (finding,) = json.loads(ran.out)["recordings"][0]["findings"]
        return str(finding["severity"])

    assert severity() == "warning"
    assert severity("--provider", "xai") == "info"
    assert severity("--config", _config(project, "provider = 'xai'")) == "info"
    assert severity("--config", _config(project, "provider = 'xai'"), "--provider", "openai") == "warning"


def _config(folder: Path, text: str) -> str:
    (folder / "given.toml").write_text(text)
    return "given.toml"


def test_a_client_changes_what_its_mirror_holds(project: Path, rtlog: Rtlog) -> None:
    def consequence(*options: str) -> str:
        ran = rtlog("analyze", RACE, "--select", "RT102", "--format", "concise", *options)
        return ran.out.rpartition(";")[2]

    assert consequence("--client", "livekit-agents@1.4.6") != consequence("--client", "livekit-agents@1.8.9")
    config = _config(project, "client = 'livekit-agents@1.8.9'")
    assert consequence("--config", config) == consequence("--client", "livekit-agents@1.8.9")


def test_the_schema_knows_every_option_of_every_rule() -> None:
    schema = config_schema()
    check = jsonschema.Draft202012Validator(schema)
    check.check_schema(schema)

    for rule in RULES:
        for option in rule.options:
            value = list(option.default) if isinstance(option.default, tuple) else option.default
            assert check.is_valid({"rules": {rule.code: {option.name: value}, rule.name: {option.name: value}}})
            assert not check.is_valid({"rules": {rule.code: {option.name: "x"}}})
        assert not check.is_valid({"rules": {rule.code: {"no-such-option": 1}}})
    assert check.is_valid({"select": ["RT1"], "fail-on": "error", "output-format": "json", "baseline": "known.json"})
    assert not check.is_valid({"selekt": ["RT1"]})
    assert not check.is_valid({"fail-on": "eror"})


LAID_OUT = """\
[tool.rtlog] # ours
# select = 1
select = [
  'RT1', # = no assignment
]
fail-on = 'error'
rules.RT102 = { grace-ms = 1 }
  [ tool . 'rtlog'.rules.RT101 ]
  'call window' = 3
"""


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        (("tool", "rtlog", "select"), 3),
        (("tool", "rtlog", "rules", "RT101", "call window"), 9),
        (("tool", "rtlog", "rules", "RT102", "grace-ms"), 7),
        (("tool", "rtlog", "rules", "RT999"), 1),
        (("tool", "other"), None),
    ],
)
def test_the_line_of_a_setting_is_found_by_its_keys(keys: tuple[str, ...], line: int | None) -> None:
    assert line_of(LAID_OUT, keys) == line


DOCUMENT = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text(encoding="utf-8")
SHELL = "".join(re.findall(r"^```sh\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL))
DOCUMENTED_COMMANDS = [line for line in SHELL.splitlines() if line.startswith("rtlog ")]


def documented(kind: str) -> str:
    """Give the one block of *kind* that the document shows."""
    (block,) = re.findall(rf"^```{kind}\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)
    return str(block)


def test_the_documented_file_is_valid_and_does_what_it_says(project: Path, rtlog: Rtlog) -> None:
    (project / "pyproject.toml").write_text(documented("toml"))

    shown = settings(rtlog("analyze", "--show-settings"))

    assert shown["fail-on"] == '"error" # pyproject.toml'
    assert shown["RT101.call-window-ms"] == "20000 # pyproject.toml"
    assert shown["RT401.fire-and-forget"] == '["hang_up"] # pyproject.toml'


def test_the_documented_keys_are_those_of_the_schema_with_their_defaults() -> None:
    rows = dict(re.findall(r"^\| `([a-z-]+)` \| (.*?) \|", DOCUMENT, re.MULTILINE))
    properties = config_schema()["properties"]

    assert rows.keys() == properties.keys()
    told = {key: json.loads(default.strip("`")) for key, default in rows.items() if default.startswith("`")}
    assert told == {key: properties[key]["default"] for key in told}
    assert [key for key, each in properties.items() if each.get("default") and key not in told] == []


def test_the_documented_error_is_what_is_said(project: Path, rtlog: Rtlog) -> None:
    (project / "pyproject.toml").write_text("[tool.rtlog]\nselekt = []\n")

    assert rtlog("analyze", RACE).err == documented("text")


def test_the_documented_commands_run_in_their_order(project: Path, rtlog: Rtlog) -> None:
    (project / "recordings").mkdir()
    shutil.copy(project / RACE, project / "recordings")

    codes_of = {line: rtlog(*line.split()[1:]).code for line in DOCUMENTED_COMMANDS}

    assert {line for line, code in codes_of.items() if code == 0} == {
        *(line for line in DOCUMENTED_COMMANDS if "--show-settings" in line),
        "rtlog analyze recordings --write-baseline known-races.json",
        "rtlog analyze recordings --baseline known-races.json",
        "rtlog analyze recordings --expect RT101",
    }
    assert set(codes_of.values()) == {0, 1}


LOADED = """
import sys
from rtlog.cli.app import main
try:
    main()
except SystemExit:
    pass
late = {"tomllib", "rtlog.cli.configuring.configuration", "rtlog.analyzers.baseline"}
print(sorted(late & sys.modules.keys()), file=sys.stderr)
"""


@pytest.mark.parametrize(
    ("text", "loaded"),
    [
        (None, []),
        ("", ["rtlog.cli.configuring.configuration", "tomllib"]),
    ],
)
def test_a_run_without_a_configuration_loads_nothing_to_read_one(
    project: Path, text: str | None, loaded: list[str]
) -> None:
    if text is not None:
        (project / "rtlog.toml").write_text(text)

    command = [sys.executable, "-c", LOADED, "analyze", RACE]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL)

    assert ran.stderr == f"{loaded}\n"
