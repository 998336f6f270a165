"""The pytest plugin: recordings of a test suite's sessions fail the test that made them, with the story as the message.

Every pytest run of an environment that holds rtlog loads this module, so it imports nothing of rtlog until a test asks.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from rtlog.analyzers.report import RecordingReport
    from rtlog.cli.configuring.settings import RunSettings

OPTION: Final = "--rtlog-fail-on"
INI: Final = "rtlog_fail_on"
LEVELS: Final = ("error", "warning", "info", "never")
MARKER: Final = "rtlog"
FIXTURE: Final = "rtlog_recordings"
SUFFIXES: Final = (".jsonl", ".jsonl.gz", ".jsonl.zst")
WIDTH: Final = 100


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option and the ini setting."""
    text = "the least severity of a finding that fails a test: error, warning, info or never"
    group = parser.getgroup("rtlog", "races in recorded realtime sessions")
    group.addoption(OPTION, choices=LEVELS, default=None, help=text)
    parser.addini(INI, f"{text}; {OPTION} wins")


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    options = "fail_on, select, ignore, expect, provider, client"
    config.addinivalue_line(
        "markers", f"{MARKER}(*, {options}): analyze at its end what this test records, see docs/ci.md"
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give marked tests the folder; it is made first and judged last, when recorders of other fixtures have closed."""
    for item in items:
        if isinstance(item, pytest.Function) and item.get_closest_marker(MARKER) and FIXTURE not in item.fixturenames:
            item.fixturenames.insert(0, FIXTURE)


class Analyze:
    """Analyzes recordings as `rtlog analyze` does with the configuration of the suite, and fails the test."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def __call__(self, path: Path | str, **options: Any) -> "RecordingReport":  # noqa: ANN401 - those of `settings`
        """Give the report of the recording at *path*; *options* are those of `settings`.

        Fails the test on a finding that is grave enough, on an expected rule that finds nothing, on a recording that is
        inconclusive, unless nothing is to fail, and on one that cannot be read. What the configured baseline knows
        fails nothing and is left out of the report.
        """
        __tracebackhide__ = True
        (report,) = self.judge([path], self.settings(**options))
        return report

    def judge(self, paths: Sequence[Path | str], settings: "RunSettings") -> "list[RecordingReport]":
        """Analyze all of *paths*, then fail the test where one of them does."""
        __tracebackhide__ = True
        judged = [_judged(path, settings) for path in paths]
        new = [report for _, report in judged]
        problems = [*_missing([report for report, _ in judged], settings), *_races(new, settings)]
        if problems:
            pytest.fail("\n".join(problems), pytrace=False)
        return new

    def settings(
        self,
        *,
        fail_on: str | None = None,
        select: Sequence[str] | str | None = None,
        ignore: Sequence[str] | str | None = None,
        expect: Sequence[str] | str | None = None,
        provider: str | None = None,
        client: str | None = None,
    ) -> "RunSettings":
        """Give what applies: these options, else the command line's, else the ini file's, else the configuration's.

        *fail_on* is `error`, `warning`, `info` or `never`; *select*, *ignore* and *expect* are codes, prefixes or names
        of rules, one text with commas or several. Raises `RtlogError` for an option that makes no sense.
        """
        from rtlog.cli.configuring.config_file import possible
        from rtlog.cli.configuring.configuration import load
        from rtlog.cli.configuring.settings import COMMAND_LINE, Layer, settle
        from rtlog.cli.exits import FailOn
        from rtlog.cli.loading import known_rules

        known = known_rules()
        # From the suite's folder: a test may stand in any.
        read = (load(file, known, is_named=False) for file in possible(self._config.rootpath))
        configured = next((layer for layer in read if layer is not None), None)
        grave = self._fail_on(fail_on)
        asked = Layer(
            origin=COMMAND_LINE,
            select=_words(select),
            ignore=_words(ignore),
            expect=_words(expect),
            fail_on=FailOn(grave) if grave else None,
            provider=provider,
            client=client,
        )
        return settle([configured, asked] if configured else [asked], known)

    def _fail_on(self, asked: str | None) -> str | None:
        given = asked or self._config.getoption(OPTION) or self._config.getini(INI) or None
        if given is not None and given not in LEVELS:
            raise pytest.UsageError(f"rtlog: fail on {given!r}? It is one of {', '.join(LEVELS)}")
        return given


@pytest.fixture
def rtlog_analyze(request: pytest.FixtureRequest) -> Analyze:
    """Give `rtlog_analyze(path, **options)`: the report of a recording; a race fails the test, with its story."""
    return Analyze(request.config)


@pytest.fixture
def rtlog_recordings(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rtlog_analyze: Analyze
) -> Iterator[Path]:
    """Give the folder that `$RTLOG_HOME` names for this test; what is recorded there is analyzed when the test ends.

    The marker `rtlog` has the options of `rtlog_analyze`.
    """
    folder = tmp_path / "rtlog"
    folder.mkdir()
    monkeypatch.setenv("RTLOG_HOME", str(folder))
    yield folder
    marker = request.node.get_closest_marker(MARKER)
    settings = rtlog_analyze.settings(**(marker.kwargs if marker else {}))
    rtlog_analyze.judge(sorted(path for path in folder.iterdir() if path.name.endswith(SUFFIXES)), settings)


def _judged(path: Path | str, settings: "RunSettings") -> "tuple[RecordingReport, RecordingReport]":
    """Give the report of all that is found, and the one without what the baseline knows.

    Each recording is held to the whole baseline: which test fails must not depend on the tests that ran before.
    """
    from rtlog.analyzers.reporting import report_of
    from rtlog.cli.loading import analyze_file, unreadable
    from rtlog.recordings.errors import RecordingError

    try:
        reading, analysis = analyze_file(path, settings.setup)
    except RecordingError as error:
        return (report := unreadable(path, error)), report
    report = report_of(analysis, str(path), reading.header.id)
    if settings.baseline is None:
        return report, report
    from rtlog.analyzers.baseline import Ledger
    from rtlog.cli.configuring.baseline_file import read_baseline

    return report, Ledger(read_baseline(settings.baseline)).new_of(report, analysis.doubt)


def _missing(reports: "Sequence[RecordingReport]", settings: "RunSettings") -> Iterator[str]:
    """Say what was expected and is in none of *reports*."""
    reasons = {code: why for each in reports if each.coverage for code, why in each.coverage.not_judged.items()}
    found = {finding.rule for report in reports for finding in report.findings}
    for code in sorted(settings.expected - found):
        reason = reasons.get(code)
        yield f"rtlog: {code} was expected and not found{f' (not judged: {reason})' if reason else ''}"


def _races(reports: "Sequence[RecordingReport]", settings: "RunSettings") -> Iterator[str]:
    """Tell the recordings that fail the test."""
    from rtlog.cli.exits import failing

    grave = settings.fail_on.severity
    for report in reports:
        if report.verdict == "unreadable":
            yield f"rtlog: {report.reason}"
        elif failing(report, grave, settings.expected) or (report.verdict == "inconclusive" and grave is not None):
            yield _told(report)


def _told(report: "RecordingReport") -> str:
    from io import StringIO

    from rich.console import Console

    from rtlog.cli.formats.story_text import full

    stream = StringIO()
    console = Console(file=stream, width=WIDTH, color_system=None, highlight=False, markup=False, emoji=False)
    for paragraph in full(report, ascii_only=True):
        console.print(paragraph)
    return "\n".join(line.rstrip() for line in stream.getvalue().splitlines())


def _words(value: Sequence[str] | str | None) -> list[str] | None:
    from rtlog.cli.configuring.settings import words

    return words([value] if isinstance(value, str) else value)
